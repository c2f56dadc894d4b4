// How a board starts: in its run state or from reset, and what is said about its clock.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/programs.h"

namespace mcost::cli::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

/// 200 instructions in a row: enough array reads for wait states and prefetch to show.
std::string straight_code(const std::string& name) {
  Program program;
  program.function("reset");
  program.add(std::vector<std::uint16_t>(200, 0x3001));  // adds r0, #1
  return program.add({kBranchToSelf}).write(name);
}

RunResult run_on(const std::string& file, const std::string& board,
                 const std::vector<std::string>& set, const std::string& clock = "") {
  RawOptions options = options_for(file, "none");
  options.board = board;
  options.set = set;
  options.clock = clock;
  return run(options);
}

TEST(StartReset, FlashAndClockHaveTheirResetValues) {
  const std::string file = straight_code("straight.elf");
  const std::string flash = "memories.flash.";
  struct Case {
    const char* board;
    std::vector<std::string> by_hand;
    std::uint64_t clock_hz;
  };
  for (const auto& [board, by_hand, clock_hz] :
       {Case{"stm32f469i-disco",
             {"wait_states=0", "accelerator.prefetch_enabled=false",
              "accelerator.icache_enabled=false", "accelerator.dcache_enabled=false"},
             16'000'000},
        Case{"nucleo-l496zg", {"wait_states=0"}, 4'000'000},
        Case{"launchxl-cc26x2r1", {"accelerator.mode=gpram"}, 48'000'000}}) {
    SCOPED_TRACE(board);
    std::vector<std::string> set;
    for (const std::string& value : by_hand) set.push_back(flash + value);
    const RunResult from_reset = run_on(file, board, {"start=reset"});
    EXPECT_EQ(from_reset.clock, (Hertz{clock_hz, 1}));
    // At the rated clock: as many cycles, less time.
    EXPECT_EQ(from_reset.total.counters, run_on(file, board, set).total.counters);
    EXPECT_NE(from_reset.total.counters, run_on(file, board, {}).total.counters);
    EXPECT_THAT(from_reset.board.resolved_yaml, HasSubstr("start: reset"));
    EXPECT_THAT(from_reset.notes, Contains("start is overridden"));
  }
}

TEST(StartReset, WhatTheUserGaveHolds) {
  const std::string file = straight_code("given.elf");
  const RunResult given =
      run_on(file, "stm32f469i-disco", {"start=reset", "memories.flash.wait_states=7"}, "20000000");
  EXPECT_EQ(given.clock, (Hertz{20'000'000, 1}));
  EXPECT_GT(given.total.counters.cycles,
            run_on(file, "stm32f469i-disco", {"start=reset"}).total.counters.cycles + 100);
}

TEST(WaitStates, TooFewForTheClockIsANote) {
  const std::string file = straight_code("waits.elf");
  const auto too_few = HasSubstr("wait states are too few");
  EXPECT_THAT(run_on(file, "stm32f469i-disco", {}).notes, Not(Contains(too_few)));
  EXPECT_THAT(run_on(file, "stm32f469i-disco", {"start=reset"}).notes, Not(Contains(too_few)));
  EXPECT_THAT(run_on(file, "stm32f469i-disco", {"memories.flash.wait_states=4"}).notes,
              Contains("flash: 4 wait states are too few for 180000000 Hz (at most 150000000 Hz): "
                       "the board would misread it"));
}

TEST(WaitStates, WhatFirmwareWritesIsHeldAgainstTheClock) {
  Program program;
  program.function("reset").add({0x4801, 0x2102, 0x6001, kBranchToSelf});
  // ldr r0, [pc, #4]; movs r1, #2; str r1, [r0]; b .
  program.add({0x3C00, 0x4002});  // .word FLASH_ACR
  const RunResult result = run_on(program.write("acr.elf"), "stm32f469i-disco", {});
  EXPECT_THAT(result.notes, Contains(HasSubstr("flash: 2 wait states are too few for 180000000")));
  EXPECT_THAT(result.notes, Contains(HasSubstr("misread it, first at 0x00000044 reset+0x4")));
}

/// HAL_Init turns the caches on and writes LATENCY back as it reads after reset.
TEST(WaitStates, WhatFirmwareWritesBackUnchangedStaysInTheRunState) {
  Program program;
  program.function("reset").add({0x4802, 0x2107, 0x0209, 0x6001, kBranchToSelf, 0xBF00});
  // ldr r0, [pc, #8]; movs r1, #7; lsls r1, r1, #8; str r1, [r0]; b .; nop
  program.add({0x3C00, 0x4002});  // .word FLASH_ACR
  const std::string file = program.write("enables.elf");
  const RunResult result = run_on(file, "stm32f469i-disco", {});
  EXPECT_THAT(result.notes, Contains(HasSubstr("FLASH_ACR to 0x00000700: 5 wait states")));
  EXPECT_THAT(result.notes, Not(Contains(HasSubstr("too few"))));
  EXPECT_THAT(run_on(file, "stm32f469i-disco", {"start=reset"}).notes,
              Contains(HasSubstr("FLASH_ACR to 0x00000700: 0 wait states")));
}

/// ldr r0, [pc, #8]; movs r1, #9; lsls r1, r1, #4 (HPRE / 4); str r1, [r0]; 10 nops; b .
std::string slow_down(const std::string& name) {
  Program program;
  program.function("reset").add({0x4805, 0x2109, 0x0109, 0x6001});
  program.add(std::vector<std::uint16_t>(7, 0xBF00));
  return program.add({kBranchToSelf, 0x3808, 0x4002}).write(name);  // .word RCC_CFGR
}

TEST(ClockSpans, TimeIsThatOfTheClockAtWhichCyclesPassed) {
  const RunResult result = run_on(slow_down("slow.elf"), "stm32f469i-disco", {"start=reset"});
  EXPECT_EQ(result.clock, (Hertz{4'000'000, 1}));
  EXPECT_EQ(result.clocks, (std::vector<Hertz>{{16'000'000, 1}, {4'000'000, 1}}));
  const Counters& total = result.total.counters;
  EXPECT_EQ(total.cycles_at(0) + total.cycles_at(1), total.cycles);
  EXPECT_GE(total.cycles_at(1), 8u);  // the store itself is in the new span
  EXPECT_GE(total.cycles_at(0), 3u);
  const RunResult pinned = run_on(slow_down("slow.elf"), "stm32f469i-disco", {}, "16000000");
  EXPECT_EQ(pinned.clock, (Hertz{16'000'000, 1}));
  EXPECT_TRUE(pinned.clocks.empty());
}

}  // namespace
}  // namespace mcost::cli::test
