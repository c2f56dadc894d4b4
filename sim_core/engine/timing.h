// The timing state of a run and the two ways to time a visit of a block: fold (memoised, contents
// untouched) and replay (exact, contents change). Both call the core's advance() op by op. Depends
// on block.h, pipeline and bus.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "sim_core/bus/system_bus.h"
#include "sim_core/engine/block.h"
#include "sim_core/pipeline/pipeline_model.h"

namespace mcost::engine {

using bus::kMicroStates;

/// Everything the timing of the next instruction depends on, except contents of caches and absolute
/// time.
struct TimingState {
  pipeline::State pipeline;
  std::array<bus::MicroState, kMicroStates> memory{};
  std::array<std::uint32_t, kMicroStates>
      ahead{};           // cycles a micro-state is ahead of the next instruction
  std::int32_t lag = 0;  // cycles that the time base of port calls trails the next instruction
  friend bool operator==(const TimingState&, const TimingState&) = default;
};

/// Gives timing states small numbers, so that blocks compare one word.
class StateTable {
 public:
  std::uint32_t id_of(const TimingState& state);
  [[nodiscard]] const TimingState& operator[](std::uint32_t id) const { return *states_[id]; }
  [[nodiscard]] std::size_t size() const { return states_.size(); }

 private:
  struct Hash {
    std::size_t operator()(const TimingState& state) const;
  };
  std::unordered_map<TimingState, std::uint32_t, Hash> ids_;
  std::vector<const TimingState*> states_;
};

/// One access of the instruction being timed, with what the port needs beside bus::Access.
struct TimedAccess {
  bus::Access access;
  const bus::Region* region = nullptr;
  bool constant = true;           // costs the memory's data_wait()
  bool missed = false;            // DataPath::cached: filled its line
  bus::LineUse use{};             // of memories that follow attributes
  std::uint32_t device_wait = 0;  // of devices, beyond that of the region
};

/// An access that left the inline path.
struct LoggedAccess {
  std::uint8_t op = 0;
  std::uint8_t beat = 0;
  TimedAccess timed;
};

/// What happened in a visit, as far as timing needs it.
struct Visit {
  const Block* block = nullptr;
  std::uint32_t passed = 0;
  std::uint32_t missed = 0;
  std::uint64_t misaligned = 0;
  std::uint32_t banks = 0;
  bool mispredicted = false;
  std::uint32_t exit = kFallThrough;
  Address target = 0;
  bool exception_return = false;
  const std::vector<LoggedAccess>* log = nullptr;  // sorted by op, beat; may be null
};

/// What timing a range of ops gives.
struct TimedOp {
  pipeline::Advance advance;
  bool executed = true;
};

/// Bytes of the first transfer of an access of `left` bytes at `address`.
[[nodiscard]] unsigned piece_size(Address address, unsigned left);

/// Moves the micro-states of memories on by `elapsed` cycles.
void let_pass(const bus::SystemBus& bus, TimingState& state, Cycles elapsed);

/// A transfer that advance() asked its port for.
struct PortCall {
  bus::AccessKind kind = bus::AccessKind::fetch;
  Address address = 0;
  Cycles at = 0;  // cycle of its address phase, as the port was told
  bus::Wait answer;
};

/// The port behind advance(): asks memory models, with micro-states of one TimingState.
class BusPort final : public bus::TimingPort {
 public:
  /// For replay: the first op starts in core cycle `now`.
  BusPort(bus::SystemBus& bus, TimingState& state, Cycles now)
      : bus_(bus), state_(state), base_(now), grants_(true) {}
  /// For a look ahead from core cycle `now`: contents stay as they are. If it `grants`, initiators
  /// that are granted a memory before the op's data accesses use it.
  BusPort(bus::SystemBus& bus, TimingState& state, bus::FoldLog* log, unsigned log_memory,
          Cycles now, bool grants)
      : bus_(bus), state_(state), log_(log), log_memory_(log_memory), base_(now), grants_(grants) {}
  /// For a fold: contents stay as they are, and `log` takes the fetched lines of memory
  /// `log_memory`.
  BusPort(bus::SystemBus& bus, TimingState& state, bus::FoldLog* log, unsigned log_memory = 0)
      : bus_(bus), state_(state), log_(log), log_memory_(log_memory) {}
  bus::Wait fetch(Address address, Cycles at) override;
  void announce_fetch(Address address, Cycles at) override;
  bus::Wait data(const bus::Access& access, unsigned beat, Cycles at) override;

  void begin_op(const TimedAccess* accesses) {
    accesses_ = accesses;
    lost_.clear();
  }
  /// Cycles that this op's transfers waited for other initiators.
  struct Lost {
    Cause cause = Cause::data_wait;  // what the wait is charged to
    std::uint8_t memory = 0;
    std::uint8_t initiator = 0;
    std::uint32_t cycles = 0;
  };
  [[nodiscard]] const std::vector<Lost>& lost() const { return lost_; }
  /// From now on every transfer is noted there; null: none is.
  void note_calls(std::vector<PortCall>* calls) { calls_ = calls; }
  /// Moves micro-states to the time base of the next op.
  void end_op(Cycles total);
  /// What the transfers of one memory did since that was last forgotten.
  struct Activity {
    std::uint32_t fetched_words = 0;
    std::uint32_t array_reads = 0;
  };
  [[nodiscard]] const Activity& activity(std::size_t memory) const { return activity_[memory]; }
  void forget_activity() { activity_ = {}; }

 private:
  bus::Wait time_fetch(Address address, Cycles at);
  bus::Wait time_data(const bus::Access& access, unsigned beat, Cycles at);
  const bus::Region* fetch_region(Address address);
  std::uint32_t wait_for_grant(std::uint8_t memory, Cycles at, Cause cause);
  bus::MicroState& state_at(const bus::Memory& memory, Cycles at);
  bus::FoldLog* log_of(const bus::Region& region);
  bus::SystemBus& bus_;
  TimingState& state_;
  bus::FoldLog* log_ = nullptr;
  unsigned log_memory_ = 0;
  Cycles base_ = 0;      // core cycle of the time base of port calls
  bool grants_ = false;  // data accesses are arbitrated
  std::vector<Lost> lost_;
  std::array<bus::FoldLog, kMicroStates> elsewhere_;  // logs of other memories
  const TimedAccess* accesses_ = nullptr;
  std::vector<PortCall>* calls_ = nullptr;
  const bus::Region* fetch_region_ = nullptr;
  std::array<Activity, kMaxMemories> activity_{};
  bus::MicroState no_state_;  // for timed memories without one
};

/// Builds the accesses and the outcome of op `index` of a visit.
class OpReplay {
 public:
  OpReplay(const bus::SystemBus& bus, const Visit& visit, const Core& core)
      : bus_(bus), visit_(visit), core_(core) {}
  /// Times op `index`; `state` is advanced through `port`.
  TimedOp time(const pipeline::PipelineModel& model, TimingState& state, BusPort& port,
               unsigned index);
  [[nodiscard]] const std::vector<TimedAccess>& accesses() const { return accesses_; }
  /// Of the op timed last; its accesses are valid until the next one is.
  [[nodiscard]] const pipeline::Outcome& outcome() const { return outcome_; }

 private:
  void collect(const OpInfo& info, unsigned index);
  void collect_by_site(const OpInfo& info, bus::AccessKind kind, unsigned index, unsigned beat);
  const bus::SystemBus& bus_;
  const Visit& visit_;
  const Core& core_;
  std::vector<TimedAccess> accesses_;
  std::vector<bus::Access> plain_;
  pipeline::Outcome outcome_;
};

}  // namespace mcost::engine
