// Source of behaviour: boards-and-memories facts 5.4 and 5.5, as art_f7.h says; every cycle from
// both sides.
#include "memory_models/art_f7.h"

#include <gtest/gtest.h>

#include "tests/memory_models/mock_port.h"

namespace mcost::memory {
namespace {

using test::MockPort;

constexpr std::uint32_t kWait = 7;
constexpr std::uint32_t kLine = 32;
constexpr std::uint8_t kAxi = 0;

class ArtF7Test : public testing::Test {
 protected:
  ArtF7Test() {
    parameters.size_bytes = 64 * 1024;
    parameters.wait_states = kWait;
    parameters.lines = parameters.ways = 4;
  }
  F7Flash make() { return {parameters, program_order}; }
  // NOLINTBEGIN(misc-non-private-member-variables-in-classes): tests share a fixture's members
  ArtF7Parameters parameters;
  std::uint64_t program_order = 64;
  // NOLINTEND(misc-non-private-member-variables-in-classes)
};

TEST_F(ArtF7Test, MissThroughItcmWaitsAndTheLineHitsAfterwards) {
  F7Flash flash = make();
  MockPort port(flash);
  EXPECT_EQ(port.fetch(0, kItcmView), kWait);
  EXPECT_EQ(port.fetch(28, kItcmView), 0u);
  EXPECT_EQ(port.fetch(kLine, kItcmView), kWait);
  EXPECT_EQ(port.fetch(0, kItcmView), 0u);
}

TEST_F(ArtF7Test, AxiWayHasTheLineReadLastAlone) {
  F7Flash flash = make();
  MockPort port(flash);
  EXPECT_EQ(port.fetch(0, kItcmView), kWait);
  EXPECT_EQ(port.fetch(0, kAxi), kWait);
  EXPECT_EQ(port.load(16, kAxi), 0u);
  EXPECT_EQ(port.fetch(kLine, kAxi), kWait);
  EXPECT_EQ(port.fetch(0, kAxi), kWait);
  EXPECT_EQ(port.fetch(0, kItcmView), 0u);
  EXPECT_EQ(port.fetch(kLine, kItcmView), kWait);  // AXI reads leave nothing in the accelerator
}

TEST_F(ArtF7Test, BothWaysShareTheArray) {
  for (std::uint32_t passed = 0; passed <= kWait + 2; ++passed) {
    const std::uint32_t left = passed >= kWait + 1 ? 0 : kWait + 1 - passed;
    F7Flash flash = make();
    MockPort port(flash);
    ASSERT_EQ(port.begin_fetch(0, kItcmView), kWait);
    port.pass(passed);
    EXPECT_EQ(port.begin_fetch(0x100, kAxi), left + kWait) << passed;
    F7Flash other = make();
    MockPort other_port(other);
    ASSERT_EQ(other_port.begin_load(0, kAxi), kWait);
    other_port.pass(passed);
    EXPECT_EQ(other_port.begin_fetch(0x100, kItcmView), left + kWait) << passed;
  }
}

TEST_F(ArtF7Test, InstructionsAndDataShareLines) {
  F7Flash flash = make();
  MockPort port(flash);
  EXPECT_EQ(port.load(0, kItcmView), kWait);
  EXPECT_EQ(port.fetch(4, kItcmView), 0u);
  for (std::uint32_t line = 1; line <= 4; ++line) port.load(line * kLine, kItcmView);
  EXPECT_FALSE(flash.fetch_line_resident(0 | ArtF7::kLineBit));  // the least recently used
  EXPECT_TRUE(flash.fetch_line_resident(1 | ArtF7::kLineBit));
  EXPECT_EQ(flash.counters().at(0).value, 5u);
}

TEST_F(ArtF7Test, PrefetchInFlightLeavesExactlyTheRemainingCycles) {
  parameters.prefetch = true;
  constexpr std::uint32_t kArrives = (kWait + 1) + kWait;
  for (std::uint32_t passed = 0; passed <= kArrives + 2; ++passed) {
    F7Flash flash = make();
    MockPort port(flash);
    ASSERT_EQ(port.begin_fetch(0, kItcmView), kWait);
    port.pass(passed);
    EXPECT_EQ(port.begin_fetch(kLine, kItcmView), passed >= kArrives ? 0 : kArrives - passed)
        << passed;
  }
}

TEST_F(ArtF7Test, SequentialCodeHidesSevenWaitStates) {
  // A line is four doublewords, which the core takes in four cycles; the array needs eight.
  parameters.prefetch = true;
  F7Flash flash = make();
  MockPort port(flash);
  for (std::uint32_t offset = 0; offset < 8 * kLine; offset += 8) port.fetch(offset, kItcmView);
  std::uint32_t waits = 0;
  for (std::uint32_t offset = 8 * kLine; offset < 16 * kLine; offset += 8)
    waits += port.fetch(offset, kItcmView);
  EXPECT_EQ(waits, 8 * (kWait + 1 - 4));
}

TEST_F(ArtF7Test, SwitchedOffTheLineInUseStillServes) {
  parameters.enabled = false;
  F7Flash flash = make();
  MockPort port(flash);
  EXPECT_EQ(port.fetch(0, kItcmView), kWait);
  EXPECT_EQ(port.fetch(8, kItcmView), 0u);
  EXPECT_EQ(port.load(16, kItcmView), 0u);
  EXPECT_EQ(port.load(0x100, kItcmView), kWait);
  EXPECT_EQ(port.fetch(kLine, kItcmView), kWait);
  EXPECT_EQ(port.fetch(0, kItcmView), kWait);
}

TEST_F(ArtF7Test, SettingsReachBothWays) {
  F7Flash flash = make();
  flash.set({.wait_states = 2, .prefetch = true, .icache = false});
  MockPort port(flash);
  EXPECT_EQ(port.fetch(0, kItcmView), 2u);
  port.pass(50);
  EXPECT_EQ(port.fetch(0x100, kAxi), 2u);
  EXPECT_EQ(flash.settings(), (FlashSettings{.wait_states = 2, .prefetch = true}));
}

TEST_F(ArtF7Test, ClearedItMissesAgain) {
  F7Flash flash = make();
  MockPort port(flash);
  port.fetch(0, kItcmView);
  flash.clear_icache();
  port.pass(50);
  EXPECT_EQ(port.fetch(0, kItcmView), kWait);
}

TEST_F(ArtF7Test, LookAheadAnswersLikeTheRealThing) {
  parameters.prefetch = true;
  F7Flash flash = make();
  MockPort port(flash);
  bus::MicroState ahead = port.state();
  bus::FoldLog log;
  for (const std::uint32_t offset : {0u, 8u, 32u, 0u, 256u, 36u}) {
    const std::uint32_t expected = flash.fetch(ahead, offset, kItcmView, 0, &log);
    EXPECT_EQ(port.begin_fetch(offset, kItcmView), expected) << offset;
  }
  EXPECT_FALSE(log.foldable);
}

TEST_F(ArtF7Test, BothWaysCountReadsOfTheArray) {
  F7Flash flash = make();
  MockPort port(flash);
  for (std::uint32_t offset = 0; offset < 2 * kLine; offset += 8) port.fetch(offset, kItcmView);
  port.load(4, kItcmView);
  EXPECT_EQ(port.array_reads(), 2u);
  for (std::uint32_t offset = 0; offset < 2 * kLine; offset += 8) port.fetch(offset, kAxi);
  port.load(kLine + 4, kAxi);
  EXPECT_EQ(port.array_reads(), 2u);
  port.load(4, kAxi);
  EXPECT_EQ(port.array_reads(), 1u);
}

TEST_F(ArtF7Test, PrefetchesOfTheAcceleratorAreReadsOfTheArray) {
  parameters.prefetch = true;
  F7Flash flash = make();
  MockPort port(flash);
  port.fetch(0, kItcmView);
  EXPECT_EQ(port.array_reads(), 2u);
  port.pass(50);
  port.fetch(kLine, kItcmView);
  EXPECT_EQ(port.array_reads(), 1u);
  port.load(0x400, kItcmView);
  EXPECT_EQ(port.array_reads(), 1u);  // loads prefetch nothing
}

TEST_F(ArtF7Test, SwitchedOffTheLineInUseAloneSparesReadsOfTheArray) {
  parameters.enabled = false;
  F7Flash flash = make();
  MockPort port(flash);
  for (const std::uint32_t offset : {0u, 8u, 32u, 0u}) port.fetch(offset, kItcmView);
  EXPECT_EQ(port.array_reads(), 3u);
  port.load(0x400, kItcmView);
  port.load(0x400, kItcmView);
  EXPECT_EQ(port.array_reads(), 2u);
}

}  // namespace
}  // namespace mcost::memory
