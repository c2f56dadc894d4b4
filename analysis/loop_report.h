// Why a loop takes the cycles it takes, as plain data for reports. May include sim_core/base.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "analysis/pipeline_trace.h"
#include "sim_core/base/units.h"

namespace mcost::analysis {

/// Cycles of several iterations: the cost of one is the quotient.
struct IterationCost {
  Cycles cycles = 0;
  std::uint64_t iterations = 1;
  friend bool operator==(const IterationCost&, const IterationCost&) = default;
};

/// True if `a` is less per iteration.
[[nodiscard]] constexpr bool is_less(const IterationCost& a, const IterationCost& b) {
  return a.cycles * b.iterations < b.cycles * a.iterations;
}

/// One instruction of the loop.
struct LoopLine {
  Address address = 0;
  std::string text;
  std::uint64_t executions = 0;        ///< In as many iterations as LoopReport::steady.
  std::vector<TraceSegment> segments;  ///< Of these executions, by cause.
  Cycles issue = 0;                    ///< Relative to the begin of the last iteration.
  bool with_previous = false;
  std::vector<std::string> waits;
};

enum class LoopBound : std::uint8_t { issue, latency, fetch, data, mispredict, several };
inline constexpr std::array<const char*, 6> kLoopBoundNames = {"issue", "latency",    "fetch",
                                                               "data",  "mispredict", "several"};

/// What an iteration would take if something cost nothing.
struct LoopWhatIf {
  const char* key = "";   ///< "fetch"
  const char* text = "";  ///< "every fetch without wait states"
  IterationCost cost;
};

/// A register whose result is late.
struct LateResult {
  std::string name;
  IterationCost without;    ///< An iteration if results in it were never late.
  bool is_carried = false;  ///< From one iteration to the next.
  std::vector<Address> writers;
  std::vector<Address> waiting;
};

struct LoopReport {
  std::string image;
  std::string board;
  std::string core;
  std::vector<std::string> memories;
  std::string at;        ///< As asked for.
  std::string function;  ///< "main", or empty.
  bool is_loop = true;   ///< Else one passage of straight code.
  Address begin = 0;
  Address end = 0;               ///< Of the highest instruction.
  std::uint64_t iterations = 0;  ///< That were recorded and are explained.
  IterationCost observed;        ///< As they ran.
  IterationCost steady;          ///< Repeated until their timing repeats.
  bool is_steady = true;
  std::vector<LoopLine> lines;
  std::vector<LoopWhatIf> what_ifs;          ///< The last one is issue alone.
  std::vector<TraceSegment> issue_segments;  ///< The cycles of the last one, by cause.
  LoopBound bound = LoopBound::issue;
  std::vector<LateResult> late;    ///< The most costly first.
  std::vector<std::string> notes;  ///< What was placed elsewhere.
};

/// For people at a terminal.
[[nodiscard]] std::string loop_text(const LoopReport& report);
/// Schema `mcost/loop/1`.
[[nodiscard]] std::string loop_json(const LoopReport& report);

}  // namespace mcost::analysis
