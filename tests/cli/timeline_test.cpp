// The timeline of a run: events of probes between what the firmware shows of itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "boards/signal_log.h"
#include "tests/cli/programs.h"
#include "tests/support/assembler.h"

namespace mcost::cli::test {
namespace {

using namespace mcost::test;  // NOLINT: registers of the assembler
using ::testing::Contains;
using ::testing::HasSubstr;

void store(Assembler& code, Address address, std::uint32_t value) {
  code.mov32(r6, address);
  code.mov32(r7, value);
  code.str(r7, r6);
}

/// Enables the units; r1 is ITM's, r2 DWT's base.
void enable(Assembler& code) {
  store(code, 0xE000EDFC, 1u << 24);  // DEMCR.TRCENA
  store(code, 0xE0000E80, 1);         // ITM_TCR
  store(code, 0xE0000E00, 0x81);      // ITM_TER: ports 0 and 7
  store(code, 0xE0001000, 1);         // DWT_CTRL.CYCCNTENA
  code.mov32(r1, 0xE0000000);
  code.mov32(r2, 0xE0001000);
}

std::string kinds(const RunResult& result) {
  std::string text;
  for (const TimelineEvent& event : result.timeline) {
    text += event.kind + " " + event.provider + " " + event.name;
    for (const auto& value : event.values) text += " " + std::to_string(value->magnitude);
    text += "; ";
  }
  return text;
}

TEST(Timeline, IsInTheOrderOfCycles) {
  Assembler code(0x40);
  enable(code);
  code.ldr(r5, r2, 4);
  const Address probe = code.pc();
  code.mov32(r5, 0x0A694821);  // "!Hi\n"
  code.str(r5, r1);
  code.mov32(r5, 9);
  code.str(r5, r1, 4 * 7);
  code.ldr(r3, r2, 4);
  const auto idle = code.label();
  code.bind(idle);
  code.b(idle);
  Program program;
  program.function("reset").add(code.finish());
  program.probe({3, probe, 0, "seen"});
  const std::string file = program.write("timeline.elf");
  const RunResult result = run(options_for(file, ""));
  ASSERT_EQ(result.timeline.size(), 5u);
  EXPECT_EQ(result.timeline[0].kind, "cyccnt");
  EXPECT_THAT(result.timeline[0].name, HasSubstr("reset+0x"));
  EXPECT_EQ(result.timeline[1].name, "seen");
  EXPECT_EQ(result.timeline[2].name, "!Hi");
  EXPECT_EQ(result.timeline[2].provider, "port0");
  EXPECT_EQ(result.timeline[3].provider, "port7");
  EXPECT_EQ(result.timeline[3].values.front()->magnitude, 9u);
  EXPECT_EQ(result.timeline[4].kind, "cyccnt");
  EXPECT_EQ(
      result.timeline[4].values.front()->magnitude - result.timeline[0].values.front()->magnitude,
      result.timeline[4].cycle - result.timeline[0].cycle)
      << kinds(result);
  // Without layers the probes are not heard; what the firmware shows is seen all the same.
  EXPECT_EQ(run(options_for(file, "none")).timeline.size(), 4u);
}

TEST(Timeline, WhatIsLeftOutIsCountedInANote) {
  Assembler code(0x40);
  enable(code);
  code.mov32(r4, boards::SignalLog::kMost[2] + 7);
  const auto again = code.label();
  code.bind(again);
  code.ldr(r5, r2, 4);
  code.subs(r4, 1);
  code.b(ne, again);
  const auto idle = code.label();
  code.bind(idle);
  code.b(idle);
  Program program;
  program.function("reset").add(code.finish());
  const RunResult result = run(options_for(program.write("many.elf"), "none"));
  EXPECT_EQ(result.timeline.size(), boards::SignalLog::kMost[2]);
  EXPECT_THAT(result.notes, Contains("7 further reads of CYCCNT are not on the timeline"));
}

}  // namespace
}  // namespace mcost::cli::test
