#include "tests/timing/row.h"

namespace mcost::test {

const std::vector<Row>& rows_m4() {
  static const std::vector<Row> rows = {
#include "tests/timing/rows_m4.inc"
  };
  return rows;
}

}  // namespace mcost::test
