// DSP extension and saturation: SSAT and USAT (all ARMv7-M), saturating add and subtract, SEL, sums
// of differences. Source: ARMv7-M ARM A7.7; encodings in A5.3.3, A5.3.14, A5.3.16.
#pragma once

#include "sim_core/isa/insn/dsp_parallel.h"

namespace mcost::isa {

template <bool kSigned, Evaluator E>
constexpr Saturated<E> saturate(E& e, typename E::S64 x, unsigned width) {
  if constexpr (kSigned) {
    return signed_saturate(e, x, width);
  } else {
    return unsigned_saturate(e, x, width);
  }
}

/// SSAT, USAT: width to saturate to in `imm`.
template <bool kSigned>
struct Saturate {
  static constexpr bool kShifts = true;
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto shifted = e.shift(e.shifted(e.reg(o.rn)), o.shift, o.amount);
    const auto result = saturate<kSigned>(e, e.s64(e.s32(shifted)), o.imm);
    e.set_reg(o.rd, e.from_shifter(result.value));
    e.set_q_if(result.saturated);
  }
};

/// SSAT16, USAT16: both halfwords, taken as signed.
template <bool kSigned>
struct SaturatePair {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto x = e.shifted(e.reg(o.rn));
    const auto low = saturate<kSigned>(e, e.s64(e.s32(e.sign_extended(x, 16))), o.imm);
    const auto high = saturate<kSigned>(e, e.s64(e.s32(e.sign_extended(x >> 16, 16))), o.imm);
    e.set_reg(o.rd, e.from_shifter((high.value << 16) | (low.value & e.literal(0xFFFF))));
    e.set_q_if(low.saturated | high.saturated);
  }
};

/// QADD, QSUB: Rm plus or minus Rn, saturated to 32 bits.
template <bool kSubtract>
struct SaturatingAdd {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto a = e.s64(e.s32(e.reg(o.rm)));
    const auto b = e.s64(e.s32(e.reg(o.rn)));
    const auto result = signed_saturate(e, kSubtract ? a - b : a + b, 32);
    e.set_reg(o.rd, result.value);
    e.set_q_if(result.saturated);
  }
};

/// QDADD, QDSUB: Rn is doubled and saturated first.
template <bool kSubtract>
struct SaturatingDoubleAdd {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto a = e.s64(e.s32(e.reg(o.rm)));
    const auto n = e.s64(e.s32(e.reg(o.rn)));
    const auto doubled = signed_saturate(e, n + n, 32);
    const auto b = e.s64(e.s32(doubled.value));
    const auto result = signed_saturate(e, kSubtract ? a - b : a + b, 32);
    e.set_reg(o.rd, result.value);
    e.set_q_if(doubled.saturated | result.saturated);
  }
};

/// SEL: each byte from Rn where its GE bit is set, else from Rm.
struct SelectBytes {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto ge = e.ge();
    const auto rn = e.reg(o.rn);
    const auto rm = e.reg(o.rm);
    auto result = e.literal(0);
    for (unsigned lane = 0; lane < 4; ++lane) {
      const auto mask = e.literal(0xFFu << (8 * lane));
      const auto chosen = (ge & e.literal(1u << lane)) != e.literal(0);
      result = result | e.select(chosen, rn & mask, rm & mask);
    }
    e.set_reg(o.rd, result);
  }
};

/// Sum over bytes of |Rn - Rm|.
template <Evaluator E>
constexpr typename E::U32 sum_of_differences(E& e, const Operands& o) {
  const auto rn = e.reg(o.rn);
  const auto rm = e.reg(o.rm);
  auto sum = e.literal(0);
  for (unsigned lane = 0; lane < 4; ++lane) {
    const auto a = (rn >> (8 * lane)) & e.literal(0xFF);
    const auto b = (rm >> (8 * lane)) & e.literal(0xFF);
    sum = sum + e.select(a < b, b - a, a - b);
  }
  return sum;
}

struct SumOfDifferences {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.set_reg(o.rd, sum_of_differences(e, o));
  }
};

struct SumOfDifferencesAccumulate {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto sum = sum_of_differences(e, o);
    e.set_reg(o.rd, e.accumulator(e.reg(o.ra)) + sum);
  }
};

namespace shape {

/// sat_imm in field w; SSAT saturates to one bit more than it says.
template <unsigned kExtraBits>
struct SaturateShifted {
  static constexpr Operands decode(const Fields& f, const Place&) {
    const auto shift = decode_immediate_shift(f['h'] << 1, f['i']);
    return {.rd = f.reg('d'),
            .rn = f.reg('n'),
            .imm = f['w'] + kExtraBits,
            .shift = shift.type,
            .amount = shift.amount,
            .unpredictable = any_bad_register(f)};
  }
};

template <unsigned kExtraBits>
struct SaturatePlain {
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = f.reg('d'),
            .rn = f.reg('n'),
            .imm = f['w'] + kExtraBits,
            .unpredictable = any_bad_register(f)};
  }
};

}  // namespace shape

/// SSAT <Rd>, #<imm>, <Rn>{, <shift>}.  Source: ARMv7-M ARM A7.7, SSAT, encoding T1.
struct SsatT1 : Saturate<true>, shape::SaturateShifted<1> {
  static constexpr Encoding row{"SSAT",
                                T1,
                                Feature::v7m,
                                TimingClass::saturate,
                                "11110 Z 1100 h 0 nnnn 0 iii dddd ii Z wwwww",
                                "ssat{c} <rd>, #<imm>, <rn><shift>",
                                See("11110 Z 110010 nnnn 0 000 dddd 00 Z Z wwww")};
};

/// SSAT16 <Rd>, #<imm>, <Rn>.  Source: ARMv7-M ARM A7.7, SSAT16, encoding T1.
struct Ssat16T1 : SaturatePair<true>, shape::SaturatePlain<1> {
  static constexpr Encoding row{"SSAT16",
                                T1,
                                Feature::dsp,
                                TimingClass::saturate,
                                "11110 Z 110010 nnnn 0 000 dddd 00 Z Z wwww",
                                "ssat16{c} <rd>, #<imm>, <rn>"};
};

/// USAT <Rd>, #<imm>, <Rn>{, <shift>}.  Source: ARMv7-M ARM A7.7, USAT, encoding T1.
struct UsatT1 : Saturate<false>, shape::SaturateShifted<0> {
  static constexpr Encoding row{"USAT",
                                T1,
                                Feature::v7m,
                                TimingClass::saturate,
                                "11110 Z 1110 h 0 nnnn 0 iii dddd ii Z wwwww",
                                "usat{c} <rd>, #<imm>, <rn><shift>",
                                See("11110 Z 111010 nnnn 0 000 dddd 00 Z Z wwww")};
};

/// USAT16 <Rd>, #<imm>, <Rn>.  Source: ARMv7-M ARM A7.7, USAT16, encoding T1.
struct Usat16T1 : SaturatePair<false>, shape::SaturatePlain<0> {
  static constexpr Encoding row{"USAT16",
                                T1,
                                Feature::dsp,
                                TimingClass::saturate,
                                "11110 Z 111010 nnnn 0 000 dddd 00 Z Z wwww",
                                "usat16{c} <rd>, #<imm>, <rn>"};
};

/// QADD <Rd>, <Rm>, <Rn>.  Source: ARMv7-M ARM A7.7, QADD, encoding T1.
struct QaddT1 : SaturatingAdd<false>, shape::Registers {
  static constexpr Encoding row{"QADD",
                                T1,
                                Feature::dsp,
                                TimingClass::saturate,
                                "111110101000 nnnn 1111 dddd 1000 mmmm",
                                "qadd{c} <rd>, <rm>, <rn>"};
};

/// QDADD <Rd>, <Rm>, <Rn>.  Source: ARMv7-M ARM A7.7, QDADD, encoding T1.
struct QdaddT1 : SaturatingDoubleAdd<false>, shape::Registers {
  static constexpr Encoding row{"QDADD",
                                T1,
                                Feature::dsp,
                                TimingClass::saturate,
                                "111110101000 nnnn 1111 dddd 1001 mmmm",
                                "qdadd{c} <rd>, <rm>, <rn>"};
};

/// QSUB <Rd>, <Rm>, <Rn>.  Source: ARMv7-M ARM A7.7, QSUB, encoding T1.
struct QsubT1 : SaturatingAdd<true>, shape::Registers {
  static constexpr Encoding row{"QSUB",
                                T1,
                                Feature::dsp,
                                TimingClass::saturate,
                                "111110101000 nnnn 1111 dddd 1010 mmmm",
                                "qsub{c} <rd>, <rm>, <rn>"};
};

/// QDSUB <Rd>, <Rm>, <Rn>.  Source: ARMv7-M ARM A7.7, QDSUB, encoding T1.
struct QdsubT1 : SaturatingDoubleAdd<true>, shape::Registers {
  static constexpr Encoding row{"QDSUB",
                                T1,
                                Feature::dsp,
                                TimingClass::saturate,
                                "111110101000 nnnn 1111 dddd 1011 mmmm",
                                "qdsub{c} <rd>, <rm>, <rn>"};
};

/// SEL <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, SEL, encoding T1.
struct SelT1 : SelectBytes, shape::Registers {
  static constexpr Encoding row{"SEL",
                                T1,
                                Feature::dsp,
                                TimingClass::pack_select,
                                "111110101010 nnnn 1111 dddd 1000 mmmm",
                                "sel{c} <rd>, <rn>, <rm>"};
};

/// USAD8 <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, USAD8, encoding T1.
struct Usad8T1 : SumOfDifferences, shape::Registers {
  static constexpr Encoding row{"USAD8",
                                T1,
                                Feature::dsp,
                                TimingClass::sad,
                                "111110110111 nnnn 1111 dddd 0000 mmmm",
                                "usad8{c} <rd>, <rn>, <rm>"};
};

/// USADA8 <Rd>, <Rn>, <Rm>, <Ra>.  Source: ARMv7-M ARM A7.7, USADA8, encoding T1.
struct Usada8T1 : SumOfDifferencesAccumulate, shape::Registers {
  static constexpr Encoding row{"USADA8",
                                T1,
                                Feature::dsp,
                                TimingClass::sad,
                                "111110110111 nnnn aaaa dddd 0000 mmmm",
                                "usada8{c} <rd>, <rn>, <rm>, <ra>",
                                See("111110110111 nnnn 1111 dddd 0000 mmmm")};
};

using DspSaturatingRows = RowList<SsatT1, Ssat16T1, UsatT1, Usat16T1, QaddT1, QdaddT1, QsubT1,
                                  QdsubT1, SelT1, Usad8T1, Usada8T1>;

using DspRows = decltype(DspSaturatingRows{} + DspParallelRows{});

}  // namespace mcost::isa
