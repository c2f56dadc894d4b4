// 32-bit data-processing encodings on registers: shifted operands, shifts, packing, extension,
// reversal. Source: ARMv7-M ARM A5.3.11, A5.3.12, A5.3.15.
#pragma once

#include "sim_core/isa/insn/data_processing_shapes.h"

namespace mcost::isa {

/// AND{S} <Rd>, <Rn>, <Rm>{, <shift>}.  Source: ARMv7-M ARM A7.7, AND (register), encoding T2.
struct AndRegisterT2 : LogicalRegister<operation::And>, shape::ShiftedRegister {
  static constexpr Encoding row{"AND (register)",
                                T2,
                                Feature::v7m,
                                TimingClass::alu,
                                "11101010000 s nnnn Z iii dddd ii tt mmmm",
                                "and{s}{c}.w <rd>, <rn>, <rm><shift>",
                                See("11101010000 1 nnnn Z iii 1111 ii tt mmmm")};
};

/// TST <Rn>, <Rm>{, <shift>}.  Source: ARMv7-M ARM A7.7, TST (register), encoding T2.
struct TstRegisterT2 : TestRegister<operation::And>, shape::ShiftedRegister {
  static constexpr Encoding row{"TST (register)",
                                T2,
                                Feature::v7m,
                                TimingClass::alu,
                                "11101010000 1 nnnn Z iii 1111 ii tt mmmm",
                                "tst{c}.w <rn>, <rm><shift>"};
};

/// BIC{S} <Rd>, <Rn>, <Rm>{, <shift>}.  Source: ARMv7-M ARM A7.7, BIC (register), encoding T2.
struct BicRegisterT2 : LogicalRegister<operation::BitClear>, shape::ShiftedRegister {
  static constexpr Encoding row{"BIC (register)",
                                T2,
                                Feature::v7m,
                                TimingClass::alu,
                                "11101010001 s nnnn Z iii dddd ii tt mmmm",
                                "bic{s}{c}.w <rd>, <rn>, <rm><shift>"};
};

/// ORR{S} <Rd>, <Rn>, <Rm>{, <shift>}.  Source: ARMv7-M ARM A7.7, ORR (register), encoding T2.
struct OrrRegisterT2 : LogicalRegister<operation::Or>, shape::ShiftedRegister {
  static constexpr Encoding row{"ORR (register)",
                                T2,
                                Feature::v7m,
                                TimingClass::alu,
                                "11101010010 s nnnn Z iii dddd ii tt mmmm",
                                "orr{s}{c}.w <rd>, <rn>, <rm><shift>",
                                See("11101010010 s 1111 Z iii dddd ii tt mmmm")};
};

/// ORN{S} <Rd>, <Rn>, <Rm>{, <shift>}.  Source: ARMv7-M ARM A7.7, ORN (register), encoding T1.
struct OrnRegisterT1 : LogicalRegister<operation::OrNot>, shape::ShiftedRegister {
  static constexpr Encoding row{"ORN (register)",
                                T1,
                                Feature::v7m,
                                TimingClass::alu,
                                "11101010011 s nnnn Z iii dddd ii tt mmmm",
                                "orn{s}{c} <rd>, <rn>, <rm><shift>",
                                See("11101010011 s 1111 Z iii dddd ii tt mmmm")};
};

/// MVN{S} <Rd>, <Rm>{, <shift>}.  Source: ARMv7-M ARM A7.7, MVN (register), encoding T2.
struct MvnRegisterT2 : MoveNotRegister, shape::ShiftedRegister {
  static constexpr Encoding row{"MVN (register)",
                                T2,
                                Feature::v7m,
                                TimingClass::alu,
                                "11101010011 s 1111 Z iii dddd ii tt mmmm",
                                "mvn{s}{c}.w <rd>, <rm><shift>"};
};

/// EOR{S} <Rd>, <Rn>, <Rm>{, <shift>}.  Source: ARMv7-M ARM A7.7, EOR (register), encoding T2.
struct EorRegisterT2 : LogicalRegister<operation::ExclusiveOr>, shape::ShiftedRegister {
  static constexpr Encoding row{"EOR (register)",
                                T2,
                                Feature::v7m,
                                TimingClass::alu,
                                "11101010100 s nnnn Z iii dddd ii tt mmmm",
                                "eor{s}{c}.w <rd>, <rn>, <rm><shift>",
                                See("11101010100 1 nnnn Z iii 1111 ii tt mmmm")};
};

/// TEQ <Rn>, <Rm>{, <shift>}.  Source: ARMv7-M ARM A7.7, TEQ (register), encoding T1.
struct TeqRegisterT1 : TestRegister<operation::ExclusiveOr>, shape::ShiftedRegister {
  static constexpr Encoding row{"TEQ (register)",
                                T1,
                                Feature::v7m,
                                TimingClass::alu,
                                "11101010100 1 nnnn Z iii 1111 ii tt mmmm",
                                "teq{c} <rn>, <rm><shift>"};
};

/// ADD{S} <Rd>, <Rn>, <Rm>{, <shift>}.  Source: ARMv7-M ARM A7.7, ADD (register), encoding T3.
struct AddRegisterT3 : ArithmeticRegister<operation::Add>, shape::ShiftedRegister {
  static constexpr Encoding row{
      "ADD (register)",
      T3,
      Feature::v7m,
      TimingClass::alu,
      "11101011000 s nnnn Z iii dddd ii tt mmmm",
      "add{s}{c}.w <rd>, <rn>, <rm><shift>",
      See("11101011000 1 nnnn Z iii 1111 ii tt mmmm", "11101011000 s 1101 Z iii dddd ii tt mmmm")};
};

/// ADD{S} <Rd>, SP, <Rm>{, <shift>}.  Source: ARMv7-M ARM A7.7, ADD (SP plus register), encoding
/// T3.
struct AddSpRegisterT3 : SpRegister<operation::Add> {
  static constexpr Encoding row{"ADD (SP plus register)",
                                T3,
                                Feature::v7m,
                                TimingClass::alu,
                                "11101011000 s 1101 Z iii dddd ii tt mmmm",
                                "add{s}{c}.w <rd>, sp, <rm><shift>",
                                See("11101011000 1 nnnn Z iii 1111 ii tt mmmm")};
  static constexpr Operands decode(const Fields& f, const Place&) {
    const auto shift = decode_immediate_shift(f['t'], f['i']);
    const bool plain = shift.type == Shift::lsl && shift.amount <= 3;
    return {.rd = f.reg('d'),
            .rn = 13,
            .rm = f.reg('m'),
            .shift = shift.type,
            .amount = shift.amount,
            .set_flags = f.flag('s'),
            .unpredictable = (f['d'] == 13 && !plain) || f['d'] == 15 || bad_register(f['m'])};
  }
};

/// CMN <Rn>, <Rm>{, <shift>}.  Source: ARMv7-M ARM A7.7, CMN (register), encoding T2.
struct CmnRegisterT2 : CompareRegister<operation::Add> {
  static constexpr Encoding row{"CMN (register)",
                                T2,
                                Feature::v7m,
                                TimingClass::alu,
                                "11101011000 1 nnnn Z iii 1111 ii tt mmmm",
                                "cmn{c}.w <rn>, <rm><shift>"};
  static constexpr Operands decode(const Fields& f, const Place&) {
    const auto shift = decode_immediate_shift(f['t'], f['i']);
    return {.rn = f.reg('n'),
            .rm = f.reg('m'),
            .shift = shift.type,
            .amount = shift.amount,
            .unpredictable = f['n'] == 15 || bad_register(f['m'])};
  }
};

/// ADC{S} <Rd>, <Rn>, <Rm>{, <shift>}.  Source: ARMv7-M ARM A7.7, ADC (register), encoding T2.
struct AdcRegisterT2 : ArithmeticRegister<operation::AddCarry>, shape::ShiftedRegister {
  static constexpr Encoding row{"ADC (register)",
                                T2,
                                Feature::v7m,
                                TimingClass::alu,
                                "11101011010 s nnnn Z iii dddd ii tt mmmm",
                                "adc{s}{c}.w <rd>, <rn>, <rm><shift>"};
};

/// SBC{S} <Rd>, <Rn>, <Rm>{, <shift>}.  Source: ARMv7-M ARM A7.7, SBC (register), encoding T2.
struct SbcRegisterT2 : ArithmeticRegister<operation::SubtractCarry>, shape::ShiftedRegister {
  static constexpr Encoding row{"SBC (register)",
                                T2,
                                Feature::v7m,
                                TimingClass::alu,
                                "11101011011 s nnnn Z iii dddd ii tt mmmm",
                                "sbc{s}{c}.w <rd>, <rn>, <rm><shift>"};
};

/// SUB{S} <Rd>, <Rn>, <Rm>{, <shift>}.  Source: ARMv7-M ARM A7.7, SUB (register), encoding T2.
struct SubRegisterT2 : ArithmeticRegister<operation::Subtract>, shape::ShiftedRegister {
  static constexpr Encoding row{
      "SUB (register)",
      T2,
      Feature::v7m,
      TimingClass::alu,
      "11101011101 s nnnn Z iii dddd ii tt mmmm",
      "sub{s}{c}.w <rd>, <rn>, <rm><shift>",
      See("11101011101 1 nnnn Z iii 1111 ii tt mmmm", "11101011101 s 1101 Z iii dddd ii tt mmmm")};
};

/// SUB{S} <Rd>, SP, <Rm>{, <shift>}.  Source: ARMv7-M ARM A7.7, SUB (SP minus register), encoding
/// T1.
struct SubSpRegisterT1 : SpRegister<operation::Subtract> {
  static constexpr Encoding row{"SUB (SP minus register)",
                                T1,
                                Feature::v7m,
                                TimingClass::alu,
                                "11101011101 s 1101 Z iii dddd ii tt mmmm",
                                "sub{s}{c}.w <rd>, sp, <rm><shift>",
                                See("11101011101 1 nnnn Z iii 1111 ii tt mmmm")};
  static constexpr Operands decode(const Fields& f, const Place&) {
    const auto shift = decode_immediate_shift(f['t'], f['i']);
    const bool plain = shift.type == Shift::lsl && shift.amount <= 3;
    return {.rd = f.reg('d'),
            .rn = 13,
            .rm = f.reg('m'),
            .shift = shift.type,
            .amount = shift.amount,
            .set_flags = f.flag('s'),
            .unpredictable = (f['d'] == 13 && !plain) || f['d'] == 15 || bad_register(f['m'])};
  }
};

/// CMP <Rn>, <Rm>{, <shift>}.  Source: ARMv7-M ARM A7.7, CMP (register), encoding T3.
struct CmpRegisterT3 : CompareRegister<operation::Subtract> {
  static constexpr Encoding row{"CMP (register)",
                                T3,
                                Feature::v7m,
                                TimingClass::alu,
                                "11101011101 1 nnnn Z iii 1111 ii tt mmmm",
                                "cmp{c}.w <rn>, <rm><shift>"};
  static constexpr Operands decode(const Fields& f, const Place&) {
    const auto shift = decode_immediate_shift(f['t'], f['i']);
    return {.rn = f.reg('n'),
            .rm = f.reg('m'),
            .shift = shift.type,
            .amount = shift.amount,
            .unpredictable = f['n'] == 15 || bad_register(f['m'])};
  }
};

/// RSB{S} <Rd>, <Rn>, <Rm>{, <shift>}.  Source: ARMv7-M ARM A7.7, RSB (register), encoding T1.
struct RsbRegisterT1 : ArithmeticRegister<operation::ReverseSubtract>, shape::ShiftedRegister {
  static constexpr Encoding row{"RSB (register)",
                                T1,
                                Feature::v7m,
                                TimingClass::alu,
                                "11101011110 s nnnn Z iii dddd ii tt mmmm",
                                "rsb{s}{c} <rd>, <rn>, <rm><shift>"};
};

// Moves and shifts by a constant.

/// MOV{S} SP, <Rm>.  Source: ARMv7-M ARM A7.7, MOV (register), encoding T3.
struct MovRegisterToSpT3 : MoveToSp {
  static constexpr Encoding row{"MOV (register)",
                                T3,
                                Feature::v7m,
                                TimingClass::alu,
                                "11101010010 s 1111 Z 000 1101 0000 mmmm",
                                "mov{s}{c}.w sp, <rm>"};
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = 13,
            .rm = f.reg('m'),
            .set_flags = f.flag('s'),
            .unpredictable = f.flag('s') || bad_register(f['m'])};
  }
};

/// MOV{S} <Rd>, <Rm>.  Source: ARMv7-M ARM A7.7, MOV (register), encoding T3.
struct MovRegisterT3 : MoveRegister {
  static constexpr Encoding row{"MOV (register)",
                                T3,
                                Feature::v7m,
                                TimingClass::alu,
                                "11101010010 s 1111 Z 000 dddd 00 00 mmmm",
                                "mov{s}{c}.w <rd>, <rm>",
                                See("11101010010 s 1111 Z 000 1101 0000 mmmm")};
  static constexpr Operands decode(const Fields& f, const Place&) {
    const bool sp_with_flags = f.flag('s') && f['m'] == 13;
    return {.rd = f.reg('d'),
            .rm = f.reg('m'),
            .set_flags = f.flag('s'),
            .unpredictable = sp_with_flags || f['d'] == 15 || f['m'] == 15};
  }
};

/// LSL{S} <Rd>, <Rm>, #<amount>.  Source: ARMv7-M ARM A7.7, LSL (immediate), encoding T2.
struct LslImmediateT2 : ShiftImmediate<Shift::lsl>, shape::WideShift<Shift::lsl> {
  static constexpr Encoding row{"LSL (immediate)",
                                T2,
                                Feature::v7m,
                                TimingClass::shift,
                                "11101010010 s 1111 Z iii dddd ii 00 mmmm",
                                "lsl{s}{c}.w <rd>, <rm>, #<amount>",
                                See("11101010010 s 1111 Z 000 dddd 00 00 mmmm")};
};

/// LSR{S} <Rd>, <Rm>, #<amount>.  Source: ARMv7-M ARM A7.7, LSR (immediate), encoding T2.
struct LsrImmediateT2 : ShiftImmediate<Shift::lsr>, shape::WideShift<Shift::lsr> {
  static constexpr Encoding row{"LSR (immediate)",
                                T2,
                                Feature::v7m,
                                TimingClass::shift,
                                "11101010010 s 1111 Z iii dddd ii 01 mmmm",
                                "lsr{s}{c}.w <rd>, <rm>, #<amount>"};
};

/// ASR{S} <Rd>, <Rm>, #<amount>.  Source: ARMv7-M ARM A7.7, ASR (immediate), encoding T2.
struct AsrImmediateT2 : ShiftImmediate<Shift::asr>, shape::WideShift<Shift::asr> {
  static constexpr Encoding row{"ASR (immediate)",
                                T2,
                                Feature::v7m,
                                TimingClass::shift,
                                "11101010010 s 1111 Z iii dddd ii 10 mmmm",
                                "asr{s}{c}.w <rd>, <rm>, #<amount>"};
};

/// ROR{S} <Rd>, <Rm>, #<amount>.  Source: ARMv7-M ARM A7.7, ROR (immediate), encoding T1.
struct RorImmediateT1 : ShiftImmediate<Shift::ror>, shape::WideShift<Shift::ror> {
  static constexpr Encoding row{"ROR (immediate)",
                                T1,
                                Feature::v7m,
                                TimingClass::shift,
                                "11101010010 s 1111 Z iii dddd ii 11 mmmm",
                                "ror{s}{c} <rd>, <rm>, #<amount>",
                                See("11101010010 s 1111 Z 000 dddd 00 11 mmmm")};
};

/// RRX{S} <Rd>, <Rm>.  Source: ARMv7-M ARM A7.7, RRX, encoding T1.
struct RrxT1 : ShiftImmediate<Shift::rrx> {
  static constexpr Encoding row{"RRX",
                                T1,
                                Feature::v7m,
                                TimingClass::shift,
                                "11101010010 s 1111 Z 000 dddd 00 11 mmmm",
                                "rrx{s}{c} <rd>, <rm>"};
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = f.reg('d'),
            .rm = f.reg('m'),
            .shift = Shift::rrx,
            .amount = 1,
            .set_flags = f.flag('s'),
            .unpredictable = shape::any_bad_register(f)};
  }
};

// Shifts by a register.

/// LSL{S} <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, LSL (register), encoding T2.
struct LslRegisterT2 : ShiftRegister<Shift::lsl>, shape::Registers {
  static constexpr Encoding row{"LSL (register)",
                                T2,
                                Feature::v7m,
                                TimingClass::shift,
                                "11111010000 s nnnn 1111 dddd 0000 mmmm",
                                "lsl{s}{c}.w <rd>, <rn>, <rm>"};
};

/// LSR{S} <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, LSR (register), encoding T2.
struct LsrRegisterT2 : ShiftRegister<Shift::lsr>, shape::Registers {
  static constexpr Encoding row{"LSR (register)",
                                T2,
                                Feature::v7m,
                                TimingClass::shift,
                                "11111010001 s nnnn 1111 dddd 0000 mmmm",
                                "lsr{s}{c}.w <rd>, <rn>, <rm>"};
};

/// ASR{S} <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, ASR (register), encoding T2.
struct AsrRegisterT2 : ShiftRegister<Shift::asr>, shape::Registers {
  static constexpr Encoding row{"ASR (register)",
                                T2,
                                Feature::v7m,
                                TimingClass::shift,
                                "11111010010 s nnnn 1111 dddd 0000 mmmm",
                                "asr{s}{c}.w <rd>, <rn>, <rm>"};
};

/// ROR{S} <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, ROR (register), encoding T2.
struct RorRegisterT2 : ShiftRegister<Shift::ror>, shape::Registers {
  static constexpr Encoding row{"ROR (register)",
                                T2,
                                Feature::v7m,
                                TimingClass::shift,
                                "11111010011 s nnnn 1111 dddd 0000 mmmm",
                                "ror{s}{c}.w <rd>, <rn>, <rm>"};
};

// Packing, extension, reversal and counting.

/// PKH<BT|TB> <Rd>, <Rn>, <Rm>{, <shift>}.  Source: ARMv7-M ARM A7.7, PKHBT, PKHTB, encoding T1.
struct PkhT1 : PackHalfword {
  static constexpr Encoding row{"PKHBT, PKHTB",
                                T1,
                                Feature::dsp,
                                TimingClass::pack_select,
                                "111010101100 nnnn Z iii dddd ii b 0 mmmm",
                                "pkh{tb|bt}{c} <rd>, <rn>, <rm><shift>"};
  static constexpr Operands decode(const Fields& f, const Place&) {
    const auto shift = decode_immediate_shift(f['b'] << 1, f['i']);
    return {.rd = f.reg('d'),
            .rn = f.reg('n'),
            .rm = f.reg('m'),
            .shift = shift.type,
            .amount = shift.amount,
            .option = f.flag('b'),
            .unpredictable = shape::any_bad_register(f)};
  }
};

/// SXTH <Rd>, <Rm>{, <shift>}.  Source: ARMv7-M ARM A7.7, SXTH, encoding T2.
struct SxthT2 : Extend<operation::SignExtend<16>>, shape::RotatedRegister {
  static constexpr Encoding row{"SXTH",
                                T2,
                                Feature::v7m,
                                TimingClass::extend,
                                "111110100000 1111 1111 dddd 1 Z rr mmmm",
                                "sxth{c}.w <rd>, <rm><shift>"};
};

/// SXTAH <Rd>, <Rn>, <Rm>{, <shift>}.  Source: ARMv7-M ARM A7.7, SXTAH, encoding T1.
struct SxtahT1 : ExtendAdd<operation::SignExtend<16>>, shape::RotatedRegister {
  static constexpr Encoding row{"SXTAH",
                                T1,
                                Feature::dsp,
                                TimingClass::extend,
                                "111110100000 nnnn 1111 dddd 1 Z rr mmmm",
                                "sxtah{c} <rd>, <rn>, <rm><shift>",
                                See("111110100000 1111 1111 dddd 1 Z rr mmmm")};
};

/// UXTH <Rd>, <Rm>{, <shift>}.  Source: ARMv7-M ARM A7.7, UXTH, encoding T2.
struct UxthT2 : Extend<operation::ZeroExtend<16>>, shape::RotatedRegister {
  static constexpr Encoding row{"UXTH",
                                T2,
                                Feature::v7m,
                                TimingClass::extend,
                                "111110100001 1111 1111 dddd 1 Z rr mmmm",
                                "uxth{c}.w <rd>, <rm><shift>"};
};

/// UXTAH <Rd>, <Rn>, <Rm>{, <shift>}.  Source: ARMv7-M ARM A7.7, UXTAH, encoding T1.
struct UxtahT1 : ExtendAdd<operation::ZeroExtend<16>>, shape::RotatedRegister {
  static constexpr Encoding row{"UXTAH",
                                T1,
                                Feature::dsp,
                                TimingClass::extend,
                                "111110100001 nnnn 1111 dddd 1 Z rr mmmm",
                                "uxtah{c} <rd>, <rn>, <rm><shift>",
                                See("111110100001 1111 1111 dddd 1 Z rr mmmm")};
};

/// SXTB16 <Rd>, <Rm>{, <shift>}.  Source: ARMv7-M ARM A7.7, SXTB16, encoding T1.
struct Sxtb16T1 : ExtendPair<operation::SignExtend<8>>, shape::RotatedRegister {
  static constexpr Encoding row{"SXTB16",
                                T1,
                                Feature::dsp,
                                TimingClass::extend,
                                "111110100010 1111 1111 dddd 1 Z rr mmmm",
                                "sxtb16{c} <rd>, <rm><shift>"};
};

/// SXTAB16 <Rd>, <Rn>, <Rm>{, <shift>}.  Source: ARMv7-M ARM A7.7, SXTAB16, encoding T1.
struct Sxtab16T1 : ExtendAddPair<operation::SignExtend<8>>, shape::RotatedRegister {
  static constexpr Encoding row{"SXTAB16",
                                T1,
                                Feature::dsp,
                                TimingClass::extend,
                                "111110100010 nnnn 1111 dddd 1 Z rr mmmm",
                                "sxtab16{c} <rd>, <rn>, <rm><shift>",
                                See("111110100010 1111 1111 dddd 1 Z rr mmmm")};
};

/// UXTB16 <Rd>, <Rm>{, <shift>}.  Source: ARMv7-M ARM A7.7, UXTB16, encoding T1.
struct Uxtb16T1 : ExtendPair<operation::ZeroExtend<8>>, shape::RotatedRegister {
  static constexpr Encoding row{"UXTB16",
                                T1,
                                Feature::dsp,
                                TimingClass::extend,
                                "111110100011 1111 1111 dddd 1 Z rr mmmm",
                                "uxtb16{c} <rd>, <rm><shift>"};
};

/// UXTAB16 <Rd>, <Rn>, <Rm>{, <shift>}.  Source: ARMv7-M ARM A7.7, UXTAB16, encoding T1.
struct Uxtab16T1 : ExtendAddPair<operation::ZeroExtend<8>>, shape::RotatedRegister {
  static constexpr Encoding row{"UXTAB16",
                                T1,
                                Feature::dsp,
                                TimingClass::extend,
                                "111110100011 nnnn 1111 dddd 1 Z rr mmmm",
                                "uxtab16{c} <rd>, <rn>, <rm><shift>",
                                See("111110100011 1111 1111 dddd 1 Z rr mmmm")};
};

/// SXTB <Rd>, <Rm>{, <shift>}.  Source: ARMv7-M ARM A7.7, SXTB, encoding T2.
struct SxtbT2 : Extend<operation::SignExtend<8>>, shape::RotatedRegister {
  static constexpr Encoding row{"SXTB",
                                T2,
                                Feature::v7m,
                                TimingClass::extend,
                                "111110100100 1111 1111 dddd 1 Z rr mmmm",
                                "sxtb{c}.w <rd>, <rm><shift>"};
};

/// SXTAB <Rd>, <Rn>, <Rm>{, <shift>}.  Source: ARMv7-M ARM A7.7, SXTAB, encoding T1.
struct SxtabT1 : ExtendAdd<operation::SignExtend<8>>, shape::RotatedRegister {
  static constexpr Encoding row{"SXTAB",
                                T1,
                                Feature::dsp,
                                TimingClass::extend,
                                "111110100100 nnnn 1111 dddd 1 Z rr mmmm",
                                "sxtab{c} <rd>, <rn>, <rm><shift>",
                                See("111110100100 1111 1111 dddd 1 Z rr mmmm")};
};

/// UXTB <Rd>, <Rm>{, <shift>}.  Source: ARMv7-M ARM A7.7, UXTB, encoding T2.
struct UxtbT2 : Extend<operation::ZeroExtend<8>>, shape::RotatedRegister {
  static constexpr Encoding row{"UXTB",
                                T2,
                                Feature::v7m,
                                TimingClass::extend,
                                "111110100101 1111 1111 dddd 1 Z rr mmmm",
                                "uxtb{c}.w <rd>, <rm><shift>"};
};

/// UXTAB <Rd>, <Rn>, <Rm>{, <shift>}.  Source: ARMv7-M ARM A7.7, UXTAB, encoding T1.
struct UxtabT1 : ExtendAdd<operation::ZeroExtend<8>>, shape::RotatedRegister {
  static constexpr Encoding row{"UXTAB",
                                T1,
                                Feature::dsp,
                                TimingClass::extend,
                                "111110100101 nnnn 1111 dddd 1 Z rr mmmm",
                                "uxtab{c} <rd>, <rn>, <rm><shift>",
                                See("111110100101 1111 1111 dddd 1 Z rr mmmm")};
};

/// REV <Rd>, <Rm>.  Source: ARMv7-M ARM A7.7, REV, encoding T2.
struct RevT2 : ReverseBytes, shape::RegisterTwice {
  static constexpr Encoding row{"REV",
                                T2,
                                Feature::v7m,
                                TimingClass::reverse,
                                "111110101001 kkkk 1111 dddd 1000 mmmm",
                                "rev{c}.w <rd>, <rm>"};
};

/// REV16 <Rd>, <Rm>.  Source: ARMv7-M ARM A7.7, REV16, encoding T2.
struct Rev16T2 : ReverseHalfwords, shape::RegisterTwice {
  static constexpr Encoding row{"REV16",
                                T2,
                                Feature::v7m,
                                TimingClass::reverse,
                                "111110101001 kkkk 1111 dddd 1001 mmmm",
                                "rev16{c}.w <rd>, <rm>"};
};

/// RBIT <Rd>, <Rm>.  Source: ARMv7-M ARM A7.7, RBIT, encoding T1.
struct RbitT1 : ReverseBits, shape::RegisterTwice {
  static constexpr Encoding row{"RBIT",
                                T1,
                                Feature::v7m,
                                TimingClass::bit_field,
                                "111110101001 kkkk 1111 dddd 1010 mmmm",
                                "rbit{c} <rd>, <rm>"};
};

/// REVSH <Rd>, <Rm>.  Source: ARMv7-M ARM A7.7, REVSH, encoding T2.
struct RevshT2 : ReverseSigned, shape::RegisterTwice {
  static constexpr Encoding row{"REVSH",
                                T2,
                                Feature::v7m,
                                TimingClass::reverse,
                                "111110101001 kkkk 1111 dddd 1011 mmmm",
                                "revsh{c}.w <rd>, <rm>"};
};

/// CLZ <Rd>, <Rm>.  Source: ARMv7-M ARM A7.7, CLZ, encoding T1.
struct ClzT1 : CountLeadingZeros, shape::RegisterTwice {
  static constexpr Encoding row{"CLZ",
                                T1,
                                Feature::v7m,
                                TimingClass::bit_field,
                                "111110101011 kkkk 1111 dddd 1000 mmmm",
                                "clz{c} <rd>, <rm>"};
};

using DataProcessingRegisterRows =
    RowList<AndRegisterT2, TstRegisterT2, BicRegisterT2, OrrRegisterT2, OrnRegisterT1,
            MvnRegisterT2, EorRegisterT2, TeqRegisterT1, AddRegisterT3, AddSpRegisterT3,
            CmnRegisterT2, AdcRegisterT2, SbcRegisterT2, SubRegisterT2, SubSpRegisterT1,
            CmpRegisterT3, RsbRegisterT1, MovRegisterToSpT3, MovRegisterT3, LslImmediateT2,
            LsrImmediateT2, AsrImmediateT2, RorImmediateT1, RrxT1, LslRegisterT2, LsrRegisterT2,
            AsrRegisterT2, RorRegisterT2, PkhT1, SxthT2, SxtahT1, UxthT2, UxtahT1, Sxtb16T1,
            Sxtab16T1, Uxtb16T1, Uxtab16T1, SxtbT2, SxtabT1, UxtbT2, UxtabT1, RevT2, Rev16T2,
            RbitT1, RevshT2, ClzT1>;

}  // namespace mcost::isa
