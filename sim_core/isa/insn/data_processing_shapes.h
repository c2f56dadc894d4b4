// What the data-processing encodings share: the operations (bodies over an evaluator) and the
// decode shapes (which field goes to which operand). An encoding inherits one of each. Source:
// ARMv7-M ARM A7.7.
#pragma once

#include "sim_core/isa/encoding.h"
#include "sim_core/isa/evaluator.h"
#include "sim_core/isa/insn/decode_rules.h"
#include "sim_core/isa/pseudocode.h"

namespace mcost::isa {

// Operations on two values: arithmetic gives a sum with carry and overflow, logic a value.
namespace operation {

struct Add {
  template <Evaluator E>
  static constexpr auto apply(E& e, typename E::U32 a, typename E::U32 b) {
    return e.add_with_carry(a, b, e.bit(false));
  }
};

struct AddCarry {
  template <Evaluator E>
  static constexpr auto apply(E& e, typename E::U32 a, typename E::U32 b) {
    return e.add_with_carry(a, b, e.c());
  }
};

struct Subtract {
  template <Evaluator E>
  static constexpr auto apply(E& e, typename E::U32 a, typename E::U32 b) {
    return e.add_with_carry(a, ~b, e.bit(true));
  }
};

struct SubtractCarry {
  template <Evaluator E>
  static constexpr auto apply(E& e, typename E::U32 a, typename E::U32 b) {
    return e.add_with_carry(a, ~b, e.c());
  }
};

struct ReverseSubtract {
  template <Evaluator E>
  static constexpr auto apply(E& e, typename E::U32 a, typename E::U32 b) {
    return e.add_with_carry(~a, b, e.bit(true));
  }
};

struct And {
  template <class U32>
  static constexpr U32 apply(U32 a, U32 b) {
    return a & b;
  }
};

struct BitClear {
  template <class U32>
  static constexpr U32 apply(U32 a, U32 b) {
    return a & ~b;
  }
};

struct Or {
  template <class U32>
  static constexpr U32 apply(U32 a, U32 b) {
    return a | b;
  }
};

struct OrNot {
  template <class U32>
  static constexpr U32 apply(U32 a, U32 b) {
    return a | ~b;
  }
};

struct ExclusiveOr {
  template <class U32>
  static constexpr U32 apply(U32 a, U32 b) {
    return a ^ b;
  }
};

}  // namespace operation

// Flags of logic. An immediate's carry is a decode-time fact, kept in `amount`: 0 C unchanged, 1
// cleared, 2 set.

inline constexpr std::uint8_t kCarryUnchanged = 0;

[[nodiscard]] constexpr std::uint8_t carry_choice(const ExpandedImmediate& imm) {
  return static_cast<std::uint8_t>(imm.carry + 1);
}

template <Evaluator E>
constexpr void set_logical_flags_immediate(E& e, const Operands& o, typename E::U32 result) {
  e.set_nz(result);
  if (o.amount != kCarryUnchanged) e.set_c(e.bit(o.amount == 2));
}

/// `operand` is the second operand before its shift; LSL #0 leaves C alone.
template <Evaluator E>
constexpr void set_logical_flags_register(E& e, const Operands& o, typename E::U32 result,
                                          typename E::U32 operand) {
  e.set_nz(result);
  if (o.shift != Shift::lsl || o.amount != 0) {
    e.set_c(e.shift_c(operand, o.shift, o.amount).carry);
  }
}

// Bodies.

template <class Operation>
struct ArithmeticImmediate {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto sum = Operation::apply(e, e.reg(o.rn), e.literal(o.imm));
    e.set_reg(o.rd, sum.value);
    if (o.set_flags) e.set_nzcv(sum);
  }
};

template <class Operation>
struct ArithmeticRegister {
  static constexpr bool kShifts = true;  // the engine makes a handler of its own for LSL #0
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto shifted = e.shift(e.reg(o.rm), o.shift, o.amount);
    const auto sum = Operation::apply(e, e.reg(o.rn), shifted);
    e.set_reg(o.rd, sum.value);
    if (o.set_flags) e.set_nzcv(sum);
  }
};

template <class Operation>
struct CompareImmediate {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.set_nzcv(Operation::apply(e, e.reg(o.rn), e.literal(o.imm)));
  }
};

template <class Operation>
struct CompareRegister {
  static constexpr bool kShifts = true;
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto shifted = e.shift(e.reg(o.rm), o.shift, o.amount);
    e.set_nzcv(Operation::apply(e, e.reg(o.rn), shifted));
  }
};

template <class Operation>
struct LogicalImmediate {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto result = Operation::apply(e.reg(o.rn), e.literal(o.imm));
    e.set_reg(o.rd, result);
    if (o.set_flags) set_logical_flags_immediate(e, o, result);
  }
};

template <class Operation>
struct LogicalRegister {
  static constexpr bool kShifts = true;
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto operand = e.reg(o.rm);
    const auto result = Operation::apply(e.reg(o.rn), e.shift(operand, o.shift, o.amount));
    e.set_reg(o.rd, result);
    if (o.set_flags) set_logical_flags_register(e, o, result, operand);
  }
};

template <class Operation>
struct TestImmediate {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto result = Operation::apply(e.reg(o.rn), e.literal(o.imm));
    set_logical_flags_immediate(e, o, result);
  }
};

template <class Operation>
struct TestRegister {
  static constexpr bool kShifts = true;
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto operand = e.reg(o.rm);
    const auto result = Operation::apply(e.reg(o.rn), e.shift(operand, o.shift, o.amount));
    set_logical_flags_register(e, o, result, operand);
  }
};

struct MoveImmediate {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto result = e.literal(o.imm);
    e.set_reg(o.rd, result);
    if (o.set_flags) set_logical_flags_immediate(e, o, result);
  }
};

/// MVN: decode keeps the immediate as written; the body inverts it.
struct MoveNotImmediate {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto result = e.literal(~o.imm);
    e.set_reg(o.rd, result);
    if (o.set_flags) set_logical_flags_immediate(e, o, result);
  }
};

struct MoveTop {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.set_reg(o.rd, (e.reg(o.rd) & e.literal(0xFFFF)) | e.literal(o.imm << 16));
  }
};

struct MoveRegister {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto result = e.reg(o.rm);
    e.set_reg(o.rd, result);
    if (o.set_flags) e.set_nz(result);
  }
};

// SP is always a multiple of 4: writes ignore bits 1-0. Source: ARMv7-M ARM B1.4. Rows that name
// SP in other encodings are UNPREDICTABLE, so only the following rows ask.

template <Evaluator E>
constexpr auto aligned_sp(E& e, typename E::U32 value) {
  return value & e.literal(~std::uint32_t{3});
}

struct MoveToSp {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto result = e.reg(o.rm);
    e.set_reg(13, aligned_sp(e, result));
    if (o.set_flags) e.set_nz(result);
  }
};

/// SP plus or minus a constant, to any register.
template <class Operation>
struct SpImmediate {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto sum = Operation::apply(e, e.reg(13), e.literal(o.imm));
    e.set_reg(o.rd, o.rd == 13 ? aligned_sp(e, sum.value) : sum.value);
    if (o.set_flags) e.set_nzcv(sum);
  }
};

/// SP plus or minus a shifted register, to any register.
template <class Operation>
struct SpRegister {
  static constexpr bool kShifts = true;
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto shifted = e.shift(e.reg(o.rm), o.shift, o.amount);
    const auto sum = Operation::apply(e, e.reg(13), shifted);
    e.set_reg(o.rd, o.rd == 13 ? aligned_sp(e, sum.value) : sum.value);
    if (o.set_flags) e.set_nzcv(sum);
  }
};

struct MoveNotRegister {
  static constexpr bool kShifts = true;
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto operand = e.reg(o.rm);
    const auto result = ~e.shift(operand, o.shift, o.amount);
    e.set_reg(o.rd, result);
    if (o.set_flags) set_logical_flags_register(e, o, result, operand);
  }
};

/// ADR: decode has worked out the address.
struct AddressToRegister {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.set_reg(o.rd, e.literal(o.imm));
  }
};

/// LSL, LSR, ASR, ROR and RRX by a constant; never LSL #0 or ROR #0.
template <Shift kType>
struct ShiftImmediate {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto operand = e.reg(o.rm);
    const auto result = e.shift(operand, kType, o.amount);
    e.set_reg(o.rd, result);
    if (!o.set_flags) return;
    e.set_nz(result);
    e.set_c(e.shift_c(operand, kType, o.amount).carry);
  }
};

/// LSL, LSR, ASR and ROR by the bottom byte of Rm.
template <Shift kType>
struct ShiftRegister {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto operand = e.reg(o.rn);
    const auto amount = e.reg(o.rm) & e.literal(0xFF);
    if (!o.set_flags) {
      e.set_reg(o.rd, e.shift_by_register(operand, kType, amount));
      return;
    }
    const auto result = e.shift_by_register_c(operand, kType, amount);
    e.set_reg(o.rd, result.value);
    e.set_nz(result.value);
    e.set_c(result.carry);
  }
};

struct CountLeadingZeros {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.set_reg(o.rd, e.count_leading_zeros(e.shifted(e.reg(o.rm))));
  }
};

struct ReverseBits {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.set_reg(o.rd, e.reverse_bits(e.shifted(e.reg(o.rm))));
  }
};

struct ReverseBytes {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.set_reg(o.rd, e.reverse_bytes(e.shifted(e.reg(o.rm))));
  }
};

/// REV16: the bytes of each halfword.
struct ReverseHalfwords {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto x = e.shifted(e.reg(o.rm));
    const auto high = (x >> 8) & e.literal(0x00FF00FF);
    const auto low = (x & e.literal(0x00FF00FF)) << 8;
    e.set_reg(o.rd, e.from_shifter(high | low));
  }
};

/// REVSH: the bytes of the bottom halfword, sign-extended.
struct ReverseSigned {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto swapped = e.reverse_bytes(e.shifted(e.reg(o.rm))) >> 16;
    e.set_reg(o.rd, e.from_shifter(e.sign_extended(swapped, 16)));
  }
};

/// SBFX and UBFX: lsb in `amount`, width in `imm`.
template <bool kSigned>
struct BitFieldExtract {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto field = e.shifted(e.reg(o.rn)) >> o.amount;
    const auto result =
        kSigned ? e.sign_extended(field, o.imm) : field & e.literal(low_mask(o.imm));
    e.set_reg(o.rd, e.from_shifter(result));
  }
};

/// BFI: lsb in `amount`, width in `imm`.
struct BitFieldInsert {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto mask = e.literal(low_mask(o.imm) << o.amount);
    const auto field = (e.shifted(e.reg(o.rn)) << o.amount) & mask;
    e.set_reg(o.rd, e.from_shifter((e.reg(o.rd) & ~mask) | field));
  }
};

/// BFC: lsb in `amount`, width in `imm`.
struct BitFieldClear {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto mask = e.literal(low_mask(o.imm) << o.amount);
    e.set_reg(o.rd, e.from_shifter(e.reg(o.rd) & ~mask));
  }
};

// Extensions of a rotated register. `amount` is the rotation: 0, 8, 16 or 24.

namespace operation {

template <unsigned kWidth>
struct SignExtend {
  template <Evaluator E>
  static constexpr auto apply(E& e, typename E::U32 x) {
    return e.sign_extended(x, kWidth);
  }
};

template <unsigned kWidth>
struct ZeroExtend {
  template <Evaluator E>
  static constexpr auto apply(E& e, typename E::U32 x) {
    return x & e.literal(low_mask(kWidth));
  }
};

}  // namespace operation

template <Evaluator E>
constexpr auto rotated_operand(E& e, const Operands& o) {
  return e.shift(e.shifted(e.reg(o.rm)), Shift::ror, o.amount);
}

/// SXTB, SXTH, UXTB, UXTH.
template <class Extension>
struct Extend {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.set_reg(o.rd, e.from_shifter(Extension::apply(e, rotated_operand(e, o))));
  }
};

/// SXTAB, SXTAH, UXTAB, UXTAH.
template <class Extension>
struct ExtendAdd {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.set_reg(o.rd, e.reg(o.rn) + Extension::apply(e, rotated_operand(e, o)));
  }
};

/// SXTB16, UXTB16: bytes 0 and 2 to halfwords.
template <class Extension>
struct ExtendPair {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto x = rotated_operand(e, o);
    const auto low = Extension::apply(e, x) & e.literal(0xFFFF);
    const auto high = Extension::apply(e, x >> 16) << 16;
    e.set_reg(o.rd, e.from_shifter(high | low));
  }
};

/// SXTAB16, UXTAB16: bytes 0 and 2 added to halfwords, without carry between them.
template <class Extension>
struct ExtendAddPair {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto x = rotated_operand(e, o);
    const auto base = e.reg(o.rn);
    const auto low = (base + Extension::apply(e, x)) & e.literal(0xFFFF);
    const auto high = ((base >> 16) + Extension::apply(e, x >> 16)) << 16;
    e.set_reg(o.rd, high | low);
  }
};

/// PKHBT: bottom of Rn, top of shifted Rm. PKHTB (`option`): the other way.
struct PackHalfword {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    const auto top_mask = e.literal(0xFFFF0000);
    const auto rn = e.reg(o.rn);
    const auto shifted = e.shift(e.shifted(e.reg(o.rm)), o.shift, o.amount);
    const auto result = o.option ? (rn & top_mask) | (shifted & ~top_mask)
                                 : (shifted & top_mask) | (rn & ~top_mask);
    e.set_reg(o.rd, e.from_shifter(result));
  }
};

// Decode shapes. A field a pattern lacks reads 0, so one shape serves rows with and without it.
namespace shape {

/// The usual UNPREDICTABLE rule of 32-bit encodings: no operand is SP or PC. The manual's milder
/// forms (n == 13 only, or d == 15 && S == '0') come to the same, since `see` has sent the other
/// cases elsewhere.
[[nodiscard]] constexpr bool any_bad_register(const Fields& f) {
  return bad_register(f['d']) || bad_register(f['n']) || bad_register(f['m']) ||
         bad_register(f['a']);
}

/// 16-bit, Rd and Rn apart; sets flags outside an IT block.
struct Narrow {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    return {.rd = f.reg('d'),
            .rn = f.reg('n'),
            .rm = f.reg('m'),
            .imm = f['i'],
            .set_flags = !place.it.in_it_block()};
  }
};

/// 16-bit, Rdn; sets flags outside an IT block.
struct NarrowRdn {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    return {.rd = f.reg('d'),
            .rn = f.reg('d'),
            .rm = f.reg('m'),
            .imm = f['i'],
            .set_flags = !place.it.in_it_block()};
  }
};

/// 16-bit, never sets the S-controlled flags: compares (which always set them), extensions,
/// reversals.
struct NarrowPlain {
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = f.reg('d'), .rn = f.reg('n'), .rm = f.reg('m'), .imm = f['i']};
  }
};

/// 16-bit shift by imm5.
template <Shift kType>
struct NarrowShift {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    const auto shift = decode_immediate_shift(static_cast<std::uint32_t>(kType), f['i']);
    return {.rd = f.reg('d'),
            .rm = f.reg('m'),
            .shift = shift.type,
            .amount = shift.amount,
            .set_flags = !place.it.in_it_block()};
  }
};

/// i:imm3:imm8 through ThumbExpandImm, for arithmetic.
struct ModifiedImmediate {
  static constexpr Operands decode(const Fields& f, const Place&) {
    const auto imm = thumb_expand_immediate(f['i']);
    return {.rd = f.reg('d'),
            .rn = f.reg('n'),
            .imm = imm.value,
            .set_flags = f.flag('s'),
            .unpredictable = imm.unpredictable || any_bad_register(f)};
  }
};

/// i:imm3:imm8 through ThumbExpandImm_C, for logic: `amount` says what becomes of C.
struct ModifiedImmediateCarry {
  static constexpr Operands decode(const Fields& f, const Place&) {
    const auto imm = thumb_expand_immediate(f['i']);
    return {.rd = f.reg('d'),
            .rn = f.reg('n'),
            .imm = imm.value,
            .amount = carry_choice(imm),
            .set_flags = f.flag('s'),
            .unpredictable = imm.unpredictable || any_bad_register(f)};
  }
};

/// i:imm3:imm8 as it stands.
struct PlainImmediate {
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {
        .rd = f.reg('d'), .rn = f.reg('n'), .imm = f['i'], .unpredictable = any_bad_register(f)};
  }
};

/// imm4:i:imm3:imm8; imm4 is field j.
struct WideImmediate {
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = f.reg('d'), .imm = f['j'] << 12 | f['i'], .unpredictable = any_bad_register(f)};
  }
};

/// Rm with imm3:imm2 and type.
struct ShiftedRegister {
  static constexpr Operands decode(const Fields& f, const Place&) {
    const auto shift = decode_immediate_shift(f['t'], f['i']);
    return {.rd = f.reg('d'),
            .rn = f.reg('n'),
            .rm = f.reg('m'),
            .shift = shift.type,
            .amount = shift.amount,
            .set_flags = f.flag('s'),
            .unpredictable = any_bad_register(f)};
  }
};

/// 32-bit shift by imm3:imm2.
template <Shift kType>
struct WideShift {
  static constexpr Operands decode(const Fields& f, const Place&) {
    const auto shift = decode_immediate_shift(static_cast<std::uint32_t>(kType), f['i']);
    return {.rd = f.reg('d'),
            .rm = f.reg('m'),
            .shift = shift.type,
            .amount = shift.amount,
            .set_flags = f.flag('s'),
            .unpredictable = any_bad_register(f)};
  }
};

/// Registers only; field a is Ra.
struct Registers {
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = f.reg('d'),
            .rn = f.reg('n'),
            .rm = f.reg('m'),
            .ra = f.reg('a'),
            .set_flags = f.flag('s'),
            .unpredictable = any_bad_register(f)};
  }
};

/// RdLo (field l) in rd, RdHi (field h) in ra; halves chosen by fields x and y (imm), exchange by x
/// (option).
struct LongRegisters {
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = f.reg('l'),
            .rn = f.reg('n'),
            .rm = f.reg('m'),
            .ra = f.reg('h'),
            .imm = f['y'] << 1 | f['x'],
            .option = f.flag('x'),
            .unpredictable = any_bad_register(f) || bad_register(f['l']) || bad_register(f['h']) ||
                             f['l'] == f['h']};
  }
};

/// Registers and the halves that take part: field y for Rn, x for Rm.
struct Halves {
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = f.reg('d'),
            .rn = f.reg('n'),
            .rm = f.reg('m'),
            .ra = f.reg('a'),
            .imm = f['y'] << 1 | f['x'],
            .unpredictable = any_bad_register(f)};
  }
};

/// Registers and one choice, field x: exchange or round.
struct Exchanging {
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = f.reg('d'),
            .rn = f.reg('n'),
            .rm = f.reg('m'),
            .ra = f.reg('a'),
            .option = f.flag('x'),
            .unpredictable = any_bad_register(f)};
  }
};

/// Rm stands twice (fields m and k) and must be the same: the manual's Consistent().
struct RegisterTwice {
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = f.reg('d'),
            .rm = f.reg('m'),
            .unpredictable = any_bad_register(f) || f['k'] != f['m']};
  }
};

/// Rm with a rotation by 8 * field r.
struct RotatedRegister {
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = f.reg('d'),
            .rn = f.reg('n'),
            .rm = f.reg('m'),
            .shift = f['r'] == 0 ? Shift::lsl : Shift::ror,
            .amount = static_cast<std::uint8_t>(f['r'] * 8),
            .unpredictable = any_bad_register(f)};
  }
};

/// SBFX, UBFX: lsb in field i, width - 1 in field w.
struct ExtractedField {
  static constexpr Operands decode(const Fields& f, const Place&) {
    const std::uint32_t lsb = f['i'];
    const bool fits = lsb + f['w'] <= 31;
    return {.rd = f.reg('d'),
            .rn = f.reg('n'),
            .imm = fits ? f['w'] + 1 : 32 - lsb,
            .amount = f.u8('i'),
            .unpredictable = any_bad_register(f) || !fits};
  }
};

/// BFI, BFC: lsb in field i, msb in field w. An msb below the lsb is UNPREDICTABLE; here it changes
/// nothing.
struct InsertedField {
  static constexpr Operands decode(const Fields& f, const Place&) {
    const bool fits = f['w'] >= f['i'];
    return {.rd = f.reg('d'),
            .rn = f.reg('n'),
            .imm = fits ? f['w'] - f['i'] + 1 : 0,
            .amount = f.u8('i'),
            .unpredictable = any_bad_register(f) || !fits};
  }
};

}  // namespace shape

}  // namespace mcost::isa
