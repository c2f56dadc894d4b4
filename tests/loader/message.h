// The message of the ImageError that an action throws.
#pragma once

#include <string>

#include "sim_core/base/error.h"

namespace mcost::test {

/// What the command line prints after "mcost: error: ", or "(no error)".
template <typename Action>
[[nodiscard]] std::string message_of(const Action& action) {
  try {
    action();
  } catch (const ImageError& error) {
    return error.what();
  }
  return "(no error)";
}

}  // namespace mcost::test
