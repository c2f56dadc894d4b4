// MDMA of the STM32H7, put on a board that has memories enough for it.
#include "tests/boards/board_bus.h"

namespace mcost::test {
namespace {

constexpr Address kMdma = 0x52000000;
constexpr Address kSram1 = 0x20000000;
constexpr Address kSram3 = 0x20030000;
constexpr std::uint32_t kIncrements = 2u | 2u << 2;
constexpr std::uint32_t kWords = 2u << 4 | 2u << 6;
constexpr std::uint32_t kBursts = 2u << 12 | 2u << 15;  // four beats
constexpr std::uint32_t kSoftware = 1u << 30;
constexpr std::uint32_t kBlock = 1u << 28;
constexpr std::uint32_t kGo = 1u << 16 | 1;

class MdmaTest : public BoardBus {
 protected:
  MdmaTest() {
    boards::BoardSpec spec = boards::read_board("stm32f469i-disco", {}, {});
    boards::PeripheralSpec mdma;
    mdma.name = "mdma";
    mdma.type = "mdma";
    mdma.base = kMdma;
    mdma.size_bytes = 0x1000;
    mdma.interrupts = {80};
    spec.peripherals.push_back(mdma);
    make(std::move(spec));
  }
  static Address channel(unsigned n, unsigned offset) { return kMdma + 0x40 + 0x40 * n + offset; }
  void set(unsigned n, Address from, Address to, std::uint32_t bytes, std::uint32_t transfer) {
    write(channel(n, 0x10), transfer);
    write(channel(n, 0x14), bytes);
    write(channel(n, 0x18), from);
    write(channel(n, 0x1C), to);
  }
};

TEST_F(MdmaTest, ABlockIsCopiedAndInterrupts) {
  const auto bytes = counting(300);
  put(kSram1, bytes);
  set(0, kSram1, kSram3, 300, kIncrements | kWords | kBursts | 127u << 18 | kSoftware | kBlock);
  write(channel(0, 0x0C), 1u << 2 | 1);
  pass(100);
  EXPECT_EQ(read(channel(0, 0)), 0u);  // not asked yet
  write(channel(0, 0x0C), 1u << 2 | kGo);
  EXPECT_EQ(read(channel(0, 0)), 1u << 16);
  EXPECT_FALSE(pending(80));
  pass(1000);
  EXPECT_EQ(get(kSram3, 300), bytes);
  EXPECT_EQ(read(channel(0, 0)), 0x1Au);
  EXPECT_EQ(read(kMdma), 1u);
  EXPECT_TRUE(pending(80));
  EXPECT_EQ(bus().interconnect.shared(), 0u);
  write(channel(0, 4), 0x1F);
  EXPECT_EQ(read(channel(0, 0)), 0u);
}

TEST_F(MdmaTest, ARequestMayBeForOneBuffer) {
  put(kSram1, counting(64));
  put(kSram3, std::vector<std::uint8_t>(64, 0));
  set(3, kSram1, kSram3, 64, kIncrements | kWords | 15u << 18 | kSoftware);
  write(channel(3, 0x0C), kGo);
  pass(500);
  EXPECT_EQ(read(channel(3, 0x14)), 48u);
  EXPECT_EQ(get(kSram3, 17), [] {
    auto bytes = counting(17);
    bytes[16] = 0;
    return bytes;
  }());
  for (unsigned i = 0; i < 3; ++i) {
    write(channel(3, 0x0C), kGo);
    pass(500);
  }
  EXPECT_EQ(read(channel(3, 0)) & 2u, 2u);
  EXPECT_EQ(get(kSram3, 64), counting(64));
  const auto list = transfers();
  ASSERT_EQ(list.size(), 4u);
  for (unsigned i = 0; i < 4; ++i) {
    EXPECT_EQ(list[i].substr(0, 15), "mdma channel 3 ");
    EXPECT_NE(list[i].find(
                  fmt::format(" 0x{:08x}>0x{:08x} 16 complete", kSram1 + 16 * i, kSram3 + 16 * i)),
              std::string::npos)
        << list[i];
  }
}

/// Four words in a burst: 5 cycles to read and 5 to write. Registers show the last burst from its
/// first beat on.
TEST_F(MdmaTest, BurstsTakeTheirTime) {
  put(kSram1, counting(1024));
  set(1, kSram1, kSram3, 1024, kIncrements | kWords | kBursts | 127u << 18 | kSoftware | kBlock);
  write(channel(1, 0x0C), kGo);
  const Cycles begin = now_;
  while ((read(channel(1, 0)) & 2u) == 0 && now_ < begin + 10'000) pass(1);
  EXPECT_EQ(now_ - begin, 256u / 4 * 10 - 3);
}

TEST_F(MdmaTest, WhereNothingIsItStopsWithAnError) {
  set(2, 0x70000000, kSram3, 16, kIncrements | kWords | 15u << 18 | kSoftware | kBlock);
  write(channel(2, 0x0C), kGo);
  EXPECT_EQ(read(channel(2, 0)), 1u);
  EXPECT_EQ(read(channel(2, 0x0C)) & 1u, 0u);
  EXPECT_EQ(transfers(),
            std::vector<std::string>{"mdma channel 2 10-10 0x70000000>0x20030000 0 failed"});
}

}  // namespace
}  // namespace mcost::test
