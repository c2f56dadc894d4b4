// Callers of the code at a PC, without unwinding tables: from LR, the stack, and the frames that
// exceptions stacked. May include anything.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "cli/core_view.h"
#include "cli/places.h"
#include "sim_core/base/run_result.h"

namespace mcost::cli {

/// At most so many frames.
inline constexpr std::size_t kMostFrames = 16;

/// Callers of the code at `registers[15]`, innermost first: LR if it can be a return address, then
/// words of the stack that can be, and behind an EXC_RETURN the interrupted instruction and its
/// callers. Some may be left from earlier calls; those found by scanning are not certain. A stack
/// pointer just below a memory, as of a stack that overflowed, is followed into it.
[[nodiscard]] std::vector<StackFrame> backtrace(Places& places,
                                                const std::array<std::uint32_t, 16>& registers,
                                                const CoreView& core);

}  // namespace mcost::cli
