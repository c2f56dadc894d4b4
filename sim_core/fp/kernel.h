// The Arm floating-point pseudocode as templates over the format: unpacking, NaN processing,
// rounding and the arithmetic. Included by fp.cpp, which instantiates everything once, and by
// tests. Standard library only. Invariant: integers throughout; a number is significand *
// 2^exponent, exact, except that bit 0 of a significand may stand for any non-zero remainder below
// it (`shift_right_jam`) where rounding cannot tell the difference.
#pragma once

#include "sim_core/fp/context.h"
#include "sim_core/fp/format.h"

namespace mcost::fp::kernel {

enum class Kind : std::uint8_t { zero, finite, infinity, quiet_nan, signalling_nan };

/// What FPUnpack returns. For `finite`, the value is significand * 2^(exponent - F::kFractionBits)
/// and the leading one of the significand is bit F::kFractionBits, also for subnormal operands.
template <Format F>
struct Unpacked {
  Kind kind;
  bool sign;
  int exponent;
  typename F::Bits significand;
};

[[nodiscard]] constexpr bool is_nan(Kind kind) { return kind >= Kind::quiet_nan; }

template <Format F>
[[nodiscard]] constexpr typename F::Bits with_sign(bool sign, typename F::Bits magnitude) {
  return sign ? static_cast<typename F::Bits>(magnitude | F::kSign) : magnitude;
}

/// FPUnpack. A subnormal single or double operand is zero, and raises IDC, if FZ is set.
template <Format F>
[[nodiscard]] constexpr Unpacked<F> unpack(typename F::Bits value, Context& context) {
  using Bits = typename F::Bits;
  constexpr bool kIsHalf = F::kBits == 16;
  const bool sign = (value & F::kSign) != 0;
  const int biased = (value >> F::kFractionBits) & F::kMaxBiasedExponent;
  const Bits fraction = value & F::kFraction;
  if (biased == 0) {
    if (fraction == 0) return {Kind::zero, sign, 0, 0};
    if (!kIsHalf && context.flush_to_zero()) {
      context.raise(kInputDenormal);
      return {Kind::zero, sign, 0, 0};
    }
    const int shift = F::kFractionBits + 1 - bit_width(std::uint64_t{fraction});
    return {Kind::finite, sign, F::kMinExponent - shift, static_cast<Bits>(fraction << shift)};
  }
  if (biased == F::kMaxBiasedExponent && !(kIsHalf && context.alternative_half())) {
    if (fraction == 0) return {Kind::infinity, sign, 0, 0};
    const bool quiet = (fraction & F::kQuiet) != 0;
    return {quiet ? Kind::quiet_nan : Kind::signalling_nan, sign, 0, fraction};
  }
  const Bits significand = static_cast<Bits>(fraction | F::kMinNormal);
  return {Kind::finite, sign, biased - 1 + F::kMinExponent, significand};
}

template <Format F>
[[nodiscard]] constexpr typename F::Bits invalid(Context& context) {
  context.raise(kInvalidOperation);
  return F::kDefaultNan;
}

/// FPProcessNaN.
template <Format F>
[[nodiscard]] constexpr typename F::Bits process_nan(Kind kind, typename F::Bits operand,
                                                     Context& context) {
  if (kind == Kind::signalling_nan) context.raise(kInvalidOperation);
  return context.default_nan() ? F::kDefaultNan
                               : static_cast<typename F::Bits>(operand | F::kQuiet);
}

/// FPProcessNaNs: the first signalling NaN, else the first quiet one. At least one operand is a
/// NaN.
template <Format F>
[[nodiscard]] constexpr typename F::Bits process_nans(Kind kind1, Kind kind2, typename F::Bits op1,
                                                      typename F::Bits op2, Context& context) {
  if (kind1 == Kind::signalling_nan || (is_nan(kind1) && kind2 != Kind::signalling_nan)) {
    return process_nan<F>(kind1, op1, context);
  }
  return process_nan<F>(kind2, op2, context);
}

/// FPProcessNaNs3. At least one operand is a NaN.
template <Format F>
[[nodiscard]] constexpr typename F::Bits process_nans3(Kind kind1, Kind kind2, Kind kind3,
                                                       typename F::Bits op1, typename F::Bits op2,
                                                       typename F::Bits op3, Context& context) {
  const bool later_signals = kind2 == Kind::signalling_nan || kind3 == Kind::signalling_nan;
  if (kind1 == Kind::signalling_nan || (is_nan(kind1) && !later_signals)) {
    return process_nan<F>(kind1, op1, context);
  }
  return process_nans<F>(kind2, kind3, op2, op3, context);
}

/// The integer part of significand / 2^drop and how the rest compares with 0 and a half.
template <typename Wide>
struct Split {
  Wide integer;
  bool half;   // the rest is at least a half
  bool below;  // the rest has something besides that half
  [[nodiscard]] constexpr bool inexact() const { return half || below; }
};

template <typename Wide>
[[nodiscard]] constexpr Split<Wide> split(Wide significand, int drop) {
  constexpr Wide kOne = 1;
  if (drop <= 0) return {significand << -drop, false, false};
  if (drop > kWidth<Wide>) return {0, false, significand != 0};
  const Wide half = kOne << (drop - 1);
  const Wide integer = drop == kWidth<Wide> ? Wide{0} : significand >> drop;
  return {integer, (significand & half) != 0, (significand & (half - 1)) != 0};
}

/// The rounding decision of FPRound, FPToFixed and FPRoundInt, for a sign and magnitude.
template <typename Wide>
[[nodiscard]] constexpr bool rounds_up(const Split<Wide>& value, bool sign, Rounding rounding) {
  switch (rounding) {
    case Rounding::nearest_even: return value.half && (value.below || (value.integer & 1) != 0);
    case Rounding::plus_inf: return value.inexact() && !sign;
    case Rounding::minus_inf: return value.inexact() && sign;
    case Rounding::zero: return false;
    case Rounding::nearest_away: return value.half;
  }
  return false;
}

template <Format F>
[[nodiscard]] constexpr typename F::Bits overflow(bool sign, Rounding rounding, Context& context) {
  if (F::kBits == 16 && context.alternative_half()) {
    context.raise(kInvalidOperation);
    return with_sign<F>(sign, F::kSign - 1);
  }
  context.raise(kOverflow | kInexact);
  const bool to_infinity = rounding == Rounding::nearest_even ||
                           rounding == (sign ? Rounding::minus_inf : Rounding::plus_inf);
  return with_sign<F>(sign, to_infinity ? F::kInfinity : F::kMaxNormal);
}

/// FPRound of the non-zero value significand * 2^exponent.
template <Format F, typename Wide>
[[nodiscard]] constexpr typename F::Bits round(bool sign, int exponent, Wide significand,
                                               Rounding rounding, Context& context) {
  using Bits = typename F::Bits;
  const int top = bit_width(significand) - 1;
  const int leading = exponent + top;
  const bool tiny = leading < F::kMinExponent;
  if (tiny && F::kBits != 16 && context.flush_to_zero()) {
    context.raise(kUnderflow);
    return with_sign<F>(sign, 0);
  }
  const int biased = tiny ? 0 : leading - F::kMinExponent + 1;
  const int drop = (tiny ? F::kMinExponent - exponent : top) - F::kFractionBits;
  const Split<Wide> value = split(significand, drop);
  const bool is_alternative_half = F::kBits == 16 && context.alternative_half();
  if (tiny && value.inexact()) context.raise(kUnderflow);
  if (biased > F::kMaxBiasedExponent) return overflow<F>(sign, rounding, context);
  // The leading one of a normal number adds 1 to the exponent field, and so does a carry out of the
  // fraction, into the smallest normal or the next binade.
  const std::uint64_t field = tiny ? 0 : static_cast<std::uint64_t>(biased - 1);
  const std::uint64_t magnitude = (field << F::kFractionBits) +
                                  static_cast<std::uint64_t>(value.integer) +
                                  (rounds_up(value, sign, rounding) ? 1u : 0u);
  const std::uint64_t limit =
      is_alternative_half ? std::uint64_t{F::kSign} : std::uint64_t{F::kInfinity};
  if (magnitude >= limit) return overflow<F>(sign, rounding, context);
  if (value.inexact()) context.raise(kInexact);
  return with_sign<F>(sign, static_cast<Bits>(magnitude));
}

/// Zero as an exact sum of non-zero or opposite-signed terms: negative only when rounding towards
/// minus infinity.
template <Format F>
[[nodiscard]] constexpr typename F::Bits exact_zero_sum(const Context& context) {
  return with_sign<F>(context.rounding() == Rounding::minus_inf, 0);
}

/// A signed term of a sum: significand * 2^exponent.
template <typename Wide>
struct Term {
  bool sign;
  int exponent;
  Wide significand;
};

template <typename Wide>
[[nodiscard]] constexpr Wide shift_right_jam(Wide value, int amount) {
  if (amount >= kWidth<Wide>) return value != 0 ? 1 : 0;
  const Wide kept = value >> amount;
  return (kept << amount) != value ? kept | 1 : kept;
}

/// Leading one moved to the second-highest bit, so that a sum has room for its carry.
template <typename Wide>
[[nodiscard]] constexpr Term<Wide> normalized(bool sign, int exponent, Wide significand) {
  const int shift = kWidth<Wide> - 1 - bit_width(significand);
  return {sign, exponent - shift, significand << shift};
}

/// Rounded sum of two non-zero normalized terms. Jamming is safe: when more than one leading bit
/// cancels, the exponents differ by at most 1, and then a significand of at most 2 * (kFractionBits
/// + 1) bits loses nothing in the shift.
template <Format F>
[[nodiscard]] constexpr typename F::Bits add_terms(Term<typename F::Wide> a,
                                                   Term<typename F::Wide> b, Context& context) {
  using Wide = typename F::Wide;
  if (a.exponent < b.exponent || (a.exponent == b.exponent && a.significand < b.significand)) {
    const Term<Wide> larger = b;
    b = a;
    a = larger;
  }
  const Wide aligned = shift_right_jam(b.significand, a.exponent - b.exponent);
  const Wide sum = a.sign == b.sign ? a.significand + aligned : a.significand - aligned;
  if (sum == 0) return exact_zero_sum<F>(context);
  return round<F>(a.sign, a.exponent, sum, context.rounding(), context);
}

template <Format F>
[[nodiscard]] constexpr Term<typename F::Wide> term_of(const Unpacked<F>& value) {
  return normalized(value.sign, value.exponent - F::kFractionBits,
                    static_cast<typename F::Wide>(value.significand));
}

template <Format F>
[[nodiscard]] constexpr typename F::Bits add_unpacked(const Unpacked<F>& a, const Unpacked<F>& b,
                                                      Context& context) {
  if (a.kind == Kind::infinity || b.kind == Kind::infinity) {
    if (a.kind == b.kind && a.sign != b.sign) return invalid<F>(context);
    return with_sign<F>(a.kind == Kind::infinity ? a.sign : b.sign, F::kInfinity);
  }
  if (a.kind == Kind::zero && b.kind == Kind::zero) {
    return a.sign == b.sign ? with_sign<F>(a.sign, 0) : exact_zero_sum<F>(context);
  }
  if (a.kind == Kind::zero || b.kind == Kind::zero) {
    const Term<typename F::Wide> only = term_of<F>(a.kind == Kind::zero ? b : a);
    return round<F>(only.sign, only.exponent, only.significand, context.rounding(), context);
  }
  return add_terms<F>(term_of<F>(a), term_of<F>(b), context);
}

/// FPAdd.
template <Format F>
[[nodiscard]] constexpr typename F::Bits add(typename F::Bits op1, typename F::Bits op2,
                                             Context& context) {
  const Unpacked<F> a = unpack<F>(op1, context);
  const Unpacked<F> b = unpack<F>(op2, context);
  if (is_nan(a.kind) || is_nan(b.kind)) return process_nans<F>(a.kind, b.kind, op1, op2, context);
  return add_unpacked<F>(a, b, context);
}

/// FPSub. Not `add` of the negated operand: a NaN keeps its sign.
template <Format F>
[[nodiscard]] constexpr typename F::Bits sub(typename F::Bits op1, typename F::Bits op2,
                                             Context& context) {
  const Unpacked<F> a = unpack<F>(op1, context);
  Unpacked<F> b = unpack<F>(op2, context);
  if (is_nan(a.kind) || is_nan(b.kind)) return process_nans<F>(a.kind, b.kind, op1, op2, context);
  b.sign = !b.sign;
  return add_unpacked<F>(a, b, context);
}

/// FPMul.
template <Format F>
[[nodiscard]] constexpr typename F::Bits mul(typename F::Bits op1, typename F::Bits op2,
                                             Context& context) {
  using Wide = typename F::Wide;
  const Unpacked<F> a = unpack<F>(op1, context);
  const Unpacked<F> b = unpack<F>(op2, context);
  if (is_nan(a.kind) || is_nan(b.kind)) return process_nans<F>(a.kind, b.kind, op1, op2, context);
  const bool sign = a.sign != b.sign;
  const bool has_zero = a.kind == Kind::zero || b.kind == Kind::zero;
  if (a.kind == Kind::infinity || b.kind == Kind::infinity) {
    return has_zero ? invalid<F>(context) : with_sign<F>(sign, F::kInfinity);
  }
  if (has_zero) return with_sign<F>(sign, 0);
  return round<F>(sign, a.exponent + b.exponent - 2 * F::kFractionBits,
                  static_cast<Wide>(a.significand) * b.significand, context.rounding(), context);
}

/// FPMulAdd.
template <Format F>
[[nodiscard]] constexpr typename F::Bits mul_add(typename F::Bits addend, typename F::Bits op1,
                                                 typename F::Bits op2, Context& context) {
  using Wide = typename F::Wide;
  const Unpacked<F> c = unpack<F>(addend, context);
  const Unpacked<F> a = unpack<F>(op1, context);
  const Unpacked<F> b = unpack<F>(op2, context);
  const bool has_infinity = a.kind == Kind::infinity || b.kind == Kind::infinity;
  const bool has_zero = a.kind == Kind::zero || b.kind == Kind::zero;
  if (is_nan(a.kind) || is_nan(b.kind) || is_nan(c.kind)) {
    if (c.kind == Kind::quiet_nan && has_infinity && has_zero) return invalid<F>(context);
    return process_nans3<F>(c.kind, a.kind, b.kind, addend, op1, op2, context);
  }
  const bool product_sign = a.sign != b.sign;
  if (has_infinity) {
    const bool opposite = c.kind == Kind::infinity && c.sign != product_sign;
    if (has_zero || opposite) return invalid<F>(context);
    return with_sign<F>(product_sign, F::kInfinity);
  }
  if (has_zero) return add_unpacked<F>(c, {Kind::zero, product_sign, 0, 0}, context);
  if (c.kind == Kind::infinity) return with_sign<F>(c.sign, F::kInfinity);
  const Wide product = static_cast<Wide>(a.significand) * b.significand;
  const int product_exponent = a.exponent + b.exponent - 2 * F::kFractionBits;
  if (c.kind == Kind::zero) {
    return round<F>(product_sign, product_exponent, product, context.rounding(), context);
  }
  return add_terms<F>(normalized(product_sign, product_exponent, product), term_of<F>(c), context);
}

/// FPDiv.
template <Format F>
[[nodiscard]] constexpr typename F::Bits div(typename F::Bits op1, typename F::Bits op2,
                                             Context& context) {
  using Wide = typename F::Wide;
  const Unpacked<F> a = unpack<F>(op1, context);
  const Unpacked<F> b = unpack<F>(op2, context);
  if (is_nan(a.kind) || is_nan(b.kind)) return process_nans<F>(a.kind, b.kind, op1, op2, context);
  const bool sign = a.sign != b.sign;
  if (a.kind == b.kind && a.kind != Kind::finite) return invalid<F>(context);
  if (a.kind == Kind::infinity) return with_sign<F>(sign, F::kInfinity);
  if (b.kind == Kind::zero) {
    context.raise(kDivideByZero);
    return with_sign<F>(sign, F::kInfinity);
  }
  if (a.kind == Kind::zero || b.kind == Kind::infinity) return with_sign<F>(sign, 0);
  // At least two quotient bits below the rounding position, the last of them sticky.
  constexpr int kShift = F::kFractionBits + 4;
  const Wide dividend = static_cast<Wide>(a.significand) << kShift;
  const Wide quotient = dividend / b.significand;
  const Wide sticky = quotient * b.significand != dividend ? 1 : 0;
  return round<F>(sign, a.exponent - b.exponent - kShift, quotient | sticky, context.rounding(),
                  context);
}

/// Floor of the square root, digit by digit.
template <typename Wide>
[[nodiscard]] constexpr Wide integer_square_root(Wide radicand) {
  Wide root = 0;
  for (Wide digit = Wide{1} << ((bit_width(radicand) - 1) & ~1); digit != 0; digit >>= 2) {
    const Wide trial = root + digit;
    const Wide taken =
        radicand >= trial ? ~Wide{0} : Wide{0};  // a mask: the digits are not predictable
    radicand -= trial & taken;
    root = (root >> 1) + (digit & taken);
  }
  return root;
}

/// FPSqrt.
template <Format F>
[[nodiscard]] constexpr typename F::Bits sqrt(typename F::Bits operand, Context& context) {
  using Wide = typename F::Wide;
  const Unpacked<F> a = unpack<F>(operand, context);
  if (is_nan(a.kind)) return process_nan<F>(a.kind, operand, context);
  if (a.kind == Kind::zero) return with_sign<F>(a.sign, 0);
  if (a.sign) return invalid<F>(context);
  if (a.kind == Kind::infinity) return F::kInfinity;
  // An even exponent, and a root with at least two bits below the rounding position, the last of
  // them sticky.
  const int exponent = a.exponent - F::kFractionBits;
  const int shift = F::kFractionBits + 4 + ((exponent - F::kFractionBits) & 1);
  const Wide radicand = static_cast<Wide>(a.significand) << shift;
  const Wide root = integer_square_root(radicand);
  const Wide sticky = root * root != radicand ? 1 : 0;
  return round<F>(false, (exponent - shift) / 2, root | sticky, context.rounding(), context);
}

/// FPCompare: N Z C V in bits 3 to 0.
template <Format F>
[[nodiscard]] constexpr std::uint32_t compare(typename F::Bits op1, typename F::Bits op2,
                                              bool quiet_nan_exc, Context& context) {
  const Unpacked<F> a = unpack<F>(op1, context);
  const Unpacked<F> b = unpack<F>(op2, context);
  if (is_nan(a.kind) || is_nan(b.kind)) {
    const bool signals = a.kind == Kind::signalling_nan || b.kind == Kind::signalling_nan;
    if (signals || quiet_nan_exc) context.raise(kInvalidOperation);
    return 0b0011;
  }
  const auto magnitude = [](const Unpacked<F>& value, typename F::Bits bits) {
    return value.kind == Kind::zero ? typename F::Bits{0}
                                    : static_cast<typename F::Bits>(bits & ~F::kSign);
  };
  const typename F::Bits magnitude1 = magnitude(a, op1);
  const typename F::Bits magnitude2 = magnitude(b, op2);
  if (magnitude1 == magnitude2 && (a.sign == b.sign || magnitude1 == 0)) return 0b0110;
  const bool less = a.sign != b.sign ? a.sign : (magnitude1 < magnitude2) != a.sign;
  return less ? 0b1000 : 0b0010;
}

}  // namespace mcost::fp::kernel
