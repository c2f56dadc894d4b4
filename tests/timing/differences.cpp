#include "tests/timing/differences.h"

namespace mcost::test {

const std::vector<Difference>& expected_differences() {
  static const std::vector<Difference> differences = {
      {"M25",
       Column::m4_flash,
       {4, 7, 10},
       "n = 3: the fetch of the next line goes out a cycle later on silicon; nothing else shows "
       "why"},
      {"M36",
       Column::m3_flash,
       {3, 5, 7, 9, 11, 13, 15},
       "n = 0: a lone ADDS.N takes a cycle longer here than in D22, D23 and in the other columns"},
      {"M67",
       Column::m4_flash,
       {8, 9, 10, 15, 21, 22, 27, 31, 34},
       "n = 9: the ninth literal is the first of a third line here; where it lay on silicon is not "
       "known"},
  };
  return differences;
}

const Difference* find_difference(std::string_view row, Column column) {
  for (const Difference& difference : expected_differences()) {
    if (difference.row == row && difference.column == column) return &difference;
  }
  return nullptr;
}

}  // namespace mcost::test
