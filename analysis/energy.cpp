#include "analysis/energy.h"

#include <algorithm>
#include <map>
#include <optional>

#include "analysis/energy_activity.h"

namespace mcost::analysis {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr Wide kMost = ~std::uint64_t{0};
constexpr std::uint64_t kFemtojoulesPerMicrojoule = 1'000'000'000;
constexpr std::uint64_t kNanosecondsPerSecond = 1'000'000'000;

std::uint64_t count_of(const EnergyTerm& term, const Cost& cost) {
  const bool is_counter = term.activity == ActivityKind::counter && term.index < cost.model.size();
  return activity_in(term, cost.counters, is_counter ? cost.model[term.index] : 0);
}

Hertz clock_at(const RunResult& result, std::size_t index) {
  return result.clocks.empty() ? result.clock : result.clocks[index];
}

std::size_t clocks_of(const RunResult& result) {
  return std::max<std::size_t>(1, result.clocks.size());
}

/// Each span of one clock is rounded once.
Wide energy_of_time(const EnergyTerm& term, const Counters& counters, const RunResult& result) {
  Wide sum = 0;
  for (std::size_t c = 0; c < clocks_of(result); ++c) {
    const Hertz clock = clock_at(result, c);
    const std::uint64_t cycles = counters.cycles_at(static_cast<unsigned>(c));
    // uW x cycles / Hz in fJ; a microwatt for a second is a microjoule.
    const Wide power_cycles = Wide{term.coefficient[c]} * cycles * clock.denominator;
    const Wide whole = power_cycles / clock.numerator * kFemtojoulesPerMicrojoule;
    const Wide rest = power_cycles % clock.numerator * kFemtojoulesPerMicrojoule;
    sum += whole + (rest + clock.numerator / 2) / clock.numerator;
  }
  return sum;
}

/// Activity that is not counted by clock is spread over the clocks as the cycles are.
Wide energy_of_count(const EnergyTerm& term, const Cost& cost, const RunResult& result) {
  const Wide count = count_of(term, cost);
  const bool is_constant = std::all_of(term.coefficient.begin(), term.coefficient.end(),
                                       [&](auto value) { return value == term.coefficient[0]; });
  if (is_constant || cost.counters.cycles == 0) return count * term.coefficient[0];
  const Wide cycles = cost.counters.cycles;
  Wide weighted = 0;
  for (std::size_t c = 0; c < clocks_of(result); ++c)
    weighted += Wide{term.coefficient[c]} * cost.counters.cycles_at(static_cast<unsigned>(c));
  return count * (weighted / cycles) + (count * (weighted % cycles) + cycles / 2) / cycles;
}

std::optional<std::vector<std::uint64_t>> energies(const Cost& cost, const RunResult& result) {
  std::vector<std::uint64_t> list;
  for (const EnergyTerm& term : result.energy->terms) {
    const Wide energy = term.activity == ActivityKind::time
                            ? energy_of_time(term, cost.counters, result)
                            : energy_of_count(term, cost, result);
    if (energy > kMost) return std::nullopt;
    list.push_back(static_cast<std::uint64_t>(energy));
  }
  return list;
}

std::uint64_t root(Wide square) {
  std::uint64_t low = 0;
  std::uint64_t high = ~std::uint64_t{0};
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2 + 1;
    if (Wide{middle} * middle <= square) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

void drop_energy(RunResult& result) {
  result.energy.reset();
  result.energy_absent = "more than 18 kJ";
  result.total.energy.clear();
  for (LayerResult& layer : result.layers) {
    layer.exclusive.energy.clear();
    layer.inclusive.energy.clear();
  }
}

/// Terms of one component, or all if it is null.
EnergyFigure figure_of(const Cost& cost, const EnergyModel& model, const std::string* component) {
  EnergyFigure figure;
  std::map<std::string, Wide> doubts;  // by coefficient
  for (std::size_t i = 0; i < model.terms.size() && i < cost.energy.size(); ++i) {
    const EnergyTerm& term = model.terms[i];
    if (component != nullptr && term.component != *component) continue;
    figure.fj += cost.energy[i];
    doubts[term.path] += Wide{cost.energy[i]} * term.uncertainty_percent / 100;
  }
  Wide squares = 0;
  for (const auto& [path, doubt] : doubts) {
    const Wide bounded = std::min(doubt, Wide{1} << 60);
    squares += bounded * bounded;
  }
  figure.uncertainty_fj = std::min(root(squares), figure.fj);
  return figure;
}

}  // namespace

void add_energy(RunResult& result) {
  if (!result.energy) return;
  const std::size_t terms = result.energy->terms.size();
  std::vector<Wide> sums(terms, 0);
  result.total.energy.assign(terms, 0);
  for (LayerResult& layer : result.layers) {
    const auto list = energies(layer.exclusive, result);
    if (!list) return drop_energy(result);
    layer.exclusive.energy = *list;
    layer.inclusive.energy.assign(terms, 0);
    for (std::size_t i = 0; i < terms; ++i) sums[i] += (*list)[i];
  }
  Wide total = 0;
  for (std::size_t i = 0; i < terms; ++i) {
    total += sums[i];
    if (total > kMost) return drop_energy(result);
    result.total.energy[i] = static_cast<std::uint64_t>(sums[i]);
  }
  for (std::size_t l = result.layers.size(); l-- > 0;) {
    LayerResult& layer = result.layers[l];
    for (std::size_t i = 0; i < terms; ++i) {
      layer.inclusive.energy[i] += layer.exclusive.energy[i];
      if (layer.parent)
        result.layers[*layer.parent].inclusive.energy[i] += layer.inclusive.energy[i];
    }
  }
}

std::uint64_t joined_uncertainty(std::uint64_t a, std::uint64_t b) {
  return root(Wide{a} * a + Wide{b} * b);
}

EnergyFigure energy_of(const Cost& cost, const EnergyModel& model) {
  return figure_of(cost, model, nullptr);
}

std::vector<ComponentEnergy> components_of(const Cost& cost, const EnergyModel& model) {
  std::vector<ComponentEnergy> list;
  for (const EnergyTerm& term : model.terms) {
    const auto same = [&](const ComponentEnergy& entry) {
      return entry.component == term.component;
    };
    if (std::any_of(list.begin(), list.end(), same)) continue;
    list.push_back({term.component, figure_of(cost, model, &term.component)});
  }
  return list;
}

std::uint64_t nanoseconds_of(const Counters& counters, const RunResult& result) {
  Wide nanoseconds = 0;
  for (std::size_t c = 0; c < clocks_of(result); ++c) {
    const Hertz clock = clock_at(result, c);
    nanoseconds += Wide{counters.cycles_at(static_cast<unsigned>(c))} * kNanosecondsPerSecond *
                   clock.denominator / clock.numerator;
  }
  return static_cast<std::uint64_t>(std::min(nanoseconds, kMost));
}

std::uint64_t activity_of(const EnergyTerm& term, const Cost& cost, const RunResult& result) {
  if (term.activity == ActivityKind::time) return nanoseconds_of(cost.counters, result);
  return count_of(term, cost);
}

}  // namespace mcost::analysis
