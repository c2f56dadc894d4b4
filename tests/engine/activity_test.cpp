// What a run does, counted beside its cycles: classes of instructions and reads of the flash array.
#include <gtest/gtest.h>

#include <array>

#include "tests/engine/engine_fixture.h"

namespace mcost::test {
namespace {

using engine::kSvCall;
using engine::StopReason;

class Activity : public EngineTest {
 protected:
  /// What `program` did on a fresh machine.
  Counters run_on(FlashKind kind, Assembler& program) {
    TestSetup setup;
    setup.flash = kind;
    make_machine(setup);
    machine->load(program);
    Assembler svc{kHandlers};
    svc.bx(lr);
    machine->load(svc);
    machine->set_vector(kSvCall, kHandlers);
    machine->reset();
    EXPECT_EQ(machine->run(), StopReason::idle);
    return machine->observe().counters;
  }
  Traffic flash_of(FlashKind kind, Assembler program) {
    return run_on(kind, program).traffic[kFlashIndex];
  }
  /// A loop of `turns` that lies in one array word of 16 bytes, behind straight code.
  static Assembler loop(unsigned turns) {
    Assembler program{kProgram};
    program.movs(r0, turns);
    program.align(16);
    const Assembler::Label top = program.here();
    program.adds(r1, 1);
    program.subs(r0, 1);
    program.b(ne, top);
    program.stop();
    return program;
  }
};

TEST_P(Activity, EveryInstructionHasAClassUnlessItIsSkipped) {
  store_word(code, kScs + 0xD88, 0x00F00000);  // 4 moves, a store
  code.mov32(r0, kRam);                        // 2 moves
  code.movs(r1, 12);
  code.movs(r2, 5);
  code.three(ThreeRegister::mul, r3, r1, r2);
  code.four(FourRegister::smlad, r3, r1, r2, r3);
  code.long_multiply(LongMultiply::umull, r4, r5, r1, r2);
  code.three(ThreeRegister::udiv, r3, r1, r2);
  code.three(ThreeRegister::qadd, r3, r1, r2);
  code.push(0x0F);
  code.pop(0x0F);
  code.ldr(r4, r0);
  code.vldr(1, r0, 0);
  code.fp(FpOperation::vmla, 0, 1, 1);
  code.vmov_to_core(r4, 0);
  code.cmp(r1, 12);
  code.it(eq, "e");
  code.movs(r4, 1);
  code.movs(r4, 2);  // skipped
  code.nop();
  const Assembler::Label next = code.label();
  code.b(next);
  code.bind(next);
  code.isb();
  code.stop();
  machine->poke(kRam, 0x3F800000);
  ASSERT_EQ(run(), StopReason::idle);
  const Counters seen = machine->observe().counters;
  const std::array<std::uint64_t, kInstructionClasses> expected = {
      4 + 2 + 2 + 1 + 1 + 1,  // QADD, CMP and the move that is not skipped
      4,
      2,
      1 + 4,
      1,
      3  // IT, NOP, ISB
  };
  EXPECT_EQ(seen.by_class, expected);
  EXPECT_EQ(seen.skipped, 1u);
  EXPECT_TRUE(seen.adds_up());
}

TEST_P(Activity, WithNothingInFrontEachFetchAndLoadReadsTheArray) {
  for (const FlashKind kind : {FlashKind::ideal, FlashKind::wait_states}) {
    Assembler program{kProgram};
    program.mov32(r0, kFlashData);
    program.movs(r1, 9);
    const Assembler::Label top = program.here();
    program.ldr(r2, r0);
    program.ldr(r2, r0, 2);  // unaligned: two halfwords
    program.ldrd(r2, r3, r0, 8);
    program.subs(r1, 1);
    program.b(ne, top);
    program.mov32(r0, kRam);
    program.str(r1, r0);
    program.ldr(r2, r0);
    program.stop();
    const Counters seen = run_on(kind, program);
    const Traffic& flash = seen.traffic[kFlashIndex];
    EXPECT_EQ(flash.reads, 9u * 5) << name_of(kind);
    EXPECT_EQ(flash.array_reads, flash.fetches + flash.reads) << name_of(kind);
    EXPECT_EQ(seen.traffic[kRamIndex].array_reads, 0u);
  }
}

TEST_P(Activity, LoopInTheAcceleratorReadsTheArrayNoMoreOften) {
  for (const FlashKind kind : {FlashKind::line_buffer, FlashKind::art, FlashKind::icache,
                               FlashKind::vims, FlashKind::art_f7, FlashKind::l1}) {
    const Traffic few = flash_of(kind, loop(10));
    const Traffic many = flash_of(kind, loop(200));
    EXPECT_GT(few.array_reads, 0u) << name_of(kind);
    EXPECT_EQ(many.array_reads, few.array_reads) << name_of(kind);
    EXPECT_GT(many.fetches, few.fetches + 190) << name_of(kind);
  }
}

/// The loop ends 8 bytes before the next array word, which is not fetched ahead.
TEST_P(Activity, StraightCodeAndALoopReadEachArrayWordOnce) {
  EXPECT_EQ(flash_of(FlashKind::line_buffer, loop(200)).array_reads, 2u);
}

TEST_P(Activity, ConstantsInTheDataCacheReadTheArrayOncePerLine) {
  const auto loads_from = [](Address constants) {
    Assembler program{kProgram};
    program.mov32(r0, constants);
    program.movs(r1, 50);
    const Assembler::Label top = program.here();
    program.ldr(r2, r0);
    program.ldr(r2, r0, 12);
    program.ldr(r2, r0, 16);
    program.subs(r1, 1);
    program.b(ne, top);
    program.stop();
    return program;
  };
  EXPECT_EQ(flash_of(FlashKind::art, loads_from(kFlashData)).array_reads,
            flash_of(FlashKind::art, loads_from(kRam)).array_reads + 2);
}

TEST_P(Activity, VectorIsAReadOfTheArray) {
  Assembler program{kProgram};
  program.svc(0);
  program.stop();
  const Traffic flash = flash_of(FlashKind::ideal, program);
  EXPECT_EQ(flash.array_reads, flash.fetches + 1);
}

MCOST_BOTH_LOOPS(Activity);

}  // namespace
}  // namespace mcost::test
