// Who is granted a memory when, alone and with a core: bursts are not interrupted, those that wait
// take turns, memories are independent.
#include "sim_core/bus/interconnect.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/engine/engine_fixture.h"

namespace mcost::test {
namespace {

/// Asks for one memory at given cycles, so many beats each; a list of what it was granted.
class ScriptedMaster final : public bus::Initiator {
 public:
  struct Step {
    Cycles when = 0;
    std::uint8_t memory = 0;
    unsigned beats = 1;
  };
  explicit ScriptedMaster(std::vector<Step> steps) : steps_(std::move(steps)) {}
  [[nodiscard]] Request request() const override {
    if (next_ == steps_.size()) return {};
    return {std::max(free_, steps_[next_].when), steps_[next_].memory};
  }
  Cycles serve(Cycles granted) override {
    granted_.push_back(granted);
    free_ = granted + steps_[next_].beats;
    ++next_;
    return free_;
  }
  [[nodiscard]] const std::vector<Cycles>& granted() const { return granted_; }

 private:
  std::vector<Step> steps_;
  std::size_t next_ = 0;
  Cycles free_ = 0;
  std::vector<Cycles> granted_;
};

constexpr std::uint8_t kOne = 1;
constexpr std::uint8_t kTwo = 2;

TEST(Interconnect, NothingHappensBeforeItIsAskedFor) {
  bus::Interconnect bus;
  ScriptedMaster master({{10, kOne, 1}});
  bus.add(master, "dma");
  bus.advance_to(10);
  EXPECT_TRUE(master.granted().empty());
  bus.advance_to(11);
  EXPECT_EQ(master.granted(), std::vector<Cycles>{10});
}

TEST(Interconnect, TheCoreWaitsForTheBeatsOfABurstInProgress) {
  for (const unsigned beats : {1u, 4u, 16u}) {
    for (const Cycles comes : {Cycles{10}, Cycles{11}, Cycles{9 + beats}, Cycles{10 + beats}}) {
      bus::Interconnect bus;
      ScriptedMaster master({{10, kOne, beats}});
      bus.add(master, "dma");
      bus.advance_to(11);
      EXPECT_EQ(bus.arbitrate(comes, kOne).when, 10 + beats) << beats << " beats at " << comes;
    }
    bus::Interconnect bus;
    ScriptedMaster master({{10, kOne, beats}});
    bus.add(master, "dma");
    EXPECT_EQ(bus.arbitrate(11 + beats, kOne).when, 11 + beats);
  }
}

TEST(Interconnect, AMasterWaitsForTheCoreAndTheyTakeTurns) {
  bus::Interconnect bus;
  ScriptedMaster master({{20, kOne, 1}, {20, kOne, 1}, {20, kOne, 1}});
  bus.add(master, "dma");
  // Both come in cycle 20. The core had the memory last (at the start), so the master goes first.
  EXPECT_EQ(bus.arbitrate(20, kOne).when, 21u);
  bus.occupy(kOne, 22);
  EXPECT_EQ(bus.arbitrate(22, kOne).when, 23u);
  bus.occupy(kOne, 24);
  bus.advance_to(100);
  EXPECT_EQ(master.granted(), (std::vector<Cycles>{20, 22, 24}));
}

TEST(Interconnect, AskedAgainTheAnswerIsTheSame) {
  bus::Interconnect bus;
  ScriptedMaster master({{20, kOne, 4}, {20, kOne, 4}});
  bus.add(master, "dma");
  const Cycles first = bus.arbitrate(20, kOne).when;
  EXPECT_EQ(bus.arbitrate(20, kOne).when, first);
  EXPECT_EQ(master.granted().size(), 1u);
}

TEST(Interconnect, DifferentMemoriesAreIndependent) {
  bus::Interconnect bus;
  ScriptedMaster master({{10, kOne, 16}});
  bus.add(master, "dma");
  EXPECT_EQ(bus.arbitrate(12, kTwo).when, 12u);
  EXPECT_EQ(master.granted(), std::vector<Cycles>{10});
}

TEST(Interconnect, TwoMastersAndTheCoreShareOneMemoryEqually) {
  bus::Interconnect bus;
  ScriptedMaster first({{10, kOne, 1}, {10, kOne, 1}, {10, kOne, 1}});
  ScriptedMaster second({{10, kOne, 1}, {10, kOne, 1}, {10, kOne, 1}});
  bus.add(first, "dma1");
  bus.add(second, "dma2");
  std::vector<Cycles> core;
  for (unsigned i = 0; i < 3; ++i) {
    core.push_back(bus.arbitrate(10, kOne).when);
    bus.occupy(kOne, core.back() + 1);
  }
  EXPECT_EQ(first.granted(), (std::vector<Cycles>{10, 13, 16}));
  EXPECT_EQ(second.granted(), (std::vector<Cycles>{11, 14, 17}));
  EXPECT_EQ(core, (std::vector<Cycles>{12, 15, 18}));
}

class SharedMemory : public EngineTest {
 protected:
  /// Cycles of a run whose loads hit RAM while a master uses `memory` in bursts of `beats`.
  Counters run_beside(std::uint8_t memory, unsigned beats) {
    make_machine({});
    code = Assembler(kProgram);
    std::vector<ScriptedMaster::Step> steps;
    for (Cycles at = 40; at < 400; at += 20) steps.push_back({at, memory, beats});
    ScriptedMaster master(beats == 0 ? std::vector<ScriptedMaster::Step>{} : steps);
    bus::Interconnect& bus = machine->bus().interconnect;
    bus.share(bus.add(master, "dma2"), 1u << memory);
    machine->poke(kRam + 0x100, 7);
    code.mov32(r7, kRam + 0x100);
    code.mov32(r5, 60);
    const auto loop = code.here();
    code.ldr(r0, r7);
    code.adds(r1, 1);
    code.subs(r5, 1);
    code.b(ne, loop);
    code.stop();
    start();
    EXPECT_EQ(run(), engine::StopReason::idle);
    const Counters counters = machine->observe().counters;
    EXPECT_TRUE(counters.adds_up());
    return counters;
  }
};

TEST_P(SharedMemory, ALoadWaitsForTheBeatsOfAnotherMasterAndSaysForWhom) {
  const Counters alone = run_beside(kRamIndex, 0);
  EXPECT_EQ(alone.by_cause[static_cast<unsigned>(Cause::bus_wait)], 0u);
  const Counters single = run_beside(kRamIndex, 1);
  const Counters burst = run_beside(kRamIndex, 16);
  const auto bus_wait = [](const Counters& counters) {
    return counters.by_cause[static_cast<unsigned>(Cause::bus_wait)];
  };
  EXPECT_EQ(bus_wait(single), single.by_initiator[0]);
  EXPECT_EQ(single.cycles - alone.cycles, bus_wait(single));
  EXPECT_EQ(burst.cycles - alone.cycles, bus_wait(burst));
  EXPECT_GT(bus_wait(burst), 50u);
  EXPECT_LT(bus_wait(single), 30u);
}

TEST_P(SharedMemory, AMasterOnAnotherMemoryCostsTheCoreNothing) {
  EXPECT_EQ(run_beside(kSlowRamIndex, 16).cycles, run_beside(kRamIndex, 0).cycles);
}

/// Windows close and open; blocks and their variants stay.
TEST_P(SharedMemory, BlocksSurviveAMasterThatComesAndGoes) {
  ScriptedMaster master({{2000, kRamIndex, 1}});
  bus::Interconnect& bus = machine->bus().interconnect;
  const unsigned port = bus.add(master, "dma2");
  engine::Scheduler& scheduler = machine->engine().scheduler();
  scheduler.schedule(1000, [&](Cycles) { bus.share(port, 1u << kRamIndex); });
  scheduler.schedule(3000, [&](Cycles) { bus.share(port, 0); });
  machine->poke(kRam + 0x100, 7);
  code.mov32(r7, kRam + 0x100);
  code.mov32(r5, 1000);
  const auto loop = code.here();
  code.ldr(r0, r7);
  code.subs(r5, 1);
  code.b(ne, loop);
  code.stop();
  ASSERT_EQ(run(), engine::StopReason::idle);
  EXPECT_EQ(machine->engine().statistics().blocks_dropped, 0u);
  if (GetParam() == Loop::fast) {
    EXPECT_GT(machine->engine().statistics().memoised_visits, 500u);
    EXPECT_GT(machine->engine().statistics().replayed_visits, 200u);
  }
}

/// What a master writes is there for the load that comes after it in time, not before.
class WritingMaster final : public bus::Initiator {
 public:
  WritingMaster(engine::Engine& engine, Cycles when) : engine_(engine), when_(when) {}
  [[nodiscard]] Request request() const override {
    return done_ ? Request{} : Request{when_, static_cast<std::uint8_t>(kRamIndex)};
  }
  Cycles serve(Cycles granted) override {
    const std::array<std::uint8_t, 4> word{99, 0, 0, 0};
    engine_.write_memory(kRam + 0x100, word.data(), 4);
    done_ = true;
    return granted + 1;
  }

 private:
  engine::Engine& engine_;
  Cycles when_;
  bool done_ = false;
};

TEST_P(SharedMemory, DataOfAnotherMasterArriveInTheirCycle) {
  std::vector<std::uint32_t> seen;
  for (Cycles when = 4; when < 60; ++when) {
    make_machine({});
    code = Assembler(kProgram);
    WritingMaster master(machine->engine(), when);
    bus::Interconnect& bus = machine->bus().interconnect;
    bus.share(bus.add(master, "dma2"), 1u << kRamIndex);
    machine->poke(kRam + 0x100, 1);
    code.mov32(r7, kRam + 0x100);
    code.mov32(r6, kDevice);
    for (unsigned i = 0; i < 20; ++i) code.nop();
    code.ldr(r0, r7);
    code.ldr(r1, r6);  // its time tells when
    code.stop();
    start();
    ASSERT_EQ(run(), engine::StopReason::idle);
    seen.push_back(reg(0));
  }
  const auto first_old = std::find(seen.begin(), seen.end(), 1u);
  EXPECT_GT(first_old - seen.begin(), 10);
  EXPECT_LT(first_old - seen.begin(), 40);
  EXPECT_EQ(std::count(first_old, seen.end(), 99u), 0);
}

MCOST_BOTH_LOOPS(SharedMemory);

}  // namespace
}  // namespace mcost::test
