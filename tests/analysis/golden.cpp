#include "tests/analysis/golden.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace mcost::analysis::test {
namespace {

std::string golden_path(const std::string& name) {
  return std::string(MCOST_SOURCE_DIR) + "/tests/golden/reports/" + name;
}

std::string read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

}  // namespace

void expect_golden(const std::string& name, const std::string& text) {
  if (std::getenv("MCOST_BLESS") != nullptr) {  // NOLINT(concurrency-mt-unsafe): one thread
    std::ofstream(golden_path(name), std::ios::binary) << text;
  }
  EXPECT_EQ(read_file(golden_path(name)), text) << "golden file tests/golden/reports/" << name;
}

}  // namespace mcost::analysis::test
