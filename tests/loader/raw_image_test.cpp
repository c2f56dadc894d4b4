#include "loader/raw_image.h"

#include <gmock/gmock.h>

#include "tests/loader/elf_builder.h"
#include "tests/loader/message.h"

namespace mcost::loader {
namespace {

using test::Bytes;
using test::message_of;
using testing::SizeIs;

Image read(const std::string& text, std::optional<Address> load_at = {}) {
  return read_image("fw.hex", Bytes(text.begin(), text.end()), load_at);
}

std::string read_error(const std::string& text, std::optional<Address> load_at = {}) {
  return message_of([&] { static_cast<void>(read(text, load_at)); });
}

const std::string kEnd = ":00000001FF\n";

TEST(BinImage, HasAllBytesAtLoadAt) {
  const Image image = read_image("fw.bin", {1, 2, 3}, 0x08000000);
  ASSERT_THAT(image.segments, SizeIs(1));
  EXPECT_EQ(image.segments[0].load_address, 0x08000000u);
  EXPECT_EQ(image.segments[0].bytes, Bytes({1, 2, 3}));
  EXPECT_FALSE(image.is_elf);
  ASSERT_NE(image.executable_section(0x08000002), nullptr);
}

TEST(BinImage, MayEndAtTheTopOfTheAddressSpace) {
  EXPECT_EQ(read_image("fw.bin", {1, 2}, 0xfffffffe).segments[0].load_address, 0xfffffffeu);
  EXPECT_EQ(message_of([] {
              static_cast<void>(read_image("fw.bin", {1, 2, 3}, 0xfffffffe));
            }),
            "3 bytes at 0xFFFFFFFE pass the end of the address space: fw.bin: "
            "give a lower --load-at");
}

TEST(BinImage, ThatStartsWithAColonIsNoHex) {
  EXPECT_EQ(read_image("fw.bin", {':', 0, 1, 2}, 0).segments[0].bytes.size(), 4u);
}

TEST(HexImage, JoinsRecordsAndReadsTheEntry) {
  const Image image = read(
      ":020000040800F2\r\n"      // 0x0800 is the upper half of what follows
      ":0400000000010203F6\r\n"  // 0, 1, 2, 3 at 0
      ":020004000405F1\r\n"      // 4, 5 at 4
      ":0100100006E9\r\n"        // 6 at 0x10
      ":0400000508000001EE\r\n"  // start at 0x08000001
      ":00000001FF\r\n");
  ASSERT_THAT(image.segments, SizeIs(2));
  EXPECT_EQ(image.segments[0].load_address, 0x08000000u);
  EXPECT_EQ(image.segments[0].bytes, Bytes({0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(image.segments[1].load_address, 0x08000010u);
  EXPECT_EQ(image.segments[1].bytes, Bytes({6}));
  EXPECT_EQ(image.entry, 0x08000000u);
}

TEST(HexImage, SortsRecords) {
  const Image image = read(":020002000808EC\n:020000000707F0\n" + kEnd);
  ASSERT_THAT(image.segments, SizeIs(1));
  EXPECT_EQ(image.segments[0].bytes, Bytes({7, 7, 8, 8}));
}

TEST(HexImage, SegmentedAddresses) {
  const Image image = read(":020000021234B6\n:0100050009F1\n" + kEnd);
  EXPECT_EQ(image.segments[0].load_address, 0x12345u);
}

TEST(HexImage, LoadAtMovesTheLowestAddress) {
  const Image image = read(
      ":020000040800F2\n:0100100006E9\n:01002000DF00\n:0400000508000001EE\n" + kEnd, 0x20000000);
  ASSERT_THAT(image.segments, SizeIs(2));
  EXPECT_EQ(image.segments[0].load_address, 0x20000000u);
  EXPECT_EQ(image.segments[1].load_address, 0x20000010u);
  EXPECT_EQ(image.entry, 0x1ffffff0u);
}

TEST(HexImage, BadRecords) {
  const auto message = [](const std::string& what, int line) {
    return "Intel HEX: " + what + ": fw.hex:" + std::to_string(line) + ": make the file again";
  };
  const std::string good = ":0100100006E9\n";
  EXPECT_EQ(read_error(good + "0100100006E9\n"), message("a record does not start with ':'", 2));
  EXPECT_EQ(read_error(good + ":0100100006E\n"),
            message("a record has an odd number of digits", 2));
  EXPECT_EQ(read_error(good + ":01001000G6E9\n"),
            message("a record has a character that is no hexadecimal digit", 2));
  EXPECT_EQ(read_error(good + ":0200100006E9\n"),
            message("a record is shorter or longer than it says", 2));
  EXPECT_EQ(read_error(good + "\n:0100100006E8\n"), message("a record has a wrong checksum", 3));
  EXPECT_EQ(read_error(good + ":00000009F7\n"), message("a record has the unknown type 9", 2));
  EXPECT_EQ(read_error(good + ":0100000401FA\n"),
            message("a record of type 4 has 1 data bytes, not 2", 2));
  EXPECT_EQ(read_error(good + kEnd + good), message("a record follows the end record", 3));
  EXPECT_EQ(read_error(":03FFFE00010203FA\n" + kEnd),
            message("a record passes the end of its 64 KiB segment", 1));
  EXPECT_EQ(read_error(":02000004FFFFFC\n:02FFFF000102FD\n" + kEnd),
            message("a record passes the end of the address space", 2));
}

TEST(HexImage, Truncated) {
  EXPECT_EQ(read_error(":0100100006E9\n"),
            "Intel HEX: the end record is missing: fw.hex:1: "
            "the file is truncated: make it again");
}

TEST(HexImage, Overlap) {
  EXPECT_EQ(read_error(":0100100006E9\n:0100100006E9\n" + kEnd),
            "Intel HEX: two records write 0x00000010: fw.hex: make the file from one image");
}

TEST(HexImage, NoData) {
  EXPECT_EQ(read_error(kEnd),
            "nothing to load: no segment has bytes: fw.hex: "
            "link it as a program, with a linker script for the board");
}

TEST(HexImage, MovedPastTheEnd) {
  EXPECT_EQ(read_error(":0100100006E9\n:0100200006D9\n" + kEnd, 0xfffffff8),
            "the data at 0x100000008 passes the end of the address space: fw.hex: "
            "give a lower --load-at");
}

TEST(HexImage, TooScattered) {
  std::string text;
  const auto record = [&](unsigned type, unsigned offset, std::vector<unsigned> data) {
    std::vector<unsigned> bytes = {static_cast<unsigned>(data.size()), offset >> 8, offset & 255,
                                   type};
    bytes.insert(bytes.end(), data.begin(), data.end());
    unsigned sum = 0;
    text += ':';
    for (const unsigned byte : bytes) sum += byte;
    bytes.push_back((256 - sum % 256) % 256);
    for (const unsigned byte : bytes) {
      text += "0123456789ABCDEF"[byte / 16];
      text += "0123456789ABCDEF"[byte % 16];
    }
    text += '\n';
  };
  for (unsigned upper = 0; upper < 3; ++upper) {
    record(4, 0, {0, upper});
    for (unsigned offset = 0; offset < 0x10000; offset += 2) record(0, offset, {1});
  }
  EXPECT_EQ(read_error(text + kEnd),
            "Intel HEX: the data has more than 65536 separate pieces: fw.hex:65540: "
            "make the file again");
}

}  // namespace
}  // namespace mcost::loader
