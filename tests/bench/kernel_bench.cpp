// Speed of the fast loop on small guest kernels. Each isolates one thing: dispatch, IT blocks,
// unaligned loads, short blocks, multiple transfers, FP, and flash behind ST's ART accelerator with
// a loop that fits its lines and one that does not.
#include <benchmark/benchmark.h>

#include "tests/bench/guest_program.h"

namespace mcost::bench {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): registers and conditions

constexpr unsigned kTimes = 10000;

void point_at_ram(Assembler& code) {
  code.mov32(r0, kRam);
  code.mov32(r1, kRam + 0x100);
}

/// Ten instructions, four of them loads that check a window.
void dispatch(benchmark::State& state) {
  run_program(state, {}, [](Assembler& code) {
    point_at_ram(code);
    loop(code, kTimes, [&] {
      code.ldr_narrow(r2, r0, 0);
      code.ldr_narrow(r3, r1, 4);
      code.adds(r4, r2, r3);
      code.ldr_narrow(r5, r0, 8);
      code.narrow(Narrow::eors, r4, r5);
      code.ldr_narrow(r6, r1, 12);
      code.adds(r4, r4, r6);
      code.shifts(lsl, r2, r4, 3);
    });
  });
}

/// The inner loop of an int8 kernel, its halfwords already spread.
void multiply_accumulate(benchmark::State& state) {
  run_program(state, {}, [](Assembler& code) {
    loop(code, kTimes / 8, [&] {
      point_at_ram(code);
      for (unsigned i = 0; i < 8; ++i) {
        code.post_indexed(Access::ldr, r2, r0, 4);
        code.post_indexed(Access::ldr, r3, r1, 4);
        code.four(FourRegister::smlad, r4, r2, r3, r4);
        code.four(FourRegister::smlad, r5, r3, r2, r5);
      }
    });
  });
}

void it_blocks(benchmark::State& state) {
  run_program(state, {}, [](Assembler& code) {
    loop(code, kTimes, [&] {
      code.adds(r2, 0x55);
      code.shifts(lsl, r3, r2, 30);
      code.it(eq, "E");
      code.adds(r4, 1);
      code.adds(r5, 1);
      code.cmp(r3, 0);
      code.it(mi, "TE");
      code.adds(r4, 2);
      code.adds(r5, 3);
      code.adds(r6, 4);
    });
  });
}

/// Word loads at each offset from an aligned address; the argument is the offset, 4 takes all four
/// in turn.
void unaligned_loads(benchmark::State& state) {
  const auto offset = static_cast<unsigned>(state.range(0));
  run_program(state, {}, [offset](Assembler& code) {
    point_at_ram(code);
    if (offset < 4) code.adds(r0, offset);
    loop(code, kTimes, [&] {
      for (unsigned i = 0; i < 4; ++i) code.ldr_narrow(r2, r0, 4 * i);
      if (offset < 4) return;
      code.adds(r0, 1);
      code.ubfx(r3, r0, 0, 2);
      code.data(Wide::add, false, r0, r1, r3, lsl, 0);
    });
  });
}

/// Blocks of two or three instructions, and branches that go now here, now there.
void short_blocks(benchmark::State& state) {
  run_program(state, {}, [](Assembler& code) {
    loop(code, kTimes, [&] {
      code.adds(r2, 0x35);
      for (unsigned bit = 0; bit < 4; ++bit) {
        const Assembler::Label skip = code.label();
        code.shifts(lsl, r3, r2, 31 - bit);
        code.b(pl, skip);
        code.adds(r4, 1);
        code.bind(skip);
      }
    });
  });
}

void multiple_transfers(benchmark::State& state) {
  run_program(state, {}, [](Assembler& code) {
    point_at_ram(code);
    loop(code, kTimes, [&] {
      code.ldm(r0, false, 0x7C);
      code.stm(r1, false, 0x7C);
      code.push(0x7C);
      code.pop(0x7C);
    });
  });
}

void fused_multiply_add(benchmark::State& state) {
  run_program(state, {}, [](Assembler& code) {
    point_at_ram(code);
    code.mov32(r2, 0x3F800001);
    for (unsigned s = 0; s < 8; ++s) code.vmov_to_single(s, r2);
    code.mov32(r2, 0x33800000);
    code.str(r2, r0);
    code.str(r2, r0, 4);
    loop(code, kTimes, [&] {
      code.vldr(8, r0, 0);
      code.vldr(9, r0, 4);
      for (unsigned s = 0; s < 8; ++s) code.fp(FpOperation::vfma, s, 8, 9);
    });
  });
}

/// Straight code in a loop of as many 16-byte lines as the argument says, behind an ART of 4 lines
/// of instructions.
void art_fetch(benchmark::State& state) {
  TestSetup setup;
  setup.flash = FlashKind::art;
  const auto lines = static_cast<unsigned>(state.range(0));
  run_program(state, setup, [lines](Assembler& code) {
    code.mov32(r7, kTimes / lines);
    code.align(16);
    const Assembler::Label top = code.here();
    for (unsigned i = 0; i < 8 * lines - 2; ++i) code.adds(r2, r3, r4);
    code.subs(r7, 1);
    code.b(ne, top);
  });
}

/// Loads from as many lines of flash as the argument says, behind an ART of 2 lines of data.
void art_data(benchmark::State& state) {
  TestSetup setup;
  setup.flash = FlashKind::art;
  const auto lines = static_cast<unsigned>(state.range(0));
  run_program(state, setup, [lines](Assembler& code) {
    code.mov32(r0, kFlashData);
    loop(code, kTimes / lines, [&] {
      for (unsigned i = 0; i < lines; ++i) code.ldr_narrow(r2, r0, 16 * i);
    });
  });
}

BENCHMARK(dispatch);
BENCHMARK(multiply_accumulate);
BENCHMARK(it_blocks);
BENCHMARK(unaligned_loads)->ArgName("offset")->DenseRange(0, 4);
BENCHMARK(short_blocks);
BENCHMARK(multiple_transfers);
BENCHMARK(fused_multiply_add);
BENCHMARK(art_fetch)->ArgName("lines")->Arg(3)->Arg(7);
BENCHMARK(art_data)->ArgName("lines")->Arg(2)->Arg(6);

}  // namespace
}  // namespace mcost::bench
