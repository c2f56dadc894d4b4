// What the recorder of accesses is told, and when: see access_recorder.h.
#include "sim_core/engine/engine.h"

namespace mcost::engine {
namespace {

constexpr unsigned kSp = 13;
constexpr unsigned kScratch = 15;  // base of what is left of a transfer, see append_transfer

}  // namespace

void Engine::record_accesses() { recorder_ = std::make_unique<AccessRecorder>(bus_); }

/// Initiators are not brought up to now for this: what they do until the core next waits for them
/// counts for the stretch in which they are. Else whoever looks would decide who waits for whom.
void Engine::take_touched(std::vector<TouchedWord>& touched) {
  touched.clear();
  if (recorder_) recorder_->take(touched);
}

/// The stacks that `address` is in use on now.
unsigned Engine::stacks_at(Address address) const {
  unsigned stacks = 0;
  if (address >= stack_pointer(false)) stacks |= AccessRecorder::kMainStack;
  if (address >= stack_pointer(true)) stacks |= AccessRecorder::kProcessStack;
  return stacks;
}

/// The same for a store of `op`, which may move the stack pointer only behind it.
unsigned Engine::stacks_at(const MicroOp* op, Address address) const {
  const isa::Operands& operands = op->operands;
  const unsigned base = operands.rn == kScratch ? operands.rd : operands.rn;
  const auto in_use =
      exceptions_.uses_process_stack() ? AccessRecorder::kProcessStack : AccessRecorder::kMainStack;
  return base == kSp ? stacks_at(address) | in_use : stacks_at(address);
}

/// Of a word that is read functionally.
void Engine::note_bus_read(Address address) const {
  if (!recorder_) return;
  const bus::Region* region = bus_.find(address);
  if (region == nullptr || region->kind != bus::RegionKind::memory) return;
  recorder_->read(region->memory, region->memory_offset + (address - region->base));
}

/// Of a word of an exception frame that is about to be written.
void Engine::note_stacking(Address address) const {
  if (!recorder_) return;
  const bus::Region* region = bus_.find(address);
  if (region == nullptr || region->kind != bus::RegionKind::memory || !region->writable) return;
  recorder_->write(region->memory, region->memory_offset + (address - region->base),
                   stacks_at(address));
}

/// Firmware has set PSP.
void Engine::note_process_stack() {
  if (!recorder_ || !find_stack_) return;
  const Address last = stack_pointer(true) - 1;  // an empty stack's pointer is its end
  if (last - process_stack_.first < process_stack_.end - process_stack_.first) return;
  process_stack_ = find_stack_(last).value_or(StackRange{last & ~Address{3}, (last | 3) + 1});
}

}  // namespace mcost::engine
