// Faults: routing, escalation, status registers, lockup.  Source: ARMv7-M ARM B1.5.14, B3.2.15.
#include <gtest/gtest.h>

#include "tests/engine/engine_fixture.h"

namespace mcost::test {
namespace {

using engine::kBusFault;
using engine::kHardFault;
using engine::kNmi;
using engine::kSvCall;
using engine::kUsageFault;
using engine::StopReason;

constexpr Address kCcr = kScs + 0xD14;
constexpr Address kShcsr = kScs + 0xD24;
constexpr std::uint32_t kUsageFaultEnabled = 1u << 18;
constexpr std::uint32_t kBusFaultEnabled = 1u << 17;
constexpr std::uint32_t kForced = 1u << 30;
constexpr std::uint32_t kUndefInstr = 1u << 16;
constexpr std::uint32_t kInvState = 1u << 17;
constexpr std::uint32_t kInvPc = 1u << 18;
constexpr std::uint32_t kNoCp = 1u << 19;
constexpr std::uint32_t kUnaligned = 1u << 24;
constexpr std::uint32_t kDivByZero = 1u << 25;
constexpr std::uint32_t kIaccViol = 1u << 0;
constexpr std::uint32_t kIbusErr = 1u << 8;
constexpr std::uint32_t kImprecisErr = 1u << 10;
constexpr std::uint32_t kPrecisErr = 1u << 9;
constexpr std::uint32_t kStkErr = 1u << 12;
constexpr std::uint32_t kBfarValid = 1u << 15;
constexpr std::uint32_t kDebugEvt = 1u << 31;

class Faults : public EngineTest {
 protected:
  /// A handler that notes the stacked PC in r10 and xPSR in r11 and idles: the run ends as a fault.
  void noting_handler(unsigned number) {
    Assembler& h = handler(number);
    h.ldr(r10, sp, 24);
    h.ldr(r11, sp, 28);
    h.stop();
  }
  /// Runs a program expected to fault into `number` at `at` with these CFSR bits.
  void expect_fault(unsigned number, Address at, std::uint32_t cfsr) {
    noting_handler(number);
    EXPECT_EQ(run(), StopReason::fault);
    EXPECT_EQ(exceptions().ipsr(), number);
    EXPECT_EQ(reg(10), at);
    EXPECT_EQ(exceptions().cfsr, cfsr);
    const auto& first = machine->engine().first_fault();
    ASSERT_TRUE(first.has_value());
    EXPECT_EQ(first->pc, at);
    EXPECT_EQ(first->exception, number);
  }
};

TEST_P(Faults, UndefinedInstructionEscalatesToHardFault) {
  const Address at = code.pc();
  code.udf(1);
  expect_fault(kHardFault, at, kUndefInstr);
  EXPECT_EQ(exceptions().hfsr, kForced);
}

TEST_P(Faults, UndefinedInstructionBehindOthersInItsBlock) {
  code.movs(r0, 1);
  code.movs(r1, 2);
  const Address at = code.pc();
  code.wide(0xFFFFFFFFu);
  expect_fault(kHardFault, at, kUndefInstr);
  EXPECT_EQ(machine->observe().counters.instructions, 2u + 2u);  // and the handler's two loads
}

TEST_P(Faults, EnabledUsageFaultTakesItsOwn) {
  store_word(code, kShcsr, kUsageFaultEnabled);
  const Address at = code.pc();
  code.udf(1);
  expect_fault(kUsageFault, at, kUndefInstr);
  EXPECT_EQ(exceptions().hfsr, 0u);
}

TEST_P(Faults, SkippedUndefinedInstructionDoesNotFault) {
  code.movs(r0, 1);
  code.it(eq);
  code.wide(0xF7F0A000u);  // udf.w #0
  code.movs(r1, 5);
  code.stop();
  EXPECT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(1), 5u);
}

TEST_P(Faults, FaultInsideHardFaultLocksUp) {
  code.udf(1);
  handler(kHardFault).udf(2);
  EXPECT_EQ(run(), StopReason::lockup);
}

TEST_P(Faults, SvcInsideHardFaultLocksUp) {
  code.udf(1);
  handler(kHardFault).svc(2);
  EXPECT_EQ(run(), StopReason::lockup);
}

TEST_P(Faults, SvcMaskedByPrimaskEscalates) {
  code.cpsid_i();
  code.svc(0);
  const Address behind = code.pc();
  noting_handler(kHardFault);
  EXPECT_EQ(run(), StopReason::idle);  // no fault status: SVC itself is no fault
  EXPECT_EQ(exceptions().ipsr(), unsigned{kHardFault});
  EXPECT_EQ(reg(10), behind);
  EXPECT_EQ(exceptions().hfsr, kForced);
}

TEST_P(Faults, DivideByZeroTrapsOnlyWhereEnabled) {
  code.movs(r1, 7);
  code.movs(r2, 0);
  code.three(ThreeRegister::udiv, r5, r1, r2);
  store_word(code, kCcr, 1u << 4 | 1u << 9);
  const Address at = code.pc();
  code.three(ThreeRegister::sdiv, r5, r1, r2);
  expect_fault(kHardFault, at, kDivByZero);
  EXPECT_EQ(reg(5), 0u);
}

TEST_P(Faults, UnalignedTrapsOnlyWhereEnabled) {
  machine->poke(kRam, 0x44332211);
  machine->poke(kRam + 4, 0x88776655);
  code.mov32(r1, kRam);
  code.ldr(r5, r1, 1);
  store_word(code, kCcr, 1u << 3 | 1u << 9);
  const Address at = code.pc();
  code.ldr(r4, r1, 2);
  expect_fault(kHardFault, at, kUnaligned);
  EXPECT_EQ(reg(5), 0x55443322u);
}

TEST_P(Faults, LoadMultipleAlwaysNeedsAlignment) {
  code.mov32(r1, kRam + 2);
  const Address at = code.pc();
  code.ldm(r1, false, 1u << r2 | 1u << r3);
  expect_fault(kHardFault, at, kUnaligned);
}

TEST_P(Faults, LoadDualAlwaysNeedsAlignment) {
  code.mov32(r1, kRam + 1);
  const Address at = code.pc();
  code.ldrd(r2, r3, r1, 0);
  expect_fault(kHardFault, at, kUnaligned);
}

TEST_P(Faults, UnalignedDeviceAccessFaults) {
  code.mov32(r1, kDevice);
  const Address at = code.pc();
  code.str(r2, r1, 2);
  expect_fault(kHardFault, at, kUnaligned);
  EXPECT_TRUE(machine->device().events.empty());
}

TEST_P(Faults, UnmappedReadIsAPreciseBusFault) {
  store_word(code, kShcsr, kBusFaultEnabled);
  code.mov32(r1, kNothing);
  code.movs(r2, 9);
  const Address at = code.pc();
  code.ldr(r2, r1, 8);
  expect_fault(kBusFault, at, kPrecisErr | kBfarValid);
  EXPECT_EQ(exceptions().bfar, kNothing + 8);
  EXPECT_EQ(reg(2), 9u);
}

/// ACTLR.DISDEFWBUF: no write buffer, so that errors of stores are precise.
constexpr Address kActlr = kScs + 0x008;
constexpr std::uint32_t kNoWriteBuffer = 2;

TEST_P(Faults, UnmappedWriteIsABusFault) {
  store_word(code, kActlr, kNoWriteBuffer);
  code.mov32(r1, kNothing);
  const Address at = code.pc();
  code.str(r2, r1);
  expect_fault(kHardFault, at, kPrecisErr | kBfarValid);
}

TEST_P(Faults, WriteToFlashIsABusFault) {
  store_word(code, kActlr, kNoWriteBuffer);
  code.mov32(r1, kFlashData);
  code.ldr(r0, r1);
  const Address at = code.pc();
  code.str(r2, r1);
  expect_fault(kHardFault, at, kPrecisErr | kBfarValid);
}

TEST_P(Faults, BufferedWriteToNothingIsImpreciseAndTakenBehindTheStore) {
  store_word(code, kShcsr, kBusFaultEnabled);
  code.mov32(r1, kNothing);
  const Address at = code.pc();
  code.str(r2, r1);
  const Address behind = code.pc();
  code.movs(r3, 1);
  noting_handler(kBusFault);
  EXPECT_EQ(run(), StopReason::fault);
  EXPECT_EQ(exceptions().ipsr(), unsigned{kBusFault});
  EXPECT_EQ(reg(10), behind);
  EXPECT_EQ(reg(3), 0u);
  EXPECT_EQ(exceptions().cfsr, kImprecisErr);
  EXPECT_EQ(machine->engine().first_fault()->pc, at);
  EXPECT_EQ(machine->engine().first_fault()->fault.kind, engine::FaultKind::bus_data_imprecise);
}

TEST_P(Faults, ImpreciseBusFaultWaitsForItsPriority) {
  store_word(code, kShcsr, kBusFaultEnabled);
  code.cpsid_i();
  code.mov32(r1, kNothing);
  code.str(r2, r1);
  code.movs(r3, 1);
  load_word(code, r4, kShcsr);
  code.cpsie_i();
  const Address behind = code.pc();
  code.movs(r3, 2);
  noting_handler(kBusFault);
  EXPECT_EQ(run(), StopReason::fault);
  EXPECT_EQ(reg(3), 1u);
  EXPECT_EQ(reg(4), kBusFaultEnabled | 1u << 14);  // BUSFAULTPENDED
  EXPECT_EQ(reg(10), behind);
}

TEST_P(Faults, ImpreciseBusFaultInHardFaultPendsInsteadOfLockingUp) {
  code.udf(0);
  Assembler& hard = handler(kHardFault);
  hard.mov32(r1, kNothing);
  hard.str(r2, r1);
  hard.mov32(r3, 7);
  hard.stop();
  EXPECT_EQ(run(), StopReason::fault);
  EXPECT_EQ(reg(3), 7u);
  EXPECT_TRUE(exceptions().is_pending(kHardFault));
}

TEST_P(Faults, StoreToThePrivateBusIsNeverBuffered) {
  // Strongly-ordered: an unaligned store there faults before it leaves the core.
  code.mov32(r1, kScs + 0xD15);
  const Address at = code.pc();
  code.str(r2, r1);
  expect_fault(kHardFault, at, kUnaligned);
}

TEST_P(Faults, HardFaultHandlerMayProbeMemoryWithBfhfnmign) {
  store_word(code, kCcr, 1u << 8 | 1u << 9);
  code.udf(0);
  Assembler& hard = handler(kHardFault);
  hard.mov32(r1, kNothing);
  hard.movs(r2, 5);
  hard.ldr(r2, r1);
  hard.mov32(r3, 7);
  hard.stop();
  EXPECT_EQ(run(), StopReason::fault);
  EXPECT_EQ(reg(2), 0u);
  EXPECT_EQ(reg(3), 7u);
  EXPECT_EQ(exceptions().cfsr, kUndefInstr | kPrecisErr | kBfarValid);
  EXPECT_EQ(exceptions().bfar, kNothing);
}

TEST_P(Faults, AccessThatRunsOutOfMemoryFaults) {
  code.mov32(r1, kRam + kRamSize - 2);
  const Address at = code.pc();
  code.ldr(r2, r1);
  expect_fault(kHardFault, at, kPrecisErr | kBfarValid);
}

TEST_P(Faults, ExecutingNothingIsAnInstructionBusFault) {
  code.mov32(r0, kNothing | 1u);
  code.bx(r0);
  expect_fault(kHardFault, kNothing, kIbusErr);
}

TEST_P(Faults, ExecutingADeviceFaults) {
  code.mov32(r0, kDevice | 1u);
  code.bx(r0);
  expect_fault(kHardFault, kDevice, kIaccViol);  // the address map: peripherals never execute
}

TEST_P(Faults, RunningOffTheEndOfFlashFaultsBehindIt) {
  const Address last = kFlash + kFlashSize - 4;
  machine->load(last, {0x2001, 0x2002});  // movs r0, #1; movs r0, #2
  code.mov32(r1, last | 1u);
  code.bx(r1);
  expect_fault(kHardFault, kFlash + kFlashSize, kIbusErr);
  EXPECT_EQ(reg(0), 2u);
}

TEST_P(Faults, BranchToEvenAddressIsInvalidState) {
  code.mov32(r0, kProgram + 0x100);
  code.bx(r0);
  expect_fault(kHardFault, kProgram + 0x100, kInvState);
}

TEST_P(Faults, VectorWithoutThumbBitIsInvalidState) {
  code.svc(0);
  noting_handler(kHardFault);
  start();
  machine->poke(kFlash + 4 * kSvCall, kProgram + 0x100);
  EXPECT_EQ(run(), StopReason::fault);
  EXPECT_EQ(exceptions().ipsr(), unsigned{kHardFault});
  EXPECT_EQ(exceptions().cfsr, kInvState);
  EXPECT_EQ(reg(10), kProgram + 0x100);
}

TEST_P(Faults, BkptWithoutDebuggerIsAHardFault) {
  const Address at = code.pc();
  code.bkpt(1);
  expect_fault(kHardFault, at, 0);
  EXPECT_EQ(exceptions().hfsr, kDebugEvt);
}

TEST_P(Faults, FpInstructionWithoutFpuAccessIsNoCoprocessor) {
  const Address at = code.pc();
  code.fp(FpOperation::vadd, 0, 1, 2);
  expect_fault(kHardFault, at, kNoCp);
}

TEST_P(Faults, FlagsBeforeAFaultingFpInstructionAreStacked) {
  // Flags of the first SUBS die in the block, but not if the FP instruction faults.
  code.movs(r0, 5);
  code.subs(r1, r0, r0);  // Z and C
  const Address at = code.pc();
  code.fp(FpOperation::vadd, 0, 1, 2);
  code.subs(r0, 9);
  code.stop();
  expect_fault(kHardFault, at, kNoCp);
  EXPECT_EQ(reg(11) >> 28, 6u);
}

TEST_P(Faults, FlagsBeforeAFaultingLoadAreStacked) {
  code.mov32(r1, kNothing);
  code.movs(r0, 5);
  code.subs(r3, r0, r0);
  const Address at = code.pc();
  code.ldr(r2, r1);
  code.subs(r0, 9);
  code.stop();
  expect_fault(kHardFault, at, kPrecisErr | kBfarValid);
  EXPECT_EQ(reg(11) >> 28, 6u);
}

TEST_P(Faults, FaultingInstructionCostsNothingAndTheOnesBeforeDo) {
  code.mov32(r1, kNothing);
  code.movs(r0, 5);
  code.ldr(r2, r1);
  noting_handler(kHardFault);
  EXPECT_EQ(run(), StopReason::fault);
  const Counters counters = machine->observe().counters;
  EXPECT_EQ(counters.instructions, 3u + 2u);  // movw, movt, movs; the handler's loads
  EXPECT_TRUE(counters.adds_up());
}

TEST_P(Faults, SkippedFaultingLoadDoesNotFault) {
  code.mov32(r1, kNothing);
  code.movs(r0, 1);
  code.it(eq);
  code.ldr(r2, r1);
  code.stop();
  EXPECT_EQ(run(), StopReason::idle);
}

TEST_P(Faults, HandlerMayStepOverTheFault) {
  store_word(code, kShcsr, kUsageFaultEnabled);
  code.movs(r5, 1);
  code.udf(0);
  code.adds(r5, 1);
  code.stop();
  Assembler& usage = handler(kUsageFault);
  usage.ldr(r0, sp, 24);
  usage.adds(r0, 2);
  usage.str(r0, sp, 24);
  usage.bx(lr);
  EXPECT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(5), 2u);
}

TEST_P(Faults, InvalidExcReturnIsInvalidPc) {
  store_word(code, kShcsr, kUsageFaultEnabled);
  code.svc(0);
  code.stop();
  Assembler& svc = handler(kSvCall);
  svc.mov32(r0, 0xFFFFFFF5);
  svc.bx(r0);
  noting_handler(kUsageFault);
  EXPECT_EQ(run(), StopReason::fault);
  EXPECT_EQ(exceptions().ipsr(), unsigned{kUsageFault});
  EXPECT_EQ(exceptions().cfsr, kInvPc);
}

TEST_P(Faults, ReturnToThreadWithTwoActiveIsInvalidPc) {
  // ExceptionReturn(): NestedActivation != 1 and CCR.NONBASETHRDENA clear.
  store_word(code, kShcsr, kUsageFaultEnabled);
  code.svc(0);
  code.stop();
  Assembler& svc = handler(kSvCall);
  store_word(svc, kScs + 0xD04, 1u << 31);  // NMI preempts
  svc.nop();
  svc.bx(lr);
  Assembler& nmi = handler(kNmi);
  nmi.mov32(r0, 0xFFFFFFF9);
  nmi.bx(r0);
  noting_handler(kUsageFault);
  noting_handler(kHardFault);
  EXPECT_EQ(run(), StopReason::fault);
  EXPECT_EQ(exceptions().cfsr, kInvPc);
}

TEST_P(Faults, ExcReturnValueInThreadModeIsAPlainBranch) {
  code.mov32(r0, 0xFFFFFFF9);
  code.bx(r0);
  expect_fault(kHardFault, 0xFFFFFFF8, kIaccViol);
}

TEST_P(Faults, StackingToNothingIsAStackingError) {
  // A derived exception: BusFault is off, so HardFault is taken instead of SVCall.
  code.mov32(r0, kNothing);
  code.msr(psp, r0);
  code.movs(r0, 2);
  code.msr(control, r0);
  code.isb();
  code.svc(0);
  handler(kSvCall).stop();
  handler(kHardFault).stop();
  EXPECT_EQ(run(), StopReason::fault);
  EXPECT_EQ(exceptions().ipsr(), unsigned{kHardFault});
  EXPECT_EQ(exceptions().cfsr, kStkErr);
  EXPECT_EQ(exceptions().hfsr, kForced);
}

TEST_P(Faults, NmiIsTakenInsideHardFault) {
  code.udf(0);
  Assembler& hard = handler(kHardFault);
  store_word(hard, kScs + 0xD04, 1u << 31);
  hard.mov32(r5, 1);
  hard.stop();
  Assembler& nmi = handler(kNmi);
  nmi.mov32(r4, 1);
  nmi.bx(lr);
  EXPECT_EQ(run(), StopReason::fault);
  EXPECT_EQ(reg(4), 1u);
  EXPECT_EQ(reg(5), 1u);
}

MCOST_BOTH_LOOPS(Faults);

}  // namespace
}  // namespace mcost::test
