// Collapsed stacks. Source: flamegraph.pl, which splits frames at ';' and takes what stands behind
// the last space for the weight; "_[i]" marks inlined functions.
#include <fmt/format.h>

#include <algorithm>

#include "analysis/reports/profile_exports.h"
#include "analysis/stacks.h"

namespace mcost::analysis {

std::string profile_collapsed(const RunResult& result) {
  const Stacks stacks = stacks_of(*result.profile);
  std::string text;
  for (const Stack& stack : stacks.stacks) {
    for (std::size_t i = 0; i < stack.frames.size(); ++i) {
      const StackFrameName& frame = stacks.frames[stack.frames[i]];
      std::string name = frame.name;
      std::replace(name.begin(), name.end(), ';', ':');
      text += (i == 0 ? "" : ";") + name + (frame.inlined ? "_[i]" : "");
    }
    text += fmt::format(" {}\n", stack.cycles());
  }
  return text;
}

}  // namespace mcost::analysis
