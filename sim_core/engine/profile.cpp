// Where the engine tells the profiler whose cost is whose: contexts of blocks, what replays and
// exceptions cost, and the visits of variants when somebody asks.
#include <utility>

#include "sim_core/engine/engine.h"

namespace mcost::engine {

void Engine::enable_profile(CallTree::FunctionAt function_at) {
  invalidate_all_blocks();
  bury();  // what they counted before is nobody's
  profiler_ = std::make_unique<Profiler>(std::move(function_at));
  profiler_->set_clock(clock_);
  begin_context();
}

/// Code without a caller goes on at pc_, outside of handlers.
void Engine::begin_context() {
  const CallTree::Id root = profiler_->tree().root_at(pc_);
  context_ = profiler_->context_of(root);
  profiler_->trace().begin(now_, root, 0);
}

void Engine::mark_call_trace() {
  if (profiler_) profiler_->trace().mark(now_);
}

void Engine::set_profile_layer(std::size_t layer) {
  if (!profiler_) return;
  profiler_->set_layer(layer);
  context_ = profiler_->now(context_);
}

const Profiler* Engine::profile() {
  if (!profiler_) return nullptr;
  bury();
  for (const auto& [key, block] : blocks_) harvest(*block);
  profiler_->book_pending(context_, pc_);
  return profiler_.get();
}

void Engine::harvest(const Block& block) {
  if (!profiler_) return;
  for (const auto& variant : block.variants) profiler_->harvest(block, *variant);
}

/// Contexts are those of whole blocks: with a profiler none goes on into another function.
bool Engine::enters_function(Address block, Address pc) const {
  return profiler_ != nullptr && profiler_->tree().is_border(block, pc);
}

/// Where execution goes on behind a complete visit of `block`, pc_ says.
void Engine::follow(const Block& block) {
  if (!profiler_) return;
  const CallTree::Id from = profiler_->node_of(block.context);
  if ((requests_ & kExceptionReturn) != 0) {
    context_ = profiler_->context_of(from);
    return;
  }
  CallTree& tree = profiler_->tree();
  const bool left = core_.exit != kFallThrough;
  const bool calls = left && block.ends_in_call;
  const CallTree::Id to =
      calls ? tree.call(from, pc_, block.end_pc) : tree.go(from, pc_, core_.exit == kIndirect);
  context_ = profiler_->context_of(to);
  profiler_->trace().note(now_, to);
}

/// The handler of an exception begins at pc_: what led to it belongs to it, in the layer that was
/// interrupted.
void Engine::profile_handler(unsigned number) {
  if (!profiler_) return;
  const CallTree::Id handler = profiler_->tree().interrupt(number, pc_);
  context_ = profiler_->context_of(handler);
  const Cycles entered = now_ - profiler_->pending().cycles();
  profiler_->trace().begin(entered, handler, exceptions_.active_count());
  profiler_->book_pending(context_, pc_);
}

/// A frame was unstacked: that belongs to the handler, and what was interrupted goes on at pc_.
void Engine::profile_unstacked(Address frame) {
  if (!profiler_) return;
  CallTree& tree = profiler_->tree();
  const Profiler::Id handler = profiler_->now(context_);
  profiler_->book_pending(handler, tree.nodes()[profiler_->node_of(handler)].function);
  const CallTree::Id resumed = tree.restore(frame, pc_);
  context_ = profiler_->context_of(resumed);
  profiler_->trace().go_on(now_, resumed, exceptions_.active_count());
}

/// What is pending belongs to the instruction at `pc`, which is where the core is.
void Engine::profile_here(Address pc) {
  if (profiler_) profiler_->book_pending(profiler_->now(context_), pc);
}

/// The same in a visit.
void Engine::profile_here(const MicroOp* op) {
  if (profiler_)
    profiler_->book_pending(profiler_->now(current_->context), current_->info[op->index].pc);
}

/// Accesses of the exception mechanism.
void Engine::count_exception_access(const bus::Region& region, bool write) {
  Traffic traffic;
  (write ? traffic.writes : traffic.reads) = 1;
  (write ? traffic.write_bytes : traffic.read_bytes) = 4;
  // Assumed: nothing in front of a flash array serves vectors.
  const bool is_memory = region.kind == bus::RegionKind::memory;
  if (!write && is_memory && bus_.memories[region.memory].model->has_array())
    traffic.array_reads = 1;
  ledger_.traffic[region.memory] += traffic;
  if (profiler_) profiler_->pending().traffic_of(region.memory) += traffic;
}

}  // namespace mcost::engine
