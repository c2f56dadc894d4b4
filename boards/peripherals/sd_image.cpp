#include "boards/peripherals/sd_image.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "sim_core/base/error.h"

namespace mcost::boards {
namespace {

/// Capacity steps of a CSD of version 2.  Source: SD Physical Layer 5.3.3, C_SIZE.
constexpr std::uint64_t kCapacityStep = std::uint64_t{512} * 1024;

}  // namespace

SdImage::SdImage(const std::string& file, std::uint64_t size_bytes, bool writable,
                 const std::string& where)
    : writable_(writable) {
  const auto fail = [&](const std::string& what, const std::string& remedy) {
    throw ConfigError(fmt::format("the SD image \"{}\" {}", file, what), where, remedy);
  };
  const auto lengthen = [&](std::uint64_t bytes) {
    return fmt::format("`truncate -s {}K {}` lengthens it", bytes / 1024, file);
  };
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (!std::filesystem::exists(status)) {
    fail("does not exist",
         fmt::format("name an image; `truncate -s 64M {}` makes that of an empty card", file));
  }
  if (std::filesystem::is_directory(status)) {
    fail("is a directory", "name an image file in it, or make one with mkfs.fat");
  }
  if (!std::filesystem::is_regular_file(status) && !std::filesystem::is_block_file(status)) {
    fail("is no regular file", "name an image file or a block device");
  }
  const auto mode = std::ios::binary | std::ios::in;
  stream_.open(file, writable ? mode | std::ios::out : mode);
  if (!stream_) {
    fail(writable ? "cannot be written" : "cannot be read",
         writable ? "change its permissions, or leave image_writable out"
                  : "change its permissions");
  }
  stream_.seekg(0, std::ios::end);
  const auto length = static_cast<std::uint64_t>(stream_.tellg());
  const std::uint64_t size = size_bytes == 0 ? length : size_bytes;
  if (length == 0) {
    fail("is empty", lengthen(size == 0 ? std::uint64_t{64} * 1024 * 1024 : size));
  }
  if (length < size) {
    fail(fmt::format("has {} bytes, less than size_kib {} of the card", length, size / 1024),
         lengthen(size) + ", or mend size_kib");
  }
  if (size % kCapacityStep != 0) {
    const std::uint64_t next = (size / kCapacityStep + 1) * kCapacityStep;
    if (size_bytes == 0) {
      fail(fmt::format("has {} bytes, no multiple of 512 KiB", size), lengthen(next));
    }
    fail(fmt::format("is for a card of size_kib {}, no multiple of 512", size / 1024),
         "mend size_kib");
  }
  blocks_ = size / kSdBlockBytes;
}

SdBlock SdImage::read(std::uint64_t block) {
  const auto found = written_.find(block);
  if (found != written_.end()) return found->second;
  SdBlock data{};
  stream_.clear();
  stream_.seekg(static_cast<std::streamoff>(block * kSdBlockBytes));
  stream_.read(reinterpret_cast<char*>(data.data()), kSdBlockBytes);
  return data;
}

void SdImage::write(std::uint64_t block, const SdBlock& data) {
  if (!writable_) {
    written_[block] = data;
    return;
  }
  stream_.clear();
  stream_.seekp(static_cast<std::streamoff>(block * kSdBlockBytes));
  stream_.write(reinterpret_cast<const char*>(data.data()), kSdBlockBytes);
  stream_.flush();
}

}  // namespace mcost::boards
