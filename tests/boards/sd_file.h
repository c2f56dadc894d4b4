// A card image in the test's own folder.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace mcost::test {

/// Byte `i` of a card of so many bytes made by make_sd_file().
[[nodiscard]] inline std::uint8_t sd_byte(std::uint64_t i) {
  return static_cast<std::uint8_t>(i / 512 * 13 + i % 512 * 7);
}

[[nodiscard]] inline std::string make_sd_file(std::uint64_t size_bytes) {
  const auto* const test = testing::UnitTest::GetInstance()->current_test_info();
  const std::filesystem::path file =
      std::filesystem::path(testing::TempDir()) /
      (std::string("mcost_") + test->test_suite_name() + "_" + test->name() + ".img");
  std::ofstream stream(file, std::ios::binary);
  std::string bytes(size_bytes, '\0');
  for (std::uint64_t i = 0; i < size_bytes; ++i) bytes[i] = static_cast<char>(sd_byte(i));
  stream << bytes;
  return file.string();
}

}  // namespace mcost::test
