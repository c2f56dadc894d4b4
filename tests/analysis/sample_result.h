// A RunResult made by hand, with something in every field, that adds up.
#pragma once

#include "sim_core/base/run_result.h"

namespace mcost::analysis::test {

[[nodiscard]] RunResult sample_result();
/// The same with energy: a term of every kind of activity, and a lifetime.
[[nodiscard]] RunResult sample_with_energy();

}  // namespace mcost::analysis::test
