// The clocks of a board while it runs: what the clock tree makes of oscillators, dividers and PLLs,
// the spans of a run in which the core clock stays the same, and who must hear when it changes.
// Depends on base. Invariant: time that has passed at one frequency stays as it was.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim_core/base/units.h"

namespace mcost::boards {

/// A clock that peripherals count in.
enum class ClockDomain : std::uint8_t { core, hclk, pclk1, pclk2, timers1, timers2 };
inline constexpr unsigned kClockDomains = 6;

/// Frequencies of one state of the clock tree. The core clock and its integer ratios to the clocks
/// that are made from it: element `domain` of `core_cycles` is core cycles per cycle of that clock.
struct ClockTree {
  Hertz core;
  std::array<std::uint32_t, kClockDomains> core_cycles{1, 1, 1, 1, 1, 1};
  friend bool operator==(const ClockTree&, const ClockTree&) = default;
};

/// A reduced fraction.
[[nodiscard]] Hertz hertz(std::uint64_t numerator, std::uint64_t denominator);
/// Whole Hz, rounded down.
[[nodiscard]] std::uint64_t whole_hz(Hertz clock);

class Clocks {
 public:
  /// `pinned`: the core clock stays what it is whatever firmware writes; ratios follow.
  Clocks(const ClockTree& tree, bool pinned);

  [[nodiscard]] const ClockTree& tree() const { return tree_; }
  [[nodiscard]] Hertz core() const { return tree_.core; }
  [[nodiscard]] bool pinned() const { return pinned_; }
  [[nodiscard]] std::uint32_t core_cycles(ClockDomain domain) const {
    return tree_.core_cycles[static_cast<unsigned>(domain)];
  }
  [[nodiscard]] std::uint64_t hz(ClockDomain domain) const;

  /// A new state of the tree from cycle `now` on.
  void change(ClockTree tree, Cycles now);
  /// Back to the first state, which a system reset brings about.
  void reset(Cycles now) { change(first_, now); }
  /// Called after each change, in the order of these calls.
  using Listener = std::function<void(Cycles now)>;
  void listen(Listener listener) { listeners_.push_back(std::move(listener)); }
  /// Called with the number of the core clock in `all()` when it changes.
  void set_span_listener(std::function<void(unsigned clock)> listener) {
    span_listener_ = std::move(listener);
  }

  /// Core clocks in the order in which the run first had them; at most kMaxClocks.
  [[nodiscard]] const std::vector<Hertz>& all() const { return all_; }
  /// Clocks beyond those: their cycles count as at the clock before.
  [[nodiscard]] std::uint64_t not_kept() const { return not_kept_; }
  /// Units of 1 / `per_second` s from the start of the run to `now`, rounded down. `per_second` is
  /// below 2^20.
  [[nodiscard]] std::uint64_t elapsed(Cycles now, std::uint64_t per_second) const;
  /// Core cycles that last at least so long now. Source: design, nanosecond delays round up once.
  [[nodiscard]] Cycles cycles_of_ns(std::uint64_t nanoseconds) const;

 private:
  __extension__ using Wide = unsigned __int128;
  [[nodiscard]] Wide attoseconds(Cycles now) const;

  ClockTree first_;
  ClockTree tree_;
  bool pinned_;
  std::vector<Hertz> all_;
  Cycles since_ = 0;  // start of the span in progress
  Wide before_ = 0;   // attoseconds before it
  std::uint64_t not_kept_ = 0;
  std::vector<Listener> listeners_;
  std::function<void(unsigned)> span_listener_;
};

}  // namespace mcost::boards
