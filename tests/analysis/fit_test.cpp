// Calibration: what a fit finds, and what it refuses.
#include "analysis/fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim_core/base/error.h"

namespace mcost::analysis {
namespace {

using testing::HasSubstr;

/// Runs with three coefficients a, b and c, and measurements of them.
class Bench {
 public:
  explicit Bench(std::vector<std::vector<std::uint64_t>> energies) {
    for (auto& list : energies) {
      RunResult& result = results_.emplace_back();
      result.energy.emplace();
      for (const char* path : {"a", "b", "c"}) {
        EnergyTerm term;
        term.path = path;
        result.energy->terms.push_back(term);
      }
      result.total.energy = std::move(list);
    }
  }
  FitResult fit_to(const std::vector<double>& measured,
                   const std::vector<std::string>& coefficients) const {
    std::vector<FitRow> rows;
    for (std::size_t i = 0; i < results_.size(); ++i)
      rows.push_back({"run", "x.csv", &results_[i], &results_[i].total, measured[i]});
    return fit(rows, coefficients, "x.csv");
  }
  std::string error_of(const std::vector<double>& measured,
                       const std::vector<std::string>& coefficients) const {
    try {
      (void)fit_to(measured, coefficients);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "no error";
  }

 private:
  std::vector<RunResult> results_;
};

TEST(Fit, FindsFactorsThatExplainEveryMeasurement) {
  const Bench bench({{1000, 100, 50}, {100, 1000, 50}, {500, 700, 50}});
  const FitResult result =
      bench.fit_to({2000 + 50 + 50, 200 + 500 + 50, 1000 + 350 + 50}, {"a", "b"});
  EXPECT_NEAR(result.factors[0], 2.0, 1e-9);
  EXPECT_NEAR(result.factors[1], 0.5, 1e-9);
  for (const FitError& error : result.errors) {
    EXPECT_NEAR(error.percent, 0, 1e-7);
    ASSERT_TRUE(error.left_out_percent);
    EXPECT_NEAR(*error.left_out_percent, 0, 1e-7);
  }
}

TEST(Fit, NoFactorIsNegative) {
  // The best unbounded answer has b below 0: a explains more than everything.
  const Bench bench({{1000, 10, 0}, {1000, 500, 0}, {2000, 800, 0}});
  const FitResult result = bench.fit_to({1000, 800, 1500}, {"a", "b"});
  EXPECT_EQ(result.factors[1], 0.0);
  EXPECT_GT(result.factors[0], 0.7);
  EXPECT_LT(result.factors[0], 1.0);
}

TEST(Fit, LeavesOutEachMeasurementInTurn) {
  const Bench bench({{1000, 0, 0}, {1000, 0, 0}, {1000, 0, 0}});
  const FitResult result = bench.fit_to({1000, 1000, 1200}, {"a"});
  // From the first two: 1000, which is 16.7 % less than 1200.
  EXPECT_NEAR(*result.errors[2].left_out_percent, -100.0 / 6, 1e-6);
}

TEST(Fit, AsManyCoefficientsAsMeasurementsSayNothingOfPrediction) {
  const Bench bench({{1000, 100, 0}, {100, 1000, 0}});
  EXPECT_FALSE(bench.fit_to({1, 2}, {"a", "b"}).errors[0].left_out_percent);
}

TEST(Fit, SaysWhichCoefficientsCannotBeToldApart) {
  const Bench bench({{100, 200, 7}, {200, 400, 9}, {300, 600, 1}});
  EXPECT_THAT(bench.error_of({1, 2, 3}, {"a", "b", "c"}),
              HasSubstr("these measurements cannot tell a and b apart: x.csv"));
}

TEST(Fit, NeedsAsManyMeasurementsAsCoefficients) {
  const Bench bench({{100, 200, 7}});
  EXPECT_THAT(bench.error_of({1}, {"a", "b"}), HasSubstr("1 measurements for 2 coefficients"));
}

TEST(Fit, ACoefficientThatTakesNoPartIsNamed) {
  const Bench bench({{100, 0, 7}, {100, 0, 8}});
  EXPECT_THAT(bench.error_of({1, 2}, {"a", "b"}), HasSubstr("no measured run takes energy by b"));
}

}  // namespace
}  // namespace mcost::analysis
