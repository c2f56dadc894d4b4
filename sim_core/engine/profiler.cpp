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
  for (unsigned i = 0; i < block.info.size(); ++i) {
    const OpInfo& info = block.info[i];
    CodeCost& cost = at(block.context, info.pc);
    cost.instructions += visits;
    cost.folded += (variant.folded_ops >> i & 1u) != 0 ? visits : 0;
    if (info.predicated && (variant.key.passed >> i & 1u) == 0) {
      cost.skipped += visits;
    } else {
      cost.macs += visits * info.macs;
      cost.by_class[static_cast<unsigned>(info.instruction_class)] += visits;
    }
  }
  for (const OpCharge& charge : variant.charges) {
    at(block.context, block.info[charge.op].pc)
        .charge(charge.cause, charge.memory, visits * charge.cycles);
  }
  for (const OpTraffic& entry : variant.op_traffic) {
    Traffic traffic = entry.traffic;
    traffic *= visits;
    at(block.context, block.info[entry.op].pc).traffic_of(entry.memory) += traffic;
  }
}

}  // namespace mcost::engine
