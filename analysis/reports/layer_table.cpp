#include "analysis/reports/layer_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/energy.h"
#include "analysis/reports/groups.h"
#include "analysis/reports/numbers.h"

namespace mcost::analysis {
namespace {

/// One column over all layers.
template <class CellOf>
std::vector<std::string> cells(const RunResult& result, CellOf&& cell_of) {
  std::vector<std::string> list;
  for (const LayerResult& layer : result.layers) list.push_back(cell_of(layer));
  return list;
}

std::string joined_path(const LayerResult& layer) {
  std::string text;
  for (const std::string& name : layer.path) text += (text.empty() ? "" : "/") + name;
  return printable(text);
}

std::string short_name(CauseGroup group) {
  if (group == CauseGroup::latency) return "lat";
  if (group == CauseGroup::exception) return "exc";
  return kCauseGroupNames[static_cast<unsigned>(group)];
}

/// The first column of a table of layers.
Table tree(const RunResult& result, TreeStyle style) {
  Table table;
  if (style == TreeStyle::paths) table.limit_first(~std::size_t{0});
  table.add("layer", cells(result, [&](const LayerResult& layer) {
              if (style == TreeStyle::paths) return joined_path(layer);
              return std::string(2 * (layer.path.size() - 1), ' ') + printable(layer.name);
            }));
  return table;
}

void append_part(std::string& parts, const char* name, std::uint64_t cycles) {
  if (cycles == 0) return;
  if (!parts.empty()) parts += ", ";
  parts += fmt::format("{} {}", name, grouped(cycles));
}

/// The exception that a fault became, for people.
std::string exception_name(unsigned number) {
  switch (number) {
    case 0: return "no exception can be taken";
    case 2: return "NMI";
    case 3: return "HardFault";
    case 4: return "MemManage";
    case 5: return "BusFault";
    case 6: return "UsageFault";
    default: return fmt::format("exception {}", number);
  }
}

std::string fault_sentence(const FaultDetails& fault) {
  std::string kind = printable(fault.kind);
  std::replace(kind.begin(), kind.end(), '_', ' ');
  if (fault.data_address) {
    kind += fmt::format(", {} {}", fault.write ? "writing" : "reading",
                        hexadecimal(*fault.data_address));
  }
  return fmt::format("{} ({}) at {}", kind, exception_name(fault.exception),
                     place_text(fault.place));
}

}  // namespace

std::string place_text(const CodePlace& place) {
  std::string text = hexadecimal(place.address);
  if (!place.symbol.empty()) text += " " + printable(place.symbol);
  if (!place.line.empty()) text += fmt::format(" ({})", printable(place.line));
  return text;
}

std::string exit_sentence(const RunExit& exit) {
  std::string place = place_text(exit.place);
  const std::string fault = exit.fault ? "; first fault: " + fault_sentence(*exit.fault) : "";
  switch (exit.reason) {
    case ExitReason::exited: return fmt::format("exit code {}{}", exit.code.value_or(0), fault);
    case ExitReason::idle: return fmt::format("idle at {}{}", place, fault);
    case ExitReason::until: return fmt::format("reached {}{}", place, fault);
    case ExitReason::returned: return "returned" + fault;
    case ExitReason::cycle_limit: return fmt::format("cycle limit at {}{}", place, fault);
    case ExitReason::time_limit: return fmt::format("time limit at {}{}", place, fault);
    case ExitReason::lockup:
      return exit.fault ? "lockup: " + fault_sentence(*exit.fault) : "lockup at " + place;
    case ExitReason::fault:
      return exit.fault ? "fault: " + fault_sentence(*exit.fault) : "fault at " + place;
  }
  return place;
}

void add_cause_columns(Table& table, const RunResult& result) {
  const Counters& total = result.total.counters;
  const auto add = [&](const std::string& name, auto&& cycles_of) {
    if (cycles_of(total) == 0) return;
    table.add(name + "%", cells(result, [&](const LayerResult& layer) {
                const Counters& c = layer.inclusive.counters;
                return percent(cycles_of(c), c.cycles);
              }));
  };
  for (unsigned g = 0; g < kCauseGroups; ++g) {
    const auto group = static_cast<CauseGroup>(g);
    if (group != CauseGroup::memory) {
      add(short_name(group), [&](const Counters& c) { return group_cycles(c, group); });
      continue;
    }
    for (std::size_t m = 0; m < result.memories.size(); ++m) {
      add(printable(result.memories[m]), [&](const Counters& c) { return memory_wait(c, m); });
    }
  }
}

Table layer_table(const RunResult& result, TreeStyle style) {
  Table table = tree(result, style);
  const Counters& total = result.total.counters;
  table.add("visits",
            cells(result, [](const LayerResult& layer) { return grouped(layer.visits); }));
  const auto add = [&](const char* heading, auto&& cell_of) {
    table.add(heading, cells(result, [&](const LayerResult& layer) {
                return cell_of(layer.inclusive.counters);
              }));
  };
  add("cycles", [](const Counters& c) { return grouped(c.cycles); });
  add("%", [&](const Counters& c) { return percent(c.cycles, total.cycles); });
  add("time", [&](const Counters& c) { return duration(c, result); });
  if (result.energy) {
    table.add("energy", cells(result, [&](const LayerResult& layer) {
                return energy_text(energy_of(layer.inclusive, *result.energy).fj);
              }));
  }
  add("instr", [](const Counters& c) { return grouped(c.instructions); });
  add("MACs", [](const Counters& c) { return grouped(c.macs); });
  const bool any_declared = std::any_of(result.layers.begin(), result.layers.end(),
                                        [](const auto& layer) { return layer.declared_macs; });
  if (any_declared) {
    table.add("declared", cells(result, [](const LayerResult& layer) {
                return layer.declared_macs ? grouped(*layer.declared_macs * layer.visits)
                                           : std::string("-");
              }));
  }
  add("MAC/cyc", [](const Counters& c) { return ratio(c.macs, c.cycles, 3); });
  return table;
}

Table cause_table(const RunResult& result, TreeStyle style) {
  Table table = tree(result, style);
  add_cause_columns(table, result);
  return table;
}

Table byte_table(const RunResult& result) {
  Table table = tree(result, TreeStyle::indented);
  for (std::size_t m = 0; m < result.memories.size(); ++m) {
    const Traffic& total = result.total.counters.traffic[m];
    const std::string name = printable(result.memories[m]);
    const auto add = [&](const char* what, std::uint64_t Traffic::*bytes) {
      if (total.*bytes == 0) return;
      table.add(name + " " + what, cells(result, [&](const LayerResult& layer) {
                  return grouped(layer.inclusive.counters.traffic[m].*bytes);
                }));
    };
    add("fetch", &Traffic::fetch_bytes);
    add("read", &Traffic::read_bytes);
    add("write", &Traffic::write_bytes);
  }
  return table;
}

Table memory_use_table(const RunResult& result, TreeStyle style) {
  Table table = tree(result, style);
  const auto add = [&](const char* heading, auto&& bytes_of) {
    table.add(heading, cells(result, [&](const LayerResult& layer) {
                return grouped(bytes_of(layer.memory_use));
              }));
  };
  add("live", [](const MemoryUse& use) { return sum_of(use.live); });
  add("touched", [](const MemoryUse& use) { return sum_of(use.touched); });
  for (unsigned k = 0; k < kMemoryKinds; ++k) {
    if (result.memory_use->total.touched[k] != 0)
      add(kMemoryKindNames[k], [k](const MemoryUse& use) { return use.touched[k]; });
  }
  add("stack depth", [](const MemoryUse& use) { return use.stack_bytes; });
  return table;
}

std::vector<std::string> memory_use_lines(const RunResult& result) {
  const RunMemoryUse& use = *result.memory_use;
  const BytesByKind& touched = use.total.touched;
  std::vector<std::string> lines{fmt::format(
      "run: {} bytes touched, {} live at the most, from cycle {} on", grouped(sum_of(touched)),
      grouped(sum_of(use.total.live)), grouped(use.peak_begin))};
  for (const StackUse& stack : use.stacks) {
    const bool overflows = stack.used_bytes > stack.size_bytes;
    lines.push_back(
        fmt::format("stack {}: {} of {} bytes used, from {} down{}{}", printable(stack.name),
                    grouped(stack.used_bytes), grouped(stack.size_bytes), hexadecimal(stack.top),
                    stack.shares_with_heap ? ", room shared with the heap" : "",
                    overflows ? fmt::format(": it overflows by {} bytes",
                                            grouped(stack.used_bytes - stack.size_bytes))
                              : ""));
  }
  std::string rest;
  for (const MemoryKind kind : {MemoryKind::heap, MemoryKind::data, MemoryKind::bss}) {
    const auto k = static_cast<unsigned>(kind);
    if (use.sizes[k] == 0) continue;
    rest += fmt::format("{}{} {} of {} bytes", rest.empty() ? "touched: " : ", ",
                        kMemoryKindNames[k], grouped(touched[k]), grouped(use.sizes[k]));
  }
  const std::uint64_t other = touched[static_cast<unsigned>(MemoryKind::other)];
  if (other != 0)
    rest += fmt::format("{}other {} bytes", rest.empty() ? "touched: " : ", ", grouped(other));
  if (!rest.empty()) lines.push_back(rest);
  return lines;
}

Table memory_table(const RunResult& result) {
  Table table;
  std::vector<std::size_t> shown;
  const Counters& total = result.total.counters;
  for (std::size_t m = 0; m < result.memories.size(); ++m) {
    if (used(total.traffic[m]) || memory_wait(total, m) != 0) shown.push_back(m);
  }
  const auto add = [&](const char* heading, auto&& cell_of) {
    std::vector<std::string> list;
    list.reserve(shown.size());
    for (const std::size_t m : shown) list.push_back(cell_of(m));
    table.add(heading, std::move(list));
  };
  add("memory", [&](std::size_t m) { return printable(result.memories[m]); });
  const auto add_traffic = [&](const char* heading, std::uint64_t Traffic::*count) {
    add(heading, [&, count](std::size_t m) { return grouped(total.traffic[m].*count); });
  };
  add_traffic("fetches", &Traffic::fetches);
  add_traffic("bytes", &Traffic::fetch_bytes);
  add_traffic("reads", &Traffic::reads);
  add_traffic("bytes", &Traffic::read_bytes);
  add_traffic("writes", &Traffic::writes);
  add_traffic("bytes", &Traffic::write_bytes);
  const auto has_array = [&](std::size_t m) { return total.traffic[m].array_reads != 0; };
  if (std::any_of(shown.begin(), shown.end(), has_array))
    add_traffic("array reads", &Traffic::array_reads);
  for (const Cause cause : {Cause::fetch_wait, Cause::data_wait, Cause::store_wait}) {
    const auto c = static_cast<unsigned>(cause);
    add(kCauseNames[c], [&](std::size_t m) { return grouped(total.by_memory[m][c]); });
  }
  return table;
}

namespace {

/// "icache_misses": "icache misses".
std::string words_of(const std::string& counter) {
  std::string words = printable(counter);
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

}  // namespace

std::vector<CounterLine> model_counter_lines(const RunResult& result) {
  constexpr std::string_view kHits = "_hits";
  std::vector<CounterLine> lines;
  const auto value_of = [&](const ModelCounter& counter) -> std::uint64_t {
    const auto found =
        std::find(result.model_counters.begin(), result.model_counters.end(), counter);
    const auto index = static_cast<std::size_t>(found - result.model_counters.begin());
    return index < result.total.model.size() ? result.total.model[index] : 0;
  };
  for (std::size_t m = 0; m < result.memories.size(); ++m) {
    std::string line;
    for (const ModelCounter& counter : result.model_counters) {
      const std::uint64_t value = value_of(counter);
      if (counter.memory != m || value == 0) continue;
      line +=
          fmt::format("{}{} {}", line.empty() ? "" : ", ", words_of(counter.name), grouped(value));
      if (!counter.name.ends_with(kHits)) continue;
      // An open row of another address is a conflict, and no hit either.
      const std::string stem = counter.name.substr(0, counter.name.size() - kHits.size());
      const std::uint64_t others =
          value_of({m, stem + "_misses"}) + value_of({m, stem + "_conflicts"});
      if (others != 0) line += fmt::format(" ({} %)", percent(value, value + others));
    }
    if (!line.empty()) lines.push_back({printable(result.memories[m]), line});
  }
  return lines;
}

std::vector<CauseLine> cause_lines(const RunResult& result) {
  std::vector<CauseLine> lines;
  const Counters& total = result.total.counters;
  for (unsigned g = 0; g < kCauseGroups; ++g) {
    const auto group = static_cast<CauseGroup>(g);
    if (group == CauseGroup::memory) {
      for (std::size_t m = 0; m < result.memories.size(); ++m) {
        CauseLine line{"memory " + printable(result.memories[m]), memory_wait(total, m), {}};
        for (unsigned c = 0; c < kCauses; ++c) {
          append_part(line.parts, kCauseNames[c], total.by_memory[m][c]);
        }
        if (line.cycles != 0) lines.push_back(std::move(line));
      }
      continue;
    }
    CauseLine line{kCauseGroupNames[g], group_cycles(total, group), {}};
    if (group == CauseGroup::bus) {
      for (std::size_t i = 0; i < result.initiators.size() && i < kMaxInitiators; ++i) {
        append_part(line.parts, printable(result.initiators[i]).c_str(), total.by_initiator[i]);
      }
      if (line.cycles != 0) lines.push_back(std::move(line));
      continue;
    }
    for (unsigned c = 0; c < kCauses; ++c) {
      if (group_of(static_cast<Cause>(c)) == group && kCauseNames[c] != line.name) {
        append_part(line.parts, kCauseNames[c], total.by_cause[c]);
      }
    }
    if (line.cycles != 0 || group == CauseGroup::issue) lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace mcost::analysis
