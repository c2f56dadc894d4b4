// Where the buffers of `mcost call` go in the RAM of the firmware. May include anything.
// Invariant: only looks; what it returns overlaps nothing that the firmware owns but an object that
// the user named.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/run_session.h"
#include "sim_core/base/units.h"

namespace mcost::cli {

/// Where each buffer is, and where the stack of the call begins.
struct BufferPlaces {
  std::vector<Address> addresses;
  Address stack_pointer = 0;
  Address stack_limit = 0;  ///< The stack must not grow below it; 0: unknown.
};

/// Bytes behind each buffer that are watched for a function that writes too far.
inline constexpr std::uint32_t kBufferGuard = 32;

/// Places for buffers of these sizes while the core is where the call is to begin. `at` is
/// --buffer-at (a memory, SYMBOL or address); empty: on the stack, as the arrays of a caller would
/// be, where that leaves room, else in RAM that nothing uses. Errors: ConfigError if there is no
/// such place.
[[nodiscard]] BufferPlaces place_buffers(const std::vector<std::uint64_t>& sizes,
                                         const std::string& at, RunSession& session);

}  // namespace mcost::cli
