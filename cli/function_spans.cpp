#include "cli/function_spans.h"

#include <algorithm>

namespace mcost::cli {
namespace {

using engine::CallTree;
using engine::ContextSwitch;

/// The chains of open spans, one a level: that of the thread, and above it those of the handlers
/// that are active.
class OpenSpans {
 public:
  OpenSpans(const std::vector<CallTree::Node>& nodes, std::vector<FunctionSpan>& list)
      : nodes_(nodes), list_(list) {}

  void go_to(const ContextSwitch& to) {
    while (levels_.size() > to.handlers + std::size_t{1}) close_level(to.when);
    levels_.resize(to.handlers + std::size_t{1});
    if (to.begins) close_level_to(0, to.when);
    const std::vector<CallTree::Id> chain = chain_of(to.node);
    const std::vector<Open>& open = levels_.back();
    std::size_t common = 0;
    while (common < std::min(chain.size(), open.size()) && open[common].node == chain[common])
      ++common;
    close_level_to(common, to.when);
    for (; common < chain.size(); ++common) {
      levels_.back().push_back({chain[common], list_.size()});
      list_.push_back({chain[common], to.when, to.when});
    }
  }
  void close_all(Cycles when) {
    while (!levels_.empty()) close_level(when);
  }

 private:
  struct Open {
    CallTree::Id node = 0;
    std::size_t span = 0;
  };

  /// From the outermost caller to the node.
  [[nodiscard]] std::vector<CallTree::Id> chain_of(CallTree::Id node) const {
    std::vector<CallTree::Id> chain;
    for (; node != CallTree::kNone; node = nodes_[node].parent) chain.push_back(node);
    std::reverse(chain.begin(), chain.end());
    return chain;
  }
  void close_level_to(std::size_t depth, Cycles when) {
    std::vector<Open>& level = levels_.back();
    for (; level.size() > depth; level.pop_back()) list_[level.back().span].end = when;
  }
  void close_level(Cycles when) {
    close_level_to(0, when);
    levels_.pop_back();
  }

  const std::vector<CallTree::Node>& nodes_;
  std::vector<FunctionSpan>& list_;
  std::vector<std::vector<Open>> levels_;
};

}  // namespace

FunctionSpans function_spans(const engine::CallTrace& trace,
                             const std::vector<CallTree::Node>& nodes, Cycles now,
                             std::size_t most) {
  const std::vector<ContextSwitch>& switches = trace.switches();
  FunctionSpans spans;
  spans.begin = switches.empty() ? now : switches.front().when;
  spans.end = trace.dropped() == 0 ? now : trace.dropped_since();
  spans.dropped = trace.dropped();
  OpenSpans open(nodes, spans.list);
  for (std::size_t i = 0; i < switches.size(); ++i) {
    if (spans.list.size() >= most) {
      spans.end = switches[i].when;
      spans.dropped += switches.size() - i;
      break;
    }
    open.go_to(switches[i]);
  }
  open.close_all(spans.end);
  return spans;
}

}  // namespace mcost::cli
