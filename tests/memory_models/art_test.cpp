// Source of behaviour: RM0090 3.5.2 and RM0351 3.3.3, as art.h says; every cycle from both sides.
#include "memory_models/art.h"

#include <gtest/gtest.h>

#include <vector>

#include "sim_core/bus/window.h"
#include "tests/memory_models/mock_port.h"

namespace mcost::memory {
namespace {

using test::MockPort;

constexpr std::uint32_t kWait = 5;
constexpr std::uint32_t kLine = 16;

class ArtTest : public testing::Test {
 protected:
  ArtTest() {
    parameters.size_bytes = 4096;
    parameters.array_bytes = kLine;
    parameters.i_lines = parameters.i_ways = 4;
    parameters.d_lines = parameters.d_ways = 2;
    parameters.wait_states = kWait;
  }
  Art make() { return {parameters, tags, program_order}; }
  /// A load as the engine makes it: a line that is absent is filled at once and timed as missed.
  std::uint32_t load(Art& art, MockPort& port, std::uint32_t offset) {
    const bool missed = (tags[offset >> bus::kTagShift] & bus::kAbsent) != 0;
    if (missed) {
      art.fill_data_line(offset, ++program_order);
    } else {
      art.data_stamps()[offset / parameters.array_bytes] = ++program_order;
    }
    return port.load(offset, 0, missed);
  }
  // NOLINTBEGIN(misc-non-private-member-variables-in-classes): tests share a fixture's members
  ArtParameters parameters;
  std::vector<std::uint8_t> tags;
  std::uint64_t program_order = 64;
  // NOLINTEND(misc-non-private-member-variables-in-classes)
};

TEST_F(ArtTest, MissWaitsAndTheLineHitsAfterwards) {
  Art art = make();
  MockPort port(art);
  EXPECT_EQ(port.fetch(0), kWait);
  EXPECT_EQ(port.fetch(4), 0u);
  EXPECT_EQ(port.fetch(12), 0u);
  EXPECT_EQ(port.fetch(16), kWait);
  EXPECT_EQ(port.fetch(0), 0u);
}

TEST_F(ArtTest, SecondMissWaitsForTheArrayAndThenForItself) {
  for (std::uint32_t passed = 0; passed <= kWait + 2; ++passed) {
    Art art = make();
    MockPort port(art);
    ASSERT_EQ(port.begin_fetch(0), kWait);
    port.pass(passed);
    const std::uint32_t left = passed >= kWait + 1 ? 0 : kWait + 1 - passed;
    EXPECT_EQ(port.begin_fetch(0x100), left + kWait) << passed << " cycles later";
  }
}

TEST_F(ArtTest, PrefetchInFlightLeavesExactlyTheRemainingCycles) {
  parameters.prefetch = true;
  // The miss at 0 takes kWait + 1 cycles, then the array reads the next line for as long.
  constexpr std::uint32_t kArrives = (kWait + 1) + kWait;
  for (std::uint32_t passed = 0; passed <= kArrives + 2; ++passed) {
    Art art = make();
    MockPort port(art);
    ASSERT_EQ(port.begin_fetch(0), kWait);
    port.pass(passed);
    const std::uint32_t left = passed >= kArrives ? 0 : kArrives - passed;
    EXPECT_EQ(port.begin_fetch(kLine), left) << passed << " cycles later";
  }
}

TEST_F(ArtTest, TakingUpAPrefetchStartsTheNext) {
  parameters.prefetch = true;
  Art art = make();
  MockPort port(art);
  port.fetch(0);
  port.pass(100);
  EXPECT_EQ(port.begin_fetch(kLine), 0u);
  port.pass(kWait - 1);
  EXPECT_EQ(port.begin_fetch(2 * kLine), 1u);
}

TEST_F(ArtTest, SequentialCodeWithSixteenByteLinesHidesUpToThreeWaitStates) {
  // The array brings four words in wait states + 1 cycles; the core takes one word per cycle.
  for (std::uint32_t wait = 0; wait <= 7; ++wait) {
    parameters.prefetch = true;
    parameters.wait_states = wait;
    Art art = make();
    MockPort port(art);
    for (std::uint32_t offset = 0; offset < 8 * kLine; offset += 4) port.fetch(offset);
    std::uint32_t waits = 0;
    for (std::uint32_t offset = 8 * kLine; offset < 16 * kLine; offset += 4)
      waits += port.fetch(offset);
    const std::uint32_t per_line = wait > 3 ? wait - 3 : 0;
    EXPECT_EQ(waits, 8 * per_line) << wait << " wait states";
  }
}

TEST_F(ArtTest, PrefetchedLineIsNotCopiedToTheCache) {
  parameters.prefetch = true;
  Art art = make();
  MockPort port(art);
  port.fetch(0);
  port.pass(100);
  ASSERT_EQ(port.fetch(kLine), 0u);
  EXPECT_TRUE(art.fetch_line_resident(0));
  EXPECT_FALSE(art.fetch_line_resident(1));
}

TEST_F(ArtTest, WithoutCacheTheLineInUseStillServes) {
  parameters.icache = false;
  Art art = make();
  MockPort port(art);
  EXPECT_EQ(port.fetch(0), kWait);
  EXPECT_EQ(port.fetch(8), 0u);
  EXPECT_EQ(port.fetch(kLine), kWait);
  EXPECT_EQ(port.fetch(0), kWait);
}

TEST_F(ArtTest, FifthLineEvictsTheLeastRecentlyUsed) {
  Art art = make();
  MockPort port(art);
  for (std::uint32_t line = 0; line < 4; ++line) port.fetch(line * kLine);
  port.pass(50);
  EXPECT_EQ(port.fetch(0), 0u);  // line 1 is the oldest now
  const std::uint64_t before = art.eviction_generation();
  EXPECT_EQ(port.fetch(4 * kLine), kWait);
  EXPECT_NE(art.eviction_generation(), before);
  EXPECT_TRUE(art.fetch_line_resident(0));
  EXPECT_FALSE(art.fetch_line_resident(1));
}

TEST_F(ArtTest, MemoisedVisitsKeepTheirLinesYoung) {
  Art art = make();
  MockPort port(art);
  for (std::uint32_t line = 0; line < 4; ++line) port.fetch(line * kLine);
  program_order += 64;
  art.touch_fetch_lines({1, 0}, program_order);
  program_order += 64;
  port.pass(50);
  port.fetch(4 * kLine);
  port.fetch(5 * kLine);
  EXPECT_FALSE(art.fetch_line_resident(2));
  EXPECT_FALSE(art.fetch_line_resident(3));
  port.fetch(6 * kLine);
  EXPECT_FALSE(art.fetch_line_resident(1));  // used before line 0
  EXPECT_TRUE(art.fetch_line_resident(0));
}

TEST_F(ArtTest, SectoredLinesFillOneArrayReadAtATime) {
  parameters.array_bytes = 8;
  parameters.sectors_per_line = 4;
  parameters.i_ways = 2;
  Art art = make();
  MockPort port(art);
  EXPECT_EQ(port.fetch(0), kWait);
  EXPECT_EQ(port.fetch(4), 0u);
  EXPECT_EQ(port.fetch(8), kWait);
  EXPECT_EQ(port.fetch(24), kWait);
  EXPECT_EQ(port.fetch(16), kWait);
  EXPECT_EQ(port.fetch(28), 0u);
}

TEST_F(ArtTest, WholeLineFillBringsAllSectors) {
  parameters.array_bytes = 8;
  parameters.sectors_per_line = 4;
  parameters.whole_line_fill = true;
  Art art = make();
  MockPort port(art);
  EXPECT_EQ(port.fetch(8), kWait);
  EXPECT_EQ(port.fetch(0), 0u);
  EXPECT_EQ(port.fetch(24), 0u);
}

TEST_F(ArtTest, DataMissReadsTheArrayAndHitsDoNot) {
  Art art = make();
  MockPort port(art);
  EXPECT_EQ(load(art, port, 0x40), kWait);
  EXPECT_EQ(load(art, port, 0x4C), 0u);
  EXPECT_EQ(load(art, port, 0x50), kWait);
}

TEST_F(ArtTest, DataCacheIsTrulyLeastRecentlyUsed) {
  Art art = make();
  MockPort port(art);
  load(art, port, 0x00);
  load(art, port, 0x10);
  EXPECT_EQ(load(art, port, 0x00), 0u);
  EXPECT_EQ(load(art, port, 0x20), kWait);  // evicts 0x10
  EXPECT_EQ(load(art, port, 0x00), 0u);
  EXPECT_EQ(load(art, port, 0x10), kWait);
}

TEST_F(ArtTest, TagsSayWhatTheDataCacheHolds) {
  Art art = make();
  MockPort port(art);
  ASSERT_EQ(tags.size(), bus::tags_of(parameters.size_bytes));
  EXPECT_EQ(tags[0x40 >> bus::kTagShift], bus::kAbsent);
  load(art, port, 0x40);
  EXPECT_EQ(tags[0x4C >> bus::kTagShift], 0);
  load(art, port, 0x50);
  load(art, port, 0x60);
  EXPECT_EQ(tags[0x40 >> bus::kTagShift], bus::kAbsent);
}

TEST_F(ArtTest, DataMissDelaysAFetchByWhatIsLeftOfItsRead) {
  for (std::uint32_t passed = 0; passed <= kWait + 2; ++passed) {
    Art art = make();
    MockPort port(art);
    art.fill_data_line(0x40, 1);
    ASSERT_EQ(port.begin_load(0x40, 0, true), kWait);
    port.pass(passed);
    const std::uint32_t left = passed >= kWait + 1 ? 0 : kWait + 1 - passed;
    EXPECT_EQ(port.begin_fetch(0x200), left + kWait) << passed << " cycles later";
  }
}

TEST_F(ArtTest, DataMissDoesNotStartAPrefetch) {
  parameters.prefetch = true;
  Art art = make();
  MockPort port(art);
  load(art, port, 0x40);
  port.pass(100);
  EXPECT_EQ(port.fetch(0x50), kWait);
}

TEST_F(ArtTest, WithoutDataCacheEveryLoadReadsTheArray) {
  parameters.dcache = false;
  Art art = make();
  MockPort port(art);
  EXPECT_EQ(art.data_path(), bus::DataPath::timed);
  EXPECT_EQ(port.load(0x40), kWait);
  EXPECT_EQ(port.load(0x40), kWait);
}

TEST_F(ArtTest, FoldLeavesContentsAsTheyAre) {
  Art art = make();
  MockPort port(art);
  port.fetch(0);
  bus::MicroState state = port.state();
  bus::FoldLog hit;
  EXPECT_EQ(art.fetch(state, 4, 0, 0, &hit), 0u);
  EXPECT_TRUE(hit.foldable);
  EXPECT_EQ(hit.lines, std::vector<std::uint32_t>{0});
  bus::FoldLog miss;
  EXPECT_EQ(art.fetch(state, kLine, 0, 0, &miss), kWait);
  EXPECT_FALSE(miss.foldable);
  EXPECT_EQ(art.fetch(state, kLine + 4, 0, 0, &miss), 0u);  // would be there by now
  EXPECT_FALSE(art.fetch_line_resident(1));
}

TEST_F(ArtTest, LookAheadAnswersLikeTheRealThing) {
  // The same fetches with a log and without take the same time.
  parameters.prefetch = true;
  const std::vector<std::uint32_t> offsets = {0, 4, 16, 20, 64, 16, 68, 80, 0, 96};
  Art looked = make();
  std::vector<std::uint8_t> other_tags;
  Art real(parameters, other_tags, program_order);
  bus::MicroState a;
  bus::MicroState b;
  bus::FoldLog log;
  for (const std::uint32_t offset : offsets) {
    const std::uint32_t wait = looked.fetch(a, offset, 0, 0, &log);
    EXPECT_EQ(wait, real.fetch(b, offset, 0, 0, nullptr)) << "offset " << offset;
    looked.age(a, wait + 1);
    real.age(b, wait + 1);
  }
  EXPECT_EQ(looked.counters()[0].value, 0u);
  EXPECT_GT(real.counters()[0].value, 0u);
}

TEST_F(ArtTest, ResetForgetsBothCaches) {
  Art art = make();
  MockPort port(art);
  port.fetch(0);
  load(art, port, 0x40);
  art.clear_icache();
  art.clear_dcache();
  EXPECT_FALSE(art.fetch_line_resident(0));
  EXPECT_EQ(tags[0x40 >> bus::kTagShift], bus::kAbsent);
}

TEST_F(ArtTest, CountsMisses) {
  Art art = make();
  MockPort port(art);
  port.fetch(0);
  port.fetch(4);
  port.fetch(0x100);
  load(art, port, 0x40);
  load(art, port, 0x44);
  EXPECT_EQ(art.counters()[0].value, 2u);
  EXPECT_EQ(art.counters()[1].value, 1u);
}

TEST_F(ArtTest, StraightCodeReadsTheArrayOncePerLineAndAHitNever) {
  Art art = make();
  MockPort port(art);
  for (std::uint32_t offset = 0; offset < 4 * kLine; offset += 4) port.fetch(offset);
  EXPECT_EQ(port.array_reads(), 4u);
  for (std::uint32_t offset = 0; offset < 4 * kLine; offset += 4) port.fetch(offset);
  EXPECT_EQ(port.array_reads(), 0u);
}

TEST_F(ArtTest, EachPrefetchIsAReadOfTheArrayWhetherItsLineIsUsedOrNot) {
  parameters.prefetch = true;
  Art art = make();
  MockPort port(art);
  port.fetch(0);
  EXPECT_EQ(port.array_reads(), 2u);  // its line and the next
  for (std::uint32_t offset = 4; offset < 4 * kLine; offset += 4) port.fetch(offset);
  EXPECT_EQ(port.array_reads(), 3u);  // lines 2, 3 and 4, as lines 1, 2 and 3 are taken up
  port.fetch(0x100);
  EXPECT_EQ(port.array_reads(), 2u);
}

TEST_F(ArtTest, WithoutCachesOnlyTheLineInUseSparesReadsOfTheArray) {
  parameters.icache = parameters.dcache = false;
  Art art = make();
  MockPort port(art);
  for (unsigned turn = 0; turn < 3; ++turn) {
    for (const std::uint32_t offset : {0u, 4u, 16u, 20u}) port.fetch(offset);
  }
  EXPECT_EQ(port.array_reads(), 3u * 2);
  port.load(0x200);
  port.load(0x204);
  EXPECT_EQ(port.array_reads(), 2u);
  port.store(0x200);
  EXPECT_EQ(port.array_reads(), 0u);
}

TEST_F(ArtTest, LiteralsReadTheArrayOncePerLine) {
  Art art = make();
  MockPort port(art);
  for (const std::uint32_t offset : {0x100u, 0x104u, 0x10Cu, 0x110u, 0x104u})
    load(art, port, offset);
  EXPECT_EQ(port.array_reads(), 2u);
}

TEST_F(ArtTest, LineFilledWholeReadsEachOfItsSectors) {
  parameters.sectors_per_line = 4;
  parameters.whole_line_fill = true;
  Art art = make();
  MockPort port(art);
  port.fetch(kLine);
  EXPECT_EQ(port.array_reads(), 4u);
  port.fetch(0);
  port.fetch(3 * kLine);
  EXPECT_EQ(port.array_reads(), 0u);
  load(art, port, 0x400);
  EXPECT_EQ(port.array_reads(), 4u);
}

}  // namespace
}  // namespace mcost::memory
