// STM32 CRC unit: CRC-32 of whole words (v1), with programmable start, polynomial, width and bit
// order (v2). A result takes no time. Source: boards-and-memories facts 14.8; RM0090 and RM0351,
// chapters on CRC.
#pragma once

#include <memory>
#include <string_view>

#include "boards/peripherals/peripheral_space.h"

namespace mcost::boards {

/// `type` is crc_stm32_v1 or crc_stm32_v2; null for another name.
std::unique_ptr<PeripheralModel> make_crc_unit(std::string_view type);

}  // namespace mcost::boards
