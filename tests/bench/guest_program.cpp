#include "tests/bench/guest_program.h"

#include "sim_core/pipeline/registry.h"

namespace mcost::bench {

using test::Assembler;
using test::TestMachine;

void run_program(benchmark::State& state, const test::TestSetup& setup, const Program& program,
                 const Before& before) {
  const auto model = pipeline::make_pipeline_model("cortex-m4");
  TestMachine machine(*model, setup);
  Assembler code(test::kProgram);
  program(code);
  code.stop();
  machine.load(code);
  // RAM counts as written, so that no run meets the first read of a word.
  for (Address at = test::kRam; at < test::kStackTop; at += 4) machine.poke(at, at * 0x9E3779B1u);
  engine::Engine& engine = machine.engine();
  engine.exceptions().cpacr = 0xFu << 20;  // FPU on
  std::uint64_t instructions = 0;
  std::uint64_t cycles = 0;
  for (auto _ : state) {
    machine.reset();
    engine.exceptions().cpacr = 0xFu << 20;
    if (before) before(engine);
    if (engine.run(engine::RunLimits{}) != engine::StopReason::idle) {
      state.SkipWithError("the program did not reach its end");
      break;
    }
    const Counters counters = engine.take_counters();
    instructions += counters.instructions;
    cycles += counters.cycles;
  }
  const engine::EngineStatistics& statistics = engine.statistics();
  const auto visits = statistics.memoised_visits + statistics.replayed_visits;
  if (instructions == 0 || visits == 0) return;
  state.SetItemsProcessed(static_cast<std::int64_t>(instructions));
  state.counters["cpi"] = static_cast<double>(cycles) / static_cast<double>(instructions);
  state.counters["replayed_per_1000"] =
      1000.0 * static_cast<double>(statistics.replayed_visits) / static_cast<double>(visits);
}

void loop(Assembler& code, unsigned times, const std::function<void()>& body) {
  code.mov32(test::r7, times);
  const Assembler::Label top = code.here();
  body();
  code.subs(test::r7, 1);
  code.b(test::ne, top);
}

}  // namespace mcost::bench
