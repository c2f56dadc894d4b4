// Random operands for the floating-point tests, biased to where implementations differ: special
// values, the ends of the exponent range, sparse fractions, and operands a little apart from the
// one before. Deterministic for a seed.
#pragma once

#include <array>
#include <cstdint>

#include "sim_core/fp/context.h"
#include "sim_core/fp/format.h"

namespace mcost::fp::testing {

template <Format F>
inline constexpr std::array<typename F::Bits, 14> kSpecialMagnitudes = {
    0,
    1,             // smallest subnormal
    F::kFraction,  // largest subnormal
    F::kMinNormal,
    F::kMinNormal | 1,
    (F::kInfinity >> 1) & F::kInfinity,  // 1 for odd exponent widths, 2 for even ones
    F::kInfinity - (F::kMinNormal << 1),
    F::kMaxNormal,
    F::kInfinity,
    F::kInfinity | 1,  // signalling NaNs
    F::kInfinity | (F::kQuiet >> 1),
    F::kDefaultNan,
    F::kDefaultNan | 0x155,
    F::kInfinity | F::kFraction,
};

/// SplitMix64.
class OperandSource {
 public:
  explicit OperandSource(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

  /// A number below `bound`, nearly uniform.
  unsigned below(unsigned bound) { return static_cast<unsigned>(((next() >> 32) * bound) >> 32); }

  /// An operand of format F that stands in some relation to `previous`.
  template <Format F>
  typename F::Bits operand(typename F::Bits previous) {
    using Bits = typename F::Bits;
    const std::uint64_t random = next();
    const Bits sign = (random & 1) != 0 ? F::kSign : Bits{0};
    switch ((random >> 1) & 7) {
      case 0: return static_cast<Bits>(next());
      case 1: return sign | kSpecialMagnitudes<F>[below(kSpecialMagnitudes<F>.size())];
      case 2: return with_exponent<F>(sign, edge_exponent<F>());
      case 3: return static_cast<Bits>(sign ^ (previous + below(9) - 4));
      case 4: return with_exponent<F>(sign, exponent_of<F>(previous) + below(9) - 4);
      case 5: return with_exponent<F>(sign, exponent_of<F>(previous) + below(160) - 80);
      case 6:  // product, or quotient, near the ends of the range
        return with_exponent<F>(sign, edge_exponent<F>() + bias<F>() - exponent_of<F>(previous));
      default: return with_exponent<F>(sign, bias<F>() + below(80) - 40);
    }
  }

  /// A 32-bit integer of random length, near a power of two half of the time.
  std::uint32_t integer() {
    const std::uint64_t random = next();
    const auto value = static_cast<std::uint32_t>(random >> 32) >> (random & 31);
    if ((random & 32) != 0) return value;
    return (1u << (random & 31)) + static_cast<std::uint32_t>((random >> 8) & 7) - 4;
  }

  /// An FPSCR with random modes; no flag, all flags or IXC set beforehand, so that flags are seen
  /// to be raised, kept, and the host path is taken.
  std::uint32_t fpscr() {
    const std::uint64_t random = next();
    if ((random & 3) == 0) return kInexact;
    auto value = static_cast<std::uint32_t>(random >> 32) & kRMode;
    if ((random & 0x0C) == 0) value = 0;
    if ((random & 0x30) == 0) value |= kFlushToZero;
    if ((random & 0xC0) == 0) value |= kDefaultNan;
    if ((random & 0x300) == 0) value |= kAlternativeHalf;
    if ((random & 0xF000) == 0) value |= kCumulativeFlags;
    return value;
  }

 private:
  template <Format F>
  static constexpr unsigned bias() {
    return static_cast<unsigned>(1 - F::kMinExponent);
  }
  template <Format F>
  static constexpr unsigned exponent_of(typename F::Bits value) {
    return static_cast<unsigned>((value & F::kInfinity) >> F::kFractionBits);
  }
  template <Format F>
  unsigned edge_exponent() {
    const unsigned near = below(6);
    switch (below(4)) {
      case 0: return near;
      case 1: return static_cast<unsigned>(F::kMaxBiasedExponent) - 1 - near;
      case 2: return bias<F>() + near - 3;
      default: return bias<F>() + static_cast<unsigned>(F::kFractionBits) + near - 3;
    }
  }
  template <Format F>
  typename F::Bits with_exponent(typename F::Bits sign, unsigned exponent) {
    using Bits = typename F::Bits;
    const Bits field =
        static_cast<Bits>(static_cast<Bits>(exponent & F::kMaxBiasedExponent) << F::kFractionBits);
    return static_cast<Bits>(sign | field | fraction<F>());
  }
  template <Format F>
  typename F::Bits fraction() {
    using Bits = typename F::Bits;
    const std::uint64_t random = next();
    const Bits bits = static_cast<Bits>(random >> 8) & F::kFraction;
    const unsigned shift = below(F::kFractionBits + 1);
    switch (random & 3) {
      case 0: return bits;
      case 1: return static_cast<Bits>(bits >> shift);
      case 2: return static_cast<Bits>(bits << shift) & F::kFraction;
      default: return static_cast<Bits>(F::kFraction << shift) & F::kFraction;
    }
  }

  std::uint64_t state_;
};

}  // namespace mcost::fp::testing
