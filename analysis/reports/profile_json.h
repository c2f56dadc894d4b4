// The profile of a run as JSON, key `profile` of schema mcost/run/1, and back. Private to analysis.
// Invariant: what is read has every index in range, parents before their children, and its lists in
// the order that RunProfile promises, so whoever works with it need not check.
#pragma once

#include <string>

#include "analysis/reports/json_value.h"
#include "sim_core/base/run_result.h"

namespace mcost::analysis {

/// The object as text, an element of its lists a line; names are printable. Fields that are 0 or
/// empty may be left out.
[[nodiscard]] std::string profile_json(const RunProfile& profile, const RunResult& result);

/// Names of memories, initiators, layers and clocks are those of `result`. Errors: ConfigError with
/// the place.
[[nodiscard]] RunProfile read_profile(const JsonValue& json, const RunResult& result);

}  // namespace mcost::analysis
