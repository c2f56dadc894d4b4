// Puts memories that a Cortex-M7 reaches through its AXI port behind the core's level-1 caches.
// Depends on memory_models and the board specification.
#pragma once

#include <cstdint>
#include <memory>

#include "boards/board_spec.h"
#include "boards/bus_builder.h"
#include "memory_models/l1_cache.h"
#include "sim_core/bus/system_bus.h"

namespace mcost::boards {

/// After the memories of `bus` have been built, in the order of the board. Makes `l1` if the core
/// has caches; else changes nothing. Errors: ConfigError where there are too many such memories.
void put_behind_caches(const BoardSpec& spec, bus::SystemBus& bus, std::unique_ptr<memory::L1>& l1,
                       MemoryControls& controls);

/// Size of the memory at a TCM port; 0 if there is none.
[[nodiscard]] std::uint32_t tcm_kib(const BoardSpec& spec, RegionPort port);

}  // namespace mcost::boards
