// The rules of core-timing.md that are a number: what one more repetition of a piece of code costs
// in a long run, exactly.
#include <gtest/gtest.h>

#include <ostream>

#include "tests/timing/rule.h"

namespace mcost::test {

static void PrintTo(const Rule& rule, std::ostream* stream) {
  *stream << rule.core << ": " << rule.text;
}

namespace {

class CoreRule : public testing::TestWithParam<Rule> {};

TEST_P(CoreRule, CostsWhatTheFactsSay) {
  const Rule& rule = GetParam();
  SCOPED_TRACE(rule.core + ", " + rule.text + ": " + rule.shown);
  if (rule.modelled == 0) {
    EXPECT_DOUBLE_EQ(long_run_cycles(rule), rule.cycles);
    return;
  }
  EXPECT_DOUBLE_EQ(long_run_cycles(rule), rule.modelled) << "listed as an expected difference";
  EXPECT_NE(rule.modelled, rule.cycles) << "met now: take `modelled` out";
}

std::string name_of(const testing::TestParamInfo<Rule>& rule) {
  std::string core = rule.param.core.substr(std::string("cortex-").size());
  core[0] = 'M';
  return core + rule.param.id;
}

INSTANTIATE_TEST_SUITE_P(Facts, CoreRule, testing::ValuesIn(rules()), name_of);
INSTANTIATE_TEST_SUITE_P(Kernels, CoreRule, testing::ValuesIn(kernels()), name_of);

}  // namespace
}  // namespace mcost::test
