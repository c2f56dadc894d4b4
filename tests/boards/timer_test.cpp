// STM32 timers on a machine: counting at their clock, updates, interrupts, and changes of clock.
// Accesses are made at chosen cycles, without firmware.
#include <gtest/gtest.h>

#include <array>

#include "boards/machine.h"
#include "boards/spec_reader.h"

namespace mcost::boards::test {
namespace {

constexpr Address kTim2 = 0x40000000;
constexpr Address kTim6 = 0x40001000;
constexpr Address kRccCfgr = 0x40023808;
constexpr std::uint32_t kCr1 = 0x00, kDier = 0x0C, kSr = 0x10, kEgr = 0x14, kCnt = 0x24,
                        kPsc = 0x28, kArr = 0x2C;
constexpr unsigned kTim2Exception = 16 + 28;

class TimerTest : public testing::Test {
 protected:
  static BoardSpec board() { return read_board("nucleo-f429zi", {}, {"start=reset"}); }
  std::uint32_t read(Address address, Cycles now) {
    return access(address)->read(request(address, now));
  }
  void write(Address address, std::uint32_t value, Cycles now) {
    access(address)->write(request(address, now), value);
  }
  bus::Device* access(Address address) { return machine_.engine().bus().find(address)->device; }
  bus::DeviceAccess request(Address address, Cycles now) {
    const bus::Region* region = machine_.engine().bus().find(address);
    machine_.engine().scheduler().run_due(now);
    return {address - region->base + region->device_offset, 4, now, 0x08000000, true};
  }
  bool pending(unsigned exception) { return machine_.engine().exceptions().is_pending(exception); }
  Machine machine_{board(), MachineOptions{}};
};

TEST_F(TimerTest, CountsThroughThePrescaler) {
  write(kTim2 + kPsc, 9, 100);
  write(kTim2 + kEgr, 1, 100);
  EXPECT_EQ(read(kTim2 + kSr, 100), 1u);
  write(kTim2 + kSr, 0, 101);
  EXPECT_EQ(read(kTim2 + kSr, 102), 0u);
  write(kTim2 + kCr1, 1, 200);
  EXPECT_EQ(read(kTim2 + kCnt, 209), 0u);
  EXPECT_EQ(read(kTim2 + kCnt, 210), 1u);
  EXPECT_EQ(read(kTim2 + kCnt, 200 + 10 * 123), 123u);
  write(kTim2 + kCr1, 0, 1500);
  EXPECT_EQ(read(kTim2 + kCnt, 9999), 130u);
}

TEST_F(TimerTest, APrescalerTakesEffectAtTheNextUpdate) {
  write(kTim6 + kArr, 9, 0);
  write(kTim6 + kCr1, 1, 0);
  write(kTim6 + kPsc, 1, 5);
  EXPECT_EQ(read(kTim6 + kCnt, 9), 9u);
  EXPECT_EQ(read(kTim6 + kCnt, 10), 0u);
  EXPECT_EQ(read(kTim6 + kCnt, 11), 0u);
  EXPECT_EQ(read(kTim6 + kCnt, 12), 1u);
  EXPECT_EQ(read(kTim6 + kSr, 12), 1u);
}

TEST_F(TimerTest, UpdatesInterruptAtTheirCycle) {
  write(kTim2 + kArr, 99, 0);
  write(kTim2 + kDier, 1, 0);
  write(kTim2 + kCr1, 1, 0);
  machine_.engine().scheduler().run_due(99);
  EXPECT_FALSE(pending(kTim2Exception));
  machine_.engine().scheduler().run_due(100);
  EXPECT_TRUE(pending(kTim2Exception));
  machine_.engine().exceptions().unpend(kTim2Exception);
  write(kTim2 + kSr, 0, 150);
  machine_.engine().scheduler().run_due(199);
  EXPECT_FALSE(pending(kTim2Exception));
  machine_.engine().scheduler().run_due(1'000'000'000);
  EXPECT_TRUE(pending(kTim2Exception));
}

TEST_F(TimerTest, WithoutInterruptsNothingIsScheduled) {
  write(kTim2 + kCr1, 1, 0);
  EXPECT_EQ(machine_.engine().scheduler().next_due(), engine::Scheduler::kNever);
}

TEST_F(TimerTest, OnePulseStopsItself) {
  write(kTim6 + kArr, 9, 0);
  write(kTim6 + kCr1, 1 | 1u << 3, 0);
  EXPECT_EQ(read(kTim6 + kCr1, 9), 9u);
  EXPECT_EQ(read(kTim6 + kCr1, 10), 8u);
  EXPECT_EQ(read(kTim6 + kCnt, 500), 0u);
}

TEST_F(TimerTest, CountsDown) {
  write(kTim2 + kArr, 9, 0);
  write(kTim2 + kCr1, 1u << 4, 0);
  write(kTim2 + kEgr, 1, 0);
  EXPECT_EQ(read(kTim2 + kCnt, 0), 9u);
  write(kTim2 + kCr1, 1 | 1u << 4, 0);
  EXPECT_EQ(read(kTim2 + kCnt, 9), 0u);
  EXPECT_EQ(read(kTim2 + kCnt, 10), 9u);
}

TEST_F(TimerTest, WidthIsThatOfItsReload) {
  write(kTim6 + kArr, 0xFFFFFFFF, 0);
  EXPECT_EQ(read(kTim6 + kArr, 0), 0xFFFFu);
  write(kTim2 + kCnt, 0xFFFFFFFF, 0);
  EXPECT_EQ(read(kTim2 + kCnt, 0), 0xFFFFFFFFu);
}

TEST_F(TimerTest, FollowsItsClock) {
  write(kTim2 + kCr1, 1, 0);
  write(kRccCfgr, 6u << 10, 1000);  // APB1 / 8: its timers run at a quarter of HCLK
  EXPECT_EQ(read(kTim2 + kCnt, 1000), 1000u);
  EXPECT_EQ(read(kTim2 + kCnt, 1403), 1100u);
  EXPECT_EQ(read(kTim2 + kCnt, 1404), 1101u);
}

TEST_F(TimerTest, SyscfgChoosesTheMemoryAtZero) {
  constexpr Address kMemrmp = 0x40013800;
  engine::Engine& engine = machine_.engine();
  const std::array<std::uint8_t, 4> bytes{1, 2, 3, 4};
  const auto word_at = [&](Address address) {
    std::array<std::uint8_t, 4> word{};
    return engine.read_memory(address, word.data(), 4) ? word : std::array<std::uint8_t, 4>{};
  };
  ASSERT_TRUE(engine.write_memory(0x20000010, bytes.data(), 4));
  const auto flash = word_at(0x10);
  EXPECT_NE(flash, bytes);
  write(kMemrmp, 3, 0);
  EXPECT_EQ(word_at(0x10), bytes);
  EXPECT_EQ(engine.bus().find(0x1C000), nullptr);  // SRAM1 ends
  ASSERT_TRUE(engine.write_memory(0x14, bytes.data(), 4));
  EXPECT_EQ(word_at(0x20000014), bytes);
  write(kMemrmp, 1, 0);
  EXPECT_EQ(word_at(0x7A10), word_at(0x1FFF7A10));
  write(kMemrmp, 0, 0);
  EXPECT_EQ(word_at(0x10), flash);
  EXPECT_NE(engine.bus().find(0x1FFFFF), nullptr);
}

TEST_F(TimerTest, IdentificationAnswersInsideThePrivatePeripheralBus) {
  EXPECT_EQ(read(0xE0042000, 0) & 0xFFFu, 0x419u);
  EXPECT_EQ(read(0xE0042004, 0), 0u);
  EXPECT_EQ(read(0xE000ED00, 0), 0x410FC241u);
  EXPECT_EQ(machine_.engine().bus().find(0xE0043000)->name, "ppb");
}

}  // namespace
}  // namespace mcost::boards::test
