// The FP context: activation, lazy and immediate stacking.  Source: ARMv7-M ARM B1.5.7.
#include <gtest/gtest.h>

#include "tests/engine/engine_fixture.h"

namespace mcost::test {
namespace {

using engine::kSvCall;
using engine::StopReason;

constexpr Address kFpccr = kScs + 0xF34;
constexpr std::uint32_t kAspen = 1u << 31;
constexpr std::uint32_t kLspen = 1u << 30;
constexpr std::uint32_t kFpca = 4;
constexpr std::uint32_t kOne = 0x3F800000;    // 1.0f
constexpr std::uint32_t kTwo = 0x40000000;    // 2.0f
constexpr std::uint32_t kThree = 0x40400000;  // 3.0f
constexpr Address kFrame = kStackTop - 0x68;

class FloatingPoint : public EngineTest {
 protected:
  void enable_fpu() {
    store_word(code, kScs + 0xD88, 0x00F00000);
    code.isb();
  }
  /// S0 = 1.0, S1 = 2.0, S15 = 3.0.
  void set_singles() {
    code.mov32(r0, kOne);
    code.vmov_to_single(0, r0);
    code.mov32(r0, kTwo);
    code.vmov_to_single(1, r0);
    code.mov32(r0, kThree);
    code.vmov_to_single(15, r0);
  }
};

TEST_P(FloatingPoint, FirstInstructionActivatesTheContext) {
  enable_fpu();
  code.mrs(r8, control);
  code.fp(FpOperation::vadd, 2, 0, 1);
  code.mrs(r9, control);
  code.stop();
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(8), 0u);
  EXPECT_EQ(reg(9), kFpca);
}

TEST_P(FloatingPoint, SkippedInstructionDoesNotActivateTheContext) {
  enable_fpu();
  code.movs(r0, 1);
  code.it(eq);
  code.fp(FpOperation::vadd, 2, 0, 1);
  code.mrs(r9, control);
  code.stop();
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(9), 0u);
}

TEST_P(FloatingPoint, LazyEntryReservesButDoesNotWrite) {
  enable_fpu();
  set_singles();
  code.svc(0);
  code.mrs(r8, control);
  code.stop();
  Assembler& svc = handler(kSvCall);
  svc.mov(r4, sp);
  svc.mov(r5, lr);
  svc.mrs(r9, control);
  svc.bx(lr);
  for (unsigned i = 0; i < 18; ++i) machine->poke(kFrame + 32 + 4 * i, 0xEEEEEEEE);
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(4), kFrame);
  EXPECT_EQ(reg(5), 0xFFFFFFE9u);
  EXPECT_EQ(reg(9), 0u);
  EXPECT_EQ(reg(8), kFpca);
  EXPECT_EQ(machine->peek(kFrame + 32), 0xEEEEEEEEu);
  EXPECT_EQ(machine->engine().core().s[15], kThree);
  EXPECT_EQ(reg(sp), kStackTop);
  EXPECT_EQ(exceptions().fpccr & 1u, 0u);
}

TEST_P(FloatingPoint, FirstUseInTheHandlerSavesAndReturnRestores) {
  enable_fpu();
  set_singles();
  code.svc(0);
  code.vmov_to_core(r8, 0);
  code.vmov_to_core(r9, 15);
  code.stop();
  Assembler& svc = handler(kSvCall);
  svc.mov32(r0, 0x41200000);
  svc.vmov_to_single(0, r0);
  svc.vmov_to_single(15, r0);
  svc.ldr(r4, sp, 32);
  svc.ldr(r5, sp, 32 + 60);
  svc.bx(lr);
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(4), kOne);
  EXPECT_EQ(reg(5), kThree);
  EXPECT_EQ(reg(8), kOne);
  EXPECT_EQ(reg(9), kThree);
}

TEST_P(FloatingPoint, WithoutLspenEntrySavesAtOnce) {
  enable_fpu();
  store_word(code, kFpccr, kAspen);
  set_singles();
  code.svc(0);
  code.vmov_to_core(r8, 1);
  code.stop();
  Assembler& svc = handler(kSvCall);
  svc.ldr(r4, sp, 32 + 4);
  svc.mov(r5, lr);
  svc.bx(lr);
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(4), kTwo);
  EXPECT_EQ(reg(5), 0xFFFFFFE9u);
  EXPECT_EQ(reg(8), kTwo);
}

TEST_P(FloatingPoint, WithoutAspenFramesStayBasic) {
  enable_fpu();
  store_word(code, kFpccr, kLspen);
  set_singles();
  code.svc(0);
  code.mrs(r8, control);
  code.stop();
  Assembler& svc = handler(kSvCall);
  svc.mov(r4, sp);
  svc.mov(r5, lr);
  svc.bx(lr);
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(4), kStackTop - 0x20);
  EXPECT_EQ(reg(5), 0xFFFFFFF9u);
  EXPECT_EQ(reg(8), 0u);
}

TEST_P(FloatingPoint, NestedEntryWithPendingLazySaveStacksABasicFrame) {
  enable_fpu();
  set_singles();
  code.svc(0);
  code.vmov_to_core(r8, 0);
  code.stop();
  Assembler& svc = handler(kSvCall);
  svc.mov(r9, sp);
  svc.mov(r10, lr);
  store_word(svc, kScs + 0xD04, 1u << 31);
  svc.nop();
  svc.bx(r10);
  Assembler& nmi = handler(engine::kNmi);
  nmi.mov(r4, sp);
  nmi.mov(r5, lr);
  nmi.mov32(r0, kTwo);
  nmi.vmov_to_single(0, r0);  // saves thread's S0 into the frame below
  nmi.bx(lr);
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(4), reg(9) - 0x20);
  EXPECT_EQ(reg(5), 0xFFFFFFF1u);
  EXPECT_EQ(reg(8), kOne);
}

TEST_P(FloatingPoint, HandlerStartsFromTheDefaultFpscr) {
  enable_fpu();
  store_word(code, kScs + 0xF3C, 1u << 24);  // FPDSCR.FZ
  code.fp(FpOperation::vadd, 2, 0, 1);
  code.svc(0);
  code.vmrs(r9);
  code.stop();
  Assembler& svc = handler(kSvCall);
  svc.vmrs(r4);
  svc.bx(lr);
  ASSERT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(4), 1u << 24);
}

MCOST_BOTH_LOOPS(FloatingPoint);

}  // namespace
}  // namespace mcost::test
