// SDIO of the STM32F469 with a card, and the same as SDMMC of version 2: identification as ST's HAL
// does it, time of commands and blocks, reads and writes by polling and by DMA.
#include <gmock/gmock.h>

#include "boards/peripherals/sd_card.h"
#include "tests/boards/board_bus.h"
#include "tests/boards/sd_file.h"

namespace mcost::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Address kSdio = 0x40012C00;
constexpr Address kDma2 = 0x40026400;
constexpr Address kSram1 = 0x20000000;
constexpr std::uint64_t kCardBytes = 2 * 1024 * 1024;
constexpr std::uint32_t kResponse = 1u << 6;
constexpr std::uint32_t kSent = 1u << 7;
constexpr std::uint32_t kTimeout = 1u << 2;
constexpr std::uint32_t kCrcFailed = 1u << 0;
constexpr std::uint32_t kDataEnd = 1u << 8;
constexpr std::uint32_t kUnderrun = 1u << 4;
constexpr std::uint32_t kOverrun = 1u << 5;

Address stream(unsigned n, unsigned offset) { return kDma2 + 0x10 + 0x18 * n + offset; }

class SdOnSdio : public BoardBus {
 protected:
  void prepare(unsigned version, bool card_inserted = true) {
    version_ = version;
    boards::BoardSpec spec = boards::read_board("stm32f469i-disco", {}, {});
    for (boards::PeripheralSpec& peripheral : spec.peripherals) {
      if (peripheral.name == "sdio" && version == 2) peripheral.type = "sdmmc_stm32_v2";
    }
    if (card_inserted)
      std::get<boards::SdCardSpec>(spec.devices.at(0).kind).image = make_sd_file(kCardBytes);
    make(std::move(spec));
    set_clock(120, 0);
  }
  /// SDCK of 48 MHz / divider, or undivided; `wide` is the code of the bus width.
  void set_clock(unsigned divider, unsigned wide) {
    if (version_ == 2) {
      write(kSdio + 4, divider / 2 | wide << 14);
    } else {
      write(kSdio + 4, (divider < 2 ? 1u << 10 : divider - 2) | 1u << 8 | wide << 11);
    }
  }
  [[nodiscard]] std::uint32_t status() { return read(kSdio + 0x34); }
  /// Flags that end a command; `wait` 0 none, 1 short, 3 long.
  std::uint32_t command(unsigned index, std::uint32_t argument, unsigned wait = 1) {
    write(kSdio + 0x38, 0xFFFFFFFF);
    write(kSdio + 8, argument);
    write(kSdio + 0xC, version_ == 2 ? index | wait << 8 | 1u << 12 : index | wait << 6 | 1u << 10);
    for (unsigned i = 0; i < 1'000'000 && (status() & 0xC5u) == 0; ++i) pass(1);
    return status() & 0xC5u;
  }
  [[nodiscard]] std::uint32_t response(unsigned i = 0) { return read(kSdio + 0x14 + 4 * i); }
  std::uint32_t app_command(unsigned index, std::uint32_t argument, std::uint32_t address = 0) {
    EXPECT_EQ(command(55, address << 16), kResponse);
    EXPECT_NE(response() & 1u << 5, 0u);
    return command(index, argument);
  }
  void identify() {
    ASSERT_EQ(command(0, 0, 0), kSent);
    ASSERT_EQ(command(8, 0x1AA), kResponse);
    ASSERT_EQ(response(), 0x1AAu);
    unsigned rounds = 0;
    do {
      ASSERT_EQ(app_command(41, 0xC1100000), kCrcFailed);
    } while ((response() & 1u << 31) == 0 && ++rounds < 1000);
    ASSERT_EQ(response(), 0xC0FF8000u);
    ASSERT_EQ(command(2, 0, 3), kResponse);
    EXPECT_EQ(response(0) >> 8 & 0xFFu, 'c');
    ASSERT_EQ(command(3, 0), kResponse);
    address_ = response() >> 16;
    ASSERT_EQ(command(9, address_ << 16, 3), kResponse);
    const std::uint32_t size = (response(1) & 0x3Fu) << 16 | response(2) >> 16;
    EXPECT_EQ((size + 1) * 512 * 1024, kCardBytes);
    ASSERT_EQ(command(7, address_ << 16), kResponse);
    ASSERT_EQ(app_command(6, 2, address_), kResponse);
    set_clock(2, 1);
    ASSERT_EQ(command(16, 512), kResponse);
  }
  [[nodiscard]] unsigned card_state() {
    EXPECT_EQ(command(13, address_ << 16), kResponse);
    return response() >> 9 & 0xFu;
  }
  void start_data(std::uint32_t bytes, bool from_card, unsigned block_code = 9, bool dma = false) {
    write(kSdio + 0x24, 0xFFFFFFFF);
    write(kSdio + 0x28, bytes);
    write(kSdio + 0x2C, 1u | (from_card ? 2u : 0u) | (dma ? 8u : 0u) | block_code << 4);
  }
  /// As HAL_SD_ReadBlocks polls.
  std::vector<std::uint8_t> poll_in(std::size_t bytes) {
    std::vector<std::uint8_t> data;
    for (unsigned i = 0; i < 2'000'000 && data.size() < bytes; ++i) {
      if ((status() & 1u << 19) != 0) {
        pass(1);
        continue;
      }
      const std::uint32_t word = read(kSdio + 0x80);
      for (unsigned k = 0; k < 4; ++k) data.push_back(static_cast<std::uint8_t>(word >> (8 * k)));
    }
    return data;
  }
  void wait_for(std::uint32_t flag) {
    for (unsigned i = 0; i < 10'000'000 && (status() & flag) == 0; ++i) pass(1);
    EXPECT_NE(status() & flag, 0u);
  }
  static std::vector<std::uint8_t> expected(std::uint64_t number, unsigned blocks = 1) {
    std::vector<std::uint8_t> bytes(512 * blocks);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = sd_byte(number * 512 + i);
    return bytes;
  }
  std::uint32_t address_ = 0;  // NOLINT(misc-non-private-member-variables-in-classes)
  unsigned version_ = 1;       // NOLINT(misc-non-private-member-variables-in-classes)
};

TEST_F(SdOnSdio, ACardIsIdentifiedBothWays) {
  for (const unsigned version : {1u, 2u}) {
    prepare(version);
    identify();
    EXPECT_EQ(card_state(), 4u);
  }
}

TEST_F(SdOnSdio, AnEmptySlotTimesOut) {
  prepare(1, false);
  EXPECT_EQ(command(0, 0, 0), kSent);  // CMD0 has no response: nothing is missed yet
  EXPECT_THAT(machine_->notes(), IsEmpty());
  EXPECT_EQ(command(8, 0x1AA), kTimeout);
  EXPECT_EQ(command(8, 0x1AA), kTimeout);
  EXPECT_THAT(machine_->notes(),
              ElementsAre("devices.sd: commands were not answered, the slot is empty; --sd FILE "
                          "puts a card in"));
}

/// Words come every 60 core cycles: 8 SDCK of 24 MHz on four lines at 180 MHz. The first is there
/// 1 + 8 clocks behind the access time; the 33rd finds 32 words in the FIFO.
TEST_F(SdOnSdio, WithoutFlowControlAFullFifoEndsTheTransfer) {
  for (const unsigned version : {1u, 2u}) {
    prepare(version);
    identify();
    start_data(512, true);
    ASSERT_EQ(command(17, 9), kResponse);
    wait_for(1u << 17);  // RXFIFOF: the 32nd word
    const Cycles full = now_;
    EXPECT_EQ(status() & kOverrun, 0u);
    pass(full + 60 - 1 - now_);
    EXPECT_EQ(status() & kOverrun, 0u);
    pass(1);
    EXPECT_EQ(status() & (kOverrun | kDataEnd), kOverrun);
    EXPECT_THAT(machine_->notes(), Contains(HasSubstr("RXOVERR")));
    // What had come is still there, and the next transfer starts afresh.
    std::vector<std::uint8_t> begin = expected(9);
    begin.resize(128);
    EXPECT_EQ(poll_in(128), begin);
    EXPECT_EQ(card_state(), 4u);
    start_data(512, true);
    ASSERT_EQ(command(17, 10), kResponse);
    EXPECT_EQ(poll_in(512), expected(10));
  }
}

TEST_F(SdOnSdio, FlowControlStopsTheClockWhileTheFifoIsFull) {
  for (const unsigned version : {1u, 2u}) {
    prepare(version);
    identify();
    write(kSdio + 4, read(kSdio + 4) | 1u << (version == 2 ? 17 : 14));
    start_data(512, true);
    ASSERT_EQ(command(17, 9), kResponse);
    wait_for(1u << 17);
    pass(100'000);
    EXPECT_EQ(status() & kOverrun, 0u);
    EXPECT_EQ(poll_in(512), expected(9));
    wait_for(kDataEnd);
    EXPECT_EQ(status() & kOverrun, 0u);
  }
}

/// The block begins with the first word; the third, due 60 cycles behind the second, is missing.
TEST_F(SdOnSdio, WithoutFlowControlAnEmptyFifoEndsAWrite) {
  for (const bool flow_control : {false, true}) {
    prepare(1);
    identify();
    if (flow_control) write(kSdio + 4, read(kSdio + 4) | 1u << 14);
    ASSERT_EQ(command(24, 33), kResponse);
    start_data(512, false);
    pass(100'000);  // no block has begun: an empty FIFO is no error
    EXPECT_EQ(status() & kUnderrun, 0u);
    write(kSdio + 0x80, 1);
    write(kSdio + 0x80, 2);
    wait_for(1u << 18);  // TXFIFOE: the second word is under way
    const Cycles empty = now_;
    pass(empty + 60 - 1 - now_);
    EXPECT_EQ(status() & kUnderrun, 0u);
    pass(1);
    EXPECT_EQ(status() & (kUnderrun | kDataEnd), flow_control ? 0u : kUnderrun);
  }
}

/// 48 bits of a command, a gap of 8, 48 of the response; a block on four lines is a start bit, 1024
/// clocks of data and 17 of CRC and end bit.
TEST_F(SdOnSdio, CommandsResponsesAndDataAreTheClocksOfTheCard) {
  for (const unsigned version : {1u, 2u}) {
    prepare(version);
    identify();
    const std::uint64_t before = count("sd_clocks");
    EXPECT_EQ(card_state(), 4u);
    EXPECT_EQ(count("sd_clocks") - before, 104u);
    start_data(512, true);
    ASSERT_EQ(command(17, 5), kResponse);
    poll_in(512);
    wait_for(kDataEnd);
    EXPECT_EQ(count("sd_clocks") - before, 2u * 104 + 1 + 1024 + 17);
  }
}

/// 104 SDCK, facts 11.2: here at 24 MHz, 7.5 core cycles each.
TEST_F(SdOnSdio, ACommandAndItsResponseTake104Clocks) {
  prepare(1);
  identify();
  const Cycles begin = now_;
  ASSERT_EQ(command(13, address_ << 16), kResponse);
  EXPECT_GE(now_ - begin, 780u);
  EXPECT_LE(now_ - begin, 785u);
}

/// 1042 SDCK of a block on four lines, behind the access time.
TEST_F(SdOnSdio, ABlockTakesItsTimeOnTheWires) {
  prepare(1);
  identify();
  start_data(512, true);
  ASSERT_EQ(command(17, 9), kResponse);
  const Cycles begin = now_;
  EXPECT_EQ(poll_in(512), expected(9));
  wait_for(kDataEnd);
  const double clocks = static_cast<double>(now_ - begin - 36'000) / 7.5;
  EXPECT_NEAR(clocks, 1042, 25);
  EXPECT_EQ(read(kSdio + 0x30), 0u);
}

TEST_F(SdOnSdio, OneLineIsFourTimesSlower) {
  prepare(1);
  identify();
  set_clock(2, 0);
  start_data(512, true);
  ASSERT_EQ(command(17, 9), kResponse);
  const Cycles begin = now_;
  EXPECT_EQ(poll_in(512), expected(9));
  wait_for(kDataEnd);
  EXPECT_NEAR(static_cast<double>(now_ - begin - 36'000) / 7.5, 4114, 60);
}

TEST_F(SdOnSdio, SeveralBlocksAndCommand12) {
  prepare(1);
  identify();
  start_data(4 * 512, true);
  ASSERT_EQ(command(18, 20), kResponse);
  const Cycles begin = now_;
  EXPECT_EQ(poll_in(4 * 512), expected(20, 4));
  wait_for(kDataEnd);
  // 200 us before the first block, 20 us behind each other one.
  EXPECT_NEAR(static_cast<double>(now_ - begin - 36'000 - 3 * 3'600) / 7.5, 4 * 1042, 60);
  EXPECT_EQ(card_state(), 5u);
  ASSERT_EQ(command(12, 0), kResponse);
  EXPECT_EQ(card_state(), 4u);
}

TEST_F(SdOnSdio, TheConfigurationRegisterSaysFourLines) {
  prepare(1);
  identify();
  ASSERT_EQ(command(16, 8), kResponse);
  ASSERT_EQ(command(55, address_ << 16), kResponse);
  start_data(8, true, 3);
  ASSERT_EQ(command(51, 0), kResponse);
  const auto scr = poll_in(8);
  EXPECT_EQ(scr[1] & 0x0F, 5);
  wait_for(kDataEnd);
}

TEST_F(SdOnSdio, AWrittenBlockIsProgrammedAndReadBack) {
  prepare(1);
  identify();
  const auto data = counting(512);
  ASSERT_EQ(command(24, 33), kResponse);
  start_data(512, false);
  for (std::size_t i = 0; i < 512; i += 4) {
    while ((status() & 1u << 16) != 0) pass(1);
    write(kSdio + 0x80, data[i] | data[i + 1] << 8u | data[i + 2] << 16u |
                            static_cast<std::uint32_t>(data[i + 3]) << 24);
  }
  wait_for(kDataEnd);
  const Cycles begin = now_;
  EXPECT_EQ(card_state(), 7u);
  while (card_state() == 7) pass(100);
  EXPECT_NEAR(static_cast<double>(now_ - begin), 180'000, 2500);
  start_data(512, true);
  ASSERT_EQ(command(17, 33), kResponse);
  EXPECT_EQ(poll_in(512), data);
}

TEST_F(SdOnSdio, AddressesPastTheEndAreSaid) {
  prepare(1);
  identify();
  ASSERT_EQ(command(17, kCardBytes / 512), kResponse);
  EXPECT_NE(response() & 1u << 31, 0u);
  ASSERT_EQ(command(60, 0), kTimeout);
  ASSERT_EQ(command(13, address_ << 16), kResponse);
  EXPECT_NE(response() & 1u << 22, 0u);  // the illegal command before
}

/// As HAL_SD_ReadBlocks_DMA on the F4: bursts of four words, the SDIO is the flow controller.
TEST_F(SdOnSdio, StreamDmaReadsAndWritesWithTheSdioAsFlowController) {
  prepare(1);
  identify();
  const auto start = [&](bool from_card, Address memory) {
    write(kDma2 + 8, 0xFFFFFFFF);
    write(stream(3, 0x08), kSdio + 0x80);
    write(stream(3, 0x0C), memory);
    write(stream(3, 0x04), 0);
    write(stream(3, 0x14), 7);
    write(stream(3, 0x00), 4u << 25 | 1u << 23 | 1u << 21 | 2u << 13 | 2u << 11 | 1u << 10 |
                               1u << 5 | 1u << 4 | (from_card ? 0u : 1u << 6) | 1);
  };
  start(true, kSram1);
  start_data(2 * 512, true, 9, true);
  write(kSdio + 0x3C, kDataEnd);
  ASSERT_EQ(command(18, 40), kResponse);
  EXPECT_FALSE(pending(59));
  wait_for(kDataEnd);
  pass(200);
  EXPECT_TRUE(pending(59));
  EXPECT_TRUE(pending(49));
  EXPECT_EQ(get(kSram1, 1024), expected(40, 2));
  EXPECT_EQ(bus().interconnect.shared(), 0u);
  ASSERT_EQ(command(12, 0), kResponse);

  const auto data = counting(1024, 9);
  put(kSram1 + 0x1000, data);
  ASSERT_EQ(command(25, 60), kResponse);
  start(false, kSram1 + 0x1000);
  start_data(2 * 512, false, 9, true);
  wait_for(kDataEnd);
  ASSERT_EQ(command(12, 0), kResponse);
  while (card_state() == 7) pass(100);
  pass(200);
  EXPECT_EQ(read(stream(3, 0)) & 1u, 0u);
  start_data(1024, true);
  ASSERT_EQ(command(18, 60), kResponse);
  EXPECT_EQ(poll_in(1024), data);
}

TEST_F(SdOnSdio, Version2MovesBlocksByItself) {
  prepare(2);
  identify();
  const auto transfer = [&](unsigned index, std::uint32_t block, Address memory, bool from_card) {
    write(kSdio + 0x38, 0xFFFFFFFF);
    write(kSdio + 0x58, memory);
    write(kSdio + 0x50, 1);
    write(kSdio + 0x28, 512);
    write(kSdio + 0x2C, (from_card ? 2u : 0u) | 9u << 4);
    write(kSdio + 8, block);
    write(kSdio + 0xC, index | 1u << 6 | 1u << 8 | 1u << 12);
    wait_for(kDataEnd);
    pass(100);
    write(kSdio + 0x50, 0);
  };
  transfer(17, 77, kSram1, true);
  EXPECT_EQ(get(kSram1, 512), expected(77));
  const auto data = counting(512, 5);
  put(kSram1 + 0x400, data);
  transfer(24, 78, kSram1 + 0x400, false);
  while (card_state() == 7) pass(100);
  transfer(17, 78, kSram1 + 0x800, true);
  EXPECT_EQ(get(kSram1 + 0x800, 512), data);
  EXPECT_EQ(bus().interconnect.shared(), 0u);
  const auto list = transfers();
  ASSERT_EQ(list.size(), 3u);
  EXPECT_NE(list[0].find(fmt::format(" 0x{:08x}>0x{:08x} 512 complete", kSdio + 0x80, kSram1)),
            std::string::npos)
      << list[0];
  EXPECT_NE(
      list[1].find(fmt::format(" 0x{:08x}>0x{:08x} 512 complete", kSram1 + 0x400, kSdio + 0x80)),
      std::string::npos)
      << list[1];
}

}  // namespace
}  // namespace mcost::test
