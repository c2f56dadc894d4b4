// What M0, M3, M7 and M33 have otherwise than the M4, at places that random programs seldom meet or
// Unicorn does not model. Expected values come from the pseudocode of the ARMv6-M, ARMv7-M and
// ARMv8-M ARMs, worked by hand.
#include <gtest/gtest.h>

#include <vector>

#include "tests/oracle/snippet.h"

namespace mcost::oracle {
namespace {

using engine::FaultKind;

void check_all(isa::FeatureSet features, const std::vector<Snippet>& snippets,
               const Preparation& prepare = {}) {
  for (const Snippet& snippet : snippets) EXPECT_EQ(check(snippet, prepare, features), "");
}

// A double D<n> is S<2n> (low) and S<2n+1>.
constexpr std::uint32_t kD0Low = kS0, kD0High = kS0 + 1;
constexpr std::uint32_t kD1Low = kS0 + 2, kD1High = kS0 + 3;
constexpr std::uint32_t kD2Low = kS0 + 4, kD2High = kS0 + 5;
constexpr std::uint32_t kInvalid = 1, kDivideByZero = 2, kUnderflow = 8, kInexact = 0x10,
                        kInputDenormal = 0x80;
constexpr std::uint32_t kDefaultNan = 1u << 25, kFlushToZero = 1u << 24;
constexpr std::uint32_t kRoundUp = 1u << 22;

TEST(DirectedDouble, Arithmetic) {
  check_all(isa::kCortexM7Dp,
            {{"vadd.f64 d0, d1, d2: 1 + 2",
              {0xEE310B02},
              {{kD1High, 0x3FF00000}, {kD2High, 0x40000000}},
              {{kD0Low, 0}, {kD0High, 0x40080000}, {kFpscr, 0}}},
             {"vsub.f64 d0, d1, d1: +0 but towards minus infinity",
              {0xEE310B41},
              {{kD1High, 0x3FF00000}, {kFpscr, 2u << 22}},
              {{kD0Low, 0}, {kD0High, 0x80000000}, {kFpscr, 2u << 22}}},
             {"vdiv.f64 d0, d1, d2: 1 / 0",
              {0xEE810B02},
              {{kD1High, 0x3FF00000}},
              {{kD0High, 0x7FF00000}, {kFpscr, kDivideByZero}}},
             {"vsqrt.f64 d0, d1: of 2",
              {0xEEB10BC1},
              {{kD1High, 0x40000000}},
              {{kD0Low, 0x667F3BCD}, {kD0High, 0x3FF6A09E}, {kFpscr, kInexact}}},
             {"vnmul.f64 d0, d1, d2: -(1 * 2)",
              {0xEE210B42},
              {{kD1High, 0x3FF00000}, {kD2High, 0x40000000}},
              {{kD0High, 0xC0000000}}},
             {"vmul.f64 d0, d1, d2: flushed operand",
              {0xEE210B02},
              {{kD1Low, 1}, {kD2High, 0x7FE00000}, {kFpscr, kFlushToZero}},
              {{kD0Low, 0}, {kD0High, 0}, {kFpscr, kFlushToZero | kInputDenormal}}},
             {"vmul.f64 d0, d1, d2: flushed result",
              {0xEE210B02},
              {{kD1High, 0x00100000}, {kD2High, 0x3FE00000}, {kFpscr, kFlushToZero}},
              {{kD0Low, 0}, {kD0High, 0}, {kFpscr, kFlushToZero | kUnderflow}}},
             {"vneg.f64 d0, d1: of a signalling NaN, no exception",
              {0xEEB10B41},
              {{kD1Low, 1}, {kD1High, 0x7FF00000}},
              {{kD0Low, 1}, {kD0High, 0xFFF00000}, {kFpscr, 0}}}});
}

/// (1 + 2^-30)^2 - (1 + 2^-29) is 2^-60 if rounded once and 0 if the product is rounded first.
TEST(DirectedDouble, FusedAndChainedMultiplyAdd) {
  const std::vector<Value> given{{kD0Low, 0x00800000}, {kD0High, 0xBFF00000},
                                 {kD1Low, 0x00400000}, {kD1High, 0x3FF00000},
                                 {kD2Low, 0x00400000}, {kD2High, 0x3FF00000}};
  check_all(isa::kCortexM7Dp, {{"vfma.f64 d0, d1, d2",
                                {0xEEA10B02},
                                given,
                                {{kD0Low, 0}, {kD0High, 0x3C300000}, {kFpscr, 0}}},
                               {"vmla.f64 d0, d1, d2",
                                {0xEE010B02},
                                given,
                                {{kD0Low, 0}, {kD0High, 0}, {kFpscr, kInexact}}},
                               {"vfms.f64 d0, d1, d2: the first factor of a NaN is negated",
                                {0xEEA10B42},
                                {{kD1Low, 5}, {kD1High, 0x7FF80000}},
                                {{kD0Low, 5}, {kD0High, 0xFFF80000}, {kFpscr, 0}}}});
}

TEST(DirectedDouble, NotANumber) {
  check_all(isa::kCortexM7Dp,
            {{"vadd.f64 d0, d1, d2: a signalling NaN comes before a quiet one",
              {0xEE310B02},
              {{kD1Low, 7}, {kD1High, 0x7FF80000}, {kD2Low, 1}, {kD2High, 0xFFF00000}},
              {{kD0Low, 1}, {kD0High, 0xFFF80000}, {kFpscr, kInvalid}}},
             {"vadd.f64 d0, d1, d2: default NaN",
              {0xEE310B02},
              {{kD1Low, 7}, {kD1High, 0xFFF80000}, {kFpscr, kDefaultNan}},
              {{kD0Low, 0}, {kD0High, 0x7FF80000}, {kFpscr, kDefaultNan}}},
             {"vcmp.f64 d1, d2: quiet NaN is unordered",
              {0xEEB41B42},
              {{kD1High, 0x7FF80000}},
              {{kFpscr, 0x30000000}}},
             {"vcmpe.f64 d1, #0.0: quiet NaN is invalid",
              {0xEEB51BC0},
              {{kD1High, 0x7FF80000}},
              {{kFpscr, 0x30000000 | kInvalid}}},
             {"vmaxnm.f64 d0, d1, d2: a number wins over a quiet NaN",
              {0xFE810B02},
              {{kD1High, 0x7FF80000}, {kD2High, 0xBFF00000}},
              {{kD0High, 0xBFF00000}, {kFpscr, 0}}},
             {"vminnm.f64 d0, d1, d2: -0 is less than +0",
              {0xFE810B42},
              {{kD2High, 0x80000000}},
              {{kD0High, 0x80000000}, {kFpscr, 0}}}});
}

TEST(DirectedDouble, Conversions) {
  check_all(isa::kCortexM7Dp, {{"vcvt.f32.f64 s0, d1: 1 + 2^-25 to nearest",
                                {0xEEB70BC1},
                                {{kD1Low, 0x08000000}, {kD1High, 0x3FF00000}},
                                {{kS0, 0x3F800000}, {kFpscr, kInexact}}},
                               {"vcvt.f32.f64 s0, d1: the same upwards",
                                {0xEEB70BC1},
                                {{kD1Low, 0x08000000}, {kD1High, 0x3FF00000}, {kFpscr, kRoundUp}},
                                {{kS0, 0x3F800001}, {kFpscr, kRoundUp | kInexact}}},
                               {"vcvt.f64.f32 d0, s4: a signalling NaN keeps its upper fraction",
                                {0xEEB70AC2},
                                {{kS0 + 4, 0x7F800001}},
                                {{kD0Low, 0x20000000}, {kD0High, 0x7FF80000}, {kFpscr, kInvalid}}},
                               {"vcvt.s16.f64 d0, d0, #5: sign-extended to 64 bits",
                                {0xEEBE0B65},
                                {{kD0High, 0xBFF00000}},
                                {{kD0Low, 0xFFFFFFE0}, {kD0High, 0xFFFFFFFF}, {kFpscr, 0}}},
                               {"vcvt.u32.f64 d0, d0, #20: zero-extended to 64 bits",
                                {0xEEBF0BC6},
                                {{kD0Low, 1}, {kD0High, 0x3FF00000}},
                                {{kD0Low, 0x00100000}, {kD0High, 0}, {kFpscr, kInexact}}},
                               {"vcvt.f64.s16 d0, d0, #5: bits above the size do not count",
                                {0xEEBA0B65},
                                {{kD0Low, 0x1234FFE0}, {kD0High, 0x55555555}},
                                {{kD0Low, 0}, {kD0High, 0xBFF00000}, {kFpscr, 0}}},
                               {"vcvt.s32.f64 s0, d1: saturates",
                                {0xEEBD0BC1},
                                {{kD1High, 0x41E00000}},
                                {{kS0, 0x7FFFFFFF}, {kFpscr, kInvalid}}},
                               {"vcvta.s32.f64 s0, d1: -2.5 to nearest, ties away",
                                {0xFEBC0BC1},
                                {{kD1High, 0xC0040000}},
                                {{kS0, 0xFFFFFFFD}, {kFpscr, kInexact}}},
                               {"vcvtt.f16.f64 s0, d1 leaves the bottom half",
                                {0xEEB30BC1},
                                {{kS0, 0x12345678}, {kD1High, 0x3FF00000}},
                                {{kS0, 0x3C005678}, {kFpscr, 0}}},
                               {"vcvtt.f64.f16 d0, s4",
                                {0xEEB20BC2},
                                {{kS0 + 4, 0xC0001234}},
                                {{kD0Low, 0}, {kD0High, 0xC0000000}, {kFpscr, 0}}},
                               {"vmov.f64 d0, #-2.5",
                                {0xEEB80B04},
                                {{kD0Low, 0xFFFFFFFF}},
                                {{kD0Low, 0}, {kD0High, 0xC0040000}}},
                               {"vmov.f64 d0, #0.5",
                                {0xEEB60B00},
                                {{kD0Low, 0xFFFFFFFF}},
                                {{kD0Low, 0}, {kD0High, 0x3FE00000}}}});
}

TEST(DirectedFpv5, SelectionAndRounding) {
  check_all(
      isa::kCortexM7Dp,
      {{"vseleq.f32 s0, s1, s2: Z",
        {0xFE000A81},
        {{kS0 + 1, 1}, {kS0 + 2, 2}, {kApsr, kZ}},
        {{kS0, 1}, {kApsr, kZ}}},
       {"vseleq.f32 s0, s1, s2: no Z", {0xFE000A81}, {{kS0 + 1, 1}, {kS0 + 2, 2}}, {{kS0, 2}}},
       {"vselvs.f32 s0, s1, s2",
        {0xFE100A81},
        {{kS0 + 1, 1}, {kS0 + 2, 2}, {kApsr, kV}},
        {{kS0, 1}}},
       {"vselge.f32 s0, s1, s2",
        {0xFE200A81},
        {{kS0 + 1, 1}, {kS0 + 2, 2}, {kApsr, kN}},
        {{kS0, 2}}},
       {"vselgt.f64 d0, d1, d2: N and V",
        {0xFE310B02},
        {{kD1Low, 1}, {kD1High, 3}, {kD2Low, 2}, {kApsr, kN | kV}},
        {{kD0Low, 1}, {kD0High, 3}}},
       {"vrinta.f32 s0, s1: 2.5", {0xFEB80A60}, {{kS0 + 1, 0x40200000}}, {{kS0, 0x40400000}}},
       {"vrintn.f32 s0, s1: 2.5",
        {0xFEB90A60},
        {{kS0 + 1, 0x40200000}},
        {{kS0, 0x40000000}, {kFpscr, 0}}},
       {"vrintp.f32 s0, s1: -0.5", {0xFEBA0A60}, {{kS0 + 1, 0xBF000000}}, {{kS0, 0x80000000}}},
       {"vrintm.f64 d0, d1: -0.5",
        {0xFEBB0B41},
        {{kD1High, 0xBFE00000}},
        {{kD0High, 0xBFF00000}, {kFpscr, 0}}},
       {"vrintx.f32 s0, s1: inexact",
        {0xEEB70A60},
        {{kS0 + 1, 0x40200000}},
        {{kS0, 0x40000000}, {kFpscr, kInexact}}},
       {"vrintr.f32 s0, s1: as FPSCR says, not inexact",
        {0xEEB60A60},
        {{kS0 + 1, 0x40200000}, {kFpscr, kRoundUp}},
        {{kS0, 0x40400000}, {kFpscr, kRoundUp}}},
       {"vrintz.f64 d0, d1: 2.5",
        {0xEEB60BC1},
        {{kD1High, 0x40040000}},
        {{kD0High, 0x40000000}, {kFpscr, 0}}}});
}

TEST(DirectedArmv8m, LoadAcquireAndStoreRelease) {
  constexpr std::uint32_t kOdd = kData + 2;
  check_all(
      isa::kCortexM33,
      {{"lda r1, [r0]", {0xE8D01FAF}, {{0, kData}, {kData, 0x89ABCDEF}}, {{1, 0x89ABCDEF}}},
       {"ldah r1, [r0]", {0xE8D01F9F}, {{0, kOdd}, {kData, 0x89ABCDEF}}, {{1, 0x89AB}}},
       {"ldab r1, [r0]", {0xE8D01F8F}, {{0, kData + 3}, {kData, 0x89ABCDEF}}, {{1, 0x89}}},
       {"stl r1, [r0]", {0xE8C01FAF}, {{0, kData}, {1, 0x12345678}}, {{kData, 0x12345678}}},
       {"stlh r1, [r0]", {0xE8C01F9F}, {{0, kOdd}, {1, 0x12345678}}, {{kData, 0x56780000}}},
       {"stlb r1, [r0]", {0xE8C01F8F}, {{0, kData + 1}, {1, 0x12345678}}, {{kData, 0x00007800}}},
       {"ldaex r1, [r0]; stlex r2, r3, [r0]",
        {0xE8D01FEF, 0xE8C03FE2},
        {{0, kData}, {2, 9}, {3, 8}},
        {{2, 0}, {kData, 8}}},
       {"stlexb r2, r3, [r0] without a load",
        {0xE8C03FC2},
        {{0, kData}, {3, 8}},
        {{2, 1}, {kData, 0}}},
       // ARMv8-M ARM B7.5: unaligned accesses of these always fault
       {"lda r1, [r0]", {0xE8D01FAF}, {{0, kOdd}}, {{1, 0}}, FaultKind::unaligned},
       {"stlh r1, [r0]", {0xE8C01F9F}, {{0, kData + 1}}, {}, FaultKind::unaligned},
       {"stlex r2, r3, [r0]", {0xE8C03FE2}, {{0, kOdd}}, {{2, 0}}, FaultKind::unaligned}});
}

/// Without MPU and Security Extension: read and write allowed, no region; unprivileged code learns
/// nothing. ARMv8-M ARM C2.4, TT; D1.2, TT_RESP.
TEST(DirectedArmv8m, TestTarget) {
  constexpr std::uint32_t kMsrControl = 0xF3808814;  // msr control, r0
  check_all(isa::kCortexM33,
            {{"tt r1, r0", {0xE840F100}, {{0, kData}}, {{1, 0xC0000}}},
             {"ttt r1, r0", {0xE840F140}, {{0, kData}}, {{1, 0xC0000}}},
             {"msr control, r0; tt r1, r0", {kMsrControl, 0xE840F100}, {{0, 1}}, {{1, 0}}},
             {"sg", {0xE97FE97F}, {{kApsr, kN}}, {{kApsr, kN}, {kSp, kData}}}});
}

/// ARMv6-M ARM A3.2.1: unaligned accesses fault, of any kind.
TEST(DirectedArmv6m, UnalignedAccessesFault) {
  check_all(isa::kCortexM0,
            {{"ldr r1, [r0]", {0x6801}, {{0, kData + 2}}, {{1, 0}}, FaultKind::unaligned},
             {"str r1, [r0]", {0x6001}, {{0, kData + 1}}, {{kData, 0}}, FaultKind::unaligned},
             {"ldrh r1, [r0]", {0x8801}, {{0, kData + 1}}, {{1, 0}}, FaultKind::unaligned},
             {"ldrsh r1, [r0, r2]", {0x5E81}, {{0, kData}, {2, 3}}, {{1, 0}}, FaultKind::unaligned},
             {"ldrb r1, [r0]", {0x7801}, {{0, kData + 1}, {kData, 0x1234}}, {{1, 0x12}}},
             // The second goes where the first went, but it is not aligned.
             {"ldr r1, [r0]; adds r0, #2; ldr r1, [r0]",
              {0x6801, 0x3002, 0x6801},
              {{0, kData}, {kData, 5}},
              {{1, 5}},
              FaultKind::unaligned},
             {"ldr r1, [r0], twice", {0x6801, 0x6801}, {{0, kData}, {kData, 5}}, {{1, 5}}}});
}

/// ARMv7-M ARM B1.5.14, NOCP; ARMv6-M has no coprocessors.
TEST(DirectedCores, FloatingPointWithoutFpu) {
  check_all(isa::kCortexM3,
            {{"vadd.f32 s0, s1, s2", {0xEE300A81}, {}, {}, FaultKind::no_coprocessor},
             {"vldr d0, [r1]", {0xED910B00}, {}, {}, FaultKind::no_coprocessor},
             {"vseleq.f32 s0, s1, s2", {0xFE000A81}, {}, {}, FaultKind::no_coprocessor},
             {"it eq; vadd.f32", {0xBF08, 0xEE300A81}, {}, {{kSp, kData}}}});
  check_all(isa::kCortexM0,
            {{"vadd.f32 s0, s1, s2", {0xEE300A81}, {}, {}, FaultKind::undefined_instruction}});
  check_all(isa::kCortexM33,
            {{"vadd.f64 d0, d1, d2", {0xEE310B02}, {}, {}, FaultKind::undefined_instruction}});
}

}  // namespace
}  // namespace mcost::oracle
