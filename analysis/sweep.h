// A sweep as plain data: cells of a grid of settings, what remains of each cell's run, and what
// follows from all of them together: metrics, the Pareto front, the best cells, the effect of each
// axis. May include sim_core/base. Invariant: all of it is a function of the rows in their order.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/reports/groups.h"
#include "sim_core/base/run_result.h"

namespace mcost::analysis {

/// What instructions asked of one memory, and how long the core waited for it.
struct CellMemory {
  std::string name;
  std::uint64_t fetch_bytes = 0;
  std::uint64_t read_bytes = 0;
  std::uint64_t write_bytes = 0;
  std::uint64_t stall_cycles = 0;
  friend bool operator==(const CellMemory&, const CellMemory&) = default;
};

/// Figures of a run or of one of its layers, layers inside it included.
struct CellCost {
  std::uint64_t cycles = 0;
  std::optional<std::uint64_t> time_ps;  // nothing: more than 64 bits hold
  std::uint64_t instructions = 0;
  std::uint64_t macs = 0;
  std::optional<std::uint64_t> energy_fj;
  std::optional<std::uint64_t> energy_uncertainty_fj;
  std::array<std::uint64_t, kCauseGroups> by_group{};
  std::vector<CellMemory> memories;  // those the run used
  std::optional<std::uint64_t> live_bytes;
  std::optional<std::uint64_t> touched_bytes;
  std::optional<std::uint64_t> stack_bytes;
  friend bool operator==(const CellCost&, const CellCost&) = default;
};

struct CellLayer {
  std::string path;  // "lenet5/conv1"
  std::string kind;
  std::string parent;  // its path; empty: none
  std::uint64_t visits = 0;
  CellCost cost;
  friend bool operator==(const CellLayer&, const CellLayer&) = default;
};

/// Whether a cell has figures, else whose fault that is.
enum class CellStatus : std::uint8_t {
  ok,
  firmware_failed,  // it ran, and ended with a fault, a lockup or an exit code other than 0
  limit,            // it ran into max_cycles or timeout
  does_not_fit,     // the board lacks memory or the core that the firmware is linked for
  bad_setting,      // something else about the cell cannot be: nothing ran
  host_failed,      // this machine or program is to blame
};
inline constexpr unsigned kCellStatuses = 6;
inline constexpr std::array<const char*, kCellStatuses> kCellStatusNames = {
    "ok", "firmware_failed", "limit", "does_not_fit", "bad_setting", "host_failed"};

/// What remains of a cell. A cell that failed has an error and no cost: figures of a run that did
/// not come to its end compare with nothing.
struct CellOutcome {
  std::string key;   // of everything it depends on; empty: it was not set up
  std::string exit;  // as in kExitReasonNames; empty: it did not run
  std::optional<std::uint32_t> exit_code;
  CellStatus status = CellStatus::ok;
  std::string error;   // one line; empty: the status is ok
  std::string result;  // file of the whole report, where that is kept
  std::optional<CellCost> cost;
  std::vector<CellLayer> layers;  // where they are asked for
  friend bool operator==(const CellOutcome&, const CellOutcome&) = default;
};

/// What is taken from a run.
struct OutcomeOptions {
  bool with_layers = false;
  bool any_exit_code =
      false;  // else one that is not 0 is a failure, and behind a fault it always is
};

/// The outcome of a run that ended well, else with the error. Its key is the caller's.
[[nodiscard]] CellOutcome outcome_of(const RunResult& result, const OutcomeOptions& options);

/// By axis; nothing: not set, so as board and firmware have it.
using CellValues = std::vector<std::optional<std::string>>;

struct SweepRow {
  CellValues values;
  CellOutcome outcome;
  friend bool operator==(const SweepRow&, const SweepRow&) = default;
};

struct Sweep {
  std::string tool_version;
  std::vector<std::string> axes;
  std::vector<std::vector<std::size_t>> dimensions;  // axes that move together; a partition
  std::vector<SweepRow> rows;                        // in the order of the grid
  std::vector<std::string> columns;                  // metrics to show; empty: all
  std::vector<std::string> pareto;                   // metrics; empty: time and energy
  bool by_layer = false;
};

/// A number of a cell, in whole units of its last decimal.
struct SweepMetric {
  std::string name;
  unsigned decimals = 0;
  bool is_better_larger = false;
  std::function<std::optional<std::uint64_t>(const CellCost&)> amount;
};

/// Those that every sweep has.
[[nodiscard]] const std::vector<SweepMetric>& fixed_metrics();
/// True for names of metrics, those of memories included.
[[nodiscard]] bool is_metric(std::string_view name);
/// All metrics that the cells have, those of memories last.
[[nodiscard]] std::vector<SweepMetric> all_metrics(const Sweep& sweep);
/// The chosen ones, or all.
[[nodiscard]] std::vector<SweepMetric> shown_metrics(const Sweep& sweep);
/// Those the front is of.
[[nodiscard]] std::vector<SweepMetric> pareto_metrics(const Sweep& sweep);
/// "0.015432101235"; empty: the cell has no such number.
[[nodiscard]] std::string metric_text(const SweepMetric& metric, const CellCost& cost);

/// Rows on the front of pareto_metrics().
[[nodiscard]] std::vector<bool> pareto_rows(const Sweep& sweep);

/// Rows by a metric: the best, and how many are as good.
struct BestRow {
  SweepMetric metric;
  std::size_t row = 0;
  std::size_t equals = 0;
};
[[nodiscard]] std::vector<BestRow> best_rows(const Sweep& sweep);

/// A change as a fraction: 0.25 is a quarter more.
struct Change {
  double mean = 0;
  double least = 0;
  double most = 0;
  std::size_t pairs = 0;
};

/// What another value of one axis does, over all pairs of cells that differ in nothing else.
struct Effect {
  std::string axis;  // "clock, wait_states" where they move together
  std::string from;
  std::string to;
  Change cycles;
  Change time;
  Change energy;
};
/// For axes with several values: from their first value to each other one.
[[nodiscard]] std::vector<Effect> effects(const Sweep& sweep);

/// "memories.flash.wait_states" as "wait_states" where no other axis ends alike.
[[nodiscard]] std::vector<std::string> short_axis_names(const std::vector<std::string>& axes);
/// A value for people.
[[nodiscard]] std::string value_text(const std::optional<std::string>& value);

}  // namespace mcost::analysis
