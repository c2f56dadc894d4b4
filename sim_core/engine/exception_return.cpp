// Exception return: integrity checks, tail-chaining, unstacking. Source: ARMv7-M ARM B1.5.8
// (ExceptionReturn, PopStack), ARMv8-M ARM B3.21 for a PE without Security Extension.
#include <algorithm>
#include <array>
#include <cstring>

#include "sim_core/engine/engine.h"

namespace mcost::engine {
namespace {

constexpr std::uint32_t kBasicFrame = 0x20;
constexpr std::uint32_t kExtendedFrame = 0x68;
constexpr unsigned kBasicWords = 8;
constexpr unsigned kFpWords = 17;

// EXC_RETURN bits.
constexpr std::uint32_t kReturnToThread = 1u << 3;
constexpr std::uint32_t kFromProcessStack = 1u << 2;
constexpr std::uint32_t kBasicFrameType = 1u << 4;

}  // namespace

/// Checks of EXC_RETURN before anything is unstacked: its form, that the handler is active, and
/// that a return to thread mode ends the last one.
bool Engine::may_return(std::uint32_t exc_return) const {
  if (!exceptions_.is_active(exceptions_.ipsr())) return false;
  const bool nested = exceptions_.active_count() != 1;
  const bool to_thread = (exc_return & kReturnToThread) != 0;
  if (exceptions_.architecture() == Architecture::v8m) {
    // S and ES are 0 and DCRS is 1 without Security Extension; bits 23:7 are 1. A return to
    // thread mode may leave handlers active: CCR.NONBASETHRDENA is fixed at 1.
    return (exc_return & 0xFFFFFFE3u) == 0xFFFFFFA0u &&
           (exceptions_.has_fpu() || (exc_return & kBasicFrameType) != 0);
  }
  const std::uint32_t ones = exceptions_.has_fpu() ? 0x0FFFFFE0u : 0x0FFFFFF0u;
  if ((exc_return & ones) != ones) return false;
  switch (exc_return & 0xFu) {
    case 1: return nested;
    case 9:
    case 13: return to_thread && (!nested || (exceptions_.ccr & kCcrNonBaseThread) != 0);
    default: return false;
  }
}

void Engine::return_from_exception(std::uint32_t exc_return) {
  const bool valid = may_return(exc_return);
  if (listener_ != nullptr) listener_->exception_returned(exceptions_.ipsr(), *this);
  exceptions_.deactivate(exceptions_.ipsr());
  if (!valid) {
    invalid_return(FaultKind::invalid_pc_load, exc_return);
    return;
  }
  if (chain_before_unstacking(exc_return)) return;
  pop_frame(exc_return);
}

/// A fault of the return itself is taken on the frame that stays where it is.
void Engine::invalid_return(FaultKind kind, std::uint32_t exc_return) {
  const GuestFault fault{kind, exc_return, false};
  const unsigned number = exceptions_.raise_fault(fault);
  note_fault(fault, number, pc_);
  if (number == 0) {
    lock_up();
  } else {
    tail_chain(exc_return);
  }
}

void Engine::tail_chain(std::uint32_t exc_return) {
  core_.r[14] = exc_return;
  const unsigned number = exceptions_.highest_takeable();
  vector_to(spend_entry(number, pipeline::ExceptionEvent::tail_chain, 0));
}

/// Takes what pends now or becomes pending while the frame is unstacked: the frame stays, and
/// unstacking, if begun, is abandoned. Returns true if an exception was taken.
/// Source: Cortex-M3 TRM, tail-chaining and pop pre-emption.
bool Engine::chain_before_unstacking(std::uint32_t exc_return) {
  TimingState scratch = states_[state_];
  const bool extended = (exc_return & kBasicFrameType) == 0;
  const bool lazy = (exceptions_.fpccr & kFpccrLspact) != 0;
  const Cycles end =
      now_ + model_
                 .exception(scratch.pipeline, pipeline::ExceptionEvent::exception_return,
                            kBasicWords + (extended && !lazy ? kFpWords : 0))
                 .total();
  Cycles when = now_;
  while (exceptions_.highest_takeable() == 0) {
    if (scheduler_.next_due() >= end) return false;
    when = std::max(now_, scheduler_.next_due());
    scheduler_.run_due(when);
  }
  pipeline::Charges abandoned;
  abandoned.add(Cause::exception, static_cast<std::uint32_t>(when - now_));
  TimingState state = states_[state_];
  spend(state, abandoned);
  tail_chain(exc_return);
  return true;
}

/// PopStack(), and the checks of what it found.
void Engine::pop_frame(std::uint32_t exc_return) {
  const bool to_thread = (exc_return & kReturnToThread) != 0;
  const bool process_stack = to_thread && (exc_return & kFromProcessStack) != 0;
  const bool extended = (exc_return & kBasicFrameType) == 0;
  const bool lazy = extended && (exceptions_.fpccr & kFpccrLspact) != 0;
  const bool privileged = !to_thread || (exceptions_.control & kControlUnprivileged) == 0;
  const Address frame = process_stack ? exceptions_.other_stack_pointer : core_.r[13];
  std::array<std::uint32_t, kBasicWords> words{};
  std::optional<StackFault> fault;
  for (unsigned i = 0; i < kBasicWords && !fault; ++i)
    fault = pop_word(frame + 4 * i, words[i], privileged);
  const unsigned number =
      words[7] & (exceptions_.architecture() == Architecture::v6m ? 0x3Fu : 0x1FFu);
  const bool fp_now = extended && !lazy;
  if (!fault && to_thread != (number == 0)) {  // IPSR does not fit the mode
    invalid_return(FaultKind::invalid_pc_load, exc_return);
    return;
  }
  if (!fault && fp_now) {
    const std::uint32_t access = exceptions_.cpacr >> 20 & 3u;
    if (access != 3 && (access != 1 || !privileged)) {
      invalid_return(FaultKind::no_coprocessor, exc_return);
      return;
    }
    fault = restore_fp(frame + kBasicFrame, privileged);
  }
  if (fault) {
    invalid_return(
        *fault == StackFault::bus ? FaultKind::bus_unstacking : FaultKind::memory_unstacking,
        exc_return);
    return;
  }
  leave_fp_context(extended, lazy);
  if (process_stack) std::swap(core_.r[13], exceptions_.other_stack_pointer);
  exceptions_.control =
      (exceptions_.control & ~kControlSpsel) | (process_stack ? kControlSpsel : 0);
  std::memcpy(core_.r.data(), words.data(), 16);
  core_.r[12] = words[4];
  core_.r[14] = words[5];
  const bool aligned = extended || (exceptions_.ccr & kCcrStackAlign) != 0;
  core_.r[13] = (frame + (extended ? kExtendedFrame : kBasicFrame)) |
                (aligned ? (words[7] >> 9 & 1u) << 2 : 0u);
  restore_psr(words[7], number);
  pc_ = words[6] & ~1u;
  clear_exclusive();
  event_register_ = true;
  update_memory_view();
  account(pipeline::ExceptionEvent::exception_return, kBasicWords + (fp_now ? kFpWords : 0));
  profile_unstacked(frame);
  if (to_thread && exceptions_.active_count() == 0 && (exceptions_.scr & kScrSleepOnExit) != 0)
    start_waiting(false);
}

/// CONTROL.FPCA and the FP registers as the frame type says.
void Engine::leave_fp_context(bool extended, bool lazy) {
  if (lazy) exceptions_.fpccr &= ~kFpccrLspact;  // the registers still hold it
  const bool clears = !extended && (exceptions_.fpccr & kFpccrClearOnReturn) != 0 &&
                      (exceptions_.control & kControlFpca) != 0 &&
                      (exceptions_.fpccr & kFpccrLspact) == 0;
  if (clears) {  // ARMv8-M, FPCCR.CLRONRET
    std::fill_n(core_.s.begin(), 16, 0u);
    core_.fp.fpscr = 0;
  }
  exceptions_.control = (exceptions_.control & ~kControlFpca) | (extended ? kControlFpca : 0u);
}

void Engine::restore_psr(std::uint32_t value, unsigned number) {
  write_apsr(value, true, true);
  exceptions_.set_ipsr(number);
  thumb_ = (value >> 24 & 1u) != 0;
  it_ = isa::ItState{};
  if (exceptions_.architecture() != Architecture::v6m) {
    it_ = isa::ItState{static_cast<std::uint8_t>((value >> 25 & 3u) | (value >> 10 & 0x3Fu) << 2)};
  }
}

}  // namespace mcost::engine
