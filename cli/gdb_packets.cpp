#include "cli/gdb_packets.h"

#include <fmt/format.h>

namespace mcost::cli {
namespace {

constexpr char kStart = '$';
constexpr char kEnd = '#';
constexpr char kEscape = '}';
constexpr char kEscapeBit = 0x20;
constexpr char kInterrupt = 0x03;
constexpr std::size_t kChecksumDigits = 2;

std::optional<unsigned> digit(char letter) {
  if (letter >= '0' && letter <= '9') return static_cast<unsigned>(letter - '0');
  if (letter >= 'a' && letter <= 'f') return static_cast<unsigned>(letter - 'a' + 10);
  if (letter >= 'A' && letter <= 'F') return static_cast<unsigned>(letter - 'A' + 10);
  return std::nullopt;
}

unsigned checksum(std::string_view payload) {
  unsigned sum = 0;
  for (const char byte : payload) sum += static_cast<unsigned char>(byte);
  return sum & 0xFFu;
}

std::string unescaped(std::string_view payload) {
  std::string text;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    const bool escaped = payload[i] == kEscape && i + 1 < payload.size();
    text += escaped ? static_cast<char>(payload[++i] ^ kEscapeBit) : payload[i];
  }
  return text;
}

}  // namespace

std::optional<GdbEvent> GdbPacketReader::next() {
  while (!bytes_.empty()) {
    switch (bytes_.front()) {
      case kStart: return next_packet();
      case kInterrupt: bytes_.erase(0, 1); return GdbEvent{GdbInput::interrupt, {}};
      case '-': bytes_.erase(0, 1); return GdbEvent{GdbInput::refused, {}};
      default: bytes_.erase(0, 1);  // '+', and noise between packets
    }
  }
  return std::nullopt;
}

std::optional<GdbEvent> GdbPacketReader::next_packet() {
  const std::size_t end = bytes_.find(kEnd);
  if (end == std::string::npos || bytes_.size() < end + 1 + kChecksumDigits) {
    if (bytes_.size() <= kMostPacketBytes) return std::nullopt;
    bytes_.clear();
    return GdbEvent{GdbInput::broken, {}};
  }
  const std::string_view payload = std::string_view(bytes_).substr(1, end - 1);
  const auto high = digit(bytes_[end + 1]);
  const auto low = digit(bytes_[end + 2]);
  const bool fits = end + 1 + kChecksumDigits <= kMostPacketBytes;
  const bool good = fits && high && low && (*high << 4 | *low) == checksum(payload);
  GdbEvent event{good ? GdbInput::packet : GdbInput::broken, {}};
  if (good) event.payload = unescaped(payload);
  bytes_.erase(0, end + 1 + kChecksumDigits);
  return event;
}

std::string gdb_frame(std::string_view payload) {
  std::string escaped;
  for (const char byte : payload) {
    if (byte == kStart || byte == kEnd || byte == kEscape || byte == '*') {
      escaped += kEscape;
      escaped += static_cast<char>(byte ^ kEscapeBit);
    } else {
      escaped += byte;
    }
  }
  return fmt::format("${}#{:02x}", escaped, checksum(escaped));
}

std::string to_hex(std::string_view bytes) {
  std::string digits;
  for (const char byte : bytes)
    digits += fmt::format("{:02x}", static_cast<unsigned>(static_cast<unsigned char>(byte)));
  return digits;
}

std::string to_hex(const std::vector<std::uint8_t>& bytes) {
  std::string digits;
  for (const std::uint8_t byte : bytes) digits += fmt::format("{:02x}", byte);
  return digits;
}

std::optional<std::vector<std::uint8_t>> from_hex(std::string_view digits) {
  if (digits.size() % 2 != 0) return std::nullopt;
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const auto high = digit(digits[i]);
    const auto low = digit(digits[i + 1]);
    if (!high || !low) return std::nullopt;
    bytes.push_back(static_cast<std::uint8_t>(*high << 4 | *low));
  }
  return bytes;
}

std::optional<std::uint32_t> GdbFields::number() {
  constexpr std::size_t kMostDigits = 8;
  std::uint32_t value = 0;
  std::size_t digits = 0;
  for (; digits < left_.size() && digit(left_[digits]); ++digits) {
    if (digits == kMostDigits) return std::nullopt;
    value = value << 4 | *digit(left_[digits]);
  }
  if (digits == 0) return std::nullopt;
  left_.remove_prefix(digits);
  return value;
}

bool GdbFields::skip(std::string_view text) {
  if (!left_.starts_with(text)) return false;
  left_.remove_prefix(text.size());
  return true;
}

std::string_view GdbFields::until(char end) {
  const std::size_t at = left_.find(end);
  const std::string_view field = left_.substr(0, at);
  left_.remove_prefix(at == std::string_view::npos ? left_.size() : at + 1);
  return field;
}

}  // namespace mcost::cli
