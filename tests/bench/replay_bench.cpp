// What a memory setting costs to try: one inference of ResNet-20, executed, recorded, and replayed
// from the recording (`meet`: for the first time), with the machine made anew each time as a sweep
// does. Replays are those of another setting than was recorded.
#include <benchmark/benchmark.h>

#include <string>

#include "cli/options.h"
#include "cli/run_session.h"

namespace mcost::bench {
namespace {

struct Case {
  const char* board;
  const char* setting;
};
constexpr Case kCases[] = {{"stm32f469i-disco", "memories.flash.wait_states=7"},
                           {"nucleo-l4r5zi", "memories.flash.wait_states=4"},
                           {"nucleo-f767zi", "memories.flash.wait_states=5"},
                           {"nucleo-f746zg", "memories.flash.wait_states=9"},
                           {"nucleo-h743zi2", "memories.flash.wait_states=4"}};

cli::RunSession make_session(const Case& example, bool with_setting) {
  cli::RunOptions options;
  options.firmware = MCOST_PREBUILT "/resnet20/prebuilt/resnet20-int8-dsp.elf";
  options.board = example.board;
  if (with_setting) options.overrides = {example.setting};
  options.memory_use = false;
  return cli::RunSession(options, {.console = [](const std::string&, bool) {}, .keep_going = {}});
}

const Case& case_of(benchmark::State& state) {
  const Case& example = kCases[state.range(0)];
  state.SetLabel(std::string(example.board) + ", " + example.setting);
  return example;
}

void execute(benchmark::State& state) {
  const Case& example = case_of(state);
  for (auto _ : state) {
    cli::RunSession session = make_session(example, true);
    benchmark::DoNotOptimize(session.run().total.counters.cycles);
  }
}

void record(benchmark::State& state) {
  const Case& example = case_of(state);
  for (auto _ : state) {
    cli::RunSession session = make_session(example, false);
    session.machine().engine().record_path();
    benchmark::DoNotOptimize(session.run().total.counters.cycles);
    benchmark::DoNotOptimize(session.machine().engine().take_recording().visits);
  }
}

void replay(benchmark::State& state) {
  const Case& example = case_of(state);
  cli::RunSession recorded = make_session(example, false);
  recorded.machine().engine().record_path();
  static_cast<void>(recorded.run());
  const engine::Recording recording = recorded.machine().engine().take_recording();
  // What accesses meet is found out by the first replay, for all to come.
  cli::RunSession first = make_session(example, true);
  first.machine().engine().replay(recording);
  static_cast<void>(first.run());
  std::uint64_t visits = 0;
  for (auto _ : state) {
    cli::RunSession session = make_session(example, true);
    session.machine().engine().replay(recording);
    benchmark::DoNotOptimize(session.run().total.counters.cycles);
    visits = session.machine().engine().replayed_visits();
  }
  state.counters["share"] = static_cast<double>(visits) / static_cast<double>(recording.visits);
}

/// The first replay of a cache's shape and placement.
void meet(benchmark::State& state) {
  const Case& example = case_of(state);
  cli::RunSession recorded = make_session(example, false);
  recorded.machine().engine().record_path();
  static_cast<void>(recorded.run());
  engine::Recording recording = recorded.machine().engine().take_recording();
  for (auto _ : state) {
    recording.outcomes = engine::Recording().outcomes;
    cli::RunSession session = make_session(example, true);
    session.machine().engine().replay(recording);
    benchmark::DoNotOptimize(session.run().total.counters.cycles);
  }
}

constexpr int kLast = std::size(kCases) - 1;
BENCHMARK(execute)->DenseRange(0, kLast)->Unit(benchmark::kMillisecond);
BENCHMARK(record)->DenseRange(0, kLast)->Unit(benchmark::kMillisecond);
BENCHMARK(meet)->DenseRange(0, kLast)->Unit(benchmark::kMillisecond);
BENCHMARK(replay)->DenseRange(0, kLast)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace mcost::bench
