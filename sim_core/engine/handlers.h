// Handler tables: for each row of the instruction set, the functions that execute it. Instantiated
// from the rows' one body with Concrete, a translation unit per group of insn files. Depends on
// engine/core.h and isa.
#pragma once

#include <array>
#include <span>
#include <type_traits>
#include <utility>

#include "sim_core/engine/concrete.h"
#include "sim_core/engine/core.h"
#include "sim_core/isa/encoding.h"
#include "sim_core/isa/insn/branch.h"

namespace mcost::engine {

/// The products of one row. "quiet" handlers leave NZCV alone (no S suffix, or flags that die in
/// the block); "plain" ones know that the operand is not shifted and that no option, subtracted
/// offset or write-back is chosen. Those that make no difference for a row are equal.
struct HandlerSet {
  Handler flags;
  Handler flags_plain;
  Handler quiet;
  Handler quiet_plain;
  Handler predicated_flags;
  Handler predicated_quiet;
  /// Accesses that leave something behind, see Tracking. Other rows have the ones above.
  struct Tracked {
    Handler shaped;
    Handler plain;
    Handler predicated;
  };
  Tracked banks;
  Tracked uses;
  /// B<c>: a handler per condition; else null.
  const Handler* by_condition;
};

inline constexpr unsigned kConditions = 14;  // apart from "always"

// Handlers swallow the bodies whole; under sanitizers that only makes them slow to compile.
#ifdef MCOST_SANITIZED
#define MCOST_FLATTEN
#else
#define MCOST_FLATTEN [[gnu::flatten]]
#endif

namespace detail {

struct Choice {
  bool flags = false;
  bool plain = false;
  bool predicated = false;
  Tracking tracking = Tracking::none;
  std::uint8_t condition = isa::kAlways;  // of a conditional branch
};

/// True if a handler of this row returns to the engine instead of chaining.
template <class Row>
inline constexpr bool kEndsBlock = Row::row.flow != isa::Flow::next;

/// Rows whose body accesses memory.
template <class Row>
inline constexpr bool kAccesses = [] {
  using isa::TimingClass;
  switch (Row::row.timing_class) {
    case TimingClass::load:
    case TimingClass::load_literal:
    case TimingClass::load_dual:
    case TimingClass::load_multiple:
    case TimingClass::load_exclusive:
    case TimingClass::store:
    case TimingClass::store_dual:
    case TimingClass::store_multiple:
    case TimingClass::store_exclusive:
    case TimingClass::table_branch:
    case TimingClass::fp_load:
    case TimingClass::fp_store:
    case TimingClass::fp_load_multiple:
    case TimingClass::fp_store_multiple: return true;
    default: return false;
  }
}();

/// The decode-time facts that a choice fixes.
template <Choice kChoice>
isa::Operands operands_of(const MicroOp* op) {
  isa::Operands operands = op->operands;
  operands.set_flags = kChoice.flags;
  if constexpr (kChoice.plain) {
    operands.shift = isa::Shift::lsl;
    operands.amount = 0;
    operands.option = false;
    operands.add = true;
  }
  if constexpr (kChoice.condition != isa::kAlways) operands.ra = kChoice.condition;
  return operands;
}

template <class Row, Choice kChoice, Pass kPass>
MCOST_FLATTEN void execute(Core& core, const MicroOp* op) {
  Evaluating<kPass, kChoice.tracking> evaluator(core, op);
  if constexpr (Row::row.flow == isa::Flow::ends_block) core.exit = kFallThrough;
  Row::execute(evaluator, operands_of<kChoice>(op));
  if constexpr (!kEndsBlock<Row>) {
    const MicroOp* next = evaluator.next();
    return next->handler(core, next);
  }
}

/// The instruction with its out-of-line paths; kept away from the inline one.
template <class Row, Choice kChoice>
[[gnu::noinline, gnu::cold]] void run_general(Core& core, const MicroOp* op) {
  return execute<Row, kChoice, Pass::general>(core, op);
}

/// Executes the instruction without leaving the handler. Returns false, with nothing done, if it
/// needs its out-of-line paths.
template <class Row, Choice kChoice>
[[gnu::always_inline]] inline bool perform(Core& core, const MicroOp* op) {
  if constexpr (kAccesses<Row>) {
    Evaluating<Pass::check, Tracking::none> check(core, op);
    Row::execute(check, operands_of<kChoice>(op));
    if (!check.stays_inline()) [[unlikely]]
      return false;
    Evaluating<Pass::inline_only, kChoice.tracking> evaluator(core, op);
    Row::execute(evaluator, operands_of<kChoice>(op));
  } else {
    Evaluating<Pass::general, Tracking::none> evaluator(core, op);
    if constexpr (Row::row.flow == isa::Flow::ends_block) core.exit = kFallThrough;
    Row::execute(evaluator, operands_of<kChoice>(op));
  }
  return true;
}

template <class Row, Choice kChoice>
MCOST_FLATTEN void run(Core& core, const MicroOp* op) {
  if constexpr (kChoice.predicated) {
    if ((kConditionTable[op->operands.condition] >> core.nzcv() & 1u) == 0) {
      if constexpr (kEndsBlock<Row>) {
        core.exit = kFallThrough;
        return;
      } else {
        return chain(core, op);
      }
    }
    core.passed |= 1u << op->index;
  }
  if (!perform<Row, kChoice>(core, op)) [[unlikely]]
    return run_general<Row, kChoice>(core, op);
  if constexpr (!kEndsBlock<Row>) return chain(core, op);
}

template <class Row>
inline constexpr bool kLoads = [] {
  using isa::TimingClass;
  constexpr TimingClass kClass = Row::row.timing_class;
  return kAccesses<Row> && kClass != TimingClass::store && kClass != TimingClass::store_dual &&
         kClass != TimingClass::store_multiple && kClass != TimingClass::fp_store &&
         kClass != TimingClass::fp_store_multiple;
}();

template <class Row, std::size_t... kCodes>
constexpr std::array<Handler, kConditions> handlers_by_condition(std::index_sequence<kCodes...>) {
  return {&run<Row, Choice{.plain = true, .condition = kCodes}>...};
}

template <class Row>
inline constexpr std::array<Handler, kConditions> kByCondition =
    handlers_by_condition<Row>(std::make_index_sequence<kConditions>{});

template <class Row>
constexpr const Handler* by_condition() {
  if constexpr (std::is_base_of_v<isa::BranchConditional, Row>) {
    return kByCondition<Row>.data();
  } else {
    return nullptr;
  }
}

template <class Row, Tracking kTracking>
constexpr HandlerSet::Tracked tracked_handlers() {
  // Only loads use a line so that it counts for replacement.
  constexpr Tracking kOfRow = !kAccesses<Row>                              ? Tracking::none
                              : kTracking == Tracking::use && !kLoads<Row> ? Tracking::bank
                                                                           : kTracking;
  return {.shaped = &run<Row, Choice{.tracking = kOfRow}>,
          .plain = &run<Row, Choice{.plain = true, .tracking = kOfRow}>,
          .predicated = &run<Row, Choice{.predicated = true, .tracking = kOfRow}>};
}

template <class Row>
constexpr HandlerSet handler_set() {
  return {.flags = &run<Row, Choice{.flags = true}>,
          .flags_plain = &run<Row, Choice{.flags = true, .plain = true}>,
          .quiet = &run<Row, Choice{}>,
          .quiet_plain = &run<Row, Choice{.plain = true}>,
          .predicated_flags = &run<Row, Choice{.flags = true, .predicated = true}>,
          .predicated_quiet = &run<Row, Choice{.predicated = true}>,
          .banks = tracked_handlers<Row, Tracking::bank>(),
          .uses = tracked_handlers<Row, Tracking::use>(),
          .by_condition = by_condition<Row>()};
}

template <class... Rows>
std::span<const HandlerSet> make_table(isa::RowList<Rows...>) {
  static constexpr std::array<HandlerSet, sizeof...(Rows)> kTable{handler_set<Rows>()...};
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
