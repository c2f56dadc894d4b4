// Directed cases for the arithmetic, each from the pseudocode it names. Only the integer path can
// run here unless a test sets IXC.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <map>
#include <sstream>
#include <string>

#include "sim_core/fp/fp.h"
#include "sim_core/fp/kernel.h"

namespace mcost::fp {
namespace {

constexpr std::uint32_t kNearest = 0;
constexpr std::uint32_t kUp = 1u << kRModeShift;
constexpr std::uint32_t kDown = 2u << kRModeShift;
constexpr std::uint32_t kTruncate = 3u << kRModeShift;

constexpr std::uint32_t kOne = 0x3F800000;
constexpr std::uint32_t kMinusZero = 0x80000000;
constexpr std::uint32_t kMin = 0x00800000;
constexpr std::uint32_t kMax = 0x7F7FFFFF;
constexpr std::uint32_t kInf = 0x7F800000;
constexpr std::uint32_t kQuietA = 0x7FC0AAAA;
constexpr std::uint32_t kQuietB = 0xFFC0BBBB;
constexpr std::uint32_t kQuietC = 0x7FC0CCCC;
constexpr std::uint32_t kSignalA = 0x7F80AAAA;
constexpr std::uint32_t kSignalB = 0xFF80BBBB;
constexpr std::uint32_t kSignalC = 0x7F80CCCC;
constexpr std::uint32_t kQuiet = 0x00400000;
constexpr std::uint32_t kNan = 0x7FC00000;

/// A value and the flags raised beside it.
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
template <typename Bits>
Outcome add_of(Bits a, Bits b, std::uint32_t fpscr = 0) {
  return outcome(fpscr, [&](Context& c) { return add(a, b, c); });
}
template <typename Bits>
Outcome sub_of(Bits a, Bits b, std::uint32_t fpscr = 0) {
  return outcome(fpscr, [&](Context& c) { return sub(a, b, c); });
}
template <typename Bits>
Outcome mul_of(Bits a, Bits b, std::uint32_t fpscr = 0) {
  return outcome(fpscr, [&](Context& c) { return mul(a, b, c); });
}
template <typename Bits>
Outcome div_of(Bits a, Bits b, std::uint32_t fpscr = 0) {
  return outcome(fpscr, [&](Context& c) { return div(a, b, c); });
}
template <typename Bits>
Outcome sqrt_of(Bits a, std::uint32_t fpscr = 0) {
  return outcome(fpscr, [&](Context& c) { return sqrt(a, c); });
}
template <typename Bits>
Outcome mul_add_of(Bits addend, Bits a, Bits b, std::uint32_t fpscr = 0) {
  return outcome(fpscr, [&](Context& c) { return mul_add(addend, a, b, c); });
}
template <typename Bits>
Outcome compare_of(Bits a, Bits b, bool quiet_nan_exc, std::uint32_t fpscr = 0) {
  return outcome(fpscr, [&](Context& c) { return compare(a, b, quiet_nan_exc, c); });
}

// Tables over all pairs of special values: d and n are the smallest subnormal and normal, M the
// largest number, q and s a quiet and a signalling NaN, S the latter made quiet, dn the default
// NaN. After the slash: I IOC, Z DZC, O OFC, U UFC, X IXC. Rows are op1, columns op2.
const std::map<std::string, std::uint32_t> kNames = {
    {"+0", 0},          {"-0", 0x80000000}, {"+d", 1},          {"-d", 0x80000001},
    {"+n", 0x00800000}, {"-n", 0x80800000}, {"+1", 0x3F800000}, {"-1", 0xBF800000},
    {"+M", 0x7F7FFFFF}, {"-M", 0xFF7FFFFF}, {"+inf", kInf},     {"-inf", 0xFF800000},
    {"q", 0x7FC00001},  {"s", 0xFF800001},  {"S", 0xFFC00001},  {"dn", kNan}};
constexpr std::array kOperands = {"+0", "-0",   "+d",   "-n", "+1", "-1",
                                  "+M", "+inf", "-inf", "q",  "s"};
using Table = std::array<const char*, kOperands.size()>;

Outcome parse(const std::string& text) {
  const std::string::size_type slash = text.find('/');
  const std::string value = text.substr(0, slash);
  Outcome result{kNames.contains(value) ? kNames.at(value) : std::stoul(value, nullptr, 16)};
  const std::string letters = slash == std::string::npos ? "" : text.substr(slash + 1);
  for (const char letter : letters) result.flags |= 1u << std::string("IZOUX").find(letter);
  return result;
}

template <typename Operation>
void expect_table(const Table& table, Operation operation) {
  for (std::size_t row = 0; row < kOperands.size(); ++row) {
    std::istringstream cells(table[row]);
    for (const char* column : kOperands) {
      std::string cell;
      cells >> cell;
      EXPECT_EQ(operation(kNames.at(kOperands[row]), kNames.at(column)), parse(cell))
          << kOperands[row] << " by " << column << ", expected " << cell;
    }
  }
}

// clang-format off
constexpr Table kAddTable = {
    "+0   +0   +d       -n       +1       -1       +M      +inf -inf q   S/I",  // +0
    "+0   -0   +d       -n       +1       -1       +M      +inf -inf q   S/I",  // -0
    "+d   +d   00000002 807fffff +1/X     -1/X     +M/X    +inf -inf q   S/I",  // +d
    "-n   -n   807fffff 81000000 +1/X     -1/X     +M/X    +inf -inf q   S/I",  // -n
    "+1   +1   +1/X     +1/X     40000000 +0       +M/X    +inf -inf q   S/I",  // +1
    "-1   -1   -1/X     -1/X     +0       c0000000 +M/X    +inf -inf q   S/I",  // -1
    "+M   +M   +M/X     +M/X     +M/X     +M/X     +inf/OX +inf -inf q   S/I",  // +M
    "+inf +inf +inf     +inf     +inf     +inf     +inf    +inf dn/I q   S/I",  // +inf
    "-inf -inf -inf     -inf     -inf     -inf     -inf    dn/I -inf q   S/I",  // -inf
    "q    q    q        q        q        q        q       q    q    q   S/I",  // q
    "S/I  S/I  S/I      S/I      S/I      S/I      S/I     S/I  S/I  S/I S/I",  // s
};
constexpr Table kSubTable = {
    "+0   +0   -d       +n       -1       +1       -M   -inf +inf q   S/I",  // +0
    "-0   +0   -d       +n       -1       +1       -M   -inf +inf q   S/I",  // -0
    "+d   +d   +0       00800001 -1/X     +1/X     -M/X -inf +inf q   S/I",  // +d
    "-n   -n   80800001 +0       -1/X     +1/X     -M/X -inf +inf q   S/I",  // -n
    "+1   +1   +1/X     +1/X     +0       40000000 -M/X -inf +inf q   S/I",  // +1
    "-1   -1   -1/X     -1/X     c0000000 +0       -M/X -inf +inf q   S/I",  // -1
    "+M   +M   +M/X     +M/X     +M/X     +M/X     +0   -inf +inf q   S/I",  // +M
    "+inf +inf +inf     +inf     +inf     +inf     +inf dn/I +inf q   S/I",  // +inf
    "-inf -inf -inf     -inf     -inf     -inf     -inf -inf dn/I q   S/I",  // -inf
    "q    q    q        q        q        q        q    q    q    q   S/I",  // q
    "S/I  S/I  S/I      S/I      S/I      S/I      S/I  S/I  S/I  S/I S/I",  // s
};
constexpr Table kMulTable = {
    "+0   -0   +0       -0       +0   -0   +0       dn/I dn/I q   S/I",  // +0
    "-0   +0   -0       +0       -0   +0   -0       dn/I dn/I q   S/I",  // -0
    "+0   -0   +0/UX    -0/UX    +d   -d   34ffffff +inf -inf q   S/I",  // +d
    "-0   +0   -0/UX    +0/UX    -n   +n   c07fffff -inf +inf q   S/I",  // -n
    "+0   -0   +d       -n       +1   -1   +M       +inf -inf q   S/I",  // +1
    "-0   +0   -d       +n       -1   +1   -M       -inf +inf q   S/I",  // -1
    "+0   -0   34ffffff c07fffff +M   -M   +inf/OX  +inf -inf q   S/I",  // +M
    "dn/I dn/I +inf     -inf     +inf -inf +inf     +inf -inf q   S/I",  // +inf
    "dn/I dn/I -inf     +inf     -inf +inf -inf     -inf +inf q   S/I",  // -inf
    "q    q    q        q        q    q    q        q    q    q   S/I",  // q
    "S/I  S/I  S/I      S/I      S/I  S/I  S/I      S/I  S/I  S/I S/I",  // s
};
constexpr Table kDivTable = {
    "dn/I   dn/I   +0       -0       +0   -0   +0          +0   -0   q   S/I",  // +0
    "dn/I   dn/I   -0       +0       -0   +0   -0          -0   +0   q   S/I",  // -0
    "+inf/Z -inf/Z +1       b4000000 +d   -d   +0/UX       +0   -0   q   S/I",  // +d
    "-inf/Z +inf/Z cb000000 +1       -n   +n   -0/UX       -0   +0   q   S/I",  // -n
    "+inf/Z -inf/Z +inf/OX  fe800000 +1   -1   00200000/UX +0   -0   q   S/I",  // +1
    "-inf/Z +inf/Z -inf/OX  7e800000 -1   +1   80200000/UX -0   +0   q   S/I",  // -1
    "+inf/Z -inf/Z +inf/OX  -inf/OX  +M   -M   +1          +0   -0   q   S/I",  // +M
    "+inf   -inf   +inf     -inf     +inf -inf +inf        dn/I dn/I q   S/I",  // +inf
    "-inf   +inf   -inf     +inf     -inf +inf -inf        dn/I dn/I q   S/I",  // -inf
    "q      q      q        q        q    q    q           q    q    q   S/I",  // q
    "S/I    S/I    S/I      S/I      S/I  S/I  S/I         S/I  S/I  S/I S/I",  // s
};
// clang-format on

TEST(SpecialPairs, Add) {  // ARMv7-M ARM, pseudocode FPAdd
  expect_table(kAddTable, [](std::uint32_t a, std::uint32_t b) { return add_of(a, b); });
}
TEST(SpecialPairs, Sub) {  // FPSub
  expect_table(kSubTable, [](std::uint32_t a, std::uint32_t b) { return sub_of(a, b); });
}
TEST(SpecialPairs, Mul) {  // FPMul
  expect_table(kMulTable, [](std::uint32_t a, std::uint32_t b) { return mul_of(a, b); });
}
TEST(SpecialPairs, Div) {  // FPDiv
  expect_table(kDivTable, [](std::uint32_t a, std::uint32_t b) { return div_of(a, b); });
}

// ARMv7-M ARM, pseudocode FPProcessNaNs: the first signalling operand, else the first quiet one;
// sign and payload stay.
TEST(NanProcessing, SignallingBeforeQuietThenOperandOrder) {
  EXPECT_EQ(add_of(kQuietA, kQuietB), (Outcome{kQuietA}));
  EXPECT_EQ(add_of(kOne, kQuietB), (Outcome{kQuietB}));
  EXPECT_EQ(add_of(kQuietA, kSignalB), (Outcome{kSignalB | kQuiet, kInvalidOperation}));
  EXPECT_EQ(mul_of(kSignalA, kSignalB), (Outcome{kSignalA | kQuiet, kInvalidOperation}));
  EXPECT_EQ(div_of(kQuietB, kInf), (Outcome{kQuietB}));
  EXPECT_EQ(sub_of(kOne, kQuietB), (Outcome{kQuietB}));  // not negated
  EXPECT_EQ(sqrt_of(kSignalB), (Outcome{kSignalB | kQuiet, kInvalidOperation}));
}

TEST(NanProcessing, DefaultNanModeKeepsTheException) {  // FPProcessNaN
  EXPECT_EQ(add_of(kQuietB, kOne, kDefaultNan), (Outcome{kNan}));
  EXPECT_EQ(add_of(kOne, kSignalB, kDefaultNan), (Outcome{kNan, kInvalidOperation}));
  EXPECT_EQ(mul_add_of(kQuietB, kOne, kOne, kDefaultNan), (Outcome{kNan}));
}

TEST(NanProcessing, MulAddTakesTheAddendFirst) {  // FPProcessNaNs3(addend, op1, op2)
  EXPECT_EQ(mul_add_of(kQuietA, kQuietB, kQuietC), (Outcome{kQuietA}));
  EXPECT_EQ(mul_add_of(kOne, kQuietB, kQuietC), (Outcome{kQuietB}));
  EXPECT_EQ(mul_add_of(kQuietA, kQuietB, kSignalC),
            (Outcome{kSignalC | kQuiet, kInvalidOperation}));
  EXPECT_EQ(mul_add_of(kQuietA, kSignalB, kSignalC),
            (Outcome{kSignalB | kQuiet, kInvalidOperation}));
  EXPECT_EQ(mul_add_of(kSignalA, kSignalB, kSignalC),
            (Outcome{kSignalA | kQuiet, kInvalidOperation}));
}

// FPMulAdd: a quiet addend does not hide the multiply of zero by infinity; a signalling one is
// processed as a NaN.
TEST(NanProcessing, MulAddOfZeroByInfinity) {
  for (const std::uint32_t addend : {kQuietA, kOne, kInf, kMinusZero}) {
    EXPECT_EQ(mul_add_of(addend, std::uint32_t{0}, kInf), (Outcome{kNan, kInvalidOperation}));
    EXPECT_EQ(mul_add_of(addend, neg(kInf), kMinusZero), (Outcome{kNan, kInvalidOperation}));
  }
  EXPECT_EQ(mul_add_of(kSignalB, std::uint32_t{0}, kInf),
            (Outcome{kSignalB | kQuiet, kInvalidOperation}));
  // A subnormal factor flushed to zero counts as zero.
  EXPECT_EQ(mul_add_of(kOne, std::uint32_t{1}, kInf, kFlushToZero),
            (Outcome{kNan, kInvalidOperation | kInputDenormal}));
}

// FPRound: 1 + 2^-24 is a tie, 1 + 3 * 2^-24 the next one.
TEST(Rounding, TiesAndDirectedModes) {
  constexpr std::uint32_t kHalfUlp = 0x33800000;
  constexpr std::uint32_t kNext = kOne + 1;
  struct Row {
    std::uint32_t mode, tie_at_even, tie_at_odd, negative_tie_at_even;
  };
  for (const Row& row :
       {Row{kNearest, kOne, kOne + 2, neg(kOne)}, Row{kUp, kOne + 1, kOne + 2, neg(kOne)},
        Row{kDown, kOne, kOne + 1, neg(kOne + 1)}, Row{kTruncate, kOne, kOne + 1, neg(kOne)}}) {
    EXPECT_EQ(add_of(kOne, kHalfUlp, row.mode), (Outcome{row.tie_at_even, kInexact}));
    EXPECT_EQ(add_of(kNext, kHalfUlp, row.mode), (Outcome{row.tie_at_odd, kInexact}));
    EXPECT_EQ(add_of(neg(kOne), neg(kHalfUlp), row.mode),
              (Outcome{row.negative_tie_at_even, kInexact}));
  }
  // Just above a tie, by a term far below the last place.
  EXPECT_EQ(mul_add_of(kOne, kHalfUlp, kNext), (Outcome{kOne + 1, kInexact}));
  EXPECT_EQ(mul_add_of(kOne, kHalfUlp, kOne - 1), (Outcome{kOne, kInexact}));
}

// FPRound sees the exact sum, however far apart the terms are.
TEST(Rounding, DistantTermsStillCount) {
  for (unsigned distance = 30; distance <= 126; ++distance) {
    const std::uint32_t term = (127 - distance) << 23;
    EXPECT_EQ(add_of(kOne, term, kUp), (Outcome{kOne + 1, kInexact})) << distance;
    EXPECT_EQ(sub_of(kOne, term, kTruncate), (Outcome{kOne - 1, kInexact})) << distance;
    EXPECT_EQ(mul_add_of(neg(kOne), term, kOne, kUp), (Outcome{neg(kOne - 1), kInexact}))
        << distance;
  }
  for (unsigned distance = 60; distance <= 1022; ++distance) {
    constexpr std::uint64_t kOneD = 0x3FF0000000000000;
    const std::uint64_t term = std::uint64_t{1023 - distance} << 52;
    EXPECT_EQ(add_of(kOneD, term, kUp), (Outcome{kOneD + 1, kInexact})) << distance;
    EXPECT_EQ(mul_add_of(neg(kOneD), term, kOneD, kUp), (Outcome{neg(kOneD - 1), kInexact}))
        << distance;
  }
}

TEST(Rounding, OverflowGivesInfinityOrTheLargestNumber) {  // FPRound, overflow_to_inf
  constexpr std::uint32_t kFlags = kOverflow | kInexact;
  EXPECT_EQ(mul_of(kMax, kMax, kNearest), (Outcome{kInf, kFlags}));
  EXPECT_EQ(mul_of(kMax, kMax, kUp), (Outcome{kInf, kFlags}));
  EXPECT_EQ(mul_of(kMax, kMax, kDown), (Outcome{kMax, kFlags}));
  EXPECT_EQ(mul_of(kMax, kMax, kTruncate), (Outcome{kMax, kFlags}));
  EXPECT_EQ(mul_of(kMax, neg(kMax), kNearest), (Outcome{neg(kInf), kFlags}));
  EXPECT_EQ(mul_of(kMax, neg(kMax), kUp), (Outcome{neg(kMax), kFlags}));
  EXPECT_EQ(mul_of(kMax, neg(kMax), kDown), (Outcome{neg(kInf), kFlags}));
  EXPECT_EQ(mul_of(kMax, neg(kMax), kTruncate), (Outcome{neg(kMax), kFlags}));
  // Half a unit of the last place of the largest number: a tie that rounds away; less does not.
  EXPECT_EQ(add_of(kMax, std::uint32_t{0x73000000}), (Outcome{kInf, kFlags}));
  EXPECT_EQ(add_of(kMax, std::uint32_t{0x72FFFFFF}), (Outcome{kMax, kInexact}));
}

TEST(Rounding, ExactZeroSumIsNegativeOnlyTowardsMinusInfinity) {  // FPAdd, FPMulAdd
  for (const std::uint32_t mode : {kNearest, kUp, kDown, kTruncate}) {
    const std::uint32_t zero = mode == kDown ? kMinusZero : 0;
    EXPECT_EQ(add_of(kOne, neg(kOne), mode), (Outcome{zero}));
    EXPECT_EQ(sub_of(kOne, kOne, mode), (Outcome{zero}));
    EXPECT_EQ(add_of(std::uint32_t{0}, kMinusZero, mode), (Outcome{zero}));
    EXPECT_EQ(add_of(kMinusZero, kMinusZero, mode), (Outcome{kMinusZero}));
    EXPECT_EQ(sub_of(std::uint32_t{0}, kMinusZero, mode), (Outcome{0}));
    EXPECT_EQ(mul_add_of(neg(kOne), kOne, kOne, mode), (Outcome{zero}));
    EXPECT_EQ(mul_add_of(std::uint32_t{0}, kMinusZero, kOne, mode), (Outcome{zero}));
    EXPECT_EQ(mul_add_of(kMinusZero, kMinusZero, kOne, mode), (Outcome{kMinusZero}));
  }
}

// ARMv7-M ARM A2.5 (underflow) and FPRound: tininess is detected before rounding, and underflow
// needs an inexact result.
TEST(Underflow, TininessIsDetectedBeforeRounding) {
  constexpr std::uint32_t kBelowOne = kOne - 1;
  EXPECT_EQ(mul_of(kMin, kBelowOne), (Outcome{kMin, kUnderflow | kInexact}));
  EXPECT_EQ(mul_of(kMin, kBelowOne, kTruncate), (Outcome{kMin - 1, kUnderflow | kInexact}));
  EXPECT_EQ(mul_of(kMin, kBelowOne, kInexact),
            (Outcome{kMin, kUnderflow | kInexact}));                         // host path shut
  EXPECT_EQ(mul_of(kMin, std::uint32_t{0x3F000000}), (Outcome{kMin >> 1}));  // exact
  EXPECT_EQ(mul_of(std::uint32_t{1}, std::uint32_t{0x3F000000}, kUp),
            (Outcome{1, kUnderflow | kInexact}));
  EXPECT_EQ(mul_of(std::uint32_t{1}, std::uint32_t{0x3F000001}),
            (Outcome{1, kUnderflow | kInexact}));
  EXPECT_EQ(mul_of(std::uint32_t{1}, std::uint32_t{0x3F000000}),
            (Outcome{0, kUnderflow | kInexact}));
}

// ARMv7-M ARM A2.5 (flush-to-zero) and FPRound: a tiny result becomes zero before rounding, exact
// or not, and only UFC is raised.
TEST(FlushToZero, Results) {
  EXPECT_EQ(mul_of(kMin, kOne - 1, kFlushToZero), (Outcome{0, kUnderflow}));
  EXPECT_EQ(mul_of(neg(kMin), kOne - 1, kFlushToZero), (Outcome{kMinusZero, kUnderflow}));
  EXPECT_EQ(mul_of(kMin, std::uint32_t{0x3F000000}, kFlushToZero), (Outcome{0, kUnderflow}));
  EXPECT_EQ(sub_of(kMin + 1, kMin, kFlushToZero), (Outcome{0, kUnderflow}));
  EXPECT_EQ(mul_of(neg(kMin), std::uint32_t{0x3F000000}, kFlushToZero | kDown),
            (Outcome{kMinusZero, kUnderflow}));
  EXPECT_EQ(sub_of(kMin << 1, kMin, kFlushToZero), (Outcome{kMin}));
}

TEST(FlushToZero, OperandsRaiseInputDenormalAndNothingElse) {  // FPUnpack
  constexpr std::uint32_t kSub = 0x007FFFFF;
  EXPECT_EQ(add_of(kSub, kOne, kFlushToZero), (Outcome{kOne, kInputDenormal}));
  EXPECT_EQ(add_of(neg(kSub), kMinusZero, kFlushToZero), (Outcome{kMinusZero, kInputDenormal}));
  EXPECT_EQ(div_of(kOne, kSub, kFlushToZero), (Outcome{kInf, kDivideByZero | kInputDenormal}));
  EXPECT_EQ(div_of(kSub, kSub, kFlushToZero), (Outcome{kNan, kInvalidOperation | kInputDenormal}));
  EXPECT_EQ(mul_of(kSub, kInf, kFlushToZero), (Outcome{kNan, kInvalidOperation | kInputDenormal}));
  EXPECT_EQ(sqrt_of(neg(kSub), kFlushToZero), (Outcome{kMinusZero, kInputDenormal}));
  EXPECT_EQ(add_of(kSub, kQuietA, kFlushToZero), (Outcome{kQuietA, kInputDenormal}));
  EXPECT_EQ(abs(neg(kSub)), kSub);
}

TEST(SquareRoot, SpecialOperands) {  // FPSqrt
  EXPECT_EQ(sqrt_of(std::uint32_t{0}), (Outcome{0}));
  EXPECT_EQ(sqrt_of(kMinusZero), (Outcome{kMinusZero}));
  EXPECT_EQ(sqrt_of(kInf), (Outcome{kInf}));
  EXPECT_EQ(sqrt_of(neg(kInf)), (Outcome{kNan, kInvalidOperation}));
  EXPECT_EQ(sqrt_of(neg(kOne)), (Outcome{kNan, kInvalidOperation}));
  EXPECT_EQ(sqrt_of(std::uint32_t{0x80000001}), (Outcome{kNan, kInvalidOperation}));
  EXPECT_EQ(sqrt_of(std::uint32_t{0x40800000}), (Outcome{0x40000000}));
  EXPECT_EQ(sqrt_of(std::uint32_t{0x40000000}), (Outcome{0x3FB504F3, kInexact}));
  EXPECT_EQ(sqrt_of(std::uint32_t{0x40000000}, kUp), (Outcome{0x3FB504F4, kInexact}));
  EXPECT_EQ(sqrt_of(std::uint32_t{2}), (Outcome{0x1A800000}));
  EXPECT_EQ(sqrt_of(kMax), (Outcome{0x5F7FFFFF, kInexact}));
}

TEST(Compare, ConditionFlags) {  // FPCompare
  EXPECT_EQ(compare_of(kOne, kOne, false), (Outcome{0b0110}));
  EXPECT_EQ(compare_of(std::uint32_t{0}, kMinusZero, true), (Outcome{0b0110}));
  EXPECT_EQ(compare_of(kMinusZero, std::uint32_t{1}, true), (Outcome{0b1000}));
  EXPECT_EQ(compare_of(neg(kInf), kInf, true), (Outcome{0b1000}));
  EXPECT_EQ(compare_of(neg(kOne), neg(kMax), true), (Outcome{0b0010}));
  EXPECT_EQ(compare_of(kOne, neg(kOne), true), (Outcome{0b0010}));
  EXPECT_EQ(compare_of(kOne, kQuietA, false), (Outcome{0b0011}));
  EXPECT_EQ(compare_of(kOne, kQuietA, true), (Outcome{0b0011, kInvalidOperation}));
  EXPECT_EQ(compare_of(kSignalA, kQuietB, false), (Outcome{0b0011, kInvalidOperation}));
  EXPECT_EQ(compare_of(std::uint32_t{1}, std::uint32_t{0x80000002}, true, kFlushToZero),
            (Outcome{0b0110, kInputDenormal}));
  Context context{kInexact | kConditionFlags | kDefaultNan};
  context.set_condition_flags(0b0010);
  EXPECT_EQ(context.fpscr, kInexact | kDefaultNan | 0x20000000);
}

TEST(Flags, Accumulate) {  // ARMv7-M ARM A2.5, FPSCR: cumulative, cleared by software only
  Context context{0};
  EXPECT_EQ(div(kOne, std::uint32_t{0}, context), kInf);
  EXPECT_EQ(add(kMax, kMax, context), kInf);
  EXPECT_EQ(sqrt(neg(kOne), context), kNan);
  EXPECT_EQ(add(kOne, kOne, context), 0x40000000u);
  EXPECT_EQ(context.flags(), kDivideByZero | kOverflow | kInexact | kInvalidOperation);
}

TEST(DoublePrecision, SameRulesInTheWideFormat) {
  constexpr std::uint64_t kOneD = 0x3FF0000000000000;
  constexpr std::uint64_t kMinD = 0x0010000000000000;
  constexpr std::uint64_t kNanD = 0x7FF8000000000000;
  EXPECT_EQ(add_of(kOneD, std::uint64_t{0x3CA0000000000000}), (Outcome{kOneD, kInexact}));
  EXPECT_EQ(add_of(kOneD, std::uint64_t{0x3CA0000000000000}, kUp), (Outcome{kOneD + 1, kInexact}));
  EXPECT_EQ(mul_of(kMinD, kOneD - 1), (Outcome{kMinD, kUnderflow | kInexact}));
  EXPECT_EQ(mul_of(kMinD, kOneD - 1, kFlushToZero), (Outcome{0, kUnderflow}));
  EXPECT_EQ(div_of(kOneD, std::uint64_t{0x4008000000000000}),
            (Outcome{0x3FD5555555555555, kInexact}));
  EXPECT_EQ(sqrt_of(std::uint64_t{0x4000000000000000}), (Outcome{0x3FF6A09E667F3BCD, kInexact}));
  EXPECT_EQ(sqrt_of(neg(kOneD)), (Outcome{kNanD, kInvalidOperation}));
  EXPECT_EQ(mul_add_of(neg(kOneD), kOneD + 1, kOneD + 1), (Outcome{0x3CC0000000000000, kInexact}));
  EXPECT_EQ(compare_of(kOneD, kNanD, true), (Outcome{0b0011, kInvalidOperation}));
}

constexpr std::uint32_t constant_third() {
  Context context{};
  return kernel::div<Binary32>(0x3F800000, 0x40400000, context);
}
static_assert(constant_third() == 0x3EAAAAAB, "the kernels are usable in constant expressions");

}  // namespace
}  // namespace mcost::fp
