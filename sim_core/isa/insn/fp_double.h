// Double precision of FPv5: what FPv4-SP has for singles, and conversion between the two. Source:
// ARMv7-M ARM A6.4 and A7.7.
#pragma once

#include "sim_core/isa/insn/fp_arithmetic.h"
#include "sim_core/isa/insn/fp_move.h"

namespace mcost::isa {

struct SingleToDouble {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    DoublePrecision::write(e, o.rd, e.single_to_double(e.single(o.rm)));
  }
};

struct DoubleToSingle {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.set_single(o.rd, e.double_to_single(DoublePrecision::read(e, o.rm)));
  }
};

/// VMLA.F64 <Dd>, <Dn>, <Dm>.  Source: ARMv7-M ARM A7.7, VMLA, VMLS, encoding T1.
struct VmlaDoubleT1 : FpMultiplyThenAdd<DoublePrecision, false, false>, shape::DoubleOperands {
  static constexpr Encoding row{"VMLA, VMLS",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_multiply_accumulate,
                                "1110 1110 0e00 nnnn dddd 1011 o0p0 mmmm",
                                "vmla{c}.f64 <sd>, <sn>, <sm>"};
};

/// VMLS.F64 <Dd>, <Dn>, <Dm>.  Source: ARMv7-M ARM A7.7, VMLA, VMLS, encoding T1.
struct VmlsDoubleT1 : FpMultiplyThenAdd<DoublePrecision, false, true>, shape::DoubleOperands {
  static constexpr Encoding row{"VMLA, VMLS",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_multiply_accumulate,
                                "1110 1110 0e00 nnnn dddd 1011 o1p0 mmmm",
                                "vmls{c}.f64 <sd>, <sn>, <sm>"};
};

/// VNMLS.F64 <Dd>, <Dn>, <Dm>.  Source: ARMv7-M ARM A7.7, VNMLA, VNMLS, VNMUL, encoding T1.
struct VnmlsDoubleT1 : FpMultiplyThenAdd<DoublePrecision, true, false>, shape::DoubleOperands {
  static constexpr Encoding row{"VNMLA, VNMLS, VNMUL",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_multiply_accumulate,
                                "1110 1110 0e01 nnnn dddd 1011 o0p0 mmmm",
                                "vnmls{c}.f64 <sd>, <sn>, <sm>"};
};

/// VNMLA.F64 <Dd>, <Dn>, <Dm>.  Source: ARMv7-M ARM A7.7, VNMLA, VNMLS, VNMUL, encoding T1.
struct VnmlaDoubleT1 : FpMultiplyThenAdd<DoublePrecision, true, true>, shape::DoubleOperands {
  static constexpr Encoding row{"VNMLA, VNMLS, VNMUL",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_multiply_accumulate,
                                "1110 1110 0e01 nnnn dddd 1011 o1p0 mmmm",
                                "vnmla{c}.f64 <sd>, <sn>, <sm>"};
};

/// VMUL.F64 <Dd>, <Dn>, <Dm>.  Source: ARMv7-M ARM A7.7, VMUL, encoding T1.
struct VmulDoubleT1 : FpMultiply<DoublePrecision>, shape::DoubleOperands {
  static constexpr Encoding row{"VMUL",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_multiply,
                                "1110 1110 0e10 nnnn dddd 1011 o0p0 mmmm",
                                "vmul{c}.f64 <sd>, <sn>, <sm>"};
};

/// VNMUL.F64 <Dd>, <Dn>, <Dm>.  Source: ARMv7-M ARM A7.7, VNMLA, VNMLS, VNMUL, encoding T2.
struct VnmulDoubleT2 : FpMultiplyNegate<DoublePrecision>, shape::DoubleOperands {
  static constexpr Encoding row{"VNMLA, VNMLS, VNMUL",
                                T2,
                                Feature::fpv5_dp,
                                TimingClass::fp_multiply,
                                "1110 1110 0e10 nnnn dddd 1011 o1p0 mmmm",
                                "vnmul{c}.f64 <sd>, <sn>, <sm>"};
};

/// VADD.F64 <Dd>, <Dn>, <Dm>.  Source: ARMv7-M ARM A7.7, VADD, encoding T1.
struct VaddDoubleT1 : FpAdd<DoublePrecision>, shape::DoubleOperands {
  static constexpr Encoding row{"VADD",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_add,
                                "1110 1110 0e11 nnnn dddd 1011 o0p0 mmmm",
                                "vadd{c}.f64 <sd>, <sn>, <sm>"};
};

/// VSUB.F64 <Dd>, <Dn>, <Dm>.  Source: ARMv7-M ARM A7.7, VSUB, encoding T1.
struct VsubDoubleT1 : FpSubtract<DoublePrecision>, shape::DoubleOperands {
  static constexpr Encoding row{"VSUB",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_add,
                                "1110 1110 0e11 nnnn dddd 1011 o1p0 mmmm",
                                "vsub{c}.f64 <sd>, <sn>, <sm>"};
};

/// VDIV.F64 <Dd>, <Dn>, <Dm>.  Source: ARMv7-M ARM A7.7, VDIV, encoding T1.
struct VdivDoubleT1 : FpDivide<DoublePrecision>, shape::DoubleOperands {
  static constexpr Encoding row{"VDIV",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_divide,
                                "1110 1110 1e00 nnnn dddd 1011 o0p0 mmmm",
                                "vdiv{c}.f64 <sd>, <sn>, <sm>"};
};

/// VFNMS.F64 <Dd>, <Dn>, <Dm>.  Source: ARMv7-M ARM A7.7, VFNMA, VFNMS, encoding T1.
struct VfnmsDoubleT1 : FpFusedMultiplyAdd<DoublePrecision, true, false>, shape::DoubleOperands {
  static constexpr Encoding row{"VFNMA, VFNMS",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_multiply_accumulate,
                                "1110 1110 1e01 nnnn dddd 1011 o0p0 mmmm",
                                "vfnms{c}.f64 <sd>, <sn>, <sm>"};
};

/// VFNMA.F64 <Dd>, <Dn>, <Dm>.  Source: ARMv7-M ARM A7.7, VFNMA, VFNMS, encoding T1.
struct VfnmaDoubleT1 : FpFusedMultiplyAdd<DoublePrecision, true, true>, shape::DoubleOperands {
  static constexpr Encoding row{"VFNMA, VFNMS",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_multiply_accumulate,
                                "1110 1110 1e01 nnnn dddd 1011 o1p0 mmmm",
                                "vfnma{c}.f64 <sd>, <sn>, <sm>"};
};

/// VFMA.F64 <Dd>, <Dn>, <Dm>.  Source: ARMv7-M ARM A7.7, VFMA, VFMS, encoding T1.
struct VfmaDoubleT1 : FpFusedMultiplyAdd<DoublePrecision, false, false>, shape::DoubleOperands {
  static constexpr Encoding row{"VFMA, VFMS",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_multiply_accumulate,
                                "1110 1110 1e10 nnnn dddd 1011 o0p0 mmmm",
                                "vfma{c}.f64 <sd>, <sn>, <sm>"};
};

/// VFMS.F64 <Dd>, <Dn>, <Dm>.  Source: ARMv7-M ARM A7.7, VFMA, VFMS, encoding T1.
struct VfmsDoubleT1 : FpFusedMultiplyAdd<DoublePrecision, false, true>, shape::DoubleOperands {
  static constexpr Encoding row{"VFMA, VFMS",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_multiply_accumulate,
                                "1110 1110 1e10 nnnn dddd 1011 o1p0 mmmm",
                                "vfms{c}.f64 <sd>, <sn>, <sm>"};
};

/// VABS.F64 <Dd>, <Dm>.  Source: ARMv7-M ARM A7.7, VABS, encoding T1.
struct VabsDoubleT1 : FpAbsolute<DoublePrecision>, shape::DoubleOperands {
  static constexpr Encoding row{"VABS",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_move,
                                "1110 1110 1e11 0000 dddd 1011 11p0 mmmm",
                                "vabs{c}.f64 <sd>, <sm>"};
};

/// VNEG.F64 <Dd>, <Dm>.  Source: ARMv7-M ARM A7.7, VNEG, encoding T1.
struct VnegDoubleT1 : FpNegate<DoublePrecision>, shape::DoubleOperands {
  static constexpr Encoding row{"VNEG",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_move,
                                "1110 1110 1e11 0001 dddd 1011 01p0 mmmm",
                                "vneg{c}.f64 <sd>, <sm>"};
};

/// VSQRT.F64 <Dd>, <Dm>.  Source: ARMv7-M ARM A7.7, VSQRT, encoding T1.
struct VsqrtDoubleT1 : FpSquareRoot<DoublePrecision>, shape::DoubleOperands {
  static constexpr Encoding row{"VSQRT",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_square_root,
                                "1110 1110 1e11 0001 dddd 1011 11p0 mmmm",
                                "vsqrt{c}.f64 <sd>, <sm>"};
};

/// VCMP{E}.F64 <Dd>, <Dm>.  Source: ARMv7-M ARM A7.7, VCMP, VCMPE, encoding T1.
struct VcmpDoubleT1 : FpCompare<DoublePrecision>, shape::WithOption<shape::DoubleOperands> {
  static constexpr Encoding row{"VCMP, VCMPE",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_compare,
                                "1110 1110 1e11 0100 dddd 1011 q1p0 mmmm",
                                "vcmp{e|}{c}.f64 <sd>, <sm>"};
};

/// VCMP{E}.F64 <Dd>, #0.0.  Source: ARMv7-M ARM A7.7, VCMP, VCMPE, encoding T2.
struct VcmpDoubleT2 : FpCompareZero<DoublePrecision>, shape::WithOption<shape::DoubleOperands> {
  static constexpr Encoding row{"VCMP, VCMPE",
                                T2,
                                Feature::fpv5_dp,
                                TimingClass::fp_compare,
                                "1110 1110 1e11 0101 dddd 1011 q1Z0 ZZZZ",
                                "vcmp{e|}{c}.f64 <sd>, #0.0"};
};

/// VCVTB/VCVTT.F64.F16 <Dd>, <Sm>.  Source: ARMv7-M ARM A7.7, VCVTB, VCVTT, encoding T1.
struct VcvtHalfToDoubleT1 : HalfToFp<DoublePrecision>,
                            shape::WithOption<shape::DoubleSingleOperands> {
  static constexpr Encoding row{"VCVTB, VCVTT",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_convert,
                                "1110 1110 1e11 0010 dddd 1011 q1p0 mmmm",
                                "vcvt{t|b}{c}.f64.f16 <sd>, <sm.s>"};
};

/// VCVTB/VCVTT.F16.F64 <Sd>, <Dm>.  Source: ARMv7-M ARM A7.7, VCVTB, VCVTT, encoding T1.
struct VcvtDoubleToHalfT1 : FpToHalf<DoublePrecision>,
                            shape::WithOption<shape::SingleDoubleOperands> {
  static constexpr Encoding row{"VCVTB, VCVTT",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_convert,
                                "1110 1110 1e11 0011 dddd 1011 q1p0 mmmm",
                                "vcvt{t|b}{c}.f16.f64 <sd.s>, <sm>"};
};

/// VCVT.F64.<S32|U32> <Dd>, <Sm>.  Source: ARMv7-M ARM A7.7, VCVT, VCVTR (between floating-point
/// and integer), encoding T1.
struct VcvtFromIntegerDoubleT1 : IntegerToFp<DoublePrecision>,
                                 shape::FromInteger<shape::DoubleSingleOperands> {
  static constexpr Encoding row{"VCVT, VCVTR (between floating-point and integer)",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_convert,
                                "1110 1110 1e11 1000 dddd 1011 q1p0 mmmm",
                                "vcvt{c}.f64.{0:u|s}32 <sd>, <sm.s>"};
};

/// VCVT{R}.<S32|U32>.F64 <Sd>, <Dm>.  Source: ARMv7-M ARM A7.7, VCVT, VCVTR (between floating-point
/// and integer), encoding T1.
struct VcvtToIntegerDoubleT1 : FpToInteger<DoublePrecision>,
                               shape::ToInteger<shape::SingleDoubleOperands> {
  static constexpr Encoding row{"VCVT, VCVTR (between floating-point and integer)",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_convert,
                                "1110 1110 1e11 110s dddd 1011 q1p0 mmmm",
                                "vcvt{|r}{c}.{0:u|s}32.f64 <sd.s>, <sm>"};
};

/// VCVT.<Td>.F64 <Dd>, <Dd>, #<fbits>.  Source: ARMv7-M ARM A7.7, VCVT (between floating-point and
/// fixed-point), encoding T1.
struct VcvtToFixedDoubleT1 : FpToFixedPoint<DoublePrecision>,
                             shape::FixedPoint<shape::DoubleOperands> {
  static constexpr Encoding row{"VCVT (between floating-point and fixed-point)",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_convert,
                                "1110 1110 1e11 111u dddd 1011 x1i0 kkkk",
                                "vcvt{c}.{0:u|s}{1:32|16}.f64 <sd>, <sd>, #<amount>"};
};

/// VCVT.F64.<Td> <Dd>, <Dd>, #<fbits>.  Source: ARMv7-M ARM A7.7, VCVT (between floating-point and
/// fixed-point), encoding T1.
struct VcvtFromFixedDoubleT1 : FixedPointToFp<DoublePrecision>,
                               shape::FixedPoint<shape::DoubleOperands> {
  static constexpr Encoding row{"VCVT (between floating-point and fixed-point)",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_convert,
                                "1110 1110 1e11 101u dddd 1011 x1i0 kkkk",
                                "vcvt{c}.f64.{0:u|s}{1:32|16} <sd>, <sd>, #<amount>"};
};

/// VMOV.F64 <Dd>, #<imm>.  Source: ARMv7-M ARM A7.7, VMOV (immediate), encoding T1.
struct VmovImmediateDoubleT1 : FpMoveConstant<DoublePrecision>,
                               shape::FpConstant<shape::DoubleOperands> {
  static constexpr Encoding row{"VMOV (immediate)",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_move,
                                "1110 1110 1e11 iiii dddd 1011 Z0Z0 iiii",
                                "vmov{c}.f64 <sd>, #<fp>"};
};

/// VMOV.F64 <Dd>, <Dm>.  Source: ARMv7-M ARM A7.7, VMOV (register), encoding T1.
struct VmovRegisterDoubleT1 : FpMoveRegister<DoublePrecision>, shape::DoubleOperands {
  static constexpr Encoding row{"VMOV (register)",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_move,
                                "1110 1110 1e11 0000 dddd 1011 01p0 mmmm",
                                "vmov{c}.f64 <sd>, <sm>"};
};

/// VCVT.F64.F32 <Dd>, <Sm>.  Source: ARMv7-M ARM A7.7, VCVT (between double-precision and
/// single-precision), encoding T1.
struct VcvtSingleToDoubleT1 : SingleToDouble, shape::DoubleSingleOperands {
  static constexpr Encoding row{"VCVT (between double-precision and single-precision)",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_convert,
                                "1110 1110 1e11 0111 dddd 1010 11p0 mmmm",
                                "vcvt{c}.f64.f32 <sd>, <sm.s>"};
};

/// VCVT.F32.F64 <Sd>, <Dm>.  Source: ARMv7-M ARM A7.7, VCVT (between double-precision and
/// single-precision), encoding T1.
struct VcvtDoubleToSingleT1 : DoubleToSingle, shape::SingleDoubleOperands {
  static constexpr Encoding row{"VCVT (between double-precision and single-precision)",
                                T1,
                                Feature::fpv5_dp,
                                TimingClass::fp_convert,
                                "1110 1110 1e11 0111 dddd 1011 11p0 mmmm",
                                "vcvt{c}.f32.f64 <sd.s>, <sm>"};
};

using FpDoubleRows =
    RowList<VmlaDoubleT1, VmlsDoubleT1, VnmlsDoubleT1, VnmlaDoubleT1, VmulDoubleT1, VnmulDoubleT2,
            VaddDoubleT1, VsubDoubleT1, VdivDoubleT1, VfnmsDoubleT1, VfnmaDoubleT1, VfmaDoubleT1,
            VfmsDoubleT1, VabsDoubleT1, VnegDoubleT1, VsqrtDoubleT1, VcmpDoubleT1, VcmpDoubleT2,
            VcvtHalfToDoubleT1, VcvtDoubleToHalfT1, VcvtFromIntegerDoubleT1, VcvtToIntegerDoubleT1,
            VcvtToFixedDoubleT1, VcvtFromFixedDoubleT1, VmovImmediateDoubleT1, VmovRegisterDoubleT1,
            VcvtSingleToDoubleT1, VcvtDoubleToSingleT1>;

}  // namespace mcost::isa
