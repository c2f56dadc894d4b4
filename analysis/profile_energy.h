// Energy of instructions: that of each layer, spread over the entries of its profile. May include
// sim_core/base.
#pragma once

#include "sim_core/base/run_result.h"

namespace mcost::analysis {

/// Fills ProfileEntry::energy_fj. Each term of a layer's energy goes to its entries in proportion
/// to the activity it counts (of models' counters: bytes of their memory, else cycles), remainders
/// to the largest first; so entries of a layer sum to the layer's own energy.
void add_profile_energy(RunResult& result);

}  // namespace mcost::analysis
