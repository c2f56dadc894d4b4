// What a debugger does to a run: halts it, looks, and changes registers and memory. Watched words
// have tags of their own, so that all other accesses stay inline; which path executes an access
// never changes what it costs.
#include <utility>

#include "sim_core/engine/engine.h"

namespace mcost::engine {

/// The first reason stands.
void Engine::halt(const Halt& halt) {
  if (stop_ != StopReason::none) return;
  stop_ = StopReason::halted;
  halt_ = halt;
}

void Engine::set_breakpoint(Address pc) {
  if (!debug_stops_.add_breakpoint(pc) || hooks_.contains(pc)) return;
  drop_blocks([pc](const Block& block) { return pc >= block.pc && pc < block.end_pc; });
}

void Engine::clear_breakpoint(Address pc) {
  if (!debug_stops_.remove_breakpoint(pc) || hooks_.contains(pc)) return;
  if (hook_served_ == pc) hook_served_ = kNowhere;
  std::erase(restarted_, pc);
  // Also the blocks that end before it: they may go on.
  drop_blocks([pc](const Block& block) { return pc >= block.pc && pc <= block.end_pc; });
}

void Engine::set_watchpoint(const Watchpoint& watchpoint) {
  debug_stops_.add(watchpoint);
  mark_watched(watchpoint, true);
}

void Engine::clear_watchpoint(const Watchpoint& watchpoint) {
  debug_stops_.remove(watchpoint);
  mark_watched(watchpoint, false);
  for (const Watchpoint& other : debug_stops_.watchpoints()) mark_watched(other, true);
}

/// Sets or clears the tags of the words of a watchpoint, where there are any: accesses to devices
/// are never inline.
void Engine::mark_watched(const Watchpoint& watchpoint, bool watched) {
  const unsigned bits = (watchpoint.reads ? unsigned{bus::kReadWatched} : 0u) |
                        (watchpoint.writes ? unsigned{bus::kWriteWatched} : 0u);
  for (const bus::Region& region : bus_.regions) {
    if (region.kind != bus::RegionKind::memory || region.size_bytes == 0) continue;
    const Address last_of_region = region.base + (region.size_bytes - 1);
    const Address first = std::max(region.base, watchpoint.first);
    const Address last = std::min(last_of_region, watchpoint.last);
    if (first > last) continue;
    bus::Memory& memory = bus_.memories[region.memory];
    const std::uint32_t offset = region.memory_offset - region.base;
    for (std::uint32_t word = (offset + first) >> bus::kTagShift;
         word <= (offset + last) >> bus::kTagShift && word < memory.tags.size(); ++word) {
      const unsigned others = memory.tags[word] & ~bits;
      memory.tags[word] = static_cast<std::uint8_t>(watched ? others | bits : others);
    }
  }
}

/// Ends the visit behind an op that made a watched access. The words of a list that follow are
/// accessed all the same.
bool Engine::meet_watchpoint(const MicroOp* op, Address address, unsigned size_bytes, bool write) {
  const Watchpoint* const met = debug_stops_.met(address, size_bytes, write);
  if (met == nullptr) return false;
  leave_after(op);
  halt({.cause = HaltCause::watchpoint, .watchpoint = *met});
  return true;
}

bool Engine::peek_memory(Address address, std::uint8_t* data, std::size_t size_bytes) const {
  for (std::size_t i = 0; i < size_bytes; ++i) {
    const Address at = address + static_cast<Address>(i);
    const bus::Region* const region = bus_.find(at);
    if (region == nullptr || region->kind != bus::RegionKind::memory) return false;
    data[i] = bus_.memories[region->memory].bytes[region->memory_offset + (at - region->base)];
  }
  return true;
}

bool Engine::poke_memory(Address address, const std::uint8_t* data, std::size_t size_bytes) {
  for (std::size_t i = 0; i < size_bytes; ++i) {
    const bus::Region* const region = bus_.find(address + static_cast<Address>(i));
    const bool is_memory = region != nullptr && region->kind == bus::RegionKind::memory;
    if (!is_memory || !region->writable) return false;
  }
  for (std::size_t i = 0; i < size_bytes; ++i) {
    const Address at = address + static_cast<Address>(i);
    const bus::Region& region = *bus_.find(at);
    poke_byte(bus_.memories[region.memory], region.memory_offset + (at - region.base), data[i]);
  }
  return true;
}

void Engine::set_pc(Address pc) {
  pc_ = pc & ~1u;
  it_ = isa::ItState{};
  sleeping_ = false;
  hook_served_ = kNowhere;
}

void Engine::branch_to(Address pc) {
  set_pc(pc);
  thumb_ = true;
  TimingState state = states_[state_];
  state.pipeline = model_.reset_state();
  state_ = states_.id_of(state);
  if (profiler_) context_ = profiler_->context_of(profiler_->tree().root_at(pc_));
}

/// EPSR.IT is in bits 26:25 and 15:10.  Source: ARMv7-M ARM B1.4.2.
void Engine::set_xpsr(std::uint32_t value) {
  write_apsr(value, true, true);
  thumb_ = (value >> 24 & 1u) != 0;
  it_ = isa::ItState{static_cast<std::uint8_t>((value >> 25 & 3u) | (value >> 8 & 0xFCu))};
}

void Engine::set_banked_stack_pointer(bool process, std::uint32_t value) {
  stack_pointer(process) = value & ~3u;
}

void Engine::set_special(unsigned sysm, std::uint32_t value) {
  constexpr unsigned kPrimask = 16;
  constexpr unsigned kControl = 20;
  if (sysm == kPrimask) {
    exceptions_.primask = value & 1u;
  } else if (sysm == kControl) {
    write_control(value);
  } else if (exceptions_.architecture() != Architecture::v6m) {
    write_mask(sysm, value);
  }
  update_memory_view();
}

void Engine::set_fpscr(std::uint32_t value) {
  write_fpscr(core_, value);
  core_.unusual &= ~std::uint32_t{kRequest};
  requests_ = 0;
  update_memory_view();
}

bool Engine::reset_system() {
  sleeping_ = false;
  reset_by_request(true);
  hook_served_ = kNowhere;
  return stop_ != StopReason::lockup;
}

}  // namespace mcost::engine
