// The inline operations, which may use the host, against the integer-only ones: value and FPSCR
// must be identical.
#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <iostream>

#include "sim_core/fp/fp.h"
#include "sim_core/fp/kernel.h"
#include "tests/fp/operand_source.h"

namespace mcost::fp::testing {
namespace {

constexpr std::uint64_t kSeed = 7177135;
#if defined(NDEBUG)
constexpr unsigned kTuples = 4'000'000;
#else
constexpr unsigned kTuples = 400'000;  // debug and sanitizer builds
#endif

template <Format F>
struct Operands {
  typename F::Bits a, b, c;
};

/// Runs `inlined` and `soft_only` on random operands; IXC is set beforehand, alone in most draws.
template <Format F, typename Inlined, typename SoftOnly>
void expect_identical(const char* name, unsigned tuples, Inlined inlined, SoftOnly soft_only) {
  OperandSource source(kSeed);
  typename F::Bits previous = 0;
  unsigned open = 0;
  for (unsigned i = 0; i < tuples; ++i) {
    const typename F::Bits a = previous = source.operand<F>(previous);
    const typename F::Bits b = previous = source.operand<F>(previous);
    const typename F::Bits c = previous = source.operand<F>(previous);
    const std::uint32_t fpscr = (i & 15) == 0 ? source.fpscr() : kInexact;
    Context left{fpscr};
    Context right{fpscr};
    const auto left_value = inlined(a, b, c, left);
    const auto right_value = soft_only(a, b, c, right);
    open += detail::host_path_open(Context{fpscr}) ? 1u : 0u;
    ASSERT_TRUE(left_value == right_value && left.fpscr == right.fpscr)
        << std::hex << name << " of " << a << ' ' << b << ' ' << c << " with FPSCR " << fpscr
        << ": inline " << left_value << " FPSCR " << left.fpscr << ", soft " << right_value
        << " FPSCR " << right.fpscr << ", draw " << std::dec << i;
  }
  std::cout << name << ": " << tuples << " tuples, " << open << " with the host path open, seed "
            << kSeed << '\n';
}

template <Format F>
void expect_all_identical(unsigned tuples) {
  using Bits = typename F::Bits;
  const auto check = [tuples](const char* name, auto inlined, auto soft_only) {
    expect_identical<F>(name, tuples, inlined, soft_only);
  };
  check(
      "add", [](Bits a, Bits b, Bits, Context& c) { return add(a, b, c); },
      [](Bits a, Bits b, Bits, Context& c) { return soft::add(a, b, c); });
  check(
      "sub", [](Bits a, Bits b, Bits, Context& c) { return sub(a, b, c); },
      [](Bits a, Bits b, Bits, Context& c) { return soft::sub(a, b, c); });
  check(
      "mul", [](Bits a, Bits b, Bits, Context& c) { return mul(a, b, c); },
      [](Bits a, Bits b, Bits, Context& c) { return soft::mul(a, b, c); });
  check(
      "div", [](Bits a, Bits b, Bits, Context& c) { return div(a, b, c); },
      [](Bits a, Bits b, Bits, Context& c) { return soft::div(a, b, c); });
  check(
      "sqrt", [](Bits a, Bits, Bits, Context& c) { return sqrt(a, c); },
      [](Bits a, Bits, Bits, Context& c) { return soft::sqrt(a, c); });
  check(
      "mul_add", [](Bits a, Bits b, Bits d, Context& c) { return mul_add(d, a, b, c); },
      [](Bits a, Bits b, Bits d, Context& c) { return soft::mul_add(d, a, b, c); });
  check(
      "compare", [](Bits a, Bits b, Bits, Context& c) { return compare(a, b, false, c); },
      [](Bits a, Bits b, Bits, Context& c) { return soft::compare(a, b, false, c); });
  check(
      "compare, signalling",
      [](Bits a, Bits b, Bits, Context& c) { return compare(a, b, true, c); },
      [](Bits a, Bits b, Bits, Context& c) { return soft::compare(a, b, true, c); });
}

TEST(HostPath, SinglePrecisionEqualsSoft) { expect_all_identical<Binary32>(kTuples); }

TEST(HostPath, DoublePrecisionEqualsSoft) { expect_all_identical<Binary64>(kTuples / 8); }

// Sums at a midpoint of two singles, or so near it that rounding to double lands there: the case
// where rounding twice goes wrong. The product is half a unit of the addend's last place, times (1
// + x)(1 - x) with x = 2^-j.
TEST(HostPath, MultiplyAddNearMidpoints) {
  constexpr unsigned kBias = 127;
  OperandSource source(kSeed);
  unsigned midpoints = 0;
  for (unsigned i = 0; i < 1'000'000; ++i) {
    const unsigned j = 12 + source.below(12);
    const bool is_exact_tie = source.below(4) == 0;
    const unsigned exponent = 30 + source.below(200);
    const unsigned exponent1 = 110 + source.below(34);
    const unsigned exponent2 = exponent - 24 + kBias - exponent1 - (is_exact_tie ? 0u : 1u);
    if (exponent2 - 1 >= 254) continue;
    const std::uint32_t addend = (exponent << 23) | source.below(1u << 23);
    const std::uint32_t op1 = (exponent1 << 23) | (is_exact_tie ? 0 : 1u << (23 - j));
    const std::uint32_t op2 = (exponent2 << 23) |
                              (is_exact_tie ? 0 : (1u << 23) - (1u << (24 - j))) |
                              (source.below(2) << 31);
    Context left{kInexact};
    Context right{kInexact};
    const std::uint32_t left_value = mul_add(addend, op1, op2, left);
    const std::uint32_t right_value = soft::mul_add(addend, op1, op2, right);
    ASSERT_EQ(left_value, right_value) << std::hex << addend << ' ' << op1 << ' ' << op2;
    ASSERT_EQ(left.fpscr, right.fpscr);
    const double sum = double{std::bit_cast<float>(op1)} * double{std::bit_cast<float>(op2)} +
                       double{std::bit_cast<float>(addend)};
    midpoints += (std::bit_cast<std::uint64_t>(sum) & 0x1FFFFFFF) == 0x10000000 ? 1u : 0u;
  }
  EXPECT_GT(midpoints, 500'000u);
  std::cout << midpoints << " sums on a midpoint after rounding to double, seed " << kSeed << '\n';
}

// Built with the options of mcost_fp: a contracted multiply-add keeps the rounding error of the
// product.
[[gnu::noinline]] float multiply_then_add(float a, float b, float c) { return a * b + c; }

TEST(HostPath, CompilerDoesNotContract) {
  const volatile float factor = 1.0f + 0x1p-12f;
  const volatile float rounded_square = 1.0f + 0x1p-11f;
  EXPECT_EQ(multiply_then_add(factor, factor, -rounded_square), 0.0f);
}

}  // namespace
}  // namespace mcost::fp::testing
