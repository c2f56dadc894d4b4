// What an observed instruction waited for, in words: registers with the instruction that was late,
// and causes with their cycles. May include anything.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "analysis/pipeline_trace.h"
#include "sim_core/engine/observer.h"
#include "sim_core/isa/roles.h"

namespace mcost::cli {

/// "r3", "lr", "s12": those of a set, in order.
[[nodiscard]] std::vector<std::string> register_names(isa::RegisterSet registers);

/// The instruction that wrote a register last, and by which unit.
class LastWriters {
 public:
  void note(const engine::ObservedOp& op);
  /// "r3 (load-use, 0x0800021C)"; without the brackets where it was not seen.
  [[nodiscard]] std::string describe(isa::RegisterSet one) const;

 private:
  struct Writer {
    Address pc = 0;
    const char* unit = "";
  };
  std::array<std::optional<Writer>, 48> writers_;  // by bit of a RegisterSet: R0-R15, S0-S31
};

/// Causes in order of time: what comes before issue, the cycles of issue, the rest.
[[nodiscard]] std::vector<analysis::TraceSegment> segments_of(const pipeline::Advance& advance);

/// True if it issues in the last cycle of the instruction before it.
[[nodiscard]] inline bool joins_previous(const pipeline::Advance& advance) {
  return advance.issue_cycle < 0;
}

/// One phrase per cause. `writers` as they are before the instruction, `late` the registers it
/// waited for.
[[nodiscard]] std::vector<std::string> wait_words(const engine::ObservedOp& op,
                                                  isa::RegisterSet late, const LastWriters& writers,
                                                  const std::vector<std::string>& memories);

}  // namespace mcost::cli
