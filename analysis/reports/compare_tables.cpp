// What the text and the Markdown report of a comparison share.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "analysis/reports/compare_report.h"
#include "analysis/reports/groups.h"
#include "analysis/reports/numbers.h"

namespace mcost::analysis {
namespace {

using Rows = std::vector<const ComparedRow*>;

std::string value_cell(const ComparedRow& row, std::size_t run) {
  return row.values[run] ? text_of(*row.values[run], row.unit) : "-";
}

std::string percent_cell(const ComparedRow& row, std::size_t run) {
  if (!row.values[0] && !row.values[run]) return "-";
  if (!row.values[0]) return "new";
  if (!row.values[run]) return "gone";
  return percent_text(*row.values[0], *row.values[run]);
}

std::string change_cell(const ComparedRow& row, std::size_t run) {
  if (!row.values[0] && !row.values[run]) return "-";
  return text_of(difference(row.value(0), row.value(run), row.unit), row.unit);
}

/// Part of the total's change in per cent, signed.
std::string share_cell(const ComparedRow& row, const ComparedRow& total) {
  const Difference part = difference(row.value(0), row.value(1), row.unit);
  const Difference all = difference(total.value(0), total.value(1), total.unit);
  if (part.magnitude == 0) return "0.0 %";
  const char* const sign = part.negative == all.negative ? "" : "-";
  return fmt::format("{}{} %", sign, percent(part.magnitude, all.magnitude));
}

template <class CellOf>
std::vector<std::string> cells(const Rows& rows, CellOf&& cell_of) {
  std::vector<std::string> list;
  list.reserve(rows.size());
  for (const ComparedRow* const row : rows) list.push_back(cell_of(*row));
  return list;
}

Table values_table(const std::string& heading, const Rows& rows,
                   const std::vector<std::string>& labels, const ComparedRow* total) {
  Table table;
  table.limit_first(44);
  table.add(heading, cells(rows, [](const ComparedRow& row) { return printable(row.name); }));
  for (std::size_t r = 0; r < labels.size(); ++r) {
    table.add(labels[r], cells(rows, [r](const ComparedRow& row) { return value_cell(row, r); }));
    if (r == 0 || labels.size() == 2) continue;
    table.add("%", cells(rows, [r](const ComparedRow& row) { return percent_cell(row, r); }));
  }
  if (labels.size() != 2) return table;
  table.add("change", cells(rows, [](const ComparedRow& row) { return change_cell(row, 1); }));
  table.add("%", cells(rows, [](const ComparedRow& row) { return percent_cell(row, 1); }));
  if (total != nullptr && !total->equal()) {
    table.add("of change",
              cells(rows, [&](const ComparedRow& row) { return share_cell(row, *total); }));
  }
  return table;
}

/// Heading under which a cause is shown: the memory it waited for, else its group.
std::string column_of(const std::string& cause) {
  const std::size_t colon = cause.find(':');
  const std::string name = cause.substr(0, colon);
  for (unsigned c = 0; c < kCauses; ++c) {
    if (name != kCauseNames[c]) continue;
    const CauseGroup group = group_of(static_cast<Cause>(c));
    if (group == CauseGroup::memory && colon != std::string::npos) return cause.substr(colon + 1);
    return kCauseGroupNames[static_cast<unsigned>(group)];
  }
  return cause;
}

/// Sum of the values of causes shown in one column.
std::uint64_t column_value(const ComparedRow& row, const std::string& column, std::size_t run) {
  std::uint64_t sum = 0;
  for (const ComparedRow& cause : row.causes) {
    if (column_of(cause.name) == column) sum += cause.value(run).value;
  }
  return sum;
}

Difference column_change(const ComparedRow& row, const std::string& column) {
  return difference({column_value(row, column, 0), 1}, {column_value(row, column, 1), 1},
                    Unit::cycles);
}

/// Columns in which some row changes, in the order of causes.
std::vector<std::string> changed_columns(const Rows& rows) {
  std::vector<std::string> columns;
  for (const ComparedRow* const row : rows) {
    for (const ComparedRow& cause : row->causes) {
      const std::string column = column_of(cause.name);
      if (std::find(columns.begin(), columns.end(), column) == columns.end() &&
          column_change(*row, column).magnitude != 0)
        columns.push_back(column);
    }
  }
  return columns;
}

Table change_by_cause(const std::string& heading, const Rows& rows,
                      const std::vector<std::string>& columns) {
  Table table;
  table.limit_first(44);
  table.add(heading, cells(rows, [](const ComparedRow& row) { return printable(row.name); }));
  for (const std::string& column : columns) {
    table.add(column, cells(rows, [&](const ComparedRow& row) {
                return text_of(column_change(row, column), Unit::cycles);
              }));
  }
  return table;
}

std::string list_of(const Rows& rows) {
  constexpr std::size_t kNamed = 8;
  std::string text;
  for (std::size_t i = 0; i < rows.size() && i < kNamed; ++i)
    text += (i == 0 ? "" : ", ") + printable(rows[i]->name);
  if (rows.size() > kNamed) text += fmt::format(" and {} more", rows.size() - kNamed);
  return text;
}

std::string plural(CompareBy by, std::size_t count) {
  constexpr std::array<const char*, kCompareViews> kNames = {"layer", "function", "cause",
                                                             "counter"};
  return counted(count, kNames[static_cast<unsigned>(by)]);
}

std::string heading_of(const ComparedView& view, const CompareReport& report) {
  if (view.by == CompareBy::memory) return "Memories";
  std::string what = view.metric;
  what.front() = static_cast<char>(
      what.front() >= 'a' && what.front() <= 'z' ? what.front() - 'a' + 'A' : what.front());
  std::string text =
      fmt::format("{} by {}", printable(what), kCompareByNames[static_cast<unsigned>(view.by)]);
  if (view.by == CompareBy::function || (view.by == CompareBy::layer && report.options.self))
    text += ", without what is inside";
  if (view.by == CompareBy::function) {
    text = fmt::format("{} by function, without what they call", printable(what));
  }
  return text + (report.options.program_order ? "" : ", largest change first");
}

}  // namespace

ShownView shown_view(const ComparedView& view, const CompareReport& report) {
  Rows changed;
  Rows equal;
  for (const ComparedRow& row : view.rows) (row.equal() ? equal : changed).push_back(&row);
  ShownView shown;
  shown.heading = heading_of(view, report);
  const std::size_t all = changed.size();
  if (report.top != 0 && changed.size() > report.top) changed.resize(report.top);
  if (all > changed.size()) {
    shown.remarks.push_back(fmt::format("and {} that changed{} (--top 0 shows all)",
                                        plural(view.by, all - changed.size()),
                                        report.options.program_order ? "" : " less"));
  }
  if (!equal.empty()) {
    shown.remarks.push_back(
        fmt::format("equal: {} ({})", plural(view.by, equal.size()), list_of(equal)));
  }
  if (view.total) changed.push_back(&*view.total);
  const char* const heading = kCompareByNames[static_cast<unsigned>(view.by)];
  const auto& labels = report.comparison.labels;
  shown.table = values_table(heading, changed, labels, view.total ? &*view.total : nullptr);
  const std::vector<std::string> columns = changed_columns(changed);
  if (labels.size() == 2 && view.by != CompareBy::cause && !columns.empty()) {
    shown.has_causes = true;
    shown.causes = change_by_cause(heading, changed, columns);
  }
  return shown;
}

ShownView shown_totals(const CompareReport& report) {
  Rows changed;
  Rows equal;
  for (const ComparedRow& row : report.comparison.totals)
    (row.equal() ? equal : changed).push_back(&row);
  ShownView shown;
  shown.table = values_table("run", changed, report.comparison.labels, nullptr);
  if (equal.empty()) return shown;
  std::string line = "equal:";
  for (const ComparedRow* const row : equal)
    line += fmt::format("{} {} {}", line.back() == ':' ? "" : ",", row->name, value_cell(*row, 0));
  shown.remarks = {line};
  return shown;
}

std::string clock_remark(const CompareReport& report) {
  const Hertz first = report.runs.front().result.clock;
  const bool same = std::all_of(report.runs.begin(), report.runs.end(),
                                [&](const ComparedRun& run) { return run.result.clock == first; });
  if (same || report.options.metric != "cycles") return {};
  return "Core clocks differ, so cycles take other times: --metric time compares those.";
}

std::string run_text(const RunResult& result) {
  return fmt::format("{} on {}, {} at {}", printable(result.image.name),
                     printable(result.board.name), printable(result.board.core), clocks(result));
}

}  // namespace mcost::analysis
