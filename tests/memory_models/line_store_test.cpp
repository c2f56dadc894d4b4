#include "memory_models/line_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <list>
#include <random>
#include <set>
#include <utility>
#include <vector>

namespace mcost::memory {
namespace {

constexpr std::uint32_t kGranules = 256;

TEST(LineStore, HoldsNothingAtFirst) {
  const LineStore store({4, 4, 1, Replacement::lru}, kGranules);
  for (std::uint32_t granule = 0; granule < kGranules; ++granule)
    EXPECT_FALSE(store.contains(granule));
}

TEST(LineStore, EvictsTheLeastRecentlyUsedLine) {
  LineStore store({2, 2, 1, Replacement::lru}, kGranules);
  store.fill(10, 1);
  store.fill(20, 2);
  store.touch(10, 3);
  store.fill(30, 4);
  EXPECT_TRUE(store.contains(10));
  EXPECT_FALSE(store.contains(20));
  EXPECT_TRUE(store.contains(30));
}

TEST(LineStore, WithoutUseEvictsTheOldest) {
  LineStore store({2, 2, 1, Replacement::lru}, kGranules);
  store.fill(10, 1);
  store.fill(20, 2);
  store.fill(30, 3);
  EXPECT_FALSE(store.contains(10));
}

TEST(LineStore, OlderStampsDoNotMakeALineYounger) {
  LineStore store({2, 2, 1, Replacement::lru}, kGranules);
  store.fill(10, 5);
  store.fill(20, 6);
  store.touch(10, 4);  // told late of an early use
  store.fill(30, 7);
  EXPECT_FALSE(store.contains(10));
  EXPECT_TRUE(store.contains(20));
}

TEST(LineStore, SetsDoNotDisplaceEachOther) {
  LineStore store({4, 1, 1, Replacement::lru}, kGranules);  // 4 sets, direct-mapped
  store.fill(0, 1);
  store.fill(1, 2);
  store.fill(2, 3);
  store.fill(3, 4);
  for (std::uint32_t granule = 0; granule < 4; ++granule) EXPECT_TRUE(store.contains(granule));
  store.fill(5, 5);  // set 1
  EXPECT_FALSE(store.contains(1));
  EXPECT_TRUE(store.contains(0));
  EXPECT_TRUE(store.contains(2));
}

TEST(LineStore, SectorsOfALineComeOneByOneAndLeaveTogether) {
  LineStore store({2, 2, 4, Replacement::lru}, kGranules);
  store.fill(0, 1);
  store.fill(2, 2);
  EXPECT_TRUE(store.contains(0));
  EXPECT_FALSE(store.contains(1));
  EXPECT_TRUE(store.contains(2));
  store.fill(4, 3);
  store.fill(8, 4);  // line 0 leaves: its last use is that of granule 2
  EXPECT_FALSE(store.contains(0));
  EXPECT_FALSE(store.contains(2));
  EXPECT_TRUE(store.contains(4));
}

TEST(LineStore, LineIsAsYoungAsItsYoungestSector) {
  LineStore store({2, 2, 4, Replacement::lru}, kGranules);
  store.fill(0, 1);
  store.fill(4, 2);
  store.fill(1, 3);
  store.fill(8, 4);
  EXPECT_TRUE(store.contains(0));
  EXPECT_FALSE(store.contains(4));
}

TEST(LineStore, GenerationChangesExactlyWhenALineLeaves) {
  LineStore store({2, 2, 2, Replacement::lru}, kGranules);
  const std::uint64_t before = store.generation();
  store.fill(0, 1);
  store.fill(1, 2);
  store.fill(2, 3);
  EXPECT_EQ(store.generation(), before);
  store.fill(4, 4);
  EXPECT_NE(store.generation(), before);
}

TEST(LineStore, ObserverSeesWhatComesAndLeaves) {
  LineStore store({1, 1, 2, Replacement::lru}, kGranules);
  std::vector<std::pair<std::uint32_t, bool>> seen;
  store.set_observer(
      [&](std::uint32_t granule, bool present) { seen.emplace_back(granule, present); });
  store.fill(1, 1);
  store.fill(2, 2);
  store.clear();
  const std::vector<std::pair<std::uint32_t, bool>> expected = {
      {1, true}, {1, false}, {2, true}, {2, false}};
  EXPECT_EQ(seen, expected);
}

TEST(LineStore, ClearForgetsEverything) {
  LineStore store({4, 2, 1, Replacement::lru}, kGranules);
  for (std::uint32_t granule = 0; granule < 4; ++granule) store.fill(granule, granule + 1);
  const std::uint64_t before = store.generation();
  store.clear();
  for (std::uint32_t granule = 0; granule < 4; ++granule) EXPECT_FALSE(store.contains(granule));
  EXPECT_NE(store.generation(), before);
}

TEST(LineStore, PseudoRandomFillsEmptyWaysFirst) {
  LineStore store({4, 4, 1, Replacement::pseudo_random}, kGranules);
  for (std::uint32_t granule = 0; granule < 4; ++granule) store.fill(granule, 0);
  for (std::uint32_t granule = 0; granule < 4; ++granule) EXPECT_TRUE(store.contains(granule));
}

TEST(LineStore, PseudoRandomChoosesEveryWayWithPeriod255) {
  // A full set of 4; the evicted way is the one whose line is gone.
  LineStore store({4, 4, 1, Replacement::pseudo_random}, 2048);
  std::vector<std::uint32_t> ways = {0, 1, 2, 3};
  for (const std::uint32_t granule : ways) store.fill(granule, 0);
  std::vector<unsigned> victims;
  for (std::uint32_t next = 4; next < 4 + 2 * 255; ++next) {
    store.fill(next, 0);
    for (unsigned way = 0; way < ways.size(); ++way) {
      if (store.contains(ways[way])) continue;
      victims.push_back(way);
      ways[way] = next;
    }
  }
  ASSERT_EQ(victims.size(), 2u * 255u);
  EXPECT_TRUE(std::equal(victims.begin(), victims.begin() + 255, victims.begin() + 255));
  EXPECT_EQ(std::set<unsigned>(victims.begin(), victims.end()).size(), 4u);
}

TEST(LineStore, AgreesWithAListInOrderOfUse) {
  // An independent model: for each set, lines in a list, most recent first.
  std::mt19937 random(7);
  for (const std::uint32_t ways : {1u, 2u, 4u, 8u}) {
    const std::uint32_t lines = 8;
    const std::uint32_t sets = lines / ways;
    LineStore store({lines, ways, 1, Replacement::lru}, kGranules);
    std::vector<std::list<std::uint32_t>> model(sets);
    for (std::uint64_t stamp = 1; stamp < 3000; ++stamp) {
      const auto granule = static_cast<std::uint32_t>(random() % 24);
      auto& list = model[granule % sets];
      const bool held = std::find(list.begin(), list.end(), granule) != list.end();
      ASSERT_EQ(store.contains(granule), held) << "step " << stamp << ", ways " << ways;
      if (held) {
        store.touch(granule, stamp);
        list.remove(granule);
      } else {
        store.fill(granule, stamp);
        if (list.size() == ways) list.pop_back();
      }
      list.push_front(granule);
    }
  }
}

}  // namespace
}  // namespace mcost::memory
