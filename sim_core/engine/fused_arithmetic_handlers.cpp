// Pairs of data processing, multiply and FP instructions.
#include "sim_core/engine/fused_handlers.h"
#include "sim_core/isa/insn/data_processing.h"
#include "sim_core/isa/insn/dsp.h"
#include "sim_core/isa/insn/fp.h"
#include "sim_core/isa/insn/multiply_divide.h"

namespace mcost::engine {

using namespace detail;  // NOLINT(google-build-using-namespace): the vocabulary of the list
using namespace isa;     // NOLINT(google-build-using-namespace)

std::span<const FusedPair> fused_arithmetic_handlers() {
  return fused_table<
      // Kernels of quantised networks: widening, dual multiply-accumulates, requantisation.
      Pair<Quiet<SmladT1>, Quiet<SmladT1>>, Pair<Quiet<SmladT1>, Quiet<Sxtb16T1>>,
      Pair<Quiet<SmladT1>, QuietShifted<Sxtb16T1>>, Pair<Quiet<Sxtb16T1>, Quiet<SmladT1>>,
      Pair<QuietShifted<Sxtb16T1>, Quiet<SmladT1>>, Pair<Quiet<Sxtb16T1>, QuietShifted<Sxtb16T1>>,
      Pair<QuietShifted<Sxtb16T1>, Quiet<Sxtb16T1>>,
      Pair<Quiet<Sxtab16T1>, QuietShifted<Sxtab16T1>>,
      Pair<QuietShifted<Sxtab16T1>, Quiet<Sxtab16T1>>,
      Pair<QuietShifted<PkhT1>, QuietShifted<PkhT1>>, Pair<QuietShifted<PkhT1>, Quiet<SmladT1>>,
      Pair<Quiet<SmladT1>, QuietShifted<PkhT1>>, Pair<Quiet<Sxtb16T1>, Quiet<CmpRegisterT2>>,
      Pair<QuietShifted<Sxtb16T1>, Quiet<CmpRegisterT2>>,
      Pair<Quiet<SmladT1>, Quiet<AddImmediateT3>>, Pair<Quiet<AddImmediateT3>, Quiet<SmladT1>>,
      Pair<Quiet<CmpRegisterT2>, Quiet<SmlaxyT1>>, Pair<Quiet<SmlaxyT1>, Quiet<SmlaxyT1>>,
      Pair<Quiet<MlaT1>, Quiet<MlaT1>>, Pair<Quiet<AddRegisterT2>, Quiet<MlaT1>>,
      Pair<Quiet<AddRegisterT2>, Quiet<SmlaxyT1>>, Pair<Quiet<MovImmediateT2>, Quiet<SmlalT1>>,
      Pair<Quiet<AddRegisterT2>, Quiet<SsatT1>>, Pair<Quiet<SmlalT1>, Flags<SubImmediateT2>>,
      // Floating point.
      Pair<Quiet<VfmaT1>, Quiet<VfmaT1>>, Pair<Quiet<VmlaT1>, Quiet<VmlaT1>>,
      Pair<Quiet<VmulT1>, Quiet<VmulT1>>, Pair<Quiet<VmulT1>, Quiet<VaddT1>>,
      Pair<Quiet<VaddT1>, Quiet<VaddT1>>, Pair<Quiet<VaddT1>, Quiet<VmulT1>>,
      Pair<Quiet<CmpRegisterT1>, Quiet<VfmaT1>>, Pair<Quiet<CmpRegisterT2>, Quiet<VfmaT1>>,
      // Addresses, counters and moves.
      Pair<Quiet<MovRegisterT1>, Quiet<MovRegisterT1>>,
      Pair<Quiet<MovRegisterT1>, Flags<MovImmediateT1>>,
      Pair<Quiet<MovRegisterT1>, Quiet<MovImmediateT1>>,
      Pair<Quiet<MovImmediateT1>, Quiet<MovRegisterT1>>,
      Pair<Flags<MovImmediateT1>, Quiet<MovRegisterT1>>,
      Pair<Quiet<MovRegisterT1>, Quiet<CmpImmediateT1>>,
      Pair<Quiet<MovRegisterT1>, Quiet<CmpImmediateT2>>,
      Pair<Flags<MovImmediateT1>, Quiet<AddRegisterT3>>,
      Pair<Quiet<MovRegisterT1>, Quiet<AddRegisterT2>>,
      Pair<Quiet<AddRegisterT2>, Quiet<AddRegisterT2>>,
      Pair<QuietShifted<AddRegisterT3>, QuietShifted<AddRegisterT3>>,
      Pair<Quiet<AddRegisterT3>, Quiet<MovRegisterT1>>,
      Pair<Flags<SubImmediateT2>, Quiet<AddRegisterT2>>,
      Pair<Quiet<AddRegisterT2>, Flags<SubImmediateT2>>,
      Pair<Flags<SubImmediateT2>, Quiet<MovRegisterT1>>,
      Pair<Quiet<CmpRegisterT2>, Quiet<AddImmediateT3>>,
      Pair<Quiet<AddImmediateT2>, Quiet<CmpRegisterT1>>,
      Pair<Quiet<CmpImmediateT2>, Quiet<AddRegisterT3>>,
      Pair<Quiet<CmpRegisterT1>, Quiet<AddRegisterT2>>,
      Pair<Quiet<AddRegisterT2>, Quiet<CmnImmediateT1>>,
      Pair<Quiet<AddRegisterT1>, Quiet<AddRegisterT1>>,
      Pair<Flags<AddRegisterT1>, Flags<AddRegisterT1>>,
      // Bits.
      Pair<QuietShifted<UbfxT1>, Quiet<AddRegisterT2>>,
      Pair<QuietShifted<UbfxT1>, Quiet<CmpRegisterT1>>,
      Pair<Quiet<CmpRegisterT1>, QuietShifted<UbfxT1>>,
      Pair<QuietShifted<LsrImmediateT1>, Quiet<EorRegisterT1>>,
      Pair<Quiet<EorRegisterT1>, FlagsShifted<LslImmediateT1>>,
      Pair<QuietShifted<LslImmediateT1>, Quiet<AddRegisterT1>>,
      Pair<Quiet<SubImmediateT2>, Quiet<CmpImmediateT1>>,
      Pair<Quiet<UxtbT1>, Quiet<CmpImmediateT1>>>();
}

}  // namespace mcost::engine
