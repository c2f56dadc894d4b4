// One table: a row per instruction form; the disassembly stands beside each opcode. Single
// precision runs on the Cortex-M4 model, FPv5 and double precision on the Cortex-M7 model. The
// oracle does not see the rounding mode of fixed-point to floating-point conversions: they round to
// nearest, but Unicorn 2.0.1 obeys FPSCR (QEMU 7.2 does not).
#include "tests/fp/oracle_rows.h"

#include "sim_core/fp/fp.h"

namespace mcost::fp::testing {
namespace {

constexpr std::uint64_t kFlagsOnly = 0;
constexpr std::uint64_t kHalf = 0xFFFF;
constexpr std::uint64_t kWord = 0xFFFFFFFF;
constexpr std::uint64_t kDouble = ~std::uint64_t{0};
constexpr std::uint64_t kMany = 1'000'000;
constexpr std::uint64_t kSome = 200'000;

std::uint64_t compared(std::uint32_t nzcv, Context& context) {
  context.set_condition_flags(nzcv);
  return 0;
}

std::uint64_t sign_extended(std::uint32_t word) {
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<std::int32_t>(word)));
}

/// The operands of an instruction as 32-bit or 64-bit patterns: two sources and the destination.
template <typename Bits>
struct Sources {
  Bits n, m, d;
};
using Words = Sources<std::uint32_t>;
using Doubles = Sources<std::uint64_t>;

template <typename Bits, typename Function>
Evaluate evaluator(Function function) {
  return [function](const GuestInput& input, Context& context) -> std::uint64_t {
    const auto narrow = [](std::uint64_t operand) { return static_cast<Bits>(operand); };
    return function(Sources<Bits>{narrow(input.op1), narrow(input.op2), narrow(input.op3)},
                    context);
  };
}
Evaluate words(auto function) { return evaluator<std::uint32_t>(function); }
Evaluate doubles(auto function) { return evaluator<std::uint64_t>(function); }

}  // namespace

// NOLINTNEXTLINE(readability-function-size): one table.
std::vector<OracleRow> single_rows() {
  using enum OperandKind;
  using enum Rounding;
  // clang-format off
  std::vector<OracleRow> rows = {
      // vadd.f32 s6, s0, s1
      {"vadd", {0xEE303A20}, 2, single, kWord, kMany,
       words([](Words x, Context& c) { return add(x.n, x.m, c); })},
      // vsub.f32 s6, s0, s1
      {"vsub", {0xEE303A60}, 2, single, kWord, kMany,
       words([](Words x, Context& c) { return sub(x.n, x.m, c); })},
      // vmul.f32 s6, s0, s1
      {"vmul", {0xEE203A20}, 2, single, kWord, kMany,
       words([](Words x, Context& c) { return mul(x.n, x.m, c); })},
      // vnmul.f32 s6, s0, s1
      {"vnmul", {0xEE203A60}, 2, single, kWord, kSome,
       words([](Words x, Context& c) { return neg(mul(x.n, x.m, c)); })},
      // vdiv.f32 s6, s0, s1
      {"vdiv", {0xEE803A20}, 2, single, kWord, kMany,
       words([](Words x, Context& c) { return div(x.n, x.m, c); })},
      // vsqrt.f32 s6, s0
      {"vsqrt", {0xEEB13AC0}, 1, single, kWord, kMany,
       words([](Words x, Context& c) { return sqrt(x.n, c); })},
      // vmov.f32 s6, s2; vfma.f32 s6, s0, s1
      {"vfma", {0xEEB03A41, 0xEEA03A20}, 3, single, kWord, kMany,
       words([](Words x, Context& c) { return mul_add(x.d, x.n, x.m, c); })},
      // vmov.f32 s6, s2; vfms.f32 s6, s0, s1
      {"vfms", {0xEEB03A41, 0xEEA03A60}, 3, single, kWord, kSome,
       words([](Words x, Context& c) { return mul_add(x.d, neg(x.n), x.m, c); })},
      // vmov.f32 s6, s2; vfnma.f32 s6, s0, s1
      {"vfnma", {0xEEB03A41, 0xEE903A60}, 3, single, kWord, kSome,
       words([](Words x, Context& c) { return mul_add(neg(x.d), neg(x.n), x.m, c); })},
      // vmov.f32 s6, s2; vfnms.f32 s6, s0, s1
      {"vfnms", {0xEEB03A41, 0xEE903A20}, 3, single, kWord, kSome,
       words([](Words x, Context& c) { return mul_add(neg(x.d), x.n, x.m, c); })},
      // vmov.f32 s6, s2; vmla.f32 s6, s0, s1
      {"vmla", {0xEEB03A41, 0xEE003A20}, 3, single, kWord, kSome,
       words([](Words x, Context& c) { return add(x.d, mul(x.n, x.m, c), c); })},
      // vmov.f32 s6, s2; vmls.f32 s6, s0, s1
      {"vmls", {0xEEB03A41, 0xEE003A60}, 3, single, kWord, kSome,
       words([](Words x, Context& c) { return add(x.d, neg(mul(x.n, x.m, c)), c); })},
      // vmov.f32 s6, s2; vnmla.f32 s6, s0, s1
      {"vnmla", {0xEEB03A41, 0xEE103A60}, 3, single, kWord, kSome,
       words([](Words x, Context& c) { return add(neg(x.d), neg(mul(x.n, x.m, c)), c); })},
      // vmov.f32 s6, s2; vnmls.f32 s6, s0, s1
      {"vnmls", {0xEEB03A41, 0xEE103A20}, 3, single, kWord, kSome,
       words([](Words x, Context& c) { return add(neg(x.d), mul(x.n, x.m, c), c); })},
      // vabs.f32 s6, s0
      {"vabs", {0xEEB03AC0}, 1, single, kWord, kSome,
       words([](Words x, Context&) { return abs(x.n); })},
      // vneg.f32 s6, s0
      {"vneg", {0xEEB13A40}, 1, single, kWord, kSome,
       words([](Words x, Context&) { return neg(x.n); })},
      // vcmp.f32 s0, s1
      {"vcmp", {0xEEB40A60}, 2, single, kFlagsOnly, kMany,
       words([](Words x, Context& c) { return compared(compare(x.n, x.m, false, c), c); })},
      // vcmpe.f32 s0, s1
      {"vcmpe", {0xEEB40AE0}, 2, single, kFlagsOnly, kSome,
       words([](Words x, Context& c) { return compared(compare(x.n, x.m, true, c), c); })},
      // vcvt.s32.f32 s6, s0
      {"vcvt_s32", {0xEEBD3AC0}, 1, single, kWord, kMany,
       words([](Words x, Context& c) { return to_fixed(x.n, 32, 0, false, zero, c); })},
      // vcvt.u32.f32 s6, s0
      {"vcvt_u32", {0xEEBC3AC0}, 1, single, kWord, kMany,
       words([](Words x, Context& c) { return to_fixed(x.n, 32, 0, true, zero, c); })},
      // vcvtr.s32.f32 s6, s0
      {"vcvtr_s32", {0xEEBD3A40}, 1, single, kWord, kMany,
       words([](Words x, Context& c) { return to_fixed(x.n, 32, 0, false, c.rounding(), c); })},
      // vcvtr.u32.f32 s6, s0
      {"vcvtr_u32", {0xEEBC3A40}, 1, single, kWord, kMany,
       words([](Words x, Context& c) { return to_fixed(x.n, 32, 0, true, c.rounding(), c); })},
      // vmov.f32 s6, s0; vcvt.s16.f32 s6, s6, #1
      {"vcvt_s16_1", {0xEEB03A40, 0xEEBE3A67}, 1, single, kWord, kSome,
       words([](Words x, Context& c) { return to_fixed(x.n, 16, 1, false, zero, c); })},
      // vmov.f32 s6, s0; vcvt.s16.f32 s6, s6, #16
      {"vcvt_s16_16", {0xEEB03A40, 0xEEBE3A40}, 1, single, kWord, kSome,
       words([](Words x, Context& c) { return to_fixed(x.n, 16, 16, false, zero, c); })},
      // vmov.f32 s6, s0; vcvt.u16.f32 s6, s6, #7
      {"vcvt_u16_7", {0xEEB03A40, 0xEEBF3A64}, 1, single, kWord, kSome,
       words([](Words x, Context& c) { return to_fixed(x.n, 16, 7, true, zero, c); })},
      // vmov.f32 s6, s0; vcvt.s32.f32 s6, s6, #31
      {"vcvt_s32_31", {0xEEB03A40, 0xEEBE3AE0}, 1, single, kWord, kSome,
       words([](Words x, Context& c) { return to_fixed(x.n, 32, 31, false, zero, c); })},
      // vmov.f32 s6, s0; vcvt.u32.f32 s6, s6, #32
      {"vcvt_u32_32", {0xEEB03A40, 0xEEBF3AC0}, 1, single, kWord, kSome,
       words([](Words x, Context& c) { return to_fixed(x.n, 32, 32, true, zero, c); })},
      // vmov.f32 s6, s0; vcvt.s32.f32 s6, s6, #8
      {"vcvt_s32_8", {0xEEB03A40, 0xEEBE3ACC}, 1, single, kWord, kSome,
       words([](Words x, Context& c) { return to_fixed(x.n, 32, 8, false, zero, c); })},
      // vcvt.f32.s32 s6, s0
      {"vcvt_f32_s32", {0xEEB83AC0}, 1, integer, kWord, kMany,
       words([](Words x, Context& c) {
         return fixed_to_single(x.n, 32, 0, false, c.rounding(), c);
       })},
      // vcvt.f32.u32 s6, s0
      {"vcvt_f32_u32", {0xEEB83A40}, 1, integer, kWord, kMany,
       words([](Words x, Context& c) {
         return fixed_to_single(x.n, 32, 0, true, c.rounding(), c);
       })},
      // vmov.f32 s6, s0; vcvt.f32.s16 s6, s6, #1
      {"vcvt_f32_s16_1", {0xEEB03A40, 0xEEBA3A67}, 1, integer, kWord, kSome,
       words([](Words x, Context& c) {
         return fixed_to_single(x.n, 16, 1, false, nearest_even, c);
       }), kRMode},
      // vmov.f32 s6, s0; vcvt.f32.u16 s6, s6, #16
      {"vcvt_f32_u16_16", {0xEEB03A40, 0xEEBB3A40}, 1, integer, kWord, kSome,
       words([](Words x, Context& c) {
         return fixed_to_single(x.n, 16, 16, true, nearest_even, c);
       }), kRMode},
      // vmov.f32 s6, s0; vcvt.f32.s32 s6, s6, #15
      {"vcvt_f32_s32_15", {0xEEB03A40, 0xEEBA3AE8}, 1, integer, kWord, kSome,
       words([](Words x, Context& c) {
         return fixed_to_single(x.n, 32, 15, false, nearest_even, c);
       }), kRMode},
      // vmov.f32 s6, s0; vcvt.f32.u32 s6, s6, #32
      {"vcvt_f32_u32_32", {0xEEB03A40, 0xEEBB3AC0}, 1, integer, kWord, kSome,
       words([](Words x, Context& c) {
         return fixed_to_single(x.n, 32, 32, true, nearest_even, c);
       }), kRMode},
      // vcvtb.f32.f16 s6, s0
      {"vcvtb_f32_f16", {0xEEB23A40}, 1, half, kWord, kMany,
       words([](Words x, Context& c) {
         return half_to_single(static_cast<std::uint16_t>(x.n), c);
       })},
      // vcvtb.f16.f32 s6, s0
      {"vcvtb_f16_f32", {0xEEB33A40}, 1, single, kHalf, kMany,
       words([](Words x, Context& c) { return single_to_half(x.n, c); })},
  };
  // clang-format on
  return rows;
}

std::vector<OracleRow> fpv5_rows() {
  using enum OperandKind;
  using enum Rounding;
  // clang-format off
  std::vector<OracleRow> rows = {
      // vrintx.f32 s6, s0
      {"vrintx", {0xEEB73A40}, 1, single, kWord, kSome,
       words([](Words x, Context& c) { return round_int(x.n, c.rounding(), true, c); })},
      // vrintr.f32 s6, s0
      {"vrintr", {0xEEB63A40}, 1, single, kWord, kSome,
       words([](Words x, Context& c) { return round_int(x.n, c.rounding(), false, c); })},
      // vrintz.f32 s6, s0
      {"vrintz", {0xEEB63AC0}, 1, single, kWord, kSome,
       words([](Words x, Context& c) { return round_int(x.n, zero, false, c); })},
      // vrinta.f32 s6, s0
      {"vrinta", {0xFEB83A40}, 1, single, kWord, kSome,
       words([](Words x, Context& c) { return round_int(x.n, nearest_away, false, c); })},
      // vrintn.f32 s6, s0
      {"vrintn", {0xFEB93A40}, 1, single, kWord, kSome,
       words([](Words x, Context& c) { return round_int(x.n, nearest_even, false, c); })},
      // vrintp.f32 s6, s0
      {"vrintp", {0xFEBA3A40}, 1, single, kWord, kSome,
       words([](Words x, Context& c) { return round_int(x.n, plus_inf, false, c); })},
      // vrintm.f32 s6, s0
      {"vrintm", {0xFEBB3A40}, 1, single, kWord, kSome,
       words([](Words x, Context& c) { return round_int(x.n, minus_inf, false, c); })},
      // vcvta.s32.f32 s6, s0
      {"vcvta_s32", {0xFEBC3AC0}, 1, single, kWord, kSome,
       words([](Words x, Context& c) { return to_fixed(x.n, 32, 0, false, nearest_away, c); })},
      // vcvtn.u32.f32 s6, s0
      {"vcvtn_u32", {0xFEBD3A40}, 1, single, kWord, kSome,
       words([](Words x, Context& c) { return to_fixed(x.n, 32, 0, true, nearest_even, c); })},
      // vcvtp.s32.f32 s6, s0
      {"vcvtp_s32", {0xFEBE3AC0}, 1, single, kWord, kSome,
       words([](Words x, Context& c) { return to_fixed(x.n, 32, 0, false, plus_inf, c); })},
      // vcvtm.u32.f32 s6, s0
      {"vcvtm_u32", {0xFEBF3A40}, 1, single, kWord, kSome,
       words([](Words x, Context& c) { return to_fixed(x.n, 32, 0, true, minus_inf, c); })},
      // vmaxnm.f32 s6, s0, s1
      {"vmaxnm", {0xFE803A20}, 2, single, kWord, kSome,
       words([](Words x, Context& c) { return max_num(x.n, x.m, c); })},
      // vminnm.f32 s6, s0, s1
      {"vminnm", {0xFE803A60}, 2, single, kWord, kSome,
       words([](Words x, Context& c) { return min_num(x.n, x.m, c); })},
  };
  // clang-format on
  for (OracleRow& row : rows) {
    row.core = GuestCore::cortex_m7;
  }
  return rows;
}

// NOLINTNEXTLINE(readability-function-size): one table.
std::vector<OracleRow> double_rows() {
  using enum OperandKind;
  using enum Rounding;
  // clang-format off
  std::vector<OracleRow> rows = {
      // vadd.f64 d3, d0, d1
      {"vadd_f64", {0xEE303B01}, 2, wide, kDouble, kSome,
       doubles([](Doubles x, Context& c) { return add(x.n, x.m, c); })},
      // vsub.f64 d3, d0, d1
      {"vsub_f64", {0xEE303B41}, 2, wide, kDouble, kSome,
       doubles([](Doubles x, Context& c) { return sub(x.n, x.m, c); })},
      // vmul.f64 d3, d0, d1
      {"vmul_f64", {0xEE203B01}, 2, wide, kDouble, kSome,
       doubles([](Doubles x, Context& c) { return mul(x.n, x.m, c); })},
      // vdiv.f64 d3, d0, d1
      {"vdiv_f64", {0xEE803B01}, 2, wide, kDouble, kSome,
       doubles([](Doubles x, Context& c) { return div(x.n, x.m, c); })},
      // vsqrt.f64 d3, d0
      {"vsqrt_f64", {0xEEB13BC0}, 1, wide, kDouble, kSome,
       doubles([](Doubles x, Context& c) { return sqrt(x.n, c); })},
      // vmov.f64 d3, d2; vfma.f64 d3, d0, d1
      {"vfma_f64", {0xEEB03B42, 0xEEA03B01}, 3, wide, kDouble, kSome,
       doubles([](Doubles x, Context& c) { return mul_add(x.d, x.n, x.m, c); })},
      // vmov.f64 d3, d2; vfnms.f64 d3, d0, d1
      {"vfnms_f64", {0xEEB03B42, 0xEE903B01}, 3, wide, kDouble, kSome,
       doubles([](Doubles x, Context& c) { return mul_add(neg(x.d), x.n, x.m, c); })},
      // vnmul.f64 d3, d0, d1
      {"vnmul_f64", {0xEE203B41}, 2, wide, kDouble, kSome,
       doubles([](Doubles x, Context& c) { return neg(mul(x.n, x.m, c)); })},
      // vmov.f64 d3, d2; vfms.f64 d3, d0, d1
      {"vfms_f64", {0xEEB03B42, 0xEEA03B41}, 3, wide, kDouble, kSome,
       doubles([](Doubles x, Context& c) { return mul_add(x.d, neg(x.n), x.m, c); })},
      // vmov.f64 d3, d2; vfnma.f64 d3, d0, d1
      {"vfnma_f64", {0xEEB03B42, 0xEE903B41}, 3, wide, kDouble, kSome,
       doubles([](Doubles x, Context& c) { return mul_add(neg(x.d), neg(x.n), x.m, c); })},
      // vmov.f64 d3, d2; vmla.f64 d3, d0, d1
      {"vmla_f64", {0xEEB03B42, 0xEE003B01}, 3, wide, kDouble, kSome,
       doubles([](Doubles x, Context& c) { return add(x.d, mul(x.n, x.m, c), c); })},
      // vmov.f64 d3, d2; vmls.f64 d3, d0, d1
      {"vmls_f64", {0xEEB03B42, 0xEE003B41}, 3, wide, kDouble, kSome,
       doubles([](Doubles x, Context& c) { return add(x.d, neg(mul(x.n, x.m, c)), c); })},
      // vmov.f64 d3, d2; vnmla.f64 d3, d0, d1
      {"vnmla_f64", {0xEEB03B42, 0xEE103B41}, 3, wide, kDouble, kSome,
       doubles([](Doubles x, Context& c) { return add(neg(x.d), neg(mul(x.n, x.m, c)), c); })},
      // vmov.f64 d3, d2; vnmls.f64 d3, d0, d1
      {"vnmls_f64", {0xEEB03B42, 0xEE103B01}, 3, wide, kDouble, kSome,
       doubles([](Doubles x, Context& c) { return add(neg(x.d), mul(x.n, x.m, c), c); })},
      // vcmp.f64 d0, d1
      {"vcmp_f64", {0xEEB40B41}, 2, wide, kFlagsOnly, kSome,
       doubles([](Doubles x, Context& c) { return compared(compare(x.n, x.m, false, c), c); })},
      // vcmpe.f64 d0, d1
      {"vcmpe_f64", {0xEEB40BC1}, 2, wide, kFlagsOnly, kSome,
       doubles([](Doubles x, Context& c) { return compared(compare(x.n, x.m, true, c), c); })},
      // vcvt.s32.f64 s6, d0
      {"vcvt_s32_f64", {0xEEBD3BC0}, 1, wide, kWord, kSome,
       doubles([](Doubles x, Context& c) { return to_fixed(x.n, 32, 0, false, zero, c); })},
      // vcvt.u32.f64 s6, d0
      {"vcvt_u32_f64", {0xEEBC3BC0}, 1, wide, kWord, kSome,
       doubles([](Doubles x, Context& c) { return to_fixed(x.n, 32, 0, true, zero, c); })},
      // vcvtr.s32.f64 s6, d0
      {"vcvtr_s32_f64", {0xEEBD3B40}, 1, wide, kWord, kSome,
       doubles([](Doubles x, Context& c) { return to_fixed(x.n, 32, 0, false, c.rounding(), c); })},
      // vcvtr.u32.f64 s6, d0
      {"vcvtr_u32_f64", {0xEEBC3B40}, 1, wide, kWord, kSome,
       doubles([](Doubles x, Context& c) { return to_fixed(x.n, 32, 0, true, c.rounding(), c); })},
      // vcvta.s32.f64 s6, d0
      {"vcvta_s32_f64", {0xFEBC3BC0}, 1, wide, kWord, kSome,
       doubles([](Doubles x, Context& c) { return to_fixed(x.n, 32, 0, false, nearest_away, c); })},
      // vmov.f64 d3, d0; vcvt.s16.f64 d3, d3, #5
      {"vcvt_s16_5_f64", {0xEEB03B40, 0xEEBE3B65}, 1, wide, kDouble, kSome,
       doubles([](Doubles x, Context& c) {
         return sign_extended(to_fixed(x.n, 16, 5, false, zero, c));
       })},
      // vmov.f64 d3, d0; vcvt.u32.f64 d3, d3, #20
      {"vcvt_u32_20_f64", {0xEEB03B40, 0xEEBF3BC6}, 1, wide, kDouble, kSome,
       doubles([](Doubles x, Context& c) { return to_fixed(x.n, 32, 20, true, zero, c); })},
      // vcvt.f64.s32 d3, s0
      {"vcvt_f64_s32", {0xEEB83BC0}, 1, integer, kDouble, kSome,
       words([](Words x, Context& c) {
         return fixed_to_double(x.n, 32, 0, false, c.rounding(), c);
       })},
      // vcvt.f64.u32 d3, s0
      {"vcvt_f64_u32", {0xEEB83B40}, 1, integer, kDouble, kSome,
       words([](Words x, Context& c) {
         return fixed_to_double(x.n, 32, 0, true, c.rounding(), c);
       })},
      // vmov.f64 d3, d0; vcvt.f64.s16 d3, d3, #5
      {"vcvt_f64_s16_5", {0xEEB03B40, 0xEEBA3B65}, 1, integer, kDouble, kSome,
       words([](Words x, Context& c) {
         return fixed_to_double(x.n, 16, 5, false, nearest_even, c);
       }), kRMode},
      // vmov.f64 d3, d0; vcvt.f64.u32 d3, d3, #32
      {"vcvt_f64_u32_32", {0xEEB03B40, 0xEEBB3BC0}, 1, integer, kDouble, kSome,
       words([](Words x, Context& c) {
         return fixed_to_double(x.n, 32, 32, true, nearest_even, c);
       }), kRMode},
      // vcvt.f64.f32 d3, s0
      {"vcvt_f64_f32", {0xEEB73AC0}, 1, single, kDouble, kSome,
       words([](Words x, Context& c) { return single_to_double(x.n, c); })},
      // vcvt.f32.f64 s6, d0
      {"vcvt_f32_f64", {0xEEB73BC0}, 1, wide, kWord, kSome,
       doubles([](Doubles x, Context& c) { return double_to_single(x.n, c); })},
      // vcvtb.f64.f16 d3, s0
      {"vcvtb_f64_f16", {0xEEB23B40}, 1, half, kDouble, kSome,
       words([](Words x, Context& c) {
         return half_to_double(static_cast<std::uint16_t>(x.n), c);
       })},
      // vcvtb.f16.f64 s6, d0
      {"vcvtb_f16_f64", {0xEEB33B40}, 1, wide, kHalf, kSome,
       doubles([](Doubles x, Context& c) { return double_to_half(x.n, c); })},
      // vrintx.f64 d3, d0
      {"vrintx_f64", {0xEEB73B40}, 1, wide, kDouble, kSome,
       doubles([](Doubles x, Context& c) { return round_int(x.n, c.rounding(), true, c); })},
      // vrinta.f64 d3, d0
      {"vrinta_f64", {0xFEB83B40}, 1, wide, kDouble, kSome,
       doubles([](Doubles x, Context& c) { return round_int(x.n, nearest_away, false, c); })},
      // vrintn.f64 d3, d0
      {"vrintn_f64", {0xFEB93B40}, 1, wide, kDouble, kSome,
       doubles([](Doubles x, Context& c) { return round_int(x.n, nearest_even, false, c); })},
      // vrintp.f64 d3, d0
      {"vrintp_f64", {0xFEBA3B40}, 1, wide, kDouble, kSome,
       doubles([](Doubles x, Context& c) { return round_int(x.n, plus_inf, false, c); })},
      // vrintm.f64 d3, d0
      {"vrintm_f64", {0xFEBB3B40}, 1, wide, kDouble, kSome,
       doubles([](Doubles x, Context& c) { return round_int(x.n, minus_inf, false, c); })},
      // vrintr.f64 d3, d0
      {"vrintr_f64", {0xEEB63B40}, 1, wide, kDouble, kSome,
       doubles([](Doubles x, Context& c) { return round_int(x.n, c.rounding(), false, c); })},
      // vrintz.f64 d3, d0
      {"vrintz_f64", {0xEEB63BC0}, 1, wide, kDouble, kSome,
       doubles([](Doubles x, Context& c) { return round_int(x.n, zero, false, c); })},
      // vcvtn.u32.f64 s6, d0
      {"vcvtn_u32_f64", {0xFEBD3B40}, 1, wide, kWord, kSome,
       doubles([](Doubles x, Context& c) { return to_fixed(x.n, 32, 0, true, nearest_even, c); })},
      // vcvtp.s32.f64 s6, d0
      {"vcvtp_s32_f64", {0xFEBE3BC0}, 1, wide, kWord, kSome,
       doubles([](Doubles x, Context& c) { return to_fixed(x.n, 32, 0, false, plus_inf, c); })},
      // vcvtm.u32.f64 s6, d0
      {"vcvtm_u32_f64", {0xFEBF3B40}, 1, wide, kWord, kSome,
       doubles([](Doubles x, Context& c) { return to_fixed(x.n, 32, 0, true, minus_inf, c); })},
      // vmaxnm.f64 d3, d0, d1
      {"vmaxnm_f64", {0xFE803B01}, 2, wide, kDouble, kSome,
       doubles([](Doubles x, Context& c) { return max_num(x.n, x.m, c); })},
      // vminnm.f64 d3, d0, d1
      {"vminnm_f64", {0xFE803B41}, 2, wide, kDouble, kSome,
       doubles([](Doubles x, Context& c) { return min_num(x.n, x.m, c); })},
  };
  // clang-format on
  for (OracleRow& row : rows) {
    row.core = GuestCore::cortex_m7;
    row.layout = GuestLayout::wide;
  }
  return rows;
}

}  // namespace mcost::fp::testing
