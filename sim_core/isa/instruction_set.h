// The instruction set: all lists of isa/insn joined. The order of AllRows is the index of a row
// everywhere. Including this header means including every body; who only needs decoded instructions
// includes decoder.h.
#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include "sim_core/isa/insn/branch.h"
#include "sim_core/isa/insn/data_processing.h"
#include "sim_core/isa/insn/dsp.h"
#include "sim_core/isa/insn/fp.h"
#include "sim_core/isa/insn/it_hint.h"
#include "sim_core/isa/insn/load_store.h"
#include "sim_core/isa/insn/load_store_multiple.h"
#include "sim_core/isa/insn/multiply_divide.h"
#include "sim_core/isa/insn/system.h"
#include "sim_core/isa/instruction.h"

namespace mcost::isa {

using AllRows = decltype(DataProcessingRows{} + MultiplyDivideRows{} + DspRows{} + LoadStoreRows{} +
                         LoadStoreMultipleRows{} + BranchRows{} + ItHintRows{} + SystemRows{} +
                         FpRows{});

/// Calls `visit.template operator()<Row>(index)` for each row of a list, in order.
template <class... Rows, class Visitor>
constexpr void for_each_row(RowList<Rows...>, Visitor&& visit) {
  // An array's initializers run in order; a fold this long exceeds Clang's nesting limit.
  std::size_t index = 0;
  [[maybe_unused]] const std::array<bool, sizeof...(Rows)> visited{
      (visit.template operator()<Rows>(index++), true)...};
}

namespace detail {

/// A row with `kUnconditional` sets its own condition: B<c>, and what IT does not predicate (BKPT,
/// IT).
template <class Row>
concept Unconditional = requires {
  requires Row::kUnconditional;
};

template <class Row>
constexpr Operands decode_row(std::uint32_t instruction, const Place& place) {
  Operands operands = Row::decode(Fields(Row::row.pattern, instruction), place);
  if (!Row::row.pattern.should_be_holds(instruction)) operands.unpredictable = true;
  if constexpr (!Unconditional<Row>) {
    if (operands.condition == kAlways) operands.condition = place.it.condition();
  }
  return operands;
}

}  // namespace detail

template <class Row>
[[nodiscard]] constexpr Instruction make_instruction(std::size_t index) {
  return {.row = &Row::row,
          .decode = &detail::decode_row<Row>,
          .effects = &Row::template execute<Effects>,
          .index = static_cast<std::uint16_t>(index)};
}

}  // namespace mcost::isa
