#include "analysis/profile.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace mcost::analysis {
namespace {

/// Sorts by cycles, most first; those of as many keep their order.
template <class Element, class CyclesOf>
void sort_by_cycles(std::vector<Element>& list, CyclesOf&& cycles_of) {
  std::vector<std::pair<std::uint64_t, std::size_t>> order;
  order.reserve(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) order.emplace_back(cycles_of(list[i]), i);
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<Element> sorted;
  sorted.reserve(list.size());
  for (const auto& [cycles, index] : order) sorted.push_back(std::move(list[index]));
  list = std::move(sorted);
}

void add(ProfileCost& sum, const ProfileEntry& entry) {
  sum.code += entry.cost;
  sum.energy_fj += entry.energy_fj;
}

bool is_first_instruction(const RunProfile& profile, const ProfileCode& code) {
  return code.address == profile.functions[code.function].address;
}

bool is_on_the_way(const RunProfile& profile, std::size_t node, std::size_t function) {
  std::optional<std::size_t> at = node;
  for (; at; at = profile.nodes[*at].parent) {
    if (profile.nodes[*at].function == function) return true;
  }
  return false;
}

}  // namespace

ProfileCost& ProfileCost::operator+=(const ProfileCost& other) {
  code += other.code;
  energy_fj += other.energy_fj;
  return *this;
}

std::uint64_t group_cycles(const CodeCost& cost, CauseGroup group) {
  std::uint64_t sum = 0;
  for (const CodeCost::Share& share : cost.shares)
    sum += group_of(share.cause) == group ? share.cycles : 0;
  return sum;
}

std::uint64_t memory_wait(const CodeCost& cost, std::size_t memory) {
  std::uint64_t sum = 0;
  for (const CodeCost::Share& share : cost.shares)
    sum += is_per_memory(share.cause) && share.memory == memory ? share.cycles : 0;
  return sum;
}

std::vector<FunctionCost> by_function(const RunProfile& profile) {
  std::vector<FunctionCost> functions(profile.functions.size());
  for (std::size_t i = 0; i < functions.size(); ++i) functions[i].function = i;
  for (const ProfileEntry& entry : profile.entries) {
    const ProfileCode& code = profile.code[entry.code];
    FunctionCost& function = functions[code.function];
    add(function.self, entry);
    if (is_first_instruction(profile, code)) function.calls += entry.cost.instructions;
    // Code of another function than the node's: a jump into its middle, say.
    if (!is_on_the_way(profile, entry.node, code.function)) add(function.inclusive, entry);
  }
  const std::vector<NodeCost> nodes = by_node(profile);
  std::vector<std::size_t> called;
  called.reserve(nodes.size());
  for (const CallNode& node : profile.nodes) called.push_back(node.function);
  const std::vector<bool> outermost = first_on_the_way(profile, called);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (outermost[i]) functions[profile.nodes[i].function].inclusive += nodes[i].inclusive;
  }
  std::erase_if(functions, [](const FunctionCost& function) {
    return function.self == ProfileCost{} && function.inclusive == ProfileCost{};
  });
  sort_by_cycles(functions, [](const FunctionCost& f) { return f.self.cycles(); });
  return functions;
}

std::vector<NodeCost> by_node(const RunProfile& profile) {
  std::vector<NodeCost> nodes(profile.nodes.size());
  for (const ProfileEntry& entry : profile.entries) {
    NodeCost& node = nodes[entry.node];
    add(node.self, entry);
    const ProfileCode& code = profile.code[entry.code];
    if (code.function == profile.nodes[entry.node].function && is_first_instruction(profile, code))
      node.calls += entry.cost.instructions;
  }
  for (NodeCost& node : nodes) node.inclusive = node.self;
  for (std::size_t i = nodes.size(); i-- > 0;) {  // parents stand before their calls
    if (const auto parent = profile.nodes[i].parent) nodes[*parent].inclusive += nodes[i].inclusive;
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (const auto parent = profile.nodes[i].parent) nodes[*parent].children.push_back(i);
  }
  for (NodeCost& node : nodes)
    sort_by_cycles(node.children, [&](std::size_t i) { return nodes[i].inclusive.cycles(); });
  return nodes;
}

std::vector<std::size_t> first_of_path(const RunProfile& profile) {
  using Key = std::tuple<std::size_t, CallNode::Kind, std::size_t, unsigned>;
  std::map<Key, std::size_t> paths;
  std::vector<std::size_t> first(profile.nodes.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    const CallNode& node = profile.nodes[i];
    const std::size_t above = node.parent ? first[*node.parent] : first.size();
    first[i] =
        paths.try_emplace({above, node.kind, node.function, node.exception}, i).first->second;
  }
  return first;
}

std::vector<NodeCost> by_path(const RunProfile& profile) {
  const std::vector<std::size_t> first = first_of_path(profile);
  const std::vector<NodeCost> nodes = by_node(profile);
  std::vector<NodeCost> paths(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    NodeCost& path = paths[first[i]];
    path.self += nodes[i].self;
    path.inclusive += nodes[i].inclusive;
    path.calls += nodes[i].calls;
    const auto parent = profile.nodes[i].parent;
    if (first[i] == i && parent) paths[first[*parent]].children.push_back(i);
  }
  for (NodeCost& path : paths)
    sort_by_cycles(path.children, [&](std::size_t i) { return paths[i].inclusive.cycles(); });
  return paths;
}

std::vector<bool> first_on_the_way(const RunProfile& profile,
                                   const std::vector<std::size_t>& keys) {
  const std::size_t count = profile.nodes.size();
  std::vector<std::vector<std::size_t>> children(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (profile.nodes[i].parent) children[*profile.nodes[i].parent].push_back(i);
  }
  std::vector<bool> first(count);
  std::map<std::size_t, std::size_t> open;  // by key: how often on the way from the root
  struct Step {
    std::size_t node = 0;
    bool leave = false;
  };
  std::vector<Step> steps;
  for (std::size_t i = 0; i < count; ++i) {
    if (!profile.nodes[i].parent) steps.push_back({i, false});
  }
  while (!steps.empty()) {
    const Step step = steps.back();
    steps.pop_back();
    std::size_t& above = open[keys[step.node]];
    if (step.leave) {
      --above;
      continue;
    }
    first[step.node] = above++ == 0;
    steps.push_back({step.node, true});
    for (const std::size_t child : children[step.node]) steps.push_back({child, false});
  }
  return first;
}

std::vector<std::size_t> outermost_nodes(const RunProfile& profile,
                                         const std::vector<NodeCost>& nodes) {
  std::vector<std::size_t> list;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (!profile.nodes[i].parent) list.push_back(i);
  }
  sort_by_cycles(list, [&](std::size_t i) { return nodes[i].inclusive.cycles(); });
  return list;
}

SourceLine line_of(const ProfileCode& code) {
  if (code.frames.empty()) return {};
  return {code.frames.front().file, code.frames.front().line};
}

std::vector<LineCost> by_line(const RunProfile& profile) {
  std::map<SourceLine, LineCost> lines;
  std::map<SourceLine, std::uint64_t> inlined;  // executions with what is inlined in the line
  for (const InstructionCost& instruction : instructions_of(profile, profile.functions.size())) {
    const ProfileCode& code = profile.code[instruction.code];
    const auto line_at = [&](SourceLine at, const std::string& function) -> LineCost& {
      const auto [found, is_new] = lines.try_emplace(at);
      if (is_new) found->second.function = function;
      return found->second;
    };
    LineCost& innermost =
        line_at(line_of(code), code.frames.empty() ? "" : code.frames.front().function);
    innermost.self += instruction.cost;
    innermost.executions = std::max(innermost.executions, instruction.cost.code.instructions);
    if (code.frames.empty()) innermost.inclusive += instruction.cost;
    for (std::size_t i = 0; i < code.frames.size(); ++i) {
      const SourceFrame& frame = code.frames[i];
      const auto same = [&](const SourceFrame& other) {
        return other.file == frame.file && other.line == frame.line;
      };
      const auto here = code.frames.begin() + static_cast<std::ptrdiff_t>(i);
      if (std::any_of(code.frames.begin(), here, same)) continue;
      const SourceLine at{frame.file, frame.line};
      line_at(at, frame.function).inclusive += instruction.cost;
      inlined[at] = std::max(inlined[at], instruction.cost.code.instructions);
    }
  }
  std::vector<LineCost> list;
  list.reserve(lines.size());
  for (auto& [line, cost] : lines) {
    cost.line = line;
    if (cost.self == ProfileCost{}) cost.executions = inlined[line];
    list.push_back(std::move(cost));
  }
  sort_by_cycles(list, [](const LineCost& line) { return line.self.cycles(); });
  return list;
}

std::vector<InstructionCost> by_instruction(const RunProfile& profile) {
  std::vector<InstructionCost> list = instructions_of(profile, profile.functions.size());
  sort_by_cycles(list, [](const InstructionCost& code) { return code.cost.cycles(); });
  return list;
}

std::vector<InstructionCost> instructions_of(const RunProfile& profile, std::size_t function) {
  const bool all = function == profile.functions.size();
  std::vector<ProfileCost> costs(profile.code.size());
  for (const ProfileEntry& entry : profile.entries) {
    if (all || profile.code[entry.code].function == function) add(costs[entry.code], entry);
  }
  std::vector<InstructionCost> list;
  for (std::size_t i = 0; i < costs.size(); ++i) {
    if (all || profile.code[i].function == function) list.push_back({i, std::move(costs[i])});
  }
  return list;
}

ProfileCost total_of(const RunProfile& profile) {
  ProfileCost total;
  for (const ProfileEntry& entry : profile.entries) add(total, entry);
  return total;
}

}  // namespace mcost::analysis
