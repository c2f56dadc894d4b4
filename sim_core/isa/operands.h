// Decoded operands: the decode-time facts of one instruction, host values that bodies may branch
// on.
#pragma once

#include <cstdint>

#include "sim_core/base/units.h"

namespace mcost::isa {

/// Shift types as DecodeImmShift and DecodeRegShift name them. Source: ARMv7-M ARM A7.4.2.
enum class Shift : std::uint8_t { lsl, lsr, asr, ror, rrx };

/// ITSTATE as a decode-time fact. Source: ARMv7-M ARM A7.3.3.
class ItState {
 public:
  constexpr ItState() = default;
  constexpr explicit ItState(std::uint8_t value) : value_(value) {}
  [[nodiscard]] constexpr bool in_it_block() const { return (value_ & 0xF) != 0; }
  [[nodiscard]] constexpr bool last_in_it_block() const { return (value_ & 0xF) == 8; }
  /// Condition of the current instruction; AL outside an IT block.
  [[nodiscard]] constexpr std::uint8_t condition() const {
    return in_it_block() ? static_cast<std::uint8_t>(value_ >> 4) : std::uint8_t{14};
  }
  [[nodiscard]] constexpr ItState advance() const {
    if ((value_ & 7) == 0) return ItState{};
    return ItState{static_cast<std::uint8_t>((value_ & 0xE0) | ((value_ << 1) & 0x1F))};
  }
  [[nodiscard]] constexpr std::uint8_t value() const { return value_; }
  friend constexpr bool operator==(ItState, ItState) = default;

 private:
  std::uint8_t value_ = 0;
};

inline constexpr std::uint8_t kAlways = 14;

/// How a floating-point instruction rounds; the first four have the values of FPSCR.RMode.
/// Source: ARMv7-M ARM A2.5, FPSCR, and A7.7, VRINTA.
enum class FpRounding : std::uint8_t {
  nearest_even,
  plus_inf,
  minus_inf,
  zero,
  nearest_away,
  as_fpscr
};

/// Register numbers, immediates and choices of one instruction. Fields a row does not use stay 0.
/// FP rows keep singles as S0-S31 in rd, rn, rm; doubles as D0-D15 there with `wide` set.
struct Operands {
  std::uint8_t rd = 0;  // Rd, Rt, RdLo, Sd, Dd
  std::uint8_t rn = 0;
  std::uint8_t rm = 0;
  std::uint8_t ra = 0;    // Ra, Rt2, RdHi; registers in an FP list
  std::uint32_t imm = 0;  // immediate, offset, branch target, register list, width fields
  Shift shift = Shift::lsl;
  std::uint8_t amount = 0;  // shift or rotation amount, lsb, fraction bits
  std::uint8_t condition = kAlways;
  bool set_flags : 1 = false;   // the S suffix
  bool add : 1 = true;          // U: offset is added
  bool index : 1 = true;        // P: address includes the offset
  bool write_back : 1 = false;  // W
  bool wide : 1 = false;        // FP: operands are doubles
  bool option : 1 =
      false;  // R, X, T, N: the row's own choice (round, exchange, top half, toward zero)
  bool unpredictable : 1 =
      false;  // the manual says UNPREDICTABLE: executed as the pseudocode reads, and reported
  bool undefined : 1 = false;  // the manual says UNDEFINED
  friend constexpr bool operator==(const Operands&, const Operands&) = default;
};
static_assert(sizeof(Operands) == 12);

}  // namespace mcost::isa
