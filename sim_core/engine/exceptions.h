// Exception state of the core: NVIC and SCB as ARMv7-M defines them, the special registers that
// mask exceptions, and the banked stack pointers. It decides which exception is taken; engine.cpp
// moves the core. Depends on base. Source: ARMv7-M ARM B1.5, B3.2, B3.4.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim_core/base/units.h"
#include "sim_core/engine/fault.h"

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
inline constexpr std::uint32_t kCcrUnalignTrap = 1u << 3;
inline constexpr std::uint32_t kCcrDivideTrap = 1u << 4;
inline constexpr std::uint32_t kCcrStackAlign = 1u << 9;

class Exceptions {
 public:
  Exceptions(unsigned interrupts, unsigned priority_bits);
  void reset();

  // Pending, active, enabled.
  void pend(unsigned number);
  void unpend(unsigned number);
  [[nodiscard]] bool is_pending(unsigned number) const { return state_[number].pending; }
  [[nodiscard]] bool is_active(unsigned number) const { return state_[number].active; }
  [[nodiscard]] bool is_enabled(unsigned number) const;
  void enable_interrupt(unsigned number, bool enabled) { state_[number].enabled = enabled; }
  [[nodiscard]] unsigned count() const { return static_cast<unsigned>(state_.size()); }
  [[nodiscard]] std::uint8_t priority(unsigned number) const { return state_[number].priority; }
  void set_priority(unsigned number, std::uint8_t value);

  /// ExecutionPriority(): -2 to 256, lower is more urgent.
  [[nodiscard]] int execution_priority() const;
  /// The exception to take now, or 0.
  [[nodiscard]] unsigned highest_takeable() const;
  /// True if a pending exception would wake WFI (masked by PRIMASK or not).
  [[nodiscard]] bool would_wake() const;
  [[nodiscard]] bool any_pending() const;
  [[nodiscard]] unsigned highest_pending() const;

  /// Routes a fault: sets status registers and returns the exception that takes it (a configurable
  /// fault or HardFault), or 0 for lockup.
  unsigned raise_fault(const GuestFault& fault);
  /// A synchronous exception (SVC) at this priority: itself, or HardFault by escalation, or 0 for
  /// lockup.
  [[nodiscard]] unsigned synchronous(unsigned number);

  /// True if `number` is taken before `other` where both could be.
  [[nodiscard]] bool goes_before(unsigned number, unsigned other) const;

  void activate(unsigned number);
  void deactivate(unsigned number);
  [[nodiscard]] unsigned active_count() const;

  [[nodiscard]] unsigned ipsr() const { return ipsr_; }
  void set_ipsr(unsigned number) { ipsr_ = number; }
  [[nodiscard]] bool handler_mode() const { return ipsr_ != 0; }
  [[nodiscard]] bool uses_process_stack() const { return !handler_mode() && (control & 2u) != 0; }
  [[nodiscard]] bool privileged() const { return handler_mode() || (control & 1u) == 0; }

  // Special registers. `other_stack_pointer` is the banked one that R13 is not.
  std::uint32_t primask = 0;
  std::uint32_t faultmask = 0;
  std::uint32_t basepri = 0;
  std::uint32_t control = 0;  // nPRIV, SPSEL, FPCA
  std::uint32_t other_stack_pointer = 0;

  // System control block.
  std::uint32_t vtor = 0;
  std::uint32_t ccr = kCcrStackAlign;
  std::uint32_t shcsr_enables = 0;  // bits 16-18
  std::uint32_t scr = 0;
  std::uint32_t cfsr = 0;
  std::uint32_t hfsr = 0;
  std::uint32_t mmfar = 0;
  std::uint32_t bfar = 0;
  std::uint32_t cpacr = 0;
  std::uint32_t fpccr = 0xC0000000u;
  std::uint32_t fpcar = 0;
  std::uint32_t fpdscr = 0;
  unsigned priority_group = 0;
  [[nodiscard]] std::uint8_t priority_mask() const { return priority_mask_; }

 private:
  struct State {
    bool pending = false;
    bool active = false;
    bool enabled = false;
    std::uint8_t priority = 0;
  };
  [[nodiscard]] int priority_of(unsigned number) const;
  [[nodiscard]] int group_priority(int priority) const;
  [[nodiscard]] int masked_priority() const;
  std::vector<State> state_;
  std::uint8_t priority_mask_;
  unsigned ipsr_ = 0;
  bool maybe_pending_ = false;
};

}  // namespace mcost::engine
