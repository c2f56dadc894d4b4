// Power control of STM32, as far as it bounds the clock: voltage scales and over-drive. Other
// registers, and the bits that say a voltage is reached, are storage and rules of the board.
// Source: boards-and-memories facts 4.1, 4.2, 14.3.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "boards/board_spec.h"
#include "boards/clocks.h"
#include "boards/peripherals/peripheral_space.h"

namespace mcost::boards {

/// `type` is one of the pwr_ names of kPeripheralTypes; null for another name. Says in the report
/// `peek` reads registers of other peripherals without effect. Says in the report
/// when a clock that firmware set is too fast for the voltage it programmed.
std::unique_ptr<PeripheralModel> make_pwr(std::string_view type, const PeripheralSpec& spec,
                                          Clocks& clocks,
                                          std::function<std::uint32_t(Address)> peek,
                                          std::function<void(const std::string&)> note);

}  // namespace mcost::boards
