// The exit status of a program that ran a firmware. May include anything.
#pragma once

#include "sim_core/base/run_result.h"

namespace mcost::cli {

/// Says on stderr what a report in a file would keep to itself: that the firmware ended with an
/// exit code other than 0, or is idle because of a fault. For commands that show single runs.
void tell_bad_exit(const RunResult& result);

/// The exit status for how the firmware ended; failures are printed. `strict` as in --strict.
[[nodiscard]] int status_of(const RunResult& result, bool strict);

}  // namespace mcost::cli
