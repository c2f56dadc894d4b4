// Cortex-M7: six stages, two instructions a cycle, in order. The unit of thought is the cycle in
// which an instruction issues, counted from that of the instruction before it: 0 joins it as the
// younger of a pair. What pairs is in cortex_m7_pairing.cpp, what results are late for in
// cortex_m7_latency.h; stages are EX1 (address generation, shifter, early ALU), EX2 (main ALU,
// fast load data), EX3 (slow load data), EX4 (store data). References: 5.x are sections of
// core-timing.md; JNK is jnk0le's list.
//
// Known approximations:
// - Slips by position in mixed-width code, and the extra cycle of LDM without 16-bit instructions
//   nearby, are not modelled: 5.3 and 5.5 call them irreproducible or give no cause.
// - RBIT and CLZ are timed as UBFX, VABS and VNEG as VMOV: their timing classes do not tell.
// - A predicated result is ready whatever the condition of its consumer (LLVM: up to 3 cycles
// late).
// - A load behind a store to its address does not wait for it (LLVM: 4 cycles).
// - Loads that fill a line of a cache make their result late, cortex_m7_late_loads.h; other loads
//   that wait for their memory hold everything (`assumed`). Readers of a late result need it when
//   the main ALU would, whoever they are.
// - `assumed`, since nothing is known: a divide takes CoreParameters::divide_cycles and holds all,
//   double-precision divides and multiplies hold all, indirect branches that are mispredicted cost
//   CoreParameters::indirect_mispredict_cycles, two more with a target that is fresh or loaded,
//   barriers cost a refill, system instructions one cycle. Entry of exceptions takes 12 cycles
//   (5.9, press), return as many, tail-chaining 6.
#include "sim_core/pipeline/cortex_m7.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "sim_core/pipeline/ahead_fetch.h"
#include "sim_core/pipeline/cortex_m7_late_loads.h"
#include "sim_core/pipeline/cortex_m7_latency.h"
#include "sim_core/pipeline/cortex_m7_pairing.h"
#include "sim_core/pipeline/cortex_m7_predictor.h"
#include "sim_core/pipeline/cortex_m7_store_buffer.h"
#include "sim_core/pipeline/scoreboard.h"

namespace mcost::pipeline {
namespace {

using isa::RegisterSet;
using isa::TimingClass;
using Maker = M7Maker;
using Reader = M7Reader;
using FpMaker = M7FpMaker;
using FpReader = M7FpReader;

// The prefetch queue, 5.1. Predicted branches leave no gap in it (`assumed`).
constexpr unsigned kFetchBytes = 8;
constexpr unsigned kFetchWords = 4;

// Branches, 5.6. Cycles lost.
constexpr unsigned kMispredict = 6;
constexpr unsigned kMispredictFresh = 8;  // the flags were set less than kFlagsSettle cycles before
constexpr unsigned kFlagsSettle = 3;

// Loads and stores, 5.5.
constexpr unsigned kUnalignedOlder = 3;
constexpr unsigned kUnalignedYounger = 4;

// FPU, 5.7 and 5.8. Cycles from issue to issue.
constexpr unsigned kFpLatency = 3;
constexpr unsigned kFusedLatency = 5;    // VFMA to VMUL
constexpr unsigned kChainedLatency = 6;  // VMLA to VMUL
constexpr unsigned kFpLoadLatency = 1;
constexpr unsigned kFpLoadDoubleLatency = 2;
constexpr unsigned kFpDivide = 16;
constexpr unsigned kFpSquareRoot = 14;
constexpr unsigned kAccumulateShadow = 3;  // cycles behind a multiply-accumulate
constexpr unsigned kTableBranch = 2;       // 5.3

// Exceptions on zero-wait memory, `assumed` but for entry (5.9).
constexpr unsigned kExceptionEntry = 12;
constexpr unsigned kExceptionReturn = 12;
constexpr unsigned kTailChain = 6;
constexpr unsigned kFrameWords = 8;  // two further words take a cycle

/// The columns of table 5.8, as operand_cycles() numbers them.
enum DoubleCase : std::uint8_t { none, same_exponent, other_exponent, denormal, zero };

/// Cycles per instruction of table 5.8, by case.
struct DoubleCycles {
  std::array<std::uint8_t, 5> first;
  std::array<std::uint8_t, 5> chained;  // directly behind a multiply-accumulate
};
constexpr DoubleCycles kDoubleAdd{{1, 1, 2, 3, 3}, {1, 1, 2, 3, 3}};
constexpr DoubleCycles kDoubleMultiply{{5, 5, 5, 5, 4}, {4, 4, 4, 4, 4}};
constexpr DoubleCycles kDoubleDivide{{30, 30, 30, 30, 2}, {30, 30, 30, 30, 2}};
constexpr DoubleCycles kDoubleFused{{7, 7, 8, 10, 6}, {6, 6, 7, 9, 5}};
constexpr DoubleCycles kDoubleChained{{8, 8, 9, 10, 7}, {5, 5, 7, 8, 5}};

enum class Flag : std::uint8_t { no, yes };
constexpr Flag flag(bool value) { return value ? Flag::yes : Flag::no; }

/// State between instructions. Cycles count from the last issue.
struct M7State {
  M7Uses older = 0;  // of the instruction that issued in this cycle
  M7LateLoads late;
  AheadFetchState<kFetchWords> fetch;
  Scoreboard<16, Maker> core;
  Scoreboard<32, FpMaker> singles;
  Scoreboard<1, Maker> flags;
  M7StoreBuffer stores;
  Flag open{};                 // a younger instruction may join
  std::uint8_t busy = 0;       // cycles until the next cycle of issue
  std::uint8_t flags_age = 0;  // kFlagsSettle less the cycles since they were set, or 0
  std::uint8_t accumulate_shadow =
      0;                     // kAccumulateShadow + 1 less the cycles since VFMA or VMLA, or 0
  Flag shadow_of_chained{};  // it was a VMLA
  Flag in_run{};             // another one was in its own shadow
  Flag behind_double_accumulate{};
  std::array<std::uint8_t, 3> reserved{};
};
static_assert(sizeof(M7State) <= State::kBytes);

constexpr std::uint32_t core_set(RegisterSet set) {
  return static_cast<std::uint32_t>(set & isa::kCoreRegisters & ~isa::core_register(15));
}
constexpr std::uint32_t single_set(RegisterSet set) {
  return static_cast<std::uint32_t>((set & isa::kSingleRegisters) >> isa::kFirstSingle);
}
constexpr bool has(M7Uses uses, M7Use use) { return (uses & bit(use)) != 0; }

constexpr bool is_fp_multiple(TimingClass c) {
  return c == TimingClass::fp_load_multiple || c == TimingClass::fp_store_multiple;
}

std::uint8_t minus(std::uint8_t value, unsigned cycles) {
  return static_cast<std::uint8_t>(value > cycles ? value - cycles : 0);
}

/// One instruction on its way to issue.
class Issue {
 public:
  Issue(const CoreParameters& parameters, M7State& state, const OpTiming& op,
        const Outcome& outcome, bus::TimingPort& port, Advance& result)
      : parameters_(parameters),
        state_(state),
        op_(op),
        outcome_(outcome),
        port_(port),
        fetch_(state.fetch, port),
        result_(result),
        charges_(result.charges),
        uses_(m7_uses_of(op, outcome)) {}

  void run();

 private:
  using Class = TimingClass;

  [[nodiscard]] RegisterSet early_operands() const;
  [[nodiscard]] int address_cycle() const;
  [[nodiscard]] int operand_cycle() const;
  [[nodiscard]] int fp_operand_cycle() const;
  [[nodiscard]] int fp_unit_cycle() const;
  [[nodiscard]] bool joins(int needed) const;
  [[nodiscard]] bool runs_early() const;
  [[nodiscard]] unsigned double_cycles() const;
  [[nodiscard]] unsigned fp_cycles() const;
  [[nodiscard]] unsigned issue_cycles() const;
  [[nodiscard]] unsigned mispredict_cycles() const;
  void choose_cycle();
  void delay(int cycle, Cause cause, std::uint8_t memory = 0);
  void wait_for_store_buffer();
  [[nodiscard]] const M7LateLoads::Load* late_operand() const;
  void access_memory();
  void leave_late_load();
  void leave_unaligned();
  void leave_branch();
  void pass();
  void write_core_results();
  void write_loads(std::uint32_t set, unsigned latency, Maker maker);
  void write_fp_results();
  void write_flags();

  [[nodiscard]] bool is_branch() const { return has(uses_, M7Use::branch); }
  [[nodiscard]] bool is_store() const { return has(uses_, M7Use::store); }

  const CoreParameters& parameters_;
  M7State& state_;
  const OpTiming& op_;
  const Outcome& outcome_;
  bus::TimingPort& port_;
  AheadFetch<kFetchBytes, kFetchWords> fetch_;
  Advance& result_;
  Charges& charges_;
  M7Uses uses_;
  bool younger_ = false;
  bool early_ = false;      // in the early ALU
  int at_ = 0;              // the cycle it issues in
  unsigned last_ = 0;       // the last cycle it issues in: behind it the next instruction may
  unsigned data_wait_ = 0;  // cycles that its data are late for and all else too
  unsigned late_ = 0;       // cycles more that only its results are late for
  std::uint8_t late_memory_ = 0;
};

void Issue::run() {
  choose_cycle();
  early_ = runs_early();
  last_ = static_cast<unsigned>(at_);
  access_memory();
  const unsigned more = issue_cycles() - 1;
  charges_.add(Cause::issue, more);
  last_ += more;
  leave_branch();
  result_.folded = charges_.total() == 0;
  result_.issue_cycle = at_ - 1;
  result_.first_port_cycle = fetch_.port_cycle(1);
  result_.data_phase = charges_.total();
  assert(charges_.total() == last_);
  pass();
  write_core_results();
  write_fp_results();
  write_flags();
}

/// Operands that must be there a stage early, at EX1. 5.4.
RegisterSet Issue::early_operands() const {
  switch (op_.timing_class) {
    case Class::alu:
    case Class::bit_field:
    case Class::reverse:
    case Class::saturate: return op_.roles.shifted;
    case Class::extend: {
      const RegisterSet added = op_.roles.reads & isa::kCoreRegisters & ~op_.roles.shifted;
      return added != 0 ? op_.roles.shifted : 0;
    }
    case Class::pack_select:  // PKHTB: Rn too
      return op_.shifts_left || op_.roles.shifted == 0 ? op_.roles.shifted
                                                       : op_.roles.reads & isa::kCoreRegisters;
    default: return 0;
  }
}

int Issue::address_cycle() const {
  const auto base = [](Maker maker) { return m7_delay(maker, Reader::base); };
  const auto index = [](Maker maker) { return m7_delay(maker, Reader::index); };
  return std::max(state_.core.earliest(core_set(op_.roles.base), base),
                  state_.core.earliest(core_set(op_.roles.index), index));
}

/// When everything is there that is no part of an address.
int Issue::operand_cycle() const {
  if (is_branch()) return 0;  // predicted: it issues before it is decided
  const RegisterSet early = early_operands();
  const RegisterSet named = op_.roles.base | op_.roles.index | op_.roles.store_data |
                            op_.roles.factor | op_.roles.accumulator | early;
  const Reader late = early != 0 ? Reader::beside_early : Reader::late;
  const auto at = [&](RegisterSet set, Reader reader) {
    return state_.core.earliest(core_set(set),
                                [reader](Maker maker) { return m7_delay(maker, reader); });
  };
  int cycle = std::max({at(op_.roles.reads & ~named, late), at(early, Reader::early),
                        at(op_.roles.factor, Reader::factor),
                        at(op_.roles.accumulator & ~op_.roles.factor, Reader::addend)});
  if (op_.timing_class == Class::fp_core_move) {
    // 5.7: one cycle from any ALU or multiplier.
    cycle = state_.core.earliest(core_set(op_.roles.reads),
                                 [](Maker maker) { return maker == Maker::multiplier ? -1 : 0; });
  }
  const bool reads_flags =
      (op_.roles.reads & (isa::kConditionFlags | status(isa::StatusField::ge))) != 0;
  if (op_.in_it_block || reads_flags) {
    cycle = std::max(cycle, state_.flags.earliest(1, [](Maker) { return 0; }));
  }
  return std::max(cycle, fp_operand_cycle());
}

int Issue::fp_operand_cycle() const {
  const auto at = [&](RegisterSet set, FpReader reader) {
    return state_.singles.earliest(single_set(set),
                                   [reader](FpMaker maker) { return m7_fp_delay(maker, reader); });
  };
  switch (op_.timing_class) {
    case Class::fp_store:
    case Class::fp_store_multiple: return at(op_.roles.store_data, FpReader::store);
    case Class::fp_core_move:
    case Class::fp_core_move_dual: return at(op_.roles.reads, FpReader::core);
    case Class::fp_multiply_accumulate: {
      const RegisterSet addend = op_.roles.accumulator & ~op_.roles.factor;
      return std::max(at(op_.roles.reads & ~addend, FpReader::operand),
                      at(addend, op_.fused ? FpReader::fused_addend : FpReader::chained_addend));
    }
    default: return at(op_.roles.reads, FpReader::operand);
  }
}

/// What a multiply-accumulate in the cycles before keeps out. 5.7.
int Issue::fp_unit_cycle() const {
  const int shadow = state_.accumulate_shadow;
  const bool kept_out = op_.timing_class == Class::fp_add || is_fp_multiple(op_.timing_class) ||
                        has(uses_, M7Use::fp_constant) ||
                        (has(uses_, M7Use::fp_transfer) && has(uses_, M7Use::alone));
  if (kept_out) return shadow;
  const bool fused = op_.timing_class == Class::fp_multiply_accumulate && op_.fused;
  // A VFMA does not issue in the cycle behind a VMLA.
  if (fused && state_.shadow_of_chained == Flag::yes)
    return shadow - static_cast<int>(kAccumulateShadow) + 1;
  return 0;
}

/// True if it issues in the cycle of the instruction before it.
bool Issue::joins(int needed) const {
  if (state_.open == Flag::no || needed > 0) return false;
  const bool in_shadow =
      state_.accumulate_shadow > 0 && state_.accumulate_shadow <= kAccumulateShadow;
  // Behind a multiply-accumulate VLDR, VSTR and VMOV are in the older slot.
  if (in_shadow && has(uses_, M7Use::fp_transfer)) return false;
  if (is_store() && state_.stores.full()) return false;
  const bool accumulates = state_.accumulate_shadow > kAccumulateShadow;
  return m7_may_pair(state_.older, uses_, in_shadow || (accumulates && state_.in_run == Flag::yes));
}

/// Moves the cycle of issue to `cycle`, if that is later.
void Issue::delay(int cycle, Cause cause, std::uint8_t memory) {
  if (cycle <= at_) return;
  charges_.add(cause, static_cast<std::uint32_t>(cycle - at_), memory);
  at_ = cycle;
}

void Issue::choose_cycle() {
  const int arrival = fetch_.ready(outcome_.pc, op_.size_bytes);
  const int address = address_cycle();
  const int operands = operand_cycle();
  const int unit = fp_unit_cycle();
  const M7LateLoads::Load* const late = late_operand();
  const int late_cycle = late != nullptr ? late->left : 0;
  younger_ = joins(std::max({arrival, address, operands, unit, late_cycle}));
  if (younger_) return;
  delay(1, Cause::issue);
  delay(state_.busy, Cause::structural);
  delay(arrival, fetch_.cause(), fetch_.memory());
  delay(address, Cause::address_interlock);
  delay(operands, Cause::result_latency);
  if (late != nullptr) delay(late_cycle, Cause::data_wait, late->memory);
  delay(unit, Cause::structural);
  wait_for_store_buffer();
}

/// The load under way whose result it reads or overwrites; barriers wait for all.
const M7LateLoads::Load* Issue::late_operand() const {
  if (op_.timing_class == Class::barrier) return state_.late.wait_of(~0u, ~0u);
  const RegisterSet touched = op_.roles.reads | op_.roles.writes;
  return state_.late.wait_of(core_set(touched), single_set(touched));
}

void Issue::wait_for_store_buffer() {
  const bool drains = op_.timing_class == Class::barrier;
  if (!is_store() && !drains) return;
  M7StoreBuffer stores = state_.stores;
  stores.pass(static_cast<unsigned>(at_));
  while (drains ? !stores.empty() : stores.full()) {
    stores.pass(1);
    delay(at_ + 1, Cause::structural);
  }
}

/// True if the early ALU takes it: its operands are there at EX1. 5.2.
bool Issue::runs_early() const {
  if (op_.timing_class == Class::reverse) return true;
  if (!op_.simple || is_branch()) return false;
  const bool shift = op_.timing_class == Class::shift;
  if (younger_) {
    const bool shifter_is_taken =
        has(state_.older, M7Use::inline_shift) || has(state_.older, M7Use::bits);
    if (!shift || shifter_is_taken) return false;
  }
  const Reader reader = shift ? Reader::early_shift : Reader::early_sum;
  return state_.core.earliest(core_set(op_.roles.reads),
                              [reader](Maker maker) { return m7_delay(maker, reader); }) <= at_;
}

/// Cycles per instruction of arithmetic on doubles.
unsigned Issue::double_cycles() const {
  const bool chained = state_.behind_double_accumulate == Flag::yes;
  const auto of = [&](const DoubleCycles& table) {
    return unsigned{(chained ? table.chained : table.first)[outcome_.operand_cycles]};
  };
  switch (op_.timing_class) {
    case Class::fp_add: return of(kDoubleAdd);
    case Class::fp_multiply: return of(kDoubleMultiply);
    case Class::fp_multiply_accumulate: return of(op_.fused ? kDoubleFused : kDoubleChained);
    case Class::fp_divide:
    case Class::fp_square_root: return of(kDoubleDivide);
    default: return 1;
  }
}

/// Cycles that an FP instruction keeps all but one partner from issuing.
unsigned Issue::fp_cycles() const {
  if (op_.is_double) return double_cycles();
  if (op_.timing_class == Class::fp_divide) return kFpDivide;
  return op_.timing_class == Class::fp_square_root ? kFpSquareRoot : 1;
}

/// Cycles it issues in, alone if several.
unsigned Issue::issue_cycles() const {
  const unsigned pairs = std::max(1u, (op_.transfers + 1u) / 2);
  switch (op_.timing_class) {
    case Class::divide: return parameters_.divide_cycles;
    case Class::table_branch: return kTableBranch;
    case Class::load_dual:
    case Class::load_multiple:
    case Class::fp_load_multiple: return pairs;
    case Class::fp_load: return 1;
    case Class::store_dual:
    case Class::store_multiple:
    case Class::fp_store:
    case Class::fp_store_multiple: {
      const bool splits = has(uses_, M7Use::odd_bank) && op_.transfers % 2 == 0;
      return pairs + (splits ? 1 : 0);
    }
    default: return 1;
  }
}

void Issue::access_memory() {
  unsigned wait = 0;
  std::uint8_t memory = 0;
  bool past_cache = false;  // where there are no banks: the AXI port takes one store at a time
  for (unsigned beat = 0; beat < outcome_.accesses.size(); ++beat) {
    const bus::Access& access = outcome_.accesses[beat];
    // A word that waits holds up those behind it.
    const auto asked = fetch_.port_cycle(at_ + static_cast<int>(wait));
    const bus::Wait answer = port_.data(access, beat, asked);
    const bool holds = is_store() || op_.writes_pc;
    const unsigned held = holds ? answer.cycles : answer.cycles - answer.late;
    wait += held;
    late_ = std::max(late_ > held ? late_ - held : 0u, answer.cycles - held);
    memory = access.memory;
    past_cache |= answer.cycles != 0 && answer.late == 0;
  }
  late_memory_ = memory;
  if (late_ != 0 && !state_.late.has_room(static_cast<unsigned>(at_) + wait)) {
    wait += late_;
    late_ = 0;
  }
  if (is_store() && !outcome_.accesses.empty() && outcome_.accesses.front().bufferable) {
    const bool in_parts = op_.access_bytes < 4 || has(uses_, M7Use::unaligned);
    state_.stores.pass(static_cast<unsigned>(at_));
    state_.stores.push(has(uses_, M7Use::odd_bank) && !past_cache ? 1 : 0,
                       wait + (in_parts ? M7StoreBuffer::kPartCycles : M7StoreBuffer::kWordCycles));
    return;
  }
  state_.stores.pass(static_cast<unsigned>(at_));
  const bool writes =
      !outcome_.accesses.empty() && outcome_.accesses.front().kind == bus::AccessKind::write;
  charges_.add(writes ? Cause::store_wait : Cause::data_wait, wait, memory);
  data_wait_ = wait;
  last_ += wait;
  state_.stores.pass(wait);
}

/// 5.6. CBZ compares when it executes, as flags set just before it (`assumed`).
unsigned Issue::mispredict_cycles() const {
  if (op_.conditional || op_.direct_target != 0) {
    const bool fresh =
        op_.timing_class == Class::compare_branch || state_.flags_age > static_cast<unsigned>(at_);
    return fresh ? kMispredictFresh : kMispredict;
  }
  const auto known = [](Maker maker) { return m7_delay(maker, Reader::base); };
  const bool fresh =
      !outcome_.accesses.empty() || state_.core.earliest(core_set(op_.roles.reads), known) > at_;
  return parameters_.indirect_mispredict_cycles + (fresh ? kMispredictFresh - kMispredict : 0);
}

void Issue::leave_branch() {
  const bool refills = op_.timing_class == Class::barrier;
  const unsigned lost = !outcome_.predicted ? mispredict_cycles() : (refills ? kMispredict : 0);
  charges_.add(refills ? Cause::refill : Cause::mispredict, lost);
  last_ += lost;
  if (lost > 0) {
    fetch_.restart(static_cast<int>(last_));
  } else {
    fetch_.leave(outcome_.pc, op_.size_bytes, outcome_.branch_taken, outcome_.pc + op_.size_bytes,
                 static_cast<int>(last_));
  }
}

/// Lets the cycles up to the last of this instruction pass.
void Issue::pass() {
  const unsigned more = last_ - static_cast<unsigned>(at_) - data_wait_;
  state_.stores.pass(more);
  state_.core.pass(last_);
  state_.singles.pass(last_);
  state_.flags.pass(last_);
  state_.late.pass(last_);
  leave_late_load();
  state_.busy = minus(state_.busy, last_);
  state_.flags_age = minus(state_.flags_age, last_);
  state_.accumulate_shadow = minus(state_.accumulate_shadow, last_);
  if (state_.accumulate_shadow == 0) state_.shadow_of_chained = state_.in_run = Flag::no;
  result_.port_cycles = fetch_.advance(last_);
  const bool alone = has(uses_, M7Use::alone) || last_ > static_cast<unsigned>(at_);
  state_.open = flag(!younger_ && !alone);
  leave_unaligned();
  state_.older = state_.open == Flag::yes ? uses_ : 0;
}

/// Notes what a load that fills a line makes late. The wait it adds is that beyond a hit.
void Issue::leave_late_load() {
  if (late_ == 0) return;
  const unsigned ready = static_cast<unsigned>(at_) + data_wait_ + 1 + late_;
  if (ready <= last_) return;
  M7LateLoads::Load load;
  load.core = static_cast<std::uint16_t>(core_set(op_.roles.by_load));
  load.singles = single_set(op_.roles.by_load);
  load.left = static_cast<std::uint16_t>(std::min(ready - last_, 0xFFFFu));
  load.memory = late_memory_;
  if (load.core != 0 || load.singles != 0) state_.late.add(load);
}

/// Cycles that unaligned loads cost, less one if an aligned partner goes to the bank they use
/// first. 5.5.
void Issue::leave_unaligned() {
  if (!has(uses_, M7Use::load)) return;
  const bool partner = younger_ && has(state_.older, M7Use::load);
  const bool same_bank = partner && !has(state_.older ^ uses_, M7Use::odd_bank);
  const bool older_is = partner && has(state_.older, M7Use::unaligned);
  if (has(uses_, M7Use::unaligned)) {
    const unsigned cycles =
        (younger_ ? kUnalignedYounger : kUnalignedOlder) - (same_bank && !older_is ? 1 : 0);
    data_wait_ += cycles;
    state_.busy = static_cast<std::uint8_t>(1 + cycles);
  } else if (older_is && same_bank) {
    state_.busy = minus(state_.busy, 1);
  }
}

void Issue::write_loads(std::uint32_t set, unsigned latency, Maker maker) {
  // Of several, two come in each cycle; all are there by the last.
  const int first = at_ - static_cast<int>(last_) + static_cast<int>(data_wait_ + latency);
  unsigned count = 0;
  for (; set != 0; set &= set - 1, ++count) {
    state_.core.set(set & (0u - set), first + static_cast<int>(count / 2), maker);
  }
}

void Issue::write_core_results() {
  const auto at = [&](unsigned latency) {
    return at_ - static_cast<int>(last_) + static_cast<int>(latency);
  };
  const isa::Roles& roles = op_.roles;
  const std::uint32_t loaded = core_set(roles.by_load);
  const std::uint32_t bases = core_set(roles.by_writeback) & ~loaded;
  const std::uint32_t products = core_set(roles.by_multiplier);
  const std::uint32_t others = core_set(roles.writes) & ~(loaded | bases | products);
  const bool narrow = op_.access_bytes == 1 || op_.access_bytes == 2;
  write_loads(loaded, narrow ? 2 : 1, narrow ? Maker::narrow_load : Maker::word_load);
  state_.core.set(bases, at(0), Maker::base_update);
  if (op_.timing_class == Class::divide) {
    state_.core.set(products, at(parameters_.divide_cycles), Maker::alu);
  } else {
    state_.core.set(products, at(2), Maker::multiplier);
  }
  const bool saturates = op_.timing_class == Class::saturate || op_.timing_class == Class::sad;
  const Maker maker = op_.timing_class == Class::reverse ? Maker::reverse : Maker::alu;
  state_.core.set(others, at(saturates ? 2 : (early_ ? 0 : 1)), maker);
}

void Issue::write_fp_results() {
  if (op_.timing_class < Class::fp_add) return;
  const unsigned cycles = fp_cycles();
  const int issued = at_ - static_cast<int>(last_);
  const std::uint32_t loaded = single_set(op_.roles.by_load);
  const std::uint32_t made = single_set(op_.roles.writes) & ~loaded;
  const unsigned load_latency = op_.timing_class == Class::fp_load && op_.transfers > 1
                                    ? kFpLoadDoubleLatency
                                    : kFpLoadLatency;
  const int last_beat = static_cast<int>(last_ - static_cast<unsigned>(at_));
  state_.singles.set(loaded, issued + last_beat + static_cast<int>(load_latency), FpMaker::loaded);

  const bool accumulates = op_.timing_class == Class::fp_multiply_accumulate;
  const bool divides =
      op_.timing_class == Class::fp_divide || op_.timing_class == Class::fp_square_root;
  unsigned latency = divides ? cycles : cycles - 1 + kFpLatency;
  FpMaker maker = FpMaker::arithmetic;
  if (accumulates) {
    maker = op_.fused ? FpMaker::fused : FpMaker::chained;
    latency = cycles - 1 + (op_.fused ? kFusedLatency : kChainedLatency);
  }
  state_.singles.set(made, issued + static_cast<int>(latency), maker);

  if (cycles > 1) state_.busy = static_cast<std::uint8_t>(cycles);
  if (accumulates) {
    state_.in_run = flag(state_.accumulate_shadow != 0);
    state_.accumulate_shadow = kAccumulateShadow + 1;
    state_.shadow_of_chained = flag(!op_.fused);
  }
  const bool arithmetic = op_.timing_class <= Class::fp_convert;
  if (arithmetic) state_.behind_double_accumulate = flag(accumulates && op_.is_double);
}

void Issue::write_flags() {
  if (!op_.sets_flags) return;
  const bool compares_shifted = has(uses_, M7Use::inline_shift) && core_set(op_.roles.writes) == 0;
  const bool multiplies = has(uses_, M7Use::multiplier);
  const int latency = compares_shifted || multiplies ? 2 : 1;
  state_.flags.set(1, at_ - static_cast<int>(last_) + latency, Maker::alu);
  state_.flags_age = kFlagsSettle;
}

class M7Model final : public PipelineModel {
 public:
  explicit M7Model(const CoreParameters& parameters) : parameters_(parameters) {}
  [[nodiscard]] std::string_view name() const override { return "cortex-m7"; }
  [[nodiscard]] State reset_state() const override;
  Advance advance(State& state, const OpTiming& op, const Outcome& outcome,
                  bus::TimingPort& port) const override;
  [[nodiscard]] std::uint8_t operand_cycles(TimingClass timing_class, bool is_signed,
                                            std::uint32_t first,
                                            std::uint32_t second) const override;
  Charges exception(State& state, ExceptionEvent event, unsigned words_stacked) const override;
  [[nodiscard]] bool uses_banks() const override { return true; }
  [[nodiscard]] unsigned fetch_bytes() const override { return kFetchBytes; }
  [[nodiscard]] std::unique_ptr<BranchPredictor> make_predictor() const override {
    return std::make_unique<M7Predictor>(parameters_.btac_entries);
  }
  [[nodiscard]] std::uint32_t worst_case(const OpTiming& op) const override;

 private:
  CoreParameters parameters_;
};

State M7Model::reset_state() const {
  State state;
  state.set(M7State{});
  return state;
}

Advance M7Model::advance(State& state, const OpTiming& op, const Outcome& outcome,
                         bus::TimingPort& port) const {
  auto own = state.get<M7State>();
  Advance result;
  Issue(parameters_, own, op, outcome, port, result).run();
  state.set(own);
  return result;
}

/// The case of table 5.8 that two doubles are, from their high words.
std::uint8_t M7Model::operand_cycles(TimingClass timing_class, bool, std::uint32_t first,
                                     std::uint32_t second) const {
  switch (timing_class) {
    case TimingClass::fp_add:
    case TimingClass::fp_multiply:
    case TimingClass::fp_multiply_accumulate:
    case TimingClass::fp_divide: break;
    default: return none;
  }
  constexpr std::uint32_t kSign = 0x80000000;
  constexpr std::uint32_t kExponent = 0x7FF00000;
  if ((first & ~kSign) == 0 || (second & ~kSign) == 0) return zero;
  if ((first & kExponent) == 0 || (second & kExponent) == 0) return denormal;
  return (first & kExponent) == (second & kExponent) ? same_exponent : other_exponent;
}

/// FP registers go out ahead of an FP instruction, two words a cycle.
Charges stack_lazily(State& state, unsigned cycles) {
  auto own = state.get<M7State>();
  own.core.pass(cycles);
  own.singles.pass(cycles);
  own.flags.pass(cycles);
  own.late.pass(cycles);
  own.stores.pass(cycles);
  own.busy = minus(own.busy, cycles);
  own.flags_age = minus(own.flags_age, cycles);
  own.accumulate_shadow = minus(own.accumulate_shadow, cycles);
  if (own.accumulate_shadow == 0) own.shadow_of_chained = own.in_run = Flag::no;
  own.open = Flag::no;
  own.older = 0;
  state.set(own);
  Charges charges;
  charges.add(Cause::exception, cycles);
  return charges;
}

Charges M7Model::exception(State& state, ExceptionEvent event, unsigned words) const {
  const auto before = state.get<M7State>();
  const unsigned more = words > kFrameWords ? (words - kFrameWords + 1) / 2 : 0;
  if (event == ExceptionEvent::lazy_stacking) return stack_lazily(state, (words + 1) / 2);
  M7State fresh;
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

std::uint32_t M7Model::worst_case(const OpTiming& op) const {
  // A double divide before it, a full store buffer, its own cycles, a wrong prediction.
  constexpr std::uint32_t kBefore = 30 + M7StoreBuffer::kStores * M7StoreBuffer::kPartCycles + 8;
  const std::uint32_t mispredict =
      std::max<std::uint32_t>(kMispredict, parameters_.indirect_mispredict_cycles) +
      (kMispredictFresh - kMispredict);
  return kBefore + parameters_.divide_cycles + mispredict + 4u * op.transfers;
}

}  // namespace

std::unique_ptr<PipelineModel> make_cortex_m7(const CoreParameters& parameters) {
  return std::make_unique<M7Model>(parameters);
}

}  // namespace mcost::pipeline
