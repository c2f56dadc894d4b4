// The IEEE 754 interchange formats as compile-time traits, and a 128-bit integer for binary64
// products. Standard library only. Invariant: nothing here depends on the host's floating point.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>

namespace mcost::fp {

__extension__ typedef unsigned __int128 Uint128;  // NOLINT: `using` has no __extension__

/// Sizes and special values of one format. `Wide` holds the product of two significands with at
/// least two spare bits. Source: ARMv7-M ARM A2.5, floating-point data formats;
/// DDI0403E.b for double precision.
template <typename BitsType, typename WideType, unsigned kExponentWidth>
struct InterchangeFormat {
  using Bits = BitsType;
  using Wide = WideType;
  static constexpr int kBits = sizeof(Bits) * 8;
  static constexpr int kExponentBits = kExponentWidth;
  static constexpr int kFractionBits = kBits - 1 - kExponentBits;
  static constexpr int kMaxBiasedExponent = (1 << kExponentBits) - 1;
  static constexpr int kMinExponent = 2 - (1 << (kExponentBits - 1));

  static constexpr Bits kOne = 1;
  static constexpr Bits kSign = static_cast<Bits>(kOne << (kBits - 1));
  static constexpr Bits kMinNormal = static_cast<Bits>(kOne << kFractionBits);
  static constexpr Bits kFraction = static_cast<Bits>(kMinNormal - 1);
  static constexpr Bits kInfinity = static_cast<Bits>(~(kSign | kFraction));
  static constexpr Bits kMaxNormal = static_cast<Bits>(kInfinity - 1);
  static constexpr Bits kQuiet = static_cast<Bits>(kMinNormal >> 1);
  /// FPDefaultNaN: positive, quiet, no payload.
  static constexpr Bits kDefaultNan = static_cast<Bits>(kInfinity | kQuiet);
};

using Binary16 = InterchangeFormat<std::uint16_t, std::uint64_t, 5>;
using Binary32 = InterchangeFormat<std::uint32_t, std::uint64_t, 8>;
using Binary64 = InterchangeFormat<std::uint64_t, Uint128, 11>;

template <typename F>
concept Format =
    std::same_as<F, Binary16> || std::same_as<F, Binary32> || std::same_as<F, Binary64>;

template <typename Integer>
inline constexpr int kWidth = static_cast<int>(sizeof(Integer) * 8);

/// Number of significant bits; 0 for 0.
[[nodiscard]] constexpr int bit_width(std::uint64_t value) { return 64 - std::countl_zero(value); }
[[nodiscard]] constexpr int bit_width(Uint128 value) {
  const auto high = static_cast<std::uint64_t>(value >> 64);
  return high != 0 ? 64 + bit_width(high) : bit_width(static_cast<std::uint64_t>(value));
}

}  // namespace mcost::fp
