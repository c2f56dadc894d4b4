// The check for people: as text, and as Markdown for CI summaries.
#include <fmt/format.h>

#include <algorithm>

#include "analysis/reports/check_report.h"
#include "analysis/reports/check_tables.h"
#include "analysis/reports/numbers.h"

namespace mcost::analysis {
namespace {

constexpr std::size_t kWidth = 118;
constexpr std::size_t kIndent = 2;
constexpr std::size_t kBoardValues = 12;
constexpr std::size_t kMostRows = 60;

using Rows = std::vector<const CheckedMetric*>;

bool is_told(const CheckedMetric& metric) {
  return metric.verdict != Verdict::kept && metric.verdict != Verdict::no_limit;
}

/// The bound alone, "+2%": the subject stands in its row.
std::string bound_text(const JudgedLimit& limit) {
  const std::size_t at = bound_begin(limit.text);
  if (at == std::string::npos) return printable(limit.text);
  return printable(limit.text.substr(limit.text[at] == '=' ? at + 1 : at));
}

std::string limits_text(const CheckedMetric& metric) {
  std::string broken;
  std::string all;
  for (const JudgedLimit& limit : metric.limits) {
    const std::string text = bound_text(limit);
    all += (all.empty() ? "" : ", ") + text;
    if (!limit.kept) broken += (broken.empty() ? "" : ", ") + text;
  }
  return broken.empty() ? all : broken;
}

std::string value_text(const std::optional<Quantity>& value, Unit unit) {
  return value ? text_of(*value, unit) : "-";
}

/// Most urgent first, else in the order of the run.
Rows told_rows(const CheckResult& result) {
  Rows rows;
  for (const CheckedMetric& metric : result.metrics) {
    if (is_told(metric)) rows.push_back(&metric);
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto* a, const auto* b) { return a->verdict < b->verdict; });
  return rows;
}

template <class CellOf>
std::vector<std::string> cells(const Rows& rows, CellOf&& cell_of) {
  std::vector<std::string> list;
  for (const CheckedMetric* const row : rows) list.push_back(cell_of(*row));
  return list;
}

/// "data_wait:flash +73,542" by size, of the run's causes.
std::string cause_changes(const CheckResult& result) {
  struct Change {
    Difference difference;
    std::string name;
  };
  std::vector<Change> changes;
  for (const CheckedMetric& metric : result.metrics) {
    const bool is_cause = metric.subject.part.empty() &&
                          std::find(std::begin(kCauseNames), std::end(kCauseNames),
                                    metric.subject.metric.what) != std::end(kCauseNames);
    if (!is_cause || !metric.baseline || !metric.now) continue;
    const Difference change = difference(*metric.baseline, *metric.now, Unit::cycles);
    if (change.magnitude != 0) changes.push_back({change, metric.subject.text()});
  }
  std::stable_sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) {
    return a.difference.magnitude > b.difference.magnitude;
  });
  std::string text;
  for (const Change& change : changes) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", printable(change.name),
                        text_of(change.difference, Unit::cycles));
  }
  return text;
}

std::string names_of(const CheckResult& result, Verdict verdict) {
  constexpr std::size_t kNamed = 12;
  std::string text;
  std::size_t count = 0;
  for (const CheckedMetric& metric : result.metrics) {
    if (metric.verdict != verdict || ++count > kNamed) continue;
    text += (text.empty() ? "" : ", ") + printable(metric.subject.text());
  }
  return count > kNamed ? fmt::format("{} and {} more", text, count - kNamed) : text;
}

}  // namespace

bool has_rows(const CheckReport& report) {
  if (report.blessed && report.baseline.empty()) return false;  // all are new
  const CheckResult& result = report.result;
  return std::any_of(result.metrics.begin(), result.metrics.end(), is_told);
}

Table checked_table(const CheckResult& result) {
  Rows rows = told_rows(result);
  rows.resize(std::min(rows.size(), kMostRows));
  Table table;
  table.limit_first(48);
  table.add("metric", cells(rows, [](const auto& row) { return printable(row.subject.text()); }));
  table.add("baseline",
            cells(rows, [](const auto& row) { return value_text(row.baseline, row.unit); }));
  table.add("now", cells(rows, [](const auto& row) { return value_text(row.now, row.unit); }));
  table.add("change", cells(rows, [](const auto& row) {
              if (!row.baseline || !row.now) return std::string("-");
              return text_of(difference(*row.baseline, *row.now, row.unit), row.unit);
            }));
  table.add("%", cells(rows, [](const auto& row) {
              if (!row.baseline || !row.now) return std::string("-");
              return percent_text(*row.baseline, *row.now);
            }));
  table.add("limit", cells(rows, [](const auto& row) { return limits_text(row); }));
  table.add("", cells(rows, [](const auto& row) {
              const std::string name = kVerdictNames[static_cast<unsigned>(row.verdict)];
              return row.verdict == Verdict::failed ? std::string("FAILED") : name;
            }));
  return table;
}

std::vector<std::string> check_remarks(const CheckReport& report) {
  const CheckResult& result = report.result;
  std::vector<std::string> remarks;
  const std::size_t told = told_rows(result).size();
  if (has_rows(report) && told > kMostRows) {
    remarks.push_back(
        fmt::format("and {} (--format json lists all)", counted(told - kMostRows, "more metric")));
  }
  const std::string causes = cause_changes(result);
  if (!causes.empty()) remarks.push_back("cycles of the run by cause: " + causes);
  if (result.count(Verdict::kept) != 0) {
    remarks.push_back(fmt::format("within limits: {} ({})",
                                  counted(result.count(Verdict::kept), "metric"),
                                  names_of(result, Verdict::kept)));
  }
  if (report.blessed) {
    remarks.push_back(
        fmt::format("written: {}; look at it and commit it", printable(report.written)));
  }
  if (report.blessed || report.baseline.empty()) return remarks;
  if (result.failed()) {
    remarks.emplace_back("If this is meant: run it again with --bless and commit the baseline.");
  } else if (result.count(Verdict::improved) != 0) {
    remarks.emplace_back(
        "Better than the baseline: run it again with --bless and commit it, so that it stays so.");
  } else if (result.count(Verdict::added) + result.count(Verdict::gone) != 0) {
    remarks.emplace_back(
        "The baseline has other layers than this run: --bless brings it up to date.");
  }
  return remarks;
}

std::string outcome_text(const CheckReport& report) {
  const CheckResult& result = report.result;
  std::string text;
  const auto add = [&](Verdict verdict, const char* noun, const char* what) {
    const std::size_t count = result.count(verdict);
    if (count != 0) text += (text.empty() ? "" : ", ") + counted(count, noun) + what;
  };
  add(Verdict::failed, "metric", " beyond a limit");
  add(Verdict::warning, "warning", "");
  add(Verdict::improved, "improvement", "");
  const char* const word = report.blessed ? "BLESSED" : result.failed() ? "FAILED" : "PASSED";
  return text.empty() ? word : fmt::format("{}: {}", word, text);
}

std::string check_text(const CheckReport& report) {
  const CheckResult& result = report.result;
  std::string text =
      fmt::format("{}\n  {}{}\n", outcome_text(report), report.run,
                  report.baseline.empty() ? "" : ", against " + printable(report.baseline));
  if (!report.baseline.empty()) {
    text += "\nWhat differs from the baseline\n";
    for (const auto& [what, how] : difference_lines(result.premises, kBoardValues))
      text += wrapped(how, fmt::format("  {:<9} ", what), kWidth);
    text += wrapped(verdict(result.premises, result.numbers_differ()), "  ", kWidth);
  }
  if (has_rows(report)) text += "\n" + checked_table(result).text(kIndent, kWidth);
  const auto remarks = check_remarks(report);
  if (!remarks.empty()) text += "\n";
  for (const std::string& remark : remarks) text += wrapped(remark, "  ", kWidth);
  return text;
}

std::string check_markdown(const CheckReport& report) {
  const CheckResult& result = report.result;
  std::string text =
      fmt::format("### mcost check: {}\n\n{}", outcome_text(report), markdown_text(report.run));
  if (!report.baseline.empty()) {
    text += ", against " + markdown_text(printable(report.baseline)) + "\n\n**" +
            verdict(result.premises, result.numbers_differ()) + "**\n\n";
    for (const auto& [what, how] : difference_lines(result.premises, kBoardValues))
      text += fmt::format("- {}{}{}\n", what, what.empty() ? "" : ": ", markdown_text(how));
  } else {
    text += "\n";
  }
  if (has_rows(report)) text += "\n" + checked_table(result).markdown();
  for (const std::string& remark : check_remarks(report))
    text += "\n" + markdown_text(remark) + "\n";
  return text;
}

}  // namespace mcost::analysis
