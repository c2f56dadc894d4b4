// Spans of functions over time out of the engine's record of calls and returns. May include
// anything. Invariant: spans nest, whatever tail calls, longjmp, interrupts and task switches did.
#pragma once

#include <cstddef>
#include <vector>

#include "sim_core/base/run_profile.h"
#include "sim_core/engine/call_trace.h"

namespace mcost::cli {

/// Spans of which at most so many are made; calls and returns behind them are counted as dropped.
inline constexpr std::size_t kMostSpans = 65'536;

/// `nodes` are those of the trace's call tree, by id; `now` is the end of the run.
[[nodiscard]] FunctionSpans function_spans(const engine::CallTrace& trace,
                                           const std::vector<engine::CallTree::Node>& nodes,
                                           Cycles now, std::size_t most = kMostSpans);

}  // namespace mcost::cli
