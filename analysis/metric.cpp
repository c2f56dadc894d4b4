#include "analysis/metric.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "analysis/energy.h"
#include "analysis/reports/groups.h"
#include "analysis/reports/numbers.h"

namespace mcost::analysis {
namespace {

using Reader = std::optional<Quantity> (*)(const Measured&, const RunResult&);

std::optional<Quantity> known(std::uint64_t value) { return Quantity{value, 1}; }

struct Plain {
  std::string_view name;
  Unit unit;
  Reader read;
};

std::optional<Quantity> use_of(const Measured& measured, std::uint64_t (*bytes)(const MemoryUse&)) {
  if (measured.memory_use == nullptr) return std::nullopt;
  return known(bytes(*measured.memory_use));
}

/// Those that are about no memory.
constexpr std::array<Plain, 11> kPlain{{
    {"cycles", Unit::cycles,
     [](const Measured& m, const RunResult&) { return known(m.counters->cycles); }},
    {"time", Unit::picoseconds,
     [](const Measured& m, const RunResult& r) { return known(picoseconds_of(*m.counters, r)); }},
    {"energy", Unit::femtojoules,
     [](const Measured& m, const RunResult&) {
       return m.energy_fj ? known(*m.energy_fj) : std::nullopt;
     }},
    {"instructions", Unit::count,
     [](const Measured& m, const RunResult&) { return known(m.counters->instructions); }},
    {"macs", Unit::count,
     [](const Measured& m, const RunResult&) { return known(m.counters->macs); }},
    {"macs_per_cycle", Unit::ratio,
     [](const Measured& m, const RunResult&) -> std::optional<Quantity> {
       return Quantity{m.counters->macs, m.counters->cycles};
     }},
    {"cycles_per_instruction", Unit::ratio,
     [](const Measured& m, const RunResult&) -> std::optional<Quantity> {
       return Quantity{m.counters->cycles, m.counters->instructions};
     }},
    {"live_bytes", Unit::bytes,
     [](const Measured& m, const RunResult&) {
       return use_of(m, [](const MemoryUse& use) { return sum_of(use.live); });
     }},
    {"touched_bytes", Unit::bytes,
     [](const Measured& m, const RunResult&) {
       return use_of(m, [](const MemoryUse& use) { return sum_of(use.touched); });
     }},
    {"stack_bytes", Unit::bytes,
     [](const Measured& m, const RunResult&) {
       return use_of(m, [](const MemoryUse& use) { return use.stack_bytes; });
     }},
    {"visits", Unit::count,
     [](const Measured& m, const RunResult&) {
       return m.visits ? known(*m.visits) : std::nullopt;
     }},
}};

struct OfMemory {
  std::string_view name;
  Unit unit;
  std::uint64_t (*read)(const Counters&, std::size_t memory);
};

constexpr std::array<OfMemory, 9> kOfMemory{{
    {"bytes", Unit::bytes,
     [](const Counters& c, std::size_t m) {
       const Traffic& traffic = c.traffic[m];
       return traffic.read_bytes + traffic.write_bytes + traffic.fetch_bytes;
     }},
    {"fetch_bytes", Unit::bytes,
     [](const Counters& c, std::size_t m) { return c.traffic[m].fetch_bytes; }},
    {"read_bytes", Unit::bytes,
     [](const Counters& c, std::size_t m) { return c.traffic[m].read_bytes; }},
    {"write_bytes", Unit::bytes,
     [](const Counters& c, std::size_t m) { return c.traffic[m].write_bytes; }},
    {"fetches", Unit::count, [](const Counters& c, std::size_t m) { return c.traffic[m].fetches; }},
    {"reads", Unit::count, [](const Counters& c, std::size_t m) { return c.traffic[m].reads; }},
    {"writes", Unit::count, [](const Counters& c, std::size_t m) { return c.traffic[m].writes; }},
    {"array_reads", Unit::count,
     [](const Counters& c, std::size_t m) { return c.traffic[m].array_reads; }},
    {"stall_cycles", Unit::cycles, &memory_wait},
}};

template <class List>
auto find(const List& list, std::string_view name) {
  return std::find_if(list.begin(), list.end(), [&](const auto& one) { return one.name == name; });
}

std::optional<Cause> cause_named(std::string_view name) {
  for (unsigned c = 0; c < kCauses; ++c) {
    if (name == kCauseNames[c]) return static_cast<Cause>(c);
  }
  return std::nullopt;
}

/// Groups whose name is not that of a cause: latency, memory, branch, bus.
std::optional<CauseGroup> group_named(std::string_view name) {
  for (unsigned g = 0; g < kCauseGroups; ++g) {
    if (name == kCauseGroupNames[g]) return static_cast<CauseGroup>(g);
  }
  return std::nullopt;
}

template <class List>
std::optional<std::size_t> index_of(const List& list, const std::string& name) {
  const auto found = std::find(list.begin(), list.end(), name);
  if (found == list.end()) return std::nullopt;
  return static_cast<std::size_t>(found - list.begin());
}

std::optional<Quantity> of_initiator(const Metric& metric, const Counters& counters,
                                     const RunResult& result) {
  const auto initiator = index_of(result.initiators, metric.of);
  if (!initiator || *initiator >= kMaxInitiators) return std::nullopt;
  return known(counters.by_initiator[*initiator]);
}

std::optional<Quantity> of_memory(const Metric& metric, const Measured& measured,
                                  const RunResult& result) {
  const auto memory = index_of(result.memories, metric.of);
  if (!memory) return std::nullopt;
  if (const auto* const found = find(kOfMemory, metric.what); found != kOfMemory.end())
    return known(found->read(*measured.counters, *memory));
  if (const auto cause = cause_named(metric.what); cause && is_per_memory(*cause))
    return known(measured.counters->by_memory[*memory][static_cast<unsigned>(*cause)]);
  if (measured.model == nullptr) return std::nullopt;
  for (std::size_t i = 0; i < result.model_counters.size() && i < measured.model->size(); ++i) {
    const ModelCounter& counter = result.model_counters[i];
    if (counter.memory == *memory && counter.name == metric.what)
      return known((*measured.model)[i]);
  }
  return std::nullopt;
}

}  // namespace

Measured measured(const RunResult& result) {
  Measured all{&result.total.counters, &result.total.model, std::nullopt, nullptr, std::nullopt};
  if (result.energy) all.energy_fj = energy_of(result.total, *result.energy).fj;
  if (result.memory_use) all.memory_use = &result.memory_use->total;
  return all;
}

Measured measured(const LayerResult& layer, const RunResult& result, bool self) {
  const Cost& cost = self ? layer.exclusive : layer.inclusive;
  Measured all{&cost.counters, &cost.model, std::nullopt, nullptr, layer.visits};
  if (result.energy) all.energy_fj = energy_of(cost, *result.energy).fj;
  if (result.memory_use) all.memory_use = &layer.memory_use;
  return all;
}

Metric metric_named(const std::string& name) {
  const std::size_t colon = name.find(':');
  if (colon == std::string::npos) return {name, ""};
  return {name.substr(0, colon), name.substr(colon + 1)};
}

Unit unit_of(const Metric& metric) {
  if (metric.of.empty()) {
    if (const auto* const found = find(kPlain, metric.what); found != kPlain.end())
      return found->unit;
    return Unit::cycles;
  }
  if (const auto* const found = find(kOfMemory, metric.what); found != kOfMemory.end())
    return found->unit;
  if (metric.what.ends_with("_bytes")) return Unit::bytes;
  return cause_named(metric.what) ? Unit::cycles : Unit::count;
}

bool smaller_is_better(const Metric& metric) { return metric.what != "macs_per_cycle"; }

std::optional<Quantity> quantity_of(const Metric& metric, const Measured& measured,
                                    const RunResult& result) {
  if (!metric.of.empty()) {
    if (metric.what == kCauseNames[static_cast<unsigned>(Cause::bus_wait)])
      return of_initiator(metric, *measured.counters, result);
    return of_memory(metric, measured, result);
  }
  if (const auto* const found = find(kPlain, metric.what); found != kPlain.end())
    return found->read(measured, result);
  if (const auto cause = cause_named(metric.what))
    return known(measured.counters->by_cause[static_cast<unsigned>(*cause)]);
  if (const auto group = group_named(metric.what))
    return known(group_cycles(*measured.counters, *group));
  return std::nullopt;
}

std::vector<std::string> metric_names(const RunResult& result) {
  std::vector<std::string> names;
  for (const Plain& plain : kPlain) {
    if (plain.name != "visits") names.emplace_back(plain.name);
  }
  for (std::size_t m = 0; m < result.memories.size(); ++m) {
    const Counters& total = result.total.counters;
    if (!used(total.traffic[m]) && memory_wait(total, m) == 0) continue;
    names.push_back("bytes:" + printable(result.memories[m]));
    for (const OfMemory& of : kOfMemory) {
      if (of.name != "bytes")
        names.push_back(std::string(of.name) + ":" + printable(result.memories[m]));
    }
  }
  for (const char* const cause : kCauseNames) names.emplace_back(cause);
  for (const char* const group : kCauseGroupNames) {
    if (!cause_named(group)) names.emplace_back(group);
  }
  return names;
}

std::string path_text(const std::vector<std::string>& path) {
  std::string text;
  for (const std::string& name : path) text += (text.empty() ? "" : "/") + printable(name);
  return text;
}

}  // namespace mcost::analysis
