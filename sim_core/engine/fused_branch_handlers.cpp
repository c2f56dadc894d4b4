// What usually stands in front of B<c>: the instruction that sets its flags, or the last of a
// loop's body.
#include <utility>
#include <vector>

#include "sim_core/engine/fused_handlers.h"
#include "sim_core/isa/insn/branch.h"
#include "sim_core/isa/insn/data_processing.h"
#include "sim_core/isa/insn/dsp.h"
#include "sim_core/isa/insn/fp.h"
#include "sim_core/isa/insn/load_store.h"
#include "sim_core/isa/insn/multiply_divide.h"

namespace mcost::engine {
namespace {

using namespace detail;  // NOLINT(google-build-using-namespace): the vocabulary of the list
using namespace isa;     // NOLINT(google-build-using-namespace)

template <class First, class Branch, std::size_t... kCodes>
constexpr std::array<FusedPair, kConditions> with_conditions(std::index_sequence<kCodes...>) {
  return {Pair<First, Conditional<Branch, kCodes>>::kHandlers...};
}

template <class... Firsts>
std::vector<FusedPair> with_branches() {
  std::vector<FusedPair> pairs;
  const auto add = [&](const auto& list) { pairs.insert(pairs.end(), list.begin(), list.end()); };
  (add(with_conditions<Firsts, BT1>(std::make_index_sequence<kConditions>{})), ...);
  add(with_conditions<Quiet<CmpImmediateT1>, BT3>(std::make_index_sequence<kConditions>{}));
  return pairs;
}

}  // namespace

std::span<const FusedPair> fused_branch_handlers() {
  static const std::vector<FusedPair> pairs =
      with_branches<Quiet<CmpImmediateT1>, Quiet<CmpImmediateT2>, Quiet<CmpRegisterT1>,
                    Quiet<CmpRegisterT2>, Quiet<CmnImmediateT1>, Quiet<TstRegisterT1>,
                    Quiet<TstImmediateT1>, Flags<SubImmediateT1>, Flags<SubImmediateT2>,
                    Flags<SubImmediateT3>, Flags<AddImmediateT2>, Quiet<AddRegisterT2>,
                    Quiet<AddImmediateT3>, Quiet<SmladT1>, Quiet<SmlaxyT1>, Quiet<MlaT1>,
                    Quiet<VfmaT1>, Quiet<StrPostIndexedT4>, Quiet<StrImmediateT1>>();
  return pairs;
}

}  // namespace mcost::engine
