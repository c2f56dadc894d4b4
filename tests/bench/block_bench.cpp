// What the fast loop avoids: replay of a visit op by op, building a block, folding a visit into a
// variant. Items are guest instructions, so that the rates compare with those of kernels.
#include <benchmark/benchmark.h>

#include "tests/bench/guest_program.h"

namespace mcost::bench {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): registers and conditions

/// A block of 16 instructions: loads, a store, arithmetic.
void mixed(Assembler& code) {
  for (unsigned i = 0; i < 3; ++i) {
    code.ldr_narrow(r2, r0, 4 * i);
    code.ldr_narrow(r3, r1, 4 * i);
    code.adds(r4, r2, r3);
    code.four(FourRegister::mla, r5, r2, r3, r5);
    code.str_narrow(r4, r0, 64 + 4 * i);
  }
}

void in_loop(Assembler& code) {
  code.mov32(r0, kRam);
  code.mov32(r1, kRam + 0x100);
  loop(code, 1000, [&] { mixed(code); });
}

void memoised(benchmark::State& state) { run_program(state, {}, in_loop); }

/// Every visit timed by advance() and the bus; with blocks of one instruction, the stepped loop.
void replay(benchmark::State& state) {
  TestSetup setup;
  setup.engine.memoise = false;
  setup.engine.longest_block = static_cast<unsigned>(state.range(0));
  run_program(state, setup, in_loop);
}

/// Straight code met for the first time: decoded, built, executed, and then replayed (0) or folded
/// (1). The difference is the fold.
void build(benchmark::State& state) {
  TestSetup setup;
  setup.engine.memoise = state.range(0) != 0;
  run_program(
      state, setup,
      [](Assembler& code) {
        code.mov32(r0, kRam);
        code.mov32(r1, kRam + 0x100);
        for (unsigned i = 0; i < 64; ++i) {
          const Assembler::Label next = code.label();
          mixed(code);
          code.b(next);
          code.bind(next);
        }
      },
      [](engine::Engine& engine) { engine.invalidate_all_blocks(); });
}

/// Each visit folds a variant of its own, because five loads take all 1024 combinations of
/// alignments.
void fold(benchmark::State& state) {
  run_program(
      state, {},
      [](Assembler& code) {
        code.mov32(r1, kRam);
        loop(code, 1000, [&] {
          for (unsigned i = 0; i < 5; ++i) {
            code.ubfx(r0, r7, 2 * i, 2);
            code.access(Access::ldr, r2, r1, r0, 0);
          }
        });
      },
      [](engine::Engine& engine) { engine.invalidate_all_blocks(); });
}

BENCHMARK(memoised);
BENCHMARK(replay)->ArgName("longest_block")->Arg(32)->Arg(1);
BENCHMARK(build)->ArgName("memoise")->Arg(0)->Arg(1);
BENCHMARK(fold);

}  // namespace
}  // namespace mcost::bench
