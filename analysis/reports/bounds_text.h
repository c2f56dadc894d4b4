// Bounds of layers for people. Private to analysis and cli.
#pragma once

#include <string>

#include "analysis/bounds.h"
#include "sim_core/base/run_result.h"

namespace mcost::analysis {

/// A table of layers with MACs per cycle, the roof above them and the cause of most cycles; below
/// it the placements that waits point at. Needs no profile, but names functions if there is one.
[[nodiscard]] std::string bounds_text(const RunResult& result, const PlacementChoice& choice = {});

}  // namespace mcost::analysis
