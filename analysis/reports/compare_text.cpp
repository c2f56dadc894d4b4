// The comparison for people at a terminal.
#include <fmt/format.h>

#include <algorithm>

#include "analysis/reports/compare_report.h"
#include "analysis/reports/layer_table.h"
#include "analysis/reports/numbers.h"

namespace mcost::analysis {
namespace {

constexpr std::size_t kWidth = 118;
constexpr std::size_t kIndent = 2;
constexpr std::size_t kBoardValues = 12;

std::string source_text(const ComparedRun& run) {
  return run.source.ends_with(".json") ? printable(run.source) : "run now";
}

std::string runs_text(const CompareReport& report) {
  const auto& labels = report.comparison.labels;
  std::size_t width = 0;
  for (const std::string& label : labels) width = std::max(width, display_width(label));
  std::string text;
  for (std::size_t r = 0; r < labels.size(); ++r) {
    const RunResult& result = report.runs[r].result;
    const std::string padding(width - display_width(labels[r]), ' ');
    text += fmt::format("  {}{}  {}  ({})\n", labels[r], padding, run_text(result),
                        source_text(report.runs[r]));
    const bool ended = result.exit.reason == ExitReason::idle ||
                       result.exit.reason == ExitReason::until ||
                       (result.exit.reason == ExitReason::exited && result.exit.code == 0);
    if (!ended || result.partial) {
      text += fmt::format("  {:{}}  {}{}\n", "", width, exit_sentence(result.exit),
                          result.partial ? "; partial: stopped by host time" : "");
    }
  }
  return text;
}

std::string premises_text(const CompareReport& report) {
  const auto lines = difference_lines(report.comparison.premises, kBoardValues);
  std::string text = "\nWhat differs\n";
  for (const auto& [what, how] : lines) text += wrapped(how, fmt::format("  {:<9} ", what), kWidth);
  text += wrapped(verdict(report.comparison.premises, report.comparison.numbers_differ()), "  ",
                  kWidth);
  const std::string remark = clock_remark(report);
  return text + (remark.empty() ? remark : wrapped(remark, "  ", kWidth));
}

std::string view_text(const ComparedView& view, const CompareReport& report) {
  const ShownView shown = shown_view(view, report);
  std::string text = "\n" + shown.heading + "\n" + shown.table.text(kIndent, kWidth);
  for (const std::string& remark : shown.remarks) text += wrapped(remark, "  ", kWidth);
  if (!shown.has_causes) return text;
  return text +
         fmt::format("\nChange of cycles of {}s by cause\n",
                     kCompareByNames[static_cast<unsigned>(view.by)]) +
         shown.causes.text(kIndent, kWidth);
}

}  // namespace

std::string compare_text(const CompareReport& report) {
  std::string text = runs_text(report) + premises_text(report);
  if (!report.comparison.numbers_differ()) return text + "\nEvery number compared is the same.\n";
  const ShownView totals = shown_totals(report);
  text += "\n" + totals.table.text(kIndent, kWidth);
  for (const std::string& remark : totals.remarks) text += wrapped(remark, "  ", kWidth);
  for (const ComparedView& view : report.comparison.views) text += view_text(view, report);
  return text;
}

}  // namespace mcost::analysis
