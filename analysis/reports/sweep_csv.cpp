// Tidy tables of a sweep: axes in every row, so that rows can be filtered and grouped.
#include "analysis/reports/csv_row.h"
#include "analysis/reports/numbers.h"
#include "analysis/reports/sweep_reports.h"

namespace mcost::analysis {
namespace {

void add_axes(CsvRow& row, const Sweep& sweep, std::size_t index) {
  row << index + 1;
  for (const auto& value : sweep.rows[index].values) row << printable(value.value_or(""));
}

void add_axis_names(CsvRow& row, const Sweep& sweep) {
  row << "cell";
  for (const std::string& axis : sweep.axes) row << printable(axis);
}

void add_metrics(CsvRow& row, const std::vector<SweepMetric>& metrics,
                 const std::optional<CellCost>& cost) {
  for (const SweepMetric& metric : metrics)
    row << (cost ? metric_text(metric, *cost) : std::string());
}

std::string code_of(const CellOutcome& outcome) {
  return outcome.exit_code ? fmt::format("{}", *outcome.exit_code) : std::string();
}

const char* status_name(const CellOutcome& outcome) {
  return kCellStatusNames[static_cast<unsigned>(outcome.status)];
}

}  // namespace

std::string sweep_csv(const Sweep& sweep) {
  const std::vector<SweepMetric> metrics = shown_metrics(sweep);
  const std::vector<bool> front = pareto_rows(sweep);
  CsvRow heading;
  add_axis_names(heading, sweep);
  for (const SweepMetric& metric : metrics) heading << metric.name;
  heading << "pareto"
          << "exit"
          << "exit_code"
          << "error"
          << "result"
          << "status";
  std::string text = heading.line();
  for (std::size_t i = 0; i < sweep.rows.size(); ++i) {
    const CellOutcome& outcome = sweep.rows[i].outcome;
    CsvRow row;
    add_axes(row, sweep, i);
    add_metrics(row, metrics, outcome.cost);
    row << (front[i] ? "1" : "0") << outcome.exit << code_of(outcome) << outcome.error
        << outcome.result << status_name(outcome);
    text += row.line();
  }
  return text;
}

std::string sweep_layers_csv(const Sweep& sweep) {
  const std::vector<SweepMetric> metrics = shown_metrics(sweep);
  CsvRow heading;
  add_axis_names(heading, sweep);
  heading << "layer"
          << "kind"
          << "parent"
          << "visits";
  for (const SweepMetric& metric : metrics) heading << metric.name;
  heading << "error"
          << "status";
  std::string text = heading.line();
  for (std::size_t i = 0; i < sweep.rows.size(); ++i) {
    const CellOutcome& outcome = sweep.rows[i].outcome;
    const auto add = [&](const CellLayer* layer) {
      CsvRow row;
      add_axes(row, sweep, i);
      row << (layer != nullptr ? layer->path : "") << (layer != nullptr ? layer->kind : "")
          << (layer != nullptr ? layer->parent : "")
          << (layer != nullptr ? fmt::format("{}", layer->visits) : "");
      add_metrics(row, metrics, layer != nullptr ? std::optional(layer->cost) : std::nullopt);
      row << outcome.error << status_name(outcome);
      text += row.line();
    };
    for (const CellLayer& layer : outcome.layers) add(&layer);
    if (outcome.layers.empty()) add(nullptr);
  }
  return text;
}

}  // namespace mcost::analysis
