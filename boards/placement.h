// What-if placement: a range of addresses is charged as if it lived in another memory. The range
// keeps its addresses and contents; its bytes move to a free place of the other memory, so that
// timing, DMA and the core all find them there. Depends on the bus, the loader and the board
// specification.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "loader/elf_image.h"
#include "sim_core/bus/system_bus.h"

namespace mcost::boards {

/// One request. Bytes of words that a range shares with its neighbours go along.
struct Placement {
  std::string text;  // as given, "--place .rodata=sdram"
  std::string what;  // ".rodata"
  Address first = 0;
  std::uint32_t size_bytes = 0;
  std::string memory;          // name of a memory, or of a region that shows one
  bool is_code = false;        // instructions are fetched from it
  bool may_be_written = true;  // by the program; where nobody knows, its region decides
};

/// A request that was carried out.
struct Placed {
  std::string what;
  std::string memory;
  Address first = 0;  // where the program sees it
  std::uint32_t size_bytes = 0;
  Address charged_as = 0;  // the address in the other memory, which answers nothing else now
  bool is_device = false;  // Device memory there: no unaligned accesses
};

/// Moves the ranges of `placements` in `bus`, before `image` is loaded. Free places are those that
/// neither the image nor other placements use, congruent modulo 4 KiB; the highest first. Below
/// `stack_pointer` the middle of what is free is taken, since stack and heap grow into it.
/// Errors: ConfigError for an unknown memory, a range that is in no memory or in several, or in the
/// other one already; for one that the other memory has no room for, or that it cannot hold because
/// of what the program does with it.
[[nodiscard]] std::vector<Placed> place(const std::vector<Placement>& placements,
                                        const loader::Image& image, std::uint32_t stack_pointer,
                                        bus::SystemBus& bus);

/// For the report: what was placed where, and what differs there.
[[nodiscard]] std::string note_of(const Placed& placed);

}  // namespace mcost::boards
