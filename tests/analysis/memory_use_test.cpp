// Stretches made by hand: what is touched, and from when to when a word is live.
#include "analysis/memory_use.h"

#include <gtest/gtest.h>

#include <vector>

namespace mcost::analysis::test {
namespace {

using Bytes = std::vector<std::uint64_t>;

constexpr std::uint8_t kRam = 1;
constexpr std::uint8_t kWriteAndRead = kWritten | kReadBack;

/// Data in words 0 to 9, zeroed data up to 19, the heap from there, and a stack of 50 words down
/// from word 100.
MemoryLayout layout() {
  MemoryLayout layout;
  layout.parts = {{MemoryKind::data, {kRam, 0, 40}},
                  {MemoryKind::bss, {kRam, 40, 80}},
                  {MemoryKind::heap, {kRam, 80, 400}}};
  layout.main_stack = StackPlace{"main", 0x20000190, {kRam, 200, 400}, true};
  return layout;
}

class MemoryUseTest : public ::testing::Test {
 protected:
  struct Word {
    std::uint32_t word;
    unsigned use;
  };
  void stretch(std::optional<std::size_t> layer, const std::vector<Word>& words) {
    std::vector<TouchedWord> touched;
    for (const Word& word : words)
      touched.push_back({word.word, kRam, static_cast<std::uint8_t>(word.use)});
    meter_.add(touched, layer, now_);
    now_ += 100;
  }
  /// Layers without parents; `parents` names others.
  RunResult finish(std::size_t layers,
                   const std::vector<std::optional<std::size_t>>& parents = {}) {
    RunResult result;
    result.memories = {"flash", "sram"};
    std::vector<std::size_t> accounts;
    for (std::size_t i = 0; i < layers; ++i) {
      LayerResult layer;
      if (i < parents.size()) layer.parent = parents[i];
      result.layers.push_back(layer);
      accounts.push_back(i);
    }
    meter_.finish(result, accounts);
    return result;
  }
  /// Live bytes of each point.
  static Bytes live(const RunResult& result) {
    Bytes bytes;
    for (const LivePoint& point : result.memory_use->timeline) bytes.push_back(sum_of(point.live));
    return bytes;
  }

  MemoryUseMeter meter_{layout(), {0, 100}};
  Cycles now_ = 0;
};

std::uint64_t at(const BytesByKind& bytes, MemoryKind kind) {
  return bytes[static_cast<std::size_t>(kind)];
}

TEST_F(MemoryUseTest, ValueIsLiveFromItsWriteToItsLastRead) {
  stretch(0, {{10, kWritten}});
  stretch(0, {});
  stretch(0, {{10, kReadFirst}});
  stretch(0, {{10, kReadFirst}});
  stretch(0, {});
  EXPECT_EQ(live(finish(1)), (Bytes{4, 4, 4, 4, 0}));
}

TEST_F(MemoryUseTest, ValueThatNobodyReadsIsNotLive) {
  stretch(0, {{10, kWritten}});
  stretch(0, {{10, kWritten}});
  const RunResult result = finish(1);
  EXPECT_EQ(live(result), (Bytes{0, 0}));
  EXPECT_EQ(sum_of(result.memory_use->total.touched), 4u);
}

TEST_F(MemoryUseTest, WordIsDeadBetweenItsLastReadAndTheNextWrite) {
  stretch(0, {{10, kWriteAndRead}});
  stretch(0, {});
  stretch(0, {{10, kWritten}});
  stretch(0, {{10, kReadFirst}});
  EXPECT_EQ(live(finish(1)), (Bytes{4, 0, 4, 4}));
}

TEST_F(MemoryUseTest, WordCountsOnceWhereOneValueEndsAndTheNextBegins) {
  stretch(0, {{10, kWritten}});
  stretch(0, {{10, kReadFirst | kWriteAndRead}});
  stretch(0, {{10, kReadFirst}});
  EXPECT_EQ(live(finish(1)), (Bytes{4, 4, 4}));
}

TEST_F(MemoryUseTest, LoadedContentsAreLiveFromTheBeginning) {
  stretch(0, {});
  stretch(0, {{0, kReadFirst}});
  stretch(0, {});
  EXPECT_EQ(live(finish(1)), (Bytes{4, 4, 0}));
}

TEST_F(MemoryUseTest, PowerOnPatternIsLiveFromItsFirstRead) {
  stretch(0, {});
  stretch(0, {{30, kReadFirst | kNeverSet}});
  EXPECT_EQ(live(finish(1)), (Bytes{0, 4}));
}

TEST_F(MemoryUseTest, MasterPastTheCacheMakesAndReadsValues) {
  stretch(0, {{10, kMasterWrote}, {11, kWritten}});
  stretch(0, {{11, kMasterRead}});
  stretch(0, {{10, kReadFirst}});
  EXPECT_EQ(live(finish(1)), (Bytes{8, 8, 4}));
}

TEST_F(MemoryUseTest, ReadBesideAMastersWriteIsOfBothValues) {
  stretch(0, {{10, kWritten}});
  stretch(0, {});
  stretch(0, {{10, kReadFirst | kMasterWrote}});
  stretch(0, {});
  EXPECT_EQ(live(finish(1)), (Bytes{4, 4, 4, 0}));
}

TEST_F(MemoryUseTest, KindsAreThoseOfTheLayoutAndStackIsWhatAStackReached) {
  stretch(
      0,
      {{0, kReadFirst}, {10, kWritten}, {25, kWritten}, {60, kWritten}, {99, kWritten | kOnStack}});
  stretch(0, {{60, kWritten | kOnStack}});
  const RunResult result = finish(1);
  const RunMemoryUse& use = *result.memory_use;
  EXPECT_EQ(use.total.touched, (BytesByKind{4, 4, 4, 8, 0}));
  EXPECT_EQ(use.total.touched_by_memory, (Bytes{0, 20}));
  EXPECT_EQ(use.sizes, (BytesByKind{40, 40, 320, 200, 0}));
  ASSERT_EQ(use.stacks.size(), 1u);
  EXPECT_EQ(use.stacks[0].used_bytes, 160u);
  EXPECT_EQ(use.stacks[0].size_bytes, 200u);
  EXPECT_TRUE(use.stacks[0].shares_with_heap);
}

TEST_F(MemoryUseTest, StackThatOverflowsUsesMoreThanThereIs) {
  stretch(0, {{49, kWritten | kOnStack}, {12, kWritten | kOnStack}});
  const RunResult result = finish(1);
  EXPECT_EQ(result.memory_use->stacks[0].used_bytes, 400u - 48);
  EXPECT_EQ(at(result.memory_use->total.touched, MemoryKind::bss), 4u);  // it stays what it is
}

TEST_F(MemoryUseTest, ObjectThatIsAProcessStackCountsAsStack) {
  meter_.add_stack({"task", 0x20000050, {kRam, 60, 80}, false});
  stretch(0, {{16, kWritten | kOnStack}, {15, kWritten}});
  const RunResult result = finish(1);
  const RunMemoryUse& use = *result.memory_use;
  EXPECT_EQ(at(use.total.touched, MemoryKind::stack), 8u);
  EXPECT_EQ(at(use.sizes, MemoryKind::bss), 20u);
  ASSERT_EQ(use.stacks.size(), 2u);
  EXPECT_EQ(use.stacks[0].used_bytes, 0u);
  EXPECT_EQ(use.stacks[1].used_bytes, 16u);
  EXPECT_EQ(use.stacks[1].size_bytes, 20u);
}

TEST_F(MemoryUseTest, LayerHasItsOwnAndWhatIsInsideIt) {
  stretch(0, {{10, kWritten}, {99, kWritten | kOnStack}});
  stretch(1, {{10, kReadFirst}, {11, kWriteAndRead}, {90, kWriteAndRead | kOnStack}});
  stretch(0, {{12, kWritten}});
  stretch(2, {{13, kWritten}});
  const RunResult result = finish(3, {std::nullopt, 0});
  EXPECT_EQ(sum_of(result.layers[0].memory_use.touched), 20u);
  EXPECT_EQ(sum_of(result.layers[1].memory_use.touched), 12u);
  EXPECT_EQ(sum_of(result.layers[2].memory_use.touched), 4u);
  EXPECT_EQ(result.layers[0].memory_use.stack_bytes, 40u);
  EXPECT_EQ(result.layers[1].memory_use.stack_bytes, 40u);
  EXPECT_EQ(result.layers[2].memory_use.stack_bytes, 0u);
  EXPECT_EQ(sum_of(result.layers[0].memory_use.live), 12u);  // while layer 1 runs
  EXPECT_EQ(sum_of(result.layers[1].memory_use.live), 12u);
  EXPECT_EQ(sum_of(result.layers[2].memory_use.live), 0u);
  EXPECT_EQ(result.memory_use->peak_begin, 100u);
  EXPECT_EQ(result.memory_use->timeline[1].layer, 1u);
}

TEST_F(MemoryUseTest, StretchOfSeveralLayersIsOnTheTimelineAlone) {
  stretch(std::nullopt, {{10, kWriteAndRead}});
  const RunResult result = finish(1);
  EXPECT_EQ(live(result), (Bytes{4}));
  EXPECT_FALSE(result.memory_use->timeline[0].layer.has_value());
  EXPECT_EQ(sum_of(result.layers[0].memory_use.touched), 0u);
  EXPECT_EQ(sum_of(result.memory_use->total.touched), 4u);
}

TEST_F(MemoryUseTest, TimelineShowsAThousandPointsAndKeepsThePeak) {
  for (unsigned i = 0; i < 2500; ++i) {
    if (i == 1000) {
      stretch(0, {{10, kWriteAndRead}, {11, kWriteAndRead}});
    } else {
      stretch(0, {{10, kWriteAndRead}});
    }
  }
  const RunResult result = finish(1);
  ASSERT_EQ(result.memory_use->timeline.size(), 834u);  // three stretches each
  EXPECT_EQ(sum_of(result.memory_use->total.live), 8u);
  EXPECT_EQ(result.memory_use->peak_begin, 100'000u);
  EXPECT_EQ(sum_of(result.memory_use->timeline[333].live), 8u);
  EXPECT_EQ(sum_of(result.memory_use->timeline[334].live), 4u);
}

TEST(LiveTimelineTest, NeighboursThatShareAPointShowTheLarger) {
  LiveTimeline timeline(4);
  const auto bytes = [&] {
    Bytes list;
    for (const LiveTimeline::Point& point : timeline.points()) list.push_back(sum_of(point.live));
    return list;
  };
  timeline.begin(0, 1);
  timeline.add_word(0, std::nullopt, MemoryKind::bss);
  timeline.begin(10, 2);
  timeline.begin(20, 1);
  timeline.begin(30, 1);
  timeline.add_word(2, std::nullopt, MemoryKind::bss);
  timeline.add_word(3, std::nullopt, MemoryKind::heap);
  EXPECT_EQ(bytes(), (Bytes{4, 0, 4, 8}));
  timeline.begin(40, 3);
  EXPECT_EQ(bytes(), (Bytes{4, 8, 0}));
  EXPECT_EQ(timeline.points()[0].layers, (std::vector<std::uint16_t>{1, 2}));
  EXPECT_EQ(timeline.points()[1].begin, 20u);
  // A word that both stretches of a point use counts once, as does one that began further back.
  timeline.add_word(4, std::nullopt, MemoryKind::bss);
  timeline.begin(50, 3);
  timeline.add_word(4, 4, MemoryKind::bss);
  timeline.add_word(1, 1, MemoryKind::heap);
  EXPECT_EQ(bytes(), (Bytes{4, 12, 8}));
}

TEST(LiveTimelineTest, AMillionStretchesTakeBoundedMemoryAndKeepTheirPeak) {
  LiveTimeline timeline;
  for (std::uint32_t i = 0; i < 1'000'000; ++i) {
    timeline.begin(i, i % 3);
    timeline.add_word(i, std::nullopt, MemoryKind::stack);
    if (i == 777'777) {
      for (unsigned word = 0; word < 9; ++word)
        timeline.add_word(i, std::nullopt, MemoryKind::stack);
    }
  }
  const auto points = timeline.points();
  EXPECT_LE(points.size(), LiveTimeline::kMostPoints);
  EXPECT_GT(points.size(), LiveTimeline::kMostPoints / 2);
  std::uint64_t most = 0;
  for (const auto& point : points) most = std::max(most, sum_of(point.live));
  EXPECT_GE(most, 40u);
}

}  // namespace
}  // namespace mcost::analysis::test
