// Long multiplies and divides of the Cortex-M3 over random operands, against the rules of
// core-timing.md 3.4 and 3.5 as they are printed there (FIT: no mismatch on silicon).
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <random>

#include "sim_core/pipeline/registry.h"

namespace mcost::pipeline {
namespace {

using isa::TimingClass;

constexpr unsigned kPairs = 200'000;

/// Words of every length and sign, with halves that are often zero.
class Operands {
 public:
  std::uint32_t next() {
    const auto word = static_cast<std::uint32_t>(random_());
    switch (random_() % 8) {
      case 0: return word >> random_() % 32;
      case 1: return word & 0xFFFF0000u;
      case 2: return word & 0x0000FFFFu;
      case 3: return 1u << random_() % 32;
      case 4: return 0u - (1u << random_() % 32);
      case 5: return random_() % 4 == 0 ? 0u : 0x80000000u;
      case 6: return static_cast<std::uint32_t>(static_cast<std::int32_t>(word) >> random_() % 32);
      default: return word;
    }
  }

 private:
  std::mt19937 random_{20240701};
};

/// The four facts that 3.4 tells factors apart by, as one number: binary abcd.
unsigned pattern(std::uint32_t n, std::uint32_t m) {
  return (n >> 16 != 0 ? 8u : 0u) | ((n & 0xFFFF) != 0 ? 4u : 0u) | (m >> 16 != 0 ? 2u : 0u) |
         ((m & 0xFFFF) != 0 ? 1u : 0u);
}

unsigned umull(std::uint32_t n, std::uint32_t m) {
  const bool both_short = n >> 16 == 0 && m >> 16 == 0;
  const bool both_high = (n & 0xFFFF) == 0 && (m & 0xFFFF) == 0;
  if (n == 0 || m == 0 || both_short || both_high) return 3;
  return pattern(n, m) == 0b1111 ? 5 : 4;
}

unsigned smull(std::uint32_t n, std::uint32_t m) {
  const bool sn = n >> 31 != 0;
  const bool sm = m >> 31 != 0;
  if (n == 0 || m == 0) return 3;
  switch (pattern(n, m)) {
    case 0b0101:
    case 0b1010: return sn || sm ? 4 : 3;
    case 0b1110: return sn || sm ? 5 : 4;
    case 0b1011: return 4;
    case 0b1111: return 5;
    default: return sm ? 5 : 4;
  }
}

unsigned umlal(std::uint32_t n, std::uint32_t m) {
  if (n == 0 || m == 0) return 3;
  switch (pattern(n, m)) {
    case 0b0101: return 3;
    case 0b1110:
    case 0b1011: return 6;
    case 0b1111: return 7;
    default: return 5;
  }
}

unsigned smlal(std::uint32_t n, std::uint32_t m) {
  const bool sn = n >> 31 != 0;
  const bool sm = m >> 31 != 0;
  if (n == 0 || m == 0) return 3;
  switch (pattern(n, m)) {
    case 0b0101: return 3;
    case 0b1010: return sn || sm ? 6 : 5;
    case 0b1110: return sn || sm ? 7 : 6;
    case 0b1011: return 6;
    case 0b1111: return 7;
    default: return sm ? 6 : 5;
  }
}

/// Index of the highest set bit, counted down.
int hb(std::uint32_t x) {
  int index = 31;
  while ((x >> index & 1u) == 0) --index;
  return index;
}

unsigned udiv(std::uint32_t n, std::uint32_t d) {
  if (n == 0 || d == 0) return 2;
  if (hb(n) < hb(d)) return 3;
  return 5 + static_cast<unsigned>(hb(n) - hb(d)) / 4;
}

unsigned sdiv(std::uint32_t n, std::uint32_t d) {
  if (n == 0 || d == 0) return 2;
  const auto magnitude = [](std::uint32_t x) { return x >> 31 != 0 ? 0u - x : x; };
  const std::uint32_t size = magnitude(d);
  const bool power_of_two = (size & (size - 1)) == 0;
  int k = hb(magnitude(n)) - hb(size);
  if (d >> 31 != 0 && power_of_two && n != 0x80000000u) k += 1;
  if (d >> 31 != 0 && !power_of_two && n == 0x80000000u) k -= 1;
  return k < 0 ? 3 : 5 + static_cast<unsigned>(k) / 4;
}

struct Case {
  const char* name;
  TimingClass timing_class;
  bool is_signed;
  unsigned (*rule)(std::uint32_t, std::uint32_t);
};

class CortexM3Operands : public testing::TestWithParam<Case> {};

TEST_P(CortexM3Operands, TakeTheCyclesOfTheRule) {
  const Case& one = GetParam();
  const auto model = make_pipeline_model("cortex-m3");
  Operands operands;
  for (unsigned i = 0; i < kPairs; ++i) {
    const std::uint32_t n = operands.next();
    const std::uint32_t m = operands.next();
    ASSERT_EQ(model->operand_cycles(one.timing_class, one.is_signed, n, m), one.rule(n, m))
        << std::hex << n << ", " << m;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Facts, CortexM3Operands,
    testing::Values(Case{"Umull", TimingClass::multiply_long, false, umull},
                    Case{"Smull", TimingClass::multiply_long, true, smull},
                    Case{"Umlal", TimingClass::multiply_accumulate_long, false, umlal},
                    Case{"Smlal", TimingClass::multiply_accumulate_long, true, smlal},
                    Case{"Udiv", TimingClass::divide, false, udiv},
                    Case{"Sdiv", TimingClass::divide, true, sdiv}),
    [](const testing::TestParamInfo<Case>& one) { return one.param.name; });

TEST(CortexM4Operands, OnlyDividesDependOnThem) {
  const auto m3 = make_pipeline_model("cortex-m3");
  const auto m4 = make_pipeline_model("cortex-m4");
  Operands operands;
  for (unsigned i = 0; i < kPairs; ++i) {
    const std::uint32_t n = operands.next();
    const std::uint32_t m = operands.next();
    for (const bool is_signed : {false, true}) {
      ASSERT_EQ(m4->operand_cycles(TimingClass::divide, is_signed, n, m),
                m3->operand_cycles(TimingClass::divide, is_signed, n, m));
    }
    ASSERT_EQ(m4->operand_cycles(TimingClass::multiply_long, true, n, m), 0);
    ASSERT_EQ(m4->operand_cycles(TimingClass::multiply_accumulate_long, false, n, m), 0);
  }
}

}  // namespace
}  // namespace mcost::pipeline
