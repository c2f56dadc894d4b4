// Stores of a core register: immediate, register and unprivileged forms. Source: ARMv7-M ARM A7.7.
#pragma once

#include "sim_core/isa/insn/load_store_shapes.h"

namespace mcost::isa {

/// STR <Rt>, [<Rn>, #<imm>].  Source: ARMv7-M ARM A7.7, STR (immediate), encoding T1.
struct StrImmediateT1 : StoreOffset<4>, shape::NarrowOffset<4> {
  static constexpr Encoding row{"STR (immediate)",     T1,
                                Feature::v6m,          TimingClass::store,
                                "01100 iiiii nnn ttt", "str{c} <rd>, <address>"};
};

/// STR <Rt>, [SP, #<imm>].  Source: ARMv7-M ARM A7.7, STR (immediate), encoding T2.
struct StrImmediateT2 : StoreOffset<4>, shape::NarrowSpOffset {
  static constexpr Encoding row{"STR (immediate)",    T2,
                                Feature::v6m,         TimingClass::store,
                                "10010 ttt iiiiiiii", "str{c} <rd>, <address>"};
};

/// STRB <Rt>, [<Rn>, #<imm>].  Source: ARMv7-M ARM A7.7, STRB (immediate), encoding T1.
struct StrbImmediateT1 : StoreOffset<1>, shape::NarrowOffset<1> {
  static constexpr Encoding row{"STRB (immediate)",    T1,
                                Feature::v6m,          TimingClass::store,
                                "01110 iiiii nnn ttt", "strb{c} <rd>, <address>"};
};

/// STRH <Rt>, [<Rn>, #<imm>].  Source: ARMv7-M ARM A7.7, STRH (immediate), encoding T1.
struct StrhImmediateT1 : StoreOffset<2>, shape::NarrowOffset<2> {
  static constexpr Encoding row{"STRH (immediate)",    T1,
                                Feature::v6m,          TimingClass::store,
                                "10000 iiiii nnn ttt", "strh{c} <rd>, <address>"};
};

/// STR <Rt>, [<Rn>, <Rm>].  Source: ARMv7-M ARM A7.7, STR (register), encoding T1.
struct StrRegisterT1 : StoreRegisterOffset<4>, shape::NarrowRegisterOffset {
  static constexpr Encoding row{"STR (register)",      T1,
                                Feature::v6m,          TimingClass::store,
                                "0101000 mmm nnn ttt", "str{c} <rd>, [<rn>, <rm>]"};
};

/// STRB <Rt>, [<Rn>, <Rm>].  Source: ARMv7-M ARM A7.7, STRB (register), encoding T1.
struct StrbRegisterT1 : StoreRegisterOffset<1>, shape::NarrowRegisterOffset {
  static constexpr Encoding row{"STRB (register)",     T1,
                                Feature::v6m,          TimingClass::store,
                                "0101010 mmm nnn ttt", "strb{c} <rd>, [<rn>, <rm>]"};
};

/// STRH <Rt>, [<Rn>, <Rm>].  Source: ARMv7-M ARM A7.7, STRH (register), encoding T1.
struct StrhRegisterT1 : StoreRegisterOffset<2>, shape::NarrowRegisterOffset {
  static constexpr Encoding row{"STRH (register)",     T1,
                                Feature::v6m,          TimingClass::store,
                                "0101001 mmm nnn ttt", "strh{c} <rd>, [<rn>, <rm>]"};
};

/// STR.W <Rt>, [<Rn>, #<imm>].  Source: ARMv7-M ARM A7.7, STR (immediate), encoding T3.
struct StrImmediateT3 : StoreOffset<4>, shape::WideOffset<shape::StoredWord> {
  static constexpr Encoding row{"STR (immediate)",
                                T3,
                                Feature::v7m,
                                TimingClass::store,
                                "111110001100 nnnn tttt iiiiiiiiiiii",
                                "str{c}.w <rd>, <address>"};
};

/// STR <Rt>, [<Rn>, #-<imm>].  Source: ARMv7-M ARM A7.7, STR (immediate), encoding T4.
struct StrImmediateT4 : StoreNegativeOffset<4>, shape::WideNegativeOffset<shape::StoredWord> {
  static constexpr Encoding row{"STR (immediate)",
                                T4,
                                Feature::v7m,
                                TimingClass::store,
                                "111110000100 nnnn tttt 1100 iiiiiiii",
                                "str{c}.w <rd>, <address>"};
};

/// STR <Rt>, [<Rn>, #+/-<imm>]!.  Source: ARMv7-M ARM A7.7, STR (immediate), encoding T4.
struct StrPreIndexedT4 : StorePreIndexed<4>, shape::WidePreIndexed<shape::StoredWord> {
  static constexpr Encoding row{"STR (immediate)",
                                T4,
                                Feature::v7m,
                                TimingClass::store,
                                "111110000100 nnnn tttt 11u1 iiiiiiii",
                                "str{c}.w <rd>, <address>",
                                See("111110000100 1101 tttt 1101 00000100")};
};

/// STR <Rt>, [<Rn>], #+/-<imm>.  Source: ARMv7-M ARM A7.7, STR (immediate), encoding T4.
struct StrPostIndexedT4 : StorePostIndexed<4>, shape::WidePostIndexed<shape::StoredWord> {
  static constexpr Encoding row{"STR (immediate)",
                                T4,
                                Feature::v7m,
                                TimingClass::store,
                                "111110000100 nnnn tttt 10u1 iiiiiiii",
                                "str{c}.w <rd>, <address>"};
};

/// STR.W <Rt>, [<Rn>, <Rm>, LSL #<amount>].  Source: ARMv7-M ARM A7.7, STR (register), encoding T2.
struct StrRegisterT2 : StoreRegisterOffset<4>, shape::WideRegisterOffset<shape::StoredWord> {
  static constexpr Encoding row{"STR (register)",
                                T2,
                                Feature::v7m,
                                TimingClass::store,
                                "111110000100 nnnn tttt 000000 ss mmmm",
                                "str{c}.w <rd>, [<rn>, <rm><shift>]"};
};

/// STRB.W <Rt>, [<Rn>, #<imm>].  Source: ARMv7-M ARM A7.7, STRB (immediate), encoding T2.
struct StrbImmediateT2 : StoreOffset<1>, shape::WideOffset<shape::StoredPart> {
  static constexpr Encoding row{"STRB (immediate)",
                                T2,
                                Feature::v7m,
                                TimingClass::store,
                                "111110001000 nnnn tttt iiiiiiiiiiii",
                                "strb{c}.w <rd>, <address>"};
};

/// STRB <Rt>, [<Rn>, #-<imm>].  Source: ARMv7-M ARM A7.7, STRB (immediate), encoding T3.
struct StrbImmediateT3 : StoreNegativeOffset<1>, shape::WideNegativeOffset<shape::StoredPart> {
  static constexpr Encoding row{"STRB (immediate)",
                                T3,
                                Feature::v7m,
                                TimingClass::store,
                                "111110000000 nnnn tttt 1100 iiiiiiii",
                                "strb{c}.w <rd>, <address>"};
};

/// STRB <Rt>, [<Rn>, #+/-<imm>]!.  Source: ARMv7-M ARM A7.7, STRB (immediate), encoding T3.
struct StrbPreIndexedT3 : StorePreIndexed<1>, shape::WidePreIndexed<shape::StoredPart> {
  static constexpr Encoding row{"STRB (immediate)",
                                T3,
                                Feature::v7m,
                                TimingClass::store,
                                "111110000000 nnnn tttt 11u1 iiiiiiii",
                                "strb{c}.w <rd>, <address>"};
};

/// STRB <Rt>, [<Rn>], #+/-<imm>.  Source: ARMv7-M ARM A7.7, STRB (immediate), encoding T3.
struct StrbPostIndexedT3 : StorePostIndexed<1>, shape::WidePostIndexed<shape::StoredPart> {
  static constexpr Encoding row{"STRB (immediate)",
                                T3,
                                Feature::v7m,
                                TimingClass::store,
                                "111110000000 nnnn tttt 10u1 iiiiiiii",
                                "strb{c}.w <rd>, <address>"};
};

/// STRB.W <Rt>, [<Rn>, <Rm>, LSL #<amount>].  Source: ARMv7-M ARM A7.7, STRB (register), encoding
/// T2.
struct StrbRegisterT2 : StoreRegisterOffset<1>, shape::WideRegisterOffset<shape::StoredPart> {
  static constexpr Encoding row{"STRB (register)",
                                T2,
                                Feature::v7m,
                                TimingClass::store,
                                "111110000000 nnnn tttt 000000 ss mmmm",
                                "strb{c}.w <rd>, [<rn>, <rm><shift>]"};
};

/// STRH.W <Rt>, [<Rn>, #<imm>].  Source: ARMv7-M ARM A7.7, STRH (immediate), encoding T2.
struct StrhImmediateT2 : StoreOffset<2>, shape::WideOffset<shape::StoredPart> {
  static constexpr Encoding row{"STRH (immediate)",
                                T2,
                                Feature::v7m,
                                TimingClass::store,
                                "111110001010 nnnn tttt iiiiiiiiiiii",
                                "strh{c}.w <rd>, <address>"};
};

/// STRH <Rt>, [<Rn>, #-<imm>].  Source: ARMv7-M ARM A7.7, STRH (immediate), encoding T3.
struct StrhImmediateT3 : StoreNegativeOffset<2>, shape::WideNegativeOffset<shape::StoredPart> {
  static constexpr Encoding row{"STRH (immediate)",
                                T3,
                                Feature::v7m,
                                TimingClass::store,
                                "111110000010 nnnn tttt 1100 iiiiiiii",
                                "strh{c}.w <rd>, <address>"};
};

/// STRH <Rt>, [<Rn>, #+/-<imm>]!.  Source: ARMv7-M ARM A7.7, STRH (immediate), encoding T3.
struct StrhPreIndexedT3 : StorePreIndexed<2>, shape::WidePreIndexed<shape::StoredPart> {
  static constexpr Encoding row{"STRH (immediate)",
                                T3,
                                Feature::v7m,
                                TimingClass::store,
                                "111110000010 nnnn tttt 11u1 iiiiiiii",
                                "strh{c}.w <rd>, <address>"};
};

/// STRH <Rt>, [<Rn>], #+/-<imm>.  Source: ARMv7-M ARM A7.7, STRH (immediate), encoding T3.
struct StrhPostIndexedT3 : StorePostIndexed<2>, shape::WidePostIndexed<shape::StoredPart> {
  static constexpr Encoding row{"STRH (immediate)",
                                T3,
                                Feature::v7m,
                                TimingClass::store,
                                "111110000010 nnnn tttt 10u1 iiiiiiii",
                                "strh{c}.w <rd>, <address>"};
};

/// STRH.W <Rt>, [<Rn>, <Rm>, LSL #<amount>].  Source: ARMv7-M ARM A7.7, STRH (register), encoding
/// T2.
struct StrhRegisterT2 : StoreRegisterOffset<2>, shape::WideRegisterOffset<shape::StoredPart> {
  static constexpr Encoding row{"STRH (register)",
                                T2,
                                Feature::v7m,
                                TimingClass::store,
                                "111110000010 nnnn tttt 000000 ss mmmm",
                                "strh{c}.w <rd>, [<rn>, <rm><shift>]"};
};

/// STRT <Rt>, [<Rn>, #<imm>].  Source: ARMv7-M ARM A7.7, STRT, encoding T1.
struct StrtT1 : StoreUnprivileged<4>, shape::WideOffset<shape::StoredPart> {
  static constexpr Encoding row{"STRT",
                                T1,
                                Feature::v7m,
                                TimingClass::store,
                                "111110000100 nnnn tttt 1110 iiiiiiii",
                                "strt{c} <rd>, <address>"};
};

/// STRBT <Rt>, [<Rn>, #<imm>].  Source: ARMv7-M ARM A7.7, STRBT, encoding T1.
struct StrbtT1 : StoreUnprivileged<1>, shape::WideOffset<shape::StoredPart> {
  static constexpr Encoding row{"STRBT",
                                T1,
                                Feature::v7m,
                                TimingClass::store,
                                "111110000000 nnnn tttt 1110 iiiiiiii",
                                "strbt{c} <rd>, <address>"};
};

/// STRHT <Rt>, [<Rn>, #<imm>].  Source: ARMv7-M ARM A7.7, STRHT, encoding T1.
struct StrhtT1 : StoreUnprivileged<2>, shape::WideOffset<shape::StoredPart> {
  static constexpr Encoding row{"STRHT",
                                T1,
                                Feature::v7m,
                                TimingClass::store,
                                "111110000010 nnnn tttt 1110 iiiiiiii",
                                "strht{c} <rd>, <address>"};
};

using StoreRows =
    RowList<StrImmediateT1, StrImmediateT2, StrbImmediateT1, StrhImmediateT1, StrRegisterT1,
            StrbRegisterT1, StrhRegisterT1, StrImmediateT3, StrImmediateT4, StrPreIndexedT4,
            StrPostIndexedT4, StrRegisterT2, StrbImmediateT2, StrbImmediateT3, StrbPreIndexedT3,
            StrbPostIndexedT3, StrbRegisterT2, StrhImmediateT2, StrhImmediateT3, StrhPreIndexedT3,
            StrhPostIndexedT3, StrhRegisterT2, StrtT1, StrbtT1, StrhtT1>;

}  // namespace mcost::isa
