// Stream DMA of the STM32F469: copies, its time per item and burst, FIFO widths, flags, interrupts,
// errors.
#include "tests/boards/board_bus.h"

namespace mcost::test {
namespace {

constexpr Address kDma2 = 0x40026400;
constexpr Address kDma1 = 0x40026000;
constexpr Address kSram1 = 0x20000000;
constexpr Address kSram3 = 0x20030000;
constexpr Address kCcm = 0x10000000;
constexpr Address kSdram = 0xC0000000;
constexpr std::uint32_t kCopy = 2u << 6 | 1u << 9 | 1u << 10;  // M2M, PINC, MINC
constexpr std::uint32_t kWords = 2u << 11 | 2u << 13;
constexpr std::uint32_t kIncr4 = 1u << 21 | 1u << 23;
constexpr std::uint32_t kFullFifo = 1u << 2 | 3;
constexpr std::uint32_t kAllInterrupts = 0x1E;
constexpr std::uint32_t kComplete = 1u << 5;
constexpr std::uint32_t kHalf = 1u << 4;
constexpr std::uint32_t kError = 1u << 3;

constexpr Address stream(unsigned n, unsigned offset) { return kDma2 + 0x10 + 0x18 * n + offset; }

class DmaStream : public BoardBus {
 protected:
  DmaStream() { make("stm32f469i-disco"); }

  void start(unsigned n, Address from, Address to, std::uint32_t items, std::uint32_t control,
             std::uint32_t fifo = kFullFifo) {
    write(stream(n, 0x08), from);
    write(stream(n, 0x0C), to);
    write(stream(n, 0x04), items);
    write(stream(n, 0x14), fifo);
    write(stream(n, 0x00), control | 1);
  }
  /// Cycles until the stream is off.
  Cycles time_of(unsigned n) {
    const Cycles begin = now_;
    while ((read(stream(n, 0x00)) & 1u) != 0 && now_ < begin + 100'000) pass(1);
    return now_ - begin;
  }
};

TEST_F(DmaStream, CopiesWordsAndSaysSo) {
  const auto bytes = counting(400);
  put(kSram1, bytes);
  put(kSram3, std::vector<std::uint8_t>(404, 0xEE));
  start(0, kSram1, kSram3, 100, kCopy | kWords | kAllInterrupts);
  EXPECT_FALSE(pending(56));
  pass(2000);
  EXPECT_EQ(get(kSram3, 400), bytes);
  EXPECT_EQ(get(kSram3 + 400, 4), std::vector<std::uint8_t>(4, 0xEE));
  EXPECT_TRUE(pending(56));
  EXPECT_EQ(read(kDma2), kComplete | kHalf);
  EXPECT_EQ(read(stream(0, 0x04)), 0u);
  EXPECT_EQ(read(stream(0, 0x00)) & 1u, 0u);
  write(kDma2 + 8, kComplete);
  EXPECT_EQ(read(kDma2), kHalf);
}

/// 5 cycles for each byte or word that goes alone, 10 for four words in bursts. A burst fills the
/// FIFO, so the ports take turns.  Source: boards-and-memories facts 13.2.
TEST_F(DmaStream, TimePerItemAndBurst) {
  const auto cycles_per_item = [&](std::uint32_t control, std::uint32_t fifo) {
    make("stm32f469i-disco");
    put(kSram1, counting(1024));
    start(0, kSram1, kSram3, 256, kCopy | control, fifo);
    return static_cast<double>(time_of(0)) / 256;
  };
  EXPECT_NEAR(cycles_per_item(0, kFullFifo), 5.0, 0.5);
  EXPECT_NEAR(cycles_per_item(0, 1u << 2), 5.0, 0.5);
  EXPECT_NEAR(cycles_per_item(kWords, kFullFifo), 5.0, 0.5);
  const double burst = cycles_per_item(kWords | kIncr4, kFullFifo);
  EXPECT_GE(burst, 2.45);
  EXPECT_LE(burst, 2.6);
}

/// 5 wait states for each 128 bits of flash, four words: (4 x 5 + 5) / 4 for each word.
TEST_F(DmaStream, AReadOfFlashWaitsForItsArray) {
  start(0, 0x08000000, kSram1, 256, kCopy | kWords, 1u << 2);
  EXPECT_NEAR(static_cast<double>(time_of(0)) / 256, 6.25, 0.3);
  const auto& traffic = bus().interconnect.traffic(bus().find(0x08000000)->memory);
  EXPECT_EQ(traffic.read_bytes, 1024u);
  EXPECT_EQ(traffic.array_reads, 1024u / 16);
  EXPECT_EQ(bus().interconnect.traffic(bus().find(kSram1)->memory).array_reads, 0u);
}

/// Bytes from SDRAM: one in 20 reads the memory (13 HCLK, row hit), the 19 behind it come from the
/// read FIFO (2 HCLK): its word and the four read ahead. With 4 cycles of overhead each, 131 for 20
/// bytes. Source: boards-and-memories facts 8.3, 13.2: 6 to 7 HCLK per byte.
TEST_F(DmaStream, BytesFromSdramTakeItsTime) {
  make("stm32f469i-disco", {"memories.sdram.refresh_sdclk=0"});
  const auto bytes = counting(1000);
  put(kSdram, bytes);
  start(0, kSdram, kSram1, 1000, kCopy);
  const Cycles time = time_of(0);
  EXPECT_GE(time, 50u * 131 + 4);        // the first finds its row closed
  EXPECT_LE(time, 50u * 131 + 4 + 130);  // waits for a full FIFO, the last bytes out of it
  EXPECT_EQ(get(kSram1, 1000), bytes);
  make("stm32f469i-disco");
  start(0, kSdram, kSram1, 1000, kCopy);
  EXPECT_GT(time_of(0), time + 18);  // refreshes in between
}

/// Words in bursts of four to SDRAM: posted, one cycle for each beat.
TEST_F(DmaStream, BurstsIntoSdramArePosted) {
  make("stm32f469i-disco", {"memories.sdram.refresh_sdclk=0"});
  start(0, kSram1, kSdram, 256, kCopy | kWords | kIncr4);
  const Cycles to_sdram = time_of(0);
  start(0, kSram1, kSram3, 256, kCopy | kWords | kIncr4);
  EXPECT_NEAR(static_cast<double>(to_sdram), static_cast<double>(time_of(0)), 2);
}

TEST_F(DmaStream, WidthsMayDifferAndBytesKeepTheirOrder) {
  const auto bytes = counting(64);
  for (const std::uint32_t memory_size : {0u, 1u, 2u}) {
    for (const std::uint32_t peripheral_size : {0u, 1u, 2u}) {
      make("stm32f469i-disco");
      put(kSram1, bytes);
      start(1, kSram1, kSram3, 64u >> peripheral_size,
            kCopy | peripheral_size << 11 | memory_size << 13);
      pass(3000);
      EXPECT_EQ(get(kSram3, 64), bytes) << peripheral_size << " to " << memory_size;
    }
  }
}

TEST_F(DmaStream, NothingIsWrittenBeforeTheFifoReachesItsThreshold) {
  put(kSram1, counting(64));
  put(kSram3, std::vector<std::uint8_t>(64, 0));
  start(0, kSram1, kSram3, 64, kCopy);
  pass(78);  // 15 bytes read
  EXPECT_EQ(get(kSram3, 1)[0], 0);
  pass(12);
  EXPECT_EQ(get(kSram3, 1)[0], 1);
}

TEST_F(DmaStream, ARunningStreamKeepsItsMemoriesShared) {
  put(kSram1, counting(64));
  EXPECT_EQ(bus().interconnect.shared(), 0u);
  start(0, kSram1, kSram3, 16, kCopy | kWords);
  EXPECT_TRUE(bus().interconnect.is_shared(bus().find(kSram1)->memory));
  EXPECT_TRUE(bus().interconnect.is_shared(bus().find(kSram3)->memory));
  EXPECT_FALSE(bus().interconnect.is_shared(bus().find(kCcm)->memory));
  pass(500);
  EXPECT_EQ(bus().interconnect.shared(), 0u);
  const auto& traffic = bus().interconnect.traffic(bus().find(kSram3)->memory);
  EXPECT_EQ(traffic.write_bytes, 64u);
}

TEST_F(DmaStream, CoreCoupledMemoryAndNothingAreTransferErrors) {
  start(2, kSram1, kCcm, 16, kCopy | kWords | kAllInterrupts);
  pass(10);
  EXPECT_EQ(read(kDma2) >> 16, kError);
  EXPECT_TRUE(pending(58));
  EXPECT_EQ(read(stream(2, 0x00)) & 1u, 0u);
  start(3, 0x70000000, kSram1, 16, kCopy | kWords);
  EXPECT_EQ(read(kDma2) >> 22, kError);
}

TEST_F(DmaStream, Dma1CannotCopyBetweenMemories) {
  write(kDma1 + 0x18, kSram1);
  write(kDma1 + 0x1C, kSram3);
  write(kDma1 + 0x14, 4);
  write(kDma1 + 0x10, kCopy | kWords | 1);
  EXPECT_EQ(read(kDma1), kError);
}

/// Streams that wait are served by priority, then number.
TEST_F(DmaStream, TheMoreUrgentStreamFinishesFirst) {
  put(kSram1, counting(512));
  start(0, kSram1, kSram3, 64, kCopy | kWords);
  start(1, kSram1 + 256, kSram3 + 256, 64, kCopy | kWords | 3u << 16);
  while ((read(kDma2) & (kComplete << 6)) == 0 && now_ < 10'000) pass(1);
  EXPECT_LT(now_, 10'000u);
  EXPECT_EQ(read(kDma2) & kComplete, 0u);
  EXPECT_GT(read(stream(0, 0x04)), 40u);
}

TEST_F(DmaStream, StoppingKeepsWhatWasMoved) {
  put(kSram1, counting(400));
  start(0, kSram1, kSram3, 100, kCopy | kWords);
  pass(200);
  write(stream(0, 0x00), kCopy | kWords);
  EXPECT_EQ(read(stream(0, 0x00)) & 1u, 0u);
  EXPECT_EQ(bus().interconnect.shared(), 0u);
  const std::uint32_t left = read(stream(0, 0x04));
  EXPECT_GT(left, 40u);
  EXPECT_LT(left, 80u);
  pass(1000);
  EXPECT_EQ(read(stream(0, 0x04)), left);
  EXPECT_EQ(get(kSram3, 4 * (100 - left)), std::vector<std::uint8_t>(counting(4 * (100 - left))));
}

TEST_F(DmaStream, WhatAStreamMovedIsLogged) {
  put(kSram1, counting(400));
  start(0, kSram1, kSram3, 100, kCopy | kWords);
  EXPECT_EQ(transfers(),
            std::vector<std::string>{"dma2 stream 0 10-10 0x20000000>0x20030000 0 unfinished"});
  pass(300);
  const std::uint32_t left = read(stream(0, 0x04));
  write(stream(0, 0x00), kCopy | kWords);
  start(0, kSram1, kSram3 + 4, 3, kCopy | kWords);
  pass(1000);
  start(2, kSram1, kCcm, 16, kCopy | kWords);  // the controller does not reach it
  const auto list = transfers();
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(list[0],
            fmt::format("dma2 stream 0 10-310 0x20000000>0x20030000 {} stopped", 4 * (100 - left)));
  // 5 cycles for each of three words in; the FIFO is not full, so they go out behind the last one.
  EXPECT_EQ(list[1], "dma2 stream 0 310-340 0x20000000>0x20030004 12 complete");
  EXPECT_EQ(list[2], "dma2 stream 2 1310-1310 0x20000000>0x10000000 0 failed");
}

}  // namespace
}  // namespace mcost::test
