// Floating-point arithmetic, comparison and conversion: the bodies, and the rows of FPv4-SP.
// Source: ARMv7-M ARM A6.4 and A7.7.
#pragma once

#include "sim_core/isa/insn/fp_shapes.h"

namespace mcost::isa {

template <class P>
struct FpAdd {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    P::write(e, o.rd, e.fp_add(P::read(e, o.rn), P::read(e, o.rm)));
  }
};

template <class P>
struct FpSubtract {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    P::write(e, o.rd, e.fp_sub(P::read(e, o.rn), P::read(e, o.rm)));
  }
};

template <class P>
struct FpMultiply {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    P::write(e, o.rd, e.fp_mul(P::read(e, o.rn), P::read(e, o.rm)));
  }
};

template <class P>
struct FpMultiplyNegate {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    P::write(e, o.rd, e.fp_neg(e.fp_mul(P::read(e, o.rn), P::read(e, o.rm))));
  }
};

template <class P>
struct FpDivide {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    P::write(e, o.rd, e.fp_div(P::read(e, o.rn), P::read(e, o.rm)));
  }
};

/// VMLA, VMLS, VNMLA, VNMLS: the product is rounded, then the sum.
template <class P, bool kNegateAddend, bool kNegateProduct>
struct FpMultiplyThenAdd {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    auto product = e.fp_mul(P::read(e, o.rn), P::read(e, o.rm));
    if constexpr (kNegateProduct) product = e.fp_neg(product);
    auto addend = e.accumulator(P::read(e, o.rd));
    if constexpr (kNegateAddend) addend = e.fp_neg(addend);
    P::write(e, o.rd, e.fp_add(addend, product));
  }
};

/// VFMA, VFMS, VFNMA, VFNMS: rounded once. The negation is of the first factor, which shows in
/// NaNs.
template <class P, bool kNegateAddend, bool kNegateFactor>
struct FpFusedMultiplyAdd {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    auto addend = P::read(e, o.rd);
    if constexpr (kNegateAddend) addend = e.fp_neg(addend);
    auto factor = P::read(e, o.rn);
    if constexpr (kNegateFactor) factor = e.fp_neg(factor);
    P::write(e, o.rd, e.fp_mul_add(addend, factor, P::read(e, o.rm)));
  }
};

template <class P>
struct FpSquareRoot {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    P::write(e, o.rd, e.fp_sqrt(P::read(e, o.rm)));
  }
};

template <class P>
struct FpAbsolute {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    P::write(e, o.rd, e.fp_abs(P::read(e, o.rm)));
  }
};

template <class P>
struct FpNegate {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    P::write(e, o.rd, e.fp_neg(P::read(e, o.rm)));
  }
};

/// VCMP; VCMPE with `option`.
template <class P>
struct FpCompare {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.fp_compare(P::read(e, o.rd), P::read(e, o.rm), o.option);
  }
};

template <class P>
struct FpCompareZero {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.fp_compare(P::read(e, o.rd), P::literal(e, 0), o.option);
  }
};

/// VCVT to an integer, which is always in a single; rounds towards zero with `option`, else VCVTR
/// as FPSCR says.
template <class P>
struct FpToInteger {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const bool is_signed = (o.imm & 1u) == 0;
    const FpRounding rounding = o.option ? FpRounding::zero : FpRounding::as_fpscr;
    e.set_single(o.rd, e.fp_to_fixed(P::read(e, o.rm), 32, 0, is_signed, rounding));
  }
};

template <class P>
struct IntegerToFp {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const bool is_signed = (o.imm & 1u) == 0;
    P::write(e, o.rd, P::from_fixed(e, e.single(o.rm), 32, 0, is_signed, FpRounding::as_fpscr));
  }
};

[[nodiscard]] constexpr unsigned fixed_point_size(const Operands& o) {
  return (o.imm & 2u) != 0 ? 32 : 16;
}

template <class P>
struct FpToFixedPoint {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const bool is_signed = (o.imm & 1u) == 0;
    const auto number =
        e.fp_to_fixed(P::read(e, o.rd), fixed_point_size(o), o.amount, is_signed, FpRounding::zero);
    P::write_integer(e, o.rd, number, is_signed);
  }
};

template <class P>
struct FixedPointToFp {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const bool is_signed = (o.imm & 1u) == 0;
    P::write(e, o.rd,
             P::from_fixed(e, P::read_integer(e, o.rd), fixed_point_size(o), o.amount, is_signed,
                           FpRounding::nearest_even));
  }
};

/// VCVTB, VCVTT (`option`) from half precision.
template <class P>
struct HalfToFp {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto halves = e.single(o.rm);
    const auto half = o.option ? halves >> 16 : halves & e.literal(0xFFFF);
    P::write(e, o.rd, P::from_half(e, half));
  }
};

/// VCVTB, VCVTT (`option`) to half precision; the other half of Sd stays.
template <class P>
struct FpToHalf {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto half = P::to_half(e, P::read(e, o.rm));
    const auto kept = e.single(o.rd) & e.literal(o.option ? 0xFFFF : 0xFFFF0000);
    e.set_single(o.rd, kept | (o.option ? half << 16 : half));
  }
};

/// VMLA.F32 <Sd>, <Sn>, <Sm>.  Source: ARMv7-M ARM A7.7, VMLA, VMLS, encoding T1.
struct VmlaT1 : FpMultiplyThenAdd<SinglePrecision, false, false>, shape::SingleOperands {
  static constexpr Encoding row{"VMLA, VMLS",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_multiply_accumulate,
                                "1110 1110 0e00 nnnn dddd 1010 o0p0 mmmm",
                                "vmla{c}.f32 <sd>, <sn>, <sm>"};
};

/// VMLS.F32 <Sd>, <Sn>, <Sm>.  Source: ARMv7-M ARM A7.7, VMLA, VMLS, encoding T1.
struct VmlsT1 : FpMultiplyThenAdd<SinglePrecision, false, true>, shape::SingleOperands {
  static constexpr Encoding row{"VMLA, VMLS",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_multiply_accumulate,
                                "1110 1110 0e00 nnnn dddd 1010 o1p0 mmmm",
                                "vmls{c}.f32 <sd>, <sn>, <sm>"};
};

/// VNMLS.F32 <Sd>, <Sn>, <Sm>.  Source: ARMv7-M ARM A7.7, VNMLA, VNMLS, VNMUL, encoding T1.
struct VnmlsT1 : FpMultiplyThenAdd<SinglePrecision, true, false>, shape::SingleOperands {
  static constexpr Encoding row{"VNMLA, VNMLS, VNMUL",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_multiply_accumulate,
                                "1110 1110 0e01 nnnn dddd 1010 o0p0 mmmm",
                                "vnmls{c}.f32 <sd>, <sn>, <sm>"};
};

/// VNMLA.F32 <Sd>, <Sn>, <Sm>.  Source: ARMv7-M ARM A7.7, VNMLA, VNMLS, VNMUL, encoding T1.
struct VnmlaT1 : FpMultiplyThenAdd<SinglePrecision, true, true>, shape::SingleOperands {
  static constexpr Encoding row{"VNMLA, VNMLS, VNMUL",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_multiply_accumulate,
                                "1110 1110 0e01 nnnn dddd 1010 o1p0 mmmm",
                                "vnmla{c}.f32 <sd>, <sn>, <sm>"};
};

/// VMUL.F32 <Sd>, <Sn>, <Sm>.  Source: ARMv7-M ARM A7.7, VMUL, encoding T1.
struct VmulT1 : FpMultiply<SinglePrecision>, shape::SingleOperands {
  static constexpr Encoding row{"VMUL",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_multiply,
                                "1110 1110 0e10 nnnn dddd 1010 o0p0 mmmm",
                                "vmul{c}.f32 <sd>, <sn>, <sm>"};
};

/// VNMUL.F32 <Sd>, <Sn>, <Sm>.  Source: ARMv7-M ARM A7.7, VNMLA, VNMLS, VNMUL, encoding T2.
struct VnmulT2 : FpMultiplyNegate<SinglePrecision>, shape::SingleOperands {
  static constexpr Encoding row{"VNMLA, VNMLS, VNMUL",
                                T2,
                                Feature::fpv4_sp,
                                TimingClass::fp_multiply,
                                "1110 1110 0e10 nnnn dddd 1010 o1p0 mmmm",
                                "vnmul{c}.f32 <sd>, <sn>, <sm>"};
};

/// VADD.F32 <Sd>, <Sn>, <Sm>.  Source: ARMv7-M ARM A7.7, VADD, encoding T1.
struct VaddT1 : FpAdd<SinglePrecision>, shape::SingleOperands {
  static constexpr Encoding row{"VADD",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_add,
                                "1110 1110 0e11 nnnn dddd 1010 o0p0 mmmm",
                                "vadd{c}.f32 <sd>, <sn>, <sm>"};
};

/// VSUB.F32 <Sd>, <Sn>, <Sm>.  Source: ARMv7-M ARM A7.7, VSUB, encoding T1.
struct VsubT1 : FpSubtract<SinglePrecision>, shape::SingleOperands {
  static constexpr Encoding row{"VSUB",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_add,
                                "1110 1110 0e11 nnnn dddd 1010 o1p0 mmmm",
                                "vsub{c}.f32 <sd>, <sn>, <sm>"};
};

/// VDIV.F32 <Sd>, <Sn>, <Sm>.  Source: ARMv7-M ARM A7.7, VDIV, encoding T1.
struct VdivT1 : FpDivide<SinglePrecision>, shape::SingleOperands {
  static constexpr Encoding row{"VDIV",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_divide,
                                "1110 1110 1e00 nnnn dddd 1010 o0p0 mmmm",
                                "vdiv{c}.f32 <sd>, <sn>, <sm>"};
};

/// VFNMS.F32 <Sd>, <Sn>, <Sm>.  Source: ARMv7-M ARM A7.7, VFNMA, VFNMS, encoding T1.
struct VfnmsT1 : FpFusedMultiplyAdd<SinglePrecision, true, false>, shape::SingleOperands {
  static constexpr Encoding row{"VFNMA, VFNMS",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_multiply_accumulate,
                                "1110 1110 1e01 nnnn dddd 1010 o0p0 mmmm",
                                "vfnms{c}.f32 <sd>, <sn>, <sm>"};
};

/// VFNMA.F32 <Sd>, <Sn>, <Sm>.  Source: ARMv7-M ARM A7.7, VFNMA, VFNMS, encoding T1.
struct VfnmaT1 : FpFusedMultiplyAdd<SinglePrecision, true, true>, shape::SingleOperands {
  static constexpr Encoding row{"VFNMA, VFNMS",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_multiply_accumulate,
                                "1110 1110 1e01 nnnn dddd 1010 o1p0 mmmm",
                                "vfnma{c}.f32 <sd>, <sn>, <sm>"};
};

/// VFMA.F32 <Sd>, <Sn>, <Sm>.  Source: ARMv7-M ARM A7.7, VFMA, VFMS, encoding T1.
struct VfmaT1 : FpFusedMultiplyAdd<SinglePrecision, false, false>, shape::SingleOperands {
  static constexpr Encoding row{"VFMA, VFMS",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_multiply_accumulate,
                                "1110 1110 1e10 nnnn dddd 1010 o0p0 mmmm",
                                "vfma{c}.f32 <sd>, <sn>, <sm>"};
};

/// VFMS.F32 <Sd>, <Sn>, <Sm>.  Source: ARMv7-M ARM A7.7, VFMA, VFMS, encoding T1.
struct VfmsT1 : FpFusedMultiplyAdd<SinglePrecision, false, true>, shape::SingleOperands {
  static constexpr Encoding row{"VFMA, VFMS",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_multiply_accumulate,
                                "1110 1110 1e10 nnnn dddd 1010 o1p0 mmmm",
                                "vfms{c}.f32 <sd>, <sn>, <sm>"};
};

/// VABS.F32 <Sd>, <Sm>.  Source: ARMv7-M ARM A7.7, VABS, encoding T1.
struct VabsT1 : FpAbsolute<SinglePrecision>, shape::SingleOperands {
  static constexpr Encoding row{"VABS",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_move,
                                "1110 1110 1e11 0000 dddd 1010 11p0 mmmm",
                                "vabs{c}.f32 <sd>, <sm>"};
};

/// VNEG.F32 <Sd>, <Sm>.  Source: ARMv7-M ARM A7.7, VNEG, encoding T1.
struct VnegT1 : FpNegate<SinglePrecision>, shape::SingleOperands {
  static constexpr Encoding row{"VNEG",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_move,
                                "1110 1110 1e11 0001 dddd 1010 01p0 mmmm",
                                "vneg{c}.f32 <sd>, <sm>"};
};

/// VSQRT.F32 <Sd>, <Sm>.  Source: ARMv7-M ARM A7.7, VSQRT, encoding T1.
struct VsqrtT1 : FpSquareRoot<SinglePrecision>, shape::SingleOperands {
  static constexpr Encoding row{"VSQRT",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_square_root,
                                "1110 1110 1e11 0001 dddd 1010 11p0 mmmm",
                                "vsqrt{c}.f32 <sd>, <sm>"};
};

/// VCMP{E}.F32 <Sd>, <Sm>.  Source: ARMv7-M ARM A7.7, VCMP, VCMPE, encoding T1.
struct VcmpT1 : FpCompare<SinglePrecision>, shape::WithOption<shape::SingleOperands> {
  static constexpr Encoding row{"VCMP, VCMPE",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_compare,
                                "1110 1110 1e11 0100 dddd 1010 q1p0 mmmm",
                                "vcmp{e|}{c}.f32 <sd>, <sm>"};
};

/// VCMP{E}.F32 <Sd>, #0.0.  Source: ARMv7-M ARM A7.7, VCMP, VCMPE, encoding T2.
struct VcmpT2 : FpCompareZero<SinglePrecision>, shape::WithOption<shape::SingleOperands> {
  static constexpr Encoding row{"VCMP, VCMPE",
                                T2,
                                Feature::fpv4_sp,
                                TimingClass::fp_compare,
                                "1110 1110 1e11 0101 dddd 1010 q1Z0 ZZZZ",
                                "vcmp{e|}{c}.f32 <sd>, #0.0"};
};

/// VCVTB/VCVTT.F32.F16 <Sd>, <Sm>.  Source: ARMv7-M ARM A7.7, VCVTB, VCVTT, encoding T1.
struct VcvtHalfToSingleT1 : HalfToFp<SinglePrecision>, shape::WithOption<shape::SingleOperands> {
  static constexpr Encoding row{"VCVTB, VCVTT",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_convert,
                                "1110 1110 1e11 0010 dddd 1010 q1p0 mmmm",
                                "vcvt{t|b}{c}.f32.f16 <sd>, <sm>"};
};

/// VCVTB/VCVTT.F16.F32 <Sd>, <Sm>.  Source: ARMv7-M ARM A7.7, VCVTB, VCVTT, encoding T1.
struct VcvtSingleToHalfT1 : FpToHalf<SinglePrecision>, shape::WithOption<shape::SingleOperands> {
  static constexpr Encoding row{"VCVTB, VCVTT",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_convert,
                                "1110 1110 1e11 0011 dddd 1010 q1p0 mmmm",
                                "vcvt{t|b}{c}.f16.f32 <sd>, <sm>"};
};

/// VCVT.F32.<S32|U32> <Sd>, <Sm>.  Source: ARMv7-M ARM A7.7, VCVT, VCVTR (between floating-point
/// and integer), encoding T1.
struct VcvtFromIntegerT1 : IntegerToFp<SinglePrecision>, shape::FromInteger<shape::SingleOperands> {
  static constexpr Encoding row{"VCVT, VCVTR (between floating-point and integer)",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_convert,
                                "1110 1110 1e11 1000 dddd 1010 q1p0 mmmm",
                                "vcvt{c}.f32.{0:u|s}32 <sd>, <sm>"};
};

/// VCVT{R}.<S32|U32>.F32 <Sd>, <Sm>.  Source: ARMv7-M ARM A7.7, VCVT, VCVTR (between floating-point
/// and integer), encoding T1.
struct VcvtToIntegerT1 : FpToInteger<SinglePrecision>, shape::ToInteger<shape::SingleOperands> {
  static constexpr Encoding row{"VCVT, VCVTR (between floating-point and integer)",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_convert,
                                "1110 1110 1e11 110s dddd 1010 q1p0 mmmm",
                                "vcvt{|r}{c}.{0:u|s}32.f32 <sd>, <sm>"};
};

/// VCVT.<Td>.F32 <Sd>, <Sd>, #<fbits>.  Source: ARMv7-M ARM A7.7, VCVT (between floating-point and
/// fixed-point), encoding T1.
struct VcvtToFixedT1 : FpToFixedPoint<SinglePrecision>, shape::FixedPoint<shape::SingleOperands> {
  static constexpr Encoding row{"VCVT (between floating-point and fixed-point)",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_convert,
                                "1110 1110 1e11 111u dddd 1010 x1i0 kkkk",
                                "vcvt{c}.{0:u|s}{1:32|16}.f32 <sd>, <sd>, #<amount>"};
};

/// VCVT.F32.<Td> <Sd>, <Sd>, #<fbits>.  Source: ARMv7-M ARM A7.7, VCVT (between floating-point and
/// fixed-point), encoding T1.
struct VcvtFromFixedT1 : FixedPointToFp<SinglePrecision>, shape::FixedPoint<shape::SingleOperands> {
  static constexpr Encoding row{"VCVT (between floating-point and fixed-point)",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_convert,
                                "1110 1110 1e11 101u dddd 1010 x1i0 kkkk",
                                "vcvt{c}.f32.{0:u|s}{1:32|16} <sd>, <sd>, #<amount>"};
};

using FpArithmeticRows =
    RowList<VmlaT1, VmlsT1, VnmlsT1, VnmlaT1, VmulT1, VnmulT2, VaddT1, VsubT1, VdivT1, VfnmsT1,
            VfnmaT1, VfmaT1, VfmsT1, VabsT1, VnegT1, VsqrtT1, VcmpT1, VcmpT2, VcvtHalfToSingleT1,
            VcvtSingleToHalfT1, VcvtFromIntegerT1, VcvtToIntegerT1, VcvtToFixedT1, VcvtFromFixedT1>;

}  // namespace mcost::isa
