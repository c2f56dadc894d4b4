// UARTs as consoles: what firmware sends is text and takes no time; what it receives comes from a
// file, each byte as soon as the one before was read. Source: boards-and-memories facts 14.7.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

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

/// `type` is one of the uart_ names of kPeripheralTypes; null for another name.
std::unique_ptr<PeripheralModel> make_uart(const std::string& type, UartLine line);

}  // namespace mcost::boards
