// The measured interrupts of core-timing.md 3.10; see exception_rows.h.
#include "tests/timing/exception_rows.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace mcost::test {

static void PrintTo(const ExceptionRow& row, std::ostream* stream) { *stream << row.name; }

namespace {

class CortexM3Exception : public testing::TestWithParam<ExceptionRow> {};

TEST_P(CortexM3Exception, TakesTheMeasuredCycles) {
  const ExceptionCost cost = measure(GetParam());
  EXPECT_EQ(cost.adds_before, 0u) << "additions before entry: two on silicon";
  EXPECT_EQ(cost.adds, kAdds);
  EXPECT_EQ(cost.entry, kEntry) << "from the pending store to the handler";
  EXPECT_EQ(cost.back, GetParam().cycles);
}

INSTANTIATE_TEST_SUITE_P(Facts, CortexM3Exception, testing::ValuesIn(exception_rows()),
                         [](const testing::TestParamInfo<ExceptionRow>& one) {
                           return std::string(one.param.name);
                         });

}  // namespace
}  // namespace mcost::test
