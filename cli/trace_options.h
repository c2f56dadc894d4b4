// Options that choose what of a run is traced: --trace, --trace-from, --trace-cycles,
// --trace-count. May include anything.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/pipeline_recorder.h"
#include "cli/run_session.h"

namespace CLI {
class App;
}  // namespace CLI

namespace mcost::cli {

/// As given on the command line.
struct RawTrace {
  std::string trace;
  std::string from;
  std::string cycles;
  std::string count;
};

/// A window of a run, and where its trace goes.
struct TraceOptions {
  std::string file;  // empty: where people read
  std::string from;  // symbol or address; empty: by cycle
  WatchStart start;
  WindowEnd end;
};

void add_trace_options(CLI::App& command, RawTrace& raw);
/// None without --trace. Errors: ConfigError.
[[nodiscard]] std::optional<TraceOptions> check_trace(const RawTrace& raw);

/// PLACE[:VISIT], a place and which time it is reached, from 1. `option` is named in errors.
/// Errors: ConfigError if the visit is no positive number.
struct PlaceVisit {
  std::string place;
  std::uint64_t visit = 1;
};
[[nodiscard]] PlaceVisit read_place_visit(const std::string& text, const std::string& option);

}  // namespace mcost::cli
