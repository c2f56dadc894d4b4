// Data processing at the corners that random operands seldom meet. Expected values come from the
// pseudocode of the ARMv7-M ARM, A2.2 (arithmetic), A7.4.2 (shifts) and A7.7, worked by hand.
#include <gtest/gtest.h>

#include <vector>

#include "tests/oracle/snippet.h"

namespace mcost::oracle {
namespace {

void check_all(const std::vector<Snippet>& snippets) {
  for (const Snippet& snippet : snippets) EXPECT_EQ(check(snippet), "");
}

/// Shift_C(value, type, amount): LSL and LSR by 32 leave 0 and the last bit in the carry, by more
/// 0 and 0; ASR by 32 or more the sign; ROR by a multiple of 32 leaves the value and bit 31.
TEST(DirectedShifts, AmountsOfARegister) {
  const auto shift = [](const char* text, std::uint32_t opcode, std::uint32_t value,
                        std::uint32_t amount, std::uint32_t result, std::uint32_t apsr) {
    return Snippet{text,
                   {opcode},
                   {{0, value}, {1, amount}, {kApsr, kC | kV}},
                   {{0, result}, {kApsr, apsr | kV}}};
  };
  constexpr std::uint32_t kX = 0x80000001;
  for (const std::uint32_t bits31_8 : {0u, 0x100u, 0xFFFFFF00u}) {  // only the bottom byte counts
    check_all({shift("lsls by 0", 0x4088, kX, bits31_8 | 0, kX, kN | kC),
               shift("lsls by 1", 0x4088, kX, bits31_8 | 1, 2, kC),
               shift("lsls by 31", 0x4088, kX, bits31_8 | 31, 0x80000000, kN),
               shift("lsls by 32", 0x4088, kX, bits31_8 | 32, 0, kZ | kC),
               shift("lsls by 33", 0x4088, kX, bits31_8 | 33, 0, kZ),
               shift("lsls by 255", 0x4088, kX, bits31_8 | 255, 0, kZ),
               shift("lsrs by 0", 0x40C8, kX, bits31_8 | 0, kX, kN | kC),
               shift("lsrs by 1", 0x40C8, kX, bits31_8 | 1, 0x40000000, kC),
               shift("lsrs by 31", 0x40C8, kX, bits31_8 | 31, 1, 0),
               shift("lsrs by 32", 0x40C8, kX, bits31_8 | 32, 0, kZ | kC),
               shift("lsrs by 33", 0x40C8, kX, bits31_8 | 33, 0, kZ),
               shift("asrs by 0", 0x4108, kX, bits31_8 | 0, kX, kN | kC),
               shift("asrs by 31", 0x4108, kX, bits31_8 | 31, 0xFFFFFFFF, kN),
               shift("asrs by 32", 0x4108, kX, bits31_8 | 32, 0xFFFFFFFF, kN | kC),
               shift("asrs by 33", 0x4108, kX, bits31_8 | 33, 0xFFFFFFFF, kN | kC),
               shift("asrs by 255", 0x4108, 0x7FFFFFFF, bits31_8 | 255, 0, kZ),
               shift("rors by 0", 0x41C8, kX, bits31_8 | 0, kX, kN | kC),
               shift("rors by 1", 0x41C8, kX, bits31_8 | 1, 0xC0000000, kN | kC),
               shift("rors by 32", 0x41C8, kX, bits31_8 | 32, kX, kN | kC),
               shift("rors by 32", 0x41C8, 0x7FFFFFFF, bits31_8 | 32, 0x7FFFFFFF, 0),
               shift("rors by 33", 0x41C8, kX, bits31_8 | 33, 0xC0000000, kN | kC)});
  }
}

TEST(DirectedShifts, ImmediateAmounts) {
  check_all({{"lsls r0, r0, #31", {0x07C0}, {{0, 3}}, {{0, 0x80000000}, {kApsr, kN | kC}}},
             {"lsrs r0, r0, #32", {0x0800}, {{0, 0x80000000}}, {{0, 0}, {kApsr, kZ | kC}}},
             {"asrs r0, r0, #32", {0x1000}, {{0, 0x80000000}}, {{0, ~0u}, {kApsr, kN | kC}}},
             {"movs.w r0, r1, rrx", {0xEA5F0031}, {{1, 1}}, {{0, 0}, {kApsr, kZ | kC}}},
             {"movs.w r0, r1, rrx",
              {0xEA5F0031},
              {{1, 2}, {kApsr, kC}},
              {{0, 0x80000001}, {kApsr, kN}}}});
}

TEST(DirectedArithmetic, CarryAndOverflow) {
  check_all(
      {{"adcs r0, r1", {0x4148}, {{0, ~0u}, {1, 0}, {kApsr, kC}}, {{0, 0}, {kApsr, kZ | kC}}},
       {"adcs r0, r1",
        {0x4148},
        {{0, 0x7FFFFFFF}, {1, 0}, {kApsr, kC}},
        {{0, 0x80000000}, {kApsr, kN | kV}}},
       {"adcs r0, r1", {0x4148}, {{0, ~0u}, {1, ~0u}, {kApsr, kC}}, {{0, ~0u}, {kApsr, kN | kC}}},
       {"sbcs r0, r1", {0x4188}, {{0, 0}, {1, 0}}, {{0, ~0u}, {kApsr, kN}}},
       {"sbcs r0, r1", {0x4188}, {{0, 0x80000000}, {1, 0}}, {{0, 0x7FFFFFFF}, {kApsr, kC | kV}}},
       {"negs r0, r1", {0x4248}, {{1, 0}}, {{0, 0}, {kApsr, kZ | kC}}},
       {"negs r0, r1", {0x4248}, {{1, 0x80000000}}, {{0, 0x80000000}, {kApsr, kN | kV}}},
       // The carry of a logical instruction is bit 31 of a rotated constant, else unchanged.
       {"ands.w r0, r1, #0x80000000", {0xF0114000}, {{1, ~0u}}, {{0, 1u << 31}, {kApsr, kN | kC}}},
       {"movs.w r0, #0xff000000", {0xF05F407F}, {}, {{0, 0xFF000000}, {kApsr, kN | kC}}},
       {"tst.w r0, #0x80000000", {0xF0104F00}, {{0, 1}}, {{0, 1}, {kApsr, kZ | kC}}},
       {"teq r0, #0", {0xF0900F00}, {{kApsr, kC | kV}}, {{kApsr, kZ | kC | kV}}}});
}

TEST(DirectedArithmetic, LongMultiplies) {
  check_all({// (2^32 - 1)^2 + 2 (2^32 - 1) = 2^64 - 1
             {"umaal r0, r1, r2, r3",
              {0xFBE20163},
              {{0, ~0u}, {1, ~0u}, {2, ~0u}, {3, ~0u}},
              {{0, ~0u}, {1, ~0u}}},
             {"umlal r0, r1, r2, r3",
              {0xFBE20103},
              {{0, ~0u}, {1, ~0u}, {2, ~0u}, {3, ~0u}},
              {{0, 0}, {1, 0xFFFFFFFE}}},
             {"smlal r0, r1, r2, r3",
              {0xFBC20103},
              {{0, ~0u}, {1, 0x7FFFFFFF}, {2, 0x80000000}, {3, 0x80000000}},
              {{0, ~0u}, {1, 0xBFFFFFFF}}},
             {"smlald r0, r1, r2, r3",
              {0xFBC201C3},
              {{2, 0x80008000}, {3, 0x80008000}},
              {{0, 0x80000000}, {1, 0}, {kApsr, 0}}},
             {"smlsld r0, r1, r2, r3",
              {0xFBD201C3},
              {{2, 0x7FFF8000}, {3, 0x80007FFF}},
              {{0, 0x00000000}, {1, 0}}},
             {"mls r0, r1, r2, r3", {0xFB013012}, {{1, ~0u}, {2, 5}, {3, 7}}, {{0, 12}}}});
}

TEST(DirectedArithmetic, Divides) {
  check_all({{"sdiv r0, r1, r2", {0xFB91F0F2}, {{1, 0x80000000}, {2, ~0u}}, {{0, 0x80000000}}},
             {"sdiv r0, r1, r2", {0xFB91F0F2}, {{1, 0u - 7u}, {2, 2}}, {{0, 0u - 3u}}},
             {"sdiv r0, r1, r2", {0xFB91F0F2}, {{0, 9}, {1, 5}, {2, 0}}, {{0, 0}}},
             {"udiv r0, r1, r2", {0xFBB1F0F2}, {{1, 0x80000000}, {2, ~0u}}, {{0, 0}}},
             {"udiv r0, r1, r2", {0xFBB1F0F2}, {{0, 9}, {1, 5}, {2, 0}}, {{0, 0}}}});
}

/// With CCR.DIV_0_TRP a divide by zero is a UsageFault and writes nothing; others are as ever.
TEST(DirectedArithmetic, DivideByZeroTraps) {
  const Preparation trap = [](engine::Engine& engine) {
    engine.exceptions().ccr |= engine::kCcrDivideTrap;
  };
  EXPECT_EQ(check({"sdiv r0, r1, r2",
                   {0xFB91F0F2},
                   {{0, 9}, {1, 5}},
                   {{0, 9}},
                   engine::FaultKind::divide_by_zero},
                  trap),
            "");
  EXPECT_EQ(check({"udiv r0, r1, r2",
                   {0xFBB1F0F2},
                   {{0, 9}, {1, 5}},
                   {{0, 9}},
                   engine::FaultKind::divide_by_zero},
                  trap),
            "");
  EXPECT_EQ(check({"udiv r0, r1, r2", {0xFBB1F0F2}, {{1, 5}, {2, 5}}, {{0, 1}}}, trap), "");
}

TEST(DirectedSaturation, Immediate) {
  check_all(
      {{"ssat r0, #1, r1", {0xF3010000}, {{1, 5}}, {{0, 0}, {kApsr, kQ}}},
       {"ssat r0, #1, r1", {0xF3010000}, {{1, ~0u}}, {{0, ~0u}, {kApsr, 0}}},
       {"ssat r0, #1, r1", {0xF3010000}, {{1, 0u - 2u}}, {{0, ~0u}, {kApsr, kQ}}},
       {"ssat r0, #32, r1", {0xF301001F}, {{1, 0x80000000}}, {{0, 0x80000000}, {kApsr, 0}}},
       {"ssat r0, #16, r1, lsl #31", {0xF30170CF}, {{1, 1}}, {{0, 0xFFFF8000}, {kApsr, kQ}}},
       {"ssat r0, #8, r1, asr #31", {0xF32170C7}, {{1, 0x80000000}}, {{0, ~0u}, {kApsr, 0}}},
       {"usat r0, #0, r1", {0xF3810000}, {{1, 1}}, {{0, 0}, {kApsr, kQ}}},
       {"usat r0, #0, r1", {0xF3810000}, {{1, 0}}, {{0, 0}, {kApsr, 0}}},
       {"usat r0, #31, r1", {0xF381001F}, {{1, 0x7FFFFFFF}}, {{0, 0x7FFFFFFF}, {kApsr, 0}}},
       {"usat r0, #31, r1", {0xF381001F}, {{1, 0x80000000}}, {{0, 0}, {kApsr, kQ}}},
       {"usat r0, #8, r1, asr #4", {0xF3A11008}, {{1, 0x1000}}, {{0, 0xFF}, {kApsr, kQ}}},
       {"ssat16 r0, #1, r1", {0xF3210000}, {{1, 0x0001FFFF}}, {{0, 0x0000FFFF}, {kApsr, kQ}}},
       {"usat16 r0, #15, r1", {0xF3A1000F}, {{1, 0x7FFF8000}}, {{0, 0x7FFF0000}, {kApsr, kQ}}}});
}

/// QADD Rd, Rm, Rn; QDADD doubles Rn with a saturation of its own, which sets Q as well.
TEST(DirectedSaturation, AddAndSubtract) {
  constexpr std::uint32_t kMax = 0x7FFFFFFF;
  constexpr std::uint32_t kMin = 0x80000000;
  check_all({{"qadd r0, r1, r2", {0xFA82F081}, {{1, kMax}, {2, 1}}, {{0, kMax}, {kApsr, kQ}}},
             {"qadd r0, r1, r2", {0xFA82F081}, {{1, kMin}, {2, ~0u}}, {{0, kMin}, {kApsr, kQ}}},
             {"qadd r0, r1, r2", {0xFA82F081}, {{1, kMax}, {2, 0}}, {{0, kMax}, {kApsr, 0}}},
             {"qsub r0, r1, r2", {0xFA82F0A1}, {{1, 0}, {2, kMin}}, {{0, kMax}, {kApsr, kQ}}},
             {"qsub r0, r1, r2", {0xFA82F0A1}, {{1, ~0u}, {2, kMin}}, {{0, kMax}, {kApsr, 0}}},
             {"qdadd r0, r1, r2", {0xFA82F091}, {{1, kMin}, {2, kMax}}, {{0, ~0u}, {kApsr, kQ}}},
             {"qdsub r0, r1, r2", {0xFA82F0B1}, {{1, ~0u}, {2, kMin}}, {{0, kMax}, {kApsr, kQ}}},
             {"qadd keeps Q", {0xFA82F081}, {{kApsr, kQ}}, {{0, 0}, {kApsr, kQ}}}});
}

TEST(DirectedSaturation, MultiplyAccumulateSetsQAndWraps) {
  check_all({{"smlabb r0, r1, r2, r3",
              {0xFB113002},
              {{1, 0x8000}, {2, 0x8000}, {3, 0x40000000}},
              {{0, 0x80000000}, {kApsr, kQ}}},
             {"smlawb r0, r1, r2, r3",
              {0xFB313002},
              {{1, ~0u}, {2, 1}, {3, 0x80000000}},
              {{0, 0x7FFFFFFF}, {kApsr, kQ}}},
             {"smmulr r0, r1, r2", {0xFB51F012}, {{1, 0x80000000}, {2, 1}}, {{0, 0}}},
             {"smmulr r0, r1, r2", {0xFB51F012}, {{1, 0x40000000}, {2, 2}}, {{0, 1}}},
             {"smmlsr r0, r1, r2, r3", {0xFB613012}, {{1, 1}, {2, 1}, {3, 0}}, {{0, 0}}}});
}

TEST(DirectedParallel, GeFlags) {
  constexpr std::uint32_t kGe = 0xF0000;
  check_all({{"uadd8 r0, r1, r2",
              {0xFA81F042},
              {{1, 0xFF01807F}, {2, 0x01FF8080}},
              {{0, 0x000000FF}, {kApsr, 0xE0000}}},
             {"ssub8 r0, r1, r2",
              {0xFAC1F002},
              {{1, 0x80007F00}, {2, 0x017F8001}},
              {{0, 0x7F81FFFF}, {kApsr, 0x20000}}},
             {"sasx r0, r1, r2",
              {0xFAA1F002},
              {{1, 0x7FFF8000}, {2, 0x00017FFF}},
              {{0, 0xFFFE7FFF}, {kApsr, 0xC0000}}},
             {"usada8 r0, r1, r2, r3",
              {0xFB713002},
              {{1, 0xFF00FF00}, {2, 0x00FF00FF}, {3, ~0u}},
              {{0, 0x3FB}}},
             {"uxtab16 r0, r1, r2, ror #24",
              {0xFA31F0B2},
              {{1, 0xFFFF0001}, {2, 0x12345678}},
              {{0, 0x00550013}}},
             {"msr apsr_nzcvqg, r1; mrs r0, apsr",
              {0xF3818C00, 0xF3EF8000},
              {{1, ~0u}},
              {{0, 0xF8000000 | kGe}, {kApsr, 0xF8000000 | kGe}}}});
}

TEST(DirectedBits, WidthsAndEnds) {
  check_all({{"bfi r0, r1, #31, #1", {0xF36170DF}, {{1, 1}}, {{0, 0x80000000}}},
             {"bfi r0, r1, #0, #32", {0xF361001F}, {{0, 5}, {1, 0x12345678}}, {{0, 0x12345678}}},
             {"bfc r0, #0, #32", {0xF36F001F}, {{0, ~0u}}, {{0, 0}}},
             {"ubfx r0, r1, #0, #32", {0xF3C1001F}, {{1, 0x87654321}}, {{0, 0x87654321}}},
             {"sbfx r0, r1, #31, #1", {0xF34170C0}, {{1, 0x80000000}}, {{0, ~0u}}},
             {"clz r0, r1", {0xFAB1F081}, {{1, 0}}, {{0, 32}}},
             {"clz r0, r1", {0xFAB1F081}, {{1, 0x80000000}}, {{0, 0}}},
             {"rbit r0, r1", {0xFA91F0A1}, {{1, 0x80000001}}, {{0, 0x80000001}}},
             {"revsh r0, r1", {0xBAC8}, {{1, 0x12340080}}, {{0, 0xFFFF8000}}},
             {"rev16 r0, r1", {0xBA48}, {{1, 0x12345678}}, {{0, 0x34127856}}},
             {"movw r0, #0xffff", {0xF64F70FF}, {{0, ~0u}}, {{0, 0xFFFF}}},
             {"movt r0, #0xffff", {0xF6CF70FF}, {{0, 0x1234}}, {{0, 0xFFFF1234}}}});
}

/// In an IT block 16-bit arithmetic leaves the flags, but compares write them, and what follows in
/// the block sees that.  ARMv7-M ARM A7.3.3.
TEST(DirectedItBlocks, Flags) {
  check_all({{"ite eq; addeq r0, #1; addne r0, #2",
              {0xBF0C, 0x3001, 0x3002},
              {{0, ~0u}, {kApsr, kZ | kV}},
              {{0, 0}, {kApsr, kZ | kV}}},
             {"ite eq; addeq r0, #1; addne r0, #2",
              {0xBF0C, 0x3001, 0x3002},
              {{0, 1}},
              {{0, 3}, {kApsr, 0}}},
             {"cmp r0, #0; itt eq; cmpeq r0, #1; addeq r0, #1",
              {0x2800, 0xBF04, 0x2801, 0x3001},
              {},
              {{0, 0}, {kApsr, kN}}},
             {"cmp r0, #0; ite eq; cmpeq r0, #1; addne r0, #1",
              {0x2800, 0xBF0C, 0x2801, 0x3001},
              {},
              {{0, 1}, {kApsr, kN}}}});
}

TEST(DirectedFloatingPoint, ComparesAndConversions) {
  constexpr std::uint32_t kQuietNan = 0x7FC00000;
  constexpr std::uint32_t kInvalid = 1;
  check_all(
      {{"vcmp.f32 s0, s1", {0xEEB40A60}, {{kS0, kQuietNan}}, {{kFpscr, kC | kV}}},
       {"vcmpe.f32 s0, #0.0", {0xEEB50AC0}, {{kS0, kQuietNan}}, {{kFpscr, kC | kV | kInvalid}}},
       {"vcmp.f32 s0, s1; vmrs apsr_nzcv, fpscr",
        {0xEEB40A60, 0xEEF1FA10},
        {{kS0, 0x80000000}, {kApsr, kN | kQ}},
        {{kFpscr, kZ | kC}, {kApsr, kZ | kC | kQ}}},
       {"vcvt.s32.f32 s0, s1",
        {0xEEBD0AE0},
        {{kS0 + 1, 0x4F000000}},
        {{kS0, 0x7FFFFFFF}, {kFpscr, kInvalid}}},
       {"vcvt.s32.f32 s0, s1",
        {0xEEBD0AE0},
        {{kS0 + 1, kQuietNan}},
        {{kS0, 0}, {kFpscr, kInvalid}}},
       // 1.5: toward zero, or as FPSCR.RMode says.
       {"vcvt.s32.f32 s0, s1", {0xEEBD0AE0}, {{kS0 + 1, 0x3FC00000}}, {{kS0, 1}, {kFpscr, 0x10}}},
       {"vcvtr.s32.f32 s0, s1", {0xEEBD0A60}, {{kS0 + 1, 0x3FC00000}}, {{kS0, 2}, {kFpscr, 0x10}}},
       {"vsqrt.f32 s0, s1",
        {0xEEB10AE0},
        {{kS0 + 1, 0xBF800000}},
        {{kS0, kQuietNan}, {kFpscr, kInvalid}}},
       {"vdiv.f32 s0, s1, s2",
        {0xEE800A81},
        {{kS0 + 1, 0xBF800000}},
        {{kS0, 0xFF800000}, {kFpscr, 2}}}});
}

}  // namespace
}  // namespace mcost::oracle
