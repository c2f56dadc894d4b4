// The store buffer of the Cortex-M7: five stores that drain to two banks of words, each bank at its
// own pace, or one by one where they go past the cache (boards-and-memories facts 7). Bytes,
// halfwords and unaligned stores are read, changed and written, which takes four cycles. Depends on
// base. Source: core-timing.md 5.5 (JNK); the depth is where unaligned stores begin to stall, that
// the two oldest may drain out of order is what STRB and STRH of unit stride show (2.25 and 2
// cycles here, 2.4 and 2 measured).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace mcost::pipeline {

class M7StoreBuffer {
 public:
  static constexpr unsigned kStores = 5;
  static constexpr unsigned kWordCycles = 1;
  static constexpr unsigned kPartCycles = 4;

  [[nodiscard]] bool full() const { return waiting_.back() != 0; }
  [[nodiscard]] bool empty() const { return waiting_[0] == 0 && busy_[0] == 0 && busy_[1] == 0; }

  /// Room is there. `cycles` is what the store occupies `bank` for.
  void push(unsigned bank, unsigned cycles) {
    const auto store = static_cast<std::uint8_t>(std::min(cycles, kMostCycles) << 1 | bank);
    *std::find(waiting_.begin(), waiting_.end(), 0) = store;
  }

  void pass(unsigned cycles) {
    for (; cycles > 0 && !empty(); --cycles) pass_one();
  }

 private:
  static constexpr unsigned kMostCycles = 127;
  static constexpr unsigned kWindow = 2;  // of the oldest, that look for a free bank

  void pass_one() {
    for (std::uint8_t& busy : busy_) busy = static_cast<std::uint8_t>(busy > 0 ? busy - 1 : 0);
    std::size_t at = 0;
    for (unsigned looked = 0; looked < kWindow; ++looked) {
      const std::uint8_t store = waiting_[at];
      if (store == 0 || busy_[store & 1] != 0) {
        ++at;
        continue;
      }
      busy_[store & 1] = static_cast<std::uint8_t>(store >> 1);
      std::shift_left(waiting_.begin() + static_cast<std::ptrdiff_t>(at), waiting_.end(), 1);
      waiting_.back() = 0;
    }
  }

  std::array<std::uint8_t, kStores> waiting_{};  // oldest first: cycles << 1 | bank; 0: none
  std::array<std::uint8_t, 2> busy_{};           // cycles until each bank is free
};

}  // namespace mcost::pipeline
