// Explains recorded iterations of a loop: steady cycles, cost by instruction, bounds and the
// registers that are late. May include anything.
#pragma once

#include <vector>

#include "analysis/loop_report.h"
#include "cli/loop_recorder.h"

namespace mcost::cli {

/// Fills in what follows from the recorded instructions; names of image, board and place are the
/// caller's. `iterations` are at least one; each begins at the address asked for. Of several loops
/// around it, the innermost is explained. With `is_loop` false there is one, and it is timed once.
[[nodiscard]] analysis::LoopReport explain_loop(engine::Engine& engine,
                                                std::vector<LoopRecorder::Iteration> iterations,
                                                bool is_loop);

/// The part of what followed a visit that is straight: up to the first taken branch.
[[nodiscard]] LoopRecorder::Iteration straight_part(const LoopRecorder::Iteration& ops);

}  // namespace mcost::cli
