// WFI, WFE and sleep-on-exit: time passes at the next event. Source: ARMv7-M ARM B1.5.18 (WFE),
// B1.5.19 (WFI), B1.5.20.
#include "sim_core/engine/engine.h"

namespace mcost::engine {

void Engine::start_waiting(bool event) {
  if (exceptions_.take_wake_event()) event_register_ = true;
  if (event && event_register_) {
    event_register_ = false;
    return;
  }
  sleeping_ = true;
  sleep_pc_ = pc_;
  sleeping_for_event_ = event;
}

/// Sleeps until something wakes the core; without anything that could, the run is over. Exceptions
/// that can be taken end any sleep before this is asked. WFI also ends where PRIMASK alone holds
/// one back; WFE by the event register, which SEVONPEND sets.
void Engine::sleep_until(Cycles limit) {
  if (exceptions_.take_wake_event()) event_register_ = true;
  if (sleeping_for_event_ ? event_register_ : exceptions_.would_wake()) {
    sleeping_ = false;
    if (sleeping_for_event_) event_register_ = false;
    return;
  }
  const bool pending_wakes = sleeping_for_event_ && (exceptions_.scr & kScrSendEventOnPend) != 0;
  if (pending_wakes ? scheduler_.next_due() == Scheduler::kNever : nothing_can_wake(true)) {
    stop_ = StopReason::idle;
    return;
  }
  if (limit <= now_) return;
  if (observer_ != nullptr) observer_->slept(now_, limit - now_);
  ledger_.charge(Cause::sleep, 0, limit - now_);
  if (profiler_)
    profiler_->at(profiler_->now(context_), sleep_pc_).charge(Cause::sleep, 0, limit - now_);
  TimingState state = states_[state_];
  let_pass(bus_, state, limit - now_);
  state_ = states_.id_of(state);
  now_ = limit;
}

}  // namespace mcost::engine
