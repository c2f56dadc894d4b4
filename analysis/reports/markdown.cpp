// Summary and layers for pull requests and CI summaries.
#include <fmt/format.h>

#include "analysis/reports/call_report.h"
#include "analysis/reports/energy_table.h"
#include "analysis/reports/layer_table.h"
#include "analysis/reports/numbers.h"
#include "analysis/reports/registry.h"

namespace mcost::analysis {
namespace {

Table summary(const RunResult& result) {
  const Counters& total = result.total.counters;
  Table table;
  table.add("quantity", {"cycles", "time", "instructions", "cycles per instruction", "MACs",
                         "MACs per cycle", "energy"});
  table.add("value", {grouped(total.cycles), duration(total, result), grouped(total.instructions),
                      ratio(total.cycles, total.instructions, 3), grouped(total.macs),
                      ratio(total.macs, total.cycles, 3), energy_sentence(result)});
  return table;
}

/// `f(1, 2)` returned 3. Calls: ...
std::string call_text(const CallResult& call) {
  std::string text = "`" + call_sentence(call) + "`";
  if (call.value) text += " returned " + value_sentence(*call.value);
  if (const std::string calls = calls_sentence(call); !calls.empty())
    text += "; cycles of calls: " + calls;
  return text;
}

Table layers(const RunResult& result) {
  Table table = layer_table(result, TreeStyle::paths);
  add_cause_columns(table, result);
  return table;
}

Table causes(const RunResult& result) {
  std::vector<std::string> names;
  std::vector<std::string> cycles;
  std::vector<std::string> shares;
  for (const CauseLine& line : cause_lines(result)) {
    names.push_back(line.name);
    cycles.push_back(grouped(line.cycles));
    shares.push_back(percent(line.cycles, result.total.counters.cycles));
  }
  Table table;
  table.add("cause", std::move(names));
  table.add("cycles", std::move(cycles));
  table.add("%", std::move(shares));
  return table;
}

}  // namespace

std::string markdown_report(const RunResult& result) {
  std::string text = fmt::format("## {} on {} at {}\n\n", printable(result.image.name),
                                 printable(result.board.name), clocks(result));
  if (result.call) text += call_text(*result.call) + "\n\n";
  text += exit_sentence(result.exit) + (result.partial ? " (partial)" : "") + "\n\n";
  text += summary(result).markdown();
  text += "\n### Layers\n\n" + layers(result).markdown();
  text += "\n### Cycles by cause\n\n" + causes(result).markdown();
  if (result.memory_use) {
    text += "\n### Memory use in bytes\n\n";
    text += memory_use_table(result, TreeStyle::paths).markdown() + "\n";
    for (const std::string& line : memory_use_lines(result)) text += "- " + line + "\n";
  }
  text += "\n### Memory traffic\n\n" + memory_table(result).markdown();
  const std::vector<CounterLine> counters = model_counter_lines(result);
  if (!counters.empty()) text += "\n";
  for (const CounterLine& line : counters) text += "- " + line.memory + ": " + line.counters + "\n";
  if (result.energy) text += "\n### Energy\n\n" + energy_table(result).markdown();
  if (!result.notes.empty()) text += "\n### Notes\n\n";
  for (const std::string& note : result.notes) text += "- " + printable(note) + "\n";
  text += fmt::format("\nmcost {}, image {}\n", result.tool_version, result.image.sha256);
  return text;
}

}  // namespace mcost::analysis
