// SD images that cannot be used, each with what is wrong, where it was named and what to do.
#include "boards/peripherals/sd_image.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "boards/machine.h"
#include "boards/spec_reader.h"
#include "sim_core/base/error.h"

namespace mcost::test {
namespace {

class SdImageErrors : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) / "mcost_sd_image";
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::string file(const std::string& name) const {
    return (folder_ / name).string();
  }
  [[nodiscard]] std::string file_of(const std::string& name, std::uint64_t size_bytes) const {
    std::ofstream(file(name), std::ios::binary).close();
    std::filesystem::resize_file(file(name), size_bytes);
    return file(name);
  }
  /// What the board says with `image` in its slot (size_kib 0: not given) or by --sd.
  static std::string error(const std::string& image, std::uint64_t size_kib, bool by_option) {
    boards::BoardSpec spec = boards::read_board("stm32f469i-disco", {}, {});
    auto& card = std::get<boards::SdCardSpec>(spec.devices.at(0).kind);
    card.size_bytes = size_kib * 1024;
    boards::MachineOptions options;
    if (by_option) {
      options.sd_image = image;
    } else {
      card.image = image;
    }
    try {
      const boards::Machine machine(std::move(spec), std::move(options));
    } catch (const ConfigError& problem) {
      return problem.what();
    }
    return "no error";
  }
  std::filesystem::path folder_;  // NOLINT(misc-non-private-member-variables-in-classes)
};

TEST_F(SdImageErrors, AMissingImageThatABoardFileNames) {
  std::ifstream shipped(std::string(MCOST_SOURCE_DIR) + "/configs/boards/stm32f469i-disco.yaml");
  std::string text{std::istreambuf_iterator<char>(shipped), {}};
  for (std::size_t at = 0; (at = text.find("../", at)) != std::string::npos;)
    text.replace(at, 3, std::string(MCOST_SOURCE_DIR) + "/configs/");
  const std::string kind = "kind: sd_card\n";
  const std::size_t at = text.find(kind);
  ASSERT_NE(at, std::string::npos);
  text.insert(at, "image: none.img\n    ");
  const auto line =
      1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
  const std::string board = (folder_ / "board.yaml").string();
  std::ofstream(board) << text;
  try {
    const boards::Machine machine(boards::read_board(board, {}, {}), {});
    FAIL() << "no error";
  } catch (const ConfigError& problem) {
    EXPECT_EQ(
        std::string(problem.what()),
        "the SD image \"none.img\" does not exist: " + board + ":" + std::to_string(line) +
            ":12: devices.sd.image: name an image; `truncate -s 64M none.img` makes that of an "
            "empty card");
  }
}

TEST_F(SdImageErrors, AMissingImage) {
  const std::string image = file("none.img");
  EXPECT_EQ(error(image, 0, false),
            "the SD image \"" + image + "\" does not exist: devices.sd.image: name an image; " +
                "`truncate -s 64M " + image + "` makes that of an empty card");
  EXPECT_EQ(error(image, 0, true), "the SD image \"" + image + "\" does not exist: --sd " + image +
                                       ": name an image; `truncate -s 64M " + image +
                                       "` makes that of an empty card");
}

TEST_F(SdImageErrors, ADirectory) {
  EXPECT_EQ(error(folder_.string(), 0, true),
            "the SD image \"" + folder_.string() + "\" is a directory: --sd " + folder_.string() +
                ": name an image file in it, or make one with mkfs.fat");
}

TEST_F(SdImageErrors, WhatIsNoFile) {
  EXPECT_EQ(error("/dev/null", 0, true),
            "the SD image \"/dev/null\" is no regular file: --sd /dev/null: name an image file or "
            "a block device");
}

TEST_F(SdImageErrors, AnEmptyImage) {
  const std::string image = file_of("empty.img", 0);
  EXPECT_EQ(error(image, 0, true), "the SD image \"" + image + "\" is empty: --sd " + image +
                                       ": `truncate -s 65536K " + image + "` lengthens it");
  EXPECT_EQ(error(image, 1024, false), "the SD image \"" + image +
                                           "\" is empty: devices.sd.image: `truncate -s 1024K " +
                                           image + "` lengthens it");
}

TEST_F(SdImageErrors, AnImageShorterThanTheCard) {
  const std::string image = file_of("short.img", 1024 * 1024 - 1);
  EXPECT_EQ(error(image, 1024, true), "the SD image \"" + image +
                                          "\" has 1048575 bytes, less than size_kib 1024 of the " +
                                          "card: --sd " + image + ": `truncate -s 1024K " + image +
                                          "` lengthens it, or mend size_kib");
  EXPECT_EQ(error(file_of("fits.img", 1024 * 1024), 1024, true), "no error");
}

TEST_F(SdImageErrors, AnImageThatIsNoMultipleOf512Kib) {
  const std::string image = file_of("odd.img", 512 * 1024 + 1);
  EXPECT_EQ(error(image, 0, true), "the SD image \"" + image +
                                       "\" has 524289 bytes, no multiple of 512 KiB: --sd " +
                                       image + ": `truncate -s 1024K " + image + "` lengthens it");
  EXPECT_EQ(error(file_of("even.img", 512 * 1024), 0, true), "no error");
  EXPECT_EQ(error(file_of("large.img", 2048 * 1024), 700, false),
            "the SD image \"" + file("large.img") +
                "\" is for a card of size_kib 700, no multiple of 512: devices.sd.image: mend " +
                "size_kib");
}

}  // namespace
}  // namespace mcost::test
