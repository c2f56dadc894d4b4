// Registers of flash controllers: those of STM32, one table for all families, and CTL and STAT of
// TI's VIMS. The first write makes the model follow its registers, but for values pinned by
// --set. Source: boards-and-memories facts 14.4 (FLASH_ACR), 5.9 (VIMS).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "boards/board_spec.h"
#include "boards/note_list.h"
#include "boards/peripherals/peripheral_space.h"
#include "memory_models/flash_timing.h"
#include "sim_core/engine/engine.h"

namespace mcost::boards {

/// What a flash controller needs from the machine.
struct FlashControl {
  std::string memory;                             // name of the memory in the board
  const std::set<std::string>* pinned = nullptr;  // paths firmware cannot change
  const FlashSpec* flash = nullptr;
  memory::FlashTiming* timing = nullptr;  // null: it has none that could be set
  engine::Engine* engine = nullptr;
  std::size_t memory_index = 0;                       // in the bus
  std::function<void(bool raised)> interrupt;         // null: none
  std::function<Cycles(std::uint64_t)> cycles_of_ns;  // of the core, now
  std::function<std::uint64_t()> clock_hz;            // that its wait states are for
  std::function<void()> timing_changed;               // memoised timing is stale
  std::function<void(const std::string&)> note;       // for the report
  NoteSetting setting;                                // likewise
};

/// A note if flash with so many wait states cannot be read at this clock; else nothing.
[[nodiscard]] std::optional<std::string> too_few_wait_states(const std::string& memory,
                                                             const FlashSpec& flash,
                                                             std::uint32_t wait_states,
                                                             std::uint64_t clock_hz);

/// The flash interface of an STM32 family or VIMS, by type; null for other types.
std::unique_ptr<PeripheralModel> make_flash_controller(const PeripheralSpec& peripheral,
                                                       FlashControl control);

}  // namespace mcost::boards
