// Registers of ST's flexible memory controller that set the time of what is behind it: SDCR, SDTR,
// SDCMR, SDRTR and SDSR of an SDRAM, BCR, BTR and BWTR of an asynchronous SRAM. A value follows its
// register from the first write on, but for those pinned by --set. Source: boards-and-memories
// facts 8.6, 9, 14.9; RM0385 and RM0386, FMC.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "boards/note_list.h"
#include "boards/peripherals/peripheral_space.h"
#include "memory_models/psram.h"
#include "memory_models/sdram.h"

namespace mcost::boards {

/// What the controller needs from the machine.
struct FmcControl {
  std::string memory;                             // name of the memory in the board
  unsigned bank = 0;                              // SDRAM bank 1 or 2, or NE1 to NE4, from 0
  const std::set<std::string>* pinned = nullptr;  // paths firmware cannot change
  bool from_reset = false;                        // the memory waits for its start-up sequence
  std::function<void()> timing_changed;
  NoteSetting setting;
};

/// The bank of the controller that a memory of the board is in, from 0: by the addresses of its
/// regions.
[[nodiscard]] unsigned fmc_bank(const BoardSpec& board, const std::string& memory);

/// `target` is an Sdram or a Psram.
std::unique_ptr<PeripheralModel> make_fmc(memory::Target* target, FmcControl control);

/// A note if `target` is an SDRAM that was used before firmware had started it up; else empty.
[[nodiscard]] std::string used_too_early(const std::string& memory, const memory::Target* target);

}  // namespace mcost::boards
