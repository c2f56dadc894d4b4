// Effects: the evaluator that records which registers, flags and memory an instruction touches and
// in which role. Its guest values are provenance (the locations a value came from and the unit that
// made it), not numbers, and do not convert to bool: a body that branches on a guest value does not
// compile. Derived facts, never hand-written.
#pragma once

#include <array>
#include <cstdint>

#include "sim_core/base/units.h"
#include "sim_core/isa/operands.h"
#include "sim_core/isa/roles.h"

namespace mcost::isa {

enum class Unit : std::uint8_t { alu, shifter, multiplier, load, write_back, fp };

/// Provenance of a guest value. `Kind` keeps widths and signedness apart at compile time.
template <class Kind>
struct Provenance {
  RegisterSet from = 0;
  Unit unit = Unit::alu;
};

namespace detail {
template <class K>
constexpr Provenance<K> merge(RegisterSet a, RegisterSet b) {
  return {a | b, Unit::alu};
}
struct KindU32;
struct KindS32;
struct KindU64;
struct KindS64;
struct KindBit;
}  // namespace detail

#define MCOST_PROVENANCE_BINARY(op)                                       \
  template <class K>                                                      \
  constexpr Provenance<K> operator op(Provenance<K> a, Provenance<K> b) { \
    return detail::merge<K>(a.from, b.from);                              \
  }
MCOST_PROVENANCE_BINARY(+)
MCOST_PROVENANCE_BINARY(-)
MCOST_PROVENANCE_BINARY(*)
MCOST_PROVENANCE_BINARY(&)
MCOST_PROVENANCE_BINARY(|)
MCOST_PROVENANCE_BINARY(^)
#undef MCOST_PROVENANCE_BINARY

#define MCOST_PROVENANCE_COMPARE(op)                                                    \
  template <class K>                                                                    \
  constexpr Provenance<detail::KindBit> operator op(Provenance<K> a, Provenance<K> b) { \
    return {a.from | b.from, Unit::alu};                                                \
  }
MCOST_PROVENANCE_COMPARE(==)
MCOST_PROVENANCE_COMPARE(!=)
MCOST_PROVENANCE_COMPARE(<)
MCOST_PROVENANCE_COMPARE(>)
MCOST_PROVENANCE_COMPARE(<=)
MCOST_PROVENANCE_COMPARE(>=)
#undef MCOST_PROVENANCE_COMPARE

template <class K>
constexpr Provenance<K> operator~(Provenance<K> a) {
  return a;
}
template <class K>
constexpr Provenance<K> operator<<(Provenance<K> a, unsigned) {
  return {a.from, Unit::alu};
}
template <class K>
constexpr Provenance<K> operator>>(Provenance<K> a, unsigned) {
  return {a.from, Unit::alu};
}
constexpr Provenance<detail::KindBit> operator!(Provenance<detail::KindBit> a) { return a; }

/// Models Evaluator (evaluator.h); every primitive is documented there.
class Effects {
 public:
  using U32 = Provenance<detail::KindU32>;
  using S32 = Provenance<detail::KindS32>;
  using U64 = Provenance<detail::KindU64>;
  using S64 = Provenance<detail::KindS64>;
  using Bit = Provenance<detail::KindBit>;
  struct Sum {
    U32 value;
    Bit carry;
    Bit overflow;
  };
  struct Shifted {
    U32 value;
    Bit carry;
  };

  // Values.
  constexpr U32 literal(std::uint32_t) { return {}; }
  constexpr U64 literal64(std::uint64_t) { return {}; }
  constexpr S64 signed_literal64(std::int64_t) { return {}; }
  constexpr Bit bit(bool) { return {}; }
  template <class K>
  constexpr U32 u32(Provenance<K> x) {
    return {x.from, x.unit};
  }
  template <class K>
  constexpr S32 s32(Provenance<K> x) {
    return {x.from, x.unit};
  }
  template <class K>
  constexpr U64 u64(Provenance<K> x) {
    return {x.from, x.unit};
  }
  template <class K>
  constexpr S64 s64(Provenance<K> x) {
    return {x.from, x.unit};
  }
  constexpr U64 combine(U32 high, U32 low) { return {high.from | low.from, high.unit}; }
  constexpr U32 high(U64 x) { return {x.from, x.unit}; }
  template <class K>
  constexpr Provenance<K> select(Bit choice, Provenance<K> a, Provenance<K> b) {
    return {choice.from | a.from | b.from, Unit::alu};
  }
  constexpr U32 sign_extended(U32 x, unsigned) { return x; }
  constexpr U32 count_leading_zeros(U32 x) { return {x.from, Unit::shifter}; }
  constexpr U32 reverse_bits(U32 x) { return {x.from, Unit::shifter}; }
  constexpr U32 reverse_bytes(U32 x) { return {x.from, Unit::shifter}; }

  // Registers and flags.
  constexpr U32 reg(unsigned i) { return {read(core_register(i)), Unit::alu}; }
  constexpr void set_reg(unsigned i, U32 value) { write(core_register(i), value.unit); }
  constexpr void set_base(unsigned i, U32) { write(core_register(i), Unit::write_back); }
  constexpr Bit n() { return flag(StatusField::n); }
  constexpr Bit z() { return flag(StatusField::z); }
  constexpr Bit c() { return flag(StatusField::c); }
  constexpr Bit v() { return flag(StatusField::v); }
  constexpr U32 ge() { return {read(status(StatusField::ge)), Unit::alu}; }
  constexpr Bit condition(std::uint8_t code) {
    constexpr RegisterSet kN = status(StatusField::n);
    constexpr RegisterSet kZ = status(StatusField::z);
    constexpr RegisterSet kC = status(StatusField::c);
    constexpr RegisterSet kV = status(StatusField::v);
    constexpr std::array<RegisterSet, 8> kNeeds{kZ, kC, kN, kV, kC | kZ, kN | kV, kN | kV | kZ, 0};
    return {read(kNeeds[(code >> 1) & 7u]), Unit::alu};
  }
  constexpr void set_nz(U32) { write(status(StatusField::n) | status(StatusField::z), Unit::alu); }
  constexpr void set_c(Bit) { write(status(StatusField::c), Unit::alu); }
  constexpr void set_v(Bit) { write(status(StatusField::v), Unit::alu); }
  constexpr void set_nzcv(const Sum&) { write(kConditionFlags, Unit::alu); }
  /// Q is sticky: its old value survives.
  constexpr void set_q_if(Bit) {
    read(status(StatusField::q));
    write(status(StatusField::q), Unit::alu);
  }
  constexpr void set_ge(U32) { write(status(StatusField::ge), Unit::alu); }

  // Arithmetic units and roles.
  constexpr Sum add_with_carry(U32 a, U32 b, Bit carry) {
    const RegisterSet from = a.from | b.from | carry.from;
    return {{from, Unit::alu}, {from, Unit::alu}, {from, Unit::alu}};
  }
  constexpr U32 shift(U32 value, Shift type, unsigned amount) {
    if (type == Shift::lsl && amount == 0) return value;
    roles_.shifted |= value.from;
    return {value.from | (type == Shift::rrx ? c().from : 0), Unit::shifter};
  }
  constexpr Shifted shift_c(U32 value, Shift type, unsigned amount) {
    const U32 result = shift(value, type, amount);
    return {result, {value.from | (amount == 0 ? c().from : 0), Unit::shifter}};
  }
  constexpr U32 shift_by_register(U32 value, Shift, U32 amount) {
    roles_.shifted |= value.from;
    return {value.from | amount.from, Unit::shifter};
  }
  constexpr Shifted shift_by_register_c(U32 value, Shift type, U32 amount) {
    const U32 result = shift_by_register(value, type, amount);
    return {result, {result.from | c().from, Unit::shifter}};
  }
  template <class K>
  constexpr Provenance<K> factor(Provenance<K> x) {
    roles_.factor |= x.from;
    return x;
  }
  template <class K>
  constexpr Provenance<K> accumulator(Provenance<K> x) {
    roles_.accumulator |= x.from;
    return x;
  }
  template <class K>
  constexpr Provenance<K> shifted(Provenance<K> x) {
    roles_.shifted |= x.from;
    return {x.from, Unit::shifter};
  }
  template <class K>
  constexpr Provenance<K> from_multiplier(Provenance<K> x) {
    return {x.from, Unit::multiplier};
  }
  template <class K>
  constexpr Provenance<K> from_shifter(Provenance<K> x) {
    return {x.from, Unit::shifter};
  }
  constexpr U32 divide(bool, U32 dividend, U32 divisor) {
    roles_.factor |= dividend.from | divisor.from;
    read(status(StatusField::system));  // CCR.DIV_0_TRP
    return {dividend.from | divisor.from, Unit::multiplier};
  }

  // Memory.
  constexpr U32 address(U32 base, std::uint32_t) {
    roles_.base |= base.from;
    return base;
  }
  constexpr U32 address_indexed(U32 base, U32 index) {
    roles_.base |= base.from;
    roles_.index |= index.from;
    return {base.from | index.from, Unit::alu};
  }
  constexpr void expect_loads(U32, unsigned) {}
  constexpr void expect_stores(U32, unsigned) {}
  constexpr U32 load(unsigned size, U32 address) {
    return access(size, address), U32{address.from, Unit::load};
  }
  constexpr U32 load_aligned(U32 address) { return load(4, address); }
  constexpr U32 load_unprivileged(unsigned size, U32 address) { return load(size, address); }
  constexpr U32 load_exclusive(unsigned size, U32 address) {
    write(status(StatusField::system), Unit::load);
    return load(size, address);
  }
  constexpr void store(unsigned size, U32 address, U32 data) {
    access(size, address);
    roles_.store_data |= data.from;
    write(status(StatusField::memory), Unit::load);
    stores_ = true;
  }
  constexpr void store_aligned(U32 address, U32 data) { store(4, address, data); }
  constexpr void store_unprivileged(unsigned size, U32 address, U32 data) {
    store(size, address, data);
  }
  constexpr U32 store_exclusive(unsigned size, U32 address, U32 data) {
    store(size, address, data);
    read(status(StatusField::system));
    write(status(StatusField::system), Unit::load);
    return {address.from, Unit::load};
  }
  constexpr U32 load_ordered(unsigned size, U32 address) { return load(size, address); }
  constexpr void store_ordered(unsigned size, U32 address, U32 data) { store(size, address, data); }
  constexpr void clear_exclusive() { write(status(StatusField::system), Unit::alu); }

  // Branches.
  constexpr void branch(Address) { write(core_register(15), Unit::alu); }
  constexpr void branch_if(Bit, Address) {
    write(core_register(15), Unit::alu);
    conditional_ = true;
  }
  constexpr void branch_write_pc(U32 target) { write(core_register(15), target.unit); }
  constexpr void bx_write_pc(U32 target) { write(core_register(15), target.unit); }
  constexpr void blx_write_pc(U32 target) { write(core_register(15), target.unit); }
  constexpr void load_write_pc(U32 target) { write(core_register(15), target.unit); }

  // System.
  constexpr U32 read_special(unsigned sysm) {
    // MSP and PSP: one of them is R13. Others are banked in no register.
    const RegisterSet stack = sysm == 8 || sysm == 9 ? core_register(13) : 0;
    const bool has_ipsr = sysm > 3 || (sysm & 1u) != 0;
    return {read((has_ipsr ? status(StatusField::system) : 0) | stack | (sysm <= 3 ? kApsr : 0)),
            Unit::alu};
  }
  /// Mask bit 1 is for N, Z, C, V and Q, bit 0 for GE. CONTROL may exchange the stack pointers.
  constexpr void write_special(unsigned sysm, unsigned mask, U32) {
    if (sysm <= 3) {
      write((mask & 2u) != 0 ? kApsr & ~status(StatusField::ge) : 0, Unit::alu);
      write((mask & 1u) != 0 ? status(StatusField::ge) : 0, Unit::alu);
      return;
    }
    // What it does depends on mode and privilege, and on the register's old value.
    read(status(StatusField::system));
    write(status(StatusField::system), Unit::alu);
    if (sysm == 8 || sysm == 9 || sysm == 20) {
      read(core_register(13));
      write(core_register(13), Unit::alu);
    }
  }
  constexpr void change_processor_state(bool, bool, bool) {
    read(status(StatusField::system));
    write(status(StatusField::system), Unit::alu);
  }
  constexpr void supervisor_call(unsigned) { system_ = true; }
  constexpr void breakpoint(unsigned) { system_ = true; }
  constexpr void undefined_instruction() { system_ = true; }
  constexpr void wait_for_interrupt() { system_ = true; }
  constexpr void wait_for_event() { system_ = true; }
  constexpr void send_event() { system_ = true; }
  constexpr void instruction_barrier() { system_ = true; }
  constexpr U32 test_target(U32 address, bool) {
    return {address.from | read(status(StatusField::system)), Unit::alu};
  }

  // Floating point; values are raw bits in U32 (singles) or U64 (doubles).
  constexpr U32 single(unsigned i) { return {read(single_register(i)), Unit::fp}; }
  constexpr void set_single(unsigned i, U32 value) {
    write(single_register(i), value.unit == Unit::load ? Unit::load : Unit::fp);
  }
  template <class V>
  constexpr V fp_add(V a, V b) {
    return fp_arithmetic(a, b);
  }
  template <class V>
  constexpr V fp_sub(V a, V b) {
    return fp_arithmetic(a, b);
  }
  template <class V>
  constexpr V fp_mul(V a, V b) {
    return fp_arithmetic(factor(a), factor(b));
  }
  template <class V>
  constexpr V fp_div(V a, V b) {
    return fp_arithmetic(factor(a), factor(b));
  }
  template <class V>
  constexpr V fp_sqrt(V a) {
    return fp_arithmetic(factor(a), a);
  }
  /// Fused: addend + a * b, rounded once.
  template <class V>
  constexpr V fp_mul_add(V addend, V a, V b) {
    V sum = fp_arithmetic(factor(a), factor(b));
    sum.from |= accumulator(addend).from;
    return sum;
  }
  template <class V>
  constexpr V fp_neg(V a) {
    return a;
  }
  template <class V>
  constexpr V fp_abs(V a) {
    return a;
  }
  template <class V>
  constexpr void fp_compare(V, V, bool) {
    read_fp_control();
    write(status(StatusField::fp_flags) | status(StatusField::fp_exceptions), Unit::fp);
  }
  template <class V>
  constexpr U32 fp_to_fixed(V a, unsigned, unsigned, bool, FpRounding) {
    return fp_conversion<U32>(a);
  }
  constexpr U32 fixed_to_single(U32 a, unsigned, unsigned, bool, FpRounding rounding) {
    if (rounding == FpRounding::as_fpscr) return fp_conversion<U32>(a);
    read(status(StatusField::fp_exceptions));  // FPSCR's modes do not matter
    write(status(StatusField::fp_exceptions), Unit::fp);
    return {a.from, Unit::fp};
  }
  /// Exact, whatever FPSCR says.
  constexpr U64 fixed_to_double(U32 a, unsigned, unsigned, bool) { return {a.from, Unit::fp}; }
  constexpr U32 half_to_single(U32 a) { return fp_conversion<U32>(a); }
  constexpr U64 half_to_double(U32 a) { return fp_conversion<U64>(a); }
  constexpr U32 single_to_half(U32 a) { return fp_conversion<U32>(a); }
  constexpr U32 double_to_half(U64 a) { return fp_conversion<U32>(a); }
  constexpr U64 single_to_double(U32 a) { return fp_conversion<U64>(a); }
  constexpr U32 double_to_single(U64 a) { return fp_conversion<U32>(a); }
  template <class V>
  constexpr V fp_round_int(V a, FpRounding, bool) {
    return fp_conversion<V>(a);
  }
  template <class V>
  constexpr V fp_max_num(V a, V b) {
    return fp_arithmetic(a, b);
  }
  template <class V>
  constexpr V fp_min_num(V a, V b) {
    return fp_arithmetic(a, b);
  }
  constexpr U32 read_fpscr() {
    read_fp_control();
    return {read(status(StatusField::fp_flags)), Unit::fp};
  }
  constexpr void write_fpscr(U32) {
    write(status(StatusField::fp_flags) | status(StatusField::fp_exceptions) |
              status(StatusField::fp_control),
          Unit::fp);
  }
  constexpr void fp_flags_to_apsr() {
    read(status(StatusField::fp_flags));
    write(kConditionFlags, Unit::fp);
  }

  // Results.
  [[nodiscard]] constexpr const Roles& roles() const { return roles_; }
  [[nodiscard]] constexpr unsigned transfers() const { return transfers_; }
  [[nodiscard]] constexpr unsigned access_bytes() const {
    return access_bytes_;
  }  // of one transfer
  [[nodiscard]] constexpr bool accesses_memory() const { return transfers_ != 0; }
  [[nodiscard]] constexpr bool stores() const { return stores_; }
  [[nodiscard]] constexpr bool conditional() const { return conditional_; }
  [[nodiscard]] constexpr bool system() const { return system_; }
  [[nodiscard]] constexpr bool uses_fp() const {
    constexpr RegisterSet kFp = kSingleRegisters | status(StatusField::fp_flags) |
                                status(StatusField::fp_exceptions) |
                                status(StatusField::fp_control);
    return ((roles_.reads | roles_.writes) & kFp) != 0;
  }

 private:
  static constexpr RegisterSet kApsr =
      kConditionFlags | status(StatusField::q) | status(StatusField::ge);

  constexpr RegisterSet read(RegisterSet set) {
    roles_.reads |= set;
    return set;
  }
  constexpr Bit flag(StatusField field) { return {read(status(field)), Unit::alu}; }
  constexpr void write(RegisterSet set, Unit unit) {
    roles_.writes |= set;
    switch (unit) {
      case Unit::alu: roles_.by_alu |= set; break;
      case Unit::shifter: roles_.by_shifter |= set; break;
      case Unit::multiplier: roles_.by_multiplier |= set; break;
      case Unit::load: roles_.by_load |= set; break;
      case Unit::write_back: roles_.by_writeback |= set; break;
      case Unit::fp: roles_.by_fp |= set; break;
    }
  }
  constexpr void access(unsigned size, U32) {
    ++transfers_;
    access_bytes_ = size;
    read(status(StatusField::memory));
  }
  constexpr void read_fp_control() {
    read(status(StatusField::fp_control) | status(StatusField::fp_exceptions));
  }
  template <class V>
  constexpr V fp_arithmetic(V a, V b) {
    read_fp_control();
    write(status(StatusField::fp_exceptions), Unit::fp);
    return {a.from | b.from, Unit::fp};
  }
  template <class To, class From>
  constexpr To fp_conversion(From a) {
    return {fp_arithmetic(a, a).from, Unit::fp};
  }

  Roles roles_;
  unsigned transfers_ = 0;
  unsigned access_bytes_ = 0;
  bool stores_ = false;
  bool conditional_ = false;
  bool system_ = false;
};

}  // namespace mcost::isa
