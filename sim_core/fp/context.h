// The floating-point control and status word that every operation of mcost::fp reads and updates.
// Standard library only. Invariant: operations change the cumulative flags and nothing else in it.
#pragma once

#include <cstdint>

namespace mcost::fp {

/// Rounding modes; the first four have the values of FPSCR.RMode. `nearest_away` exists only as an
/// explicit argument (VRINTA, VCVTA), never in FPSCR.  Source: ARMv7-M ARM A2.5, FPSCR.
enum class Rounding : std::uint8_t { nearest_even, plus_inf, minus_inf, zero, nearest_away };

// Fields of FPSCR.  Source: ARMv7-M ARM A2.5, FPSCR.
inline constexpr std::uint32_t kInvalidOperation = 1u << 0;  // IOC
inline constexpr std::uint32_t kDivideByZero = 1u << 1;      // DZC
inline constexpr std::uint32_t kOverflow = 1u << 2;          // OFC
inline constexpr std::uint32_t kUnderflow = 1u << 3;         // UFC
inline constexpr std::uint32_t kInexact = 1u << 4;           // IXC
inline constexpr std::uint32_t kInputDenormal = 1u << 7;     // IDC
inline constexpr std::uint32_t kCumulativeFlags =
    kInvalidOperation | kDivideByZero | kOverflow | kUnderflow | kInexact | kInputDenormal;
inline constexpr unsigned kRModeShift = 22;
inline constexpr std::uint32_t kRMode = 3u << kRModeShift;
inline constexpr std::uint32_t kFlushToZero = 1u << 24;      // FZ
inline constexpr std::uint32_t kDefaultNan = 1u << 25;       // DN
inline constexpr std::uint32_t kAlternativeHalf = 1u << 26;  // AHP
inline constexpr unsigned kConditionFlagsShift = 28;
inline constexpr std::uint32_t kConditionFlags = 0xFu << kConditionFlagsShift;

/// FPSCR as the operations use it. It is the architectural word itself, so an engine can keep one
/// `Context` as its FPSCR: VMRS and VMSR read and write `fpscr`, and no conversion happens around
/// an operation. Trapped exceptions do not exist in the M profile; all flags are cumulative.
struct Context {
  std::uint32_t fpscr = 0;
  friend constexpr bool operator==(const Context&, const Context&) = default;

  [[nodiscard]] constexpr Rounding rounding() const {
    return static_cast<Rounding>((fpscr & kRMode) >> kRModeShift);
  }
  [[nodiscard]] constexpr bool flush_to_zero() const { return (fpscr & kFlushToZero) != 0; }
  [[nodiscard]] constexpr bool default_nan() const { return (fpscr & kDefaultNan) != 0; }
  [[nodiscard]] constexpr bool alternative_half() const { return (fpscr & kAlternativeHalf) != 0; }
  /// IOC DZC OFC UFC IXC in bits 0 to 4, IDC in bit 7.
  [[nodiscard]] constexpr std::uint32_t flags() const { return fpscr & kCumulativeFlags; }
  /// FPProcessException without trapping.
  constexpr void raise(std::uint32_t flag) { fpscr |= flag; }
  /// Writes N Z C V, given in bits 3 to 0 as `compare` returns them, to FPSCR[31:28].
  constexpr void set_condition_flags(std::uint32_t nzcv) {
    fpscr = (fpscr & ~kConditionFlags) | (nzcv << kConditionFlagsShift);
  }
};

}  // namespace mcost::fp
