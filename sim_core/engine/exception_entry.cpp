// Exception entry: the frame, late arrivals, derived exceptions, the vector. Source: ARMv7-M ARM
// B1.5.6 (PushStack, ExceptionTaken), B1.5.11 (late arrival, derived exceptions); ARMv8-M ARM B3.
#include <algorithm>
#include <array>
#include <cstring>

#include "sim_core/engine/engine.h"

namespace mcost::engine {
namespace {

constexpr std::uint32_t kBasicFrame = 0x20;
constexpr std::uint32_t kExtendedFrame = 0x68;
constexpr unsigned kBasicWords = 8;
constexpr unsigned kFpWords = 17;  // S0-S15 and FPSCR

}  // namespace

/// A word written by the exception mechanism. Returns the kind of fault it meets, if any.
std::optional<Engine::StackFault> Engine::push_word(Address address, std::uint32_t value,
                                                    bool privileged) {
  if (!may_access(address, true, privileged)) return StackFault::memory;
  std::array<std::uint8_t, 4> bytes{};
  std::memcpy(bytes.data(), &value, 4);
  note_stacking(address);
  if (!write_memory(address, bytes.data(), 4)) return StackFault::bus;
  count_exception_access(*bus_.find(address), true);
  return std::nullopt;
}

std::optional<Engine::StackFault> Engine::pop_word(Address address, std::uint32_t& value,
                                                   bool privileged) {
  if (!may_access(address, false, privileged)) return StackFault::memory;
  return read_bus_word(address, value) ? std::nullopt : std::optional(StackFault::bus);
}

/// A word read past the MPU, as vectors are.
bool Engine::read_bus_word(Address address, std::uint32_t& value) {
  std::array<std::uint8_t, 4> bytes{};
  if (!read_memory(address, bytes.data(), 4)) return false;
  note_bus_read(address);
  std::memcpy(&value, bytes.data(), 4);
  count_exception_access(*bus_.find(address), false);
  return true;
}

/// The lowest address the stack pointer in use may have; 0 where the core checks none.
std::uint32_t Engine::stack_limit() const {
  return exceptions_.uses_process_stack() ? exceptions_.process_stack_limit
                                          : exceptions_.main_stack_limit;
}

/// EXC_RETURN of the state that is left.  Source: ARMv7-M ARM B1.5.6; ARMv8-M ARM B3.20, for a PE
/// without Security Extension: S and ES are 0, DCRS is 1.
std::uint32_t Engine::exc_return_value() const {
  const bool thread = !exceptions_.handler_mode();
  const bool fp = (exceptions_.control & kControlFpca) != 0;
  const std::uint32_t mode = (fp ? 0u : 1u << 4) | (thread ? 1u << 3 : 0u) |
                             (exceptions_.uses_process_stack() ? 1u << 2 : 0u);
  return (exceptions_.architecture() == Architecture::v8m ? 0xFFFFFFA0u : 0xFFFFFFE1u) | mode;
}

/// PushStack(). Faults become derived exceptions, pending beside the one that is entered. Returns
/// the words written, or nothing for lockup.
std::optional<unsigned> Engine::push_frame() {
  const bool privileged = exceptions_.privileged();
  const bool extended = (exceptions_.control & kControlFpca) != 0;
  const bool aligns = extended || (exceptions_.ccr & kCcrStackAlign) != 0;
  const std::uint32_t stack_pointer = core_.r[13];
  const bool realign = aligns && (stack_pointer & 4u) != 0;
  const std::uint32_t frame_size = extended ? kExtendedFrame : kBasicFrame;
  const Address frame = (stack_pointer - frame_size) & (aligns ? ~7u : ~3u);
  const std::uint32_t limit = stack_limit();
  if (frame < limit || (limit != 0 && stack_pointer < frame_size)) {
    core_.r[13] = limit;  // nothing is written below it
    return raise_derived(FaultKind::stack_limit, limit) ? std::optional(0u) : std::nullopt;
  }
  core_.r[13] = frame;
  const std::uint32_t saved_xpsr = (xpsr() & ~(1u << 9)) | (realign ? 1u << 9 : 0u);
  const std::array<std::uint32_t, kBasicWords> words{
      core_.r[0], core_.r[1], core_.r[2], core_.r[3], core_.r[12], core_.r[14], pc_, saved_xpsr};
  std::optional<StackFault> fault;
  for (unsigned i = 0; i < kBasicWords && !fault; ++i)
    fault = push_word(frame + 4 * i, words[i], privileged);
  unsigned written = kBasicWords;
  if (extended && (exceptions_.fpccr & kFpccrLspen) != 0) {
    exceptions_.defer_fp_frame(frame + kBasicFrame);
  } else if (extended && !exceptions_.fp_enabled()) {
    if (!raise_derived(FaultKind::no_coprocessor, frame)) return std::nullopt;
  } else if (extended) {
    if (!fault) fault = save_fp(frame + kBasicFrame, privileged);
    written += kFpWords;
  }
  if (!fault) return written;
  const FaultKind kind =
      *fault == StackFault::bus ? FaultKind::bus_stacking : FaultKind::memory_stacking;
  return raise_derived(kind, frame) ? std::optional(written) : std::nullopt;
}

/// A fault of the exception mechanism itself. The more urgent of it and the exception being entered
/// is taken, the other stays pending. Returns false for lockup.
bool Engine::raise_derived(FaultKind kind, Address address) {
  const GuestFault fault{kind, address, true};
  const unsigned number = exceptions_.raise_fault(fault);
  note_fault(fault, number, pc_);
  if (number == 0) lock_up();
  return number != 0;
}

/// Enters the most urgent pending exception. The return address is pc_.
void Engine::enter_exception() {
  sleeping_ = false;
  const unsigned number = exceptions_.highest_takeable();
  const std::uint32_t exc_return = exc_return_value();
  const std::optional<unsigned> words = push_frame();
  if (!words) return;
  const unsigned taken = spend_entry(number, pipeline::ExceptionEvent::entry, *words);
  if (profiler_) profiler_->tree().save(core_.r[13], profiler_->node_of(context_));
  if (exceptions_.uses_process_stack()) std::swap(core_.r[13], exceptions_.other_stack_pointer);
  exceptions_.control &= ~(kControlFpca | kControlSpsel);
  core_.r[14] = exc_return;
  clear_exclusive();
  event_register_ = true;
  vector_to(taken);
}

/// Spends the cycles up to the handler's first instruction. An exception that becomes pending in
/// them and is more urgent takes the vector: it is read again, nothing is stacked twice. Returns
/// the exception taken.
unsigned Engine::spend_entry(unsigned number, pipeline::ExceptionEvent event, unsigned words) {
  const unsigned chosen = exceptions_.highest_takeable();  // derived exceptions pend by now
  if (chosen != 0) number = chosen;
  TimingState state = states_[state_];
  TimingState scratch = state;
  pipeline::Charges charges = model_.exception(state.pipeline, event, words);
  const Cycles refetch =
      model_.exception(scratch.pipeline, pipeline::ExceptionEvent::late_arrival, 0).total();
  Cycles end = now_ + charges.total();
  while (scheduler_.next_due() < end) {
    const Cycles when = std::max(now_, scheduler_.next_due());
    scheduler_.run_due(when);
    const unsigned urgent = exceptions_.highest_takeable();
    if (urgent == 0 || urgent == number || !exceptions_.goes_before(urgent, number)) continue;
    number = urgent;
    end = std::max(end, when + refetch);
  }
  charges.add(Cause::exception, static_cast<std::uint32_t>(end - now_ - charges.total()));
  spend(state, charges);
  return number;
}

void Engine::spend(TimingState& state, const pipeline::Charges& charges) {
  let_pass(bus_, state, charges.total());
  state_ = states_.id_of(state);
  account_exception(charges);
}

void Engine::account(pipeline::ExceptionEvent event, unsigned words) {
  TimingState state = states_[state_];
  const pipeline::Charges charges = model_.exception(state.pipeline, event, words);
  if (event != pipeline::ExceptionEvent::lazy_stacking) state.lag = 0;  // fetching begins anew
  spend(state, charges);
}

/// ExceptionTaken(): the vector, and the handler's first state. A vector that cannot be read is a
/// HardFault; that of HardFault or NMI locks the core up.
void Engine::vector_to(unsigned number) {
  std::uint32_t vector = 0;
  while (!read_bus_word(exceptions_.vtor + 4 * number, vector)) {
    const GuestFault fault{FaultKind::vector_table, exceptions_.vtor + 4 * number, false};
    const bool lost = number == kHardFault || number == kNmi;
    const unsigned next = lost ? 0 : exceptions_.raise_fault(fault);
    note_fault(fault, next, pc_);
    if (next == 0) {
      exceptions_.activate(number);
      lock_up();
      return;
    }
    number = next;
  }
  exceptions_.activate(number);
  it_ = isa::ItState{};
  pc_ = vector & ~1u;
  thumb_ = (vector & 1u) != 0;
  update_memory_view();
  profile_handler(number);
  if (listener_ != nullptr) listener_->exception_entered(number, *this);
}

/// An instruction faulted: its own exception is entered, or a more urgent one that pends too.
void Engine::take_fault(const GuestFault& fault) {
  const unsigned number = exceptions_.raise_fault(fault);
  note_fault(fault, number, pc_);
  if (number == 0) {
    lock_up();
  } else {
    enter_exception();
  }
}

/// Remembers the first fault of the run.
void Engine::note_fault(const GuestFault& fault, unsigned number, Address at) {
  if (first_fault_) return;
  FaultRecord record;
  record.fault = fault;
  record.pc = at;
  record.exception = number;
  std::copy(core_.r.begin(), core_.r.end(), record.registers.begin());
  record.registers[15] = at;
  first_fault_ = record;
}

void Engine::lock_up() { stop_ = StopReason::lockup; }

}  // namespace mcost::engine
