// Sleep and idling, devices and their exact time, bit-band, memory never written, semihosting.
#include <gtest/gtest.h>

#include "tests/engine/engine_fixture.h"

namespace mcost::test {
namespace {

using engine::kFirstInterrupt;
using engine::kSysTick;
using engine::StopReason;

constexpr Address kSysTickControl = kScs + 0x10;
constexpr Address kCycleCounter = 0xE0001004;

class Sleep : public EngineTest {
 protected:
  void start_systick(std::uint32_t reload) {
    store_word(code, kSysTickControl + 4, reload);
    store_word(code, kSysTickControl, 7);
  }
  [[nodiscard]] std::uint64_t cycles_of(Cause cause) {
    return machine->engine().peek_counters().by_cause[static_cast<unsigned>(cause)];
  }
};

TEST_P(Sleep, WfiWithNothingToWakeIsIdle) {
  code.movs(r0, 1);
  code.wfi();
  code.movs(r0, 2);
  code.stop();
  EXPECT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(0), 1u);
}

/// A SysTick that runs keeps nothing awake unless its exception could be taken.
TEST_P(Sleep, ATimerThatCannotInterruptDoesNotKeepAnIdleLoopBusy) {
  counting_handler(kSysTick);
  store_word(code, kSysTickControl + 4, 500);
  store_word(code, kSysTickControl, 5);  // no TICKINT
  code.stop();
  EXPECT_EQ(run(), StopReason::idle);
  EXPECT_LT(machine->engine().now(), 500u);
}

TEST_P(Sleep, PrimaskHoldsBackWhatCouldEndAnIdleLoop) {
  counting_handler(kSysTick);
  code.cpsid_i();
  start_systick(500);
  code.stop();
  EXPECT_EQ(run(), StopReason::idle);
  EXPECT_EQ(calls(kSysTick), 0u);
}

TEST_P(Sleep, AnInterruptThatCanBeTakenKeepsAnIdleLoopAlive) {
  counting_handler(kSysTick);
  start_systick(500);
  code.stop();
  EXPECT_EQ(run(), StopReason::cycle_limit);
  EXPECT_GT(calls(kSysTick), 2u);
}

TEST_P(Sleep, AFaultHandlerThatHangsEndsTheRunThoughSysTickGoesOn) {
  counting_handler(kSysTick);
  start_systick(500);
  code.udf(0);
  handler(engine::kHardFault).stop();
  EXPECT_EQ(run(), StopReason::fault);
  EXPECT_EQ(calls(kSysTick), 0u);
}

TEST_P(Sleep, WfiSleepsUntilSysTick) {
  counting_handler(kSysTick);
  start_systick(999);
  code.wfi();
  const auto awake = code.here();
  code.movs(r5, 1);
  code.stop();
  start();
  ASSERT_EQ(machine->run_until(code.address_of(awake)), StopReason::until);
  EXPECT_EQ(calls(kSysTick), 1u);
  const std::uint64_t sleep = cycles_of(Cause::sleep);
  EXPECT_GT(sleep, 900u);
  EXPECT_LT(sleep, 1000u);
  EXPECT_TRUE(machine->observe().counters.adds_up());
}

TEST_P(Sleep, WfiWakesUnderPrimaskWithoutTakingTheInterrupt) {
  counting_handler(kSysTick);
  code.cpsid_i();
  start_systick(500);
  code.wfi();
  load_word(code, r8, counter_of(kSysTick));
  code.cpsie_i();
  load_word(code, r9, counter_of(kSysTick));
  const auto end = code.here();
  code.stop();
  start();
  ASSERT_EQ(machine->run_until(code.address_of(end)), StopReason::until);
  EXPECT_EQ(reg(8), 0u);
  EXPECT_EQ(reg(9), 1u);
}

TEST_P(Sleep, WfiDoesNotSleepWhereAnInterruptPends) {
  counting_handler(kFirstInterrupt);
  store_word(code, kScs + 0x100, 1);
  code.cpsid_i();
  store_word(code, kScs + 0x200, 1);
  code.wfi();
  code.movs(r5, 1);
  code.stop();
  EXPECT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(5), 1u);
  EXPECT_EQ(cycles_of(Cause::sleep), 0u);
}

TEST_P(Sleep, WfeReturnsAtOnceAfterSev) {
  code.sev();
  code.wfe();
  code.movs(r5, 1);
  code.wfe();
  code.movs(r5, 2);
  code.stop();
  EXPECT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(5), 1u);
}

TEST_P(Sleep, WfeWakesOnAnyPendingInterruptWithSevonpend) {
  store_word(code, kScs + 0xD10, 1u << 4);
  code.wfe();  // event register may be set by reset of nothing: it is clear
  code.movs(r5, 1);
  code.stop();
  start();
  machine->engine().scheduler().schedule(
      5000, [this](Cycles) { machine->exceptions().pend(kFirstInterrupt); });  // not enabled
  EXPECT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(5), 1u);
  EXPECT_GT(machine->engine().now(), 5000u);
}

TEST_P(Sleep, SleepOnExitSleepsBehindTheHandler) {
  counting_handler(kSysTick);
  store_word(code, kScs + 0xD10, 2);
  start_systick(300);
  code.wfi();
  code.movs(r5, 1);  // never reached
  code.stop();
  EXPECT_EQ(run(3000), StopReason::cycle_limit);
  EXPECT_EQ(reg(5), 0u);
  EXPECT_EQ(calls(kSysTick), 9u);
  EXPECT_EQ(machine->engine().now(), 3000u);
}

TEST_P(Sleep, BranchToSelfWithoutEventsIsIdleAtOnce) {
  code.movs(r0, 1);
  code.stop();
  EXPECT_EQ(run(), StopReason::idle);
  const Counters counters = machine->observe().counters;
  EXPECT_EQ(counters.instructions, 1u);
  EXPECT_EQ(machine->engine().pc(), code.pc() - 2);
}

TEST_P(Sleep, BranchToSelfWithSysTickRunsOn) {
  counting_handler(kSysTick);
  start_systick(200);
  code.stop();
  EXPECT_EQ(run(2500), StopReason::cycle_limit);
  EXPECT_EQ(calls(kSysTick), 12u);
}

TEST_P(Sleep, ConditionalBranchToSelfIsNoIdleLoop) {
  code.movs(r0, 0);
  const auto self = code.here();
  code.b(eq, self);
  EXPECT_EQ(run(1000), StopReason::cycle_limit);
}

TEST_P(Sleep, CycleLimitStopsAtTheFirstBoundaryAtOrAfterIt) {
  for (unsigned i = 0; i < 60; ++i) code.nop();
  code.stop();
  start();
  for (Cycles limit = 10; limit < 40; ++limit) {
    ASSERT_EQ(machine->run(limit), StopReason::cycle_limit);
    EXPECT_EQ(machine->engine().now(), limit);
  }
}

class Devices : public EngineTest {
 protected:
  void enable_cycle_counter() {
    store_word(code, 0xE0001000, 1);
    code.mov32(r6, kCycleCounter);
    code.mov32(r7, kDevice);
  }
};

TEST_P(Devices, CycleCounterReadsAreAsFarApartAsTheirDataPhases) {
  for (unsigned nops = 1; nops < 12; ++nops) {
    make_machine({});
    code = Assembler(kProgram);
    enable_cycle_counter();
    code.nop();
    code.ldr(r0, r6);
    for (unsigned i = 0; i < nops; ++i) code.nop();
    code.ldr(r1, r6);
    code.stop();
    start();
    ASSERT_EQ(run(), StopReason::idle);
    // LDR is 2 cycles, but the first NOP starts under its data phase (TRM-M4, load timings).
    EXPECT_EQ(reg(1) - reg(0), nops + 1) << nops << " NOPs";
  }
}

TEST_P(Devices, DeviceSeesTheCycleOfItsDataPhaseWhateverTheFetchCost) {
  // From the data phase to the end of the LDR is the same on every memory; what differs, fetches,
  // is before it. The LDR stands anywhere in lines that nothing fetched before.
  for (const FlashKind flash : kAllFlashKinds) {
    for (unsigned halfwords = 0; halfwords < 8; ++halfwords) {
      TestSetup setup;
      setup.flash = flash;
      make_machine(setup);
      code = Assembler(kProgram);
      code.mov32(r7, kDevice);
      const auto far = code.label();
      code.b(far);
      code.align(128);
      for (unsigned i = 0; i < halfwords; ++i) code.nop();
      code.bind(far);
      code.ldr(r0, r7);
      const auto behind = code.here();
      code.nop();
      code.stop();
      start();
      ASSERT_EQ(machine->run_until(code.address_of(behind)), StopReason::until);
      ASSERT_EQ(machine->device().events.size(), 1u);
      const Cycles data_phase = machine->device().events[0].access.now;
      EXPECT_EQ(machine->engine().now() - data_phase, 1u)
          << name_of(flash) << ", LDR.W at halfword " << halfwords;
    }
  }
}

TEST_P(Devices, AccessesInOneBlockHaveIncreasingExactTimes) {
  enable_cycle_counter();
  code.ldr(r0, r6);
  code.str(r1, r7);
  code.ldr(r2, r6);
  code.str(r1, r7, 4);
  code.ldr(r3, r6);
  code.stop();
  ASSERT_EQ(run(), StopReason::idle);
  const auto& events = machine->device().events;
  ASSERT_EQ(events.size(), 2u);
  EXPECT_LT(reg(0), reg(2));
  EXPECT_LT(reg(2), reg(3));
  // CYCCNT counts from when it was enabled: differences compare with the device's absolute time.
  const Cycles between = events[1].access.now - events[0].access.now;
  EXPECT_EQ(between, (reg(3) - reg(0)) / 2);
}

TEST_P(Devices, LoadMultipleFromADeviceReadsEachRegisterOnce) {
  code.mov32(r7, kDevice);
  code.ldm(r7, true, 1u << r0 | 1u << r1 | 1u << r2);
  code.stop();
  for (unsigned i = 0; i < 12; ++i) machine->device().bytes[i] = i / 4 + 1;
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(machine->device().events.size(), 3u);
  EXPECT_EQ(reg(0), 0x01010101u);
  EXPECT_EQ(reg(2), 0x03030303u);
  EXPECT_EQ(reg(7), kDevice + 12);
  const Counters counters = machine->observe().counters;
  EXPECT_EQ(counters.traffic[kDeviceIndex].reads, 3u);
}

TEST_P(Devices, NarrowAccessesCarryTheirSize) {
  code.mov32(r7, kDevice);
  code.mov32(r0, 0x12345678);
  code.access(Access::strb, r0, r7, 5);
  code.access(Access::strh, r0, r7, 6);
  code.stop();
  ASSERT_EQ(run(), StopReason::idle);
  const auto& events = machine->device().events;
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].access.size_bytes, 1u);
  EXPECT_EQ(events[0].access.offset, 5u);
  EXPECT_EQ(events[0].value, 0x78u);
  EXPECT_EQ(events[1].access.size_bytes, 2u);
  EXPECT_EQ(events[1].value, 0x5678u);
}

TEST_P(Devices, BitBandReadsAndWritesOneBitOfRam) {
  machine->poke(kRam + 0x40, 0x000000F0);
  code.mov32(r7, kRamBitBand + 0x40 * 32);
  code.ldr(r0, r7, 4 * 4);
  code.ldr(r1, r7, 4 * 3);
  code.movs(r2, 1);
  code.str(r2, r7, 4 * 0);
  code.movs(r2, 0xFE);  // bit 0 of the data counts
  code.str(r2, r7, 4 * 7);
  code.stop();
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(0), 1u);
  EXPECT_EQ(reg(1), 0u);
  EXPECT_EQ(machine->peek(kRam + 0x40), 0x00000071u);
}

TEST_P(Devices, BitBandWriteToADeviceReadsModifiesAndWrites) {
  machine->device().bytes[9] = 0x0F;
  code.mov32(r7, kDeviceBitBand + 8 * 32);
  code.movs(r2, 1);
  code.str(r2, r7, 4 * (8 + 6));  // bit 6 of byte 9
  code.stop();
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(machine->device().bytes[9], 0x4Fu);
  ASSERT_EQ(machine->device().events.size(), 2u);
  EXPECT_FALSE(machine->device().events[0].write);
  EXPECT_TRUE(machine->device().events[1].write);
}

TEST_P(Devices, ReadsOfRamNeverWrittenAreCountedOncePerWord) {
  code.mov32(r7, kRam + 0x100);
  const Address first = code.pc();
  code.ldr(r0, r7);
  code.ldr(r0, r7);
  code.access(Access::ldrb, r1, r7, 7);
  code.str(r0, r7, 8);
  code.ldr(r0, r7, 8);
  code.stop();
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(machine->engine().never_written_reads(), 2u);
  EXPECT_EQ(machine->engine().first_never_written_read(), first);
}

TEST_P(Devices, SemihostingCostsNothing) {
  const auto cost_with = [&](bool calls) {
    make_machine({});
    code = Assembler(kProgram);
    code.movs(r0, 1);
    if (calls) code.bkpt(0xAB);
    code.movs(r1, 2);
    code.stop();
    start();
    machine->engine().set_semihosting([](engine::Engine& engine) {
      engine.core().r[0] = 99;
      return true;
    });
    EXPECT_EQ(run(), StopReason::idle);
    EXPECT_EQ(reg(0), calls ? 99u : 1u);
    return machine->engine().now();
  };
  EXPECT_EQ(cost_with(true), cost_with(false));
}

TEST_P(Devices, SemihostingExitEndsTheRun) {
  code.bkpt(0xAB);
  code.movs(r1, 2);
  code.stop();
  start();
  machine->engine().set_semihosting([](engine::Engine& engine) {
    engine.request_exit(3);
    return true;
  });
  EXPECT_EQ(run(), StopReason::exited);
  EXPECT_EQ(machine->engine().exit_code(), 3u);
  EXPECT_EQ(reg(1), 0u);
}

TEST_P(Devices, HookIsReachedBeforeItsInstructionWithAllCostInTheLedger) {
  class Listener final : public engine::HookListener {
   public:
    void reached(Address, engine::Engine& engine) override {
      r0_seen = engine.core().r[0];
      instructions = engine.peek_counters().instructions;
      ++calls;
    }
    std::uint32_t r0_seen = 0;
    std::uint64_t instructions = 0;
    unsigned calls = 0;
  };
  code.movs(r0, 1);
  code.movs(r1, 1);
  const Address hooked = code.pc();
  code.movs(r0, 2);
  code.stop();
  Listener listener;
  start();
  machine->engine().set_listener(&listener);
  machine->engine().add_hook(hooked);
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(listener.calls, 1u);
  EXPECT_EQ(listener.r0_seen, 1u);
  EXPECT_EQ(listener.instructions, 2u);
}

TEST_P(Devices, ListenerMayAddAHookAhead) {
  class Listener final : public engine::HookListener {
   public:
    void reached(Address pc, engine::Engine& engine) override {
      engine.add_hook(pc + 2);
      ++calls;
    }
    unsigned calls = 0;
  };
  const Address first = code.pc();
  for (unsigned i = 0; i < 5; ++i) code.movs(r0, i);
  code.stop();
  Listener listener;
  start();
  machine->engine().set_listener(&listener);
  machine->engine().add_hook(first);
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(listener.calls, 6u);
}

MCOST_BOTH_LOOPS(Sleep);
MCOST_BOTH_LOOPS(Devices);

}  // namespace
}  // namespace mcost::test
