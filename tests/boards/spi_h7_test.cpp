// SPI of the STM32H743 with an SD card on it: counted transfers as HAL_SPI_TransmitReceive makes
// them, FIFO packets, flags, interrupts, DMA.
#include <array>

#include "boards/peripherals/sd_card.h"
#include "tests/boards/board_bus.h"
#include "tests/boards/sd_file.h"

namespace mcost::test {
namespace {

constexpr Address kSpi = 0x40013000;
constexpr Address kSpi4 = 0x40013400;
constexpr Address kDma1 = 0x40020000;
constexpr Address kSram1 = 0x30000000;
constexpr std::uint64_t kCardBytes = 1024 * 1024;
constexpr unsigned kInterrupt = 35;

constexpr std::uint32_t kRxp = 1u << 0;
constexpr std::uint32_t kTxp = 1u << 1;
constexpr std::uint32_t kEot = 1u << 3;
constexpr std::uint32_t kTxtf = 1u << 4;
constexpr std::uint32_t kSusp = 1u << 11;
constexpr std::uint32_t kTxc = 1u << 12;
constexpr std::uint32_t kRxwne = 1u << 15;

/// 480 MHz / 120 MHz of the kernel, SCK at half of that.
constexpr Cycles kClock = 2 * 4;

class SpiOfH7 : public BoardBus {
 protected:
  void SetUp() override {
    boards::BoardSpec spec = boards::read_board("nucleo-h743zi2", {}, {});
    boards::SdCardSpec card;
    card.image = make_sd_file(kCardBytes);
    spec.devices.push_back({"sd", "spi1", card, {}});
    make(std::move(spec));
    set_up(kSpi, 8, 1);
  }
  /// As HAL_SPI_Init: master, full duplex, frames of so many bits, packets of so many frames.
  void set_up(Address spi, unsigned frame_bits, unsigned packet) {
    write(spi, 0);
    write(spi + 0x08, (frame_bits - 1) | (packet - 1) << 5 | 7u << 16);
    write(spi + 0x0C, 1u << 22 | 1u << 26);
  }
  void start(std::uint32_t frames) {
    write(kSpi + 0x04, frames);
    write(kSpi, read(kSpi) | 1);
    write(kSpi, read(kSpi) | 1u << 9);
  }
  [[nodiscard]] std::uint32_t status() { return read(kSpi + 0x14); }
  void close() {
    write(kSpi + 0x18, kEot | kTxtf);
    write(kSpi, read(kSpi) & ~1u);
    write(kSpi + 0x10, 0);
  }
  /// HAL_SPI_TransmitReceive of bytes.
  std::vector<std::uint8_t> exchange(const std::vector<std::uint8_t>& out) {
    start(static_cast<std::uint32_t>(out.size()));
    std::vector<std::uint8_t> in;
    std::size_t sent = 0;
    const Cycles most = now_ + 10'000'000;
    while ((sent < out.size() || in.size() < out.size()) && now_ < most) {
      const std::uint32_t flags = status();
      if ((flags & kTxp) != 0 && sent < out.size()) {
        write(kSpi + 0x20, out[sent++], 1);
      } else if ((flags & (kRxp | kEot)) != 0 && in.size() < out.size()) {
        in.push_back(static_cast<std::uint8_t>(read(kSpi + 0x30, 1)));
      } else {
        pass(1);
      }
    }
    for (unsigned i = 0; i < 1000 && (status() & kEot) == 0; ++i) pass(1);
    EXPECT_NE(status() & kEot, 0u);
    close();
    return in;
  }
  std::uint8_t exchange(std::uint8_t out) { return exchange(std::vector<std::uint8_t>{out}).at(0); }
  std::uint8_t command(unsigned index, std::uint32_t argument) {
    std::array<std::uint8_t, 5> bytes = {
        static_cast<std::uint8_t>(0x40 | index), static_cast<std::uint8_t>(argument >> 24),
        static_cast<std::uint8_t>(argument >> 16), static_cast<std::uint8_t>(argument >> 8),
        static_cast<std::uint8_t>(argument)};
    std::vector<std::uint8_t> frame(bytes.begin(), bytes.end());
    frame.push_back(boards::sd_crc7(bytes));
    (void)exchange(frame);
    for (unsigned i = 0; i < 9; ++i) {
      const std::uint8_t r1 = exchange(0xFF);
      if (r1 != 0xFF) return r1;
    }
    return 0xFF;
  }
};

TEST_F(SpiOfH7, ResetValuesAreTheManuals) {
  EXPECT_EQ(read(kSpi4 + 0x08), 0x00070007u);
  EXPECT_EQ(read(kSpi4 + 0x14), 0x00001002u);
  EXPECT_EQ(read(kSpi4), 0u);
}

/// Two frames of 8 SCK, one behind the other; EOT with the last bit.
TEST_F(SpiOfH7, ATransferOfTwoFramesEnds) {
  start(2);
  EXPECT_EQ(status(), kTxp | 2u << 16);
  write(kSpi + 0x20, 0xFF, 1);
  const Cycles frame = 8 * kClock;
  EXPECT_EQ(status(), kTxp | 1u << 16);
  write(kSpi + 0x20, 0xFF, 1);
  EXPECT_EQ(status(), kTxtf | 1u << 16);
  pass(frame);
  EXPECT_EQ(status(), kTxtf | 1u << 16);
  pass(1);
  EXPECT_EQ(status(), kTxtf | kRxp | 1u << 13);
  EXPECT_EQ(read(kSpi) >> 9 & 1u, 1u);
  pass(frame - 1);
  EXPECT_EQ(status() & kEot, 0u);
  pass(1);
  EXPECT_EQ(status(), kTxtf | kRxp | kEot | kTxc | 2u << 13);
  EXPECT_EQ(read(kSpi) >> 9 & 1u, 0u);  // CSTART
  EXPECT_EQ(read(kSpi + 0x30, 2), 0xFFFFu);
  close();
  EXPECT_EQ(status() & (kEot | kTxtf | kRxp), 0u);
}

TEST_F(SpiOfH7, NothingMovesWithoutCstart) {
  write(kSpi + 4, 1);
  write(kSpi, read(kSpi) | 1);
  write(kSpi + 0x20, 0xFF, 1);
  pass(1000);
  EXPECT_EQ(status() & kRxp, 0u);
  write(kSpi, read(kSpi) | 1u << 9);
  pass(8 * kClock + 1);
  EXPECT_NE(status() & kRxp, 0u);
}

/// 16 bytes fit SPI1, 8 SPI4; packets of four are announced as a whole.
TEST_F(SpiOfH7, FifosHaveTheirDepthAndPackets) {
  for (const auto& [spi, bytes] : {std::pair{kSpi, 16u}, std::pair{kSpi4, 8u}}) {
    set_up(spi, 8, 4);
    write(spi, 1);
    for (unsigned sent = 0; sent < bytes; sent += 4) {
      EXPECT_NE(read(spi + 0x14) & kTxp, 0u) << sent;
      write(spi + 0x20, 0xFFFFFFFF);
    }
    EXPECT_EQ(read(spi + 0x14) & kTxp, 0u);
    write(spi, 0);
  }
  set_up(kSpi, 8, 4);
  start(8);
  write(kSpi + 0x20, 0x04030201);
  pass(3 * 8 * kClock + 1);
  EXPECT_EQ(status() & (kRxp | kRxwne), 0u);
  EXPECT_EQ(status() >> 13 & 3u, 3u);
  pass(8 * kClock);
  EXPECT_EQ(status() & (kRxp | kRxwne), kRxp | kRxwne);
}

/// MASRX: the master waits while nobody reads; without it frames are lost.
TEST_F(SpiOfH7, AFullReceiveFifoSuspendsOrOverruns) {
  for (const bool suspends : {true, false}) {
    write(kSpi, 0);
    write(kSpi, suspends ? 1u << 8 : 0u);
    start(20);
    for (unsigned i = 0; i < 20; ++i) {
      write(kSpi + 0x20, 0xFF, 1);
      pass(8 * kClock);
    }
    pass(1000);
    EXPECT_EQ(status() >> 16, suspends ? 4u : 0u);
    EXPECT_EQ((status() >> 6 & 1u) != 0, !suspends);
    close();
  }
}

TEST_F(SpiOfH7, CsuspEndsATransferWithoutSize) {
  start(0);
  write(kSpi + 0x20, 0xFFFF, 2);
  pass(100);
  write(kSpi, read(kSpi) | 1u << 10);
  EXPECT_NE(status() & kSusp, 0u);
  pass(10'000);
  EXPECT_EQ(read(kSpi) >> 9 & 1u, 0u);
  close();
}

TEST_F(SpiOfH7, InterruptsComeWithTheirFlags) {
  write(kSpi + 0x10, kEot);
  start(1);
  write(kSpi + 0x20, 0xFF, 1);
  pass(8 * kClock - 1);
  EXPECT_FALSE(pending(kInterrupt));
  pass(2);
  EXPECT_TRUE(pending(kInterrupt));
  write(kSpi + 0x18, kEot);
  EXPECT_FALSE(pending(kInterrupt));
}

TEST_F(SpiOfH7, AnSdCardAnswers) {
  (void)exchange(std::vector<std::uint8_t>(10, 0xFF));
  ASSERT_EQ(command(0, 0), 1);
  ASSERT_EQ(command(8, 0x1AA), 1);
  EXPECT_EQ(exchange(std::vector<std::uint8_t>(4, 0xFF)),
            (std::vector<std::uint8_t>{0, 0, 1, 0xAA}));
  std::uint8_t r1 = 1;
  for (unsigned rounds = 0; r1 != 0 && rounds < 10'000; ++rounds) {
    ASSERT_LE(command(55, 0), 1);
    r1 = command(41, 0x40000000);
  }
  ASSERT_EQ(r1, 0);
  ASSERT_EQ(command(17, 7), 0);
  std::uint8_t token = 0xFF;
  for (unsigned i = 0; token == 0xFF && i < 10'000; ++i) token = exchange(0xFF);
  ASSERT_EQ(token, 0xFE);
  const auto block = exchange(std::vector<std::uint8_t>(512, 0xFF));
  for (std::size_t i = 0; i < 512; ++i) ASSERT_EQ(block[i], sd_byte(7 * 512 + i)) << i;
}

/// As HAL_SPI_TransmitReceive_DMA: both directions by bytes, EOT behind them.
TEST_F(SpiOfH7, DmaMovesBothDirections) {
  make("nucleo-h743zi2");  // without a card, which would answer
  set_up(kSpi, 8, 1);
  put(kSram1, counting(64));
  const auto stream = [](unsigned n, unsigned offset) { return kDma1 + 0x10 + 0x18 * n + offset; };
  const auto start_stream = [&](unsigned n, Address data, Address memory, bool sends) {
    write(stream(n, 0x08), data);
    write(stream(n, 0x0C), memory);
    write(stream(n, 0x04), 64);
    write(stream(n, 0x00), 1u << 10 | 1u << 4 | (sends ? 1u << 6 : 0u) | 1);
  };
  write(kSpi + 0x08, read(kSpi + 0x08) | 1u << 14);
  start_stream(0, kSpi + 0x30, kSram1 + 0x100, false);
  start_stream(1, kSpi + 0x20, kSram1, true);
  write(kSpi + 0x08, read(kSpi + 0x08) | 1u << 15);
  write(kSpi + 0x10, kEot);
  const Cycles began = now_;
  start(64);
  while (!pending(11) && now_ - began < 100'000) pass(1);
  EXPECT_GE(now_ - began, 64 * 8 * kClock);
  EXPECT_LE(now_ - began, 64 * 8 * kClock + 100);
  EXPECT_TRUE(pending(12));
  EXPECT_TRUE(pending(kInterrupt));
  EXPECT_EQ(get(kSram1 + 0x100, 64), std::vector<std::uint8_t>(64, 0xFF));
  EXPECT_EQ(bus().interconnect.shared(), 0u);
}

}  // namespace
}  // namespace mcost::test
