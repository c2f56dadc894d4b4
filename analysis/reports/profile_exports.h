// A profile in the formats of other tools. Private to analysis and cli. Invariant: functions here
// are pure; names come from hostile files and are escaped as each format needs; sums are those of
// the run.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim_core/base/run_result.h"

namespace mcost::analysis {

/// For KCachegrind and callgrind_annotate: cycles, instructions, cycles by group of causes, and
/// bytes by memory; by instruction and line, with calls. Needs a profile.
[[nodiscard]] std::string profile_callgrind(const RunResult& result);

/// A line for each stack, "main;conv;dot_[i] 1234", as flamegraph.pl and others take it; weights
/// are cycles. Needs a profile.
[[nodiscard]] std::string profile_collapsed(const RunResult& result);

/// For speedscope.app: samples weighted in nanoseconds. Needs a profile.
[[nodiscard]] std::string profile_speedscope(const RunResult& result);

/// Chrome trace events, for ui.perfetto.dev: layers and handlers over time, firmware's events and
/// counters, live bytes. Needs visits.
[[nodiscard]] std::string visits_perfetto(const RunResult& result);

/// The columns "Event","Tag","Ticks" of TensorFlow Lite Micro's profiler: a row for each visit of a
/// layer, in their order; ticks are cycles. Needs visits.
[[nodiscard]] std::string visits_tflm_csv(const RunResult& result);

/// All of the source that has code, executed or not, in any order.
struct CoveredSource {
  std::vector<std::pair<std::string, unsigned>> lines;  // file, line
  std::vector<ProfileFunction> functions;
};
/// Coverage for genhtml and editors. Needs a profile; what was never executed is in `source` alone.
[[nodiscard]] std::string profile_lcov(const RunResult& result, const CoveredSource& source);

}  // namespace mcost::analysis
