// Cycles measured on a board beside the simulated ones: error by layer, and which number of the
// model would explain it. Errors are exact integers; explanations are least squares in floating
// point, which decide nothing: they are hints for people. May include sim_core/base. Invariant: an
// explanation is offered only if it also predicts layers that it has not seen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/hardware_log.h"
#include "analysis/quantity.h"
#include "sim_core/base/run_result.h"

namespace mcost::analysis {

struct MeasuredLayer {
  std::size_t layer = 0;        // index into RunResult::layers
  std::uint64_t samples = 0;    // measurements in the log
  std::uint64_t measured = 0;   // cycles of all visits of the run, from these
  std::uint64_t simulated = 0;  // cycles, layers inside included
  bool inner = true;            // no layer inside it was measured: it counts for the total
  friend bool operator==(const MeasuredLayer&, const MeasuredLayer&) = default;
};

/// A value of the board for messages.
struct BoardParameter {
  std::string path;
  std::string value;
  std::string source;  // "assumed", "datasheet", ...
};

/// One count of the run whose price, changed by `slope` cycles, would explain the errors.
struct Explanation {
  std::string what;                        // "read of flash", "cycle of refill"
  double slope = 0;                        // cycles to be added to the model for each
  double explained = 0;                    // share of the squared errors, 0 to 1
  double left_out = 0;                     // the same where each layer is predicted from the others
  std::vector<BoardParameter> parameters;  // of the board, that set this price
  std::string advice;  // where the price comes from if the board has no value for it
};

struct HardwareComparison {
  std::vector<MeasuredLayer> layers;  // in the order of the run
  std::uint64_t measured = 0;         // sums over inner layers
  std::uint64_t simulated = 0;
  std::vector<std::string> unknown;     // names of the log that are no layer
  std::vector<std::string> unmeasured;  // layers that the log does not have
  std::size_t skipped_lines = 0;
  std::vector<Explanation> explanations;  // best first; empty: `no_explanation` says why
  std::string no_explanation;
  std::vector<std::string> cautions;
};

/// Names that a log may use: paths of layers, and their last names where only one has it.
[[nodiscard]] std::vector<std::string> names_for_log(const RunResult& result);

/// `counter_hz` is the clock of the counter on the board; nothing: the core clock of the run.
/// Errors: ConfigError if no layer was measured, the run changed its clock and times are to be
/// converted, or a number is too large.
[[nodiscard]] HardwareComparison compare_with_hardware(const RunResult& result,
                                                       const HardwareLog& log,
                                                       std::optional<Hertz> counter_hz,
                                                       const std::vector<BoardParameter>& board,
                                                       const std::string& file);

}  // namespace mcost::analysis
