#include "analysis/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "analysis/reports/check_report.h"
#include "sim_core/base/error.h"
#include "tests/analysis/golden.h"
#include "tests/analysis/sample_profile.h"
#include "tests/analysis/sample_result.h"

namespace mcost::analysis {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;

Origin origin() {
  Origin origin;
  origin.tool_version = "1.2.3";
  origin.image_name = "demo.elf";
  origin.image_sha256 = std::string(64, 'a');
  origin.board_name = "demo-board";
  origin.board_hashes = {"1234", {{"clock", "11"}, {"memories.flash", "22"}}};
  origin.options = {"--args demo --all"};
  return origin;
}

void charge(RunResult& result, std::size_t layer, Cause cause, std::uint64_t cycles) {
  result.layers[layer].exclusive.counters.charge(cause, 0, cycles);
  for (std::optional<std::size_t> at = layer; at; at = result.layers[*at].parent)
    result.layers[*at].inclusive.counters.charge(cause, 0, cycles);
  result.total.counters.charge(cause, 0, cycles);
}

struct Checked {
  CheckResult result;
  std::string text;
};

/// The sample as the baseline; `change` makes a new run of it.
template <class Change>
CheckResult checked(Change&& change, const std::vector<std::string>& limits = {},
                    const std::vector<std::string>& warnings = {}, Decimal tolerance = {1, 1}) {
  CheckRules rules;
  rules.tolerance = tolerance;
  for (const std::string& limit : limits) rules.limits.push_back(parse_limit(limit, ""));
  for (const std::string& limit : warnings) {
    rules.limits.push_back(parse_limit(limit, ""));
    rules.limits.back().hard = false;
  }
  const RunResult before = test::sample_with_energy();
  const Baseline baseline = baseline_of(origin(), MeasuredParts(before), rules.limits);
  RunResult after = test::sample_with_energy();
  change(after);
  return check(origin(), MeasuredParts(after), &baseline, rules);
}

const CheckedMetric& metric(const CheckResult& result, const std::string& name) {
  for (const CheckedMetric& metric : result.metrics) {
    if (metric.subject.text() == name) return metric;
  }
  throw std::runtime_error("no metric " + name);
}

const auto kNothing = [](RunResult&) {};
const auto kSlower = [](RunResult& result) { charge(result, 1, Cause::data_wait, 2000); };

TEST(Check, TheSameRunPasses) {
  const CheckResult result = checked(kNothing);
  EXPECT_FALSE(result.failed());
  EXPECT_FALSE(result.numbers_differ());
  EXPECT_EQ(metric(result, "cycles").verdict, Verdict::kept);
  EXPECT_EQ(metric(result, "macs").verdict, Verdict::no_limit);
}

TEST(Check, CostBeyondTheToleranceFails) {
  // 42,343 cycles: 1 % are 423.
  EXPECT_FALSE(checked([](RunResult& r) { charge(r, 1, Cause::data_wait, 423); }).failed());
  EXPECT_TRUE(checked([](RunResult& r) { charge(r, 1, Cause::data_wait, 424); }).failed());
  const CheckResult result = checked(kSlower);
  EXPECT_EQ(metric(result, "cycles").verdict, Verdict::failed);
  EXPECT_EQ(metric(result, "layers.net/conv<1>.cycles").verdict, Verdict::warning);
  EXPECT_EQ(metric(result, "layers.net.cycles").verdict, Verdict::warning);
  EXPECT_FALSE(checked(kSlower, {}, {}, {5, 1}).failed());
}

TEST(Check, ZeroToleranceSeesACycle) {
  EXPECT_TRUE(
      checked([](RunResult& r) { charge(r, 1, Cause::issue, 1); }, {}, {}, {0, 1}).failed());
}

TEST(Check, LimitsReplaceTheTolerance) {
  EXPECT_FALSE(checked(kSlower, {"cycles=+10%"}).failed());
  EXPECT_TRUE(checked(kSlower, {"cycles=+10%", "layers.net.cycles=+1999"}).failed());
  EXPECT_FALSE(checked(kSlower, {"cycles=+10%", "layers.net.cycles=+2000"}).failed());
  EXPECT_FALSE(checked(kSlower, {}, {"cycles=+1%"}).failed()) << "soft";
}

TEST(Check, ExactNamesReplacePatterns) {
  const CheckResult result =
      checked(kSlower, {"cycles=+10%", "layers.*.cycles=+1%", "layers.net.cycles=+10%",
                        "layers.net/conv<1>.cycles=+10%"});
  EXPECT_FALSE(result.failed());
  EXPECT_TRUE(checked(kSlower, {"cycles=+10%", "layers.*.cycles=+1%"}).failed());
}

TEST(Check, AbsoluteLimitsComeBesideTheTolerance) {
  EXPECT_TRUE(checked(kNothing, {"cycles<42343"}).failed());
  EXPECT_FALSE(checked(kNothing, {"cycles<=42343"}).failed());
  EXPECT_TRUE(checked(kSlower, {"cycles<1M"}).failed()) << "the tolerance still holds";
  CheckRules rules;
  rules.limits = {parse_limit("cycles<1M", "")};
  const RunResult run = test::sample_with_energy();
  EXPECT_FALSE(check(origin(), MeasuredParts(run), nullptr, rules).failed());
}

TEST(Check, ImprovementBeyondTheToleranceIsSaid) {
  const CheckResult result = checked([](RunResult& r) {
    r.total.counters.cycles -= 2000;
    r.total.counters.by_cause[0] -= 2000;
  });
  EXPECT_FALSE(result.failed());
  EXPECT_EQ(metric(result, "cycles").verdict, Verdict::improved);
  const CheckReport report{result, "run", "demo.elf", "demo-board", "base.yaml", false, ""};
  EXPECT_THAT(check_text(report), HasSubstr("PASSED: 1 improvement\n"));
  EXPECT_THAT(check_text(report), HasSubstr("run it again with --bless and commit it"));
}

TEST(Check, LayersThatComeAndGo) {
  const auto renamed = [](RunResult& r) {
    r.layers[1].path.back() = "other";
    r.layers[1].name = "other";
  };
  const CheckResult result = checked(renamed);
  EXPECT_FALSE(result.failed());
  EXPECT_EQ(metric(result, "layers.net/other.cycles").verdict, Verdict::added);
  EXPECT_EQ(metric(result, "layers.net/conv<1>.cycles").verdict, Verdict::gone);
  const CheckResult limited = checked(renamed, {"layers.net/conv<1>.cycles=+5%"});
  EXPECT_EQ(metric(limited, "layers.net/conv<1>.cycles").verdict, Verdict::failed)
      << "a limit that cannot be judged is not kept";
}

TEST(Check, CausesThatWereNotThereCostNothing) {
  const CheckResult result = checked([](RunResult& r) { charge(r, 1, Cause::mispredict, 10); });
  EXPECT_EQ(metric(result, "mispredict").now->value, 10u);
  RunResult before = test::sample_with_energy();
  charge(before, 1, Cause::mispredict, 10);
  const Baseline baseline = baseline_of(origin(), MeasuredParts(before), {});
  const RunResult after = test::sample_with_energy();
  const CheckResult gone = check(origin(), MeasuredParts(after), &baseline, {});
  EXPECT_EQ(metric(gone, "mispredict").now->value, 0u);
  const CheckReport report{gone, "run", "demo.elf", "demo-board", "base.yaml", false, ""};
  EXPECT_THAT(check_text(report), HasSubstr("mispredict -10"));
}

TEST(Check, LimitsOfNothingAreMistakes) {
  try {
    (void)checked(kNothing, {"layers.conv9.cycles=+2%"});
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(),
                 "the limit layers.conv9.cycles=+2% fits nothing: neither run nor baseline has "
                 "layers.conv9.cycles: limits: `--format json` lists the names of metrics, layers "
                 "and functions");
  }
}

TEST(Check, FunctionsAreKeptOfProfiledRuns) {
  const RunResult profiled = test::sample_with_profile();
  const Baseline baseline = baseline_of(origin(), MeasuredParts(profiled), {});
  std::size_t functions = 0;
  for (const auto& [name, value] : baseline.metrics) functions += name.starts_with("functions.");
  EXPECT_GT(functions, 1u);
  RunResult plain = test::sample_with_profile();
  plain.profile.reset();
  const CheckResult result = check(origin(), MeasuredParts(plain), &baseline, {});
  EXPECT_EQ(result.count(Verdict::gone), 0u) << "a run without a profile says nothing of functions";
}

TEST(Check, WhatChangedBesideTheFirmwareIsNamed) {
  Origin changed = origin();
  changed.tool_version = "2.0.0";
  changed.board_hashes.all = "5678";
  changed.board_hashes.parts[1].second = "33";
  const RunResult run = test::sample_with_energy();
  const Baseline baseline = baseline_of(changed, MeasuredParts(run), {});
  const CheckResult result = check(origin(), MeasuredParts(run), &baseline, {});
  const CheckReport report{result, "run", "demo.elf", "demo-board", "base.yaml", false, ""};
  const std::string text = check_text(report);
  EXPECT_THAT(text, HasSubstr("mcost     2.0.0 -> 1.2.3"));
  EXPECT_THAT(text, HasSubstr("values of memories.flash have changed"));
  EXPECT_THAT(text, HasSubstr("The firmware is the same"));
}

CheckReport golden_report(const CheckResult& result) {
  return {result, "demo.elf on demo-board", "demo.elf", "demo-board", "base.yaml", false, ""};
}

TEST(Check, Reports) {
  const CheckResult result = checked(kSlower, {"layers.net.cycles=+1%"}, {"macs<10"});
  const CheckReport report = golden_report(result);
  test::expect_golden("check.txt", check_text(report));
  test::expect_golden("check.md", check_markdown(report));
  test::expect_golden("check.json", check_json(report));
  test::expect_golden("check.junit.xml", check_junit(report));
  test::expect_golden("check.benchmark.json", check_benchmark_json(report));
}

TEST(Check, BaselineIsAGoldenFile) {
  const RunResult run = test::sample_with_energy();
  const Baseline baseline =
      baseline_of(origin(), MeasuredParts(run), {parse_limit("macs_per_cycle=-1%", "")});
  test::expect_golden("baseline.yaml", new_baseline_head() + baseline_yaml(baseline));
}

TEST(Check, BaselinesHaveABound) {
  RunResult run = test::sample_with_energy();
  for (std::size_t i = 0; i < 5000; ++i) {
    LayerResult layer = run.layers.back();
    layer.path = {"l" + std::to_string(i)};
    layer.inclusive.counters.cycles = i;
    run.layers.push_back(std::move(layer));
  }
  const Baseline baseline = baseline_of(origin(), MeasuredParts(run), {});
  EXPECT_EQ(baseline.metrics.size(), kMostMetrics);
  EXPECT_THAT(baseline.metrics, Contains(Key("layers.l4999.cycles")));
  EXPECT_THAT(baseline.metrics, Not(Contains(Key("layers.l1.cycles"))));
}

TEST(Check, JunitTakesAnyName) {
  RunResult run = test::sample_with_energy();
  run.layers[1].path.back() = "a<b>&\"c\x01\xEF\xBF\xBE";
  const Baseline baseline = baseline_of(origin(), MeasuredParts(run), {});
  const CheckResult result = check(origin(), MeasuredParts(run), &baseline, {});
  EXPECT_THAT(check_junit(golden_report(result)), HasSubstr("a&lt;b&gt;&amp;&quot;c??.cycles"));
}

}  // namespace
}  // namespace mcost::analysis
