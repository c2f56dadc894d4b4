// A firmware that may be sound, but is not for the board it was given. May include sim_core/base
// only. Invariant: no state.
#pragma once

#include "sim_core/base/error.h"

namespace mcost::loader {

/// The image needs memory, or a core, that the board does not have.
class MisfitError final : public ImageError {
 public:
  using ImageError::ImageError;
};

}  // namespace mcost::loader
