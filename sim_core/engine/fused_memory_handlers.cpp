// Pairs with a load or a store.
#include "sim_core/engine/fused_handlers.h"
#include "sim_core/isa/insn/data_processing.h"
#include "sim_core/isa/insn/dsp.h"
#include "sim_core/isa/insn/fp.h"
#include "sim_core/isa/insn/load_store.h"
#include "sim_core/isa/insn/multiply_divide.h"

namespace mcost::engine {

using namespace detail;  // NOLINT(google-build-using-namespace): the vocabulary of the list
using namespace isa;     // NOLINT(google-build-using-namespace)

std::span<const FusedPair> fused_memory_handlers() {
  return fused_table<
      // Runs of the same access.
      Pair<Quiet<LdrImmediateT1>, Quiet<LdrImmediateT1>>,
      Pair<Quiet<LdrImmediateT2>, Quiet<LdrImmediateT2>>,
      Pair<Quiet<LdrImmediateT3>, Quiet<LdrImmediateT3>>,
      Pair<Quiet<LdrPostIndexedT4>, Quiet<LdrPostIndexedT4>>,
      Pair<Quiet<LdrImmediateT4>, Quiet<LdrImmediateT4>>,
      Pair<Quiet<LdrdImmediateT1>, Quiet<LdrdImmediateT1>>,
      Pair<Quiet<LdrhPostIndexedT3>, Quiet<LdrhPostIndexedT3>>,
      Pair<Quiet<LdrsbPostIndexedT2>, Quiet<LdrsbPostIndexedT2>>,
      Pair<Quiet<LdrshPostIndexedT2>, Quiet<LdrshPostIndexedT2>>,
      Pair<Quiet<LdrsbImmediateT1>, Quiet<LdrsbImmediateT1>>, Pair<Quiet<VldrT2>, Quiet<VldrT2>>,
      Pair<Quiet<VldmiaT2>, Quiet<VldmiaT2>>, Pair<Quiet<StrImmediateT1>, Quiet<StrImmediateT1>>,
      Pair<Quiet<StrImmediateT2>, Quiet<StrImmediateT2>>,
      Pair<Quiet<StrImmediateT4>, Quiet<StrImmediateT4>>,
      Pair<Quiet<StrPostIndexedT4>, Quiet<StrPostIndexedT4>>,
      Pair<Quiet<StrdImmediateT1>, Quiet<StrdImmediateT1>>, Pair<Quiet<VstrT2>, Quiet<VstrT2>>,
      // Loads beside loads and stores.
      Pair<Quiet<LdrImmediateT1>, Quiet<StrImmediateT1>>,
      Pair<Quiet<LdrImmediateT1>, Quiet<LdrbImmediateT1>>,
      Pair<Quiet<LdrImmediateT2>, Quiet<StrImmediateT2>>,
      Pair<Quiet<StrImmediateT2>, Quiet<LdrImmediateT2>>,
      Pair<Quiet<LdrImmediateT3>, Quiet<LdrImmediateT2>>,
      Pair<Quiet<LdrdImmediateT1>, Quiet<LdrImmediateT4>>,
      Pair<Quiet<LdrdImmediateT1>, Quiet<LdrPostIndexedT4>>,
      Pair<Quiet<LdrImmediateT2>, QuietShifted<LdrRegisterT2>>,
      Pair<Quiet<LdrhImmediateT1>, Quiet<LdrhPostIndexedT3>>,
      Pair<Quiet<LdrhImmediateT2>, Quiet<LdrhPostIndexedT3>>,
      Pair<Quiet<StrImmediateT3>, Quiet<LdrsbPostIndexedT2>>,
      Pair<Quiet<LdrLiteralT1>, Quiet<LdrImmediateT1>>>();
}

std::span<const FusedPair> fused_load_use_handlers() {
  return fused_table<
      // A load and what uses it.
      Pair<Quiet<LdrImmediateT4>, Quiet<Sxtb16T1>>,
      Pair<Quiet<LdrImmediateT4>, QuietShifted<Sxtb16T1>>,
      Pair<Quiet<LdrPostIndexedT4>, Quiet<Sxtb16T1>>,
      Pair<Quiet<LdrPostIndexedT4>, QuietShifted<Sxtb16T1>>,
      Pair<Quiet<LdrdImmediateT1>, QuietShifted<Sxtb16T1>>,
      Pair<Quiet<LdrdImmediateT1>, Quiet<SmladT1>>,
      Pair<Quiet<LdrImmediateT1>, Quiet<CmpImmediateT1>>,
      Pair<Quiet<LdrbImmediateT1>, Quiet<CmpRegisterT1>>,
      Pair<Quiet<LdrbPostIndexedT3>, Quiet<CmpImmediateT1>>,
      Pair<Quiet<LdrbImmediateT1>, Quiet<CmpImmediateT1>>,
      Pair<Quiet<LdrImmediateT2>, Quiet<AddRegisterT2>>,
      Pair<Quiet<LdrImmediateT3>, Quiet<AddRegisterT2>>,
      Pair<Quiet<LdrImmediateT2>, QuietShifted<AddRegisterT3>>,
      Pair<Quiet<LdrImmediateT2>, Quiet<CmpRegisterT2>>,
      Pair<Quiet<LdrImmediateT1>, Flags<AddImmediateT2>>,
      Pair<Quiet<LdrhPostIndexedT3>, Quiet<AddImmediateT2>>,
      Pair<Quiet<LdrsbPostIndexedT2>, Quiet<CmpRegisterT2>>,
      Pair<Quiet<VldmiaT2>, Quiet<CmpRegisterT2>>, Pair<Quiet<VldmiaT2>, Quiet<CmpRegisterT1>>,
      Pair<Quiet<VldmiaT2>, Quiet<VfmaT1>>, Pair<Quiet<VldrT2>, Quiet<VfmaT1>>,
      Pair<Quiet<LdrImmediateT2>, Quiet<AddImmediateT2>>,
      // What stands in front of a load or store.
      Pair<Quiet<MovRegisterT1>, Quiet<LdrImmediateT1>>,
      Pair<Quiet<StrImmediateT1>, Quiet<MovRegisterT1>>,
      Pair<Quiet<MovRegisterT1>, Quiet<LdrdImmediateT1>>,
      Pair<Quiet<StrdImmediateT1>, Quiet<MovRegisterT1>>,
      Pair<Quiet<CmpRegisterT2>, Quiet<LdrdImmediateT1>>,
      Pair<Quiet<SmladT1>, Quiet<LdrImmediateT2>>, Pair<Quiet<Sxtb16T1>, Quiet<LdrImmediateT4>>,
      Pair<Quiet<Sxtb16T1>, Quiet<LdrPostIndexedT4>>,
      Pair<QuietShifted<Sxtb16T1>, Quiet<StrImmediateT4>>,
      Pair<Quiet<AddRegisterT2>, Quiet<LdrImmediateT2>>,
      Pair<Quiet<AddRegisterT2>, Quiet<StrImmediateT2>>,
      Pair<Quiet<AddRegisterT3>, Quiet<StrImmediateT3>>,
      Pair<QuietShifted<AddRegisterT3>, Quiet<LdrImmediateT2>>,
      Pair<QuietShifted<AddRegisterT3>, Quiet<StrImmediateT2>>,
      Pair<Flags<AddImmediateT2>, Quiet<StrImmediateT1>>,
      Pair<Quiet<StrbPostIndexedT3>, Quiet<AddRegisterT2>>>();
}

}  // namespace mcost::engine
