// The exit status of a program that ran a firmware. May include anything.
#pragma once

#include "sim_core/base/run_result.h"

namespace mcost::cli {

/// The exit status for how the firmware ended; failures are printed. `strict` as in --strict.
[[nodiscard]] int status_of(const RunResult& result, bool strict);

}  // namespace mcost::cli
