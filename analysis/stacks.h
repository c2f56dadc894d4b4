// The stacks of a profile, outermost function first, with inlined functions: what flame graphs are
// drawn from. May include sim_core/base. Invariant: cycles of all stacks sum to the profile's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "sim_core/base/counters.h"
#include "sim_core/base/run_profile.h"

namespace mcost::analysis {

struct StackFrameName {
  std::string name;  // printable; "[exception 15]" where a handler begins
  std::string file;  // of the function's declaration, or where it is inlined; empty: unknown
  unsigned line = 0;
  bool inlined = false;
  friend bool operator<(const StackFrameName& a, const StackFrameName& b) {
    return std::tie(a.name, a.file, a.line, a.inlined) <
           std::tie(b.name, b.file, b.line, b.inlined);
  }
};

struct Stack {
  std::vector<std::size_t> frames;                    // indices into Stacks::frames
  std::array<std::uint64_t, kMaxClocks> cycles_at{};  // by core clock of the run
  [[nodiscard]] std::uint64_t cycles() const;
};

struct Stacks {
  std::vector<StackFrameName> frames;
  std::vector<Stack> stacks;  // in the order of call tree nodes, each once, none without cycles
};

/// Calls deeper than this are shown in the frame at that depth: recursion without end must not
/// make a report without end.
inline constexpr std::size_t kDeepestStack = 512;

[[nodiscard]] Stacks stacks_of(const RunProfile& profile);

}  // namespace mcost::analysis
