// A sweep for people, as text and as Markdown.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "analysis/reports/numbers.h"
#include "analysis/reports/sweep_reports.h"
#include "analysis/reports/table.h"

namespace mcost::analysis {
namespace {

constexpr std::size_t kWidth = 118;
constexpr std::size_t kIndent = 2;
/// Beyond this a table is for programs: people are shown the front.
constexpr std::size_t kMostCells = 200;
constexpr std::size_t kMostEffects = 100;
constexpr std::size_t kMostErrors = 20;
constexpr std::size_t kMostNumbers = 12;  // of cells with one error

/// A part of the report: text stands above a table, which may be empty.
struct Section {
  std::string title;
  std::string remark;
  Table table;
  std::vector<std::string> lines;
};

class Report {
 public:
  explicit Report(const Sweep& sweep)
      : sweep_(sweep),
        names_(short_axis_names(sweep.axes)),
        front_(pareto_rows(sweep)),
        metrics_(metrics()) {
    for (std::size_t a = 0; a < sweep.axes.size(); ++a) {
      if (is_fixed(a)) {
        fixed_.push_back(a);
      } else {
        varied_.push_back(a);
      }
    }
  }

  [[nodiscard]] std::string title() const {
    const std::size_t failed = failures();
    std::string text = fmt::format("sweep of {}", counted(sweep_.rows.size(), "cell"));
    if (failed != 0) text += fmt::format(", {} failed", grouped(failed));
    return text;
  }

  [[nodiscard]] std::vector<Section> sections() const {
    std::vector<Section> list;
    if (!fixed_.empty()) list.push_back(in_all_cells());
    list.push_back(cells());
    if (sweep_.by_layer) list.push_back(layers());
    if (Section best = best_cells(); !best.lines.empty()) list.push_back(std::move(best));
    if (Section table = effect_table(); !table.remark.empty()) list.push_back(std::move(table));
    if (failures() != 0) list.push_back(errors());
    return list;
  }

 private:
  /// What a table in text has room for, where nothing was chosen.
  [[nodiscard]] std::vector<SweepMetric> metrics() const {
    if (!sweep_.columns.empty()) return shown_metrics(sweep_);
    std::vector<SweepMetric> list;
    for (const SweepMetric& metric : all_metrics(sweep_)) {
      for (const char* name : {"cycles", "time_s", "energy_j", "macs_per_cycle", "live_bytes"}) {
        if (metric.name == name && any_has(metric)) list.push_back(metric);
      }
    }
    return list;
  }

  [[nodiscard]] bool any_has(const SweepMetric& metric) const {
    return std::any_of(sweep_.rows.begin(), sweep_.rows.end(), [&](const SweepRow& row) {
      return row.outcome.cost && metric.amount(*row.outcome.cost).value_or(0) != 0;
    });
  }

  [[nodiscard]] bool is_fixed(std::size_t axis) const {
    return std::all_of(sweep_.rows.begin(), sweep_.rows.end(), [&](const SweepRow& row) {
      return row.values[axis] == sweep_.rows.front().values[axis];
    });
  }

  [[nodiscard]] std::size_t failures() const {
    return static_cast<std::size_t>(
        std::count_if(sweep_.rows.begin(), sweep_.rows.end(),
                      [](const SweepRow& row) { return !row.outcome.error.empty(); }));
  }

  /// Chosen columns keep the names that they were chosen by.
  [[nodiscard]] std::string heading(const SweepMetric& metric) const {
    if (!sweep_.columns.empty()) return metric.name;
    if (metric.name == "time_s") return "time";
    if (metric.name == "energy_j") return "energy";
    return metric.name == "macs_per_cycle" ? "MAC/cyc" : metric.name;
  }

  [[nodiscard]] static std::string figure(const SweepMetric& metric, const CellCost& cost) {
    const auto amount = metric.amount(cost);
    if (!amount) return "-";
    if (metric.name == "time_s") return duration(*amount, Hertz{1'000'000'000'000ull, 1});
    if (metric.name == "energy_j" || metric.name == "energy_uncertainty_j")
      return energy_text(*amount);
    if (metric.name == "macs_per_cycle") return ratio(cost.macs, cost.cycles, 3);
    return grouped(*amount);
  }

  [[nodiscard]] std::string number(std::size_t row) const {
    return fmt::format("{}{}", row + 1, front_[row] ? " *" : "");
  }

  [[nodiscard]] std::string where(std::size_t row) const {
    std::string values;
    for (const std::size_t axis : varied_) {
      const auto& value = sweep_.rows[row].values[axis];
      if (!value) continue;
      values += fmt::format("{}{} {}", values.empty() ? ": " : ", ", printable(names_[axis]),
                            value_text(value));
    }
    return fmt::format("cell {}{}", row + 1, values);
  }

  [[nodiscard]] Section in_all_cells() const {
    Section section{"In all cells", {}, {}, {}};
    std::vector<std::string> axes;
    std::vector<std::string> values;
    for (const std::size_t axis : fixed_) {
      axes.push_back(printable(sweep_.axes[axis]));
      values.push_back(value_text(sweep_.rows.front().values[axis]));
    }
    section.table.limit_first(60);
    section.table.add("axis", std::move(axes));
    section.table.add("value", std::move(values));
    return section;
  }

  /// Rows that people are shown.
  [[nodiscard]] std::vector<std::size_t> shown_rows() const {
    std::vector<std::size_t> rows;
    const bool is_all = sweep_.rows.size() <= kMostCells;
    for (std::size_t i = 0; i < sweep_.rows.size() && rows.size() < kMostCells; ++i) {
      if (is_all || front_[i]) rows.push_back(i);
    }
    return rows;
  }

  void add_axes(Table& table, const std::vector<std::size_t>& rows) const {
    for (const std::size_t axis : varied_) {
      std::vector<std::string> cells;
      for (const std::size_t row : rows) cells.push_back(value_text(sweep_.rows[row].values[axis]));
      table.add(printable(names_[axis]), std::move(cells));
    }
  }

  [[nodiscard]] Section cells() const {
    std::string aims;
    for (const SweepMetric& metric : pareto_metrics(sweep_))
      aims += (aims.empty() ? "" : " and ") + metric.name;
    Section section{
        "Cells", fmt::format("those marked * are on the Pareto front of {}", aims), {}, {}};
    const std::vector<std::size_t> rows = shown_rows();
    if (rows.size() < sweep_.rows.size()) {
      section.remark +=
          fmt::format("; {} others are in --format csv", grouped(sweep_.rows.size() - rows.size()));
    }
    std::vector<std::string> numbers;
    for (const std::size_t row : rows) numbers.push_back(number(row));
    section.table.add("cell", std::move(numbers));
    add_axes(section.table, rows);
    for (const SweepMetric& metric : metrics_) {
      std::vector<std::string> figures;
      for (const std::size_t row : rows) {
        const CellOutcome& outcome = sweep_.rows[row].outcome;
        figures.push_back(outcome.cost ? figure(metric, *outcome.cost) : "failed");
      }
      section.table.add(heading(metric), std::move(figures));
    }
    return section;
  }

  [[nodiscard]] Section layers() const {
    Section section{"Layers", {}, {}, {}};
    std::vector<std::string> paths;
    std::vector<std::string> numbers;
    std::vector<std::string> visits;
    std::vector<std::vector<std::string>> figures(metrics_.size());
    for (const std::size_t row : shown_rows()) {
      for (const CellLayer& layer : sweep_.rows[row].outcome.layers) {
        paths.push_back(layer.path);
        numbers.push_back(number(row));
        visits.push_back(grouped(layer.visits));
        for (std::size_t m = 0; m < metrics_.size(); ++m)
          figures[m].push_back(figure(metrics_[m], layer.cost));
      }
    }
    section.table.add("layer", std::move(paths));
    section.table.add("cell", std::move(numbers));
    section.table.add("visits", std::move(visits));
    for (std::size_t m = 0; m < metrics_.size(); ++m)
      section.table.add(heading(metrics_[m]), std::move(figures[m]));
    return section;
  }

  [[nodiscard]] Section best_cells() const {
    Section section{"Best", {}, {}, {}};
    for (const BestRow& best : best_rows(sweep_)) {
      const CellCost& cost = *sweep_.rows[best.row].outcome.cost;
      std::string line =
          fmt::format("{} {}, {}", best.metric.name, figure(best.metric, cost), where(best.row));
      if (best.equals != 0) line += fmt::format(", and {} more", grouped(best.equals));
      section.lines.push_back(std::move(line));
    }
    return section;
  }

  [[nodiscard]] static std::string percentage(const Change& change, double share) {
    if (change.pairs == 0) return "-";
    const double per_mille = std::round(share * 1000);
    if (per_mille == 0) return "0.0 %";
    return fmt::format("{:+.1f} %", per_mille / 10);
  }

  [[nodiscard]] Section effect_table() const {
    std::vector<Effect> all = effects(sweep_);
    std::erase_if(all, [](const Effect& effect) { return effect.cycles.pairs == 0; });
    Section section{"Effect of each axis", {}, {}, {}};
    if (all.empty()) return section;
    section.remark = "mean change over pairs of cells that differ in nothing else";
    const std::size_t shown = std::min(all.size(), kMostEffects);
    if (shown < all.size()) {
      section.remark += fmt::format("; the first {} of {}", shown, grouped(all.size()));
    }
    const auto column = [&](const char* heading, auto&& text_of) {
      std::vector<std::string> cells;
      for (std::size_t i = 0; i < shown; ++i) cells.push_back(text_of(all[i]));
      section.table.add(heading, std::move(cells));
    };
    column("axis", [](const Effect& e) { return e.axis; });
    column("from", [](const Effect& e) { return e.from; });
    column("to", [](const Effect& e) { return e.to; });
    column("pairs", [](const Effect& e) { return grouped(e.cycles.pairs); });
    column("cycles", [](const Effect& e) { return percentage(e.cycles, e.cycles.mean); });
    column("least", [](const Effect& e) { return percentage(e.cycles, e.cycles.least); });
    column("most", [](const Effect& e) { return percentage(e.cycles, e.cycles.most); });
    column("time", [](const Effect& e) { return percentage(e.time, e.time.mean); });
    if (std::any_of(all.begin(), all.end(), [](const Effect& e) { return e.energy.pairs != 0; })) {
      column("energy", [](const Effect& e) { return percentage(e.energy, e.energy.mean); });
    }
    return section;
  }

  /// Cells with the same error share a line.
  [[nodiscard]] Section errors() const {
    Section section{"Cells that failed", {}, {}, {}};
    std::vector<std::pair<std::string, std::vector<std::size_t>>> found;
    std::map<std::string, std::size_t> known;
    for (std::size_t i = 0; i < sweep_.rows.size(); ++i) {
      const std::string& error = sweep_.rows[i].outcome.error;
      if (error.empty()) continue;
      const auto [entry, is_new] = known.emplace(error, found.size());
      if (is_new) found.emplace_back(error, std::vector<std::size_t>());
      found[entry->second].second.push_back(i);
    }
    for (const auto& [error, rows] : found) {
      if (section.lines.size() == kMostErrors) {
        section.lines.push_back(fmt::format("{} are in --format csv",
                                            counted(found.size() - kMostErrors, "other error")));
        break;
      }
      section.lines.push_back(cells_text(rows) + ": " + error);
    }
    return section;
  }

  [[nodiscard]] std::string cells_text(const std::vector<std::size_t>& rows) const {
    if (rows.size() == 1) return where(rows.front());
    std::string text = "cells";
    for (std::size_t i = 0; i < rows.size() && i < kMostNumbers; ++i)
      text += fmt::format("{} {}", i == 0 ? "" : ",", rows[i] + 1);
    if (rows.size() > kMostNumbers)
      text += fmt::format(" and {} more", grouped(rows.size() - kMostNumbers));
    return text;
  }

  const Sweep& sweep_;
  std::vector<std::string> names_;
  std::vector<bool> front_;
  std::vector<SweepMetric> metrics_;
  std::vector<std::size_t> fixed_;
  std::vector<std::size_t> varied_;
};

}  // namespace

std::string sweep_text(const Sweep& sweep) {
  const Report report(sweep);
  std::string text = fmt::format("mcost {}: {}\n", sweep.tool_version, report.title());
  for (const Section& section : report.sections()) {
    text += "\n" + section.title;
    text += section.remark.empty() ? "\n" : "  (" + section.remark + ")\n";
    text += section.table.text(kIndent, kWidth);
    for (const std::string& line : section.lines) text += wrapped(line, "  ", kWidth);
  }
  return text;
}

std::string sweep_markdown(const Sweep& sweep) {
  const Report report(sweep);
  std::string text = "## " + report.title() + "\n";
  for (const Section& section : report.sections()) {
    text += "\n### " + section.title + "\n\n";
    if (!section.remark.empty()) text += section.remark + "\n\n";
    if (section.lines.empty()) text += section.table.markdown();
    for (const std::string& line : section.lines) text += "- " + line + "\n";
  }
  return text + fmt::format("\nmcost {}\n", sweep.tool_version);
}

}  // namespace mcost::analysis
