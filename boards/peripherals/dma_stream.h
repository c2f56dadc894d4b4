// DMA controller with eight streams of STM32F2, F4, F7 and H7: a peripheral port and a memory port,
// each an initiator of its own, joined by a FIFO of four words per stream. Registers as RM0090
// chapter 10; costs as boards-and-memories facts 13.2.
//
// Known approximations, all `assumed`: a stream serves the peripheral whose register PAR points to,
// whatever CHSEL or DMAMUX select; a FIFO that reached its threshold is drained to the last whole
// item; register accesses through the APB take a constant time; registers show
// a burst as done from its first beat on (interrupts come behind its last).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "boards/dma_log.h"
#include "boards/peripherals/master_port.h"
#include "boards/peripherals/peripheral_space.h"

namespace mcost::boards {

struct DmaSettings {
  std::string name;                         // in causes
  std::vector<std::uint64_t> interrupts;    // IRQ by stream or channel
  std::uint32_t single_cycles = 5;          // of one item on one port, on memory without waits
  std::uint32_t burst_overhead_cycles = 1;  // of a burst, beside its beats
  std::uint32_t register_cycles = 3;        // of an access to a peripheral's register
  bool memory_to_memory = true;             // DMA1 of F2, F4, F7 cannot
  unsigned first_channel = 1;               // number of a channel controller's first one
  DmaLog* log = nullptr;                    // hears of every transfer
};

std::unique_ptr<PeripheralModel> make_stream_dma(engine::Engine& engine, DmaSettings settings,
                                                 FindRequester find_requester);

}  // namespace mcost::boards
