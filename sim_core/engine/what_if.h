// Recorded instructions timed again under other circumstances: what a loop would cost if memory
// answered at once or results were there at once, and which register an instruction waited for.
// Answers come from the core's advance(), never from rules of thumb. Contents of memories stay as
// they are. Depends on observer.h.
#pragma once

#include <vector>

#include "sim_core/bus/system_bus.h"
#include "sim_core/engine/observer.h"
#include "sim_core/pipeline/pipeline_model.h"

namespace mcost::engine {

/// An instruction that was executed, kept.
struct RecordedOp {
  explicit RecordedOp(const ObservedOp& op);
  /// The outcome; its accesses are this object's.
  [[nodiscard]] pipeline::Outcome outcome_here() const;

  pipeline::OpTiming timing;
  pipeline::Outcome outcome;  // without accesses
  std::vector<TimedAccess> accesses;
  std::vector<bus::Access> plain;  // the same as the core sees them
};

/// What is taken away. Nothing: the recorded instructions as they are.
struct Relaxation {
  bool free_fetch = false;            // instructions are there without wait states
  bool free_data = false;             // loads and stores have no wait states
  bool all_predicted = false;         // cores with a predictor: it is always right
  isa::RegisterSet free_results = 0;  // results in these registers are never late
};

/// Registers whose results may be late: all of the core and of the FPU but the PC.
inline constexpr isa::RegisterSet kAllResults =
    (isa::kCoreRegisters & ~isa::core_register(15)) | isa::kSingleRegisters;

/// Of a sequence that repeats itself.
struct Repetition {
  Cycles cycles = 0;                   // of `repeats` repeats
  unsigned repeats = 0;                // after which the timing state comes back
  bool is_steady = false;              // it did; else the sum is over the last ones tried
  std::vector<pipeline::Advance> ops;  // of all these repeats, one behind the other
};

/// Repeats recorded instructions, from the state before the first, until their timing does.
class WhatIf {
 public:
  /// `ops` are at least one, all fetched from memory. The bus and the model must outlive this.
  WhatIf(const pipeline::PipelineModel& model, bus::SystemBus& bus, std::vector<RecordedOp> ops,
         const TimingState& entry);
  [[nodiscard]] Repetition repeat(const Relaxation& relaxation) const;
  /// One passage from the entry state.
  [[nodiscard]] Repetition once(const Relaxation& relaxation) const;
  [[nodiscard]] const std::vector<RecordedOp>& ops() const { return ops_; }

 private:
  class Passages;
  [[nodiscard]] std::vector<pipeline::OpTiming> relaxed(const Relaxation& relaxation) const;
  [[nodiscard]] unsigned code_memory() const;

  const pipeline::PipelineModel& model_;
  bus::SystemBus& bus_;
  std::vector<RecordedOp> ops_;
  TimingState entry_;
};

/// Registers whose results the instruction waited for longest; empty if it waited for none, or for
/// a unit or flags.
[[nodiscard]] isa::RegisterSet late_registers(const pipeline::PipelineModel& model,
                                              const ObservedOp& op);

}  // namespace mcost::engine
