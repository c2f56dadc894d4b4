// What becomes pending while the core enters or leaves an exception: late arrivals, derived
// exceptions, pre-emption of unstacking; and what entry and return cost. Source: ARMv7-M ARM
// B1.5.6, B1.5.8, B1.5.11; Cortex-M3 and M4 TRM, exception timing.
#include <gtest/gtest.h>

#include "tests/engine/engine_fixture.h"

namespace mcost::test {
namespace {

using engine::kBusFault;
using engine::kFirstInterrupt;
using engine::kHardFault;
using engine::kNmi;
using engine::kSvCall;
using engine::kUsageFault;
using engine::StopReason;

constexpr unsigned kIrq0 = kFirstInterrupt;
constexpr unsigned kIrq1 = kFirstInterrupt + 1;
constexpr Address kShcsr = kScs + 0xD24;
constexpr Address kOrder = kRam + 0x200;  // handlers write their numbers here, one after another
constexpr Cycles kEntry = 12;
constexpr Cycles kTailChain = 6;

class Arrival : public EngineTest {
 protected:
  /// A handler that appends its number and the time it ran to the list at r11.
  void recording_handler(unsigned number) {
    Assembler& h = handler(number);
    h.mov32(r2, 0xE0001004);
    h.ldr(r2, r2);
    h.movs(r3, number);
    h.stm(r11, true, 1u << r2 | 1u << r3);
    h.bx(lr);
  }
  /// IRQ 1 is more urgent than IRQ 0. NOPs follow.
  void set_up() {
    store_word(code, 0xE0001000, 1);
    store_word(code, kScs + 0x100, 3);
    store_word(code, kScs + 0x400, 0x00004080);
    code.mov32(r11, kOrder);
    code.align(4);
    begin_ = code.pc();
    for (unsigned i = 0; i < 100; ++i) code.nop();
    code.stop();
  }
  void start_at_nops() {
    start();
    ASSERT_EQ(machine->run_until(begin_), StopReason::until);
    base_ = machine->engine().now();
  }
  void pend_at(Cycles when, unsigned number) {
    machine->engine().scheduler().schedule(
        base_ + when, [this, number](Cycles) { machine->exceptions().pend(number); });
  }
  [[nodiscard]] unsigned order(unsigned i) { return machine->peek(kOrder + 8 * i + 4); }
  [[nodiscard]] Cycles time(unsigned i) { return machine->peek(kOrder + 8 * i); }
  [[nodiscard]] std::uint64_t stack_writes() {
    return machine->engine().peek_counters().traffic[kRamIndex].writes;
  }
  Address begin_ = 0;  // NOLINT(misc-non-private-member-variables-in-classes)
  Cycles base_ = 0;    // NOLINT(misc-non-private-member-variables-in-classes)
};

TEST_P(Arrival, MoreUrgentInterruptDuringEntryIsServedFirstOnTheSameFrame) {
  for (Cycles late = 1; late < kEntry - 2; ++late) {
    make_machine({});
    code = Assembler(kProgram);
    recording_handler(kIrq0);
    recording_handler(kIrq1);
    set_up();
    start_at_nops();
    const std::uint64_t before = stack_writes();
    pend_at(20, kIrq0);
    pend_at(20 + late, kIrq1);
    ASSERT_EQ(machine->run(), StopReason::idle);
    EXPECT_EQ(order(0), kIrq1) << late;
    EXPECT_EQ(order(1), kIrq0) << late;
    EXPECT_EQ(stack_writes() - before, 8u + 4u) << "one frame, two records";
  }
}

TEST_P(Arrival, ALateArrivalReadsItsVectorAgain) {
  // Up to half of entry is hidden behind stacking; later, the vector's 6 cycles show.
  const auto handler_time = [&](Cycles late) {
    make_machine({});
    code = Assembler(kProgram);
    recording_handler(kIrq0);
    recording_handler(kIrq1);
    set_up();
    start_at_nops();
    pend_at(20, kIrq0);
    if (late != 0) pend_at(20 + late, kIrq1);
    EXPECT_EQ(machine->run(), StopReason::idle);
    return time(0);
  };
  const Cycles alone = handler_time(0);
  EXPECT_EQ(handler_time(3), alone);
  EXPECT_EQ(handler_time(kEntry - kTailChain), alone);
  EXPECT_EQ(handler_time(kEntry - kTailChain + 1), alone + 1);
  EXPECT_EQ(handler_time(kEntry - kTailChain + 3), alone + 3);
}

TEST_P(Arrival, LessUrgentInterruptDuringEntryWaits) {
  recording_handler(kIrq0);
  recording_handler(kIrq1);
  set_up();
  start_at_nops();
  pend_at(20, kIrq1);
  pend_at(23, kIrq0);
  ASSERT_EQ(machine->run(), StopReason::idle);
  EXPECT_EQ(order(0), kIrq1);
  EXPECT_EQ(order(1), kIrq0);
}

TEST_P(Arrival, AfterTheFirstInstructionItPreempts) {
  recording_handler(kIrq0);
  recording_handler(kIrq1);
  set_up();
  start_at_nops();
  const std::uint64_t before = stack_writes();
  pend_at(20, kIrq0);
  pend_at(20 + kEntry + 2, kIrq1);
  ASSERT_EQ(machine->run(), StopReason::idle);
  EXPECT_EQ(order(0), kIrq1);  // it recorded before IRQ 0 got there
  EXPECT_EQ(stack_writes() - before, 2 * 8u + 4u);
}

TEST_P(Arrival, InterruptDuringUnstackingIsChainedOnTheFrame) {
  recording_handler(kIrq0);
  recording_handler(kIrq1);
  set_up();
  start_at_nops();
  pend_at(20, kIrq0);
  ASSERT_EQ(machine->run(), StopReason::idle);
  const Cycles alone = machine->engine().now() - base_;
  // From the first handler instruction the handler takes a fixed time; sweep over its end.
  bool entered_anew = false;
  unsigned abandoned = 0;  // interrupts that began as soon as they were pending
  Cycles previous = 0;
  for (Cycles late = 30; late < alone && !entered_anew; ++late) {
    make_machine({});
    start_at_nops();
    const std::uint64_t before = stack_writes();
    pend_at(20, kIrq0);
    pend_at(late, kIrq0);
    ASSERT_EQ(machine->run(), StopReason::idle);
    const std::uint64_t frames = (stack_writes() - before - 4) / 8;
    ASSERT_TRUE(frames == 1 || frames == 2);
    entered_anew = frames == 2;
    if (!entered_anew && previous != 0 && time(1) == previous + 1) ++abandoned;
    previous = time(1);
  }
  EXPECT_TRUE(entered_anew);
  EXPECT_GE(abandoned, 6u);
}

TEST_P(Arrival, NmiPreemptsWhateverMasks) {
  recording_handler(kNmi);
  set_up();
  start_at_nops();
  machine->exceptions().faultmask = 1;
  pend_at(20, kNmi);
  ASSERT_EQ(machine->run(), StopReason::idle);
  EXPECT_EQ(order(0), kNmi);
  EXPECT_EQ(exceptions().faultmask, 1u);  // return from NMI leaves it
}

TEST_P(Arrival, VectorThatCannotBeReadIsAHardFault) {
  store_word(code, kScs + 0xD08, kNothing);
  code.svc(0);
  EXPECT_EQ(run(), StopReason::lockup);  // so is that of HardFault
  EXPECT_EQ(exceptions().hfsr, 2u);      // VECTTBL
}

TEST_P(Arrival, VectorWithoutTheThumbBitIsInvalidState) {
  store_word(code, kShcsr, 1u << 18);
  code.svc(0);
  code.stop();
  Assembler& hard = handler(kHardFault);
  hard.ldr(r10, sp, 24);
  hard.ldr(r9, sp, 28);
  hard.stop();
  start();
  machine->poke(kFlash + 4 * kSvCall, kProgram);
  EXPECT_EQ(machine->run(), StopReason::fault);
  EXPECT_EQ(exceptions().cfsr, 1u << 17);
  // SVCall is as urgent as UsageFault: escalated, on a second frame.
  EXPECT_EQ(exceptions().ipsr(), unsigned{kHardFault});
  EXPECT_EQ(reg(10), kProgram);
  EXPECT_EQ(reg(9), 1u * kSvCall);  // EPSR.T is clear
}

TEST_P(Arrival, StackedStateOfAnEvenBranchTargetHasNoThumbBit) {
  store_word(code, kShcsr, 1u << 18);
  code.mov32(r0, kProgram);
  code.bx(r0);
  Assembler& usage = handler(kUsageFault);
  usage.ldr(r10, sp, 24);
  usage.ldr(r9, sp, 28);
  usage.stop();
  EXPECT_EQ(run(), StopReason::fault);
  EXPECT_EQ(reg(10), kProgram);
  EXPECT_EQ(reg(9) >> 24 & 1u, 0u);
}

TEST_P(Arrival, StackingErrorOfLowerPriorityWaitsForTheInterrupt) {
  store_word(code, kShcsr, 1u << 17);
  store_word(code, kScs + 0xD18, 0x0000C000);  // BusFault at 0xC0
  store_word(code, kScs + 0x100, 1);
  code.mov32(r11, kOrder);
  code.mov32(r0, kNothing);
  code.msr(psp, r0);
  code.movs(r0, 2);
  code.msr(control, r0);
  code.isb();
  store_word(code, kScs + 0x200, 1);
  code.nop();
  code.stop();
  recording_handler(kIrq0);
  Assembler& bus = handler(kBusFault);
  bus.mov32(r10, 5);
  bus.stop();
  EXPECT_EQ(run(), StopReason::fault);
  EXPECT_EQ(order(0), kIrq0);
  EXPECT_EQ(reg(10), 5u);
  EXPECT_EQ(exceptions().cfsr, 1u << 12);
}

TEST_P(Arrival, UnstackingErrorIsTakenWithTheReturnValueOfTheHandler) {
  store_word(code, kShcsr, 1u << 17);
  code.svc(0);
  code.stop();
  Assembler& svc = handler(kSvCall);
  svc.mov32(r0, kNothing);
  svc.msr(psp, r0);
  svc.mov32(lr, 0xFFFFFFFD);
  svc.bx(lr);
  Assembler& bus = handler(kBusFault);
  bus.mov(r10, lr);
  bus.mov(r11, sp);
  bus.stop();
  EXPECT_EQ(run(), StopReason::fault);
  EXPECT_EQ(exceptions().cfsr, 1u << 11);
  EXPECT_EQ(reg(10), 0xFFFFFFFDu);
  EXPECT_EQ(reg(11), kStackTop - 32);  // the frame of SVC stays
}

TEST_P(Arrival, ReturnWithAnIpsrThatDoesNotFitItsModeIsInvalid) {
  for (const std::uint32_t exc_return : {0xFFFFFFF9u, 0xFFFFFFF1u}) {
    make_machine({});
    code = Assembler(kProgram);
    store_word(code, kShcsr, 1u << 18);
    code.svc(0);
    code.stop();
    Assembler svc(kHandlers);
    svc.mov32(r0, exc_return == 0xFFFFFFF9u ? 0x01000010u : 0x01000000u);
    svc.str(r0, sp, 28);
    svc.mov32(r0, exc_return);
    if (exc_return == 0xFFFFFFF1u) {  // another one must be active
      store_word(svc, kScs + 0xD24, 1u << 18 | 1u << 7 | 1u << 11);
    }
    svc.bx(r0);
    Assembler usage(kHandlers + 0x100);
    usage.mov(r10, lr);
    usage.stop();
    machine->load(svc);
    machine->load(usage);
    machine->set_vector(kSvCall, kHandlers);
    machine->set_vector(kUsageFault, kHandlers + 0x100);
    machine->set_vector(kHardFault, kHandlers + 0x100);
    start();
    EXPECT_EQ(machine->run(), StopReason::fault);
    EXPECT_EQ(exceptions().cfsr, 1u << 18);
    EXPECT_EQ(reg(10), exc_return);
  }
}

TEST_P(Arrival, ReturnToHandlerNeedsAnotherActiveOne) {
  store_word(code, kShcsr, 1u << 18);
  code.svc(0);
  code.stop();
  Assembler& svc = handler(kSvCall);
  svc.mov32(r0, 0xFFFFFFF1);
  svc.bx(r0);
  handler(kUsageFault).stop();
  EXPECT_EQ(run(), StopReason::fault);
  EXPECT_EQ(exceptions().cfsr, 1u << 18);
}

TEST_P(Arrival, NonbasethrdenaLetsANestedHandlerReturnToThread) {
  store_word(code, kScs + 0xD14, 1u << 0 | 1u << 9);
  code.svc(0);
  code.movs(r4, 1);
  code.stop();
  Assembler& svc = handler(kSvCall);
  store_word(svc, kScs + 0xD04, 1u << 31);
  svc.nop();
  svc.stop();
  Assembler& nmi = handler(kNmi);
  nmi.data(Wide::add, false, sp, sp, 0x20);
  nmi.mov32(r0, 0xFFFFFFF9);
  nmi.bx(r0);
  EXPECT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(4), 1u);
}

TEST_P(Arrival, FpFrameSavedAtOnceTakesItsWordsInCycles) {
  const auto exception_cycles = [&](std::uint32_t fpccr) {
    make_machine({});
    code = Assembler(kProgram);
    store_word(code, kScs + 0xD88, 0x00F00000);
    store_word(code, kScs + 0xF34, fpccr);
    code.isb();
    code.fp(FpOperation::vadd, 0, 1, 2);
    code.svc(0);
    code.nop();
    code.stop();
    Assembler svc(kHandlers);
    svc.bx(lr);
    machine->load(svc);
    machine->set_vector(kSvCall, kHandlers);
    start();
    EXPECT_EQ(machine->run(), StopReason::idle);
    return machine->observe().counters.by_cause[static_cast<unsigned>(Cause::exception)];
  };
  // 17 words out and 17 back in.
  EXPECT_EQ(exception_cycles(1u << 31), exception_cycles(3u << 30) + 2 * 17);
}

TEST_P(Arrival, LazySaveCostsItsWordsWhenItHappens) {
  const auto observed = [&](bool uses_fp) {
    make_machine({});
    code = Assembler(kProgram);
    store_word(code, kScs + 0xD88, 0x00F00000);
    code.isb();
    code.fp(FpOperation::vadd, 0, 1, 2);
    code.svc(0);
    code.nop();
    code.stop();
    Assembler svc(kHandlers);
    if (uses_fp) {
      svc.fp(FpOperation::vadd, 0, 1, 2);
    } else {
      svc.nop();
      svc.nop();
    }
    svc.bx(lr);
    machine->load(svc);
    machine->set_vector(kSvCall, kHandlers);
    start();
    EXPECT_EQ(machine->run(), StopReason::idle);
    const Counters counters = machine->observe().counters;
    EXPECT_TRUE(counters.adds_up());
    return counters;
  };
  const Counters with = observed(true);
  const Counters without = observed(false);
  const auto exception = static_cast<unsigned>(Cause::exception);
  EXPECT_EQ(with.by_cause[exception] - without.by_cause[exception], 18u + 17u);  // and read back
  EXPECT_EQ(with.traffic[kRamIndex].writes - without.traffic[kRamIndex].writes, 17u);
}

TEST_P(Arrival, FpccrRemembersTheContextOfALazyFrame) {
  store_word(code, kScs + 0xD88, 0x00F00000);
  store_word(code, kShcsr, 1u << 17);
  code.isb();
  code.fp(FpOperation::vadd, 0, 1, 2);
  code.svc(0);
  code.stop();
  Assembler& svc = handler(kSvCall);
  load_word(svc, r4, kScs + 0xF34);
  load_word(svc, r5, kScs + 0xF38);
  svc.bx(lr);
  EXPECT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(4), 0xC0000059u);  // BFRDY, HFRDY, THREAD, LSPACT
  EXPECT_EQ(reg(5), kStackTop - 0x68 + 0x20);
}

TEST_P(Arrival, LazySaveThatFailsIsTakenBeforeTheFpInstruction) {
  store_word(code, kScs + 0xD88, 0x00F00000);
  store_word(code, kShcsr, 1u << 17);
  store_word(code, kScs + 0xD1C, 0x80000000);  // SVCall below BusFault
  code.isb();
  code.fp(FpOperation::vadd, 0, 1, 2);
  code.svc(0);
  code.stop();
  Assembler& svc = handler(kSvCall);
  store_word(svc, kScs + 0xF38, kNothing);  // FPCAR
  const Address at = svc.pc();
  svc.fp(FpOperation::vadd, 0, 1, 2);
  svc.bx(lr);
  Assembler& bus = handler(kBusFault);
  bus.ldr(r10, sp, 24);
  bus.stop();
  EXPECT_EQ(run(), StopReason::fault);
  EXPECT_EQ(exceptions().cfsr, 1u << 13);  // LSPERR
  EXPECT_EQ(reg(10), at);
  EXPECT_EQ(exceptions().fpccr & 1u, 1u);
}

TEST_P(Arrival, FpIsForPrivilegedCodeAloneWhereCpacrSaysSo) {
  store_word(code, kScs + 0xD88, 0x00500000);
  store_word(code, kShcsr, 1u << 18);
  code.isb();
  code.fp(FpOperation::vadd, 0, 1, 2);
  code.movs(r0, 1);
  code.msr(control, r0);
  code.isb();
  const Address at = code.pc();
  code.fp(FpOperation::vadd, 0, 1, 2);
  Assembler& usage = handler(kUsageFault);
  usage.mov32(r1, 0);
  usage.ldr(r10, sp, 24);
  usage.stop();
  EXPECT_EQ(run(), StopReason::fault);
  EXPECT_EQ(exceptions().cfsr, 1u << 19);
  EXPECT_EQ(reg(10), at);
}

TEST_P(Arrival, DisfpcaKeepsFpInstructionsFromStartingAContext) {
  store_word(code, kScs + 0xD88, 0x00F00000);
  store_word(code, kScs + 0x008, 1u << 8);
  code.isb();
  code.fp(FpOperation::vadd, 0, 1, 2);
  code.mrs(r4, control);
  code.svc(0);
  code.stop();
  Assembler& svc = handler(kSvCall);
  svc.mov(r5, lr);
  svc.bx(lr);
  EXPECT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(4), 0u);
  EXPECT_EQ(reg(5), 0xFFFFFFF9u);
}

MCOST_BOTH_LOOPS(Arrival);

}  // namespace
}  // namespace mcost::test
