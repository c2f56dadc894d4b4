// Runs a case of a row and returns what the counter reads would differ by. All that the rows know
// of the engine is in here.
#pragma once

#include "tests/timing/row.h"

namespace mcost::test {

/// T of `one` on the core and chip of `column`: cycles between the data phases of the two counter
/// reads. Errors: std::runtime_error if the case does not reach its second read.
[[nodiscard]] unsigned measure(const Case& one, Column column, bool line_buffer);

}  // namespace mcost::test
