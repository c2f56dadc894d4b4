// Spans of the core clock: their time adds up, and whoever counts in a clock hears of changes.
#include "boards/clocks.h"

#include <gtest/gtest.h>

#include "sim_core/base/counters.h"

namespace mcost::boards::test {
namespace {

ClockTree at_hz(std::uint64_t hz, std::uint32_t hclk = 1) {
  ClockTree tree{{hz, 1}};
  tree.core_cycles[static_cast<unsigned>(ClockDomain::hclk)] = hclk;
  return tree;
}

TEST(Clocks, TimeIsTheSumOverSpans) {
  Clocks clocks(at_hz(1'000'000), false);
  EXPECT_EQ(clocks.elapsed(999'999, 1000), 999u);
  clocks.change(at_hz(10'000'000), 1'000'000);
  EXPECT_EQ(clocks.elapsed(1'000'000, 1000), 1000u);
  EXPECT_EQ(clocks.elapsed(1'009'999, 1000), 1000u);
  EXPECT_EQ(clocks.elapsed(1'010'000, 1000), 1001u);
  clocks.change(at_hz(1'000'000), 11'000'000);
  EXPECT_EQ(clocks.elapsed(12'000'000, 1), 3u);
}

TEST(Clocks, EachFrequencyHasOneNumber) {
  std::vector<unsigned> spans;
  Clocks clocks(at_hz(16), false);
  clocks.set_span_listener([&](unsigned clock) { spans.push_back(clock); });
  clocks.change(at_hz(180), 1);
  clocks.change(at_hz(16), 2);
  clocks.change(at_hz(16), 3);
  clocks.change(at_hz(16, 4), 4);
  EXPECT_EQ(spans, (std::vector<unsigned>{1, 0}));
  EXPECT_EQ(clocks.all(), (std::vector<Hertz>{{16, 1}, {180, 1}}));
}

TEST(Clocks, ListenersHearOfDividersToo) {
  unsigned changes = 0;
  Clocks clocks(at_hz(16), false);
  clocks.listen([&](Cycles) { ++changes; });
  clocks.change(at_hz(16, 4), 4);
  EXPECT_EQ(changes, 1u);
  EXPECT_EQ(clocks.hz(ClockDomain::hclk), 4u);
  clocks.change(at_hz(16, 4), 5);
  EXPECT_EQ(changes, 1u);
}

TEST(Clocks, APinnedCoreClockStaysAndItsDividersFollow) {
  Clocks clocks(at_hz(100), true);
  clocks.change(at_hz(180, 2), 7);
  EXPECT_EQ(clocks.core(), (Hertz{100, 1}));
  EXPECT_EQ(clocks.hz(ClockDomain::hclk), 50u);
  EXPECT_EQ(clocks.all().size(), 1u);
}

TEST(Clocks, FrequenciesBeyondTheMostAreCounted) {
  Clocks clocks(at_hz(1), false);
  for (std::uint64_t hz = 2; hz <= kMaxClocks + 3; ++hz) clocks.change(at_hz(hz), hz);
  EXPECT_EQ(clocks.all().size(), kMaxClocks);
  EXPECT_EQ(clocks.not_kept(), 3u);
}

TEST(Clocks, DelaysRoundUp) {
  const Clocks clocks(at_hz(16'000'000), false);
  EXPECT_EQ(clocks.cycles_of_ns(0), 0u);
  EXPECT_EQ(clocks.cycles_of_ns(62), 1u);
  EXPECT_EQ(clocks.cycles_of_ns(63), 2u);
  EXPECT_EQ(clocks.cycles_of_ns(2'000'000), 32'000u);
}

}  // namespace
}  // namespace mcost::boards::test
