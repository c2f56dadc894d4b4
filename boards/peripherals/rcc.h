// Reset and clock control of STM32: oscillators, PLL, dividers. Ready bits follow their enable
// bits, SWS follows SW once its source runs, and what the registers say becomes the board's clock
// tree. One table per family. Source: boards-and-memories facts 14.2, 15; RM0091, RM0041, RM0033,
// RM0090, RM0385, RM0351, RM0438, RM0433, chapters on RCC.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "boards/board_spec.h"
#include "boards/clocks.h"
#include "boards/peripherals/peripheral_space.h"
#include "sim_core/engine/scheduler.h"

namespace mcost::boards {

/// What the clock tree needs from the machine.
struct RccSetup {
  Clocks* clocks = nullptr;
  const ClockSpec* spec = nullptr;
  engine::Scheduler* scheduler = nullptr;
  std::function<Cycles()> now;
  bool follows_from_start = false;               // start: reset
  std::function<void(const std::string&)> note;  // for the report
};

/// `type` is one of the rcc_ names of kPeripheralTypes; null for another name.
std::unique_ptr<PeripheralModel> make_rcc(std::string_view type, const PeripheralSpec& spec,
                                          RccSetup setup);

}  // namespace mcost::boards
