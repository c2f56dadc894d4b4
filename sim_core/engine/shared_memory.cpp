// Memories that other initiators use while the core runs, or that are at work for themselves. Their
// windows are closed, so that each access of the core has exact time, and what is fetched from them
// is timed op by op. Blocks and variants stay: when the other initiators are at rest, all is as
// before.
#include <algorithm>

#include "sim_core/engine/engine.h"

namespace mcost::engine {
/// The core meets other initiators where its accesses go to the memory itself. Behind an
/// accelerator or a cache they mostly do not; who models one asks the interconnect itself.
void Engine::note_contended_memories() {
  std::uint32_t contended = 0;
  memories_behind_caches_ = rams_behind_caches_ = 0;
  for (std::size_t m = 0; m < bus_.memories.size(); ++m) {
    const bus::MemoryModel& model = *bus_.memories[m].model;
    if (model.follows_attributes()) {
      memories_behind_caches_ |= 1u << m;
      if (bus_.memories[m].is_ram) rams_behind_caches_ |= 1u << m;
    }
    const bool direct = model.data_path() != bus::DataPath::cached;
    if (direct && bus_.memories[m].micro_state_slot >= kMicroStates) contended |= 1u << m;
  }
  bus_.interconnect.set_contended(contended);
}

/// Memories that a block's worst case does not cover: an access to them ends the visit, and what
/// runs in them or moves lists reckons with their longest wait. Those behind a cache see to that
/// themselves, where a line comes or goes.
void Engine::note_long_waits() {
  long_waits_ = most_late_ = 0;
  most_wait_ = kMostWait;
  for (std::size_t m = 0; m < bus_.memories.size(); ++m) {
    const bus::MemoryModel& model = *bus_.memories[m].model;
    const std::uint32_t wait = model.most_wait();
    most_wait_ = std::max(most_wait_, wait);
    if (wait <= kMostWait) continue;
    if (model.follows_attributes()) {
      most_late_ = std::max(most_late_, wait);
    } else {
      long_waits_ |= 1u << m;
    }
  }
}

/// Memories whose code is run one instruction at a time: others may write it, or it has to wait.
std::uint32_t Engine::stepped_memories() const {
  return bus_.interconnect.shared() | held_memories_ |
         (bus_.interconnect.used() & rams_behind_caches_);
}

/// Follows the interconnect and holds, between two visits.
void Engine::update_shared_memories() {
  if (!bus_.interconnect.take_change() && !holds_changed_) return;
  holds_changed_ = false;
  const std::uint32_t shared = bus_.interconnect.shared() | held_memories_;
  const std::uint32_t changed = shared ^ shared_memories_;
  shared_memories_ = shared;
  for (std::size_t i = 0; changed != 0 && i < bus_.regions.size() && i + 1 < kWindows; ++i) {
    const bus::Region& region = bus_.regions[i];
    if (region.kind != bus::RegionKind::memory || (changed >> region.memory & 1u) == 0) continue;
    // Where the MPU limits windows, the next access opens them again.
    if ((shared >> region.memory & 1u) != 0 || windows_limited_) {
      core_.windows[i + 1].set_size(0);
    } else {
      build_window(i);
    }
  }
  const std::uint32_t stepped = stepped_memories();
  for (const auto& [key, block] : blocks_) {
    block->worst_case = (stepped & block->fetches) != 0 ? kStops : block->own_worst_case;
  }
}

/// Lets everything happen that no access of the core to come could precede.
void Engine::settle_initiators() const {
  if (!bus_.interconnect.any_initiator() || states_.size() == 0) return;  // no time before reset
  const Cycles behind = static_cast<Cycles>(std::max<std::int32_t>(states_[state_].lag, 0));
  bus_.interconnect.advance_to(now_ - std::min(now_, behind));
}

/// Behind an access to a memory whose time or contents depend on when it comes, the visit ends.
void Engine::keep_order(const MicroOp* op, std::uint8_t memory) {
  if (bus_.interconnect.is_shared(memory)) {
    bring_up_to_date(op);
  } else if ((long_waits_ >> memory & 1u) != 0) {
    leave_after(op);
  }
}

/// The access that `op` has just logged goes to a memory that others use: what is granted it before
/// the access happens now, so that the access sees it. All words of a multiple transfer see what
/// the first does. The visit ends behind the op.
void Engine::bring_up_to_date(const MicroOp* op) {
  if ((core_.unusual & kLeft) != 0 && core_.left_after == op->index) return;
  replay_until(*current_, op->index);
  const Visit visit = unfinished_visit();
  TimingState state = states_[state_];
  bus::FoldLog log;
  BusPort port(bus_, state, &log, current_->memory, port_time(state), true);
  OpReplay replay(bus_, visit, core_);
  static_cast<void>(replay.time(model_, state, port, op->index));
  leave_after(op);
}

/// Whether each access of the core to a memory needs exact time now.
bool Engine::is_exact(std::uint8_t memory) const {
  return bus_.interconnect.is_shared(memory) ||
         (memory < kMaxMemories && (held_memories_ >> memory & 1u) != 0);
}

void Engine::hold_memory(std::size_t memory, const Hold& hold) {
  std::erase_if(holds_, [&](const MemoryHold& entry) {
    return entry.memory == memory && entry.hold.first == hold.first;
  });
  holds_.push_back({memory, hold});
  held_memories_ |= 1u << memory;
  holds_changed_ = true;
}

void Engine::release_memory(std::size_t memory) {
  std::erase_if(holds_, [&](const MemoryHold& entry) { return entry.memory == memory; });
  held_memories_ &= ~(1u << memory);
  holds_changed_ = true;
}

Cycles Engine::held_until(std::size_t memory, std::uint32_t offset) const {
  Cycles until = 0;
  for (const MemoryHold& entry : holds_) {
    if (entry.memory == memory && offset >= entry.hold.first && offset < entry.hold.end)
      until = std::max(until, entry.hold.until);
  }
  return until;
}

/// Before an instruction whose memory is at work. Returns true if time passed: all of it at once, a
/// limit or event meanwhile is looked at behind it, as behind any instruction.
bool Engine::wait_for_code() {
  const bus::Region* const region = bus_.find(pc_);
  if (region == nullptr || region->kind != bus::RegionKind::memory) return false;
  const Cycles until = held_until(region->memory, region->memory_offset + (pc_ - region->base));
  if (until <= now_) return false;
  stall(Cause::fetch_wait, region->memory, until);
  profile_here(pc_);
  return true;
}

/// Before a data access of `op` to memory that is at work: everything up to the op has its time.
void Engine::wait_for_data(const MicroOp* op, std::uint8_t memory, std::uint32_t offset) {
  if (held_memories_ == 0) return;
  const Cycles until = held_until(memory, offset);
  if (until == 0) return;
  replay_until(*current_, op->index);
  leave_after(op);
  if (until <= now_) return;
  stall(Cause::data_wait, memory, until);
  profile_here(op);
}

void Engine::stall(Cause cause, std::uint8_t memory, Cycles until) {
  TimingState state = states_[state_];
  while (now_ < until) {
    constexpr Cycles kMostAtOnce = Cycles{1} << 31;
    const Cycles cycles = std::min(until - now_, kMostAtOnce);
    pipeline::Charges charges;
    charges.add(cause, static_cast<std::uint32_t>(cycles), memory);
    account_exception(charges);
    let_pass(bus_, state, cycles);
  }
  state_ = states_.id_of(state);
}

}  // namespace mcost::engine
