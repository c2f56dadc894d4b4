// The FP context: access checks, lazy state preservation, the extended part of frames. Source:
// ARMv7-M ARM B1.5.7, A2.5.
#include <algorithm>
#include <array>

#include "sim_core/engine/engine.h"

namespace mcost::engine {
namespace {

constexpr unsigned kSavedSingles = 16;
constexpr unsigned kFpWords = kSavedSingles + 1;        // and FPSCR
constexpr std::uint32_t kDefaultControl = 0x07C00000u;  // FPDSCR: AHP, DN, FZ, RMode

}  // namespace

std::optional<Engine::StackFault> Engine::save_fp(Address address, bool privileged) {
  std::optional<StackFault> fault;
  for (unsigned i = 0; i < kSavedSingles && !fault; ++i)
    fault = push_word(address + 4 * i, core_.s[i], privileged);
  return fault ? fault : push_word(address + 4 * kSavedSingles, core_.fp.fpscr, privileged);
}

/// Registers change only if all of the frame can be read.
std::optional<Engine::StackFault> Engine::restore_fp(Address address, bool privileged) {
  std::array<std::uint32_t, kFpWords> words{};
  for (unsigned i = 0; i < kFpWords; ++i) {
    if (const auto fault = pop_word(address + 4 * i, words[i], privileged)) return fault;
  }
  std::copy_n(words.begin(), kSavedSingles, core_.s.begin());
  core_.fp.fpscr = words[kSavedSingles];
  return std::nullopt;
}

/// ExecuteFPCheck(): faults if the FPU is off, saves a pending lazy frame, starts an FP context.
void Engine::fp_check(const MicroOp* op) {
  fault_op_ = op->index;
  if (!exceptions_.fp_enabled()) throw GuestFault{FaultKind::no_coprocessor, 0, false};
  if ((exceptions_.fpccr & kFpccrLspact) != 0) preserve_fp_state(op);
  const bool keeps_context =
      (exceptions_.fpccr & kFpccrAspen) != 0 && (exceptions_.actlr & kActlrNoFpContext) == 0;
  if ((exceptions_.control & kControlFpca) == 0 && keeps_context) {
    exceptions_.control |= kControlFpca;
    core_.fp.fpscr = exceptions_.fpdscr & kDefaultControl;
    request(kRecheck);
  }
}

/// PreserveFPState(), with the privilege of the context that owns the registers. Its cycles lie
/// between the instructions before `op` and `op` itself. A fault that can be taken now abandons the
/// FP instruction; one that cannot stays pending.
void Engine::preserve_fp_state(const MicroOp* op) {
  replay_until(*current_, op->index);
  core_.unusual |= kLogged;
  request(kRecheck);
  const auto fault = save_fp(exceptions_.fpcar, (exceptions_.fpccr & kFpccrUser) == 0);
  account(pipeline::ExceptionEvent::lazy_stacking, kFpWords);
  profile_here(op);
  if (fault) {
    const GuestFault lazy{
        *fault == StackFault::bus ? FaultKind::bus_lazy_fp : FaultKind::memory_lazy_fp,
        exceptions_.fpcar, true};
    const unsigned number = exceptions_.raise_lazy(lazy);
    note_fault(lazy, number, current_->info[op->index].pc);
    if (number == 0 || exceptions_.highest_takeable() != 0) throw AbandonedInstruction{number == 0};
  }
  exceptions_.fpccr &= ~kFpccrLspact;
}

}  // namespace mcost::engine
