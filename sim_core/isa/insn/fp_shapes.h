// What the floating-point encodings share: the precision of operands and the decode shapes. Singles
// are S0-S31 in rd, rn and rm; doubles D0-D15 there with `wide`, each made of two singles.
// Arithmetic takes its precision as a parameter, so that FPv5-DP rows need no bodies of their own.
// Source: ARMv7-M ARM A6.4 and A7.7.
#pragma once

#include <array>
#include <cstdint>

#include "sim_core/isa/encoding.h"
#include "sim_core/isa/evaluator.h"
#include "sim_core/isa/insn/decode_rules.h"

namespace mcost::isa {

struct SinglePrecision {
  template <Evaluator E>
  static constexpr auto read(E& e, unsigned index) {
    return e.single(index);
  }
  template <Evaluator E>
  static constexpr void write(E& e, unsigned index, typename E::U32 value) {
    e.set_single(index, value);
  }
  /// A constant by its upper 32 bits; the others are zero.
  template <Evaluator E>
  static constexpr auto literal(E& e, std::uint32_t upper) {
    return e.literal(upper);
  }
  /// The register's word that holds an integer or fixed-point number.
  template <Evaluator E>
  static constexpr auto read_integer(E& e, unsigned index) {
    return e.single(index);
  }
  template <Evaluator E>
  static constexpr void write_integer(E& e, unsigned index, typename E::U32 value, bool) {
    e.set_single(index, value);
  }
  template <Evaluator E>
  static constexpr auto from_fixed(E& e, typename E::U32 x, unsigned size, unsigned fraction_bits,
                                   bool is_signed, FpRounding rounding) {
    return e.fixed_to_single(x, size, fraction_bits, is_signed, rounding);
  }
  template <Evaluator E>
  static constexpr auto from_half(E& e, typename E::U32 half) {
    return e.half_to_single(half);
  }
  template <Evaluator E>
  static constexpr auto to_half(E& e, typename E::U32 value) {
    return e.single_to_half(value);
  }
};

struct DoublePrecision {
  template <Evaluator E>
  static constexpr auto read(E& e, unsigned index) {
    return e.combine(e.single(2 * index + 1), e.single(2 * index));
  }
  template <Evaluator E>
  static constexpr void write(E& e, unsigned index, typename E::U64 value) {
    e.set_single(2 * index, e.u32(value));
    e.set_single(2 * index + 1, e.high(value));
  }
  template <Evaluator E>
  static constexpr auto literal(E& e, std::uint32_t upper) {
    return e.literal64(std::uint64_t{upper} << 32);
  }
  template <Evaluator E>
  static constexpr auto read_integer(E& e, unsigned index) {
    return e.single(2 * index);
  }
  /// The integer extended to 64 bits.
  template <Evaluator E>
  static constexpr void write_integer(E& e, unsigned index, typename E::U32 value, bool is_signed) {
    e.set_single(2 * index, value);
    e.set_single(2 * index + 1, is_signed ? e.u32(e.s32(value) >> 31) : e.literal(0));
  }
  template <Evaluator E>
  static constexpr auto from_fixed(E& e, typename E::U32 x, unsigned size, unsigned fraction_bits,
                                   bool is_signed, FpRounding) {
    return e.fixed_to_double(x, size, fraction_bits, is_signed);
  }
  template <Evaluator E>
  static constexpr auto from_half(E& e, typename E::U32 half) {
    return e.half_to_double(half);
  }
  template <Evaluator E>
  static constexpr auto to_half(E& e, typename E::U64 value) {
    return e.double_to_half(value);
  }
};

/// The upper 32 bits of VFPExpandImm(imm8, N) with so many exponent bits: 8 for N = 32, 11 for N =
/// 64. All others are zero.
[[nodiscard]] constexpr std::uint32_t vfp_expand_immediate(std::uint32_t imm8,
                                                           unsigned exponent_bits) {
  const std::uint32_t sign = imm8 >> 7 & 1u;
  const std::uint32_t top = imm8 >> 6 & 1u;
  const std::uint32_t repeated = top != 0 ? (1u << (exponent_bits - 1)) - 4u : 0u;
  const std::uint32_t exponent = (top ^ 1u) << (exponent_bits - 1) | repeated | (imm8 >> 4 & 3u);
  return sign << 31 | exponent << (31 - exponent_bits) | (imm8 & 0xF) << (27 - exponent_bits);
}

namespace shape {

// Fields: d Vd, e D; n Vn, o N; m Vm, p M. A single is Vx:X, a double X:Vx; D16-D31 do not exist.

[[nodiscard]] constexpr std::uint8_t single_number(const Fields& f, char vector, char bit) {
  return static_cast<std::uint8_t>(f[vector] << 1 | f[bit]);
}

struct SingleOperands {
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = single_number(f, 'd', 'e'),
            .rn = single_number(f, 'n', 'o'),
            .rm = single_number(f, 'm', 'p')};
  }
};

struct DoubleOperands {
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = f.u8('d'),
            .rn = f.u8('n'),
            .rm = f.u8('m'),
            .wide = true,
            .undefined = f.flag('e') || f.flag('o') || f.flag('p')};
  }
};

/// Dd and Sm.
struct DoubleSingleOperands {
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {
        .rd = f.u8('d'), .rm = single_number(f, 'm', 'p'), .wide = true, .undefined = f.flag('e')};
  }
};

/// Sd and Dm.
struct SingleDoubleOperands {
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {
        .rd = single_number(f, 'd', 'e'), .rm = f.u8('m'), .wide = true, .undefined = f.flag('p')};
  }
};

/// Field q: E of VCMP, T of VCVTB and VCVTT. In `option`.
template <class Registers>
struct WithOption {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    Operands o = Registers::decode(f, place);
    o.option = f.flag('q');
    return o;
  }
};

/// VCVT to an integer. Fields: s signed, else bit 0 of `imm`; q rounds towards zero, `option`.
template <class Registers>
struct ToInteger {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    Operands o = WithOption<Registers>::decode(f, place);
    o.imm = f.flag('s') ? 0 : 1;
    return o;
  }
};

/// VCVT from an integer. Field q: signed, else bit 0 of `imm`.
template <class Registers>
struct FromInteger {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    Operands o = Registers::decode(f, place);
    o.imm = f.flag('q') ? 0 : 1;
    return o;
  }
};

/// VCVT between floating point and fixed point, of one register. Fields: u unsigned, bit 0 of
/// `imm`; x 32 bits rather than 16, bit 1; k imm4 and i i, together the size less the fraction
/// bits, which are `amount`.
template <class Registers>
struct FixedPoint {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    const std::uint32_t size = f.flag('x') ? 32 : 16;
    const std::uint32_t rest = f['k'] << 1 | f['i'];
    const bool fits = rest <= size;
    Operands o = Registers::decode(f, place);
    o.imm = f['x'] << 1 | f['u'];
    o.amount = static_cast<std::uint8_t>(fits ? size - rest : 0);
    o.unpredictable = !fits;
    return o;
  }
};

/// VMOV of a constant; i imm4H:imm4L.
template <class Registers>
struct FpConstant {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    Operands o = Registers::decode(f, place);
    o.imm = vfp_expand_immediate(f['i'], o.wide ? 11 : 8);
    return o;
  }
};

/// The FPv5 encodings that no IT block may predicate.
template <class Shape>
struct OutsideItBlock {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    Operands o = Shape::decode(f, place);
    o.unpredictable = o.unpredictable || place.it.in_it_block();
    return o;
  }
};

/// Field c of VSEL, a condition of which the low bits follow: EQ, VS, GE, GT. In `ra`.
template <class Registers>
struct Selection {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    Operands o = OutsideItBlock<Registers>::decode(f, place);
    const std::uint32_t low = (f['c'] >> 1 ^ f['c']) & 1u;
    o.ra = static_cast<std::uint8_t>(f['c'] << 2 | low << 1);
    return o;
  }
};

/// Field r of VRINTA, VCVTA and so on: the rounding mode, in `amount`.
template <class Shape>
struct Directed {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    constexpr std::array kModes{FpRounding::nearest_away, FpRounding::nearest_even,
                                FpRounding::plus_inf, FpRounding::minus_inf};
    Operands o = OutsideItBlock<Shape>::decode(f, place);
    o.amount = static_cast<std::uint8_t>(kModes[f['r']]);
    return o;
  }
};

/// One core register t (`rd`) and one single Sn (`rn`).
struct CoreSingle {
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {
        .rd = f.reg('t'), .rn = single_number(f, 'n', 'o'), .unpredictable = bad_register(f['t'])};
  }
};

/// One core register t (`rd`) and half of Dn (`rn`); field x, in `option`, is the top half.
struct CoreScalar {
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = f.reg('t'),
            .rn = f.u8('n'),
            .wide = true,
            .option = f.flag('x'),
            .unpredictable = bad_register(f['t']),
            .undefined = f.flag('o')};
  }
};

/// Core registers t (`rd`) and b (`ra`) and two singles from Sm (`rm`).
template <bool kToCore>
struct CorePairSingles {
  static constexpr Operands decode(const Fields& f, const Place&) {
    const std::uint8_t m = single_number(f, 'm', 'p');
    return {.rd = f.reg('t'),
            .rm = static_cast<std::uint8_t>(m == 31 ? 30 : m),
            .ra = f.reg('b'),
            .unpredictable = bad_register(f['t']) || bad_register(f['b']) || m == 31 ||
                             (kToCore && f['t'] == f['b'])};
  }
};

/// Core registers t (`rd`) and b (`ra`) and Dm (`rm`).
template <bool kToCore>
struct CorePairDouble {
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = f.reg('t'),
            .rm = f.u8('m'),
            .ra = f.reg('b'),
            .wide = true,
            .unpredictable =
                bad_register(f['t']) || bad_register(f['b']) || (kToCore && f['t'] == f['b']),
            .undefined = f.flag('p')};
  }
};

/// One core register t.
struct CoreRegister {
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = f.reg('t'), .unpredictable = bad_register(f['t'])};
  }
};

}  // namespace shape

}  // namespace mcost::isa
