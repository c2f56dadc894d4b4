// A recorded run tells every machine what it costs there: random programs are recorded on one
// memory system and replayed on others, and each replay equals execution in every number. A failing
// case is named by its seed: MCOST_SEED=17 runs that one, MCOST_SECONDS=600 searches longer.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "sim_core/pipeline/registry.h"
#include "tests/engine/random_program.h"
#include "tests/support/test_machine.h"

namespace mcost::test {
namespace {

constexpr Cycles kMostCycles = 20'000'000;
constexpr std::uint64_t kCalmVisits = 4;  // random programs are short

/// Notes when it was called, and registers and memory as it sees them.
class Watcher final : public engine::HookListener {
 public:
  void reached(Address pc, engine::Engine& engine) override {
    mix(pc);
    mix(engine.now());
    for (unsigned i = 0; i < 15; ++i) mix(engine.core().r[i]);
    std::array<std::uint8_t, 4> bytes{};
    EXPECT_TRUE(engine.read_memory(engine.core().r[13] - 4, bytes.data(), bytes.size()));
    for (const std::uint8_t byte : bytes) mix(byte);
    if (++calls_ % 8 == 0) mix(engine.peek_counters().cycles);
  }
  [[nodiscard]] std::uint64_t hash() const { return hash_; }

 private:
  void mix(std::uint64_t value) {
    hash_ = (hash_ ^ value) * 0x9E3779B97F4A7C15u;
    hash_ ^= hash_ >> 29;
  }
  std::uint64_t hash_ = 0;
  std::uint64_t calls_ = 0;
};

struct Outcome {
  Observation observation;
  std::uint64_t watched = 0;
  std::uint64_t replayed = 0;
};

class ReplayCase {
 public:
  ReplayCase(const pipeline::PipelineModel& model, std::uint64_t seed)
      : model_(model), seed_(seed) {
    ProgramOptions options = random_options(seed);
    options.interrupts = options.injected = options.exclusives = false;
    options.time_visible = seed % 4 == 0;
    program_ = make_random_program(seed, options);
  }

  [[nodiscard]] engine::Recording record(FlashKind flash) const {
    TestMachine machine(model_, setup(flash));
    Watcher watcher;
    prepare(machine, watcher);
    machine.engine().record_path(kCalmVisits);
    machine.run(kMostCycles);
    recorded_ = machine.observe();
    watched_ = watcher.hash();
    return machine.engine().take_recording();
  }

  [[nodiscard]] Outcome run(FlashKind flash, const engine::Recording* recording) const {
    TestMachine machine(model_, setup(flash));
    Watcher watcher;
    prepare(machine, watcher);
    if (recording != nullptr) machine.engine().replay(*recording);
    machine.run(kMostCycles);
    return {machine.observe(), watcher.hash(), machine.engine().replayed_visits()};
  }

  /// Records on one memory system, replays on all.
  void check(FlashKind recorded_on, const std::vector<FlashKind>& kinds) {
    const engine::Recording recording = record(recorded_on);
    visits_ += recording.visits_in_spans();
    const auto name = [&](FlashKind flash) {
      return "seed " + std::to_string(seed_) + ", recorded on " + name_of(recorded_on) +
             ", replayed on " + name_of(flash) + ":\n";
    };
    for (const FlashKind flash : kinds) {
      const Outcome executed = run(flash, nullptr);
      if (flash == recorded_on) {
        EXPECT_EQ(difference(executed.observation, recorded_, false), "") << name(flash);
        EXPECT_EQ(executed.watched, watched_) << name(flash);
      }
      try {
        const Outcome found = run(flash, &recording);
        EXPECT_EQ(difference(executed.observation, found.observation, false), "") << name(flash);
        EXPECT_EQ(executed.watched, found.watched) << name(flash);
        replayed_ += found.replayed;
      } catch (const engine::ReplayAbandoned&) {
        ++abandoned_;
      } catch (const bus::UnknownView&) {
        ++abandoned_;
      }
    }
  }
  [[nodiscard]] std::uint64_t visits() const { return visits_; }
  [[nodiscard]] std::uint64_t replayed() const { return replayed_; }
  [[nodiscard]] std::uint64_t abandoned() const { return abandoned_; }

 private:
  [[nodiscard]] TestSetup setup(FlashKind flash) const {
    TestSetup setup;
    setup.flash = flash;
    setup.slow_ram_is_sdram = seed_ % 3 == 0;
    return setup;
  }
  void prepare(TestMachine& machine, Watcher& watcher) const {
    load_program(machine, program_);
    machine.engine().set_listener(&watcher);
    std::mt19937_64 random(seed_);
    for (const Address address : program_.instructions) {
      if (random() % 40 == 0) machine.engine().add_hook(address);
    }
  }

  const pipeline::PipelineModel& model_;
  std::uint64_t seed_;
  RandomProgram program_;
  mutable Observation recorded_;
  mutable std::uint64_t watched_ = 0;
  std::uint64_t visits_ = 0;
  std::uint64_t replayed_ = 0;
  std::uint64_t abandoned_ = 0;
};

std::vector<FlashKind> kinds_beside(const std::string& core) {
  using enum FlashKind;
  if (core == "cortex-m7") return {ideal, art_f7, l1, l1_targets, l1_uncached};
  if (core == "cortex-m33") return {ideal, line_buffer, icache};
  return {ideal, wait_states, line_buffer, art, art_sectored, art_uncached, prefetch, vims};
}

class Replays : public testing::TestWithParam<const char*> {};

TEST_P(Replays, EqualExecutionOnEveryMemorySystem) {
  const auto model = pipeline::make_pipeline_model(GetParam());
  ASSERT_NE(model, nullptr);
  const std::vector<FlashKind> kinds = kinds_beside(GetParam());
  const auto begin = std::chrono::steady_clock::now();
  const char* only = std::getenv("MCOST_SEED");
  std::chrono::seconds time{0};
  if (const char* longer = std::getenv("MCOST_SECONDS"))
    time = std::chrono::seconds(std::strtoll(longer, nullptr, 10));
  std::uint64_t visits = 0;
  std::uint64_t replayed = 0;
  std::uint64_t abandoned = 0;
  std::uint64_t seed = only != nullptr ? std::strtoull(only, nullptr, 10) : 1;
  constexpr std::uint64_t kSeeds = 12;
  for (std::uint64_t done = 0;; ++seed, ++done) {
    if (done >= kSeeds && std::chrono::steady_clock::now() - begin >= time) break;
    ReplayCase test(*model, seed);
    test.check(kinds[seed % kinds.size()], kinds);
    if (HasFailure()) return;
    visits += test.visits();
    replayed += test.replayed();
    abandoned += test.abandoned();
    if (only != nullptr) break;
  }
  std::cout << "seeds up to " << seed << ", " << visits << " visits recorded, " << replayed
            << " replayed, " << abandoned << " runs abandoned\n";
  EXPECT_TRUE(replayed > visits || only != nullptr);
}

INSTANTIATE_TEST_SUITE_P(Cores, Replays,
                         testing::Values("cortex-m0", "cortex-m3", "cortex-m4", "cortex-m7",
                                         "cortex-m33"),
                         [](const testing::TestParamInfo<const char*>& core) {
                           return std::string("M") + (core.param + std::size("cortex-m") - 1);
                         });

/// In seed 475 a kind of visit whose addresses do not matter comes behind one of the same block
/// whose addresses do.
TEST(Replay, AKindOfVisitKeepsItsWindows) {
  const auto model = pipeline::make_pipeline_model("cortex-m7");
  ASSERT_NE(model, nullptr);
  ReplayCase test(*model, 475);
  test.check(FlashKind::ideal, {FlashKind::ideal});
  EXPECT_NE(test.replayed(), 0u);
}

}  // namespace
}  // namespace mcost::test
