// What the text and the Markdown report of a check share. Private to analysis.
#pragma once

#include <string>
#include <vector>

#include "analysis/reports/check_report.h"
#include "analysis/reports/table.h"

namespace mcost::analysis {

/// Metrics that people should look at: all but those that keep their limits or have none.
[[nodiscard]] bool has_rows(const CheckReport& report);
[[nodiscard]] Table checked_table(const CheckResult& result);
/// What else there is to say: what was kept, where a change of cycles went, what to do.
[[nodiscard]] std::vector<std::string> check_remarks(const CheckReport& report);

}  // namespace mcost::analysis
