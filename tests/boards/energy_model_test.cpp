// From coefficients of a board to the terms of a run.
#include "boards/energy_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "boards/spec_reader.h"

namespace mcost::boards::test {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;

/// What a run on the board counts: its memories, some traffic, some counters.
RunResult run_on(const BoardSpec& spec) {
  RunResult result;
  result.clock = {spec.clock.rated_hz, 1};
  for (const MemorySpec& memory : spec.memories) result.memories.push_back(memory.name);
  result.memories.insert(result.memories.end(), {"peripherals", "ppb"});
  return result;
}

std::size_t index_of(const RunResult& result, const std::string& memory) {
  const auto found = std::find(result.memories.begin(), result.memories.end(), memory);
  return static_cast<std::size_t>(found - result.memories.begin());
}

std::vector<std::string> components(const EnergyModel& model) {
  std::vector<std::string> list;
  for (const EnergyTerm& term : model.terms) list.push_back(term.component);
  return list;
}

std::vector<std::string> paths(const EnergyModel& model) {
  std::vector<std::string> list;
  for (const EnergyTerm& term : model.terms) list.push_back(term.path);
  return list;
}

TEST(EnergyModel, ColumnsAreJoinedByLinesAndHeldOutside) {
  const std::vector<std::uint64_t> clocks{10, 20, 40};
  const std::vector<std::uint64_t> values{100, 50, 90};
  EXPECT_EQ(at_clock(clocks, values, 5), 100u);
  EXPECT_EQ(at_clock(clocks, values, 10), 100u);
  EXPECT_EQ(at_clock(clocks, values, 12), 90u);
  EXPECT_EQ(at_clock(clocks, values, 20), 50u);
  EXPECT_EQ(at_clock(clocks, values, 30), 70u);
  EXPECT_EQ(at_clock(clocks, values, 41), 90u);
}

TEST(EnergyModel, GenericBoardsKnowNoEnergyAndOthersDo) {
  for (const std::string& name : shipped_boards())
    EXPECT_EQ(knows_energy(read_board(name)), !name.starts_with("generic-")) << name;
}

TEST(EnergyModel, WhatARunNeverUsedTakesNothing) {
  const BoardSpec spec = read_board("stm32f469i-disco", {}, {"energy.measure_point=board"});
  RunResult result = run_on(spec);
  EXPECT_THAT(components(energy_model(spec, result)), Not(Contains("sdram")));
  result.total.counters.traffic[index_of(result, "sdram")].reads = 1;
  EXPECT_THAT(paths(energy_model(spec, result)),
              testing::IsSupersetOf(
                  {"memories.sdram.energy.idle_uw", "memories.sdram.energy.interface_uw"}));
}

TEST(EnergyModel, BesideTheMcuNothingCountsAtItsSupply) {
  const BoardSpec spec = read_board("stm32f469i-disco");
  RunResult result = run_on(spec);
  result.total.counters.traffic[index_of(result, "sdram")].reads = 1;
  const auto list = paths(energy_model(spec, result));
  EXPECT_THAT(list, Contains("memories.sdram.energy.interface_uw"));
  EXPECT_THAT(list, Not(Contains("memories.sdram.energy.idle_uw")));
  EXPECT_THAT(list, Not(Contains("energy.board_uw")));
}

TEST(EnergyModel, BytesAtThePinsStandForThoseOfTheCore) {
  const BoardSpec spec = read_board("stm32f469i-disco", {}, {"energy.measure_point=board"});
  RunResult result = run_on(spec);
  const std::size_t sdram = index_of(result, "sdram");
  result.total.counters.traffic[sdram].reads = 1;
  result.model_counters = {{sdram, "device_read_bytes"}, {sdram, "dma_read_bytes"}};
  result.total.model = {64, 32};
  std::vector<EnergyTerm> read;
  for (const EnergyTerm& term : energy_model(spec, result).terms) {
    if (term.path == "memories.sdram.energy.read_fj_per_byte") read.push_back(term);
  }
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(read[0].activity, ActivityKind::counter);
  EXPECT_EQ(read[0].index, 0u);
}

TEST(EnergyModel, EveryTermHasASourceAndAnUncertainty) {
  for (const std::string& name : shipped_boards()) {
    if (!knows_energy(read_board(name))) continue;
    const BoardSpec spec = read_board(name, {}, {"energy.measure_point=board"});
    RunResult result = run_on(spec);
    for (auto& traffic : result.total.counters.traffic) traffic.reads = 1;
    for (const EnergyTerm& term : energy_model(spec, result).terms) {
      EXPECT_NE(term.uncertainty_percent, 0u) << name << " " << term.path;
      EXPECT_THAT(term.source, Not(IsEmpty())) << name << " " << term.path;
    }
  }
}

}  // namespace
}  // namespace mcost::boards::test
