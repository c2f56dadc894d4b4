#include "analysis/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>
#include <utility>

#include "analysis/energy.h"
#include "analysis/pareto.h"
#include "analysis/reports/layer_table.h"
#include "analysis/reports/numbers.h"

namespace mcost::analysis {
namespace {

using Amount = std::optional<std::uint64_t>;

/// "0.015432101235" as picoseconds.
Amount picoseconds(const std::string& seconds) {
  std::string digits = seconds;
  std::erase(digits, '.');
  std::uint64_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

std::vector<CellMemory> memories_of(const Counters& counters, const RunResult& result) {
  std::vector<CellMemory> memories;
  for (std::size_t m = 0; m < result.memories.size(); ++m) {
    const Counters& total = result.total.counters;
    if (!used(total.traffic[m]) && memory_wait(total, m) == 0) continue;
    const Traffic& traffic = counters.traffic[m];
    memories.push_back({printable(result.memories[m]), traffic.fetch_bytes, traffic.read_bytes,
                        traffic.write_bytes, memory_wait(counters, m)});
  }
  return memories;
}

CellCost cost_of(const Cost& cost, const MemoryUse* use, const RunResult& result) {
  const Counters& counters = cost.counters;
  CellCost figures;
  figures.cycles = counters.cycles;
  figures.time_ps = picoseconds(seconds(counters, result));
  figures.instructions = counters.instructions;
  figures.macs = counters.macs;
  if (result.energy) {
    const EnergyFigure energy = energy_of(cost, *result.energy);
    figures.energy_fj = energy.fj;
    figures.energy_uncertainty_fj = energy.uncertainty_fj;
  }
  for (unsigned g = 0; g < kCauseGroups; ++g)
    figures.by_group[g] = group_cycles(counters, static_cast<CauseGroup>(g));
  figures.memories = memories_of(counters, result);
  if (use != nullptr) {
    figures.live_bytes = sum_of(use->live);
    figures.touched_bytes = sum_of(use->touched);
    figures.stack_bytes = use->stack_bytes;
  }
  return figures;
}

std::string joined(const std::vector<std::string>& path, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : "/") + printable(path[i]);
  return text;
}

/// Why the figures of this run are of no use; empty: they are.
std::string failure_of(const RunExit& exit, bool any_exit_code) {
  const std::string remedy = exit.advice.empty() ? "" : ": " + exit.advice;
  switch (exit.reason) {
    case ExitReason::until:
    case ExitReason::returned: return {};
    case ExitReason::exited:
      if (exit.code.value_or(0) == 0) return {};
      if (exit.fault) return exit_sentence(exit) + remedy;
      return any_exit_code ? std::string()
                           : exit_sentence(exit) +
                                 ": mend the firmware or its args, or say "
                                 "any_exit_code";
    case ExitReason::idle:
      // A fault handler that loops for ever looks idle, and cheap.
      return exit.fault ? exit_sentence(exit) + remedy : std::string();
    case ExitReason::cycle_limit:
      return exit_sentence(exit) + (exit.fault ? remedy : ": raise max_cycles, or give until");
    case ExitReason::time_limit:
      return exit_sentence(exit) + (exit.fault ? remedy : ": raise timeout, or give until");
    case ExitReason::lockup:
    case ExitReason::fault: return exit_sentence(exit) + remedy;
  }
  return {};
}

/// Behind a fault, a limit is what its handler ran into.
CellStatus status_of_failure(const RunExit& exit) {
  const bool at_limit =
      exit.reason == ExitReason::cycle_limit || exit.reason == ExitReason::time_limit;
  return at_limit && !exit.fault ? CellStatus::limit : CellStatus::firmware_failed;
}

}  // namespace

CellOutcome outcome_of(const RunResult& result, const OutcomeOptions& options) {
  CellOutcome outcome;
  outcome.exit = kExitReasonNames[static_cast<unsigned>(result.exit.reason)];
  outcome.exit_code = result.exit.code;
  outcome.error = printable(failure_of(result.exit, options.any_exit_code));
  if (!outcome.error.empty()) {
    outcome.status = status_of_failure(result.exit);
    return outcome;
  }
  const bool is_measured = result.memory_use.has_value();
  outcome.cost = cost_of(result.total, is_measured ? &result.memory_use->total : nullptr, result);
  if (!options.with_layers) return outcome;
  for (const LayerResult& layer : result.layers) {
    const std::size_t depth = layer.path.size();
    outcome.layers.push_back(
        {joined(layer.path, depth), layer.kind, joined(layer.path, depth == 0 ? 0 : depth - 1),
         layer.visits,
         cost_of(layer.inclusive, is_measured ? &layer.memory_use : nullptr, result)});
  }
  return outcome;
}

// ---- metrics

namespace {

constexpr unsigned kRatioDecimals = 6;

SweepMetric metric(const char* name, unsigned decimals, Amount (*amount)(const CellCost&)) {
  return {name, decimals, false, amount};
}

Amount macs_per_cycle(const CellCost& cost) {
  if (cost.cycles == 0) return std::nullopt;
  std::string digits = ratio(cost.macs, cost.cycles, kRatioDecimals);
  std::erase(digits, '.');
  std::uint64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

std::vector<SweepMetric> make_fixed_metrics() {
  std::vector<SweepMetric> list = {
      metric("cycles", 0, [](const CellCost& c) { return Amount(c.cycles); }),
      metric("time_s", 12, [](const CellCost& c) { return c.time_ps; }),
      metric("energy_j", 15, [](const CellCost& c) { return c.energy_fj; }),
      metric("energy_uncertainty_j", 15, [](const CellCost& c) { return c.energy_uncertainty_fj; }),
      metric("instructions", 0, [](const CellCost& c) { return Amount(c.instructions); }),
      metric("macs", 0, [](const CellCost& c) { return Amount(c.macs); }),
      {"macs_per_cycle", kRatioDecimals, true, &macs_per_cycle}};
  for (unsigned g = 0; g < kCauseGroups; ++g) {
    list.push_back({std::string(kCauseGroupNames[g]) + "_cycles", 0, false,
                    [g](const CellCost& c) { return Amount(c.by_group[g]); }});
  }
  list.push_back(metric("live_bytes", 0, [](const CellCost& c) { return c.live_bytes; }));
  list.push_back(metric("touched_bytes", 0, [](const CellCost& c) { return c.touched_bytes; }));
  list.push_back(metric("stack_bytes", 0, [](const CellCost& c) { return c.stack_bytes; }));
  return list;
}

struct MemoryFigure {
  const char* suffix;
  std::uint64_t CellMemory::*figure;
};
constexpr std::array<MemoryFigure, 4> kMemoryFigures = {
    {{"_fetch_bytes", &CellMemory::fetch_bytes},
     {"_read_bytes", &CellMemory::read_bytes},
     {"_write_bytes", &CellMemory::write_bytes},
     {"_stall_cycles", &CellMemory::stall_cycles}}};

SweepMetric memory_metric(const std::string& memory, const MemoryFigure& figure) {
  return {memory + figure.suffix, 0, false, [memory, &figure](const CellCost& cost) -> Amount {
            for (const CellMemory& entry : cost.memories) {
              if (entry.name == memory) return entry.*figure.figure;
            }
            return std::nullopt;
          }};
}

std::vector<std::string> memory_names(const Sweep& sweep) {
  std::vector<std::string> names;
  for (const SweepRow& row : sweep.rows) {
    if (!row.outcome.cost) continue;
    for (const CellMemory& memory : row.outcome.cost->memories) {
      if (std::find(names.begin(), names.end(), memory.name) == names.end())
        names.push_back(memory.name);
    }
  }
  return names;
}

std::vector<SweepMetric> named_metrics(const Sweep& sweep, const std::vector<std::string>& names) {
  const std::vector<SweepMetric> all = all_metrics(sweep);
  std::vector<SweepMetric> chosen;
  for (const std::string& name : names) {
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const SweepMetric& entry) { return entry.name == name; });
    if (found != all.end()) {
      chosen.push_back(*found);
    } else {  // of a memory that no cell has
      chosen.push_back({name, 0, false, [](const CellCost&) -> Amount { return std::nullopt; }});
    }
  }
  return chosen;
}

Amount amount_of(const SweepMetric& metric, const SweepRow& row) {
  return row.outcome.cost ? metric.amount(*row.outcome.cost) : std::nullopt;
}

bool any_has(const Sweep& sweep, const SweepMetric& metric) {
  return std::any_of(sweep.rows.begin(), sweep.rows.end(),
                     [&](const SweepRow& row) { return amount_of(metric, row).has_value(); });
}

}  // namespace

const std::vector<SweepMetric>& fixed_metrics() {
  static const std::vector<SweepMetric> list = make_fixed_metrics();
  return list;
}

bool is_metric(std::string_view name) {
  const auto& fixed = fixed_metrics();
  if (std::any_of(fixed.begin(), fixed.end(), [&](const SweepMetric& m) { return m.name == name; }))
    return true;
  return std::any_of(kMemoryFigures.begin(), kMemoryFigures.end(), [&](const MemoryFigure& f) {
    return name.ends_with(f.suffix) && name != f.suffix;
  });
}

std::vector<SweepMetric> all_metrics(const Sweep& sweep) {
  std::vector<SweepMetric> list = fixed_metrics();
  for (const std::string& memory : memory_names(sweep)) {
    for (const MemoryFigure& figure : kMemoryFigures) list.push_back(memory_metric(memory, figure));
  }
  return list;
}

std::vector<SweepMetric> shown_metrics(const Sweep& sweep) {
  return sweep.columns.empty() ? all_metrics(sweep) : named_metrics(sweep, sweep.columns);
}

std::vector<SweepMetric> pareto_metrics(const Sweep& sweep) {
  if (!sweep.pareto.empty()) return named_metrics(sweep, sweep.pareto);
  std::vector<SweepMetric> list = named_metrics(sweep, {"time_s", "energy_j"});
  if (!any_has(sweep, list.back())) list.pop_back();
  return list;
}

std::string metric_text(const SweepMetric& metric, const CellCost& cost) {
  const Amount amount = metric.amount(cost);
  if (!amount) return {};
  std::string digits = fmt::format("{}", *amount);
  const std::size_t decimals = metric.decimals;
  if (decimals == 0) return digits;
  if (digits.size() <= decimals) digits.insert(std::size_t{0}, decimals + 1 - digits.size(), '0');
  return digits.insert(digits.size() - decimals, 1, '.');
}

std::vector<bool> pareto_rows(const Sweep& sweep) {
  const std::vector<SweepMetric> aims = pareto_metrics(sweep);
  std::vector<ParetoPoint> points;
  for (const SweepRow& row : sweep.rows) {
    std::vector<std::uint64_t> amounts;
    for (const SweepMetric& aim : aims) {
      const Amount amount = amount_of(aim, row);
      if (amount) amounts.push_back(aim.is_better_larger ? ~*amount : *amount);
    }
    points.push_back(amounts.size() == aims.size() ? ParetoPoint(std::move(amounts))
                                                   : std::nullopt);
  }
  return pareto_front(points);
}

std::vector<BestRow> best_rows(const Sweep& sweep) {
  std::vector<BestRow> list;
  for (const SweepMetric& metric :
       named_metrics(sweep, {"cycles", "time_s", "energy_j", "macs_per_cycle", "live_bytes"})) {
    BestRow best{metric, 0, 0};
    Amount amount;
    for (std::size_t i = 0; i < sweep.rows.size(); ++i) {
      const Amount other = amount_of(metric, sweep.rows[i]);
      if (!other) continue;
      if (!amount || (metric.is_better_larger ? *other > *amount : *other < *amount)) {
        amount = other;
        best.row = i;
        best.equals = 0;
      } else if (*other == *amount) {
        ++best.equals;
      }
    }
    // Where all are alike none is best.
    std::size_t rows = 0;
    for (const SweepRow& row : sweep.rows) rows += amount_of(metric, row) ? 1 : 0;
    if (amount && best.equals + 1 < rows) list.push_back(std::move(best));
  }
  return list;
}

// ---- effects

namespace {

using Values = std::vector<std::string>;

/// Values of some axes, of all but those if `but`.
Values values_at(const SweepRow& row, const std::vector<std::size_t>& axes, bool but) {
  Values values;
  for (std::size_t a = 0; a < row.values.size(); ++a) {
    const bool is_in = std::find(axes.begin(), axes.end(), a) != axes.end();
    if (is_in == but) continue;
    // A value that was not given is not the empty text.
    values.push_back(row.values[a] ? "=" + *row.values[a] : std::string());
  }
  return values;
}

std::string text_at(const SweepRow& row, const std::vector<std::size_t>& axes) {
  std::string text;
  for (const std::size_t axis : axes)
    text += (text.empty() ? "" : ", ") + value_text(row.values[axis]);
  return text;
}

void add_change(Change& change, const Amount& from, const Amount& to) {
  if (!from || !to || *from == 0) return;
  const double share = static_cast<double>(*to) / static_cast<double>(*from) - 1;
  change.least = change.pairs == 0 ? share : std::min(change.least, share);
  change.most = change.pairs == 0 ? share : std::max(change.most, share);
  change.mean += share;  // the sum, until all are there
  ++change.pairs;
}

void finish(Change& change) {
  if (change.pairs != 0) change.mean /= static_cast<double>(change.pairs);
}

void add_effects(const Sweep& sweep, const std::vector<std::size_t>& axes, const std::string& name,
                 std::vector<Effect>& list) {
  if (sweep.rows.empty()) return;
  const std::size_t before = list.size();
  std::map<Values, std::size_t> found;  // by value: index into `list`
  const SweepRow& first = sweep.rows.front();
  const Values base = values_at(first, axes, false);
  std::map<Values, const SweepRow*> bases;
  for (const SweepRow& row : sweep.rows) {
    if (values_at(row, axes, false) == base) bases.emplace(values_at(row, axes, true), &row);
  }
  for (const SweepRow& row : sweep.rows) {
    const Values value = values_at(row, axes, false);
    if (value == base) continue;
    const auto [entry, is_new] = found.emplace(value, list.size());
    if (is_new) list.push_back({name, text_at(first, axes), text_at(row, axes), {}, {}, {}});
    Effect& effect = list[entry->second];
    const auto other = bases.find(values_at(row, axes, true));
    if (other == bases.end() || !other->second->outcome.cost || !row.outcome.cost) continue;
    const CellCost& from = *other->second->outcome.cost;
    const CellCost& to = *row.outcome.cost;
    add_change(effect.cycles, from.cycles, to.cycles);
    add_change(effect.time, from.time_ps, to.time_ps);
    add_change(effect.energy, from.energy_fj, to.energy_fj);
  }
  for (std::size_t i = before; i < list.size(); ++i) {
    finish(list[i].cycles);
    finish(list[i].time);
    finish(list[i].energy);
  }
}

}  // namespace

std::vector<Effect> effects(const Sweep& sweep) {
  const std::vector<std::string> names = short_axis_names(sweep.axes);
  std::vector<Effect> list;
  for (const std::vector<std::size_t>& axes : sweep.dimensions) {
    std::string name;
    for (const std::size_t axis : axes) name += (name.empty() ? "" : ", ") + names[axis];
    add_effects(sweep, axes, name, list);
  }
  return list;
}

std::vector<std::string> short_axis_names(const std::vector<std::string>& axes) {
  const auto end_of = [](const std::string& name, std::size_t parts) {
    std::size_t at = name.size();
    for (std::size_t i = 0; i < parts && at != std::string::npos && at != 0; ++i)
      at = name.rfind('.', at - 1);
    return at == std::string::npos || at == 0 ? name : name.substr(at + 1);
  };
  constexpr std::string_view kPlace = "place:";  // what follows is a name of the firmware
  std::vector<std::string> names;
  for (const std::string& axis : axes) {
    std::string name = axis;
    for (std::size_t parts = 1; !axis.starts_with(kPlace); ++parts) {
      name = end_of(axis, parts);
      const auto alike = std::count_if(axes.begin(), axes.end(), [&](const std::string& other) {
        return end_of(other, parts) == name;
      });
      if (alike == 1 || name == axis) break;
    }
    names.push_back(name);
  }
  return names;
}

std::string value_text(const std::optional<std::string>& value) {
  return value ? (value->empty() ? "\"\"" : printable(*value)) : "-";
}

}  // namespace mcost::analysis
