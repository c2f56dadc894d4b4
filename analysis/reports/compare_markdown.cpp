// The comparison for pull requests and CI summaries.
#include <fmt/format.h>

#include "analysis/reports/compare_report.h"
#include "analysis/reports/numbers.h"

namespace mcost::analysis {
namespace {

constexpr std::size_t kBoardValues = 12;

void add_view(std::string& text, const ShownView& view) {
  if (!view.heading.empty()) text += "\n### " + view.heading + "\n";
  text += "\n" + view.table.markdown();
  for (const std::string& remark : view.remarks) text += "\n" + markdown_text(remark) + "\n";
  if (view.has_causes) text += "\nChange of cycles by cause:\n\n" + view.causes.markdown();
}

}  // namespace

std::string compare_markdown(const CompareReport& report) {
  const Comparison& comparison = report.comparison;
  std::string text = "## mcost compare\n\n";
  for (std::size_t r = 0; r < report.runs.size(); ++r) {
    text += fmt::format("- **{}**: {} ({})\n", markdown_text(comparison.labels[r]),
                        markdown_text(run_text(report.runs[r].result)),
                        markdown_text(printable(report.runs[r].source)));
  }
  text += "\n**" + verdict(comparison.premises, comparison.numbers_differ()) + "**\n\n";
  for (const auto& [name, change] : difference_lines(comparison.premises, kBoardValues))
    text += fmt::format("- {}{}{}\n", name, name.empty() ? "" : ": ", markdown_text(change));
  const std::string remark = clock_remark(report);
  if (!remark.empty()) text += "\n" + markdown_text(remark) + "\n";
  if (!comparison.numbers_differ()) return text + "\nEvery number compared is the same.\n";
  add_view(text, shown_totals(report));
  for (const ComparedView& view : comparison.views) add_view(text, shown_view(view, report));
  return text;
}

}  // namespace mcost::analysis
