// Source of behaviour: CC13x2/CC26x2 TRM (VIMS) as vims.h says.
#include "memory_models/vims.h"

#include <gtest/gtest.h>

#include "tests/memory_models/mock_port.h"

namespace mcost::memory {
namespace {

using test::MockPort;

constexpr std::uint32_t kWait = 2;

class VimsTest : public testing::Test {
 protected:
  VimsTest() {
    parameters.size_bytes = 8192;
    parameters.cache_bytes = 64;  // 8 lines of 8 bytes, 2 ways
    parameters.ways = 2;
    parameters.wait_states = kWait;
  }
  // NOLINTBEGIN(misc-non-private-member-variables-in-classes): tests share a fixture's members
  VimsParameters parameters;
  // NOLINTEND(misc-non-private-member-variables-in-classes)
};

TEST_F(VimsTest, MissCostsTheLookupAndTheArray) {
  Vims vims(parameters);
  MockPort port(vims);
  EXPECT_EQ(port.fetch(0), 1 + kWait);
  EXPECT_EQ(port.fetch(4), 0u);  // the same line
}

TEST_F(VimsTest, NextLineHasItsTagPrefetched) {
  Vims vims(parameters);
  MockPort port(vims);
  port.fetch(0x40);
  port.pass(10);
  EXPECT_EQ(port.fetch(0x48), 0u);  // tag ready, array word in the line buffer
  port.pass(10);
  EXPECT_EQ(port.fetch(0x50), kWait);  // tag ready, another array word
}

TEST_F(VimsTest, WithoutTagPrefetchEveryNewLineIsLookedUp) {
  parameters.tag_prefetch = false;
  Vims vims(parameters);
  MockPort port(vims);
  port.fetch(0x40);
  port.pass(10);
  EXPECT_EQ(port.fetch(0x48), 1u);
}

TEST_F(VimsTest, HitInAnotherLineCostsTheLookup) {
  Vims vims(parameters);
  MockPort port(vims);
  port.fetch(0);
  port.fetch(0x100);
  port.pass(10);
  EXPECT_EQ(port.fetch(0), 1u);
}

TEST_F(VimsTest, LoadsUseTheSameCache) {
  Vims vims(parameters);
  MockPort port(vims);
  port.fetch(0);
  port.pass(10);
  port.load(0x100);
  port.pass(10);
  EXPECT_EQ(port.load(0), 1u);
  EXPECT_EQ(vims.counters()[0].value, 2u);
}

TEST_F(VimsTest, CacheHoldsWhatItsSizeAllows) {
  Vims vims(parameters);
  MockPort port(vims);
  // Lines 0, 4, 8 share set 0 of 4; two ways.
  for (const std::uint32_t line : {0u, 4u, 8u}) {
    port.fetch(line * 8);
    port.pass(10);
  }
  unsigned resident = 0;
  for (const std::uint32_t line : {0u, 4u, 8u}) resident += vims.fetch_line_resident(line) ? 1 : 0;
  EXPECT_EQ(resident, 2u);
  EXPECT_TRUE(vims.fetch_line_resident(8));
}

TEST_F(VimsTest, WithTheCacheOffTheLineBufferServes) {
  parameters.cache = false;
  Vims vims(parameters);
  MockPort port(vims);
  EXPECT_EQ(port.fetch(0), kWait);
  EXPECT_EQ(port.fetch(12), 0u);
  EXPECT_EQ(port.fetch(16), kWait);
  EXPECT_EQ(port.fetch(0), kWait);
}

TEST_F(VimsTest, WithEverythingOffEachReadWaits) {
  parameters.cache = false;
  parameters.code_line_buffer = false;
  Vims vims(parameters);
  MockPort port(vims);
  EXPECT_EQ(port.fetch(0), kWait);
  EXPECT_EQ(port.fetch(4), kWait);
}

TEST_F(VimsTest, UncachedViewGoesPastTheCache) {
  Vims vims(parameters);
  MockPort port(vims);
  EXPECT_EQ(port.load(0, kUncachedView), kWait);
  EXPECT_EQ(port.load(4, kUncachedView), 0u);
  EXPECT_FALSE(vims.fetch_line_resident(0));
}

TEST_F(VimsTest, SystemViewHasALineBufferOfItsOwn) {
  Vims vims(parameters);
  MockPort port(vims);
  EXPECT_EQ(port.load(0x000, kSystemView), kWait);
  EXPECT_EQ(port.load(0x100, kUncachedView), kWait);
  EXPECT_EQ(port.load(0x004, kSystemView), 0u);
  EXPECT_EQ(port.load(0x104, kUncachedView), 0u);
}

TEST_F(VimsTest, SystemLineBufferMayBeOff) {
  parameters.system_line_buffer = false;
  Vims vims(parameters);
  MockPort port(vims);
  EXPECT_EQ(port.load(0, kSystemView), kWait);
  EXPECT_EQ(port.load(4, kSystemView), kWait);
}

TEST_F(VimsTest, BusyArrayDelaysByExactlyWhatIsLeft) {
  for (std::uint32_t passed = 0; passed <= kWait + 2; ++passed) {
    parameters.cache = false;
    Vims vims(parameters);
    MockPort port(vims);
    ASSERT_EQ(port.begin_fetch(0), kWait);
    port.pass(passed);
    const std::uint32_t left = passed >= kWait + 1 ? 0 : kWait + 1 - passed;
    EXPECT_EQ(port.begin_load(0x100), left + kWait) << passed << " cycles later";
  }
}

TEST_F(VimsTest, TurningTheCacheOffForgetsIt) {
  Vims vims(parameters);
  MockPort port(vims);
  port.fetch(0);
  vims.set_cache(false);
  vims.set_cache(true);
  EXPECT_FALSE(vims.fetch_line_resident(0));
}

TEST_F(VimsTest, LookAheadAnswersLikeTheRealThing) {
  Vims looked(parameters);
  Vims real(parameters);
  bus::MicroState a;
  bus::MicroState b;
  bus::FoldLog log;
  for (const std::uint32_t offset : {0u, 4u, 8u, 16u, 0x40u, 0u, 8u, 0x44u}) {
    const std::uint32_t wait = looked.fetch(a, offset, kCachedView, 0, &log);
    EXPECT_EQ(wait, real.fetch(b, offset, kCachedView, 0, nullptr)) << "offset " << offset;
    looked.age(a, wait + 1);
    real.age(b, wait + 1);
  }
  EXPECT_FALSE(log.foldable);
  EXPECT_FALSE(looked.fetch_line_resident(0));
}

TEST_F(VimsTest, FoldOfHitsListsTheirLines) {
  Vims vims(parameters);
  MockPort port(vims);
  port.fetch(0);
  port.fetch(0x100);
  bus::MicroState state = port.state();
  bus::FoldLog log;
  vims.fetch(state, 0, kCachedView, 0, &log);
  EXPECT_TRUE(log.foldable);
  EXPECT_EQ(log.lines, std::vector<std::uint32_t>{0});
}

TEST_F(VimsTest, MissesReadTheArrayThroughItsLineBuffer) {
  Vims vims(parameters);
  MockPort port(vims);
  for (std::uint32_t offset = 0; offset < 64; offset += 4) port.fetch(offset);
  EXPECT_EQ(port.array_reads(), 4u);  // 8 lines of 8 bytes, an array word of 16 holds two
  for (std::uint32_t offset = 0; offset < 64; offset += 4) port.fetch(offset);
  EXPECT_EQ(port.array_reads(), 0u);
}

TEST_F(VimsTest, WaysPastTheCacheHaveLineBuffersAlone) {
  for (const std::uint8_t view : {kUncachedView, kSystemView}) {
    Vims vims(parameters);
    MockPort port(vims);
    for (unsigned turn = 0; turn < 2; ++turn) {
      for (std::uint32_t offset = 0; offset < 64; offset += 4) port.load(offset, view);
    }
    EXPECT_EQ(port.array_reads(), 8u) << unsigned{view};
  }
}

}  // namespace
}  // namespace mcost::memory
