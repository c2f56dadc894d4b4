// Every FPv4-SP and FPv5-D16 operation against Unicorn: all pairs (and triples) of special values
// in every mode, then random operands. FPSCR is compared whole, NZCV and cumulative flags included.
// MCOST_FP_TUPLES sets the random operands per row, MCOST_FP_SEED the seed.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

#include "sim_core/fp/fp.h"
#include "tests/fp/guest_fpu.h"
#include "tests/fp/operand_source.h"
#include "tests/fp/oracle_rows.h"

namespace mcost::fp::testing {
namespace {

constexpr std::size_t kBatch = 1 << 14;
constexpr std::uint64_t kDefaultSeed = 20240607;
#if defined(NDEBUG)
constexpr std::uint64_t kSlowdown = 1;
#else
constexpr std::uint64_t kSlowdown = 10;  // debug and sanitizer builds
#endif

std::uint64_t environment_number(const char* name, std::uint64_t fallback) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 0) : fallback;
}

GuestFpu& guest(GuestCore core) {
  static GuestFpu cortex_m4(GuestCore::cortex_m4, kBatch);
  static GuestFpu cortex_m7(GuestCore::cortex_m7, kBatch);
  return core == GuestCore::cortex_m4 ? cortex_m4 : cortex_m7;
}

class Oracle : public ::testing::TestWithParam<OracleRow> {
 protected:
  void compare_special_values() {
    const OracleRow& row = GetParam();
    const std::vector<std::uint64_t> specials = special_operands(row.operands);
    const std::vector<std::uint64_t> none = {0};
    for (std::uint32_t control = 0; control < 32; ++control) {
      for (const std::uint64_t op1 : specials) {
        for (const std::uint64_t op2 : row.arity >= 2 ? specials : none) {
          for (const std::uint64_t op3 : row.arity >= 3 ? specials : none) {
            add_input({op1, op2, op3, control << kRModeShift});
          }
        }
      }
    }
    compare_batch();
  }

  void compare_random_operands() {
    const OracleRow& row = GetParam();
    const std::uint64_t count =
        environment_number("MCOST_FP_TUPLES", row.random_tuples / kSlowdown);
    while (compared_ < count && mismatches_ == 0) add_input(random_input(row.operands));
    std::cout << row.name << ": " << compared_ << " operand tuples, seed " << seed_ << '\n';
  }

 private:
  void add_input(const GuestInput& input) {
    inputs_.push_back(input);
    inputs_.back().fpscr &= ~GetParam().oracle_ignores;
    ignored_.push_back(input.fpscr & GetParam().oracle_ignores);
    if (inputs_.size() == kBatch) compare_batch();
  }

  void compare_batch() {
    const OracleRow& row = GetParam();
    const auto outputs = guest(row.core).run(row.code, row.layout, inputs_);
    for (std::size_t i = 0; i < inputs_.size() && mismatches_ < 10; ++i) {
      Context context{inputs_[i].fpscr | ignored_[i]};
      const std::uint64_t result = row.evaluate(inputs_[i], context) & row.result_mask;
      const std::uint64_t expected = outputs[i].result & row.result_mask;
      if (result == expected && context.fpscr == (outputs[i].fpscr | ignored_[i])) continue;
      ++mismatches_;
      ADD_FAILURE() << std::hex << std::setfill('0') << row.name << " of " << inputs_[i].op1 << ' '
                    << inputs_[i].op2 << ' ' << inputs_[i].op3 << " with FPSCR " << inputs_[i].fpscr
                    << ": got " << result << " FPSCR " << context.fpscr << ", oracle " << expected
                    << " FPSCR " << outputs[i].fpscr;
    }
    compared_ += inputs_.size();
    inputs_.clear();
    ignored_.clear();
  }

  template <Format F>
  std::vector<std::uint64_t> special_values() {
    std::vector<std::uint64_t> values;
    for (const auto magnitude : kSpecialMagnitudes<F>) {
      values.push_back(magnitude);
      values.push_back(std::uint64_t{magnitude} | F::kSign);
    }
    return values;
  }

  std::vector<std::uint64_t> special_operands(OperandKind kind) {
    switch (kind) {
      case OperandKind::half: return special_values<Binary16>();
      case OperandKind::single: return special_values<Binary32>();
      case OperandKind::wide: return special_values<Binary64>();
      case OperandKind::integer: break;
    }
    std::vector<std::uint64_t> integers;
    for (unsigned exponent = 0; exponent < 32; ++exponent) {
      for (const unsigned step : {0u, 1u, 2u}) integers.push_back((1u << exponent) + step - 1);
    }
    return integers;
  }

  GuestInput random_input(OperandKind kind) {
    GuestInput input{};
    input.fpscr = source_.fpscr();
    for (std::uint64_t* operand : {&input.op1, &input.op2, &input.op3}) {
      switch (kind) {
        case OperandKind::half:
          previous16_ = source_.operand<Binary16>(previous16_);
          *operand = previous16_ | (source_.next() << 32 >> 16);
          break;
        case OperandKind::single:
          *operand = previous32_ = source_.operand<Binary32>(previous32_);
          break;
        case OperandKind::wide:
          *operand = previous64_ = source_.operand<Binary64>(previous64_);
          break;
        case OperandKind::integer: *operand = source_.integer(); break;
      }
    }
    return input;
  }

  std::uint64_t seed_ = environment_number("MCOST_FP_SEED", kDefaultSeed);
  OperandSource source_{seed_};
  std::vector<GuestInput> inputs_;
  std::vector<std::uint32_t> ignored_;
  std::uint64_t compared_ = 0;
  unsigned mismatches_ = 0;
  std::uint16_t previous16_ = 0;
  std::uint32_t previous32_ = 0;
  std::uint64_t previous64_ = 0;
};

TEST_P(Oracle, SpecialValuesInEveryMode) { compare_special_values(); }

TEST_P(Oracle, RandomOperands) { compare_random_operands(); }

INSTANTIATE_TEST_SUITE_P(FPv4, Oracle, ::testing::ValuesIn(single_rows()), row_name);
INSTANTIATE_TEST_SUITE_P(FPv5, Oracle, ::testing::ValuesIn(fpv5_rows()), row_name);
INSTANTIATE_TEST_SUITE_P(FPv5Double, Oracle, ::testing::ValuesIn(double_rows()), row_name);

}  // namespace
}  // namespace mcost::fp::testing
