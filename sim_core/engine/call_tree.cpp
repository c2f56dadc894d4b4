#include "sim_core/engine/call_tree.h"

namespace mcost::engine {

using Kind = CallNode::Kind;

/// The node that is like this one, made if there is room; else its parent.
CallTree::Id CallTree::child(const Node& node) {
  const Key key{node.kind, node.parent, node.function, node.return_address, node.exception};
  const auto found = ids_.find(key);
  if (found != ids_.end()) return found->second;
  const bool full = nodes_.size() >= kMostNodes || node.depth > kMostDepth;
  if (full && node.parent != kNone) return node.parent;
  if (full && !nodes_.empty()) return 0;
  const Id id = static_cast<Id>(nodes_.size());
  nodes_.push_back(node);
  ids_.emplace(key, id);
  return id;
}

CallTree::Id CallTree::root_at(Address pc) {
  return child({.kind = Kind::root, .function = function_at(pc)});
}

CallTree::Id CallTree::interrupt(unsigned exception, Address handler) {
  return child({.kind = Kind::interrupt, .function = function_at(handler), .exception = exception});
}

CallTree::Id CallTree::call(Id from, Address target, Address return_address) {
  const Address function = function_at(target);
  for (Id id = from; id != kNone; id = nodes_[id].parent) {
    const Node& node = nodes_[id];
    if (node.kind == Kind::call && node.function == function &&
        node.return_address == return_address)
      return id;
  }
  return child({.kind = Kind::call,
                .parent = from,
                .function = function,
                .return_address = return_address,
                .depth = nodes_[from].depth + 1});
}

CallTree::Id CallTree::go(Id from, Address target, bool indirect) {
  if (indirect) {
    for (Id id = from; id != kNone; id = nodes_[id].parent) {
      const Node& node = nodes_[id];
      // Behind a call at its very end, the caller goes on in another function.
      if (node.kind == Kind::call && node.return_address == target)
        return go(node.parent, target, false);
    }
  }
  const std::optional<Address> function = function_at_(target);
  const Node node = nodes_[from];
  if (!function || *function == node.function) return from;
  if (indirect) {
    for (Id id = node.parent; id != kNone; id = nodes_[id].parent) {
      if (nodes_[id].function == *function) return id;
    }
  }
  if (node.kind != Kind::call) {
    return child({.kind = Kind::call, .parent = from, .function = *function, .depth = 1});
  }
  // What is jumped to takes the place of who jumps, and returns where that one would.
  if (node.return_address == 0 && nodes_[node.parent].function == *function) return node.parent;
  return child({.kind = Kind::call,
                .parent = node.parent,
                .function = *function,
                .return_address = node.return_address,
                .depth = node.depth});
}

CallTree::Id CallTree::restore(Address frame, Address pc) {
  const auto found = saved_.find(frame);
  if (found == saved_.end()) return root_at(pc);
  const Id id = found->second;
  saved_.erase(found);
  const std::optional<Address> function = function_at_(pc);
  // A frame that software made in the place of an old one.
  return function && *function != nodes_[id].function ? root_at(pc) : id;
}

}  // namespace mcost::engine
