// The floating-point extensions FPv4-SP and FPv5.
#pragma once

#include "sim_core/isa/insn/fp_arithmetic.h"
#include "sim_core/isa/insn/fp_double.h"
#include "sim_core/isa/insn/fp_load_store.h"
#include "sim_core/isa/insn/fp_move.h"
#include "sim_core/isa/insn/fp_v5.h"

namespace mcost::isa {

using FpRows = decltype(FpArithmeticRows{} + FpMoveRows{} + FpLoadStoreRows{} + FpDoubleRows{} +
                        Fpv5Rows{});

}  // namespace mcost::isa
