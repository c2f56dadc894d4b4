// Reports of comparisons: pure functions of plain data, the same data the same bytes. May include
// sim_core/base.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "analysis/compare.h"
#include "analysis/reports/table.h"

namespace mcost::analysis {

inline constexpr const char* kCompareSchema = "mcost/compare/1";

struct CompareReport {
  const std::vector<ComparedRun>& runs;
  const Comparison& comparison;
  const CompareOptions& options;
  std::size_t top = 0;  // rows of a view, 0: all
};

/// For people at a terminal; under 120 columns where names allow.
[[nodiscard]] std::string compare_text(const CompareReport& report);
/// For pull requests.
[[nodiscard]] std::string compare_markdown(const CompareReport& report);
/// Schema `mcost/compare/1` (docs/schema/compare.schema.json): everything there is.
[[nodiscard]] std::string compare_json(const CompareReport& report);
/// One line for each row and run, tidy.
[[nodiscard]] std::string compare_csv(const CompareReport& report);

/// What text and Markdown share: a view as tables and remarks.
struct ShownView {
  std::string heading;
  Table table;
  bool has_causes = false;
  Table causes;                      // change by cause, of two runs
  std::vector<std::string> remarks;  // what is equal, what is left out
};
[[nodiscard]] ShownView shown_view(const ComparedView& view, const CompareReport& report);
/// The run as a whole; no heading.
[[nodiscard]] ShownView shown_totals(const CompareReport& report);
/// That cycles are of other lengths, where they are; else empty.
[[nodiscard]] std::string clock_remark(const CompareReport& report);
/// "lenet5.elf on nucleo-l496zg, cortex-m4 at 80 MHz".
[[nodiscard]] std::string run_text(const RunResult& result);

}  // namespace mcost::analysis
