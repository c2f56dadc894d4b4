// What FPv5 adds to FPv4-SP: VSEL, VMAXNM and VMINNM, VRINT, and VCVT with a rounding mode of its
// own. Source: ARMv7-M ARM A6.4 and A7.7.
#pragma once

#include "sim_core/isa/insn/fp_shapes.h"

namespace mcost::isa {

template <class P>
struct FpSelect {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto first = e.condition(o.ra);
    P::write(e, o.rd, e.select(first, P::read(e, o.rn), P::read(e, o.rm)));
  }
};

template <class P>
struct FpMaximum {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    P::write(e, o.rd, e.fp_max_num(P::read(e, o.rn), P::read(e, o.rm)));
  }
};

template <class P>
struct FpMinimum {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    P::write(e, o.rd, e.fp_min_num(P::read(e, o.rn), P::read(e, o.rm)));
  }
};

/// VRINTA, VRINTN, VRINTP, VRINTM: `amount` is the rounding mode.
template <class P>
struct FpRoundDirected {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto rounding = static_cast<FpRounding>(o.amount);
    P::write(e, o.rd, e.fp_round_int(P::read(e, o.rm), rounding, false));
  }
};

/// VRINTZ with `option`, else VRINTR.
template <class P>
struct FpRoundZeroOrMode {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const FpRounding rounding = o.option ? FpRounding::zero : FpRounding::as_fpscr;
    P::write(e, o.rd, e.fp_round_int(P::read(e, o.rm), rounding, false));
  }
};

/// VRINTX
template <class P>
struct FpRoundExact {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    P::write(e, o.rd, e.fp_round_int(P::read(e, o.rm), FpRounding::as_fpscr, true));
  }
};

/// VCVTA, VCVTN, VCVTP, VCVTM: `amount` is the rounding mode. The integer is always in a single.
template <class P>
struct FpToIntegerDirected {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const bool is_signed = (o.imm & 1u) == 0;
    const auto rounding = static_cast<FpRounding>(o.amount);
    e.set_single(o.rd, e.fp_to_fixed(P::read(e, o.rm), 32, 0, is_signed, rounding));
  }
};

/// VSEL<c>.F32 <Sd>, <Sn>, <Sm>.  Source: ARMv7-M ARM A7.7, VSEL, encoding T1.
struct VselT1 : FpSelect<SinglePrecision>, shape::Selection<shape::SingleOperands> {
  static constexpr Encoding row{"VSEL",
                                T1,
                                Feature::fpv5_sp,
                                TimingClass::fp_move,
                                "1111 1110 0ecc nnnn dddd 1010 o0p0 mmmm",
                                "vsel<cond>.f32 <sd>, <sn>, <sm>"};
};

/// VMAXNM.F32 <Sd>, <Sn>, <Sm>.  Source: ARMv7-M ARM A7.7, VMAXNM, VMINNM, encoding T1.
struct VmaxnmT1 : FpMaximum<SinglePrecision>, shape::OutsideItBlock<shape::SingleOperands> {
  static constexpr Encoding row{"VMAXNM, VMINNM",
                                T1,
                                Feature::fpv5_sp,
                                TimingClass::fp_move,
                                "1111 1110 1e00 nnnn dddd 1010 o0p0 mmmm",
                                "vmaxnm.f32 <sd>, <sn>, <sm>"};
};

/// VMINNM.F32 <Sd>, <Sn>, <Sm>.  Source: ARMv7-M ARM A7.7, VMAXNM, VMINNM, encoding T1.
struct VminnmT1 : FpMinimum<SinglePrecision>, shape::OutsideItBlock<shape::SingleOperands> {
  static constexpr Encoding row{"VMAXNM, VMINNM",
                                T1,
                                Feature::fpv5_sp,
                                TimingClass::fp_move,
                                "1111 1110 1e00 nnnn dddd 1010 o1p0 mmmm",
                                "vminnm.f32 <sd>, <sn>, <sm>"};
};

/// VRINT<r>.F32 <Sd>, <Sm>.  Source: ARMv7-M ARM A7.7, VRINTA, VRINTN, VRINTP, VRINTM, encoding T1.
struct VrintDirectedT1 : FpRoundDirected<SinglePrecision>, shape::Directed<shape::SingleOperands> {
  static constexpr Encoding row{"VRINTA, VRINTN, VRINTP, VRINTM",
                                T1,
                                Feature::fpv5_sp,
                                TimingClass::fp_convert,
                                "1111 1110 1e11 10rr dddd 1010 01p0 mmmm",
                                "vrint<rounding>.f32 <sd>, <sm>"};
};

/// VRINT{Z, R}.F32 <Sd>, <Sm>.  Source: ARMv7-M ARM A7.7, VRINTZ, VRINTR, encoding T1.
struct VrintZeroOrModeT1 : FpRoundZeroOrMode<SinglePrecision>,
                           shape::WithOption<shape::SingleOperands> {
  static constexpr Encoding row{"VRINTZ, VRINTR",
                                T1,
                                Feature::fpv5_sp,
                                TimingClass::fp_convert,
                                "1110 1110 1e11 0110 dddd 1010 q1p0 mmmm",
                                "vrint{z|r}{c}.f32 <sd>, <sm>"};
};

/// VRINTX.F32 <Sd>, <Sm>.  Source: ARMv7-M ARM A7.7, VRINTX, encoding T1.
struct VrintxT1 : FpRoundExact<SinglePrecision>, shape::SingleOperands {
  static constexpr Encoding row{"VRINTX",
                                T1,
                                Feature::fpv5_sp,
                                TimingClass::fp_convert,
                                "1110 1110 1e11 0111 dddd 1010 01p0 mmmm",
                                "vrintx{c}.f32 <sd>, <sm>"};
};

/// VCVT<r>.<S32|U32>.F32 <Sd>, <Sm>.  Source: ARMv7-M ARM A7.7, VCVTA, VCVTN, VCVTP, VCVTM,
/// encoding T1.
struct VcvtDirectedT1 : FpToIntegerDirected<SinglePrecision>,
                        shape::Directed<shape::ToInteger<shape::SingleOperands>> {
  static constexpr Encoding row{"VCVTA, VCVTN, VCVTP, VCVTM",
                                T1,
                                Feature::fpv5_sp,
                                TimingClass::fp_convert,
                                "1111 1110 1e11 11rr dddd 1010 s1p0 mmmm",
                                "vcvt<rounding>.{0:u|s}32.f32 <sd>, <sm>"};
};

/// VSEL<c>.F64 <Dd>, <Dn>, <Dm>.  Source: ARMv7-M ARM A7.7, VSEL, encoding T1.
struct VselDoubleT1 : FpSelect<DoublePrecision>, shape::Selection<shape::DoubleOperands> {
  static constexpr Encoding row{"VSEL",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_move,
                                "1111 1110 0ecc nnnn dddd 1011 o0p0 mmmm",
                                "vsel<cond>.f64 <sd>, <sn>, <sm>"};
};

/// VMAXNM.F64 <Dd>, <Dn>, <Dm>.  Source: ARMv7-M ARM A7.7, VMAXNM, VMINNM, encoding T1.
struct VmaxnmDoubleT1 : FpMaximum<DoublePrecision>, shape::OutsideItBlock<shape::DoubleOperands> {
  static constexpr Encoding row{"VMAXNM, VMINNM",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_move,
                                "1111 1110 1e00 nnnn dddd 1011 o0p0 mmmm",
                                "vmaxnm.f64 <sd>, <sn>, <sm>"};
};

/// VMINNM.F64 <Dd>, <Dn>, <Dm>.  Source: ARMv7-M ARM A7.7, VMAXNM, VMINNM, encoding T1.
struct VminnmDoubleT1 : FpMinimum<DoublePrecision>, shape::OutsideItBlock<shape::DoubleOperands> {
  static constexpr Encoding row{"VMAXNM, VMINNM",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_move,
                                "1111 1110 1e00 nnnn dddd 1011 o1p0 mmmm",
                                "vminnm.f64 <sd>, <sn>, <sm>"};
};

/// VRINT<r>.F64 <Dd>, <Dm>.  Source: ARMv7-M ARM A7.7, VRINTA, VRINTN, VRINTP, VRINTM, encoding T1.
struct VrintDirectedDoubleT1 : FpRoundDirected<DoublePrecision>,
                               shape::Directed<shape::DoubleOperands> {
  static constexpr Encoding row{"VRINTA, VRINTN, VRINTP, VRINTM",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_convert,
                                "1111 1110 1e11 10rr dddd 1011 01p0 mmmm",
                                "vrint<rounding>.f64 <sd>, <sm>"};
};

/// VRINT{Z, R}.F64 <Dd>, <Dm>.  Source: ARMv7-M ARM A7.7, VRINTZ, VRINTR, encoding T1.
struct VrintZeroOrModeDoubleT1 : FpRoundZeroOrMode<DoublePrecision>,
                                 shape::WithOption<shape::DoubleOperands> {
  static constexpr Encoding row{"VRINTZ, VRINTR",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_convert,
                                "1110 1110 1e11 0110 dddd 1011 q1p0 mmmm",
                                "vrint{z|r}{c}.f64 <sd>, <sm>"};
};

/// VRINTX.F64 <Dd>, <Dm>.  Source: ARMv7-M ARM A7.7, VRINTX, encoding T1.
struct VrintxDoubleT1 : FpRoundExact<DoublePrecision>, shape::DoubleOperands {
  static constexpr Encoding row{"VRINTX",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_convert,
                                "1110 1110 1e11 0111 dddd 1011 01p0 mmmm",
                                "vrintx{c}.f64 <sd>, <sm>"};
};

/// VCVT<r>.<S32|U32>.F64 <Sd>, <Dm>.  Source: ARMv7-M ARM A7.7, VCVTA, VCVTN, VCVTP, VCVTM,
/// encoding T1.
struct VcvtDirectedDoubleT1 : FpToIntegerDirected<DoublePrecision>,
                              shape::Directed<shape::ToInteger<shape::SingleDoubleOperands>> {
  static constexpr Encoding row{"VCVTA, VCVTN, VCVTP, VCVTM",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_convert,
                                "1111 1110 1e11 11rr dddd 1011 s1p0 mmmm",
                                "vcvt<rounding>.{0:u|s}32.f64 <sd.s>, <sm>"};
};

using Fpv5Rows =
    RowList<VselT1, VmaxnmT1, VminnmT1, VrintDirectedT1, VrintZeroOrModeT1, VrintxT1,
            VcvtDirectedT1, VselDoubleT1, VmaxnmDoubleT1, VminnmDoubleT1, VrintDirectedDoubleT1,
            VrintZeroOrModeDoubleT1, VrintxDoubleT1, VcvtDirectedDoubleT1>;

}  // namespace mcost::isa
