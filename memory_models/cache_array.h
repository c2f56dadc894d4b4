// Tags of a set-associative cache with round-robin replacement: which line is in which way. Lines
// belong to owners (memories), so that one cache serves several. Depends on nothing.
//
// `assumed`: Arm does not say how the Cortex-M7 replaces lines (boards-and-memories facts 2.1); a
// pointer per set that moves on with each line it replaces is deterministic.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace mcost::memory {

class CacheArray {
 public:
  static constexpr std::uint8_t kNobody = 0xFF;
  struct Line {
    std::uint8_t owner = kNobody;
    std::uint32_t number = 0;  // of the line in its owner's memory
    friend bool operator==(const Line&, const Line&) = default;
  };

  /// `lines` is a multiple of `ways`; 0: nothing is ever held.
  CacheArray(std::uint32_t lines, std::uint32_t ways)
      : ways_(ways), sets_(ways == 0 ? 0 : lines / ways), lines_(lines), next_(sets_, 0) {}

  [[nodiscard]] std::uint32_t sets() const { return sets_; }
  [[nodiscard]] std::uint32_t ways() const { return ways_; }
  [[nodiscard]] bool empty() const { return sets_ == 0; }
  /// `address_line` is the line's address, whose low bits choose the set.
  [[nodiscard]] std::uint32_t set_of(std::uint32_t address_line) const {
    return address_line % sets_;
  }
  [[nodiscard]] const Line& at(std::uint32_t set, std::uint32_t way) const {
    return lines_[set * ways_ + way];
  }
  /// Calls `visit` for each way of each set.
  template <class Visit>
  void visit(Visit visit) const {
    for (const Line& line : lines_) visit(line);
  }
  /// By set, the way that is replaced next.
  [[nodiscard]] const std::vector<std::uint8_t>& next() const { return next_; }
  /// Which line would make room; its owner is kNobody where a way is free.
  [[nodiscard]] const Line& victim(std::uint32_t address_line) const {
    const std::uint32_t set = set_of(address_line);
    return lines_[set * ways_ + way_for(set)];
  }
  /// Puts a line that is not there in the place of victim().
  void replace(std::uint32_t address_line, const Line& line) {
    const std::uint32_t set = set_of(address_line);
    const std::uint32_t way = way_for(set);
    Line& place = lines_[set * ways_ + way];
    if (place.owner != kNobody) next_[set] = static_cast<std::uint8_t>((way + 1) % ways_);
    place = line;
  }
  void remove(std::uint32_t address_line, const Line& line) {
    const std::uint32_t first = set_of(address_line) * ways_;
    const auto begin = lines_.begin() + first;
    const auto found = std::find(begin, begin + ways_, line);
    if (found != begin + ways_) *found = {};
  }

 private:
  [[nodiscard]] std::uint32_t way_for(std::uint32_t set) const {
    for (std::uint32_t way = 0; way < ways_; ++way) {
      if (at(set, way).owner == kNobody) return way;
    }
    return next_[set];
  }

  std::uint32_t ways_;
  std::uint32_t sets_;
  std::vector<Line> lines_;         // sets_ x ways_
  std::vector<std::uint8_t> next_;  // by set, the way that is replaced next
};

}  // namespace mcost::memory
