// Bounds-checked little-endian reading of hostile bytes. Internal to the loader. Invariant: the
// position never passes the end; a read that would do so returns zero or nothing and sets `failed`.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace mcost::loader {

class ByteReader {
 public:
  explicit ByteReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool at_end() const { return position_ == bytes_.size(); }
  [[nodiscard]] std::size_t position() const { return position_; }
  [[nodiscard]] std::size_t remaining() const { return bytes_.size() - position_; }

  std::uint8_t u8() { return static_cast<std::uint8_t>(word(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(word(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(word(4)); }

  /// A little-endian integer of 1 to 8 bytes.
  std::uint64_t word(std::size_t size) {
    const auto part = take(size);
    std::uint64_t value = 0;
    for (std::size_t i = part.size(); i-- > 0;) value = value << 8 | part[i];
    return value;
  }

  /// Unsigned LEB128; bits above 63 are dropped.
  std::uint64_t uleb() {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const std::uint8_t byte = u8();
      if (shift < 64) value |= std::uint64_t{byte & 0x7fu} << shift;
      if ((byte & 0x80u) == 0) return value;
    }
  }

  /// Signed LEB128; bits above 63 are dropped.
  std::int64_t sleb() {
    std::uint64_t value = 0;
    unsigned shift = 0;
    std::uint8_t byte = 0;
    do {
      byte = u8();
      if (shift < 64) value |= std::uint64_t{byte & 0x7fu} << shift;
      shift += 7;
    } while ((byte & 0x80u) != 0);
    if (shift < 64 && (byte & 0x40u) != 0) value |= ~std::uint64_t{0} << shift;
    return static_cast<std::int64_t>(value);
  }

  /// A NUL-terminated string, without the NUL.
  std::string_view string() {
    const auto rest = bytes_.subspan(position_);
    const auto nul = std::find(rest.begin(), rest.end(), std::uint8_t{0});
    if (nul == rest.end()) {
      fail();
      return {};
    }
    const auto length = static_cast<std::size_t>(nul - rest.begin());
    position_ += length + 1;
    return {reinterpret_cast<const char*>(rest.data()), length};
  }

  /// The next `size` bytes.
  std::span<const std::uint8_t> take(std::uint64_t size) {
    if (size > remaining()) {
      fail();
      return {};
    }
    const auto part = bytes_.subspan(position_, static_cast<std::size_t>(size));
    position_ += part.size();
    return part;
  }

  void fail() {
    failed_ = true;
    position_ = bytes_.size();
  }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t position_ = 0;
  bool failed_ = false;
};

}  // namespace mcost::loader
