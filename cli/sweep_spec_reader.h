// The YAML of a sweep as plain data: what was written and where. Private to sweep_spec.cpp. May
// include anything.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "boards/yaml_tree.h"
#include "cli/sweep_spec.h"

namespace mcost::cli {

/// One value; nothing: `~`.
struct WrittenValue {
  std::optional<std::string> text;
  boards::Place place;
};

/// One or several values of a key.
struct WrittenValues {
  std::string key;
  boards::Place place;
  std::vector<WrittenValue> values;
};

struct WrittenFirmware {
  std::string name;  // empty: not given
  std::string file;
  boards::Place place;
  std::vector<std::pair<CellOption, std::string>> options;
};

/// A cell, and the top of the file: values of its axes.
struct WrittenAxes {
  boards::Place place;
  std::vector<WrittenValues> boards;  // at most one
  std::vector<WrittenValues> set;     // by path
  std::vector<WrittenValues> placed;  // by what is placed
  std::vector<std::pair<CellOption, WrittenValues>> options;
};

struct WrittenCell {
  WrittenAxes axes;
  std::optional<WrittenValue> firmware;
};

struct WrittenSweep {
  std::vector<WrittenFirmware> firmware;
  WrittenAxes axes;
  std::vector<std::vector<WrittenValue>> zip;       // names of axes
  std::vector<std::vector<WrittenValues>> exclude;  // values by name of axis
  std::vector<WrittenCell> cells;
  std::optional<bool> memory_use;
  std::optional<bool> any_exit_code;
  std::vector<WrittenValue> columns;
  std::vector<WrittenValue> pareto;
};

/// Errors go to `problems`. Errors: ConfigError if the file cannot be read.
[[nodiscard]] WrittenSweep read_written_sweep(const std::string& file, boards::Problems& problems);

}  // namespace mcost::cli
