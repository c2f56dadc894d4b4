// When each layer was entered and left, as plain data; part of RunResult. Depends on base.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim_core/base/units.h"

namespace mcost {

/// One visit of a layer, layers inside it included, or one run of a handler.
struct LayerVisit {
  std::size_t layer = 0;  // index into RunResult::layers
  Cycles begin = 0;
  Cycles end = 0;
  unsigned exception = 0;  // of handlers: the number; 0 of layers
  friend bool operator==(const LayerVisit&, const LayerVisit&) = default;
};

struct LayerVisits {
  std::vector<LayerVisit> list;  // by begin, a visit before those inside it; they nest
  std::uint64_t dropped = 0;     // later ones, which are only counted
  friend bool operator==(const LayerVisits&, const LayerVisits&) = default;
};

}  // namespace mcost
