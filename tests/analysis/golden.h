// Comparison with files of tests/golden/reports.
#pragma once

#include <string>

namespace mcost::analysis::test {

/// MCOST_BLESS=1 in the environment rewrites the file.
void expect_golden(const std::string& name, const std::string& text);

}  // namespace mcost::analysis::test
