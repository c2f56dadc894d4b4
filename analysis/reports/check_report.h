// Reports of checks: pure functions of plain data, the same data the same bytes. May include
// sim_core/base.
#pragma once

#include <string>

#include "analysis/check.h"

namespace mcost::analysis {

inline constexpr const char* kCheckSchema = "mcost/check/1";

struct CheckReport {
  const CheckResult& result;
  std::string run;       // "lenet5.elf on nucleo-l496zg"
  std::string image;     // name
  std::string board;     // name
  std::string baseline;  // file; empty: none
  bool blessed = false;
  std::string written;  // the file that --bless wrote
};

/// For people at a terminal.
[[nodiscard]] std::string check_text(const CheckReport& report);
/// For a pull request or $GITHUB_STEP_SUMMARY.
[[nodiscard]] std::string check_markdown(const CheckReport& report);
/// Schema `mcost/check/1` (docs/schema/check.schema.json): every metric.
[[nodiscard]] std::string check_json(const CheckReport& report);
/// A test case for each metric with limits; warnings are its output.
[[nodiscard]] std::string check_junit(const CheckReport& report);
/// `customSmallerIsBetter` of github-action-benchmark: costs of the run, cycles of layers.
[[nodiscard]] std::string check_benchmark_json(const CheckReport& report);

/// "FAILED: 2 metrics beyond their limits, 3 warnings".
[[nodiscard]] std::string outcome_text(const CheckReport& report);

}  // namespace mcost::analysis
