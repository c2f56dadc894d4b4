// Loops that wait for a device: while (!(SPI_SR & RXNE)). A turn that only reads registers which
// nothing but a write, an event or another bus master changes, and that leaves registers, timing
// state, contents of caches and the predictor as it found them, is followed by one just like it. So
// all of them up to the next event are booked at once.
//
// A visit that asks is timed by replay and stops behind the access; the others of a turn are
// memoised. A turn may have several of each, since timing may repeat after two or three times
// through the loop only.

#include "sim_core/engine/polling.h"

#include <algorithm>
#include <utility>

#include "sim_core/engine/engine.h"

namespace mcost::engine {
namespace {

constexpr unsigned kMostAskings = 8;  // of a turn

bool stores(const Block& block) {
  return std::any_of(block.info.begin(), block.info.end(),
                     [](const OpInfo& info) { return info.stores; });
}

/// Nobody is told of visits, and they change nothing but registers.
bool is_silent(const Block& block) { return block.worst_case != kStops && !stores(block); }

}  // namespace

/// True if the visit that ends did nothing but ask, and change registers.
bool Engine::only_asked(const Block& block) const {
  return polling_.answers != 0 && polling_.answers == log_.size() &&
         (core_.unusual & ~(kLogged | kLeft)) == 0 && requests_ == 0 && core_.missed == 0 &&
         observer_ == nullptr && path_ == nullptr && replay_ == nullptr &&
         debug_stops_.watchpoints().empty() && is_silent(block);
}

/// What turns may change besides registers and the timing state. The generation of fetched contents
/// and the counters of misses tell of any change in caches.
std::vector<std::uint64_t> Engine::contents_met(const Block& block) const {
  std::vector<std::uint64_t> contents{*block.generation};
  if (predictor_ != nullptr) contents.push_back(predictor_->signature());
  for (const bus::Memory& memory : bus_.memories) {
    for (const bus::MemoryModel::Counter& counter : memory.model->counters())
      contents.push_back(counter.value);
  }
  return contents;
}

/// A visit that only asked has ended.
void Engine::note_asking(const Block& block) {
  Polling& p = polling_;
  const bool alike =
      p.block == &block && p.state == state_ && p.registers == static_cast<const ArchState&>(core_);
  if (alike) {
    std::vector<std::uint64_t> contents = contents_met(block);
    if (p.is_measured && contents == p.contents) end_turn();
    begin_turn(std::move(contents));
  } else if (p.block == nullptr || p.block->context != block.context ||
             ++p.others_since == kMostAskings) {
    p.is_measured = false;
    p.block = &block;
    p.registers = core_;
    p.state = state_;
    p.others_since = 0;
  }
}

void Engine::begin_turn(std::vector<std::uint64_t> contents) {
  polling_.is_measured = true;
  polling_.others_since = 0;
  polling_.begin = now_;
  polling_.contents = std::move(contents);
  polling_.under_way = {};
}

/// Knows the turn that ends, if nothing beside its visits has passed since it began.
void Engine::end_turn() {
  Polling& p = polling_;
  Polling::Turn& turn = p.under_way;
  turn.cycles = turn.cost.cycles();
  for (const Polling::Turn::Visits& visits : turn.others) {
    const Block& other = *visits.variant->block;
    if (!is_silent(other) || other.context != p.block->context) return;
    turn.cycles += visits.count * visits.variant->total;
  }
  if (turn.cycles == now_ - p.begin) p.known = std::move(turn);
}

/// Of the turn under way: what one op of a visit that asks cost.
CodeCost& Engine::asking_cost_at(Address pc) {
  std::vector<Polling::Turn::OpCost>& ops = polling_.under_way.ops;
  const auto found = std::find_if(ops.begin(), ops.end(),
                                  [pc](const Polling::Turn::OpCost& op) { return op.pc == pc; });
  return found != ops.end() ? found->cost : ops.emplace_back(Polling::Turn::OpCost{pc, {}}).cost;
}

void Engine::forget_polling() {
  polling_.block = nullptr;
  polling_.is_measured = false;
}

/// Counts a read whose answer is known until something happens.
void Engine::note_answer(Cycles when) {
  ++polling_.answers;
  Cycles& last = polling_.under_way.last_answer;
  if (polling_.is_measured) last = std::max(last, when - polling_.begin);
}

/// Books the turns like the last one that are over before `limit`. What is known to take so long
/// need not keep away from it by what a visit takes at worst.
void Engine::repeat_asking(Cycles limit) {
  Polling& p = polling_;
  const Polling::Turn turn = std::exchange(p.known, {});
  p.is_measured = false;
  const Cycles until = std::min(limit, bus_.interconnect.next_step());
  const Cycles end = now_ + std::max(turn.cycles, turn.last_answer);  // of the next turn
  const bool alone = bus_.interconnect.used() == 0 && held_memories_ == 0;
  if (!alone || end >= until) return;
  const std::uint64_t turns = 1 + (until - 1 - end) / turn.cycles;
  turn.cost.add_to(ledger_, turns);
  for (const Polling::Turn::OpCost& op : turn.ops)
    profiler_->at(profiler_->now(p.block->context), op.pc).add(op.cost, turns);
  for (const Polling::Turn::Visits& visits : turn.others) {
    if (visits.variant->count == visits.variant->folded) counted_.push_back(visits.variant);
    visits.variant->count += turns * visits.count;
  }
  now_ += turns * turn.cycles;
  statistics_.replayed_visits += turns;
}

}  // namespace mcost::engine
