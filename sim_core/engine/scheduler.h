// Cycle-stamped events of devices (timers, delayed ready bits). Ties run in the order they were
// scheduled, so runs are deterministic. Depends on base.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <utility>

#include "sim_core/base/units.h"

namespace mcost::engine {

class Scheduler {
 public:
  using Callback = std::function<void(Cycles now)>;
  using Id = std::pair<Cycles, std::uint64_t>;
  static constexpr Cycles kNever = std::numeric_limits<Cycles>::max();

  /// Calls `callback` at the first instruction boundary at or after cycle `when`. Returns a handle
  /// for cancel().
  Id schedule(Cycles when, Callback callback) {
    const Id id{when, next_++};
    events_.emplace(id, std::move(callback));
    return id;
  }
  void cancel(const Id& id) { events_.erase(id); }
  [[nodiscard]] Cycles next_due() const {
    return events_.empty() ? kNever : events_.begin()->first.first;
  }
  /// Runs what is due at `now`, including events that callbacks add for `now` or earlier.
  void run_due(Cycles now) {
    while (!events_.empty() && events_.begin()->first.first <= now) {
      const auto first = events_.begin();
      const Callback callback = std::move(first->second);
      const Cycles when = first->first.first;
      events_.erase(first);
      callback(when);
    }
  }

 private:
  std::map<Id, Callback> events_;
  std::uint64_t next_ = 0;
};

}  // namespace mcost::engine
