// Which rights hold for the code that runs, and what they allow.
#include "sim_core/engine/engine.h"

namespace mcost::engine {

/// Follows MPU_CTRL, privilege and execution priority.
void Engine::update_memory_view() {
  MemoryView view = MemoryView::address_map;
  if ((mpu_.control & kMpuEnable) != 0 && mpu_.in_effect(exceptions_.execution_priority()))
    view = exceptions_.privileged() ? MemoryView::privileged : MemoryView::unprivileged;
  view_ = view;
}

void Engine::protection_changed() {
  update_memory_view();
  request(kRecheck);
}

/// What the MPU says of a data access. The private peripheral bus decides for itself.
bool Engine::may_access(Address address, bool write, bool privileged) const {
  if (view_ == MemoryView::address_map) return true;
  const Permission permission = mpu_.permission(address, privileged);
  return write ? permission.write : permission.read;
}

/// Rights and memory type of an address for the code that runs.
Permission Engine::permission_at(Address address) const {
  return view_ == MemoryView::address_map
             ? default_permission(address)
             : mpu_.permission(address, view_ == MemoryView::privileged);
}

/// Device or Strongly-ordered memory, by MPU or, without, by address map and region.
bool Engine::is_device_memory(Address address) const {
  if (permission_at(address).device) return true;
  if (view_ != MemoryView::address_map) return false;
  const bus::Region* region = bus_.find(address);
  return region != nullptr && region->is_device_memory;
}

/// Whether a store may leave through the write buffer, so that an error comes back imprecise.
/// Source: Cortex-M4 TRM, ACTLR.DISDEFWBUF. That Cortex-M33 buffers like the others is `assumed`.
bool Engine::is_bufferable(Address address) const {
  return exceptions_.architecture() != Architecture::v6m &&
         (exceptions_.actlr & kActlrNoWriteBuffer) == 0 && !permission_at(address).strongly_ordered;
}

bool Engine::may_execute(Address address) const { return permission_at(address).execute; }

/// Throws where MPU or privilege forbid a data access.
void Engine::check_rights(Address address, bool write, unsigned flags) const {
  const bool privileged = exceptions_.privileged() && (flags & kUnprivileged) == 0;
  if (!privileged) check_private_bus(address, write);
  if (!may_access(address, write, privileged))
    throw GuestFault{FaultKind::memory_data, address, write};
}

/// Unprivileged code reaches the ITM, and STIR where CCR.USERSETMPEND allows it; all else of the
/// private peripheral bus answers with an error.  Source: ARMv7-M ARM B3.1.1, B3.2.26, C1.7.
void Engine::check_private_bus(Address address, bool write) const {
  constexpr Address kPrivateBus = 0xE0000000u;
  constexpr Address kItmEnd = 0xE0001000u;
  constexpr Address kStir = 0xE000EF00u;
  if (address >> 20 != kPrivateBus >> 20 || address < kItmEnd) return;
  if (write && address == kStir && (exceptions_.ccr & kCcrUserSetPend) != 0) return;
  throw GuestFault{FaultKind::bus_data_precise, address, write};
}

/// A fetch that found nothing to execute: forbidden by MPU or address map, or an error of the bus.
void Engine::instruction_fault(const MicroOp* op) {
  fault_op_ = op->index;
  const Address pc = current_->info[op->index].pc;
  const bus::Region* region = bus_.find(pc);
  const bool second_half = region != nullptr && region->kind == bus::RegionKind::memory;
  const bool forbidden = !may_execute(pc) || (second_half && !may_execute(pc + 2));
  throw GuestFault{forbidden ? FaultKind::memory_instruction : FaultKind::bus_instruction, pc,
                   false};
}

void Engine::note_unpredictable(Address pc) { ++unpredictable_[pc]; }

}  // namespace mcost::engine
