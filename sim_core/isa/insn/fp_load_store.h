// Floating-point loads and stores. A double moves as two words, the low one first; accesses must be
// word-aligned. Source: ARMv7-M ARM A6.5 and A7.7.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "sim_core/isa/insn/fp_shapes.h"

namespace mcost::isa {

/// The offset as a two's complement number.
[[nodiscard]] constexpr std::uint32_t fp_offset(const Operands& o) {
  return o.add ? o.imm : 0 - o.imm;
}

struct FpLoadSingle {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.set_single(o.rd, e.load_aligned(e.address(e.reg(o.rn), fp_offset(o))));
  }
};

struct FpLoadDouble {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto address = e.address(e.reg(o.rn), fp_offset(o));
    e.expect_loads(address, 2);
    const auto low = e.load_aligned(address);
    const auto high = e.load_aligned(address + e.literal(4));
    e.set_single(2u * o.rd, low);
    e.set_single(2u * o.rd + 1, high);
  }
};

struct FpLoadLiteralSingle {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.set_single(o.rd, e.load_aligned(e.address(e.literal(o.imm), 0)));
  }
};

struct FpLoadLiteralDouble {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto low = e.load_aligned(e.address(e.literal(o.imm), 0));
    const auto high = e.load_aligned(e.literal(o.imm + 4));
    e.set_single(2u * o.rd, low);
    e.set_single(2u * o.rd + 1, high);
  }
};

struct FpStoreSingle {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.store_aligned(e.address(e.reg(o.rn), fp_offset(o)), e.single(o.rd));
  }
};

struct FpStoreDouble {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto address = e.address(e.reg(o.rn), fp_offset(o));
    e.expect_stores(address, 2);
    e.store_aligned(address, e.single(2u * o.rd));
    e.store_aligned(address + e.literal(4), e.single(2u * o.rd + 1));
  }
};

// Lists: rd is the first register and ra their number, singles or doubles; imm the bytes of
// write-back, which for FLDMX and FSTMX are 4 more than the registers take.

template <bool kDouble>
struct FpList {
  static constexpr unsigned first(const Operands& o) { return kDouble ? 2u * o.rd : o.rd; }
  static constexpr unsigned singles(const Operands& o) { return kDouble ? 2u * o.ra : o.ra; }

  template <Evaluator E>
  static constexpr auto load(E& e, const Operands& o, typename E::U32 address) {
    std::array<typename E::U32, 32> values{};
    e.expect_loads(address, singles(o));
    for (unsigned i = 0; i < singles(o); ++i)
      values[i] = e.load_aligned(address + e.literal(4 * i));
    return values;
  }
  template <Evaluator E>
  static constexpr void write(E& e, const Operands& o,
                              const std::array<typename E::U32, 32>& values) {
    for (unsigned i = 0; i < singles(o); ++i) e.set_single(first(o) + i, values[i]);
  }
  template <Evaluator E>
  static constexpr void store(E& e, const Operands& o, typename E::U32 address) {
    e.expect_stores(address, singles(o));
    for (unsigned i = 0; i < singles(o); ++i)
      e.store_aligned(address + e.literal(4 * i), e.single(first(o) + i));
  }
};

/// VLDMIA, VPOP, FLDMIAX.
template <bool kDouble>
struct FpLoadMultiple {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto base = e.reg(o.rn);
    const auto values = FpList<kDouble>::load(e, o, e.address(base, 0));
    if (o.write_back) e.set_base(o.rn, base + e.literal(o.imm));
    FpList<kDouble>::write(e, o, values);
  }
};

/// VLDMDB, FLDMDBX. Always writes back.
template <bool kDouble>
struct FpLoadMultipleBefore {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto lowest = e.address(e.reg(o.rn), 0 - o.imm);
    const auto values = FpList<kDouble>::load(e, o, lowest);
    e.set_base(o.rn, lowest);
    FpList<kDouble>::write(e, o, values);
  }
};

/// VSTMIA, FSTMIAX.
template <bool kDouble>
struct FpStoreMultiple {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto base = e.reg(o.rn);
    FpList<kDouble>::store(e, o, e.address(base, 0));
    if (o.write_back) e.set_base(o.rn, base + e.literal(o.imm));
  }
};

/// VSTMDB, VPUSH, FSTMDBX. Always writes back.
template <bool kDouble>
struct FpStoreMultipleBefore {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto lowest = e.address(e.reg(o.rn), 0 - o.imm);
    FpList<kDouble>::store(e, o, lowest);
    e.set_base(o.rn, lowest);
  }
};

namespace shape {

// Fields: d Vd, e D, n Rn, i imm8, u U, w W.

template <bool kDouble>
struct FpOffset {
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = kDouble ? f.u8('d') : single_number(f, 'd', 'e'),
            .rn = f.reg('n'),
            .imm = f['i'] * 4,
            .add = f.flag('u'),
            .wide = kDouble,
            .unpredictable = f['n'] == 15,
            .undefined = kDouble && f.flag('e')};
  }
};

/// [PC, #+/-imm8 * 4]; imm becomes the address.
template <bool kDouble>
struct FpLiteral {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    Operands o = FpOffset<kDouble>::decode(f, place);
    o.rn = 15;
    o.imm = o.add ? place.pc_base() + o.imm : place.pc_base() - o.imm;
    return o;
  }
};

/// Lists of singles; too long ones are cut at S31.
struct SingleList {
  static constexpr Operands decode(const Fields& f, const Place&) {
    const std::uint8_t first = single_number(f, 'd', 'e');
    const std::uint32_t count = std::min(f['i'], 32u - first);
    return {.rd = first,
            .rn = f.reg('n'),
            .ra = static_cast<std::uint8_t>(count),
            .imm = f['i'] * 4,
            .write_back = f.flag('w'),
            .unpredictable = f['n'] == 15 || count == 0 || count != f['i']};
  }
};

/// Lists of doubles; field i is imm8 without its lowest bit, which is set in FLDMX and FSTMX. Too
/// long ones are cut at D15.
template <bool kFormatX>
struct DoubleList {
  static constexpr Operands decode(const Fields& f, const Place&) {
    const std::uint32_t count = std::min(f['i'], 16u - f['d']);
    return {.rd = f.u8('d'),
            .rn = f.reg('n'),
            .ra = static_cast<std::uint8_t>(count),
            .imm = f['i'] * 8 + (kFormatX ? 4 : 0),
            .write_back = f.flag('w'),
            .wide = true,
            .unpredictable = f['n'] == 15 || count == 0 || count != f['i'],
            .undefined = f.flag('e')};
  }
};

/// Decrementing forms, which always write back.
template <class List>
struct WrittenBack {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    Operands o = List::decode(f, place);
    o.write_back = true;
    return o;
  }
};

/// VPUSH and VPOP: a list at SP, written back.
template <class List>
struct FpStack {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    Operands o = List::decode(f, place);
    o.rn = 13;
    o.write_back = true;
    return o;
  }
};

}  // namespace shape

/// VLDR <Dd>, [<Rn>, #+/-<imm>].  Source: ARMv7-M ARM A7.7, VLDR, encoding T1.
struct VldrT1 : FpLoadDouble, shape::FpOffset<true> {
  static constexpr Encoding row{"VLDR",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_load,
                                "1110 1101 ue01 nnnn dddd 1011 iiiiiiii",
                                "vldr{c} <sd>, <address>",
                                See("1110 1101 ue01 1111 dddd 1011 iiiiiiii")};
};

/// VLDR <Dd>, <label>.  Source: ARMv7-M ARM A7.7, VLDR, encoding T1.
struct VldrLiteralT1 : FpLoadLiteralDouble, shape::FpLiteral<true> {
  static constexpr Encoding row{"VLDR",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_load,
                                "1110 1101 ue01 1111 dddd 1011 iiiiiiii",
                                "vldr{c} <sd>, <label>"};
};

/// VSTR <Dd>, [<Rn>, #+/-<imm>].  Source: ARMv7-M ARM A7.7, VSTR, encoding T1.
struct VstrT1 : FpStoreDouble, shape::FpOffset<true> {
  static constexpr Encoding row{"VSTR",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_store,
                                "1110 1101 ue00 nnnn dddd 1011 iiiiiiii",
                                "vstr{c} <sd>, <address>"};
};

/// VLDR <Sd>, [<Rn>, #+/-<imm>].  Source: ARMv7-M ARM A7.7, VLDR, encoding T2.
struct VldrT2 : FpLoadSingle, shape::FpOffset<false> {
  static constexpr Encoding row{"VLDR",
                                T2,
                                Feature::fpv4_sp,
                                TimingClass::fp_load,
                                "1110 1101 ue01 nnnn dddd 1010 iiiiiiii",
                                "vldr{c} <sd>, <address>",
                                See("1110 1101 ue01 1111 dddd 1010 iiiiiiii")};
};

/// VLDR <Sd>, <label>.  Source: ARMv7-M ARM A7.7, VLDR, encoding T2.
struct VldrLiteralT2 : FpLoadLiteralSingle, shape::FpLiteral<false> {
  static constexpr Encoding row{"VLDR",
                                T2,
                                Feature::fpv4_sp,
                                TimingClass::fp_load,
                                "1110 1101 ue01 1111 dddd 1010 iiiiiiii",
                                "vldr{c} <sd>, <label>"};
};

/// VSTR <Sd>, [<Rn>, #+/-<imm>].  Source: ARMv7-M ARM A7.7, VSTR, encoding T2.
struct VstrT2 : FpStoreSingle, shape::FpOffset<false> {
  static constexpr Encoding row{"VSTR",
                                T2,
                                Feature::fpv4_sp,
                                TimingClass::fp_store,
                                "1110 1101 ue00 nnnn dddd 1010 iiiiiiii",
                                "vstr{c} <sd>, <address>"};
};

/// VLDMIA <Rn>{!}, <doubles>.  Source: ARMv7-M ARM A7.7, VLDM, encoding T1.
struct VldmiaT1 : FpLoadMultiple<true>, shape::DoubleList<false> {
  static constexpr Encoding row{"VLDM",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_load_multiple,
                                "1110 1100 1ew1 nnnn dddd 1011 iiiiiii0",
                                "vldmia{c} <rn>{w}, <slist>",
                                See("1110 1100 1e11 1101 dddd 1011 iiiiiii0")};
};

/// VLDMDB <Rn>!, <doubles>.  Source: ARMv7-M ARM A7.7, VLDM, encoding T1.
struct VldmdbT1 : FpLoadMultipleBefore<true>, shape::WrittenBack<shape::DoubleList<false>> {
  static constexpr Encoding row{"VLDM",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_load_multiple,
                                "1110 1101 0e11 nnnn dddd 1011 iiiiiii0",
                                "vldmdb{c} <rn>{w}, <slist>"};
};

/// VSTMIA <Rn>{!}, <doubles>.  Source: ARMv7-M ARM A7.7, VSTM, encoding T1.
struct VstmiaT1 : FpStoreMultiple<true>, shape::DoubleList<false> {
  static constexpr Encoding row{"VSTM",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_store_multiple,
                                "1110 1100 1ew0 nnnn dddd 1011 iiiiiii0",
                                "vstmia{c} <rn>{w}, <slist>"};
};

/// VSTMDB <Rn>!, <doubles>.  Source: ARMv7-M ARM A7.7, VSTM, encoding T1.
struct VstmdbT1 : FpStoreMultipleBefore<true>, shape::WrittenBack<shape::DoubleList<false>> {
  static constexpr Encoding row{"VSTM",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_store_multiple,
                                "1110 1101 0e10 nnnn dddd 1011 iiiiiii0",
                                "vstmdb{c} <rn>{w}, <slist>",
                                See("1110 1101 0e10 1101 dddd 1011 iiiiiii0")};
};

/// VPOP <doubles>.  Source: ARMv7-M ARM A7.7, VPOP, encoding T1.
struct VpopT1 : FpLoadMultiple<true>, shape::FpStack<shape::DoubleList<false>> {
  static constexpr Encoding row{"VPOP",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_load_multiple,
                                "1110 1100 1e11 1101 dddd 1011 iiiiiii0",
                                "vpop{c} <slist>"};
};

/// VPUSH <doubles>.  Source: ARMv7-M ARM A7.7, VPUSH, encoding T1.
struct VpushT1 : FpStoreMultipleBefore<true>, shape::FpStack<shape::DoubleList<false>> {
  static constexpr Encoding row{"VPUSH",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_store_multiple,
                                "1110 1101 0e10 1101 dddd 1011 iiiiiii0",
                                "vpush{c} <slist>"};
};

/// VLDMIA <Rn>{!}, <singles>.  Source: ARMv7-M ARM A7.7, VLDM, encoding T2.
struct VldmiaT2 : FpLoadMultiple<false>, shape::SingleList {
  static constexpr Encoding row{"VLDM",
                                T2,
                                Feature::fpv4_sp,
                                TimingClass::fp_load_multiple,
                                "1110 1100 1ew1 nnnn dddd 1010 iiiiiiii",
                                "vldmia{c} <rn>{w}, <slist>",
                                See("1110 1100 1e11 1101 dddd 1010 iiiiiiii")};
};

/// VLDMDB <Rn>!, <singles>.  Source: ARMv7-M ARM A7.7, VLDM, encoding T2.
struct VldmdbT2 : FpLoadMultipleBefore<false>, shape::WrittenBack<shape::SingleList> {
  static constexpr Encoding row{"VLDM",
                                T2,
                                Feature::fpv4_sp,
                                TimingClass::fp_load_multiple,
                                "1110 1101 0e11 nnnn dddd 1010 iiiiiiii",
                                "vldmdb{c} <rn>{w}, <slist>"};
};

/// VSTMIA <Rn>{!}, <singles>.  Source: ARMv7-M ARM A7.7, VSTM, encoding T2.
struct VstmiaT2 : FpStoreMultiple<false>, shape::SingleList {
  static constexpr Encoding row{"VSTM",
                                T2,
                                Feature::fpv4_sp,
                                TimingClass::fp_store_multiple,
                                "1110 1100 1ew0 nnnn dddd 1010 iiiiiiii",
                                "vstmia{c} <rn>{w}, <slist>"};
};

/// VSTMDB <Rn>!, <singles>.  Source: ARMv7-M ARM A7.7, VSTM, encoding T2.
struct VstmdbT2 : FpStoreMultipleBefore<false>, shape::WrittenBack<shape::SingleList> {
  static constexpr Encoding row{"VSTM",
                                T2,
                                Feature::fpv4_sp,
                                TimingClass::fp_store_multiple,
                                "1110 1101 0e10 nnnn dddd 1010 iiiiiiii",
                                "vstmdb{c} <rn>{w}, <slist>",
                                See("1110 1101 0e10 1101 dddd 1010 iiiiiiii")};
};

/// VPOP <singles>.  Source: ARMv7-M ARM A7.7, VPOP, encoding T2.
struct VpopT2 : FpLoadMultiple<false>, shape::FpStack<shape::SingleList> {
  static constexpr Encoding row{"VPOP",
                                T2,
                                Feature::fpv4_sp,
                                TimingClass::fp_load_multiple,
                                "1110 1100 1e11 1101 dddd 1010 iiiiiiii",
                                "vpop{c} <slist>"};
};

/// VPUSH <singles>.  Source: ARMv7-M ARM A7.7, VPUSH, encoding T2.
struct VpushT2 : FpStoreMultipleBefore<false>, shape::FpStack<shape::SingleList> {
  static constexpr Encoding row{"VPUSH",
                                T2,
                                Feature::fpv4_sp,
                                TimingClass::fp_store_multiple,
                                "1110 1101 0e10 1101 dddd 1010 iiiiiiii",
                                "vpush{c} <slist>"};
};

/// FLDMIAX <Rn>{!}, <doubles>.  Source: ARMv7-M ARM A7.7, FLDMX, encoding T1.
struct FldmiaxT1 : FpLoadMultiple<true>, shape::DoubleList<true> {
  static constexpr Encoding row{"FLDMX",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_load_multiple,
                                "1110 1100 1ew1 nnnn dddd 1011 iiiiiii1",
                                "fldmiax{c} <rn>{w}, <slist>"};
};

/// FLDMDBX <Rn>!, <doubles>.  Source: ARMv7-M ARM A7.7, FLDMX, encoding T1.
struct FldmdbxT1 : FpLoadMultipleBefore<true>, shape::WrittenBack<shape::DoubleList<true>> {
  static constexpr Encoding row{"FLDMX",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_load_multiple,
                                "1110 1101 0e11 nnnn dddd 1011 iiiiiii1",
                                "fldmdbx{c} <rn>{w}, <slist>"};
};

/// FSTMIAX <Rn>{!}, <doubles>.  Source: ARMv7-M ARM A7.7, FSTMX, encoding T1.
struct FstmiaxT1 : FpStoreMultiple<true>, shape::DoubleList<true> {
  static constexpr Encoding row{"FSTMX",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_store_multiple,
                                "1110 1100 1ew0 nnnn dddd 1011 iiiiiii1",
                                "fstmiax{c} <rn>{w}, <slist>"};
};

/// FSTMDBX <Rn>!, <doubles>.  Source: ARMv7-M ARM A7.7, FSTMX, encoding T1.
struct FstmdbxT1 : FpStoreMultipleBefore<true>, shape::WrittenBack<shape::DoubleList<true>> {
  static constexpr Encoding row{"FSTMX",
                                T1,
                                Feature::fpv4_sp,
                                TimingClass::fp_store_multiple,
                                "1110 1101 0e10 nnnn dddd 1011 iiiiiii1",
                                "fstmdbx{c} <rn>{w}, <slist>"};
};

using FpLoadStoreRows =
    RowList<VldrT1, VldrLiteralT1, VstrT1, VldrT2, VldrLiteralT2, VstrT2, VldmiaT1, VldmdbT1,
            VstmiaT1, VstmdbT1, VpopT1, VpushT1, VldmiaT2, VldmdbT2, VstmiaT2, VstmdbT2, VpopT2,
            VpushT2, FldmiaxT1, FldmdbxT1, FstmiaxT1, FstmdbxT1>;

}  // namespace mcost::isa
