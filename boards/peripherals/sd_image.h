// The blocks of an SD card: an image file, with what the guest wrote kept apart in memory unless
// the file may be changed. Depends on base.
#pragma once

#include <array>
#include <cstdint>
#include <fstream>
#include <string>
#include <unordered_map>

namespace mcost::boards {

inline constexpr std::size_t kSdBlockBytes = 512;
using SdBlock = std::array<std::uint8_t, kSdBlockBytes>;

class SdImage {
 public:
  /// `where` names the option or key in messages. `size_bytes` 0: as large as the file.
  /// Errors: ConfigError if the file is missing, no file, empty, shorter than asked for, or no
  /// multiple of 512 KiB.
  SdImage(const std::string& file, std::uint64_t size_bytes, bool writable,
          const std::string& where);
  [[nodiscard]] std::uint64_t blocks() const { return blocks_; }
  [[nodiscard]] SdBlock read(std::uint64_t block);
  void write(std::uint64_t block, const SdBlock& data);

 private:
  std::fstream stream_;
  std::uint64_t blocks_ = 0;
  bool writable_;
  std::unordered_map<std::uint64_t, SdBlock> written_;
};

}  // namespace mcost::boards
