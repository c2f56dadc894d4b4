// What the floating-point encodings share: the precision of operands and the decode shapes. Singles
// are S0-S31 in rd, rn and rm; doubles D0-D15 there with `wide`, each made of two singles.
// Arithmetic takes its precision as a parameter, so that FPv5-DP rows need no bodies of their own.
// Source: ARMv7-M ARM A6.4 and A7.7.
#pragma once

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
  template <Evaluator E>
  static constexpr auto literal(E& e, std::uint32_t raw) {
    return e.literal(raw);
  }
};

/// VFPExpandImm(imm8, 32).
[[nodiscard]] constexpr std::uint32_t vfp_expand_immediate(std::uint32_t imm8) {
  const std::uint32_t sign = imm8 >> 7 & 1u;
  const std::uint32_t top = imm8 >> 6 & 1u;
  const std::uint32_t exponent = (top ^ 1u) << 7 | (top != 0 ? 0x7Cu : 0u) | (imm8 >> 4 & 3u);
  return sign << 31 | exponent << 23 | (imm8 & 0xF) << 19;
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

/// Field q: E of VCMP, T of VCVTB and VCVTT. In `option`.
struct SingleOperandsOption {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    Operands o = SingleOperands::decode(f, place);
    o.option = f.flag('q');
    return o;
  }
};

/// VCVT to an integer. Fields: s signed, else bit 0 of `imm`; q rounds towards zero, `option`.
struct ToInteger {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    Operands o = SingleOperandsOption::decode(f, place);
    o.imm = f.flag('s') ? 0 : 1;
    return o;
  }
};

/// VCVT from an integer. Field q: signed, else bit 0 of `imm`.
struct FromInteger {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    Operands o = SingleOperands::decode(f, place);
    o.imm = f.flag('q') ? 0 : 1;
    return o;
  }
};

/// VCVT between a single and a fixed-point number. Fields: u unsigned, bit 0 of `imm`; x 32 bits
/// rather than 16, bit 1; k imm4 and i i, together the size less the fraction bits, which are
/// `amount`.
struct SingleFixedPoint {
  static constexpr Operands decode(const Fields& f, const Place&) {
    const std::uint32_t size = f.flag('x') ? 32 : 16;
    const std::uint32_t rest = f['k'] << 1 | f['i'];
    const bool fits = rest <= size;
    return {.rd = single_number(f, 'd', 'e'),
            .imm = f['x'] << 1 | f['u'],
            .amount = static_cast<std::uint8_t>(fits ? size - rest : 0),
            .unpredictable = !fits};
  }
};

/// VMOV of a constant; i imm4H:imm4L.
struct SingleConstant {
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = single_number(f, 'd', 'e'), .imm = vfp_expand_immediate(f['i'])};
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
