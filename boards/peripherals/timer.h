// STM32 timers TIMx, as time bases: the counter runs from the timer clock of its APB through
// prescaler and auto-reload, updates set UIF and interrupt. Channels are storage. Source:
// boards-and-memories facts 14.8; RM0090, chapters on timers.
#pragma once

#include <memory>
#include <string_view>

#include "boards/clocks.h"
#include "boards/peripherals/peripheral_space.h"
#include "sim_core/engine/engine.h"

namespace mcost::boards {

/// `type` is timer_stm32_apb1 or timer_stm32_apb2; null for another name.
std::unique_ptr<PeripheralModel> make_timer(std::string_view type, const PeripheralSpec& spec,
                                            Clocks& clocks, engine::Engine& engine);

}  // namespace mcost::boards
