// Energy in words and tables, for the text and the Markdown report. Private to analysis.
#pragma once

#include <string>

#include "analysis/reports/table.h"
#include "sim_core/base/run_result.h"

namespace mcost::analysis {

/// "3.812 mJ +- 0.310 mJ"; "not available: ..." where energy is unknown.
[[nodiscard]] std::string energy_sentence(const RunResult& result);
/// "at the mcu's supply, 236.5 mW on average".
[[nodiscard]] std::string energy_remark(const RunResult& result);
/// "38.2 days (34.1 to 43.4) on CR2477 ..."; empty where nothing was asked.
[[nodiscard]] std::string lifetime_sentence(const RunResult& result);
/// Terms that are not zero: what was counted, the coefficient, the sum. Empty where energy is
/// unknown.
[[nodiscard]] Table energy_table(const RunResult& result);

}  // namespace mcost::analysis
