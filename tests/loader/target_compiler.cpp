#include "tests/loader/target_compiler.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace mcost::test {
namespace {

// A folder that disappears with this object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "mcost-loader-XXXXXX").string();
    if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace

bool has_target_compiler() {
  static const bool found = std::system("arm-none-eabi-gcc --version >/dev/null 2>&1") == 0;
  return found;
}

std::optional<Bytes> compile(const std::vector<std::pair<std::string, std::string>>& files,
                             const std::string& flags) {
  const TemporaryFolder folder;
  if (folder.path().empty()) return std::nullopt;
  for (const auto& [name, text] : files) std::ofstream(folder.path() / name) << text;
  const std::string command = "cd '" + folder.path().string() +
                              "' && arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb " + flags +
                              " -o out.elf >log.txt 2>&1";
  if (std::system(command.c_str()) != 0) {
    std::cerr << std::ifstream(folder.path() / "log.txt").rdbuf() << "\n";
    return std::nullopt;
  }
  std::ifstream elf(folder.path() / "out.elf", std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(elf), {});
}

}  // namespace mcost::test
