// A baseline: the numbers of an accepted run and what they rest on, as plain data and as YAML that
// people review and git merges: one line for each number, sorted. May include sim_core/base. The
// reader is cli/baseline_file.h. Invariant: what is written reads back to the same.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/limits.h"
#include "analysis/measured_parts.h"
#include "analysis/premises.h"
#include "analysis/quantity.h"

namespace mcost::analysis {

inline constexpr const char* kBaselineSchema = "mcost/baseline/1";
/// Of layers and functions beyond this, those with the most cycles are kept.
inline constexpr std::size_t kMostMetrics = 1900;
/// The line above which a file is its owner's: limits and comments, kept as they are.
inline constexpr std::string_view kBaselineMark =
    "# ---- Measured. mcost check --bless writes what follows; review it like code. ----";

struct Baseline {
  Origin origin;                            // without values of the board
  std::map<std::string, Quantity> metrics;  // by Subject::text()
  friend bool operator==(const Baseline& a, const Baseline& b) { return a.metrics == b.metrics; }
};

/// Of a run: the usual metrics and those that limits compare with a baseline.
[[nodiscard]] Baseline baseline_of(const Origin& origin, const MeasuredParts& parts,
                                   const std::vector<Limit>& limits);

/// The mark and all below it. Ends in a newline.
[[nodiscard]] std::string baseline_yaml(const Baseline& baseline);
/// What stands above the mark in a file that is new.
[[nodiscard]] std::string new_baseline_head();

}  // namespace mcost::analysis
