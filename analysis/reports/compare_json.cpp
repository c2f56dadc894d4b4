// The comparison as JSON, schema mcost/compare/1.
#include <fmt/format.h>

#include "analysis/reports/compare_report.h"
#include "analysis/reports/json_value.h"
#include "analysis/reports/numbers.h"
#include "analysis/reports/premises_json.h"

namespace mcost::analysis {
namespace {

Json values_of(const ComparedRow& row) {
  Json values = Json::array();
  for (const auto& value : row.values) values.push_back(quantity_json(value, row.unit));
  return values;
}

Json row_of(const ComparedRow& row) {
  Json json = {{"name", printable(row.name)}, {"unit", name_of(row.unit)}};
  json["values"] = values_of(row);
  json["equal"] = row.equal();
  if (row.causes.empty()) return json;
  json["causes"] = Json::object();
  for (const ComparedRow& cause : row.causes)
    json["causes"][printable(cause.name)] = values_of(cause);
  return json;
}

Json rows_of(const std::vector<ComparedRow>& rows) {
  Json list = Json::array();
  for (const ComparedRow& row : rows) list.push_back(row_of(row));
  return list;
}

Json run_of(const ComparedRun& run, const std::string& label) {
  const RunResult& result = run.result;
  Json json = {{"label", label}, {"from", printable(run.source)}};
  json["tool"] = printable(result.tool_version);
  json["image"] = {{"name", printable(result.image.name)},
                   {"sha256", printable(result.image.sha256)}};
  json["board"] = printable(result.board.name);
  json["clock"] = clocks(result);
  json["exit"] = kExitReasonNames[static_cast<unsigned>(result.exit.reason)];
  json["code"] = result.exit.code ? Json(*result.exit.code) : Json(nullptr);
  json["partial"] = result.partial;
  return json;
}

}  // namespace

std::string compare_json(const CompareReport& report) {
  const Comparison& comparison = report.comparison;
  Json json;
  json["schema"] = kCompareSchema;
  json["results"] = Json::array();
  for (std::size_t r = 0; r < report.runs.size(); ++r)
    json["results"].push_back(run_of(report.runs[r], comparison.labels[r]));
  json["differences"] = premises_json(comparison.premises);
  json["verdict"] = verdict(comparison.premises, comparison.numbers_differ());
  json["totals"] = rows_of(comparison.totals);
  json["views"] = Json::array();
  for (const ComparedView& view : comparison.views) {
    json["views"].push_back({{"by", kCompareByNames[static_cast<unsigned>(view.by)]},
                             {"metric", view.metric.empty() ? Json(nullptr) : Json(view.metric)},
                             {"rows", rows_of(view.rows)}});
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace mcost::analysis
