// Metrics by name: what a comparison, a limit or a baseline counts of a run or a layer. May include
// sim_core/base. Invariant: a name means the same on the command line, in YAML and in JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/quantity.h"
#include "sim_core/base/run_result.h"

namespace mcost::analysis {

/// `what`, or `what:of` with a memory or a bus master: "cycles", "bytes:flash".
struct Metric {
  std::string what;
  std::string of;
  [[nodiscard]] std::string name() const { return of.empty() ? what : what + ":" + of; }
  friend bool operator==(const Metric&, const Metric&) = default;
};

/// Something that was counted: a run, a layer, a function. Pointers are null where it is unknown.
struct Measured {
  const Counters* counters = nullptr;
  const std::vector<std::uint64_t>* model = nullptr;
  std::optional<std::uint64_t> energy_fj;
  const MemoryUse* memory_use = nullptr;
  std::optional<std::uint64_t> visits;
};
[[nodiscard]] Measured measured(const RunResult& result);
/// A layer with those inside it, or by itself.
[[nodiscard]] Measured measured(const LayerResult& layer, const RunResult& result, bool self);

/// Splits at the colon; says nothing about whether a run has it.
[[nodiscard]] Metric metric_named(const std::string& name);
[[nodiscard]] Unit unit_of(const Metric& metric);
/// True if less of it is better, as of all but MACs per cycle.
[[nodiscard]] bool smaller_is_better(const Metric& metric);
/// Nothing where this run does not know it: no such memory, no energy data.
[[nodiscard]] std::optional<Quantity> quantity_of(const Metric& metric, const Measured& measured,
                                                  const RunResult& result);
/// Names of all metrics that a run has, for messages and completion; the usual ones first.
[[nodiscard]] std::vector<std::string> metric_names(const RunResult& result);

/// "invoke/conv1", printable.
[[nodiscard]] std::string path_text(const std::vector<std::string>& path);

}  // namespace mcost::analysis
