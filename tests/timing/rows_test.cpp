// The measured rows of core-timing.md 9.1-9.3, each a test per column. A row is exact when every
// one of its values is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "tests/timing/differences.h"
#include "tests/timing/measure.h"
#include "tests/timing/row.h"

namespace mcost::test {
namespace {

constexpr std::array<std::string_view, kColumns> kColumnNames = {"M4Sram", "M4Flash", "M3Sram",
                                                                 "M3Flash"};

std::string name_of(Column column) {
  return std::string(kColumnNames[static_cast<std::size_t>(column)]);
}

struct Datum {
  const Row* row;
  Column column;
};

void PrintTo(const Datum& datum, std::ostream* stream) {
  *stream << datum.row->id << name_of(datum.column);
}

std::vector<unsigned> silicon(const Datum& datum) {
  std::vector<unsigned> values;
  for (const Case& one : datum.row->cases) values.push_back(one.silicon(datum.column));
  return values;
}

std::vector<unsigned> model(const Datum& datum) {
  const bool line_buffer = datum.column != Column::m4_flash || datum.row->line_buffer;
  std::vector<unsigned> values;
  for (const Case& one : datum.row->cases) {
    values.push_back(measure(one, datum.column, line_buffer));
  }
  return values;
}

const Difference* difference_of(const Datum& datum) {
  return find_difference(datum.row->id, datum.column);
}

/// Every row in every column where it was measured.
std::vector<Datum> data() {
  std::vector<Datum> all;
  for (const Row& row : measured_rows()) {
    for (unsigned i = 0; i < kColumns; ++i) {
      const auto column = static_cast<Column>(i);
      if (row.cases.front().silicon(column) != 0) all.push_back({&row, column});
    }
  }
  return all;
}

class MeasuredRow : public testing::TestWithParam<Datum> {};

TEST_P(MeasuredRow, TakesTheMeasuredCycles) {
  const Datum& datum = GetParam();
  SCOPED_TRACE(datum.row->id + ", " + name_of(datum.column) + ": " + datum.row->text);
  const std::vector<unsigned> expected = silicon(datum);
  const std::vector<unsigned> actual = model(datum);
  const Difference* difference = difference_of(datum);
  if (difference == nullptr) {
    EXPECT_THAT(actual, testing::ElementsAreArray(expected));
    return;
  }
  EXPECT_THAT(actual, testing::ElementsAreArray(difference->model))
      << "listed as an expected difference: " << difference->reason;
  EXPECT_THAT(actual, testing::Not(testing::ElementsAreArray(expected)))
      << "met now: take it off the list of expected differences";
}

INSTANTIATE_TEST_SUITE_P(Facts, MeasuredRow, testing::ValuesIn(data()),
                         [](const testing::TestParamInfo<Datum>& datum) {
                           return datum.param.row->id + name_of(datum.param.column);
                         });

struct Score {
  unsigned rows = 0;
  unsigned exact_rows = 0;
  unsigned values = 0;
  unsigned exact_values = 0;
  unsigned within_one = 0;
};

Score score_of(Column column) {
  Score score;
  for (const Datum& datum : data()) {
    if (datum.column != column) continue;
    const std::vector<unsigned> expected = silicon(datum);
    const std::vector<unsigned> actual = model(datum);
    ++score.rows;
    score.exact_rows += actual == expected ? 1 : 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const unsigned off =
          actual[i] > expected[i] ? actual[i] - expected[i] : expected[i] - actual[i];
      ++score.values;
      score.exact_values += off == 0 ? 1 : 0;
      score.within_one += off <= 1 ? 1 : 0;
    }
  }
  return score;
}

TEST(MeasuredRows, AtLeast98PercentAreExact) {
  for (unsigned i = 0; i < kColumns; ++i) {
    const auto column = static_cast<Column>(i);
    const Score score = score_of(column);
    std::printf("%s: rows exact %u of %u, values exact %u, within one cycle %u of %u\n",
                name_of(column).c_str(), score.exact_rows, score.rows, score.exact_values,
                score.within_one, score.values);
    EXPECT_GE(score.exact_values * 100, score.values * 98) << name_of(column);
  }
}

TEST(MeasuredRows, EveryExpectedDifferenceNamesARow) {
  for (const Difference& difference : expected_differences()) {
    bool found = false;
    for (const Datum& datum : data()) {
      found = found || (difference.row == datum.row->id && difference.column == datum.column);
    }
    EXPECT_TRUE(found) << difference.row;
  }
}

}  // namespace
}  // namespace mcost::test
