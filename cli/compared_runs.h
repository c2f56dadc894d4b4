// Runs to be set beside each other: results that are read, firmware that is run on each board. May
// include anything.
#pragma once

#include <string>
#include <vector>

#include "analysis/compare.h"
#include "cli/options.h"

namespace CLI {
class App;
}  // namespace CLI

namespace mcost::cli {

/// What the command line names: firmware files and JSON reports, in any order.
struct RunArguments {
  std::vector<std::string> files;
  std::vector<std::string> boards;
  RawOptions run;  // without firmware and board
};

/// Adds files, --board and the options of a run that change what it does.
void add_run_arguments(CLI::App& command, RunArguments& arguments);

/// A result with the values of its board, as a comparison wants it. Errors: ConfigErrors for a
/// board that is no YAML.
[[nodiscard]] analysis::ComparedRun compared_run(RunResult result, const std::string& source);

struct GatheredRuns {
  std::vector<analysis::ComparedRun> runs;  // by file, then by board
  bool failed = false;                      // a firmware that was run did not end well
};
/// Reads and runs everything, firmware on each of the boards, of which there is one at least; what
/// firmware prints is not shown. Errors: ConfigError, ImageError.
[[nodiscard]] GatheredRuns gather_runs(const RunArguments& arguments, const std::string& command);

}  // namespace mcost::cli
