#include "sim_core/engine/exceptions.h"

#include <algorithm>

namespace mcost::engine {
namespace {

constexpr std::uint32_t kForced = 1u << 30;      // HFSR
constexpr std::uint32_t kVectorTable = 1u << 1;  // HFSR.VECTTBL
constexpr std::uint32_t kDebugEvent = 1u << 31;  // HFSR.DEBUGEVT
constexpr std::uint32_t kBreakpoint = 1u << 1;   // DFSR.BKPT
constexpr std::uint32_t kMmarValid = 1u << 7;
constexpr std::uint32_t kBfarValid = 1u << 15;
constexpr std::uint32_t kImprecisErr = 1u << 10;

constexpr int kLowestPriority = 256;

struct FaultStatus {
  unsigned exception;
  std::uint32_t cfsr;
};

/// The bit of CFSR a fault sets, and whose it is.  Source: ARMv7-M ARM B3.2.15; ARMv8-M ARM,
/// UFSR.STKOF.
FaultStatus status_of(FaultKind kind) {
  switch (kind) {
    case FaultKind::undefined_instruction: return {kUsageFault, 1u << 16};
    case FaultKind::invalid_state: return {kUsageFault, 1u << 17};
    case FaultKind::invalid_pc_load: return {kUsageFault, 1u << 18};
    case FaultKind::no_coprocessor: return {kUsageFault, 1u << 19};
    case FaultKind::stack_limit: return {kUsageFault, 1u << 20};
    case FaultKind::unaligned: return {kUsageFault, 1u << 24};
    case FaultKind::divide_by_zero: return {kUsageFault, 1u << 25};
    case FaultKind::bus_instruction: return {kBusFault, 1u << 8};
    case FaultKind::bus_data_precise: return {kBusFault, 1u << 9 | kBfarValid};
    case FaultKind::bus_data_imprecise: return {kBusFault, kImprecisErr};
    case FaultKind::bus_unstacking: return {kBusFault, 1u << 11};
    case FaultKind::bus_stacking: return {kBusFault, 1u << 12};
    case FaultKind::bus_lazy_fp: return {kBusFault, 1u << 13};
    case FaultKind::memory_instruction: return {kMemManage, 1u << 0};
    case FaultKind::memory_data: return {kMemManage, 1u << 1 | kMmarValid};
    case FaultKind::memory_unstacking: return {kMemManage, 1u << 3};
    case FaultKind::memory_stacking: return {kMemManage, 1u << 4};
    case FaultKind::memory_lazy_fp: return {kMemManage, 1u << 5};
    case FaultKind::vector_table:
    case FaultKind::breakpoint: break;
  }
  return {kHardFault, 0};
}

}  // namespace

Architecture architecture_of(isa::FeatureSet features) {
  if ((features & isa::feature_bit(isa::Feature::v8m)) != 0) return Architecture::v8m;
  if ((features & isa::feature_bit(isa::Feature::v7m)) != 0) return Architecture::v7m;
  return Architecture::v6m;
}

Exceptions::Exceptions(unsigned interrupts, unsigned priority_bits, isa::FeatureSet features)
    // NOLINTNEXTLINE(bugprone-throw-keyword-missing): a vector, in a class named for exceptions
    : state_(kFirstInterrupt + interrupts),
      architecture_(architecture_of(features)),
      has_fpu_((features & (isa::feature_bit(isa::Feature::fpv4_sp) |
                            isa::feature_bit(isa::Feature::fpv5_sp))) != 0),
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
  main_stack_limit = process_stack_limit = 0;
  vtor = 0;
  switch (architecture_) {
    case Architecture::v6m: ccr = kCcrStackAlign | kCcrUnalignTrap; break;
    case Architecture::v7m: ccr = kCcrStackAlign; break;
    case Architecture::v8m: ccr = kCcrStackAlign | kCcrNonBaseThread; break;
  }
  shcsr_enables = scr = cfsr = hfsr = dfsr = mmfar = bfar = actlr = cpacr = fpcar = fpdscr = 0;
  fpccr = kFpccrAspen | kFpccrLspen;
  priority_group = 0;
  ipsr_ = 0;
  pending_count_ = 0;
  wake_event_ = false;
}

void Exceptions::pend(unsigned number) {
  if (state_[number].pending) return;
  state_[number].pending = true;
  ++pending_count_;
  if ((scr & kScrSendEventOnPend) != 0) wake_event_ = true;
}

void Exceptions::unpend(unsigned number) {
  if (!state_[number].pending) return;
  state_[number].pending = false;
  --pending_count_;
}

bool Exceptions::take_wake_event() {
  const bool event = wake_event_;
  wake_event_ = false;
  return event;
}

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

int Exceptions::active_priority() const {
  int highest = kLowestPriority;
  for (unsigned number = kNmi; number < count(); ++number) {
    if (state_[number].active) highest = std::min(highest, priority_of(number));
  }
  return highest == kLowestPriority ? highest : group_priority(highest);
}

int Exceptions::masked_priority(bool with_primask) const {
  if (faultmask != 0) return -1;
  if (primask != 0 && with_primask) return 0;
  if (basepri != 0) return group_priority(static_cast<int>(basepri));
  return kLowestPriority;
}

int Exceptions::execution_priority() const {
  return std::min(active_priority(), masked_priority(true));
}

unsigned Exceptions::highest_pending() const {
  if (pending_count_ == 0) return 0;
  unsigned best = 0;
  for (unsigned number = kNmi; number < count(); ++number) {
    if (!state_[number].pending || !is_enabled(number)) continue;
    if (best == 0 || priority_of(number) < priority_of(best)) best = number;
  }
  return best;
}

unsigned Exceptions::highest_takeable() const {
  const unsigned best = highest_pending();
  if (best == 0) return 0;
  return group_priority(priority_of(best)) < execution_priority() ? best : 0;
}

unsigned Exceptions::vector_pending() const {
  const unsigned best = highest_pending();
  if (best == 0) return 0;
  return group_priority(priority_of(best)) < masked_priority(false) ? best : 0;
}

bool Exceptions::may_be_interrupted(bool asleep) const {
  const int priority = std::min(active_priority(), masked_priority(!asleep));
  for (unsigned number = kSysTick; number < count(); ++number) {
    if (is_enabled(number) && group_priority(priority_of(number)) < priority) return true;
  }
  return false;
}

/// WFI wakes as if PRIMASK were 0.  Source: ARMv7-M ARM B1.5.19.
bool Exceptions::would_wake() const {
  const unsigned best = highest_pending();
  if (best == 0) return false;
  return group_priority(priority_of(best)) < std::min(active_priority(), masked_priority(false));
}

unsigned Exceptions::note_status(const GuestFault& fault) {
  // ARMv6-M has HardFault alone and no status registers.  Source: ARMv6-M ARM B1.5.1, B3.2.
  if (architecture_ == Architecture::v6m) return kHardFault;
  const FaultStatus status = status_of(fault.kind);
  cfsr |= status.cfsr;
  if ((status.cfsr & kBfarValid) != 0) bfar = fault.address;
  if ((status.cfsr & kMmarValid) != 0) mmfar = fault.address;
  if (fault.kind == FaultKind::vector_table) hfsr |= kVectorTable;
  if (fault.kind == FaultKind::breakpoint) {
    hfsr |= kDebugEvent;
    dfsr |= kBreakpoint;
  }
  return status.exception;
}

unsigned Exceptions::raise_fault(const GuestFault& fault) { return raise(note_status(fault)); }

unsigned Exceptions::raise(unsigned number) {
  const int priority = execution_priority();
  const bool taken =
      number != kHardFault && is_enabled(number) && group_priority(priority_of(number)) < priority;
  if (!taken) {
    // Escalation; a fault at HardFault priority or above locks the core up.  Source: ARMv7-M ARM
    // B1.5.14, B1.5.15.
    if (priority <= -1) return 0;
    if (number != kHardFault && architecture_ != Architecture::v6m) hfsr |= kForced;
    number = kHardFault;
  }
  pend(number);
  return number;
}

unsigned Exceptions::raise_imprecise() {
  cfsr |= kImprecisErr;
  unsigned number = kBusFault;
  if (!is_enabled(kBusFault)) {
    hfsr |= kForced;
    number = kHardFault;
  }
  pend(number);
  return number;
}

unsigned Exceptions::raise_lazy(const GuestFault& fault) {
  const unsigned number = note_status(fault);
  const std::uint32_t ready = number == kMemManage  ? kFpccrMemManageReady
                              : number == kBusFault ? kFpccrBusFaultReady
                                                    : kFpccrUsageFaultReady;
  if ((fpccr & ready) != 0) {
    pend(number);
    return number;
  }
  if ((fpccr & kFpccrHardFaultReady) == 0) return 0;
  hfsr |= kForced;
  pend(kHardFault);
  return kHardFault;
}

void Exceptions::defer_fp_frame(Address fp_frame) {
  fpcar = fp_frame & ~7u;
  const int priority = execution_priority();
  const auto ready = [&](unsigned number, std::uint32_t bit) {
    return is_enabled(number) && group_priority(priority_of(number)) < priority ? bit : 0u;
  };
  fpccr &= ~(kFpccrUser | kFpccrThread | kFpccrHardFaultReady | kFpccrMemManageReady |
             kFpccrBusFaultReady | kFpccrMonitorReady | kFpccrUsageFaultReady);
  fpccr |= kFpccrLspact | (privileged() ? 0u : kFpccrUser) | (handler_mode() ? 0u : kFpccrThread) |
           (priority > -1 ? kFpccrHardFaultReady : 0u) | ready(kMemManage, kFpccrMemManageReady) |
           ready(kBusFault, kFpccrBusFaultReady);
  if (architecture_ == Architecture::v8m) fpccr |= ready(kUsageFault, kFpccrUsageFaultReady);
}

bool Exceptions::goes_before(unsigned number, unsigned other) const {
  const int first = priority_of(number);
  const int second = priority_of(other);
  return first != second ? first < second : number < other;
}

void Exceptions::activate(unsigned number) {
  unpend(number);
  state_[number].active = true;
  ipsr_ = number;
}

/// DeActivate().  Source: ARMv7-M ARM B1.5.8.
void Exceptions::deactivate(unsigned number) {
  if (number < count()) state_[number].active = false;
  if (ipsr_ != kNmi) faultmask = 0;
}

unsigned Exceptions::active_count() const {
  return static_cast<unsigned>(
      std::count_if(state_.begin(), state_.end(), [](const State& state) { return state.active; }));
}

bool Exceptions::fp_enabled() const {
  const std::uint32_t access = cpacr >> 20 & 3u;
  return access == 3 || (access == 1 && privileged());
}

}  // namespace mcost::engine
