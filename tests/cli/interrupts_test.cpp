// The child (interrupts) of layers: handlers that interrupt a layer, each other, and follow each
// other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/programs.h"
#include "tests/support/assembler.h"

namespace mcost::cli::test {
namespace {

using mcost::test::Assembler;
using mcost::test::lr;
using mcost::test::ne;
using mcost::test::r0;
using mcost::test::r6;
using mcost::test::r7;
using ::testing::IsEmpty;

constexpr unsigned kNmi = 2;
constexpr unsigned kSvc = 11;
constexpr unsigned kPendSv = 14;
constexpr unsigned kSysTick = 15;
constexpr unsigned kLoops = 200;
constexpr Address kSysTickControl = 0xE000E010;
constexpr Address kSysTickReload = 0xE000E014;
constexpr Address kSysTickValue = 0xE000E018;
constexpr Address kIcsr = 0xE000ED04;
constexpr std::uint32_t kPendNmi = 1u << 31;  // of ICSR
constexpr std::uint32_t kPendPendSv = 1u << 28;
constexpr Address kSystemPriority3 = 0xE000ED20;  // PendSV in bits 23:16, SysTick in 31:24

void store(Assembler& code, Address address, std::uint32_t value) {
  code.mov32(r6, address);
  code.mov32(r7, value);
  code.str(r7, r6);
}

/// reset: sets priorities, starts SysTick, loops inside layer A, stops SysTick, idles. Its probes
/// are at `begin` and `end`.
struct Firmware {
  Firmware() {
    program.function("reset");
    Assembler code(program.here());
    store(code, kSystemPriority3, 0x80C00000);
    store(code, kSysTickReload, 150);
    store(code, kSysTickValue, 0);
    store(code, kSysTickControl, 7);
    begin = code.pc();
    code.movs(r0, kLoops);
    const auto again = code.here();
    code.subs(r0, 1);
    code.b(ne, again);
    end = code.pc();
    store(code, kSysTickControl, 0);
    code.b(code.here());
    program.add(code.finish());
  }
  void probes() { program.probe({1, begin, 0, "A"}).probe({2, end, 1, "A"}); }
  /// A handler that runs `body` and returns.
  template <typename Body>
  void handler(unsigned number, const std::string& name, Body body) {
    program.function(name).vector(number, program.here());
    Assembler code(program.here());
    body(code);
    code.bx(lr);
    program.add(code.finish());
  }
  Program program;
  Address begin = 0;
  Address end = 0;
};

std::uint64_t exception_cycles(const LayerResult& layer) {
  return layer.exclusive.counters.by_cause[static_cast<unsigned>(Cause::exception)];
}

constexpr unsigned kLayerInstructions = 1 + 2 * kLoops;  // movs; subs and bne

TEST(Interrupts, HandlerBelongsToTheInterruptedLayer) {
  Firmware firmware;
  firmware.probes();
  firmware.handler(kSysTick, "tick", [](Assembler& code) { code.nop(); });
  const RunResult result = run(options_for(firmware.program.write("tick.elf"), "probes"));
  EXPECT_EQ(paths(result), "A A/(interrupts) (outside)");
  const LayerResult& inside = layer(result, "A/(interrupts)");
  EXPECT_GE(inside.visits, 3u);
  EXPECT_EQ(inside.kind, "interrupts");
  EXPECT_EQ(inside.exclusive.counters.instructions, 2 * inside.visits);
  EXPECT_EQ(layer(result, "A").exclusive.counters.instructions, kLayerInstructions);
  // Entry and return are what it costs A to be interrupted; the child has the body, with the refill
  // in front of its first instruction.
  EXPECT_LE(exception_cycles(inside), 2 * inside.visits);
  EXPECT_GE(exception_cycles(layer(result, "A")), 15 * inside.visits);
  EXPECT_THAT(result.notes, IsEmpty());
}

TEST(Interrupts, NestedAndTailChainedHandlersAddUp) {
  Firmware firmware;
  firmware.probes();
  firmware.handler(kSysTick, "tick", [](Assembler& code) {
    store(code, kIcsr, kPendNmi);     // preempts SysTick
    store(code, kIcsr, kPendPendSv);  // tail-chained after SysTick
  });
  firmware.handler(kNmi, "nmi", [](Assembler& code) { code.nop(); });
  firmware.handler(kPendSv, "pend", [](Assembler& code) { code.nop(), code.nop(); });
  const RunResult result = run(options_for(firmware.program.write("nested.elf"), "probes"));
  EXPECT_EQ(paths(result), "A A/(interrupts) (outside)");
  const LayerResult& inside = layer(result, "A/(interrupts)");
  ASSERT_GE(inside.visits, 6u);
  ASSERT_EQ(inside.visits % 3, 0u);
  const std::uint64_t ticks = inside.visits / 3;
  constexpr unsigned kTick = 11;  // two stores of five instructions and bx
  EXPECT_EQ(inside.exclusive.counters.instructions, ticks * (kTick + 2 + 3));
  EXPECT_EQ(layer(result, "A").exclusive.counters.instructions, kLayerInstructions);
  EXPECT_THAT(result.notes, IsEmpty());
}

TEST(Interrupts, SupervisorCallIsACallOfTheLayer) {
  Program program;
  program.function("reset").add({0xDF00, 0xBF00, 0xE7FE});  // svc #0; nop; b .
  program.function("service").vector(kSvc, program.here()).add({0xBF00, 0x4770});  // nop; bx lr
  program.probe({1, 0x40, 0, "A"}).probe({2, 0x44, 1, "A"});
  const RunResult result = run(options_for(program.write("svc.elf"), "probes"));
  EXPECT_EQ(paths(result), "A (outside)");
  EXPECT_EQ(layer(result, "A").exclusive.counters.instructions, 4u);
}

TEST(Interrupts, HandlersAreLayersInsideInterrupts) {
  Firmware firmware;
  firmware.handler(kSysTick, "tick", [](Assembler& code) { store(code, kIcsr, kPendPendSv); });
  firmware.handler(kPendSv, "pend", [](Assembler& code) { code.nop(); });
  const RunResult result =
      run(options_for(firmware.program.write("layers.elf"), "functions:tick|pend"));
  EXPECT_EQ(paths(result),
            "(outside) (outside)/(interrupts) (outside)/(interrupts)/tick "
            "(outside)/(interrupts)/pend");
  const LayerResult& tick = layer(result, "(outside)/(interrupts)/tick");
  EXPECT_EQ(tick.exclusive.counters.instructions, 6 * tick.visits);
  EXPECT_EQ(layer(result, "(outside)/(interrupts)/pend").visits, tick.visits);
  EXPECT_EQ(layer(result, "(outside)/(interrupts)").exclusive.counters.instructions, 0u);
  EXPECT_THAT(result.notes, IsEmpty());
}

TEST(Interrupts, WithoutLayersThereIsOnlyTheOutside) {
  Firmware firmware;
  firmware.handler(kSysTick, "tick", [](Assembler& code) { code.nop(); });
  const std::string file = firmware.program.write("none.elf");
  const RunResult result = run(options_for(file, "none"));
  EXPECT_EQ(paths(result), "(outside)");
  EXPECT_EQ(run(options_for(file, "")).total, result.total);
}

}  // namespace
}  // namespace mcost::cli::test
