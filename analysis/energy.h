// From activity to femtojoules, and what may be said about them. Integers throughout: every leaf
// (a layer's own cost, one term) is rounded once, all else is a sum. May include sim_core/base.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim_core/base/run_result.h"

namespace mcost::analysis {

/// Fills Cost::energy of all layers and of the run from result.energy. Where it does not fit into
/// 64 bits (over 18 kJ), energy becomes absent, with the reason.
void add_energy(RunResult& result);

/// An energy with what its coefficients leave uncertain: their uncertainties are taken as
/// independent of each other (root of the sum of squares); terms that share one go together.
struct EnergyFigure {
  std::uint64_t fj = 0;
  std::uint64_t uncertainty_fj = 0;  // plus or minus, not more than fj
  friend bool operator==(const EnergyFigure&, const EnergyFigure&) = default;
};
[[nodiscard]] EnergyFigure energy_of(const Cost& cost, const EnergyModel& model);

/// Root of the sum of squares, rounded down. Neither is above 2^60.
[[nodiscard]] std::uint64_t joined_uncertainty(std::uint64_t a, std::uint64_t b);

/// Femtojoules of one component ("core", "flash", ...).
struct ComponentEnergy {
  std::string component;
  EnergyFigure energy;
};
/// In the order of the terms.
[[nodiscard]] std::vector<ComponentEnergy> components_of(const Cost& cost,
                                                         const EnergyModel& model);

/// Time of what was counted at the clocks of the run, rounded down to nanoseconds at each.
[[nodiscard]] std::uint64_t nanoseconds_of(const Counters& counters, const RunResult& result);

/// How often a term's activity happened in a cost; of time: nanoseconds.
[[nodiscard]] std::uint64_t activity_of(const EnergyTerm& term, const Cost& cost,
                                        const RunResult& result);

}  // namespace mcost::analysis
