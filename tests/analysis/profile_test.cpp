#include "analysis/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "analysis/stacks.h"
#include "tests/analysis/sample_profile.h"

namespace mcost::analysis {
namespace {

using ::testing::ElementsAre;

template <class List, class CostOf>
ProfileCost sum_of(const List& list, CostOf&& cost_of) {
  ProfileCost sum;
  for (const auto& element : list) sum += cost_of(element);
  return sum;
}

void expect_views_sum(const RunProfile& profile) {
  const ProfileCost total = total_of(profile);
  const auto self = [](const auto& element) { return element.self; };
  const auto nodes = by_node(profile);
  EXPECT_EQ(sum_of(by_function(profile), self), total);
  EXPECT_EQ(sum_of(nodes, self), total);
  EXPECT_EQ(sum_of(by_path(profile), self), total);
  EXPECT_EQ(sum_of(by_line(profile), self), total);
  EXPECT_EQ(sum_of(by_instruction(profile), [](const auto& code) { return code.cost; }), total);
  EXPECT_EQ(
      sum_of(outermost_nodes(profile, nodes), [&](std::size_t i) { return nodes[i].inclusive; }),
      total);
  std::uint64_t cycles = 0;
  for (const Stack& stack : stacks_of(profile).stacks) cycles += stack.cycles();
  EXPECT_EQ(cycles, total.cycles());
  ProfileCost by_code;
  for (std::size_t f = 0; f < profile.functions.size(); ++f) {
    for (const InstructionCost& code : instructions_of(profile, f)) by_code += code.cost;
  }
  EXPECT_EQ(by_code, total);
  for (const FunctionCost& function : by_function(profile)) {
    EXPECT_GE(function.inclusive.cycles(), function.self.cycles());
    EXPECT_LE(function.inclusive.cycles(), total.cycles());
  }
}

TEST(Profile, ViewsSumToTheRun) {
  const RunResult result = test::sample_with_profile();
  expect_views_sum(*result.profile);
  const ProfileCost total = total_of(*result.profile);
  EXPECT_EQ(total.cycles(), result.total.counters.cycles);
  Counters counters;
  total.code.add_to(counters);
  counters.at_later_clock = result.total.counters.at_later_clock;
  EXPECT_EQ(counters, result.total.counters);
}

/// A call tree, code and entries that no program made, to be summed.
RunProfile random_profile(unsigned seed) {
  std::mt19937 random(seed);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  RunProfile profile;
  profile.files = {"a.c", "b.h"};
  for (Address f = 0; f < 6; ++f)
    profile.functions.push_back({"f" + std::to_string(f), f * 64, 64, "", 0});
  for (std::size_t i = 0; i < 40; ++i) {
    CallNode node;
    node.function = below(6);
    if (i > 0 && below(8) != 0) {
      node.kind = CallNode::Kind::call;
      node.parent = below(i);
    }
    profile.nodes.push_back(node);
  }
  for (Address c = 0; c < 60; ++c) {
    ProfileCode code{c * 6, 2, c * 6 / 64, "nop", {}};
    for (std::size_t i = below(4); i > 0; --i)
      code.frames.push_back({below(2), static_cast<unsigned>(below(5)), "g"});
    profile.code.push_back(code);
  }
  for (std::size_t node = 0; node < profile.nodes.size(); ++node) {
    for (std::size_t code = 0; code < profile.code.size(); ++code) {
      if (below(3) != 0) continue;
      ProfileEntry entry{node, 0, 0, code, {}, below(1000)};
      entry.cost.instructions = below(100);
      entry.cost.charge(static_cast<Cause>(below(kCauses)), 1, below(1000));
      entry.cost.charge(Cause::fetch_wait, 0, below(1000));
      entry.cost.traffic_of(static_cast<std::uint8_t>(below(3))).read_bytes = below(50);
      profile.entries.push_back(entry);
    }
  }
  return profile;
}

TEST(Profile, ViewsOfAnythingSumToTheRun) {
  for (unsigned seed = 0; seed < 20; ++seed) expect_views_sum(random_profile(seed));
}

TEST(Profile, EmptyProfileHasEmptyViews) {
  const RunProfile empty;
  EXPECT_TRUE(by_function(empty).empty());
  EXPECT_TRUE(by_line(empty).empty());
  EXPECT_TRUE(by_instruction(empty).empty());
  EXPECT_TRUE(stacks_of(empty).stacks.empty());
}

TEST(Profile, FunctionsHaveSelfInclusiveAndCalls) {
  const RunResult result = test::sample_with_profile();
  struct Expected {
    std::string name;
    std::uint64_t self, inclusive, calls;
  };
  const std::vector<Expected> expected{
      {"conv<int, 3>(std::vector<int> const&)", 8835, 8965, 2},  // and fib below it
      {"fib", 130, 130, 40},                                     // its recursion counts once
      {"SysTick_Handler", 30, 31, 1},
      {"main", 8, 8973, 1},  // nothing of the interrupt
      {"0x08000500", 1, 1, 1}};
  const auto functions = by_function(*result.profile);
  ASSERT_EQ(functions.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(result.profile->functions[functions[i].function].name, expected[i].name);
    EXPECT_EQ(functions[i].self.cycles(), expected[i].self) << expected[i].name;
    EXPECT_EQ(functions[i].inclusive.cycles(), expected[i].inclusive) << expected[i].name;
    EXPECT_EQ(functions[i].calls, expected[i].calls) << expected[i].name;
  }
}

TEST(Profile, NodesHaveTheirCallsBelowThem) {
  const RunResult result = test::sample_with_profile();
  const auto nodes = by_node(*result.profile);
  EXPECT_THAT(nodes[0].children, ElementsAre(1));
  EXPECT_THAT(nodes[2].children, ElementsAre(3));
  EXPECT_EQ(nodes[2].self.cycles(), 40u);
  EXPECT_EQ(nodes[2].inclusive.cycles(), 130u);
  EXPECT_EQ(nodes[3].calls, 30u);
  EXPECT_THAT(outermost_nodes(*result.profile, nodes), ElementsAre(0, 4));
}

/// Code of another function below a node (a jump into its middle) counts for both, once each.
TEST(Profile, CodeOfAnotherFunctionIsInclusiveForBoth) {
  RunResult result = test::sample_with_profile();
  RunProfile& profile = *result.profile;
  ProfileEntry entry = profile.entries[0];
  entry.code = 8;  // of the function without a name
  entry.node = 0;
  profile.entries = {entry};
  const auto functions = by_function(profile);
  ASSERT_EQ(functions.size(), 2u);
  EXPECT_EQ(functions[0].function, 4u);
  EXPECT_EQ(functions[0].self.cycles(), 2u);
  EXPECT_EQ(functions[0].inclusive.cycles(), 2u);
  EXPECT_EQ(functions[1].function, 0u);
  EXPECT_EQ(functions[1].self.cycles(), 0u);
  EXPECT_EQ(functions[1].inclusive.cycles(), 2u);
}

TEST(Profile, PathsJoinCallsFromSeveralPlaces) {
  RunResult result = test::sample_with_profile();
  RunProfile& profile = *result.profile;
  CallNode again = profile.nodes[2];  // fib, called from elsewhere in conv, and its recursion
  again.return_address += 2;
  profile.nodes.push_back(again);
  CallNode below = profile.nodes[3];
  below.parent = 6;
  profile.nodes.push_back(below);
  for (const std::size_t node : {6u, 7u}) {
    ProfileEntry entry = profile.entries[7];
    entry.node = node;
    profile.entries.push_back(entry);
  }
  EXPECT_THAT(first_of_path(profile), ElementsAre(0, 1, 2, 3, 4, 5, 2, 3));
  const auto paths = by_path(profile);
  EXPECT_THAT(paths[1].children, ElementsAre(2));
  EXPECT_EQ(paths[2].self.cycles(), 40u + 30u);
  EXPECT_EQ(paths[2].inclusive.cycles(), 130u + 60u);
  EXPECT_EQ(paths[3].self.cycles(), 90u + 30u);
  EXPECT_EQ(paths[6], NodeCost{});
  EXPECT_EQ(stacks_of(profile).stacks.size(),
            stacks_of(*test::sample_with_profile().profile).stacks.size());
  expect_views_sum(profile);
}

TEST(Profile, LinesKnowWhatIsInlinedInThem) {
  const RunResult result = test::sample_with_profile();
  const auto lines = by_line(*result.profile);
  const auto find = [&](SourceLine line) {
    for (const LineCost& cost : lines) {
      if (cost.line == line) return cost;
    }
    return LineCost{};
  };
  const LineCost inlined = find({1, 7});
  EXPECT_EQ(inlined.function, "dot");
  EXPECT_EQ(inlined.self.cycles(), 2827u);
  EXPECT_EQ(inlined.inclusive.cycles(), 2827u);
  const LineCost around = find({0, 43});
  EXPECT_EQ(around.self.cycles(), 0u);
  EXPECT_EQ(around.inclusive.cycles(), 2827u);
  EXPECT_EQ(around.executions, 2000u);
  const LineCost unknown = find({std::nullopt, 0});
  EXPECT_EQ(unknown.self.cycles(), 1u);
  EXPECT_EQ(lines.front().line, (SourceLine{0, 42}));
}

TEST(Profile, InstructionsAreSortedByCyclesThenAddress) {
  const RunResult result = test::sample_with_profile();
  std::vector<std::size_t> order;
  for (const InstructionCost& code : by_instruction(*result.profile)) order.push_back(code.code);
  // 5,996 2,827 90 40 30 12 6 2 1 1
  EXPECT_THAT(order, ElementsAre(4, 3, 6, 5, 7, 2, 1, 0, 8));
}

TEST(Stacks, HaveInlinedFunctionsAndHandlers) {
  const RunResult result = test::sample_with_profile();
  const Stacks stacks = stacks_of(*result.profile);
  const auto names = [&](const Stack& stack) {
    std::string text;
    for (const std::size_t frame : stack.frames) text += stacks.frames[frame].name + "|";
    return text;
  };
  std::vector<std::string> all;
  for (const Stack& stack : stacks.stacks) all.push_back(names(stack));
  const std::string conv = "main|conv<int, 3>(std::vector<int> const&)|";
  EXPECT_THAT(all, ElementsAre("main|", conv, conv + "dot|", conv + "fib|", conv + "fib|fib|",
                               "[exception 15]|SysTick_Handler|",
                               "[exception 15]|SysTick_Handler|0x08000500|"));
  EXPECT_EQ(stacks.stacks[0].cycles_at[0], 8u);
  EXPECT_EQ(stacks.stacks[1].cycles_at[1], 6008u);
}

TEST(Stacks, RecursionWithoutEndHasAnEnd) {
  RunProfile profile;
  profile.functions = {{"f", 0, 4, "", 0}};
  profile.code = {{0, 2, 0, "b .", {}}};
  for (std::size_t i = 0; i < 20'000; ++i) {
    CallNode node;
    if (i > 0) {
      node.kind = CallNode::Kind::call;
      node.parent = i - 1;
    }
    profile.nodes.push_back(node);
    ProfileEntry entry{i, 0, 0, 0, {}, 0};
    entry.cost.charge(Cause::issue, 0, 1);
    profile.entries.push_back(entry);
  }
  const Stacks stacks = stacks_of(profile);
  EXPECT_EQ(stacks.stacks.back().frames.size(), kDeepestStack);
  expect_views_sum(profile);
  EXPECT_EQ(by_function(profile).front().inclusive.cycles(), 20'000u);
}

}  // namespace
}  // namespace mcost::analysis
