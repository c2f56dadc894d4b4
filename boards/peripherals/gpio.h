// STM32 GPIO ports: outputs read back, BSRR and BRR set and reset bits. Pins that are no outputs
// read 0. Source: boards-and-memories facts 14.8; RM0041 (v1), RM0090 (v2), chapters on GPIO.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "boards/peripherals/peripheral_space.h"

namespace mcost::boards {

/// Takes the edges of pins that software drives: `pin` is "PA5" of the port gpioa.
using EdgeSink = std::function<void(const std::string& pin, bool rising, Cycles now)>;

/// `type` is gpio_stm32_v1 (F1: CRL, CRH) or gpio_stm32_v2 (MODER); null for another name.
std::unique_ptr<PeripheralModel> make_gpio(std::string_view type, const PeripheralSpec& spec,
                                           EdgeSink edges = {});

}  // namespace mcost::boards
