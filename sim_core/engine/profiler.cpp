#include "sim_core/engine/profiler.h"

#include <utility>

namespace mcost::engine {

Profiler::Id Profiler::context_of(CallTree::Id node) {
  const auto [found, is_new] =
      ids_.try_emplace({node, layer_, clock_}, static_cast<Id>(contexts_.size()));
  if (is_new) {
    contexts_.push_back({node, layer_, clock_});
    costs_.emplace_back();
  }
  return found->second;
}

void Profiler::book_pending(Id context, Address pc) {
  if (pending_ == CodeCost{}) return;
  at(context, pc) += std::exchange(pending_, CodeCost{});
}

void Profiler::harvest(const Block& block, Variant& variant) {
  const std::uint64_t visits = variant.count - variant.harvested;
  if (visits == 0) return;
  variant.harvested = variant.count;
  for (std::size_t i = 0; i < block.info.size(); ++i)
    at(block.context, block.info[i].pc).add(variant.op_costs[i], visits);
}

}  // namespace mcost::engine
