// The report for people at a terminal.
#include <fmt/format.h>

#include <algorithm>

#include "analysis/reports/call_report.h"
#include "analysis/reports/energy_table.h"
#include "analysis/reports/layer_table.h"
#include "analysis/reports/numbers.h"
#include "analysis/reports/registry.h"

namespace mcost::analysis {
namespace {

constexpr std::size_t kWidth = 118;
constexpr std::size_t kIndent = 2;

void row(std::string& text, const char* name, const std::string& value,
         const std::string& remark = {}) {
  text += fmt::format("  {:<13} {}{}\n", name, value, remark.empty() ? "" : "  (" + remark + ")");
}

std::string header(const RunResult& result) {
  return fmt::format("mcost {}: {} on {}, {} at {}\n\n", result.tool_version,
                     printable(result.image.name), printable(result.board.name),
                     printable(result.board.core), clocks(result));
}

/// "loaded flash 61,234; reserved sram1 9,216, ccm 512"; empty: unknown.
std::string image_sentence(const RunResult& result) {
  const auto list = [&](const char* what, std::uint64_t ImageBytes::*bytes) {
    std::string text;
    for (std::size_t m = 0; m < result.image.bytes.size(); ++m) {
      if (result.image.bytes[m].*bytes == 0) continue;
      text += fmt::format("{}{} {}", text.empty() ? fmt::format("{} ", what) : ", ",
                          printable(result.memories[m]), grouped(result.image.bytes[m].*bytes));
    }
    return text;
  };
  const std::string loaded = list("loaded", &ImageBytes::loaded);
  const std::string reserved = list("reserved", &ImageBytes::reserved);
  return loaded + (loaded.empty() || reserved.empty() ? "" : "; ") + reserved;
}

std::string call(const CallResult& call) {
  std::string text;
  row(text, "call", call_sentence(call));
  if (call.value)
    row(text, "returned", value_sentence(*call.value),
        call.value->assumed ? "R0; --returns says what it is" : "");
  if (const std::string calls = calls_sentence(call); !calls.empty())
    row(text, "calls", calls, "cycles");
  return text;
}

std::string summary(const RunResult& result) {
  const Counters& total = result.total.counters;
  std::string text;
  if (result.call) text += call(*result.call);
  row(text, "exit", exit_sentence(result.exit),
      result.partial ? "partial: stopped by host time, never a baseline" : "");
  if (!result.exit.advice.empty()) row(text, "advice", printable(result.exit.advice));
  row(text, "cycles", grouped(total.cycles));
  row(text, "time", duration(total, result));
  row(text, "instructions", grouped(total.instructions),
      ratio(total.cycles, total.instructions, 3) + " cycles per instruction");
  row(text, "MACs", grouped(total.macs), ratio(total.macs, total.cycles, 3) + " per cycle");
  row(text, "energy", energy_sentence(result), energy_remark(result));
  if (const std::string needs = image_sentence(result); !needs.empty())
    row(text, "image", needs, "bytes");
  if (result.lifetime) row(text, "lifetime", lifetime_sentence(result));
  return text;
}

std::string backtrace(const RunExit& exit) {
  if (exit.backtrace.empty()) return {};
  std::string text =
      "\nBacktrace (? found by scanning the stack: may be left from an earlier call)\n";
  for (const StackFrame& frame : exit.backtrace) {
    text += fmt::format("  {} {}\n", frame.certain ? ' ' : '?', place_text(frame.place));
  }
  return text;
}

std::string causes(const RunResult& result) {
  std::string text = "\nCycles by cause\n";
  const auto lines = cause_lines(result);
  const std::uint64_t total = result.total.counters.cycles;
  std::size_t name_width = 5;
  const std::size_t number_width = grouped(total).size();
  for (const CauseLine& line : lines) name_width = std::max(name_width, line.name.size());
  for (const CauseLine& line : lines) {
    const std::string part =
        fmt::format("  {:<{}}  {:>{}}  {:>5} %", line.name, name_width, grouped(line.cycles),
                    number_width, percent(line.cycles, total));
    text += part + (line.parts.empty() ? "" : "   " + line.parts) + "\n";
  }
  text += fmt::format("  {:<{}}  {:>{}}\n", "total", name_width, grouped(total), number_width);
  return text;
}

/// One table where it fits, else the shares of causes in one of their own.
std::string layers(const RunResult& result) {
  Table table = layer_table(result, TreeStyle::indented);
  Table wide = table;
  add_cause_columns(wide, result);
  if (wide.width(kIndent) <= kWidth) return "\nLayers\n" + wide.text(kIndent, kWidth);
  return "\nLayers\n" + table.text(kIndent, kWidth) + "\nCycles of layers by cause\n" +
         cause_table(result, TreeStyle::indented).text(kIndent, kWidth);
}

std::string memories(const RunResult& result) {
  std::string text = "\nMemory traffic\n" + memory_table(result).text(kIndent, kWidth);
  for (const CounterLine& line : model_counter_lines(result)) {
    text += wrapped(line.counters, "  " + line.memory + ": ", kWidth);
  }
  return text;
}

std::string energy(const RunResult& result) {
  if (!result.energy) return {};
  return "\nEnergy\n" + energy_table(result).text(kIndent, kWidth);
}

std::string memory_use(const RunResult& result) {
  if (!result.memory_use) return {};
  std::string text = "\nMemory use in bytes\n" +
                     memory_use_table(result, TreeStyle::indented).text(kIndent, kWidth);
  for (const std::string& line : memory_use_lines(result)) text += wrapped(line, "  ", kWidth);
  return text;
}

/// "PA5 rising", "itm port0 hello", "frame 3 ?".
std::string event_text(const TimelineEvent& event) {
  std::string text = printable(event.name);
  if (event.kind == "gpio") {
    const bool rises = !event.values.empty() && event.values[0] && event.values[0]->magnitude != 0;
    return text + (rises ? " rising" : " falling");
  }
  if (event.kind == "itm") {
    text = "itm " + printable(event.provider) + (text.empty() ? "" : " ") + text;
  }
  for (const auto& value : event.values) {
    text += value ? fmt::format(" {}{}", value->negative ? "-" : "", value->magnitude) : " ?";
  }
  return text;
}

/// Reads of CYCCNT are many and say little to people: counted only.
std::string timeline(const RunResult& result) {
  constexpr std::size_t kShown = 20;
  std::string text;
  std::size_t events = 0;
  std::size_t cycle_reads = 0;
  for (const TimelineEvent& event : result.timeline) {
    if (event.kind == "cyccnt") {
      ++cycle_reads;
    } else if (++events <= kShown) {
      text += fmt::format("  {:>15}  {}\n", grouped(event.cycle), event_text(event));
    }
  }
  if (text.empty()) return {};
  if (events > kShown) text += fmt::format("  and {} more (--format json)\n", events - kShown);
  if (cycle_reads != 0) {
    text += fmt::format("  and {} of CYCCNT (--format json)\n", counted(cycle_reads, "read"));
  }
  return "\nEvents\n" + text;
}

std::string unmodelled(const RunResult& result) {
  constexpr std::size_t kShown = 50;
  if (result.unmodelled.empty()) return {};
  std::string text = "\nPeripheral registers without a model\n";
  for (std::size_t i = 0; i < result.unmodelled.size() && i < kShown; ++i) {
    const UnmodelledRegister& entry = result.unmodelled[i];
    const std::string rule =
        entry.rule.empty() ? "reads what was last written" : "rule " + printable(entry.rule);
    text += wrapped(fmt::format("{} {}: {}, {}, {}; first at {}", hexadecimal(entry.address),
                                printable(entry.peripheral), counted(entry.reads, "read"),
                                counted(entry.writes, "write"), rule, place_text(entry.first)),
                    "  ", kWidth);
  }
  if (result.unmodelled.size() > kShown) {
    text += fmt::format("  and {} more (--format json)\n", result.unmodelled.size() - kShown);
  }
  return text;
}

std::string assumptions(const RunResult& result) {
  if (result.assumptions.empty()) return {};
  std::string text = "\nValues of the board that mattered and rest on no document read\n";
  for (const Assumption& entry : result.assumptions) {
    const std::string source = entry.verified ? entry.source : entry.source + ", unverified";
    text += fmt::format("  {} = {}  ({}: {})\n", printable(entry.path), printable(entry.value),
                        source, printable(entry.ref));
  }
  return text;
}

std::string notes(const RunResult& result) {
  if (result.notes.empty()) return {};
  std::string text = "\nNotes\n";
  for (const std::string& note : result.notes) text += wrapped(printable(note), "  - ", kWidth);
  return text;
}

std::string statistics(const RunResult& result) {
  if (!result.statistics) return {};
  std::string text = "\nSimulator\n";
  for (const auto& [name, value] : *result.statistics) {
    text += fmt::format("  {:<18} {:>15}\n", name, grouped(value));
  }
  return text;
}

}  // namespace

std::string text_report(const RunResult& result) {
  std::string text = header(result) + summary(result) + backtrace(result.exit) + causes(result);
  text += layers(result);
  text += "\nBytes by layer\n" + byte_table(result).text(kIndent, kWidth);
  text += memory_use(result) + memories(result) + energy(result) + timeline(result) +
          unmodelled(result) + assumptions(result);
  return text + notes(result) + statistics(result);
}

}  // namespace mcost::analysis
