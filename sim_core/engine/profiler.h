// Profiler: gathers what each instruction cost by context (call-tree node, layer, core clock).
// Blocks are decoded once per context, so their visits say whose they are; only what is timed out
// of line is booked here as it happens. Depends on block.h, call_trace.h and base.
#pragma once

#include <cstdint>
#include <map>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "sim_core/base/run_profile.h"
#include "sim_core/engine/block.h"
#include "sim_core/engine/call_trace.h"
#include "sim_core/engine/call_tree.h"

namespace mcost::engine {

class Profiler {
 public:
  using Id = std::uint32_t;
  struct Context {
    CallTree::Id node = 0;
    std::size_t layer = 0;
    unsigned clock = 0;
  };

  explicit Profiler(CallTree::FunctionAt function_at) : tree_(std::move(function_at)) {}

  [[nodiscard]] CallTree& tree() { return tree_; }
  [[nodiscard]] const CallTree& tree() const { return tree_; }
  [[nodiscard]] CallTrace& trace() { return trace_; }
  [[nodiscard]] const CallTrace& trace() const { return trace_; }
  [[nodiscard]] const std::vector<Context>& contexts() const { return contexts_; }
  [[nodiscard]] CallTree::Id node_of(Id context) const { return contexts_[context].node; }

  void set_layer(std::size_t layer) { layer_ = layer; }
  void set_clock(unsigned clock) { clock_ = clock; }
  /// A node in the layer and at the clock of now.
  Id context_of(CallTree::Id node);
  /// What code of a context that began earlier belongs to now.
  Id now(Id context) { return context_of(contexts_[context].node); }

  /// What an instruction cost, to be added to.
  CodeCost& at(Id context, Address pc) { return costs_[context][pc]; }
  /// What has no instruction yet: entry of an exception, until its handler is known.
  CodeCost& pending() { return pending_; }
  void book_pending(Id context, Address pc);
  /// An instruction was decoded.
  void note_code(const OpInfo& info) { code_.try_emplace(info.pc, info.decoded); }
  /// Instructions by address, as they were decoded first.
  [[nodiscard]] const std::map<Address, isa::Decoded>& code() const { return code_; }
  /// Visits of a variant that were not harvested yet.
  void harvest(const Block& block, Variant& variant);

  /// By context, in its order, then by address.
  [[nodiscard]] const std::vector<std::unordered_map<Address, CodeCost>>& costs() const {
    return costs_;
  }

 private:
  CallTree tree_;
  CallTrace trace_;
  std::size_t layer_ = 0;
  unsigned clock_ = 0;
  std::vector<Context> contexts_;
  std::map<std::tuple<CallTree::Id, std::size_t, unsigned>, Id> ids_;
  std::vector<std::unordered_map<Address, CodeCost>> costs_;
  CodeCost pending_;
  std::map<Address, isa::Decoded> code_;
};

}  // namespace mcost::engine
