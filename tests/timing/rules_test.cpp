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

// Both are multiples of every Rule::per, and long enough that what is in front no longer matters.
constexpr unsigned kFew = 24;
constexpr unsigned kMany = 48;

class CoreRule : public testing::TestWithParam<Rule> {};

TEST_P(CoreRule, CostsWhatTheFactsSay) {
  const Rule& rule = GetParam();
  SCOPED_TRACE(rule.core + ", " + rule.text + ": " + rule.shown);
  const auto more = static_cast<double>(cycles_of(rule, kMany) - cycles_of(rule, kFew));
  EXPECT_DOUBLE_EQ(more / (kMany - kFew) * rule.per, rule.cycles);
}

std::string name_of(const testing::TestParamInfo<Rule>& rule) {
  std::string core = rule.param.core.substr(std::string("cortex-").size());
  core[0] = 'M';
  return core + rule.param.id;
}

INSTANTIATE_TEST_SUITE_P(Facts, CoreRule, testing::ValuesIn(rules()), name_of);

}  // namespace
}  // namespace mcost::test
