// Memory as a debugger sees it: bytes of memories, registers of the core that hold no surprises,
// and the map of both. Peripherals are out of bounds: reading them would change the run. Depends on
// the engine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim_core/engine/engine.h"

namespace mcost::cli {

/// As many bytes from `address` on as can be read, at most `size_bytes`.
[[nodiscard]] std::vector<std::uint8_t> gdb_read_memory(engine::Engine& engine, Address address,
                                                        std::size_t size_bytes);

/// GDB's memory map of everything that gdb_read_memory() reads.
[[nodiscard]] std::string gdb_memory_map(engine::Engine& engine);

}  // namespace mcost::cli
