// The manual's decode helpers as constexpr host functions, and its saturation helpers over guest
// values. Source: ARMv7-M ARM A7.4.2 (shifts), A5.3.2 (ThumbExpandImm), A2.2.1 (saturation).
#pragma once

#include <cstdint>

#include "sim_core/base/bits.h"
#include "sim_core/isa/evaluator.h"
#include "sim_core/isa/operands.h"

namespace mcost::isa {

struct ImmediateShift {
  Shift type;
  std::uint8_t amount;
};

/// DecodeImmShift(type, imm5).
[[nodiscard]] constexpr ImmediateShift decode_immediate_shift(std::uint32_t type,
                                                              std::uint32_t imm5) {
  switch (type & 3) {
    case 0: return {Shift::lsl, static_cast<std::uint8_t>(imm5)};
    case 1: return {Shift::lsr, static_cast<std::uint8_t>(imm5 == 0 ? 32 : imm5)};
    case 2: return {Shift::asr, static_cast<std::uint8_t>(imm5 == 0 ? 32 : imm5)};
    default:
      if (imm5 == 0) return {Shift::rrx, 1};
      return {Shift::ror, static_cast<std::uint8_t>(imm5)};
  }
}

/// What ThumbExpandImm_C makes of i:imm3:imm8. `carry` is -1 where the carry flag is unchanged,
/// else 0 or 1.
struct ExpandedImmediate {
  std::uint32_t value;
  std::int8_t carry;
  bool unpredictable;
};

[[nodiscard]] constexpr ExpandedImmediate thumb_expand_immediate(std::uint32_t imm12) {
  const std::uint32_t byte = imm12 & 0xFF;
  if (bits(imm12, 11, 10) == 0) {
    const std::uint32_t form = bits(imm12, 9, 8);
    const bool unpredictable = form != 0 && byte == 0;
    if (form == 0) return {byte, -1, false};
    if (form == 1) return {byte << 16 | byte, -1, unpredictable};
    if (form == 2) return {byte << 24 | byte << 8, -1, unpredictable};
    return {byte * 0x01010101u, -1, unpredictable};
  }
  const std::uint32_t value = rotate_right(0x80u | bits(imm12, 6, 0), bits(imm12, 11, 7));
  return {value, static_cast<std::int8_t>(value >> 31), false};
}

template <Evaluator E>
struct Saturated {
  typename E::U32 value;
  typename E::Bit saturated;
};

/// SignedSatQ(x, width), 1 <= width <= 32.
template <Evaluator E>
constexpr Saturated<E> signed_saturate(E& e, typename E::S64 x, unsigned width) {
  const auto top = e.signed_literal64((std::int64_t{1} << (width - 1)) - 1);
  const auto bottom = e.signed_literal64(-(std::int64_t{1} << (width - 1)));
  const auto above = x > top;
  const auto below = x < bottom;
  return {e.u32(e.select(above, top, e.select(below, bottom, x))),
          e.select(above, e.bit(true), below)};
}

/// UnsignedSatQ(x, width), 0 <= width <= 32.
template <Evaluator E>
constexpr Saturated<E> unsigned_saturate(E& e, typename E::S64 x, unsigned width) {
  const auto top = e.signed_literal64((std::int64_t{1} << width) - 1);
  const auto bottom = e.signed_literal64(0);
  const auto above = x > top;
  const auto below = x < bottom;
  return {e.u32(e.select(above, top, e.select(below, bottom, x))),
          e.select(above, e.bit(true), below)};
}

}  // namespace mcost::isa
