// Everything of one run that a metric can be asked of, by name: the run, its layers, its functions.
// May include sim_core/base. Invariant: a name that is listed has a value.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/limits.h"
#include "analysis/metric.h"
#include "sim_core/base/run_result.h"

namespace mcost::analysis {

/// What one function cost, without what it calls.
struct FunctionSum {
  Counters counters;
  std::uint64_t energy_fj = 0;
};
/// By index of RunProfile::functions; only of a result with a profile.
[[nodiscard]] std::map<std::size_t, FunctionSum> function_sums(const RunResult& result);

/// Keeps references to the result.
class MeasuredParts {
 public:
  explicit MeasuredParts(const RunResult& result);
  MeasuredParts(const MeasuredParts&) = delete;
  MeasuredParts& operator=(const MeasuredParts&) = delete;
  ~MeasuredParts() = default;

  /// Of exactly this name. Nothing if the run has no such part or does not know the metric.
  [[nodiscard]] std::optional<Quantity> value(const Subject& subject) const;
  /// The parts that a pattern fits and that have the metric, in the order of the run.
  [[nodiscard]] std::vector<Subject> expand(const Subject& pattern) const;
  /// What a baseline keeps: costs of the run, its causes and traffic, cycles of layers and
  /// functions.
  [[nodiscard]] std::vector<Subject> usual() const;
  /// Names of parts, "layers.conv1", for messages.
  [[nodiscard]] std::vector<std::string> part_names() const;

 private:
  struct Part {
    std::string kind;
    std::string name;
    Measured measured;
  };
  void add(const std::string& kind, std::string name, Measured measured);

  const RunResult& result_;
  std::map<std::size_t, FunctionSum> functions_;
  std::vector<Part> parts_;  // the run first
  std::map<std::pair<std::string, std::string>, std::size_t> index_;
  std::map<std::pair<std::string, std::string>, std::size_t> seen_;  // how often, by plain name
};

}  // namespace mcost::analysis
