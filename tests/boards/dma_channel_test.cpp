// Channel DMA of the STM32L496, and its SPI with FIFOs.
#include "boards/peripherals/sd_card.h"
#include "tests/boards/board_bus.h"
#include "tests/boards/sd_file.h"

namespace mcost::test {
namespace {

constexpr Address kDma1 = 0x40020000;
constexpr Address kSpi = 0x40013000;
constexpr Address kSram1 = 0x20000000;
constexpr std::uint32_t kCopy = 1u << 14 | 1u << 6 | 1u << 7;
constexpr std::uint32_t kWords = 2u << 8 | 2u << 10;
constexpr std::uint32_t kInterrupts = 0xE;

Address channel(unsigned n, unsigned offset) { return kDma1 + 8 + 20 * (n - 1) + offset; }

class DmaChannel : public BoardBus {
 protected:
  DmaChannel() { make("nucleo-l496zg"); }
  void start(unsigned n, Address peripheral, Address memory, std::uint32_t items,
             std::uint32_t control) {
    write(channel(n, 0x04), items);
    write(channel(n, 0x08), peripheral);
    write(channel(n, 0x0C), memory);
    write(channel(n, 0x00), control | 1);
  }
};

TEST_F(DmaChannel, CopiesBothWaysAndSetsItsFlags) {
  for (const std::uint32_t direction : {0u, 1u << 4}) {
    make("nucleo-l496zg");
    const auto bytes = counting(400);
    const bool to_peripheral = direction != 0;
    put(kSram1 + (to_peripheral ? 0x1000 : 0), bytes);
    start(2, kSram1, kSram1 + 0x1000, 100, kCopy | kWords | kInterrupts | direction);
    pass(3000);
    EXPECT_EQ(get(kSram1 + (to_peripheral ? 0 : 0x1000), 400), bytes);
    EXPECT_EQ(read(kDma1), 0x7u << 4);
    EXPECT_TRUE(pending(12));
    EXPECT_EQ(read(channel(2, 0x04)), 0u);
    EXPECT_EQ(bus().interconnect.shared(), 0u);
    write(kDma1 + 4, 1u << 4);
    EXPECT_EQ(read(kDma1), 0u);
  }
}

/// facts 13.2: 5 to 6 cycles for each word.
TEST_F(DmaChannel, AWordTakesFiveCycles) {
  put(kSram1, counting(400));
  start(1, kSram1, kSram1 + 0x1000, 100, kCopy | kWords);
  pass(499);
  EXPECT_EQ(read(channel(1, 0x04)), 1u);
  pass(3);
  EXPECT_EQ(read(channel(1, 0x04)), 0u);
}

TEST_F(DmaChannel, ANarrowItemIsExtendedAndAWideOneCut) {
  put(kSram1, counting(16));
  put(kSram1 + 0x1000, std::vector<std::uint8_t>(16, 0xEE));
  start(1, kSram1, kSram1 + 0x1000, 4, kCopy | 2u << 10);  // bytes to words
  pass(200);
  EXPECT_EQ(get(kSram1 + 0x1000, 8), (std::vector<std::uint8_t>{1, 0, 0, 0, 8, 0, 0, 0}));
  start(3, kSram1, kSram1 + 0x1000, 2, kCopy | 2u << 8);  // words to bytes
  pass(200);
  EXPECT_EQ(get(kSram1 + 0x1000, 3), (std::vector<std::uint8_t>{1, 29, 0}));
}

TEST_F(DmaChannel, FlashCannotBeWritten) {
  start(1, kSram1, 0x08000000, 4, kCopy | kWords | kInterrupts);
  pass(10);
  EXPECT_EQ(read(kDma1), 0x9u);
  EXPECT_TRUE(pending(11));
}

TEST_F(DmaChannel, WhatAChannelMovedIsLogged) {
  put(kSram1, counting(400));
  start(1, kSram1, kSram1 + 0x1000, 4, kCopy | 2u << 10);  // bytes to words
  pass(200);
  start(3, kSram1, kSram1 + 0x1000, 100, kCopy | kWords | 1u << 4);  // the other way
  pass(52);
  write(channel(3, 0x00), 0);
  start(2, kSram1, 0x08000000, 4, kCopy | kWords);
  EXPECT_EQ(transfers(),
            (std::vector<std::string>{"dma1 channel 1 10-30 0x20000000>0x20001000 16 complete",
                                      "dma1 channel 3 210-262 0x20001000>0x20000000 40 stopped",
                                      "dma1 channel 2 262-262 0x20000000>0x08000000 0 failed"}));
}

class SpiWithFifo : public BoardBus {
 protected:
  SpiWithFifo() { make("nucleo-l496zg"); }
};

TEST_F(SpiWithFifo, AHalfwordSendsTwoFramesAndFrxthDecidesWhenRxneIsSet) {
  write(kSpi, 1u << 2 | 1u << 6 | 1u << 3);  // 80 MHz / 4
  write(kSpi + 0x0C, 0x1234, 2);
  EXPECT_EQ(read(kSpi + 8) >> 11 & 3u, 1u);  // one frame waits behind the one on the wires
  pass(8 * 4 + 1);
  EXPECT_EQ(read(kSpi + 8) & 1u, 0u);  // FRXTH: two bytes
  EXPECT_EQ(read(kSpi + 8) >> 9 & 3u, 1u);
  write(kSpi + 4, 0x700 | 1u << 12);
  EXPECT_EQ(read(kSpi + 8) & 1u, 1u);
  pass(8 * 4);
  EXPECT_EQ(read(kSpi + 8) & 0x83u, 3u);
  EXPECT_EQ(read(kSpi + 0x0C, 1), 0xFFu);
  EXPECT_EQ(read(kSpi + 8) >> 9 & 3u, 1u);
}

TEST_F(SpiWithFifo, FramesHaveTheBitsOfDs) {
  write(kSpi + 4, 15u << 8);
  write(kSpi, 1u << 2 | 1u << 6);  // 80 MHz / 2
  write(kSpi + 0x0C, 0x1234, 2);
  pass(32);
  EXPECT_NE(read(kSpi + 8) & 0x80u, 0u);
  pass(1);
  EXPECT_EQ(read(kSpi + 8) & 0x81u, 1u);
  EXPECT_EQ(read(kSpi + 0x0C, 2), 0xFFFFu);
}

/// Both directions by DMA without a pause: the wire is never idle.
TEST_F(SpiWithFifo, DmaKeepsTheWireBusy) {
  put(kSram1, counting(64));
  write(kSpi + 4, 0x700 | 1u << 12 | 3);
  const auto start = [&](unsigned n, Address memory, std::uint32_t control) {
    write(channel(n, 0x04), 64);
    write(channel(n, 0x08), kSpi + 0x0C);
    write(channel(n, 0x0C), memory);
    write(channel(n, 0x00), control | 1u << 7 | 1);
  };
  start(2, kSram1 + 0x100, 2);
  start(3, kSram1, 1u << 4);
  write(kSpi, 1u << 2 | 1u << 6 | 1u << 3);
  const Cycles begin = now_;
  while (!pending(12) && now_ < begin + 10'000) pass(1);
  EXPECT_EQ(get(kSram1 + 0x100, 64), std::vector<std::uint8_t>(64, 0xFF));
  EXPECT_GE(now_ - begin, 64u * 32);
  EXPECT_LE(now_ - begin, 64u * 32 + 30);
}

}  // namespace
}  // namespace mcost::test
