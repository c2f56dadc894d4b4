#include "sim_core/engine/what_if.h"

#include <algorithm>
#include <cassert>

namespace mcost::engine {
namespace {

/// Enough for any core's latencies to settle; where timing never repeats, for an average.
constexpr unsigned kMostRepeats = 64;
constexpr unsigned kAveraged = 8;

/// The memories themselves, but for what answers at once.
class RelaxedPort final : public bus::TimingPort {
 public:
  RelaxedPort(BusPort& port, const Relaxation& relaxation) : port_(port), relaxation_(relaxation) {}
  bus::Wait fetch(Address address, Cycles at) override {
    bus::Wait wait = port_.fetch(address, at);
    if (relaxation_.free_fetch) wait.cycles = 0;
    return wait;
  }
  void announce_fetch(Address address, Cycles at) override {
    if (!relaxation_.free_fetch) port_.announce_fetch(address, at);
  }
  bus::Wait data(const bus::Access& access, unsigned beat, Cycles at) override {
    if (relaxation_.free_data) return {0, access.memory, access.port};
    bus::Wait wait = port_.data(access, beat, at);
    if (relaxation_.free_fetch) wait.fetch_delay = 0;
    return wait;
  }

 private:
  BusPort& port_;
  const Relaxation& relaxation_;
};

/// Answers as the bus did when the instruction was observed.
class RecordedPort final : public bus::TimingPort {
 public:
  explicit RecordedPort(std::span<const PortCall> calls) : calls_(calls) {}
  bus::Wait fetch(Address address, Cycles) override {
    for (const PortCall& call : calls_) {
      if (call.kind == bus::AccessKind::fetch && call.address == address) return call.answer;
    }
    return {};
  }
  bus::Wait data(const bus::Access&, unsigned beat, Cycles) override {
    for (const PortCall& call : calls_) {
      if (call.kind != bus::AccessKind::fetch && beat-- == 0) return call.answer;
    }
    return {};
  }

 private:
  std::span<const PortCall> calls_;
};

/// A register that no instruction reads, to take results that nobody shall wait for; 0 if none.
isa::RegisterSet unread_register(const std::vector<RecordedOp>& ops, isa::RegisterSet among) {
  for (const RecordedOp& op : ops) among &= ~op.timing.roles.reads;
  return among & (0 - among);
}

constexpr isa::RegisterSet kOrdinaryRegisters = 0x1FFF;  // R0 to R12

void move_results(isa::Roles& roles, isa::RegisterSet from, isa::RegisterSet core_to,
                  isa::RegisterSet single_to) {
  for (isa::RegisterSet* set :
       {&roles.writes, &roles.by_alu, &roles.by_shifter, &roles.by_multiplier, &roles.by_load,
        &roles.by_writeback, &roles.by_fp}) {
    const isa::RegisterSet moved = *set & from;
    *set &= ~from;
    if ((moved & isa::kCoreRegisters) != 0) *set |= core_to;
    if ((moved & isa::kSingleRegisters) != 0) *set |= single_to;
  }
}

void keep_reads(isa::Roles& roles, isa::RegisterSet kept) {
  for (isa::RegisterSet* set : {&roles.reads, &roles.base, &roles.index, &roles.store_data,
                                &roles.accumulator, &roles.factor, &roles.shifted}) {
    *set &= kept;
  }
}

Cycles waited_for_results(const pipeline::Charges& charges) {
  Cycles sum = 0;
  for (const pipeline::Charge& charge : charges.parts()) {
    if (charge.cause == Cause::result_latency || charge.cause == Cause::address_interlock)
      sum += charge.cycles;
  }
  return sum;
}

}  // namespace

RecordedOp::RecordedOp(const ObservedOp& op)
    : timing(op.info.timing),
      outcome(op.outcome),
      accesses(op.accesses.begin(), op.accesses.end()),
      plain(op.outcome.accesses.begin(), op.outcome.accesses.end()) {
  outcome.accesses = {};
}

pipeline::Outcome RecordedOp::outcome_here() const {
  pipeline::Outcome here = outcome;
  here.accesses = plain;
  return here;
}

WhatIf::WhatIf(const pipeline::PipelineModel& model, bus::SystemBus& bus,
               std::vector<RecordedOp> ops, const TimingState& entry)
    : model_(model), bus_(bus), ops_(std::move(ops)), entry_(entry) {
  assert(!ops_.empty());
}

/// Results that are free go to a register that nobody reads: the instruction keeps its form, and
/// with it its place in pairs and its own cycles.
std::vector<pipeline::OpTiming> WhatIf::relaxed(const Relaxation& relaxation) const {
  const isa::RegisterSet core_to = unread_register(ops_, kOrdinaryRegisters);
  const isa::RegisterSet single_to = unread_register(ops_, isa::kSingleRegisters);
  std::vector<pipeline::OpTiming> timings;
  timings.reserve(ops_.size());
  for (const RecordedOp& op : ops_) {
    timings.push_back(op.timing);
    move_results(timings.back().roles, relaxation.free_results, core_to, single_to);
  }
  return timings;
}

/// One passage at a time under the same circumstances.
class WhatIf::Passages {
 public:
  Passages(const WhatIf& what_if, const Relaxation& relaxation)
      : what_if_(what_if),
        timings_(what_if.relaxed(relaxation)),
        relaxation_(relaxation),
        state_(what_if.entry_),
        bus_port_(what_if.bus_, state_, &log_, what_if.code_memory()),
        port_(bus_port_, relaxation_) {}

  [[nodiscard]] const TimingState& state() const { return state_; }
  /// Times the instructions once more and adds them to `ops`, if there.
  Cycles next(std::vector<pipeline::Advance>* ops) {
    Cycles total = 0;
    for (std::size_t i = 0; i < timings_.size(); ++i) {
      const RecordedOp& op = what_if_.ops_[i];
      pipeline::Outcome outcome = op.outcome_here();
      outcome.predicted = outcome.predicted || relaxation_.all_predicted;
      bus_port_.begin_op(op.accesses.data());
      const pipeline::Advance advance =
          what_if_.model_.advance(state_.pipeline, timings_[i], outcome, port_);
      bus_port_.end_op(advance.port_cycles);
      total += advance.charges.total();
      if (ops != nullptr) ops->push_back(advance);
    }
    return total;
  }

 private:
  const WhatIf& what_if_;
  std::vector<pipeline::OpTiming> timings_;
  Relaxation relaxation_;
  TimingState state_;
  bus::FoldLog log_;  // contents stay as they are
  BusPort bus_port_;
  RelaxedPort port_;
};

unsigned WhatIf::code_memory() const {
  const bus::Region* const region = bus_.find(ops_.front().outcome.pc);
  return region == nullptr ? 0u : region->memory;
}

Repetition WhatIf::repeat(const Relaxation& relaxation) const {
  Passages passages(*this, relaxation);
  std::vector<TimingState> seen;  // before each repeat
  Repetition result;
  while (seen.size() < kMostRepeats && !result.is_steady) {
    const auto same = std::find(seen.begin(), seen.end(), passages.state());
    result.is_steady = same != seen.end();
    if (result.is_steady) {
      result.repeats = static_cast<unsigned>(seen.end() - same);
    } else {
      seen.push_back(passages.state());
      passages.next(nullptr);
    }
  }
  if (!result.is_steady) result.repeats = kAveraged;
  for (unsigned i = 0; i < result.repeats; ++i) result.cycles += passages.next(&result.ops);
  return result;
}

Repetition WhatIf::once(const Relaxation& relaxation) const {
  Passages passages(*this, relaxation);
  Repetition result;
  result.repeats = 1;
  result.cycles = passages.next(&result.ops);
  return result;
}

isa::RegisterSet late_registers(const pipeline::PipelineModel& model, const ObservedOp& op) {
  if (waited_for_results(op.timed.advance.charges) == 0) return 0;
  const auto waited_for = [&](isa::RegisterSet registers) {
    pipeline::OpTiming alone = op.info.timing;
    keep_reads(alone.roles, registers | ~kAllResults);
    pipeline::State state = op.before.pipeline;
    RecordedPort port(op.calls);
    return waited_for_results(model.advance(state, alone, op.outcome, port).charges);
  };
  isa::RegisterSet latest = 0;
  Cycles longest = waited_for(0);  // for flags or a unit
  isa::RegisterSet left = op.info.timing.roles.reads & kAllResults;
  for (; left != 0; left &= left - 1) {
    const isa::RegisterSet one = left & (0 - left);
    const Cycles waited = waited_for(one);
    if (waited < longest || (waited == longest && latest == 0)) continue;
    latest = waited > longest ? one : latest | one;
    longest = waited;
  }
  return latest;
}

}  // namespace mcost::engine
