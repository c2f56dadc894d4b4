// The check as JSON, schema mcost/check/1.
#include "analysis/reports/check_report.h"
#include "analysis/reports/json_value.h"
#include "analysis/reports/numbers.h"
#include "analysis/reports/premises_json.h"

namespace mcost::analysis {
namespace {

Json metric_json(const CheckedMetric& metric) {
  Json json = {{"name", printable(metric.subject.text())},
               {"unit", name_of(metric.unit)},
               {"baseline", quantity_json(metric.baseline, metric.unit)},
               {"now", quantity_json(metric.now, metric.unit)},
               {"verdict", kVerdictNames[static_cast<unsigned>(metric.verdict)]}};
  json["limits"] = Json::array();
  for (const JudgedLimit& limit : metric.limits) {
    json["limits"].push_back(
        {{"limit", printable(limit.text)}, {"hard", limit.hard}, {"kept", limit.kept}});
  }
  return json;
}

}  // namespace

std::string check_json(const CheckReport& report) {
  const CheckResult& result = report.result;
  Json json;
  json["schema"] = kCheckSchema;
  json["outcome"] = report.blessed ? "blessed" : result.failed() ? "failed" : "passed";
  json["image"] = printable(report.image);
  json["board"] = printable(report.board);
  json["baseline"] = report.baseline.empty() ? Json(nullptr) : Json(printable(report.baseline));
  json["tolerance_percent"] = text_of(result.tolerance);
  json["differences"] = report.baseline.empty() ? Json(nullptr) : premises_json(result.premises);
  json["verdict"] = report.baseline.empty()
                        ? Json(nullptr)
                        : Json(verdict(result.premises, result.numbers_differ()));
  json["counts"] = Json::object();
  for (unsigned v = 0; v < kVerdicts; ++v)
    json["counts"][kVerdictNames[v]] = result.count(static_cast<Verdict>(v));
  json["metrics"] = Json::array();
  for (const CheckedMetric& metric : result.metrics) json["metrics"].push_back(metric_json(metric));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace mcost::analysis
