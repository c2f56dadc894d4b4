// A guest program that a benchmark runs again and again on a machine built by hand, and the rate of
// guest instructions it reaches. Depends on tests/support.
#pragma once

#include <benchmark/benchmark.h>

#include <functional>

#include "tests/support/assembler.h"
#include "tests/support/test_machine.h"

namespace mcost::bench {

/// Writes the program; it ends by running into `b .`, which follows.
using Program = std::function<void(test::Assembler& code)>;

/// What is done before each run; empty for nothing.
using Before = std::function<void(engine::Engine& engine)>;

/// Runs the program once per iteration of the benchmark, on one machine. Items are guest
/// instructions. Counters: cycles per instruction, visits replayed per thousand.
void run_program(benchmark::State& state, const test::TestSetup& setup, const Program& program,
                 const Before& before = {});

/// Counts r7 down from `times` around `body`, which leaves r7 alone.
void loop(test::Assembler& code, unsigned times, const std::function<void()>& body);

}  // namespace mcost::bench
