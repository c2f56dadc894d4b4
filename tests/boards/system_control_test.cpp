// Registers of the system control space as firmware reads and writes them: NVIC, SCB, SysTick, DWT,
// ITM and what is not there. Source: ARMv7-M ARM B3.2, B3.3, B3.4, C1.7, C1.8.
#include "boards/peripherals/system_control.h"

#include <gtest/gtest.h>

#include "sim_core/pipeline/registry.h"
#include "tests/support/test_machine.h"

namespace mcost::test {
namespace {

using engine::kBusFault;
using engine::kFirstInterrupt;
using engine::kHardFault;
using engine::kMemManage;
using engine::kNmi;
using engine::kPendSv;
using engine::kSvCall;
using engine::kSysTick;
using engine::kUsageFault;

constexpr std::uint32_t kScs = 0xE000;  // offset of the system control space

class SystemControlSpace : public testing::Test {
 protected:
  SystemControlSpace() { use({}); }
  void use(TestSetup setup, boards::CoreSpec core = {}) {
    machine_ = std::make_unique<TestMachine>(*model_, setup);
    core.model = setup.core;
    core.mpu_regions = setup.mpu_regions;
    if (core.cpuid == 0) core.cpuid = 0x410FC241;
    if (core.interrupts == 0) core.interrupts = 32;
    control_ = std::make_unique<boards::SystemControl>(machine_->engine(), core);
    machine_->reset();
  }
  std::uint32_t read(std::uint32_t offset, Cycles now = 0, unsigned size = 4) {
    return control_->read({offset, static_cast<std::uint8_t>(size), now, 0, true});
  }
  void write(std::uint32_t offset, std::uint32_t value, Cycles now = 0, unsigned size = 4,
             bool privileged = true) {
    control_->write({offset, static_cast<std::uint8_t>(size), now, 0, privileged}, value);
  }
  std::uint32_t scs(std::uint32_t offset) { return read(kScs + offset); }
  void set_scs(std::uint32_t offset, std::uint32_t value) { write(kScs + offset, value); }
  engine::Exceptions& exceptions() { return machine_->exceptions(); }
  void run_events(Cycles now) { machine_->engine().scheduler().run_due(now); }

  // NOLINTBEGIN(misc-non-private-member-variables-in-classes): tests share a fixture's members
  std::unique_ptr<pipeline::PipelineModel> model_ = pipeline::make_pipeline_model("cortex-m4");
  std::unique_ptr<TestMachine> machine_;
  std::unique_ptr<boards::SystemControl> control_;
  // NOLINTEND(misc-non-private-member-variables-in-classes)
};

TEST_F(SystemControlSpace, EnableAndPendingRegistersActOnOnesOnly) {
  set_scs(0x100, 0x5);
  set_scs(0x200, 0x6);
  EXPECT_EQ(scs(0x100), 0x5u);
  EXPECT_EQ(scs(0x180), 0x5u);
  EXPECT_EQ(scs(0x200), 0x6u);
  set_scs(0x180, 0x1);
  set_scs(0x280, 0x2);
  EXPECT_EQ(scs(0x100), 0x4u);
  EXPECT_EQ(scs(0x200), 0x4u);
  write(kScs + 0x182, 0xFF, 0, 1);  // a byte: interrupts 16 to 23 alone
  EXPECT_EQ(scs(0x100), 0x4u);
}

TEST_F(SystemControlSpace, PrioritiesTakeBytesAndKeepImplementedBits) {
  write(kScs + 0x402, 0xFF, 0, 1);
  EXPECT_EQ(scs(0x400), 0x00F00000u);
  write(kScs + 0x400, 0x1234, 0, 2);
  EXPECT_EQ(scs(0x400), 0x00F01030u);
  EXPECT_EQ(read(kScs + 0x401, 0, 1), 0x10u);
}

TEST_F(SystemControlSpace, SystemHandlerPrioritiesThatDoNotExistStayZero) {
  for (const std::uint32_t offset : {0xD18u, 0xD1Cu, 0xD20u}) set_scs(offset, 0xFFFFFFFF);
  EXPECT_EQ(scs(0xD18), 0x00F0F0F0u);
  EXPECT_EQ(scs(0xD1C), 0xF0000000u);
  EXPECT_EQ(scs(0xD20), 0xF0F000F0u);  // DebugMonitor, PendSV, SysTick
}

TEST_F(SystemControlSpace, IcsrShowsWhatRunsAndWhatPends) {
  EXPECT_EQ(scs(0xD04), 1u << 11);  // RETTOBASE: nothing is active
  set_scs(0xD04, 1u << 28);
  EXPECT_EQ(scs(0xD04), 1u << 28 | 1u << 11 | kPendSv << 12);
  exceptions().basepri = 0x10;
  exceptions().set_priority(kPendSv, 0x20);
  EXPECT_EQ(scs(0xD04) >> 12 & 0x1FFu, 0u);  // held back by BASEPRI
  exceptions().basepri = 0;
  exceptions().primask = 1;
  EXPECT_EQ(scs(0xD04) >> 12 & 0x1FFu, unsigned{kPendSv});  // PRIMASK does not count
  set_scs(0xD04, 1u << 27);
  EXPECT_EQ(scs(0xD04), 1u << 11);
  set_scs(0x200, 1);  // pending, not enabled
  EXPECT_EQ(scs(0xD04), 1u << 22 | 1u << 11);
  exceptions().activate(kFirstInterrupt);
  EXPECT_EQ(scs(0xD04), kFirstInterrupt | 1u << 11);
  exceptions().activate(kNmi);
  EXPECT_EQ(scs(0xD04), unsigned{kNmi});  // another one is active
  set_scs(0xD04, 1u << 31 | 1u << 26);
  EXPECT_TRUE(exceptions().is_pending(kNmi));
  EXPECT_TRUE(exceptions().is_pending(kSysTick));
}

TEST_F(SystemControlSpace, IcsrNarrowWritesDoNotRepeatOtherBits) {
  set_scs(0xD04, 1u << 28);
  write(kScs + 0xD07, 1u << 3, 0, 1);  // PENDSVCLR in the top byte, PENDSVSET beside it is 1
  EXPECT_FALSE(exceptions().is_pending(kPendSv));
}

TEST_F(SystemControlSpace, AircrNeedsItsKey) {
  set_scs(0xD0C, 0x00000700);
  EXPECT_EQ(scs(0xD0C), 0xFA050000u);
  set_scs(0xD0C, 0x05FA0300);
  EXPECT_EQ(scs(0xD0C), 0xFA050300u);
}

TEST_F(SystemControlSpace, VtorKeepsItsImplementedBits) {
  set_scs(0xD08, 0xFFFFFFFF);
  EXPECT_EQ(scs(0xD08), 0xFFFFFF80u);
}

TEST_F(SystemControlSpace, StatusRegistersClearByOnesInBytesToo) {
  exceptions().cfsr = 0x02108283;
  write(kScs + 0xD29, 0x82, 0, 1);  // BFSR
  EXPECT_EQ(scs(0xD28), 0x02100083u);
  write(kScs + 0xD2A, 0x0200, 0, 2);  // UFSR
  EXPECT_EQ(scs(0xD28), 0x00100083u);
  exceptions().hfsr = 0xC0000002;
  set_scs(0xD2C, 0x40000000);
  EXPECT_EQ(scs(0xD2C), 0x80000002u);
}

TEST_F(SystemControlSpace, ShcsrMovesActiveAndPendingStates) {
  set_scs(0xD24, 0x0007FDDB);
  EXPECT_EQ(scs(0xD24), 0x0007FD8Bu);
  for (const unsigned number : {kMemManage + 0u, kBusFault + 0u, kUsageFault + 0u, kSvCall + 0u,
                                kPendSv + 0u, kSysTick + 0u}) {
    EXPECT_TRUE(exceptions().is_active(number)) << number;
  }
  for (const unsigned number : {kMemManage + 0u, kBusFault + 0u, kUsageFault + 0u, kSvCall + 0u})
    EXPECT_TRUE(exceptions().is_pending(number)) << number;
  set_scs(0xD24, 0);
  EXPECT_EQ(scs(0xD24), 0u);
  EXPECT_EQ(exceptions().active_count(), 0u);
}

TEST_F(SystemControlSpace, StirPendsAnInterrupt) {
  set_scs(0xF00, 31);
  EXPECT_TRUE(exceptions().is_pending(kFirstInterrupt + 31));
  set_scs(0xF00, 32);  // there are 32
  EXPECT_EQ(scs(0x204), 0u);
}

TEST_F(SystemControlSpace, CoresDifferInWhatTheyHave) {
  EXPECT_EQ(scs(0xD00), 0x410FC241u);
  EXPECT_EQ(scs(0xD40), 0x30u);
  set_scs(0xD14, 0xFFFFFFFF);
  EXPECT_EQ(scs(0xD14), 0x31Bu);
  TestSetup m7;
  m7.core = boards::CoreModel::cortex_m7;
  use(m7);
  EXPECT_EQ(scs(0xD14), 0x40200u);
  set_scs(0xD14, 0);
  EXPECT_EQ(scs(0xD14), 0x40200u);
  EXPECT_EQ(scs(0xD78), 0x09000003u);
  TestSetup m33;
  m33.features = isa::kCortexM33;
  m33.core = boards::CoreModel::cortex_m33;
  use(m33);
  set_scs(0xD14, 0xFFF7);
  EXPECT_EQ(scs(0xD14), 0x713u);
  exceptions().activate(kHardFault);
  EXPECT_EQ(scs(0xD24), 1u << 2);
  set_scs(0xD04, 1u << 31);
  set_scs(0xD04, 1u << 30);  // PENDNMICLR
  EXPECT_FALSE(exceptions().is_pending(kNmi));
  TestSetup m0;
  m0.features = isa::kCortexM0;
  m0.core = boards::CoreModel::cortex_m0;
  m0.mpu_regions = 0;
  use(m0);
  set_scs(0xD08, 0xFFFFFFFF);
  set_scs(0xD0C, 0x05FA0700);
  set_scs(0xD1C, 0xFFFFFFFF);
  set_scs(0xD18, 0xFFFFFFFF);
  set_scs(0x200, 1);
  EXPECT_EQ(scs(0xD08), 0u);
  EXPECT_EQ(scs(0xD0C), 0xFA050000u);
  EXPECT_EQ(scs(0xD1C), 0xF0000000u);
  EXPECT_EQ(scs(0xD18), 0u);
  EXPECT_EQ(scs(0xD40), 0u);
  EXPECT_EQ(scs(0x300), 0u);
}

TEST_F(SystemControlSpace, CacheMaintenanceOfCortexM7IsCounted) {
  TestSetup m7;
  m7.core = boards::CoreModel::cortex_m7;
  use(m7);
  set_scs(0xF50, 0);
  set_scs(0xF50, 0);
  const auto list = control_->unmodelled();
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0].address, 0xE000EF50u);
  EXPECT_EQ(list[0].writes, 2u);
  EXPECT_FALSE(list[0].rule.empty());
}

TEST_F(SystemControlSpace, ThereIsNoBreakpointUnit) {
  write(0x2000, 0xFFFFFFFF);
  EXPECT_EQ(read(0x2000), 0u);
  EXPECT_TRUE(control_->unmodelled().empty());
  EXPECT_EQ(read(0x41000), 0u);
  EXPECT_EQ(control_->unmodelled().size(), 1u);
}

// SysTick: enabled at cycle 100 with reload 9 it reads 0 at once, 9 one cycle later, 0 at 110.

class SysTickTimer : public SystemControlSpace {
 protected:
  static constexpr std::uint32_t kControl = kScs + 0x10;
  static constexpr std::uint32_t kReload = kScs + 0x14;
  static constexpr std::uint32_t kCurrent = kScs + 0x18;
  static constexpr std::uint32_t kCountFlag = 1u << 16;
};

TEST_F(SysTickTimer, CountsDownReloadsAndPends) {
  write(kReload, 9, 90);
  write(kCurrent, 5, 91);
  write(kControl, 7, 100);
  EXPECT_EQ(read(kCurrent, 100), 0u);
  EXPECT_EQ(read(kCurrent, 101), 9u);
  EXPECT_EQ(read(kCurrent, 109), 1u);
  EXPECT_EQ(read(kControl, 109), 7u);
  EXPECT_FALSE(exceptions().is_pending(kSysTick));
  EXPECT_EQ(read(kCurrent, 110), 0u);
  EXPECT_TRUE(exceptions().is_pending(kSysTick));
  EXPECT_EQ(read(kControl, 110), 7u | kCountFlag);
  EXPECT_EQ(read(kControl, 110), 7u);  // reading cleared it
  EXPECT_EQ(read(kCurrent, 111), 9u);
  EXPECT_EQ(read(kControl, 119), 7u);
  EXPECT_EQ(read(kControl, 120), 7u | kCountFlag);
}

TEST_F(SysTickTimer, AWriteClearsCounterAndFlagWithoutAnException) {
  write(kReload, 9, 0);
  write(kControl, 5, 0);  // no TICKINT
  run_events(10);
  write(kCurrent, 1234, 14);
  EXPECT_EQ(read(kCurrent, 14), 0u);
  EXPECT_EQ(read(kControl, 14), 5u);
  EXPECT_EQ(read(kCurrent, 15), 9u);
  EXPECT_EQ(read(kControl, 23), 5u);
  EXPECT_EQ(read(kControl, 24), 5u | kCountFlag);
  EXPECT_FALSE(exceptions().is_pending(kSysTick));
}

TEST_F(SysTickTimer, ANewReloadValueCountsFromTheNextReload) {
  write(kReload, 9, 0);
  write(kControl, 5, 0);
  write(kReload, 3, 4);
  EXPECT_EQ(read(kCurrent, 5), 5u);
  EXPECT_EQ(read(kCurrent, 10), 0u);
  EXPECT_EQ(read(kCurrent, 11), 3u);
  EXPECT_EQ(read(kCurrent, 14), 0u);
}

TEST_F(SysTickTimer, ZeroReloadStopsItAtZero) {
  write(kReload, 5, 0);
  write(kControl, 5, 0);
  write(kReload, 0, 2);
  EXPECT_EQ(read(kCurrent, 6), 0u);
  EXPECT_EQ(read(kControl, 6), 5u | kCountFlag);
  EXPECT_EQ(read(kCurrent, 1000), 0u);
  EXPECT_EQ(read(kControl, 1000), 5u);
}

TEST_F(SysTickTimer, DisabledItHoldsItsValue) {
  write(kReload, 100, 0);
  write(kControl, 5, 0);
  write(kControl, 4, 30);
  EXPECT_EQ(read(kCurrent, 500), 71u);
  write(kControl, 5, 600);
  EXPECT_EQ(read(kCurrent, 601), 70u);
}

TEST_F(SysTickTimer, ReferenceClockKeepsItsPhaseOverRegisterWrites) {
  write(kReload, 9, 0);
  write(kControl, 1, 0);  // reference: the core clock over 8
  EXPECT_EQ(read(kCurrent, 7), 0u);
  EXPECT_EQ(read(kCurrent, 8), 9u);
  write(kReload, 20, 12);
  EXPECT_EQ(read(kCurrent, 15), 9u);
  EXPECT_EQ(read(kCurrent, 16), 8u);
}

TEST_F(SysTickTimer, WithoutAReferenceTheProcessorClockIsTheOnlyOne) {
  boards::CoreSpec core;
  core.systick_reference_divider = 0;
  use({}, core);
  write(kControl, 1, 0);
  EXPECT_EQ(read(kControl, 0), 5u);
  EXPECT_EQ(read(kScs + 0x1C), 1u << 31);  // NOREF
}

TEST_F(SystemControlSpace, ComparatorsOfDwtAreRegistersAndOthersAreNotThere) {
  write(0x1020, 0x12345678);
  write(0x102C, 1);  // reserved
  EXPECT_EQ(read(0x1020), 0x12345678u);
  EXPECT_EQ(read(0x102C), 0u);
  EXPECT_EQ(read(0x1000) >> 28, 4u);
  write(0x1000, 0xFFFFFFFE);
  EXPECT_EQ(read(0x1000) & 0x0FFFFFFFu, 0x007F1FFEu);
}

TEST_F(SystemControlSpace, StimulusReachesItsSinkWhereEnabled) {
  std::string text;
  control_->itm().set_sink([&](unsigned port, std::uint32_t value, unsigned size, Cycles) {
    if (port == 0 && size == 1) text += static_cast<char>(value);
  });
  write(0, 'a', 0, 1);
  EXPECT_EQ(read(0), 0u);  // not ready: disabled
  set_scs(0xDFC, 1u << 24);
  write(0xE80, 1);
  write(0xE00, 1);
  EXPECT_EQ(read(0), 1u);
  write(0, 'b', 0, 1);
  write(4, 'c', 0, 1);
  write(0xE40, 1);  // ports 0 to 7: privileged only
  write(0, 'd', 0, 1, false);
  EXPECT_EQ(text, "b");
}

}  // namespace
}  // namespace mcost::test
