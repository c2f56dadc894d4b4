// Which count of a run goes with the errors of its layers. Floating point is allowed here: what it
// gives are hints. May include sim_core/base.
#pragma once

#include <string>
#include <vector>

#include "analysis/hardware.h"
#include "sim_core/base/run_result.h"

namespace mcost::analysis {

/// Fills explanations, no_explanation and cautions.
void explain(HardwareComparison& comparison, const RunResult& result,
             const std::vector<BoardParameter>& board);

}  // namespace mcost::analysis
