// BoardSpec to SystemBus: memories with their timing models and contents, and the regions that show
// them. Depends on memory_models and the board specification.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "boards/board_spec.h"
#include "memory_models/art.h"
#include "memory_models/vims.h"
#include "sim_core/bus/system_bus.h"

namespace mcost::boards {

/// Flash models whose controllers firmware can program, by index of the memory; null where it is
/// another kind.
struct FlashModels {
  std::vector<memory::Art*> art;
  std::vector<memory::Vims*> vims;
};

/// Builds memories and memory regions into `bus`; RAM starts from the power-on pattern of `seed`.
/// Errors: ConfigError where the board has more memories or regions than an engine takes.
FlashModels build_memories(const BoardSpec& spec, std::uint64_t seed, bus::SystemBus& bus);

/// Adds regions of devices: cuts them out of regions already there if `overrides`, then sorts.
void add_region(bus::SystemBus& bus, const bus::Region& region, bool overrides);

}  // namespace mcost::boards
