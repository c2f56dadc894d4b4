// What DMA controllers moved and when, as plain data; part of RunResult. Depends on base.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim_core/base/units.h"

namespace mcost {

enum class DmaEnding : std::uint8_t {
  complete,
  stopped,     // by firmware or a reset
  failed,      // a bus error
  unfinished,  // when the run ended
};
inline constexpr unsigned kDmaEndings = 4;
inline constexpr std::array<const char*, kDmaEndings> kDmaEndingNames = {"complete", "stopped",
                                                                         "failed", "unfinished"};

struct DmaTransfer {
  std::string channel;  // "dma2 stream 0"
  Cycles begin = 0;     // when it was enabled, or the one before it was over
  Cycles end = 0;
  Address from = 0;
  Address to = 0;
  std::string source;  // memory or peripheral there: "sram1", "spi1"
  std::string destination;
  std::uint64_t bytes = 0;  // that arrived
  DmaEnding ending = DmaEnding::unfinished;
  friend bool operator==(const DmaTransfer&, const DmaTransfer&) = default;
};

struct DmaTransfers {
  std::vector<DmaTransfer> list;  // by begin; those of a channel do not overlap
  std::uint64_t dropped = 0;      // later ones, which are only counted
  friend bool operator==(const DmaTransfers&, const DmaTransfers&) = default;
};

}  // namespace mcost
