// Directed cases for the conversions, VRINT, VMAXNM and VMINNM, each from the pseudocode it names;
// exhaustive over half precision and over rounding of small fixed-point numbers, against exact host
// arithmetic.
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

#include "sim_core/fp/fp.h"
#include "tests/fp/operand_source.h"

namespace mcost::fp {
namespace {

constexpr std::uint32_t kDown = 2u << kRModeShift;
constexpr std::uint32_t kTruncate = 3u << kRModeShift;
constexpr std::uint32_t kInf = 0x7F800000;
constexpr std::uint32_t kNan = 0x7FC00000;
constexpr auto kAllModes = {Rounding::nearest_even, Rounding::plus_inf, Rounding::minus_inf,
                            Rounding::zero, Rounding::nearest_away};

struct Outcome {
  std::uint64_t value = 0;
  std::uint32_t flags = 0;
  friend bool operator==(const Outcome&, const Outcome&) = default;
  friend void PrintTo(const Outcome& outcome, std::ostream* out) {
    *out << std::hex << outcome.value << " flags " << outcome.flags;
  }
};

template <typename Operation>
Outcome outcome(std::uint32_t fpscr, Operation operation) {
  Context context{fpscr};
  const std::uint64_t value = operation(context);
  EXPECT_EQ(context.fpscr & ~kCumulativeFlags, fpscr & ~kCumulativeFlags);
  return {value, context.flags()};
}

Outcome to_s32(float value, Rounding rounding, std::uint32_t fpscr = 0) {
  return outcome(fpscr, [&](Context& c) {
    return to_fixed(std::bit_cast<std::uint32_t>(value), 32, 0, false, rounding, c);
  });
}
Outcome to_u32(float value, Rounding rounding) {
  return outcome(0, [&](Context& c) {
    return to_fixed(std::bit_cast<std::uint32_t>(value), 32, 0, true, rounding, c);
  });
}
Outcome to_s16(float value, unsigned fraction_bits) {
  return outcome(0, [&](Context& c) {
    const auto operand = std::bit_cast<std::uint32_t>(value);
    return to_fixed(operand, 16, fraction_bits, false, Rounding::zero, c);
  });
}
Outcome half_of(std::uint32_t single, std::uint32_t fpscr = 0) {
  return outcome(fpscr, [&](Context& c) { return single_to_half(single, c); });
}
Outcome single_of(std::uint16_t half, std::uint32_t fpscr = 0) {
  return outcome(fpscr, [&](Context& c) { return half_to_single(half, c); });
}

TEST(ToFixed, RoundsInEveryMode) {  // ARMv7-M ARM, pseudocode FPToFixed, FPToFixedDirected
  struct Row {
    float value;
    int nearest_even, plus_inf, minus_inf, zero, nearest_away;
  };
  for (const Row& row :
       {Row{2.5f, 2, 3, 2, 2, 3}, Row{3.5f, 4, 4, 3, 3, 4}, Row{-2.5f, -2, -2, -3, -2, -3},
        Row{0.5f, 0, 1, 0, 0, 1}, Row{-0.5f, 0, 0, -1, 0, -1}, Row{0.25f, 0, 1, 0, 0, 0},
        Row{-0.75f, -1, 0, -1, 0, -1}, Row{0x1p-149f, 0, 1, 0, 0, 0}}) {
    const std::array expected = {row.nearest_even, row.plus_inf, row.minus_inf, row.zero,
                                 row.nearest_away};
    for (const Rounding rounding : kAllModes) {
      const auto value = static_cast<std::uint32_t>(expected[static_cast<unsigned>(rounding)]);
      EXPECT_EQ(to_s32(row.value, rounding), (Outcome{value, kInexact})) << row.value;
    }
  }
  EXPECT_EQ(to_s32(-7.0f, Rounding::zero), (Outcome{0xFFFFFFF9}));
  EXPECT_EQ(to_s32(-0.0f, Rounding::minus_inf), (Outcome{0}));
}

TEST(ToFixed, SaturatesWithInvalidOperationAndNotInexact) {
  EXPECT_EQ(to_s32(0x1p31f, Rounding::zero), (Outcome{0x7FFFFFFF, kInvalidOperation}));
  EXPECT_EQ(to_s32(0x1.fffffep30f, Rounding::plus_inf), (Outcome{0x7FFFFF80}));
  EXPECT_EQ(to_s32(-0x1p31f, Rounding::zero), (Outcome{0x80000000}));
  EXPECT_EQ(to_s32(-0x1.000002p31f, Rounding::zero), (Outcome{0x80000000, kInvalidOperation}));
  EXPECT_EQ(to_s32(HUGE_VALF, Rounding::zero), (Outcome{0x7FFFFFFF, kInvalidOperation}));
  EXPECT_EQ(to_s32(-HUGE_VALF, Rounding::zero), (Outcome{0x80000000, kInvalidOperation}));
  EXPECT_EQ(to_u32(0x1p32f, Rounding::zero), (Outcome{0xFFFFFFFF, kInvalidOperation}));
  EXPECT_EQ(to_u32(-0.75f, Rounding::zero), (Outcome{0, kInexact}));
  EXPECT_EQ(to_u32(-0.75f, Rounding::nearest_even), (Outcome{0, kInvalidOperation}));
  EXPECT_EQ(to_u32(-1.0f, Rounding::zero), (Outcome{0, kInvalidOperation}));
  for (const std::uint32_t nan : {kNan, kInf | 1u, 0xFFC00000u}) {
    EXPECT_EQ(to_s32(std::bit_cast<float>(nan), Rounding::zero), (Outcome{0, kInvalidOperation}));
  }
}

TEST(ToFixed, FractionBitsAndSize) {
  EXPECT_EQ(to_s16(1.75f, 8), (Outcome{0x01C0}));
  EXPECT_EQ(to_s16(-1.75f, 8), (Outcome{0xFFFFFE40}));
  EXPECT_EQ(to_s16(128.0f, 8), (Outcome{0x7FFF, kInvalidOperation}));
  EXPECT_EQ(to_s16(-128.0f, 8), (Outcome{0xFFFF8000}));
  EXPECT_EQ(to_s16(0x1p-17f, 16), (Outcome{0, kInexact}));
  EXPECT_EQ(to_s16(-0.5f, 16), (Outcome{0xFFFF8000}));
}

TEST(ToFixed, FlushedOperandIsZeroWithInputDenormal) {
  EXPECT_EQ(to_s32(0x1p-149f, Rounding::plus_inf, kFlushToZero), (Outcome{0, kInputDenormal}));
}

TEST(FromFixed, RoundsOnce) {  // FixedToFP
  const auto signed_of = [](std::uint32_t value, unsigned size, unsigned bits, Rounding rounding) {
    return outcome(
        0, [&](Context& c) { return fixed_to_single(value, size, bits, false, rounding, c); });
  };
  EXPECT_EQ(signed_of(0, 32, 0, Rounding::minus_inf), (Outcome{0}));
  EXPECT_EQ(signed_of(0x80000000, 32, 0, Rounding::nearest_even), (Outcome{0xCF000000}));
  EXPECT_EQ(signed_of(0x01000001, 32, 0, Rounding::nearest_even), (Outcome{0x4B800000, kInexact}));
  EXPECT_EQ(signed_of(0x01000001, 32, 0, Rounding::plus_inf), (Outcome{0x4B800001, kInexact}));
  EXPECT_EQ(signed_of(0xFEFFFFFF, 32, 0, Rounding::minus_inf), (Outcome{0xCB800001, kInexact}));
  EXPECT_EQ(signed_of(0xABCD8000, 16, 16, Rounding::nearest_even), (Outcome{0xBF000000}));
  const auto unsigned_max = [](Rounding rounding) {
    return outcome(
        0, [&](Context& c) { return fixed_to_single(0xFFFFFFFF, 32, 32, true, rounding, c); });
  };
  EXPECT_EQ(unsigned_max(Rounding::nearest_even), (Outcome{0x3F800000, kInexact}));
  EXPECT_EQ(unsigned_max(Rounding::zero), (Outcome{0x3F7FFFFF, kInexact}));
}

TEST(FixedPoint, AgreesWithExactHostArithmetic) {
  constexpr std::uint64_t kSeed = 99;
  testing::OperandSource source(kSeed);
  for (unsigned i = 0; i < 500'000; ++i) {
    const std::uint32_t integer = source.integer();
    const unsigned bits = source.below(33);
    Context context{};
    // The fraction is exact in double precision, so the host rounds once, to nearest even.
    const double exact = std::ldexp(static_cast<double>(static_cast<std::int32_t>(integer)),
                                    -static_cast<int>(bits));
    const std::uint32_t single =
        fixed_to_single(integer, 32, bits, false, Rounding::nearest_even, context);
    ASSERT_EQ(std::bit_cast<float>(single), static_cast<float>(exact)) << integer << ' ' << bits;
    ASSERT_EQ(context.flags(),
              static_cast<double>(static_cast<float>(exact)) == exact ? 0u : kInexact);
    const std::uint64_t wide =
        fixed_to_double(integer, 32, bits, false, Rounding::nearest_even, context);
    ASSERT_EQ(std::bit_cast<double>(wide), exact);
    Context back{};
    ASSERT_EQ(to_fixed(wide, 32, bits, false, Rounding::zero, back), integer);
    ASSERT_EQ(back.flags(), 0u);
  }
}

TEST(HalfPrecision, EveryValueWidensExactly) {  // FPHalfToSingle, FPHalfToDouble
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const unsigned exponent = (bits >> 10) & 31;
    const unsigned fraction = bits & 0x3FF;
    const double sign = (bits & 0x8000) != 0 ? -1.0 : 1.0;
    for (const std::uint32_t fpscr :
         {0u, kFlushToZero, kAlternativeHalf, kAlternativeHalf | kDefaultNan}) {
      if (exponent == 31 && (fpscr & kAlternativeHalf) == 0) continue;
      const double value =
          sign * (exponent == 0 ? std::ldexp(fraction, -24)
                                : std::ldexp(1024 + fraction, static_cast<int>(exponent) - 25));
      const auto single = std::bit_cast<std::uint32_t>(static_cast<float>(value));
      ASSERT_EQ(single_of(half, fpscr), (Outcome{single})) << std::hex << bits;
      ASSERT_EQ(half_of(single, fpscr), (Outcome{bits}));
      Context context{fpscr};
      const std::uint64_t wide = half_to_double(half, context);
      ASSERT_EQ(wide, std::bit_cast<std::uint64_t>(value));
      ASSERT_EQ(double_to_half(wide, context), bits);
      ASSERT_EQ(context.flags(), 0u);
    }
  }
}

TEST(HalfPrecision, NansAndInfinities) {
  EXPECT_EQ(single_of(0x7C00), (Outcome{kInf}));
  EXPECT_EQ(single_of(0xFE01), (Outcome{0xFFC02000}));
  EXPECT_EQ(single_of(0xFC01), (Outcome{0xFFC02000, kInvalidOperation}));
  EXPECT_EQ(single_of(0xFC01, kDefaultNan), (Outcome{kNan, kInvalidOperation}));
  EXPECT_EQ(half_of(0xFFC02000), (Outcome{0xFE01}));
  EXPECT_EQ(half_of(0xFF800001), (Outcome{0xFE00, kInvalidOperation}));  // the payload is cut off
  EXPECT_EQ(half_of(0xFFC02000, kDefaultNan), (Outcome{0x7E00}));
  EXPECT_EQ(half_of(kInf), (Outcome{0x7C00}));
}

TEST(HalfPrecision, AlternativeFormatHasNoNanOrInfinity) {  // FPSingleToHalf; FPRound for N == 16
  EXPECT_EQ(single_of(0x7C00, kAlternativeHalf), (Outcome{0x47800000}));
  EXPECT_EQ(single_of(0xFFFF, kAlternativeHalf), (Outcome{0xC7FFE000}));
  EXPECT_EQ(half_of(0xFFC02000, kAlternativeHalf), (Outcome{0x8000, kInvalidOperation}));
  EXPECT_EQ(half_of(0xFF800001, kAlternativeHalf | kDefaultNan),
            (Outcome{0x8000, kInvalidOperation}));
  EXPECT_EQ(half_of(kInf, kAlternativeHalf), (Outcome{0x7FFF, kInvalidOperation}));
  EXPECT_EQ(half_of(0xC8000000, kAlternativeHalf),
            (Outcome{0xFFFF, kInvalidOperation}));  // not inexact
  EXPECT_EQ(half_of(0x47FFEFFF, kAlternativeHalf), (Outcome{0x7FFF, kInexact}));
  EXPECT_EQ(half_of(0x47FFF000, kAlternativeHalf), (Outcome{0x7FFF, kInvalidOperation}));
}

TEST(HalfPrecision, RoundingOverflowAndUnderflow) {
  EXPECT_EQ(half_of(0x477FF000), (Outcome{0x7C00, kOverflow | kInexact}));  // 65520, a tie
  EXPECT_EQ(half_of(0x477FF000, kTruncate), (Outcome{0x7BFF, kInexact}));
  EXPECT_EQ(half_of(0x47800000, kTruncate), (Outcome{0x7BFF, kOverflow | kInexact}));
  EXPECT_EQ(half_of(0x477FEFFF), (Outcome{0x7BFF, kInexact}));
  EXPECT_EQ(half_of(0x387FFFFF), (Outcome{0x0400, kUnderflow | kInexact}));  // tiny before rounding
  EXPECT_EQ(half_of(0x33000000), (Outcome{0, kUnderflow | kInexact}));       // 2^-25, a tie
  EXPECT_EQ(half_of(0x33000001), (Outcome{1, kUnderflow | kInexact}));
  EXPECT_EQ(half_of(0xB3000000, kDown), (Outcome{0x8001, kUnderflow | kInexact}));
}

// ARMv7-M ARM A2.5 (flush-to-zero): FZ leaves half-precision inputs and outputs alone, and flushes
// the single it is made from.
TEST(HalfPrecision, FlushToZero) {
  EXPECT_EQ(half_of(0x33800000, kFlushToZero), (Outcome{1}));
  EXPECT_EQ(half_of(0x33000001, kFlushToZero), (Outcome{1, kUnderflow | kInexact}));
  EXPECT_EQ(half_of(0x80000001, kFlushToZero), (Outcome{0x8000, kInputDenormal}));
  EXPECT_EQ(half_of(0x80000001), (Outcome{0x8000, kUnderflow | kInexact}));
}

TEST(DoubleToSingle, RoundsFlushesAndCutsPayloads) {  // FPDoubleToSingle, FPSingleToDouble
  const auto narrow = [](std::uint64_t value, std::uint32_t fpscr) {
    return outcome(fpscr, [&](Context& c) { return double_to_single(value, c); });
  };
  EXPECT_EQ(narrow(0x3FF0000010000000, 0), (Outcome{0x3F800000, kInexact}));
  EXPECT_EQ(narrow(0x3FF0000010000001, 0), (Outcome{0x3F800001, kInexact}));
  EXPECT_EQ(narrow(0x47F0000000000000, 0), (Outcome{kInf, kOverflow | kInexact}));
  EXPECT_EQ(narrow(0x380FFFFFFFFFFFFF, 0), (Outcome{0x00800000, kUnderflow | kInexact}));
  EXPECT_EQ(narrow(0x380FFFFFFFFFFFFF, kFlushToZero), (Outcome{0, kUnderflow}));
  EXPECT_EQ(narrow(0x8000000000000001, kFlushToZero), (Outcome{0x80000000, kInputDenormal}));
  EXPECT_EQ(narrow(0xFFF0000000000001, 0), (Outcome{0xFFC00000, kInvalidOperation}));
  EXPECT_EQ(narrow(0x7FF8000020000000, 0), (Outcome{0x7FC00001}));
  Context context{};
  EXPECT_EQ(single_to_double(1u, context), 0x36A0000000000000u);
  EXPECT_EQ(single_to_double(0xFF800001u, context), 0xFFF8000020000000u);
  EXPECT_EQ(context.flags(), kInvalidOperation);
}

TEST(RoundInt,
     KeepsSignsAndRaisesInexactOnlyIfExact) {  // ARMv7-M ARM (DDI0403E), pseudocode FPRoundInt
  const auto rounded = [](float value, Rounding rounding, bool exact, std::uint32_t fpscr = 0) {
    Context context{fpscr};
    const std::uint32_t bits =
        round_int(std::bit_cast<std::uint32_t>(value), rounding, exact, context);
    return Outcome{bits, context.flags()};
  };
  const auto bits = [](float value) { return std::uint64_t{std::bit_cast<std::uint32_t>(value)}; };
  EXPECT_EQ(rounded(2.5f, Rounding::nearest_even, true), (Outcome{bits(2.0f), kInexact}));
  EXPECT_EQ(rounded(2.5f, Rounding::nearest_away, false), (Outcome{bits(3.0f)}));
  EXPECT_EQ(rounded(-0.5f, Rounding::plus_inf, false), (Outcome{bits(-0.0f)}));
  EXPECT_EQ(rounded(-0.5f, Rounding::minus_inf, false), (Outcome{bits(-1.0f)}));
  EXPECT_EQ(rounded(-0.0f, Rounding::plus_inf, true), (Outcome{bits(-0.0f)}));
  EXPECT_EQ(rounded(0x1.fffffep22f, Rounding::plus_inf, true), (Outcome{bits(0x1p23f), kInexact}));
  EXPECT_EQ(rounded(0x1.000002p24f, Rounding::zero, true), (Outcome{bits(0x1.000002p24f)}));
  EXPECT_EQ(rounded(-HUGE_VALF, Rounding::zero, true), (Outcome{bits(-HUGE_VALF)}));
  EXPECT_EQ(rounded(0x1p-149f, Rounding::plus_inf, true), (Outcome{bits(1.0f), kInexact}));
  EXPECT_EQ(rounded(0x1p-149f, Rounding::plus_inf, true, kFlushToZero),
            (Outcome{0, kInputDenormal}));
  Context context{};
  EXPECT_EQ(round_int(0xFF800001u, Rounding::zero, false, context), 0xFFC00001u);
  EXPECT_EQ(context.flags(), kInvalidOperation);
}

TEST(MaxMinNum, NumbersBeatQuietNans) {  // ARMv7-M ARM (DDI0403E), pseudocode FPMaxNum, FPMinNum
  constexpr std::uint32_t kOne = 0x3F800000;
  constexpr std::uint32_t kMinusZero = 0x80000000;
  const auto max_of = [](std::uint32_t a, std::uint32_t b, std::uint32_t fpscr = 0) {
    return outcome(fpscr, [&](Context& c) { return max_num(a, b, c); });
  };
  const auto min_of = [](std::uint32_t a, std::uint32_t b, std::uint32_t fpscr = 0) {
    return outcome(fpscr, [&](Context& c) { return min_num(a, b, c); });
  };
  EXPECT_EQ(max_of(kNan, kOne), (Outcome{kOne}));
  EXPECT_EQ(min_of(kOne, kNan, kDefaultNan), (Outcome{kOne}));
  EXPECT_EQ(max_of(kNan | 1, kNan | 2), (Outcome{kNan | 1}));
  EXPECT_EQ(max_of(kNan | 1, kInf | 2), (Outcome{kNan | 2, kInvalidOperation}));
  EXPECT_EQ(min_of(kOne, kInf | 2), (Outcome{kNan | 2, kInvalidOperation}));
  EXPECT_EQ(max_of(0, kMinusZero), (Outcome{0}));
  EXPECT_EQ(max_of(kMinusZero, 0), (Outcome{0}));
  EXPECT_EQ(min_of(0, kMinusZero), (Outcome{kMinusZero}));
  EXPECT_EQ(max_of(neg(kOne), neg(kInf)), (Outcome{neg(kOne)}));
  EXPECT_EQ(min_of(neg(kOne), kInf), (Outcome{neg(kOne)}));
  EXPECT_EQ(max_of(1, kNan, kFlushToZero), (Outcome{0, kInputDenormal}));
  EXPECT_EQ(min_of(kMinusZero | 1, kOne, kFlushToZero), (Outcome{kMinusZero, kInputDenormal}));
}

}  // namespace
}  // namespace mcost::fp
