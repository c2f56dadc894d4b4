// Loads of a core register: immediate, register, literal and unprivileged forms. Source: ARMv7-M
// ARM A7.7.
#pragma once

#include "sim_core/isa/insn/load_store_shapes.h"

namespace mcost::isa {

/// LDR <Rt>, [<Rn>, #<imm>].  Source: ARMv7-M ARM A7.7, LDR (immediate), encoding T1.
struct LdrImmediateT1 : LoadOffset<WordData>, shape::NarrowOffset<4> {
  static constexpr Encoding row{"LDR (immediate)",     T1,
                                Feature::v6m,          TimingClass::load,
                                "01101 iiiii nnn ttt", "ldr{c} <rd>, <address>"};
};

/// LDR <Rt>, [SP, #<imm>].  Source: ARMv7-M ARM A7.7, LDR (immediate), encoding T2.
struct LdrImmediateT2 : LoadOffset<WordData>, shape::NarrowSpOffset {
  static constexpr Encoding row{"LDR (immediate)",    T2,
                                Feature::v6m,         TimingClass::load,
                                "10011 ttt iiiiiiii", "ldr{c} <rd>, <address>"};
};

/// LDRB <Rt>, [<Rn>, #<imm>].  Source: ARMv7-M ARM A7.7, LDRB (immediate), encoding T1.
struct LdrbImmediateT1 : LoadOffset<ByteData>, shape::NarrowOffset<1> {
  static constexpr Encoding row{"LDRB (immediate)",    T1,
                                Feature::v6m,          TimingClass::load,
                                "01111 iiiii nnn ttt", "ldrb{c} <rd>, <address>"};
};

/// LDRH <Rt>, [<Rn>, #<imm>].  Source: ARMv7-M ARM A7.7, LDRH (immediate), encoding T1.
struct LdrhImmediateT1 : LoadOffset<HalfwordData>, shape::NarrowOffset<2> {
  static constexpr Encoding row{"LDRH (immediate)",    T1,
                                Feature::v6m,          TimingClass::load,
                                "10001 iiiii nnn ttt", "ldrh{c} <rd>, <address>"};
};

/// LDR <Rt>, [<Rn>, <Rm>].  Source: ARMv7-M ARM A7.7, LDR (register), encoding T1.
struct LdrRegisterT1 : LoadRegisterOffset<WordData>, shape::NarrowRegisterOffset {
  static constexpr Encoding row{"LDR (register)",      T1,
                                Feature::v6m,          TimingClass::load,
                                "0101100 mmm nnn ttt", "ldr{c} <rd>, [<rn>, <rm>]"};
};

/// LDRB <Rt>, [<Rn>, <Rm>].  Source: ARMv7-M ARM A7.7, LDRB (register), encoding T1.
struct LdrbRegisterT1 : LoadRegisterOffset<ByteData>, shape::NarrowRegisterOffset {
  static constexpr Encoding row{"LDRB (register)",     T1,
                                Feature::v6m,          TimingClass::load,
                                "0101110 mmm nnn ttt", "ldrb{c} <rd>, [<rn>, <rm>]"};
};

/// LDRH <Rt>, [<Rn>, <Rm>].  Source: ARMv7-M ARM A7.7, LDRH (register), encoding T1.
struct LdrhRegisterT1 : LoadRegisterOffset<HalfwordData>, shape::NarrowRegisterOffset {
  static constexpr Encoding row{"LDRH (register)",     T1,
                                Feature::v6m,          TimingClass::load,
                                "0101101 mmm nnn ttt", "ldrh{c} <rd>, [<rn>, <rm>]"};
};

/// LDRSB <Rt>, [<Rn>, <Rm>].  Source: ARMv7-M ARM A7.7, LDRSB (register), encoding T1.
struct LdrsbRegisterT1 : LoadRegisterOffset<SignedByteData>, shape::NarrowRegisterOffset {
  static constexpr Encoding row{"LDRSB (register)",    T1,
                                Feature::v6m,          TimingClass::load,
                                "0101011 mmm nnn ttt", "ldrsb{c} <rd>, [<rn>, <rm>]"};
};

/// LDRSH <Rt>, [<Rn>, <Rm>].  Source: ARMv7-M ARM A7.7, LDRSH (register), encoding T1.
struct LdrshRegisterT1 : LoadRegisterOffset<SignedHalfwordData>, shape::NarrowRegisterOffset {
  static constexpr Encoding row{"LDRSH (register)",    T1,
                                Feature::v6m,          TimingClass::load,
                                "0101111 mmm nnn ttt", "ldrsh{c} <rd>, [<rn>, <rm>]"};
};

/// LDR <Rt>, <label>.  Source: ARMv7-M ARM A7.7, LDR (literal), encoding T1.
struct LdrLiteralT1 : LoadLiteral<WordData>, shape::NarrowLiteral {
  static constexpr Encoding row{"LDR (literal)",      T1,
                                Feature::v6m,         TimingClass::load_literal,
                                "01001 ttt iiiiiiii", "ldr{c} <rd>, <label>"};
};

/// LDR.W <Rt>, [<Rn>, #<imm>].  Source: ARMv7-M ARM A7.7, LDR (immediate), encoding T3.
struct LdrImmediateT3 : LoadOffset<WordData>, shape::WideOffset<shape::LoadedWord> {
  static constexpr Encoding row{
      "LDR (immediate)",
      T3,
      Feature::v7m,
      TimingClass::load,
      "111110001101 nnnn tttt iiiiiiiiiiii",
      "ldr{c}.w <rd>, <address>",
      See("111110001101 1111 tttt iiiiiiiiiiii", "111110001101 nnnn 1111 iiiiiiiiiiii")};
};

/// LDR <Rt>, [<Rn>, #-<imm>].  Source: ARMv7-M ARM A7.7, LDR (immediate), encoding T4.
struct LdrImmediateT4 : LoadNegativeOffset<WordData>, shape::WideNegativeOffset<shape::LoadedWord> {
  static constexpr Encoding row{
      "LDR (immediate)",
      T4,
      Feature::v7m,
      TimingClass::load,
      "111110000101 nnnn tttt 1100 iiiiiiii",
      "ldr{c}.w <rd>, <address>",
      See("111110000101 1111 tttt 1100 iiiiiiii", "111110000101 nnnn 1111 1100 iiiiiiii")};
};

/// LDR <Rt>, [<Rn>, #+/-<imm>]!.  Source: ARMv7-M ARM A7.7, LDR (immediate), encoding T4.
struct LdrPreIndexedT4 : LoadPreIndexed<WordData>, shape::WidePreIndexed<shape::LoadedWord> {
  static constexpr Encoding row{
      "LDR (immediate)",
      T4,
      Feature::v7m,
      TimingClass::load,
      "111110000101 nnnn tttt 11u1 iiiiiiii",
      "ldr{c}.w <rd>, <address>",
      See("111110000101 1111 tttt 11u1 iiiiiiii", "111110000101 nnnn 1111 11u1 iiiiiiii")};
};

/// LDR <Rt>, [<Rn>], #+/-<imm>.  Source: ARMv7-M ARM A7.7, LDR (immediate), encoding T4.
struct LdrPostIndexedT4 : LoadPostIndexed<WordData>, shape::WidePostIndexed<shape::LoadedWord> {
  static constexpr Encoding row{
      "LDR (immediate)",
      T4,
      Feature::v7m,
      TimingClass::load,
      "111110000101 nnnn tttt 10u1 iiiiiiii",
      "ldr{c}.w <rd>, <address>",
      See("111110000101 1111 tttt 10u1 iiiiiiii", "111110000101 nnnn 1111 10u1 iiiiiiii",
          "111110000101 1101 tttt 1011 00000100")};
};

/// LDR.W <Rt>, [<Rn>, <Rm>, LSL #<amount>].  Source: ARMv7-M ARM A7.7, LDR (register), encoding T2.
struct LdrRegisterT2 : LoadRegisterOffset<WordData>, shape::WideRegisterOffset<shape::LoadedWord> {
  static constexpr Encoding row{
      "LDR (register)",
      T2,
      Feature::v7m,
      TimingClass::load,
      "111110000101 nnnn tttt 000000 ss mmmm",
      "ldr{c}.w <rd>, [<rn>, <rm><shift>]",
      See("111110000101 1111 tttt 000000 ss mmmm", "111110000101 nnnn 1111 000000 ss mmmm")};
};

/// LDR.W <Rt>, <label>.  Source: ARMv7-M ARM A7.7, LDR (literal), encoding T2.
struct LdrLiteralT2 : LoadLiteral<WordData>, shape::WideLiteral<shape::LoadedWord> {
  static constexpr Encoding row{"LDR (literal)",
                                T2,
                                Feature::v7m,
                                TimingClass::load_literal,
                                "11111000u101 1111 tttt iiiiiiiiiiii",
                                "ldr{c}.w <rd>, <label>",
                                See("11111000u101 1111 1111 iiiiiiiiiiii")};
};

/// LDR.W PC, [<Rn>, #<imm>].  Source: ARMv7-M ARM A7.7, LDR (immediate), encoding T3.
struct LdrPcImmediateT3 : LoadOffset<PcData>, shape::WideOffset<shape::LoadedPc> {
  static constexpr Encoding row{"LDR (immediate)",
                                T3,
                                Feature::v7m,
                                TimingClass::load,
                                "111110001101 nnnn 1111 iiiiiiiiiiii",
                                "ldr{c}.w pc, <address>",
                                See("111110001101 1111 1111 iiiiiiiiiiii"),
                                Flow::may_branch};
};

/// LDR PC, [<Rn>, #-<imm>].  Source: ARMv7-M ARM A7.7, LDR (immediate), encoding T4.
struct LdrPcImmediateT4 : LoadNegativeOffset<PcData>, shape::WideNegativeOffset<shape::LoadedPc> {
  static constexpr Encoding row{"LDR (immediate)",
                                T4,
                                Feature::v7m,
                                TimingClass::load,
                                "111110000101 nnnn 1111 1100 iiiiiiii",
                                "ldr{c}.w pc, <address>",
                                See("111110000101 1111 1111 1100 iiiiiiii"),
                                Flow::may_branch};
};

/// LDR PC, [<Rn>, #+/-<imm>]!.  Source: ARMv7-M ARM A7.7, LDR (immediate), encoding T4.
struct LdrPcPreIndexedT4 : LoadPreIndexed<PcData>, shape::WidePreIndexed<shape::LoadedPc> {
  static constexpr Encoding row{"LDR (immediate)",
                                T4,
                                Feature::v7m,
                                TimingClass::load,
                                "111110000101 nnnn 1111 11u1 iiiiiiii",
                                "ldr{c}.w pc, <address>",
                                See("111110000101 1111 1111 11u1 iiiiiiii"),
                                Flow::may_branch};
};

/// LDR PC, [<Rn>], #+/-<imm>.  Source: ARMv7-M ARM A7.7, LDR (immediate), encoding T4.
struct LdrPcPostIndexedT4 : LoadPostIndexed<PcData>, shape::WidePostIndexed<shape::LoadedPc> {
  static constexpr Encoding row{
      "LDR (immediate)",
      T4,
      Feature::v7m,
      TimingClass::load,
      "111110000101 nnnn 1111 10u1 iiiiiiii",
      "ldr{c}.w pc, <address>",
      See("111110000101 1111 1111 10u1 iiiiiiii", "111110000101 1101 1111 1011 00000100"),
      Flow::may_branch};
};

/// LDR.W PC, [<Rn>, <Rm>, LSL #<amount>].  Source: ARMv7-M ARM A7.7, LDR (register), encoding T2.
struct LdrPcRegisterT2 : LoadRegisterOffset<PcData>, shape::WideRegisterOffset<shape::LoadedPc> {
  static constexpr Encoding row{"LDR (register)",
                                T2,
                                Feature::v7m,
                                TimingClass::load,
                                "111110000101 nnnn 1111 000000 ss mmmm",
                                "ldr{c}.w pc, [<rn>, <rm><shift>]",
                                See("111110000101 1111 1111 000000 ss mmmm"),
                                Flow::may_branch};
};

/// LDR.W PC, <label>.  Source: ARMv7-M ARM A7.7, LDR (literal), encoding T2.
struct LdrPcLiteralT2 : LoadLiteral<PcData>, shape::WideLiteral<shape::LoadedPc> {
  static constexpr Encoding row{"LDR (literal)",
                                T2,
                                Feature::v7m,
                                TimingClass::load_literal,
                                "11111000u101 1111 1111 iiiiiiiiiiii",
                                "ldr{c}.w pc, <label>",
                                See{},
                                Flow::may_branch};
};

/// LDRB.W <Rt>, [<Rn>, #<imm>].  Source: ARMv7-M ARM A7.7, LDRB (immediate), encoding T2.
struct LdrbImmediateT2 : LoadOffset<ByteData>, shape::WideOffset<shape::LoadedPart> {
  static constexpr Encoding row{
      "LDRB (immediate)",
      T2,
      Feature::v7m,
      TimingClass::load,
      "111110001001 nnnn tttt iiiiiiiiiiii",
      "ldrb{c}.w <rd>, <address>",
      See("111110001001 1111 tttt iiiiiiiiiiii", "111110001001 nnnn 1111 iiiiiiiiiiii")};
};

/// LDRB <Rt>, [<Rn>, #-<imm>].  Source: ARMv7-M ARM A7.7, LDRB (immediate), encoding T3.
struct LdrbImmediateT3 : LoadNegativeOffset<ByteData>,
                         shape::WideNegativeOffset<shape::LoadedPart> {
  static constexpr Encoding row{
      "LDRB (immediate)",
      T3,
      Feature::v7m,
      TimingClass::load,
      "111110000001 nnnn tttt 1100 iiiiiiii",
      "ldrb{c}.w <rd>, <address>",
      See("111110000001 1111 tttt 1100 iiiiiiii", "111110000001 nnnn 1111 1100 iiiiiiii")};
};

/// LDRB <Rt>, [<Rn>, #+/-<imm>]!.  Source: ARMv7-M ARM A7.7, LDRB (immediate), encoding T3.
struct LdrbPreIndexedT3 : LoadPreIndexed<ByteData>, shape::WidePreIndexed<shape::LoadedPart> {
  static constexpr Encoding row{"LDRB (immediate)",
                                T3,
                                Feature::v7m,
                                TimingClass::load,
                                "111110000001 nnnn tttt 11u1 iiiiiiii",
                                "ldrb{c}.w <rd>, <address>",
                                See("111110000001 1111 tttt 11u1 iiiiiiii")};
};

/// LDRB <Rt>, [<Rn>], #+/-<imm>.  Source: ARMv7-M ARM A7.7, LDRB (immediate), encoding T3.
struct LdrbPostIndexedT3 : LoadPostIndexed<ByteData>, shape::WidePostIndexed<shape::LoadedPart> {
  static constexpr Encoding row{"LDRB (immediate)",
                                T3,
                                Feature::v7m,
                                TimingClass::load,
                                "111110000001 nnnn tttt 10u1 iiiiiiii",
                                "ldrb{c}.w <rd>, <address>",
                                See("111110000001 1111 tttt 10u1 iiiiiiii")};
};

/// LDRB.W <Rt>, [<Rn>, <Rm>, LSL #<amount>].  Source: ARMv7-M ARM A7.7, LDRB (register), encoding
/// T2.
struct LdrbRegisterT2 : LoadRegisterOffset<ByteData>, shape::WideRegisterOffset<shape::LoadedPart> {
  static constexpr Encoding row{
      "LDRB (register)",
      T2,
      Feature::v7m,
      TimingClass::load,
      "111110000001 nnnn tttt 000000 ss mmmm",
      "ldrb{c}.w <rd>, [<rn>, <rm><shift>]",
      See("111110000001 1111 tttt 000000 ss mmmm", "111110000001 nnnn 1111 000000 ss mmmm")};
};

/// LDRB <Rt>, <label>.  Source: ARMv7-M ARM A7.7, LDRB (literal), encoding T1.
struct LdrbLiteralT1 : LoadLiteral<ByteData>, shape::WideLiteral<shape::LoadedPart> {
  static constexpr Encoding row{"LDRB (literal)",
                                T1,
                                Feature::v7m,
                                TimingClass::load_literal,
                                "11111000u001 1111 tttt iiiiiiiiiiii",
                                "ldrb{c}.w <rd>, <label>",
                                See("11111000u001 1111 1111 iiiiiiiiiiii")};
};

/// LDRH.W <Rt>, [<Rn>, #<imm>].  Source: ARMv7-M ARM A7.7, LDRH (immediate), encoding T2.
struct LdrhImmediateT2 : LoadOffset<HalfwordData>, shape::WideOffset<shape::LoadedPart> {
  static constexpr Encoding row{
      "LDRH (immediate)",
      T2,
      Feature::v7m,
      TimingClass::load,
      "111110001011 nnnn tttt iiiiiiiiiiii",
      "ldrh{c}.w <rd>, <address>",
      See("111110001011 1111 tttt iiiiiiiiiiii", "111110001011 nnnn 1111 iiiiiiiiiiii")};
};

/// LDRH <Rt>, [<Rn>, #-<imm>].  Source: ARMv7-M ARM A7.7, LDRH (immediate), encoding T3.
struct LdrhImmediateT3 : LoadNegativeOffset<HalfwordData>,
                         shape::WideNegativeOffset<shape::LoadedPart> {
  static constexpr Encoding row{
      "LDRH (immediate)",
      T3,
      Feature::v7m,
      TimingClass::load,
      "111110000011 nnnn tttt 1100 iiiiiiii",
      "ldrh{c}.w <rd>, <address>",
      See("111110000011 1111 tttt 1100 iiiiiiii", "111110000011 nnnn 1111 1100 iiiiiiii")};
};

/// LDRH <Rt>, [<Rn>, #+/-<imm>]!.  Source: ARMv7-M ARM A7.7, LDRH (immediate), encoding T3.
struct LdrhPreIndexedT3 : LoadPreIndexed<HalfwordData>, shape::WidePreIndexed<shape::LoadedPart> {
  static constexpr Encoding row{"LDRH (immediate)",
                                T3,
                                Feature::v7m,
                                TimingClass::load,
                                "111110000011 nnnn tttt 11u1 iiiiiiii",
                                "ldrh{c}.w <rd>, <address>",
                                See("111110000011 1111 tttt 11u1 iiiiiiii")};
};

/// LDRH <Rt>, [<Rn>], #+/-<imm>.  Source: ARMv7-M ARM A7.7, LDRH (immediate), encoding T3.
struct LdrhPostIndexedT3 : LoadPostIndexed<HalfwordData>,
                           shape::WidePostIndexed<shape::LoadedPart> {
  static constexpr Encoding row{"LDRH (immediate)",
                                T3,
                                Feature::v7m,
                                TimingClass::load,
                                "111110000011 nnnn tttt 10u1 iiiiiiii",
                                "ldrh{c}.w <rd>, <address>",
                                See("111110000011 1111 tttt 10u1 iiiiiiii")};
};

/// LDRH.W <Rt>, [<Rn>, <Rm>, LSL #<amount>].  Source: ARMv7-M ARM A7.7, LDRH (register), encoding
/// T2.
struct LdrhRegisterT2 : LoadRegisterOffset<HalfwordData>,
                        shape::WideRegisterOffset<shape::LoadedPart> {
  static constexpr Encoding row{
      "LDRH (register)",
      T2,
      Feature::v7m,
      TimingClass::load,
      "111110000011 nnnn tttt 000000 ss mmmm",
      "ldrh{c}.w <rd>, [<rn>, <rm><shift>]",
      See("111110000011 1111 tttt 000000 ss mmmm", "111110000011 nnnn 1111 000000 ss mmmm")};
};

/// LDRH <Rt>, <label>.  Source: ARMv7-M ARM A7.7, LDRH (literal), encoding T1.
struct LdrhLiteralT1 : LoadLiteral<HalfwordData>, shape::WideLiteral<shape::LoadedPart> {
  static constexpr Encoding row{"LDRH (literal)",
                                T1,
                                Feature::v7m,
                                TimingClass::load_literal,
                                "11111000u011 1111 tttt iiiiiiiiiiii",
                                "ldrh{c}.w <rd>, <label>",
                                See("11111000u011 1111 1111 iiiiiiiiiiii")};
};

/// LDRSB <Rt>, [<Rn>, #<imm>].  Source: ARMv7-M ARM A7.7, LDRSB (immediate), encoding T1.
struct LdrsbImmediateT1 : LoadOffset<SignedByteData>, shape::WideOffset<shape::LoadedPart> {
  static constexpr Encoding row{
      "LDRSB (immediate)",
      T1,
      Feature::v7m,
      TimingClass::load,
      "111110011001 nnnn tttt iiiiiiiiiiii",
      "ldrsb{c}.w <rd>, <address>",
      See("111110011001 1111 tttt iiiiiiiiiiii", "111110011001 nnnn 1111 iiiiiiiiiiii")};
};

/// LDRSB <Rt>, [<Rn>, #-<imm>].  Source: ARMv7-M ARM A7.7, LDRSB (immediate), encoding T2.
struct LdrsbImmediateT2 : LoadNegativeOffset<SignedByteData>,
                          shape::WideNegativeOffset<shape::LoadedPart> {
  static constexpr Encoding row{
      "LDRSB (immediate)",
      T2,
      Feature::v7m,
      TimingClass::load,
      "111110010001 nnnn tttt 1100 iiiiiiii",
      "ldrsb{c}.w <rd>, <address>",
      See("111110010001 1111 tttt 1100 iiiiiiii", "111110010001 nnnn 1111 1100 iiiiiiii")};
};

/// LDRSB <Rt>, [<Rn>, #+/-<imm>]!.  Source: ARMv7-M ARM A7.7, LDRSB (immediate), encoding T2.
struct LdrsbPreIndexedT2 : LoadPreIndexed<SignedByteData>,
                           shape::WidePreIndexed<shape::LoadedPart> {
  static constexpr Encoding row{"LDRSB (immediate)",
                                T2,
                                Feature::v7m,
                                TimingClass::load,
                                "111110010001 nnnn tttt 11u1 iiiiiiii",
                                "ldrsb{c}.w <rd>, <address>",
                                See("111110010001 1111 tttt 11u1 iiiiiiii")};
};

/// LDRSB <Rt>, [<Rn>], #+/-<imm>.  Source: ARMv7-M ARM A7.7, LDRSB (immediate), encoding T2.
struct LdrsbPostIndexedT2 : LoadPostIndexed<SignedByteData>,
                            shape::WidePostIndexed<shape::LoadedPart> {
  static constexpr Encoding row{"LDRSB (immediate)",
                                T2,
                                Feature::v7m,
                                TimingClass::load,
                                "111110010001 nnnn tttt 10u1 iiiiiiii",
                                "ldrsb{c}.w <rd>, <address>",
                                See("111110010001 1111 tttt 10u1 iiiiiiii")};
};

/// LDRSB.W <Rt>, [<Rn>, <Rm>, LSL #<amount>].  Source: ARMv7-M ARM A7.7, LDRSB (register), encoding
/// T2.
struct LdrsbRegisterT2 : LoadRegisterOffset<SignedByteData>,
                         shape::WideRegisterOffset<shape::LoadedPart> {
  static constexpr Encoding row{
      "LDRSB (register)",
      T2,
      Feature::v7m,
      TimingClass::load,
      "111110010001 nnnn tttt 000000 ss mmmm",
      "ldrsb{c}.w <rd>, [<rn>, <rm><shift>]",
      See("111110010001 1111 tttt 000000 ss mmmm", "111110010001 nnnn 1111 000000 ss mmmm")};
};

/// LDRSB <Rt>, <label>.  Source: ARMv7-M ARM A7.7, LDRSB (literal), encoding T1.
struct LdrsbLiteralT1 : LoadLiteral<SignedByteData>, shape::WideLiteral<shape::LoadedPart> {
  static constexpr Encoding row{"LDRSB (literal)",
                                T1,
                                Feature::v7m,
                                TimingClass::load_literal,
                                "11111001u001 1111 tttt iiiiiiiiiiii",
                                "ldrsb{c}.w <rd>, <label>",
                                See("11111001u001 1111 1111 iiiiiiiiiiii")};
};

/// LDRSH <Rt>, [<Rn>, #<imm>].  Source: ARMv7-M ARM A7.7, LDRSH (immediate), encoding T1.
struct LdrshImmediateT1 : LoadOffset<SignedHalfwordData>, shape::WideOffset<shape::LoadedPart> {
  static constexpr Encoding row{
      "LDRSH (immediate)",
      T1,
      Feature::v7m,
      TimingClass::load,
      "111110011011 nnnn tttt iiiiiiiiiiii",
      "ldrsh{c}.w <rd>, <address>",
      See("111110011011 1111 tttt iiiiiiiiiiii", "111110011011 nnnn 1111 iiiiiiiiiiii")};
};

/// LDRSH <Rt>, [<Rn>, #-<imm>].  Source: ARMv7-M ARM A7.7, LDRSH (immediate), encoding T2.
struct LdrshImmediateT2 : LoadNegativeOffset<SignedHalfwordData>,
                          shape::WideNegativeOffset<shape::LoadedPart> {
  static constexpr Encoding row{
      "LDRSH (immediate)",
      T2,
      Feature::v7m,
      TimingClass::load,
      "111110010011 nnnn tttt 1100 iiiiiiii",
      "ldrsh{c}.w <rd>, <address>",
      See("111110010011 1111 tttt 1100 iiiiiiii", "111110010011 nnnn 1111 1100 iiiiiiii")};
};

/// LDRSH <Rt>, [<Rn>, #+/-<imm>]!.  Source: ARMv7-M ARM A7.7, LDRSH (immediate), encoding T2.
struct LdrshPreIndexedT2 : LoadPreIndexed<SignedHalfwordData>,
                           shape::WidePreIndexed<shape::LoadedPart> {
  static constexpr Encoding row{"LDRSH (immediate)",
                                T2,
                                Feature::v7m,
                                TimingClass::load,
                                "111110010011 nnnn tttt 11u1 iiiiiiii",
                                "ldrsh{c}.w <rd>, <address>",
                                See("111110010011 1111 tttt 11u1 iiiiiiii")};
};

/// LDRSH <Rt>, [<Rn>], #+/-<imm>.  Source: ARMv7-M ARM A7.7, LDRSH (immediate), encoding T2.
struct LdrshPostIndexedT2 : LoadPostIndexed<SignedHalfwordData>,
                            shape::WidePostIndexed<shape::LoadedPart> {
  static constexpr Encoding row{"LDRSH (immediate)",
                                T2,
                                Feature::v7m,
                                TimingClass::load,
                                "111110010011 nnnn tttt 10u1 iiiiiiii",
                                "ldrsh{c}.w <rd>, <address>",
                                See("111110010011 1111 tttt 10u1 iiiiiiii")};
};

/// LDRSH.W <Rt>, [<Rn>, <Rm>, LSL #<amount>].  Source: ARMv7-M ARM A7.7, LDRSH (register), encoding
/// T2.
struct LdrshRegisterT2 : LoadRegisterOffset<SignedHalfwordData>,
                         shape::WideRegisterOffset<shape::LoadedPart> {
  static constexpr Encoding row{
      "LDRSH (register)",
      T2,
      Feature::v7m,
      TimingClass::load,
      "111110010011 nnnn tttt 000000 ss mmmm",
      "ldrsh{c}.w <rd>, [<rn>, <rm><shift>]",
      See("111110010011 1111 tttt 000000 ss mmmm", "111110010011 nnnn 1111 000000 ss mmmm")};
};

/// LDRSH <Rt>, <label>.  Source: ARMv7-M ARM A7.7, LDRSH (literal), encoding T1.
struct LdrshLiteralT1 : LoadLiteral<SignedHalfwordData>, shape::WideLiteral<shape::LoadedPart> {
  static constexpr Encoding row{"LDRSH (literal)",
                                T1,
                                Feature::v7m,
                                TimingClass::load_literal,
                                "11111001u011 1111 tttt iiiiiiiiiiii",
                                "ldrsh{c}.w <rd>, <label>",
                                See("11111001u011 1111 1111 iiiiiiiiiiii")};
};

/// LDRT <Rt>, [<Rn>, #<imm>].  Source: ARMv7-M ARM A7.7, LDRT, encoding T1.
struct LdrtT1 : LoadUnprivileged<WordData>, shape::WideOffset<shape::LoadedPart> {
  static constexpr Encoding row{"LDRT",
                                T1,
                                Feature::v7m,
                                TimingClass::load,
                                "111110000101 nnnn tttt 1110 iiiiiiii",
                                "ldrt{c} <rd>, <address>",
                                See("111110000101 1111 tttt 1110 iiiiiiii")};
};

/// LDRBT <Rt>, [<Rn>, #<imm>].  Source: ARMv7-M ARM A7.7, LDRBT, encoding T1.
struct LdrbtT1 : LoadUnprivileged<ByteData>, shape::WideOffset<shape::LoadedPart> {
  static constexpr Encoding row{"LDRBT",
                                T1,
                                Feature::v7m,
                                TimingClass::load,
                                "111110000001 nnnn tttt 1110 iiiiiiii",
                                "ldrbt{c} <rd>, <address>",
                                See("111110000001 1111 tttt 1110 iiiiiiii")};
};

/// LDRHT <Rt>, [<Rn>, #<imm>].  Source: ARMv7-M ARM A7.7, LDRHT, encoding T1.
struct LdrhtT1 : LoadUnprivileged<HalfwordData>, shape::WideOffset<shape::LoadedPart> {
  static constexpr Encoding row{"LDRHT",
                                T1,
                                Feature::v7m,
                                TimingClass::load,
                                "111110000011 nnnn tttt 1110 iiiiiiii",
                                "ldrht{c} <rd>, <address>",
                                See("111110000011 1111 tttt 1110 iiiiiiii")};
};

/// LDRSBT <Rt>, [<Rn>, #<imm>].  Source: ARMv7-M ARM A7.7, LDRSBT, encoding T1.
struct LdrsbtT1 : LoadUnprivileged<SignedByteData>, shape::WideOffset<shape::LoadedPart> {
  static constexpr Encoding row{"LDRSBT",
                                T1,
                                Feature::v7m,
                                TimingClass::load,
                                "111110010001 nnnn tttt 1110 iiiiiiii",
                                "ldrsbt{c} <rd>, <address>",
                                See("111110010001 1111 tttt 1110 iiiiiiii")};
};

/// LDRSHT <Rt>, [<Rn>, #<imm>].  Source: ARMv7-M ARM A7.7, LDRSHT, encoding T1.
struct LdrshtT1 : LoadUnprivileged<SignedHalfwordData>, shape::WideOffset<shape::LoadedPart> {
  static constexpr Encoding row{"LDRSHT",
                                T1,
                                Feature::v7m,
                                TimingClass::load,
                                "111110010011 nnnn tttt 1110 iiiiiiii",
                                "ldrsht{c} <rd>, <address>",
                                See("111110010011 1111 tttt 1110 iiiiiiii")};
};

using LoadRows =
    RowList<LdrImmediateT1, LdrImmediateT2, LdrbImmediateT1, LdrhImmediateT1, LdrRegisterT1,
            LdrbRegisterT1, LdrhRegisterT1, LdrsbRegisterT1, LdrshRegisterT1, LdrLiteralT1,
            LdrImmediateT3, LdrImmediateT4, LdrPreIndexedT4, LdrPostIndexedT4, LdrRegisterT2,
            LdrLiteralT2, LdrPcImmediateT3, LdrPcImmediateT4, LdrPcPreIndexedT4, LdrPcPostIndexedT4,
            LdrPcRegisterT2, LdrPcLiteralT2, LdrbImmediateT2, LdrbImmediateT3, LdrbPreIndexedT3,
            LdrbPostIndexedT3, LdrbRegisterT2, LdrbLiteralT1, LdrhImmediateT2, LdrhImmediateT3,
            LdrhPreIndexedT3, LdrhPostIndexedT3, LdrhRegisterT2, LdrhLiteralT1, LdrsbImmediateT1,
            LdrsbImmediateT2, LdrsbPreIndexedT2, LdrsbPostIndexedT2, LdrsbRegisterT2,
            LdrsbLiteralT1, LdrshImmediateT1, LdrshImmediateT2, LdrshPreIndexedT2,
            LdrshPostIndexedT2, LdrshRegisterT2, LdrshLiteralT1, LdrtT1, LdrbtT1, LdrhtT1, LdrsbtT1,
            LdrshtT1>;

}  // namespace mcost::isa
