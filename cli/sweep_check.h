// What is wrong with a sweep as a whole, told before anything runs. May include anything.
#pragma once

#include <vector>

#include "cli/sweep_cells.h"
#include "cli/sweep_spec.h"
#include "sim_core/base/error.h"

namespace mcost::cli {

/// Errors: boards::ConfigErrors with every firmware that cannot be read, every board that cannot be
/// read as it is, and, if no cell has settings that its board takes, what is wrong with those.
void check_sweep(const SweepSpec& spec, const std::vector<SweepCell>& cells);

/// All that `error` says on one line.
[[nodiscard]] std::string one_line(const InputError& error);

}  // namespace mcost::cli
