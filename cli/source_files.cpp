#include "cli/source_files.h"

#include <algorithm>
#include <fstream>
#include <system_error>

#include "cli/command.h"

namespace mcost::cli {
namespace {

constexpr std::uintmax_t kLargestFile = 16u << 20;

}  // namespace

SourceFiles::SourceFiles(const std::string& root) {
  std::error_code error;
  root_ = std::filesystem::canonical(root, error);
  if (error || !std::filesystem::is_directory(root_, error)) {
    throw ConfigError("no such folder", "--source-root " + root,
                      "name the folder that the firmware was built in");
  }
}

std::vector<std::string> SourceFiles::read(const std::string& file) const {
  if (file.empty()) return {};
  std::error_code error;
  const auto path = std::filesystem::canonical(root_ / file, error);
  if (error) return {};
  // Links and ".." are resolved, so what is below the folder begins with it.
  const auto [of_root, of_path] =
      std::mismatch(root_.begin(), root_.end(), path.begin(), path.end());
  if (of_root != root_.end() || of_path == path.end()) return {};
  if (!std::filesystem::is_regular_file(path, error)) return {};
  if (std::filesystem::file_size(path, error) > kLargestFile || error) return {};
  std::ifstream stream(path, std::ios::binary);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    std::replace(line.begin(), line.end(), '\t', ' ');
    lines.push_back(std::move(line));
  }
  return lines;
}

std::optional<std::string> SourceFiles::line(const std::string& file, unsigned number) {
  auto found = files_.find(file);
  if (found == files_.end()) found = files_.emplace(file, read(file)).first;
  if (number == 0 || number > found->second.size()) return std::nullopt;
  return found->second[number - 1];
}

}  // namespace mcost::cli
