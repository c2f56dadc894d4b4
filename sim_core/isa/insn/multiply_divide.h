// Multiplication and division of words. Products are exact in 64 bits; accumulation of long forms
// wraps. Source: ARMv7-M ARM A7.7; encodings in A5.2.2, A5.3.16, A5.3.17.
#pragma once

#include "sim_core/isa/insn/data_processing_shapes.h"
#include "sim_core/isa/insn/multiply_halfword.h"

namespace mcost::isa {

/// MUL: the low word, alike for signed and unsigned. Flags by the 16-bit form only; C and V stay.
struct Multiply {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto result = e.from_multiplier(e.factor(e.reg(o.rn)) * e.factor(e.reg(o.rm)));
    e.set_reg(o.rd, result);
    if (o.set_flags) e.set_nz(result);
  }
};

struct MultiplyAccumulate {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto product = e.factor(e.reg(o.rn)) * e.factor(e.reg(o.rm));
    e.set_reg(o.rd, e.from_multiplier(e.accumulator(e.reg(o.ra)) + product));
  }
};

struct MultiplySubtract {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto product = e.factor(e.reg(o.rn)) * e.factor(e.reg(o.rm));
    e.set_reg(o.rd, e.from_multiplier(e.accumulator(e.reg(o.ra)) - product));
  }
};

/// Rn * Rm in 64 bits.
template <bool kSigned, Evaluator E>
constexpr typename E::U64 long_product(E& e, const Operands& o) {
  const auto a = e.factor(e.reg(o.rn));
  const auto b = e.factor(e.reg(o.rm));
  if constexpr (kSigned) {
    return e.u64(e.s64(e.s32(a)) * e.s64(e.s32(b)));
  } else {
    return e.u64(a) * e.u64(b);
  }
}

/// SMULL, UMULL.
template <bool kSigned>
struct MultiplyLong {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    write_long(e, o, long_product<kSigned>(e, o));
  }
};

/// SMLAL, UMLAL.
template <bool kSigned>
struct MultiplyAccumulateLong {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto product = long_product<kSigned>(e, o);
    write_long(e, o, product + long_accumulator(e, o));
  }
};

/// UMAAL: both destination words are added; the sum cannot overflow.
struct MultiplyAccumulateAccumulateLong {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto high = e.u64(e.accumulator(e.reg(o.ra)));
    const auto low = e.u64(e.accumulator(e.reg(o.rd)));
    write_long(e, o, long_product<false>(e, o) + high + low);
  }
};

/// SDIV, UDIV: rounds toward zero; division by zero gives 0 or a fault (CCR.DIV_0_TRP).
template <bool kSigned>
struct Divide {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.set_reg(o.rd, e.divide(kSigned, e.reg(o.rn), e.reg(o.rm)));
  }
};

/// MUL{S} <Rdm>, <Rn>, <Rdm>.  Source: ARMv7-M ARM A7.7, MUL, encoding T1.
struct MulT1 : Multiply {
  static constexpr Encoding row{"MUL",
                                T1,
                                Feature::v6m,
                                TimingClass::multiply,
                                "0100001101 nnn ddd",
                                "mul{s}{c} <rd>, <rn>, <rm>"};
  static constexpr Operands decode(const Fields& f, const Place& place) {
    return {
        .rd = f.reg('d'), .rn = f.reg('n'), .rm = f.reg('d'), .set_flags = !place.it.in_it_block()};
  }
};

/// MUL <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, MUL, encoding T2.
struct MulT2 : Multiply, shape::Registers {
  static constexpr Encoding row{"MUL",
                                T2,
                                Feature::v7m,
                                TimingClass::multiply,
                                "111110110000 nnnn 1111 dddd 0000 mmmm",
                                "mul{c}.w <rd>, <rn>, <rm>"};
};

/// MLA <Rd>, <Rn>, <Rm>, <Ra>.  Source: ARMv7-M ARM A7.7, MLA, encoding T1.
struct MlaT1 : MultiplyAccumulate, shape::Registers {
  static constexpr Encoding row{"MLA",
                                T1,
                                Feature::v7m,
                                TimingClass::multiply_accumulate,
                                "111110110000 nnnn aaaa dddd 0000 mmmm",
                                "mla{c} <rd>, <rn>, <rm>, <ra>",
                                See("111110110000 nnnn 1111 dddd 0000 mmmm")};
};

/// MLS <Rd>, <Rn>, <Rm>, <Ra>.  Source: ARMv7-M ARM A7.7, MLS, encoding T1.
struct MlsT1 : MultiplySubtract, shape::Registers {
  static constexpr Encoding row{"MLS",
                                T1,
                                Feature::v7m,
                                TimingClass::multiply_accumulate,
                                "111110110000 nnnn aaaa dddd 0001 mmmm",
                                "mls{c} <rd>, <rn>, <rm>, <ra>"};
};

/// SMULL <RdLo>, <RdHi>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, SMULL, encoding T1.
struct SmullT1 : MultiplyLong<true>, shape::LongRegisters {
  static constexpr Encoding row{"SMULL",
                                T1,
                                Feature::v7m,
                                TimingClass::multiply_long,
                                "111110111000 nnnn llll hhhh 0000 mmmm",
                                "smull{c} <rd>, <ra>, <rn>, <rm>"};
};

/// UMULL <RdLo>, <RdHi>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, UMULL, encoding T1.
struct UmullT1 : MultiplyLong<false>, shape::LongRegisters {
  static constexpr Encoding row{"UMULL",
                                T1,
                                Feature::v7m,
                                TimingClass::multiply_long,
                                "111110111010 nnnn llll hhhh 0000 mmmm",
                                "umull{c} <rd>, <ra>, <rn>, <rm>"};
};

/// SMLAL <RdLo>, <RdHi>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, SMLAL, encoding T1.
struct SmlalT1 : MultiplyAccumulateLong<true>, shape::LongRegisters {
  static constexpr Encoding row{"SMLAL",
                                T1,
                                Feature::v7m,
                                TimingClass::multiply_accumulate_long,
                                "111110111100 nnnn llll hhhh 0000 mmmm",
                                "smlal{c} <rd>, <ra>, <rn>, <rm>"};
};

/// UMLAL <RdLo>, <RdHi>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, UMLAL, encoding T1.
struct UmlalT1 : MultiplyAccumulateLong<false>, shape::LongRegisters {
  static constexpr Encoding row{"UMLAL",
                                T1,
                                Feature::v7m,
                                TimingClass::multiply_accumulate_long,
                                "111110111110 nnnn llll hhhh 0000 mmmm",
                                "umlal{c} <rd>, <ra>, <rn>, <rm>"};
};

/// UMAAL <RdLo>, <RdHi>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, UMAAL, encoding T1.
struct UmaalT1 : MultiplyAccumulateAccumulateLong, shape::LongRegisters {
  static constexpr Encoding row{"UMAAL",
                                T1,
                                Feature::dsp,
                                TimingClass::multiply_accumulate_long,
                                "111110111110 nnnn llll hhhh 0110 mmmm",
                                "umaal{c} <rd>, <ra>, <rn>, <rm>"};
};

/// SDIV <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, SDIV, encoding T1.
struct SdivT1 : Divide<true>, shape::Registers {
  static constexpr Encoding row{"SDIV",
                                T1,
                                Feature::v7m,
                                TimingClass::divide,
                                "111110111001 nnnn OOOO dddd 1111 mmmm",
                                "sdiv{c} <rd>, <rn>, <rm>"};
};

/// UDIV <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, UDIV, encoding T1.
struct UdivT1 : Divide<false>, shape::Registers {
  static constexpr Encoding row{"UDIV",
                                T1,
                                Feature::v7m,
                                TimingClass::divide,
                                "111110111011 nnnn OOOO dddd 1111 mmmm",
                                "udiv{c} <rd>, <rn>, <rm>"};
};

using MultiplyWordRows = RowList<MulT1, MulT2, MlaT1, MlsT1, SmullT1, UmullT1, SmlalT1, UmlalT1,
                                 UmaalT1, SdivT1, UdivT1>;

using MultiplyDivideRows = decltype(MultiplyWordRows{} + MultiplyHalfwordRows{});

}  // namespace mcost::isa
