// Decode conditions of the manual that many groups share.
#pragma once

#include <cstdint>

#include "sim_core/isa/encoding.h"

namespace mcost::isa {

/// BadReg(n): SP or PC. Source: ARMv7-M ARM, pseudocode BadReg.
[[nodiscard]] constexpr bool bad_register(std::uint32_t index) {
  return index == 13 || index == 15;
}

/// InITBlock() && !LastInITBlock(): a branch there is UNPREDICTABLE.
[[nodiscard]] constexpr bool inside_it_block(const Place& place) {
  return place.it.in_it_block() && !place.it.last_in_it_block();
}

namespace shape {

struct NoOperands {
  static constexpr Operands decode(const Fields&, const Place&) { return {}; }
};

}  // namespace shape

}  // namespace mcost::isa
