// IEEE 754 arithmetic as the FPv4-SP and FPv5 extensions do it: the interface for instruction
// semantics. Values are raw bit patterns: uint16_t, uint32_t and uint64_t for half, single and
// double precision. Depends on the standard library only. Invariant: results and FPSCR are those of
// the Arm pseudocode, bit for bit, on every host.
//
// Functions in `soft` are integer-only and compiled once, in fp.cpp. Functions of the same name in
// `mcost::fp` are for instruction bodies: they take the host's operation when it provably gives the
// same value and no new flag.
#pragma once

#include <bit>
#include <cfloat>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "sim_core/fp/context.h"
#include "sim_core/fp/format.h"

#if defined(__FAST_MATH__)
#error "mcost must not be compiled with -ffast-math"
#endif

namespace mcost::fp {

static_assert(std::numeric_limits<float>::is_iec559 && std::numeric_limits<double>::is_iec559);
static_assert(FLT_EVAL_METHOD == 0, "the host path needs operations without excess precision");

/// Integer-only operations. All are total: every bit pattern is accepted.
/// Source: ARMv7-M ARM A2.5 and pseudocode FPAdd, FPSub, FPMul, FPMulAdd, FPDiv, FPSqrt, FPCompare.
namespace soft {

[[nodiscard]] std::uint32_t add(std::uint32_t op1, std::uint32_t op2, Context& context);
[[nodiscard]] std::uint32_t sub(std::uint32_t op1, std::uint32_t op2, Context& context);
[[nodiscard]] std::uint32_t mul(std::uint32_t op1, std::uint32_t op2, Context& context);
[[nodiscard]] std::uint32_t div(std::uint32_t op1, std::uint32_t op2, Context& context);
[[nodiscard]] std::uint32_t sqrt(std::uint32_t operand, Context& context);
[[nodiscard]] std::uint32_t mul_add(std::uint32_t addend, std::uint32_t op1, std::uint32_t op2,
                                    Context& context);
[[nodiscard]] std::uint32_t compare(std::uint32_t op1, std::uint32_t op2, bool quiet_nan_exc,
                                    Context& context);

[[nodiscard]] std::uint64_t add(std::uint64_t op1, std::uint64_t op2, Context& context);
[[nodiscard]] std::uint64_t sub(std::uint64_t op1, std::uint64_t op2, Context& context);
[[nodiscard]] std::uint64_t mul(std::uint64_t op1, std::uint64_t op2, Context& context);
[[nodiscard]] std::uint64_t div(std::uint64_t op1, std::uint64_t op2, Context& context);
[[nodiscard]] std::uint64_t sqrt(std::uint64_t operand, Context& context);
[[nodiscard]] std::uint64_t mul_add(std::uint64_t addend, std::uint64_t op1, std::uint64_t op2,
                                    Context& context);
[[nodiscard]] std::uint32_t compare(std::uint64_t op1, std::uint64_t op2, bool quiet_nan_exc,
                                    Context& context);

}  // namespace soft

/// VABS and VNEG. They act on the sign bit only: no flags, NaNs and subnormals pass unchanged.
/// Source: ARMv7-M ARM, pseudocode FPAbs and FPNeg.
[[nodiscard]] constexpr std::uint32_t abs(std::uint32_t operand) {
  return operand & ~Binary32::kSign;
}
[[nodiscard]] constexpr std::uint64_t abs(std::uint64_t operand) {
  return operand & ~Binary64::kSign;
}
[[nodiscard]] constexpr std::uint32_t neg(std::uint32_t operand) {
  return operand ^ Binary32::kSign;
}
[[nodiscard]] constexpr std::uint64_t neg(std::uint64_t operand) {
  return operand ^ Binary64::kSign;
}

/// The integer or fixed-point value nearest to `operand` * 2^`fraction_bits` under `rounding`,
/// saturated; `size` is 16 or 32 bits, `fraction_bits` 0 to `size`. Returns 32 bits: the result
/// zero-extended if `is_unsigned`, else sign-extended (for a double register the caller extends on,
/// likewise). NaN gives 0. Saturation and NaN raise IOC, else IXC if inexact. Rounding: VCVT to
/// integer and fixed-point pass `Rounding::zero`, VCVTR passes `context.rounding()`, VCVTA, VCVTN,
/// VCVTP and VCVTM their own. Source: ARMv7-M ARM, pseudocode FPToFixed and FPToFixedDirected.
[[nodiscard]] std::uint32_t to_fixed(std::uint32_t operand, unsigned size, unsigned fraction_bits,
                                     bool is_unsigned, Rounding rounding, Context& context);
[[nodiscard]] std::uint32_t to_fixed(std::uint64_t operand, unsigned size, unsigned fraction_bits,
                                     bool is_unsigned, Rounding rounding, Context& context);

/// `operand`[size-1:0], an integer with `fraction_bits` fraction bits, as a floating-point number;
/// `size` 16 or 32, `fraction_bits` 0 to `size`. Rounding: VCVT from integer passes
/// `context.rounding()`, VCVT from fixed-point `Rounding::nearest_even`.  Source: ARMv7-M ARM,
/// pseudocode FixedToFP.
[[nodiscard]] std::uint32_t fixed_to_single(std::uint32_t operand, unsigned size,
                                            unsigned fraction_bits, bool is_unsigned,
                                            Rounding rounding, Context& context);
[[nodiscard]] std::uint64_t fixed_to_double(std::uint32_t operand, unsigned size,
                                            unsigned fraction_bits, bool is_unsigned,
                                            Rounding rounding, Context& context);

/// Conversions between precisions. Half precision obeys AHP; FZ never flushes a half-precision
/// input or output. Source: ARMv7-M ARM A2.5 and pseudocode FPHalfToSingle, FPSingleToHalf,
/// FPHalfToDouble, FPDoubleToHalf, FPSingleToDouble, FPDoubleToSingle.
[[nodiscard]] std::uint32_t half_to_single(std::uint16_t operand, Context& context);
[[nodiscard]] std::uint64_t half_to_double(std::uint16_t operand, Context& context);
[[nodiscard]] std::uint16_t single_to_half(std::uint32_t operand, Context& context);
[[nodiscard]] std::uint16_t double_to_half(std::uint64_t operand, Context& context);
[[nodiscard]] std::uint64_t single_to_double(std::uint32_t operand, Context& context);
[[nodiscard]] std::uint32_t double_to_single(std::uint64_t operand, Context& context);

/// FPv5 VRINT: the integral floating-point value under `rounding`. IXC is raised only if `exact`
/// (VRINTX). VRINTZ passes `Rounding::zero`, VRINTR and VRINTX `context.rounding()`, VRINTA, N, P,
/// M their own. Source: ARMv7-M ARM (DDI0403E), pseudocode FPRoundInt.
[[nodiscard]] std::uint32_t round_int(std::uint32_t operand, Rounding rounding, bool exact,
                                      Context& context);
[[nodiscard]] std::uint64_t round_int(std::uint64_t operand, Rounding rounding, bool exact,
                                      Context& context);

/// FPv5 VMAXNM and VMINNM: a number wins over a single quiet NaN; +0 is greater than -0.
/// Source: ARMv7-M ARM (DDI0403E), pseudocode FPMaxNum and FPMinNum.
[[nodiscard]] std::uint32_t max_num(std::uint32_t op1, std::uint32_t op2, Context& context);
[[nodiscard]] std::uint64_t max_num(std::uint64_t op1, std::uint64_t op2, Context& context);
[[nodiscard]] std::uint32_t min_num(std::uint32_t op1, std::uint32_t op2, Context& context);
[[nodiscard]] std::uint64_t min_num(std::uint64_t op1, std::uint64_t op2, Context& context);

namespace detail {

/// True if a result that is in range and not smaller than a normal number can raise no flag that is
/// not yet set, and is rounded as the host rounds by default.
[[nodiscard]] constexpr bool host_path_open(const Context& context) {
  return (context.fpscr & (kInexact | kRMode | kFlushToZero | kDefaultNan)) == kInexact;
}

template <Format F>
[[nodiscard]] constexpr bool is_zero_or_normal(typename F::Bits value) {
  using Bits = typename F::Bits;
  const Bits doubled = static_cast<Bits>(value << 1);
  constexpr Bits kLow = static_cast<Bits>(F::kMinNormal << 1);
  constexpr Bits kHigh = static_cast<Bits>(F::kInfinity << 1);
  return doubled - kLow < kHigh - kLow || doubled == 0;
}

/// Strictly above the smallest normal in magnitude, and finite. The smallest normal itself may be a
/// rounded tiny value, and tininess is detected before rounding.
template <Format F>
[[nodiscard]] constexpr bool is_safe_result(typename F::Bits value) {
  using Bits = typename F::Bits;
  const Bits doubled = static_cast<Bits>(value << 1);
  constexpr Bits kLow = static_cast<Bits>((F::kMinNormal << 1) + 1);
  constexpr Bits kHigh = static_cast<Bits>(F::kInfinity << 1);
  return doubled - kLow < kHigh - kLow;
}

template <typename Bits>
struct HostOf;
template <>
struct HostOf<std::uint32_t> {
  using Type = float;
  using Traits = Binary32;
};
template <>
struct HostOf<std::uint64_t> {
  using Type = double;
  using Traits = Binary64;
};

template <typename Bits, typename HostOperation, typename SoftOperation>
[[nodiscard]] inline Bits binary_operation(Bits op1, Bits op2, Context& context, HostOperation host,
                                           SoftOperation soft_operation) {
  using Host = typename HostOf<Bits>::Type;
  using F = typename HostOf<Bits>::Traits;
  if (host_path_open(context) && is_zero_or_normal<F>(op1) && is_zero_or_normal<F>(op2))
      [[likely]] {
    const Bits result =
        std::bit_cast<Bits>(host(std::bit_cast<Host>(op1), std::bit_cast<Host>(op2)));
    if (is_safe_result<F>(result)) [[likely]]
      return result;
  }
  return soft_operation(op1, op2, context);
}

template <typename Bits>
[[nodiscard]] inline Bits square_root(Bits operand, Context& context) {
  using Host = typename HostOf<Bits>::Type;
  using F = typename HostOf<Bits>::Traits;
  if (host_path_open(context) && (operand & F::kSign) == 0 && is_zero_or_normal<F>(operand))
      [[likely]] {
    const Bits result = std::bit_cast<Bits>(std::sqrt(std::bit_cast<Host>(operand)));
    if (is_safe_result<F>(result)) [[likely]]
      return result;
  }
  return soft::sqrt(operand, context);
}

template <typename Bits>
[[nodiscard]] inline std::uint32_t compare(Bits op1, Bits op2, bool quiet_nan_exc,
                                           Context& context) {
  using F = typename HostOf<Bits>::Traits;
  const Bits magnitude1 = op1 & ~F::kSign;
  const Bits magnitude2 = op2 & ~F::kSign;
  if (context.flush_to_zero() || magnitude1 > F::kInfinity || magnitude2 > F::kInfinity)
      [[unlikely]] {
    return soft::compare(op1, op2, quiet_nan_exc, context);
  }
  // Sign and magnitude to two's complement; without branches, since guest comparisons are hard to
  // predict.
  using Key = std::make_signed_t<Bits>;
  const auto key = [](Bits operand, Bits magnitude) {
    const auto mask = static_cast<Bits>(-(operand >> (F::kBits - 1)));
    return static_cast<Key>((magnitude ^ mask) - mask);
  };
  const Key key1 = key(op1, magnitude1);
  const Key key2 = key(op2, magnitude2);
  const std::uint32_t ordered = key1 < key2 ? 0b1000 : 0b0010;
  return key1 == key2 ? 0b0110 : ordered;
}

}  // namespace detail

/// `op1` + `op2`.
[[nodiscard]] inline std::uint32_t add(std::uint32_t op1, std::uint32_t op2, Context& context) {
  return detail::binary_operation(
      op1, op2, context, [](float a, float b) { return a + b; },
      [](std::uint32_t a, std::uint32_t b, Context& c) { return soft::add(a, b, c); });
}
[[nodiscard]] inline std::uint64_t add(std::uint64_t op1, std::uint64_t op2, Context& context) {
  return detail::binary_operation(
      op1, op2, context, [](double a, double b) { return a + b; },
      [](std::uint64_t a, std::uint64_t b, Context& c) { return soft::add(a, b, c); });
}

/// `op1` - `op2`.
[[nodiscard]] inline std::uint32_t sub(std::uint32_t op1, std::uint32_t op2, Context& context) {
  return detail::binary_operation(
      op1, op2, context, [](float a, float b) { return a - b; },
      [](std::uint32_t a, std::uint32_t b, Context& c) { return soft::sub(a, b, c); });
}
[[nodiscard]] inline std::uint64_t sub(std::uint64_t op1, std::uint64_t op2, Context& context) {
  return detail::binary_operation(
      op1, op2, context, [](double a, double b) { return a - b; },
      [](std::uint64_t a, std::uint64_t b, Context& c) { return soft::sub(a, b, c); });
}

/// `op1` * `op2`. VNMUL negates the result with `neg`; VMLA and VMLS are `mul` then `add`, each
/// rounded.
[[nodiscard]] inline std::uint32_t mul(std::uint32_t op1, std::uint32_t op2, Context& context) {
  return detail::binary_operation(
      op1, op2, context, [](float a, float b) { return a * b; },
      [](std::uint32_t a, std::uint32_t b, Context& c) { return soft::mul(a, b, c); });
}
[[nodiscard]] inline std::uint64_t mul(std::uint64_t op1, std::uint64_t op2, Context& context) {
  return detail::binary_operation(
      op1, op2, context, [](double a, double b) { return a * b; },
      [](std::uint64_t a, std::uint64_t b, Context& c) { return soft::mul(a, b, c); });
}

/// `op1` / `op2`.
[[nodiscard]] inline std::uint32_t div(std::uint32_t op1, std::uint32_t op2, Context& context) {
  return detail::binary_operation(
      op1, op2, context, [](float a, float b) { return a / b; },
      [](std::uint32_t a, std::uint32_t b, Context& c) { return soft::div(a, b, c); });
}
[[nodiscard]] inline std::uint64_t div(std::uint64_t op1, std::uint64_t op2, Context& context) {
  return detail::binary_operation(
      op1, op2, context, [](double a, double b) { return a / b; },
      [](std::uint64_t a, std::uint64_t b, Context& c) { return soft::div(a, b, c); });
}

/// Square root of `operand`.
[[nodiscard]] inline std::uint32_t sqrt(std::uint32_t operand, Context& context) {
  return detail::square_root(operand, context);
}
[[nodiscard]] inline std::uint64_t sqrt(std::uint64_t operand, Context& context) {
  return detail::square_root(operand, context);
}

/// `addend` + `op1` * `op2`, rounded once: VFMA. VFMS negates `op1`, VFNMA `addend` and `op1`,
/// VFNMS `addend`, with `neg` before the call, as the manual does (this matters for NaNs). Source:
/// ARMv7-M ARM, pseudocode FPMulAdd.
[[nodiscard]] inline std::uint32_t mul_add(std::uint32_t addend, std::uint32_t op1,
                                           std::uint32_t op2, Context& context) {
  using detail::is_zero_or_normal;
  if (detail::host_path_open(context) && is_zero_or_normal<Binary32>(addend) &&
      is_zero_or_normal<Binary32>(op1) && is_zero_or_normal<Binary32>(op2)) [[likely]] {
    // The product of two singles is exact in double precision. The sum is rounded to 53 bits and
    // then to 24; that is one rounding unless the first one landed on a midpoint of two singles,
    // which no value can cross otherwise.
    const double product = double{std::bit_cast<float>(op1)} * double{std::bit_cast<float>(op2)};
    const double sum = product + double{std::bit_cast<float>(addend)};
    constexpr std::uint64_t kDropped = (std::uint64_t{1} << 29) - 1;
    constexpr std::uint64_t kMidpoint = std::uint64_t{1} << 28;
    const auto result = std::bit_cast<std::uint32_t>(static_cast<float>(sum));
    if ((std::bit_cast<std::uint64_t>(sum) & kDropped) != kMidpoint &&
        detail::is_safe_result<Binary32>(result)) [[likely]] {
      return result;
    }
  }
  return soft::mul_add(addend, op1, op2, context);
}
[[nodiscard]] inline std::uint64_t mul_add(std::uint64_t addend, std::uint64_t op1,
                                           std::uint64_t op2, Context& context) {
  return soft::mul_add(addend, op1, op2, context);
}

/// VCMP (`quiet_nan_exc` false) and VCMPE (true). Returns N Z C V in bits 3 to 0: 0110 equal, 1000
/// less, 0010 greater, 0011 unordered; `Context::set_condition_flags` stores them. A signalling NaN
/// always raises IOC, a quiet one if `quiet_nan_exc`.  Source: ARMv7-M ARM, pseudocode FPCompare.
[[nodiscard]] inline std::uint32_t compare(std::uint32_t op1, std::uint32_t op2, bool quiet_nan_exc,
                                           Context& context) {
  return detail::compare(op1, op2, quiet_nan_exc, context);
}
[[nodiscard]] inline std::uint32_t compare(std::uint64_t op1, std::uint64_t op2, bool quiet_nan_exc,
                                           Context& context) {
  return detail::compare(op1, op2, quiet_nan_exc, context);
}

}  // namespace mcost::fp
