// Cortex-M4: fetch, decode, execute, and a data phase one cycle behind execute. The unit of thought
// is the cycle in which an instruction enters execute; everything here says what it waits for.
// Cortex-M3 is the same machine with other values in ThreeStageCore. The prefetch unit is in
// prefetch_unit.cpp. References: TRM-M3, TRM-M4; D.., M.., C.. are CMEMU rows of core-timing.md 9
// ("in SRAM": the column with code there); JNK is jnk0le's list; 3.x and 4.x its sections.
//
// Known approximations, with size and evidence:
// - A NOP behind a load frees its fetch word a cycle early: M25, n = 3, is 10 instead of 11.
// - A branch behind LDM, STM, LDRD or STRD, code and data both on the System bus, starts its target
//   fetch with the last transfer instead of at once: up to N cycles; no measurement.
// - MULS directly before B<c> may cost one cycle (3.3, CMEmu's model); not modelled.
// - Unaligned accesses do not overlap their neighbours (`assumed`): at most 1 cycle each.
// - FPU, all `assumed` where the manual is silent (4.4): VMLA and VFMA hold the integer pipeline
// for
//   their 3 cycles (GCC's model lets it proceed: up to 2 cycles each); VSTR counts as a use of a
//   result; an FP load waits for a running VDIV.
// - Loads that overlap a store of the same port in the write buffer wait for it whatever their
//   address; DMB and DSB are timed as ISB; MSR, MRS and CPS take one cycle, a write to BASEPRI or
//   CONTROL may take two; SVC and WFI one. All `assumed`.
// - Exceptions are whole numbers (3.10); stacking does not go through the memory models.
#include <algorithm>
#include <array>
#include <cassert>
#include <limits>

#include "sim_core/pipeline/divide_rule.h"
#include "sim_core/pipeline/prefetch_unit.h"
#include "sim_core/pipeline/three_stage.h"

namespace mcost::pipeline {
namespace {

using isa::RegisterSet;
using isa::TimingClass;

constexpr Address kSystemBase = 0x20000000;
constexpr RegisterSet kLinkRegister = isa::core_register(14);
constexpr RegisterSet kProgramCounter = isa::core_register(15);
constexpr std::uint16_t kStackPointerAndPc = 1u << 13 | 1u << 15;

// Refill: cycles lost after a taken branch on zero-wait memory (P of TRM-M4 table 3-1), by where
// its target becomes known.
constexpr unsigned kRefillFromDecode = 1;   // B, BL, BX lr: C1, C17, C23
constexpr unsigned kRefillFromExecute = 2;  // BX, CBZ: C24, C42
constexpr unsigned kRefillFromAdder = 3;    // ADD pc, LDR pc, POP {pc}, TBB: C29, C31, C32, C38
constexpr unsigned kTableAdd = 1;           // TBB adds the loaded offset to the PC: C38

// FPv4-SP, TRM-M4 FPU table.
constexpr unsigned kFpMultiplyAccumulate = 3;
constexpr unsigned kFpDivide = 14;
constexpr unsigned kFpLatency = 1;  // extra cycle if the next instruction uses the result

// Exceptions on zero-wait memory, 3.10. The refill of the first instruction is charged with that
// instruction.
constexpr unsigned kExceptionEntry = 12;
constexpr unsigned kExceptionReturn = 9;  // behind the BX lr
constexpr unsigned kTailChain = 6;        // a late arrival reads its vector in as many (`assumed`)
constexpr unsigned kBasicFrameWords = 8;  // each further word takes a cycle
constexpr unsigned kFirstFetch = 2;       // address and data phase; the decode cycle overlaps

/// What an instruction in its second cycle lets the next one do.
enum class Tail : std::uint8_t {
  none,
  load,        // the next load or store of the same memory, or a NOP, starts under its data phase
  store,       // its data phase is still to come: a load waits for it
  slow_store,  // register offset: a NOP starts under its second cycle
};

/// A bool without padding bits.
enum class Flag : std::uint8_t { no, yes };
constexpr Flag flag(bool value) { return value ? Flag::yes : Flag::no; }

enum class Refilling : std::uint8_t { no, branch, exception };

/// State between instructions. Cycles count from the port clock, the cycle in which the last
/// instruction entered execute (or, after a taken branch, the one after its target address went
/// out).
struct M4State {
  PrefetchState prefetch;
  std::uint32_t late_singles = 0;  // S registers not ready for `fp_late` cycles
  std::uint16_t lag = 0;           // from the port clock to the first cycle of the next instruction
  std::uint16_t alu_results = 0;   // core registers written too late for the next address
  std::uint16_t load_results = 0;  // core registers whose load data phase is the last cycle
  std::uint16_t late_bases = 0;    // written back too late for an access that starts under the load
  Tail tail = Tail::none;
  std::uint8_t tail_memory = 0;
  bus::CorePort tail_port = bus::CorePort::icode;
  std::uint8_t fp_busy = 0;  // cycles until the FPU takes an instruction
  std::uint8_t fp_late = 0;
  Flag folds_it{};  // an IT directly behind takes no cycle
  Flag sets_flags{};
  Flag writes_lr{};
  Refilling refilling = Refilling::no;
  std::uint8_t buffer_memory = 0;  // that the System port is busy with
  Flag tail_buffered{};            // the write buffer took the store of `tail`
  std::uint8_t reserved = 0;
};
static_assert(sizeof(M4State) <= State::kBytes);

constexpr bool is_store(TimingClass c) {
  switch (c) {
    case TimingClass::store:
    case TimingClass::store_dual:
    case TimingClass::store_multiple:
    case TimingClass::store_exclusive:
    case TimingClass::fp_store:
    case TimingClass::fp_store_multiple: return true;
    default: return false;
  }
}

constexpr bool is_fp(TimingClass c) { return c >= TimingClass::fp_add; }

constexpr bool is_multiple(TimingClass c) {
  return c == TimingClass::load_multiple || c == TimingClass::store_multiple ||
         c == TimingClass::fp_load_multiple || c == TimingClass::fp_store_multiple;
}

constexpr std::uint16_t core_set(RegisterSet set) {
  return static_cast<std::uint16_t>(set & 0xFFFF);
}
constexpr std::uint32_t single_set(RegisterSet set) {
  return static_cast<std::uint32_t>(set >> isa::kFirstSingle);
}

template <class To>
constexpr To saturate(int value) {
  return static_cast<To>(std::clamp<int>(value, 0, std::numeric_limits<To>::max()));
}

/// One instruction on its way through the pipeline. Cycles are of the port clock.
class Passage {
 public:
  Passage(const ThreeStageCore& core, M4State& state, const OpTiming& op, const Outcome& outcome,
          bus::TimingPort& port, Advance& result)
      : core_(core),
        state_(state),
        op_(op),
        outcome_(outcome),
        port_(port),
        fetch_(state.prefetch, outcome.pc, op.size_bytes, core.keeps_fetch_address, port),
        result_(result),
        charges_(result.charges),
        first_(state.lag) {}

  void run();

 private:
  using Class = TimingClass;

  void fold();
  void wait_for_decode();
  void wait_for_operands();
  void enter_execute();
  void execute();
  void execute_branch();
  void single_access();
  void multiple_access();
  void load_pc();
  void send_pc(int cycle, Address target);
  void leave();
  void leave_access();
  void leave_fp(int total);

  [[nodiscard]] bool executed() const { return outcome_.executed; }
  [[nodiscard]] bool accesses_memory() const { return executed() && !outcome_.accesses.empty(); }
  [[nodiscard]] bool is_immediate_branch() const {
    return op_.timing_class == Class::branch || op_.timing_class == Class::compare_branch;
  }
  /// Branches that do not load the PC; MOV pc and ADD pc are data processing.
  [[nodiscard]] bool is_branch() const {
    return is_immediate_branch() || (op_.writes_pc && !accesses_memory());
  }
  [[nodiscard]] bool is_single_access() const;
  [[nodiscard]] bool starts_under_previous() const;
  [[nodiscard]] bool reads_stable_lr() const;
  [[nodiscard]] bool target_known_in_decode() const;
  [[nodiscard]] unsigned issue_cycles() const;
  void delay(int& when, int cycle, Cause cause, std::uint8_t memory = 0);
  void wait_for_store();
  void wait_for_port();

  const ThreeStageCore& core_;
  M4State& state_;
  const OpTiming& op_;
  const Outcome& outcome_;
  bus::TimingPort& port_;
  PrefetchUnit fetch_;
  Advance& result_;
  Charges& charges_;
  int first_;         // the instruction's first cycle: the one after its predecessor's last
  int decode_ = 0;    // enters decode
  int enter_ = 0;     // enters execute
  int start_ = 0;     // its first execute cycle that counts: for an access, the address phase
  int end_ = 0;       // first cycle of the next instruction
  int data_end_ = 0;  // last cycle of the first data phase
  bool execute_is_busy_ = false;  // with the instruction before it, when decode is done
  bool next_seen_ = false;        // decode saw the halfword behind this one
};

bool Passage::is_single_access() const {
  if (!accesses_memory() || outcome_.accesses.size() != 1) return false;
  // LDM, STM, PUSH, POP of one register pair like LDR and STR unless they write back: M44-M47.
  return !(is_multiple(op_.timing_class) && op_.writes_back) &&
         op_.timing_class != Class::table_branch && op_.timing_class != Class::store_exclusive;
}

bool Passage::starts_under_previous() const {
  if (!executed() || state_.tail == Tail::none || state_.tail == Tail::store) return false;
  if (op_.timing_class == Class::nop) return true;  // M16, M25; JNK
  if (state_.tail == Tail::slow_store || !is_single_access()) return false;
  if (state_.tail == Tail::load && op_.writes_back && core_.one_write_port) return false;
  // The address needs what is still being loaded (M13, M15) or written back (M6, M7).
  const std::uint16_t address = core_set(op_.roles.base | op_.roles.index);
  return (address & (state_.load_results | state_.late_bases)) == 0;
}

bool Passage::reads_stable_lr() const {
  // BX lr, BLX lr, MOV pc, lr unless the instruction in execute writes LR. TRM-M3 branch status;
  // C19-C28.
  const bool lr_in_execute = state_.writes_lr == Flag::yes;
  return !is_immediate_branch() && is_branch() && !op_.adds_to_pc && !lr_in_execute &&
         (op_.roles.reads & isa::kCoreRegisters & ~kProgramCounter) == kLinkRegister;
}

bool Passage::target_known_in_decode() const {
  if (op_.timing_class == Class::branch) return outcome_.branch_taken || op_.direct_target != 0;
  return outcome_.branch_taken && reads_stable_lr();
}

unsigned Passage::issue_cycles() const {
  if (!executed()) return 1;  // C55
  switch (op_.timing_class) {
    case Class::divide: return std::max<unsigned>(outcome_.operand_cycles, kShortestDivide);
    case Class::multiply_accumulate: return core_.multiply_accumulate;
    case Class::multiply_long:
    case Class::multiply_accumulate_long:
      return std::max<unsigned>(outcome_.operand_cycles, core_.shortest_long_multiply);
    case Class::fp_multiply_accumulate: return kFpMultiplyAccumulate;
    case Class::fp_core_move_dual: return 2;
    default: return 1;
  }
}

/// Moves `when` to `cycle`; cycles beyond the predecessor's end are this instruction's to explain.
void Passage::delay(int& when, int cycle, Cause cause, std::uint8_t memory) {
  if (cycle <= when) return;
  const int from = std::max(when, first_);
  if (cycle > from) charges_.add(cause, static_cast<std::uint32_t>(cycle - from), memory);
  when = cycle;
}

void Passage::run() {
  result_.first_port_cycle = static_cast<std::uint32_t>(first_);
  if (op_.timing_class == Class::it && state_.folds_it == Flag::yes) return fold();
  wait_for_decode();
  wait_for_operands();
  execute();
  const int total = end_ - first_;
  assert(total >= 0 && static_cast<std::uint32_t>(total) >= charges_.total());
  charges_.add(Cause::issue, static_cast<std::uint32_t>(total) - charges_.total());
  leave();
  leave_fp(total);
  result_.data_phase = static_cast<std::uint32_t>(std::max(data_end_ - first_, 0));
  result_.issue_cycle = start_ - first_;
  result_.port_cycles = static_cast<std::uint32_t>(fetch_.now());
}

/// IT decoded together with the 16-bit instruction before it. 3.7; C49-C56.
void Passage::fold() {
  fetch_.take();
  state_.tail = Tail::none;  // 3.7: a load with an IT behind it does not pair
  state_.tail_memory = 0;
  state_.tail_port = bus::CorePort::icode;
  state_.folds_it = Flag::no;
  result_.folded = true;
  result_.issue_cycle = -1;
}

void Passage::wait_for_decode() {
  const unsigned halfwords = op_.size_bytes / 2u;
  while (fetch_.queued() < halfwords) {
    if (fetch_.now() >= first_ - 1) {
      if (state_.refilling == Refilling::no || fetch_.in_wait()) {
        charges_.add(Cause::fetch_wait, 1, fetch_.memory());
      } else {
        charges_.add(state_.refilling == Refilling::branch ? Cause::refill : Cause::exception, 1);
      }
    }
    fetch_.cycle();
  }
  decode_ = fetch_.now();
  enter_ = std::max(starts_under_previous() ? 1 : first_, decode_ + 1);
  execute_is_busy_ = enter_ > decode_ + 1;
}

void Passage::wait_for_operands() {
  const std::uint16_t address = core_set(op_.roles.base | op_.roles.index);
  // The address unit works in decode: a result of the instruction in execute comes a cycle late.
  // M8, M18, M39, M49. An access known in decode to be skipped does not wait (3.7).
  if ((address & state_.alu_results) != 0 && (executed() || state_.sets_flags == Flag::yes)) {
    delay(enter_, first_ + 1, Cause::address_interlock);
  }
  if (!is_fp(op_.timing_class) || !executed()) return;
  delay(enter_, first_ + state_.fp_busy, Cause::result_latency);
  // A multiply-accumulate reads its addend one cycle after its factors. TRM-M4, note to the FPU
  // table.
  const RegisterSet early = op_.timing_class == Class::fp_multiply_accumulate
                                ? op_.roles.reads & ~(op_.roles.accumulator & ~op_.roles.factor)
                                : op_.roles.reads;
  if ((single_set(early) & state_.late_singles) != 0) {
    delay(enter_, first_ + state_.fp_late, Cause::result_latency);
  }
}

/// Waits in decode until execute is free; a branch with a known target fetches it meanwhile.
void Passage::enter_execute() {
  const bool speculates = target_known_in_decode();
  const bool gives_up = speculates && !outcome_.branch_taken;
  // With stable flags the verdict on B<c> is there a cycle after decode began, else in execute. C3,
  // C6.
  const bool flags_in_execute = state_.sets_flags == Flag::yes && decode_ < first_;
  const int verdict = flags_in_execute ? enter_ : decode_ + 1;
  if (speculates) fetch_.speculate(outcome_.branch_taken ? outcome_.target : op_.direct_target);
  if (execute_is_busy_) fetch_.wait_for_execute();
  while (fetch_.now() < enter_) {
    if (gives_up && fetch_.now() == verdict) fetch_.resume();
    next_seen_ = fetch_.queued() > op_.size_bytes / 2u;
    fetch_.cycle();
  }
  if (gives_up && verdict == enter_) fetch_.resume();
  fetch_.take();
  start_ = std::max(enter_, first_ - 1);
}

void Passage::execute() {
  if (accesses_memory()) {
    wait_for_store();
    enter_execute();
    if (op_.writes_pc) fetch_.stop();
    wait_for_port();
    if (is_single_access()) {
      single_access();
    } else {
      multiple_access();
    }
    if (op_.writes_pc || op_.timing_class == Class::table_branch) load_pc();
    return;
  }
  enter_execute();
  const unsigned cycles = issue_cycles();
  end_ = start_ + static_cast<int>(cycles);
  if (op_.timing_class == Class::divide && executed()) {
    charges_.add(Cause::operand, cycles - kShortestDivide);
  } else if (cycles > core_.shortest_long_multiply && outcome_.operand_cycles != 0) {
    charges_.add(Cause::operand, cycles - core_.shortest_long_multiply);
  }
  if (is_branch() || op_.timing_class == Class::barrier) execute_branch();
}

/// Loads never start under a store; stores do, in the same memory. M21, M32, M62; JNK.
void Passage::wait_for_store() {
  if (state_.tail != Tail::store) return;
  const bus::Access& access = outcome_.accesses.front();
  const bool behind_dual =
      op_.timing_class == Class::store_dual && !core_.pairs_store_before_store_dual;
  const bool other_port = access.port != state_.tail_port;
  if (!is_store(op_.timing_class)) {
    // M23, M24, code in SRAM: a D-Code load behind a System store that is not buffered waits for
    // one cycle more.
    const bool to_code = access.port == bus::CorePort::dcode &&
                         state_.tail_port == bus::CorePort::system &&
                         state_.tail_buffered == Flag::no;
    delay(enter_, first_ + (to_code && outcome_.pc >= kSystemBase ? 2 : 1), Cause::structural);
  } else if (behind_dual || other_port || access.memory != state_.tail_memory) {
    delay(enter_, first_ + 1, Cause::structural);
  }
}

/// In execute, until the address of the first access can go out.
void Passage::wait_for_port() {
  const bus::Access& access = outcome_.accesses.front();
  const bool other_memory = access.memory != state_.tail_memory || access.port != state_.tail_port;
  // Two memories, or two ports, do not overlap. M64, M65; JNK.
  if (state_.tail == Tail::load && other_memory) delay(start_, first_, Cause::structural);
  while (fetch_.now() < start_) fetch_.cycle();
  if (access.port != bus::CorePort::system) return;
  // A fetch already handed to the System port goes first. M2, code in SRAM.
  while (!fetch_.system_port_free()) {
    if (state_.prefetch.system_busy > 0) {
      delay(start_, start_ + 1, Cause::store_wait, state_.buffer_memory);
    } else {
      delay(start_, start_ + 1, Cause::structural);
    }
    fetch_.cycle();
  }
}

void Passage::single_access() {
  const bus::Access& access = outcome_.accesses.front();
  const bool on_system = access.port == bus::CorePort::system;
  const bool writes = access.kind == bus::AccessKind::write;
  if (access.port == bus::CorePort::dcode) fetch_.announce();
  const bus::Wait answer = port_.data(access, 0, static_cast<Cycles>(start_));
  const std::uint32_t wait = answer.cycles;
  fetch_.put_off(answer.fetch_delay);
  const bool buffered = writes && on_system && access.bufferable;
  // A run of stores that the buffer takes one a cycle keeps the port. M32 in SRAM on M3.
  if (buffered && state_.tail == Tail::store && state_.tail_buffered == Flag::yes &&
      start_ == first_) {
    fetch_.yield();
  }
  // A read right behind a write on the System port holds the write's data phase for a cycle.
  // M32-M38, code in SRAM.
  const std::uint32_t turnaround = on_system && writes && fetch_.enters_system_port() ? 1 : 0;
  data_end_ = start_ + 1 + static_cast<int>(wait + turnaround);
  if (on_system) fetch_.occupy_system_port(data_end_);
  end_ = start_ + (writes && !op_.register_offset ? 1 : 2);  // M32, M34
  // The one-entry write buffer hides what the memory takes. TRM-M3 write buffer.
  if (buffered) {
    state_.buffer_memory = access.memory;
    return;
  }
  charges_.add(writes ? Cause::store_wait : Cause::data_wait, wait, access.memory);
  charges_.add(Cause::structural, turnaround);
  end_ += static_cast<int>(wait + turnaround);
}

/// LDM, STM, LDRD, STRD, PUSH, POP, the parts of an unaligned access: 1+N, transfers overlap each
/// other but not the neighbours. TRM-M4 table 3-1; M45-M62; 3.6 unaligned.
void Passage::multiple_access() {
  const bool behind_fetches = outcome_.pc >= kSystemBase;
  int at = start_;
  for (unsigned beat = 0; beat < outcome_.accesses.size(); ++beat) {
    const bus::Access& access = outcome_.accesses[beat];
    const bool on_system = access.port == bus::CorePort::system;
    const bool writes = access.kind == bus::AccessKind::write;
    if (beat > 0 && on_system && behind_fetches) {
      while (fetch_.now() < at || !fetch_.system_port_free()) {
        if (fetch_.now() >= at) {
          charges_.add(Cause::structural, 1);
          ++at;
        }
        fetch_.cycle();
      }
    }
    const bus::Wait answer = port_.data(access, beat, static_cast<Cycles>(at));
    const std::uint32_t wait = answer.cycles;
    fetch_.put_off(answer.fetch_delay);
    std::uint32_t turnaround = 0;
    if (on_system && writes && behind_fetches && fetch_.enters_system_port()) turnaround = 1;
    const int data_end = at + 1 + static_cast<int>(wait + turnaround);
    if (on_system) fetch_.occupy_system_port(data_end);
    if (beat == 0) data_end_ = data_end;
    // The write buffer takes the last one. M61 in SRAM on M3.
    if (writes && on_system && access.bufferable && beat + 1 == outcome_.accesses.size()) {
      state_.buffer_memory = access.memory;
      ++at;
      break;
    }
    charges_.add(writes ? Cause::store_wait : Cause::data_wait, wait, access.memory);
    charges_.add(Cause::structural, turnaround);
    at = data_end;
  }
  end_ = at + 1;
}

/// LDR pc, POP {pc}, LDM {pc}, TBB, TBH: the PC is there a cycle after the data phase. C31-C41.
void Passage::load_pc() {
  const int loaded =
      end_ + (op_.timing_class == Class::table_branch ? static_cast<int>(kTableAdd) : 0);
  if (!outcome_.branch_taken) {  // an exception return: its refill is the exception's, 3.10
    end_ = loaded + static_cast<int>(kRefillFromAdder) - 1;
    charges_.add(Cause::exception, kRefillFromAdder - 1);
    return;
  }
  charges_.add(Cause::refill, kRefillFromAdder);
  send_pc(loaded, outcome_.target);
}

/// The target's address goes out in `cycle`; it executes three cycles later on zero-wait memory.
void Passage::send_pc(int cycle, Address target) {
  while (fetch_.now() < cycle) fetch_.cycle();
  fetch_.branch(target);
  end_ = cycle + 3;
}

void Passage::execute_branch() {
  if (op_.timing_class == Class::barrier) {
    charges_.add(Cause::refill, kRefillFromExecute);
    send_pc(start_, outcome_.pc + op_.size_bytes);
    return;
  }
  if (!outcome_.branch_taken) {
    if (!executed() || is_immediate_branch()) return;
    // An exception return: its refill is the exception's, 3.10.
    const unsigned late = reads_stable_lr() ? 0 : kRefillFromExecute - kRefillFromDecode;
    charges_.add(Cause::exception, late);
    end_ += static_cast<int>(late);
    return;
  }
  if (target_known_in_decode()) {
    charges_.add(Cause::refill, kRefillFromDecode);
    fetch_.cycle();
    fetch_.follow();
    end_ = start_ + 1 + static_cast<int>(kRefillFromDecode);
    return;
  }
  if (op_.adds_to_pc) fetch_.stop();
  charges_.add(Cause::refill, op_.adds_to_pc ? kRefillFromAdder : kRefillFromExecute);
  send_pc(start_ + (op_.adds_to_pc ? 1 : 0), outcome_.target);
}

/// Leaves what the next instruction must know.
void Passage::leave() {
  const bool left_sequence = outcome_.branch_taken || op_.timing_class == Class::barrier;
  const RegisterSet writes = executed() ? op_.roles.writes : 0;
  state_.lag = saturate<std::uint16_t>(end_ - fetch_.now());
  state_.folds_it = flag(op_.size_bytes == 2 && next_seen_ && !op_.in_it_block && !is_branch() &&
                         op_.timing_class != Class::it && !left_sequence);
  state_.sets_flags = flag(op_.sets_flags && executed());
  state_.writes_lr = flag((writes & kLinkRegister) != 0);
  state_.refilling = left_sequence ? Refilling::branch : Refilling::no;
  state_.tail = Tail::none;
  state_.tail_memory = 0;
  state_.tail_port = bus::CorePort::icode;
  state_.alu_results = 0;
  state_.load_results = 0;
  state_.late_bases = 0;
  if (state_.prefetch.system_busy == 0) state_.buffer_memory = 0;
  state_.tail_buffered = Flag::no;
  if (left_sequence) return;
  if (is_single_access()) {
    leave_access();
  } else if (!accesses_memory()) {
    state_.alu_results = core_set(writes);
    // RdLo is written a cycle before RdHi unless further passes change it. D24, D25.
    if (outcome_.operand_cycles == core_.shortest_long_multiply) {
      state_.alu_results &= static_cast<std::uint16_t>(~op_.low_result);
    }
  }
}

void Passage::leave_access() {
  const bus::Access& access = outcome_.accesses.front();
  const std::uint16_t bases = op_.writes_back ? core_set(op_.roles.base) : std::uint16_t{0};
  if (is_store(op_.timing_class)) {
    state_.tail = op_.register_offset ? Tail::slow_store : Tail::store;
    state_.tail_buffered = flag(access.bufferable && access.port == bus::CorePort::system);
    state_.alu_results = op_.register_offset ? std::uint16_t{0} : bases;  // M37, M38
  } else {
    state_.load_results = core_set(op_.roles.by_load);
    // A load of PC or SP never lets the next one start early (3.6).
    if ((state_.load_results & kStackPointerAndPc) != 0) return;
    state_.tail = Tail::load;
    // The new base is written in the load's first execute cycle: late for an access that starts
    // under the load, unless the load waited in execute for its own address phase. M6, M7; 4.3.
    if (enter_ == start_) state_.late_bases = bases;
  }
  state_.tail_memory = access.memory;
  state_.tail_port = access.port;
}

void Passage::leave_fp(int total) {
  state_.fp_busy = saturate<std::uint8_t>(state_.fp_busy - total);
  state_.fp_late = saturate<std::uint8_t>(state_.fp_late - total);
  if (executed()) {
    switch (op_.timing_class) {
      case Class::fp_add:
      case Class::fp_multiply:
      case Class::fp_convert:
      case Class::fp_multiply_accumulate:
        state_.fp_late = kFpLatency;
        state_.late_singles = single_set(op_.roles.by_fp);
        break;
      case Class::fp_divide:
      case Class::fp_square_root:
        state_.fp_busy = kFpDivide - 1;
        state_.fp_late = kFpDivide - 1 + kFpLatency;
        state_.late_singles = single_set(op_.roles.by_fp);
        break;
      default: break;
    }
  }
  if (state_.fp_late == 0) state_.late_singles = 0;
}

}  // namespace

State ThreeStageModel::reset_state() const {
  M4State fresh;
  fresh.lag = 1;  // the first address goes out a cycle before the first instruction could execute
  fresh.refilling = Refilling::branch;
  State state;
  state.set(fresh);
  return state;
}

Advance ThreeStageModel::advance(State& state, const OpTiming& op, const Outcome& outcome,
                                 bus::TimingPort& port) const {
  auto own = state.get<M4State>();
  Advance result;
  Passage(core_, own, op, outcome, port, result).run();
  state.set(own);
  return result;
}

std::uint8_t ThreeStageModel::operand_cycles(TimingClass timing_class, bool is_signed,
                                             std::uint32_t first, std::uint32_t second) const {
  switch (timing_class) {
    case TimingClass::divide: return divide_cycles(is_signed, first, second);
    case TimingClass::multiply_long:
    case TimingClass::multiply_accumulate_long:
      if (core_.long_multiply_cycles == nullptr) return 0;
      return core_.long_multiply_cycles(timing_class == TimingClass::multiply_accumulate_long,
                                        is_signed, first, second);
    default: return 0;
  }
}

Charges ThreeStageModel::exception(State& state, ExceptionEvent event, unsigned words) const {
  Charges charges;
  const auto before = state.get<M4State>();
  if (event == ExceptionEvent::lazy_stacking) {
    // The FP instruction waits in decode while the words go out like those of a VSTM.
    charges.add(Cause::exception, 1 + words);
    M4State waited = before;
    waited.late_singles = 0;
    waited.alu_results = waited.load_results = waited.late_bases = 0;
    waited.tail = Tail::none;
    waited.fp_busy = waited.fp_late = 0;
    state.set(waited);
    return charges;
  }
  M4State fresh;
  // The time base of port calls moves by the charged cycles: what it trailed by before, it trails
  // by after, and the first fetch goes out one cycle before the first instruction could execute.
  fresh.lag = std::max<std::uint16_t>(before.lag, 1);
  fresh.prefetch.stage = PrefetchState::data;
  fresh.prefetch.flight_left = fresh.lag;
  fresh.refilling = Refilling::exception;
  state.set(fresh);
  const unsigned more_words = words > kBasicFrameWords ? words - kBasicFrameWords : 0;
  switch (event) {
    case ExceptionEvent::entry:
      charges.add(Cause::exception, kExceptionEntry + more_words - kFirstFetch);
      break;
    case ExceptionEvent::exception_return:
      charges.add(Cause::exception, kExceptionReturn + more_words - kFirstFetch);
      break;
    default: charges.add(Cause::exception, kTailChain - kFirstFetch); break;
  }
  return charges;
}

std::uint32_t ThreeStageModel::worst_case(const OpTiming& op) const {
  // Waits before the start (FPU, address, a store, two fetches on the System port), the longest
  // issue, refill.
  constexpr std::uint32_t kBefore = kFpDivide + kFpLatency + 8;
  const std::uint32_t own = op.timing_class == TimingClass::divide ? kLongestDivide : 8u;
  return kBefore + own + 4u * op.transfers + kRefillFromAdder + 2;
}

std::unique_ptr<PipelineModel> make_cortex_m4() {
  return std::make_unique<ThreeStageModel>(ThreeStageCore{.name = "cortex-m4"});
}

}  // namespace mcost::pipeline
