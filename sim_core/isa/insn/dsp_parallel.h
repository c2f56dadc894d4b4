// Parallel addition and subtraction: four bytes or two halfwords at once, plain, saturating or
// halving, signed or unsigned. Source: ARMv7-M ARM A7.7; encodings in A5.3.13 (signed), A5.3.14
// (unsigned).
#pragma once

#include "sim_core/isa/insn/data_processing_shapes.h"

namespace mcost::isa {

/// What one lane makes of its exact sum or difference: `value` (its low bits count) and, for plain
/// forms, GE.
namespace lane {

template <bool kSigned>
struct Plain {
  static constexpr bool kLanesSigned = kSigned;
  static constexpr bool kSetsGe = true;
  template <Evaluator E>
  static constexpr typename E::U32 value(E& e, typename E::S32 x, unsigned) {
    return e.u32(x);
  }
  /// Signed: not negative. Unsigned: carry out of a sum, no borrow of a difference.
  template <Evaluator E>
  static constexpr typename E::Bit greater_or_equal(E& e, typename E::S32 x, unsigned width,
                                                    bool is_sum) {
    return x >= e.s32(e.literal(!kSigned && is_sum ? 1u << width : 0u));
  }
};

template <bool kSigned>
struct Saturating {
  static constexpr bool kLanesSigned = kSigned;
  static constexpr bool kSetsGe = false;
  template <Evaluator E>
  static constexpr typename E::U32 value(E& e, typename E::S32 x, unsigned width) {
    const auto top = e.s32(e.literal(low_mask(kSigned ? width - 1 : width)));
    const auto bottom = e.s32(e.literal(kSigned ? ~low_mask(width - 1) : 0u));
    return e.u32(e.select(x > top, top, e.select(x < bottom, bottom, x)));
  }
};

template <bool kSigned>
struct Halving {
  static constexpr bool kLanesSigned = kSigned;
  static constexpr bool kSetsGe = false;
  template <Evaluator E>
  static constexpr typename E::U32 value(E& e, typename E::S32 x, unsigned) {
    return e.u32(x >> 1);
  }
};

}  // namespace lane

/// How lanes combine: which lane of Rm meets lane i of Rn, and whether it is added.
namespace pairing {

struct AddAll {
  static constexpr unsigned partner(unsigned i) { return i; }
  static constexpr bool adds(unsigned) { return true; }
};
struct SubtractAll {
  static constexpr unsigned partner(unsigned i) { return i; }
  static constexpr bool adds(unsigned) { return false; }
};
/// ASX: halfwords of Rm exchanged; top added, bottom subtracted.
struct AddSubtractExchanged {
  static constexpr unsigned partner(unsigned i) { return 1 - i; }
  static constexpr bool adds(unsigned i) { return i == 1; }
};
/// SAX: halfwords of Rm exchanged; top subtracted, bottom added.
struct SubtractAddExchanged {
  static constexpr unsigned partner(unsigned i) { return 1 - i; }
  static constexpr bool adds(unsigned i) { return i == 0; }
};

}  // namespace pairing

template <class Lane, class Pairing, unsigned kWidth>
struct Parallel : shape::Registers {
  template <Evaluator E>
  static constexpr typename E::S32 lane_value(E& e, typename E::U32 x, unsigned index) {
    const auto field = x >> (index * kWidth);
    return e.s32(Lane::kLanesSigned ? e.sign_extended(field, kWidth)
                                    : field & e.literal(low_mask(kWidth)));
  }
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto rn = e.reg(o.rn);
    const auto rm = e.reg(o.rm);
    auto result = e.literal(0);
    auto ge = e.literal(0);
    for (unsigned i = 0; i < 32 / kWidth; ++i) {
      const auto a = lane_value(e, rn, i);
      const auto b = lane_value(e, rm, Pairing::partner(i));
      const auto exact = Pairing::adds(i) ? a + b : a - b;
      const auto value = Lane::value(e, exact, kWidth) & e.literal(low_mask(kWidth));
      result = result | (value << (i * kWidth));
      if constexpr (Lane::kSetsGe) {
        const auto ge_bits = e.literal(low_mask(kWidth / 8) << (i * kWidth / 8));
        const auto holds = Lane::greater_or_equal(e, exact, kWidth, Pairing::adds(i));
        ge = ge | e.select(holds, ge_bits, e.literal(0));
      }
    }
    e.set_reg(o.rd, result);
    if constexpr (Lane::kSetsGe) e.set_ge(ge);
  }
};

template <class Lane>
using ParallelAdd8 = Parallel<Lane, pairing::AddAll, 8>;
template <class Lane>
using ParallelAdd16 = Parallel<Lane, pairing::AddAll, 16>;
template <class Lane>
using ParallelSub8 = Parallel<Lane, pairing::SubtractAll, 8>;
template <class Lane>
using ParallelSub16 = Parallel<Lane, pairing::SubtractAll, 16>;
template <class Lane>
using ParallelAsx = Parallel<Lane, pairing::AddSubtractExchanged, 16>;
template <class Lane>
using ParallelSax = Parallel<Lane, pairing::SubtractAddExchanged, 16>;

/// SADD8 <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, SADD8, encoding T1.
struct Sadd8T1 : ParallelAdd8<lane::Plain<true>> {
  static constexpr Encoding row{"SADD8",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101000 nnnn 1111 dddd 0000 mmmm",
                                "sadd8{c} <rd>, <rn>, <rm>"};
};

/// SADD16 <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, SADD16, encoding T1.
struct Sadd16T1 : ParallelAdd16<lane::Plain<true>> {
  static constexpr Encoding row{"SADD16",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101001 nnnn 1111 dddd 0000 mmmm",
                                "sadd16{c} <rd>, <rn>, <rm>"};
};

/// SASX <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, SASX, encoding T1.
struct SasxT1 : ParallelAsx<lane::Plain<true>> {
  static constexpr Encoding row{"SASX",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101010 nnnn 1111 dddd 0000 mmmm",
                                "sasx{c} <rd>, <rn>, <rm>"};
};

/// SSUB8 <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, SSUB8, encoding T1.
struct Ssub8T1 : ParallelSub8<lane::Plain<true>> {
  static constexpr Encoding row{"SSUB8",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101100 nnnn 1111 dddd 0000 mmmm",
                                "ssub8{c} <rd>, <rn>, <rm>"};
};

/// SSUB16 <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, SSUB16, encoding T1.
struct Ssub16T1 : ParallelSub16<lane::Plain<true>> {
  static constexpr Encoding row{"SSUB16",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101101 nnnn 1111 dddd 0000 mmmm",
                                "ssub16{c} <rd>, <rn>, <rm>"};
};

/// SSAX <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, SSAX, encoding T1.
struct SsaxT1 : ParallelSax<lane::Plain<true>> {
  static constexpr Encoding row{"SSAX",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101110 nnnn 1111 dddd 0000 mmmm",
                                "ssax{c} <rd>, <rn>, <rm>"};
};

/// QADD8 <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, QADD8, encoding T1.
struct Qadd8T1 : ParallelAdd8<lane::Saturating<true>> {
  static constexpr Encoding row{"QADD8",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101000 nnnn 1111 dddd 0001 mmmm",
                                "qadd8{c} <rd>, <rn>, <rm>"};
};

/// QADD16 <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, QADD16, encoding T1.
struct Qadd16T1 : ParallelAdd16<lane::Saturating<true>> {
  static constexpr Encoding row{"QADD16",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101001 nnnn 1111 dddd 0001 mmmm",
                                "qadd16{c} <rd>, <rn>, <rm>"};
};

/// QASX <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, QASX, encoding T1.
struct QasxT1 : ParallelAsx<lane::Saturating<true>> {
  static constexpr Encoding row{"QASX",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101010 nnnn 1111 dddd 0001 mmmm",
                                "qasx{c} <rd>, <rn>, <rm>"};
};

/// QSUB8 <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, QSUB8, encoding T1.
struct Qsub8T1 : ParallelSub8<lane::Saturating<true>> {
  static constexpr Encoding row{"QSUB8",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101100 nnnn 1111 dddd 0001 mmmm",
                                "qsub8{c} <rd>, <rn>, <rm>"};
};

/// QSUB16 <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, QSUB16, encoding T1.
struct Qsub16T1 : ParallelSub16<lane::Saturating<true>> {
  static constexpr Encoding row{"QSUB16",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101101 nnnn 1111 dddd 0001 mmmm",
                                "qsub16{c} <rd>, <rn>, <rm>"};
};

/// QSAX <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, QSAX, encoding T1.
struct QsaxT1 : ParallelSax<lane::Saturating<true>> {
  static constexpr Encoding row{"QSAX",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101110 nnnn 1111 dddd 0001 mmmm",
                                "qsax{c} <rd>, <rn>, <rm>"};
};

/// SHADD8 <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, SHADD8, encoding T1.
struct Shadd8T1 : ParallelAdd8<lane::Halving<true>> {
  static constexpr Encoding row{"SHADD8",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101000 nnnn 1111 dddd 0010 mmmm",
                                "shadd8{c} <rd>, <rn>, <rm>"};
};

/// SHADD16 <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, SHADD16, encoding T1.
struct Shadd16T1 : ParallelAdd16<lane::Halving<true>> {
  static constexpr Encoding row{"SHADD16",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101001 nnnn 1111 dddd 0010 mmmm",
                                "shadd16{c} <rd>, <rn>, <rm>"};
};

/// SHASX <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, SHASX, encoding T1.
struct ShasxT1 : ParallelAsx<lane::Halving<true>> {
  static constexpr Encoding row{"SHASX",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101010 nnnn 1111 dddd 0010 mmmm",
                                "shasx{c} <rd>, <rn>, <rm>"};
};

/// SHSUB8 <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, SHSUB8, encoding T1.
struct Shsub8T1 : ParallelSub8<lane::Halving<true>> {
  static constexpr Encoding row{"SHSUB8",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101100 nnnn 1111 dddd 0010 mmmm",
                                "shsub8{c} <rd>, <rn>, <rm>"};
};

/// SHSUB16 <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, SHSUB16, encoding T1.
struct Shsub16T1 : ParallelSub16<lane::Halving<true>> {
  static constexpr Encoding row{"SHSUB16",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101101 nnnn 1111 dddd 0010 mmmm",
                                "shsub16{c} <rd>, <rn>, <rm>"};
};

/// SHSAX <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, SHSAX, encoding T1.
struct ShsaxT1 : ParallelSax<lane::Halving<true>> {
  static constexpr Encoding row{"SHSAX",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101110 nnnn 1111 dddd 0010 mmmm",
                                "shsax{c} <rd>, <rn>, <rm>"};
};

/// UADD8 <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, UADD8, encoding T1.
struct Uadd8T1 : ParallelAdd8<lane::Plain<false>> {
  static constexpr Encoding row{"UADD8",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101000 nnnn 1111 dddd 0100 mmmm",
                                "uadd8{c} <rd>, <rn>, <rm>"};
};

/// UADD16 <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, UADD16, encoding T1.
struct Uadd16T1 : ParallelAdd16<lane::Plain<false>> {
  static constexpr Encoding row{"UADD16",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101001 nnnn 1111 dddd 0100 mmmm",
                                "uadd16{c} <rd>, <rn>, <rm>"};
};

/// UASX <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, UASX, encoding T1.
struct UasxT1 : ParallelAsx<lane::Plain<false>> {
  static constexpr Encoding row{"UASX",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101010 nnnn 1111 dddd 0100 mmmm",
                                "uasx{c} <rd>, <rn>, <rm>"};
};

/// USUB8 <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, USUB8, encoding T1.
struct Usub8T1 : ParallelSub8<lane::Plain<false>> {
  static constexpr Encoding row{"USUB8",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101100 nnnn 1111 dddd 0100 mmmm",
                                "usub8{c} <rd>, <rn>, <rm>"};
};

/// USUB16 <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, USUB16, encoding T1.
struct Usub16T1 : ParallelSub16<lane::Plain<false>> {
  static constexpr Encoding row{"USUB16",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101101 nnnn 1111 dddd 0100 mmmm",
                                "usub16{c} <rd>, <rn>, <rm>"};
};

/// USAX <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, USAX, encoding T1.
struct UsaxT1 : ParallelSax<lane::Plain<false>> {
  static constexpr Encoding row{"USAX",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101110 nnnn 1111 dddd 0100 mmmm",
                                "usax{c} <rd>, <rn>, <rm>"};
};

/// UQADD8 <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, UQADD8, encoding T1.
struct Uqadd8T1 : ParallelAdd8<lane::Saturating<false>> {
  static constexpr Encoding row{"UQADD8",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101000 nnnn 1111 dddd 0101 mmmm",
                                "uqadd8{c} <rd>, <rn>, <rm>"};
};

/// UQADD16 <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, UQADD16, encoding T1.
struct Uqadd16T1 : ParallelAdd16<lane::Saturating<false>> {
  static constexpr Encoding row{"UQADD16",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101001 nnnn 1111 dddd 0101 mmmm",
                                "uqadd16{c} <rd>, <rn>, <rm>"};
};

/// UQASX <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, UQASX, encoding T1.
struct UqasxT1 : ParallelAsx<lane::Saturating<false>> {
  static constexpr Encoding row{"UQASX",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101010 nnnn 1111 dddd 0101 mmmm",
                                "uqasx{c} <rd>, <rn>, <rm>"};
};

/// UQSUB8 <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, UQSUB8, encoding T1.
struct Uqsub8T1 : ParallelSub8<lane::Saturating<false>> {
  static constexpr Encoding row{"UQSUB8",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101100 nnnn 1111 dddd 0101 mmmm",
                                "uqsub8{c} <rd>, <rn>, <rm>"};
};

/// UQSUB16 <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, UQSUB16, encoding T1.
struct Uqsub16T1 : ParallelSub16<lane::Saturating<false>> {
  static constexpr Encoding row{"UQSUB16",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101101 nnnn 1111 dddd 0101 mmmm",
                                "uqsub16{c} <rd>, <rn>, <rm>"};
};

/// UQSAX <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, UQSAX, encoding T1.
struct UqsaxT1 : ParallelSax<lane::Saturating<false>> {
  static constexpr Encoding row{"UQSAX",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101110 nnnn 1111 dddd 0101 mmmm",
                                "uqsax{c} <rd>, <rn>, <rm>"};
};

/// UHADD8 <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, UHADD8, encoding T1.
struct Uhadd8T1 : ParallelAdd8<lane::Halving<false>> {
  static constexpr Encoding row{"UHADD8",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101000 nnnn 1111 dddd 0110 mmmm",
                                "uhadd8{c} <rd>, <rn>, <rm>"};
};

/// UHADD16 <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, UHADD16, encoding T1.
struct Uhadd16T1 : ParallelAdd16<lane::Halving<false>> {
  static constexpr Encoding row{"UHADD16",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101001 nnnn 1111 dddd 0110 mmmm",
                                "uhadd16{c} <rd>, <rn>, <rm>"};
};

/// UHASX <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, UHASX, encoding T1.
struct UhasxT1 : ParallelAsx<lane::Halving<false>> {
  static constexpr Encoding row{"UHASX",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101010 nnnn 1111 dddd 0110 mmmm",
                                "uhasx{c} <rd>, <rn>, <rm>"};
};

/// UHSUB8 <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, UHSUB8, encoding T1.
struct Uhsub8T1 : ParallelSub8<lane::Halving<false>> {
  static constexpr Encoding row{"UHSUB8",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101100 nnnn 1111 dddd 0110 mmmm",
                                "uhsub8{c} <rd>, <rn>, <rm>"};
};

/// UHSUB16 <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, UHSUB16, encoding T1.
struct Uhsub16T1 : ParallelSub16<lane::Halving<false>> {
  static constexpr Encoding row{"UHSUB16",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101101 nnnn 1111 dddd 0110 mmmm",
                                "uhsub16{c} <rd>, <rn>, <rm>"};
};

/// UHSAX <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, UHSAX, encoding T1.
struct UhsaxT1 : ParallelSax<lane::Halving<false>> {
  static constexpr Encoding row{"UHSAX",
                                T1,
                                Feature::dsp,
                                TimingClass::parallel_add,
                                "111110101110 nnnn 1111 dddd 0110 mmmm",
                                "uhsax{c} <rd>, <rn>, <rm>"};
};

using DspParallelRows =
    RowList<Sadd8T1, Sadd16T1, SasxT1, Ssub8T1, Ssub16T1, SsaxT1, Qadd8T1, Qadd16T1, QasxT1,
            Qsub8T1, Qsub16T1, QsaxT1, Shadd8T1, Shadd16T1, ShasxT1, Shsub8T1, Shsub16T1, ShsaxT1,
            Uadd8T1, Uadd16T1, UasxT1, Usub8T1, Usub16T1, UsaxT1, Uqadd8T1, Uqadd16T1, UqasxT1,
            Uqsub8T1, Uqsub16T1, UqsaxT1, Uhadd8T1, Uhadd16T1, UhasxT1, Uhsub8T1, Uhsub16T1,
            UhsaxT1>;

}  // namespace mcost::isa
