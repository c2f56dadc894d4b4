// Framing of the GDB remote serial protocol: packets out of a stream of bytes, packets into one,
// and numbers as the protocol writes them. Source: GDB manual, appendix E. Knows no socket and no
// engine. Invariant: whatever comes in, memory is bounded and nothing is thrown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcost::cli {

/// Bytes of the longest packet we take, framing included (PacketSize of qSupported).
inline constexpr std::size_t kMostPacketBytes = 0x4000;

enum class GdbInput : std::uint8_t {
  packet,
  broken,     // checksum wrong, or longer than any packet
  interrupt,  // ctrl-C
  refused,    // the last packet of ours came broken
};

struct GdbEvent {
  GdbInput kind = GdbInput::packet;
  std::string payload;  // of a packet, escapes resolved
};

/// Finds packets in what arrives.
class GdbPacketReader {
 public:
  void add(std::string_view bytes) { bytes_ += bytes; }
  /// The next one that is complete.
  [[nodiscard]] std::optional<GdbEvent> next();

 private:
  [[nodiscard]] std::optional<GdbEvent> next_packet();
  std::string bytes_;
};

/// `$payload#checksum`, with escapes.
[[nodiscard]] std::string gdb_frame(std::string_view payload);

/// Two digits per byte.
[[nodiscard]] std::string to_hex(std::string_view bytes);
[[nodiscard]] std::string to_hex(const std::vector<std::uint8_t>& bytes);
/// Nothing unless it is pairs of digits.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> from_hex(std::string_view digits);

/// Reads the fields of a packet one behind the other.
class GdbFields {
 public:
  explicit GdbFields(std::string_view text) : left_(text) {}
  /// A hexadecimal number of 1 to 8 digits.
  [[nodiscard]] std::optional<std::uint32_t> number();
  /// True if `text` comes next; it is skipped.
  [[nodiscard]] bool skip(std::string_view text);
  /// Everything up to `end`, which is skipped, or to the end of the packet.
  [[nodiscard]] std::string_view until(char end);
  [[nodiscard]] std::string_view rest() const { return left_; }
  [[nodiscard]] bool at_end() const { return left_.empty(); }

 private:
  std::string_view left_;
};

}  // namespace mcost::cli
