// Where a debugger halts a run: breakpoints, watchpoints, and what the last halt was for. The
// engine asks it at hooked addresses and behind accesses that left the inline path. Depends on
// base.
#pragma once

#include <algorithm>
#include <cstdint>
#include <unordered_set>
#include <vector>

#include "sim_core/base/units.h"

namespace mcost::engine {

/// Accesses of the core to [first, last] that halt the run behind the instruction that makes them.
struct Watchpoint {
  Address first = 0;
  Address last = 0;
  bool reads = false;
  bool writes = false;
  friend bool operator==(const Watchpoint&, const Watchpoint&) = default;
};

enum class HaltCause : std::uint8_t { none, requested, breakpoint, watchpoint };

struct Halt {
  HaltCause cause = HaltCause::none;
  Watchpoint watchpoint{};  // of HaltCause::watchpoint
};

class DebugStops {
 public:
  /// False if there was one already.
  bool add_breakpoint(Address pc) { return breakpoints_.insert(pc).second; }
  /// False if there was none.
  bool remove_breakpoint(Address pc) { return breakpoints_.erase(pc) != 0; }
  [[nodiscard]] bool breaks_at(Address pc) const {
    return !breakpoints_.empty() && breakpoints_.contains(pc);
  }

  void add(const Watchpoint& watchpoint) { watchpoints_.push_back(watchpoint); }
  void remove(const Watchpoint& watchpoint) { std::erase(watchpoints_, watchpoint); }
  [[nodiscard]] const std::vector<Watchpoint>& watchpoints() const { return watchpoints_; }
  /// The watchpoint that an access meets, or null.
  [[nodiscard]] const Watchpoint* met(Address address, unsigned size_bytes, bool write) const {
    for (const Watchpoint& watchpoint : watchpoints_) {
      if (!(write ? watchpoint.writes : watchpoint.reads)) continue;
      const bool begins_inside = address - watchpoint.first <= watchpoint.last - watchpoint.first;
      if (begins_inside || watchpoint.first - address < size_bytes) return &watchpoint;
    }
    return nullptr;
  }

 private:
  std::unordered_set<Address> breakpoints_;
  std::vector<Watchpoint> watchpoints_;
};

}  // namespace mcost::engine
