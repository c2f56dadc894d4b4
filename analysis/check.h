// A run against a baseline and limits: which number keeps its limits, which does not. Plain data
// for reports (reports/check_report.h). May include sim_core/base. Invariant: decided on exact
// integers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/baseline.h"
#include "analysis/limits.h"
#include "analysis/measured_parts.h"
#include "analysis/premises.h"
#include "analysis/quantity.h"

namespace mcost::analysis {

enum class Verdict : std::uint8_t {
  failed,    // a hard limit is broken
  warning,   // a soft one
  improved,  // better than the baseline by more than the tolerance
  gone,      // of the baseline, but the run has no such part
  added,     // of the run, but the baseline has no such part
  kept,      // all limits are
  no_limit,
};
inline constexpr unsigned kVerdicts = 7;
inline constexpr std::array<const char*, kVerdicts> kVerdictNames = {
    "failed", "warning", "improved", "gone", "added", "kept", "no_limit"};

struct JudgedLimit {
  std::string text;
  bool hard = true;
  bool kept = true;
  friend bool operator==(const JudgedLimit&, const JudgedLimit&) = default;
};

struct CheckedMetric {
  Subject subject;
  Unit unit = Unit::count;
  std::optional<Quantity> baseline;
  std::optional<Quantity> now;
  std::vector<JudgedLimit> limits;
  Verdict verdict = Verdict::no_limit;
};

struct CheckRules {
  Decimal tolerance{1, 1};    // per cent
  std::vector<Limit> limits;  // hard and soft
};

struct CheckResult {
  Decimal tolerance;
  Premises premises;                   // of the baseline and the run
  std::vector<CheckedMetric> metrics;  // in the order of the run
  [[nodiscard]] std::size_t count(Verdict verdict) const;
  [[nodiscard]] bool failed() const { return count(Verdict::failed) != 0; }
  [[nodiscard]] bool numbers_differ() const;
};

/// Errors: ConfigError for a limit that compares with a number which the baseline does not have,
/// though it has the run or the part: it was blessed without this limit.
void require_numbers(const Baseline& baseline, const MeasuredParts& parts, const CheckRules& rules);

/// Limits that name a metric or part exactly replace patterns for it. Metrics without any: cycles,
/// energy, live_bytes and stack_bytes of the run may grow by the tolerance, cycles of layers and
/// functions warn beyond it. Without a `baseline` only absolute limits are judged. Errors:
/// ConfigError for a limit that fits nothing in run and baseline.
[[nodiscard]] CheckResult check(const Origin& origin, const MeasuredParts& parts,
                                const Baseline* baseline, const CheckRules& rules);

}  // namespace mcost::analysis
