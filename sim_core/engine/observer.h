// Who watches a run instruction by instruction: traces and explanations. While somebody does, the
// engine steps, so the fast loop knows nothing of it. Depends on timing.h.
#pragma once

#include <span>

#include "sim_core/engine/timing.h"

namespace mcost::engine {

/// One instruction with all that its time was made from. References are valid during the call.
struct ObservedOp {
  const OpInfo& info;
  const pipeline::Outcome& outcome;
  const TimingState& before;
  std::span<const TimedAccess> accesses;
  const TimedOp& timed;
  std::span<const PortCall> calls;  // in the order they were made
  Cycles begin = 0;                 // first cycle: the one after its predecessor's last
};

/// Hears of instructions in program order. It may end the watch or the run, and read the engine's
/// registers, which are those after the instruction.
class Observer {
 public:
  Observer() = default;
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;
  virtual ~Observer() = default;
  virtual void executed(const ObservedOp& op) = 0;
  /// Cycles of no instruction that completes: exceptions, arithmetic that was abandoned.
  virtual void spent(Cycles begin, const pipeline::Charges& charges) = 0;
  virtual void slept(Cycles begin, Cycles cycles) = 0;
  /// A semihosting call, which takes no time, is about to be served.
  virtual void called_host(Cycles now, const OpInfo& info) = 0;
};

}  // namespace mcost::engine
