// Source of behaviour: boards-and-memories facts 5.7, as icache.h says; every cycle from both
// sides.
#include "memory_models/icache.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/memory_models/mock_port.h"

namespace mcost::memory {
namespace {

using test::MockPort;

constexpr std::uint32_t kWait = 5;
constexpr std::uint32_t kLookup = 1;
constexpr std::uint32_t kLine = 16;
constexpr std::uint32_t kMiss = kLookup + kWait;  // until the word wanted is there

class IcacheTest : public testing::Test {
 protected:
  IcacheTest() {
    parameters.size_bytes = 64 * 1024;
    parameters.wait_states = kWait;
  }
  Icache make() { return {parameters, program_order}; }
  // NOLINTBEGIN(misc-non-private-member-variables-in-classes): tests share a fixture's members
  IcacheParameters parameters;
  std::uint64_t program_order = 64;
  // NOLINTEND(misc-non-private-member-variables-in-classes)
};

TEST_F(IcacheTest, MissWaitsForTheWordWantedAndTheLineHitsAfterwards) {
  Icache cache = make();
  MockPort port(cache);
  EXPECT_EQ(port.fetch(0), kMiss);
  port.pass(50);
  for (std::uint32_t offset = 0; offset < kLine; offset += 4) EXPECT_EQ(port.fetch(offset), 0u);
  EXPECT_EQ(port.fetch(kLine), kMiss);
}

TEST_F(IcacheTest, OtherHalfOfTheLineComesAnArrayReadLater) {
  constexpr std::uint32_t kLast = kMiss + kWait + 1;
  for (const std::uint32_t wanted : {0u, 8u}) {
    for (std::uint32_t passed = 0; passed <= kLast + 2; ++passed) {
      Icache cache = make();
      MockPort port(cache);
      ASSERT_EQ(port.begin_fetch(wanted), kMiss);
      port.pass(passed);
      EXPECT_EQ(port.begin_fetch(8 - wanted), passed >= kLast ? 0 : kLast - passed) << passed;
      EXPECT_EQ(port.begin_fetch(wanted + 4), passed >= kMiss ? 0 : kMiss - passed) << passed;
    }
  }
}

TEST_F(IcacheTest, HitsAreServedDuringARefill) {
  Icache cache = make();
  MockPort port(cache);
  port.fetch(0);
  port.pass(50);
  ASSERT_EQ(port.fetch(kLine), kMiss);
  EXPECT_EQ(port.fetch(4), 0u);
}

TEST_F(IcacheTest, AnotherMissWaitsUntilTheLineIsComplete) {
  constexpr std::uint32_t kFree = kMiss + (kWait + 1) + 1;
  for (std::uint32_t passed = 0; passed <= kFree + 2; ++passed) {
    Icache cache = make();
    MockPort port(cache);
    ASSERT_EQ(port.begin_fetch(0), kMiss);
    port.pass(passed);
    const std::uint32_t left = passed >= kFree ? 0 : kFree - passed;
    EXPECT_EQ(port.begin_fetch(0x100), std::max(left, kLookup) + kWait) << passed;
  }
}

TEST_F(IcacheTest, WideArrayBringsTheLineInOneRead) {
  parameters.array_bytes = 16;
  Icache cache = make();
  MockPort port(cache);
  EXPECT_EQ(port.fetch(8), kMiss);
  EXPECT_EQ(port.fetch(0), 0u);
  EXPECT_EQ(port.fetch(kLine), kMiss);
}

TEST_F(IcacheTest, InstructionsAndConstantsShareLines) {
  Icache cache = make();
  MockPort port(cache);
  EXPECT_EQ(port.load(0), kMiss);
  port.pass(50);
  EXPECT_EQ(port.fetch(4), 0u);
  EXPECT_EQ(port.store(0), 0u);
}

TEST_F(IcacheTest, ThirdLineOfASetReplacesTheLeastRecentlyUsed) {
  constexpr std::uint32_t kSets = 8192 / kLine / 2;
  Icache cache = make();
  MockPort port(cache);
  for (const std::uint32_t line : {0u, 1u}) {
    port.fetch(line * kSets * kLine);
    port.pass(50);
  }
  EXPECT_EQ(port.fetch(0), 0u);  // the other line is the older one now
  EXPECT_EQ(port.fetch(2 * kSets * kLine), kMiss);
  EXPECT_TRUE(cache.fetch_line_resident(0));
  EXPECT_FALSE(cache.fetch_line_resident(kSets));
}

TEST_F(IcacheTest, DirectMappedHasTwiceTheSetsAndOneLineInEach) {
  Icache cache = make();
  cache.set_ways(1);
  MockPort port(cache);
  constexpr std::uint32_t kSets = 8192 / kLine;
  port.fetch(0);
  port.fetch(kSets / 2 * kLine);
  EXPECT_TRUE(cache.fetch_line_resident(0));
  port.fetch(kSets * kLine);
  EXPECT_FALSE(cache.fetch_line_resident(0));
  EXPECT_TRUE(cache.fetch_line_resident(kSets / 2));
}

TEST_F(IcacheTest, SwitchedOffTheArrayWordIsKept) {
  parameters.enabled = false;
  Icache cache = make();
  MockPort port(cache);
  EXPECT_EQ(port.fetch(0), kWait);
  EXPECT_EQ(port.fetch(4), 0u);
  EXPECT_EQ(port.fetch(8), kWait);
  EXPECT_EQ(port.fetch(0), kWait);
  EXPECT_FALSE(cache.fetch_line_resident(0));
}

TEST_F(IcacheTest, InvalidatedItMissesAgain) {
  Icache cache = make();
  MockPort port(cache);
  port.fetch(0);
  const std::uint64_t before = cache.eviction_generation();
  cache.invalidate();
  EXPECT_NE(cache.eviction_generation(), before);
  port.pass(50);
  EXPECT_EQ(port.fetch(0), kMiss);
  EXPECT_EQ(cache.misses(), 2u);
}

TEST_F(IcacheTest, LookAheadAnswersLikeTheRealThing) {
  Icache cache = make();
  MockPort port(cache);
  bus::MicroState ahead = port.state();
  bus::FoldLog log;
  for (const std::uint32_t offset : {0u, 8u, 0u, 32u, 4u}) {
    const std::uint32_t expected = cache.fetch(ahead, offset, 0, 0, &log);
    EXPECT_EQ(port.begin_fetch(offset), expected) << offset;
  }
  EXPECT_FALSE(log.foldable);
}

TEST_F(IcacheTest, FoldOfHitsListsTheirLines) {
  Icache cache = make();
  MockPort port(cache);
  port.fetch(0);
  port.fetch(kLine);
  port.pass(50);
  bus::FoldLog log;
  bus::MicroState state = port.state();
  EXPECT_EQ(cache.fetch(state, 4, 0, 0, &log), 0u);
  EXPECT_EQ(cache.fetch(state, kLine, 0, 0, &log), 0u);
  EXPECT_TRUE(log.foldable);
  EXPECT_EQ(log.lines, (std::vector<std::uint32_t>{0, 1}));
  cache.count_hits(true);
  cache.fetch(state, 4, 0, 0, &log);
  EXPECT_FALSE(log.foldable);
}

TEST_F(IcacheTest, HitsAreCountedWhileAskedFor) {
  Icache cache = make();
  MockPort port(cache);
  port.fetch(0);
  port.fetch(4);
  EXPECT_EQ(cache.hits(), 0u);
  cache.count_hits(true);
  port.fetch(8);
  port.load(12);
  EXPECT_EQ(cache.hits(), 2u);
}

TEST_F(IcacheTest, LineIsReadArrayWordByArrayWordAndAHitReadsNothing) {
  Icache cache = make();
  MockPort port(cache);
  for (std::uint32_t offset = 0; offset < 4 * kLine; offset += 4) port.fetch(offset);
  EXPECT_EQ(port.array_reads(), 4u * 2);
  for (std::uint32_t offset = 0; offset < 4 * kLine; offset += 4) port.load(offset);
  EXPECT_EQ(port.array_reads(), 0u);
}

TEST_F(IcacheTest, SwitchedOffEachOtherArrayWordIsRead) {
  parameters.enabled = false;
  Icache cache = make();
  MockPort port(cache);
  for (const std::uint32_t offset : {0u, 4u, 8u, 12u, 0u}) port.fetch(offset);
  EXPECT_EQ(port.array_reads(), 3u);
}

}  // namespace
}  // namespace mcost::memory
