// Simulated beside measured layers: text, Markdown, JSON and CSV.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "analysis/metric.h"
#include "analysis/reports/compare_report.h"
#include "analysis/reports/csv_row.h"
#include "analysis/reports/hardware_report.h"
#include "analysis/reports/json_value.h"
#include "analysis/reports/numbers.h"
#include "analysis/reports/table.h"

namespace mcost::analysis {
namespace {

constexpr std::size_t kWidth = 118;
constexpr std::size_t kIndent = 2;

std::string name_of(const MeasuredLayer& layer, const RunResult& result) {
  return path_text(result.layers[layer.layer].path);
}

Table layer_table(const HardwareReport& report) {
  const HardwareComparison& comparison = report.comparison;
  std::vector<std::string> names;
  std::vector<std::string> visits;
  std::vector<std::string> samples;
  std::vector<std::string> measured;
  std::vector<std::string> simulated;
  std::vector<std::string> errors;
  std::vector<std::string> percents;
  const auto add = [&](std::uint64_t before, std::uint64_t after) {
    measured.push_back(grouped(before));
    simulated.push_back(grouped(after));
    errors.push_back(text_of(difference({before, 1}, {after, 1}, Unit::cycles), Unit::cycles));
    percents.push_back(percent_text({before, 1}, {after, 1}));
  };
  for (const MeasuredLayer& layer : comparison.layers) {
    names.push_back(name_of(layer, report.result));
    visits.push_back(grouped(report.result.layers[layer.layer].visits));
    samples.push_back(grouped(layer.samples));
    add(layer.measured, layer.simulated);
  }
  names.emplace_back("total");
  visits.emplace_back("");
  samples.emplace_back("");
  add(comparison.measured, comparison.simulated);
  Table table;
  table.limit_first(44);
  table.add("layer", names);
  table.add("visits", visits);
  table.add("in log", samples);
  table.add("measured", measured);
  table.add("simulated", simulated);
  table.add("error", errors);
  table.add("%", percents);
  return table;
}

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kNamed = 12;
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kNamed; ++i)
    text += (text.empty() ? "" : ", ") + printable(names[i]);
  return names.size() > kNamed ? fmt::format("{} and {} more", text, names.size() - kNamed) : text;
}

std::vector<std::string> remarks(const HardwareReport& report) {
  const HardwareComparison& comparison = report.comparison;
  std::vector<std::string> lines;
  if (!comparison.unmeasured.empty())
    lines.push_back("not in the log: " + listed(comparison.unmeasured));
  if (!comparison.unknown.empty())
    lines.push_back("in the log, but no layer of the run: " + listed(comparison.unknown));
  if (comparison.skipped_lines != 0)
    lines.push_back(counted(comparison.skipped_lines, "line") + " of the log without measurement");
  const bool nested = std::any_of(comparison.layers.begin(), comparison.layers.end(),
                                  [](const MeasuredLayer& layer) { return !layer.inner; });
  if (nested) lines.emplace_back("the total leaves out layers around others that were measured");
  return lines;
}

std::string share_text(double share) {
  return fmt::format("{:.0f} %", 100 * std::clamp(share, 0.0, 1.0));
}

std::string sentence(const Explanation& explanation) {
  return fmt::format("{:+.2f} cycles for each {}", explanation.slope, explanation.what);
}

/// What sets the prices that are named, each set of values once.
std::vector<std::string> where_set(const HardwareComparison& comparison) {
  std::vector<std::string> lines;
  for (const Explanation& explanation : comparison.explanations) {
    std::string values;
    for (const BoardParameter& parameter : explanation.parameters) {
      values += fmt::format("{}{} = {} ({})", values.empty() ? "" : ", ", printable(parameter.path),
                            printable(parameter.value), printable(parameter.source));
    }
    std::string line = explanation.advice;
    if (!values.empty()) {
      line +=
          fmt::format("{}values of the board that set this: {}", line.empty() ? "" : " ", values);
    }
    if (!line.empty() && std::find(lines.begin(), lines.end(), line) == lines.end())
      lines.push_back(line);
  }
  return lines;
}

constexpr const char* kShares =
    "Shares are of the squared error that one count predicts in layers left out of its fit (least "
    "squares, each layer weighted by its cycles).";

std::string heading(const HardwareReport& report) {
  return fmt::format("{} ({}), beside {}", run_text(report.result), printable(report.source),
                     printable(report.log));
}

}  // namespace

std::string hardware_text(const HardwareReport& report) {
  std::string text = heading(report) + "\n\n" + layer_table(report).text(kIndent, kWidth);
  text += "  error = simulated - measured, in cycles of all visits\n";
  for (const std::string& line : remarks(report)) text += wrapped(line, "  ", kWidth);
  text += "\nWhat would explain the errors\n";
  const HardwareComparison& comparison = report.comparison;
  if (!comparison.no_explanation.empty()) text += wrapped(comparison.no_explanation, "  ", kWidth);
  for (const Explanation& explanation : comparison.explanations) {
    text += fmt::format("  {:>5}  {}\n", share_text(explanation.left_out), sentence(explanation));
  }
  if (!comparison.explanations.empty()) text += wrapped(kShares, "  ", kWidth);
  for (const std::string& line : where_set(comparison)) text += wrapped(line, "  ", kWidth);
  for (const std::string& caution : comparison.cautions) text += wrapped(caution, "  ", kWidth);
  return text;
}

std::string hardware_markdown(const HardwareReport& report) {
  std::string text = "## mcost compare --hardware\n\n" + markdown_text(heading(report)) + "\n\n" +
                     layer_table(report).markdown() +
                     "\nerror = simulated - measured, in cycles of all visits\n";
  for (const std::string& line : remarks(report)) text += "\n" + markdown_text(line) + "\n";
  text += "\n### What would explain the errors\n\n";
  if (!report.comparison.no_explanation.empty()) text += report.comparison.no_explanation + "\n";
  for (const Explanation& explanation : report.comparison.explanations) {
    text += fmt::format("- {}: {}\n", share_text(explanation.left_out),
                        markdown_text(sentence(explanation)));
  }
  if (!report.comparison.explanations.empty()) text += std::string("\n") + kShares + "\n";
  for (const std::string& line : where_set(report.comparison))
    text += "\n" + markdown_text(line) + "\n";
  for (const std::string& caution : report.comparison.cautions) text += "\n" + caution + "\n";
  return text;
}

std::string hardware_csv(const HardwareReport& report) {
  std::string text = "layer,visits,samples,measured_cycles,simulated_cycles,error_cycles\n";
  for (const MeasuredLayer& layer : report.comparison.layers) {
    const Difference error = difference({layer.measured, 1}, {layer.simulated, 1}, Unit::cycles);
    CsvRow row;
    row << name_of(layer, report.result) << report.result.layers[layer.layer].visits
        << layer.samples << layer.measured << layer.simulated
        << fmt::format("{}{}", error.negative ? "-" : "", error.magnitude);
    text += row.line();
  }
  return text;
}

std::string hardware_json(const HardwareReport& report) {
  const HardwareComparison& comparison = report.comparison;
  Json json;
  json["schema"] = kHardwareSchema;
  json["result"] = printable(report.source);
  json["log"] = printable(report.log);
  json["tool"] = printable(report.result.tool_version);
  json["image"] = printable(report.result.image.name);
  json["board"] = printable(report.result.board.name);
  json["measured_cycles"] = json_integer(comparison.measured);
  json["simulated_cycles"] = json_integer(comparison.simulated);
  json["layers"] = Json::array();
  for (const MeasuredLayer& layer : comparison.layers) {
    json["layers"].push_back({{"name", name_of(layer, report.result)},
                              {"visits", json_integer(report.result.layers[layer.layer].visits)},
                              {"samples", json_integer(layer.samples)},
                              {"measured_cycles", json_integer(layer.measured)},
                              {"simulated_cycles", json_integer(layer.simulated)},
                              {"in_total", layer.inner}});
  }
  json["unmeasured"] = comparison.unmeasured;
  json["unknown"] = comparison.unknown;
  json["skipped_lines"] = comparison.skipped_lines;
  json["explanations"] = Json::array();
  for (const Explanation& explanation : comparison.explanations) {
    Json entry = {{"per", explanation.what},
                  {"cycles", explanation.slope},
                  {"explained", explanation.explained},
                  {"explained_left_out", explanation.left_out},
                  {"advice", explanation.advice}};
    entry["parameters"] = Json::array();
    for (const BoardParameter& parameter : explanation.parameters) {
      entry["parameters"].push_back({{"path", printable(parameter.path)},
                                     {"value", printable(parameter.value)},
                                     {"source", printable(parameter.source)}});
    }
    json["explanations"].push_back(std::move(entry));
  }
  json["no_explanation"] = comparison.no_explanation;
  json["cautions"] = comparison.cautions;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace mcost::analysis
