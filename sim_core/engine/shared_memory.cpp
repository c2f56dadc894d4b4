// Memories that other initiators use while the core runs. Their windows are closed, so that each
// access of the core has exact time, and what is fetched from them is timed op by op. Blocks and
// variants stay: when the other initiators are at rest, all is as before.
#include <algorithm>

#include "sim_core/engine/engine.h"

namespace mcost::engine {

/// The core meets other initiators where its accesses go to the memory itself. Behind an
/// accelerator or a cache they mostly do not; who models one asks the interconnect itself.
void Engine::note_contended_memories() {
  std::uint32_t contended = 0;
  for (std::size_t m = 0; m < bus_.memories.size(); ++m) {
    const bus::MemoryModel& model = *bus_.memories[m].model;
    const bool direct = model.data_path() != bus::DataPath::cached;
    if (direct && bus_.memories[m].micro_state_slot >= kMicroStates) contended |= 1u << m;
  }
  bus_.interconnect.set_contended(contended);
}

/// Memories that a block's worst case does not cover: an access to them ends the visit, and what
/// runs in them or moves lists reckons with their longest wait.
void Engine::note_long_waits() {
  long_waits_ = 0;
  most_wait_ = kMostWait;
  for (std::size_t m = 0; m < bus_.memories.size(); ++m) {
    const std::uint32_t wait = bus_.memories[m].model->most_wait();
    if (wait > kMostWait) long_waits_ |= 1u << m;
    most_wait_ = std::max(most_wait_, wait);
  }
}

/// Follows the interconnect, between two visits.
void Engine::update_shared_memories() {
  const std::uint32_t shared = bus_.interconnect.shared();
  const std::uint32_t changed = shared ^ shared_memories_;
  shared_memories_ = shared;
  if (changed == 0) return;
  for (std::size_t i = 0; i < bus_.regions.size() && i + 1 < kWindows; ++i) {
    const bus::Region& region = bus_.regions[i];
    if (region.kind != bus::RegionKind::memory || (changed >> region.memory & 1u) == 0) continue;
    // Where the MPU limits windows, the next access opens them again.
    if ((shared >> region.memory & 1u) != 0 || windows_limited_) {
      core_.windows[i + 1].set_size(0);
    } else {
      build_window(i);
    }
  }
  for (const auto& [key, block] : blocks_) {
    block->worst_case = (shared & block->fetches) != 0 ? kStops : block->own_worst_case;
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

}  // namespace mcost::engine
