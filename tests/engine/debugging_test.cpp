// What a debugger asks of the engine: halts at breakpoints and behind watched accesses, changes of
// registers and memory. That halts change no number is for equality_test.cpp.
#include <gtest/gtest.h>

#include "tests/engine/engine_fixture.h"

namespace mcost::test {
namespace {

using engine::HaltCause;
using engine::StopReason;

class Debugging : public EngineTest {
 protected:
  engine::Engine& engine() { return machine->engine(); }
  [[nodiscard]] Address pc() { return engine().pc(); }
  void watch(Address address, bool reads, bool writes, unsigned size_bytes = 4) {
    engine().set_watchpoint({address, address + size_bytes - 1, reads, writes});
  }
  void expect_halt(HaltCause cause, Address at) {
    ASSERT_EQ(run(), StopReason::halted);
    EXPECT_EQ(engine().last_halt().cause, cause);
    EXPECT_EQ(pc(), at);
  }
};

class HookCounter final : public engine::HookListener {
 public:
  void reached(Address, engine::Engine&) override { ++calls; }
  int calls = 0;
};

TEST_P(Debugging, ABreakpointInALoopHaltsEachTime) {
  code.movs(r0, 3);
  const auto top = code.here();
  code.nop();
  code.subs(r0, 1);
  code.b(ne, top);
  code.stop();
  start();
  const Address at = code.address_of(top) + 2;
  engine().set_breakpoint(at);
  for (const unsigned left : {3u, 2u}) {
    expect_halt(HaltCause::breakpoint, at);
    EXPECT_EQ(reg(0), left);
  }
  engine().clear_breakpoint(at);
  EXPECT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(0), 0u);
}

/// As GDB goes on: the breakpoint away, one instruction, the breakpoint back.
TEST_P(Debugging, ABreakpointThatIsTakenAwayToPassItHaltsTheNextTime) {
  code.movs(r0, 3);
  const auto top = code.here();
  code.subs(r0, 1);
  code.b(ne, top);
  code.stop();
  start();
  const Address at = code.address_of(top);
  for (const unsigned left : {3u, 2u, 1u}) {
    engine().set_breakpoint(at);
    expect_halt(HaltCause::breakpoint, at);
    EXPECT_EQ(reg(0), left);
    engine().clear_breakpoint(at);
    engine().set_breakpoint(at + 2);
    expect_halt(HaltCause::breakpoint, at + 2);
    engine().clear_breakpoint(at + 2);
  }
  EXPECT_EQ(run(), StopReason::idle);
}

TEST_P(Debugging, AHookIsServedOnceWhereTheRunIsHalted) {
  HookCounter hooks;
  const auto top = code.here();
  code.nop();
  code.stop();
  start();
  engine().set_listener(&hooks);
  engine().add_hook(code.address_of(top));
  engine().set_breakpoint(code.address_of(top));
  expect_halt(HaltCause::breakpoint, code.address_of(top));
  EXPECT_EQ(hooks.calls, 1);
  engine().clear_breakpoint(code.address_of(top));
  EXPECT_EQ(run(), StopReason::idle);
  EXPECT_EQ(hooks.calls, 1);
}

TEST_P(Debugging, ABreakpointIsNothingThatAListenerHears) {
  HookCounter hooks;
  const auto top = code.here();
  code.stop();
  start();
  engine().set_listener(&hooks);
  engine().set_breakpoint(code.address_of(top));
  expect_halt(HaltCause::breakpoint, code.address_of(top));
  EXPECT_EQ(hooks.calls, 0);
}

TEST_P(Debugging, AWatchpointHaltsBehindTheAccessAlsoWhenTheWordWasUsedBefore) {
  code.mov32(r1, kRam);
  code.movs(r2, 0);
  const auto top = code.here();
  code.str(r2, r1);
  const auto load = code.here();
  code.ldr(r3, r1);
  const auto behind = code.here();
  code.adds(r2, 1);
  code.cmp(r2, 20);
  code.b(ne, top);
  code.stop();
  start();
  ASSERT_EQ(engine().run({.max_cycles = 60, .until = {}, .keep_going = {}}),
            StopReason::cycle_limit);
  const std::uint32_t begun = reg(2);
  ASSERT_GT(begun, 2u);
  watch(kRam + 2, false, true, 1);
  expect_halt(HaltCause::watchpoint, code.address_of(load));
  EXPECT_EQ(machine->peek(kRam), reg(2));
  watch(kRam, true, false);
  expect_halt(HaltCause::watchpoint, code.address_of(behind));
  EXPECT_TRUE(engine().last_halt().watchpoint.reads);
  engine().clear_watchpoint({kRam, kRam + 3, true, false});
  expect_halt(HaltCause::watchpoint, code.address_of(load));
  engine().clear_watchpoint({kRam + 2, kRam + 2, false, true});
  EXPECT_EQ(run(), StopReason::idle);
}

TEST_P(Debugging, AWordOfAListOrAnUnalignedAccessIsSeen) {
  code.mov32(r1, kRam);
  code.stm(r1, false, 0x1C);  // r2-r4
  const auto first = code.here();
  code.str(r2, r1, 0x11);
  const auto second = code.here();
  code.stop();
  start();
  engine().core().r[4] = 0x12345678;
  watch(kRam + 8, false, true);
  watch(kRam + 0x14, false, true, 1);
  expect_halt(HaltCause::watchpoint, code.address_of(first));
  EXPECT_EQ(machine->peek(kRam + 8), 0x12345678u);
  expect_halt(HaltCause::watchpoint, code.address_of(second));
  EXPECT_EQ(engine().last_halt().watchpoint.first, kRam + 0x14);
}

TEST_P(Debugging, ReadsOfFlashAndOfDevicesAreSeen) {
  for (const FlashKind flash : {FlashKind::ideal, FlashKind::art, FlashKind::line_buffer}) {
    SCOPED_TRACE(name_of(flash));
    TestSetup setup;
    setup.flash = flash;
    make_machine(setup);
    Assembler program(kProgram);
    program.mov32(r1, kFlashData);
    program.mov32(r2, kDevice);
    program.ldr(r0, r1);  // its line is there from now on
    const auto top = program.here();
    program.ldr(r0, r1, 4);
    const auto first = program.here();
    program.str(r0, r2, 8);
    const auto second = program.here();
    program.b(top);
    machine->load(program);
    machine->reset();
    watch(kFlashData + 4, true, false);
    watch(kDevice + 8, false, true);
    for (int i = 0; i < 3; ++i) {
      ASSERT_EQ(machine->run(), StopReason::halted);
      EXPECT_EQ(pc(), program.address_of(first));
      ASSERT_EQ(machine->run(), StopReason::halted);
      EXPECT_EQ(pc(), program.address_of(second));
    }
  }
}

TEST_P(Debugging, AnAccessThatFaultsHaltsNothing) {
  code.mov32(r1, kNothing);
  code.ldr(r0, r1);
  code.stop();
  handler(engine::kHardFault).stop();
  start();
  watch(kNothing, true, true);
  EXPECT_EQ(run(), StopReason::fault);
}

TEST_P(Debugging, WhatADebuggerTouchesIsNotRecorded) {
  code.stop();
  start();
  engine().record_accesses();
  const std::array<std::uint8_t, 4> bytes{1, 2, 3, 4};
  std::array<std::uint8_t, 4> read{};
  EXPECT_TRUE(engine().poke_memory(kRam + 0x10, bytes.data(), 4));
  EXPECT_TRUE(engine().peek_memory(kRam + 0x10, read.data(), 4));
  EXPECT_EQ(read, bytes);
  std::vector<TouchedWord> touched;
  engine().take_touched(touched);
  EXPECT_TRUE(touched.empty());
  EXPECT_EQ(engine().peek_counters(), Counters{});
  EXPECT_FALSE(engine().poke_memory(kFlash, bytes.data(), 4));
  EXPECT_FALSE(engine().poke_memory(kRam + kRamSize - 2, bytes.data(), 4));
  EXPECT_TRUE(engine().peek_memory(kRam + kRamSize - 2, read.data(), 2));
  EXPECT_EQ(read[0], machine->peek(kRam + kRamSize - 4) >> 16 & 0xFF);
  EXPECT_FALSE(engine().peek_memory(kDevice, read.data(), 1));
}

/// As GDB does around a call of a function that a person asks for.
TEST_P(Debugging, TheItStateIsPartOfXpsr) {
  code.movs(r0, 0);
  code.cmp(r0, 0);
  code.it(eq, "e");
  code.movs(r1, 1);
  const auto inside = code.here();
  code.movs(r1, 2);  // not executed
  code.stop();
  start();
  const Address at = code.address_of(inside);
  engine().set_breakpoint(at);
  expect_halt(HaltCause::breakpoint, at);
  const std::uint32_t xpsr = engine().xpsr();
  engine().set_pc(kProgram);
  EXPECT_NE(engine().xpsr(), xpsr);
  engine().set_pc(at);
  engine().set_xpsr(xpsr);
  EXPECT_EQ(engine().xpsr(), xpsr);
  engine().clear_breakpoint(at);
  EXPECT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(1), 1u);
}

TEST_P(Debugging, AMaskThatIsClearedLetsAnInterruptIn) {
  counting_handler(engine::kPendSv);
  code.cpsid_i();
  code.nop();
  const auto top = code.here();
  code.nop();
  code.nop();
  code.stop();
  start();
  engine().set_breakpoint(code.address_of(top));
  expect_halt(HaltCause::breakpoint, code.address_of(top));
  engine().exceptions().pend(engine::kPendSv);
  EXPECT_EQ(run(1000), StopReason::idle);
  EXPECT_EQ(calls(engine::kPendSv), 0u);
  engine().set_special(16, 0);
  EXPECT_EQ(run(1000), StopReason::idle);
  EXPECT_EQ(calls(engine::kPendSv), 1u);
}

TEST_P(Debugging, APlaceToGoOnEndsSleep) {
  code.wfi();
  const auto behind = code.here();
  code.movs(r0, 1);
  code.stop();
  start();
  EXPECT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(0), 0u);
  engine().set_pc(code.address_of(behind));
  EXPECT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(0), 1u);
}

TEST_P(Debugging, WhoeverIsAskedNowAndThenMayHalt) {
  counting_handler(engine::kSysTick);
  store_word(code, kScs + 0x14, 0xFFFFFF);  // time passes in no time
  store_word(code, kScs + 0x10, 7);
  const auto top = code.here();
  code.wfi();
  code.b(top);
  start();
  int asked = 0;
  const StopReason stop =
      engine().run({.max_cycles = Cycles{1} << 40, .until = {}, .keep_going = [&](Cycles) {
                      ++asked;
                      engine().request_halt();
                      return true;
                    }});
  EXPECT_EQ(stop, StopReason::halted);
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(engine().last_halt().cause, HaltCause::requested);
}

MCOST_BOTH_LOOPS(Debugging);

}  // namespace
}  // namespace mcost::test
