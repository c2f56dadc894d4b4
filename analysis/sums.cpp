#include "analysis/sums.h"

#include <fmt/format.h>

#include <numeric>

namespace mcost::analysis {
namespace {

std::string joined(const std::vector<std::string>& path) {
  std::string text;
  for (const std::string& name : path) text += (text.empty() ? "" : "/") + name;
  return text;
}

/// Says which quantity differs between a sum and what it should be.
void compare(const std::string& what, const Cost& sum, const Cost& whole,
             std::vector<std::string>& broken) {
  if (sum == whole) return;
  const Counters& a = sum.counters;
  const Counters& b = whole.counters;
  if (a.cycles != b.cycles) {
    broken.push_back(
        fmt::format("{}: parts have {} cycles, the whole {}", what, a.cycles, b.cycles));
  } else if (a.instructions != b.instructions) {
    broken.push_back(fmt::format("{}: parts have {} instructions, the whole {}", what,
                                 a.instructions, b.instructions));
  } else if (a.by_class != b.by_class) {
    broken.push_back(
        fmt::format("{}: instruction classes of the parts are not those of the whole", what));
  } else if (a.macs != b.macs) {
    broken.push_back(fmt::format("{}: parts have {} MACs, the whole {}", what, a.macs, b.macs));
  } else if (a.by_cause != b.by_cause || a.by_memory != b.by_memory ||
             a.by_initiator != b.by_initiator) {
    broken.push_back(fmt::format("{}: causes of the parts are not those of the whole", what));
  } else if (a.traffic != b.traffic) {
    broken.push_back(fmt::format("{}: traffic of the parts is not that of the whole", what));
  } else if (sum.energy != whole.energy) {
    broken.push_back(fmt::format("{}: energy of the parts is not that of the whole", what));
  } else {
    broken.push_back(fmt::format("{}: counters of the parts are not those of the whole", what));
  }
}

/// Says which of its own sums a cost breaks.
void check(const std::string& what, const Cost& cost, std::vector<std::string>& broken) {
  if (!cost.counters.classes_add_up()) {
    broken.push_back(what + ": classes do not sum to the instructions that were not skipped");
  } else if (!cost.counters.adds_up()) {
    broken.push_back(what + ": causes do not sum to cycles");
  }
}

std::uint64_t sum_of(const std::vector<std::uint64_t>& values) {
  return std::accumulate(values.begin(), values.end(), std::uint64_t{0});
}

/// Compares the entries of each layer with what the layer itself cost. Models count for themselves,
/// and energy has no terms in a profile, so the layer's sum is compared.
void check_profile(const RunResult& result, std::vector<std::string>& broken) {
  std::vector<Cost> sums(result.layers.size());
  for (Cost& sum : sums) sum.energy.assign(1, 0);
  const RunProfile& profile = *result.profile;
  for (std::size_t i = 0; i < profile.entries.size(); ++i) {
    const ProfileEntry& entry = profile.entries[i];
    if (entry.layer >= sums.size()) {
      broken.push_back(fmt::format("profile: entry {} is of no layer", i));
      continue;
    }
    Counters& counters = sums[entry.layer].counters;
    entry.cost.add_to(counters);
    if (entry.clock != 0) counters.at_later_clock.at(entry.clock) += entry.cost.cycles();
    sums[entry.layer].energy[0] += entry.energy_fj;
  }
  for (std::size_t i = 0; i < sums.size(); ++i) {
    Cost whole = result.layers[i].exclusive;
    whole.model.clear();
    whole.energy.assign(1, sum_of(whole.energy));
    compare("profile of layer " + joined(result.layers[i].path), sums[i], whole, broken);
  }
}

}  // namespace

std::vector<std::string> broken_sums(const RunResult& result) {
  std::vector<std::string> broken;
  check("run", result.total, broken);
  Cost everything;
  Cost outermost;
  for (Cost* const sum : {&everything, &outermost}) {
    sum->model.resize(result.total.model.size());
    sum->energy.resize(result.total.energy.size());
  }
  std::vector<Cost> inside(result.layers.size());
  for (std::size_t i = result.layers.size(); i-- > 0;) {
    const LayerResult& layer = result.layers[i];
    const std::string name = "layer " + joined(layer.path);
    check(name, layer.exclusive, broken);
    check(name, layer.inclusive, broken);
    everything += layer.exclusive;
    inside[i] += layer.exclusive;
    inside[i].model.resize(layer.inclusive.model.size());
    inside[i].energy.resize(layer.inclusive.energy.size());
    compare(name, inside[i], layer.inclusive, broken);
    if (!layer.parent) {
      outermost += layer.inclusive;
    } else if (*layer.parent < i) {
      inside[*layer.parent] += layer.inclusive;
    } else {
      broken.push_back(name + ": stands before its parent");
    }
  }
  compare("run by layer", everything, result.total, broken);
  compare("run by outermost layer", outermost, result.total, broken);
  if (result.profile) check_profile(result, broken);
  return broken;
}

}  // namespace mcost::analysis
