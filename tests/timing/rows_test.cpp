// The measured rows of core-timing.md 9.1-9.3, each a test per column. A row is exact when every
// one of its values is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/timing/measure.h"
#include "tests/timing/row.h"

namespace mcost::test {
namespace {

/// A row the model does not meet, with what it says instead. An entry that is no longer true fails.
struct Difference {
  std::string_view row;
  Placement placement;
  std::vector<unsigned> model;
  std::string_view reason;
};

const std::vector<Difference>& expected_differences() {
  static const std::vector<Difference> differences = {
      {"M25",
       Placement::flash,
       {4, 7, 10},
       "n = 3: the fetch of the next line goes out a cycle later on silicon; nothing else shows "
       "why"},
      {"M67",
       Placement::flash,
       {8, 14, 20, 26, 32, 38, 44, 50, 56},
       "the flash controller lets loads that follow each other overtake a waiting fetch; the port "
       "answers a fetch "
       "before it knows of them"},
  };
  return differences;
}

std::string name_of(Placement placement) { return placement == Placement::sram ? "Sram" : "Flash"; }

struct Column {
  const Row* row;
  Placement placement;
};

unsigned measured(const Case& one, Placement placement) {
  return placement == Placement::sram ? one.sram : one.flash;
}

std::vector<unsigned> silicon(const Column& column) {
  std::vector<unsigned> values;
  for (const Case& one : column.row->cases) values.push_back(measured(one, column.placement));
  return values;
}

std::vector<unsigned> model(const Column& column) {
  const bool line_buffer = column.placement == Placement::sram || column.row->line_buffer;
  std::vector<unsigned> values;
  for (const Case& one : column.row->cases) {
    values.push_back(measure(one, column.placement, line_buffer));
  }
  return values;
}

const Difference* difference_of(const Column& column) {
  for (const Difference& difference : expected_differences()) {
    if (difference.row == column.row->id && difference.placement == column.placement)
      return &difference;
  }
  return nullptr;
}

/// Every row in every column where it was measured.
std::vector<Column> columns() {
  std::vector<Column> all;
  for (const Row& row : rows_m4()) {
    for (const Placement placement : {Placement::sram, Placement::flash}) {
      if (measured(row.cases.front(), placement) != 0) all.push_back({&row, placement});
    }
  }
  return all;
}

class CortexM4Row : public testing::TestWithParam<Column> {};

TEST_P(CortexM4Row, TakesTheMeasuredCycles) {
  const Column& column = GetParam();
  SCOPED_TRACE(column.row->id + ", code in " + name_of(column.placement) + ": " + column.row->text);
  const std::vector<unsigned> expected = silicon(column);
  const std::vector<unsigned> actual = model(column);
  const Difference* difference = difference_of(column);
  if (difference == nullptr) {
    EXPECT_THAT(actual, testing::ElementsAreArray(expected));
    return;
  }
  EXPECT_THAT(actual, testing::ElementsAreArray(difference->model))
      << "listed as an expected difference: " << difference->reason;
  EXPECT_THAT(actual, testing::Not(testing::ElementsAreArray(expected)))
      << "met now: take it off the list of expected differences";
}

INSTANTIATE_TEST_SUITE_P(Measured, CortexM4Row, testing::ValuesIn(columns()),
                         [](const testing::TestParamInfo<Column>& column) {
                           return column.param.row->id + "In" + name_of(column.param.placement);
                         });

struct Score {
  unsigned rows = 0;
  unsigned exact_rows = 0;
  unsigned data = 0;
  unsigned exact_data = 0;
};

Score score_of(Placement placement) {
  Score score;
  for (const Column& column : columns()) {
    if (column.placement != placement) continue;
    const std::vector<unsigned> expected = silicon(column);
    const std::vector<unsigned> actual = model(column);
    ++score.rows;
    score.exact_rows += actual == expected ? 1 : 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ++score.data;
      score.exact_data += actual[i] == expected[i] ? 1 : 0;
    }
  }
  return score;
}

TEST(CortexM4Rows, AtLeast95PercentAreExact) {
  for (const Placement placement : {Placement::sram, Placement::flash}) {
    const Score score = score_of(placement);
    std::printf("code in %s: rows exact %u of %u, data exact %u of %u\n",
                name_of(placement).c_str(), score.exact_rows, score.rows, score.exact_data,
                score.data);
    EXPECT_GE(score.exact_rows * 100, score.rows * 95) << name_of(placement);
  }
}

TEST(CortexM4Rows, EveryExpectedDifferenceNamesARow) {
  for (const Difference& difference : expected_differences()) {
    bool found = false;
    for (const Column& column : columns()) {
      found =
          found || (difference.row == column.row->id && difference.placement == column.placement);
    }
    EXPECT_TRUE(found) << difference.row;
  }
}

}  // namespace
}  // namespace mcost::test
