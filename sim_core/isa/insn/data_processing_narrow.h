// 16-bit data-processing encodings. Source: ARMv7-M ARM A5.2.
#pragma once

#include "sim_core/isa/insn/data_processing_shapes.h"

namespace mcost::isa {

/// ADD{S} <Rd>, <Rn>, #<imm>.  Source: ARMv7-M ARM A7.7, ADD (immediate), encoding T1.
struct AddImmediateT1 : ArithmeticImmediate<operation::Add>, shape::Narrow {
  static constexpr Encoding row{"ADD (immediate)",     T1,
                                Feature::v6m,          TimingClass::alu,
                                "0001110 iii nnn ddd", "add{s}{c} <rd>, <rn>, #<imm>"};
};

/// ADD{S} <Rd>, #<imm>.  Source: ARMv7-M ARM A7.7, ADD (immediate), encoding T2.
struct AddImmediateT2 : ArithmeticImmediate<operation::Add>, shape::NarrowRdn {
  static constexpr Encoding row{"ADD (immediate)",    T2,
                                Feature::v6m,         TimingClass::alu,
                                "00110 ddd iiiiiiii", "add{s}{c} <rd>, #<imm>"};
};

/// SUB{S} <Rd>, <Rn>, #<imm>.  Source: ARMv7-M ARM A7.7, SUB (immediate), encoding T1.
struct SubImmediateT1 : ArithmeticImmediate<operation::Subtract>, shape::Narrow {
  static constexpr Encoding row{"SUB (immediate)",     T1,
                                Feature::v6m,          TimingClass::alu,
                                "0001111 iii nnn ddd", "sub{s}{c} <rd>, <rn>, #<imm>"};
};

/// SUB{S} <Rd>, #<imm>.  Source: ARMv7-M ARM A7.7, SUB (immediate), encoding T2.
struct SubImmediateT2 : ArithmeticImmediate<operation::Subtract>, shape::NarrowRdn {
  static constexpr Encoding row{"SUB (immediate)",    T2,
                                Feature::v6m,         TimingClass::alu,
                                "00111 ddd iiiiiiii", "sub{s}{c} <rd>, #<imm>"};
};

/// RSB{S} <Rd>, <Rn>, #0.  Source: ARMv7-M ARM A7.7, RSB (immediate), encoding T1.
struct RsbImmediateT1 : ArithmeticImmediate<operation::ReverseSubtract>, shape::Narrow {
  static constexpr Encoding row{"RSB (immediate)",    T1,
                                Feature::v6m,         TimingClass::alu,
                                "0100001001 nnn ddd", "rsb{s}{c} <rd>, <rn>, #0"};
};

/// ADD{S} <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, ADD (register), encoding T1.
struct AddRegisterT1 : ArithmeticRegister<operation::Add>, shape::Narrow {
  static constexpr Encoding row{"ADD (register)",      T1,
                                Feature::v6m,          TimingClass::alu,
                                "0001100 mmm nnn ddd", "add{s}{c} <rd>, <rn>, <rm>"};
};

/// SUB{S} <Rd>, <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, SUB (register), encoding T1.
struct SubRegisterT1 : ArithmeticRegister<operation::Subtract>, shape::Narrow {
  static constexpr Encoding row{"SUB (register)",      T1,
                                Feature::v6m,          TimingClass::alu,
                                "0001101 mmm nnn ddd", "sub{s}{c} <rd>, <rn>, <rm>"};
};

/// ADC{S} <Rd>, <Rm>.  Source: ARMv7-M ARM A7.7, ADC (register), encoding T1.
struct AdcRegisterT1 : ArithmeticRegister<operation::AddCarry>, shape::NarrowRdn {
  static constexpr Encoding row{"ADC (register)",     T1,
                                Feature::v6m,         TimingClass::alu,
                                "0100000101 mmm ddd", "adc{s}{c} <rd>, <rm>"};
};

/// SBC{S} <Rd>, <Rm>.  Source: ARMv7-M ARM A7.7, SBC (register), encoding T1.
struct SbcRegisterT1 : ArithmeticRegister<operation::SubtractCarry>, shape::NarrowRdn {
  static constexpr Encoding row{"SBC (register)",     T1,
                                Feature::v6m,         TimingClass::alu,
                                "0100000110 mmm ddd", "sbc{s}{c} <rd>, <rm>"};
};

/// AND{S} <Rd>, <Rm>.  Source: ARMv7-M ARM A7.7, AND (register), encoding T1.
struct AndRegisterT1 : LogicalRegister<operation::And>, shape::NarrowRdn {
  static constexpr Encoding row{"AND (register)",     T1,
                                Feature::v6m,         TimingClass::alu,
                                "0100000000 mmm ddd", "and{s}{c} <rd>, <rm>"};
};

/// EOR{S} <Rd>, <Rm>.  Source: ARMv7-M ARM A7.7, EOR (register), encoding T1.
struct EorRegisterT1 : LogicalRegister<operation::ExclusiveOr>, shape::NarrowRdn {
  static constexpr Encoding row{"EOR (register)",     T1,
                                Feature::v6m,         TimingClass::alu,
                                "0100000001 mmm ddd", "eor{s}{c} <rd>, <rm>"};
};

/// ORR{S} <Rd>, <Rm>.  Source: ARMv7-M ARM A7.7, ORR (register), encoding T1.
struct OrrRegisterT1 : LogicalRegister<operation::Or>, shape::NarrowRdn {
  static constexpr Encoding row{"ORR (register)",     T1,
                                Feature::v6m,         TimingClass::alu,
                                "0100001100 mmm ddd", "orr{s}{c} <rd>, <rm>"};
};

/// BIC{S} <Rd>, <Rm>.  Source: ARMv7-M ARM A7.7, BIC (register), encoding T1.
struct BicRegisterT1 : LogicalRegister<operation::BitClear>, shape::NarrowRdn {
  static constexpr Encoding row{"BIC (register)",     T1,
                                Feature::v6m,         TimingClass::alu,
                                "0100001110 mmm ddd", "bic{s}{c} <rd>, <rm>"};
};

/// MVN{S} <Rd>, <Rm>.  Source: ARMv7-M ARM A7.7, MVN (register), encoding T1.
struct MvnRegisterT1 : MoveNotRegister, shape::Narrow {
  static constexpr Encoding row{"MVN (register)",     T1,
                                Feature::v6m,         TimingClass::alu,
                                "0100001111 mmm ddd", "mvn{s}{c} <rd>, <rm>"};
};

/// TST <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, TST (register), encoding T1.
struct TstRegisterT1 : TestRegister<operation::And>, shape::NarrowPlain {
  static constexpr Encoding row{"TST (register)",     T1,
                                Feature::v6m,         TimingClass::alu,
                                "0100001000 mmm nnn", "tst{c} <rn>, <rm>"};
};

/// CMN <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, CMN (register), encoding T1.
struct CmnRegisterT1 : CompareRegister<operation::Add>, shape::NarrowPlain {
  static constexpr Encoding row{"CMN (register)",     T1,
                                Feature::v6m,         TimingClass::alu,
                                "0100001011 mmm nnn", "cmn{c} <rn>, <rm>"};
};

/// CMP <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, CMP (register), encoding T1.
struct CmpRegisterT1 : CompareRegister<operation::Subtract>, shape::NarrowPlain {
  static constexpr Encoding row{"CMP (register)",     T1,
                                Feature::v6m,         TimingClass::alu,
                                "0100001010 mmm nnn", "cmp{c} <rn>, <rm>"};
};

/// CMP <Rn>, <Rm>.  Source: ARMv7-M ARM A7.7, CMP (register), encoding T2.
struct CmpRegisterT2 : CompareRegister<operation::Subtract> {
  static constexpr Encoding row{"CMP (register)",      T2,
                                Feature::v6m,          TimingClass::alu,
                                "01000101 n mmmm nnn", "cmp{c} <rn>, <rm>"};
  static constexpr Operands decode(const Fields& f, const Place&) {
    const bool both_low = f['n'] < 8 && f['m'] < 8;
    return {.rn = f.reg('n'),
            .rm = f.reg('m'),
            .unpredictable = both_low || f['n'] == 15 || f['m'] == 15};
  }
};

/// CMP <Rn>, #<imm>.  Source: ARMv7-M ARM A7.7, CMP (immediate), encoding T1.
struct CmpImmediateT1 : CompareImmediate<operation::Subtract>, shape::NarrowPlain {
  static constexpr Encoding row{"CMP (immediate)",    T1,
                                Feature::v6m,         TimingClass::alu,
                                "00101 nnn iiiiiiii", "cmp{c} <rn>, #<imm>"};
};

/// MOV{S} <Rd>, #<imm>.  Source: ARMv7-M ARM A7.7, MOV (immediate), encoding T1.
struct MovImmediateT1 : MoveImmediate, shape::Narrow {
  static constexpr Encoding row{"MOV (immediate)",    T1,
                                Feature::v6m,         TimingClass::alu,
                                "00100 ddd iiiiiiii", "mov{s}{c} <rd>, #<imm>"};
};

/// LSL{S} <Rd>, <Rm>, #<amount>.  Source: ARMv7-M ARM A7.7, LSL (immediate), encoding T1.
struct LslImmediateT1 : ShiftImmediate<Shift::lsl>, shape::NarrowShift<Shift::lsl> {
  static constexpr Encoding row{"LSL (immediate)",
                                T1,
                                Feature::v6m,
                                TimingClass::shift,
                                "00000 iiiii mmm ddd",
                                "lsl{s}{c} <rd>, <rm>, #<amount>",
                                See("0000000000 mmm ddd")};
};

/// LSR{S} <Rd>, <Rm>, #<amount>.  Source: ARMv7-M ARM A7.7, LSR (immediate), encoding T1.
struct LsrImmediateT1 : ShiftImmediate<Shift::lsr>, shape::NarrowShift<Shift::lsr> {
  static constexpr Encoding row{"LSR (immediate)",     T1,
                                Feature::v6m,          TimingClass::shift,
                                "00001 iiiii mmm ddd", "lsr{s}{c} <rd>, <rm>, #<amount>"};
};

/// ASR{S} <Rd>, <Rm>, #<amount>.  Source: ARMv7-M ARM A7.7, ASR (immediate), encoding T1.
struct AsrImmediateT1 : ShiftImmediate<Shift::asr>, shape::NarrowShift<Shift::asr> {
  static constexpr Encoding row{"ASR (immediate)",     T1,
                                Feature::v6m,          TimingClass::shift,
                                "00010 iiiii mmm ddd", "asr{s}{c} <rd>, <rm>, #<amount>"};
};

/// LSL{S} <Rd>, <Rm>.  Source: ARMv7-M ARM A7.7, LSL (register), encoding T1.
struct LslRegisterT1 : ShiftRegister<Shift::lsl>, shape::NarrowRdn {
  static constexpr Encoding row{"LSL (register)",     T1,
                                Feature::v6m,         TimingClass::shift,
                                "0100000010 mmm ddd", "lsl{s}{c} <rd>, <rm>"};
};

/// LSR{S} <Rd>, <Rm>.  Source: ARMv7-M ARM A7.7, LSR (register), encoding T1.
struct LsrRegisterT1 : ShiftRegister<Shift::lsr>, shape::NarrowRdn {
  static constexpr Encoding row{"LSR (register)",     T1,
                                Feature::v6m,         TimingClass::shift,
                                "0100000011 mmm ddd", "lsr{s}{c} <rd>, <rm>"};
};

/// ASR{S} <Rd>, <Rm>.  Source: ARMv7-M ARM A7.7, ASR (register), encoding T1.
struct AsrRegisterT1 : ShiftRegister<Shift::asr>, shape::NarrowRdn {
  static constexpr Encoding row{"ASR (register)",     T1,
                                Feature::v6m,         TimingClass::shift,
                                "0100000100 mmm ddd", "asr{s}{c} <rd>, <rm>"};
};

/// ROR{S} <Rd>, <Rm>.  Source: ARMv7-M ARM A7.7, ROR (register), encoding T1.
struct RorRegisterT1 : ShiftRegister<Shift::ror>, shape::NarrowRdn {
  static constexpr Encoding row{"ROR (register)",     T1,
                                Feature::v6m,         TimingClass::shift,
                                "0100000111 mmm ddd", "ror{s}{c} <rd>, <rm>"};
};

/// SXTH <Rd>, <Rm>.  Source: ARMv7-M ARM A7.7, SXTH, encoding T1.
struct SxthT1 : Extend<operation::SignExtend<16>>, shape::NarrowPlain {
  static constexpr Encoding row{
      "SXTH", T1, Feature::v6m, TimingClass::extend, "1011001000 mmm ddd", "sxth{c} <rd>, <rm>"};
};

/// SXTB <Rd>, <Rm>.  Source: ARMv7-M ARM A7.7, SXTB, encoding T1.
struct SxtbT1 : Extend<operation::SignExtend<8>>, shape::NarrowPlain {
  static constexpr Encoding row{
      "SXTB", T1, Feature::v6m, TimingClass::extend, "1011001001 mmm ddd", "sxtb{c} <rd>, <rm>"};
};

/// UXTH <Rd>, <Rm>.  Source: ARMv7-M ARM A7.7, UXTH, encoding T1.
struct UxthT1 : Extend<operation::ZeroExtend<16>>, shape::NarrowPlain {
  static constexpr Encoding row{
      "UXTH", T1, Feature::v6m, TimingClass::extend, "1011001010 mmm ddd", "uxth{c} <rd>, <rm>"};
};

/// UXTB <Rd>, <Rm>.  Source: ARMv7-M ARM A7.7, UXTB, encoding T1.
struct UxtbT1 : Extend<operation::ZeroExtend<8>>, shape::NarrowPlain {
  static constexpr Encoding row{
      "UXTB", T1, Feature::v6m, TimingClass::extend, "1011001011 mmm ddd", "uxtb{c} <rd>, <rm>"};
};

/// REV <Rd>, <Rm>.  Source: ARMv7-M ARM A7.7, REV, encoding T1.
struct RevT1 : ReverseBytes, shape::NarrowPlain {
  static constexpr Encoding row{
      "REV", T1, Feature::v6m, TimingClass::reverse, "1011101000 mmm ddd", "rev{c} <rd>, <rm>"};
};

/// REV16 <Rd>, <Rm>.  Source: ARMv7-M ARM A7.7, REV16, encoding T1.
struct Rev16T1 : ReverseHalfwords, shape::NarrowPlain {
  static constexpr Encoding row{
      "REV16", T1, Feature::v6m, TimingClass::reverse, "1011101001 mmm ddd", "rev16{c} <rd>, <rm>"};
};

/// REVSH <Rd>, <Rm>.  Source: ARMv7-M ARM A7.7, REVSH, encoding T1.
struct RevshT1 : ReverseSigned, shape::NarrowPlain {
  static constexpr Encoding row{
      "REVSH", T1, Feature::v6m, TimingClass::reverse, "1011101011 mmm ddd", "revsh{c} <rd>, <rm>"};
};

// High registers. Rows that read or write the PC stand apart, so that the usual ones need not ask.

/// Where Rm (or Rn) is the PC, decode puts its value in imm.
template <Evaluator E>
constexpr auto register_or_pc(E& e, unsigned index, const Operands& o) {
  return index == 15 ? e.literal(o.imm) : e.reg(index);
}

struct MoveToPc {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.branch_write_pc(register_or_pc(e, o.rm, o));
  }
};

struct AddToPc {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.branch_write_pc(register_or_pc(e, o.rn, o) + register_or_pc(e, o.rm, o));
  }
};

/// ADD <Rdn>, PC.
struct AddPcToRegister {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.set_reg(o.rd, e.reg(o.rn) + e.literal(o.imm));
  }
};

/// ADD SP, <Rm>; Rm may be the PC.
struct AddToSp {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.set_reg(13, aligned_sp(e, e.reg(13) + register_or_pc(e, o.rm, o)));
  }
};

/// MOV <Rd>, <Rm>.  Source: ARMv7-M ARM A7.7, MOV (register), encoding T1.
struct MovRegisterT1 : MoveRegister {
  static constexpr Encoding row{
      "MOV (register)",
      T1,
      Feature::v6m,
      TimingClass::alu,
      "01000110 d mmmm ddd",
      "mov{c} <rd>, <rm>",
      See("01000110 1 mmmm 111", "01000110 1 mmmm 101", "01000110 d 1111 ddd")};
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = f.reg('d'), .rm = f.reg('m')};
  }
};

/// MOV SP, <Rm>.  Source: ARMv7-M ARM A7.7, MOV (register), encoding T1.
struct MovRegisterToSpT1 : MoveToSp {
  static constexpr Encoding row{"MOV (register)",
                                T1,
                                Feature::v6m,
                                TimingClass::alu,
                                "01000110 1 mmmm 101",
                                "mov{c} sp, <rm>",
                                See("01000110 1 1111 101")};
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = 13, .rm = f.reg('m')};
  }
};

/// MOV <Rd>, PC.  Source: ARMv7-M ARM A7.7, MOV (register), encoding T1.
struct MovRegisterFromPcT1 : AddressToRegister {
  static constexpr Encoding row{"MOV (register)",
                                T1,
                                Feature::v6m,
                                TimingClass::alu,
                                "01000110 d 1111 ddd",
                                "mov{c} <rd>, pc",
                                See("01000110 1 mmmm 111")};
  static constexpr Operands decode(const Fields& f, const Place& place) {
    return {.rd = f.reg('d'), .imm = place.pc_value()};
  }
};

/// MOV PC, <Rm>.  Source: ARMv7-M ARM A7.7, MOV (register), encoding T1.
struct MovRegisterToPcT1 : MoveToPc {
  static constexpr Encoding row{"MOV (register)",
                                T1,
                                Feature::v6m,
                                TimingClass::branch_register,
                                "01000110 1 mmmm 111",
                                "mov{c} pc, <rm>",
                                See(),
                                Flow::may_branch};
  static constexpr Operands decode(const Fields& f, const Place& place) {
    return {.rd = 15,
            .rm = f.reg('m'),
            .imm = place.pc_value(),
            .unpredictable = inside_it_block(place)};
  }
};

/// MOVS <Rd>, <Rm>.  Source: ARMv7-M ARM A7.7, MOV (register), encoding T2.
struct MovRegisterT2 : MoveRegister {
  static constexpr Encoding row{"MOV (register)",     T2,
                                Feature::v6m,         TimingClass::alu,
                                "0000000000 mmm ddd", "movs{c} <rd>, <rm>"};
  static constexpr Operands decode(const Fields& f, const Place& place) {
    return {.rd = f.reg('d'),
            .rm = f.reg('m'),
            .set_flags = true,
            .unpredictable = place.it.in_it_block()};
  }
};

/// ADD <Rd>, <Rm>.  Source: ARMv7-M ARM A7.7, ADD (register), encoding T2.
struct AddRegisterT2 : ArithmeticRegister<operation::Add> {
  static constexpr Encoding row{"ADD (register)",
                                T2,
                                Feature::v6m,
                                TimingClass::alu,
                                "01000100 d mmmm ddd",
                                "add{c} <rd>, <rm>",
                                See("01000100 1 mmmm 111", "01000100 d 1111 ddd",
                                    "01000100 1 mmmm 101", "01000100 d 1101 ddd")};
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = f.reg('d'), .rn = f.reg('d'), .rm = f.reg('m')};
  }
};

/// ADD <Rd>, PC.  Source: ARMv7-M ARM A7.7, ADD (register), encoding T2.
struct AddRegisterFromPcT2 : AddPcToRegister {
  static constexpr Encoding row{"ADD (register)",
                                T2,
                                Feature::v6m,
                                TimingClass::alu,
                                "01000100 d 1111 ddd",
                                "add{c} <rd>, pc",
                                See("01000100 1 mmmm 111", "01000100 1 mmmm 101")};
  static constexpr Operands decode(const Fields& f, const Place& place) {
    return {.rd = f.reg('d'), .rn = f.reg('d'), .rm = 15, .imm = place.pc_value()};
  }
};

/// ADD PC, <Rm>.  Source: ARMv7-M ARM A7.7, ADD (register), encoding T2.
struct AddRegisterToPcT2 : AddToPc {
  static constexpr Encoding row{"ADD (register)",
                                T2,
                                Feature::v6m,
                                TimingClass::branch_register,
                                "01000100 1 mmmm 111",
                                "add{c} pc, <rm>",
                                See("01000100 1 1101 111"),
                                Flow::may_branch};
  static constexpr Operands decode(const Fields& f, const Place& place) {
    return {.rd = 15,
            .rn = 15,
            .rm = f.reg('m'),
            .imm = place.pc_value(),
            .unpredictable = f['m'] == 15 || inside_it_block(place)};
  }
};

/// ADD <Rdm>, SP, <Rdm>.  Source: ARMv7-M ARM A7.7, ADD (SP plus register), encoding T1.
struct AddSpRegisterT1 : SpRegister<operation::Add> {
  static constexpr Encoding row{"ADD (SP plus register)",
                                T1,
                                Feature::v6m,
                                TimingClass::alu,
                                "01000100 d 1101 ddd",
                                "add{c} <rd>, sp, <rm>",
                                See("01000100 1 1101 111")};
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = f.reg('d'), .rn = 13, .rm = f.reg('d')};
  }
};

/// ADD PC, SP, PC.  Source: ARMv7-M ARM A7.7, ADD (SP plus register), encoding T1.
struct AddSpRegisterToPcT1 : AddToPc {
  static constexpr Encoding row{"ADD (SP plus register)",
                                T1,
                                Feature::v6m,
                                TimingClass::branch_register,
                                "01000100 1 1101 111",
                                "add{c} pc, sp, pc",
                                See(),
                                Flow::may_branch};
  static constexpr Operands decode(const Fields&, const Place& place) {
    return {.rd = 15,
            .rn = 13,
            .rm = 15,
            .imm = place.pc_value(),
            .unpredictable = inside_it_block(place)};
  }
};

/// ADD SP, <Rm>.  Source: ARMv7-M ARM A7.7, ADD (SP plus register), encoding T2.
struct AddSpRegisterT2 : AddToSp {
  static constexpr Encoding row{"ADD (SP plus register)",
                                T2,
                                Feature::v6m,
                                TimingClass::alu,
                                "01000100 1 mmmm 101",
                                "add{c} sp, <rm>",
                                See("01000100 1 1101 101")};
  static constexpr Operands decode(const Fields& f, const Place& place) {
    return {.rd = 13, .rn = 13, .rm = f.reg('m'), .imm = place.pc_value()};
  }
};

// SP-relative and PC-relative arithmetic; offsets count words.

/// ADD <Rd>, SP, #<imm>.  Source: ARMv7-M ARM A7.7, ADD (SP plus immediate), encoding T1.
struct AddSpImmediateT1 : ArithmeticImmediate<operation::Add> {
  static constexpr Encoding row{
      "ADD (SP plus immediate)", T1, Feature::v6m, TimingClass::alu, "10101 ddd iiiiiiii",
      "add{c} <rd>, sp, #<imm>"};
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = f.reg('d'), .rn = 13, .imm = f['i'] * 4};
  }
};

/// ADD SP, SP, #<imm>.  Source: ARMv7-M ARM A7.7, ADD (SP plus immediate), encoding T2.
struct AddSpImmediateT2 : ArithmeticImmediate<operation::Add> {
  static constexpr Encoding row{
      "ADD (SP plus immediate)", T2, Feature::v6m, TimingClass::alu, "101100000 iiiiiii",
      "add{c} sp, sp, #<imm>"};
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = 13, .rn = 13, .imm = f['i'] * 4};
  }
};

/// SUB SP, SP, #<imm>.  Source: ARMv7-M ARM A7.7, SUB (SP minus immediate), encoding T1.
struct SubSpImmediateT1 : ArithmeticImmediate<operation::Subtract> {
  static constexpr Encoding row{
      "SUB (SP minus immediate)", T1, Feature::v6m, TimingClass::alu, "101100001 iiiiiii",
      "sub{c} sp, sp, #<imm>"};
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = 13, .rn = 13, .imm = f['i'] * 4};
  }
};

/// ADR <Rd>, <label>.  Source: ARMv7-M ARM A7.7, ADR, encoding T1.
struct AdrT1 : AddressToRegister {
  static constexpr Encoding row{
      "ADR", T1, Feature::v6m, TimingClass::alu, "10100 ddd iiiiiiii", "adr{c} <rd>, <label>"};
  static constexpr Operands decode(const Fields& f, const Place& place) {
    return {.rd = f.reg('d'), .imm = place.pc_base() + f['i'] * 4};
  }
};

using DataProcessingNarrowRows =
    RowList<AddImmediateT1, AddImmediateT2, SubImmediateT1, SubImmediateT2, RsbImmediateT1,
            AddRegisterT1, SubRegisterT1, AdcRegisterT1, SbcRegisterT1, AndRegisterT1,
            EorRegisterT1, OrrRegisterT1, BicRegisterT1, MvnRegisterT1, TstRegisterT1,
            CmnRegisterT1, CmpRegisterT1, CmpRegisterT2, CmpImmediateT1, MovImmediateT1,
            LslImmediateT1, LsrImmediateT1, AsrImmediateT1, LslRegisterT1, LsrRegisterT1,
            AsrRegisterT1, RorRegisterT1, SxthT1, SxtbT1, UxthT1, UxtbT1, RevT1, Rev16T1, RevshT1,
            MovRegisterT1, MovRegisterToSpT1, MovRegisterFromPcT1, MovRegisterToPcT1, MovRegisterT2,
            AddRegisterT2, AddRegisterFromPcT2, AddRegisterToPcT2, AddSpRegisterT1,
            AddSpRegisterToPcT1, AddSpRegisterT2, AddSpImmediateT1, AddSpImmediateT2,
            SubSpImmediateT1, AdrT1>;

}  // namespace mcost::isa
