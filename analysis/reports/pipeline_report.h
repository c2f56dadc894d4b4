// A pipeline trace as a diagram in text and as JSON for ui.perfetto.dev. Pure functions. May
// include sim_core/base.
#pragma once

#include <string>

#include "analysis/pipeline_trace.h"

namespace mcost::analysis {

/// One row per instruction: cycle of issue, address, disassembly, a bar over cycles that wraps, and
/// what it waited for.
[[nodiscard]] std::string pipeline_text(const PipelineTrace& trace);
/// Chrome trace events: issue, what issues with the one before, fetch, waits for data. One
/// microsecond is one cycle.
[[nodiscard]] std::string pipeline_perfetto(const PipelineTrace& trace);

/// The letter of a cause in bars.
[[nodiscard]] char cause_letter(Cause cause);
/// Disassembly for a column: long register lists are cut.
[[nodiscard]] std::string shortened(const std::string& text, std::size_t width);
/// "fetch_wait:flash", "refill".
[[nodiscard]] std::string cause_name(Cause cause, std::size_t memory,
                                     const std::vector<std::string>& memories);

}  // namespace mcost::analysis
