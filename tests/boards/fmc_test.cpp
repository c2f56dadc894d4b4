// FMC registers as the HAL writes them, what they do to the time of the memory behind them, and
// SYSCFG's choice of where it shows.
#include <gmock/gmock.h>

#include "tests/boards/board_bus.h"

namespace mcost::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr Address kFmc = 0xA0000000;
constexpr Address kControl = kFmc + 0x140;
constexpr Address kTiming = kFmc + 0x148;
constexpr Address kCommand = kFmc + 0x150;
constexpr Address kRefresh = kFmc + 0x154;
constexpr Address kStatus = kFmc + 0x158;
constexpr Address kRemap = 0x40013800;
constexpr Address kSdram = 0xC0000000;
constexpr Address kNor = 0x60000000;
constexpr std::uint32_t kF469Control = 0x19E4;  // 32 bits, CAS 3, HCLK / 2, RBURST
constexpr std::uint32_t kCas2 = 0x1964;
constexpr std::uint32_t kBoardTiming = 0x01116361;

class Fmc : public BoardBus {
 protected:
  /// Cycles of an access of the core.
  Cycles access(Address address, bus::AccessKind kind, std::uint8_t size_bytes) {
    const bus::Region& region = *bus().find(address);
    bus::MicroState none;
    const bus::Transfer transfer{
        region.memory_offset + (address - region.base), size_bytes, kind, false, 0, now_};
    const Cycles cycles = 1 + bus().memories[region.memory].model->data(none, transfer, nullptr);
    now_ += cycles;
    return cycles;
  }
  Cycles load(Address address, std::uint8_t size_bytes = 4) {
    return access(address, bus::AccessKind::read, size_bytes);
  }
  Cycles store(Address address, std::uint8_t size_bytes = 4) {
    return access(address, bus::AccessKind::write, size_bytes);
  }
  /// A load that hits the open row and not the read FIFO.
  Cycles row_hit() {
    load(kSdram + 0x100);
    return load(kSdram + 0x200);
  }
  /// Clock enable, precharge all, auto refresh, load mode, as the HAL does.
  void start_up() {
    for (const std::uint32_t command : {1u, 2u, 3u | 7u << 5, 4u | 0x230u << 9}) {
      while ((read(kStatus) & 1u << 5) != 0) pass(1);
      write(kCommand, command | 1u << 4);
    }
  }
  [[nodiscard]] std::vector<std::string> notes() const { return machine_->notes(); }
};

TEST_F(Fmc, TheRunStateHasTheBoardsTimesAndTheHalsSequenceKeepsThem) {
  make("stm32f469i-disco");
  EXPECT_EQ(row_hit(), 13u);
  EXPECT_EQ(load(kSdram + 0x1000), 21u);
  write(kControl, kF469Control);
  write(kTiming, kBoardTiming);
  start_up();
  write(kRefresh, 0x569 << 1);
  EXPECT_EQ(row_hit(), 13u);
  EXPECT_EQ(load(kSdram + 0x1000), 21u);
  EXPECT_THAT(notes(), Not(Contains(HasSubstr("FMC"))));
}

TEST_F(Fmc, TimeFollowsTheRegisters) {
  make("stm32f469i-disco");
  write(kControl, kCas2);
  write(kTiming, 0x02216361);  // TRCD 3, TRP 3
  start_up();
  EXPECT_EQ(row_hit(), 11u);
  EXPECT_EQ(load(kSdram + 0x1000), 11u + 2 * (3 + 3));
  EXPECT_THAT(
      notes(),
      Contains(HasSubstr("firmware set the FMC for sdram: 32 bits, CAS 2, TRCD 3, TRP 3, TRAS 4, "
                         "TRC 7, TWR 2, a refresh every 1386 SDCLK, HCLK / 2, reading ahead on")));
}

TEST_F(Fmc, TheSlowerClockAndReadPipeCount) {
  make("stm32f469i-disco");
  write(kControl, (kF469Control & ~(3u << 10)) | 3u << 10 | 2u << 13);  // HCLK / 3, RPIPE 2
  start_up();
  EXPECT_EQ(row_hit(), 3u + 3 * (1 + 3) + 2 + 2);
}

TEST_F(Fmc, RefreshFollowsItsRegister) {
  make("stm32f469i-disco");
  write(kRefresh, 49 << 1);  // every 50 SDCLK, 100 cycles from now on
  const Cycles begin = now_;
  now_ = begin + 101;
  EXPECT_EQ(load(kSdram), 17u + 17);  // one cycle of the 18 has passed
  write(kRefresh, 0);
  now_ += 1'000'000;
  load(kSdram);
  now_ += 1'000'000;
  EXPECT_EQ(load(kSdram + 0x100), 13u);
}

TEST_F(Fmc, PinnedValuesStay) {
  make("stm32f469i-disco", {"memories.sdram.cas_sdclk=3"});
  write(kControl, kCas2);
  start_up();
  EXPECT_EQ(row_hit(), 13u);
}

TEST_F(Fmc, RegistersOfTheOtherBankDoNothing) {
  make("stm32f469i-disco");
  write(kControl + 4, kCas2);
  EXPECT_EQ(row_hit(), 13u);
  EXPECT_THAT(notes(), Not(Contains(HasSubstr("started it up"))));
}

TEST_F(Fmc, CommandsKeepTheControllerBusy) {
  make("stm32f469i-disco");
  write(kTiming, kBoardTiming);
  write(kCommand, 2 | 1u << 4);  // precharge all: TRP, two SDCLK
  EXPECT_EQ(read(kStatus), 1u << 5);
  pass(3);
  EXPECT_EQ(read(kStatus), 1u << 5);
  pass(1);
  EXPECT_EQ(read(kStatus), 0u);
  write(kCommand, 3 | 1u << 4 | 7u << 5);  // eight refreshes of TRC
  pass(8 * 7 * 2 - 1);
  EXPECT_EQ(read(kStatus), 1u << 5);
  pass(1);
  EXPECT_EQ(read(kStatus), 0u);
}

TEST_F(Fmc, ModesOfTheBanksAreShown) {
  make("stm32f469i-disco");
  write(kCommand, 5 | 1u << 4);  // self-refresh of bank 1
  write(kCommand, 6 | 1u << 3);  // power-down of bank 2
  pass(10);
  EXPECT_EQ(read(kStatus), 1u << 1 | 2u << 3);
  write(kCommand, 0 | 3u << 3);
  pass(10);
  EXPECT_EQ(read(kStatus), 0u);
}

TEST_F(Fmc, SdramThatWasNotStartedUpIsNoted) {
  make("stm32f469i-disco", {"start=reset"});
  load(kSdram);
  store(kSdram);
  const std::string text =
      "sdram was used 2 times before the FMC had started it up (clock enable, precharge all, auto "
      "refresh, load mode): the board would not hold what was written";
  EXPECT_THAT(notes(), Contains(text));
  write(kControl, kF469Control);
  write(kTiming, kBoardTiming);
  start_up();
  load(kSdram);
  EXPECT_THAT(notes(), Contains(text));
}

TEST_F(Fmc, AStartUpThatLacksACommandIsNoted) {
  make("stm32f469i-disco");
  load(kSdram);
  write(kControl, kF469Control);
  write(kCommand, 1 | 1u << 4);
  write(kCommand, 2 | 1u << 4);
  write(kCommand, 4 | 1u << 4);
  EXPECT_THAT(notes(), Not(Contains(HasSubstr("started it up"))));
  load(kSdram);
  EXPECT_THAT(notes(), Contains(HasSubstr("sdram was used 1 time before")));
}

TEST_F(Fmc, SwpFmcChangesThePlacesOfSdramAndNor) {
  make("stm32f746g-disco");
  const auto memory_at = [&](Address address) -> std::string {
    const bus::Region* region = bus().find(address);
    return region == nullptr ? "" : bus().memories[region->memory].name;
  };
  EXPECT_EQ(memory_at(kSdram), "sdram");
  EXPECT_EQ(memory_at(kNor), "");
  write(kRemap, 1u << 10);
  EXPECT_EQ(memory_at(kSdram), "");
  EXPECT_EQ(memory_at(kNor), "sdram");
  EXPECT_EQ(memory_at(kNor + 0x7FFFFF), "sdram");
  EXPECT_EQ(memory_at(kNor + 0x800000), "");
  EXPECT_FALSE(bus().find(kNor)->is_device_memory);
  write(kRemap, 0);
  EXPECT_EQ(memory_at(kSdram), "sdram");
  EXPECT_EQ(memory_at(kNor), "");
  EXPECT_TRUE(bus().find(kSdram)->is_device_memory);
}

TEST_F(Fmc, SdramAtTheAddressOfNorIsOneMemory) {
  make("stm32f746g-disco");
  put(kSdram + 16, {1, 2, 3, 4});
  write(kRemap, 1u << 10);
  EXPECT_EQ(get(kNor + 16, 4), (std::vector<std::uint8_t>{1, 2, 3, 4}));
}

TEST_F(Fmc, MemModeShowsSdramAtZero) {
  make("stm32f469i-disco");
  write(kRemap, 4);
  const bus::Region& region = *bus().find(0);
  EXPECT_EQ(bus().memories[region.memory].name, "sdram");
  EXPECT_TRUE(region.writable);
  write(kRemap, 0);
  EXPECT_EQ(bus().memories[bus().find(0)->memory].name, "flash");
}

TEST_F(Fmc, AsynchronousSramFollowsBtr) {
  make("stm32l552e-eval");
  EXPECT_EQ(load(kNor, 2), 6u);
  EXPECT_EQ(load(kNor), 11u);
  EXPECT_EQ(store(kNor, 2), 4u);
  pass(1);
  EXPECT_EQ(store(kNor), 9u);
  pass(1);
  write(kFmc + 4, 4 | 3u << 8);  // ADDSET 4, DATAST 3, BUSTURN 0
  EXPECT_EQ(load(kNor, 2), 4u + 3 + 3);
  EXPECT_EQ(store(kNor, 2), 4u + 3 + 1);
  EXPECT_THAT(notes(), Contains(HasSubstr("firmware set the FMC for fmc_sram: 16 bits, ADDSET 4, "
                                          "DATAST 3, BUSTURN 0")));
  write(kFmc, 0x30DB | 1u << 14);  // extended mode
  write(kFmc + 0x104, 1 | 1u << 8);
  EXPECT_EQ(store(kNor, 2), 1u + 1 + 1);
  EXPECT_EQ(load(kNor, 2), 10u);
}

}  // namespace
}  // namespace mcost::test
