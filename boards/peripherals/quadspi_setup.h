// A QUADSPI or OCTOSPI made from its board description, with the NOR flash at its pins.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "boards/board_spec.h"
#include "boards/clocks.h"
#include "boards/peripherals/quadspi.h"

namespace mcost::boards {

struct QuadspiSetup {
  const MemorySpec* memory = nullptr;  // of kind qspi; null: nothing is attached
  std::uint8_t memory_index = 0;
  memory::Qspi* mapping = nullptr;  // its timing
  Clocks* clocks = nullptr;
  bool follows_from_start = false;  // `start: reset`
  std::function<void(const std::string&)> note;
};

/// `peripheral` outlives the model.
QuadspiModel make_quadspi(engine::Engine& engine, const PeripheralSpec& peripheral,
                          QuadspiSetup setup);

/// Timing of memory-mapped reads in the run state.
memory::QspiParameters parameters_of(const QspiSpec& spec, std::uint32_t hclk_cycles);

}  // namespace mcost::boards
