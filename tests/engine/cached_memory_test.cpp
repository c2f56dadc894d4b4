// Level-1 caches in front of the core: what waits for a line and what does not, stale data with
// another bus master, attributes of the MPU, maintenance by registers.
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <memory>

#include "sim_core/pipeline/registry.h"
#include "tests/support/test_machine.h"

namespace mcost::test {
namespace {

constexpr Address kData = kRam + 0x1000;

class CachedCore : public testing::Test {
 protected:
  CachedCore() : model_(pipeline::make_pipeline_model("cortex-m7")) {
    TestSetup setup;
    setup.flash = FlashKind::l1;
    setup.core = boards::CoreModel::cortex_m7;
    machine_ = std::make_unique<TestMachine>(*model_, setup);
  }
  TestMachine& machine() { return *machine_; }
  engine::Engine& engine() { return machine_->engine(); }
  /// Runs code that ends in stop().
  void run(Assembler& code) {
    code.stop();
    machine().load(code);
    machine().reset();
    ASSERT_EQ(machine().run(), engine::StopReason::idle);
  }
  [[nodiscard]] std::uint32_t behind(Address address) {
    std::array<std::uint8_t, 4> bytes{};
    engine().read_behind(address, bytes.data(), 4);
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data(), 4);
    return value;
  }
  void write_behind(Address address, std::uint32_t value) {
    std::array<std::uint8_t, 4> bytes{};
    std::memcpy(bytes.data(), &value, 4);
    engine().write_behind(address, bytes.data(), 4);
  }
  std::unique_ptr<pipeline::PipelineModel> model_;
  std::unique_ptr<TestMachine> machine_;
};

/// Cycles of one iteration in a long run: a load, `between` dependent additions, and an addition
/// that needs the load or does not. Each iteration loads from another line if `misses`.
Cycles iteration(unsigned between, bool uses, bool misses) {
  const auto model = pipeline::make_pipeline_model("cortex-m7");
  TestSetup setup;
  setup.flash = FlashKind::l1;
  TestMachine machine(*model, setup);
  Assembler code(kProgram);
  code.mov32(r8, kData);
  code.movw(r7, 100);
  const auto top = code.here();
  code.access(Access::ldr, r0, r8, 0);
  for (unsigned i = 0; i < between; ++i) code.data(Wide::add, false, r1, r1, r1, lsl, 0);
  code.data(Wide::add, false, r2, r2, uses ? r0 : r1, lsl, 0);
  code.data(Wide::add, false, r8, r8, misses ? 32u : 0u);
  code.data(Wide::sub, true, r7, r7, 1);
  code.b(ne, top);
  code.stop();
  machine.load(code);
  machine.reset();
  EXPECT_EQ(machine.run(), engine::StopReason::idle);
  return machine.engine().now();
}

TEST(HitUnderMiss, OnlyAReaderOfTheResultWaits) {
  // A line of SRAM has its first doubleword after 8 cycles, a hit after 1 (facts 7): 7 cycles,
  // which additions in between take over. The first of 100 iterations misses either way.
  const auto lost = [](unsigned between) {
    return (iteration(between, true, true) - iteration(between, true, false) + 50) / 99;
  };
  EXPECT_EQ(lost(0), 7u);
  EXPECT_LT(lost(4), lost(2));
  EXPECT_LT(lost(6), lost(4));
  EXPECT_EQ(lost(12), 0u);
  EXPECT_EQ((iteration(12, false, true) - iteration(12, false, false)) / 100, 0u);
}

TEST_F(CachedCore, WhatADmaWritesUnderALineIsReadOnlyAfterInvalidation) {
  Assembler code(kProgram);
  code.mov32(r8, kData);
  code.ldr(r0, r8);
  const Address loaded = code.pc();
  code.ldr(r1, r8);
  code.mov32(r6, 0xE000EF5C);  // DCIMVAC
  code.str(r8, r6);
  code.ldr(r2, r8);
  code.stop();
  machine().poke(kData, 1);
  machine().load(code);
  machine().reset();
  ASSERT_EQ(machine().run_until(loaded), engine::StopReason::until);
  write_behind(kData, 2);
  ASSERT_EQ(machine().run(), engine::StopReason::idle);
  EXPECT_EQ(machine().reg(0), 1u);
  EXPECT_EQ(machine().reg(1), 1u);
  EXPECT_EQ(machine().reg(2), 2u);
}

TEST_F(CachedCore, WhatTheCoreWritesReachesMemoryWhenTheLineIsCleaned) {
  Assembler code(kProgram);
  code.mov32(r8, kData);
  code.movs(r0, 7);
  code.str(r0, r8);
  const Address stored = code.pc();
  code.mov32(r6, 0xE000EF68);  // DCCMVAC
  code.str(r8, r6);
  code.stop();
  machine().poke(kData, 1);
  machine().load(code);
  machine().reset();
  ASSERT_EQ(machine().run_until(stored), engine::StopReason::until);
  EXPECT_EQ(behind(kData), 1u);
  EXPECT_EQ(machine().peek(kData), 7u);
  ASSERT_EQ(machine().run(), engine::StopReason::idle);
  EXPECT_EQ(behind(kData), 7u);
}

TEST_F(CachedCore, InvalidationWithoutCleaningLosesTheWrite) {
  Assembler code(kProgram);
  code.mov32(r8, kData);
  code.movs(r0, 7);
  code.str(r0, r8);
  code.mov32(r6, 0xE000EF5C);
  code.str(r8, r6);
  code.ldr(r1, r8);
  machine().poke(kData, 1);
  run(code);
  EXPECT_EQ(machine().reg(1), 1u);
}

/// Enables the MPU with one region around the RAM, of these TEX, S, C and B, and PRIVDEFENA.
void enable_mpu(Assembler& code, std::uint32_t attributes) {
  code.mov32(r6, 0xE000ED94);
  code.mov32(r0, kRam | 1u << 4);
  code.str(r0, r6, 8);                                                     // RBAR, region 0
  code.mov32(r0, attributes << 16 | 3u << 24 | 1u << 28 | 14u << 1 | 1u);  // RASR: 32 KiB
  code.str(r0, r6, 12);
  code.movs(r0, 5);
  code.str(r0, r6);
  code.isb();
}

TEST_F(CachedCore, NonCacheableMemoryHasNoLines) {
  Assembler code(kProgram);
  enable_mpu(code, 1u << 3);  // TEX 1, C 0, B 0
  code.mov32(r8, kData);
  code.movs(r0, 7);
  code.str(r0, r8);
  code.ldr(r1, r8);
  run(code);
  EXPECT_EQ(behind(kData), 7u);
  EXPECT_EQ(machine().reg(1), 7u);
  EXPECT_EQ(machine().bus().memories[kRamIndex].model->counters()[1].value, 0u);
}

class ShareableMemory : public CachedCore, public testing::WithParamInterface<bool> {};

TEST_P(ShareableMemory, IsNotCachedUnlessCacrSaysSo) {
  const bool siwt = GetParam();
  Assembler code(kProgram);
  code.mov32(r6, 0xE000EF9C);
  code.movs(r0, siwt ? 1 : 0);
  code.str(r0, r6);
  enable_mpu(code, 1u << 3 | 1u << 2 | 3);  // TEX 1, S, C, B
  code.mov32(r8, kData);
  code.movs(r0, 7);
  code.ldr(r1, r8);
  code.str(r0, r8);
  run(code);
  EXPECT_EQ(behind(kData), 7u);
  EXPECT_EQ(machine().bus().memories[kRamIndex].model->counters()[1].value, siwt ? 1u : 0u);
}

INSTANTIATE_TEST_SUITE_P(Siwt, ShareableMemory, testing::Bool());

TEST_F(CachedCore, WriteThroughMemoryIsUpToDate) {
  Assembler code(kProgram);
  enable_mpu(code, 2);  // TEX 0, C 1, B 0
  code.mov32(r8, kData);
  code.ldr(r1, r8);
  code.movs(r0, 7);
  code.str(r0, r8);
  run(code);
  EXPECT_EQ(behind(kData), 7u);
  EXPECT_EQ(machine().peek(kData), 7u);
}

TEST_F(CachedCore, EnablingTheDataCacheAsCmsisDoesLosesNothing) {
  Assembler code(kProgram);
  code.mov32(r8, kData);
  code.movs(r0, 7);
  code.str(r0, r8);  // dirty: the run state has the cache on
  code.mov32(r6, 0xE000EF60);
  for (std::uint32_t set = 0; set < 2; ++set) {
    for (std::uint32_t way = 0; way < 4; ++way) {
      code.mov32(r0, set << 5 | way << 30);
      code.str(r0, r6);  // DCISW
    }
  }
  code.mov32(r6, 0xE000ED14);
  code.ldr(r0, r6);
  code.mov32(r1, 1u << 16);
  code.data(Wide::orr, false, r0, r0, r1, lsl, 0);
  code.str(r0, r6);  // CCR.DC
  code.ldr(r2, r8);
  run(code);
  EXPECT_EQ(machine().reg(2), 7u);
  EXPECT_TRUE(machine().l1()->dcache_on());
  EXPECT_FALSE(machine().l1()->icache_on());  // nobody switched it on
}

}  // namespace
}  // namespace mcost::test
