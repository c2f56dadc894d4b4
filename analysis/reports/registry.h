// The kinds of report and the function behind each. A report is a pure function of a RunResult. May
// include sim_core/base. Invariant: the same result gives the same bytes.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sim_core/base/run_result.h"

namespace mcost::analysis {

struct ReportFormat {
  const char* name;  ///< As in --format.
  const char* summary;
  std::string (*render)(const RunResult&);  ///< Ends in a newline.
};

/// All formats, the default first.
[[nodiscard]] std::span<const ReportFormat> report_formats();
/// The format of that name, or null.
[[nodiscard]] const ReportFormat* find_report_format(std::string_view name);

/// For people at a terminal; under 120 columns.
[[nodiscard]] std::string text_report(const RunResult& result);
/// Schema `mcost/run/1` (docs/schema/run.schema.json): everything there is.
[[nodiscard]] std::string json_report(const RunResult& result);
/// One row per layer, tidy: firmware and board in every row.
[[nodiscard]] std::string csv_report(const RunResult& result);
/// Summary and layers, for pull requests and CI.
[[nodiscard]] std::string markdown_report(const RunResult& result);

/// Reads what json_report wrote: `json_report(from_json(text, file)) == text`. `file` is used in
/// messages only. Errors: ConfigError with the place in the JSON.
[[nodiscard]] RunResult from_json(std::string_view text, const std::string& file);

}  // namespace mcost::analysis
