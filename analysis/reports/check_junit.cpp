// The check as JUnit XML, which every CI system shows.
#include <fmt/format.h>

#include <string_view>

#include "analysis/reports/check_report.h"
#include "analysis/reports/numbers.h"

namespace mcost::analysis {
namespace {

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

}  // namespace

std::string check_junit(const CheckReport& report) {
  const CheckResult& result = report.result;
  std::string cases;
  std::size_t count = 0;
  for (const CheckedMetric& metric : result.metrics) {
    if (metric.limits.empty()) continue;
    ++count;
    cases += fmt::format(R"(    <testcase classname="mcost.{}.{}" name="{}" time="0")",
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
    for (const auto& [what, how] : difference_lines(result.premises, 12)) {
      properties += fmt::format("      <property name=\"differs\" value=\"{}{}\"/>\n",
                                xml(what.empty() ? "" : what + " "), xml(how));
    }
    properties += fmt::format("      <property name=\"verdict\" value=\"{}\"/>\n",
                              xml(verdict(result.premises, result.numbers_differ())));
  }
  const std::string attributes =
      fmt::format(R"(tests="{}" failures="{}" errors="0" skipped="0" time="0")", count,
                  result.count(Verdict::failed));
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {}>\n  <testsuite name=\"mcost "
      "check "
      "{}\" {}>\n{}{}  </testsuite>\n</testsuites>\n",
      attributes, xml(report.run), attributes,
      properties.empty() ? "" : "    <properties>\n" + properties + "    </properties>\n", cases);
}

}  // namespace mcost::analysis
