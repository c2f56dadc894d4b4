// MDMA of STM32H7: sixteen channels that copy blocks between memories, tightly coupled ones among
// them, when firmware asks. Registers as RM0433 chapter 14.
//
// Not modelled: hardware requests, linked lists, repeated blocks with address updates, packing.
#pragma once

#include <memory>

#include "boards/peripherals/dma_stream.h"

namespace mcost::boards {

/// `settings.interrupts` holds the one line of all channels.
std::unique_ptr<PeripheralModel> make_mdma(engine::Engine& engine, DmaSettings settings);

}  // namespace mcost::boards
