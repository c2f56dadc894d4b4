// What the load and store encodings share: the type of the data, the bodies by kind of address, and
// the decode shapes. Address kinds have bodies of their own, so that a handler decides nothing at
// run time but U of an indexed form. Source: ARMv7-M ARM A7.7.
#pragma once

#include "sim_core/isa/encoding.h"
#include "sim_core/isa/evaluator.h"
#include "sim_core/isa/insn/decode_rules.h"

namespace mcost::isa {

// Types of loaded data: their size, and where they go.

template <unsigned kSize, bool kSigned>
struct LoadedData {
  static constexpr unsigned kBytes = kSize;
  template <Evaluator E>
  static constexpr auto extend(E& e, typename E::U32 data) {
    if constexpr (kSigned) {
      return e.sign_extended(data, 8 * kBytes);
    } else {
      return data;
    }
  }
  template <Evaluator E>
  static constexpr void write(E& e, const Operands& o, typename E::U32 data) {
    e.set_reg(o.rd, extend(e, data));
  }
};

using WordData = LoadedData<4, false>;
using HalfwordData = LoadedData<2, false>;
using SignedHalfwordData = LoadedData<2, true>;
using ByteData = LoadedData<1, false>;
using SignedByteData = LoadedData<1, true>;

/// A word loaded into the PC.
struct PcData {
  static constexpr unsigned kBytes = 4;
  template <Evaluator E>
  static constexpr void write(E& e, const Operands&, typename E::U32 data) {
    e.load_write_pc(data);
  }
};

/// The immediate offset of an indexed form as a two's complement number.
[[nodiscard]] constexpr std::uint32_t indexed_offset(const Operands& o) {
  return o.add ? o.imm : 0 - o.imm;
}

// Loads.

/// [Rn, #imm]
template <class Data>
struct LoadOffset {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    Data::write(e, o, e.load(Data::kBytes, e.address(e.reg(o.rn), o.imm)));
  }
};

/// [Rn, #-imm]
template <class Data>
struct LoadNegativeOffset {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    Data::write(e, o, e.load(Data::kBytes, e.address(e.reg(o.rn), indexed_offset(o))));
  }
};

/// [Rn, #+/-imm]!
template <class Data>
struct LoadPreIndexed {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto address = e.address(e.reg(o.rn), indexed_offset(o));
    const auto data = e.load(Data::kBytes, address);
    e.set_base(o.rn, address);
    Data::write(e, o, data);
  }
};

/// [Rn], #+/-imm
template <class Data>
struct LoadPostIndexed {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto base = e.reg(o.rn);
    const auto data = e.load(Data::kBytes, e.address(base, 0));
    e.set_base(o.rn, base + e.literal(indexed_offset(o)));
    Data::write(e, o, data);
  }
};

/// [Rn, Rm, LSL #amount]
template <class Data>
struct LoadRegisterOffset {
  static constexpr bool kShifts = true;  // the engine makes a handler of its own for LSL #0
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto offset = e.shift(e.reg(o.rm), Shift::lsl, o.amount);
    Data::write(e, o, e.load(Data::kBytes, e.address_indexed(e.reg(o.rn), offset)));
  }
};

/// [PC, #+/-imm]: decode has worked out the address.
template <class Data>
struct LoadLiteral {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    Data::write(e, o, e.load(Data::kBytes, e.address(e.literal(o.imm), 0)));
  }
};

/// [Rn, #imm], with the access permissions of unprivileged code
template <class Data>
struct LoadUnprivileged {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    Data::write(e, o, e.load_unprivileged(Data::kBytes, e.address(e.reg(o.rn), o.imm)));
  }
};

// Stores.

template <unsigned kBytes>
struct StoreOffset {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.store(kBytes, e.address(e.reg(o.rn), o.imm), e.reg(o.rd));
  }
};

template <unsigned kBytes>
struct StoreNegativeOffset {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.store(kBytes, e.address(e.reg(o.rn), indexed_offset(o)), e.reg(o.rd));
  }
};

template <unsigned kBytes>
struct StorePreIndexed {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto address = e.address(e.reg(o.rn), indexed_offset(o));
    e.store(kBytes, address, e.reg(o.rd));
    e.set_base(o.rn, address);
  }
};

template <unsigned kBytes>
struct StorePostIndexed {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto base = e.reg(o.rn);
    e.store(kBytes, e.address(base, 0), e.reg(o.rd));
    e.set_base(o.rn, base + e.literal(indexed_offset(o)));
  }
};

template <unsigned kBytes>
struct StoreRegisterOffset {
  static constexpr bool kShifts = true;
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto offset = e.shift(e.reg(o.rm), Shift::lsl, o.amount);
    e.store(kBytes, e.address_indexed(e.reg(o.rn), offset), e.reg(o.rd));
  }
};

template <unsigned kBytes>
struct StoreUnprivileged {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.store_unprivileged(kBytes, e.address(e.reg(o.rn), o.imm), e.reg(o.rd));
  }
};

namespace shape {

// Rules for the transferred register Rt and the base Rn.

/// LDR of a word; `see` has sent Rt = PC and Rn = PC elsewhere.
struct LoadedWord {
  static constexpr bool unpredictable(std::uint32_t, const Place&) { return false; }
  static constexpr bool undefined(std::uint32_t) { return false; }
};

/// LDR of a word into the PC.
struct LoadedPc {
  static constexpr bool unpredictable(std::uint32_t, const Place& place) {
    return inside_it_block(place);
  }
  static constexpr bool undefined(std::uint32_t) { return false; }
};

/// Loads of bytes and halfwords, and unprivileged loads.
struct LoadedPart {
  static constexpr bool unpredictable(std::uint32_t t, const Place&) { return bad_register(t); }
  static constexpr bool undefined(std::uint32_t) { return false; }
};

/// STR of a word.
struct StoredWord {
  static constexpr bool unpredictable(std::uint32_t t, const Place&) { return t == 15; }
  static constexpr bool undefined(std::uint32_t n) { return n == 15; }
};

/// Stores of bytes and halfwords, and unprivileged stores.
struct StoredPart {
  static constexpr bool unpredictable(std::uint32_t t, const Place&) { return bad_register(t); }
  static constexpr bool undefined(std::uint32_t n) { return n == 15; }
};

// Decode shapes. Fields: t Rt, n Rn, m Rm, i immediate, s shift amount, u U.

/// 16-bit, [Rn, #imm5 * scale]
template <std::uint32_t kScale>
struct NarrowOffset {
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = f.reg('t'), .rn = f.reg('n'), .imm = f['i'] * kScale};
  }
};

/// 16-bit, [SP, #imm8 * 4]
struct NarrowSpOffset {
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = f.reg('t'), .rn = 13, .imm = f['i'] * 4};
  }
};

/// 16-bit, [Rn, Rm]
struct NarrowRegisterOffset {
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = f.reg('t'), .rn = f.reg('n'), .rm = f.reg('m')};
  }
};

/// [Rn, #imm]
template <class Rule>
struct WideOffset {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    return {.rd = f.reg('t'),
            .rn = f.reg('n'),
            .imm = f['i'],
            .unpredictable = Rule::unpredictable(f['t'], place),
            .undefined = Rule::undefined(f['n'])};
  }
};

/// [Rn, #-imm8]
template <class Rule>
struct WideNegativeOffset {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    Operands o = WideOffset<Rule>::decode(f, place);
    o.add = false;
    return o;
  }
};

/// [Rn, #+/-imm8]!
template <class Rule>
struct WidePreIndexed {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    Operands o = WideOffset<Rule>::decode(f, place);
    o.add = f.flag('u');
    o.write_back = true;
    o.unpredictable = o.unpredictable || f['n'] == f['t'];
    return o;
  }
};

/// [Rn], #+/-imm8
template <class Rule>
struct WidePostIndexed {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    Operands o = WidePreIndexed<Rule>::decode(f, place);
    o.index = false;
    return o;
  }
};

/// [Rn, Rm, LSL #s]
template <class Rule>
struct WideRegisterOffset {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    return {.rd = f.reg('t'),
            .rn = f.reg('n'),
            .rm = f.reg('m'),
            .amount = f.u8('s'),
            .unpredictable = Rule::unpredictable(f['t'], place) || bad_register(f['m']),
            .undefined = Rule::undefined(f['n'])};
  }
};

/// [PC, #imm8 * 4]; imm becomes the address.
struct NarrowLiteral {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    return {.rd = f.reg('t'), .rn = 15, .imm = place.pc_base() + f['i'] * 4};
  }
};

/// [PC, #+/-imm12]; imm becomes the address.
template <class Rule>
struct WideLiteral {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    const bool add = f.flag('u');
    return {.rd = f.reg('t'),
            .rn = 15,
            .imm = add ? place.pc_base() + f['i'] : place.pc_base() - f['i'],
            .add = add,
            .unpredictable = Rule::unpredictable(f['t'], place)};
  }
};

}  // namespace shape

}  // namespace mcost::isa
