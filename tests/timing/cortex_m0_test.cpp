// What the instruction table does not show of the Cortex-M0: wait states, the small multiplier,
// exceptions.
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "sim_core/pipeline/registry.h"

namespace mcost::pipeline {
namespace {

using isa::TimingClass;

constexpr std::uint8_t kCodeMemory = 1;
constexpr std::uint8_t kDataMemory = 2;

/// Two wait states on code, three on data.
class SlowPort final : public bus::TimingPort {
 public:
  bus::Wait fetch(Address address, Cycles) override {
    fetched.push_back(address);
    return {2, kCodeMemory, bus::CorePort::system};
  }
  bus::Wait data(const bus::Access& access, unsigned, Cycles) override {
    return {3, kDataMemory, access.port};
  }
  std::vector<Address> fetched;
};

bus::Access word() {
  return {0x20000000, 4, bus::AccessKind::read, kDataMemory, bus::CorePort::system, true};
}

struct Core {
  explicit Core(const char* name = "cortex-m0", const CoreParameters& parameters = {})
      : model(make_pipeline_model(name, parameters)), state(model->reset_state()) {}

  Advance run(OpTiming op, const std::vector<bus::Access>& accesses = {}, bool taken = false) {
    Outcome outcome;
    outcome.pc = pc;
    outcome.accesses = accesses;
    outcome.branch_taken = taken;
    pc += op.size_bytes;
    return model->advance(state, op, outcome, port);
  }
  std::unique_ptr<PipelineModel> model;
  State state;
  SlowPort port;
  Address pc = 0x1000;
};

OpTiming of_class(TimingClass timing_class, std::uint8_t size_bytes = 2) {
  OpTiming op;
  op.timing_class = timing_class;
  op.size_bytes = size_bytes;
  return op;
}

std::uint32_t cycles_of(const Advance& advance, Cause cause) {
  std::uint32_t sum = 0;
  for (const Charge& charge : advance.charges.parts())
    sum += charge.cause == cause ? charge.cycles : 0;
  return sum;
}

TEST(CortexM0Bus, EveryFetchedWordAddsItsWaitStates) {
  Core core;
  EXPECT_EQ(core.run(of_class(TimingClass::alu)).charges.total(), 3u);
  EXPECT_EQ(core.run(of_class(TimingClass::alu)).charges.total(), 1u);  // the word's second half
  const Advance next = core.run(of_class(TimingClass::alu));
  EXPECT_EQ(next.charges.total(), 3u);
  EXPECT_EQ(cycles_of(next, Cause::fetch_wait), 2u);
  EXPECT_EQ(core.port.fetched, (std::vector<Address>{0x1000, 0x1004}));
}

TEST(CortexM0Bus, WideInstructionAcrossTwoWordsNeedsBoth) {
  Core core;
  core.run(of_class(TimingClass::alu));
  const Advance barrier = core.run(of_class(TimingClass::system, 4));
  EXPECT_EQ(barrier.charges.total(), 6u);  // MRS, one more word
  EXPECT_EQ(core.port.fetched, (std::vector<Address>{0x1000, 0x1004}));
  EXPECT_EQ(core.run(of_class(TimingClass::alu)).charges.total(), 1u);
}

TEST(CortexM0Bus, EveryDataWordAddsItsWaitStates) {
  Core core;
  core.run(of_class(TimingClass::alu));
  const Advance one = core.run(of_class(TimingClass::load), {word()});
  EXPECT_EQ(one.charges.total(), 5u);
  EXPECT_EQ(cycles_of(one, Cause::data_wait), 3u);
  EXPECT_EQ(one.data_phase, 4u);
  core.run(of_class(TimingClass::alu));
  EXPECT_EQ(
      core.run(of_class(TimingClass::load_multiple), {word(), word(), word()}).charges.total(),
      13u);
}

TEST(CortexM0Bus, TargetOfABranchIsFetchedAnew) {
  Core core;
  EXPECT_EQ(core.run(of_class(TimingClass::branch), {}, true).charges.total(), 5u);
  EXPECT_EQ(core.run(of_class(TimingClass::alu)).charges.total(), 3u);
}

TEST(CortexM0Options, SmallMultiplierTakes32Cycles) {
  Core core("cortex-m0", {.multiply_cycles = 32});
  core.run(of_class(TimingClass::alu));
  EXPECT_EQ(core.run(of_class(TimingClass::multiply)).charges.total(), 32u);
  EXPECT_GE(core.model->worst_case(of_class(TimingClass::multiply)), 32u);
}

TEST(CortexM0Exceptions, EntryTakesTheDocumentedCycles) {
  Core m0;
  EXPECT_EQ(m0.model->exception(m0.state, ExceptionEvent::entry, 8).total(), 16u);
  Core m0plus("cortex-m0plus");
  EXPECT_EQ(m0plus.model->exception(m0plus.state, ExceptionEvent::entry, 8).total(), 15u);
  EXPECT_EQ(m0.state, m0.model->reset_state());
}

}  // namespace
}  // namespace mcost::pipeline
