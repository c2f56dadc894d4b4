// Dual and exclusive loads and stores. Accesses must be aligned. Source: ARMv7-M ARM A7.7.
#pragma once

#include "sim_core/isa/insn/load_store_shapes.h"

namespace mcost::isa {

// Bodies. The second register, Rt2, is `ra`.

struct LoadDualOffset {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto address = e.address(e.reg(o.rn), indexed_offset(o));
    e.expect_loads(address, 2);
    const auto first = e.load_aligned(address);
    const auto second = e.load_aligned(address + e.literal(4));
    e.set_reg(o.rd, first);
    e.set_reg(o.ra, second);
  }
};

struct LoadDualPreIndexed {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto address = e.address(e.reg(o.rn), indexed_offset(o));
    e.expect_loads(address, 2);
    const auto first = e.load_aligned(address);
    const auto second = e.load_aligned(address + e.literal(4));
    e.set_base(o.rn, address);
    e.set_reg(o.rd, first);
    e.set_reg(o.ra, second);
  }
};

struct LoadDualPostIndexed {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto base = e.reg(o.rn);
    e.expect_loads(base, 2);
    const auto first = e.load_aligned(e.address(base, 0));
    const auto second = e.load_aligned(base + e.literal(4));
    e.set_base(o.rn, base + e.literal(indexed_offset(o)));
    e.set_reg(o.rd, first);
    e.set_reg(o.ra, second);
  }
};

struct LoadDualLiteral {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto first = e.load_aligned(e.address(e.literal(o.imm), 0));
    const auto second = e.load_aligned(e.literal(o.imm + 4));
    e.set_reg(o.rd, first);
    e.set_reg(o.ra, second);
  }
};

struct StoreDualOffset {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto address = e.address(e.reg(o.rn), indexed_offset(o));
    e.expect_stores(address, 2);
    e.store_aligned(address, e.reg(o.rd));
    e.store_aligned(address + e.literal(4), e.reg(o.ra));
  }
};

struct StoreDualPreIndexed {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto address = e.address(e.reg(o.rn), indexed_offset(o));
    e.expect_stores(address, 2);
    e.store_aligned(address, e.reg(o.rd));
    e.store_aligned(address + e.literal(4), e.reg(o.ra));
    e.set_base(o.rn, address);
  }
};

struct StoreDualPostIndexed {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto base = e.reg(o.rn);
    e.expect_stores(base, 2);
    e.store_aligned(e.address(base, 0), e.reg(o.rd));
    e.store_aligned(base + e.literal(4), e.reg(o.ra));
    e.set_base(o.rn, base + e.literal(indexed_offset(o)));
  }
};

template <unsigned kBytes>
struct LoadExclusive {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.set_reg(o.rd, e.load_exclusive(kBytes, e.address(e.reg(o.rn), o.imm)));
  }
};

/// The status goes to Rd; the data, Rt, is `ra`.
template <unsigned kBytes>
struct StoreExclusive {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.set_reg(o.rd, e.store_exclusive(kBytes, e.address(e.reg(o.rn), o.imm), e.reg(o.ra)));
  }
};

struct ClearExclusive {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands&) {
    e.clear_exclusive();
  }
};

namespace shape {

/// Fields t Rt, b Rt2, n Rn, i imm8, u U; offset form.
template <bool kLoad>
struct DualOffset {
  static constexpr Operands decode(const Fields& f, const Place&) {
    const bool bad = bad_register(f['t']) || bad_register(f['b']);
    const bool bad_pair = kLoad ? f['t'] == f['b'] : f['n'] == 15;
    return {.rd = f.reg('t'),
            .rn = f.reg('n'),
            .ra = f.reg('b'),
            .imm = f['i'] * 4,
            .add = f.flag('u'),
            .unpredictable = bad || bad_pair};
  }
};

template <bool kLoad>
struct DualPreIndexed {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    Operands o = DualOffset<kLoad>::decode(f, place);
    o.write_back = true;
    o.unpredictable = o.unpredictable || f['n'] == f['t'] || f['n'] == f['b'];
    return o;
  }
};

template <bool kLoad>
struct DualPostIndexed {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    Operands o = DualPreIndexed<kLoad>::decode(f, place);
    o.index = false;
    return o;
  }
};

/// PC-relative; p P, w W. The PC must be word-aligned and W clear, or it is UNPREDICTABLE.
struct DualLiteral {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    Operands o = DualOffset<true>::decode(f, place);
    o.rn = 15;
    o.imm = o.add ? place.pc_base() + f['i'] * 4 : place.pc_base() - f['i'] * 4;
    o.unpredictable = o.unpredictable || f.flag('w') || (place.pc & 3u) != 0;
    return o;
  }
};

struct ExclusiveLoad {
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = f.reg('t'),
            .rn = f.reg('n'),
            .imm = f['i'] * 4,
            .unpredictable = bad_register(f['t']) || f['n'] == 15};
  }
};

struct ExclusiveStore {
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = f.reg('d'),
            .rn = f.reg('n'),
            .ra = f.reg('t'),
            .imm = f['i'] * 4,
            .unpredictable = bad_register(f['d']) || bad_register(f['t']) || f['n'] == 15 ||
                             f['d'] == f['n'] || f['d'] == f['t']};
  }
};

}  // namespace shape

/// LDRD <Rt>, <Rt2>, [<Rn>, #+/-<imm>].  Source: ARMv7-M ARM A7.7, LDRD (immediate), encoding T1.
struct LdrdImmediateT1 : LoadDualOffset, shape::DualOffset<true> {
  static constexpr Encoding row{"LDRD (immediate)",
                                T1,
                                Feature::v7m,
                                TimingClass::load_dual,
                                "1110100 1u101 nnnn tttt bbbb iiiiiiii",
                                "ldrd{c} <rd>, <ra>, <address>",
                                See("1110100 1u101 1111 tttt bbbb iiiiiiii")};
};

/// LDRD <Rt>, <Rt2>, [<Rn>, #+/-<imm>]!.  Source: ARMv7-M ARM A7.7, LDRD (immediate), encoding T1.
struct LdrdPreIndexedT1 : LoadDualPreIndexed, shape::DualPreIndexed<true> {
  static constexpr Encoding row{"LDRD (immediate)",
                                T1,
                                Feature::v7m,
                                TimingClass::load_dual,
                                "1110100 1u111 nnnn tttt bbbb iiiiiiii",
                                "ldrd{c} <rd>, <ra>, <address>",
                                See("1110100 1u111 1111 tttt bbbb iiiiiiii")};
};

/// LDRD <Rt>, <Rt2>, [<Rn>], #+/-<imm>.  Source: ARMv7-M ARM A7.7, LDRD (immediate), encoding T1.
struct LdrdPostIndexedT1 : LoadDualPostIndexed, shape::DualPostIndexed<true> {
  static constexpr Encoding row{"LDRD (immediate)",
                                T1,
                                Feature::v7m,
                                TimingClass::load_dual,
                                "1110100 0u111 nnnn tttt bbbb iiiiiiii",
                                "ldrd{c} <rd>, <ra>, <address>",
                                See("1110100 0u111 1111 tttt bbbb iiiiiiii")};
};

/// LDRD <Rt>, <Rt2>, <label>. One word with W set, which is UNPREDICTABLE, is SG of ARMv8-M.
/// Source: ARMv7-M ARM A7.7, LDRD (literal), encoding T1; ARMv8-M ARM C2.4, SG.
struct LdrdLiteralT1 : LoadDualLiteral, shape::DualLiteral {
  static constexpr Encoding row{
      "LDRD (literal)",
      T1,
      Feature::v7m,
      TimingClass::load_dual,
      "1110100 pu1w1 1111 tttt bbbb iiiiiiii",
      "ldrd{c} <rd>, <ra>, <label>",
      See("1110100 0u101 1111 tttt bbbb iiiiiiii", "1110 1001 0111 1111 1110 1001 0111 1111")};
};

/// STRD <Rt>, <Rt2>, [<Rn>, #+/-<imm>].  Source: ARMv7-M ARM A7.7, STRD (immediate), encoding T1.
struct StrdImmediateT1 : StoreDualOffset, shape::DualOffset<false> {
  static constexpr Encoding row{"STRD (immediate)",
                                T1,
                                Feature::v7m,
                                TimingClass::store_dual,
                                "1110100 1u100 nnnn tttt bbbb iiiiiiii",
                                "strd{c} <rd>, <ra>, <address>"};
};

/// STRD <Rt>, <Rt2>, [<Rn>, #+/-<imm>]!.  Source: ARMv7-M ARM A7.7, STRD (immediate), encoding T1.
struct StrdPreIndexedT1 : StoreDualPreIndexed, shape::DualPreIndexed<false> {
  static constexpr Encoding row{"STRD (immediate)",
                                T1,
                                Feature::v7m,
                                TimingClass::store_dual,
                                "1110100 1u110 nnnn tttt bbbb iiiiiiii",
                                "strd{c} <rd>, <ra>, <address>"};
};

/// STRD <Rt>, <Rt2>, [<Rn>], #+/-<imm>.  Source: ARMv7-M ARM A7.7, STRD (immediate), encoding T1.
struct StrdPostIndexedT1 : StoreDualPostIndexed, shape::DualPostIndexed<false> {
  static constexpr Encoding row{"STRD (immediate)",
                                T1,
                                Feature::v7m,
                                TimingClass::store_dual,
                                "1110100 0u110 nnnn tttt bbbb iiiiiiii",
                                "strd{c} <rd>, <ra>, <address>"};
};

/// LDREX <Rt>, [<Rn>, #<imm>].  Source: ARMv7-M ARM A7.7, LDREX, encoding T1.
struct LdrexT1 : LoadExclusive<4>, shape::ExclusiveLoad {
  static constexpr Encoding row{"LDREX",
                                T1,
                                Feature::v7m,
                                TimingClass::load_exclusive,
                                "111010000101 nnnn tttt OOOO iiiiiiii",
                                "ldrex{c} <rd>, <address>"};
};

/// LDREXB <Rt>, [<Rn>].  Source: ARMv7-M ARM A7.7, LDREXB, encoding T1.
struct LdrexbT1 : LoadExclusive<1>, shape::ExclusiveLoad {
  static constexpr Encoding row{"LDREXB",
                                T1,
                                Feature::v7m,
                                TimingClass::load_exclusive,
                                "111010001101 nnnn tttt OOOO 0100 OOOO",
                                "ldrexb{c} <rd>, <address>"};
};

/// LDREXH <Rt>, [<Rn>].  Source: ARMv7-M ARM A7.7, LDREXH, encoding T1.
struct LdrexhT1 : LoadExclusive<2>, shape::ExclusiveLoad {
  static constexpr Encoding row{"LDREXH",
                                T1,
                                Feature::v7m,
                                TimingClass::load_exclusive,
                                "111010001101 nnnn tttt OOOO 0101 OOOO",
                                "ldrexh{c} <rd>, <address>"};
};

/// STREX <Rd>, <Rt>, [<Rn>, #<imm>]. With the PC as Rt, which ARMv7-M leaves UNPREDICTABLE, it is
/// TT. Source: ARMv7-M ARM A7.7, STREX, encoding T1; ARMv8-M ARM C2.4, STREX.
struct StrexT1 : StoreExclusive<4>, shape::ExclusiveStore {
  static constexpr Encoding row{"STREX",
                                T1,
                                Feature::v7m,
                                TimingClass::store_exclusive,
                                "111010000100 nnnn tttt dddd iiiiiiii",
                                "strex{c} <rd>, <ra>, <address>",
                                See("111010000100 nnnn 1111 dddd iiiiiiii")};
};

/// STREXB <Rd>, <Rt>, [<Rn>].  Source: ARMv7-M ARM A7.7, STREXB, encoding T1.
struct StrexbT1 : StoreExclusive<1>, shape::ExclusiveStore {
  static constexpr Encoding row{"STREXB",
                                T1,
                                Feature::v7m,
                                TimingClass::store_exclusive,
                                "111010001100 nnnn tttt OOOO 0100 dddd",
                                "strexb{c} <rd>, <ra>, <address>"};
};

/// STREXH <Rd>, <Rt>, [<Rn>].  Source: ARMv7-M ARM A7.7, STREXH, encoding T1.
struct StrexhT1 : StoreExclusive<2>, shape::ExclusiveStore {
  static constexpr Encoding row{"STREXH",
                                T1,
                                Feature::v7m,
                                TimingClass::store_exclusive,
                                "111010001100 nnnn tttt OOOO 0101 dddd",
                                "strexh{c} <rd>, <ra>, <address>"};
};

/// CLREX.  Source: ARMv7-M ARM A7.7, CLREX, encoding T1.
struct ClrexT1 : ClearExclusive, shape::NoOperands {
  static constexpr Encoding row{
      "CLREX",   T1, Feature::v7m, TimingClass::nop, "111100111011 OOOO 10Z0 OOOO 0010 OOOO",
      "clrex{c}"};
};

using DualExclusiveRows =
    RowList<LdrdImmediateT1, LdrdPreIndexedT1, LdrdPostIndexedT1, LdrdLiteralT1, StrdImmediateT1,
            StrdPreIndexedT1, StrdPostIndexedT1, LdrexT1, LdrexbT1, LdrexhT1, StrexT1, StrexbT1,
            StrexhT1, ClrexT1>;

}  // namespace mcost::isa
