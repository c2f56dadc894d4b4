// `monitor` commands of `mcost gdb`: what the run has cost so far. May include anything.
#pragma once

#include <functional>
#include <string>

#include "sim_core/base/run_result.h"

namespace mcost::cli {

class GdbMonitor {
 public:
  /// `so_far` gives layers and costs up to now; `reset` resets the board and says what came of it.
  GdbMonitor(std::function<RunResult()> so_far, std::function<std::string()> reset)
      : so_far_(std::move(so_far)), reset_(std::move(reset)) {}

  /// What a command prints, ending in a newline.
  [[nodiscard]] std::string answer(const std::string& command);

 private:
  [[nodiscard]] std::string cycles();
  [[nodiscard]] std::string causes();
  [[nodiscard]] std::string layers();
  std::function<RunResult()> so_far_;
  std::function<std::string()> reset_;
  Counters last_;  // when cycles were asked for
};

}  // namespace mcost::cli
