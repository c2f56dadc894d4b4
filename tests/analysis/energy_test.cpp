// From activity to femtojoules: sums, roundings, intervals, what a battery lasts.
#include "analysis/energy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/lifetime.h"
#include "analysis/reports/registry.h"
#include "analysis/sums.h"
#include "sim_core/base/error.h"
#include "tests/analysis/sample_result.h"

namespace mcost::analysis {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint64_t kMillijoule = 1'000'000'000'000;

/// A run of one layer: `active` cycles that do not wait, `asleep` cycles of sleep.
RunResult run_of(std::uint64_t active, std::uint64_t asleep, Hertz clock) {
  RunResult result;
  result.clock = clock;
  LayerResult outside;
  outside.name = "(outside)";
  outside.path = {outside.name};
  outside.exclusive.counters.charge(Cause::issue, 0, active);
  outside.exclusive.counters.charge(Cause::sleep, 0, asleep);
  outside.inclusive = outside.exclusive;
  result.total = outside.exclusive;
  result.layers = {outside};
  result.energy.emplace();
  return result;
}

EnergyTerm term(const std::string& path, ActivityKind activity,
                std::vector<std::uint64_t> coefficient, std::uint32_t uncertainty_percent = 10) {
  EnergyTerm term;
  term.component = path.substr(0, path.find('.'));
  term.path = path;
  term.activity = activity;
  term.coefficient = std::move(coefficient);
  term.uncertainty_percent = uncertainty_percent;
  return term;
}

TEST(Energy, PartsSumToTheWholeForEveryTerm) {
  const RunResult result = test::sample_with_energy();
  EXPECT_THAT(broken_sums(result), IsEmpty());
  for (std::size_t i = 0; i < result.energy->terms.size(); ++i) {
    EXPECT_NE(result.total.energy[i], 0u) << result.energy->terms[i].name;
  }
  RunResult wrong = result;
  ++wrong.layers[0].exclusive.energy[2];
  EXPECT_THAT(broken_sums(wrong),
              testing::Contains(HasSubstr("energy of the parts is not that of the whole")));
}

TEST(Energy, ComponentsSumToTheTotal) {
  const RunResult result = test::sample_with_energy();
  std::uint64_t sum = 0;
  for (const ComponentEnergy& part : components_of(result.total, *result.energy))
    sum += part.energy.fj;
  EXPECT_EQ(sum, energy_of(result.total, *result.energy).fj);
}

TEST(Energy, PowerTimesTimeIsExactToOneFemtojoule) {
  // 69.3 mW for 180 cycles at 180 MHz: 1 us, so 69.3 nJ.
  RunResult result = run_of(180, 0, {180'000'000, 1});
  result.energy->terms = {term("static.uw", ActivityKind::time, {69'300})};
  add_energy(result);
  EXPECT_EQ(result.total.energy, std::vector<std::uint64_t>{69'300'000});
  // 1 uW for one cycle at 3 Hz: a third of a microjoule, rounded to nearest.
  result = run_of(2, 0, {3, 1});
  result.energy->terms = {term("static.uw", ActivityKind::time, {1})};
  add_energy(result);
  EXPECT_EQ(result.total.energy, std::vector<std::uint64_t>{666'666'667});
}

TEST(Energy, SleepIsNeitherActiveNorWaiting) {
  RunResult result = run_of(100, 900, {1'000'000, 1});
  result.layers[0].exclusive.counters.charge(Cause::fetch_wait, 0, 50);
  result.layers[0].exclusive.counters.charge(Cause::exception, 0, 12);
  result.energy->terms = {term("core.active", ActivityKind::active_cycles, {10}),
                          term("core.stall", ActivityKind::stall_cycles, {5})};
  add_energy(result);
  EXPECT_EQ(result.total.energy, (std::vector<std::uint64_t>{1120, 250}));
}

TEST(Energy, EachClockHasItsOwnPower) {
  RunResult result = run_of(0, 3000, {2'000'000, 1});
  result.clocks = {{1'000'000, 1}, {2'000'000, 1}};
  result.layers[0].exclusive.counters.at_later_clock[1] = 2000;
  result.energy->terms = {term("static.uw", ActivityKind::time, {100, 300})};
  add_energy(result);
  // 1 ms of 100 uW and 1 ms of 300 uW.
  EXPECT_EQ(result.total.energy, std::vector<std::uint64_t>{400'000'000});
}

TEST(Energy, CountsFollowTheCyclesAtEachClock) {
  RunResult result = run_of(3000, 0, {2'000'000, 1});
  result.clocks = {{1'000'000, 1}, {2'000'000, 1}};
  result.layers[0].exclusive.counters.at_later_clock[1] = 2000;
  result.energy->terms = {term("core.fj", ActivityKind::active_cycles, {100, 400})};
  add_energy(result);
  EXPECT_EQ(result.total.energy, std::vector<std::uint64_t>{3000u * 300u});
}

TEST(Energy, UncertaintiesOfOneCoefficientAddAndOthersAreIndependent) {
  RunResult result = run_of(1000, 0, {1'000'000, 1});
  result.energy->terms = {term("a.x", ActivityKind::active_cycles, {30}, 10),
                          term("a.x", ActivityKind::active_cycles, {30}, 10),
                          term("b.y", ActivityKind::active_cycles, {80}, 10)};
  add_energy(result);
  // Root of 6000^2 and 8000^2.
  EXPECT_EQ(energy_of(result.total, *result.energy), (EnergyFigure{140'000, 10'000}));
}

TEST(Energy, UncertaintyIsNeverMoreThanTheEnergy) {
  RunResult result = run_of(1000, 0, {1'000'000, 1});
  result.energy->terms = {term("a.x", ActivityKind::active_cycles, {30}, 500)};
  add_energy(result);
  EXPECT_EQ(energy_of(result.total, *result.energy), (EnergyFigure{30'000, 30'000}));
}

TEST(Energy, WhatDoesNotFitIsAbsentWithItsReason) {
  RunResult result = run_of(1ull << 40, 0, {1, 1});
  result.energy->terms = {term("static.uw", ActivityKind::time, {1'000'000})};
  add_energy(result);
  EXPECT_FALSE(result.energy);
  EXPECT_EQ(result.energy_absent, "more than 18 kJ");
  EXPECT_THAT(result.total.energy, IsEmpty());
}

TEST(Energy, JsonKeepsAllOfIt) {
  const RunResult result = test::sample_with_energy();
  EXPECT_EQ(from_json(json_report(result), "run.json"), result);
}

TEST(Energy, JsonMistakesNameTheirPlace) {
  using test::message_for;
  const RunResult result = test::sample_with_energy();
  EXPECT_THAT(message_for(result, "\"of\": \"multiply\"", "\"of\": \"divide\""),
              HasSubstr("no class of instructions is called \"divide\""));
  EXPECT_THAT(message_for(result, "\"of\": \"flash.icache_misses\"", "\"of\": \"flash.evictions\""),
              HasSubstr("the run has no such counter"));
  EXPECT_THAT(message_for(result, "\"activity\": \"time\"", "\"activity\": \"tide\""),
              HasSubstr("unknown activity \"tide\""));
}

/// A run of one second at `millijoules`, without standby power.
RunResult run_that_takes(std::uint64_t tenth_millijoules) {
  RunResult result = run_of(1'000'000, 0, {1'000'000, 1});
  result.energy->terms = {
      term("core.fj", ActivityKind::active_cycles, {tenth_millijoules * kMillijoule / 10'000'000})};
  add_energy(result);
  return result;
}

TEST(Lifetime, ResNetEveryThirtySecondsLastsAsTheThesisSays) {
  // 98.2 mJ every 30 s from 1 Ah at 3 V: 10.8 kJ / 98.2 mJ x 30 s = 38.2 days. Source: facts P4,
  // energy 5.
  const Lifetime life = lifetime_of(run_that_takes(982), *find_battery("CR2477"), 30'000'000'000);
  EXPECT_EQ(life.tenth_days, 381u);
  EXPECT_EQ(life.least_tenth_days, 347u);  // 10 % more
  EXPECT_EQ(life.most_tenth_days, 424u);
}

TEST(Lifetime, StandbyCounts) {
  RunResult result = run_that_takes(16);  // LeNet-5: 53 uW on average
  const Battery battery = *find_battery("CR2477");
  const std::uint64_t without = lifetime_of(result, battery, 30'000'000'000).tenth_days;
  result.energy->standby_uw = 10;
  const std::uint64_t with = lifetime_of(result, battery, 30'000'000'000).tenth_days;
  EXPECT_NEAR(static_cast<double>(with) / static_cast<double>(without), 53.3 / 63.0, 0.005);
}

TEST(Lifetime, DoubtAboutStandbyWidensTheInterval) {
  RunResult result = run_that_takes(0);
  result.energy->standby_uw = 1000;
  result.energy->standby_uncertainty_percent = 50;
  const Lifetime life = lifetime_of(result, *find_battery("CR2477"), 30'000'000'000);
  // 1 mW from 10.8 kJ: 125 days, less the second of each run.
  EXPECT_EQ(life.tenth_days, 1293u);
  EXPECT_EQ(life.least_tenth_days, 862u);
  EXPECT_EQ(life.most_tenth_days, 2586u);
}

TEST(Lifetime, ARunLongerThanThePeriodIsRefused) {
  try {
    (void)lifetime_of(run_that_takes(10), *find_battery("18650"), 999'999'999);
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("a run takes 1000000000 ns, longer than the period"));
  }
}

TEST(Lifetime, BatteriesAreNamesOrChargeAndVoltage) {
  EXPECT_EQ(find_battery("18650"), (Battery{"18650", 3'400'000, 3600}));
  EXPECT_EQ(find_battery("1200.5@3.7"), (Battery{"1200.5 mAh at 3.7 V", 1'200'500, 3700}));
  for (const char* wrong : {"", "AA", "1200", "@3", "1200@", "0@3", "1@0", "-1@3", "1.2345@3",
                            "99999999999@3", "1@99999", "1e3@3"}) {
    EXPECT_EQ(find_battery(wrong), std::nullopt) << wrong;
  }
}

}  // namespace
}  // namespace mcost::analysis
