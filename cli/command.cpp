#include "cli/command.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "boards/spec_reader.h"

namespace mcost::cli {

void print_error(const InputError& error) {
  if (const auto* const several = dynamic_cast<const boards::ConfigErrors*>(&error)) {
    for (const ConfigError& one : several->errors()) {
      fmt::print(stderr, "mcost: error: {}\n", one.what());
    }
    return;
  }
  fmt::print(stderr, "mcost: error: {}\n", error.what());
}

void write_stdout(const std::string& text) {
  const std::size_t written = std::fwrite(text.data(), 1, text.size(), stdout);
  if (written != text.size() || std::fflush(stdout) != 0) {
    throw ConfigError("the output cannot be written", "stdout",
                      "check the disk or the program that reads it");
  }
}

OutputFile::OutputFile(std::string path, std::string option)
    : path_(std::move(path)), option_(std::move(option)) {
  if (path_.empty()) return;
  created_ = !std::filesystem::exists(path_);
  const std::ofstream stream(path_, std::ios::binary | std::ios::app);
  if (stream) return;
  created_ = false;
  throw ConfigError("the file cannot be written", option_,
                    "name a file in a folder you may write to");
}

OutputFile::~OutputFile() {
  std::error_code ignored;
  if (created_) std::filesystem::remove(path_, ignored);
}

void OutputFile::write(const std::string& bytes) {
  if (path_.empty()) {
    write_stdout(bytes);
    return;
  }
  std::ofstream stream(path_, std::ios::binary | std::ios::trunc);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  if (!stream)
    throw ConfigError("the file cannot be written to its end", option_, "check its disk");
  created_ = false;
}

}  // namespace mcost::cli
