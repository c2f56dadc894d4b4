// Flash controllers of STM32 and ICACHE on shipped boards, register by register as the vendors' HAL
// drivers use them. Source: boards-and-memories facts 5.7, 12, 14.4.
#include <gmock/gmock.h>

#include <algorithm>
#include <vector>

#include "boards/peripherals/flash_families.h"
#include "boards/peripherals/peripheral_space.h"
#include "memory_models/flash_timing.h"
#include "tests/boards/board_bus.h"

namespace mcost::boards::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

class FlashInterfaceTest : public mcost::test::BoardBus {
 protected:
  [[nodiscard]] bus::Memory& flash() {
    const bus::Region& region = *bus().find(0x08000000);
    return bus().memories[region.memory];
  }
  [[nodiscard]] memory::FlashSettings settings() {
    return dynamic_cast<memory::FlashTiming&>(*flash().model).settings();
  }
  /// A store of firmware to an offset in flash; false: a bus error.
  bool store(std::uint32_t offset, std::uint32_t value, unsigned size_bytes = 4) {
    if (!flash().store_taker->takes_stores(offset)) return false;
    flash().store_taker->store(offset, value, size_bytes, now_);
    return true;
  }
  [[nodiscard]] std::uint32_t word(std::uint32_t offset) {
    const std::vector<std::uint8_t>& bytes = flash().bytes;
    return bytes[offset] | bytes[offset + 1] << 8u | bytes[offset + 2] << 16u |
           std::uint32_t{bytes[offset + 3]} << 24u;
  }
  void unlock(Address key_register) {
    write(key_register, 0x45670123);
    write(key_register, 0xCDEF89AB);
  }
  /// BSY is set for exactly `cycles` from now on.
  void expect_busy(Address status, std::uint32_t busy, Cycles cycles) {
    EXPECT_NE(read(status) & busy, 0u);
    pass(cycles - 1);
    EXPECT_NE(read(status) & busy, 0u);
    pass(1);
    EXPECT_EQ(read(status) & busy, 0u);
  }
};

// ---- FLASH_ACR ----

struct Latency {
  const char* board;
  Address acr;
  std::uint32_t written;
  std::uint32_t read_back;
  memory::FlashSettings settings;
};

TEST_F(FlashInterfaceTest, LatencyAndEnablesReadBackAndTakeEffectOnEachFamily) {
  const std::vector<Latency> cases = {
      {"nucleo-f091rc", 0x40022000, 0x11, 0x31, {.wait_states = 1, .prefetch = true}},
      {"nucleo-f091rc", 0x40022000, 0xFFFFFFEE, 0, {.wait_states = 1}},
      {"nucleo-f207zg",
       0x40023C00,
       0x602,
       0x602,
       {.wait_states = 2, .prefetch = false, .icache = true, .dcache = true}},
      {"stm32f469i-disco", 0x40023C00, 0x10F, 0x10F, {.wait_states = 15, .prefetch = true}},
      {"stm32f746g-disco", 0x40023C00, 0x205, 0x205, {.wait_states = 5, .icache = true}},
      {"stm32f746g-disco", 0x40023C00, 0x107, 0x107, {.wait_states = 7, .prefetch = true}},
      {"nucleo-l496zg", 0x40022000, 0xFF03, 0x7F03, {3, true, true, true}},
      {"nucleo-l4r5zi", 0x40022000, 0x00E, 0x00E, {.wait_states = 14}},
      {"nucleo-l552ze-q", 0x40022000, 0x004, 0x004, {.wait_states = 4}},
      {"nucleo-h743zi2", 0x52002000, 0x22, 0x22, {.wait_states = 2}},
  };
  for (const Latency& entry : cases) {
    make(entry.board);
    write(entry.acr, entry.written);
    EXPECT_EQ(read(entry.acr), entry.read_back) << entry.board;
    EXPECT_EQ(settings(), entry.settings) << entry.board;
  }
}

TEST_F(FlashInterfaceTest, F100HasNoWaitStatesToSet) {
  make("stm32vldiscovery");
  write(0x40022000, 0xFF);
  EXPECT_EQ(read(0x40022000), 0x08u);
  EXPECT_TRUE(flash().model->constant_fetch());
}

TEST_F(FlashInterfaceTest, RunStateStaysUntilLatencyIsChosen) {
  make("nucleo-h743zi2");
  EXPECT_EQ(read(0x52002000), 0x37u);  // the reset value, though 4 wait states are in force
  EXPECT_EQ(settings().wait_states, 4u);
  write(0x52002000, 0x27);  // LATENCY written back as it was read
  EXPECT_EQ(settings().wait_states, 4u);
  write(0x52002000, 0x22);
  EXPECT_EQ(settings().wait_states, 2u);
}

TEST_F(FlashInterfaceTest, FromResetTheResetValueHolds) {
  make("nucleo-h743zi2", {"start=reset"});
  EXPECT_EQ(settings().wait_states, 7u);
  make("nucleo-f091rc", {"start=reset"});
  EXPECT_EQ(settings(), (memory::FlashSettings{.wait_states = 0, .prefetch = true}));
}

TEST_F(FlashInterfaceTest, PinnedValuesStay) {
  make("stm32f746g-disco",
       {"memories.flash.accelerator.art_enabled=false", "memories.flash.wait_states=6"});
  write(0x40023C00, 0x307);
  EXPECT_EQ(settings(), (memory::FlashSettings{.wait_states = 6, .prefetch = true}));
  EXPECT_THAT(machine_->notes(),
              Contains("firmware set FLASH_ACR to 0x00000307: 6 wait states (by --set), prefetch "
                       "on, ART off (by --set), since cycle 10"));
}

TEST_F(FlashInterfaceTest, TooFewWaitStatesAreNotedForModelsWithoutArt) {
  make("nucleo-h743zi2");
  write(0x52002000, 0x01);
  EXPECT_THAT(machine_->notes(),
              Contains(HasSubstr("flash: 1 wait states are too few for 240000000 Hz (at most "
                                 "140000000 Hz): the board would misread it")));
}

/// __HAL_FLASH_DATA_CACHE_DISABLE, RESET and ENABLE, as FLASH_FlushCaches of the F4 does.
TEST_F(FlashInterfaceTest, TheNoteSaysTheSettingThatHolds) {
  make("stm32f469i-disco");
  for (const std::uint32_t acr : {0x705u, 0x305u, 0xB05u, 0x305u, 0x705u}) {
    pass(10);
    write(0x40023C00, acr);
  }
  EXPECT_THAT(machine_->notes(),
              ElementsAre("firmware set FLASH_ACR to 0x00000705: 5 wait states, prefetch on, "
                          "instruction cache on, data cache on, the last of 5 settings, since "
                          "cycle 60"));
}

// ---- ICACHE ----

constexpr Address kIcache = 0x40030400;
constexpr Address kIcacheSr = kIcache + 0x04;
constexpr Address kIcacheFcr = kIcache + 0x0C;

TEST_F(FlashInterfaceTest, IcacheInvalidationIsBusyForASetPerCycle) {
  make("nucleo-l552ze-q");
  EXPECT_EQ(read(kIcacheSr), 0u);
  write(kIcache + 0x08, 2);  // BSYENDIE
  write(kIcache, 0x7);
  EXPECT_EQ(read(kIcache), 0x5u);
  EXPECT_EQ(read(kIcacheSr), 1u);
  pass(255);
  EXPECT_EQ(read(kIcacheSr), 1u);
  EXPECT_FALSE(pending(107));
  pass(1);
  EXPECT_EQ(read(kIcacheSr), 2u);
  EXPECT_TRUE(pending(107));
  write(kIcacheFcr, 2);
  EXPECT_EQ(read(kIcacheSr), 0u);
}

TEST_F(FlashInterfaceTest, IcacheFromResetIsOffAndInvalidatesItself) {
  make("nucleo-l552ze-q", {"start=reset"});
  now_ = 255;
  EXPECT_EQ(read(kIcacheSr), 1u);
  now_ = 256;
  EXPECT_EQ(read(kIcacheSr), 0u);
  bus::MicroState state;
  EXPECT_EQ(flash().model->fetch(state, 0, 0, 0, nullptr), 0u);  // 0 wait states, no look-up
}

TEST_F(FlashInterfaceTest, IcacheSwitchedOffEmptiesItself) {
  make("nucleo-l552ze-q");
  write(kIcache, 0x5);
  bus::MicroState state;
  flash().model->fetch(state, 0, 0, 0, nullptr);
  EXPECT_TRUE(flash().model->fetch_line_resident(0));
  write(kIcache, 0x4);
  EXPECT_FALSE(flash().model->fetch_line_resident(0));
  EXPECT_EQ(read(kIcacheSr), 1u);
}

TEST_F(FlashInterfaceTest, IcacheWaysChangeOnlyWhileItIsOff) {
  make("nucleo-l552ze-q");
  const auto both_stay = [this] {
    bus::MicroState state;
    flash().model->fetch(state, 0, 0, 0, nullptr);
    flash().model->fetch(state, 8192, 0, 0, nullptr);  // the same set in either form
    return flash().model->fetch_line_resident(0);
  };
  write(kIcache, 0x1);
  EXPECT_TRUE(both_stay());
  write(kIcache, 0x0);
  write(kIcache, 0x1);
  EXPECT_FALSE(both_stay());
}

TEST_F(FlashInterfaceTest, IcacheMonitorsCountFromWhenTheyAreSwitchedOn) {
  make("nucleo-l552ze-q");
  bus::MicroState state;
  const auto fetch = [&](std::uint32_t offset) {
    flash().model->fetch(state, offset, 0, 0, nullptr);
  };
  write(kIcache, 0x5);
  fetch(0);
  write(kIcache, 0x5 | 3u << 16);
  fetch(4);
  fetch(8);
  fetch(0x100);
  EXPECT_EQ(read(kIcache + 0x10), 2u);
  EXPECT_EQ(read(kIcache + 0x14), 1u);
  write(kIcache, 0x5);
  fetch(4);
  EXPECT_EQ(read(kIcache + 0x10), 2u);
  write(kIcache, 0x5 | 3u << 18);
  EXPECT_EQ(read(kIcache + 0x10), 0u);
  EXPECT_EQ(read(kIcache + 0x14), 0u);
  EXPECT_EQ(read(kIcache), 0x5u);
}

TEST_F(FlashInterfaceTest, IcacheRemapIsNoted) {
  make("nucleo-l552ze-q");
  write(kIcache + 0x24, 1u << 15);
  EXPECT_THAT(machine_->notes(), Contains(HasSubstr("ICACHE_CRR1 enables a remapped region")));
}

// ---- Programming ----

constexpr Address kF4 = 0x40023C00;
constexpr Address kF4Key = kF4 + 0x04, kF4Sr = kF4 + 0x0C, kF4Cr = kF4 + 0x10;
constexpr std::uint32_t kF4Busy = 1u << 16, kF4Lock = 1u << 31, kWords = 2u << 8;

TEST_F(FlashInterfaceTest, KeysUnlockAndAWrongOneBarsUntilReset) {
  make("stm32f469i-disco");
  EXPECT_EQ(read(kF4Cr), kF4Lock);
  write(kF4Cr, 1);
  EXPECT_EQ(read(kF4Cr), kF4Lock);  // locked: the write is lost
  EXPECT_FALSE(store(0x4000, 0));
  unlock(kF4Key);
  EXPECT_EQ(read(kF4Cr), 0u);
  write(kF4Cr, kF4Lock);
  unlock(kF4Key);
  EXPECT_EQ(read(kF4Cr), 0u);
  write(kF4Cr, kF4Lock);
  write(kF4Key, 0x12345678);
  unlock(kF4Key);
  EXPECT_EQ(read(kF4Cr), kF4Lock);
  EXPECT_THAT(machine_->notes(), Contains(HasSubstr("wrong key")));
}

TEST_F(FlashInterfaceTest, F4ProgramsWordsThatOnlyClearBits) {
  make("stm32f469i-disco");
  unlock(kF4Key);
  EXPECT_FALSE(store(0x4000, 0));  // PG is not set: a bus error
  write(kF4Cr, kWords | 1);
  ASSERT_TRUE(store(0x4000, 0xF0F0F0F0));
  EXPECT_EQ(word(0x4000), 0xF0F0F0F0u);
  // 16 us at 180 MHz.
  expect_busy(kF4Sr, kF4Busy, 2880);
  ASSERT_TRUE(store(0x4000, 0x3C3C3C3C));
  EXPECT_EQ(word(0x4000), 0x30303030u);
  pass(2880);
  EXPECT_EQ(read(kF4Sr), 0u);  // EOP needs EOPIE
}

TEST_F(FlashInterfaceTest, ProgrammingAndErasingAreCounted) {
  make("stm32f469i-disco");
  unlock(kF4Key);
  write(kF4Cr, kWords | 1);
  ASSERT_TRUE(store(0x4000, 0xF0F0F0F0));
  ASSERT_TRUE(store(0x4004, 0));
  ASSERT_TRUE(store(0x4008, 0, 1));  // refused: not the size of PSIZE
  EXPECT_EQ(count("flash_programmed_bytes"), 8u);
  EXPECT_EQ(count("flash_program_ns"), 2u * 16'000);
  EXPECT_EQ(count("flash_erase_ns"), 0u);
  pass(2 * 2880);
  write(kF4Cr, kWords | 2 | 1u << 3 | 1u << 16);  // sector 1: 250 ms
  EXPECT_EQ(count("flash_erase_ns"), 250'000'000u);
}

TEST_F(FlashInterfaceTest, F4StoreOfAnotherSizeThanPsizeIsAnError) {
  make("stm32f469i-disco");
  unlock(kF4Key);
  write(kF4Cr, kWords | 1 | 1u << 25);  // ERRIE
  ASSERT_TRUE(store(0x4000, 0, 1));
  EXPECT_EQ(word(0x4000), 0xFFFFFFFFu);
  EXPECT_EQ(read(kF4Sr), 1u << 6);  // PGPERR
  EXPECT_TRUE(pending(4));
  write(kF4Sr, 1u << 6);
  EXPECT_EQ(read(kF4Sr), 0u);
  EXPECT_FALSE(pending(4));
  write(kF4Cr, 1);  // 8 bits
  ASSERT_TRUE(store(0x4001, 0x12, 1));
  EXPECT_EQ(word(0x4000), 0xFFFF12FFu);
}

TEST_F(FlashInterfaceTest, F4ErasesASectorOfEitherBank) {
  make("stm32f469i-disco");
  unlock(kF4Key);
  for (const std::uint32_t offset : {0x3FFCu, 0x4000u, 0x7FFCu, 0x8000u, 0x104000u, 0x107FFCu})
    std::fill_n(flash().bytes.begin() + offset, 4, std::uint8_t{0});
  write(kF4Cr, kWords | 2 | 1u << 3 | 1u << 24);  // SER, sector 1, EOPIE
  write(kF4Cr, read(kF4Cr) | 1u << 16);
  EXPECT_EQ(read(kF4Cr) & 1u << 16, 0u);
  EXPECT_EQ(word(0x3FFC), 0u);
  EXPECT_EQ(word(0x4000), 0xFFFFFFFFu);
  EXPECT_EQ(word(0x7FFC), 0xFFFFFFFFu);
  EXPECT_EQ(word(0x8000), 0u);
  // 16 KB with 32 bits: 250 ms at 180 MHz.
  expect_busy(kF4Sr, kF4Busy, 45'000'000);
  EXPECT_EQ(read(kF4Sr), 1u);
  EXPECT_TRUE(pending(4));
  write(kF4Cr, kWords | 2 | 17u << 3 | 1u << 16);  // the second of bank 2
  EXPECT_EQ(word(0x104000), 0xFFFFFFFFu);
  EXPECT_EQ(word(0x107FFC), 0xFFFFFFFFu);
}

TEST_F(FlashInterfaceTest, F4ErasesOneBankOrBoth) {
  make("stm32f469i-disco");
  unlock(kF4Key);
  const auto dirty = [this] {
    for (const std::uint32_t offset : {0u, 0xFFFFCu, 0x100000u, 0x1FFFFCu})
      std::fill_n(flash().bytes.begin() + offset, 4, std::uint8_t{0});
  };
  dirty();
  write(kF4Cr, kWords | 1u << 15 | 1u << 16);  // MER1
  EXPECT_EQ(word(0xFFFFC), 0u);
  EXPECT_EQ(word(0x100000), 0xFFFFFFFFu);
  // 4 x 250 ms + 550 ms + 7 x 1 s.
  expect_busy(kF4Sr, kF4Busy, 180ull * 8'550'000);
  write(kF4Cr, kWords | 1u << 2 | 1u << 15 | 1u << 16);
  EXPECT_EQ(word(0), 0xFFFFFFFFu);
  EXPECT_EQ(word(0xFFFFC), 0xFFFFFFFFu);
}

TEST_F(FlashInterfaceTest, EraseWhileTheOneBeforeGoesOnIsAnError) {
  make("nucleo-f207zg");
  unlock(kF4Key);
  write(kF4Cr, kWords | 2 | 3u << 3 | 1u << 16);
  write(kF4Cr, kWords | 2 | 2u << 3 | 1u << 16);
  EXPECT_EQ(read(kF4Sr), kF4Busy | 1u << 7);
  pass(30'000'000);  // 250 ms at 120 MHz
  EXPECT_EQ(read(kF4Sr), 1u << 7);
}

TEST_F(FlashInterfaceTest, EraseOfASectorThatIsNotThereIsAnError) {
  make("nucleo-f207zg");
  unlock(kF4Key);
  write(kF4Cr, kWords | 2 | 12u << 3 | 1u << 16);
  EXPECT_EQ(read(kF4Sr), 1u << 7);
}

TEST_F(FlashInterfaceTest, L4ProgramsErasedDoubleWords) {
  constexpr Address kKey = 0x40022008, kSr = 0x40022010, kCr = 0x40022014;
  make("nucleo-l496zg");
  EXPECT_EQ(read(kCr), 0xC0000000u);
  unlock(kKey);
  write(kCr, 1);
  ASSERT_TRUE(store(0x8000, 0x11111111));
  EXPECT_EQ(word(0x8000), 0xFFFFFFFFu);  // waits for the second word
  EXPECT_EQ(read(kSr), 0u);
  ASSERT_TRUE(store(0x8004, 0x22222222));
  EXPECT_EQ(word(0x8000), 0x11111111u);
  EXPECT_EQ(word(0x8004), 0x22222222u);
  expect_busy(kSr, kF4Busy, 6536);  // 81.7 us at 80 MHz
  ASSERT_TRUE(store(0x8000, 0x01010101));
  ASSERT_TRUE(store(0x8004, 0x02020202));
  EXPECT_EQ(read(kSr), 1u << 3);  // PROGERR
  EXPECT_EQ(word(0x8000), 0x11111111u);
  write(kSr, 1u << 3);
  ASSERT_TRUE(store(0x8000, 0));  // all zeros may be written over anything
  ASSERT_TRUE(store(0x8004, 0));
  EXPECT_EQ(word(0x8000), 0u);
  pass(6536);
  ASSERT_TRUE(store(0x8008, 1, 2));
  EXPECT_EQ(read(kSr), 1u << 6);  // SIZERR
  ASSERT_TRUE(store(0x8008, 1));
  ASSERT_TRUE(store(0x8010, 1));
  EXPECT_EQ(read(kSr), 1u << 6 | 1u << 7);  // PGSERR
}

TEST_F(FlashInterfaceTest, L4ErasesAPageOfTheBankThatBkerNames) {
  constexpr Address kKey = 0x40022008, kSr = 0x40022010, kCr = 0x40022014;
  make("nucleo-l496zg");
  unlock(kKey);
  std::fill_n(flash().bytes.begin() + 0x81800, 4, std::uint8_t{0});
  write(kCr, 2 | 3u << 3 | 1u << 11);
  write(kCr, read(kCr) | 1u << 16);
  EXPECT_EQ(word(0x81800), 0xFFFFFFFFu);
  expect_busy(kSr, kF4Busy, 1'760'000);  // 22 ms at 80 MHz
}

TEST_F(FlashInterfaceTest, F0ProgramsErasedHalfwordsAndErasesThePageOfAr) {
  constexpr Address kKey = 0x40022004, kSr = 0x4002200C, kCr = 0x40022010, kAr = 0x40022014;
  make("nucleo-f091rc");
  EXPECT_EQ(read(kCr), 0x80u);
  unlock(kKey);
  write(kCr, 1);
  ASSERT_TRUE(store(0x4000, 0xABCD, 2));
  EXPECT_EQ(word(0x4000), 0xFFFFABCDu);
  expect_busy(kSr, 1, 2568);      // 53.5 us at 48 MHz
  EXPECT_EQ(read(kSr), 1u << 5);  // EOP, whether its interrupt is enabled or not
  write(kSr, 1u << 5);
  ASSERT_TRUE(store(0x4000, 0x1234, 2));
  EXPECT_EQ(read(kSr), 1u << 2);  // PGERR
  write(kCr, 2);
  write(kAr, 0x080047FE);
  write(kCr, 2 | 1u << 6);
  EXPECT_EQ(word(0x4000), 0xFFFFFFFFu);
  expect_busy(kSr, 1, 1'440'000);  // 30 ms
}

TEST_F(FlashInterfaceTest, H7ProgramsFlashWordsThroughTheRegistersOfTheirBank) {
  constexpr Address kBase = 0x52002000;
  constexpr Address kSr2 = kBase + 0x110, kCr2 = kBase + 0x10C, kCcr2 = kBase + 0x114;
  make("nucleo-h743zi2");
  unlock(kBase + 0x104);
  EXPECT_EQ(read(kCr2) & 1u, 0u);
  EXPECT_EQ(read(kBase + 0x0C) & 1u, 1u);  // bank 1 stays locked
  write(kCr2, 1u << 1 | 3u << 4 | 1u << 16);
  EXPECT_FALSE(store(0, 0));
  for (std::uint32_t i = 0; i < 7; ++i) ASSERT_TRUE(store(0x100020 + 4 * i, i));
  EXPECT_EQ(read(kSr2), 2u);  // WBNE
  EXPECT_EQ(word(0x100020), 0xFFFFFFFFu);
  ASSERT_TRUE(store(0x10003C, 7));
  EXPECT_EQ(word(0x100020), 0u);
  EXPECT_EQ(word(0x10003C), 7u);
  expect_busy(kSr2, 5, 48'000);  // 100 us at 480 MHz
  EXPECT_EQ(read(kSr2), 1u << 16);
  write(kSr2, 1u << 16);
  EXPECT_EQ(read(kSr2), 1u << 16);
  write(kCcr2, 1u << 16);
  EXPECT_EQ(read(kSr2), 0u);
  ASSERT_TRUE(store(0x100040, 0x55));
  write(kCr2, read(kCr2) | 1u << 6);  // FW: as much as is there
  EXPECT_EQ(word(0x100040), 0x55u);
}

TEST_F(FlashInterfaceTest, ResetLocksAndEndsOperations) {
  make("stm32f469i-disco");
  unlock(kF4Key);
  write(kF4Cr, kWords | 1);
  store(0x4000, 0);
  for (const auto& region : bus().regions) {
    if (auto* space = dynamic_cast<PeripheralSpace*>(region.device)) space->reset();
  }
  EXPECT_EQ(read(kF4Cr), kF4Lock);
  EXPECT_EQ(read(kF4Sr), 0u);
}

TEST(FlashFamilies, SectorsFollowEachOther) {
  const ProgramFields& f4 = *flash_family_of("flash_acr_f4")->program;
  EXPECT_EQ(f4.sector(3).kib, 16u);
  EXPECT_EQ(f4.sector(4).kib, 64u);
  EXPECT_EQ(f4.sector(5).kib, 128u);
  EXPECT_EQ(f4.sector(11).kib, 128u);
  EXPECT_EQ(flash_family_of("flash_acr_l4")->program->sector(200).kib, 2u);
}

}  // namespace
}  // namespace mcost::boards::test
