// Which rights hold for the code that runs, and what follows: access checks, windows limited to
// what may be read and written, blocks dropped where what may be executed changed. Source: ARMv7-M
// ARM B3.1, B3.5; ARMv8-M ARM B9.
#include <algorithm>

#include "sim_core/engine/engine.h"

namespace mcost::engine {

/// Follows MPU_CTRL, privilege and execution priority.
void Engine::update_memory_view() {
  MemoryView view = MemoryView::address_map;
  if ((mpu_.control & kMpuEnable) != 0 && mpu_.in_effect(exceptions_.execution_priority()))
    view = exceptions_.privileged() ? MemoryView::privileged : MemoryView::unprivileged;
  if (view == view_ && !protection_changed_) return;
  if (protection_changed_) drop_forbidden_blocks();
  protection_changed_ = false;
  view_ = view;
  known_ranges_.clear();
  if (view == MemoryView::address_map) {
    if (windows_limited_) build_windows();
    windows_limited_ = false;
  } else {
    close_windows();
  }
}

/// Takes effect behind the store that changed the registers.
void Engine::protection_changed() {
  protection_changed_ = true;
  request(kRecheck);
}

/// Blocks hold what may be executed in the view they were built for.
void Engine::drop_forbidden_blocks() {
  if ((mpu_.control & kMpuEnable) == 0) return;
  Mpu::ExecuteMap map = mpu_.execute_map();
  if (map == execute_map_) return;
  execute_map_ = std::move(map);
  drop_blocks([this](const Block& block) {
    const auto view = static_cast<MemoryView>(block.mode >> kModeViewShift & 3u);
    if (view == MemoryView::address_map) return false;
    if (block.cannot_fetch) return true;
    for (Address at = block.pc; at < block.end_pc;) {
      if (!mpu_.permission(at, view == MemoryView::privileged).execute) return true;
      const Address last = mpu_.uniform_range(at).last;
      if (last >= block.end_pc - 1) break;
      at = last + 1;
    }
    return false;
  });
}

/// Every access leaves the inline path until it has shown what the MPU allows around it.
void Engine::close_windows() {
  windows_limited_ = true;
  for (bus::Window& window : core_.windows) window.set_size(0);
}

/// Opens the part of a region's window around an access that was allowed. Windows are for memory
/// that may be read and, if the region is writable, written, and is Normal; one part at a time.
void Engine::open_window(const bus::Region& region, Address address) {
  const unsigned index = window_of(region);
  const bus::Memory& memory = bus_.memories[region.memory];
  if (index == 0 || region.view != 0 || memory.model->data_path() == bus::DataPath::timed) return;
  if (is_exact(region.memory)) return;
  bus::Window& window = core_.windows[index];
  if (address - window.base < window.size_bytes()) return;
  const KnownRange& known = known_range(address);
  const Permission& permission = known.permission;
  if (!permission.read || permission.device || (region.writable && !permission.write)) return;
  if (memory.model->follows_attributes() && is_uncached(region, permission)) return;
  const Address first = std::max(known.range.first, region.base);
  const Address last = std::min(known.range.last, region.base + (region.size_bytes - 1));
  show_in_window(window, region, first, last);
}

const Engine::KnownRange& Engine::known_range(Address address) const {
  for (const KnownRange& known : known_ranges_) {
    if (address >= known.range.first && address <= known.range.last) return known;
  }
  known_ranges_.push_back(
      {mpu_.uniform_range(address), mpu_.permission(address, view_ == MemoryView::privileged)});
  return known_ranges_.back();
}

/// What the MPU says of a data access. The private peripheral bus decides for itself.
bool Engine::may_access(Address address, bool write, bool privileged) const {
  if (view_ == MemoryView::address_map) return true;
  const Permission permission = privileged == (view_ == MemoryView::privileged)
                                    ? permission_at(address)
                                    : mpu_.permission(address, privileged);
  return write ? permission.write : permission.read;
}

/// Rights and memory type of an address for the code that runs.
Permission Engine::permission_at(Address address) const {
  return view_ == MemoryView::address_map ? default_permission(address)
                                          : known_range(address).permission;
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

void Engine::note_unpredictable(Address pc) {
  disturb_recording();
  ++unpredictable_[pc];
}

}  // namespace mcost::engine
