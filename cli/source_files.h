// Source text for annotated profiles, from a folder that the user names. May include anything.
// Invariant: nothing outside that folder is read, whatever names debug data has.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mcost::cli {

class SourceFiles {
 public:
  /// Errors: ConfigError if there is no such folder.
  explicit SourceFiles(const std::string& root);
  /// The line without its end; nothing if there is no such file below the folder, or no such line.
  [[nodiscard]] std::optional<std::string> line(const std::string& file, unsigned number);

 private:
  [[nodiscard]] std::vector<std::string> read(const std::string& file) const;

  std::filesystem::path root_;
  std::map<std::string, std::vector<std::string>> files_;
};

}  // namespace mcost::cli
