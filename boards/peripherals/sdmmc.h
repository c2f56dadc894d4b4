// SD host interfaces of STM32: SDIO and SDMMC of F2, F4, F7, L4 (version 1), SDMMC of L4+, L5, H7
// (version 2, with a DMA of its own). Commands and blocks take their time on the wires.
// Source: RM0090 and RM0433, SDIO and SDMMC chapters; boards-and-memories facts 11.2, 14.11.
//
// With hardware flow control (CLKCR.HWFC_EN) the clock stops while the FIFO cannot go on. Without,
// the transfer ends with RXOVERR when a word finds the FIFO full, with TXUNDERR when a block that
// has begun finds it empty.  Source: RM0090, SDIO data path state machine.
//
// Approximations: no CRC errors, SDIO cards, stream mode or data timeout.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "boards/dma_log.h"
#include "boards/peripherals/master_port.h"
#include "boards/peripherals/peripheral_space.h"
#include "boards/peripherals/sd_card.h"

namespace mcost::boards {

struct SdmmcSettings {
  unsigned version = 1;
  std::string name;  // of its DMA, in causes
  Address base = 0;
  DmaLog* log = nullptr;  // hears of what its own DMA transfers
  std::optional<std::uint32_t> interrupt;
  /// Core cycles that `clocks` of the kernel clock take, rounded up.
  std::function<Cycles(std::uint64_t clocks)> cycles_of;
  SdCard* card = nullptr;                        // null: the slot is empty
  std::function<void(const std::string&)> note;  // for the report
  std::function<void()> unanswered;              // by an empty slot; null: there is none
};

struct SdmmcModel {
  std::unique_ptr<PeripheralModel> model;
  DmaRequester* requester = nullptr;  // part of the model
};

SdmmcModel make_sdmmc(engine::Engine& engine, SdmmcSettings settings);

}  // namespace mcost::boards
