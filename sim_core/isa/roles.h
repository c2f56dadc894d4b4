// What an instruction reads and writes, and in which role: the facts a pipeline model works from.
// Derived by running an instruction's one body with the Effects evaluator (effects.h), never
// written by hand.
#pragma once

#include <cstdint>

namespace mcost::isa {

/// A set of architectural locations, one bit each: R0-R15 at 0-15, S0-S31 at 16-47, then flags and
/// status fields.
using RegisterSet = std::uint64_t;

inline constexpr unsigned kFirstSingle = 16;
enum class StatusField : std::uint8_t {
  n = 48,
  z,
  c,
  v,
  q,
  ge,
  fp_flags,
  fp_exceptions,
  fp_control,
  system,
  memory,
  pc_read
};

[[nodiscard]] constexpr RegisterSet core_register(unsigned index) {
  return RegisterSet{1} << index;
}
[[nodiscard]] constexpr RegisterSet single_register(unsigned index) {
  return RegisterSet{1} << (kFirstSingle + index);
}
[[nodiscard]] constexpr RegisterSet status(StatusField field) {
  return RegisterSet{1} << static_cast<unsigned>(field);
}

inline constexpr RegisterSet kCoreRegisters = 0xFFFF;
inline constexpr RegisterSet kSingleRegisters = RegisterSet{0xFFFFFFFF} << kFirstSingle;
inline constexpr RegisterSet kConditionFlags = status(StatusField::n) | status(StatusField::z) |
                                               status(StatusField::c) | status(StatusField::v);

/// The roles of an instruction's operands and results.
/// Reads: every location whose old value can matter; `base` .. `shifted` are subsets of it by the
/// role of the operand. Writes: every location that may change; `by_*` are subsets of it by the
/// unit that makes the value.
struct Roles {
  RegisterSet reads = 0;
  RegisterSet writes = 0;
  RegisterSet base = 0;   // address base of a load, store or branch table
  RegisterSet index = 0;  // register offset of an address
  RegisterSet store_data = 0;
  RegisterSet accumulator = 0;  // addend of a multiply-accumulate, integer or FP
  RegisterSet factor = 0;       // multiplicand, multiplier, dividend, divisor
  RegisterSet shifted = 0;      // operand that passes a shifter, extender or bit-field unit first
  RegisterSet by_alu = 0;
  RegisterSet by_shifter = 0;
  RegisterSet by_multiplier = 0;  // also dividers
  RegisterSet by_load = 0;
  RegisterSet by_writeback = 0;  // base register updated by an address unit
  RegisterSet by_fp = 0;
  friend constexpr bool operator==(const Roles&, const Roles&) = default;
};

}  // namespace mcost::isa
