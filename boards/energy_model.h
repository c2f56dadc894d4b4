// From a board's coefficients of energy to the terms of one run. May include sim_core/base. Terms
// that the run cannot have had (a memory it never used, a counter no model has) are left out.
#pragma once

#include "boards/board_spec.h"
#include "sim_core/base/run_result.h"

namespace mcost::boards {

/// True if the board says what energy it takes.
[[nodiscard]] bool knows_energy(const BoardSpec& spec);

/// The terms for a run whose memories, model counters, clocks and totals are in `result`. The board
/// knows its energy.
[[nodiscard]] EnergyModel energy_model(const BoardSpec& spec, const RunResult& result);

/// A value of EnergySpec at a core clock of `hz`: between columns on the line through them, outside
/// that of the nearest. `clock_hz` rises and is not empty.
[[nodiscard]] std::uint64_t at_clock(const std::vector<std::uint64_t>& clock_hz,
                                     const std::vector<std::uint64_t>& values, std::uint64_t hz);

}  // namespace mcost::boards
