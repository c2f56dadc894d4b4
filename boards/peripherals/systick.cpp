#include "boards/peripherals/systick.h"

namespace mcost::boards {
namespace {

constexpr std::uint32_t kEnable = 1;
constexpr std::uint32_t kTickInterrupt = 2;
constexpr std::uint32_t kProcessorClock = 4;
constexpr std::uint32_t kCountFlag = 1u << 16;
constexpr std::uint32_t kNoReference = 1u << 31;
constexpr std::uint32_t kCounterMask = 0x00FFFFFFu;

}  // namespace

void SysTick::reset() {
  disarm();
  control_ = reload_ = start_value_ = 0;
  count_flag_ = false;
  flag_cycle_ = 0;
}

std::uint64_t SysTick::divider() const {
  return (control_ & kProcessorClock) != 0 || reference_divider_ == 0 ? 1 : reference_divider_;
}

std::uint32_t SysTick::current(Cycles now) const {
  if ((control_ & kEnable) == 0) return start_value_;
  const std::uint64_t ticks = (now - start_cycle_) / divider();
  if (ticks <= start_value_) return start_value_ - static_cast<std::uint32_t>(ticks);
  if (reload_ == 0) return 0;
  // After zero the counter reloads: zero, reload, ..., 0 with period reload + 1.
  const std::uint64_t past = (ticks - start_value_ - 1) % (std::uint64_t{reload_} + 1);
  return reload_ - static_cast<std::uint32_t>(past);
}

/// The next time the counter goes from 1 to 0, as far as is known at start_cycle_.
Cycles SysTick::first_zero() const {
  if ((control_ & kEnable) == 0) return engine::Scheduler::kNever;
  if (start_value_ != 0) return start_cycle_ + start_value_ * divider();
  if (reload_ != 0) return start_cycle_ + (std::uint64_t{reload_} + 1) * divider();
  return engine::Scheduler::kNever;
}

bool SysTick::reached_zero(Cycles after, Cycles until) const {
  const Cycles first = first_zero();
  if (until < first) return false;
  if (after < first) return true;
  if (reload_ == 0) return false;
  const Cycles period = (std::uint64_t{reload_} + 1) * divider();
  return (until - first) / period != (after - first) / period;
}

/// COUNTFLAG is worked out when somebody looks: only interrupts are events, so that a counter
/// without them cannot keep a program from being idle.
void SysTick::latch_flag(Cycles now) {
  count_flag_ = count_flag_ || reached_zero(flag_cycle_, now);
  flag_cycle_ = now;
}

/// Moves the start to the last tick at or before `now`; the counter does not notice.
void SysTick::rebase(Cycles now) {
  latch_flag(now);
  start_value_ = current(now);
  const bool runs = (control_ & kEnable) != 0;
  start_cycle_ = runs ? now - (now - start_cycle_) % divider() : now;
}

void SysTick::restart(Cycles now, std::uint32_t from) {
  start_cycle_ = now;
  start_value_ = from;
  schedule_zero();
}

/// Schedules the next interrupt.
void SysTick::schedule_zero() {
  disarm();
  const Cycles zero = first_zero();
  if ((control_ & kTickInterrupt) != 0 && zero != engine::Scheduler::kNever) arm(zero);
}

void SysTick::disarm() {
  if (armed_) engine_.scheduler().cancel(event_);
  armed_ = false;
}

void SysTick::arm(Cycles reaches_zero) {
  armed_ = true;
  event_ = engine_.scheduler().schedule(reaches_zero, [this](Cycles when) { reach_zero(when); });
}

void SysTick::reach_zero(Cycles when) {
  armed_ = false;
  engine_.exceptions().pend(engine::kSysTick);
  if (reload_ != 0) arm(when + (std::uint64_t{reload_} + 1) * divider());
}

std::uint32_t SysTick::read(std::uint32_t offset, Cycles now) {
  switch (offset) {
    case 0: {
      latch_flag(now);
      const std::uint32_t only_clock = reference_divider_ == 0 ? kProcessorClock : 0u;
      const std::uint32_t value = control_ | only_clock | (count_flag_ ? kCountFlag : 0u);
      count_flag_ = false;
      return value;
    }
    case 4: return reload_;
    case 8: return current(now);
    default: return reference_divider_ == 0 ? kNoReference : 0;  // CALIB; TENMS is not known
  }
}

void SysTick::write(std::uint32_t offset, std::uint32_t value, Cycles now) {
  switch (offset) {
    case 0: {
      rebase(now);
      const std::uint64_t old_divider = divider();
      control_ = value & (kEnable | kTickInterrupt | kProcessorClock);
      if (divider() != old_divider) start_cycle_ = now;
      schedule_zero();
      break;
    }
    case 4:
      rebase(now);
      reload_ = value & kCounterMask;
      schedule_zero();
      break;
    case 8:  // any write clears the counter; it reloads at its next tick
      latch_flag(now);
      count_flag_ = false;
      restart(now, 0);
      break;
    default: break;
  }
}

}  // namespace mcost::boards
