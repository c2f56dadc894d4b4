// UARTs as consoles: what firmware sends is text and takes no time; what it receives comes from a
// file, each byte as soon as the one before was read. Those of STM32 have DMA requests, which
// follow the same rule.  Source: boards-and-memories facts 14.7.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "boards/peripherals/master_port.h"
#include "boards/peripherals/peripheral_space.h"

namespace mcost::boards {

/// What a UART is connected to.
struct UartLine {
  /// Takes what the firmware sends; may be empty.
  std::function<void(const std::string& text, bool error)> sink;
  /// The next byte for the firmware, if there is one; may be empty.
  std::function<std::optional<std::uint8_t>()> source;
  /// The level of its interrupt; may be empty.
  std::function<void(bool raised)> interrupt;
};

struct UartModel {
  std::unique_ptr<PeripheralModel> model;
  DmaRequester* requester = nullptr;  // part of the model
};

/// `type` is one of the uart_ names of kPeripheralTypes; null for another name.
UartModel make_uart(const std::string& type, UartLine line);

}  // namespace mcost::boards
