#include "boards/clocks.h"

#include <algorithm>
#include <numeric>

#include "sim_core/base/counters.h"

namespace mcost::boards {

Hertz hertz(std::uint64_t numerator, std::uint64_t denominator) {
  const std::uint64_t common = std::gcd(numerator, denominator);
  return common == 0 ? Hertz{} : Hertz{numerator / common, denominator / common};
}

std::uint64_t whole_hz(Hertz clock) { return clock.numerator / clock.denominator; }

Clocks::Clocks(const ClockTree& tree, bool pinned)
    : first_(tree), tree_(tree), pinned_(pinned), all_{tree.core} {}

std::uint64_t Clocks::hz(ClockDomain domain) const {
  return tree_.core.numerator / (tree_.core.denominator * core_cycles(domain));
}

void Clocks::change(ClockTree tree, Cycles now) {
  if (pinned_) tree.core = tree_.core;
  if (tree == tree_) return;
  if (tree.core != tree_.core) {
    before_ = attoseconds(now);
    since_ = now;
    const auto known = std::find(all_.begin(), all_.end(), tree.core);
    const auto number = static_cast<unsigned>(known - all_.begin());
    if (known == all_.end() && all_.size() == kMaxClocks) {
      ++not_kept_;
    } else {
      if (known == all_.end()) all_.push_back(tree.core);
      if (span_listener_) span_listener_(number);
    }
  }
  tree_ = tree;
  for (const Listener& listener : listeners_) listener(now);
}

Clocks::Wide Clocks::attoseconds(Cycles now) const {
  constexpr Wide kPerSecond = 1'000'000'000'000'000'000ull;
  const Wide ticks = Wide{now - since_} * tree_.core.denominator;
  return before_ + ticks / tree_.core.numerator * kPerSecond +
         ticks % tree_.core.numerator * kPerSecond / tree_.core.numerator;
}

std::uint64_t Clocks::elapsed(Cycles now, std::uint64_t per_second) const {
  constexpr Wide kPerSecond = 1'000'000'000'000'000'000ull;
  const Wide time = attoseconds(now);
  return static_cast<std::uint64_t>(time / kPerSecond * per_second +
                                    time % kPerSecond * per_second / kPerSecond);
}

Cycles Clocks::cycles_of_ns(std::uint64_t nanoseconds) const {
  const Wide divisor = Wide{tree_.core.denominator} * 1'000'000'000u;
  return static_cast<Cycles>((Wide{nanoseconds} * tree_.core.numerator + divisor - 1) / divisor);
}

}  // namespace mcost::boards
