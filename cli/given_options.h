// The options of a run that can change its numbers, as a result keeps them. May include anything.
// Invariant: no folder of the host is in them.
#pragma once

#include <string>
#include <vector>

#include "cli/options.h"

namespace mcost::cli {

/// As they would be typed, one each, in fixed order; those at their default are left out. `digests`
/// are of the files of --input, in their order.
[[nodiscard]] std::vector<std::string> given_options(const RunOptions& options,
                                                     const std::vector<std::string>& digests);

}  // namespace mcost::cli
