// A run with a profile, for tests of what is worked out from one: inlined code, recursion, an
// interrupt, two clocks, code without debug data, names as only C++ has them. May include analysis.
#pragma once

#include "sim_core/base/run_result.h"

namespace mcost::analysis::test {

/// Layers, run and energy are the sums of the profile's entries.
[[nodiscard]] RunResult sample_with_profile();

/// The same run after something changed in the entries.
void sum_entries(RunResult& result);

}  // namespace mcost::analysis::test
