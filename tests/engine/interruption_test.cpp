// Instructions that exceptions cut short: continued through ICI, restarted, abandoned. Source:
// ARMv7-M ARM B1.5.10.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/engine/engine_fixture.h"
#include "tests/engine/random_program.h"

namespace mcost::test {
namespace {

using engine::kFirstInterrupt;
using engine::kUsageFault;
using engine::StopReason;

constexpr unsigned kIrq0 = kFirstInterrupt;
constexpr Address kData = kRam + 0x100;
constexpr Address kActlr = kScs + 0x008;

class Interruption : public EngineTest {
 protected:
  /// A program that ends with the instruction `emit` writes, interrupted `after` cycles into it.
  /// Returns the cycle in which the handler would start without an interruption inside.
  template <class Emit>
  void interrupt_at(Cycles after, Emit emit, std::uint32_t actlr = 0) {
    make_machine({});
    for (unsigned i = 0; i < 16; ++i) machine->poke(kData + 4 * i, 0x1000 + i);
    code = Assembler(kProgram);
    store_word(code, kScs + 0x100, 1);
    store_word(code, kActlr, actlr);
    code.mov32(r0, kData);
    for (unsigned i = 1; i < 6; ++i) code.movs(static_cast<Register>(i), i);
    code.align(4);  // returning to a 32-bit instruction at 2 modulo 4 takes a cycle more
    at_ = code.pc();
    emit(code);
    code.nop();
    code.nop();
    code.stop();
    Assembler irq(kHandlers);
    irq.ldr(r8, sp, 24);  // return address
    irq.ldr(r9, sp, 28);  // xPSR
    irq.mov(r10, r4);
    irq.mov(r11, sp);
    irq.movs(r1, 0x77);  // caller-saved registers are restored
    irq.bx(lr);
    machine->load(irq);
    machine->set_vector(kIrq0, kHandlers);
    machine->load(code);
    machine->reset();
    ASSERT_EQ(machine->run_until(at_), StopReason::until);
    begin_ = machine->engine().now();
    machine->engine().scheduler().schedule(begin_ + after,
                                           [this](Cycles) { machine->exceptions().pend(kIrq0); });
    ASSERT_EQ(machine->run(), StopReason::idle);
  }
  /// EPSR.ICI of the stacked xPSR.
  [[nodiscard]] unsigned ici() { return reg(9) >> 12 & 0xFu; }
  [[nodiscard]] std::uint64_t cut() {
    return machine->engine().statistics().interrupted_instructions;
  }

  Address at_ = 0;    // NOLINT(misc-non-private-member-variables-in-classes): a test's notes
  Cycles begin_ = 0;  // NOLINT(misc-non-private-member-variables-in-classes)
};

constexpr unsigned kOneToSeven = 0xFE;  // r1 to r7

TEST_P(Interruption, LoadMultipleContinuesBehindTheWordsItHasLoaded) {
  // LDM of 7 takes 8 cycles on zero-wait memory: word k is there after k + 1.
  for (Cycles after = 1; after < 8; ++after) {
    interrupt_at(after, [](Assembler& a) { a.ldm(r0, true, kOneToSeven); });
    const auto done = static_cast<unsigned>(std::max<Cycles>(after, 2) - 1);
    EXPECT_EQ(reg(8), at_) << after;
    EXPECT_EQ(ici(), done + 1) << after;  // the next register
    EXPECT_EQ(reg(10), done >= 4 ? 0x1003u : 4u) << after;
    EXPECT_EQ(cut(), 1u);
    for (unsigned i = 1; i < 8; ++i) EXPECT_EQ(reg(i), 0x1000 + i - 1) << "r" << i;
    EXPECT_EQ(reg(0), kData + 28);
    EXPECT_EQ(machine->observe().counters.traffic[kRamIndex].reads, 7u + 8u + 2u);
  }
}

TEST_P(Interruption, AtItsLastCycleTheInstructionIsComplete) {
  interrupt_at(8, [](Assembler& a) { a.ldm(r0, true, kOneToSeven); });
  EXPECT_EQ(reg(8), at_ + 4);
  EXPECT_EQ(ici(), 0u);
  EXPECT_EQ(cut(), 0u);
}

TEST_P(Interruption, TheInstructionIsCountedOnce) {
  interrupt_at(4, [](Assembler& a) { a.ldm(r0, true, kOneToSeven); });
  const Counters cut_short = machine->observe().counters;
  interrupt_at(8, [](Assembler& a) { a.ldm(r0, true, kOneToSeven); });
  const Counters complete = machine->observe().counters;
  EXPECT_EQ(cut_short.instructions, complete.instructions);
  EXPECT_EQ(cut_short.cycles, complete.cycles + 1);  // the rest needs an address phase of its own
  EXPECT_TRUE(cut_short.adds_up());
}

TEST_P(Interruption, PushKeepsTheWordsItHasStored) {
  for (Cycles after = 1; after < 6; ++after) {
    interrupt_at(after, [](Assembler& a) { a.push(0x3E); });  // r1 to r5
    EXPECT_EQ(reg(8), at_);
    EXPECT_EQ(reg(11), kStackTop - 24 - 32) << after;  // aligned below the pushed words
    EXPECT_EQ(reg(sp), kStackTop - 20);
    for (unsigned i = 1; i < 6; ++i) EXPECT_EQ(machine->peek(kStackTop - 24 + 4 * i), i) << after;
  }
}

TEST_P(Interruption, PopIntoThePcContinues) {
  for (Cycles after = 4; after < 12; ++after) {
    interrupt_at(after, [](Assembler& a) {
      a.mov32(r6, kProgram + 0x201);
      a.data(Wide::sub, false, sp, sp, 12);
      a.str(r1, sp, 0);
      a.str(r3, sp, 4);
      a.str(r6, sp, 8);
      a.pop(1u << r4 | 1u << r5 | 1u << pc);
      a.align(2);
      while (a.pc() < kProgram + 0x200) a.nop();
      a.movs(r7, 0x55);
    });
    EXPECT_EQ(reg(4), 1u) << after;
    EXPECT_EQ(reg(5), 3u) << after;
    EXPECT_EQ(reg(7), 0x55u) << after;
    EXPECT_EQ(reg(sp), kStackTop) << after;
  }
}

TEST_P(Interruption, InsideAnItBlockItRestarts) {
  interrupt_at(4, [](Assembler& a) {
    a.narrow(Narrow::cmp, r0, r0);
    a.it(eq);
    a.ldm(r0, false, kOneToSeven);
  });
  EXPECT_EQ(cut(), 1u);
  EXPECT_EQ(reg(9) >> 25 & 3u, 0u);
  EXPECT_EQ(reg(9) >> 10 & 0x3Fu, 0x02u);  // ITSTATE 0000'1000: EQ, the last instruction
  for (unsigned i = 1; i < 8; ++i) EXPECT_EQ(reg(i), 0x1000 + i - 1);
}

TEST_P(Interruption, ALoadedBaseIsKeptForTheRestart) {
  interrupt_at(4, [](Assembler& a) { a.ldm(r0, false, 0xFF); });
  EXPECT_EQ(cut(), 1u);
  EXPECT_EQ(ici(), 0u);
  for (unsigned i = 0; i < 8; ++i) EXPECT_EQ(reg(i), 0x1000 + i);
}

TEST_P(Interruption, DivideIsAbandonedAndItsCyclesAreCharged) {
  const auto divide = [](Assembler& a) {
    a.mov32(r4, 0xFFFFFFFF);  // and one: 12 cycles
    a.three(ThreeRegister::udiv, r5, r4, r1);
  };
  interrupt_at(2 + 12, divide);
  const Counters complete = machine->observe().counters;
  EXPECT_EQ(cut(), 0u);
  EXPECT_EQ(reg(8), at_ + 12);
  interrupt_at(2 + 7, divide);
  EXPECT_EQ(cut(), 1u);
  EXPECT_EQ(reg(8), at_ + 8);  // the divide itself
  EXPECT_EQ(reg(5), 0xFFFFFFFFu);
  const Counters counters = machine->observe().counters;
  EXPECT_EQ(counters.cycles, complete.cycles + 7);
  EXPECT_EQ(counters.instructions, complete.instructions);
  EXPECT_TRUE(counters.adds_up());
}

TEST_P(Interruption, DismcycintLetsInstructionsComplete) {
  interrupt_at(
      4, [](Assembler& a) { a.ldm(r0, true, kOneToSeven); }, 1);
  EXPECT_EQ(reg(8), at_ + 4);
  EXPECT_EQ(cut(), 0u);
}

TEST_P(Interruption, ContinuationOfAnotherInstructionIsAnInvalidState) {
  store_word(code, kScs + 0xD24, 1u << 18);
  code.svc(0);
  const Address behind = code.pc();
  code.movs(r0, 1);
  code.stop();
  Assembler& svc = handler(engine::kSvCall);
  svc.ldr(r1, sp, 28);
  svc.mov32(r2, 0x3000);  // ICI 3
  svc.narrow(Narrow::orrs, r1, r2);
  svc.str(r1, sp, 28);
  svc.bx(lr);
  Assembler& usage = handler(kUsageFault);
  usage.ldr(r10, sp, 24);
  usage.stop();
  EXPECT_EQ(run(), StopReason::fault);
  EXPECT_EQ(reg(10), behind);
  EXPECT_EQ(exceptions().cfsr, 1u << 17);
}

MCOST_BOTH_LOOPS(Interruption);

/// Interrupts whose handlers touch only memory of their own change no result.
class Transparency : public EngineTest {
 protected:
  struct Results {
    std::array<std::uint32_t, 15> registers{};
    std::array<std::uint32_t, 32> singles{};
    std::vector<std::uint8_t> data;
    std::uint64_t cut = 0;
  };
  Results results_of(const RandomProgram& program, std::uint64_t seed, bool interrupts) {
    make_machine({});
    load_program(*machine, program);
    if (interrupts) inject_interrupts(*machine, seed);
    EXPECT_EQ(machine->run(20'000'000), StopReason::idle) << "seed " << seed;
    Results results;
    std::copy_n(machine->engine().core().r.begin(), 15, results.registers.begin());
    results.singles = machine->engine().core().s;
    for (const Address area : {kRam + 0x1000, kSlowRam + 0x1000}) {
      std::vector<std::uint8_t> bytes(0x1000);
      EXPECT_TRUE(machine->engine().read_memory(area, bytes.data(), bytes.size()));
      results.data.insert(results.data.end(), bytes.begin(), bytes.end());
    }
    results.cut = machine->engine().statistics().interrupted_instructions;
    return results;
  }
};

TEST_P(Transparency, InterruptsAtRandomCyclesChangeNoResult) {
  std::uint64_t cut = 0;
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    ProgramOptions options;
    options.injected = true;
    options.exclusives = false;  // an exception clears the monitor
    options.patches_code = seed % 3 == 0;
    options.floating_point = seed % 2 == 0;
    options.rounds = 12;
    const RandomProgram program = make_random_program(seed, options);
    const Results quiet = results_of(program, seed, false);
    const Results noisy = results_of(program, seed, true);
    EXPECT_EQ(quiet.registers, noisy.registers) << "seed " << seed;
    EXPECT_EQ(quiet.singles, noisy.singles) << "seed " << seed;
    EXPECT_EQ(quiet.data, noisy.data) << "seed " << seed;
    cut += noisy.cut;
  }
  EXPECT_GT(cut, 100u);
}

MCOST_BOTH_LOOPS(Transparency);

}  // namespace
}  // namespace mcost::test
