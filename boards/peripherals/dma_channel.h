// DMA controller with channels of STM32F0, F1, L4, L4+, L5 and the BDMA of H7: one AHB master port,
// no FIFO; each item is read, then written. Registers as RM0351 chapter 11; costs as
// boards-and-memories facts 13.2.
//
// Approximations as in dma_stream.h: a channel serves the peripheral its CPAR points to, whatever
// CSELR or DMAMUX select.
#pragma once

#include <memory>

#include "boards/peripherals/dma_stream.h"

namespace mcost::boards {

/// `settings.single_cycles` is the time of a whole item from memory to memory.
std::unique_ptr<PeripheralModel> make_channel_dma(engine::Engine& engine, DmaSettings settings,
                                                  FindRequester find_requester);

}  // namespace mcost::boards
