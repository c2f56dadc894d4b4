// A RunResult made by hand, with something in every field, that adds up.
#pragma once

#include <string>

#include "sim_core/base/run_result.h"

namespace mcost::analysis::test {

[[nodiscard]] RunResult sample_result();
/// The same with energy: a term of every kind of activity, and a lifetime.
[[nodiscard]] RunResult sample_with_energy();

/// What the reader says to the JSON report of `result` after one replacement in its text.
[[nodiscard]] std::string message_for(const RunResult& result, const std::string& from,
                                      const std::string& to);

}  // namespace mcost::analysis::test
