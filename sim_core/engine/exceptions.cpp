#include "sim_core/engine/exceptions.h"

#include <algorithm>

namespace mcost::engine {
namespace {

// Fault status bits.  Source: ARMv7-M ARM B3.2.15.
constexpr std::uint32_t kIbusErr = 1u << 8;
constexpr std::uint32_t kPrecisErr = 1u << 9;
constexpr std::uint32_t kBfarValid = 1u << 15;
constexpr std::uint32_t kUndefInstr = 1u << 16;
constexpr std::uint32_t kInvState = 1u << 17;
constexpr std::uint32_t kInvPc = 1u << 18;
constexpr std::uint32_t kNoCp = 1u << 19;
constexpr std::uint32_t kUnaligned = 1u << 24;
constexpr std::uint32_t kDivByZero = 1u << 25;
constexpr std::uint32_t kForced = 1u << 30;
constexpr std::uint32_t kDebugEvt = 1u << 31;

constexpr int kLowestPriority = 256;

}  // namespace

Exceptions::Exceptions(unsigned interrupts, unsigned priority_bits)
    : state_(kFirstInterrupt + interrupts),
      priority_mask_(static_cast<std::uint8_t>(0xFFu << (8 - priority_bits))) {
  reset();
}

void Exceptions::reset() {
  std::fill(state_.begin(), state_.end(), State{});
  for (const unsigned number :
       {kReset, kNmi, kHardFault, kSvCall, kDebugMonitor, kPendSv, kSysTick}) {
    state_[number].enabled = true;
  }
  primask = faultmask = basepri = control = other_stack_pointer = 0;
  vtor = 0;
  ccr = kCcrStackAlign;
  shcsr_enables = scr = cfsr = hfsr = mmfar = bfar = cpacr = fpcar = fpdscr = 0;
  fpccr = 0xC0000000u;
  priority_group = 0;
  ipsr_ = 0;
  maybe_pending_ = false;
}

void Exceptions::pend(unsigned number) {
  state_[number].pending = true;
  maybe_pending_ = true;
}

void Exceptions::unpend(unsigned number) { state_[number].pending = false; }

bool Exceptions::is_enabled(unsigned number) const {
  switch (number) {
    case kMemManage: return (shcsr_enables & 1u << 16) != 0;
    case kBusFault: return (shcsr_enables & 1u << 17) != 0;
    case kUsageFault: return (shcsr_enables & 1u << 18) != 0;
    default: return state_[number].enabled;
  }
}

void Exceptions::set_priority(unsigned number, std::uint8_t value) {
  state_[number].priority = static_cast<std::uint8_t>(value & priority_mask_);
}

int Exceptions::priority_of(unsigned number) const {
  switch (number) {
    case kReset: return -3;
    case kNmi: return -2;
    case kHardFault: return -1;
    default: return state_[number].priority;
  }
}

/// The part of a priority that decides preemption.  Source: ARMv7-M ARM B1.5.4, AIRCR.PRIGROUP.
int Exceptions::group_priority(int priority) const {
  if (priority < 0) return priority;
  const int subgroup = (2 << priority_group) - 1;
  return priority & ~subgroup;
}

int Exceptions::execution_priority() const {
  int highest = kLowestPriority;
  for (unsigned number = kNmi; number < count(); ++number) {
    if (state_[number].active) highest = std::min(highest, group_priority(priority_of(number)));
  }
  return std::min(highest, masked_priority());
}

int Exceptions::masked_priority() const {
  if (faultmask != 0) return -1;
  if (primask != 0) return 0;
  if (basepri != 0) return group_priority(static_cast<int>(basepri));
  return kLowestPriority;
}

unsigned Exceptions::highest_pending() const {
  unsigned best = 0;
  for (unsigned number = kNmi; number < count(); ++number) {
    if (!state_[number].pending || !is_enabled(number)) continue;
    if (best == 0 || priority_of(number) < priority_of(best)) best = number;
  }
  return best;
}

unsigned Exceptions::highest_takeable() const {
  if (!maybe_pending_) return 0;
  const unsigned best = highest_pending();
  if (best == 0) return 0;
  return group_priority(priority_of(best)) < execution_priority() ? best : 0;
}

bool Exceptions::would_wake() const {
  const unsigned best = highest_pending();
  if (best == 0) return false;
  // WFI wakes as if PRIMASK were 0.  Source: ARMv7-M ARM B1.5.19.
  int highest = kLowestPriority;
  for (unsigned number = kNmi; number < count(); ++number) {
    if (state_[number].active) highest = std::min(highest, group_priority(priority_of(number)));
  }
  if (faultmask != 0) highest = std::min(highest, -1);
  if (basepri != 0) highest = std::min(highest, group_priority(static_cast<int>(basepri)));
  return group_priority(priority_of(best)) < highest;
}

bool Exceptions::any_pending() const {
  return std::any_of(state_.begin(), state_.end(),
                     [](const State& state) { return state.pending; });
}

unsigned Exceptions::raise_fault(const GuestFault& fault) {
  unsigned number = kUsageFault;
  switch (fault.kind) {
    case FaultKind::undefined_instruction: cfsr |= kUndefInstr; break;
    case FaultKind::invalid_state: cfsr |= kInvState; break;
    case FaultKind::invalid_pc_load: cfsr |= kInvPc; break;
    case FaultKind::no_coprocessor: cfsr |= kNoCp; break;
    case FaultKind::unaligned: cfsr |= kUnaligned; break;
    case FaultKind::divide_by_zero: cfsr |= kDivByZero; break;
    case FaultKind::bus_instruction:
      cfsr |= kIbusErr;
      number = kBusFault;
      break;
    case FaultKind::bus_data_precise:
      cfsr |= kPrecisErr | kBfarValid;
      bfar = fault.address;
      number = kBusFault;
      break;
    case FaultKind::breakpoint:
      hfsr |= kDebugEvt;
      number = kHardFault;
      break;
  }
  return synchronous(number);
}

unsigned Exceptions::synchronous(unsigned number) {
  const int priority = execution_priority();
  if (number != kHardFault && is_enabled(number) && group_priority(priority_of(number)) < priority)
    return number;
  // Escalation; a fault at HardFault priority or above locks the core up.  Source: ARMv7-M ARM
  // B1.5.14, B1.5.15.
  if (priority <= -1) return 0;
  if (number != kHardFault) hfsr |= kForced;
  return kHardFault;
}

bool Exceptions::goes_before(unsigned number, unsigned other) const {
  const int first = priority_of(number);
  const int second = priority_of(other);
  return first != second ? first < second : number < other;
}

void Exceptions::activate(unsigned number) {
  state_[number].pending = false;
  state_[number].active = true;
  ipsr_ = number;
}

void Exceptions::deactivate(unsigned number) {
  state_[number].active = false;
  if (number != kNmi) faultmask = 0;
}

unsigned Exceptions::active_count() const {
  return static_cast<unsigned>(
      std::count_if(state_.begin(), state_.end(), [](const State& state) { return state.active; }));
}

}  // namespace mcost::engine
