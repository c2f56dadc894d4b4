#include "analysis/bounds.h"

#include <algorithm>
#include <map>

#include "analysis/reports/groups.h"
#include "analysis/reports/numbers.h"

namespace mcost::analysis {
namespace {

struct CoreRow {
  const char* core;
  CorePeak peak;
};

/// Multiply-accumulates are instructions that do so (counted in Counters::macs); a dual one is two.
const std::vector<CoreRow>& core_table() {
  static const std::vector<CoreRow> table{
      {"cortex-m3", {Rate{1, 2}, std::nullopt, 4, "Cortex-M3 TRM table 3-1: MLA takes 2 cycles"}},
      {"cortex-m4",
       {Rate{2, 1}, Rate{1, 3}, 4,
        "Cortex-M4 TRM tables 3-1 and 7-1: SMLAD takes 1 cycle, VFMA.F32 takes 3"}},
      {"cortex-m7",
       {Rate{2, 1}, Rate{1, 1}, 8,
        "Cortex-M7 TRM 2.1 and measurements: one MAC pipe, a SMLAD or VFMA.F32 each cycle; 64-bit "
        "loads"}},
      {"cortex-m33",
       {Rate{2, 1}, Rate{1, 3}, 4,
        "measured on Cortex-M33: SMLAD issues each cycle, VFMA.F32 each third"}},
  };
  return table;
}

/// The board's own words: a core without the DSP extension has no SMLAD, and one MAC per cycle.
bool lacks_dsp(const BoardInfo& board) {
  return board.resolved_yaml.find("dsp: false") != std::string::npos;
}

bool is_smaller(Rate a, Rate b) { return a.count * b.per < b.count * a.per; }

std::uint64_t data_bytes_of(const Counters& counters) {
  std::uint64_t sum = 0;
  for (const Traffic& traffic : counters.traffic) sum += traffic.read_bytes + traffic.write_bytes;
  return sum;
}

LayerBounds bounds_of(const Counters& counters, const std::optional<CorePeak>& core) {
  LayerBounds bounds;
  for (unsigned c = 0; c < kCauses; ++c)
    bounds.cycles[static_cast<unsigned>(bound_of(static_cast<Cause>(c)))] += counters.by_cause[c];
  bounds.largest = static_cast<Bound>(std::max_element(bounds.cycles.begin(), bounds.cycles.end()) -
                                      bounds.cycles.begin());
  const auto count = [&](InstructionClass kind) {
    return counters.by_class[static_cast<unsigned>(kind)];
  };
  bounds.is_float = count(InstructionClass::floating_point) > count(InstructionClass::multiply);
  bounds.data_bytes = data_bytes_of(counters);
  if (!core || counters.macs == 0) return bounds;
  bounds.peak = bounds.is_float ? core->float_macs : core->integer_macs;
  if (!bounds.peak) return bounds;
  bounds.roof = bounds.peak;
  bounds.of_roof = Rate{counters.macs * bounds.peak->per, counters.cycles * bounds.peak->count};
  // So many MACs per cycle that their bytes fill the data port.
  const Rate by_port{core->data_bytes * counters.macs, bounds.data_bytes};
  constexpr std::uint64_t kLargest = std::uint64_t{1} << 60;
  const bool exact = counters.macs < kLargest && bounds.data_bytes < kLargest;
  if (bounds.data_bytes == 0 || !exact || !is_smaller(by_port, *bounds.roof)) return bounds;
  bounds.roof = by_port;
  bounds.of_roof = Rate{bounds.data_bytes, counters.cycles * core->data_bytes};
  return bounds;
}

bool is_device(const std::string& memory) { return memory == "peripherals" || memory == "ppb"; }

/// RAM that the run used, the fewest waits for each access first, then the most accesses.
std::vector<std::size_t> ram_by_waits(const RunResult& result) {
  const Counters& total = result.total.counters;
  std::vector<std::size_t> list;
  for (std::size_t m = 0; m < result.memories.size(); ++m) {
    if (total.traffic[m].writes != 0 && !is_device(result.memories[m])) list.push_back(m);
  }
  const auto accesses_of = [&](std::size_t m) {
    return total.traffic[m].reads + total.traffic[m].writes;
  };
  std::stable_sort(list.begin(), list.end(), [&](std::size_t a, std::size_t b) {
    const Rate of_a{memory_wait(total, a), accesses_of(a)};
    const Rate of_b{memory_wait(total, b), accesses_of(b)};
    if (is_smaller(of_a, of_b)) return true;
    return !is_smaller(of_b, of_a) && accesses_of(a) > accesses_of(b);
  });
  return list;
}

/// Cycles that each function's instructions waited to be fetched from one memory, by function.
std::map<std::size_t, std::uint64_t> fetch_waits(const RunProfile& profile, std::size_t memory) {
  std::map<std::size_t, std::uint64_t> waits;
  for (const ProfileEntry& entry : profile.entries) {
    const ProfileCode& code = profile.code[entry.code];
    for (const CodeCost::Share& share : entry.cost.shares) {
      if (share.cause == Cause::fetch_wait && share.memory == memory)
        waits[code.function] += share.cycles;
    }
  }
  return waits;
}

/// How --place names a function; empty if it cannot.
std::string range_of(const ProfileFunction& function) {
  const bool plain = std::all_of(function.name.begin(), function.name.end(), [](char c) {
    return c == '_' || c == '.' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
  });
  if (plain && !function.name.starts_with("0x")) return function.name;
  if (function.size_bytes == 0) return {};
  return hexadecimal(function.address) + "+" + std::to_string(function.size_bytes);
}

}  // namespace

std::optional<CorePeak> peak_of(const BoardInfo& board) {
  for (const CoreRow& row : core_table()) {
    if (board.core != row.core) continue;
    CorePeak peak = row.peak;
    if (lacks_dsp(board) && peak.integer_macs && is_smaller({1, 1}, *peak.integer_macs)) {
      peak.integer_macs = Rate{1, 1};
      peak.source += "; without the DSP extension MLA, one a cycle";
    }
    return peak;
  }
  return std::nullopt;
}

Bound bound_of(Cause cause) {
  switch (group_of(cause)) {
    case CauseGroup::issue: return Bound::issue;
    case CauseGroup::latency: return Bound::latency;
    case CauseGroup::memory: return cause == Cause::fetch_wait ? Bound::fetch : Bound::data;
    case CauseGroup::branch: return Bound::branch;
    case CauseGroup::bus: return Bound::bus;
    case CauseGroup::exception: return Bound::exception;
    case CauseGroup::sleep: return Bound::sleep;
  }
  return Bound::issue;
}

std::vector<LayerBounds> layer_bounds(const RunResult& result) {
  const std::optional<CorePeak> core = peak_of(result.board);
  std::vector<LayerBounds> list;
  list.reserve(result.layers.size());
  for (const LayerResult& layer : result.layers)
    list.push_back(bounds_of(layer.inclusive.counters, core));
  return list;
}

namespace {

/// Everything that waited and could be placed elsewhere, the most cycles first.
std::vector<PlacementAdvice> waits_by_range(const RunResult& result) {
  std::vector<PlacementAdvice> list;
  const Counters& total = result.total.counters;
  for (std::size_t m = 0; m < result.memories.size(); ++m) {
    if (is_device(result.memories[m])) continue;
    const auto waits = [&](Cause cause) {
      return total.by_memory[m][static_cast<unsigned>(cause)];
    };
    const std::uint64_t data = waits(Cause::data_wait) + waits(Cause::store_wait);
    const std::string section = total.traffic[m].writes == 0 ? ".rodata" : ".bss";
    if (data != 0) list.push_back({section, section, m, m, false, data, {}});
    if (waits(Cause::fetch_wait) != 0)
      list.push_back({".text", ".text", m, m, true, waits(Cause::fetch_wait), {}});
    if (!result.profile) continue;
    for (const auto& [index, cycles] : fetch_waits(*result.profile, m)) {
      const ProfileFunction& function = result.profile->functions[index];
      const std::string range = range_of(function);
      if (!range.empty()) list.push_back({function.name, range, m, m, true, cycles, {}});
    }
  }
  std::stable_sort(list.begin(), list.end(),
                   [](const auto& a, const auto& b) { return a.waited > b.waited; });
  return list;
}

}  // namespace

std::vector<PlacementAdvice> placement_advice(const RunResult& result, std::size_t most,
                                              const PlacementChoice& choice) {
  const std::vector<std::size_t> targets =
      choice.targets.empty() ? ram_by_waits(result) : choice.targets;
  std::vector<PlacementAdvice> list;
  unsigned tried = 0;
  for (PlacementAdvice& advice : waits_by_range(result)) {
    const std::uint64_t before = result.total.counters.cycles;
    // A run for what cannot save one cycle in a thousand is not worth its time.
    if (choice.cycles_with && (tried == kMostTried || advice.waited < before / 1000)) break;
    for (const std::size_t to : targets) {
      if (to == advice.from) continue;
      advice.to = to;
      if (!choice.cycles_with) {
        list.push_back(advice);
        break;
      }
      const auto after = choice.cycles_with(advice.range + "=" + result.memories[to]);
      if (!after) continue;
      ++tried;
      if (*after < before) {
        advice.saved = before - *after;
        list.push_back(advice);
      }
      break;
    }
  }
  std::stable_sort(list.begin(), list.end(), [](const auto& a, const auto& b) {
    return a.saved.value_or(0) > b.saved.value_or(0);
  });
  if (list.size() > most) list.resize(most);
  return list;
}

}  // namespace mcost::analysis
