// A RunResult made by hand, with something in every field, that adds up.
#pragma once

#include "sim_core/base/run_result.h"

namespace mcost::analysis::test {

[[nodiscard]] RunResult sample_result();

}  // namespace mcost::analysis::test
