#include "cli/input_file.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "analysis/reports/registry.h"
#include "analysis/sums.h"
#include "sim_core/base/error.h"

namespace mcost::cli {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLargestFile = 1u << 28;

std::string read_input_file(const fs::path& path, const std::string& where) {
  std::error_code failed;
  const std::uintmax_t size = fs::file_size(path, failed);
  std::ifstream file(path, std::ios::binary);
  if (failed || !file || !fs::is_regular_file(path))
    throw ConfigError(fmt::format("no such file: {}", path.string()), where, "check the path");
  if (size > kLargestFile) {
    throw ConfigError(fmt::format("{} has over 256 MiB", path.string()), where,
                      "give a file written by mcost run");
  }
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

RunResult read_result(const std::string& path, const std::string& where) {
  RunResult result = analysis::from_json(read_input_file(path, where), path);
  const std::vector<std::string> broken = analysis::broken_sums(result);
  if (!broken.empty()) {
    throw ConfigError("the numbers do not add up: " + broken.front(), path,
                      "give a file as mcost wrote it");
  }
  return result;
}

}  // namespace mcost::cli
