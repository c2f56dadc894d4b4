// The promise that everything adds up, checked on a finished result: causes to cycles, memory
// shares to causes, layers to the run, children to parents. May include loader and sim_core/base.
#pragma once

#include <string>
#include <vector>

#include "sim_core/base/run_result.h"

namespace mcost::analysis {

/// One line per broken sum, naming the layer and the quantity; empty if everything adds up.
[[nodiscard]] std::vector<std::string> broken_sums(const RunResult& result);

}  // namespace mcost::analysis
