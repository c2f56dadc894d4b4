// Framing of the remote protocol, byte by byte.
#include <gtest/gtest.h>

#include <random>

#include "cli/gdb_packets.h"

namespace mcost::cli {

void PrintTo(const GdbEvent& event, std::ostream* stream) {
  *stream << static_cast<int>(event.kind) << " " << event.payload;
}

namespace {

/// The next packet's payload; its kind in brackets if it is none.
std::string next(GdbPacketReader& reader) {
  const auto event = reader.next();
  if (!event) return "nothing";
  switch (event->kind) {
    case GdbInput::packet: return event->payload;
    case GdbInput::broken: return "[broken]";
    case GdbInput::interrupt: return "[interrupt]";
    case GdbInput::refused: return "[refused]";
  }
  return "?";
}

TEST(GdbPackets, AFrameHasItsChecksum) {
  EXPECT_EQ(gdb_frame("OK"), "$OK#9a");
  EXPECT_EQ(gdb_frame(""), "$#00");
}

TEST(GdbPackets, SpecialBytesAreEscapedAndComeBack) {
  const std::string payload = "a$b#c}d*e\x03";
  const std::string frame = gdb_frame(payload);
  EXPECT_EQ(frame.substr(0, 17), std::string("$a}\x04"
                                             "b}\x03"
                                             "c}]d}\x0a"
                                             "e\x03#",
                                             16) +
                                     frame.substr(16, 1));
  GdbPacketReader reader;
  reader.add(frame);
  EXPECT_EQ(next(reader), payload);
  EXPECT_EQ(next(reader), "nothing");
}

TEST(GdbPackets, APacketMayComeInPieces) {
  GdbPacketReader reader;
  const std::string bytes = "+$g#67+\x03$qC#b4-";
  std::string found;
  for (const char byte : bytes) {
    reader.add(std::string_view(&byte, 1));
    for (std::string text = next(reader); text != "nothing"; text = next(reader))
      found += text + " ";
  }
  EXPECT_EQ(found, "g [interrupt] qC [refused] ");
}

TEST(GdbPackets, AWrongChecksumIsRefusedAndTheNextPacketTaken) {
  GdbPacketReader reader;
  reader.add("$g#66$g#zz$g#67");
  EXPECT_EQ(next(reader), "[broken]");
  EXPECT_EQ(next(reader), "[broken]");
  EXPECT_EQ(next(reader), "g");
}

TEST(GdbPackets, WhatIsTooLongIsRefused) {
  GdbPacketReader reader;
  reader.add(gdb_frame(std::string(kMostPacketBytes - 4, 'a')));
  EXPECT_EQ(next(reader).size(), kMostPacketBytes - 4);
  reader.add(gdb_frame(std::string(kMostPacketBytes - 3, 'a')));
  EXPECT_EQ(next(reader), "[broken]");
  reader.add("$" + std::string(kMostPacketBytes + 1, 'a'));
  EXPECT_EQ(next(reader), "[broken]");
  EXPECT_EQ(next(reader), "nothing");
}

TEST(GdbPackets, HexadecimalBytes) {
  EXPECT_EQ(to_hex(std::string("\x00\xffz", 3)), "00ff7a");
  EXPECT_EQ(from_hex("00fF7a"), (std::vector<std::uint8_t>{0, 0xFF, 0x7A}));
  EXPECT_EQ(from_hex(""), std::vector<std::uint8_t>{});
  EXPECT_EQ(from_hex("0"), std::nullopt);
  EXPECT_EQ(from_hex("0g"), std::nullopt);
}

TEST(GdbPackets, FieldsAreReadOneBehindTheOther) {
  GdbFields fields("20000000,4:rest");
  EXPECT_EQ(fields.number(), 0x20000000u);
  EXPECT_FALSE(fields.skip(":"));
  EXPECT_TRUE(fields.skip(","));
  EXPECT_EQ(fields.until(':'), "4");
  EXPECT_EQ(fields.rest(), "rest");
  EXPECT_EQ(fields.number(), std::nullopt);
  EXPECT_EQ(GdbFields("ffffffff").number(), 0xFFFFFFFFu);
  EXPECT_EQ(GdbFields("100000000").number(), std::nullopt);
}

TEST(GdbPackets, NoiseNeverHurts) {
  std::mt19937 random(1);
  GdbPacketReader reader;
  std::size_t events = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes;
    for (auto n = random() % 40; n != 0; --n)
      bytes += random() % 4 == 0 ? "$#}+-\x03"[random() % 6] : static_cast<char>(random());
    reader.add(bytes);
    while (reader.next()) ++events;
  }
  EXPECT_GT(events, 1000u);
}

}  // namespace
}  // namespace mcost::cli
