// What ARMv6-M and ARMv8-M (without Security Extension) do otherwise than ARMv7-M. Source: ARMv6-M
// ARM B1.5; ARMv8-M ARM B3.
#include <gtest/gtest.h>

#include "tests/engine/engine_fixture.h"

namespace mcost::test {
namespace {

using engine::kBusFault;
using engine::kFirstInterrupt;
using engine::kHardFault;
using engine::kSvCall;
using engine::kUsageFault;
using engine::StopReason;

/// ARMv6-M. Its programs load constants from literals: MOVW is not there.
class ArmV6M : public EngineTest {
 protected:
  ArmV6M() {
    TestSetup setup;
    setup.features = isa::feature_bit(isa::Feature::v6m);
    setup.core = boards::CoreModel::cortex_m0;
    setup.mpu_regions = 0;
    make_machine(setup);
  }
  /// Loads a constant with 16-bit instructions.
  static void constant(Assembler& where, Register rd, std::uint32_t value) {
    where.movs(rd, value >> 24);
    for (const unsigned shift : {16u, 8u, 0u}) {
      where.shifts(lsl, rd, rd, 8);
      where.adds(rd, value >> shift & 0xFFu);
    }
  }
  static void write(Assembler& where, Address address, std::uint32_t value) {
    constant(where, r6, address);
    constant(where, r7, value);
    where.str_narrow(r7, r6, 0);
  }
  void expect_hard_fault(Address at, StopReason end = StopReason::fault) {
    Assembler& h = handler(kHardFault);
    h.mov(r3, sp);
    h.ldr_narrow(r2, r3, 24);
    h.stop();
    EXPECT_EQ(run(), end);
    EXPECT_EQ(exceptions().ipsr(), unsigned{kHardFault});
    EXPECT_EQ(reg(2), at);
    EXPECT_EQ(exceptions().cfsr, 0u);
    EXPECT_EQ(exceptions().hfsr, 0u);
  }
};

TEST_P(ArmV6M, EveryFaultIsAHardFaultWithoutStatus) {
  constant(code, r0, kNothing);
  const Address at = code.pc();
  code.str_narrow(r1, r0, 0);  // precise: there is no write buffer
  expect_hard_fault(at);
}

TEST_P(ArmV6M, UnalignedAccessesFault) {
  constant(code, r0, kRam + 2);
  const Address at = code.pc();
  code.ldr_narrow(r1, r0, 0);
  expect_hard_fault(at);
}

TEST_P(ArmV6M, SvcAtInsufficientPriorityIsAHardFault) {
  code.cpsid_i();
  code.svc(0);
  expect_hard_fault(code.pc(), StopReason::idle);  // SVC itself is no fault
}

TEST_P(ArmV6M, FaultInHardFaultLocksUp) {
  code.udf(0);
  handler(kHardFault).udf(1);
  EXPECT_EQ(run(), StopReason::lockup);
}

TEST_P(ArmV6M, FramesAreAlwaysAlignedToEightBytes) {
  write(code, kScs + 0xD14, 0);  // CCR is read-only
  code.halfword(0xB081);         // sub sp, #4
  code.svc(0);
  constant(code, r6, kScs + 0xD14);
  code.ldr_narrow(r5, r6, 0);
  code.stop();
  Assembler& svc = handler(kSvCall);
  svc.mov(r4, sp);
  svc.bx(lr);
  EXPECT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(4), kStackTop - 4 - 32 - 4);
  EXPECT_EQ(reg(5), 0x208u);
}

TEST_P(ArmV6M, NoUnprivilegedModeNoBasepriNoVtor) {
  code.movs(r0, 1);
  code.msr(control, r0);
  code.mrs(r4, control);
  code.movs(r0, 0x80);
  code.msr(basepri, r0);
  write(code, kScs + 0xD08, kRam);
  constant(code, r6, kScs + 0xD08);
  code.ldr_narrow(r5, r6, 0);
  code.svc(0);
  code.stop();
  Assembler& svc = handler(kSvCall);
  svc.movs(r3, 9);
  svc.mov(r7, r3);
  svc.bx(lr);
  EXPECT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(4), 0u);
  EXPECT_EQ(reg(5), 0u);
  EXPECT_EQ(reg(7), 9u);
  EXPECT_EQ(exceptions().basepri, 0u);
}

TEST_P(ArmV6M, LoadMultipleIsRestarted) {
  for (unsigned i = 0; i < 8; ++i) machine->poke(kRam + 0x100 + 4 * i, 0x50 + i);
  write(code, kScs + 0x100, 1);
  constant(code, r0, kRam + 0x100);
  const Address at = code.pc();
  code.ldm_narrow(r0, 0xFE);
  code.nop();
  code.stop();
  Assembler& irq = handler(kFirstInterrupt);
  irq.mov(r1, sp);
  irq.ldr_narrow(r2, r1, 28);
  irq.mov(r8, r2);
  irq.ldr_narrow(r2, r1, 24);
  irq.mov(r9, r2);
  irq.bx(lr);
  start();
  ASSERT_EQ(machine->run_until(at), StopReason::until);
  machine->engine().scheduler().schedule(
      machine->engine().now() + 4, [this](Cycles) { machine->exceptions().pend(kFirstInterrupt); });
  ASSERT_EQ(machine->run(), StopReason::idle);
  EXPECT_EQ(machine->engine().statistics().interrupted_instructions, 1u);
  EXPECT_EQ(reg(9), at);
  EXPECT_EQ(reg(8) >> 9 & 0x7Fu, 0u);  // no ICI
  for (unsigned i = 1; i < 8; ++i) EXPECT_EQ(reg(i), 0x50 + i - 1);
  EXPECT_EQ(reg(0), kRam + 0x100 + 28);
}

class ArmV8M : public EngineTest {
 protected:
  ArmV8M() {
    TestSetup setup;
    setup.features = isa::kCortexM4 | isa::feature_bit(isa::Feature::v8m);
    setup.core = boards::CoreModel::cortex_m33;
    make_machine(setup);
  }
  static constexpr auto kMspLimit = static_cast<SpecialRegister>(10);
  static constexpr auto kPspLimit = static_cast<SpecialRegister>(11);
  static constexpr std::uint32_t kStackOverflow = 1u << 20;
  void enable_usage_fault() { store_word(code, kScs + 0xD24, 1u << 18); }
  /// Expects a UsageFault for a stack limit at `at`; the handler has its own stack.
  void expect_overflow(Address at, unsigned count = 1) {
    Assembler& usage = handler(kUsageFault);
    usage.mrs(r0, psp);
    usage.ldr(r10, r0, 24);
    usage.data(Wide::add, false, r11, r11, 1);
    usage.stop();
    EXPECT_EQ(run(), StopReason::fault);
    EXPECT_EQ(exceptions().cfsr, kStackOverflow);
    EXPECT_EQ(reg(10), at);
    EXPECT_EQ(reg(11), count);
  }
  /// Thread mode on the process stack, 0x40 bytes above its limit.
  void use_process_stack() {
    enable_usage_fault();
    code.movs(r0, 0);
    code.mov(r11, r0);
    code.mov32(r0, kRam + 0x1040);
    code.msr(psp, r0);
    code.mov32(r0, kRam + 0x1000);
    code.msr(kPspLimit, r0);
    code.movs(r0, 2);
    code.msr(control, r0);
    code.isb();
  }
};

TEST_P(ArmV8M, ExcReturnValuesOfAPeWithoutSecurityExtension) {
  code.svc(0);
  code.mov32(r0, kRam + 0x1000);
  code.msr(psp, r0);
  code.movs(r0, 2);
  code.msr(control, r0);
  code.isb();
  code.svc(0);
  code.stop();
  Assembler& svc = handler(kSvCall);
  svc.mov(r4, r5);
  svc.mov(r5, lr);
  store_word(svc, kScs + 0xD04, 1u << 31);
  svc.nop();
  svc.bx(lr);
  Assembler& nmi = handler(engine::kNmi);
  nmi.mov(r8, lr);
  nmi.bx(lr);
  EXPECT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(4), 0xFFFFFFB8u);
  EXPECT_EQ(reg(5), 0xFFFFFFBCu);
  EXPECT_EQ(reg(8), 0xFFFFFFB0u);
  EXPECT_EQ(reg(sp), kRam + 0x1000);
}

TEST_P(ArmV8M, OldExcReturnValuesAreInvalid) {
  enable_usage_fault();
  code.svc(0);
  code.stop();
  Assembler& svc = handler(kSvCall);
  svc.mov32(r0, 0xFFFFFFF9);
  svc.bx(r0);
  Assembler& usage = handler(kUsageFault);
  usage.stop();
  EXPECT_EQ(run(), StopReason::fault);
  EXPECT_EQ(exceptions().cfsr, 1u << 18);  // INVPC
}

TEST_P(ArmV8M, PushToTheLimitIsAllowedAndOneWordMoreIsNot) {
  use_process_stack();
  code.mov32(r0, kRam + 0x1028);
  code.mov(sp, r0);
  code.push(3);  // SP = limit + 0x20
  code.mov32(r0, kRam + 0x1004);
  code.mov(sp, r0);
  code.push(1);  // SP = limit
  machine->poke(kRam + 0xFFC, 0x1234);
  const Address at = code.pc();
  code.push(2);
  // The frame does not fit either: SP is set to the limit, nothing is written.
  Assembler& usage = handler(kUsageFault);
  usage.mrs(r4, psp);
  usage.stop();
  EXPECT_EQ(run(), StopReason::fault);
  EXPECT_EQ(machine->engine().first_fault()->pc, at);
  EXPECT_EQ(machine->peek(kRam + 0xFFC), 0x1234u);
  EXPECT_EQ(exceptions().cfsr, kStackOverflow);
  EXPECT_EQ(reg(4), kRam + 0x1000);
}

TEST_P(ArmV8M, SubtractionFromTheStackPointerIsCheckedAndUndone) {
  use_process_stack();
  code.data(Wide::sub, false, sp, sp, 0x20);
  const Address at = code.pc();
  code.data(Wide::sub, true, sp, sp, 0x40);
  expect_overflow(at);
}

TEST_P(ArmV8M, StoreWithWriteBackIsCheckedBeforeItStores) {
  use_process_stack();
  machine->poke(kRam + 0x1020 - 0x80, 0x55);
  code.data(Wide::sub, false, sp, sp, 0x20);
  const Address at = code.pc();
  code.pre_indexed(Access::str, r0, sp, -0x80);
  expect_overflow(at);
  EXPECT_EQ(machine->peek(kRam + 0x1020 - 0x80), 0x55u);
}

TEST_P(ArmV8M, LimitsReadBackWithoutTheirLowBits) {
  code.mov32(r0, kRam + 0x107);
  code.msr(kMspLimit, r0);
  code.mrs(r4, kMspLimit);
  code.msr(kPspLimit, r0);
  code.mrs(r5, kPspLimit);
  code.stop();
  EXPECT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(4), kRam + 0x100);
  EXPECT_EQ(reg(5), kRam + 0x100);
}

TEST_P(ArmV8M, ReturnToThreadMayLeaveHandlersActive) {
  enable_usage_fault();
  code.svc(0);
  code.movs(r4, 1);
  code.stop();
  Assembler& svc = handler(kSvCall);
  store_word(svc, kScs + 0xD04, 1u << 31);
  svc.nop();
  svc.stop();
  Assembler& nmi = handler(engine::kNmi);
  // Returns to the thread's frame, past the one of the SVC handler.
  nmi.data(Wide::add, false, sp, sp, 0x20);
  nmi.mov32(r0, 0xFFFFFFB8);
  nmi.bx(r0);
  EXPECT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(4), 1u);
  EXPECT_TRUE(exceptions().is_active(kSvCall));
}

MCOST_BOTH_LOOPS(ArmV6M);
MCOST_BOTH_LOOPS(ArmV8M);

}  // namespace
}  // namespace mcost::test
