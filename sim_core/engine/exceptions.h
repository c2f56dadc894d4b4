// Exception state of the core: what NVIC and SCB keep of pending, active, enabled and priority, the
// registers that mask exceptions, the banked stack pointers, and fault status. It decides which
// exception is taken; exception_entry.cpp and exception_return.cpp move the core. Depends on isa
// and base. Source: ARMv7-M ARM B1.5, B3.2, B3.4; ARMv6-M ARM B1.5; ARMv8-M ARM B3.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim_core/base/units.h"
#include "sim_core/engine/fault.h"
#include "sim_core/isa/encoding.h"

namespace mcost::engine {

enum Exception : unsigned {
  kReset = 1,
  kNmi = 2,
  kHardFault = 3,
  kMemManage = 4,
  kBusFault = 5,
  kUsageFault = 6,
  kSvCall = 11,
  kDebugMonitor = 12,
  kPendSv = 14,
  kSysTick = 15,
  kFirstInterrupt = 16,
};

// CCR bits.
inline constexpr std::uint32_t kCcrNonBaseThread = 1u << 0;
inline constexpr std::uint32_t kCcrUserSetPend = 1u << 1;
inline constexpr std::uint32_t kCcrUnalignTrap = 1u << 3;
inline constexpr std::uint32_t kCcrDivideTrap = 1u << 4;
inline constexpr std::uint32_t kCcrIgnoreBusFault = 1u << 8;
inline constexpr std::uint32_t kCcrStackAlign = 1u << 9;
// SCR bits.
inline constexpr std::uint32_t kScrSleepOnExit = 1u << 1;
inline constexpr std::uint32_t kScrSendEventOnPend = 1u << 4;
// CONTROL bits.
inline constexpr std::uint32_t kControlUnprivileged = 1u << 0;
inline constexpr std::uint32_t kControlSpsel = 1u << 1;
inline constexpr std::uint32_t kControlFpca = 1u << 2;
// FPCCR bits.
inline constexpr std::uint32_t kFpccrLspact = 1u << 0;
inline constexpr std::uint32_t kFpccrUser = 1u << 1;
inline constexpr std::uint32_t kFpccrThread = 1u << 3;
inline constexpr std::uint32_t kFpccrHardFaultReady = 1u << 4;
inline constexpr std::uint32_t kFpccrMemManageReady = 1u << 5;
inline constexpr std::uint32_t kFpccrBusFaultReady = 1u << 6;
inline constexpr std::uint32_t kFpccrMonitorReady = 1u << 8;
inline constexpr std::uint32_t kFpccrUsageFaultReady = 1u << 10;
inline constexpr std::uint32_t kFpccrClearOnReturn = 1u << 28;
inline constexpr std::uint32_t kFpccrLspen = 1u << 30;
inline constexpr std::uint32_t kFpccrAspen = 1u << 31;
// ACTLR bits of Cortex-M3 and M4.  Source: Cortex-M4 TRM 4.1, ACTLR.
inline constexpr std::uint32_t kActlrNoMulticycleInterrupt = 1u << 0;  // DISMCYCINT
inline constexpr std::uint32_t kActlrNoWriteBuffer = 1u << 1;          // DISDEFWBUF

inline constexpr std::uint32_t kActlrNoFpContext = 1u << 8;  // DISFPCA, of Cortex-M4

/// What decides how exceptions work.
enum class Architecture : std::uint8_t { v6m, v7m, v8m };
[[nodiscard]] Architecture architecture_of(isa::FeatureSet features);

/// Special registers and the system control block, as firmware sees them.
struct SystemRegisters {
  // Special registers. `other_stack_pointer` is the banked one that R13 is not.
  std::uint32_t primask = 0;
  std::uint32_t faultmask = 0;
  std::uint32_t basepri = 0;
  std::uint32_t control = 0;  // nPRIV, SPSEL, FPCA
  std::uint32_t other_stack_pointer = 0;
  std::uint32_t main_stack_limit = 0;     // MSPLIM, ARMv8-M
  std::uint32_t process_stack_limit = 0;  // PSPLIM

  // System control block.
  std::uint32_t vtor = 0;
  std::uint32_t ccr = kCcrStackAlign;
  std::uint32_t shcsr_enables = 0;  // bits 16-18
  std::uint32_t scr = 0;
  std::uint32_t cfsr = 0;
  std::uint32_t hfsr = 0;
  std::uint32_t dfsr = 0;
  std::uint32_t mmfar = 0;
  std::uint32_t bfar = 0;
  std::uint32_t actlr = 0;
  std::uint32_t cpacr = 0;
  std::uint32_t fpccr = kFpccrAspen | kFpccrLspen;
  std::uint32_t fpcar = 0;
  std::uint32_t fpdscr = 0;
  unsigned priority_group = 0;
  friend bool operator==(const SystemRegisters&, const SystemRegisters&) = default;
};

class Exceptions : public SystemRegisters {
 public:
  Exceptions(unsigned interrupts, unsigned priority_bits, isa::FeatureSet features);
  void reset();
  [[nodiscard]] Architecture architecture() const { return architecture_; }
  [[nodiscard]] bool has_fpu() const { return has_fpu_; }

  // Pending, active, enabled.
  void pend(unsigned number);
  void unpend(unsigned number);
  [[nodiscard]] bool is_pending(unsigned number) const { return state_[number].pending; }
  /// False for numbers that do not exist: IPSR may come from a stack.
  [[nodiscard]] bool is_active(unsigned number) const {
    return number < state_.size() && state_[number].active;
  }
  void set_active(unsigned number, bool active) { state_[number].active = active; }
  [[nodiscard]] bool is_enabled(unsigned number) const;
  void enable_interrupt(unsigned number, bool enabled) { state_[number].enabled = enabled; }
  [[nodiscard]] unsigned count() const { return static_cast<unsigned>(state_.size()); }
  [[nodiscard]] std::uint8_t priority(unsigned number) const { return state_[number].priority; }
  void set_priority(unsigned number, std::uint8_t value);

  /// ExecutionPriority(): -2 to 256, lower is more urgent.
  [[nodiscard]] int execution_priority() const;
  /// True if an interrupt, should a device raise it, would be taken now; or, `asleep`, would wake
  /// WFI, which PRIMASK does not hold back.
  [[nodiscard]] bool may_be_interrupted(bool asleep) const;
  /// The exception to take now, or 0.
  [[nodiscard]] unsigned highest_takeable() const;
  /// True if a pending exception would wake WFI (masked by PRIMASK or not).
  [[nodiscard]] bool would_wake() const;
  /// The most urgent exception that is pending and enabled, or 0.
  [[nodiscard]] unsigned highest_pending() const;
  /// ICSR.VECTPENDING: as highest_pending(), but 0 where BASEPRI or FAULTMASK holds it back.
  [[nodiscard]] unsigned vector_pending() const;
  /// True if `number` is taken before `other` where both could be.
  [[nodiscard]] bool goes_before(unsigned number, unsigned other) const;
  /// True once after an exception became pending with SCR.SEVONPEND set.
  [[nodiscard]] bool take_wake_event();

  /// Sets the status of a fault and pends the exception that takes it: a configurable fault, or
  /// HardFault by escalation. Returns it, or 0 for lockup.
  unsigned raise_fault(const GuestFault& fault);
  /// Pends a synchronous exception (SVC) or HardFault by escalation. Returns it, or 0 for lockup.
  unsigned raise(unsigned number);
  /// An error of a buffered store pends BusFault, or HardFault where that is off; never a lockup.
  unsigned raise_imprecise();
  /// A fault of lazy FP state preservation: taken or escalated by what FPCCR remembers of the
  /// context that owns the state. Returns it, or 0 for lockup.
  unsigned raise_lazy(const GuestFault& fault);
  /// Sets what a fault leaves in CFSR, HFSR, MMFAR and BFAR. Returns the exception it is before
  /// escalation.
  unsigned note_status(const GuestFault& fault);
  /// FPCCR and FPCAR for a frame whose FP part is saved later.  Source: ARMv7-M ARM B1.5.7,
  /// UpdateFPCCR().
  void defer_fp_frame(Address fp_frame);

  void activate(unsigned number);
  void deactivate(unsigned number);
  [[nodiscard]] unsigned active_count() const;

  [[nodiscard]] unsigned ipsr() const { return ipsr_; }
  void set_ipsr(unsigned number) { ipsr_ = number; }
  [[nodiscard]] bool handler_mode() const { return ipsr_ != 0; }
  [[nodiscard]] bool uses_process_stack() const {
    return !handler_mode() && (control & kControlSpsel) != 0;
  }
  [[nodiscard]] bool privileged() const {
    return handler_mode() || (control & kControlUnprivileged) == 0;
  }
  /// CP10 as CPACR grants it to code running now.
  [[nodiscard]] bool fp_enabled() const;

  [[nodiscard]] std::uint8_t priority_mask() const { return priority_mask_; }
  /// True if unprivileged execution exists (CONTROL.nPRIV): not on ARMv6-M without its extension.
  [[nodiscard]] bool has_unprivileged() const { return architecture_ != Architecture::v6m; }
  friend bool operator==(const Exceptions&, const Exceptions&) = default;

 private:
  struct State {
    bool pending = false;
    bool active = false;
    bool enabled = false;
    std::uint8_t priority = 0;
    friend bool operator==(const State&, const State&) = default;
  };
  [[nodiscard]] int priority_of(unsigned number) const;
  [[nodiscard]] int group_priority(int priority) const;
  [[nodiscard]] int active_priority() const;
  [[nodiscard]] int masked_priority(bool with_primask) const;
  std::vector<State> state_;
  Architecture architecture_;
  bool has_fpu_;
  std::uint8_t priority_mask_;
  unsigned ipsr_ = 0;
  unsigned pending_count_ = 0;
  bool wake_event_ = false;
};

}  // namespace mcost::engine
