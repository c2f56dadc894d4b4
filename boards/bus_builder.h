// BoardSpec to SystemBus: memories with their timing models and contents, and the regions that show
// them. Depends on memory_models and the board specification.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "boards/board_spec.h"
#include "memory_models/flash_timing.h"
#include "memory_models/l1_cache.h"
#include "memory_models/target.h"
#include "sim_core/bus/system_bus.h"

namespace mcost::boards {

/// What controllers can set, by index of the memory; null where there is nothing.
struct MemoryControls {
  std::vector<memory::FlashTiming*> flash;
  std::vector<memory::Target*> targets;
};

/// Builds memories and memory regions into `bus`; RAM starts from the power-on pattern of `seed`.
/// Errors: ConfigError where the board has more memories or regions than an engine takes.
/// `l1` takes the caches, if the core has some.
MemoryControls build_memories(const BoardSpec& spec, std::uint64_t seed, bus::SystemBus& bus,
                              std::unique_ptr<memory::L1>& l1);

/// Adds regions of devices: cuts them out of regions already there if `overrides`, then sorts.
void add_region(bus::SystemBus& bus, const bus::Region& region, bool overrides);
/// Takes `size_bytes` from `first` on out of the regions there: nothing answers at these addresses.
void cut_out(bus::SystemBus& bus, Address first, std::uint32_t size_bytes);

}  // namespace mcost::boards
