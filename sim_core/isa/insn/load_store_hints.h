// Preloads and the memory hints without a meaning. Neither touches memory. Source: ARMv7-M ARM
// A5.3.8, A5.3.9, A7.7.
#pragma once

#include "sim_core/isa/insn/load_store_shapes.h"

namespace mcost::isa {

// Preloads only make their address, for what a core's cache or pipeline model does with it.

struct PreloadOffset {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.address(e.reg(o.rn), o.imm);
  }
};

struct PreloadNegativeOffset {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.address(e.reg(o.rn), 0 - o.imm);
  }
};

struct PreloadLiteral {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.address(e.literal(o.imm), 0);
  }
};

struct PreloadRegisterOffset {
  static constexpr bool kShifts = true;
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.address_indexed(e.reg(o.rn), e.shift(e.reg(o.rm), Shift::lsl, o.amount));
  }
};

struct NoMemoryHint {
  template <Evaluator E>
  static constexpr void execute(E&, const Operands&) {}
};

}  // namespace mcost::isa

namespace mcost::isa {

/// PLD [<Rn>, #<imm>].  Source: ARMv7-M ARM A7.7, PLD (immediate), encoding T1.
struct PldImmediateT1 : PreloadOffset, shape::WideOffset<shape::LoadedWord> {
  static constexpr Encoding row{"PLD (immediate)",
                                T1,
                                Feature::v7m,
                                TimingClass::preload,
                                "111110001001 nnnn 1111 iiiiiiiiiiii",
                                "pld{c} <address>",
                                See("111110001001 1111 1111 iiiiiiiiiiii")};
};

/// PLD [<Rn>, #-<imm>].  Source: ARMv7-M ARM A7.7, PLD (immediate), encoding T2.
struct PldImmediateT2 : PreloadNegativeOffset, shape::WideNegativeOffset<shape::LoadedWord> {
  static constexpr Encoding row{"PLD (immediate)",
                                T2,
                                Feature::v7m,
                                TimingClass::preload,
                                "111110000001 nnnn 1111 1100 iiiiiiii",
                                "pld{c} <address>",
                                See("111110000001 1111 1111 1100 iiiiiiii")};
};

/// PLD <label>.  Source: ARMv7-M ARM A7.7, PLD (literal), encoding T1.
struct PldLiteralT1 : PreloadLiteral, shape::WideLiteral<shape::LoadedWord> {
  static constexpr Encoding row{"PLD (literal)",
                                T1,
                                Feature::v7m,
                                TimingClass::preload,
                                "11111000u001 1111 1111 iiiiiiiiiiii",
                                "pld{c} <label>"};
};

/// PLD [<Rn>, <Rm>, LSL #<amount>].  Source: ARMv7-M ARM A7.7, PLD (register), encoding T1.
struct PldRegisterT1 : PreloadRegisterOffset, shape::WideRegisterOffset<shape::LoadedWord> {
  static constexpr Encoding row{"PLD (register)",
                                T1,
                                Feature::v7m,
                                TimingClass::preload,
                                "111110000001 nnnn 1111 000000 ss mmmm",
                                "pld{c} [<rn>, <rm><shift>]",
                                See("111110000001 1111 1111 000000 ss mmmm")};
};

/// PLI [<Rn>, #<imm>].  Source: ARMv7-M ARM A7.7, PLI (immediate, literal), encoding T1.
struct PliImmediateT1 : PreloadOffset, shape::WideOffset<shape::LoadedWord> {
  static constexpr Encoding row{"PLI (immediate, literal)",
                                T1,
                                Feature::v7m,
                                TimingClass::preload,
                                "111110011001 nnnn 1111 iiiiiiiiiiii",
                                "pli{c} <address>",
                                See("111110011001 1111 1111 iiiiiiiiiiii")};
};

/// PLI [<Rn>, #-<imm>].  Source: ARMv7-M ARM A7.7, PLI (immediate, literal), encoding T2.
struct PliImmediateT2 : PreloadNegativeOffset, shape::WideNegativeOffset<shape::LoadedWord> {
  static constexpr Encoding row{"PLI (immediate, literal)",
                                T2,
                                Feature::v7m,
                                TimingClass::preload,
                                "111110010001 nnnn 1111 1100 iiiiiiii",
                                "pli{c} <address>",
                                See("111110010001 1111 1111 1100 iiiiiiii")};
};

/// PLI <label>.  Source: ARMv7-M ARM A7.7, PLI (immediate, literal), encoding T3.
struct PliLiteralT3 : PreloadLiteral, shape::WideLiteral<shape::LoadedWord> {
  static constexpr Encoding row{"PLI (immediate, literal)",
                                T3,
                                Feature::v7m,
                                TimingClass::preload,
                                "11111001u001 1111 1111 iiiiiiiiiiii",
                                "pli{c} <label>"};
};

/// PLI [<Rn>, <Rm>, LSL #<amount>].  Source: ARMv7-M ARM A7.7, PLI (register), encoding T1.
struct PliRegisterT1 : PreloadRegisterOffset, shape::WideRegisterOffset<shape::LoadedWord> {
  static constexpr Encoding row{"PLI (register)",
                                T1,
                                Feature::v7m,
                                TimingClass::preload,
                                "111110010001 nnnn 1111 000000 ss mmmm",
                                "pli{c} [<rn>, <rm><shift>]",
                                See("111110010001 1111 1111 000000 ss mmmm")};
};

/// [<Rn>, #<imm>]: LDRH or LDRSH to the PC, which does nothing.  Source: ARMv7-M ARM A5.3.8.
struct MemoryHintImmediateT1 : NoMemoryHint, shape::NoOperands {
  static constexpr Encoding row{"Unallocated memory hints",
                                T1,
                                Feature::v7m,
                                TimingClass::nop,
                                "1111100g1011 nnnn 1111 iiiiiiiiiiii",
                                "nop{c}.w",
                                See("1111100g1011 1111 1111 iiiiiiiiiiii")};
};

/// [<Rn>, #-<imm>]: LDRH or LDRSH to the PC, which does nothing.  Source: ARMv7-M ARM A5.3.8.
struct MemoryHintImmediateT2 : NoMemoryHint, shape::NoOperands {
  static constexpr Encoding row{"Unallocated memory hints",
                                T2,
                                Feature::v7m,
                                TimingClass::nop,
                                "1111100g0011 nnnn 1111 1100 iiiiiiii",
                                "nop{c}.w",
                                See("1111100g0011 1111 1111 1100 iiiiiiii")};
};

/// <label>: LDRH or LDRSH to the PC, which does nothing.  Source: ARMv7-M ARM A5.3.8.
struct MemoryHintLiteralT1 : NoMemoryHint, shape::NoOperands {
  static constexpr Encoding row{"Unallocated memory hints",
                                T1,
                                Feature::v7m,
                                TimingClass::nop,
                                "1111100gu011 1111 1111 iiiiiiiiiiii",
                                "nop{c}.w"};
};

/// [<Rn>, <Rm>, LSL #<amount>]: LDRH or LDRSH to the PC, which does nothing.  Source: ARMv7-M ARM
/// A5.3.8.
struct MemoryHintRegisterT1 : NoMemoryHint, shape::NoOperands {
  static constexpr Encoding row{"Unallocated memory hints",
                                T1,
                                Feature::v7m,
                                TimingClass::nop,
                                "1111100g0011 nnnn 1111 000000 ss mmmm",
                                "nop{c}.w",
                                See("1111100g0011 1111 1111 000000 ss mmmm")};
};

using PreloadRows =
    RowList<PldImmediateT1, PldImmediateT2, PldLiteralT1, PldRegisterT1, PliImmediateT1,
            PliImmediateT2, PliLiteralT3, PliRegisterT1, MemoryHintImmediateT1,
            MemoryHintImmediateT2, MemoryHintLiteralT1, MemoryHintRegisterT1>;

}  // namespace mcost::isa
