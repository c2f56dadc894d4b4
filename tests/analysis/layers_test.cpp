#include "analysis/layers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mcost::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A tracker with a clock: every cycle spent is charged as issue.
class LayerTrackerTest : public ::testing::Test {
 protected:
  LayerTracker::Handle begin(const std::string& name) {
    return tracker_.begin({.name = name, .kind = "probe"}, now_);
  }
  void end(const std::string& name) { tracker_.end(name, now_); }
  void spend(std::uint64_t cycles) {
    Cost cost;
    cost.counters.charge(Cause::issue, 0, cycles);
    tracker_.charge(cost);
    now_ += cycles;
  }
  void finish() { layers_ = tracker_.finish(now_); }
  const LayerResult& layer(const std::vector<std::string>& path) {
    for (const LayerResult& candidate : layers_) {
      if (candidate.path == path) return candidate;
    }
    ADD_FAILURE() << "no layer " << ::testing::PrintToString(path);
    return layers_.front();
  }
  std::vector<std::string> names() {
    std::vector<std::string> names;
    for (const LayerResult& candidate : layers_) names.push_back(candidate.name);
    return names;
  }
  static std::uint64_t own(const LayerResult& layer) { return layer.exclusive.counters.cycles; }
  static std::uint64_t all(const LayerResult& layer) { return layer.inclusive.counters.cycles; }

  LayerTracker tracker_;
  Cycles now_ = 0;
  std::vector<LayerResult> layers_;
};

TEST_F(LayerTrackerTest, CostOutsideEveryLayerIsAnEntry) {
  spend(7);
  finish();
  EXPECT_THAT(names(), ElementsAre("(outside)"));
  EXPECT_EQ(own(layers_[0]), 7u);
  EXPECT_EQ(layers_[0].visits, 1u);
  EXPECT_EQ(layers_[0].kind, "outside");
  EXPECT_THAT(tracker_.notes(), IsEmpty());
}

TEST_F(LayerTrackerTest, VisitsOfOnePathShareOneEntryWithShortestAndLongest) {
  for (const std::uint64_t cycles : {5u, 2u, 9u}) {
    begin("a");
    spend(cycles);
    end("a");
    spend(1);
  }
  finish();
  EXPECT_THAT(names(), ElementsAre("a", "(outside)"));
  EXPECT_EQ(layers_[0].visits, 3u);
  EXPECT_EQ(layers_[0].min_cycles, 2u);
  EXPECT_EQ(layers_[0].max_cycles, 9u);
  EXPECT_EQ(own(layers_[0]), 16u);
  EXPECT_EQ(own(layers_[1]), 3u);
}

TEST_F(LayerTrackerTest, ParentIncludesChildrenAndStandsBeforeThem) {
  begin("net");
  spend(1);
  begin("conv");
  spend(10);
  end("conv");
  begin("pool");
  spend(100);
  end("pool");
  end("net");
  begin("tail");
  end("tail");
  finish();
  EXPECT_THAT(names(), ElementsAre("net", "conv", "pool", "tail", "(outside)"));
  EXPECT_EQ(layers_[1].parent, 0u);
  EXPECT_EQ(layers_[2].parent, 0u);
  EXPECT_EQ(layers_[3].parent, std::nullopt);
  EXPECT_EQ(own(layers_[0]), 1u);
  EXPECT_EQ(all(layers_[0]), 111u);
  EXPECT_EQ(layers_[0].max_cycles, 111u);
}

TEST_F(LayerTrackerTest, SameNameInsideAnotherLayerIsAnotherPath) {
  begin("a");
  spend(1);
  end("a");
  begin("b");
  begin("a");
  spend(2);
  end("a");
  end("b");
  finish();
  EXPECT_EQ(own(layer({"a"})), 1u);
  EXPECT_EQ(own(layer({"b", "a"})), 2u);
}

TEST_F(LayerTrackerTest, RecursionNests) {
  begin("f");
  spend(1);
  begin("f");
  spend(2);
  end("f");
  end("f");
  finish();
  EXPECT_EQ(all(layer({"f"})), 3u);
  EXPECT_EQ(all(layer({"f", "f"})), 2u);
}

TEST_F(LayerTrackerTest, EndWithoutBeginIsNoted) {
  begin("a");
  end("b");
  spend(4);
  end("a");
  finish();
  EXPECT_EQ(own(layer({"a"})), 4u);
  EXPECT_THAT(tracker_.notes(), ElementsAre(HasSubstr("layer b: an end without a begin, once")));
}

TEST_F(LayerTrackerTest, EndOfAnOuterLayerClosesInnerOnes) {
  begin("a");
  begin("b");
  spend(3);
  end("a");
  spend(1);
  finish();
  EXPECT_EQ(layer({"a", "b"}).visits, 1u);
  EXPECT_EQ(own(layer({"(outside)"})), 1u);
  EXPECT_THAT(tracker_.notes(), ElementsAre(HasSubstr("layer a/b: still open")));
}

TEST_F(LayerTrackerTest, LayerOpenAtTheEndIsClosedAndNoted) {
  begin("a");
  spend(3);
  finish();
  EXPECT_EQ(layer({"a"}).visits, 1u);
  EXPECT_EQ(layer({"a"}).max_cycles, 3u);
  EXPECT_THAT(tracker_.notes(), ElementsAre(HasSubstr("layer a: open when the run ended")));
}

TEST_F(LayerTrackerTest, AbandonedLayerIsClosedWithThoseInsideAndNoted) {
  const auto a = begin("a");
  const auto b = begin("b");
  spend(2);
  tracker_.abandon(a, now_);
  EXPECT_FALSE(tracker_.is_open(a));
  EXPECT_FALSE(tracker_.is_open(b));
  spend(5);
  finish();
  EXPECT_EQ(own(layer({"(outside)"})), 5u);
  EXPECT_EQ(tracker_.notes().size(), 2u);
  EXPECT_THAT(tracker_.notes()[0], HasSubstr("left without its end"));
}

TEST_F(LayerTrackerTest, ClosingTwiceDoesNothing) {
  const auto a = begin("a");
  tracker_.close(a, now_);
  tracker_.close(a, now_);
  finish();
  EXPECT_EQ(layer({"a"}).visits, 1u);
  EXPECT_THAT(tracker_.notes(), IsEmpty());
}

TEST_F(LayerTrackerTest, InterruptBelongsToTheInterruptedLayer) {
  begin("a");
  spend(1);
  tracker_.enter_interrupt(15, now_);
  spend(10);
  tracker_.leave_interrupt(15, now_);
  spend(2);
  end("a");
  finish();
  EXPECT_EQ(own(layer({"a"})), 3u);
  EXPECT_EQ(all(layer({"a"})), 13u);
  EXPECT_EQ(own(layer({"a", "(interrupts)"})), 10u);
  EXPECT_EQ(layer({"a", "(interrupts)"}).kind, "interrupts");
}

TEST_F(LayerTrackerTest, InterruptOutsideEveryLayerStandsInOutside) {
  spend(1);
  tracker_.enter_interrupt(15, now_);
  spend(10);
  tracker_.leave_interrupt(15, now_);
  finish();
  EXPECT_THAT(names(), ElementsAre("(outside)", "(interrupts)"));
  EXPECT_EQ(layers_[1].parent, 0u);
  EXPECT_EQ(all(layers_[0]), 11u);
}

TEST_F(LayerTrackerTest, NestedInterruptStaysInOneEntry) {
  tracker_.enter_interrupt(15, now_);
  spend(1);
  tracker_.enter_interrupt(16, now_);
  spend(2);
  tracker_.leave_interrupt(16, now_);
  tracker_.leave_interrupt(15, now_);
  finish();
  EXPECT_EQ(own(layer({"(outside)", "(interrupts)"})), 3u);
  EXPECT_EQ(layer({"(outside)", "(interrupts)"}).visits, 2u);
}

TEST_F(LayerTrackerTest, HandlerCannotEndWhatItInterrupted) {
  begin("a");
  tracker_.enter_interrupt(15, now_);
  end("a");
  spend(1);
  tracker_.leave_interrupt(15, now_);
  spend(2);
  end("a");
  finish();
  EXPECT_EQ(own(layer({"a"})), 2u);
  EXPECT_EQ(own(layer({"a", "(interrupts)"})), 1u);
  EXPECT_THAT(tracker_.notes(), ElementsAre(HasSubstr("an end without a begin")));
}

TEST_F(LayerTrackerTest, LayerLeftOpenByAHandlerIsClosedWhenItReturns) {
  tracker_.enter_interrupt(15, now_);
  begin("h");
  spend(1);
  tracker_.leave_interrupt(15, now_);
  spend(2);
  finish();
  EXPECT_EQ(own(layer({"(outside)", "(interrupts)", "h"})), 1u);
  EXPECT_EQ(own(layer({"(outside)"})), 2u);
  EXPECT_EQ(tracker_.notes().size(), 1u);
}

TEST_F(LayerTrackerTest, HandlerThatNeverReturnedIsClosedWhenItIsEnteredAgain) {
  begin("a");
  tracker_.enter_interrupt(15, now_);
  spend(1);
  tracker_.enter_interrupt(15, now_);
  spend(2);
  tracker_.leave_interrupt(15, now_);
  tracker_.leave_interrupt(15, now_);
  spend(4);
  end("a");
  finish();
  EXPECT_EQ(own(layer({"a"})), 4u);
  EXPECT_EQ(layer({"a", "(interrupts)"}).visits, 2u);
  EXPECT_THAT(tracker_.notes(), ElementsAre(HasSubstr("layer a/(interrupts): left without")));
}

TEST(LayerTracker, DeepNestingIsRefusedAndItsEndsMatch) {
  LayerTracker tracker({.depth = 2, .paths = 100});
  EXPECT_NE(tracker.begin({.name = "a", .kind = "probe"}, 0), 0u);
  EXPECT_NE(tracker.begin({.name = "a", .kind = "probe"}, 0), 0u);
  EXPECT_EQ(tracker.begin({.name = "a", .kind = "probe"}, 0), 0u);
  for (int i = 0; i < 3; ++i) tracker.end("a", 1);
  const auto layers = tracker.finish(1);
  ASSERT_EQ(layers.size(), 3u);
  EXPECT_EQ(layers[1].visits, 1u);
  EXPECT_THAT(tracker.notes(), ElementsAre(HasSubstr("not opened")));
}

TEST(LayerTracker, PathsAreLimited) {
  LayerTracker tracker({.depth = 10, .paths = 3});
  for (const char* const name : {"a", "b", "c", "a"}) {
    tracker.begin({.name = name, .kind = "probe"}, 0);
    tracker.end(name, 1);
  }
  EXPECT_EQ(tracker.finish(1).size(), 3u);
  EXPECT_EQ(tracker.notes().size(), 1u);
}

TEST(LayerTracker, ModelCountersFollowTheLayer) {
  LayerTracker tracker;
  tracker.begin({.name = "a", .kind = "probe"}, 0);
  tracker.charge({Counters{}, {1, 2}, {}});
  tracker.begin({.name = "b", .kind = "probe"}, 0);
  tracker.charge({Counters{}, {10, 20}, {}});
  const auto layers = tracker.finish(0);
  EXPECT_THAT(layers[0].exclusive.model, ElementsAre(1, 2));
  EXPECT_THAT(layers[0].inclusive.model, ElementsAre(11, 22));
}

TEST(LayerTracker, RemembersTheFirstVisits) {
  LayerTracker tracker;
  tracker.record_visits(4);
  const LayerLabel outer{"outer", "probe"};
  const LayerLabel inner{"inner", "probe"};
  tracker.begin(outer, 10);
  tracker.begin(inner, 12);
  tracker.enter_interrupt(15, 14);
  tracker.leave_interrupt(15, 16);
  tracker.end("inner", 20);
  tracker.end("outer", 20);
  tracker.begin(inner, 30);  // stays open
  tracker.begin(outer, 40);
  (void)tracker.finish(50);
  const LayerVisits visits = tracker.visits();
  const std::vector<LayerVisit> expected{
      {0, 10, 20, 0}, {1, 12, 20, 0}, {2, 14, 16, 15}, {3, 30, 50, 0}};
  EXPECT_EQ(visits.list, expected);
  EXPECT_EQ(visits.dropped, 1u);
}

}  // namespace
}  // namespace mcost::analysis
