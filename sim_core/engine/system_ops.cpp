// Exception entry and return, special registers, sleep, and the primitives of system instructions.
// Source: ARMv7-M ARM B1.5.6 (entry), B1.5.8 (return), B1.5.19 (sleep), B5.2 (MRS, MSR, CPS).
#include <array>
#include <cstring>

#include "sim_core/engine/engine.h"

namespace mcost::engine {
namespace {

constexpr std::uint32_t kFpca = 4;
constexpr std::uint32_t kSpsel = 2;
constexpr std::uint32_t kLspact = 1;
constexpr std::uint32_t kLspen = 1u << 30;
constexpr std::uint32_t kAspen = 1u << 31;
constexpr std::uint32_t kBasicFrame = 0x20;
constexpr std::uint32_t kExtendedFrame = 0x68;
constexpr std::uint32_t kStackingError = 1u << 12;  // BFSR.STKERR
constexpr unsigned kBasicWords = 8;
constexpr unsigned kExtendedWords = 26;

}  // namespace

bool Engine::push_word(Address address, std::uint32_t value) {
  std::array<std::uint8_t, 4> bytes{};
  std::memcpy(bytes.data(), &value, 4);
  if (!write_memory(address, bytes.data(), 4)) return false;
  Traffic& traffic = ledger_.traffic[bus_.find(address)->memory];
  ++traffic.writes;
  traffic.write_bytes += 4;
  return true;
}

bool Engine::pop_word(Address address, std::uint32_t& value) {
  std::array<std::uint8_t, 4> bytes{};
  if (!read_memory(address, bytes.data(), 4)) return false;
  std::memcpy(&value, bytes.data(), 4);
  Traffic& traffic = ledger_.traffic[bus_.find(address)->memory];
  ++traffic.reads;
  traffic.read_bytes += 4;
  return true;
}

void Engine::take_pending_exception() {
  sleeping_ = false;
  enter_exception(exceptions_.highest_takeable(), pc_);
}

void Engine::enter_exception(unsigned number, Address return_address) {
  const bool extended = (exceptions_.control & kFpca) != 0;
  std::uint32_t stack = core_.r[13];
  const bool realign = (exceptions_.ccr & kCcrStackAlign) != 0 && (stack & 4u) != 0;
  stack = (stack - (extended ? kExtendedFrame : kBasicFrame)) &
          ((exceptions_.ccr & kCcrStackAlign) != 0 ? ~7u : ~3u);
  const std::uint32_t saved_xpsr = (xpsr() & ~(1u << 9)) | (realign ? 1u << 9 : 0u);
  const std::array<std::uint32_t, kBasicWords> frame{core_.r[0],     core_.r[1],  core_.r[2],
                                                     core_.r[3],     core_.r[12], core_.r[14],
                                                     return_address, saved_xpsr};
  bool stacked = true;
  for (unsigned i = 0; i < kBasicWords; ++i)
    stacked = push_word(stack + 4 * i, frame[i]) && stacked;
  const bool lazy = extended && (exceptions_.fpccr & kLspen) != 0;
  if (lazy) {
    exceptions_.fpcar = stack + kBasicFrame;
    exceptions_.fpccr |= kLspact;
  } else if (extended) {
    stacked = save_fp(stack + kBasicFrame) && stacked;
  }
  std::uint32_t exc_return = exceptions_.handler_mode()            ? 0xFFFFFFF1u
                             : (exceptions_.control & kSpsel) != 0 ? 0xFFFFFFFDu
                                                                   : 0xFFFFFFF9u;
  if (extended) exc_return &= ~0x10u;
  core_.r[13] = stack;
  if (exceptions_.uses_process_stack()) std::swap(core_.r[13], exceptions_.other_stack_pointer);
  exceptions_.control &= ~(kFpca | kSpsel);
  core_.r[14] = exc_return;
  clear_exclusive();
  event_register_ = true;
  account(pipeline::ExceptionEvent::entry, extended && !lazy ? kExtendedWords : kBasicWords);
  if (!stacked) number = derived_exception(number, stack);
  if (number == 0) {
    lock_up();
  } else {
    vector_to(number);
  }
}

/// The vector fetch of exception entry.
void Engine::vector_to(unsigned number) {
  exceptions_.activate(number);
  std::uint32_t vector = 0;
  it_ = isa::ItState{};
  if (!pop_word(exceptions_.vtor + 4 * number, vector)) {
    lock_up();
    return;
  }
  pc_ = vector & ~1u;
  if (listener_ != nullptr) listener_->exception_entered(number, *this);
  if ((vector & 1u) == 0) invalid_vector(number);
}

/// A vector without the Thumb bit: INVSTATE at the handler's first instruction.
void Engine::invalid_vector(unsigned number) {
  if (number == kHardFault || number == kNmi) {
    lock_up();
    return;
  }
  take_fault(GuestFault{FaultKind::invalid_state, pc_, false});
}

/// A frame that cannot be stacked is a BusFault; the more urgent of the two is taken first. Returns
/// it, or 0 for lockup.  Source: ARMv7-M ARM B1.5.6, derived exceptions.
unsigned Engine::derived_exception(unsigned number, Address stack) {
  exceptions_.cfsr |= kStackingError;
  if (number == kHardFault || number == kNmi) return 0;
  const unsigned derived = exceptions_.synchronous(kBusFault);
  if (derived == 0) return 0;
  note_fault(GuestFault{FaultKind::bus_data_precise, stack, true}, derived);
  const bool derived_first = exceptions_.goes_before(derived, number);
  exceptions_.pend(derived_first ? number : derived);
  return derived_first ? derived : number;
}

bool Engine::save_fp(Address address) {
  bool ok = true;
  for (unsigned i = 0; i < 16; ++i) ok = push_word(address + 4 * i, core_.s[i]) && ok;
  return push_word(address + 64, core_.fp.fpscr) && ok;
}

bool Engine::restore_fp(Address address) {
  bool ok = true;
  for (unsigned i = 0; i < 16; ++i) ok = pop_word(address + 4 * i, core_.s[i]) && ok;
  return pop_word(address + 64, core_.fp.fpscr) && ok;
}

/// Checks of ExceptionReturn() before anything is unstacked: the handler is active, and a return to
/// thread mode ends the last one.  Source: ARMv7-M ARM B1.5.8; CCR.NONBASETHRDENA is bit 0.
bool Engine::may_return(unsigned kind) const {
  if (!exceptions_.is_active(exceptions_.ipsr())) return false;
  if (kind == 1) return true;
  const bool last = exceptions_.active_count() == 1 || (exceptions_.ccr & 1u) != 0;
  return (kind == 9 || kind == 13) && last;
}

/// INVPC is taken on the frame that stays where it is, like a tail-chained exception.
void Engine::invalid_return(std::uint32_t exc_return) {
  core_.r[14] = exc_return;
  const GuestFault fault{FaultKind::invalid_pc_load, exc_return, false};
  const unsigned number = exceptions_.raise_fault(fault);
  note_fault(fault, number);
  if (number == 0) {
    lock_up();
    return;
  }
  account(pipeline::ExceptionEvent::tail_chain, 0);
  vector_to(number);
}

void Engine::return_from_exception(std::uint32_t exc_return) {
  const unsigned returning = exceptions_.ipsr();
  if (listener_ != nullptr) listener_->exception_returned(returning, *this);
  const std::uint32_t kind = exc_return & 0xFu;
  const bool to_thread = kind == 9 || kind == 13;
  if (!may_return(kind) || (exc_return & 0x0FFFFFE0u) != 0x0FFFFFE0u) {
    exceptions_.deactivate(returning);
    invalid_return(exc_return);
    return;
  }
  exceptions_.deactivate(returning);
  if (const unsigned next = exceptions_.highest_takeable(); next != 0) {
    core_.r[14] = exc_return;
    account(pipeline::ExceptionEvent::tail_chain, 0);
    vector_to(next);
    return;
  }
  const bool process_stack = kind == 13;
  if (process_stack) std::swap(core_.r[13], exceptions_.other_stack_pointer);
  exceptions_.control =
      process_stack ? exceptions_.control | kSpsel : exceptions_.control & ~kSpsel;
  const bool extended = (exc_return & 0x10u) == 0;
  const bool lazy = extended && (exceptions_.fpccr & kLspact) != 0;
  const std::uint32_t stack = core_.r[13];
  std::array<std::uint32_t, kBasicWords> frame{};
  bool ok = true;
  for (unsigned i = 0; i < kBasicWords; ++i) ok = pop_word(stack + 4 * i, frame[i]) && ok;
  if (lazy) {
    exceptions_.fpccr &= ~kLspact;
  } else if (extended) {
    ok = restore_fp(stack + kBasicFrame) && ok;
  }
  exceptions_.control = extended ? exceptions_.control | kFpca : exceptions_.control & ~kFpca;
  if (!ok) {
    lock_up();
    return;
  }
  std::memcpy(core_.r.data(), frame.data(), 16);
  core_.r[12] = frame[4];
  core_.r[14] = frame[5];
  pc_ = frame[6] & ~1u;
  const std::uint32_t saved = frame[7];
  core_.set_apsr_nzcvq(saved);
  core_.set_ge(saved);
  it_ = isa::ItState{static_cast<std::uint8_t>((saved >> 25 & 3u) | (saved >> 10 & 0x3Fu) << 2)};
  exceptions_.set_ipsr(saved & 0x1FFu);
  core_.r[13] = (stack + (extended ? kExtendedFrame : kBasicFrame)) | ((saved >> 9 & 1u) << 2);
  clear_exclusive();
  event_register_ = true;
  account(pipeline::ExceptionEvent::exception_return,
          extended && !lazy ? kExtendedWords : kBasicWords);
  if (to_thread && (exceptions_.scr & 2u) != 0) start_waiting(false);  // SLEEPONEXIT
}

void Engine::account(pipeline::ExceptionEvent event, unsigned words) {
  TimingState state = states_[state_];
  const pipeline::Charges charges = model_.exception(state.pipeline, event, words);
  let_pass(bus_, state, charges.total());
  state_ = states_.id_of(state);
  account_exception(charges);
}

void Engine::note_fault(const GuestFault& fault, unsigned number) {
  if (first_fault_) return;
  FaultRecord record;
  record.fault = fault;
  record.pc = pc_;
  record.exception = number;
  std::copy(core_.r.begin(), core_.r.end(), record.registers.begin());
  record.registers[15] = pc_;
  first_fault_ = record;
}

void Engine::take_fault(const GuestFault& fault) {
  const unsigned number = exceptions_.raise_fault(fault);
  note_fault(fault, number);
  if (number == 0) {
    lock_up();
    return;
  }
  enter_exception(number, pc_);
}

void Engine::lock_up() { stop_ = StopReason::lockup; }

void Engine::start_waiting(bool event) {
  if (event && event_register_) {
    event_register_ = false;
    return;
  }
  sleeping_ = true;
  sleeping_for_event_ = event;
}

/// Sleeps until something wakes the core; without anything that could, the run is over.
void Engine::sleep_until(Cycles limit) {
  const bool pends_wake =
      sleeping_for_event_ && (exceptions_.scr & 16u) != 0 && exceptions_.any_pending();
  if (exceptions_.would_wake() || pends_wake || (sleeping_for_event_ && event_register_)) {
    sleeping_ = false;
    event_register_ = event_register_ && !sleeping_for_event_;
    return;
  }
  if (scheduler_.next_due() == Scheduler::kNever) {
    stop_ = StopReason::idle;
    return;
  }
  if (limit <= now_) return;
  ledger_.charge(Cause::sleep, 0, limit - now_);
  TimingState state = states_[state_];
  let_pass(bus_, state, limit - now_);
  state_ = states_.id_of(state);
  now_ = limit;
}

/// ExecuteFPCheck: faults if the FPU is off, saves a pending lazy frame, starts an FP context.
/// Source: ARMv7-M ARM B1.5.7, A2.5.
void Engine::fp_check(const MicroOp* op) {
  fault_op_ = op->index;
  if ((exceptions_.cpacr >> 20 & 0xFu) != 0xFu)
    throw GuestFault{FaultKind::no_coprocessor, 0, false};
  if ((exceptions_.fpccr & kLspact) != 0) {
    save_fp(exceptions_.fpcar);
    exceptions_.fpccr &= ~kLspact;
    request(kRecheck);
  }
  if ((exceptions_.control & kFpca) == 0 && (exceptions_.fpccr & kAspen) != 0) {
    exceptions_.control |= kFpca;
    core_.fp.fpscr = exceptions_.fpdscr & 0x07C00000u;
    request(kRecheck);
  }
}

void Engine::instruction_fault(const MicroOp* op) {
  fault_op_ = op->index;
  throw GuestFault{FaultKind::bus_instruction, current_->info[op->index].pc, false};
}

void Engine::note_unpredictable(Address pc) { ++unpredictable_[pc]; }

/// BXWritePC beyond odd targets: EXC_RETURN in handler mode, and targets without the Thumb bit.
void Engine::interworking_branch(std::uint32_t target, bool may_return) {
  core_.exit = kIndirect;
  if (may_return && exceptions_.handler_mode() && target >> 28 == 0xFu) {
    core_.target = target;
    request(kExceptionReturn);
    return;
  }
  core_.target = target & ~1u;
  if ((target & 1u) == 0) request(kInvalidState);
}

void interworking_branch(Core& core, std::uint32_t target, bool may_return) {
  core.engine->interworking_branch(target, may_return);
}

std::uint32_t Engine::read_special(unsigned sysm) const {
  const bool privileged = exceptions_.privileged();
  switch (sysm) {
    case 0:
    case 1:
    case 2:
    case 3: {
      std::uint32_t value = core_.apsr();
      if ((sysm & 1u) != 0 && privileged) value |= exceptions_.ipsr();
      return value;
    }
    case 5: return privileged ? exceptions_.ipsr() : 0;  // IPSR
    case 6:
    case 7: return sysm == 7 && privileged ? exceptions_.ipsr() : 0;  // EPSR reads as zero
    case 8:
      return privileged ? (exceptions_.uses_process_stack() ? exceptions_.other_stack_pointer
                                                            : core_.r[13])
                        : 0;
    case 9:
      return privileged ? (exceptions_.uses_process_stack() ? core_.r[13]
                                                            : exceptions_.other_stack_pointer)
                        : 0;
    case 16: return privileged ? exceptions_.primask : 0;
    case 17:
    case 18: return privileged ? exceptions_.basepri : 0;
    case 19: return privileged ? exceptions_.faultmask : 0;
    case 20: return exceptions_.control;
    default: return 0;
  }
}

void Engine::write_special(unsigned sysm, unsigned mask, std::uint32_t value) {
  request(kRecheck);
  if (sysm <= 3) {
    if ((mask & 2u) != 0) core_.set_apsr_nzcvq(value);
    if ((mask & 1u) != 0) core_.set_ge(value);
    return;
  }
  if (!exceptions_.privileged()) return;
  switch (sysm) {
    case 8:
      (exceptions_.uses_process_stack() ? exceptions_.other_stack_pointer : core_.r[13]) =
          value & ~3u;
      break;
    case 9:
      (exceptions_.uses_process_stack() ? core_.r[13] : exceptions_.other_stack_pointer) =
          value & ~3u;
      break;
    case 16: exceptions_.primask = value & 1u; break;
    case 17: exceptions_.basepri = value & exceptions_.priority_mask(); break;
    case 18: {
      const std::uint32_t priority = value & exceptions_.priority_mask();
      if (priority != 0 && (exceptions_.basepri == 0 || priority < exceptions_.basepri))
        exceptions_.basepri = priority;
      break;
    }
    case 19:
      if (exceptions_.execution_priority() > -1) exceptions_.faultmask = value & 1u;
      break;
    case 20: write_control(value); break;
    default: break;
  }
}

/// CONTROL: SPSEL changes only in thread mode.  Source: ARMv7-M ARM B1.4.4.
void Engine::write_control(std::uint32_t value) {
  const std::uint32_t kept = exceptions_.control;
  std::uint32_t next = (kept & ~5u) | (value & 5u);
  if ((features_ & isa::feature_bit(isa::Feature::fpv4_sp)) == 0) next &= ~kFpca;
  if (!exceptions_.handler_mode()) {
    if (((kept ^ value) & kSpsel) != 0) std::swap(core_.r[13], exceptions_.other_stack_pointer);
    next = (next & ~kSpsel) | (value & kSpsel);
  }
  exceptions_.control = next;
}

std::uint32_t read_special(Core& core, unsigned sysm) { return core.engine->read_special(sysm); }

void write_special(Core& core, unsigned sysm, unsigned mask, std::uint32_t value) {
  core.engine->write_special(sysm, mask, value);
}

void change_processor_state(Core& core, bool disable, bool primask, bool faultmask) {
  Engine& engine = *core.engine;
  Exceptions& exceptions = engine.exceptions();
  engine.request(Engine::kRecheck);
  if (!exceptions.privileged()) return;
  if (primask) exceptions.primask = disable ? 1 : 0;
  if (faultmask && (!disable || exceptions.execution_priority() > -1))
    exceptions.faultmask = disable ? 1 : 0;
}

void supervisor_call(Core& core, unsigned) { core.engine->request(Engine::kSupervisorCall); }

void breakpoint(Core& core, unsigned immediate) {
  core.engine->set_breakpoint_immediate(immediate);
  core.engine->request(Engine::kBreakpoint);
}

void wait_for(Core& core, bool event) {
  core.engine->request(event ? Engine::kWaitForEvent : Engine::kWaitForInterrupt);
}

void send_event(Core& core) { core.engine->set_event(); }

void write_fpscr(Core& core, std::uint32_t value) {
  core.fp.fpscr = value & (fp::kConditionFlags | fp::kAlternativeHalf | fp::kDefaultNan |
                           fp::kFlushToZero | fp::kRMode | fp::kCumulativeFlags);
  core.engine->request(Engine::kRecheck);
}

void note_operands(Core&, const MicroOp*, std::uint32_t, std::uint32_t) {}

}  // namespace mcost::engine
