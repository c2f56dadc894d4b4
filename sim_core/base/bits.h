// Bit-field arithmetic on host integers, named as the Arm pseudocode names it. Constexpr, no
// dependencies.
#pragma once

#include <bit>
#include <cstdint>

namespace mcost {

/// Bits `high` down to `low` of `value`, right-aligned. 0 <= low <= high <= 31.
[[nodiscard]] constexpr std::uint32_t bits(std::uint32_t value, unsigned high, unsigned low) {
  const unsigned width = high - low + 1;
  const std::uint32_t mask = width >= 32 ? ~std::uint32_t{0} : (std::uint32_t{1} << width) - 1;
  return (value >> low) & mask;
}

[[nodiscard]] constexpr bool bit(std::uint32_t value, unsigned index) {
  return ((value >> index) & 1u) != 0;
}

/// A mask of `width` low bits, 0 <= width <= 32.
[[nodiscard]] constexpr std::uint32_t low_mask(unsigned width) {
  return width >= 32 ? ~std::uint32_t{0} : (std::uint32_t{1} << width) - 1;
}

/// SignExtend of the low `width` bits, 1 <= width <= 32.
[[nodiscard]] constexpr std::uint32_t sign_extend(std::uint32_t value, unsigned width) {
  const std::uint32_t sign = std::uint32_t{1} << (width - 1);
  const std::uint32_t field = value & low_mask(width);
  return (field ^ sign) - sign;
}

/// Right rotation by 0..31.
[[nodiscard]] constexpr std::uint32_t rotate_right(std::uint32_t value, unsigned amount) {
  return std::rotr(value, static_cast<int>(amount));
}

}  // namespace mcost
