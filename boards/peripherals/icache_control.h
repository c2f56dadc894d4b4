// Registers of STM32L5's ICACHE: control, status, interrupt flags, monitors, remap regions. The
// first write makes the model follow them, but for values pinned by --set. Source:
// boards-and-memories facts 5.7; stm32l5xx_hal_icache.c, which polls them.
#pragma once

#include <memory>

#include "boards/peripherals/flash_interface.h"
#include "memory_models/icache.h"

namespace mcost::boards {

std::unique_ptr<PeripheralModel> make_icache_control(memory::Icache& icache,
                                                     const IcacheL5Spec& spec,
                                                     FlashControl control);

}  // namespace mcost::boards
