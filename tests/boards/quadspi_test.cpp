// QUADSPI of the STM32F469 with an N25Q128A, and OCTOSPI of the STM32L4R5 with the same flash, in
// the sequences of ST's HAL: initialisation, commands, automatic polling, memory-mapped mode, DMA.
#include "boards/peripherals/quadspi.h"

#include <algorithm>

#include "tests/boards/board_bus.h"

namespace mcost::test {
namespace {

constexpr Address kQuadspi = 0xA0001000;
constexpr Address kOctospi = 0xA0001000;
constexpr Address kDma2 = 0x40026400;
constexpr Address kSram1 = 0x20000000;
constexpr unsigned kInterrupt = 91;

constexpr std::uint32_t kTransferError = 1u << 0;
constexpr std::uint32_t kComplete = 1u << 1;
constexpr std::uint32_t kThreshold = 1u << 2;
constexpr std::uint32_t kMatch = 1u << 3;
constexpr std::uint32_t kBusy = 1u << 5;

// Of CCR.
constexpr std::uint32_t kInstruction = 1u << 8;
constexpr std::uint32_t kAddress = 1u << 10 | 2u << 12;      // 24 bits on one line
constexpr std::uint32_t kQuadAddress = 3u << 10 | 2u << 12;  // on four
constexpr std::uint32_t kData = 1u << 24;
constexpr std::uint32_t kQuadData = 3u << 24;
constexpr std::uint32_t kRead = 1u << 26;
constexpr std::uint32_t kPoll = 2u << 26;
constexpr std::uint32_t kMapped = 3u << 26;
constexpr std::uint32_t dummy(unsigned clocks) { return clocks << 18; }

class NorOnQuadspi : public BoardBus {
 protected:
  /// As HAL_QSPI_Init: SCLK is HCLK / 2, CS high for 2 clocks, 16 MB.
  void prepare(const std::vector<std::string>& overrides = {}) {
    make("stm32f469i-disco", overrides);
    write(kQuadspi, 0);
    wait(kBusy, 0);
    write(kQuadspi, 1u << 24 | 1u << 4);
    write(kQuadspi + 4, 23u << 16 | 1u << 8);
    write(kQuadspi, read(kQuadspi) | 1);
  }
  [[nodiscard]] std::uint32_t status() { return read(kQuadspi + 8); }
  void wait(std::uint32_t mask, std::uint32_t value) {
    for (unsigned i = 0; i < 1'000'000 && (status() & mask) != value; ++i) pass(1);
    EXPECT_EQ(status() & mask, value);
  }
  void clear(std::uint32_t flags) { write(kQuadspi + 0xC, flags); }
  /// As QSPI_Config; what needs no data runs to its end.
  void command(std::uint32_t configuration, std::uint32_t address = 0, std::uint32_t length = 0) {
    wait(kBusy, 0);
    if (length != 0) write(kQuadspi + 0x10, length - 1);
    write(kQuadspi + 0x14, configuration);
    if ((configuration >> 10 & 3u) != 0) write(kQuadspi + 0x18, address);
    if ((configuration & kQuadData) != 0) return;
    wait(kComplete, kComplete);
    clear(kComplete);
  }
  /// As HAL_QSPI_Receive: the command was set as a write, now it reads.
  std::vector<std::uint8_t> receive(std::size_t size) {
    const std::uint32_t address = read(kQuadspi + 0x18);
    write(kQuadspi + 0x14, (read(kQuadspi + 0x14) & ~kMapped) | kRead);
    write(kQuadspi + 0x18, address);
    std::vector<std::uint8_t> bytes;
    const Cycles most = now_ + 1'000'000;
    while (bytes.size() < size && now_ < most) {
      if ((status() & (kThreshold | kComplete)) == 0) {
        pass(1);
      } else {
        bytes.push_back(static_cast<std::uint8_t>(read(kQuadspi + 0x20, 1)));
      }
    }
    wait(kComplete, kComplete);
    clear(kComplete);
    return bytes;
  }
  /// As HAL_QSPI_Transmit.
  void transmit(const std::vector<std::uint8_t>& bytes) {
    write(kQuadspi + 0x14, read(kQuadspi + 0x14) & ~kMapped);
    for (const std::uint8_t byte : bytes) {
      wait(kThreshold, kThreshold);
      write(kQuadspi + 0x20, byte, 1);
    }
    wait(kComplete, kComplete);
    clear(kComplete);
  }
  /// As HAL_QSPI_AutoPolling of one byte, stopping by itself.
  void poll(std::uint32_t instruction, std::uint32_t mask, std::uint32_t match) {
    wait(kBusy, 0);
    write(kQuadspi + 0x28, match);
    write(kQuadspi + 0x24, mask);
    write(kQuadspi + 0x2C, 0x10);
    write(kQuadspi, (read(kQuadspi) & ~(1u << 23)) | 1u << 22);
    write(kQuadspi + 0x10, 0);
    write(kQuadspi + 0x14, kInstruction | kData | kPoll | instruction);
  }
  void poll_to_match(std::uint32_t mask, std::uint32_t match) {
    poll(0x05, mask, match);
    wait(kMatch, kMatch);
    clear(kMatch);
  }
  void enable_write() {
    command(kInstruction | 0x06);
    poll_to_match(2, 2);
  }
  std::uint8_t register_of(std::uint32_t instruction) {
    command(kInstruction | kData | instruction, 0, 1);
    return receive(1).at(0);
  }
  /// Dummy clocks of the volatile configuration, as BSP_QSPI_Init sets them.
  void set_dummy_clocks(unsigned clocks) {
    const std::uint8_t value = register_of(0x85);
    enable_write();
    command(kInstruction | kData | 0x81, 0, 1);
    transmit({static_cast<std::uint8_t>((value & 0x0Fu) | clocks << 4)});
  }
  void map(std::uint32_t configuration, std::optional<std::uint32_t> timeout = std::nullopt) {
    wait(kBusy, 0);
    if (timeout) {
      write(kQuadspi + 0x30, *timeout);
      write(kQuadspi, read(kQuadspi) | 1u << 3);
    }
    write(kQuadspi + 0x14, configuration | kMapped);
  }
  void abort() {
    write(kQuadspi, read(kQuadspi) | 2);
    wait(kComplete, kComplete);
    clear(kComplete);
    wait(kBusy, 0);
    write(kQuadspi + 0x14, read(kQuadspi + 0x14) & ~kMapped);
  }
  [[nodiscard]] bus::Memory& nor() {
    return *std::find_if(bus().memories.begin(), bus().memories.end(),
                         [](const bus::Memory& memory) { return memory.name == "qspi_nor"; });
  }
  /// Cycles of a memory-mapped read that starts now.
  Cycles mapped_read(std::uint32_t offset, std::uint8_t size) {
    bus::MicroState state;
    const Cycles cycles =
        nor().model->data(state, {offset, size, bus::AccessKind::read, false, 0, now_}, nullptr) +
        1;
    now_ += cycles;
    return cycles;
  }
  [[nodiscard]] bool noted(const std::string& text) {
    const auto notes = machine_->notes();
    return std::any_of(notes.begin(), notes.end(), [&](const std::string& note) {
      return note.find(text) != std::string::npos;
    });
  }
  [[nodiscard]] std::vector<std::uint8_t> contents(std::uint32_t offset, std::size_t size) {
    const auto first = nor().bytes.begin() + offset;
    return {first, first + static_cast<std::ptrdiff_t>(size)};
  }
};

TEST_F(NorOnQuadspi, TheFlashSaysWhatItIs) {
  prepare();
  command(kInstruction | kData | 0x9F, 0, 3);
  EXPECT_EQ(receive(3), (std::vector<std::uint8_t>{0x20, 0xBA, 0x18}));
  EXPECT_EQ(status(), 0u);
  EXPECT_FALSE(noted("BUSY"));
}

/// One line: 8 clocks of instruction, 8 for each byte; an address has 24.
TEST_F(NorOnQuadspi, ClocksOfCommandsAreCounted) {
  prepare();
  command(kInstruction | kData | 0x9F, 0, 3);
  receive(3);
  EXPECT_EQ(count("nor_clocks"), 8u + 3 * 8);
  command(kInstruction | 0x06);
  EXPECT_EQ(count("nor_clocks"), 32u + 8);
  command(kInstruction | kAddress | kQuadData | dummy(8) | 0x6B, 0x1234, 16);
  receive(16);
  EXPECT_EQ(count("nor_clocks"), 40u + 8 + 24 + 8 + 16 * 2);
}

/// BSP_QSPI_Init.
TEST_F(NorOnQuadspi, ResetAndDummyClocksAsTheBspSetsThem) {
  prepare();
  command(kInstruction | 0x66);
  command(kInstruction | 0x99);
  poll_to_match(1, 0);
  EXPECT_EQ(register_of(0x85), 0xFB);
  set_dummy_clocks(10);
  EXPECT_EQ(register_of(0x85), 0xAB);
  EXPECT_EQ(register_of(0x05), 0x00);
  EXPECT_EQ(register_of(0x70), 0x80);
  command(kInstruction | 0x66);
  command(kInstruction | 0x99);
  EXPECT_EQ(register_of(0x85), 0xFB);
}

/// Read 0x03 has 8 + 24 clocks and 8 for each byte, of 2 cycles each; CS has long been high.
TEST_F(NorOnQuadspi, AnIndirectReadTakesItsClocks) {
  prepare();
  nor().bytes[0x1234] = 0x5A;
  nor().bytes[0x1235] = 0xA5;
  write(kQuadspi + 0x10, 1);
  write(kQuadspi + 0x14, kInstruction | kAddress | kData | kRead | 0x03);
  EXPECT_EQ(status() & kBusy, 0u);
  pass(100);
  write(kQuadspi + 0x18, 0x1234);
  const Cycles end = 2 * (8 + 24 + 16);
  pass(end - 16);
  EXPECT_EQ(status(), kBusy);
  pass(1);
  EXPECT_EQ(status(), kBusy | kThreshold | 1u << 8);
  pass(15);
  EXPECT_EQ(status() & kComplete, 0u);
  pass(1);
  EXPECT_EQ(status(), kBusy | kThreshold | kComplete | 2u << 8);
  EXPECT_EQ(read(kQuadspi + 0x20, 2), 0xA55Au);
  EXPECT_EQ(status(), kComplete);  // BUSY until the FIFO is empty
  clear(kComplete);
  EXPECT_EQ(status(), 0u);
}

TEST_F(NorOnQuadspi, TheClockStopsWhileTheFifoIsFull) {
  prepare();
  for (unsigned i = 0; i < 100; ++i) nor().bytes[i] = static_cast<std::uint8_t>(i);
  command(kInstruction | kAddress | kData | 0x03, 0, 40);
  write(kQuadspi + 0x14, read(kQuadspi + 0x14) | kRead);
  write(kQuadspi + 0x18, 0);
  pass(10'000);
  EXPECT_EQ(status(), kBusy | kThreshold | 32u << 8);
  EXPECT_EQ(read(kQuadspi + 0x20), 0x03020100u);
  pass(17);
  EXPECT_EQ(status() >> 8 & 0x3Fu, 29u);
  pass(10'000);
  EXPECT_EQ(status() >> 8 & 0x3Fu, 32u);
  for (std::uint32_t i = 4; i < 40; i += 4) {
    EXPECT_EQ(read(kQuadspi + 0x20), 0x03020100u + 0x01010101u * i);
    pass(100);
  }
  EXPECT_EQ(status(), kComplete);
}

/// FTHRES: four bytes at a time.
TEST_F(NorOnQuadspi, TheThresholdFollowsFthres) {
  prepare();
  write(kQuadspi, read(kQuadspi) | 3u << 8);
  command(kInstruction | kAddress | kData | 0x03, 0, 6);
  write(kQuadspi + 0x14, read(kQuadspi + 0x14) | kRead);
  write(kQuadspi + 0x18, 0);
  pass(2 * (32 + 24) + 1);
  EXPECT_EQ(status(), kBusy | 3u << 8);
  pass(16);
  EXPECT_EQ(status(), kBusy | kThreshold | 4u << 8);
  (void)read(kQuadspi + 0x20);
  EXPECT_EQ(status() & kThreshold, 0u);
  pass(32);
  EXPECT_EQ(status(), kBusy | kThreshold | kComplete | 2u << 8);  // what is left at the end
}

/// 0.5 ms of 180 MHz; programming clears bits, inside the page.
TEST_F(NorOnQuadspi, APageIsProgrammed) {
  prepare();
  enable_write();
  command(kInstruction | kAddress | kData | 0x02, 0x10FE, 4);
  transmit({0xF0, 0x0F, 0x11, 0x22});
  const Cycles began = now_;
  EXPECT_EQ(register_of(0x05), 0x03 & ~2);
  EXPECT_EQ(register_of(0x70), 0x00);
  poll_to_match(1, 0);
  EXPECT_GE(now_ - began, 90'000u - 10);
  EXPECT_LE(now_ - began, 90'000u + 200);
  EXPECT_EQ(register_of(0x05), 0x00);
  EXPECT_EQ(contents(0x1000, 2), (std::vector<std::uint8_t>{0x11, 0x22}));
  EXPECT_EQ(contents(0x10FE, 4), (std::vector<std::uint8_t>{0xF0, 0x0F, 0xFF, 0xFF}));
  enable_write();
  command(kInstruction | kAddress | kData | 0x02, 0x10FE, 2);
  transmit({0x3C, 0xFF});
  EXPECT_EQ(contents(0x10FE, 2), (std::vector<std::uint8_t>{0x30, 0x0F}));
}

TEST_F(NorOnQuadspi, ErasesTakeTheirTimeAndTheirRange) {
  prepare();
  struct Row {
    std::uint32_t instruction;
    std::uint32_t bytes;
    std::uint64_t cycles;
  };
  for (const Row row : {Row{0x20, 4096, 45'000'000}, Row{0xD8, 65536, 126'000'000}}) {
    std::fill(nor().bytes.begin(), nor().bytes.begin() + 0x40000, std::uint8_t{0});
    enable_write();
    command(kInstruction | kAddress | row.instruction, 0x1'2345);
    const Cycles began = now_;
    poll(0x05, 1, 0);
    pass(row.cycles - 200);
    EXPECT_EQ(status() & kMatch, 0u);
    pass(400);
    EXPECT_EQ(status() & kMatch, kMatch);
    EXPECT_EQ(status() & kBusy, 0u);
    clear(kMatch);
    EXPECT_GT(now_, began);
    const std::uint32_t first = 0x1'2345 / row.bytes * row.bytes;
    EXPECT_EQ(nor().bytes[first - 1], 0);
    EXPECT_EQ(nor().bytes[first], 0xFF);
    EXPECT_EQ(nor().bytes[first + row.bytes - 1], 0xFF);
    EXPECT_EQ(nor().bytes[first + row.bytes], 0);
  }
  std::fill(nor().bytes.begin(), nor().bytes.end(), std::uint8_t{0});
  enable_write();
  command(kInstruction | 0xC7);
  EXPECT_EQ(register_of(0x05), 0x01);
  EXPECT_EQ(std::count(nor().bytes.begin(), nor().bytes.end(), 0xFF), 0x100'0000);
}

TEST_F(NorOnQuadspi, WhatIsNotAllowedIsNoted) {
  prepare();
  std::fill(nor().bytes.begin(), nor().bytes.begin() + 0x2000, std::uint8_t{0});
  command(kInstruction | kAddress | 0x20, 0);
  EXPECT_EQ(nor().bytes[0], 0);
  EXPECT_TRUE(noted("qspi_nor: command 0x20 came without a write enable and was ignored"));
  enable_write();
  command(kInstruction | kAddress | 0x20, 0);
  command(kInstruction | kAddress | kData | 0x03, 0, 1);
  EXPECT_EQ(receive(1).at(0), 0xFF);
  EXPECT_TRUE(noted("qspi_nor: command 0x03 came while it was busy and was ignored"));
  command(kInstruction | 0x77);
  pass(50'000'000);
  command(kInstruction | 0x77);
  EXPECT_TRUE(noted("qspi_nor: command 0x77 has no model; it reads 0xFF and does nothing"));
}

TEST_F(NorOnQuadspi, WrongDummyClocksAreNoted) {
  prepare();
  map(kInstruction | kQuadAddress | kQuadData | dummy(10) | 0xEB);
  EXPECT_FALSE(noted("dummy clocks"));
  map(kInstruction | kQuadAddress | kQuadData | dummy(6) | 0xEB);
  EXPECT_TRUE(
      noted("qspi_nor: command 0xEB came with 6 dummy clocks, but its volatile "
            "configuration asks for 10: the part answers with shifted bits"));
}

/// A status that nothing changes is not asked for again and again on the host, but until ABORT
/// BUSY stays.
TEST_F(NorOnQuadspi, PollingForWhatNeverComesEndsByAbort) {
  prepare();
  poll(0x05, 0x80, 0x80);
  pass(1'000'000'000);
  EXPECT_EQ(status() & (kBusy | kMatch), kBusy);
  abort();
  EXPECT_EQ(register_of(0x05), 0x00);
}

/// Match mode OR: one bit that agrees is enough.
TEST_F(NorOnQuadspi, PollingMatchesAnyBitInOrMode) {
  prepare();
  for (const bool any : {false, true}) {
    wait(kBusy, 0);
    write(kQuadspi + 0x28, 0x81);
    write(kQuadspi + 0x24, 0x81);
    write(kQuadspi, (read(kQuadspi) & ~(1u << 23)) | 1u << 22 | (any ? 1u << 23 : 0u));
    write(kQuadspi + 0x10, 0);
    write(kQuadspi + 0x14, kInstruction | kData | kPoll | 0x70);  // reads 0x80
    pass(1000);
    EXPECT_EQ((status() & kMatch) != 0, any);
    if (!any) abort();
  }
}

TEST_F(NorOnQuadspi, MemoryMappedReadsFollowTheRegisters) {
  prepare();
  set_dummy_clocks(10);
  map(kInstruction | kQuadAddress | kQuadData | dummy(10) | 0xEB);
  EXPECT_EQ(status() & kBusy, 0u);
  EXPECT_EQ(mapped_read(0x1000, 4), 76u);
  EXPECT_EQ(status() & kBusy, kBusy);
  now_ += 1000;
  EXPECT_EQ(mapped_read(0x1004, 4), 4u);
  abort();
  map(kInstruction | kAddress | kQuadData | dummy(10) | 0x6B);
  EXPECT_EQ(mapped_read(0x1008, 4), 112u);
  abort();
  write(kQuadspi, (read(kQuadspi) & 0x00FFFFFFu) | 3u << 24);  // HCLK / 4
  write(kQuadspi + 4, 23u << 16 | 4u << 8);                    // CS high for 5 clocks
  map(kInstruction | kAddress | kQuadData | dummy(10) | 0x6B);
  EXPECT_EQ(mapped_read(0x1008, 4), 4 * (5 + 42 + 8) + 8u);
  EXPECT_FALSE(noted("memory-mapped mode"));
}

/// LPTR clocks behind a full FIFO: what it holds costs 4 cycles, then a command.
TEST_F(NorOnQuadspi, TheTimeoutCounterFollowsTheRegisters) {
  for (const bool with_timeout : {false, true}) {
    prepare();
    map(kInstruction | kQuadAddress | kQuadData | dummy(10) | 0xEB,
        with_timeout ? std::optional<std::uint32_t>(1) : std::nullopt);
    EXPECT_EQ(mapped_read(0, 4), 76u);
    now_ += 1000;
    for (std::uint32_t offset = 4; offset < 36; offset += 4) EXPECT_EQ(mapped_read(offset, 4), 4u);
    EXPECT_EQ(mapped_read(36, 4), with_timeout ? 76u : 4u);
  }
}

TEST_F(NorOnQuadspi, RegistersKeepTheirValuesWhileBusy) {
  prepare();
  map(kInstruction | kQuadAddress | kQuadData | dummy(10) | 0xEB);
  const std::uint32_t before = read(kQuadspi + 0x14);
  (void)mapped_read(0, 4);
  write(kQuadspi + 0x14, kInstruction | 0x06);
  EXPECT_EQ(read(kQuadspi + 0x14), before);
  EXPECT_TRUE(
      noted("quadspi: a register written while BUSY is set keeps its value; abort or wait first"));
  abort();
  command(kInstruction | 0x06);
  EXPECT_EQ(register_of(0x05), 0x02);
}

/// Run state: mapped as the BSP leaves it, until firmware writes the registers.
TEST_F(NorOnQuadspi, TheRunStateIsMappedAndResetIsNot) {
  make("stm32f469i-disco");
  EXPECT_EQ(mapped_read(0x100, 4), 76u);
  EXPECT_FALSE(noted("memory-mapped mode"));
  const std::string text =
      "qspi_nor was read while quadspi was not in memory-mapped mode: the part answers with a bus "
      "error";
  write(kQuadspi, 1);
  (void)mapped_read(0x100, 4);
  EXPECT_TRUE(noted(text));

  make("stm32f469i-disco", {"start=reset"});
  EXPECT_FALSE(noted(text));
  (void)mapped_read(0x100, 4);
  EXPECT_TRUE(noted(text));
}

TEST_F(NorOnQuadspi, AnAddressBeyondTheDeviceIsATransferError) {
  prepare();
  command(kInstruction | kAddress | kData | 0x03, 0, 2);
  write(kQuadspi + 0x14, read(kQuadspi + 0x14) | kRead);
  write(kQuadspi + 0x18, 0xFFFFFF);
  pass(1000);
  EXPECT_EQ(status(), kTransferError);
  clear(kTransferError);
  write(kQuadspi + 0x18, 0xFFFFFE);
  pass(1000);
  EXPECT_EQ(status() & (kTransferError | kComplete), kComplete);
}

TEST_F(NorOnQuadspi, InterruptsComeWithTheirFlags) {
  prepare();
  for (const auto& [flag, enable] : {std::pair{kComplete, 1u << 17}, std::pair{kMatch, 1u << 19}}) {
    write(kQuadspi, (read(kQuadspi) & ~(0x1Fu << 16)) | enable);
    EXPECT_FALSE(pending(kInterrupt));
    if (flag == kMatch) {
      poll(0x05, 1, 0);
    } else {
      write(kQuadspi + 0x14, kInstruction | 0x06);
    }
    pass(1000);
    EXPECT_TRUE(pending(kInterrupt));
    clear(flag);
    EXPECT_FALSE(pending(kInterrupt));
  }
}

class QuadspiDma : public NorOnQuadspi {
 protected:
  /// As HAL_QSPI_Receive_DMA and HAL_QSPI_Transmit_DMA: bytes, stream 7 of DMA2.
  void start(bool read_nor, std::uint32_t bytes) {
    const Address at = kDma2 + 0x10 + 0x18 * 7;
    write(at + 0x08, kQuadspi + 0x20);
    write(at + 0x0C, kSram1);
    write(at + 0x04, bytes);
    write(at, 3u << 25 | 1u << 10 | 1u << 4 | (read_nor ? 0u : 1u << 6) | 1);
    write(kQuadspi, read(kQuadspi) | 1u << 2 | 1u << 17);
  }
};

TEST_F(QuadspiDma, ReadsIntoMemoryAtTheSpeedOfTheWires) {
  prepare();
  const auto bytes = counting(512);
  std::copy(bytes.begin(), bytes.end(), nor().bytes.begin() + 0x3000);
  command(kInstruction | kAddress | kData | 0x03, 0x3000, 512);
  const std::uint32_t address = read(kQuadspi + 0x18);
  start(true, 512);
  write(kQuadspi + 0x14, read(kQuadspi + 0x14) | kRead);
  const Cycles began = now_;
  write(kQuadspi + 0x18, address);
  while (!pending(70) && now_ - began < 100'000) pass(1);
  // 32 clocks of the command and 8 a byte; the last byte takes the DMA some cycles more.
  EXPECT_GE(now_ - began, 2u * (32 + 8 * 512));
  EXPECT_LE(now_ - began, 2u * (32 + 8 * 512) + 40);
  EXPECT_EQ(get(kSram1, 512), bytes);
  EXPECT_TRUE(pending(kInterrupt));
  EXPECT_EQ(status(), kComplete);
  EXPECT_EQ(bus().interconnect.shared(), 0u);
}

TEST_F(QuadspiDma, ProgramsAPageFromMemory) {
  prepare();
  const auto bytes = counting(256);
  put(kSram1, bytes);
  enable_write();
  command(kInstruction | kAddress | kData | 0x02, 0x4000, 256);
  start(false, 256);
  write(kQuadspi + 0x14, read(kQuadspi + 0x14) & ~kMapped);
  pass(20'000);
  EXPECT_TRUE(pending(70));
  EXPECT_EQ(status(), kComplete);
  EXPECT_EQ(contents(0x4000, 256), bytes);
}

/// The same flash on eight lines, which is enough to see the registers' other places.
class NorOnOctospi : public NorOnQuadspi {
 protected:
  void prepare() {
    boards::BoardSpec spec = boards::read_board("nucleo-l4r5zi", {}, {});
    const boards::BoardSpec other = boards::read_board("stm32f469i-disco", {}, {});
    const auto named = [](const auto& list, const std::string& name) {
      return *std::find_if(list.begin(), list.end(),
                           [&](const auto& entry) { return entry.name == name; });
    };
    spec.memories.push_back(named(other.memories, "qspi_nor"));
    spec.regions.push_back(named(other.regions, "qspi_nor"));
    for (boards::PeripheralSpec& peripheral : spec.peripherals) {
      if (peripheral.name == "octospi1") peripheral.memory = "qspi_nor";
    }
    make(std::move(spec));
    write(kOctospi + 0x08, 23u << 16 | 1u << 8);
    write(kOctospi + 0x0C, 1);
    write(kOctospi, 1);
  }
  [[nodiscard]] std::uint32_t flags() { return read(kOctospi + 0x20); }
  void run(std::uint32_t mode, std::uint32_t configuration, std::uint32_t instruction,
           std::uint32_t dummy_clocks = 0, std::uint32_t length = 0) {
    write(kOctospi, (read(kOctospi) & ~(3u << 28)) | mode << 28);
    if (length != 0) write(kOctospi + 0x40, length - 1);
    write(kOctospi + 0x100, configuration);
    write(kOctospi + 0x108, dummy_clocks);
    write(kOctospi + 0x110, instruction);
  }
  void complete() {
    for (unsigned i = 0; i < 10'000 && (flags() & kComplete) == 0; ++i) pass(1);
    EXPECT_EQ(flags() & kComplete, kComplete);
    write(kOctospi + 0x24, kComplete);
  }
};

TEST_F(NorOnOctospi, CommandsPollsAndReads) {
  prepare();
  run(0, 1, 0x06);
  complete();
  write(kOctospi + 0x80, 2);
  write(kOctospi + 0x88, 2);
  write(kOctospi + 0x90, 0x10);
  write(kOctospi, read(kOctospi) | 1u << 22);
  run(2, 1u | 1u << 24, 0x05, 0, 1);
  pass(200);
  EXPECT_EQ(flags() & (kMatch | kBusy), kMatch);
  write(kOctospi + 0x24, kMatch);
  // Program two bytes, then read them.
  run(0, 1u | 1u << 8 | 2u << 12 | 1u << 24, 0x02, 0, 2);
  write(kOctospi + 0x48, 0x500);
  write(kOctospi + 0x50, 0x34, 1);
  write(kOctospi + 0x50, 0x12, 1);
  complete();
  pass(100'000);
  run(1, 1u | 1u << 8 | 2u << 12 | 1u << 24, 0x03, 0, 2);
  write(kOctospi + 0x48, 0x500);
  complete();
  EXPECT_EQ(read(kOctospi + 0x50, 2), 0x1234u);
}

/// Eight lines, both edges: half a clock for a byte; 8 + 3 clocks of instruction and address.
TEST_F(NorOnOctospi, MemoryMappedReadsOnEightLines) {
  prepare();
  run(3, 1u | 4u << 8 | 2u << 12 | 4u << 24, 0xEB, 6);
  EXPECT_EQ(mapped_read(0x100, 4), 2 * (2 + 8 + 3 + 6 + 4) + 8u);
  write(kOctospi, read(kOctospi) | 2);
  write(kOctospi + 0x24, kComplete);
  run(3, 1u | 4u << 8 | 2u << 12 | 4u << 24 | 1u << 27, 0xEB, 6);
  EXPECT_EQ(mapped_read(0x100, 4), 2 * (2 + 8 + 3 + 6 + 2) + 8u);
}

}  // namespace
}  // namespace mcost::test
