#include "analysis/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "analysis/measured_parts.h"
#include "analysis/reports/compare_report.h"
#include "sim_core/base/error.h"
#include "tests/analysis/golden.h"
#include "tests/analysis/sample_profile.h"
#include "tests/analysis/sample_result.h"

namespace mcost::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

ComparedRun run_of(RunResult result, const std::string& source) {
  ComparedRun run{source, std::move(result), {}, {}};
  run.board_values = {{"name", run.result.board.name}, {"memories.flash.wait_states", "4"}};
  return run;
}

/// Adds cycles of one cause to a layer, the layers around it and the run.
void charge(RunResult& result, std::size_t layer, Cause cause, std::uint64_t cycles) {
  result.layers[layer].exclusive.counters.charge(cause, 0, cycles);
  for (std::optional<std::size_t> at = layer; at; at = result.layers[*at].parent)
    result.layers[*at].inclusive.counters.charge(cause, 0, cycles);
  result.total.counters.charge(cause, 0, cycles);
}

/// The sample, and one whose convolution waits longer and whose firmware is another.
std::vector<ComparedRun> before_and_after() {
  std::vector<ComparedRun> runs;
  runs.push_back(run_of(test::sample_with_energy(), "before.json"));
  runs.push_back(run_of(test::sample_with_energy(), "after.json"));
  charge(runs[1].result, 1, Cause::data_wait, 1000);
  charge(runs[1].result, 0, Cause::refill, 50);
  runs[1].result.image.sha256 = std::string(64, 'b');
  return runs;
}

std::string text_of(const std::vector<ComparedRun>& runs, CompareOptions options = {},
                    std::size_t top = 0) {
  const Comparison comparison = compare(runs, options);
  return compare_text({runs, comparison, options, top});
}

TEST(Compare, Text) { test::expect_golden("compare.txt", text_of(before_and_after())); }
TEST(Compare, Reports) {
  const auto runs = before_and_after();
  const CompareOptions options;
  const Comparison comparison = compare(runs, options);
  const CompareReport report{runs, comparison, options, 0};
  test::expect_golden("compare.md", compare_markdown(report));
  test::expect_golden("compare.json", compare_json(report));
  test::expect_golden("compare.csv", compare_csv(report));
}

TEST(Compare, LayersAreMatchedByPathAndSortedByChange) {
  const auto runs = before_and_after();
  const Comparison comparison = compare(runs, {});
  const ComparedView& layers = comparison.views.front();
  ASSERT_EQ(layers.by, CompareBy::layer);
  EXPECT_EQ(layers.rows[0].name, "net");
  EXPECT_EQ(layers.rows[1].name, "net/conv<1>");
  EXPECT_EQ(layers.rows[1].value(1).value - layers.rows[1].value(0).value, 1000u);
  EXPECT_EQ(layers.rows[0].value(1).value - layers.rows[0].value(0).value, 1050u);
  ASSERT_TRUE(layers.total);
  EXPECT_EQ(layers.total->value(1).value, runs[1].result.total.counters.cycles);
}

TEST(Compare, SelfLeavesOutWhatIsInside) {
  const auto runs = before_and_after();
  CompareOptions options;
  options.self = true;
  const Comparison comparison = compare(runs, options);
  std::uint64_t sum = 0;
  for (const ComparedRow& row : comparison.views.front().rows) sum += row.value(1).value;
  EXPECT_EQ(sum, runs[1].result.total.counters.cycles);
}

TEST(Compare, CausesOfARowSumToItsCycles) {
  const auto runs = before_and_after();
  const Comparison comparison = compare(runs, {});
  for (const ComparedRow& row : comparison.views.front().rows) {
    for (std::size_t r = 0; r < runs.size(); ++r) {
      std::uint64_t sum = 0;
      for (const ComparedRow& cause : row.causes) sum += cause.value(r).value;
      EXPECT_EQ(sum, row.value(r).value) << row.name;
    }
  }
}

TEST(Compare, ProgramOrderKeepsNewLayersWhereTheyRan) {
  auto runs = before_and_after();
  runs[1].result.layers[1].path.back() = "conv<2>";
  runs[1].result.layers[1].name = "conv<2>";
  CompareOptions options;
  options.program_order = true;
  const Comparison comparison = compare(runs, options);
  std::vector<std::string> names;
  for (const ComparedRow& row : comparison.views.front().rows) names.push_back(row.name);
  EXPECT_EQ(names[0], "net");
  EXPECT_EQ(names[1], "net/conv<2>");
  EXPECT_EQ(names[2], "net/conv<1>");
  const std::string text = text_of(runs, options);
  EXPECT_THAT(text, HasSubstr("gone"));
  EXPECT_THAT(text, HasSubstr("new"));
}

TEST(Compare, TwiceTheSamePathIsTwoRows) {
  auto runs = before_and_after();
  for (ComparedRun& run : runs) run.result.layers.push_back(run.result.layers.back());
  const Comparison comparison = compare(runs, {});
  EXPECT_EQ(comparison.views.front().rows.size(), runs[0].result.layers.size());
}

TEST(Compare, EqualResultsSaySoInOneLine) {
  std::vector<ComparedRun> runs;
  runs.push_back(run_of(test::sample_result(), "a.json"));
  runs.push_back(run_of(test::sample_result(), "b.json"));
  const std::string text = text_of(runs);
  EXPECT_THAT(text, HasSubstr("Firmware, board, options and version are the same.\n"));
  EXPECT_THAT(text, HasSubstr("Every number compared is the same.\n"));
  EXPECT_THAT(text, Not(HasSubstr("Cycles by layer")));
}

TEST(Compare, WhatDiffersBesideTheFirmwareIsNamedFirst) {
  auto runs = before_and_after();
  EXPECT_THAT(text_of(runs), HasSubstr("Only the firmware differs."));
  runs[1].result.tool_version = "9.9.9";
  runs[1].board_values[1].second = "7";
  runs[1].result.options.emplace_back("--args other");
  const std::string text = text_of(runs);
  const std::size_t numbers = text.find("Cycles by layer");
  for (const char* const named : {"mcost     1.2.3 -> 9.9.9", "memories.flash.wait_states: 4 -> 7",
                                  "--args other: only after",
                                  "Not only the firmware differs but the version of mcost, values "
                                  "of the board and options"}) {
    EXPECT_LT(text.find(named), numbers) << named << "\n" << text;
  }
  runs[1].result.image = runs[0].result.image;
  EXPECT_THAT(text_of(runs), HasSubstr("The firmware is the same: the version of mcost, values of "
                                       "the board and options of the run made the difference."));
}

TEST(Compare, SameEverythingAndOtherNumbersIsSuspicious) {
  auto runs = before_and_after();
  runs[1].result.image = runs[0].result.image;
  EXPECT_THAT(text_of(runs), HasSubstr("so every number should be"));
}

TEST(Compare, ValuesThatOneBoardLacksAreShown) {
  auto runs = before_and_after();
  runs[1].board_values.emplace_back("memories.sdram.wait_states", "3");
  EXPECT_THAT(text_of(runs), HasSubstr("memories.sdram.wait_states: (none) -> 3"));
}

TEST(Compare, LabelsAreWhatTellsRunsApart) {
  std::vector<ComparedRun> runs;
  const auto labels = [&](std::vector<std::array<const char*, 3>> of) {
    runs.clear();
    for (const auto& [image, board, file] : of) {
      runs.push_back(run_of(test::sample_result(), file));
      runs.back().result.image.name = image;
      runs.back().result.board.name = board;
    }
    return labels_of(runs);
  };
  EXPECT_THAT(labels({{"net-int8-plain.elf", "b", "x"}, {"net-int8-dsp.elf", "b", "x"}}),
              ElementsAre("plain", "dsp"));
  EXPECT_THAT(labels({{"net.elf", "nucleo-f4", "x"}, {"net.elf", "nucleo-l4", "x"}}),
              ElementsAre("f4", "l4"));
  EXPECT_THAT(labels({{"net.elf", "b", "out/before.json"}, {"net.elf", "b", "out/after.json"}}),
              ElementsAre("before", "after"));
  EXPECT_THAT(labels({{"net.elf", "b", "x"}, {"net.elf", "b", "x"}}), ElementsAre("A", "B"));
  EXPECT_THAT(labels({{"p.elf", "b", "x"}, {"p.elf", "c", "x"}, {"q.elf", "b", "x"}}),
              ElementsAre("p b", "p c", "q b"));
}

TEST(Compare, SeveralResultsAreColumns) {
  auto runs = before_and_after();
  runs.push_back(run_of(test::sample_with_energy(), "third.json"));
  charge(runs[2].result, 1, Cause::issue, 7);
  const Comparison comparison = compare(runs, {});
  EXPECT_THAT(comparison.labels, ElementsAre("before", "after", "third"));
  EXPECT_EQ(comparison.views.front().rows[0].values.size(), 3u);
  EXPECT_THAT(text_of(runs), HasSubstr("third"));
}

TEST(Compare, TopLeavesOutAndSaysSo) {
  const auto runs = before_and_after();
  EXPECT_THAT(text_of(runs, {}, 1), HasSubstr("and 1 layer that changed less (--top 0 shows all)"));
}

TEST(Compare, MetricsByName) {
  const auto runs = before_and_after();
  const RunResult& result = runs[0].result;
  const auto value = [&](const std::string& name) {
    return quantity_of(metric_named(name), measured(result), result);
  };
  const Counters& total = result.total.counters;
  EXPECT_EQ(value("cycles")->value, total.cycles);
  EXPECT_EQ(value("bytes:sram")->value, total.traffic[1].read_bytes + total.traffic[1].write_bytes);
  EXPECT_EQ(value("data_wait:flash")->value,
            total.by_memory[0][static_cast<unsigned>(Cause::data_wait)]);
  EXPECT_EQ(value("icache_misses:flash")->value, result.total.model[1]);
  EXPECT_EQ(*value("macs_per_cycle"), (Quantity{total.macs, total.cycles}));
  EXPECT_EQ(value("live_bytes")->value, 2108u);
  EXPECT_EQ(value("memory")->value, total.by_cause[static_cast<unsigned>(Cause::fetch_wait)] +
                                        total.by_cause[static_cast<unsigned>(Cause::data_wait)]);
  for (const char* const unknown : {"", "cicles", "bytes:nowhere", "bytes", ":", "bus_wait:x"})
    EXPECT_FALSE(value(unknown)) << unknown;
  for (const std::string& name : metric_names(result)) EXPECT_TRUE(value(name)) << name;
}

TEST(Compare, MistakesSayWhatToDo) {
  auto runs = before_and_after();
  CompareOptions options;
  options.metric = "nonsense";
  EXPECT_THROW((void)compare(runs, options), ConfigError);
  options.metric = "cycles";
  options.by = CompareBy::function;
  try {
    (void)compare(runs, options);
    FAIL() << "no profile, no error";
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(),
                 "the run was not profiled: before.json: make it again: mcost run "
                 "FW.elf --board NAME --profile --format json");
  }
  for (ComparedRun& run : runs) run.result.energy.reset();
  options.by.reset();
  options.metric = "energy";
  EXPECT_THROW((void)compare(runs, options), ConfigError);
}

TEST(Compare, FunctionsSumToTheRun) {
  std::vector<ComparedRun> runs;
  runs.push_back(run_of(test::sample_with_profile(), "a.json"));
  runs.push_back(run_of(test::sample_with_profile(), "b.json"));
  runs[1].result.image.sha256 = std::string(64, 'b');
  CompareOptions options;
  options.by = CompareBy::function;
  const Comparison comparison = compare(runs, options);
  std::uint64_t sum = 0;
  for (const ComparedRow& row : comparison.views.front().rows) sum += row.value(0).value;
  EXPECT_EQ(sum, runs[0].result.total.counters.cycles);
}

TEST(Compare, TextFitsATerminal) {
  auto runs = before_and_after();
  for (int i = 0; i < 4; ++i) runs.push_back(run_of(test::sample_with_energy(), "x.json"));
  std::istringstream lines(text_of(runs));
  for (std::string line; std::getline(lines, line);) EXPECT_LT(line.size(), 120u) << line;
}

TEST(Compare, HostileNamesDoNotReachTheTerminal) {
  auto runs = before_and_after();
  runs[1].result.layers[1].path.back() = "\x1b[31mred\n";
  runs[1].board_values[1].second = "\x1b[2J" + std::string(500, 'x');
  const std::string text = text_of(runs);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_THAT(text, HasSubstr("?[31mred?"));
}

}  // namespace
}  // namespace mcost::analysis
