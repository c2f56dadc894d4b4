// Cortex-M33: three stages, in order, two 16-bit instructions a cycle where one of them is a NOP,
// an IT or a branch. Multiplies, SIMD, extend-adds and right-shifted operands take the third stage
// too, so their results are a cycle late. The unit of thought is the cycle in which an instruction
// issues, counted from that of the instruction before it: 0 joins it. References: 6.x are sections
// of core-timing.md; JNK is jnk0le's list, SLO the SLOTHY model (both RP2350).
//
// Where the two disagree: operands shifted by LSL are not late (SLO; JNK: as other shifts). A taken
// branch costs 2 cycles, also behind what sets its flags: JNK counts SUBS, BNE as 1 and 2, and
// SLO's 3 of a loop with either body are these two together (6.4).
//
// Known approximations, all `assumed`: divides take what they take on the M3; VDIV and VSQRT keep
// the FPU for CoreParameters::fp_divide_cycles; POP {pc} and LDR pc cost two cycles more than BX lr
// behind the same load; TBB takes a load and that; barriers cost three cycles, system instructions
// and exclusives one; a store reads results of the third stage as other readers do; exceptions
// return in 9 cycles behind the branch and tail-chain in 6, as on the M4.
#include "sim_core/pipeline/cortex_m33.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "sim_core/pipeline/ahead_fetch.h"
#include "sim_core/pipeline/divide_rule.h"
#include "sim_core/pipeline/scoreboard.h"

namespace mcost::pipeline {
namespace {

using isa::RegisterSet;
using isa::TimingClass;

// The prefetch queue: five halfwords. 6.1.
constexpr unsigned kFetchBytes = 4;
constexpr unsigned kFetchWords = 2;

// Cycles beyond the one a branch issues in. 6.4.
constexpr unsigned kRefill = 1;
constexpr unsigned kLoadedPc = 3;  // POP {pc}, LDR pc, TBB, behind their loads
constexpr unsigned kBarrier = 2;

// Issue and results. 6.2, 6.5.
constexpr int kLate = 2;            // results of the third stage, loads
constexpr unsigned kTwoCycles = 2;  // MULS.N; a rotated constant that sets flags
constexpr int kFpLatency = 2;
constexpr int kAccumulateLatency = 4;  // of VFMA, VMLA to a factor; 3 to an addend
constexpr unsigned kAccumulateBusy = 3;

// Exceptions on zero-wait memory. 6.6.
constexpr unsigned kExceptionEntry = 12;
constexpr unsigned kExceptionReturn = 9;
constexpr unsigned kTailChain = 6;
constexpr unsigned kFrameWords = 8;  // each further word takes a cycle

/// What made a value.
enum class Maker : std::uint8_t {
  alu,
  accumulator,  // multiplies, extend-adds, right-shifted operands
  third_stage,  // SIMD, saturation
  load,
  fp_accumulate,
};

enum class Reader : std::uint8_t {
  any,
  addend,         // of a multiply-accumulate
  extend_addend,  // of SXTAB, UXTAH, ...
  store_data,
  fp_addend,
};

/// Cycles by which a reader may issue earlier than others do.
constexpr int advantage(Maker maker, Reader reader) {
  switch (reader) {
    case Reader::addend: return maker == Maker::accumulator || maker == Maker::load ? -1 : 0;
    case Reader::extend_addend: return maker == Maker::accumulator ? -1 : 0;
    case Reader::store_data: return maker == Maker::load ? -1 : 0;
    case Reader::fp_addend: return maker == Maker::fp_accumulate ? -1 : 0;
    case Reader::any: break;
  }
  return 0;
}

enum class Flag : std::uint8_t { no, yes };
constexpr Flag flag(bool value) { return value ? Flag::yes : Flag::no; }

/// State between instructions. Cycles count from the last issue.
struct M33State {
  AheadFetchState<kFetchWords> fetch;
  Scoreboard<16, Maker> core;
  Scoreboard<32, Maker> singles;
  Scoreboard<1, Maker> flags;
  std::uint8_t fp_busy = 0;  // cycles until the FPU takes an instruction
  Flag open{};               // a second instruction may join
  Flag sets_flags{};         // the last instruction did
};
static_assert(sizeof(M33State) <= State::kBytes);

constexpr std::uint32_t core_set(RegisterSet set) {
  return static_cast<std::uint32_t>(set & isa::kCoreRegisters & ~isa::core_register(15));
}
constexpr std::uint32_t single_set(RegisterSet set) {
  return static_cast<std::uint32_t>((set & isa::kSingleRegisters) >> isa::kFirstSingle);
}
constexpr bool is_fp(TimingClass c) { return c >= TimingClass::fp_add; }
constexpr bool is_fp_store(TimingClass c) {
  return c == TimingClass::fp_store || c == TimingClass::fp_store_multiple;
}

/// One instruction on its way to issue.
class Issue {
 public:
  Issue(const CoreParameters& parameters, M33State& state, const OpTiming& op,
        const Outcome& outcome, bus::TimingPort& port, Advance& result)
      : parameters_(parameters),
        state_(state),
        op_(op),
        outcome_(outcome),
        port_(port),
        fetch_(state.fetch, port),
        result_(result),
        charges_(result.charges) {}

  void run();

 private:
  using Class = TimingClass;

  [[nodiscard]] bool is_branch() const;
  [[nodiscard]] bool joins(int needed) const;
  [[nodiscard]] int core_cycle() const;
  [[nodiscard]] int fp_cycle() const;
  [[nodiscard]] RegisterSet fp_addend() const {
    const bool accumulates = op_.timing_class == Class::fp_multiply_accumulate;
    return accumulates ? op_.roles.accumulator & ~op_.roles.factor : 0;
  }
  [[nodiscard]] unsigned issue_cycles() const;
  [[nodiscard]] unsigned refill_cycles() const;
  [[nodiscard]] Maker maker() const;
  [[nodiscard]] bool shifts_right() const {
    return op_.timing_class == Class::alu && op_.roles.shifted != 0 && !op_.shifts_left;
  }
  void delay(int cycle, Cause cause, std::uint8_t memory = 0);
  void choose_cycle();
  void access_memory();
  void leave_branch();
  void pass();
  void write_core_results();
  void write_fp_results();

  const CoreParameters& parameters_;
  M33State& state_;
  const OpTiming& op_;
  const Outcome& outcome_;
  bus::TimingPort& port_;
  AheadFetch<kFetchBytes, kFetchWords> fetch_;
  Advance& result_;
  Charges& charges_;
  bool second_ = false;   // joined the instruction before it
  bool fp_late_ = false;  // issued a cycle before its operands, and completes a cycle late
  int at_ = 0;            // the cycle it issues in
  unsigned last_ = 0;     // the last cycle it issues in
  unsigned wait_ = 0;     // of its loads for their memory
};

void Issue::run() {
  choose_cycle();
  last_ = static_cast<unsigned>(at_);
  const unsigned more = issue_cycles() - 1;
  charges_.add(Cause::issue, more);
  last_ += more;
  access_memory();
  leave_branch();
  result_.folded = charges_.total() == 0;
  result_.data_phase = charges_.total();
  assert(charges_.total() == last_);
  pass();
  if (!outcome_.executed) return;  // as a NOP: nothing goes to the later stages (6.2)
  write_core_results();
  write_fp_results();
}

bool Issue::is_branch() const {
  switch (op_.timing_class) {
    case Class::branch:
    case Class::branch_register:
    case Class::compare_branch: return true;
    default: return op_.writes_pc && op_.transfers == 0;
  }
}

/// Limited dual issue. 6.3.
bool Issue::joins(int needed) const {
  if (state_.open == Flag::no || needed > 0 || op_.size_bytes != 2) return false;
  if (is_branch()) return !outcome_.branch_taken || state_.sets_flags == Flag::no;
  return op_.timing_class == Class::nop || op_.timing_class == Class::it;
}

/// When the operands in core registers are there.
int Issue::core_cycle() const {
  if (!outcome_.executed) return 0;
  const RegisterSet addend = op_.roles.accumulator & ~op_.roles.factor;
  const bool extends = op_.timing_class == Class::extend;
  const RegisterSet extend_addend = extends ? op_.roles.reads & ~op_.roles.shifted : 0;
  const RegisterSet named = addend | extend_addend | op_.roles.store_data;
  const auto at = [&](RegisterSet set, Reader reader) {
    return state_.core.earliest(core_set(set),
                                [reader](Maker maker) { return advantage(maker, reader); });
  };
  int cycle = std::max({at(op_.roles.reads & ~named, Reader::any), at(addend, Reader::addend),
                        at(extend_addend, Reader::extend_addend),
                        at(op_.roles.store_data, Reader::store_data)});
  // A branch takes the flags of the instruction before it.
  const bool reads_flags = (op_.roles.reads & isa::kConditionFlags) != 0 || op_.in_it_block;
  if (reads_flags || op_.conditional) {
    const int early = is_branch() ? -1 : 0;
    cycle = std::max(cycle, state_.flags.earliest(1, [early](Maker) { return early; }));
  }
  return cycle;
}

/// When FP operands are there.
int Issue::fp_cycle() const {
  const auto at = [&](RegisterSet set, Reader reader) {
    return state_.singles.earliest(single_set(set),
                                   [reader](Maker maker) { return advantage(maker, reader); });
  };
  // All but VSTR issue a cycle before an operand is ready and complete late; VFMA only for factors.
  const int early = is_fp_store(op_.timing_class) ? 0 : 1;
  return std::max(at(op_.roles.reads & ~fp_addend(), Reader::any) - early,
                  at(fp_addend(), Reader::fp_addend));
}

void Issue::delay(int cycle, Cause cause, std::uint8_t memory) {
  if (cycle <= at_) return;
  charges_.add(cause, static_cast<std::uint32_t>(cycle - at_), memory);
  at_ = cycle;
}

void Issue::choose_cycle() {
  const int arrival = fetch_.ready(outcome_.pc, op_.size_bytes);
  const int operands = core_cycle();
  second_ = joins(std::max(arrival, operands));
  if (second_) return;
  delay(1, Cause::issue);
  delay(arrival, fetch_.cause(), fetch_.memory());
  delay(operands, Cause::result_latency);
  if (!is_fp(op_.timing_class) || !outcome_.executed) return;
  delay(state_.fp_busy, Cause::structural);
  delay(fp_cycle(), Cause::result_latency);
  const int ready =
      state_.singles.earliest(single_set(op_.roles.reads & ~fp_addend()), [](Maker) { return 0; });
  fp_late_ = ready > at_;
}

unsigned Issue::issue_cycles() const {
  if (!outcome_.executed) return 1;
  const bool rotates_flags = op_.shifted_constant && op_.sets_flags && op_.roles.writes != 0;
  switch (op_.timing_class) {
    case Class::divide: return std::max<unsigned>(outcome_.operand_cycles, kShortestDivide);
    case Class::multiply: return op_.size_bytes == 2 ? kTwoCycles : 1;
    case Class::alu: return rotates_flags ? kTwoCycles : 1;
    case Class::fp_core_move_dual: {
      const bool to_core = core_set(op_.roles.writes) != 0;
      return to_core ? kTwoCycles : 1;
    }
    default: break;
  }
  return std::max<unsigned>(1, static_cast<unsigned>(outcome_.accesses.size()));  // LDM: N
}

void Issue::access_memory() {
  for (unsigned beat = 0; beat < outcome_.accesses.size(); ++beat) {
    const bus::Access& access = outcome_.accesses[beat];
    const unsigned wait =
        port_.data(access, beat, fetch_.port_cycle(at_ + static_cast<int>(beat + wait_))).cycles;
    const bool writes = access.kind == bus::AccessKind::write;
    charges_.add(writes ? Cause::store_wait : Cause::data_wait, wait, access.memory);
    wait_ += wait;
  }
  last_ += wait_;
}

unsigned Issue::refill_cycles() const {
  if (op_.timing_class == Class::barrier) return kBarrier;
  if (!outcome_.branch_taken) return 0;
  if (!outcome_.accesses.empty()) return kLoadedPc;
  return kRefill;
}

void Issue::leave_branch() {
  const unsigned lost = refill_cycles();
  charges_.add(Cause::refill, lost);
  last_ += lost;
  if (lost > 0) {
    fetch_.restart(static_cast<int>(last_));
  } else {
    fetch_.leave(outcome_.pc, op_.size_bytes, false, outcome_.pc + op_.size_bytes,
                 static_cast<int>(last_));
  }
}

/// Lets the cycles up to the last of this instruction pass.
void Issue::pass() {
  state_.core.pass(last_);
  state_.singles.pass(last_);
  state_.flags.pass(last_);
  state_.fp_busy = static_cast<std::uint8_t>(state_.fp_busy > last_ ? state_.fp_busy - last_ : 0);
  result_.port_cycles = fetch_.advance(last_);
  const bool leads = op_.size_bytes == 2 && outcome_.executed && !is_branch() &&
                     op_.timing_class != Class::nop && op_.timing_class != Class::it;
  state_.open =
      flag(leads && !second_ && !outcome_.branch_taken && op_.timing_class != Class::barrier);
  state_.sets_flags = flag(op_.sets_flags && outcome_.executed);
}

Maker Issue::maker() const {
  switch (op_.timing_class) {
    case Class::multiply:
    case Class::multiply_accumulate:
    case Class::multiply_long:
    case Class::multiply_accumulate_long: return Maker::accumulator;
    case Class::extend: {
      const bool adds = core_set(op_.roles.reads & ~op_.roles.shifted) != 0;
      return adds ? Maker::accumulator : Maker::alu;
    }
    case Class::alu:
      return shifts_right() || op_.shifted_constant ? Maker::accumulator : Maker::alu;
    case Class::pack_select:
    case Class::parallel_add:
    case Class::saturate:
    case Class::sad: return Maker::third_stage;
    default: return Maker::alu;
  }
}

void Issue::write_core_results() {
  const int issued = at_ - static_cast<int>(last_);
  const isa::Roles& roles = op_.roles;
  const std::uint32_t loaded = core_set(roles.by_load);
  const std::uint32_t bases = core_set(roles.by_writeback) & ~loaded;
  const std::uint32_t others = core_set(roles.writes) & ~(loaded | bases);
  int beat = static_cast<int>(wait_);
  for (std::uint32_t set = loaded; set != 0; set &= set - 1, ++beat) {
    state_.core.set(set & (0u - set), issued + beat + kLate, Maker::load);
  }
  state_.core.set(bases, issued + 1, Maker::alu);
  const Maker made = maker();
  const bool from_fp = op_.timing_class == Class::fp_core_move;
  const bool two_issues = issue_cycles() > 1;  // MULS.N, rotated constants: done when they end
  const int own = static_cast<int>(issue_cycles());
  const int latency = made != Maker::alu || from_fp ? (two_issues ? own : kLate) : own;
  state_.core.set(others, issued + latency, made);
  if (op_.sets_flags) {
    const bool late = op_.timing_class == Class::alu && (op_.roles.shifted != 0 || two_issues);
    state_.flags.set(1, issued + own + (late && !two_issues ? 1 : 0), Maker::alu);
  }
}

void Issue::write_fp_results() {
  if (!is_fp(op_.timing_class)) return;
  const int done = at_ - static_cast<int>(last_) + (fp_late_ ? 1 : 0);
  const std::uint32_t loaded = single_set(op_.roles.by_load);
  const std::uint32_t made = single_set(op_.roles.writes) & ~loaded;
  unsigned busy = 1;
  int latency = kFpLatency;
  Maker maker = Maker::alu;
  switch (op_.timing_class) {
    case Class::fp_multiply_accumulate:
      busy = kAccumulateBusy;
      latency = kAccumulateLatency;
      maker = Maker::fp_accumulate;
      break;
    case Class::fp_divide:
    case Class::fp_square_root:
      busy = parameters_.fp_divide_cycles;
      latency = static_cast<int>(busy) + 1;
      break;
    case Class::fp_core_move: latency = 1; break;
    case Class::fp_core_move_dual: latency = kFpLatency; break;
    default: break;
  }
  state_.singles.set(made, done + latency, maker);
  // A load's last word is there in the cycle behind it.
  state_.singles.set(loaded, 1, Maker::load);
  const int until = done + static_cast<int>(busy);
  state_.fp_busy = static_cast<std::uint8_t>(std::max(until, 0));
}

class M33Model final : public PipelineModel {
 public:
  explicit M33Model(const CoreParameters& parameters) : parameters_(parameters) {}
  [[nodiscard]] std::string_view name() const override { return "cortex-m33"; }
  [[nodiscard]] State reset_state() const override;
  Advance advance(State& state, const OpTiming& op, const Outcome& outcome,
                  bus::TimingPort& port) const override;
  [[nodiscard]] std::uint8_t operand_cycles(TimingClass timing_class, bool is_signed,
                                            std::uint32_t first,
                                            std::uint32_t second) const override {
    return timing_class == TimingClass::divide ? divide_cycles(is_signed, first, second) : 0;
  }
  Charges exception(State& state, ExceptionEvent event, unsigned words_stacked) const override;
  [[nodiscard]] std::uint32_t worst_case(const OpTiming& op) const override;

 private:
  CoreParameters parameters_;
};

State M33Model::reset_state() const {
  State state;
  state.set(M33State{});
  return state;
}

Advance M33Model::advance(State& state, const OpTiming& op, const Outcome& outcome,
                          bus::TimingPort& port) const {
  auto own = state.get<M33State>();
  Advance result;
  Issue(parameters_, own, op, outcome, port, result).run();
  state.set(own);
  return result;
}

/// FP registers go out ahead of an FP instruction, a word a cycle.
Charges stack_lazily(State& state, unsigned cycles) {
  auto own = state.get<M33State>();
  own.core.pass(cycles);
  own.singles.pass(cycles);
  own.flags.pass(cycles);
  own.fp_busy = static_cast<std::uint8_t>(own.fp_busy > cycles ? own.fp_busy - cycles : 0);
  own.open = own.sets_flags = Flag::no;
  state.set(own);
  Charges charges;
  charges.add(Cause::exception, cycles);
  return charges;
}

Charges M33Model::exception(State& state, ExceptionEvent event, unsigned words) const {
  if (event == ExceptionEvent::lazy_stacking) return stack_lazily(state, words);
  const auto before = state.get<M33State>();
  const unsigned more = words > kFrameWords ? words - kFrameWords : 0;
  M33State fresh;
  fresh.fetch.lag = before.fetch.lag;
  fresh.fetch.next_free = before.fetch.lag;
  state.set(fresh);
  Charges charges;
  switch (event) {
    case ExceptionEvent::entry: charges.add(Cause::exception, kExceptionEntry + more); break;
    case ExceptionEvent::exception_return:
      charges.add(Cause::exception, kExceptionReturn + more);
      break;
    default: charges.add(Cause::exception, kTailChain); break;
  }
  return charges;
}

std::uint32_t M33Model::worst_case(const OpTiming& op) const {
  return parameters_.fp_divide_cycles + kLongestDivide + kLoadedPc + 8u + 4u * op.transfers;
}

}  // namespace

std::unique_ptr<PipelineModel> make_cortex_m33(const CoreParameters& parameters) {
  return std::make_unique<M33Model>(parameters);
}

}  // namespace mcost::pipeline
