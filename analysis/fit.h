// Calibration of coefficients of energy to measured joules. Floating point is allowed here: what it
// gives are proposals for a board file, not results of runs. May include sim_core/base.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim_core/base/run_result.h"

namespace mcost::analysis {

/// One measurement: what a run, or one of its layers, took.
struct FitRow {
  std::string name;   // for messages
  std::string place;  // "results.csv:3"
  const RunResult* result = nullptr;
  const Cost* cost = nullptr;
  double measured_fj = 0;
};

/// One measurement beside the model after the fit, in per cent of what was measured.
struct FitError {
  double modelled_fj = 0;
  double percent = 0;
  std::optional<double> left_out_percent;  // predicted by a fit to all other rows
};

struct FitResult {
  std::vector<double> factors;   // by coefficient: its new value over the old one, 0 or more
  std::vector<FitError> errors;  // by row
};

/// Fits factors for the coefficients with these paths, all others staying as they are, such that
/// the sum of squared relative errors is least and no factor is negative. Errors: ConfigError if
/// there are fewer rows than coefficients, a coefficient takes no part in any row, or some cannot
/// be told from each other (it names them).
[[nodiscard]] FitResult fit(const std::vector<FitRow>& rows,
                            const std::vector<std::string>& coefficients, const std::string& file);

}  // namespace mcost::analysis
