// Loads of the Cortex-M7 whose lines are on their way: up to two, as many as the data cache fills
// at a time. What needs their results waits; all else goes on (hit under miss). Depends on base.
// Source: boards-and-memories facts 7.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace mcost::pipeline {

class M7LateLoads {
 public:
  struct Load {
    std::uint32_t singles = 0;  // registers it loads
    std::uint16_t core = 0;
    std::uint16_t left = 0;  // cycles from the last issue until usual readers have them
    std::uint8_t memory = 0;
    std::array<std::uint8_t, 3> reserved{};
  };

  /// The load that an instruction which touches these registers waits for last; null if for none.
  [[nodiscard]] const Load* wait_of(std::uint32_t core, std::uint32_t singles) const {
    const Load* last = nullptr;
    for (const Load& load : loads_) {
      if (load.left == 0 || ((load.core & core) == 0 && (load.singles & singles) == 0)) continue;
      if (last == nullptr || load.left > last->left) last = &load;
    }
    return last;
  }
  /// Whether another one may be under way `cycles` from the last issue.
  [[nodiscard]] bool has_room(unsigned cycles) const {
    return loads_[0].left <= cycles || loads_[1].left <= cycles;
  }
  /// Room is there.
  void add(const Load& load) { (loads_[0].left == 0 ? loads_[0] : loads_[1]) = load; }
  void pass(unsigned cycles) {
    for (Load& load : loads_) {
      if (load.left > cycles) {
        load.left = static_cast<std::uint16_t>(load.left - cycles);
      } else {
        load = {};
      }
    }
    if (loads_[0].left == 0) std::swap(loads_[0], loads_[1]);
  }

 private:
  std::array<Load, 2> loads_{};
};

}  // namespace mcost::pipeline
