// SPI of the STM32F469 and an SD card on it: time of SCK, flags, initialisation as FatFs examples
// do it, reads, writes, errors, DMA.
#include "boards/peripherals/sd_card.h"
#include "sim_core/base/error.h"
#include "tests/boards/board_bus.h"
#include "tests/boards/sd_file.h"

namespace mcost::test {
namespace {

constexpr Address kSpi = 0x40013000;
constexpr Address kControl1 = kSpi;
constexpr Address kControl2 = kSpi + 0x04;
constexpr Address kStatus = kSpi + 0x08;
constexpr Address kData = kSpi + 0x0C;
constexpr Address kSram1 = 0x20000000;
constexpr Address kDma2 = 0x40026400;
constexpr std::uint64_t kCardBytes = 1024 * 1024;
constexpr std::uint32_t kMaster = 1u << 2 | 1u << 6 | 3u << 8;

Address stream(unsigned n, unsigned offset) { return kDma2 + 0x10 + 0x18 * n + offset; }

class SdOnSpi : public BoardBus {
 protected:
  void SetUp() override {
    boards::BoardSpec spec = boards::read_board("stm32f469i-disco", {}, {});
    boards::SdCardSpec card;
    card.image = file_ = make_sd_file(kCardBytes);
    spec.devices.clear();
    spec.devices.push_back({"sd", "spi1", card, {}});
    make(std::move(spec));
    write(kControl1, kMaster | 1u << 3);  // 90 MHz / 4
  }
  std::uint8_t exchange(std::uint8_t out) {
    write(kData, out, 1);
    for (unsigned i = 0; i < 100'000 && (read(kStatus) & 1u) == 0; ++i) pass(1);
    return static_cast<std::uint8_t>(read(kData, 1));
  }
  /// R1 of a command; bytes behind it stay to be read.
  std::uint8_t command(unsigned index, std::uint32_t argument) {
    std::array<std::uint8_t, 5> bytes = {
        static_cast<std::uint8_t>(0x40 | index), static_cast<std::uint8_t>(argument >> 24),
        static_cast<std::uint8_t>(argument >> 16), static_cast<std::uint8_t>(argument >> 8),
        static_cast<std::uint8_t>(argument)};
    for (const std::uint8_t byte : bytes) exchange(byte);
    exchange(boards::sd_crc7(bytes));
    for (unsigned i = 0; i < 9; ++i) {
      const std::uint8_t r1 = exchange(0xFF);
      if (r1 != 0xFF) return r1;
    }
    return 0xFF;
  }
  std::uint32_t word() {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < 4; ++i) value = value << 8 | exchange(0xFF);
    return value;
  }
  void initialise() {
    for (unsigned i = 0; i < 10; ++i) exchange(0xFF);
    ASSERT_EQ(command(0, 0), 1);
    ASSERT_EQ(command(8, 0x1AA), 1);
    ASSERT_EQ(word(), 0x1AAu);
    unsigned rounds = 0;
    std::uint8_t r1 = 1;
    for (; r1 != 0 && rounds < 10'000; ++rounds) {
      ASSERT_LE(command(55, 0), 1);
      r1 = command(41, 0x40000000);
    }
    EXPECT_GT(rounds, 3u);  // 1 ms
    ASSERT_EQ(r1, 0);
    ASSERT_EQ(command(58, 0), 0);
    EXPECT_EQ(word(), 0xC0FF8000u);
  }
  /// Bytes of silence before the token.
  unsigned wait_for_token() {
    for (unsigned i = 0; i < 10'000; ++i) {
      const std::uint8_t byte = exchange(0xFF);
      if (byte == 0xFE) return i;
      EXPECT_EQ(byte, 0xFF);
    }
    ADD_FAILURE() << "no token";
    return 0;
  }
  std::vector<std::uint8_t> block(std::size_t size = 512) {
    std::vector<std::uint8_t> bytes;
    for (std::size_t i = 0; i < size; ++i) bytes.push_back(exchange(0xFF));
    unsigned crc = exchange(0xFF);
    crc = crc << 8 | exchange(0xFF);
    EXPECT_EQ(crc, boards::sd_crc16(bytes));
    return bytes;
  }
  static std::vector<std::uint8_t> expected(std::uint64_t number) {
    std::vector<std::uint8_t> bytes(512);
    for (std::size_t i = 0; i < 512; ++i) bytes[i] = sd_byte(number * 512 + i);
    return bytes;
  }
  std::string file_;  // NOLINT(misc-non-private-member-variables-in-classes)
};

/// 8 bits at 90 MHz / 2^(BR+1), with the core at 180 MHz.
TEST_F(SdOnSpi, AFrameTakesEightPeriodsOfSck) {
  for (unsigned divider = 0; divider < 8; ++divider) {
    write(kControl1, kMaster | divider << 3);
    const Cycles frame = Cycles{8 * 2} << (divider + 1);
    write(kData, 0xFF, 1);
    EXPECT_EQ(read(kStatus) & 0x83u, 0x82u);
    pass(frame);
    EXPECT_EQ(read(kStatus) & 0x83u, 0x82u) << divider;
    pass(1);
    EXPECT_EQ(read(kStatus) & 0x83u, 0x03u) << divider;
    (void)read(kData, 1);
    EXPECT_EQ(read(kStatus) & 0x83u, 0x02u);
  }
}

TEST_F(SdOnSpi, EachByteIsEightClocksAtTheCard) {
  for (unsigned i = 0; i < 10; ++i) exchange(0xFF);
  EXPECT_EQ(count("sd_clocks"), 80u);
  command(0, 0);  // six bytes, one of silence, R1
  EXPECT_EQ(count("sd_clocks"), 80u + 8 * 8);
}

TEST_F(SdOnSpi, AccessAndProgrammingAreCountedInNanoseconds) {
  initialise();
  const boards::SdCardSpec times;
  const std::uint64_t before = count("sd_access_ns");
  ASSERT_EQ(command(17, 3), 0);
  wait_for_token();
  block();
  EXPECT_EQ(count("sd_access_ns") - before, times.access_ns);
  EXPECT_EQ(count("sd_blocks_read"), 1u);
  ASSERT_EQ(command(24, 3), 0);
  exchange(0xFE);
  for (unsigned i = 0; i < 512 + 2; ++i) exchange(0);
  exchange(0xFF);
  EXPECT_EQ(count("sd_busy_ns"), times.program_ns);
  EXPECT_EQ(count("sd_blocks_written"), 1u);
}

TEST_F(SdOnSpi, ASecondFrameWaitsInTheDataRegisterAndAThirdOverruns) {
  write(kData, 0xFF, 1);
  write(kData, 0xFF, 1);
  EXPECT_EQ(read(kStatus) & 2u, 0u);
  pass(65);
  EXPECT_EQ(read(kStatus) & 0xC3u, 0x83u);
  pass(64);
  EXPECT_NE(read(kStatus) & 1u << 6, 0u);
  (void)read(kData, 1);
  EXPECT_EQ(read(kStatus) & 1u << 6, 0u);
}

TEST_F(SdOnSpi, InterruptsComeWithTheFlags) {
  write(kControl2, 1u << 6);
  write(kData, 0xFF, 1);
  pass(60);
  EXPECT_FALSE(pending(35));
  pass(10);
  EXPECT_TRUE(pending(35));
}

TEST_F(SdOnSpi, TheCardInitialisesAndNamesItsSize) {
  initialise();
  ASSERT_EQ(command(9, 0), 0);
  wait_for_token();
  const auto csd = block(16);
  const std::uint32_t size = (csd[7] & 0x3Fu) << 16 | csd[8] << 8u | csd[9];
  EXPECT_EQ((size + 1) * 512 * 1024, kCardBytes);
  ASSERT_EQ(command(10, 0), 0);
  wait_for_token();
  EXPECT_EQ(block(16)[4], 'C');
  ASSERT_EQ(command(13, 0), 0);
  EXPECT_EQ(exchange(0xFF), 0);
  EXPECT_EQ(command(16, 512), 0);
  EXPECT_EQ(command(50, 0), 4);  // no such command
}

TEST_F(SdOnSpi, ABlockComesAfterItsAccessTime) {
  initialise();
  const Cycles begin = now_;
  ASSERT_EQ(command(17, 5), 0);
  const Cycles answered = now_;
  wait_for_token();
  // 200 us, up to the end of the byte behind them.
  const Cycles access = now_ - answered;
  EXPECT_GE(access, 36'000u);
  EXPECT_LE(access, 36'000u + 3 * 70);
  EXPECT_EQ(block(), expected(5));
  EXPECT_EQ(exchange(0xFF), 0xFF);
  // The wire itself: 524 bytes (facts 11.1) of 64 cycles, and a cycle or two of this test for each.
  const Cycles wire = now_ - begin - access;
  EXPECT_GE(wire, 523u * 64);
  EXPECT_LE(wire, 526u * 67);
}

TEST_F(SdOnSpi, MultipleReadsEndWithCommand12) {
  initialise();
  ASSERT_EQ(command(18, 8), 0);
  for (unsigned i = 0; i < 3; ++i) {
    const Cycles before = now_;
    wait_for_token();
    if (i != 0) {
      EXPECT_GE(now_ - before, 3600u);  // 20 us behind the last block
      EXPECT_LT(now_ - before, 5000u);
    }
    EXPECT_EQ(block(), expected(8 + i));
  }
  EXPECT_EQ(command(12, 0), 0);
  for (unsigned i = 0; i < 600; ++i) ASSERT_EQ(exchange(0xFF), 0xFF);
}

TEST_F(SdOnSpi, AWriteIsBusyAndStaysInMemory) {
  initialise();
  const auto data = counting(512);
  ASSERT_EQ(command(24, 7), 0);
  exchange(0xFF);
  exchange(0xFE);
  for (const std::uint8_t byte : data) exchange(byte);
  exchange(0xFF);
  exchange(0xFF);
  EXPECT_EQ(exchange(0xFF) & 0x1F, 5);
  const Cycles begin = now_;
  while (exchange(0xFF) != 0xFF) {
  }
  EXPECT_NEAR(static_cast<double>(now_ - begin), 180'000, 200);  // 1 ms
  ASSERT_EQ(command(17, 7), 0);
  wait_for_token();
  EXPECT_EQ(block(), data);
  std::ifstream stream(file_, std::ios::binary);
  stream.seekg(7 * 512);
  EXPECT_EQ(stream.get(), sd_byte(7 * 512));  // the file is as it was
}

TEST_F(SdOnSpi, AMultipleWritePausesBehindEach64thBlock) {
  initialise();
  ASSERT_EQ(command(25, 100), 0);
  std::vector<Cycles> busy;
  for (unsigned i = 0; i < 65; ++i) {
    exchange(0xFC);
    for (unsigned k = 0; k < 514; ++k) exchange(static_cast<std::uint8_t>(i));
    ASSERT_EQ(exchange(0xFF) & 0x1F, 5);
    const Cycles begin = now_;
    while (exchange(0xFF) != 0xFF) {
    }
    busy.push_back(now_ - begin);
  }
  exchange(0xFD);
  EXPECT_NEAR(static_cast<double>(busy[62]), 36'000, 200);
  EXPECT_NEAR(static_cast<double>(busy[63]), 396'000, 200);
  EXPECT_NEAR(static_cast<double>(busy[64]), 36'000, 200);
  ASSERT_EQ(command(17, 164), 0);
  wait_for_token();
  EXPECT_EQ(block(), std::vector<std::uint8_t>(512, 64));
}

TEST_F(SdOnSpi, AddressesPastTheEndAreParameterErrors) {
  initialise();
  EXPECT_EQ(command(17, kCardBytes / 512), 0x40);
  EXPECT_EQ(command(24, 0xFFFFFFFF), 0x40);
  EXPECT_EQ(command(17, kCardBytes / 512 - 1), 0);
}

TEST_F(SdOnSpi, AWrongCrcIsSaid) {
  for (unsigned i = 0; i < 10; ++i) exchange(0xFF);
  exchange(0x40);
  for (unsigned i = 0; i < 4; ++i) exchange(0);
  exchange(0x11);
  exchange(0xFF);
  EXPECT_EQ(exchange(0xFF), 0x09);
}

/// Two streams move a block: one sends 0xFF, one takes what comes.
TEST_F(SdOnSpi, DmaTakesABlockAtTheRateOfTheWire) {
  initialise();
  ASSERT_EQ(command(17, 3), 0);
  wait_for_token();
  put(kSram1, {0xFF});
  const auto start = [&](unsigned n, Address memory, std::uint32_t control) {
    write(stream(n, 0x08), kData);
    write(stream(n, 0x0C), memory);
    write(stream(n, 0x04), 512);
    write(stream(n, 0x14), 0);
    write(stream(n, 0x00), control | 3u << 25 | 1);
  };
  start(0, kSram1 + 0x100, 1u << 10 | 1u << 4);
  start(3, kSram1, 1u << 6);
  const Cycles begin = now_;
  write(kControl2, 3);
  while (!pending(56) && now_ < begin + 100'000) pass(1);
  EXPECT_EQ(get(kSram1 + 0x100, 512), expected(3));
  EXPECT_GE(now_ - begin, 512u * 64);
  EXPECT_LE(now_ - begin, 512u * 64 + 200);
  EXPECT_EQ(bus().interconnect.shared(), 0u);
}

/// Bytes that start no command, as for another device at the same pins, ask nothing of a card.
TEST_F(SdOnSpi, AnEmptySlotIsNotedWhenACommandWasSent) {
  boards::BoardSpec spec = boards::read_board("stm32f469i-disco", {}, {});
  spec.devices.clear();
  spec.devices.push_back({"sd", "spi1", boards::SdCardSpec{}, {}});
  make(std::move(spec));
  write(kControl1, kMaster | 1u << 3);
  for (unsigned i = 0; i < 10; ++i) exchange(0xFF);
  EXPECT_TRUE(machine_->notes().empty());
  EXPECT_EQ(command(0, 0), 0xFF);
  EXPECT_EQ(machine_->notes(),
            std::vector<std::string>{"devices.sd: commands were not answered, the slot is empty; "
                                     "--sd FILE puts a card in"});
}

TEST(SdImage, AWritableImageIsWritten) {
  const std::string file = make_sd_file(512 * 1024);
  {
    boards::SdImage image(file, 0, true, "devices.sd.image");
    boards::SdBlock data{};
    data.fill(0x5A);
    image.write(3, data);
    EXPECT_EQ(image.read(3), data);
  }
  boards::SdImage image(file, 0, false, "devices.sd.image");
  EXPECT_EQ(image.read(3)[100], 0x5A);
  EXPECT_EQ(image.read(4)[100], sd_byte(4 * 512 + 100));
}

}  // namespace
}  // namespace mcost::test
