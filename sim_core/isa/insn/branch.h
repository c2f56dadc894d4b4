// Branches. Immediate targets are decode facts, absolute addresses in `imm`. The condition of B<c>
// is no IT predicate and stays in `ra`; `condition` is left to the IT block, as everywhere. Source:
// ARMv7-M ARM A7.7.
#pragma once

#include "sim_core/base/bits.h"
#include "sim_core/isa/encoding.h"
#include "sim_core/isa/evaluator.h"
#include "sim_core/isa/insn/decode_rules.h"

namespace mcost::isa {

/// B, alone or predicated by an IT block.
struct Branch {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.branch(o.imm);
  }
};

/// B<c> with the condition in the encoding.
struct BranchConditional {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.branch_if(e.condition(o.ra), o.imm);
  }
};

/// BL. A read of the PC, the instruction's address + 4, is its return address.
struct BranchWithLink {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.set_reg(14, e.reg(15) | e.literal(1));
    e.branch(o.imm);
  }
};

struct BranchExchange {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.bx_write_pc(e.reg(o.rm));
  }
};

/// BLX, two bytes long.
struct BranchWithLinkExchange {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto target = e.reg(o.rm);
    e.set_reg(14, (e.reg(15) - e.literal(2)) | e.literal(1));
    e.blx_write_pc(target);
  }
};

struct CompareBranchZero {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.branch_if(e.reg(o.rn) == e.literal(0), o.imm);
  }
};

struct CompareBranchNonzero {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.branch_if(e.reg(o.rn) != e.literal(0), o.imm);
  }
};

/// TBB: a byte of the table counts halfwords.
struct TableBranchByte {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto halfwords = e.load(1, e.address_indexed(e.reg(o.rn), e.reg(o.rm)));
    e.branch_write_pc(e.reg(15) + (halfwords << 1));
  }
};

struct TableBranchHalfword {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto index = e.shift(e.reg(o.rm), Shift::lsl, 1);
    const auto halfwords = e.load(2, e.address_indexed(e.reg(o.rn), index));
    e.branch_write_pc(e.reg(15) + (halfwords << 1));
  }
};

namespace shape {

/// Fields: i halfwords from the PC, signed, of the field's width.
struct BranchOffset {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    return {.imm = place.pc_value() + sign_extend(f['i'] << 1, f.width('i') + 1),
            .unpredictable = inside_it_block(place)};
  }
};

/// Fields: i offset; c condition.
struct ConditionalOffset {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    Operands o = BranchOffset::decode(f, place);
    o.ra = f.u8('c');
    o.unpredictable = place.it.in_it_block();
    return o;
  }
};

/// Fields: s S, j J1, k J2, h imm6, l imm11; c condition. The offset is S:J2:J1:imm6:imm11:0.
struct ConditionalWideOffset {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    const std::uint32_t offset =
        f['s'] << 20 | f['k'] << 19 | f['j'] << 18 | f['h'] << 12 | f['l'] << 1;
    return {.ra = f.u8('c'),
            .imm = place.pc_value() + sign_extend(offset, 21),
            .unpredictable = place.it.in_it_block()};
  }
};

/// Fields: s S, j J1, k J2, h imm10, l imm11. The offset is S:I1:I2:imm10:imm11:0 with I = NOT(J
/// EOR S).
struct FarOffset {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    const std::uint32_t i1 = ~(f['j'] ^ f['s']) & 1u;
    const std::uint32_t i2 = ~(f['k'] ^ f['s']) & 1u;
    const std::uint32_t offset = f['s'] << 24 | i1 << 23 | i2 << 22 | f['h'] << 12 | f['l'] << 1;
    return {.imm = place.pc_value() + sign_extend(offset, 25),
            .unpredictable = inside_it_block(place)};
  }
};

/// Field m Rm.
struct BranchTarget {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    return {.rm = f.reg('m'), .unpredictable = inside_it_block(place)};
  }
};

/// Field m Rm, not the PC.
struct LinkTarget {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    return {.rm = f.reg('m'), .unpredictable = f['m'] == 15 || inside_it_block(place)};
  }
};

/// Fields: n Rn, i halfwords forward.
struct CompareOffset {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    return {.rn = f.reg('n'),
            .imm = place.pc_value() + (f['i'] << 1),
            .unpredictable = place.it.in_it_block()};
  }
};

/// Fields: n Rn, m Rm.
struct TableIndex {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    return {.rn = f.reg('n'),
            .rm = f.reg('m'),
            .unpredictable = f['n'] == 13 || bad_register(f['m']) || inside_it_block(place)};
  }
};

}  // namespace shape

/// B<c> <label>.  Source: ARMv7-M ARM A7.7, B, encoding T1.
struct BT1 : BranchConditional, shape::ConditionalOffset {
  static constexpr Encoding row{"B",
                                T1,
                                Feature::v6m,
                                TimingClass::branch,
                                "1101 cccc iiiiiiii",
                                "b<cond> <label>",
                                See("1101 1110 iiiiiiii", "1101 1111 iiiiiiii"),
                                Flow::may_branch};
};

/// B <label>.  Source: ARMv7-M ARM A7.7, B, encoding T2.
struct BT2 : Branch, shape::BranchOffset {
  static constexpr Encoding row{"B",
                                T2,
                                Feature::v6m,
                                TimingClass::branch,
                                "11100 iiiiiiiiiii",
                                "b{c} <label>",
                                See{},
                                Flow::may_branch};
};

/// B<c>.W <label>.  Source: ARMv7-M ARM A7.7, B, encoding T3.
struct BT3 : BranchConditional, shape::ConditionalWideOffset {
  static constexpr Encoding row{"B",
                                T3,
                                Feature::v7m,
                                TimingClass::branch,
                                "11110 s cccc hhhhhh 10 j 0 k lllllllllll",
                                "b<cond>.w <label>",
                                See("11110 s 111c hhhhhh 10 j 0 k lllllllllll"),
                                Flow::may_branch};
};

/// B.W <label>.  Source: ARMv7-M ARM A7.7, B, encoding T4.
struct BT4 : Branch, shape::FarOffset {
  static constexpr Encoding row{"B",
                                T4,
                                Feature::v7m,
                                TimingClass::branch,
                                "11110 s hhhhhhhhhh 10 j 1 k lllllllllll",
                                "b{c}.w <label>",
                                See{},
                                Flow::may_branch};
};

/// BL <label>.  Source: ARMv7-M ARM A7.7, BL, encoding T1.
struct BlT1 : BranchWithLink, shape::FarOffset {
  static constexpr Encoding row{"BL",
                                T1,
                                Feature::v6m,
                                TimingClass::branch,
                                "11110 s hhhhhhhhhh 11 j 1 k lllllllllll",
                                "bl{c} <label>",
                                See{},
                                Flow::may_branch};
};

/// BX <Rm>. With bit 2 set, which ARMv7-M leaves UNPREDICTABLE, it is BXNS, UNDEFINED without the
/// Security Extension. Source: ARMv7-M ARM A7.7, BX, encoding T1; ARMv8-M ARM C2.4, BX, BXNS.
struct BxT1 : BranchExchange, shape::BranchTarget {
  static constexpr Encoding row{
      "BX",         T1,    Feature::v6m,    TimingClass::branch_register, "010001110 mmmm 0ZZ",
      "bx{c} <rm>", See{}, Flow::may_branch};
};

/// BLX <Rm>. Bit 2 as in BX. Source: ARMv7-M ARM A7.7, BLX (register), encoding T1; ARMv8-M ARM
/// C2.4, BLX, BLXNS.
struct BlxRegisterT1 : BranchWithLinkExchange, shape::LinkTarget {
  static constexpr Encoding row{
      "BLX (register)", T1,    Feature::v6m,    TimingClass::branch_register, "010001111 mmmm 0ZZ",
      "blx{c} <rm>",    See{}, Flow::may_branch};
};

/// CBZ <Rn>, <label>.  Source: ARMv7-M ARM A7.7, CBNZ, CBZ, encoding T1.
struct CbzT1 : CompareBranchZero, shape::CompareOffset {
  static constexpr Encoding row{"CBNZ, CBZ",
                                T1,
                                Feature::v7m,
                                TimingClass::compare_branch,
                                "1011 00i1 iiiii nnn",
                                "cbz <rn>, <label>",
                                See{},
                                Flow::may_branch};
};

/// CBNZ <Rn>, <label>.  Source: ARMv7-M ARM A7.7, CBNZ, CBZ, encoding T1.
struct CbnzT1 : CompareBranchNonzero, shape::CompareOffset {
  static constexpr Encoding row{"CBNZ, CBZ",
                                T1,
                                Feature::v7m,
                                TimingClass::compare_branch,
                                "1011 10i1 iiiii nnn",
                                "cbnz <rn>, <label>",
                                See{},
                                Flow::may_branch};
};

/// TBB [<Rn>, <Rm>].  Source: ARMv7-M ARM A7.7, TBB, TBH, encoding T1.
struct TbbT1 : TableBranchByte, shape::TableIndex {
  static constexpr Encoding row{"TBB, TBH",
                                T1,
                                Feature::v7m,
                                TimingClass::table_branch,
                                "111010001101 nnnn OOOO ZZZZ 0000 mmmm",
                                "tbb{c} [<rn>, <rm>]",
                                See{},
                                Flow::may_branch};
};

/// TBH [<Rn>, <Rm>, LSL #1].  Source: ARMv7-M ARM A7.7, TBB, TBH, encoding T1.
struct TbhT1 : TableBranchHalfword, shape::TableIndex {
  static constexpr Encoding row{"TBB, TBH",
                                T1,
                                Feature::v7m,
                                TimingClass::table_branch,
                                "111010001101 nnnn OOOO ZZZZ 0001 mmmm",
                                "tbh{c} [<rn>, <rm>, lsl #1]",
                                See{},
                                Flow::may_branch};
};

using BranchRows =
    RowList<BT1, BT2, BT3, BT4, BlT1, BxT1, BlxRegisterT1, CbzT1, CbnzT1, TbbT1, TbhT1>;

}  // namespace mcost::isa
