#include "analysis/stacks.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "analysis/profile.h"
#include "analysis/reports/numbers.h"

namespace mcost::analysis {
namespace {

class Builder {
 public:
  explicit Builder(const RunProfile& profile) : profile_(profile) { find_deepest(); }

  Stacks build() {
    struct Key {
      std::size_t node = 0;
      std::vector<std::size_t> tail;  // frames below the node's
      bool operator<(const Key& other) const {
        return std::tie(node, tail) < std::tie(other.node, other.tail);
      }
    };
    std::map<Key, Stack> stacks;
    for (const ProfileEntry& entry : profile_.entries) {
      Stack& stack = stacks[{shown_[entry.node], tail_of(entry)}];
      stack.cycles_at.at(entry.clock) += entry.cost.cycles();
    }
    for (auto& [key, stack] : stacks) {
      if (stack.cycles() == 0) continue;
      stack.frames = node_frames(key.node);
      stack.frames.insert(stack.frames.end(), key.tail.begin(), key.tail.end());
      stacks_.stacks.push_back(std::move(stack));
    }
    return std::move(stacks_);
  }

 private:
  /// By node: the first of its path, or that of the caller that is as deep as stacks may be.
  void find_deepest() {
    const std::size_t count = profile_.nodes.size();
    std::vector<std::size_t> depth(count, 1);
    shown_.resize(count);
    const std::vector<std::size_t> first = first_of_path(profile_);
    for (std::size_t i = 0; i < count; ++i) {  // parents stand before their calls
      const auto parent = profile_.nodes[i].parent;
      if (parent) depth[i] = depth[*parent] + 1;
      shown_[i] = depth[i] <= kDeepestStack ? first[i] : shown_[*parent];
    }
  }

  std::size_t index_of(StackFrameName frame) {
    const auto [found, is_new] = indices_.try_emplace(frame, stacks_.frames.size());
    if (is_new) stacks_.frames.push_back(std::move(frame));
    return found->second;
  }

  std::size_t function_frame(std::size_t function) {
    const ProfileFunction& of = profile_.functions[function];
    return index_of({printable(of.name), printable(of.file), of.line, false});
  }

  std::vector<std::size_t> node_frames(std::size_t node) {
    std::vector<std::size_t> frames;
    for (std::optional<std::size_t> at = node; at; at = profile_.nodes[*at].parent) {
      const CallNode& of = profile_.nodes[*at];
      frames.push_back(function_frame(of.function));
      if (of.kind == CallNode::Kind::interrupt)
        frames.push_back(index_of({fmt::format("[exception {}]", of.exception), "", 0, false}));
    }
    std::reverse(frames.begin(), frames.end());
    return frames;
  }

  std::vector<std::size_t> tail_of(const ProfileEntry& entry) {
    std::vector<std::size_t> frames;
    const ProfileCode& code = profile_.code[entry.code];
    if (code.function != profile_.nodes[entry.node].function)
      frames.push_back(function_frame(code.function));
    for (std::size_t i = code.frames.size(); i > 1; --i) {
      const SourceFrame& inlined = code.frames[i - 2];
      const std::string& file = profile_.files[inlined.file];
      frames.push_back(index_of({printable(inlined.function), printable(file), 0, true}));
    }
    return frames;
  }

  const RunProfile& profile_;
  Stacks stacks_;
  std::vector<std::size_t> shown_;
  std::map<StackFrameName, std::size_t> indices_;
};

}  // namespace

std::uint64_t Stack::cycles() const {
  return std::accumulate(cycles_at.begin(), cycles_at.end(), std::uint64_t{0});
}

Stacks stacks_of(const RunProfile& profile) { return Builder(profile).build(); }

}  // namespace mcost::analysis
