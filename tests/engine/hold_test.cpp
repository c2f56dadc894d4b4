// Memory that is at work for itself: whatever the core reads in that part of it waits until it is
// ready, to the cycle, and nothing else does.
#include <gtest/gtest.h>

#include "tests/engine/engine_fixture.h"

namespace mcost::test {
namespace {

using engine::StopReason;

constexpr Address kCode = kRam + 0x2000;
constexpr std::uint32_t kHalf = kFlashSize / 2;
constexpr Address kOtherHalf = kFlash + kHalf;

class HeldMemory : public EngineTest {
 protected:
  void hold(std::uint32_t first, std::uint32_t end, Cycles until) {
    machine->engine().hold_memory(kFlashIndex, {first, end, until});
    machine->engine().scheduler().schedule(
        until, [this](Cycles) { machine->engine().release_memory(kFlashIndex); });
  }
  /// Loads a word of the second half of flash a few times.
  void run_loads(FlashKind kind, bool from_ram, Cycles until) {
    TestSetup setup;
    setup.flash = kind;
    make_machine(setup);
    Assembler program(from_ram ? kCode : kProgram);
    program.mov32(r0, kOtherHalf);
    for (int i = 0; i < 4; ++i) {
      program.movs(r2, 1);
      program.ldr(r1, r0);
      program.adds(r1, 1);
    }
    program.stop();
    machine->load(program);
    machine->poke(kOtherHalf, 41);
    if (until != 0) hold(kHalf, kFlashSize, until);
    machine->reset(from_ram ? kCode : kProgram);
    ASSERT_EQ(machine->run(), StopReason::idle);
    EXPECT_EQ(machine->reg(1), 42u);
    seen = machine->observe();
    EXPECT_TRUE(seen.counters.adds_up());
    EXPECT_EQ(seen.counters.cycles, seen.now);
  }
  // NOLINTBEGIN(misc-non-private-member-variables-in-classes): tests share a fixture's members
  Observation seen;
  // NOLINTEND(misc-non-private-member-variables-in-classes)
};

TEST_P(HeldMemory, CodeInItWaitsUntilItIsReady) {
  code.movs(r1, 1);
  code.movs(r2, 2);
  code.stop();
  start();
  hold(0, kHalf, 1000);
  ASSERT_EQ(machine->run(), StopReason::idle);
  const Cycles held = machine->engine().now();
  make_machine({});
  start();
  ASSERT_EQ(machine->run(), StopReason::idle);
  EXPECT_EQ(held, 1000 + machine->engine().now());
}

TEST_P(HeldMemory, CodeInTheOtherPartDoesNot) {
  code.movs(r1, 1);
  code.stop();
  start();
  machine->engine().hold_memory(kFlashIndex, {kHalf, kFlashSize, 1000});
  ASSERT_EQ(machine->run(), StopReason::idle);
  const Cycles held = machine->engine().now();
  make_machine({});
  start();
  ASSERT_EQ(machine->run(), StopReason::idle);
  EXPECT_EQ(held, machine->engine().now());
}

TEST_P(HeldMemory, LoadsWaitForExactlyWhatIsLeft) {
  for (const FlashKind kind : kAllFlashKinds) {
    // Both keep time of their own: the second way to the flash, and NOR behind its controller.
    if (kind == FlashKind::art_f7 || kind == FlashKind::quadspi) continue;
    for (const bool from_ram : {true, false}) {
      run_loads(kind, from_ram, 0);
      const Cycles free = seen.now;
      run_loads(kind, from_ram, 1);
      EXPECT_EQ(seen.now, free) << name_of(kind);
      run_loads(kind, from_ram, 500);
      const Cycles held = seen.now;
      EXPECT_GT(held, 500u);
      run_loads(kind, from_ram, 501);
      EXPECT_EQ(seen.now, held + 1) << name_of(kind);
    }
  }
}

TEST_P(HeldMemory, InterruptsWaitWithTheCore) {
  store_word(code, kScs + 0x100, 1);
  for (int i = 0; i < 8; ++i) code.adds(r1, 1);
  code.stop();
  counting_handler(engine::kFirstInterrupt);
  start();
  hold(0, kHalf, 1000);
  machine->engine().scheduler().schedule(
      500, [this](Cycles) { machine->exceptions().pend(engine::kFirstInterrupt); });
  ASSERT_EQ(machine->run(), StopReason::idle);
  EXPECT_EQ(calls(engine::kFirstInterrupt), 1u);
  EXPECT_GT(machine->engine().now(), 1000u);
}

TEST_P(HeldMemory, CodeThatChangesByItselfIsDecodedAgain) {
  code.movs(r0, 200);
  const auto loop = code.label();
  code.bind(loop);
  const Address changed = code.pc();
  code.movs(r1, 1);
  code.subs(r0, 1);
  code.b(ne, loop);
  code.stop();
  start();
  machine->engine().scheduler().schedule(100, [&](Cycles) {
    machine->engine().change_memory(kFlashIndex, changed - kFlash, {7, 0x21});  // movs r1, #7
  });
  ASSERT_EQ(machine->run(), StopReason::idle);
  EXPECT_EQ(reg(1), 7u);
}

/// Takes stores to the second half of flash.
class Taker final : public bus::StoreTaker {
 public:
  struct Store {
    std::uint32_t offset = 0;
    std::uint32_t value = 0;
    unsigned size_bytes = 0;
    Cycles now = 0;
  };
  [[nodiscard]] bool takes_stores(std::uint32_t offset) const override { return offset >= kHalf; }
  void store(std::uint32_t offset, std::uint32_t value, unsigned size_bytes, Cycles now) override {
    stores.push_back({offset, value, size_bytes, now});
  }
  std::vector<Store> stores;
};

TEST_P(HeldMemory, StoresGoToTheControllerThatTakesThem) {
  Taker taker;
  machine->bus().memories[kFlashIndex].store_taker = &taker;
  code.mov32(r0, kOtherHalf);
  code.mov32(r1, 0x12345678);
  code.str(r1, r0);
  code.access(Access::strh, r1, r0, 4);
  code.access(Access::strb, r1, r0, 7);
  code.stop();
  ASSERT_EQ(run(), StopReason::idle);
  ASSERT_EQ(taker.stores.size(), 3u);
  EXPECT_EQ(taker.stores[0].offset, kHalf);
  EXPECT_EQ(taker.stores[0].value, 0x12345678u);
  EXPECT_EQ(taker.stores[1].offset, kHalf + 4);
  EXPECT_EQ(taker.stores[1].value, 0x5678u);
  EXPECT_EQ(taker.stores[1].size_bytes, 2u);
  EXPECT_EQ(taker.stores[2].value, 0x78u);
  EXPECT_LT(taker.stores[0].now, taker.stores[1].now);
  EXPECT_FALSE(machine->engine().first_fault().has_value());
}

TEST_P(HeldMemory, StoresThatItDoesNotTakeAreBusErrors) {
  Taker taker;
  machine->bus().memories[kFlashIndex].store_taker = &taker;
  code.mov32(r0, kFlash + 0x4000);
  code.str(r0, r0);
  code.stop();
  handler(3).stop();
  ASSERT_NE(run(), StopReason::none);
  EXPECT_TRUE(taker.stores.empty());
  EXPECT_TRUE(machine->engine().first_fault().has_value());
}

TEST_P(HeldMemory, StoresWaitForTheirPartToo) {
  Taker taker;
  machine->bus().memories[kFlashIndex].store_taker = &taker;
  code.mov32(r0, kOtherHalf);
  code.str(r0, r0);
  code.stop();
  start();
  hold(kHalf, kFlashSize, 700);
  ASSERT_EQ(machine->run(), StopReason::idle);
  ASSERT_EQ(taker.stores.size(), 1u);
  EXPECT_GE(taker.stores[0].now, 700u);
}

MCOST_BOTH_LOOPS(HeldMemory);

}  // namespace
}  // namespace mcost::test
