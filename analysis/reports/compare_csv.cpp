// The comparison as tidy CSV: a line for each row and run, exact values.
#include <fmt/format.h>

#include "analysis/reports/compare_report.h"
#include "analysis/reports/csv_row.h"
#include "analysis/reports/numbers.h"

namespace mcost::analysis {
namespace {

void add_row(std::string& text, const std::string& by, const std::string& metric,
             const ComparedRow& row, const std::string& cause, const CompareReport& report) {
  for (std::size_t r = 0; r < report.runs.size(); ++r) {
    const RunResult& result = report.runs[r].result;
    CsvRow line;
    line << by << (cause.empty() ? printable(row.name) : cause) << metric
         << (cause.empty() ? std::string() : printable(row.name)) << report.comparison.labels[r]
         << printable(result.image.name) << printable(result.board.name);
    if (row.values[r]) {
      line << row.values[r]->value;
      if (row.unit == Unit::ratio) {
        line << row.values[r]->per;
      } else {
        line << std::string();
      }
    } else {
      line << std::string() << std::string();
    }
    text += (line << std::string(name_of(row.unit))).line();
  }
}

}  // namespace

std::string compare_csv(const CompareReport& report) {
  std::string text = "by,name,metric,cause,result,firmware,board,value,per,unit\n";
  for (const ComparedRow& row : report.comparison.totals)
    add_row(text, "run", row.name, row, "", report);
  for (const ComparedView& view : report.comparison.views) {
    const std::string by = kCompareByNames[static_cast<unsigned>(view.by)];
    for (const ComparedRow& row : view.rows) {
      add_row(text, by, view.metric.empty() ? row.name : view.metric, row, "", report);
      for (const ComparedRow& cause : row.causes)
        add_row(text, by, "cycles", cause, printable(row.name), report);
    }
  }
  return text;
}

}  // namespace mcost::analysis
