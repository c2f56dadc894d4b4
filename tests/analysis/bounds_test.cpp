#include "analysis/bounds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/reports/bounds_text.h"
#include "tests/analysis/golden.h"
#include "tests/analysis/sample_profile.h"
#include "tests/analysis/sample_result.h"

namespace mcost::analysis {
namespace {

using ::testing::HasSubstr;

TEST(Bounds, CoresOfTheTable) {
  EXPECT_EQ(peak_of({"", "", "cortex-m4", ""})->integer_macs, (Rate{2, 1}));
  EXPECT_EQ(peak_of({"", "", "cortex-m4", ""})->float_macs, (Rate{1, 3}));
  EXPECT_EQ(peak_of({"", "", "cortex-m3", ""})->integer_macs, (Rate{1, 2}));
  EXPECT_EQ(peak_of({"", "", "cortex-m3", "  dsp: false\n"})->integer_macs, (Rate{1, 2}));
  EXPECT_EQ(peak_of({"", "", "cortex-m33", "  dsp: false\n"})->integer_macs, (Rate{1, 1}));
  EXPECT_EQ(peak_of({"", "", "cortex-m7", ""})->data_bytes, 8u);
  EXPECT_FALSE(peak_of({"", "", "cortex-m0", ""}).has_value());
}

/// Cycles of every layer are in one bound each.
TEST(Bounds, PartitionCycles) {
  const RunResult result = test::sample_with_profile();
  const auto bounds = layer_bounds(result);
  ASSERT_EQ(bounds.size(), result.layers.size());
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    std::uint64_t sum = 0;
    for (const std::uint64_t cycles : bounds[i].cycles) sum += cycles;
    EXPECT_EQ(sum, result.layers[i].inclusive.counters.cycles);
  }
}

RunResult layer_with(std::uint64_t cycles, std::uint64_t macs, std::uint64_t bytes, bool is_float) {
  RunResult result = test::sample_result();
  result.layers.resize(1);
  Counters counters;
  counters.charge(Cause::issue, 0, cycles);
  counters.macs = macs;
  counters.traffic[1].read_bytes = bytes;
  counters.by_class[static_cast<unsigned>(is_float ? InstructionClass::floating_point
                                                   : InstructionClass::multiply)] = macs;
  result.layers[0].inclusive.counters = counters;
  return result;
}

TEST(Bounds, RoofIsTheCoresOrThatOfItsDataPort) {
  const LayerBounds core = layer_bounds(layer_with(1000, 500, 500, false))[0];
  EXPECT_EQ(core.roof, (Rate{2, 1}));
  EXPECT_EQ(core.of_roof, (Rate{500, 2000}));
  // Four bytes for each MAC: the port brings those of one a cycle.
  const LayerBounds port = layer_bounds(layer_with(1000, 500, 2000, false))[0];
  EXPECT_EQ(port.roof->count, port.roof->per);
  EXPECT_EQ(port.of_roof, (Rate{2000, 4000}));
  const LayerBounds fp = layer_bounds(layer_with(3000, 500, 2000, true))[0];
  EXPECT_TRUE(fp.is_float);
  EXPECT_EQ(fp.roof, (Rate{1, 3}));
  EXPECT_FALSE(layer_bounds(layer_with(1000, 0, 2000, false))[0].roof.has_value());
}

TEST(Bounds, TheLargestCauseIsTheBound) {
  RunResult result = layer_with(100, 0, 0, false);
  Counters& counters = result.layers[0].inclusive.counters;
  counters.charge(Cause::store_wait, 1, 60);
  counters.charge(Cause::data_wait, 0, 60);
  EXPECT_EQ(layer_bounds(result)[0].largest, Bound::data);
  counters.charge(Cause::bus_wait, 0, 130);
  EXPECT_EQ(layer_bounds(result)[0].largest, Bound::bus);
}

TEST(Bounds, AdviceIsWhatWaited) {
  RunResult result = test::sample_with_profile();
  const std::size_t flash = 0, sram = 1;
  const std::string conv = "conv<int, 3>(std::vector<int> const&)";
  const std::vector<PlacementAdvice> expected{
      {".rodata", ".rodata", flash, sram, false, 300, {}},
      {".text", ".text", flash, sram, true, 15, {}},
      {conv, "0x08000200+128", flash, sram, true, 10, {}},
      {"SysTick_Handler", "SysTick_Handler", flash, sram, true, 5, {}}};
  EXPECT_EQ(placement_advice(result, 10), expected);
  EXPECT_EQ(placement_advice(result, 1).size(), 1u);
  result.profile.reset();
  EXPECT_EQ(placement_advice(result, 10).size(), 2u);
}

TEST(Bounds, WhatWasTriedIsSortedByWhatItSaved) {
  const RunResult result = test::sample_with_profile();
  const std::uint64_t before = result.total.counters.cycles;
  PlacementChoice choice;
  choice.targets = {0, 2, 1};
  std::vector<std::string> asked;
  choice.cycles_with = [&](const std::string& placement) -> std::optional<std::uint64_t> {
    asked.push_back(placement);
    if (placement == ".rodata=sram") return before - 5;
    if (placement == ".bss=flash") return before + 5;  // slower
    if (placement == ".text=peripherals") return before - 9;
    return std::nullopt;
  };
  const auto advice = placement_advice(result, 2, choice);
  ASSERT_EQ(advice.size(), 2u);
  EXPECT_EQ(advice[0].range, ".text");
  EXPECT_EQ(advice[0].to, 2u);
  EXPECT_EQ(advice[0].saved, 9u);
  EXPECT_EQ(advice[1].range, ".rodata");
  EXPECT_EQ(advice[1].saved, 5u);
  // What waited less than a thousandth of the run is not tried.
  EXPECT_THAT(asked, testing::ElementsAre(".rodata=peripherals", ".rodata=sram", ".bss=flash",
                                          ".text=peripherals", "0x08000200+128=peripherals",
                                          "0x08000200+128=sram"));
}

TEST(Bounds, FewRunsAreAskedFor) {
  RunResult result = test::sample_with_profile();
  const ProfileEntry entry = result.profile->entries[3];
  for (std::size_t f = 0; f < 20; ++f) {
    result.profile->functions.push_back({"f" + std::to_string(f), 0x08001000, 4, "", 0});
    result.profile->code.push_back(
        {0x08001000, 2, result.profile->functions.size() - 1, "nop", {}});
    ProfileEntry copy = entry;
    copy.code = result.profile->code.size() - 1;
    copy.cost.charge(Cause::fetch_wait, 0, 1000);
    result.profile->entries.push_back(copy);
  }
  unsigned runs = 0;
  PlacementChoice choice;
  choice.cycles_with = [&](const std::string&) -> std::optional<std::uint64_t> {
    return result.total.counters.cycles - ++runs;
  };
  EXPECT_EQ(placement_advice(result, 2, choice).size(), 2u);
  EXPECT_EQ(runs, kMostTried);
}

TEST(Bounds, NoAdviceWithoutAnotherRam) {
  RunResult result = test::sample_with_profile();
  result.total.counters.traffic[1] = {};
  EXPECT_TRUE(placement_advice(result, 10).empty());
  EXPECT_TRUE(placement_advice(RunResult{}, 10).empty());
}

TEST(Bounds, Text) {
  test::expect_golden("bounds.txt", bounds_text(test::sample_with_profile()));
  RunResult result = test::sample_result();
  result.board.core = "cortex-m0";
  EXPECT_THAT(bounds_text(result), HasSubstr("no roof: cortex-m0 has no multiply-accumulate"));
}

}  // namespace
}  // namespace mcost::analysis
