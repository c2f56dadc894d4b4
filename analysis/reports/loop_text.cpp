// An explained loop for people at a terminal.
#include <fmt/format.h>

#include <algorithm>

#include "analysis/loop_report.h"
#include "analysis/reports/numbers.h"
#include "analysis/reports/pipeline_report.h"

namespace mcost::analysis {
namespace {

constexpr std::size_t kWidestText = 34;

/// "9", "9.5": cycles of one iteration.
std::string per_iteration(const IterationCost& cost) {
  std::string text = ratio(cost.cycles, cost.iterations, 2);
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string causes(const std::vector<TraceSegment>& segments, std::uint64_t iterations,
                   const LoopReport& report) {
  std::string text;
  for (const TraceSegment& segment : segments) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ",
                        cause_name(segment.cause, segment.memory, report.memories),
                        per_iteration({segment.cycles, iterations}));
  }
  return text;
}

std::string header(const LoopReport& report) {
  std::string text = fmt::format("{} on {}, {}\n\n", printable(report.image),
                                 printable(report.board), printable(report.core));
  const std::string place =
      fmt::format("{} to {}{}", hexadecimal(report.begin), hexadecimal(report.end),
                  report.function.empty() ? "" : " in " + printable(report.function));
  if (!report.is_loop) {
    text += fmt::format(
        "No loop: the run does not come back to {} in this visit. One passage, {}:\n{} cycles\n",
        printable(report.at), place, per_iteration(report.steady));
    return text;
  }
  text += fmt::format("Loop {}: {} cycles per iteration", place, per_iteration(report.steady));
  if (!report.is_steady) text += " (average: its timing never repeats)";
  text += fmt::format("\n{} observed, {} cycles each\n", counted(report.iterations, "iteration"),
                      per_iteration(report.observed));
  return text;
}

const LoopWhatIf* what_if(const LoopReport& report, std::string_view key) {
  for (const LoopWhatIf& one : report.what_ifs) {
    if (one.key == key) return &one;
  }
  return nullptr;
}

std::string addresses(const std::vector<Address>& list) {
  std::string text;
  for (const Address address : list) text += (text.empty() ? "" : ", ") + hexadecimal(address);
  return text;
}

std::string late_results(const LoopReport& report) {
  std::string text;
  for (const LateResult& late : report.late) {
    text += fmt::format(
        "  {} from {}{}{}: {} cycles without its latency\n", late.name, addresses(late.writers),
        late.waiting.empty() ? "" : " to " + addresses(late.waiting),
        late.is_carried ? ", carried to the next iteration" : "", per_iteration(late.without));
  }
  return text.empty() ? text : "\nResults that are waited for\n" + text;
}

std::string chain(const LoopReport& report) {
  std::string names;
  for (const LateResult& late : report.late) {
    if (!is_less(late.without, report.steady)) continue;
    names += (names.empty() ? "" : ", ") + late.name;
  }
  if (!names.empty()) return names;
  for (const LateResult& late : report.late) {
    names += (names.empty() ? "" : " together with ") + late.name;
  }
  return names;
}

std::string verdict(const LoopReport& report) {
  const std::string now = per_iteration(report.steady);
  const std::string issue = per_iteration(report.what_ifs.back().cost);
  const auto without = [&](const char* key) {
    const LoopWhatIf* const one = what_if(report, key);
    return one == nullptr ? std::string("?") : per_iteration(one->cost);
  };
  switch (report.bound) {
    case LoopBound::issue:
      return fmt::format(
          "issue: {} of {} cycles are those of its instructions and their units ({})", issue, now,
          causes(report.issue_segments, report.what_ifs.back().cost.iterations, report));
    case LoopBound::latency:
      return fmt::format("latency of {}: {} cycles without, {} with", chain(report),
                         without("latency"), now);
    case LoopBound::fetch:
      return fmt::format("fetch: {} cycles without wait states of code, {} with", without("fetch"),
                         now);
    case LoopBound::data:
      return fmt::format("data: {} cycles without wait states of loads and stores, {} with",
                         without("data"), now);
    case LoopBound::mispredict:
      return fmt::format("mispredicted branches: {} cycles without, {} with", without("prediction"),
                         now);
    case LoopBound::several: break;
  }
  return fmt::format("several things at once: {} cycles without all of them, {} with", issue, now);
}

std::string bounds(const LoopReport& report) {
  std::string text = fmt::format("\nBound by {}\n\nWhat if (cycles per {})\n", verdict(report),
                                 report.is_loop ? "iteration" : "passage");
  const auto row = [&](const char* what, const IterationCost& cost) {
    text += fmt::format("  {:<42} {:>8}\n", what, per_iteration(cost));
  };
  row("as it is", report.steady);
  for (const LoopWhatIf& one : report.what_ifs) row(one.text, one.cost);
  return text;
}

/// Why it takes these cycles; of what it waited for, the words that name somebody.
std::string remark_of(const LoopLine& line, const LoopReport& report) {
  std::string text = causes(line.segments, report.steady.iterations, report);
  const auto add = [&text](const std::string& phrase) {
    text += (text.empty() ? "" : "; ") + phrase;
  };
  if (line.with_previous) add("with the one before");
  for (const std::string& wait : line.waits) {
    if (wait.starts_with("waits ") || wait.starts_with("condition ")) add(printable(wait));
  }
  if (line.executions != report.steady.iterations) {
    add(fmt::format("executed {} times",
                    per_iteration({line.executions, report.steady.iterations})));
  }
  return text;
}

std::string lines(const LoopReport& report) {
  std::size_t width = 11;
  for (const LoopLine& line : report.lines) width = std::max(width, line.text.size());
  width = std::min(width, kWidestText);
  std::string text = fmt::format("\n{:>5}  {:<10}  {:<{}}  {:>6}  {}\n", "issue", "address",
                                 "instruction", width, "cycles", "causes; what it waits for");
  for (const LoopLine& line : report.lines) {
    Cycles cycles = 0;
    for (const TraceSegment& segment : line.segments) cycles += segment.cycles;
    std::string row =
        fmt::format("{:>5}  {:<10}  {:<{}}  {:>6}  {}", line.issue, hexadecimal(line.address),
                    shortened(line.text, width), width,
                    per_iteration({cycles, report.steady.iterations}), remark_of(line, report));
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + "\n";
  }
  return text;
}

std::string notes(const LoopReport& report) {
  std::string text;
  for (const std::string& note : report.notes) text += "\n" + printable(note);
  return text.empty() ? text : text + "\n";
}

}  // namespace

std::string loop_text(const LoopReport& report) {
  return header(report) + lines(report) + bounds(report) + late_results(report) + notes(report);
}

}  // namespace mcost::analysis
