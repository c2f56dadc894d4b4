// What follows from the cells of a sweep: front, best cells, effects, and how they are written.
#include "analysis/sweep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "analysis/pareto.h"
#include "analysis/reports/sweep_reports.h"
#include "sim_core/base/error.h"
#include "tests/analysis/golden.h"
#include "tests/analysis/sample_result.h"

namespace mcost::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// ---- front

TEST(ParetoFront, BeatenPointsAreNotOnIt) {
  EXPECT_THAT(pareto_front({{{1, 5}}, {{2, 2}}, {{3, 3}}, {{5, 1}}, {{5, 2}}}),
              ElementsAre(true, true, false, true, false));
}

TEST(ParetoFront, EqualPointsAreOnItTogetherAndPointsWithoutAmountsNever) {
  EXPECT_THAT(pareto_front({{{2, 2}}, std::nullopt, {{2, 2}}, {{2, 3}}}),
              ElementsAre(true, false, true, false));
  EXPECT_THAT(pareto_front({}), IsEmpty());
  EXPECT_THAT(pareto_front({std::nullopt}), ElementsAre(false));
}

TEST(ParetoFront, OfOneAimIsTheLeast) {
  EXPECT_THAT(pareto_front({{{3}}, {{1}}, {{2}}, {{1}}}), ElementsAre(false, true, false, true));
}

/// The definition, word by word.
std::vector<bool> front_by_pairs(const std::vector<ParetoPoint>& points) {
  std::vector<bool> front;
  for (const ParetoPoint& point : points) {
    bool is_on = point.has_value();
    for (const ParetoPoint& other : points) {
      if (!point || !other) continue;
      bool is_nowhere_worse = true;
      bool is_better = false;
      for (std::size_t i = 0; i < point->size(); ++i) {
        is_nowhere_worse &= (*other)[i] <= (*point)[i];
        is_better |= (*other)[i] < (*point)[i];
      }
      is_on &= !(is_nowhere_worse && is_better);
    }
    front.push_back(is_on);
  }
  return front;
}

TEST(ParetoFront, IsThatOfItsDefinitionForRandomPointsInAnyOrder) {
  std::mt19937 random(1);
  for (unsigned round = 0; round < 300; ++round) {
    std::vector<ParetoPoint> points(round % 40);
    for (ParetoPoint& point : points) {
      if (random() % 8 == 0) continue;
      point.emplace(1 + round % 4);
      for (std::uint64_t& amount : *point) amount = random() % 6;
    }
    ASSERT_EQ(pareto_front(points), front_by_pairs(points)) << "round " << round;
  }
}

// ---- a small sweep: two boards, two and three wait states; one cell fails

CellCost cost(std::uint64_t cycles, std::uint64_t time_ps, std::optional<std::uint64_t> energy_fj) {
  CellCost cost;
  cost.cycles = cycles;
  cost.time_ps = time_ps;
  cost.energy_fj = energy_fj;
  cost.instructions = 50;
  cost.macs = 20;
  cost.by_group[static_cast<unsigned>(CauseGroup::issue)] = 60;
  cost.by_group[static_cast<unsigned>(CauseGroup::memory)] = cycles - 60;
  cost.memories = {{"flash", 100, 40, 0, cycles - 60}};
  return cost;
}

SweepRow row(std::vector<std::optional<std::string>> values, CellCost figures) {
  SweepRow row{std::move(values), {}};
  row.outcome.key = "k" + std::to_string(figures.cycles);
  row.outcome.exit = "exited";
  row.outcome.exit_code = 0;
  row.outcome.cost = std::move(figures);
  return row;
}

Sweep sample() {
  Sweep sweep;
  sweep.tool_version = "0.1.0";
  sweep.axes = {"firmware", "board", "memories.flash.wait_states"};
  sweep.dimensions = {{0}, {1}, {2}};
  sweep.rows = {row({"a.elf", "one", std::nullopt}, cost(100, 1'000'000, 400)),
                row({"a.elf", "one", "2"}, cost(120, 1'200'000, 420)),
                row({"a.elf", "two", std::nullopt}, cost(200, 4'000'000, 300)),
                row({"a.elf", "two", "2"}, cost(300, 6'000'000, 330))};
  sweep.rows[2].outcome.cost->memories.push_back({"sram, fast", 1, 2, 3, 4});
  SweepRow failed{{"a.elf", "two", "99"}, {}};
  failed.outcome.status = CellStatus::bad_setting;
  failed.outcome.error = "wait_states must be 0..15, got \"99\": --set: write an integer";
  sweep.rows.push_back(failed);
  return sweep;
}

TEST(Sweep, FrontIsOfTimeAndEnergyUnlessOtherMetricsAreChosen) {
  Sweep sweep = sample();
  EXPECT_THAT(pareto_rows(sweep), ElementsAre(true, false, true, false, false));
  sweep.pareto = {"macs_per_cycle"};  // the more the better
  EXPECT_THAT(pareto_rows(sweep), ElementsAre(true, false, false, false, false));
  sweep.pareto.clear();
  for (SweepRow& row : sweep.rows) {
    if (row.outcome.cost) row.outcome.cost->energy_fj.reset();
  }
  EXPECT_THAT(pareto_rows(sweep), ElementsAre(true, false, false, false, false));
}

TEST(Sweep, CellsWithoutEnergyHaveNoPlaceAmongThoseThatHaveIt) {
  Sweep sweep = sample();
  sweep.rows[0].outcome.cost->energy_fj.reset();
  EXPECT_THAT(pareto_rows(sweep), ElementsAre(false, true, true, false, false));
}

TEST(Sweep, EffectsCompareCellsThatDifferInOneAxis) {
  const std::vector<Effect> list = effects(sample());
  ASSERT_THAT(list, SizeIs(3));
  EXPECT_EQ(list[0].axis, "board");
  EXPECT_EQ(list[0].from, "one");
  EXPECT_EQ(list[0].to, "two");
  EXPECT_EQ(list[0].cycles.pairs, 2u);
  EXPECT_DOUBLE_EQ(list[0].cycles.least, 1.0);  // 100 to 200
  EXPECT_DOUBLE_EQ(list[0].cycles.most, 1.5);   // 120 to 300
  EXPECT_DOUBLE_EQ(list[0].cycles.mean, 1.25);
  EXPECT_DOUBLE_EQ(list[0].time.mean, 3.5);  // 3 and 4 times more
  EXPECT_EQ(list[1].axis, "wait_states");
  EXPECT_EQ(list[1].from, "-");
  EXPECT_EQ(list[1].to, "2");
  EXPECT_EQ(list[1].cycles.pairs, 2u);
  EXPECT_NEAR(list[1].cycles.mean, 0.35, 1e-12);  // 20 and 50 per cent
  EXPECT_NEAR(list[1].energy.mean, (0.05 + 0.1) / 2, 1e-12);
  EXPECT_EQ(list[2].to, "99");
  EXPECT_EQ(list[2].cycles.pairs, 0u);  // the only cell failed
}

TEST(Sweep, AxesThatMoveTogetherAreOneEffect) {
  Sweep sweep = sample();
  sweep.dimensions = {{0}, {1, 2}};
  const std::vector<Effect> list = effects(sweep);
  ASSERT_THAT(list, SizeIs(4));
  EXPECT_EQ(list[2].axis, "board, wait_states");
  EXPECT_EQ(list[2].from, "one, -");
  EXPECT_EQ(list[2].to, "two, 2");
  EXPECT_DOUBLE_EQ(list[2].cycles.mean, 2.0);
}

TEST(Sweep, BestCellsNameHowManyAreAsGoodAndNothingWhereAllAreAlike) {
  const std::vector<BestRow> best = best_rows(sample());
  ASSERT_THAT(best, SizeIs(4));  // live_bytes was not measured
  EXPECT_EQ(best[0].metric.name, "cycles");
  EXPECT_EQ(best[0].row, 0u);
  EXPECT_EQ(best[2].metric.name, "energy_j");
  EXPECT_EQ(best[2].row, 2u);
  EXPECT_EQ(best[3].metric.name, "macs_per_cycle");
  EXPECT_EQ(best[3].row, 0u);
  Sweep sweep = sample();
  for (SweepRow& row : sweep.rows) {
    if (row.outcome.cost) row.outcome.cost = cost(100, 1'000'000, 400);
  }
  EXPECT_THAT(best_rows(sweep), IsEmpty());
}

TEST(Sweep, MetricsAreExactDecimals) {
  const CellCost figures = cost(100, 1'234'567'890'123, 5);
  const auto text = [&](const char* name) {
    for (const SweepMetric& metric : fixed_metrics()) {
      if (metric.name == name) return metric_text(metric, figures);
    }
    return std::string("none");
  };
  EXPECT_EQ(text("time_s"), "1.234567890123");
  EXPECT_EQ(text("energy_j"), "0.000000000000005");
  EXPECT_EQ(text("energy_uncertainty_j"), "");
  EXPECT_EQ(text("macs_per_cycle"), "0.200000");
  EXPECT_EQ(text("memory_cycles"), "40");
  EXPECT_TRUE(is_metric("sdram_stall_cycles"));
  EXPECT_FALSE(is_metric("_stall_cycles"));
  EXPECT_FALSE(is_metric("stalls"));
}

TEST(Sweep, AxesKeepWhatTellsThemApart) {
  EXPECT_THAT(
      short_axis_names({"board", "memories.flash.wait_states", "memories.sram.wait_states",
                        "memories.flash.banks", "place:.rodata"}),
      ElementsAre("board", "flash.wait_states", "sram.wait_states", "banks", "place:.rodata"));
}

// ---- outcomes of runs

TEST(CellOutcome, HasTheFiguresOfTheRun) {
  RunResult result = test::sample_result();
  result.exit = {};  // idle
  const CellOutcome outcome = outcome_of(result, {.with_layers = true});
  ASSERT_TRUE(outcome.cost);
  const Counters& counters = result.total.counters;
  EXPECT_EQ(outcome.cost->cycles, counters.cycles);
  EXPECT_EQ(outcome.cost->macs, counters.macs);
  std::uint64_t sum = 0;
  for (const std::uint64_t cycles : outcome.cost->by_group) sum += cycles;
  EXPECT_EQ(sum, counters.cycles);
  EXPECT_EQ(outcome.layers.size(), result.layers.size());
  EXPECT_EQ(outcome.layers.front().cost.cycles, result.layers.front().inclusive.counters.cycles);
  EXPECT_THAT(outcome_of(result, {}).layers, IsEmpty());
}

TEST(CellOutcome, OfARunThatDidNotEndByItselfHasAnErrorAndNoFigures) {
  RunResult result = test::sample_result();
  result.exit = {};
  result.exit.reason = ExitReason::cycle_limit;
  CellOutcome outcome = outcome_of(result, {.with_layers = true});
  EXPECT_THAT(outcome.error, HasSubstr("cycle limit at"));
  EXPECT_THAT(outcome.error, HasSubstr("raise max_cycles"));
  EXPECT_EQ(outcome.status, CellStatus::limit);
  EXPECT_FALSE(outcome.cost);
  EXPECT_THAT(outcome.layers, IsEmpty());
  result.exit.reason = ExitReason::idle;
  EXPECT_TRUE(outcome_of(result, {}).cost);
  // A handler that loops for ever looks idle.
  result.exit.fault.emplace();
  result.exit.fault->kind = "bus_data_precise";
  outcome = outcome_of(result, {});
  EXPECT_FALSE(outcome.cost);
  EXPECT_THAT(outcome.error, HasSubstr("first fault"));
  EXPECT_EQ(outcome.status, CellStatus::firmware_failed);
  result.exit.reason = ExitReason::time_limit;
  EXPECT_EQ(outcome_of(result, {}).status, CellStatus::firmware_failed);
  // Firmware may go on after a fault; a handler that ends with a code of its own says it cannot.
  result.exit.reason = ExitReason::exited;
  result.exit.code = 0;
  EXPECT_TRUE(outcome_of(result, {}).cost);
  result.exit.code = 3;
  EXPECT_FALSE(outcome_of(result, {.any_exit_code = true}).cost);
}

TEST(CellOutcome, AnExitCodeIsAFailureUnlessAnyIsTaken) {
  RunResult result = test::sample_result();
  result.exit = {};
  result.exit.reason = ExitReason::exited;
  result.exit.code = 3;
  CellOutcome outcome = outcome_of(result, {});
  EXPECT_FALSE(outcome.cost);
  EXPECT_EQ(outcome.exit_code, 3u);
  EXPECT_THAT(outcome.error, HasSubstr("exit code 3"));
  EXPECT_EQ(outcome.status, CellStatus::firmware_failed);
  outcome = outcome_of(result, {.any_exit_code = true});
  EXPECT_TRUE(outcome.cost);
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(outcome.status, CellStatus::ok);
}

// ---- what is written

TEST(SweepReport, TextMarkdownAndTables) {
  const Sweep sweep = sample();
  test::expect_golden("sweep.txt", sweep_text(sweep));
  test::expect_golden("sweep.md", sweep_markdown(sweep));
  test::expect_golden("sweep.csv", sweep_csv(sweep));
  test::expect_golden("sweep.jsonl", sweep_json_lines(sweep));
}

TEST(SweepReport, ChosenColumnsOnlyAndAMemoryThatNoCellHasIsEmpty) {
  Sweep sweep = sample();
  sweep.columns = {"cycles", "sdram_read_bytes"};
  EXPECT_THAT(sweep_csv(sweep),
              HasSubstr("cell,firmware,board,memories.flash.wait_states,cycles,sdram_read_bytes,"
                        "pareto,exit,exit_code,error,result,status\n"
                        "1,a.elf,one,,100,,1,exited,0,,,ok\n"));
}

TEST(SweepReport, LayersAreRowsAndAFailedCellIsOne) {
  Sweep sweep = sample();
  sweep.by_layer = true;
  sweep.columns = {"cycles"};
  sweep.rows[0].outcome.layers = {{"net", "probe", "", 1, cost(90, 900, 1)},
                                  {"net/conv", "probe", "net", 2, cost(80, 800, 1)}};
  EXPECT_THAT(sweep_layers_csv(sweep), HasSubstr("layer,kind,parent,visits,cycles,error,status\n"
                                                 "1,a.elf,one,,net,probe,,1,90,,ok\n"
                                                 "1,a.elf,one,,net/conv,probe,net,2,80,,ok\n"));
  EXPECT_THAT(sweep_layers_csv(sweep), HasSubstr("5,a.elf,two,99,,,,,,\"wait_states must be"));
}

TEST(SweepReport, ATableOfManyCellsShowsTheFront) {
  Sweep sweep = sample();
  const SweepRow slow = sweep.rows[3];
  for (unsigned i = 0; i < 200; ++i) {
    sweep.rows.push_back(slow);
    sweep.rows.back().values[2] = std::to_string(100 + i);
  }
  const std::string text = sweep_text(sweep);
  EXPECT_THAT(text, HasSubstr("203 others are in --format csv"));
  EXPECT_THAT(text, HasSubstr("\n  1 *"));
  EXPECT_THAT(text, Not(HasSubstr("\n  2 ")));
}

TEST(SweepLine, ReadsBackToTheSameOutcome) {
  Sweep sweep = sample();
  sweep.by_layer = true;
  sweep.rows[0].outcome.result = "0123.json";
  sweep.rows[0].outcome.layers = {{"net", "probe", "", 1, cost(std::uint64_t{1} << 60, 7, 1)}};
  for (std::size_t i = 0; i < sweep.rows.size(); ++i) {
    for (const std::optional<bool> front : {std::optional<bool>(), std::optional(true)}) {
      const std::string line = sweep_line(sweep, i, front);
      EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
      EXPECT_EQ(read_sweep_line(line, "cells.jsonl:1"), sweep.rows[i].outcome);
    }
  }
}

TEST(SweepLine, StatusOfLinesOfEarlierVersionsFollowsFromErrorAndExit) {
  const auto status_of = [](const std::string& exit, const std::string& error,
                            std::optional<std::string> status = {}) {
    Sweep sweep = sample();
    sweep.rows[0].outcome.exit = exit;
    sweep.rows[0].outcome.error = error;
    std::string line = sweep_line(sweep, 0, std::nullopt);
    const std::string key = "\"status\":\"ok\",";
    line.replace(line.find(key), key.size(), status ? "\"status\":\"" + *status + "\"," : "");
    return read_sweep_line(line, "cells.jsonl:1").status;
  };
  EXPECT_EQ(status_of("exited", ""), CellStatus::ok);
  EXPECT_EQ(status_of("exited", "exit code 3"), CellStatus::firmware_failed);
  EXPECT_EQ(status_of("time_limit", "too long"), CellStatus::limit);
  EXPECT_EQ(status_of("", "no such value"), CellStatus::bad_setting);
  EXPECT_EQ(status_of("", "too large", "does_not_fit"), CellStatus::does_not_fit);
  EXPECT_THROW((void)status_of("", "?", "tired"), ConfigError);
}

TEST(SweepLine, RefusesWhatIsNone) {
  const std::string line = sweep_line(sample(), 0, std::nullopt);
  for (const std::string& text :
       {std::string(), std::string("1"), std::string("{\"schema\":1}"), line.substr(0, 80),
        std::string("{\"schema\":\"mcost/sweep/2\"}"),
        std::string("{\"schema\":\"mcost/sweep/1\"}"), std::string(100'000, '[')}) {
    EXPECT_THROW((void)read_sweep_line(text, "cells.jsonl:1"), ConfigError) << text.substr(0, 80);
  }
}

}  // namespace
}  // namespace mcost::analysis
