// Handler tables: for each row of the instruction set, the functions that execute it. Instantiated
// from the rows' one body with Concrete, a translation unit per group of insn files. Depends on
// engine/core.h and isa.
#pragma once

#include <span>

#include "sim_core/engine/concrete.h"
#include "sim_core/engine/core.h"
#include "sim_core/isa/encoding.h"

namespace mcost::engine {

/// The products of one row. "quiet" handlers leave NZCV alone (no S suffix, or flags that die in
/// the block); "plain" ones take operand 2 unshifted. All six are always set; those that make no
/// difference are equal.
struct HandlerSet {
  Handler flags_shifted;
  Handler flags_plain;
  Handler quiet_shifted;
  Handler quiet_plain;
  Handler predicated_flags;
  Handler predicated_quiet;
  // Loads in front of a data cache: they stamp the line they hit. Other rows have the ones above.
  Handler stamping_shifted;
  Handler stamping_plain;
  Handler stamping_predicated;
};

namespace detail {

struct Choice {
  bool flags;
  bool shifted;
  bool predicated;
  bool stamps;
};

/// True if a handler of this row returns to the engine instead of chaining.
template <class Row>
inline constexpr bool kEndsBlock = Row::row.flow != isa::Flow::next;

template <class Row, Choice kChoice>
void run(Core& core, const MicroOp* op) {
  isa::Operands operands = op->operands;
  if constexpr (kChoice.predicated) {
    if ((kConditionTable[operands.condition] >> core.nzcv() & 1u) == 0) {
      if constexpr (kEndsBlock<Row>) {
        core.exit = kFallThrough;
        return;
      } else {
        return op[1].handler(core, op + 1);
      }
    }
    core.passed |= 1u << op->index;
  }
  operands.set_flags = kChoice.flags;
  if constexpr (!kChoice.shifted) {
    operands.shift = isa::Shift::lsl;
    operands.amount = 0;
  }
  Evaluating<kChoice.stamps> evaluator(core, op);
  if constexpr (Row::row.flow == isa::Flow::ends_block) core.exit = kFallThrough;
  Row::execute(evaluator, operands);
  if constexpr (!kEndsBlock<Row>) {
    const MicroOp* next = evaluator.next();
    return next->handler(core, next);
  }
}

template <class Row>
inline constexpr bool kShiftMatters = requires {
  requires Row::kShifts;
};

template <class Row>
inline constexpr bool kLoads = [] {
  switch (Row::row.timing_class) {
    case isa::TimingClass::load:
    case isa::TimingClass::load_literal:
    case isa::TimingClass::load_dual:
    case isa::TimingClass::load_multiple:
    case isa::TimingClass::table_branch:
    case isa::TimingClass::fp_load:
    case isa::TimingClass::fp_load_multiple: return true;
    default: return false;
  }
}();

template <class Row>
constexpr HandlerSet handler_set() {
  constexpr bool kPlain = !kShiftMatters<Row>;  // without shifts, "shifted" and "plain" are one
  constexpr bool kStamp = kLoads<Row>;
  return {.flags_shifted = &run<Row, Choice{true, true, false, false}>,
          .flags_plain = &run<Row, Choice{true, kPlain, false, false}>,
          .quiet_shifted = &run<Row, Choice{false, true, false, false}>,
          .quiet_plain = &run<Row, Choice{false, kPlain, false, false}>,
          .predicated_flags = &run<Row, Choice{true, true, true, false}>,
          .predicated_quiet = &run<Row, Choice{false, true, true, false}>,
          .stamping_shifted = &run<Row, Choice{false, true, false, kStamp}>,
          .stamping_plain = &run<Row, Choice{false, kPlain, false, kStamp}>,
          .stamping_predicated = &run<Row, Choice{false, true, true, kStamp}>};
}

template <class... Rows>
std::span<const HandlerSet> make_table(isa::RowList<Rows...>) {
  static constexpr HandlerSet kTable[] = {handler_set<Rows>()...};
  return kTable;
}

}  // namespace detail

// One table per insn list, in the order of its rows.
std::span<const HandlerSet> data_processing_handlers();
std::span<const HandlerSet> multiply_divide_handlers();
std::span<const HandlerSet> dsp_handlers();
std::span<const HandlerSet> load_store_handlers();
std::span<const HandlerSet> load_store_multiple_handlers();
std::span<const HandlerSet> branch_handlers();
std::span<const HandlerSet> it_hint_handlers();
std::span<const HandlerSet> system_handlers();
std::span<const HandlerSet> fp_handlers();

/// All tables joined in instruction-set order: element i belongs to isa::instructions()[i].
std::span<const HandlerSet> all_handlers();

}  // namespace mcost::engine
