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
  const auto advice = placement_advice(result, 10);
  const std::size_t flash = 0, sram = 1;
  const std::string conv = "conv<int, 3>(std::vector<int> const&)";
  const std::vector<PlacementAdvice> expected{
      {".rodata", ".rodata", flash, sram, false, 300},
      {conv, "0x08000200+128", flash, sram, true, 10},
      {"SysTick_Handler", "SysTick_Handler", flash, sram, true, 5}};
  EXPECT_EQ(advice, expected);
  EXPECT_EQ(placement_advice(result, 1).size(), 1u);
  result.profile.reset();
  EXPECT_EQ(placement_advice(result, 10)[1],
            (PlacementAdvice{".text", ".text", flash, sram, true, 15}));
}

TEST(Bounds, AdviceIsWhatTheBoardAccepts) {
  const RunResult result = test::sample_with_profile();
  PlacementChoice choice;
  choice.targets = {0, 2, 1};
  std::vector<std::string> asked;
  choice.accepts = [&](const std::string& placement) {
    asked.push_back(placement);
    return placement == ".rodata=sram" || placement == "SysTick_Handler=peripherals";
  };
  const auto advice = placement_advice(result, 2, choice);
  ASSERT_EQ(advice.size(), 2u);
  EXPECT_EQ(advice[0].to, 1u);
  EXPECT_EQ(advice[1].what, "SysTick_Handler");
  EXPECT_EQ(advice[1].to, 2u);
  EXPECT_THAT(asked, testing::ElementsAre(".rodata=peripherals", ".rodata=sram", ".bss=flash",
                                          ".bss=peripherals", "0x08000200+128=peripherals",
                                          "0x08000200+128=sram", "SysTick_Handler=peripherals"));
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
