#include "loader/raw_image.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "loader/elf_file.h"
#include "sim_core/base/error.h"

namespace mcost::loader {
namespace {

constexpr std::uint64_t kAddressSpace = std::uint64_t{1} << 32;
// Honest files have a few pieces; the limit keeps a file of scattered bytes from becoming gigabytes
// of bookkeeping.
constexpr std::size_t kMaxPieces = 65536;

enum RecordType : unsigned {
  kData = 0,
  kEndOfFile = 1,
  kExtendedSegment = 2,
  kStartSegment = 3,
  kExtendedLinear = 4,
  kStartLinear = 5,
};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

bool is_space(std::uint8_t c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

class HexParser {
 public:
  HexParser(const std::string& name, std::span<const std::uint8_t> file)
      : name_(name), text_(reinterpret_cast<const char*>(file.data()), file.size()) {}

  HexContents parse() {
    while (!text_.empty()) {
      ++line_;
      const std::size_t end = text_.find('\n');
      std::string_view line = text_.substr(0, end);
      text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
      while (!line.empty() && is_space(static_cast<std::uint8_t>(line.back())))
        line.remove_suffix(1);
      while (!line.empty() && is_space(static_cast<std::uint8_t>(line.front())))
        line.remove_prefix(1);
      if (!line.empty()) read_record(line);
    }
    if (!ended_) fail("the end record is missing", "the file is truncated: make it again");
    join_pieces();
    return std::move(contents_);
  }

 private:
  [[noreturn]] void fail(const std::string& what, const std::string& remedy) const {
    throw ImageError("Intel HEX: " + what, name_ + ":" + std::to_string(line_), remedy);
  }
  [[noreturn]] void fail(const std::string& what) const { fail(what, "make the file again"); }

  void read_record(std::string_view line) {
    if (ended_) fail("a record follows the end record");
    if (line.front() != ':') fail("a record does not start with ':'");
    line.remove_prefix(1);
    record_.clear();
    if (line.size() % 2 != 0) fail("a record has an odd number of digits");
    for (std::size_t i = 0; i < line.size(); i += 2) {
      const int high = hex_digit(line[i]);
      const int low = hex_digit(line[i + 1]);
      if (high < 0 || low < 0) fail("a record has a character that is no hexadecimal digit");
      record_.push_back(static_cast<std::uint8_t>(high * 16 + low));
    }
    if (record_.size() < 5 || record_.size() != record_[0] + std::size_t{5}) {
      fail("a record is shorter or longer than it says");
    }
    unsigned sum = 0;
    for (const std::uint8_t byte : record_) sum += byte;
    if (sum % 256 != 0) fail("a record has a wrong checksum");
    apply_record();
  }

  void apply_record() {
    const unsigned size = record_[0];
    const std::uint32_t offset = record_[1] * 256u + record_[2];
    const unsigned type = record_[3];
    if (type == kData) return add_data(offset);
    const unsigned expected = type == kEndOfFile                                    ? 0
                              : type == kExtendedSegment || type == kExtendedLinear ? 2
                                                                                    : 4;
    if (type > kStartLinear) fail("a record has the unknown type " + std::to_string(type));
    if (size != expected) {
      fail("a record of type " + std::to_string(type) + " has " + std::to_string(size) +
           " data bytes, not " + std::to_string(expected));
    }
    std::uint32_t value = 0;
    for (unsigned i = 0; i < size; ++i) value = value << 8 | record_[4 + i];
    if (type == kEndOfFile) ended_ = true;
    if (type == kExtendedSegment) base_ = value * 16, wraps_in_segment_ = true;
    if (type == kExtendedLinear) base_ = value << 16, wraps_in_segment_ = false;
    if (type == kStartLinear && (value & ~1u) != 0) contents_.entry = value & ~1u;
  }

  void add_data(std::uint32_t offset) {
    const std::span data = std::span(record_).subspan(4, record_[0]);
    if (data.empty()) return;
    const std::uint64_t begin = std::uint64_t{base_} + offset;
    if (wraps_in_segment_ && offset + data.size() > 0x10000) {
      fail("a record passes the end of its 64 KiB segment");
    }
    if (begin + data.size() > kAddressSpace) {
      fail("a record passes the end of the address space");
    }
    if (pieces_.empty() ||
        pieces_.back().load_address + std::uint64_t{pieces_.back().bytes.size()} != begin) {
      if (pieces_.size() == kMaxPieces) {
        fail("the data has more than " + std::to_string(kMaxPieces) + " separate pieces");
      }
      pieces_.emplace_back().load_address = static_cast<Address>(begin);
    }
    auto& bytes = pieces_.back().bytes;
    bytes.insert(bytes.end(), data.begin(), data.end());
  }

  void join_pieces() {
    std::stable_sort(pieces_.begin(), pieces_.end(), [](const Segment& a, const Segment& b) {
      return a.load_address < b.load_address;
    });
    for (Segment& piece : pieces_) {
      auto& done = contents_.segments;
      if (!done.empty()) {
        Segment& last = done.back();
        const std::uint64_t end = last.load_address + std::uint64_t{last.bytes.size()};
        if (end > piece.load_address) {
          throw ImageError("Intel HEX: two records write " + hex_address(piece.load_address), name_,
                           "make the file from one image");
        }
        if (end == piece.load_address) {
          last.bytes.insert(last.bytes.end(), piece.bytes.begin(), piece.bytes.end());
          continue;
        }
      }
      piece.virtual_address = piece.load_address;
      piece.index = static_cast<unsigned>(done.size());
      done.push_back(std::move(piece));
    }
  }

  const std::string& name_;
  std::string_view text_;
  std::size_t line_ = 0;
  std::uint32_t base_ = 0;
  bool wraps_in_segment_ = true;
  bool ended_ = false;
  std::vector<std::uint8_t> record_;
  std::vector<Segment> pieces_;
  HexContents contents_;
};

}  // namespace

bool looks_like_hex(std::span<const std::uint8_t> file) {
  const auto first = std::find_if_not(file.begin(), file.end(), is_space);
  const auto rest = file.subspan(static_cast<std::size_t>(first - file.begin()));
  constexpr std::size_t kHead = 9;  // colon, length, offset, type
  if (rest.size() < kHead || rest[0] != ':') return false;
  return std::all_of(rest.begin() + 1, rest.begin() + kHead,
                     [](std::uint8_t c) { return hex_digit(static_cast<char>(c)) >= 0; });
}

std::vector<Segment> parse_bin(const std::string& name, std::span<const std::uint8_t> file,
                               Address load_at) {
  if (std::uint64_t{load_at} + file.size() > kAddressSpace) {
    throw ImageError(std::to_string(file.size()) + " bytes at " + hex_address(load_at) +
                         " pass the end of the address space",
                     name, "give a lower --load-at");
  }
  std::vector<Segment> segments(1);
  segments[0].load_address = load_at;
  segments[0].virtual_address = load_at;
  segments[0].bytes.assign(file.begin(), file.end());
  return segments;
}

HexContents parse_hex(const std::string& name, std::span<const std::uint8_t> file,
                      std::optional<Address> load_at) {
  HexContents contents = HexParser(name, file).parse();
  if (!load_at || contents.segments.empty()) return contents;
  const Address lowest = contents.segments.front().load_address;
  for (Segment& segment : contents.segments) {
    const std::uint64_t moved = std::uint64_t{segment.load_address} - lowest + *load_at;
    if (moved + segment.bytes.size() > kAddressSpace) {
      throw ImageError("the data at " + hex_address(moved) + " passes the end of the address space",
                       name, "give a lower --load-at");
    }
    segment.load_address = segment.virtual_address = static_cast<Address>(moved);
  }
  if (contents.entry) *contents.entry += *load_at - lowest;
  return contents;
}

}  // namespace mcost::loader
