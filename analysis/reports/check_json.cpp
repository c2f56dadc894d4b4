// The check for programs: mcost/check/1, JUnit XML and the form of github-action-benchmark.
#include <fmt/format.h>

#include <string_view>

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

/// Text of an XML attribute or element. Source: XML 1.0, 2.2: U+FFFE and U+FFFF are no characters.
std::string xml(std::string_view raw) {
  const std::string text = printable(raw);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = std::string_view(text).substr(i);
    if (rest.starts_with("\xEF\xBF\xBE") || rest.starts_with("\xEF\xBF\xBF")) {
      out += '?';
      i += 2;
      continue;
    }
    switch (text[i]) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += text[i];
    }
  }
  return out;
}

std::string value_text(const std::optional<Quantity>& value, Unit unit) {
  if (!value) return "none";
  std::string text = text_of(*value, unit);
  if (unit == Unit::cycles || unit == Unit::bytes) text += std::string(" ") + name_of(unit);
  return text;
}

/// "1,181,373 cycles, baseline 1,104,001 cycles, +7.01 %; limit cycles=+1%".
std::string message(const CheckedMetric& metric, bool hard) {
  std::string text = value_text(metric.now, metric.unit);
  if (metric.baseline) {
    text += ", baseline " + value_text(metric.baseline, metric.unit);
    if (metric.now) text += ", " + percent_text(*metric.baseline, *metric.now);
  }
  for (const JudgedLimit& limit : metric.limits) {
    if (!limit.kept && limit.hard == hard) text += "; limit " + limit.text;
  }
  return text;
}

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

std::string check_junit(const CheckReport& report) {
  const CheckResult& result = report.result;
  std::string cases;
  std::size_t count = 0;
  for (const CheckedMetric& metric : result.metrics) {
    if (metric.limits.empty()) continue;
    ++count;
    cases += fmt::format("    <testcase classname=\"mcost.{}.{}\" name=\"{}\" time=\"0\"",
                         xml(report.image), xml(report.board), xml(metric.subject.text()));
    if (metric.verdict == Verdict::failed) {
      const std::string text = xml(message(metric, true));
      cases += fmt::format(
          ">\n      <failure type=\"regression\" message=\"{}\">{}</failure>\n    </testcase>\n",
          text, text);
    } else if (metric.verdict == Verdict::warning) {
      cases += fmt::format(">\n      <system-out>warning: {}</system-out>\n    </testcase>\n",
                           xml(message(metric, false)));
    } else {
      cases += "/>\n";
    }
  }
  std::string properties;
  if (!report.baseline.empty()) {
    for (const auto& [what, how] : difference_lines(result.premises, 12))
      properties += fmt::format("      <property name=\"differs\" value=\"{}{}\"/>\n",
                                xml(what.empty() ? "" : what + " "), xml(how));
    properties += fmt::format("      <property name=\"verdict\" value=\"{}\"/>\n",
                              xml(verdict(result.premises, result.numbers_differ())));
  }
  const std::string attributes =
      fmt::format("tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\" time=\"0\"", count,
                  result.count(Verdict::failed));
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {}>\n  <testsuite name=\"mcost "
      "check "
      "{}\" {}>\n{}{}  </testsuite>\n</testsuites>\n",
      attributes, xml(report.run), attributes,
      properties.empty() ? "" : "    <properties>\n" + properties + "    </properties>\n", cases);
}

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
