// CallTree: the calling contexts of a run, followed at the ends of blocks: calls, returns, tail
// calls, longjmp, exceptions and task switches. A context is a property of the code that is
// decoded for it, so following costs nothing once a way was taken. Knows no engine. Depends on
// base.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "sim_core/base/run_profile.h"
#include "sim_core/base/units.h"

namespace mcost::engine {

class CallTree {
 public:
  /// The entry of the function that an address is in; nothing where no function is known.
  using FunctionAt = std::function<std::optional<Address>(Address)>;
  using Id = std::uint32_t;
  static constexpr Id kNone = ~Id{0};
  /// Beyond these, calls stay with their caller: hostile or deeply recursive firmware.
  static constexpr std::size_t kMostNodes = 2048;
  static constexpr unsigned kMostDepth = 128;

  struct Node {
    CallNode::Kind kind = CallNode::Kind::root;
    Id parent = kNone;           // of calls
    Address function = 0;        // entry
    Address return_address = 0;  // of calls; 0: jumped to from a root or a handler
    unsigned exception = 0;      // of interrupts
    unsigned depth = 0;
  };

  explicit CallTree(FunctionAt function_at) : function_at_(std::move(function_at)) {}

  /// Execution begins at `pc` without a caller.
  Id root_at(Address pc);
  /// A call. Recursion comes back to the node of the first call from the same place.
  Id call(Id from, Address target, Address return_address);
  /// Any other way from one instruction to the next one: a return if it is `indirect` and goes to
  /// where a caller goes on, a tail call or fall-through if it enters another function, a longjmp
  /// if that function is a caller, else nothing.
  Id go(Id from, Address target, bool indirect);
  Id interrupt(unsigned exception, Address handler);

  /// The context `interrupted` is left with its frame at `frame`.
  void save(Address frame, Id interrupted) { saved_[frame] = interrupted; }
  /// The frame is popped and execution goes on at `pc`: of a task that never ran, at its root.
  Id restore(Address frame, Address pc);

  [[nodiscard]] const std::vector<Node>& nodes() const { return nodes_; }
  /// Entry of the function that `address` is in, or `address` itself.
  [[nodiscard]] Address function_at(Address address) const {
    return function_at_(address).value_or(address);
  }
  /// Whether two neighbours belong to different functions.
  [[nodiscard]] bool is_border(Address before, Address after) const {
    return function_at_(before) != function_at_(after);
  }

 private:
  using Key = std::tuple<CallNode::Kind, Id, Address, Address, unsigned>;
  Id child(const Node& node);

  FunctionAt function_at_;
  std::vector<Node> nodes_;
  std::map<Key, Id> ids_;
  std::unordered_map<Address, Id> saved_;  // by frame
};

}  // namespace mcost::engine
