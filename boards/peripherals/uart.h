// UARTs as consoles: what firmware sends is text, transmission takes no time, the receiver is
// silent. Source: boards-and-memories facts 14.7.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "boards/peripherals/peripheral_space.h"

namespace mcost::boards {

/// `type` is one of the uart_ names of kPeripheralTypes; null for another name. `sink` may be
/// empty.
std::unique_ptr<PeripheralModel> make_uart(
    const std::string& type, std::function<void(const std::string& text, bool error)> sink);

}  // namespace mcost::boards
