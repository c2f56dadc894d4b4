// QUADSPI of STM32F4, F7, L4 and H7, and OCTOSPI of L4+ and L5 with its other registers: indirect
// reads and writes, automatic polling, memory-mapped mode, FIFO, flags, interrupts and DMA
// requests. Phases take their clocks on the wires; the memory's timing model follows the registers
// once firmware has written them.
// Source: RM0386 and RM0432, QUADSPI and OCTOSPI chapters; boards-and-memories facts 10, 14.10.
//
// Approximations: dual-flash mode, HyperBus, writes through the mapping and the time-out flag are
// not modelled; DDR hold and sample shift change nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "boards/clocks.h"
#include "boards/peripherals/master_port.h"
#include "boards/peripherals/nor_flash.h"
#include "boards/peripherals/peripheral_space.h"
#include "memory_models/qspi.h"

namespace mcost::boards {

struct QuadspiSettings {
  bool is_octospi = false;
  std::string name;
  std::optional<std::uint32_t> interrupt;
  std::function<std::uint32_t()> hclk_cycles;  // core cycles per HCLK
  std::unique_ptr<NorFlash> nor;               // null: nothing answers, the lines are high
  memory::Qspi* mapping = nullptr;             // timing of memory-mapped reads; null: none
  bool starts_mapped = false;                  // the run starts in memory-mapped mode
  std::function<void()> timing_changed;        // that of the mapping
  std::function<void(const std::string&)> note;
};

struct QuadspiModel {
  std::unique_ptr<PeripheralModel> model;
  DmaRequester* requester = nullptr;             // part of the model
  const bus::CounterSource* counters = nullptr;  // of the flash; null: none
};

/// Follows changes of `clocks`, which outlive it.
QuadspiModel make_quadspi(engine::Engine& engine, QuadspiSettings settings, Clocks& clocks);

}  // namespace mcost::boards
