// When results may be used: for each register the issue cycle from which its usual readers can have
// it, and what made it, since some readers want it earlier or later than that. Depends on base.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace mcost::pipeline {

/// `Maker` is an enumeration of at most eight. A byte holds a cycle from -1 to 29 relative to the
/// last issue, and the maker; 0 is a value that nobody waits for.
template <std::size_t kCount, class Maker>
class Scoreboard {
 public:
  /// Earliest issue cycle of an instruction that reads `set`, with the delay of `delay_of(maker)`
  /// beyond usual readers. Delays are from -3 to 2.
  template <class Delay>
  [[nodiscard]] int earliest(std::uint32_t set, Delay delay_of) const {
    int cycle = -kOffset;
    for (; set != 0; set &= set - 1) {
      const std::uint8_t entry = entries_[static_cast<std::size_t>(std::countr_zero(set))];
      if (entry == 0) continue;
      cycle = std::max(cycle, (entry & kCycleMask) - kOffset +
                                  delay_of(static_cast<Maker>(entry >> kMakerShift)));
    }
    return cycle;
  }
  /// `cycle` is that of usual readers, relative to the last issue.
  void set(std::uint32_t set, int cycle, Maker maker) {
    const int held = std::clamp(cycle + kOffset, 0, kCycleMask);
    const auto entry =
        static_cast<std::uint8_t>(held == 0 ? 0 : held | static_cast<int>(maker) << kMakerShift);
    for (; set != 0; set &= set - 1) {
      entries_[static_cast<std::size_t>(std::countr_zero(set))] = entry;
    }
  }
  void pass(unsigned cycles) {
    for (std::uint8_t& entry : entries_) {
      const unsigned left = entry & static_cast<unsigned>(kCycleMask);
      entry = static_cast<std::uint8_t>(left > cycles ? entry - cycles : 0);
    }
  }

 private:
  static constexpr int kOffset = 2;
  static constexpr int kMakerShift = 5;
  static constexpr int kCycleMask = (1 << kMakerShift) - 1;

  std::array<std::uint8_t, kCount> entries_{};
};

}  // namespace mcost::pipeline
