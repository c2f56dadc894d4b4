// What a run does, counted beside its cycles: classes of instructions.
#include <gtest/gtest.h>

#include <array>

#include "tests/engine/engine_fixture.h"

namespace mcost::test {
namespace {

using engine::StopReason;

class Activity : public EngineTest {};

TEST_P(Activity, EveryInstructionHasAClassUnlessItIsSkipped) {
  store_word(code, kScs + 0xD88, 0x00F00000);  // 4 moves, a store
  code.mov32(r0, kRam);                        // 2 moves
  code.movs(r1, 12);
  code.movs(r2, 5);
  code.three(ThreeRegister::mul, r3, r1, r2);
  code.four(FourRegister::smlad, r3, r1, r2, r3);
  code.long_multiply(LongMultiply::umull, r4, r5, r1, r2);
  code.three(ThreeRegister::udiv, r3, r1, r2);
  code.three(ThreeRegister::qadd, r3, r1, r2);
  code.push(0x0F);
  code.pop(0x0F);
  code.ldr(r4, r0);
  code.vldr(1, r0, 0);
  code.fp(FpOperation::vmla, 0, 1, 1);
  code.vmov_to_core(r4, 0);
  code.cmp(r1, 12);
  code.it(eq, "e");
  code.movs(r4, 1);
  code.movs(r4, 2);  // skipped
  code.nop();
  const Assembler::Label next = code.label();
  code.b(next);
  code.bind(next);
  code.isb();
  code.stop();
  machine->poke(kRam, 0x3F800000);
  ASSERT_EQ(run(), StopReason::idle);
  const Counters seen = machine->observe().counters;
  const std::array<std::uint64_t, kInstructionClasses> expected = {
      4 + 2 + 2 + 1 + 1 + 1,  // QADD, CMP and the move that is not skipped
      4,
      2,
      1 + 4,
      1,
      3  // IT, NOP, ISB
  };
  EXPECT_EQ(seen.by_class, expected);
  EXPECT_EQ(seen.skipped, 1u);
  EXPECT_TRUE(seen.adds_up());
}

MCOST_BOTH_LOOPS(Activity);

}  // namespace
}  // namespace mcost::test
