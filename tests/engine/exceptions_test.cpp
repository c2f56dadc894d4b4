// Exception entry and return, priorities and masks, stacks.  Source: ARMv7-M ARM B1.5.
#include <gtest/gtest.h>

#include "tests/engine/engine_fixture.h"

namespace mcost::test {
namespace {

using engine::kFirstInterrupt;
using engine::kPendSv;
using engine::kSvCall;
using engine::kSysTick;
using engine::StopReason;

constexpr Address kIcsr = kScs + 0xD04;
constexpr std::uint32_t kPendSvSet = 1u << 28;
constexpr unsigned kIrq0 = kFirstInterrupt;
constexpr unsigned kIrq1 = kFirstInterrupt + 1;

class Exceptions : public EngineTest {
 protected:
  void enable_irqs(std::uint32_t bits) { store_word(code, kScs + 0x100, bits); }
  void pend_irqs(Assembler& where, std::uint32_t bits) { store_word(where, kScs + 0x200, bits); }
  void set_irq_priorities(std::uint32_t bytes) { store_word(code, kScs + 0x400, bytes); }
  void set_shpr3(std::uint32_t bytes) { store_word(code, kScs + 0xD20, bytes); }
};

TEST_P(Exceptions, SvcStacksEightWordsAndReturnsBehindItself) {
  code.mov32(r0, 0x11111111);
  code.mov32(r1, 0x22222222);
  code.mov32(r2, 0x33333333);
  code.mov32(r3, 0x44444444);
  code.mov32(r12, 0x55555555);
  code.mov32(lr, 0x66666666);
  code.narrow(Narrow::cmp, r0, r0);  // Z and C
  code.svc(7);
  const Address behind = code.pc();
  code.mov32(r8, 0xAAAAAAAA);
  code.stop();
  Assembler& svc = handler(kSvCall);
  svc.mrs(r4, ipsr);
  svc.mov(r5, lr);
  svc.mov(r7, sp);
  svc.movs(r0, 0);
  svc.mov32(lr, 0);
  svc.bx(r5);
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(4), kSvCall);
  EXPECT_EQ(reg(5), 0xFFFFFFF9u);
  EXPECT_EQ(reg(8), 0xAAAAAAAAu);
  const Address frame = kStackTop - 32;
  EXPECT_EQ(reg(7), frame);
  const std::array<std::uint32_t, 8> expected = {0x11111111, 0x22222222, 0x33333333, 0x44444444,
                                                 0x55555555, 0x66666666, behind,     0x61000000};
  for (unsigned i = 0; i < expected.size(); ++i)
    EXPECT_EQ(machine->peek(frame + 4 * i), expected[i]) << "word " << i;
  EXPECT_EQ(reg(0), 0x11111111u);  // unstacked
  EXPECT_EQ(reg(lr), 0x66666666u);
  EXPECT_EQ(reg(sp), kStackTop);
  EXPECT_EQ(exceptions().ipsr(), 0u);
  EXPECT_EQ(machine->engine().xpsr() & 0xF0000000u, 0x60000000u);
}

TEST_P(Exceptions, FrameIsAlignedToEightBytesAndXpsrRemembers) {
  code.data(Wide::sub, false, sp, sp, 4);
  code.svc(0);
  code.stop();
  Assembler& svc = handler(kSvCall);
  svc.mov(r4, sp);
  svc.ldr(r5, sp, 28);
  svc.bx(lr);
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(4), kStackTop - 4 - 32 - 4);
  EXPECT_EQ(reg(5) >> 9 & 1u, 1u);
  EXPECT_EQ(reg(sp), kStackTop - 4);
}

TEST_P(Exceptions, FrameStaysAtFourBytesWithoutStkalign) {
  store_word(code, kScs + 0xD14, 0);
  code.data(Wide::sub, false, sp, sp, 4);
  code.svc(0);
  code.stop();
  Assembler& svc = handler(kSvCall);
  svc.mov(r4, sp);
  svc.bx(lr);
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(4), kStackTop - 4 - 32);
  EXPECT_EQ(reg(sp), kStackTop - 4);
}

TEST_P(Exceptions, ThreadOnProcessStackStacksThereAndReturnsToIt) {
  code.mov32(r0, kRam + 0x1000);
  code.msr(psp, r0);
  code.movs(r0, 2);
  code.msr(control, r0);
  code.isb();
  code.mov(r8, sp);
  code.svc(0);
  code.mov(r9, sp);
  code.mrs(r10, msp);
  code.stop();
  Assembler& svc = handler(kSvCall);
  svc.mov(r4, lr);
  svc.mrs(r5, psp);
  svc.mov(r6, sp);
  svc.mrs(r7, control);
  svc.bx(lr);
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(8), kRam + 0x1000);
  EXPECT_EQ(reg(4), 0xFFFFFFFDu);
  EXPECT_EQ(reg(5), kRam + 0x1000 - 32);
  EXPECT_EQ(reg(6), kStackTop);
  EXPECT_EQ(reg(7), 0u);
  EXPECT_EQ(reg(9), kRam + 0x1000);
  EXPECT_EQ(reg(10), kStackTop);
}

TEST_P(Exceptions, HandlerMayReturnToTheOtherStack) {
  // A scheduler's first switch: the frame is on PSP, EXC_RETURN is changed in the handler.
  const Address frame = kRam + 0x1000 - 32;
  const Address thread = kProgram + 0x100;
  for (unsigned i = 0; i < 6; ++i) machine->poke(frame + 4 * i, i + 1);
  machine->poke(frame + 24, thread);
  machine->poke(frame + 28, 1u << 24);
  code.svc(0);
  code.stop();
  Assembler& svc = handler(kSvCall);
  svc.mov32(r0, frame);
  svc.msr(psp, r0);
  svc.mov32(lr, 0xFFFFFFFD);
  svc.bx(lr);
  Assembler there(thread);
  there.mov(r7, sp);
  there.stop();
  machine->load(there);
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(machine->engine().pc(), thread + 2);
  EXPECT_EQ(reg(0), 1u);
  EXPECT_EQ(reg(12), 5u);
  EXPECT_EQ(reg(7), frame + 32);
  EXPECT_TRUE(exceptions().uses_process_stack());
}

TEST_P(Exceptions, PopOfExcReturnReturns) {
  code.svc(0);
  code.mov32(r8, 1);
  code.stop();
  Assembler& svc = handler(kSvCall);
  svc.push(1u << r4 | 1u << lr);
  svc.pop(1u << r4 | 1u << pc);
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(8), 1u);
  EXPECT_EQ(reg(sp), kStackTop);
}

TEST_P(Exceptions, MoreUrgentInterruptPreemptsAHandler) {
  set_irq_priorities(0x00004080);  // IRQ1 above IRQ0
  enable_irqs(3);
  pend_irqs(code, 1);
  code.stop();
  counting_handler(kIrq1);
  Assembler& irq0 = handler(kIrq0);
  pend_irqs(irq0, 2);
  irq0.mov32(r4, counter_of(kIrq1));
  irq0.ldr(r5, r4);
  irq0.mov(r8, lr);
  irq0.bx(lr);
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(5), 1u);  // already served inside IRQ0's handler
  EXPECT_EQ(reg(8), 0xFFFFFFF9u);
}

TEST_P(Exceptions, NestedHandlerReturnsToHandlerMode) {
  set_irq_priorities(0x00004080);
  enable_irqs(3);
  pend_irqs(code, 1);
  code.stop();
  Assembler& irq0 = handler(kIrq0);
  pend_irqs(irq0, 2);
  irq0.mrs(r9, ipsr);
  irq0.bx(lr);
  Assembler& irq1 = handler(kIrq1);
  irq1.mov(r8, lr);
  irq1.bx(lr);
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(8), 0xFFFFFFF1u);
  EXPECT_EQ(reg(9), kIrq0);
}

TEST_P(Exceptions, InterruptOfEqualPriorityWaitsAndIsTailChained) {
  set_irq_priorities(0x00004040);
  enable_irqs(3);
  pend_irqs(code, 1);
  code.stop();
  counting_handler(kIrq1);
  Assembler& irq0 = handler(kIrq0);
  pend_irqs(irq0, 2);
  irq0.mov32(r4, counter_of(kIrq1));
  irq0.ldr(r5, r4);
  irq0.bx(lr);
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(5), 0u);
  EXPECT_EQ(calls(kIrq1), 1u);
}

TEST_P(Exceptions, SubpriorityOrdersButDoesNotPreempt) {
  store_word(code, kScs + 0xD0C, 0x05FA0700);  // PRIGROUP 7: no preemption among these
  set_irq_priorities(0x00004080);
  enable_irqs(3);
  pend_irqs(code, 1);
  code.stop();
  counting_handler(kIrq1);
  Assembler& irq0 = handler(kIrq0);
  pend_irqs(irq0, 2);
  irq0.mov32(r4, counter_of(kIrq1));
  irq0.ldr(r5, r4);
  irq0.bx(lr);
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(5), 0u);
  EXPECT_EQ(calls(kIrq1), 1u);
}

TEST_P(Exceptions, TailChainingStacksOnce) {
  counting_handler(kIrq0);
  counting_handler(kIrq1);
  enable_irqs(3);
  code.cpsid_i();
  pend_irqs(code, 3);
  const auto measured = code.here();
  code.cpsie_i();
  code.stop();
  start();
  ASSERT_EQ(machine->run_until(code.address_of(measured)), StopReason::until);
  (void)machine->observe();
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(calls(kIrq0), 1u);
  EXPECT_EQ(calls(kIrq1), 1u);
  const Counters counters = machine->observe().counters;
  // One frame, and each handler's load and store.
  EXPECT_EQ(counters.traffic[kRamIndex].writes, 8u + 2u);
  EXPECT_EQ(counters.traffic[kRamIndex].reads, 8u + 2u);
}

TEST_P(Exceptions, TailChainIsCheaperThanReturnAndEntry) {
  const auto exception_cycles = [&](std::uint32_t pended) {
    make_machine({});
    counting_handler(kIrq0);
    counting_handler(kIrq1);
    Assembler program(kProgram);
    store_word(program, kScs + 0x100, 3);
    program.cpsid_i();
    pend_irqs(program, pended);
    program.cpsie_i();
    program.stop();
    code = program;
    start();
    EXPECT_EQ(run(), StopReason::idle);
    return machine->observe().counters.by_cause[static_cast<unsigned>(Cause::exception)];
  };
  const std::uint64_t one = exception_cycles(1);
  const std::uint64_t two = exception_cycles(3);
  EXPECT_EQ(two - one, 6u);  // TRM-M4: tail-chaining takes 6 cycles
}

TEST_P(Exceptions, PrimaskHoldsInterruptsBackUntilCleared) {
  counting_handler(kIrq0);
  enable_irqs(1);
  code.cpsid_i();
  pend_irqs(code, 1);
  load_word(code, r8, counter_of(kIrq0));
  code.cpsie_i();
  load_word(code, r9, counter_of(kIrq0));
  code.stop();
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(8), 0u);
  EXPECT_EQ(reg(9), 1u);
}

TEST_P(Exceptions, BasepriHoldsBackItsPriorityAndLower) {
  counting_handler(kIrq0);
  counting_handler(kIrq1);
  set_irq_priorities(0x00004080);
  enable_irqs(3);
  code.movs(r0, 0x80);
  code.msr(basepri, r0);
  pend_irqs(code, 3);
  load_word(code, r8, counter_of(kIrq0));
  load_word(code, r9, counter_of(kIrq1));
  code.movs(r0, 0);
  code.msr(basepri, r0);
  load_word(code, r10, counter_of(kIrq0));
  code.stop();
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(8), 0u);
  EXPECT_EQ(reg(9), 1u);
  EXPECT_EQ(reg(10), 1u);
}

TEST_P(Exceptions, BasepriMaxOnlyRaises) {
  code.movs(r0, 0x40);
  code.msr(basepri_max, r0);
  code.movs(r0, 0x80);
  code.msr(basepri_max, r0);
  code.mrs(r8, basepri);
  code.stop();
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(8), 0x40u);
}

TEST_P(Exceptions, FaultmaskIsClearedByReturn) {
  code.svc(0);
  code.mrs(r8, faultmask);
  code.stop();
  Assembler& svc = handler(kSvCall);
  svc.cpsid_f();
  svc.mrs(r4, faultmask);
  svc.bx(lr);
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(4), 1u);
  EXPECT_EQ(reg(8), 0u);
}

TEST_P(Exceptions, UnprivilegedThreadCannotMaskInterrupts) {
  code.movs(r0, 1);
  code.msr(control, r0);
  code.isb();
  code.cpsid_i();
  code.msr(primask, r0);
  code.mrs(r8, primask);
  code.mrs(r9, control);
  code.stop();
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(exceptions().primask, 0u);
  EXPECT_EQ(reg(8), 0u);
  EXPECT_EQ(reg(9), 1u);
}

TEST_P(Exceptions, PendedInterruptIsTakenAtTheNextInstruction) {
  enable_irqs(1);
  pend_irqs(code, 1);
  const Address next = code.pc();
  code.movs(r5, 1);
  code.movs(r5, 2);
  code.stop();
  Assembler& irq = handler(kIrq0);
  irq.ldr(r8, sp, 24);
  irq.mov(r9, r5);
  irq.bx(lr);
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(8), next);
}

TEST_P(Exceptions, EventIsServedAtTheFirstBoundaryAtOrAfterItsCycle) {
  // On zero-wait memory a NOP takes one cycle, so each cycle is a boundary.
  Address previous = 0;
  for (Cycles when = 60; when < 80; ++when) {
    make_machine({});
    Assembler program(kProgram);
    store_word(program, kScs + 0x100, 1);
    for (unsigned i = 0; i < 100; ++i) program.nop();
    program.stop();
    code = program;
    Assembler irq(kHandlers);
    irq.ldr(r8, sp, 24);
    irq.bx(lr);
    machine->load(irq);
    machine->set_vector(kIrq0, kHandlers);
    start();
    machine->engine().scheduler().schedule(when,
                                           [this](Cycles) { machine->exceptions().pend(kIrq0); });
    ASSERT_EQ(run(), StopReason::idle);
    if (previous != 0) {
      EXPECT_EQ(reg(8), previous + 2) << "at cycle " << when;
    }
    previous = reg(8);
  }
}

TEST_P(Exceptions, ItStateSurvivesAnException) {
  code.movs(r4, 1);
  code.movs(r5, 0);
  code.cmp(r4, 1);
  code.it(eq, "TET");
  code.data(Wide::add, false, r5, r5, 1);
  code.svc(0);
  code.data(Wide::add, false, r5, r5, 16);
  code.data(Wide::add, false, r5, r5, 2);
  code.stop();
  Assembler& svc = handler(kSvCall);
  svc.ldr(r8, sp, 28);
  svc.cmp(r4, 0);  // other flags in the handler
  svc.bx(lr);
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(5), 3u);
  // ITSTATE starts as 0000'0101 and is advanced twice: ITAdvance(), A7.3.3.
  const std::uint32_t it = (reg(8) >> 25 & 3u) | (reg(8) >> 10 & 0x3Fu) << 2;
  EXPECT_EQ(it, 0x14u) << "xPSR " << reg(8);
}

TEST_P(Exceptions, PendSvRunsAfterSysTickOfHigherPriority) {
  counting_handler(kPendSv);
  set_shpr3(0x00F00000);  // PendSV lowest, SysTick highest
  store_word(code, kIcsr, kPendSvSet | 1u << 26);
  code.stop();
  Assembler& systick = handler(kSysTick);
  systick.mov32(r0, counter_of(kPendSv));
  systick.ldr(r8, r0);
  systick.bx(lr);
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(8), 0u);
  EXPECT_EQ(calls(kPendSv), 1u);
}

TEST_P(Exceptions, ReturnClearsTheExclusiveMonitor) {
  code.mov32(r0, kRam + 0x800);
  code.ldrex(r1, r0);
  code.svc(0);
  code.mov32(r0, kRam + 0x800);
  code.strex(r8, r1, r0);
  code.ldrex(r1, r0);
  code.strex(r9, r1, r0);
  code.stop();
  handler(kSvCall).bx(lr);
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(8), 1u);
  EXPECT_EQ(reg(9), 0u);
}

MCOST_BOTH_LOOPS(Exceptions);

}  // namespace
}  // namespace mcost::test
