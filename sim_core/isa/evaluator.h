// The Evaluator concept: the closed list of primitives an instruction body may use. A body is a
// template over it, so one text executes (engine/concrete.h), yields effects (effects.h) and,
// later, host code. Facts fixed at decode are host values; facts of the running program are guest
// values of type E::U32, E::S32, E::U64, E::S64 and E::Bit.
//
// Values      literal(u32) literal64(u64) signed_literal64(s64) bit(bool); casts u32() s32() u64()
// s64() convert any guest
//             value as static_cast would (U32->S64 goes through s32: s64(s32(x)) sign-extends,
//             s64(x) zero-extends); combine(high, low), high(u64); select(bit, a, b);
//             sign_extended(x, width);
//             + - * & | ^ ~ and comparisons between equal types; << >> by a host amount below the
//             width
//             (>> is arithmetic on signed types); ! & | ^ on Bit; count_leading_zeros reverse_bits
//             reverse_bytes
// Registers   reg(i) set_reg(i, x), i != 15 for writes; reg(15) is the instruction's address + 4;
//             set_base(i, x) is the write-back of an address
// Flags       n() z() c() v() ge() condition(code); set_nz(result) set_c(bit) set_v(bit)
// set_nzcv(sum) set_q_if(bit)
//             set_ge(four bits)
// Arithmetic  add_with_carry(a, b, carry) -> {value, carry, overflow}; shift(x, type, amount) ->
// value and
//             shift_c(x, type, amount) -> {value, carry}, shift_by_register(x, type, amount) and
//             shift_by_register_c (Shift and Shift_C, ARMv7-M ARM A7.4.2; RRX and amounts of 0 use
//             the C flag by themselves); divide(is_signed, dividend, divisor) may fault on zero
// Roles       factor(x) accumulator(x) shifted(x): mark an operand; from_multiplier(x)
// from_shifter(x): mark a result.
//             Identities when executed; pipeline models see them
// Memory      address(base, offset) address_indexed(base, index); load(size, addr) store(size,
// addr, x) of 1, 2, 4 bytes,
//             unaligned allowed, loads zero-extend; load_aligned(addr) store_aligned(addr, x):
//             words, fault if unaligned; load_unprivileged store_unprivileged; load_exclusive
//             store_exclusive (-> status) clear_exclusive; load_ordered(size, addr)
//             store_ordered(size, addr, x): fault if unaligned. expect_loads(addr, n) and
//             expect_stores(addr, n) announce that all accesses are n words from addr upwards. A
//             body makes all accesses before it
//             writes a register, so that a fault can be restarted
// Branches    branch(target) branch_if(bit, target): host targets; branch_write_pc bx_write_pc
// blx_write_pc load_write_pc:
//             BranchWritePC, BXWritePC, BLXWritePC, LoadWritePC. The last thing a body does
// System      read_special(SYSm) write_special(SYSm, mask, x) change_processor_state(disable,
// primask, faultmask)
//             supervisor_call breakpoint undefined_instruction wait_for_interrupt wait_for_event
//             send_event instruction_barrier test_target(addr, unprivileged) (-> TT's result)
// FP          single(i) set_single(i, x); a double is combine() of two. For singles (U32) and
// doubles (U64): fp_add fp_sub
//             fp_mul fp_div fp_sqrt fp_mul_add(addend, a, b) fp_neg fp_abs fp_max_num fp_min_num
//             fp_compare(a, b, signal_on_quiet_nan) (writes FPSCR.NZCV) fp_round_int(x, rounding,
//             signal_inexact) fp_to_fixed(x, size, fraction_bits, is_signed, rounding) -> U32.
//             fixed_to_single(x, size, fraction_bits, is_signed, rounding) fixed_to_double(x, size,
//             fraction_bits, is_signed); half_to_single single_to_half half_to_double
//             double_to_half single_to_double double_to_single; read_fpscr write_fpscr
//             fp_flags_to_apsr
#pragma once

#include <concepts>
#include <cstdint>

#include "sim_core/base/units.h"
#include "sim_core/isa/operands.h"

namespace mcost::isa {

template <class E>
concept Evaluator = requires(E e, typename E::U32 x, typename E::Bit b) {
  { e.literal(std::uint32_t{}) } -> std::same_as<typename E::U32>;
  { e.reg(0u) } -> std::same_as<typename E::U32>;
  e.set_reg(0u, x);
  e.set_nzcv(e.add_with_carry(x, x, b));
  { e.load(4u, x) } -> std::same_as<typename E::U32>;
  e.store(4u, x, x);
  e.branch_if(b, Address{});
};

}  // namespace mcost::isa
