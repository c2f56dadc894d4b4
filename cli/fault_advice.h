// What a person can do about a fault of the firmware, from the state in which it happened. May
// include anything.
#pragma once

#include <span>
#include <string>

#include "boards/placement.h"
#include "cli/core_view.h"
#include "loader/memory_fit.h"
#include "sim_core/engine/engine.h"

namespace mcost::cli {

/// A sentence for the firmware's author: what most likely is wrong, and what to change. Empty where
/// the kind of the fault says it all. `ranges` are the memories of the board.
[[nodiscard]] std::string fault_advice(const engine::FaultRecord& record,
                                       const engine::Exceptions& exceptions, const CoreView& core,
                                       std::span<const loader::MemoryRange> ranges,
                                       std::span<const boards::Placed> placed = {});

}  // namespace mcost::cli
