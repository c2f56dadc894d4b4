// The floating-point extension FPv4-SP.
#pragma once

#include "sim_core/isa/insn/fp_arithmetic.h"
#include "sim_core/isa/insn/fp_load_store.h"
#include "sim_core/isa/insn/fp_move.h"

namespace mcost::isa {

using FpRows = decltype(FpArithmeticRows{} + FpMoveRows{} + FpLoadStoreRows{});

}  // namespace mcost::isa
