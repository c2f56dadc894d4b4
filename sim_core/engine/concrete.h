// Concrete: the evaluator that executes. Guest values are host integers; memory goes through the
// window an op remembers or out of line. Hot: everything here is inlined into handlers.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "sim_core/base/bits.h"
#include "sim_core/engine/core.h"
#include "sim_core/fp/fp.h"
#include "sim_core/pipeline/pipeline_model.h"

namespace mcost::engine {

static_assert(static_cast<int>(isa::FpRounding::nearest_away) ==
              static_cast<int>(fp::Rounding::nearest_away));

/// What a pass over a body does. A handler of an instruction that touches memory first checks that
/// every access stays inline (no writes of any kind; loads give 0), then runs without checks; if
/// the check fails, another handler runs the body with the out-of-line paths. So the inline path
/// carries no call, and saves no registers for one. That is sound because bodies make all their
/// accesses from addresses that do not depend on loaded data.
enum class Pass : std::uint8_t { check, inline_only, general };

/// What an inline access leaves behind beside its data: nothing; its bank; its bank and, for a data
/// cache with LRU replacement, the time of its use.
enum class Tracking : std::uint8_t { none, bank, use };

template <Pass kPass, Tracking kTracking>
class Evaluating {
 public:
  using U32 = std::uint32_t;
  using S32 = std::int32_t;
  using U64 = std::uint64_t;
  using S64 = std::int64_t;
  using Bit = bool;
  struct Sum {
    U32 value;
    Bit carry;
    Bit overflow;
  };
  struct Shifted {
    U32 value;
    Bit carry;
  };

  Evaluating(Core& core, const MicroOp* op) : core_(core), op_(op), next_(op + 1) {}
  [[nodiscard]] const MicroOp* next() const { return next_; }
  /// After Pass::check: all accesses stay inline.
  [[nodiscard]] bool stays_inline() const { return inline_; }

  // Values.
  static U32 literal(std::uint32_t x) { return x; }
  static U64 literal64(std::uint64_t x) { return x; }
  static S64 signed_literal64(std::int64_t x) { return x; }
  static Bit bit(bool x) { return x; }
  template <class T>
  static U32 u32(T x) {
    return static_cast<U32>(x);
  }
  template <class T>
  static S32 s32(T x) {
    return static_cast<S32>(x);
  }
  template <class T>
  static U64 u64(T x) {
    return static_cast<U64>(x);
  }
  template <class T>
  static S64 s64(T x) {
    return static_cast<S64>(x);
  }
  static U64 combine(U32 high, U32 low) { return static_cast<U64>(high) << 32 | low; }
  static U32 high(U64 x) { return static_cast<U32>(x >> 32); }
  template <class T>
  static T select(Bit choice, T a, T b) {
    return choice ? a : b;
  }
  static U32 sign_extended(U32 x, unsigned width) {
    if (width == 8) return static_cast<U32>(static_cast<std::int8_t>(x));
    if (width == 16) return static_cast<U32>(static_cast<std::int16_t>(x));
    return sign_extend(x, width);
  }
  static U32 count_leading_zeros(U32 x) { return static_cast<U32>(std::countl_zero(x)); }
  static U32 reverse_bits(U32 x) {
    x = (x >> 1 & 0x55555555u) | (x & 0x55555555u) << 1;
    x = (x >> 2 & 0x33333333u) | (x & 0x33333333u) << 2;
    x = (x >> 4 & 0x0F0F0F0Fu) | (x & 0x0F0F0F0Fu) << 4;
    return __builtin_bswap32(x);
  }
  static U32 reverse_bytes(U32 x) { return __builtin_bswap32(x); }

  // Registers and flags.
  [[nodiscard]] U32 reg(unsigned i) const { return core_.r[i]; }
  void set_reg(unsigned i, U32 value) {
    if constexpr (kWrites) core_.r[i] = value;
  }
  void set_base(unsigned i, U32 value) { set_reg(i, value); }
  [[nodiscard]] Bit n() const { return (core_.n_source >> 31) != 0; }
  [[nodiscard]] Bit z() const { return core_.z_source == 0; }
  [[nodiscard]] Bit c() const { return core_.c != 0; }
  [[nodiscard]] Bit v() const { return core_.v != 0; }
  [[nodiscard]] U32 ge() const { return core_.ge; }
  [[nodiscard]] Bit condition(std::uint8_t code) const {
    switch (code) {
      case 0: return z();
      case 1: return !z();
      case 2: return c();
      case 3: return !c();
      case 4: return n();
      case 5: return !n();
      case 6: return v();
      case 7: return !v();
      case 8: return c() && !z();
      case 9: return !c() || z();
      case 10: return n() == v();
      case 11: return n() != v();
      case 12: return !z() && n() == v();
      case 13: return z() || n() != v();
      default: return true;
    }
  }
  void set_nz(U32 result) {
    core_.n_source = result;
    core_.z_source = result;
  }
  void set_c(Bit carry) { core_.c = u32(carry); }
  void set_v(Bit overflow) { core_.v = u32(overflow); }
  void set_nzcv(const Sum& sum) {
    set_nz(sum.value);
    core_.c = u32(sum.carry);
    core_.v = u32(sum.overflow);
  }
  void set_q_if(Bit saturated) {
    if (saturated) [[unlikely]]
      core_.q = 1;  // a branch: Q must not chain one op to the next
  }
  void set_ge(U32 flags) { core_.ge = flags; }

  // Arithmetic.
  static Sum add_with_carry(U32 a, U32 b, Bit carry) {
    const U64 wide = static_cast<U64>(a) + b + static_cast<U64>(carry);
    const U32 value = static_cast<U32>(wide);
    return {value, (wide >> 32) != 0, (((a ^ value) & (b ^ value)) >> 31) != 0};
  }
  [[nodiscard]] U32 shift(U32 value, isa::Shift type, unsigned amount) const {
    return shift_c(value, type, amount).value;
  }
  /// `amount` is 0 to 32; 32 only for LSR and ASR.
  [[nodiscard]] Shifted shift_c(U32 value, isa::Shift type, unsigned amount) const {
    if (type == isa::Shift::rrx)
      return {static_cast<U32>(c()) << 31 | value >> 1, (value & 1u) != 0};
    return shift_general(value, type, amount);
  }
  [[nodiscard]] U32 shift_by_register(U32 value, isa::Shift type, U32 amount) const {
    return shift_general(value, type, amount & 0xFF).value;
  }
  [[nodiscard]] Shifted shift_by_register_c(U32 value, isa::Shift type, U32 amount) const {
    return shift_general(value, type, amount & 0xFF);
  }
  template <class T>
  static T factor(T x) {
    return x;
  }
  template <class T>
  static T accumulator(T x) {
    return x;
  }
  template <class T>
  static T shifted(T x) {
    return x;
  }
  template <class T>
  static T from_multiplier(T x) {
    return x;
  }
  template <class T>
  static T from_shifter(T x) {
    return x;
  }
  U32 divide(bool is_signed, U32 dividend, U32 divisor) {
    return engine::divide(core_, op_, is_signed, dividend, divisor);
  }

  // Memory.
  static U32 address(U32 base, std::uint32_t offset) { return base + offset; }
  static U32 address_indexed(U32 base, U32 index) { return base + index; }
  void expect_loads(U32 address, unsigned words) { expect(address, words, bus::kReadSlow); }
  void expect_stores(U32 address, unsigned words) { expect(address, words, bus::kWriteSlow); }
  U32 load(unsigned size, U32 address) { return load_with(size, address, kPlainAccess); }
  U32 load_aligned(U32 address) { return load_with(4, address, kMustAlign); }
  U32 load_unprivileged(unsigned size, U32 address) {
    return load_with(size, address, kUnprivileged);
  }
  U32 load_exclusive(unsigned size, U32 address) {
    if (never_inline()) return 0;
    return take(slow_load(core_, op_, address, size, beat_++, kMustAlign | kExclusive));
  }
  void store(unsigned size, U32 address, U32 data) {
    store_with(size, address, data, kPlainAccess);
  }
  void store_aligned(U32 address, U32 data) { store_with(4, address, data, kMustAlign); }
  void store_unprivileged(unsigned size, U32 address, U32 data) {
    store_with(size, address, data, kUnprivileged);
  }
  U32 store_exclusive(unsigned size, U32 address, U32 data) {
    if (never_inline()) return 0;
    // An unaligned address faults whether or not the monitor would let the store pass.
    if ((address & (size - 1)) == 0 && !exclusive_passes(core_, address, size)) return 1;
    next_ = slow_store(core_, op_, address, size, data, beat_++, kMustAlign | kExclusive);
    return 0;
  }
  void clear_exclusive() { engine::clear_exclusive(core_); }

  // Branches.
  void branch(Address target) {
    core_.exit = kTaken;
    core_.target = target;
  }
  void branch_if(Bit taken, Address target) {
    core_.exit = taken ? kTaken : kFallThrough;
    core_.target = target;
  }
  void branch_write_pc(U32 target) { indirect(target & ~1u); }
  void bx_write_pc(U32 target) { interworking(target, true); }
  void blx_write_pc(U32 target) { interworking(target, false); }
  void load_write_pc(U32 target) { interworking(target, true); }

  // System.
  U32 read_special(unsigned sysm) { return engine::read_special(core_, sysm); }
  void write_special(unsigned sysm, unsigned mask, U32 x) {
    engine::write_special(core_, sysm, mask, x);
  }
  void change_processor_state(bool disable, bool primask, bool faultmask) {
    engine::change_processor_state(core_, disable, primask, faultmask);
  }
  void supervisor_call(unsigned immediate) { engine::supervisor_call(core_, immediate); }
  void breakpoint(unsigned immediate) { engine::breakpoint(core_, immediate); }
  void undefined_instruction() { engine::undefined_instruction(core_, op_); }
  void wait_for_interrupt() { wait_for(core_, false); }
  void wait_for_event() { wait_for(core_, true); }
  void send_event() { engine::send_event(core_); }
  void instruction_barrier() { core_.unusual |= kRequest; }
  U32 test_target(U32 address, bool unprivileged) {
    return engine::test_target(core_, address, unprivileged);
  }
  U32 load_ordered(unsigned size, U32 address) { return load_with(size, address, kMustAlign); }
  void store_ordered(unsigned size, U32 address, U32 data) {
    store_with(size, address, data, kMustAlign);
  }

  // Floating point.
  [[nodiscard]] U32 single(unsigned i) const { return core_.s[i]; }
  void set_single(unsigned i, U32 value) {
    if constexpr (kWrites) core_.s[i] = value;
  }
  template <class V>
  V fp_add(V a, V b) {
    return fp::add(a, b, core_.fp);
  }
  template <class V>
  V fp_sub(V a, V b) {
    return fp::sub(a, b, core_.fp);
  }
  template <class V>
  V fp_mul(V a, V b) {
    return fp::mul(a, b, core_.fp);
  }
  template <class V>
  V fp_div(V a, V b) {
    return fp::div(a, b, core_.fp);
  }
  template <class V>
  V fp_sqrt(V a) {
    return fp::sqrt(a, core_.fp);
  }
  template <class V>
  V fp_mul_add(V addend, V a, V b) {
    return fp::mul_add(addend, a, b, core_.fp);
  }
  template <class V>
  static V fp_neg(V a) {
    return fp::neg(a);
  }
  template <class V>
  static V fp_abs(V a) {
    return fp::abs(a);
  }
  template <class V>
  void fp_compare(V a, V b, bool signal_on_quiet_nan) {
    core_.fp.set_condition_flags(fp::compare(a, b, signal_on_quiet_nan, core_.fp));
  }
  template <class V>
  U32 fp_to_fixed(V x, unsigned size, unsigned fraction_bits, bool is_signed,
                  isa::FpRounding rounding) {
    return fp::to_fixed(x, size, fraction_bits, !is_signed, rounding_of(rounding), core_.fp);
  }
  U32 fixed_to_single(U32 x, unsigned size, unsigned fraction_bits, bool is_signed,
                      isa::FpRounding rounding) {
    return fp::fixed_to_single(x, size, fraction_bits, !is_signed, rounding_of(rounding), core_.fp);
  }
  U64 fixed_to_double(U32 x, unsigned size, unsigned fraction_bits, bool is_signed) {
    return fp::fixed_to_double(x, size, fraction_bits, !is_signed, fp::Rounding::nearest_even,
                               core_.fp);
  }
  U32 half_to_single(U32 half) {
    return fp::half_to_single(static_cast<std::uint16_t>(half), core_.fp);
  }
  U64 half_to_double(U32 half) {
    return fp::half_to_double(static_cast<std::uint16_t>(half), core_.fp);
  }
  U32 single_to_half(U32 x) { return fp::single_to_half(x, core_.fp); }
  U32 double_to_half(U64 x) { return fp::double_to_half(x, core_.fp); }
  U64 single_to_double(U32 x) { return fp::single_to_double(x, core_.fp); }
  U32 double_to_single(U64 x) { return fp::double_to_single(x, core_.fp); }
  template <class V>
  V fp_round_int(V x, isa::FpRounding rounding, bool signal_inexact) {
    return fp::round_int(x, rounding_of(rounding), signal_inexact, core_.fp);
  }
  template <class V>
  V fp_max_num(V a, V b) {
    return fp::max_num(a, b, core_.fp);
  }
  template <class V>
  V fp_min_num(V a, V b) {
    return fp::min_num(a, b, core_.fp);
  }
  [[nodiscard]] U32 read_fpscr() const { return core_.fp.fpscr; }
  void write_fpscr(U32 value) { engine::write_fpscr(core_, value); }
  void fp_flags_to_apsr() {
    const U32 fpscr = core_.fp.fpscr;
    core_.n_source = fpscr;
    core_.z_source = ((fpscr >> 30) & 1u) ^ 1u;
    core_.c = (fpscr >> 29) & 1u;
    core_.v = (fpscr >> 28) & 1u;
  }

 private:
  static constexpr bool kWrites = kPass != Pass::check;
  [[nodiscard]] fp::Rounding rounding_of(isa::FpRounding rounding) const {
    return rounding == isa::FpRounding::as_fpscr ? core_.fp.rounding()
                                                 : static_cast<fp::Rounding>(rounding);
  }
  static Shifted shift_left(U32 value, unsigned amount, Bit carry) {
    if (amount == 0) return {value, carry};
    if (amount > 32) return {0, false};
    const U64 wide = static_cast<U64>(value) << amount;
    return {static_cast<U32>(wide), (wide >> 32 & 1u) != 0};
  }
  [[nodiscard]] Shifted shift_general(U32 value, isa::Shift type, unsigned amount) const {
    if (amount == 0) return {value, c()};
    switch (type) {
      case isa::Shift::lsl: return shift_left(value, amount, c());
      case isa::Shift::lsr:
        if (amount > 32) return {0, false};
        return {static_cast<U32>(static_cast<U64>(value) >> amount),
                (value >> (amount - 1) & 1u) != 0};
      case isa::Shift::asr: {
        const unsigned last = amount > 32 ? 31 : amount - 1;
        const S64 wide = static_cast<S32>(value);
        return {static_cast<U32>(wide >> (amount > 32 ? 32 : amount)), (wide >> last & 1) != 0};
      }
      default: {
        const U32 result = rotate_right(value, amount & 31u);
        return {result, (result >> 31) != 0};
      }
    }
  }

  /// Primitives that only the general pass does.
  bool never_inline() {
    inline_ = false;
    return kPass != Pass::general;
  }
  U32 take(SlowAccess access) {
    next_ = access.next;
    return access.value;
  }
  /// In the window and naturally aligned, in one comparison: misalignment rotates into the top
  /// bits.
  static bool inside(const bus::Window& window, U32 offset, unsigned size) {
    const int shift = std::countr_zero(size);
    return std::rotr(offset, shift) < window.limits[static_cast<unsigned>(shift)];
  }
  /// The window access of the op, if it stays inline for `slow_tags`; else null.
  [[gnu::always_inline]] const bus::Window* inline_window(unsigned size, U32 address,
                                                          unsigned slow_tags) const {
    const bus::Window& window = core_.window_of(op_);
    if constexpr (kPass == Pass::inline_only) return &window;
    const U32 offset = address - window.base;
    if (!inside(window, offset, size)) return nullptr;
    if ((window.tags[offset >> bus::kTagShift] & slow_tags) != 0) return nullptr;
    return &window;
  }
  /// Checks `words` from `address` on together, in place of the accesses to come.
  [[gnu::always_inline]] void expect(U32 address, unsigned words, unsigned slow_tags) {
    if constexpr (kPass == Pass::check) {
      expected_ = true;
      const bus::Window& window = core_.window_of(op_);
      const U32 offset = address - window.base;
      inline_ = static_cast<U64>(std::rotr(offset, 2)) + words <= window.limits[2];
      if (!inline_) return;
      unsigned tags = 0;
      for (unsigned i = 0; i < words; ++i) tags |= window.tags[(offset >> bus::kTagShift) + i];
      inline_ = (tags & slow_tags) == 0;
    }
  }
  [[gnu::always_inline]] void note_bank(U32 address, unsigned beat) {
    if constexpr (kTracking != Tracking::none) {
      if (beat == 0) core_.banks |= (address >> pipeline::kBankShift & 1u) << op_->index;
    }
  }
  [[gnu::always_inline]] U32 load_with(unsigned size, U32 address, unsigned flags) {
    if constexpr (kPass == Pass::check) {
      if (expected_) return 0;
    }
    const unsigned beat = beat_++;
    const bus::Window* window = inline_window(size, address, bus::kReadSlow);
    if constexpr (kPass == Pass::check) {
      inline_ = inline_ && window != nullptr;
      return 0;
    }
    if (window == nullptr) return take(slow_load(core_, op_, address, size, beat, flags));
    const U32 offset = address - window->base;
    note_bank(address, beat);
    // Out of line, a beat before may have moved the op to another window.
    const bool stamps =
        kPass == Pass::general ? window->stamps != nullptr : kTracking == Tracking::use;
    if (stamps) window->stamps[offset >> window->stamp_shift] = *core_.program_order + op_->index;
    const std::uint8_t* host = window->host + offset;
    if (size == 1) return *host;
    if (size == 2) {
      std::uint16_t half;
      std::memcpy(&half, host, 2);
      return half;
    }
    U32 word;
    std::memcpy(&word, host, 4);
    return word;
  }
  [[gnu::always_inline]] void store_with(unsigned size, U32 address, U32 data, unsigned flags) {
    if constexpr (kPass == Pass::check) {
      if (expected_) return;
    }
    const unsigned beat = beat_++;
    const bus::Window* window = inline_window(size, address, bus::kWriteSlow);
    if constexpr (kPass == Pass::check) {
      inline_ = inline_ && window != nullptr;
      return;
    }
    if (window == nullptr) {
      next_ = slow_store(core_, op_, address, size, data, beat, flags);
      return;
    }
    note_bank(address, beat);
    std::uint8_t* host = window->host + (address - window->base);
    if (size == 1) {
      *host = static_cast<std::uint8_t>(data);
    } else if (size == 2) {
      const auto half = static_cast<std::uint16_t>(data);
      std::memcpy(host, &half, 2);
    } else {
      std::memcpy(host, &data, 4);
    }
  }
  void indirect(Address target) {
    if constexpr (!kWrites) return;
    core_.exit = kIndirect;
    core_.target = target;
  }
  void interworking(U32 target, bool may_return) {
    if constexpr (!kWrites) return;
    // EXC_RETURN values and even targets are rare and go out of line.
    if ((target & 1u) != 0 && target < 0xF0000000u) [[likely]] {
      indirect(target & ~1u);
      return;
    }
    interworking_branch(core_, target, may_return);
  }

  Core& core_;
  const MicroOp* op_;
  const MicroOp* next_;
  unsigned beat_ = 0;
  bool inline_ = true;
  bool expected_ = false;  // Pass::check: expect() has checked all accesses
};

using Concrete = Evaluating<Pass::general, Tracking::none>;

}  // namespace mcost::engine
