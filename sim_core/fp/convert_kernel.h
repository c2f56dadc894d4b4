// The Arm pseudocode for conversions, VRINT, VMAXNM and VMINNM as templates over the format; the
// rest is in kernel.h. Included by fp.cpp and by tests. Standard library only. Same invariant as
// kernel.h.
#pragma once

#include "sim_core/fp/kernel.h"

namespace mcost::fp::kernel {

/// FPToFixed. Returns the saturated result, zero- or sign-extended to 32 bits.
template <Format F>
[[nodiscard]] constexpr std::uint32_t to_fixed(typename F::Bits operand, unsigned size,
                                               unsigned fraction_bits, bool is_unsigned,
                                               Rounding rounding, Context& context) {
  const Unpacked<F> a = unpack<F>(operand, context);
  if (is_nan(a.kind)) {
    context.raise(kInvalidOperation);
    return 0;
  }
  if (a.kind == Kind::zero) return 0;
  const std::uint64_t modulus = std::uint64_t{1} << size;
  const std::uint64_t max_positive = is_unsigned ? modulus - 1 : (modulus >> 1) - 1;
  const std::uint64_t max_negative = is_unsigned ? 0 : modulus >> 1;
  const std::uint64_t limit = a.sign ? max_negative : max_positive;
  const int leading = a.exponent + static_cast<int>(fraction_bits);
  std::uint64_t magnitude = limit + 1;
  if (a.kind == Kind::finite && leading <= static_cast<int>(size)) {
    const Split<std::uint64_t> value =
        split(std::uint64_t{a.significand}, F::kFractionBits - leading);
    magnitude = value.integer + (rounds_up(value, a.sign, rounding) ? 1u : 0u);
    if (magnitude <= limit && value.inexact()) context.raise(kInexact);
  }
  if (magnitude > limit) {
    context.raise(kInvalidOperation);
    magnitude = limit;
  }
  return static_cast<std::uint32_t>(a.sign ? 0 - magnitude : magnitude);
}

/// FixedToFP.
template <Format F>
[[nodiscard]] constexpr typename F::Bits from_fixed(std::uint32_t operand, unsigned size,
                                                    unsigned fraction_bits, bool is_unsigned,
                                                    Rounding rounding, Context& context) {
  const std::uint32_t unused = 32 - size;
  const std::uint32_t aligned = operand << unused;
  const bool sign = !is_unsigned && (aligned >> 31) != 0;
  const std::uint32_t magnitude = (sign ? 0 - aligned : aligned) >> unused;
  if (magnitude == 0) return 0;
  return round<F>(sign, -static_cast<int>(fraction_bits), std::uint64_t{magnitude}, rounding,
                  context);
}

/// A NaN of format `From` in format `To`: quiet, with the high fraction bits that both formats
/// have.
template <Format To, Format From>
[[nodiscard]] constexpr typename To::Bits convert_nan(const Unpacked<From>& nan, Context& context) {
  using Bits = typename To::Bits;
  if (nan.kind == Kind::signalling_nan) context.raise(kInvalidOperation);
  if (context.default_nan()) return To::kDefaultNan;
  constexpr int kShift = To::kFractionBits - From::kFractionBits;
  const std::uint64_t fraction = kShift >= 0 ? std::uint64_t{nan.significand} << (kShift & 63)
                                             : std::uint64_t{nan.significand} >> (-kShift & 63);
  return with_sign<To>(nan.sign, static_cast<Bits>(fraction | To::kInfinity | To::kQuiet));
}

/// FPHalfToSingle, FPSingleToHalf, FPHalfToDouble, FPDoubleToHalf, FPSingleToDouble,
/// FPDoubleToSingle.
template <Format To, Format From>
[[nodiscard]] constexpr typename To::Bits convert(typename From::Bits operand, Context& context) {
  const Unpacked<From> a = unpack<From>(operand, context);
  const bool to_alternative_half = To::kBits == 16 && context.alternative_half();
  if (to_alternative_half && (is_nan(a.kind) || a.kind == Kind::infinity)) {
    context.raise(kInvalidOperation);
    return with_sign<To>(a.sign, is_nan(a.kind) ? 0 : static_cast<typename To::Bits>(~To::kSign));
  }
  switch (a.kind) {
    case Kind::zero: return with_sign<To>(a.sign, 0);
    case Kind::infinity: return with_sign<To>(a.sign, To::kInfinity);
    case Kind::quiet_nan:
    case Kind::signalling_nan: return convert_nan<To, From>(a, context);
    case Kind::finite: break;
  }
  return round<To>(a.sign, a.exponent - From::kFractionBits, std::uint64_t{a.significand},
                   context.rounding(), context);
}

/// FPRoundInt.
template <Format F>
[[nodiscard]] constexpr typename F::Bits round_int(typename F::Bits operand, Rounding rounding,
                                                   bool exact, Context& context) {
  const Unpacked<F> a = unpack<F>(operand, context);
  if (is_nan(a.kind)) return process_nan<F>(a.kind, operand, context);
  if (a.kind == Kind::zero) return with_sign<F>(a.sign, 0);
  if (a.kind == Kind::infinity || a.exponent >= F::kFractionBits) return operand;
  const Split<std::uint64_t> value =
      split(std::uint64_t{a.significand}, F::kFractionBits - a.exponent);
  if (exact && value.inexact()) context.raise(kInexact);
  const std::uint64_t integer = value.integer + (rounds_up(value, a.sign, rounding) ? 1u : 0u);
  if (integer == 0) return with_sign<F>(a.sign, 0);
  return round<F>(a.sign, 0, integer, Rounding::zero, context);
}

/// FPMaxNum and FPMinNum.
template <Format F, bool kIsMax>
[[nodiscard]] constexpr typename F::Bits extreme_num(typename F::Bits op1, typename F::Bits op2,
                                                     Context& context) {
  const Unpacked<F> a = unpack<F>(op1, context);
  const Unpacked<F> b = unpack<F>(op2, context);
  const auto flushed = [](const Unpacked<F>& value, typename F::Bits bits) {
    return value.kind == Kind::zero ? with_sign<F>(value.sign, 0) : bits;
  };
  if (is_nan(a.kind) || is_nan(b.kind)) {
    const bool quiet1 = a.kind == Kind::quiet_nan;
    const bool quiet2 = b.kind == Kind::quiet_nan;
    if (quiet1 && !is_nan(b.kind)) return flushed(b, op2);
    if (quiet2 && !is_nan(a.kind)) return flushed(a, op1);
    return process_nans<F>(a.kind, b.kind, op1, op2, context);
  }
  if (a.kind == Kind::zero && b.kind == Kind::zero) {
    return with_sign<F>(kIsMax ? a.sign && b.sign : a.sign || b.sign, 0);
  }
  const bool less = compare<F>(op1, op2, false, context) == 0b1000;
  return less == kIsMax ? flushed(b, op2) : flushed(a, op1);
}

}  // namespace mcost::fp::kernel
