// The check for github-action-benchmark, form customSmallerIsBetter.
#include <fmt/format.h>

#include "analysis/reports/check_report.h"
#include "analysis/reports/json_value.h"
#include "analysis/reports/numbers.h"

namespace mcost::analysis {
namespace {

/// An exact decimal number: value / 10^decimals.
std::string decimal(std::uint64_t value, unsigned decimals) {
  std::uint64_t scale = 1;
  for (unsigned i = 0; i < decimals; ++i) scale *= 10;
  return ratio(value, scale, decimals);
}

void add_benchmark(std::string& text, const CheckedMetric& metric, const CheckReport& report) {
  if (!metric.now || !smaller_is_better(metric.subject.metric) || metric.unit == Unit::ratio)
    return;
  std::string value = fmt::format("{}", metric.now->value);
  std::string unit = name_of(metric.unit);
  if (metric.unit == Unit::femtojoules) {
    value = decimal(metric.now->value, 9);
    unit = "uJ";
  } else if (metric.unit == Unit::picoseconds) {
    value = decimal(metric.now->value, 6);
    unit = "us";
  } else if (metric.unit == Unit::count) {
    unit = "count";
  }
  const std::string name = fmt::format("{} on {}: {}", printable(report.image),
                                       printable(report.board), printable(metric.subject.text()));
  text += fmt::format("{}\n  {{\"name\": {}, \"unit\": \"{}\", \"value\": {}}}",
                      text == "[" ? "" : ",", Json(name).dump(), unit, value);
}

}  // namespace

std::string check_benchmark_json(const CheckReport& report) {
  std::string text = "[";
  for (const CheckedMetric& metric : report.result.metrics) {
    const std::string name = metric.subject.metric.name();
    const bool of_run = metric.subject.part.empty() &&
                        (name == "cycles" || name == "energy" || name == "time" ||
                         name == "instructions" || name == "live_bytes" || name == "stack_bytes");
    if (of_run || (metric.subject.part == "layers" && name == "cycles"))
      add_benchmark(text, metric, report);
  }
  return text + "\n]\n";
}

}  // namespace mcost::analysis
