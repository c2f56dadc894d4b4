// What an M7 needs of advance() and its state, shown on a toy core: pairs that form across block
// boundaries, and results that are late around a loop's back edge.
#include "tests/engine/toy_dual_issue.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/support/test_machine.h"

namespace mcost::test {
namespace {

using engine::StopReason;

class DualIssue : public testing::Test {
 protected:
  struct Cost {
    Cycles cycles = 0;
    Counters counters;
  };
  /// Runs the program `write` makes, with blocks of at most `longest` instructions.
  Cost run(const std::function<void(Assembler&)>& write, unsigned longest = 32,
           const std::vector<Address>& hooks = {}) {
    TestSetup setup;
    setup.engine.longest_block = longest;
    setup.engine.memoise = longest != 1;
    TestMachine machine(model_, setup);
    Assembler code(kProgram);
    write(code);
    code.stop();
    machine.load(code);
    machine.reset();
    for (const Address hook : hooks) machine.engine().add_hook(hook);
    EXPECT_EQ(machine.run(), StopReason::idle);
    const Observation seen = machine.observe();
    return {seen.now, seen.counters};
  }

 private:
  ToyDualIssue model_;
};

TEST_F(DualIssue, IndependentInstructionsShareACycle) {
  const auto pair = run([](Assembler& code) {
    code.movs(r0, 1);
    code.movs(r1, 2);
  });
  EXPECT_EQ(pair.cycles, 1u);
  EXPECT_EQ(pair.counters.folded, 1u);
}

TEST_F(DualIssue, DependentInstructionsDoNot) {
  const auto chain = run([](Assembler& code) {
    code.movs(r0, 1);
    code.adds(r0, 1);
  });
  EXPECT_EQ(chain.cycles, 2u);
}

TEST_F(DualIssue, PairsFormAcrossBlockBoundaries) {
  const auto four = [](Assembler& code) {
    code.movs(r0, 1);
    code.movs(r1, 2);
    code.movs(r2, 3);
    code.movs(r3, 4);
  };
  const auto whole = run(four);
  EXPECT_EQ(whole.cycles, 2u);
  for (const unsigned longest : {1u, 2u, 3u}) EXPECT_EQ(run(four, longest).cycles, 2u) << longest;
  // A hook between the two of a pair takes them apart in blocks, not in time.
  EXPECT_EQ(run(four, 32, {kProgram + 2}).cycles, 2u);
  EXPECT_EQ(run(four, 32, {kProgram + 2, kProgram + 6}).counters, whole.counters);
}

/// A loop of `rounds` whose first instruction may wait for the last multiply of the round before.
void accumulate(Assembler& code, unsigned rounds, bool carried) {
  code.movw(r7, rounds);
  const auto top = code.here();
  code.four(FourRegister::mla, r0, r1, r2, carried ? r0 : r3);
  code.subs(r7, 1);
  code.b(ne, top);
}

TEST_F(DualIssue, LatencyIsCarriedAroundTheLoop) {
  const auto cost = [&](unsigned rounds, bool carried) {
    return run([&](Assembler& code) { accumulate(code, rounds, carried); }).cycles;
  };
  // Per round: MLA with SUBS (1 cycle), the branch (1) and its refill (1). A product is late by 4
  // cycles, of which 2 have passed when the next round needs it.
  EXPECT_EQ(cost(101, false) - cost(100, false), 3u);
  EXPECT_EQ(cost(101, true) - cost(100, true), 3u + 2u);
}

TEST_F(DualIssue, LateLoadWaitsInTheNextBlock) {
  const auto cost = [&](bool uses, unsigned longest) {
    return run(
               [&](Assembler& code) {
                 code.mov32(r6, kFlashData);
                 code.ldr(r0, r6);
                 const auto next = code.label();
                 code.b(next);  // ends the block
                 code.bind(next);
                 code.data(Wide::add, false, r1, uses ? r0 : r2, 1);
               },
               longest)
        .cycles;
  };
  // The branch and its refill hide 2 of the load's 3 cycles: the state knows what is left.
  EXPECT_EQ(cost(true, 32), cost(false, 32) + 1);
  EXPECT_EQ(cost(true, 1), cost(true, 32));
}

TEST_F(DualIssue, TwoLoadsShareACycleIfTheirBanksDiffer) {
  const auto cost = [&](unsigned offset, unsigned longest) {
    return run(
               [&](Assembler& code) {
                 code.mov32(r6, kFlashData);
                 code.movs(r7, 8);
                 const auto top = code.here();
                 code.ldr_narrow(r0, r6, 0);
                 code.ldr_narrow(r1, r6, offset);
                 code.movs(r2, 0);
                 code.subs(r7, 1);
                 code.b(ne, top);
               },
               longest)
        .cycles;
  };
  EXPECT_EQ(cost(8, 32), cost(4, 32) + 8);
  for (const unsigned offset : {4u, 8u}) EXPECT_EQ(cost(offset, 1), cost(offset, 32)) << offset;
}

TEST_F(DualIssue, AMispredictedBranchCostsMoreThanItsRefill) {
  const auto loop = [](unsigned rounds) {
    return [rounds](Assembler& code) {
      code.movs(r7, rounds);
      const auto top = code.here();
      code.subs(r7, 1);
      code.b(ne, top);
    };
  };
  for (const unsigned longest : {1u, 32u}) {
    const auto once = run(loop(1), longest).counters;
    const auto often = run(loop(10), longest).counters;
    const auto cause = [](const Counters& c, Cause of) {
      return c.by_cause[static_cast<unsigned>(of)];
    };
    // The first taken branch and the last, not taken, are wrong. Not taken, it costs nothing here.
    EXPECT_EQ(cause(once, Cause::mispredict), 0u);
    EXPECT_EQ(cause(often, Cause::mispredict), 5u);
    EXPECT_EQ(cause(often, Cause::refill), 8u);
  }
}

}  // namespace
}  // namespace mcost::test
