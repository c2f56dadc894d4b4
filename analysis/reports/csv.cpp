// One row per layer, tidy: files of several runs can be put one after the other.
#include <fmt/format.h>

#include "analysis/energy.h"
#include "analysis/reports/csv_row.h"
#include "analysis/reports/groups.h"
#include "analysis/reports/numbers.h"
#include "analysis/reports/registry.h"

namespace mcost::analysis {
namespace {

template <class Visit>
void each_cause(const RunResult& result, Visit&& visit) {
  for (unsigned c = 0; c < kCauses; ++c) {
    if (!is_per_memory(static_cast<Cause>(c))) {
      visit(c, ~std::size_t{0});
      continue;
    }
    for (std::size_t m = 0; m < result.memories.size(); ++m) {
      if (used(result.total.counters.traffic[m]) || result.total.counters.by_memory[m][c] != 0) {
        visit(c, m);
      }
    }
  }
}

std::string heading(const RunResult& result) {
  CsvRow row;
  for (const char* name :
       {"firmware", "board", "clock_hz", "exit", "layer", "kind", "parent", "visits", "min_cycles",
        "max_cycles", "cycles", "self_cycles", "time_s", "instructions", "macs", "macs_declared",
        "energy_fj", "energy_uncertainty_fj"}) {
    row << std::string(name);
  }
  if (result.memory_use) {
    for (const char* name : {"live_bytes", "touched_bytes", "stack_bytes"})
      row << std::string(name);
  }
  each_cause(result, [&](unsigned cause, std::size_t memory) {
    const std::string name = kCauseNames[cause];
    row << (memory < result.memories.size() ? name + ":" + printable(result.memories[memory])
                                            : name);
  });
  for (std::size_t m = 0; m < result.memories.size(); ++m) {
    if (!used(result.total.counters.traffic[m])) continue;
    const std::string name = printable(result.memories[m]);
    row << name + "_fetch_bytes" << name + "_read_bytes" << name + "_write_bytes";
  }
  return row.line();
}

std::string joined(const std::vector<std::string>& path, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : "/") + printable(path[i]);
  return text;
}

std::string layer_row(const LayerResult& layer, const RunResult& result) {
  const Counters& counters = layer.inclusive.counters;
  const Hertz clock = result.clock;
  CsvRow row;
  row << printable(result.image.name) << printable(result.board.name);
  row << (clock.denominator == 1 ? fmt::format("{}", clock.numerator)
                                 : fmt::format("{}/{}", clock.numerator, clock.denominator));
  row << std::string(kExitReasonNames[static_cast<unsigned>(result.exit.reason)]);
  row << joined(layer.path, layer.path.size()) << layer.kind
      << joined(layer.path, layer.path.empty() ? 0 : layer.path.size() - 1);
  row << layer.visits << layer.min_cycles << layer.max_cycles << counters.cycles
      << layer.exclusive.counters.cycles << seconds(counters, result) << counters.instructions
      << counters.macs;
  row << (layer.declared_macs ? fmt::format("{}", *layer.declared_macs) : std::string());
  if (result.energy) {
    const EnergyFigure figure = energy_of(layer.inclusive, *result.energy);
    row << figure.fj << figure.uncertainty_fj;
  } else {
    row << std::string() << std::string();  // unknown, never zero
  }
  if (result.memory_use) {
    row << sum_of(layer.memory_use.live) << sum_of(layer.memory_use.touched)
        << layer.memory_use.stack_bytes;
  }
  each_cause(result, [&](unsigned cause, std::size_t memory) {
    row << (memory < result.memories.size() ? counters.by_memory[memory][cause]
                                            : counters.by_cause[cause]);
  });
  for (std::size_t m = 0; m < result.memories.size(); ++m) {
    if (!used(result.total.counters.traffic[m])) continue;
    const Traffic& traffic = counters.traffic[m];
    row << traffic.fetch_bytes << traffic.read_bytes << traffic.write_bytes;
  }
  return row.line();
}

}  // namespace

std::string csv_report(const RunResult& result) {
  std::string text = heading(result);
  for (const LayerResult& layer : result.layers) text += layer_row(layer, result);
  return text;
}

}  // namespace mcost::analysis
