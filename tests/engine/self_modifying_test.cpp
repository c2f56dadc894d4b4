// Writes to code: by the program itself, before and inside the block that runs, and from outside.
#include <gtest/gtest.h>

#include "tests/engine/engine_fixture.h"

namespace mcost::test {
namespace {

using engine::StopReason;

constexpr Address kCode = kRam + 0x2000;

class SelfModifying : public EngineTest {
 protected:
  /// Runs `ram`, code at kCode.
  void run_in_ram() {
    machine->load(ram);
    code.mov32(r12, kCode | 1u);
    code.bx(r12);
    ASSERT_EQ(run(), StopReason::idle);
  }
  /// A store of the low byte of r1 to `target`, through r2.
  void store_byte(Assembler::Label target, unsigned byte) {
    ram.mov32(r2, 0);  // patched below, when the label is known
    stores_.emplace_back(ram.pc() - 8, target);
    ram.movs(r1, byte);
    ram.access(Access::strb, r1, r2, 0);
  }
  /// Puts the addresses of labels into store_byte()'s constants.
  void place_stores() {
    for (const auto& [at, target] : stores_) {
      Assembler constant(at);
      constant.mov32(r2, ram.address_of(target));
      const auto& halfwords = constant.finish();
      for (unsigned i = 0; i < 4; ++i) ram.patch_halfword(at + 2 * i, halfwords[i]);
    }
  }
  [[nodiscard]] std::uint64_t dropped() { return machine->engine().statistics().blocks_dropped; }

  // NOLINTBEGIN(misc-non-private-member-variables-in-classes): tests share a fixture's members
  Assembler ram{kCode};
  // NOLINTEND(misc-non-private-member-variables-in-classes)

 private:
  std::vector<std::pair<Address, Assembler::Label>> stores_;
};

TEST_P(SelfModifying, StoreIntoCurrentBlockTakesEffectAtNextInstruction) {
  const auto patched = ram.label();
  store_byte(patched, 42);
  ram.bind(patched);
  ram.movs(r5, 1);
  ram.stop();
  place_stores();
  run_in_ram();
  EXPECT_EQ(reg(5), 42u);
}

TEST_P(SelfModifying, StoreFurtherAheadInTheBlockTakesEffect) {
  const auto patched = ram.label();
  store_byte(patched, 42);
  ram.movs(r4, 4);
  ram.nop();
  ram.bind(patched);
  ram.movs(r5, 1);
  ram.movs(r6, 6);
  ram.stop();
  place_stores();
  run_in_ram();
  EXPECT_EQ(reg(4), 4u);
  EXPECT_EQ(reg(5), 42u);
  EXPECT_EQ(reg(6), 6u);
}

TEST_P(SelfModifying, StoreBehindInTheBlockTakesEffectOnTheNextRound) {
  ram.movs(r7, 3);
  ram.movs(r4, 0);
  const auto top = ram.here();
  const auto patched = ram.here();
  ram.movs(r5, 1);
  ram.adds(r4, r4, r5);
  store_byte(patched, 10);
  ram.subs(r7, 1);
  ram.b(ne, top);
  ram.stop();
  place_stores();
  run_in_ram();
  EXPECT_EQ(reg(4), 1u + 10 + 10);
}

TEST_P(SelfModifying, CodeThatRanOftenIsReplaced) {
  const auto function = ram.label();
  const auto again = ram.label();
  ram.movs(r4, 0);
  ram.movs(r6, 2);
  ram.bind(again);
  ram.movs(r7, 50);
  const auto top = ram.here();
  ram.bl(function);
  ram.adds(r4, r4, r5);
  ram.subs(r7, 1);
  ram.b(ne, top);
  store_byte(function, 3);
  ram.subs(r6, 1);
  ram.b(ne, again);
  ram.stop();
  ram.bind(function);
  ram.movs(r5, 1);
  ram.bx(lr);
  place_stores();
  run_in_ram();
  EXPECT_EQ(reg(4), 50u * 1 + 50u * 3);
}

TEST_P(SelfModifying, StoreMultipleAcrossCodeCompletes) {
  // STM writes r3, r4, r5: data, the instruction, data. All must arrive although it leaves.
  ram.mov32(r0, 0);  // address of the block of three words, patched below
  ram.mov32(r3, 0x11111111);
  ram.mov32(r4, 0xE7FE2507);  // movs r5, #7; b .
  ram.mov32(r5, 0x22222222);
  ram.align(4);
  ram.stm(r0, true, 1u << r3 | 1u << r4 | 1u << r5);
  const auto over = ram.label();
  ram.b(over);
  ram.align(4);
  const Address words = ram.pc();
  ram.word(0);
  ram.bind(over);
  ram.movs(r5, 1);
  ram.stop();
  ram.word(0);
  Assembler constant(kCode);
  constant.mov32(r0, words);
  for (unsigned i = 0; i < 4; ++i) ram.patch_halfword(kCode + 2 * i, constant.finish()[i]);
  run_in_ram();
  EXPECT_EQ(reg(5), 7u);
  EXPECT_EQ(reg(0), words + 12);
  EXPECT_EQ(machine->peek(words), 0x11111111u);
  EXPECT_EQ(machine->peek(words + 8), 0x22222222u);
}

TEST_P(SelfModifying, WritesBesideCodeDropNothing) {
  ram.mov32(r2, kCode + 0x100);
  ram.movs(r7, 20);
  const auto top = ram.here();
  ram.str(r7, r2);
  ram.str(r7, r2, 4);
  ram.subs(r7, 1);
  ram.b(ne, top);
  ram.stop();
  run_in_ram();
  EXPECT_EQ(dropped(), 0u);
  EXPECT_EQ(machine->peek(kCode + 0x104), 1u);
}

TEST_P(SelfModifying, HalfwordBesideCodeInTheSameWordDropsNothing) {
  // Tags are per word: the store looks, finds no block under its halfword, and code stays valid.
  ram.mov32(r2, kCode + 0x102);
  ram.mov32(r12, (kCode + 0x100) | 1u);
  ram.movs(r7, 20);
  const auto top = ram.here();
  ram.access(Access::strh, r7, r2, 0);
  ram.blx(r12);
  ram.subs(r7, 1);
  ram.b(ne, top);
  ram.stop();
  Assembler function(kCode + 0x100);
  function.bx(lr);
  machine->load(function);
  run_in_ram();
  EXPECT_EQ(dropped(), 0u);
  EXPECT_EQ(machine->peek(kCode + 0x100) >> 16, 1u);
}

TEST_P(SelfModifying, OnlyBlocksUnderTheWriteAreDropped) {
  const auto far = ram.label();
  ram.bl(far);
  store_byte(far, 9);
  ram.bl(far);
  ram.stop();
  ram.align(16);
  ram.bind(far);
  ram.movs(r5, 1);
  ram.bx(lr);
  place_stores();
  run_in_ram();
  EXPECT_EQ(reg(5), 9u);
  EXPECT_EQ(dropped(), 1u);
}

TEST_P(SelfModifying, CodeCopiedToRamAndRunIsTheNewOne) {
  // Copies a function of one instruction and BX, twice, from two sources in flash.
  const auto copy_and_call = [this](std::uint32_t instructions) {
    code.mov32(r1, instructions);
    code.mov32(r2, kCode);
    code.str(r1, r2);
    code.dsb();
    code.isb();
    code.mov32(r12, kCode | 1u);
    code.blx(r12);
  };
  copy_and_call(0x47702501);  // movs r5, #1; bx lr
  code.mov(r4, r5);
  copy_and_call(0x47702502);  // movs r5, #2; bx lr
  code.stop();
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(4), 1u);
  EXPECT_EQ(reg(5), 2u);
}

TEST_P(SelfModifying, DebuggerWritesBetweenRunsAreSeen) {
  const auto patched = ram.label();
  ram.movs(r4, 0);
  const auto top = ram.here();
  ram.bind(patched);
  ram.movs(r5, 1);
  ram.adds(r4, r4, r5);
  ram.b(top);
  machine->load(ram);
  code.mov32(r12, kCode | 1u);
  code.bx(r12);
  start();
  ASSERT_EQ(run(2000), StopReason::cycle_limit);
  ASSERT_EQ(reg(5), 1u);
  const std::uint8_t byte = 77;
  ASSERT_TRUE(machine->engine().write_memory(ram.address_of(patched), &byte, 1));
  ASSERT_EQ(run(4000), StopReason::cycle_limit);
  EXPECT_EQ(reg(5), 77u);
}

TEST_P(SelfModifying, StackingOverCodeDropsIt) {
  // The frame of SVC overwrites the function that ran below the stack.
  const Address function = kStackTop - 32;
  Assembler below(function);
  below.movs(r5, 1);
  below.bx(lr);
  machine->load(below);
  code.mov32(r12, function | 1u);
  code.blx(r12);
  code.mov32(r0, 0x47702509);  // movs r5, #9; bx lr: becomes the frame's first word
  code.svc(0);
  code.mov32(r12, function | 1u);
  code.blx(r12);
  code.stop();
  handler(engine::kSvCall).bx(lr);
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(5), 9u);
}

TEST_P(SelfModifying, BitBandWriteToCodeIsSeen) {
  ram.movs(r5, 1);
  ram.bx(lr);
  machine->load(ram);
  code.mov32(r12, kCode | 1u);
  code.blx(r12);
  code.mov(r4, r5);
  code.mov32(r1, kRamBitBand + (kCode - kRam) * 32 + 4 * 3);  // bit 3 of the constant
  code.movs(r0, 1);
  code.str(r0, r1);
  code.blx(r12);
  code.stop();
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(4), 1u);
  EXPECT_EQ(reg(5), 9u);
}

TEST_P(SelfModifying, UnalignedStoreAcrossTwoInstructionsIsSeen) {
  const auto patched = ram.label();
  ram.mov32(r2, 0);
  const Address constant_at = ram.pc() - 8;
  ram.mov32(r1, 0x26072505);  // movs r5, #5; movs r6, #7
  ram.str(r1, r2);
  if (ram.pc() % 4 == 0) ram.nop();
  ram.bind(patched);
  ram.movs(r5, 1);
  ram.movs(r6, 2);
  ram.stop();
  Assembler constant(constant_at);
  constant.mov32(r2, ram.address_of(patched));
  for (unsigned i = 0; i < 4; ++i) ram.patch_halfword(constant_at + 2 * i, constant.finish()[i]);
  run_in_ram();
  EXPECT_EQ(reg(5), 5u);
  EXPECT_EQ(reg(6), 7u);
}

TEST_P(SelfModifying, AProgrammedFlashIsSeen) {
  code.movs(r5, 1);
  code.movs(r6, 2);
  code.stop();
  ASSERT_EQ(run(), StopReason::idle);
  // movs r6, #7: its block was built from bytes before those that change.
  machine->engine().change_memory(kFlashIndex, kProgram - kFlash + 2, {0x07, 0x26});
  machine->reset();
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(5), 1u);
  EXPECT_EQ(reg(6), 7u);
}

MCOST_BOTH_LOOPS(SelfModifying);

}  // namespace
}  // namespace mcost::test
