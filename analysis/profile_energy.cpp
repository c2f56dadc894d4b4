#include "analysis/profile_energy.h"

#include <algorithm>
#include <numeric>

#include "analysis/energy_activity.h"

namespace mcost::analysis {
namespace {

__extension__ using Wide = unsigned __int128;

/// How much of a term's activity an entry has; of a model's counter, the bytes of its memory.
std::uint64_t weight_of(const EnergyTerm& term, const ProfileEntry& entry,
                        const RunResult& result) {
  std::uint64_t bytes = 0;
  if (term.activity == ActivityKind::counter) {
    const Traffic traffic = traffic_in(entry.cost, result.model_counters[term.index].memory);
    bytes = traffic.read_bytes + traffic.write_bytes + traffic.fetch_bytes;
  }
  return activity_in(term, entry.cost, bytes);
}

/// A term weighs by what it costs at the entry's clock too.
Wide coefficient_of(const EnergyTerm& term, const ProfileEntry& entry, const RunResult& result) {
  Wide coefficient = term.coefficient[entry.clock];
  if (term.activity != ActivityKind::time) return coefficient;
  const Hertz clock = result.clocks.empty() ? result.clock : result.clocks[entry.clock];
  // A second has clock cycles: the slower, the more energy a cycle takes. Exact enough as a weight.
  constexpr Wide kScale = Wide{1} << 40;
  return coefficient * kScale * clock.denominator / clock.numerator;
}

/// Gives `amount` to the entries by weight.
void spread(std::uint64_t amount, const std::vector<Wide>& weights,
            const std::vector<ProfileEntry*>& entries) {
  const Wide sum = std::accumulate(weights.begin(), weights.end(), Wide{0});
  if (amount == 0 || sum == 0) return;
  // Halved until products fit.
  unsigned shift = 0;
  while ((sum >> shift) >> 63 != 0) ++shift;
  Wide scaled_sum = 0;
  for (const Wide weight : weights) scaled_sum += weight >> shift;
  if (scaled_sum == 0) return;
  std::vector<std::pair<std::uint64_t, std::size_t>> remainders;
  std::uint64_t given = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Wide product = Wide{amount} * (weights[i] >> shift);
    const auto share = static_cast<std::uint64_t>(product / scaled_sum);
    entries[i]->energy_fj += share;
    given += share;
    remainders.emplace_back(static_cast<std::uint64_t>(product % scaled_sum), i);
  }
  std::stable_sort(remainders.begin(), remainders.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  for (std::size_t i = 0; given < amount; ++i, ++given)
    ++entries[remainders[i % remainders.size()].second]->energy_fj;
}

void spread_term(const EnergyTerm& term, std::uint64_t amount,
                 const std::vector<ProfileEntry*>& entries, const RunResult& result) {
  std::vector<Wide> weights;
  const auto weigh = [&](auto weight) {
    weights.clear();
    for (const ProfileEntry* const entry : entries) weights.push_back(weight(*entry));
    return std::any_of(weights.begin(), weights.end(), [](Wide w) { return w != 0; });
  };
  const bool has_activity = weigh([&](const ProfileEntry& entry) {
    return Wide{weight_of(term, entry, result)} * coefficient_of(term, entry, result);
  });
  // Activity of devices that no instruction has: by time.
  if (!has_activity)
    (void)weigh([](const ProfileEntry& entry) { return Wide{entry.cost.cycles()}; });
  spread(amount, weights, entries);
}

}  // namespace

void add_profile_energy(RunResult& result) {
  if (!result.profile || !result.energy) return;
  std::vector<std::vector<ProfileEntry*>> by_layer(result.layers.size());
  for (ProfileEntry& entry : result.profile->entries) {
    entry.energy_fj = 0;
    by_layer[entry.layer].push_back(&entry);
  }
  for (std::size_t l = 0; l < by_layer.size(); ++l) {
    const Cost& cost = result.layers[l].exclusive;
    for (std::size_t t = 0; t < cost.energy.size() && !by_layer[l].empty(); ++t)
      spread_term(result.energy->terms[t], cost.energy[t], by_layer[l], result);
  }
}

}  // namespace mcost::analysis
