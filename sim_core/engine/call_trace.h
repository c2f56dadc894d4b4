// CallTrace: when execution went from one calling context to another, for the first switches of a
// run. Knows no engine. Depends on call_tree.h. Invariant: a run of any length takes bounded
// memory; what did not fit is counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "sim_core/engine/call_tree.h"

namespace mcost::engine {

/// From cycle `when` on, code of a context executes.
struct ContextSwitch {
  Cycles when = 0;
  CallTree::Id node = 0;
  std::uint16_t handlers = 0;  // of exceptions that are active; the context is of the innermost
  bool begins = false;         // a handler or the run: whatever ran at this level before is over
  friend bool operator==(const ContextSwitch&, const ContextSwitch&) = default;
};

class CallTrace {
 public:
  static constexpr std::size_t kMost = 131'072;
  /// What start-up code may take of them before mark() forgets it.
  static constexpr std::size_t kMostBefore = kMost / 4;

  void note(Cycles when, CallTree::Id node) {
    if (node == node_) return;
    node_ = node;
    if (switches_.size() < kMost) [[unlikely]] {
      switches_.push_back({when, node, handlers_, false});
    } else {
      drop(when);
    }
  }
  /// A handler, or the run from its reset on, begins.
  void begin(Cycles when, CallTree::Id node, unsigned handlers) {
    const ContextSwitch to{when, node, static_cast<std::uint16_t>(handlers), true};
    const bool nothing_ran = !switches_.empty() && switches_.back().begins &&
                             switches_.back().when == when &&
                             switches_.back().handlers == to.handlers;
    if (nothing_ran) switches_.pop_back();
    put(to);
  }
  /// A frame was unstacked and what it interrupted, or another task, goes on.
  void go_on(Cycles when, CallTree::Id node, unsigned handlers) {
    put({when, node, static_cast<std::uint16_t>(handlers), false});
  }
  /// What people want to see begins. Where a lot came before, the list begins anew.
  void mark(Cycles when) {
    if (std::exchange(marked_, true) || switches_.size() <= kMostBefore) return;
    switches_.clear();
    dropped_ = 0;
    put({when, node_, handlers_, true});
  }

  [[nodiscard]] const std::vector<ContextSwitch>& switches() const { return switches_; }
  /// Later ones, and when the first of them was.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }
  [[nodiscard]] Cycles dropped_since() const { return dropped_since_; }

 private:
  void put(const ContextSwitch& to) {
    node_ = to.node;
    handlers_ = to.handlers;
    if (switches_.size() < kMost) {
      switches_.push_back(to);
    } else {
      drop(to.when);
    }
  }
  void drop(Cycles when) {
    if (dropped_++ == 0) dropped_since_ = when;
  }

  std::vector<ContextSwitch> switches_;
  std::uint64_t dropped_ = 0;
  Cycles dropped_since_ = 0;
  CallTree::Id node_ = CallTree::kNone;  // that executes now
  std::uint16_t handlers_ = 0;
  bool marked_ = false;
};

}  // namespace mcost::engine
