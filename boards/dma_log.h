// What DMA controllers moved and when. Depends on base. Invariant: firmware is hostile, so a
// bounded number of transfers is kept and the rest counted; recording changes nothing of the
// machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim_core/base/dma_transfers.h"

namespace mcost::boards {

class DmaLog {
 public:
  static constexpr std::size_t kMost = 10'000;

  /// The transfer that a stream or channel is at. Registers may say that one is over before its
  /// last beat is: what follows it begins behind that.
  class Handle {
    friend class DmaLog;
    static constexpr std::size_t kNone = ~std::size_t{0};
    std::size_t index_ = kNone;
    Cycles free_ = 0;
  };

  /// What is at the addresses is named by whoever reads transfers(). A transfer that is still open
  /// is stopped.
  void begin(Handle& handle, const std::string& channel, Address from, Address to, Cycles now);
  /// Bytes that arrived, of the transfer that is open, if one is.
  void move(const Handle& handle, std::uint32_t bytes) {
    if (handle.index_ < transfers_.size()) transfers_[handle.index_].bytes += bytes;
  }
  /// Closes the transfer, if one is open.
  void end(Handle& handle, DmaEnding ending, Cycles now);

  /// By begin. Those that are open end `now`.
  [[nodiscard]] DmaTransfers transfers(Cycles now) const;

 private:
  std::vector<DmaTransfer> transfers_;
  std::uint64_t dropped_ = 0;
};

}  // namespace mcost::boards
