// What a sweep is to run, as written in a YAML file and on the command line: axes with their
// values, which of them move together, what is left out, single cells. May include anything.
// Invariant: a specification that is returned names files and options only; whether a board takes a
// value is told cell by cell.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcost::cli {

/// What a value of an axis changes.
enum class AxisKind : std::uint8_t { firmware, board, set, place, option };

/// Options of a run that may be an axis, as RawOptions has them.
enum class CellOption : std::uint8_t {
  clock,
  args,
  layers,
  entry,
  until,
  max_cycles,
  timeout,
  input,
  load_at,
  seed,
  sd,
};
inline constexpr unsigned kCellOptions = 11;

struct SweepAxis {
  std::string name;  ///< "firmware", "memories.flash.wait_states", "place:.rodata", "clock".
  AxisKind kind = AxisKind::set;
  std::string subject;  ///< The path of `set`, what is placed.
  CellOption option = CellOption::clock;
  std::string where;   ///< "sweep.yaml:4:3", or the option of the command line.
  std::string folder;  ///< Paths among its values are relative to this; may be empty.
  /// In the order in which cells have them; nothing: not set, so as board and firmware have it.
  std::vector<std::optional<std::string>> values;
};

/// A firmware and what goes with it alone.
struct SweepFirmware {
  std::string name;  ///< In the axis.
  std::string file;
  std::vector<std::pair<CellOption, std::string>> options;
  std::string where;
  std::string folder;  ///< Its paths are relative to this; may be empty.
};

/// Names of axes and, for each, values: cells that have one of them everywhere are left out.
struct SweepExclusion {
  std::vector<std::pair<std::size_t, std::vector<std::optional<std::string>>>> values;
};

struct SweepSpec {
  std::string folder;  ///< That of the file: paths of single cells are relative to it.
  std::vector<SweepFirmware> firmware;
  std::vector<SweepAxis> axes;                       ///< Firmware, board, then the others.
  bool has_grid = true;                              ///< False if there are single cells only.
  std::vector<std::vector<std::size_t>> dimensions;  ///< Axes that move together: a partition.
  std::vector<SweepExclusion> exclusions;
  std::vector<std::vector<std::optional<std::string>>> cells;  ///< Single cells, by axis.
  bool memory_use = true;
  bool any_exit_code = false;
  std::vector<std::string> columns;
  std::vector<std::string> pareto;
};

/// What the command line says; it replaces what the file says of the same thing.
struct SweepLine {
  std::string spec;  ///< Empty: none.
  std::vector<std::string> firmware;
  std::vector<std::string> boards;
  std::vector<std::string> set;    ///< PATH=V1,V2
  std::vector<std::string> place;  ///< WHAT=MEMORY1,MEMORY2
  std::vector<std::pair<CellOption, std::string>> options;
  bool no_memory_use = false;
  bool any_exit_code = false;
  std::string columns;
  std::string pareto;
};

/// Errors: boards::ConfigErrors with all mistakes of the file, ConfigError for one of the line.
[[nodiscard]] SweepSpec read_sweep(const SweepLine& line);

/// Where the file says what an error of the command line's option is about: "sweep.yaml:4:3 clock"
/// for "--clock". `where` itself if it is not from the file.
[[nodiscard]] std::string place_in_spec(const SweepSpec& spec, const std::string& where);
/// As a key of YAML: "max_cycles".
[[nodiscard]] std::string_view name_of(CellOption option);
/// `a,b` as a and b; commas inside brackets, braces and quotes do not count.
[[nodiscard]] std::vector<std::string> comma_separated(std::string_view text);

/// JSON Schema (draft 7) of a sweep, made from the reader's own tables. Ends in a newline.
[[nodiscard]] std::string sweep_schema();

}  // namespace mcost::cli
