// Sums of a run's profile: by function, call tree node, source line and instruction. May include
// sim_core/base. Invariant: everything is an exact sum of entries, so the selfs of each view sum to
// the run; lists are sorted by cycles, ties by what is counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "analysis/reports/groups.h"
#include "sim_core/base/run_profile.h"

namespace mcost::analysis {

/// What some code cost.
struct ProfileCost {
  CodeCost code;
  std::uint64_t energy_fj = 0;
  [[nodiscard]] std::uint64_t cycles() const { return code.cycles(); }
  ProfileCost& operator+=(const ProfileCost& other);
  friend bool operator==(const ProfileCost&, const ProfileCost&) = default;
};

/// Cycles of one group of causes, and those that waited for one memory.
[[nodiscard]] std::uint64_t group_cycles(const CodeCost& cost, CauseGroup group);
[[nodiscard]] std::uint64_t memory_wait(const CodeCost& cost, std::size_t memory);

struct FunctionCost {
  std::size_t function = 0;  // index into RunProfile::functions
  ProfileCost self;
  ProfileCost inclusive;    // with all it called; an entry counts once, however deep the recursion
  std::uint64_t calls = 0;  // executions of its first instruction
  friend bool operator==(const FunctionCost&, const FunctionCost&) = default;
};
/// Functions that cost or called something.
[[nodiscard]] std::vector<FunctionCost> by_function(const RunProfile& profile);

struct NodeCost {
  ProfileCost self;
  ProfileCost inclusive;  // with the calls below it
  std::uint64_t calls = 0;
  std::vector<std::size_t> children;  // by inclusive cycles
  friend bool operator==(const NodeCost&, const NodeCost&) = default;
};
/// By index of RunProfile::nodes.
[[nodiscard]] std::vector<NodeCost> by_node(const RunProfile& profile);
/// By node: the first one that was come to by calls of the same functions. Nodes also differ by the
/// places of calls, which few want to see.
[[nodiscard]] std::vector<std::size_t> first_of_path(const RunProfile& profile);
/// The same as by_node, with nodes of one path together in the first; others are empty.
[[nodiscard]] std::vector<NodeCost> by_path(const RunProfile& profile);
/// Nodes without a parent, by inclusive cycles.
[[nodiscard]] std::vector<std::size_t> outermost_nodes(const RunProfile& profile,
                                                       const std::vector<NodeCost>& nodes);

/// By node, each of which has a key: is it the first on its way from the root that has it? What
/// counts inclusive cost once, however deep the recursion, adds up those.
[[nodiscard]] std::vector<bool> first_on_the_way(const RunProfile& profile,
                                                 const std::vector<std::size_t>& keys);

struct SourceLine {
  std::optional<std::size_t> file;  // index into RunProfile::files; nothing: no debug data
  unsigned line = 0;                // 0: unknown
  friend bool operator==(const SourceLine&, const SourceLine&) = default;
  friend bool operator<(const SourceLine& a, const SourceLine& b) {
    return std::tie(a.file, a.line) < std::tie(b.file, b.line);
  }
};
struct LineCost {
  SourceLine line;
  std::string function;  // of the first instruction by address; the inlined one, if it is
  /// Of the instruction of this line that executed most; of those inlined in it if it has none.
  std::uint64_t executions = 0;
  ProfileCost self;
  ProfileCost inclusive;  // with functions inlined in it
  friend bool operator==(const LineCost&, const LineCost&) = default;
};
/// Lines with code that executed, of the innermost frame and of those around it. Code without debug
/// data is one line.
[[nodiscard]] std::vector<LineCost> by_line(const RunProfile& profile);
/// The line of an instruction's innermost frame.
[[nodiscard]] SourceLine line_of(const ProfileCode& code);

struct InstructionCost {
  std::size_t code = 0;  // index into RunProfile::code
  ProfileCost cost;
  friend bool operator==(const InstructionCost&, const InstructionCost&) = default;
};
[[nodiscard]] std::vector<InstructionCost> by_instruction(const RunProfile& profile);
/// The instructions of one function, by address.
[[nodiscard]] std::vector<InstructionCost> instructions_of(const RunProfile& profile,
                                                           std::size_t function);

/// Everything.
[[nodiscard]] ProfileCost total_of(const RunProfile& profile);

}  // namespace mcost::analysis
