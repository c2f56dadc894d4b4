// Two run loops, one answer: where blocks are cut, what is remembered, and who watches never
// changes a register, a byte, a cycle or a count. Random programs run stepped and in many other
// ways on the memory systems of its core. A failing case is named by its seed: MCOST_SEED=17
// runs that one, MCOST_SECONDS=600 searches longer.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "sim_core/pipeline/registry.h"
#include "tests/engine/random_master.h"
#include "tests/engine/random_program.h"
#include "tests/engine/toy_dual_issue.h"
#include "tests/support/test_machine.h"

namespace mcost::test {
namespace {

/// One way to run a program.
struct Way {
  unsigned longest_block = 32;
  bool memoise = true;
  unsigned most_variants = 64;
  bool profile = false;
  bool hooks = false;
  bool cuts = false;      // stops at random cycles and goes on
  bool traced = false;    // every other stretch between them is observed
  bool recorded = false;  // accesses to RAM, from hook to hook
  bool debugged = false;  // halts at breakpoints, watchpoints and behind single steps
};

std::string describe(const Way& way) {
  std::ostringstream text;
  text << "longest block " << way.longest_block << (way.memoise ? ", memoised" : ", replayed")
       << ", at most " << way.most_variants << " variants" << (way.profile ? ", profile" : "")
       << (way.hooks ? ", hooks" : "") << (way.cuts ? ", cuts" : "")
       << (way.traced ? ", traced" : "") << (way.recorded ? ", recorded" : "")
       << (way.debugged ? ", debugged" : "");
  return text.str();
}

std::vector<Way> all_ways() {
  std::vector<Way> ways;
  for (const unsigned longest : {1u, 2u, 5u, 32u}) {
    for (const bool memoise : {false, true}) {
      const bool stepped = longest == 1 && !memoise;
      if (!stepped) ways.push_back({.longest_block = longest, .memoise = memoise});
      ways.push_back({.longest_block = longest, .memoise = memoise, .profile = true});
      ways.push_back({.longest_block = longest, .memoise = memoise, .hooks = true});
      if (!stepped) {
        ways.push_back(
            {.longest_block = longest, .memoise = memoise, .hooks = true, .recorded = true});
      }
      ways.push_back({.longest_block = longest,
                      .memoise = memoise,
                      .profile = true,
                      .hooks = true,
                      .cuts = true});
    }
    ways.push_back({.longest_block = longest, .most_variants = 2});
    ways.push_back({.longest_block = longest, .cuts = true});
    ways.push_back(
        {.longest_block = longest, .profile = true, .hooks = true, .cuts = true, .traced = true});
    ways.push_back({.longest_block = longest, .hooks = true, .cuts = true, .recorded = true});
    ways.push_back({.longest_block = longest, .hooks = true, .recorded = true, .debugged = true});
  }
  return ways;
}

/// Watches without touching anything; notes when it was called.
class Watcher final : public engine::HookListener {
 public:
  void reached(Address pc, engine::Engine& engine) override {
    hash_ = (hash_ ^ pc ^ engine.now() << 20) * 0x9E3779B97F4A7C15u;
    ++calls_;
    if (calls_ % 16 == 0) hash_ += engine.peek_counters().instructions;
    take_touched(engine);
  }
  /// A stretch of recorded accesses ends.
  void take_touched(engine::Engine& engine) {
    engine.take_touched(touched_);
    std::sort(touched_.begin(), touched_.end(), [](const TouchedWord& a, const TouchedWord& b) {
      return std::pair(a.memory, a.word) < std::pair(b.memory, b.word);
    });
    for (const TouchedWord& entry : touched_) {
      const std::uint64_t word = std::uint64_t{entry.word} << 16 | entry.memory << 8 | entry.use;
      touched_hash_ = (touched_hash_ ^ word) * 0x9E3779B97F4A7C15u;
    }
    words_ += touched_.size();
  }
  [[nodiscard]] std::uint64_t touched() const { return touched_hash_; }
  [[nodiscard]] std::uint64_t words() const { return words_; }
  [[nodiscard]] std::uint64_t hash() const { return hash_; }
  [[nodiscard]] std::uint64_t calls() const { return calls_; }

 private:
  std::uint64_t hash_ = 0;
  std::uint64_t calls_ = 0;
  std::vector<TouchedWord> touched_;
  std::uint64_t touched_hash_ = 0;
  std::uint64_t words_ = 0;
};

/// Adds up what it sees.
class Tracer final : public engine::Observer {
 public:
  void executed(const engine::ObservedOp& op) override {
    add(op.begin, op.timed.advance.charges.total());
  }
  void spent(Cycles begin, const pipeline::Charges& charges) override {
    add(begin, charges.total());
  }
  void slept(Cycles begin, Cycles cycles) override { add(begin, cycles); }
  void called_host(Cycles now, const engine::OpInfo&) override { add(now, 0); }
  void begin(Cycles now) { next_ = now; }
  /// True if everything up to `now` was seen, each cycle once.
  [[nodiscard]] bool is_complete(Cycles now) const { return complete_ && next_ == now; }

 private:
  void add(Cycles begin, Cycles cycles) {
    complete_ = complete_ && begin == next_;
    next_ = begin + cycles;
  }
  Cycles next_ = 0;
  bool complete_ = true;
};

/// Halts the run after some instructions.
class Stepper final : public engine::Observer {
 public:
  explicit Stepper(engine::Engine& engine) : engine_(engine) {}
  void start(unsigned instructions) {
    left_ = instructions;
    engine_.observe(this);
  }
  void executed(const engine::ObservedOp&) override {
    if (--left_ != 0) return;
    engine_.observe(nullptr);
    engine_.request_halt();
  }
  void spent(Cycles, const pipeline::Charges&) override {}
  void slept(Cycles, Cycles) override {}
  void called_host(Cycles, const engine::OpInfo&) override {}

 private:
  engine::Engine& engine_;
  unsigned left_ = 0;
};

/// Breakpoints and watchpoints that come and go.
class RandomDebugger {
 public:
  RandomDebugger(engine::Engine& engine, const std::vector<Address>& instructions,
                 std::uint64_t seed)
      : engine_(engine), instructions_(instructions), stepper_(engine), random_(seed) {
    for (int i = 0; i < 8; ++i) change();
  }
  /// The run was halted.
  void halted() {
    ++halts_[static_cast<unsigned>(engine_.last_halt().cause)];
    std::array<std::uint8_t, 16> bytes{};
    static_cast<void>(engine_.peek_memory(any_address(), bytes.data(), bytes.size()));
    static_cast<void>(engine_.peek_counters());
    engine_.observe(nullptr);
    change();
    if (random_() % 3 == 0) stepper_.start(1 + static_cast<unsigned>(random_() % 20));
  }
  [[nodiscard]] std::uint64_t halts(engine::HaltCause cause) const {
    return halts_[static_cast<unsigned>(cause)];
  }

 private:
  Address any_address() {
    const auto& regions = engine_.bus().regions;
    const bus::Region& region = regions[random_() % regions.size()];
    return region.base + static_cast<Address>(random_() % std::min(region.size_bytes, 8192u));
  }
  void change() {
    const Address pc = instructions_[random_() % instructions_.size()];
    if (breakpoints_.insert(pc).second) engine_.set_breakpoint(pc);
    if (breakpoints_.size() > 12) {
      engine_.clear_breakpoint(*breakpoints_.begin());
      breakpoints_.erase(breakpoints_.begin());
    }
    // Half of them where some register points to.
    const Address first = random_() % 2 == 0 ? any_address() : engine_.core().r[random_() % 14];
    watchpoints_.push_back({.first = first,
                            .last = std::max(first, first + static_cast<Address>(random_() % 32)),
                            .reads = random_() % 2 == 0,
                            .writes = random_() % 2 == 0});
    engine_.set_watchpoint(watchpoints_.back());
    if (watchpoints_.size() <= 6) return;
    engine_.clear_watchpoint(watchpoints_.front());
    watchpoints_.erase(watchpoints_.begin());
  }

  engine::Engine& engine_;
  const std::vector<Address>& instructions_;
  Stepper stepper_;
  std::mt19937_64 random_;
  std::set<Address> breakpoints_;
  std::vector<engine::Watchpoint> watchpoints_;
  std::array<std::uint64_t, 4> halts_{};
};

/// Parts of flash are at work for themselves now and then.
void inject_holds(TestMachine& machine, std::uint64_t seed) {
  std::mt19937_64 random(seed * 3);
  Cycles when = 0;
  for (int i = 0; i < 12; ++i) {
    when += 500 + random() % 4000;
    const Cycles until = when + 1 + random() % 2000;
    const std::uint32_t first = random() % 2 == 0 ? 0 : kFlashSize / 2;
    const std::uint32_t end = random() % 2 == 0 ? kFlashSize / 2 : kFlashSize;
    engine::Engine& engine = machine.engine();
    engine.scheduler().schedule(when, [&engine, first, end, until](Cycles) {
      engine.hold_memory(kFlashIndex, {first, end, until});
    });
    engine.scheduler().schedule(until, [&engine](Cycles) { engine.release_memory(kFlashIndex); });
    when = until;
  }
}

struct Outcome {
  Observation observation;
  std::uint64_t watched = 0;
  std::uint64_t calls = 0;
  std::uint64_t interrupted = 0;  // instructions that exceptions cut short
  std::uint64_t served = 0;       // transfers of other bus masters
  bool traced_all = true;
  std::uint64_t touched = 0;  // what was recorded
  std::uint64_t words = 0;
  std::array<std::uint64_t, 3> halts{};  // at steps, breakpoints and watchpoints
};

class EqualityCase {
 public:
  EqualityCase(const pipeline::PipelineModel& model, FlashKind flash, std::uint64_t seed)
      : model_(model), flash_(flash), seed_(seed), masters_(static_cast<unsigned>(seed % 3)) {
    ProgramOptions options = random_options(seed);
    options.uncached_view = has_uncached_view(flash);
    if (flash == FlashKind::quadspi || flash == FlashKind::l1_uncached) options.slowness = 25;
    options.maintains_cache =
        seed % 2 == 0 && (flash == FlashKind::l1 || flash == FlashKind::l1_targets);
    program_ = make_random_program(seed, options);
  }

  [[nodiscard]] Outcome run(const Way& way) const {
    TestSetup setup;
    setup.flash = flash_;
    setup.engine.longest_block = way.longest_block;
    setup.engine.memoise = way.memoise;
    setup.engine.most_variants = way.most_variants;
    setup.profile = way.profile;
    setup.slow_ram_is_sdram = seed_ % 2 != 0;
    TestMachine machine(model_, setup);
    load_program(machine, program_);
    if (!program_.interrupt_handlers.empty()) inject_interrupts(machine, seed_);
    std::vector<std::unique_ptr<RandomMaster>> masters;
    for (unsigned i = 0; i < masters_; ++i) {
      const unsigned interrupt =
          program_.interrupt_handlers.empty() ? 0 : engine::kFirstInterrupt + i;
      masters.push_back(std::make_unique<RandomMaster>(machine, i == 0 ? "dma1" : "dma2",
                                                       seed_ * 2 + i, interrupt));
    }
    if (seed_ % 2 == 1) inject_holds(machine, seed_);
    Watcher watcher;
    if (way.hooks) {
      machine.engine().set_listener(&watcher);
      std::mt19937_64 random(seed_);
      for (const Address address : program_.instructions) {
        if (random() % 12 == 0) machine.engine().add_hook(address);
      }
      machine.engine().add_hook(program_.instructions.back());  // in the main loop, always reached
    }
    if (way.recorded) record(machine.engine());
    const bool traced_all = way.cuts ? run_cut(machine, way) : true;
    std::array<std::uint64_t, 3> halts{};
    if (way.debugged) {
      halts = run_debugged(machine);
    } else if (!way.cuts) {
      machine.run(kMostCycles);
    }
    watcher.take_touched(machine.engine());
    std::uint64_t served = 0;
    for (const auto& master : masters) served += master->served();
    return {machine.observe(),
            watcher.hash(),
            watcher.calls(),
            machine.engine().statistics().interrupted_instructions,
            served,
            traced_all,
            watcher.touched(),
            watcher.words(),
            halts};
  }

  [[nodiscard]] std::array<std::uint64_t, 3> run_debugged(TestMachine& machine) const {
    RandomDebugger debugger(machine.engine(), program_.instructions, seed_);
    while (machine.run(kMostCycles) == engine::StopReason::halted) debugger.halted();
    using enum engine::HaltCause;
    return {debugger.halts(requested), debugger.halts(breakpoint), debugger.halts(watchpoint)};
  }

  /// Records accesses; the stack is all of the memory below its pointer.
  static void record(engine::Engine& engine) {
    engine.record_accesses();
    const std::uint32_t top = engine.core().r[13];
    const bus::Region* const region = engine.bus().find(top - 4);
    ASSERT_NE(region, nullptr);
    EXPECT_TRUE(engine.recorder()->add_stack_area(engine::AccessRecorder::kMainStack,
                                                  region->memory, region->memory_offset,
                                                  region->memory_offset + (top - region->base)));
  }

  /// Returns false if a trace missed cycles.
  bool run_cut(TestMachine& machine, const Way& way) const {
    std::mt19937_64 random(seed_ + way.longest_block);
    Tracer tracer;
    bool complete = true;
    bool traces = way.traced;
    for (Cycles stop = 0; stop < kMostCycles;) {
      machine.engine().observe(traces ? &tracer : nullptr);
      tracer.begin(machine.engine().now());
      stop = machine.engine().now() + 1 + random() % 700;
      const engine::StopReason reason = machine.run(stop);
      complete = complete && (!traces || tracer.is_complete(machine.engine().now()));
      if (reason != engine::StopReason::cycle_limit) break;
      traces = way.traced && !traces;
    }
    return complete;
  }

  /// Runs the program in every way and compares; false if something differed.
  bool check() const {
    const Outcome stepped = run({.longest_block = 1, .memoise = false, .profile = true});
    const Outcome watched = run({.longest_block = 1, .memoise = false, .hooks = true});
    const Outcome recorded =
        run({.longest_block = 1, .memoise = false, .hooks = true, .recorded = true});
    bool equal = true;
    const auto fail = [&](const std::string& what) {
      ADD_FAILURE() << "seed " << seed_ << ", flash " << name_of(flash_) << ", " << what;
      equal = false;
    };
    if (stepped.observation.stop != engine::StopReason::idle) fail("does not end");
    if (!stepped.observation.counters.adds_up()) fail("causes do not add up");
    if (stepped.observation.counters.cycles != stepped.observation.now)
      fail("cycles charged are not those that passed");
    if (stepped.observation.switches.size() < 2) fail("no call was recorded");
    if (watched.calls == 0) fail("no hook was reached");
    if (recorded.words == 0) fail("no access was recorded");
    const std::string changed = difference(watched.observation, recorded.observation, false);
    if (!changed.empty()) fail("recording changes numbers:\n" + changed);
    for (const Way& way : all_ways()) {
      const Outcome found = run(way);
      const std::string text = difference(stepped.observation, found.observation, way.profile);
      if (!text.empty()) fail(describe(way) + ":\n" + text);
      if (way.hooks && (found.watched != watched.watched || found.calls != watched.calls))
        fail(describe(way) + ": hooks were reached at other times");
      if (way.recorded && (found.touched != recorded.touched || found.words != recorded.words))
        fail(describe(way) + ": other accesses were recorded");
      if (!found.traced_all) fail(describe(way) + ": the trace has gaps");
      if (found.interrupted != stepped.interrupted)
        fail(describe(way) + ": other instructions were cut short");
      if (found.served != stepped.served)
        fail(describe(way) + ": other masters made other transfers");
      if (way.debugged && way.longest_block == 32) {
        for (std::size_t i = 0; i < halts_.size(); ++i) halts_[i] += found.halts[i];
      }
      if (!equal) return false;
    }
    instructions_ = stepped.observation.counters.instructions;
    interrupted_ = stepped.interrupted;
    bus_waits_ = stepped.observation.counters.by_cause[static_cast<unsigned>(Cause::bus_wait)];
    return true;
  }
  [[nodiscard]] std::uint64_t instructions() const { return instructions_; }
  [[nodiscard]] std::uint64_t interrupted() const { return interrupted_; }
  [[nodiscard]] std::uint64_t bus_waits() const { return bus_waits_; }
  [[nodiscard]] const std::array<std::uint64_t, 3>& halts() const { return halts_; }

 private:
  static constexpr Cycles kMostCycles = 20'000'000;
  const pipeline::PipelineModel& model_;
  FlashKind flash_;
  std::uint64_t seed_;
  unsigned masters_;  // beside the core
  RandomProgram program_;
  mutable std::uint64_t instructions_ = 0;
  mutable std::uint64_t interrupted_ = 0;
  mutable std::uint64_t bus_waits_ = 0;
  mutable std::array<std::uint64_t, 3> halts_{};
};

/// Memory systems as parts with a core have them.
std::vector<FlashKind> kinds_beside(const std::string& core) {
  using enum FlashKind;
  if (core == "cortex-m0") return {ideal, wait_states, line_buffer, prefetch};
  if (core == "cortex-m3") return {ideal, line_buffer, art, art_uncached};
  if (core == "cortex-m7") return {ideal, art_f7, l1, l1_targets, l1_uncached};
  if (core == "cortex-m33") return {ideal, line_buffer, icache, quadspi};
  return {ideal, line_buffer, art, art_sectored, art_uncached, vims, vims_flash, quadspi};
}

/// Runs seeds 1 to `seeds` on each memory system. Who asks for a seed or for time gets every memory
/// system.
void check_seeds(const pipeline::PipelineModel& model, std::vector<FlashKind> kinds,
                 std::uint64_t seeds) {
  const auto begin = std::chrono::steady_clock::now();
  const char* only = std::getenv("MCOST_SEED");
  if (only != nullptr || std::getenv("MCOST_SECONDS") != nullptr)
    kinds.assign(kAllFlashKinds.begin(), kAllFlashKinds.end());
  std::chrono::seconds time{0};
  if (const char* longer = std::getenv("MCOST_SECONDS"))
    time = std::chrono::seconds(std::strtoll(longer, nullptr, 10));
  std::uint64_t instructions = 0;
  std::uint64_t interrupted = 0;
  std::uint64_t bus_waits = 0;
  std::array<std::uint64_t, 3> halts{};
  std::uint64_t seed = only != nullptr ? std::strtoull(only, nullptr, 10) : 1;
  for (std::uint64_t done = 0;; ++seed, ++done) {
    if (done >= seeds && std::chrono::steady_clock::now() - begin >= time) break;
    for (const FlashKind flash : kinds) {
      const EqualityCase equality(model, flash, seed);
      if (!equality.check()) return;
      instructions += equality.instructions();
      interrupted += equality.interrupted();
      bus_waits += equality.bus_waits();
      for (std::size_t i = 0; i < halts.size(); ++i) halts[i] += equality.halts()[i];
    }
    if (only != nullptr) break;
  }
  std::cout << "seeds up to " << seed << ", " << instructions << " instructions in each of "
            << all_ways().size() + 2 << " ways, " << interrupted << " cut short, " << bus_waits
            << " cycles waited for other masters; halted by " << halts[0] << " steps, " << halts[1]
            << " breakpoints, " << halts[2] << " watchpoints\n";
  for (const std::uint64_t count : halts) EXPECT_TRUE(count != 0 || only != nullptr);
  EXPECT_TRUE(interrupted != 0 || only != nullptr);
  EXPECT_TRUE(bus_waits != 0 || only != nullptr);
}

TEST(EngineEquality, RandomProgramsOnCortexM4AreTheSameHoweverBlocksAreCut) {
  const auto model = pipeline::make_pipeline_model("cortex-m4");
  ASSERT_NE(model, nullptr);
  check_seeds(*model, kinds_beside("cortex-m4"), 2);
}

/// The programs are the Cortex-M4's, the time is that of other cores.
class EngineEqualityOf : public testing::TestWithParam<const char*> {};

TEST_P(EngineEqualityOf, RandomProgramsAreTheSameHoweverBlocksAreCut) {
  const auto model = pipeline::make_pipeline_model(GetParam());
  ASSERT_NE(model, nullptr);
  check_seeds(*model, kinds_beside(GetParam()), 2);
}

INSTANTIATE_TEST_SUITE_P(Cores, EngineEqualityOf,
                         testing::Values("cortex-m0", "cortex-m3", "cortex-m7", "cortex-m33"),
                         [](const testing::TestParamInfo<const char*>& core) {
                           return std::string("M") + (core.param + std::size("cortex-m") - 1);
                         });

/// Seed 3 accesses a device last in a block, behind a branch that was predicted wrongly.
TEST(EngineEquality, AnAccessIsNotTimedByTheBranchOfTheVisitBefore) {
  const auto model = pipeline::make_pipeline_model("cortex-m7");
  ASSERT_NE(model, nullptr);
  EXPECT_TRUE(EqualityCase(*model, FlashKind::ideal, 3).check());
}

TEST(EngineEquality, RandomProgramsOnADualIssueCoreAreTheSameHoweverBlocksAreCut) {
  const ToyDualIssue model;
  check_seeds(model, {FlashKind::ideal, FlashKind::wait_states, FlashKind::art}, 2);
}

}  // namespace
}  // namespace mcost::test
