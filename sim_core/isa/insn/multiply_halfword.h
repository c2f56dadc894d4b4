// DSP extension multiplications: halfwords, pairs of halfwords, and most significant words.
// `imm` holds which halves of Rn and Rm take part (bit 1 N, bit 0 M). Source: ARMv7-M ARM A7.7;
// encodings in A5.3.16, A5.3.17.
#pragma once

#include "sim_core/isa/insn/data_processing_shapes.h"

namespace mcost::isa {

/// Writes RdHi:RdLo.
template <Evaluator E>
constexpr void write_long(E& e, const Operands& o, typename E::U64 value) {
  const auto result = e.from_multiplier(value);
  e.set_reg(o.rd, e.u32(result));
  e.set_reg(o.ra, e.high(result));
}

/// RdHi:RdLo as an addend.
template <Evaluator E>
constexpr typename E::U64 long_accumulator(E& e, const Operands& o) {
  return e.accumulator(e.combine(e.reg(o.ra), e.reg(o.rd)));
}

/// The bottom or top halfword of a factor, signed, ready for a 64-bit product.
template <Evaluator E>
constexpr typename E::S64 signed_half(E& e, typename E::U32 factor, bool top) {
  return e.s64(top ? e.s32(factor) >> 16u : e.s32(e.sign_extended(factor, 16)));
}

/// Writes a sum of up to 34 bits to Rd and sets Q where it does not fit in 32.
template <Evaluator E>
constexpr void write_overflowing(E& e, const Operands& o, typename E::S64 sum) {
  const auto result = e.from_multiplier(e.u32(sum));
  e.set_reg(o.rd, result);
  e.set_q_if(e.s64(e.s32(result)) != sum);
}

template <Evaluator E>
constexpr typename E::S64 signed_accumulator(E& e, const Operands& o) {
  return e.s64(e.s32(e.accumulator(e.reg(o.ra))));
}

template <Evaluator E>
constexpr typename E::S64 half_product(E& e, const Operands& o) {
  const auto a = signed_half(e, e.factor(e.reg(o.rn)), (o.imm & 2) != 0);
  const auto b = signed_half(e, e.factor(e.reg(o.rm)), (o.imm & 1) != 0);
  return a * b;
}

/// Bits 47-16 of Rn times a half of Rm.
template <Evaluator E>
constexpr typename E::S64 word_half_product(E& e, const Operands& o) {
  const auto a = e.s64(e.s32(e.factor(e.reg(o.rn))));
  const auto b = signed_half(e, e.factor(e.reg(o.rm)), (o.imm & 1) != 0);
  return (a * b) >> 16;
}

/// SMULBB and the like: the product fits.
struct MultiplyHalves {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.set_reg(o.rd, e.from_multiplier(e.u32(half_product(e, o))));
  }
};

struct MultiplyAccumulateHalves {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto product = half_product(e, o);
    write_overflowing(e, o, product + signed_accumulator(e, o));
  }
};

struct MultiplyAccumulateLongHalves {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto product = e.u64(half_product(e, o));
    write_long(e, o, product + long_accumulator(e, o));
  }
};

struct MultiplyWordHalf {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.set_reg(o.rd, e.from_multiplier(e.u32(word_half_product(e, o))));
  }
};

struct MultiplyAccumulateWordHalf {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto product = word_half_product(e, o);
    write_overflowing(e, o, product + signed_accumulator(e, o));
  }
};

/// Bottom by bottom plus or minus top by top; `option` swaps the halves of Rm.
template <bool kSubtract, Evaluator E>
constexpr typename E::S64 dual_product(E& e, const Operands& o) {
  const auto a = e.factor(e.reg(o.rn));
  const auto b = e.factor(e.reg(o.rm));
  const auto first = signed_half(e, a, false) * signed_half(e, b, o.option);
  const auto second = signed_half(e, a, true) * signed_half(e, b, !o.option);
  return kSubtract ? first - second : first + second;
}

/// SMUAD: only the sum of two products of -32768 * -32768 overflows.
struct DualMultiplyAdd {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    write_overflowing(e, o, dual_product<false>(e, o));
  }
};

/// SMUSD: cannot overflow.
struct DualMultiplySubtract {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.set_reg(o.rd, e.from_multiplier(e.u32(dual_product<true>(e, o))));
  }
};

/// SMLAD, SMLSD.
template <bool kSubtract>
struct DualMultiplyAccumulate {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto products = dual_product<kSubtract>(e, o);
    write_overflowing(e, o, products + signed_accumulator(e, o));
  }
};

/// SMLALD, SMLSLD.
template <bool kSubtract>
struct DualMultiplyAccumulateLong {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto products = e.u64(dual_product<kSubtract>(e, o));
    write_long(e, o, products + long_accumulator(e, o));
  }
};

/// The signed 64-bit product; half a unit of its high word where `option` asks to round.
template <Evaluator E>
constexpr typename E::U64 word_product(E& e, const Operands& o) {
  const auto a = e.s64(e.s32(e.factor(e.reg(o.rn))));
  const auto b = e.s64(e.s32(e.factor(e.reg(o.rm))));
  return e.u64(a * b);
}

template <Evaluator E>
constexpr typename E::U64 rounding(E& e, const Operands& o) {
  return e.literal64(o.option ? 0x80000000u : 0u);
}

struct MultiplyMostSignificant {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.set_reg(o.rd, e.from_multiplier(e.high(word_product(e, o) + rounding(e, o))));
  }
};

/// SMMLA, SMMLS: Ra is the high word of the addend.
template <bool kSubtract>
struct MultiplyAccumulateMostSignificant {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto product = word_product(e, o);
    const auto addend = e.combine(e.accumulator(e.reg(o.ra)), e.literal(0));
    const auto sum = kSubtract ? addend - product : addend + product;
    e.set_reg(o.rd, e.from_multiplier(e.high(sum + rounding(e, o))));
  }
};

/// SMUL<B|T><B|T> <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, SMULBB, SMULBT, SMULTB, SMULTT,
/// encoding T1.
struct SmulxyT1 : MultiplyHalves, shape::Halves {
  static constexpr Encoding row{"SMULBB, SMULBT, SMULTB, SMULTT",
                                T1,
                                Feature::dsp,
                                TimingClass::multiply,
                                "111110110001 nnnn 1111 dddd 00 y x mmmm",
                                "smul{1:t|b}{0:t|b}{c} <rd>, <rn>, <rm>"};
};

/// SMLA<B|T><B|T> <Rd>, <Rn>, <Rm>, <Ra>.  Source: ARMv7-M ARM A7.7, SMLABB, SMLABT, SMLATB,
/// SMLATT, encoding T1.
struct SmlaxyT1 : MultiplyAccumulateHalves, shape::Halves {
  static constexpr Encoding row{"SMLABB, SMLABT, SMLATB, SMLATT",
                                T1,
                                Feature::dsp,
                                TimingClass::multiply_accumulate,
                                "111110110001 nnnn aaaa dddd 00 y x mmmm",
                                "smla{1:t|b}{0:t|b}{c} <rd>, <rn>, <rm>, <ra>",
                                See("111110110001 nnnn 1111 dddd 00 y x mmmm")};
};

/// SMUAD{X} <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, SMUAD, SMUADX, encoding T1.
struct SmuadT1 : DualMultiplyAdd, shape::Exchanging {
  static constexpr Encoding row{"SMUAD, SMUADX",
                                T1,
                                Feature::dsp,
                                TimingClass::multiply,
                                "111110110010 nnnn 1111 dddd 000 x mmmm",
                                "smuad{x|}{c} <rd>, <rn>, <rm>"};
};

/// SMLAD{X} <Rd>, <Rn>, <Rm>, <Ra>.  Source: ARMv7-M ARM A7.7, SMLAD, SMLADX, encoding T1.
struct SmladT1 : DualMultiplyAccumulate<false>, shape::Exchanging {
  static constexpr Encoding row{"SMLAD, SMLADX",
                                T1,
                                Feature::dsp,
                                TimingClass::multiply_accumulate,
                                "111110110010 nnnn aaaa dddd 000 x mmmm",
                                "smlad{x|}{c} <rd>, <rn>, <rm>, <ra>",
                                See("111110110010 nnnn 1111 dddd 000 x mmmm")};
};

/// SMULW<B|T> <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, SMULWB, SMULWT, encoding T1.
struct SmulwyT1 : MultiplyWordHalf, shape::Halves {
  static constexpr Encoding row{"SMULWB, SMULWT",
                                T1,
                                Feature::dsp,
                                TimingClass::multiply,
                                "111110110011 nnnn 1111 dddd 000 x mmmm",
                                "smulw{0:t|b}{c} <rd>, <rn>, <rm>"};
};

/// SMLAW<B|T> <Rd>, <Rn>, <Rm>, <Ra>.  Source: ARMv7-M ARM A7.7, SMLAWB, SMLAWT, encoding T1.
struct SmlawyT1 : MultiplyAccumulateWordHalf, shape::Halves {
  static constexpr Encoding row{"SMLAWB, SMLAWT",
                                T1,
                                Feature::dsp,
                                TimingClass::multiply_accumulate,
                                "111110110011 nnnn aaaa dddd 000 x mmmm",
                                "smlaw{0:t|b}{c} <rd>, <rn>, <rm>, <ra>",
                                See("111110110011 nnnn 1111 dddd 000 x mmmm")};
};

/// SMUSD{X} <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, SMUSD, SMUSDX, encoding T1.
struct SmusdT1 : DualMultiplySubtract, shape::Exchanging {
  static constexpr Encoding row{"SMUSD, SMUSDX",
                                T1,
                                Feature::dsp,
                                TimingClass::multiply,
                                "111110110100 nnnn 1111 dddd 000 x mmmm",
                                "smusd{x|}{c} <rd>, <rn>, <rm>"};
};

/// SMLSD{X} <Rd>, <Rn>, <Rm>, <Ra>.  Source: ARMv7-M ARM A7.7, SMLSD, SMLSDX, encoding T1.
struct SmlsdT1 : DualMultiplyAccumulate<true>, shape::Exchanging {
  static constexpr Encoding row{"SMLSD, SMLSDX",
                                T1,
                                Feature::dsp,
                                TimingClass::multiply_accumulate,
                                "111110110100 nnnn aaaa dddd 000 x mmmm",
                                "smlsd{x|}{c} <rd>, <rn>, <rm>, <ra>",
                                See("111110110100 nnnn 1111 dddd 000 x mmmm")};
};

/// SMMUL{R} <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, SMMUL, SMMULR, encoding T1.
struct SmmulT1 : MultiplyMostSignificant, shape::Exchanging {
  static constexpr Encoding row{"SMMUL, SMMULR",
                                T1,
                                Feature::dsp,
                                TimingClass::multiply,
                                "111110110101 nnnn 1111 dddd 000 x mmmm",
                                "smmul{r|}{c} <rd>, <rn>, <rm>"};
};

/// SMMLA{R} <Rd>, <Rn>, <Rm>, <Ra>.  Source: ARMv7-M ARM A7.7, SMMLA, SMMLAR, encoding T1.
struct SmmlaT1 : MultiplyAccumulateMostSignificant<false>, shape::Exchanging {
  static constexpr Encoding row{"SMMLA, SMMLAR",
                                T1,
                                Feature::dsp,
                                TimingClass::multiply_accumulate,
                                "111110110101 nnnn aaaa dddd 000 x mmmm",
                                "smmla{r|}{c} <rd>, <rn>, <rm>, <ra>",
                                See("111110110101 nnnn 1111 dddd 000 x mmmm")};
};

/// SMMLS{R} <Rd>, <Rn>, <Rm>, <Ra>.  Source: ARMv7-M ARM A7.7, SMMLS, SMMLSR, encoding T1.
struct SmmlsT1 : MultiplyAccumulateMostSignificant<true>, shape::Exchanging {
  static constexpr Encoding row{"SMMLS, SMMLSR",
                                T1,
                                Feature::dsp,
                                TimingClass::multiply_accumulate,
                                "111110110110 nnnn aaaa dddd 000 x mmmm",
                                "smmls{r|}{c} <rd>, <rn>, <rm>, <ra>"};
};

/// SMLAL<B|T><B|T> <Rd>, <Ra>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, SMLALBB, SMLALBT, SMLALTB,
/// SMLALTT, encoding T1.
struct SmlalxyT1 : MultiplyAccumulateLongHalves, shape::LongRegisters {
  static constexpr Encoding row{"SMLALBB, SMLALBT, SMLALTB, SMLALTT",
                                T1,
                                Feature::dsp,
                                TimingClass::multiply_accumulate_long,
                                "111110111100 nnnn llll hhhh 10 y x mmmm",
                                "smlal{1:t|b}{0:t|b}{c} <rd>, <ra>, <rn>, <rm>"};
};

/// SMLALD{X} <Rd>, <Ra>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, SMLALD, SMLALDX, encoding T1.
struct SmlaldT1 : DualMultiplyAccumulateLong<false>, shape::LongRegisters {
  static constexpr Encoding row{"SMLALD, SMLALDX",
                                T1,
                                Feature::dsp,
                                TimingClass::multiply_accumulate_long,
                                "111110111100 nnnn llll hhhh 110 x mmmm",
                                "smlald{x|}{c} <rd>, <ra>, <rn>, <rm>"};
};

/// SMLSLD{X} <Rd>, <Ra>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, SMLSLD, SMLSLDX, encoding T1.
struct SmlsldT1 : DualMultiplyAccumulateLong<true>, shape::LongRegisters {
  static constexpr Encoding row{"SMLSLD, SMLSLDX",
                                T1,
                                Feature::dsp,
                                TimingClass::multiply_accumulate_long,
                                "111110111101 nnnn llll hhhh 110 x mmmm",
                                "smlsld{x|}{c} <rd>, <ra>, <rn>, <rm>"};
};

using MultiplyHalfwordRows =
    RowList<SmulxyT1, SmlaxyT1, SmuadT1, SmladT1, SmulwyT1, SmlawyT1, SmusdT1, SmlsdT1, SmmulT1,
            SmmlaT1, SmmlsT1, SmlalxyT1, SmlaldT1, SmlsldT1>;

}  // namespace mcost::isa
