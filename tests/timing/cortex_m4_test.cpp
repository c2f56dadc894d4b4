// What the measured rows do not show of the Cortex-M4: FPU, unaligned accesses, write buffer,
// exceptions, causes, and the pipeline state. Zero-wait memories unless said.
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "sim_core/pipeline/registry.h"

namespace mcost::pipeline {
namespace {

using isa::core_register;
using isa::single_register;
using isa::TimingClass;

constexpr Address kCode = 0x1000;
constexpr std::uint8_t kSlowMemory = 7;

/// Answers at once, but for kSlowMemory, which takes three cycles more.
class IdealPort final : public bus::TimingPort {
 public:
  bus::Wait fetch(Address, Cycles) override { return {}; }
  bus::Wait data(const bus::Access& access, unsigned, Cycles) override {
    return {access.memory == kSlowMemory ? 3u : 0u, access.memory, access.port};
  }
};

bus::Access access(bus::AccessKind kind, std::uint8_t memory = 1) {
  return {0x20000000, 4, kind, memory, bus::CorePort::system, true};
}

OpTiming of_class(TimingClass timing_class) {
  OpTiming op;
  op.timing_class = timing_class;
  return op;
}

/// Feeds instructions to the model, each 16 bits long, one behind the other.
struct Core {
  Advance run(OpTiming op, std::vector<bus::Access> accesses = {},
              std::uint8_t operand_cycles = 0) {
    Outcome outcome;
    outcome.pc = pc;
    outcome.accesses = accesses;
    outcome.operand_cycles = operand_cycles;
    pc += op.size_bytes;
    return model->advance(state, op, outcome, port);
  }
  void run_nops(unsigned count) {
    for (unsigned i = 0; i < count; ++i) run(of_class(TimingClass::nop));
  }
  std::unique_ptr<PipelineModel> model = make_pipeline_model("cortex-m4");
  State state = model->reset_state();
  IdealPort port;
  Address pc = kCode;
};

std::uint32_t cycles_of(const Advance& advance, Cause cause) {
  std::uint32_t sum = 0;
  for (const Charge& charge : advance.charges.parts())
    sum += charge.cause == cause ? charge.cycles : 0;
  return sum;
}

OpTiming alu(unsigned rd) {
  OpTiming op;
  op.roles.writes = op.roles.by_alu = core_register(rd);
  return op;
}

OpTiming load(unsigned rt, unsigned rn) {
  OpTiming op = of_class(TimingClass::load);
  op.transfers = 1;
  op.roles.base = op.roles.reads = core_register(rn);
  op.roles.writes = op.roles.by_load = core_register(rt);
  return op;
}

OpTiming store(unsigned rt, unsigned rn) {
  OpTiming op = of_class(TimingClass::store);
  op.transfers = 1;
  op.roles.base = core_register(rn);
  op.roles.store_data = core_register(rt);
  op.roles.reads = op.roles.base | op.roles.store_data;
  return op;
}

OpTiming fp(TimingClass timing_class, unsigned sd, unsigned sn, unsigned sm) {
  OpTiming op = of_class(timing_class);
  op.roles.factor = single_register(sn) | single_register(sm);
  op.roles.reads = op.roles.factor;
  op.roles.writes = op.roles.by_fp = single_register(sd);
  if (timing_class == TimingClass::fp_multiply_accumulate) {
    op.roles.accumulator = single_register(sd);
    op.roles.reads |= op.roles.accumulator;
  }
  return op;
}

TEST(CortexM4Pipeline, DivideTakesWhatTheRuleSays) {
  const Core core;
  const auto cycles = [&](bool is_signed, std::uint32_t n, std::uint32_t d) {
    return core.model->operand_cycles(TimingClass::divide, is_signed, n, d);
  };
  EXPECT_EQ(cycles(false, 0, 5), 2);
  EXPECT_EQ(cycles(false, 5, 0), 2);
  EXPECT_EQ(cycles(false, 3, 4), 3);
  EXPECT_EQ(cycles(false, 4, 4), 5);
  EXPECT_EQ(cycles(false, 0x80, 0x10), 5);   // distance 3
  EXPECT_EQ(cycles(false, 0x100, 0x10), 6);  // distance 4
  EXPECT_EQ(cycles(false, 0xFFFFFFFF, 1), 12);
  EXPECT_EQ(cycles(true, 0xFFFFFFFF, 1), 5);  // -1 / 1
  EXPECT_EQ(cycles(true, 8, 0xFFFFFFFF), 6);  // divisor -1, a power of two: distance 3 + 1
  EXPECT_EQ(cycles(true, 8, 0xFFFFFFFD), 5);  // divisor -3
  EXPECT_EQ(cycles(true, 0x80000000, 0xFFFFFFFD), 12);  // distance 30 - 1
  EXPECT_EQ(core.model->operand_cycles(TimingClass::multiply_long, true, 123456, 654321), 0);
}

TEST(CortexM4Pipeline, DivideChargesOperandCyclesBeyondTheShortest) {
  Core core;
  core.run_nops(8);
  const Advance divide = core.run(of_class(TimingClass::divide), {}, 10);
  EXPECT_EQ(divide.charges.total(), 10u);
  EXPECT_EQ(cycles_of(divide, Cause::operand), 8u);
}

TEST(CortexM4Pipeline, AluResultAsBaseOfTheNextLoadCostsACycle) {
  Core core;
  core.run_nops(8);
  core.run(alu(2));
  const Advance dependent = core.run(load(3, 2), {access(bus::AccessKind::read)});
  EXPECT_EQ(dependent.charges.total(), 3u);
  EXPECT_EQ(cycles_of(dependent, Cause::address_interlock), 1u);
}

TEST(CortexM4Pipeline, AluResultTwoInstructionsAheadOfALoadCostsNothing) {
  Core core;
  core.run_nops(8);
  core.run(alu(2));
  core.run(alu(4));
  EXPECT_EQ(core.run(load(3, 2), {access(bus::AccessKind::read)}).charges.total(), 2u);
}

TEST(CortexM4Pipeline, LoadsOfOneMemoryOverlap) {
  Core core;
  core.run_nops(8);
  EXPECT_EQ(core.run(load(2, 5), {access(bus::AccessKind::read)}).charges.total(), 2u);
  EXPECT_EQ(core.run(load(3, 5), {access(bus::AccessKind::read)}).charges.total(), 1u);
  EXPECT_EQ(core.run(load(4, 3), {access(bus::AccessKind::read)}).charges.total(),
            2u);  // base loaded
  EXPECT_EQ(core.run(load(6, 5), {access(bus::AccessKind::read, 2)}).charges.total(), 2u);
}

TEST(CortexM4Pipeline, UnalignedAccessesTakeACyclePerPart) {
  Core core;
  core.run_nops(8);
  const bus::Access part = access(bus::AccessKind::read);
  EXPECT_EQ(core.run(load(2, 5), {part, part}).charges.total(), 3u);
  EXPECT_EQ(core.run(load(3, 5), {part, part, part}).charges.total(), 4u);
}

TEST(CortexM4Pipeline, LoadWaitsAreChargedToTheMemory) {
  Core core;
  core.run_nops(8);
  const Advance slow = core.run(load(2, 5), {access(bus::AccessKind::read, kSlowMemory)});
  EXPECT_EQ(slow.charges.total(), 5u);
  EXPECT_EQ(cycles_of(slow, Cause::data_wait), 3u);
  EXPECT_EQ(slow.data_phase, 4u);
}

TEST(CortexM4Pipeline, WriteBufferHidesAStoreUntilTheNextAccess) {
  Core core;
  core.run_nops(8);
  EXPECT_EQ(core.run(store(2, 5), {access(bus::AccessKind::write, kSlowMemory)}).charges.total(),
            1u);
  EXPECT_EQ(core.run(alu(3)).charges.total(), 1u);
  const Advance next = core.run(load(4, 6), {access(bus::AccessKind::read)});
  EXPECT_EQ(next.charges.total(), 4u);  // the store's data phase takes cycles 1 to 4 behind it
  EXPECT_EQ(cycles_of(next, Cause::store_wait), 2u);
}

TEST(CortexM4Pipeline, StoreWithoutBufferStallsForTheMemory) {
  Core core;
  core.run_nops(8);
  bus::Access device = access(bus::AccessKind::write, kSlowMemory);
  device.bufferable = false;
  const Advance slow = core.run(store(2, 5), {device});
  EXPECT_EQ(slow.charges.total(), 4u);
  EXPECT_EQ(cycles_of(slow, Cause::store_wait), 3u);
}

TEST(CortexM4Fpu, ResultUsedByTheNextInstructionCostsACycle) {
  Core core;
  core.run_nops(8);
  EXPECT_EQ(core.run(fp(TimingClass::fp_add, 0, 1, 2)).charges.total(), 1u);
  const Advance next = core.run(fp(TimingClass::fp_multiply, 3, 0, 1));
  EXPECT_EQ(next.charges.total(), 2u);
  EXPECT_EQ(cycles_of(next, Cause::result_latency), 1u);
  EXPECT_EQ(core.run(fp(TimingClass::fp_add, 4, 0, 1)).charges.total(), 1u);
}

TEST(CortexM4Fpu, AddendIsReadACycleAfterTheFactors) {
  Core core;
  core.run_nops(8);
  core.run(fp(TimingClass::fp_multiply_accumulate, 0, 1, 2));
  EXPECT_EQ(core.run(fp(TimingClass::fp_multiply_accumulate, 0, 3, 4)).charges.total(), 3u);
  EXPECT_EQ(core.run(fp(TimingClass::fp_multiply_accumulate, 5, 0, 4)).charges.total(), 4u);
}

TEST(CortexM4Fpu, DivideLetsIntegerInstructionsProceed) {
  Core core;
  core.run_nops(8);
  EXPECT_EQ(core.run(fp(TimingClass::fp_divide, 0, 1, 2)).charges.total(), 1u);
  for (unsigned i = 0; i < 5; ++i) EXPECT_EQ(core.run(alu(i)).charges.total(), 1u);
  const Advance next = core.run(fp(TimingClass::fp_add, 3, 4, 5));
  EXPECT_EQ(cycles_of(next, Cause::result_latency), 8u);  // 14 in all
  EXPECT_EQ(next.charges.total(), 9u);
}

TEST(CortexM4Fpu, DivideResultIsLateByOneMore) {
  Core core;
  core.run_nops(8);
  core.run(fp(TimingClass::fp_divide, 0, 1, 2));
  EXPECT_EQ(core.run(fp(TimingClass::fp_add, 3, 0, 5)).charges.total(), 15u);
}

/// Cycles from the boundary an exception is taken at to the first cycle of its handler.
std::uint32_t latency(ExceptionEvent event) {
  Core core;
  core.run_nops(8);
  const std::uint32_t charged = core.model->exception(core.state, event, 8).total();
  const Advance first = core.run(alu(0));
  EXPECT_EQ(first.charges.total() - 1, cycles_of(first, Cause::exception));
  return charged + first.charges.total() - 1;
}

TEST(CortexM4Exceptions, TakeTheDocumentedCycles) {
  EXPECT_EQ(latency(ExceptionEvent::entry), 12u);
  EXPECT_EQ(latency(ExceptionEvent::tail_chain), 6u);
  EXPECT_EQ(latency(ExceptionEvent::exception_return), 9u);  // behind the BX lr, which takes one
}

TEST(CortexM4State, ForgetsWhatNoLongerMatters) {
  Core loads;
  loads.run(load(2, 5), {access(bus::AccessKind::read)});
  loads.run(fp(TimingClass::fp_add, 0, 1, 2));
  loads.run_nops(30);
  Core nothing;
  nothing.run_nops(32);
  EXPECT_EQ(loads.state, nothing.state);
}

TEST(CortexM4State, WorstCaseBoundsTheSlowestDivide) {
  Core core;
  const OpTiming divide = of_class(TimingClass::divide);
  EXPECT_GE(core.model->worst_case(divide), core.run(divide, {}, 12).charges.total());
}

TEST(PipelineRegistry, KnowsItsCores) {
  for (const std::string_view name : core_names()) {
    const auto model = make_pipeline_model(name);
    ASSERT_NE(model, nullptr);
    EXPECT_EQ(model->name(), name);
  }
  EXPECT_EQ(make_pipeline_model("cortex-m99"), nullptr);
}

}  // namespace
}  // namespace mcost::pipeline
