// Where code returns to, from LR: to its caller, or from an exception through the stacked frame.
// May include anything.
#pragma once

#include <cstdint>
#include <optional>

#include "cli/core_view.h"
#include "sim_core/base/units.h"

namespace mcost::cli {

/// What an exception stacked of what it interrupted.
struct ExceptionFrame {
  Address pc = 0;
  std::uint32_t lr = 0;
  std::uint32_t sp = 0;  ///< Before stacking.
  bool process_stack = false;
};

/// The frame that EXC_RETURN would unstack from `sp` (MSP; with bit 2 of EXC_RETURN set PSP is
/// taken from `core`). Nothing where no memory answers. Source: ARMv7-M ARM B1.5.6 (stack frame),
/// B1.5.8 (EXC_RETURN: bit 2 selects PSP, bit 4 clear is the frame with FP registers).
[[nodiscard]] std::optional<ExceptionFrame> read_exception_frame(std::uint32_t exc_return,
                                                                 std::uint32_t sp,
                                                                 const CoreView& core);

/// True of an LR value that returns from an exception.
[[nodiscard]] bool is_exception_return(std::uint32_t link);

/// Where an activation returns to, and the stack it then has.
struct ReturnPoint {
  Address address = 0;
  std::uint32_t sp = 0;
  bool process_stack = false;
};

/// Of code that has just been entered with `link` in LR. Nothing for LR after reset.
[[nodiscard]] std::optional<ReturnPoint> return_point(std::uint32_t link, const CoreView& core);

}  // namespace mcost::cli
