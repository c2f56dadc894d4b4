// 32-bit data-processing encodings with an immediate: modified (ThumbExpandImm), plain, wide, and
// bit fields. Source: ARMv7-M ARM A5.3.1, A5.3.3.
#pragma once

#include "sim_core/isa/insn/data_processing_shapes.h"

namespace mcost::isa {

/// AND{S} <Rd>, <Rn>, #<imm>.  Source: ARMv7-M ARM A7.7, AND (immediate), encoding T1.
struct AndImmediateT1 : LogicalImmediate<operation::And>, shape::ModifiedImmediateCarry {
  static constexpr Encoding row{"AND (immediate)",
                                T1,
                                Feature::v7m,
                                TimingClass::alu,
                                "11110 i 00000 s nnnn 0 iii dddd iiiiiiii",
                                "and{s}{c} <rd>, <rn>, #<imm>",
                                See("11110 i 00000 1 nnnn 0 iii 1111 iiiiiiii")};
};

/// TST <Rn>, #<imm>.  Source: ARMv7-M ARM A7.7, TST (immediate), encoding T1.
struct TstImmediateT1 : TestImmediate<operation::And>, shape::ModifiedImmediateCarry {
  static constexpr Encoding row{"TST (immediate)",
                                T1,
                                Feature::v7m,
                                TimingClass::alu,
                                "11110 i 00000 1 nnnn 0 iii 1111 iiiiiiii",
                                "tst{c} <rn>, #<imm>"};
};

/// BIC{S} <Rd>, <Rn>, #<imm>.  Source: ARMv7-M ARM A7.7, BIC (immediate), encoding T1.
struct BicImmediateT1 : LogicalImmediate<operation::BitClear>, shape::ModifiedImmediateCarry {
  static constexpr Encoding row{"BIC (immediate)",
                                T1,
                                Feature::v7m,
                                TimingClass::alu,
                                "11110 i 00001 s nnnn 0 iii dddd iiiiiiii",
                                "bic{s}{c} <rd>, <rn>, #<imm>"};
};

/// ORR{S} <Rd>, <Rn>, #<imm>.  Source: ARMv7-M ARM A7.7, ORR (immediate), encoding T1.
struct OrrImmediateT1 : LogicalImmediate<operation::Or>, shape::ModifiedImmediateCarry {
  static constexpr Encoding row{"ORR (immediate)",
                                T1,
                                Feature::v7m,
                                TimingClass::alu,
                                "11110 i 00010 s nnnn 0 iii dddd iiiiiiii",
                                "orr{s}{c} <rd>, <rn>, #<imm>",
                                See("11110 i 00010 s 1111 0 iii dddd iiiiiiii")};
};

/// MOV{S} <Rd>, #<imm>.  Source: ARMv7-M ARM A7.7, MOV (immediate), encoding T2.
struct MovImmediateT2 : MoveImmediate, shape::ModifiedImmediateCarry {
  static constexpr Encoding row{"MOV (immediate)",
                                T2,
                                Feature::v7m,
                                TimingClass::alu,
                                "11110 i 00010 s 1111 0 iii dddd iiiiiiii",
                                "mov{s}{c}.w <rd>, #<imm>"};
};

/// ORN{S} <Rd>, <Rn>, #<imm>.  Source: ARMv7-M ARM A7.7, ORN (immediate), encoding T1.
struct OrnImmediateT1 : LogicalImmediate<operation::OrNot>, shape::ModifiedImmediateCarry {
  static constexpr Encoding row{"ORN (immediate)",
                                T1,
                                Feature::v7m,
                                TimingClass::alu,
                                "11110 i 00011 s nnnn 0 iii dddd iiiiiiii",
                                "orn{s}{c} <rd>, <rn>, #<imm>",
                                See("11110 i 00011 s 1111 0 iii dddd iiiiiiii")};
};

/// MVN{S} <Rd>, #<imm>.  Source: ARMv7-M ARM A7.7, MVN (immediate), encoding T1.
struct MvnImmediateT1 : MoveNotImmediate, shape::ModifiedImmediateCarry {
  static constexpr Encoding row{"MVN (immediate)",
                                T1,
                                Feature::v7m,
                                TimingClass::alu,
                                "11110 i 00011 s 1111 0 iii dddd iiiiiiii",
                                "mvn{s}{c} <rd>, #<imm>"};
};

/// EOR{S} <Rd>, <Rn>, #<imm>.  Source: ARMv7-M ARM A7.7, EOR (immediate), encoding T1.
struct EorImmediateT1 : LogicalImmediate<operation::ExclusiveOr>, shape::ModifiedImmediateCarry {
  static constexpr Encoding row{"EOR (immediate)",
                                T1,
                                Feature::v7m,
                                TimingClass::alu,
                                "11110 i 00100 s nnnn 0 iii dddd iiiiiiii",
                                "eor{s}{c} <rd>, <rn>, #<imm>",
                                See("11110 i 00100 1 nnnn 0 iii 1111 iiiiiiii")};
};

/// TEQ <Rn>, #<imm>.  Source: ARMv7-M ARM A7.7, TEQ (immediate), encoding T1.
struct TeqImmediateT1 : TestImmediate<operation::ExclusiveOr>, shape::ModifiedImmediateCarry {
  static constexpr Encoding row{"TEQ (immediate)",
                                T1,
                                Feature::v7m,
                                TimingClass::alu,
                                "11110 i 00100 1 nnnn 0 iii 1111 iiiiiiii",
                                "teq{c} <rn>, #<imm>"};
};

/// ADD{S} <Rd>, <Rn>, #<imm>.  Source: ARMv7-M ARM A7.7, ADD (immediate), encoding T3.
struct AddImmediateT3 : ArithmeticImmediate<operation::Add>, shape::ModifiedImmediate {
  static constexpr Encoding row{
      "ADD (immediate)",
      T3,
      Feature::v7m,
      TimingClass::alu,
      "11110 i 01000 s nnnn 0 iii dddd iiiiiiii",
      "add{s}{c}.w <rd>, <rn>, #<imm>",
      See("11110 i 01000 1 nnnn 0 iii 1111 iiiiiiii", "11110 i 01000 s 1101 0 iii dddd iiiiiiii")};
};

/// ADD{S} <Rd>, SP, #<imm>.  Source: ARMv7-M ARM A7.7, ADD (SP plus immediate), encoding T3.
struct AddSpImmediateT3 : SpImmediate<operation::Add> {
  static constexpr Encoding row{"ADD (SP plus immediate)",
                                T3,
                                Feature::v7m,
                                TimingClass::alu,
                                "11110 i 01000 s 1101 0 iii dddd iiiiiiii",
                                "add{s}{c}.w <rd>, sp, #<imm>",
                                See("11110 i 01000 1 nnnn 0 iii 1111 iiiiiiii")};
  static constexpr Operands decode(const Fields& f, const Place&) {
    const auto imm = thumb_expand_immediate(f['i']);
    return {.rd = f.reg('d'),
            .rn = 13,
            .imm = imm.value,
            .set_flags = f.flag('s'),
            .unpredictable = imm.unpredictable || f['d'] == 15};
  }
};

/// CMN <Rn>, #<imm>.  Source: ARMv7-M ARM A7.7, CMN (immediate), encoding T1.
struct CmnImmediateT1 : CompareImmediate<operation::Add> {
  static constexpr Encoding row{"CMN (immediate)",
                                T1,
                                Feature::v7m,
                                TimingClass::alu,
                                "11110 i 01000 1 nnnn 0 iii 1111 iiiiiiii",
                                "cmn{c} <rn>, #<imm>"};
  static constexpr Operands decode(const Fields& f, const Place&) {
    const auto imm = thumb_expand_immediate(f['i']);
    return {.rn = f.reg('n'), .imm = imm.value, .unpredictable = imm.unpredictable || f['n'] == 15};
  }
};

/// ADC{S} <Rd>, <Rn>, #<imm>.  Source: ARMv7-M ARM A7.7, ADC (immediate), encoding T1.
struct AdcImmediateT1 : ArithmeticImmediate<operation::AddCarry>, shape::ModifiedImmediate {
  static constexpr Encoding row{"ADC (immediate)",
                                T1,
                                Feature::v7m,
                                TimingClass::alu,
                                "11110 i 01010 s nnnn 0 iii dddd iiiiiiii",
                                "adc{s}{c} <rd>, <rn>, #<imm>"};
};

/// SBC{S} <Rd>, <Rn>, #<imm>.  Source: ARMv7-M ARM A7.7, SBC (immediate), encoding T1.
struct SbcImmediateT1 : ArithmeticImmediate<operation::SubtractCarry>, shape::ModifiedImmediate {
  static constexpr Encoding row{"SBC (immediate)",
                                T1,
                                Feature::v7m,
                                TimingClass::alu,
                                "11110 i 01011 s nnnn 0 iii dddd iiiiiiii",
                                "sbc{s}{c} <rd>, <rn>, #<imm>"};
};

/// SUB{S} <Rd>, <Rn>, #<imm>.  Source: ARMv7-M ARM A7.7, SUB (immediate), encoding T3.
struct SubImmediateT3 : ArithmeticImmediate<operation::Subtract>, shape::ModifiedImmediate {
  static constexpr Encoding row{
      "SUB (immediate)",
      T3,
      Feature::v7m,
      TimingClass::alu,
      "11110 i 01101 s nnnn 0 iii dddd iiiiiiii",
      "sub{s}{c}.w <rd>, <rn>, #<imm>",
      See("11110 i 01101 1 nnnn 0 iii 1111 iiiiiiii", "11110 i 01101 s 1101 0 iii dddd iiiiiiii")};
};

/// SUB{S} <Rd>, SP, #<imm>.  Source: ARMv7-M ARM A7.7, SUB (SP minus immediate), encoding T2.
struct SubSpImmediateT2 : SpImmediate<operation::Subtract> {
  static constexpr Encoding row{"SUB (SP minus immediate)",
                                T2,
                                Feature::v7m,
                                TimingClass::alu,
                                "11110 i 01101 s 1101 0 iii dddd iiiiiiii",
                                "sub{s}{c}.w <rd>, sp, #<imm>",
                                See("11110 i 01101 1 nnnn 0 iii 1111 iiiiiiii")};
  static constexpr Operands decode(const Fields& f, const Place&) {
    const auto imm = thumb_expand_immediate(f['i']);
    return {.rd = f.reg('d'),
            .rn = 13,
            .imm = imm.value,
            .set_flags = f.flag('s'),
            .unpredictable = imm.unpredictable || f['d'] == 15};
  }
};

/// CMP <Rn>, #<imm>.  Source: ARMv7-M ARM A7.7, CMP (immediate), encoding T2.
struct CmpImmediateT2 : CompareImmediate<operation::Subtract> {
  static constexpr Encoding row{"CMP (immediate)",
                                T2,
                                Feature::v7m,
                                TimingClass::alu,
                                "11110 i 01101 1 nnnn 0 iii 1111 iiiiiiii",
                                "cmp{c}.w <rn>, #<imm>"};
  static constexpr Operands decode(const Fields& f, const Place&) {
    const auto imm = thumb_expand_immediate(f['i']);
    return {.rn = f.reg('n'), .imm = imm.value, .unpredictable = imm.unpredictable || f['n'] == 15};
  }
};

/// RSB{S} <Rd>, <Rn>, #<imm>.  Source: ARMv7-M ARM A7.7, RSB (immediate), encoding T2.
struct RsbImmediateT2 : ArithmeticImmediate<operation::ReverseSubtract>, shape::ModifiedImmediate {
  static constexpr Encoding row{"RSB (immediate)",
                                T2,
                                Feature::v7m,
                                TimingClass::alu,
                                "11110 i 01110 s nnnn 0 iii dddd iiiiiiii",
                                "rsb{s}{c}.w <rd>, <rn>, #<imm>"};
};

// Plain and wide immediates.

/// ADDW <Rd>, <Rn>, #<imm>.  Source: ARMv7-M ARM A7.7, ADD (immediate), encoding T4.
struct AddImmediateT4 : ArithmeticImmediate<operation::Add>, shape::PlainImmediate {
  static constexpr Encoding row{
      "ADD (immediate)",
      T4,
      Feature::v7m,
      TimingClass::alu,
      "11110 i 100000 nnnn 0 iii dddd iiiiiiii",
      "addw{c} <rd>, <rn>, #<imm>",
      See("11110 i 100000 1111 0 iii dddd iiiiiiii", "11110 i 100000 1101 0 iii dddd iiiiiiii")};
};

/// ADDW <Rd>, SP, #<imm>.  Source: ARMv7-M ARM A7.7, ADD (SP plus immediate), encoding T4.
struct AddSpImmediateT4 : SpImmediate<operation::Add> {
  static constexpr Encoding row{"ADD (SP plus immediate)",
                                T4,
                                Feature::v7m,
                                TimingClass::alu,
                                "11110 i 100000 1101 0 iii dddd iiiiiiii",
                                "addw{c} <rd>, sp, #<imm>"};
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = f.reg('d'), .rn = 13, .imm = f['i'], .unpredictable = f['d'] == 15};
  }
};

/// SUBW <Rd>, <Rn>, #<imm>.  Source: ARMv7-M ARM A7.7, SUB (immediate), encoding T4.
struct SubImmediateT4 : ArithmeticImmediate<operation::Subtract>, shape::PlainImmediate {
  static constexpr Encoding row{
      "SUB (immediate)",
      T4,
      Feature::v7m,
      TimingClass::alu,
      "11110 i 101010 nnnn 0 iii dddd iiiiiiii",
      "subw{c} <rd>, <rn>, #<imm>",
      See("11110 i 101010 1111 0 iii dddd iiiiiiii", "11110 i 101010 1101 0 iii dddd iiiiiiii")};
};

/// SUBW <Rd>, SP, #<imm>.  Source: ARMv7-M ARM A7.7, SUB (SP minus immediate), encoding T3.
struct SubSpImmediateT3 : SpImmediate<operation::Subtract> {
  static constexpr Encoding row{"SUB (SP minus immediate)",
                                T3,
                                Feature::v7m,
                                TimingClass::alu,
                                "11110 i 101010 1101 0 iii dddd iiiiiiii",
                                "subw{c} <rd>, sp, #<imm>"};
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = f.reg('d'), .rn = 13, .imm = f['i'], .unpredictable = f['d'] == 15};
  }
};

/// ADR <Rd>, <label> before the instruction.  Source: ARMv7-M ARM A7.7, ADR, encoding T2.
struct AdrT2 : AddressToRegister {
  static constexpr Encoding row{"ADR",
                                T2,
                                Feature::v7m,
                                TimingClass::alu,
                                "11110 i 101010 1111 0 iii dddd iiiiiiii",
                                "adr{c}.w <rd>, <label>"};
  static constexpr Operands decode(const Fields& f, const Place& place) {
    return {.rd = f.reg('d'),
            .imm = place.pc_base() - f['i'],
            .unpredictable = shape::any_bad_register(f)};
  }
};

/// ADR <Rd>, <label> after the instruction.  Source: ARMv7-M ARM A7.7, ADR, encoding T3.
struct AdrT3 : AddressToRegister {
  static constexpr Encoding row{"ADR",
                                T3,
                                Feature::v7m,
                                TimingClass::alu,
                                "11110 i 100000 1111 0 iii dddd iiiiiiii",
                                "adr{c}.w <rd>, <label>"};
  static constexpr Operands decode(const Fields& f, const Place& place) {
    return {.rd = f.reg('d'),
            .imm = place.pc_base() + f['i'],
            .unpredictable = shape::any_bad_register(f)};
  }
};

/// MOVW <Rd>, #<imm>.  Source: ARMv7-M ARM A7.7, MOV (immediate), encoding T3.
struct MovImmediateT3 : MoveImmediate, shape::WideImmediate {
  static constexpr Encoding row{"MOV (immediate)",
                                T3,
                                Feature::v7m,
                                TimingClass::alu,
                                "11110 i 100100 jjjj 0 iii dddd iiiiiiii",
                                "movw{c} <rd>, #<imm>"};
};

/// MOVT <Rd>, #<imm>.  Source: ARMv7-M ARM A7.7, MOVT, encoding T1.
struct MovtT1 : MoveTop, shape::WideImmediate {
  static constexpr Encoding row{"MOVT",
                                T1,
                                Feature::v7m,
                                TimingClass::alu,
                                "11110 i 101100 jjjj 0 iii dddd iiiiiiii",
                                "movt{c} <rd>, #<imm>"};
};

// Bit fields.

/// SBFX <Rd>, <Rn>, #<lsb>, #<width>.  Source: ARMv7-M ARM A7.7, SBFX, encoding T1.
struct SbfxT1 : BitFieldExtract<true>, shape::ExtractedField {
  static constexpr Encoding row{"SBFX",
                                T1,
                                Feature::v7m,
                                TimingClass::bit_field,
                                "11110 Z 110100 nnnn 0 iii dddd ii Z wwwww",
                                "sbfx{c} <rd>, <rn>, #<amount>, #<imm>"};
};

/// UBFX <Rd>, <Rn>, #<lsb>, #<width>.  Source: ARMv7-M ARM A7.7, UBFX, encoding T1.
struct UbfxT1 : BitFieldExtract<false>, shape::ExtractedField {
  static constexpr Encoding row{"UBFX",
                                T1,
                                Feature::v7m,
                                TimingClass::bit_field,
                                "11110 Z 111100 nnnn 0 iii dddd ii Z wwwww",
                                "ubfx{c} <rd>, <rn>, #<amount>, #<imm>"};
};

/// BFI <Rd>, <Rn>, #<lsb>, #<width>.  Source: ARMv7-M ARM A7.7, BFI, encoding T1.
struct BfiT1 : BitFieldInsert, shape::InsertedField {
  static constexpr Encoding row{"BFI",
                                T1,
                                Feature::v7m,
                                TimingClass::bit_field,
                                "11110 Z 110110 nnnn 0 iii dddd ii Z wwwww",
                                "bfi{c} <rd>, <rn>, #<amount>, #<imm>",
                                See("11110 Z 110110 1111 0 iii dddd ii Z wwwww")};
};

/// BFC <Rd>, #<lsb>, #<width>.  Source: ARMv7-M ARM A7.7, BFC, encoding T1.
struct BfcT1 : BitFieldClear, shape::InsertedField {
  static constexpr Encoding row{"BFC",
                                T1,
                                Feature::v7m,
                                TimingClass::bit_field,
                                "11110 Z 110110 1111 0 iii dddd ii Z wwwww",
                                "bfc{c} <rd>, #<amount>, #<imm>"};
};

using DataProcessingImmediateRows =
    RowList<AndImmediateT1, TstImmediateT1, BicImmediateT1, OrrImmediateT1, MovImmediateT2,
            OrnImmediateT1, MvnImmediateT1, EorImmediateT1, TeqImmediateT1, AddImmediateT3,
            AddSpImmediateT3, CmnImmediateT1, AdcImmediateT1, SbcImmediateT1, SubImmediateT3,
            SubSpImmediateT2, CmpImmediateT2, RsbImmediateT2, AddImmediateT4, AddSpImmediateT4,
            SubImmediateT4, SubSpImmediateT3, AdrT2, AdrT3, MovImmediateT3, MovtT1, SbfxT1, UbfxT1,
            BfiT1, BfcT1>;

}  // namespace mcost::isa
