// Handlers that execute two instructions. A host's indirect jump, one per handler, limits the fast
// loop more than the work of a handler does, so pairs that compilers often emit share one. The
// second op keeps a handler of its own, for when the first leaves the inline path. Which pairs
// there are is a matter of speed alone. Depends on handlers.h.
#pragma once

#include <array>
#include <span>

#include "sim_core/engine/handlers.h"

namespace mcost::engine {

/// The handlers of two ops that follow each other, and the one that does both.
struct FusedPair {
  Handler first;
  Handler second;
  Handler both;
};

/// The handler for two ops with these handlers of their own; null if there is none.
[[nodiscard]] Handler fused_handler(Handler first, Handler second);

// The lists, by kind.
std::span<const FusedPair> fused_memory_handlers();
std::span<const FusedPair> fused_load_use_handlers();
std::span<const FusedPair> fused_arithmetic_handlers();
std::span<const FusedPair> fused_branch_handlers();

namespace detail {

/// A row with one of its choices.
template <class RowType, Choice kChosen>
struct Form {
  using Row = RowType;
  static constexpr Choice kChoice = kChosen;
};
template <class Row>
using Quiet = Form<Row, Choice{.plain = true}>;
template <class Row>
using QuietShifted = Form<Row, Choice{}>;
template <class Row>
using Flags = Form<Row, Choice{.flags = true, .plain = true}>;
template <class Row>
using FlagsShifted = Form<Row, Choice{.flags = true}>;
template <class Row, std::uint8_t kCondition>
using Conditional = Form<Row, Choice{.plain = true, .condition = kCondition}>;

template <class First, class Second>
MCOST_FLATTEN void run_fused(Core& core, const MicroOp* op) {
  using A = typename First::Row;
  using B = typename Second::Row;
  static_assert(!kEndsBlock<A>);
  if (!perform<A, First::kChoice>(core, op)) [[unlikely]]
    return run_general<A, First::kChoice>(core, op);
  const MicroOp* second = op + 1;
  if (!perform<B, Second::kChoice>(core, second)) [[unlikely]]
    return run_general<B, Second::kChoice>(core, second);
  if constexpr (!kEndsBlock<B>) return chain(core, second);
}

template <class First, class Second>
struct Pair {
  static constexpr FusedPair kHandlers{&run<typename First::Row, First::kChoice>,
                                       &run<typename Second::Row, Second::kChoice>,
                                       &run_fused<First, Second>};
};

template <class... Pairs>
std::span<const FusedPair> fused_table() {
  static constexpr std::array<FusedPair, sizeof...(Pairs)> kTable{Pairs::kHandlers...};
  return kTable;
}

}  // namespace detail

}  // namespace mcost::engine
