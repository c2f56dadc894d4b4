#include "tests/timing/row.h"

namespace mcost::test {

const std::vector<Row>& measured_rows() {
  static const std::vector<Row> rows = {
#include "tests/timing/rows.inc"
  };
  return rows;
}

}  // namespace mcost::test
