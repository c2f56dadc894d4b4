// Cycles of SDIV and UDIV by their operands, as measured on Cortex-M3 and M4. Depends on nothing.
#pragma once

#include <bit>
#include <cstdint>

namespace mcost::pipeline {

inline constexpr std::uint8_t kShortestDivide = 2;  // D12, D13
inline constexpr std::uint8_t kLongestDivide = 12;  // D14

/// Index of the highest set bit, -1 for 0.
constexpr int highest_bit(std::uint32_t value) { return 31 - std::countl_zero(value); }

/// Source: core-timing facts 3.5, FIT on M3 and M4.
constexpr std::uint8_t divide_cycles(bool is_signed, std::uint32_t dividend,
                                     std::uint32_t divisor) {
  if (dividend == 0 || divisor == 0) return kShortestDivide;
  constexpr std::uint32_t kMinimum = 0x80000000;
  const auto magnitude = [is_signed](std::uint32_t v) {
    return is_signed && (v & kMinimum) != 0 ? 0u - v : v;
  };
  const std::uint32_t n = magnitude(dividend);
  const std::uint32_t d = magnitude(divisor);
  int distance = highest_bit(n) - highest_bit(d);
  if (is_signed && (divisor & kMinimum) != 0) {
    if (std::has_single_bit(d) && n != kMinimum) ++distance;
    if (!std::has_single_bit(d) && n == kMinimum) --distance;
  }
  return static_cast<std::uint8_t>(distance < 0 ? 3 : 5 + distance / 4);
}
static_assert(divide_cycles(false, 4260791909u, 3050) == 10);  // D14
static_assert(divide_cycles(true, 0x80000000u, 1) == 12);      // C57

}  // namespace mcost::pipeline
