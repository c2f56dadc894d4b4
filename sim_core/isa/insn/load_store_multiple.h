// LDM, STM, PUSH and POP. The register list is `imm`, bit i for register i; accesses go in
// ascending order of registers and addresses. Source: ARMv7-M ARM A7.7.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "sim_core/isa/encoding.h"
#include "sim_core/isa/evaluator.h"
#include "sim_core/isa/insn/decode_rules.h"

namespace mcost::isa {

[[nodiscard]] constexpr std::uint32_t list_bytes(const Operands& o) {
  return 4 * static_cast<std::uint32_t>(std::popcount(o.imm));
}

/// Calls visit(register, byte offset) for the registers of `list`, lowest first.
template <class Visit>
constexpr void for_each_in_list(std::uint32_t list, Visit visit) {
  for (std::uint32_t offset = 0; list != 0; list &= list - 1, offset += 4) {
    visit(static_cast<unsigned>(std::countr_zero(list)), offset);
  }
}

/// Loads the list upwards from `address`; element i is for register i.
template <Evaluator E>
constexpr auto load_list(E& e, const Operands& o, typename E::U32 address) {
  std::array<typename E::U32, 16> values{};
  e.expect_loads(address, list_bytes(o) / 4);
  for_each_in_list(o.imm, [&](unsigned i, std::uint32_t offset) {
    values[i] = e.load_aligned(address + e.literal(offset));
  });
  return values;
}

/// Writes the loaded registers. A base in the list keeps its loaded value, as write-back came
/// before.
template <Evaluator E>
constexpr void write_list(E& e, const Operands& o, const std::array<typename E::U32, 16>& values) {
  for_each_in_list(o.imm & 0x7FFF, [&](unsigned i, std::uint32_t) { e.set_reg(i, values[i]); });
}

/// LDM, POP. With kPc the list includes the PC.
template <bool kPc>
struct LoadMultiple {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto base = e.reg(o.rn);
    const auto values = load_list(e, o, e.address(base, 0));
    if (o.write_back) e.set_base(o.rn, base + e.literal(list_bytes(o)));
    write_list(e, o, values);
    if constexpr (kPc) e.load_write_pc(values[15]);
  }
};

/// LDMDB.
template <bool kPc>
struct LoadMultipleBefore {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto lowest = e.address(e.reg(o.rn), 0 - list_bytes(o));
    const auto values = load_list(e, o, lowest);
    if (o.write_back) e.set_base(o.rn, lowest);
    write_list(e, o, values);
    if constexpr (kPc) e.load_write_pc(values[15]);
  }
};

/// STM. A base in the list is stored as it was.
struct StoreMultiple {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto base = e.reg(o.rn);
    const auto lowest = e.address(base, 0);
    e.expect_stores(lowest, list_bytes(o) / 4);
    for_each_in_list(o.imm, [&](unsigned i, std::uint32_t offset) {
      e.store_aligned(lowest + e.literal(offset), e.reg(i));
    });
    if (o.write_back) e.set_base(o.rn, base + e.literal(list_bytes(o)));
  }
};

/// STMDB, PUSH.
struct StoreMultipleBefore {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto lowest = e.address(e.reg(o.rn), 0 - list_bytes(o));
    e.expect_stores(lowest, list_bytes(o) / 4);
    for_each_in_list(o.imm, [&](unsigned i, std::uint32_t offset) {
      e.store_aligned(lowest + e.literal(offset), e.reg(i));
    });
    if (o.write_back) e.set_base(o.rn, lowest);
  }
};

/// POP of one register in 32 bits: to the memory system an LDR. The list in `imm` is for its text.
struct PopOne {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto base = e.reg(13);
    const auto data = e.load(4, e.address(base, 0));
    e.set_base(13, base + e.literal(4));
    e.set_reg(o.rd, data);
  }
};

struct PopOnePc {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands&) {
    const auto base = e.reg(13);
    const auto data = e.load(4, e.address(base, 0));
    e.set_base(13, base + e.literal(4));
    e.load_write_pc(data);
  }
};

struct PushOne {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto address = e.address(e.reg(13), 0u - 4u);
    e.store(4, address, e.reg(o.rd));
    e.set_base(13, address);
  }
};

namespace shape {

// Fields: n Rn, r the low registers of the list, m LR, w W. The PC is in the list where the row
// says so.

/// 16-bit LDM: writes back unless the base is loaded.
struct NarrowLoadMultiple {
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rn = f.reg('n'),
            .imm = f['r'],
            .write_back = (f['r'] >> f['n'] & 1u) == 0,
            .unpredictable = f['r'] == 0};
  }
};

struct NarrowStoreMultiple {
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rn = f.reg('n'), .imm = f['r'], .write_back = true, .unpredictable = f['r'] == 0};
  }
};

/// 16-bit PUSH and POP.
template <bool kPc>
struct NarrowStack {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    const std::uint32_t list = f['r'] | f['m'] << 14 | (kPc ? 1u << 15 : 0u);
    return {.rn = 13,
            .imm = list,
            .write_back = true,
            .unpredictable = list == 0 || (kPc && inside_it_block(place))};
  }
};

/// The list of 32-bit forms, whose manual rules are the same: two registers at least, not both PC
/// and LR.
template <bool kPc>
struct WideMultiple {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    const std::uint32_t list = f['r'] | f['m'] << 14 | (kPc ? 1u << 15 : 0u);
    const bool write_back = f.flag('w');
    const bool base_in_list = (list >> f['n'] & 1u) != 0;
    return {.rn = f.reg('n'),
            .imm = list,
            .write_back = write_back,
            .unpredictable = f['n'] == 15 || std::popcount(list) < 2 ||
                             (write_back && base_in_list) ||
                             (kPc && (f.flag('m') || inside_it_block(place)))};
  }
};

/// 32-bit PUSH and POP.
template <bool kPc>
struct WideStack {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    Operands o = WideMultiple<kPc>::decode(f, place);
    o.rn = 13;
    o.write_back = true;
    return o;
  }
};

/// One register t.
struct StackOne {
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = f.reg('t'),
            .rn = 13,
            .imm = 1u << f['t'],
            .write_back = true,
            .unpredictable = bad_register(f['t'])};
  }
};

struct StackOnePc {
  static constexpr Operands decode(const Fields&, const Place& place) {
    return {.rn = 13, .imm = 1u << 15, .write_back = true, .unpredictable = inside_it_block(place)};
  }
};

}  // namespace shape

/// LDM <Rn>{!}, <registers>.  Source: ARMv7-M ARM A7.7, LDM, LDMIA, LDMFD, encoding T1.
struct LdmT1 : LoadMultiple<false>, shape::NarrowLoadMultiple {
  static constexpr Encoding row{"LDM, LDMIA, LDMFD",  T1,
                                Feature::v6m,         TimingClass::load_multiple,
                                "11001 nnn rrrrrrrr", "ldm{c} <rn>{w}, <list>"};
};

/// STM <Rn>!, <registers>.  Source: ARMv7-M ARM A7.7, STM, STMIA, STMEA, encoding T1.
struct StmT1 : StoreMultiple, shape::NarrowStoreMultiple {
  static constexpr Encoding row{"STM, STMIA, STMEA",  T1,
                                Feature::v6m,         TimingClass::store_multiple,
                                "11000 nnn rrrrrrrr", "stm{c} <rn>{w}, <list>"};
};

/// PUSH <registers>.  Source: ARMv7-M ARM A7.7, PUSH, encoding T1.
struct PushT1 : StoreMultipleBefore, shape::NarrowStack<false> {
  static constexpr Encoding row{
      "PUSH",          T1, Feature::v6m, TimingClass::store_multiple, "1011010 m rrrrrrrr",
      "push{c} <list>"};
};

/// POP <registers>.  Source: ARMv7-M ARM A7.7, POP, encoding T1.
struct PopT1 : LoadMultiple<false>, shape::NarrowStack<false> {
  static constexpr Encoding row{
      "POP", T1, Feature::v6m, TimingClass::load_multiple, "10111100 rrrrrrrr", "pop{c} <list>"};
};

/// POP <registers with PC>.  Source: ARMv7-M ARM A7.7, POP, encoding T1.
struct PopPcT1 : LoadMultiple<true>, shape::NarrowStack<true> {
  static constexpr Encoding row{
      "POP",           T1,    Feature::v6m,    TimingClass::load_multiple, "10111101 rrrrrrrr",
      "pop{c} <list>", See{}, Flow::may_branch};
};

/// LDM.W <Rn>{!}, <registers>.  Source: ARMv7-M ARM A7.7, LDM, LDMIA, LDMFD, encoding T2.
struct LdmT2 : LoadMultiple<false>, shape::WideMultiple<false> {
  static constexpr Encoding row{"LDM, LDMIA, LDMFD",
                                T2,
                                Feature::v7m,
                                TimingClass::load_multiple,
                                "1110100010w1 nnnn 0m Z rrrrrrrrrrrrr",
                                "ldm{c}.w <rn>{w}, <list>",
                                See("111010001011 1101 0m Z rrrrrrrrrrrrr")};
};

/// LDMDB <Rn>{!}, <registers>.  Source: ARMv7-M ARM A7.7, LDMDB, LDMEA, encoding T1.
struct LdmdbT1 : LoadMultipleBefore<false>, shape::WideMultiple<false> {
  static constexpr Encoding row{"LDMDB, LDMEA",
                                T1,
                                Feature::v7m,
                                TimingClass::load_multiple,
                                "1110100100w1 nnnn 0m Z rrrrrrrrrrrrr",
                                "ldmdb{c} <rn>{w}, <list>"};
};

/// POP.W <registers>.  Source: ARMv7-M ARM A7.7, POP, encoding T2.
struct PopT2 : LoadMultiple<false>, shape::WideStack<false> {
  static constexpr Encoding row{"POP",
                                T2,
                                Feature::v7m,
                                TimingClass::load_multiple,
                                "111010001011 1101 0m Z rrrrrrrrrrrrr",
                                "pop{c}.w <list>"};
};

/// LDM.W <Rn>{!}, <registers with PC>.  Source: ARMv7-M ARM A7.7, LDM, LDMIA, LDMFD, encoding T2.
struct LdmPcT2 : LoadMultiple<true>, shape::WideMultiple<true> {
  static constexpr Encoding row{"LDM, LDMIA, LDMFD",
                                T2,
                                Feature::v7m,
                                TimingClass::load_multiple,
                                "1110100010w1 nnnn 1m Z rrrrrrrrrrrrr",
                                "ldm{c}.w <rn>{w}, <list>",
                                See("111010001011 1101 1m Z rrrrrrrrrrrrr"),
                                Flow::may_branch};
};

/// LDMDB <Rn>{!}, <registers with PC>.  Source: ARMv7-M ARM A7.7, LDMDB, LDMEA, encoding T1.
struct LdmdbPcT1 : LoadMultipleBefore<true>, shape::WideMultiple<true> {
  static constexpr Encoding row{"LDMDB, LDMEA",
                                T1,
                                Feature::v7m,
                                TimingClass::load_multiple,
                                "1110100100w1 nnnn 1m Z rrrrrrrrrrrrr",
                                "ldmdb{c} <rn>{w}, <list>",
                                See{},
                                Flow::may_branch};
};

/// POP.W <registers with PC>.  Source: ARMv7-M ARM A7.7, POP, encoding T2.
struct PopPcT2 : LoadMultiple<true>, shape::WideStack<true> {
  static constexpr Encoding row{"POP",
                                T2,
                                Feature::v7m,
                                TimingClass::load_multiple,
                                "111010001011 1101 1m Z rrrrrrrrrrrrr",
                                "pop{c}.w <list>",
                                See{},
                                Flow::may_branch};
};

/// POP.W <Rt>.  Source: ARMv7-M ARM A7.7, POP, encoding T3.
struct PopT3 : PopOne, shape::StackOne {
  static constexpr Encoding row{"POP",
                                T3,
                                Feature::v7m,
                                TimingClass::load,
                                "111110000101 1101 tttt 1011 00000100",
                                "pop{c}.w <list>",
                                See("111110000101 1101 1111 1011 00000100")};
};

/// POP.W PC.  Source: ARMv7-M ARM A7.7, POP, encoding T3.
struct PopPcT3 : PopOnePc, shape::StackOnePc {
  static constexpr Encoding row{"POP",
                                T3,
                                Feature::v7m,
                                TimingClass::load,
                                "111110000101 1101 1111 1011 00000100",
                                "pop{c}.w <list>",
                                See{},
                                Flow::may_branch};
};

/// STM.W <Rn>{!}, <registers>.  Source: ARMv7-M ARM A7.7, STM, STMIA, STMEA, encoding T2.
struct StmT2 : StoreMultiple, shape::WideMultiple<false> {
  static constexpr Encoding row{"STM, STMIA, STMEA",
                                T2,
                                Feature::v7m,
                                TimingClass::store_multiple,
                                "1110100010w0 nnnn Zm Z rrrrrrrrrrrrr",
                                "stm{c}.w <rn>{w}, <list>"};
};

/// STMDB <Rn>{!}, <registers>.  Source: ARMv7-M ARM A7.7, STMDB, STMFD, encoding T1.
struct StmdbT1 : StoreMultipleBefore, shape::WideMultiple<false> {
  static constexpr Encoding row{"STMDB, STMFD",
                                T1,
                                Feature::v7m,
                                TimingClass::store_multiple,
                                "1110100100w0 nnnn Zm Z rrrrrrrrrrrrr",
                                "stmdb{c} <rn>{w}, <list>",
                                See("111010010010 1101 Zm Z rrrrrrrrrrrrr")};
};

/// PUSH.W <registers>.  Source: ARMv7-M ARM A7.7, PUSH, encoding T2.
struct PushT2 : StoreMultipleBefore, shape::WideStack<false> {
  static constexpr Encoding row{"PUSH",
                                T2,
                                Feature::v7m,
                                TimingClass::store_multiple,
                                "111010010010 1101 Zm Z rrrrrrrrrrrrr",
                                "push{c}.w <list>"};
};

/// PUSH.W <Rt>.  Source: ARMv7-M ARM A7.7, PUSH, encoding T3.
struct PushT3 : PushOne, shape::StackOne {
  static constexpr Encoding row{"PUSH",
                                T3,
                                Feature::v7m,
                                TimingClass::store,
                                "111110000100 1101 tttt 1101 00000100",
                                "push{c}.w <list>"};
};

using LoadStoreMultipleRows =
    RowList<LdmT1, StmT1, PushT1, PopT1, PopPcT1, LdmT2, LdmdbT1, PopT2, LdmPcT2, LdmdbPcT1,
            PopPcT2, PopT3, PopPcT3, StmT2, StmdbT1, PushT2, PushT3>;

}  // namespace mcost::isa
