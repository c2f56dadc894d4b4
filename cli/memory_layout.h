// What RAM of a firmware holds: initialised data, zeroed data, heap and main stack, from sections,
// symbols and the stack pointer after reset. May include anything.
#pragma once

#include <cstdint>
#include <optional>

#include "analysis/memory_use.h"
#include "loader/elf_image.h"
#include "loader/symbols.h"
#include "sim_core/bus/system_bus.h"

namespace mcost::cli {

/// Where [first, first + size) is in a RAM; cut at the end of its region. Nothing if no RAM starts
/// there.
[[nodiscard]] std::optional<analysis::MemoryRange> ram_range(const bus::SystemBus& bus,
                                                             Address first, std::uint64_t size);

/// The main stack goes from `stack_pointer` down to, in this order: the object it is the end of; a
/// section named after the stack that it is in; a symbol for its limit; the end of the data below,
/// where the heap shares the room.
[[nodiscard]] analysis::MemoryLayout memory_layout(const loader::Image& image,
                                                   const loader::SymbolTable& symbols,
                                                   const bus::SystemBus& bus,
                                                   Address stack_pointer);

}  // namespace mcost::cli
