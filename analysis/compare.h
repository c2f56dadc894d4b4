// Results beside each other: what each run, layer, function, cause and memory costs in each of
// them. Plain data for reports (reports/compare_report.h). May include sim_core/base. Invariant:
// everything is an exact integer or ratio; rows are in a total order.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/metric.h"
#include "analysis/premises.h"
#include "analysis/quantity.h"
#include "sim_core/base/run_result.h"

namespace mcost::analysis {

/// A result, what it is called in tables, and the values of its board.
struct ComparedRun {
  std::string source;  // the file, or the firmware that was run
  RunResult result;
  BoardValues board_values;
  BoardHashes board_hashes;
};

/// Something measured in each run. The first run is what the others are compared with.
struct ComparedRow {
  std::string name;
  Unit unit = Unit::cycles;
  std::vector<std::optional<Quantity>> values;  // by run; nothing: it has no such
  std::vector<ComparedRow> causes;              // of cycles: what they were spent on, by cause
  [[nodiscard]] bool equal() const;
  [[nodiscard]] Quantity value(std::size_t run) const { return values[run].value_or(Quantity{}); }
  friend bool operator==(const ComparedRow&, const ComparedRow&) = default;
};

enum class CompareBy : std::uint8_t { layer, function, cause, memory };
inline constexpr unsigned kCompareViews = 4;
inline constexpr std::array<const char*, kCompareViews> kCompareByNames = {"layer", "function",
                                                                           "cause", "memory"};

struct ComparedView {
  CompareBy by = CompareBy::layer;
  std::string metric;             // of its rows; empty: each row says
  std::vector<ComparedRow> rows;  // sorted as asked for
  std::optional<ComparedRow> total;
  friend bool operator==(const ComparedView&, const ComparedView&) = default;
};

struct CompareOptions {
  std::string metric = "cycles";
  std::optional<CompareBy> by;  // nothing: layers, functions if all results have them, causes
  bool program_order = false;   // else by the largest change
  bool self = false;            // layers without those inside them
};

struct Comparison {
  std::vector<std::string> labels;  // short and different; by run
  Premises premises;
  std::vector<ComparedRow> totals;  // of the run: cycles, time, ...
  std::vector<ComparedView> views;
  [[nodiscard]] bool numbers_differ() const;
};

/// True if some result has it.
[[nodiscard]] bool is_known(const Metric& metric, const std::vector<ComparedRun>& runs);

/// Errors: ConfigError for a metric that no result has, or that functions do not have, and for
/// functions without a profile.
[[nodiscard]] Comparison compare(const std::vector<ComparedRun>& runs,
                                 const CompareOptions& options);

[[nodiscard]] Origin origin_of(const ComparedRun& run);
/// What tells runs apart: parts of the firmware's name, the board's, the file's; else "run 1".
[[nodiscard]] std::vector<std::string> labels_of(const std::vector<ComparedRun>& runs);
/// Cycles by cause as rows, causes that no run has left out.
[[nodiscard]] std::vector<ComparedRow> cause_rows(const std::vector<const Counters*>& counters,
                                                  const std::vector<ComparedRun>& runs);

}  // namespace mcost::analysis
