// Rows of core-timing.md 9 that the model does not meet, each with what is known of the reason.
#pragma once

#include <string_view>
#include <vector>

#include "tests/timing/row.h"

namespace mcost::test {

/// A row the model does not meet, with what it says instead. An entry that is no longer true fails.
struct Difference {
  std::string_view row;
  Column column;
  std::vector<unsigned> model;
  std::string_view reason;
};

/// Every one.
[[nodiscard]] const std::vector<Difference>& expected_differences();

/// That of a row in a column; none: nullptr.
[[nodiscard]] const Difference* find_difference(std::string_view row, Column column);

}  // namespace mcost::test
