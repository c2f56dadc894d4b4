// What a window of a run did cycle by cycle, as plain data for reports. May include sim_core/base.
// Invariant: rows follow each other without gaps; the segments of a row sum to its cycles.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim_core/base/cause.h"
#include "sim_core/base/units.h"

namespace mcost::analysis {

/// Cycles in a row that had one cause.
struct TraceSegment {
  Cause cause = Cause::issue;
  std::uint8_t memory = 0;  ///< Of causes that are per memory.
  std::uint32_t cycles = 0;
};

/// A fetch of code as it was on the bus; both cycles are included.
struct TraceFetch {
  Address address = 0;
  std::uint8_t memory = 0;
  Cycles first = 0;
  Cycles last = 0;
};

/// One instruction, or what came between two: an exception, sleep.
struct TraceRow {
  bool is_instruction = true;
  Address address = 0;
  std::string function;        ///< "main", or empty.
  std::string text;            ///< Disassembly, or what it was instead.
  Cycles begin = 0;            ///< First cycle: the one behind the row before.
  Cycles issue = 0;            ///< In which it issued.
  bool with_previous = false;  ///< In the last cycle of the row before: a pair, or an overlap.
  std::vector<TraceSegment> segments;  ///< In order of time.
  std::vector<std::string> waits;      ///< What it waited for, in words.
  std::vector<TraceFetch> fetches;

  [[nodiscard]] Cycles cycles() const {
    Cycles sum = 0;
    for (const TraceSegment& segment : segments) sum += segment.cycles;
    return sum;
  }
};

struct PipelineTrace {
  std::string image;
  std::string board;
  std::string core;
  std::vector<std::string> memories;  ///< By index of TraceSegment::memory.
  std::vector<TraceRow> rows;
  std::string remark;  ///< Why there is nothing, or less than asked for; may be empty.
};

}  // namespace mcost::analysis
