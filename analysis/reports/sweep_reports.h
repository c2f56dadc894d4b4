// How a sweep is written: for people, as tidy tables for programs, and line by line so that a sweep
// can go on where it was interrupted. Pure functions. May include sim_core/base. Invariant: the
// same sweep gives the same bytes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "analysis/sweep.h"

namespace mcost::analysis {

inline constexpr const char* kSweepSchema = "mcost/sweep/1";

/// For a terminal: cells with the Pareto front marked, the best ones, effects of axes, errors.
[[nodiscard]] std::string sweep_text(const Sweep& sweep);
/// The same for a web page.
[[nodiscard]] std::string sweep_markdown(const Sweep& sweep);
/// One row per cell: its number from 1, axes, metrics, how it ended. Tidy.
[[nodiscard]] std::string sweep_csv(const Sweep& sweep);
/// One row per cell and layer; a cell that failed is one row.
[[nodiscard]] std::string sweep_layers_csv(const Sweep& sweep);
/// All lines of sweep_line(), with `pareto`.
[[nodiscard]] std::string sweep_json_lines(const Sweep& sweep);
/// One cell as JSON on one line, schema mcost/sweep/1. `on_front` is left out where it is not
/// known.
[[nodiscard]] std::string sweep_line(const Sweep& sweep, std::size_t row,
                                     std::optional<bool> on_front);
/// The outcome in such a line. Errors: ConfigError naming `where` if it is none.
[[nodiscard]] CellOutcome read_sweep_line(std::string_view line, const std::string& where);

}  // namespace mcost::analysis
