#include "boards/peripherals/sd_image.h"

#include <fmt/format.h>

#include <filesystem>

#include "sim_core/base/error.h"

namespace mcost::boards {
namespace {

/// Capacity steps of a CSD of version 2.  Source: SD Physical Layer 5.3.3, C_SIZE.
constexpr std::uint64_t kCapacityStep = std::uint64_t{512} * 1024;

}  // namespace

SdImage::SdImage(const std::string& file, std::uint64_t size_bytes, bool writable,
                 const std::string& where)
    : writable_(writable) {
  const auto mode = std::ios::binary | std::ios::in;
  stream_.open(file, writable ? mode | std::ios::out : mode);
  if (!stream_ || std::filesystem::is_directory(file)) {
    throw ConfigError(
        fmt::format("the SD image \"{}\" cannot be opened{}", file, writable ? " for writing" : ""),
        where,
        fmt::format("name a file that exists; `truncate -s 64M {}` makes an empty card", file));
  }
  stream_.seekg(0, std::ios::end);
  const auto length = static_cast<std::uint64_t>(stream_.tellg());
  const std::uint64_t size = size_bytes == 0 ? length : size_bytes;
  if (length < size) {
    throw ConfigError(
        fmt::format("the SD image \"{}\" has {} bytes, the card {}", file, length, size), where,
        fmt::format("lengthen it (`truncate -s {} {}`) or mend size_kib", size, file));
  }
  if (size == 0 || size % kCapacityStep != 0) {
    throw ConfigError(
        fmt::format("the SD image \"{}\" has {} bytes: no multiple of 512 KiB", file, size), where,
        fmt::format("lengthen it: `truncate -s {}K {}`",
                    (size / kCapacityStep + 1) * (kCapacityStep / 1024), file));
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
