#include "cli/gdb_monitor.h"

#include <fmt/format.h>

#include <vector>

#include "analysis/reports/layer_table.h"
#include "analysis/reports/numbers.h"
#include "analysis/reports/table.h"
#include "boards/suggestions.h"

namespace mcost::cli {
namespace {

constexpr std::size_t kWidth = 120;

constexpr const char* kHelp =
    "monitor cycles   cycles and instructions of the run so far, and since the last time\n"
    "monitor causes   where these cycles went\n"
    "monitor layers   cost of each layer so far, open ones included\n"
    "monitor reset    reset the board: memory keeps its contents, time and counts go on\n"
    "monitor help     this list\n"
    "Time stands still while the firmware is halted, and nothing you look at costs anything.\n";

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

std::string GdbMonitor::cycles() {
  const RunResult result = so_far_();
  const Counters& now = result.total.counters;
  const std::string text =
      fmt::format("cycles        {} ({}), +{}\ninstructions  {}, +{}\n",
                  analysis::grouped(now.cycles), analysis::duration(now, result),
                  analysis::grouped(now.cycles - last_.cycles), analysis::grouped(now.instructions),
                  analysis::grouped(now.instructions - last_.instructions));
  last_ = now;
  return text;
}

std::string GdbMonitor::causes() {
  const RunResult result = so_far_();
  std::vector<std::string> names;
  std::vector<std::string> cycles;
  std::vector<std::string> shares;
  std::vector<std::string> parts;
  for (const analysis::CauseLine& line : analysis::cause_lines(result)) {
    names.push_back(line.name);
    cycles.push_back(analysis::grouped(line.cycles));
    shares.push_back(analysis::percent(line.cycles, result.total.counters.cycles));
    parts.push_back(line.parts);
  }
  analysis::Table table;
  table.add("cause", names);
  table.add("cycles", cycles);
  table.add("%", shares);
  table.add("parts", parts);
  return table.text(0, kWidth);
}

std::string GdbMonitor::layers() {
  return analysis::layer_table(so_far_(), analysis::TreeStyle::indented).text(0, kWidth);
}

std::string GdbMonitor::answer(const std::string& command) {
  const std::string name = trimmed(command);
  if (name == "cycles") return cycles();
  if (name == "causes") return causes();
  if (name == "layers") return layers();
  if (name == "reset" || name.starts_with("reset ")) return reset_();
  if (name == "halt") return "halted\n";  // as it always is when it is asked; front ends say so
  if (name == "help" || name.empty()) return kHelp;
  return fmt::format(
      "mcost: unknown command \"{}\": {}\n", analysis::printable(name),
      boards::suggest(name, "commands", {"cycles", "causes", "layers", "reset", "help"}));
}

}  // namespace mcost::cli
