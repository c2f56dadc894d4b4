#include "sim_core/engine/fused_handlers.h"

#include <functional>
#include <map>
#include <utility>

namespace mcost::engine {
namespace {

using OwnHandlers = std::pair<Handler, Handler>;

struct ByAddress {
  bool operator()(const OwnHandlers& a, const OwnHandlers& b) const {
    const std::less<> before;
    return a.first != b.first ? before(a.first, b.first) : before(a.second, b.second);
  }
};

}  // namespace

Handler fused_handler(Handler first, Handler second) {
  static const std::map<OwnHandlers, Handler, ByAddress> all_pairs = [] {
    std::map<OwnHandlers, Handler, ByAddress> pairs;
    for (const auto& table : {fused_memory_handlers(), fused_load_use_handlers(),
                              fused_arithmetic_handlers(), fused_branch_handlers()}) {
      for (const FusedPair& pair : table)
        pairs.emplace(OwnHandlers{pair.first, pair.second}, pair.both);
    }
    return pairs;
  }();
  const auto found = all_pairs.find({first, second});
  return found == all_pairs.end() ? nullptr : found->second;
}

}  // namespace mcost::engine
