// Floating-point moves: constants, registers, core registers, FPSCR. Source: ARMv7-M ARM A6.6 and
// A7.7.
#pragma once

#include "sim_core/isa/insn/fp_shapes.h"

namespace mcost::isa {

template <class P>
struct FpMoveConstant {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    P::write(e, o.rd, P::literal(e, o.imm));
  }
};

template <class P>
struct FpMoveRegister {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    P::write(e, o.rd, P::read(e, o.rm));
  }
};

struct CoreToSingle {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.set_single(o.rn, e.reg(o.rd));
  }
};

struct SingleToCore {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.set_reg(o.rd, e.single(o.rn));
  }
};

/// The single that is half `option` of D[rn].
[[nodiscard]] constexpr unsigned scalar_number(const Operands& o) {
  return 2u * o.rn + (o.option ? 1u : 0u);
}

struct CoreToScalar {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.set_single(scalar_number(o), e.reg(o.rd));
  }
};

struct ScalarToCore {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.set_reg(o.rd, e.single(scalar_number(o)));
  }
};

/// To two singles, or to the halves of a double.
template <bool kDouble>
struct CorePairToFp {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const unsigned first = kDouble ? 2u * o.rm : o.rm;
    e.set_single(first, e.reg(o.rd));
    e.set_single(first + 1, e.reg(o.ra));
  }
};

template <bool kDouble>
struct FpToCorePair {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const unsigned first = kDouble ? 2u * o.rm : o.rm;
    e.set_reg(o.rd, e.single(first));
    e.set_reg(o.ra, e.single(first + 1));
  }
};

struct FpscrToCore {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.set_reg(o.rd, e.read_fpscr());
  }
};

struct FpscrToApsr {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands&) {
    e.fp_flags_to_apsr();
  }
};

struct CoreToFpscr {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.write_fpscr(e.reg(o.rd));
  }
};

/// VMOV.F32 <Sd>, #<imm>.  Source: ARMv7-M ARM A7.7, VMOV (immediate), encoding T1.
struct VmovImmediateT1 : FpMoveConstant<SinglePrecision>, shape::FpConstant<shape::SingleOperands> {
  static constexpr Encoding row{"VMOV (immediate)",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_move,
                                "1110 1110 1e11 iiii dddd 1010 Z0Z0 iiii",
                                "vmov{c}.f32 <sd>, #<fp>"};
};

/// VMOV.F32 <Sd>, <Sm>.  Source: ARMv7-M ARM A7.7, VMOV (register), encoding T1.
struct VmovRegisterT1 : FpMoveRegister<SinglePrecision>, shape::SingleOperands {
  static constexpr Encoding row{"VMOV (register)",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_move,
                                "1110 1110 1e11 0000 dddd 1010 01p0 mmmm",
                                "vmov{c}.f32 <sd>, <sm>"};
};

/// VMOV <Sn>, <Rt>.  Source: ARMv7-M ARM A7.7, VMOV (between ARM core register and single-precision
/// register), encoding T1.
struct VmovToSingleT1 : CoreToSingle, shape::CoreSingle {
  static constexpr Encoding row{"VMOV (between ARM core register and single-precision register)",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_core_move,
                                "1110 1110 0000 nnnn tttt 1010 oZZ1 ZZZZ",
                                "vmov{c} <sn>, <rd>"};
};

/// VMOV <Rt>, <Sn>.  Source: ARMv7-M ARM A7.7, VMOV (between ARM core register and single-precision
/// register), encoding T1.
struct VmovFromSingleT1 : SingleToCore, shape::CoreSingle {
  static constexpr Encoding row{"VMOV (between ARM core register and single-precision register)",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_core_move,
                                "1110 1110 0001 nnnn tttt 1010 oZZ1 ZZZZ",
                                "vmov{c} <rd>, <sn>"};
};

/// VMOV.32 <Dd[x]>, <Rt>.  Source: ARMv7-M ARM A7.7, VMOV (ARM core register to scalar), encoding
/// T1.
struct VmovToScalarT1 : CoreToScalar, shape::CoreScalar {
  static constexpr Encoding row{"VMOV (ARM core register to scalar)",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_core_move,
                                "1110 1110 00x0 nnnn tttt 1011 o001 ZZZZ",
                                "vmov{c}.32 <sn>[{1|0}], <rd>"};
};

/// VMOV.32 <Rt>, <Dn[x]>.  Source: ARMv7-M ARM A7.7, VMOV (scalar to ARM core register), encoding
/// T1.
struct VmovFromScalarT1 : ScalarToCore, shape::CoreScalar {
  static constexpr Encoding row{"VMOV (scalar to ARM core register)",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_core_move,
                                "1110 1110 00x1 nnnn tttt 1011 o001 ZZZZ",
                                "vmov{c}.32 <rd>, <sn>[{1|0}]"};
};

/// VMOV <Sm>, <Sm1>, <Rt>, <Rt2>.  Source: ARMv7-M ARM A7.7, VMOV (between two ARM core registers
/// and two single-precision registers), encoding T1.
struct VmovToSinglesT1 : CorePairToFp<false>, shape::CorePairSingles<false> {
  static constexpr Encoding row{
      "VMOV (between two ARM core registers and two single-precision registers)",
      T1,
      Feature::fpv4_sp,
      TimingClass::fp_core_move_dual,
      "1110 1100 0100 bbbb tttt 1010 00p1 mmmm",
      "vmov{c} <sm>, <sm+1>, <rd>, <ra>"};
};

/// VMOV <Rt>, <Rt2>, <Sm>, <Sm1>.  Source: ARMv7-M ARM A7.7, VMOV (between two ARM core registers
/// and two single-precision registers), encoding T1.
struct VmovFromSinglesT1 : FpToCorePair<false>, shape::CorePairSingles<true> {
  static constexpr Encoding row{
      "VMOV (between two ARM core registers and two single-precision registers)",
      T1,
      Feature::fpv4_sp,
      TimingClass::fp_core_move_dual,
      "1110 1100 0101 bbbb tttt 1010 00p1 mmmm",
      "vmov{c} <rd>, <ra>, <sm>, <sm+1>"};
};

/// VMOV <Dm>, <Rt>, <Rt2>.  Source: ARMv7-M ARM A7.7, VMOV (between two ARM core registers and a
/// doubleword register), encoding T1.
struct VmovToDoubleT1 : CorePairToFp<true>, shape::CorePairDouble<false> {
  static constexpr Encoding row{"VMOV (between two ARM core registers and a doubleword register)",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_core_move_dual,
                                "1110 1100 0100 bbbb tttt 1011 00p1 mmmm",
                                "vmov{c} <sm>, <rd>, <ra>"};
};

/// VMOV <Rt>, <Rt2>, <Dm>.  Source: ARMv7-M ARM A7.7, VMOV (between two ARM core registers and a
/// doubleword register), encoding T1.
struct VmovFromDoubleT1 : FpToCorePair<true>, shape::CorePairDouble<true> {
  static constexpr Encoding row{"VMOV (between two ARM core registers and a doubleword register)",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_core_move_dual,
                                "1110 1100 0101 bbbb tttt 1011 00p1 mmmm",
                                "vmov{c} <rd>, <ra>, <sm>"};
};

/// VMRS <Rt>, FPSCR.  Source: ARMv7-M ARM A7.7, VMRS, encoding T1.
struct VmrsT1 : FpscrToCore, shape::CoreRegister {
  static constexpr Encoding row{"VMRS",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_system,
                                "1110 1110 1111 0001 tttt 1010 ZZZ1 ZZZZ",
                                "vmrs{c} <rd>, fpscr",
                                See("1110 1110 1111 0001 1111 1010 ZZZ1 ZZZZ")};
};

/// VMRS APSR_nzcv, FPSCR.  Source: ARMv7-M ARM A7.7, VMRS, encoding T1.
struct VmrsApsrT1 : FpscrToApsr, shape::NoOperands {
  static constexpr Encoding row{"VMRS",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_system,
                                "1110 1110 1111 0001 1111 1010 ZZZ1 ZZZZ",
                                "vmrs{c} apsr_nzcv, fpscr"};
};

/// VMSR FPSCR, <Rt>.  Source: ARMv7-M ARM A7.7, VMSR, encoding T1.
struct VmsrT1 : CoreToFpscr, shape::CoreRegister {
  static constexpr Encoding row{"VMSR",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_system,
                                "1110 1110 1110 0001 tttt 1010 ZZZ1 ZZZZ",
                                "vmsr{c} fpscr, <rd>",
                                See{},
                                Flow::ends_block};
};

using FpMoveRows = RowList<VmovImmediateT1, VmovRegisterT1, VmovToSingleT1, VmovFromSingleT1,
                           VmovToScalarT1, VmovFromScalarT1, VmovToSinglesT1, VmovFromSinglesT1,
                           VmovToDoubleT1, VmovFromDoubleT1, VmrsT1, VmrsApsrT1, VmsrT1>;

}  // namespace mcost::isa
