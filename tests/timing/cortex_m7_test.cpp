// What the rules do not show of the Cortex-M7: the branch predictor, parameters, causes, waits of
// memories, the double cases, exceptions and the state.
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "sim_core/pipeline/registry.h"

namespace mcost::pipeline {
namespace {

using isa::core_register;
using isa::TimingClass;

constexpr std::uint8_t kSlowMemory = 7;

/// Answers at once, but for kSlowMemory, which takes three cycles more, and for fetches if told so.
class Port final : public bus::TimingPort {
 public:
  bus::Wait fetch(Address address, Cycles) override {
    fetched.push_back(address);
    return {fetch_wait, 0, bus::CorePort::itcm};
  }
  bus::Wait data(const bus::Access& access, unsigned, Cycles) override {
    return {access.memory == kSlowMemory ? 3u : 0u, access.memory, access.port};
  }
  unsigned fetch_wait = 0;
  std::vector<Address> fetched;
};

struct Core {
  explicit Core(const CoreParameters& parameters = {})
      : model(make_pipeline_model("cortex-m7", parameters)), state(model->reset_state()) {}

  Advance run(const OpTiming& op, const std::vector<bus::Access>& accesses = {}) {
    Outcome outcome;
    outcome.accesses = accesses;
    return run(op, outcome);
  }
  Advance run(const OpTiming& op, Outcome outcome) {
    outcome.pc = pc;
    pc = outcome.branch_taken ? outcome.target : pc + op.size_bytes;
    return model->advance(state, op, outcome, port);
  }
  /// Something that issues alone.
  void separate() { run(of_class(TimingClass::system)); }
  static OpTiming of_class(TimingClass timing_class) {
    OpTiming op;
    op.timing_class = timing_class;
    op.size_bytes = 4;
    return op;
  }
  std::unique_ptr<PipelineModel> model;
  State state;
  Port port;
  Address pc = 0x1000;
};

OpTiming alu(unsigned rd, unsigned rn) {
  OpTiming op = Core::of_class(TimingClass::alu);
  op.roles.writes = op.roles.by_alu = core_register(rd);
  op.roles.reads = core_register(rn);
  return op;
}

OpTiming load(unsigned rt, unsigned rn) {
  OpTiming op = Core::of_class(TimingClass::load);
  op.transfers = 1;
  op.access_bytes = 4;
  op.roles.base = op.roles.reads = core_register(rn);
  op.roles.writes = op.roles.by_load = core_register(rt);
  return op;
}

bus::Access access(bus::AccessKind kind, std::uint8_t memory = 1) {
  return {0x20000000, 4, kind, memory, bus::CorePort::dtcm, true};
}

std::uint32_t cycles_of(const Advance& advance, Cause cause) {
  std::uint32_t sum = 0;
  for (const Charge& charge : advance.charges.parts())
    sum += charge.cause == cause ? charge.cycles : 0;
  return sum;
}

OpTiming conditional_branch(Address target) {
  OpTiming op = Core::of_class(TimingClass::branch);
  op.conditional = true;
  op.writes_pc = true;
  op.direct_target = target;
  return op;
}

OpTiming indirect_branch() {
  OpTiming op = Core::of_class(TimingClass::branch_register);
  op.writes_pc = true;
  return op;
}

TEST(CortexM7Predictor, LoopMispredictsItsLastBranchOnly) {
  const auto predictor = Core().model->make_predictor();
  const OpTiming back = conditional_branch(0x1000);
  for (unsigned pass = 0; pass < 3; ++pass) {
    for (unsigned i = 0; i < 9; ++i) EXPECT_TRUE(predictor->resolve(back, 0x1010, true, 0x1000));
    EXPECT_FALSE(predictor->resolve(back, 0x1010, false, 0));
  }
}

TEST(CortexM7Predictor, UnknownForwardBranchIsTakenAsNotTaken) {
  const auto predictor = Core().model->make_predictor();
  const OpTiming forward = conditional_branch(0x2000);
  EXPECT_TRUE(predictor->resolve(forward, 0x1000, false, 0));
  EXPECT_FALSE(predictor->resolve(forward, 0x1000, true, 0x2000));
  EXPECT_TRUE(predictor->resolve(forward, 0x1000, true, 0x2000));
}

TEST(CortexM7Predictor, IndirectBranchGoesWhereItWentLast) {
  const auto predictor = Core().model->make_predictor();
  EXPECT_FALSE(predictor->resolve(indirect_branch(), 0x1000, true, 0x2000));
  EXPECT_TRUE(predictor->resolve(indirect_branch(), 0x1000, true, 0x2000));
  EXPECT_FALSE(predictor->resolve(indirect_branch(), 0x1000, true, 0x3000));
  EXPECT_TRUE(predictor->resolve(indirect_branch(), 0x1000, true, 0x3000));
}

TEST(CortexM7Predictor, DirectBranchesAreAlwaysKnown) {
  const auto predictor = Core().model->make_predictor();
  OpTiming always = conditional_branch(0x2000);
  always.conditional = false;
  EXPECT_TRUE(predictor->resolve(always, 0x1000, true, 0x2000));
}

TEST(CortexM7Predictor, ForgetsTheLeastRecentBranchWhenFull) {
  const auto predictor = Core({.btac_entries = 2}).model->make_predictor();
  const OpTiming forward = conditional_branch(0x9000);
  for (const Address pc : {0x1000u, 0x2000u}) predictor->resolve(forward, pc, true, 0x9000);
  EXPECT_TRUE(predictor->resolve(forward, 0x1000, true, 0x9000));
  EXPECT_FALSE(predictor->resolve(forward, 0x3000, true, 0x9000));  // in place of 0x2000
  EXPECT_TRUE(predictor->resolve(forward, 0x1000, true, 0x9000));
  EXPECT_FALSE(predictor->resolve(forward, 0x2000, true, 0x9000));
}

TEST(CortexM7Causes, NameWhatAnInstructionWaitedFor) {
  Core core;
  core.separate();
  core.run(alu(2, 3));
  EXPECT_EQ(
      cycles_of(core.run(load(4, 2), {access(bus::AccessKind::read)}), Cause::address_interlock),
      1u);
  EXPECT_EQ(cycles_of(core.run(alu(5, 4)), Cause::issue), 1u);
  Outcome wrong;
  wrong.predicted = false;
  const Advance branch = core.run(conditional_branch(0x2000), wrong);
  EXPECT_EQ(cycles_of(branch, Cause::mispredict), 6u);
}

TEST(CortexM7Memory, LoadsWaitAndStoresDoNot) {
  Core core;
  core.separate();
  const Advance slow = core.run(load(4, 2), {access(bus::AccessKind::read, kSlowMemory)});
  EXPECT_EQ(slow.charges.total(), 4u);
  EXPECT_EQ(cycles_of(slow, Cause::data_wait), 3u);
  OpTiming store = Core::of_class(TimingClass::store);
  store.transfers = 1;
  store.access_bytes = 4;
  // Each takes four cycles to drain. Two have gone when the buffer of five is full.
  for (unsigned i = 0; i < 7; ++i) {
    EXPECT_EQ(core.run(store, {access(bus::AccessKind::write, kSlowMemory)}).charges.total(), 1u);
  }
  EXPECT_EQ(core.run(store, {access(bus::AccessKind::write, kSlowMemory)}).charges.total(), 3u);
  EXPECT_EQ(core.run(store, {access(bus::AccessKind::write, kSlowMemory)}).charges.total(), 4u);
}

TEST(CortexM7Fetch, ReadsDoublewordsAheadOfIssue) {
  Core core;
  core.port.fetch_wait = 2;
  core.run(alu(0, 1));
  std::uint32_t cycles = 0;
  for (unsigned i = 0; i < 40; ++i) cycles += core.run(alu(i % 4, 5)).charges.total();
  EXPECT_EQ(cycles, 60u);  // a doubleword of two instructions takes three cycles
  EXPECT_EQ(core.port.fetched.front(), 0x1000u);
  EXPECT_EQ(core.port.fetched[1], 0x1008u);
}

TEST(CortexM7Fetch, QueueOfFourHidesWaitsBehindSlowInstructions) {
  Core core({.divide_cycles = 12});
  core.port.fetch_wait = 2;
  core.run(alu(0, 1));
  core.run(Core::of_class(TimingClass::divide));
  // Three doublewords came meanwhile: six instructions, two a cycle.
  std::uint32_t cycles = 0;
  for (unsigned i = 0; i < 6; ++i) cycles += core.run(alu(i, 8)).charges.total();
  EXPECT_EQ(cycles, 3u);
}

TEST(CortexM7Parameters, DivideTakesWhatTheBoardSays) {
  Core core({.divide_cycles = 9});
  core.separate();
  EXPECT_EQ(core.run(Core::of_class(TimingClass::divide)).charges.total(), 9u);
  EXPECT_GE(core.model->worst_case(Core::of_class(TimingClass::divide)), 9u);
}

TEST(CortexM7Parameters, WrongTargetCostsWhatTheBoardSays) {
  OpTiming jump = Core::of_class(TimingClass::branch);
  jump.conditional = false;
  jump.direct_target = 0;
  const auto lost = [&](std::uint32_t cycles) {
    Core core({.indirect_mispredict_cycles = cycles});
    core.separate();
    Outcome wrong;
    wrong.branch_taken = true;
    wrong.predicted = false;
    wrong.target = 0x2000;
    EXPECT_GE(core.model->worst_case(jump), cycles + 2);
    return core.run(jump, wrong).charges.total();
  };
  EXPECT_EQ(lost(11), lost(6) + 5);
}

TEST(CortexM7Doubles, AreTimedByCase) {
  const Core core;
  const auto number = [&](std::uint32_t first, std::uint32_t second) {
    return core.model->operand_cycles(TimingClass::fp_add, false, first, second);
  };
  EXPECT_EQ(number(0x3FF00000, 0x3FF80000), 1);
  EXPECT_EQ(number(0x3FF00000, 0xBFF80001), 1);
  EXPECT_EQ(number(0x3FF00000, 0x40000000), 2);
  EXPECT_EQ(number(0x3FF00000, 0x00000001), 3);
  EXPECT_EQ(number(0x80000000, 0x3FF00000), 4);
  EXPECT_EQ(core.model->operand_cycles(TimingClass::multiply_long, true, 1, 1), 0);
  EXPECT_EQ(core.model->operand_cycles(TimingClass::divide, true, 1, 1), 0);
}

TEST(CortexM7Exceptions, EntryTakesTwelveCyclesAndForgetsThePipeline) {
  Core core;
  core.run(load(4, 2), {access(bus::AccessKind::read)});
  EXPECT_EQ(core.model->exception(core.state, ExceptionEvent::entry, 8).total(), 12u);
  EXPECT_EQ(core.run(alu(5, 4)).charges.total(), 1u);
}

TEST(CortexM7State, ForgetsWhatNoLongerMatters) {
  Core busy;
  busy.run(load(4, 2), {access(bus::AccessKind::read)});
  busy.run(alu(5, 4));
  Core idle;
  idle.separate();
  idle.separate();
  for (unsigned i = 0; i < 30; ++i) busy.separate(), idle.separate();
  EXPECT_EQ(busy.state, idle.state);
}

}  // namespace
}  // namespace mcost::pipeline
