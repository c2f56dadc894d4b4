// SYSCFG of STM32 as far as it chooses which memory shows at address 0 and where the FMC's banks
// are; its other registers are storage. A region that shows nothing has the size 0. Source:
// boards-and-memories facts 2.2, 2.3; RM0090 and RM0385, SYSCFG_MEMRMP.
#pragma once

#include <functional>
#include <memory>

#include "boards/peripherals/peripheral_space.h"
#include "sim_core/bus/system_bus.h"

namespace mcost::boards {

/// `memory_index` gives the number of a memory by name; `changed` is called after a region changed.
std::unique_ptr<PeripheralModel> make_memory_remap(
    const PeripheralSpec& spec, bus::SystemBus& bus,
    std::function<std::uint8_t(const std::string&)> memory_index, std::function<void()> changed);

}  // namespace mcost::boards
