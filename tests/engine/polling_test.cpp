// Loops that ask a device until its answer changes: executed turn by turn or not, they cost and do
// the same, and the device is hardly asked where the engine may know the answer.
#include <gtest/gtest.h>

#include <iterator>
#include <memory>
#include <string>
#include <tuple>

#include "sim_core/pipeline/registry.h"
#include "tests/support/test_machine.h"

namespace mcost::test {
namespace {

constexpr std::uint32_t kStatus = 0x20;
constexpr Address kCount = kRam + 0x100;

/// What a loop does in a turn beside asking.
enum class Form : std::uint8_t { plain, padded, reads_ram, counts, writes_ram, asks_twice };

void write_loop(Assembler& code, Form form) {
  code.mov32(r6, kDevice);
  code.mov32(r5, kCount);
  code.movs(r4, 0);
  const auto top = code.here();
  if (form == Form::reads_ram) code.ldr(r3, r5);
  if (form == Form::padded) {
    for (int i = 0; i < 9; ++i) code.adds(r3, r4, r4);
  }
  if (form == Form::counts) code.adds(r4, 1);
  if (form == Form::writes_ram) code.str(r4, r5);
  if (form == Form::asks_twice) code.ldr(r2, r6, kStatus);
  code.ldr(r0, r6, kStatus);
  code.cmp(r0, 0);
  code.b(eq, top);
}

struct Case {
  const char* core;
  boards::CoreModel model;
  FlashKind flash;
};

const Case kCases[] = {
    {"cortex-m3", boards::CoreModel::cortex_m3, FlashKind::prefetch},
    {"cortex-m3", boards::CoreModel::cortex_m3, FlashKind::art},
    {"cortex-m4", boards::CoreModel::cortex_m4, FlashKind::ideal},
    {"cortex-m4", boards::CoreModel::cortex_m4, FlashKind::wait_states},
    {"cortex-m4", boards::CoreModel::cortex_m4, FlashKind::line_buffer},
    {"cortex-m4", boards::CoreModel::cortex_m4, FlashKind::art},
    {"cortex-m4", boards::CoreModel::cortex_m4, FlashKind::art_sectored},
    {"cortex-m4", boards::CoreModel::cortex_m4, FlashKind::art_uncached},
    {"cortex-m33", boards::CoreModel::cortex_m33, FlashKind::icache},
    {"cortex-m7", boards::CoreModel::cortex_m7, FlashKind::l1},
    {"cortex-m7", boards::CoreModel::cortex_m7, FlashKind::art_f7},
};

struct Outcome {
  Observation observation;
  std::uint64_t asked = 0;
};

/// Three waits one behind the other, whose answers come after different times; an interrupt comes
/// into the second.
Outcome run(const Case& on, Form form, bool stepped, bool steady, bool profile) {
  const auto model = pipeline::make_pipeline_model(on.core);
  TestSetup setup;
  setup.flash = on.flash;
  setup.core = on.model;
  setup.profile = profile;
  if (stepped) {
    setup.engine.longest_block = 1;
    setup.engine.memoise = false;
  }
  TestMachine machine(*model, setup);
  if (steady) machine.device().steady.insert(kStatus);
  Assembler code(kProgram);
  for (int i = 0; i < 3; ++i) {
    write_loop(code, form);
    code.mov32(r1, 0);
    code.str(r1, r6, kStatus);
  }
  code.stop();
  Assembler handler(kFlash + 0x2000);
  handler.mov32(r0, kRam + 0x200);
  handler.ldr(r1, r0);
  handler.adds(r1, 1);
  handler.str(r1, r0);
  handler.bx(lr);
  machine.poke(kCount, 0);
  machine.poke(kRam + 0x200, 0);
  machine.load(code);
  machine.load(handler);
  machine.set_vector(engine::kFirstInterrupt, handler.base());
  machine.reset();
  machine.poke(kRam + 0x300, 0);
  engine::Engine& engine = machine.engine();
  engine.exceptions().enable_interrupt(engine::kFirstInterrupt, true);
  for (const Cycles when : {10'001, 54'321, 99'999})
    engine.scheduler().schedule(when, [&](Cycles) { machine.device().bytes[kStatus] = 1; });
  engine.scheduler().schedule(23'456,
                              [&](Cycles) { engine.exceptions().pend(engine::kFirstInterrupt); });
  machine.run(200'000);
  return {machine.observe(), machine.device().steady_reads};
}

class Polling : public testing::TestWithParam<std::tuple<std::size_t, Form>> {};

TEST_P(Polling, IsTheSameTurnByTurn) {
  const auto [number, form] = GetParam();
  const Case& on = kCases[number];
  for (const bool profile : {false, true}) {
    const Outcome stepped = run(on, form, true, true, profile);
    const Outcome fast = run(on, form, false, true, profile);
    EXPECT_EQ(difference(stepped.observation, fast.observation, profile), "");
    EXPECT_EQ(stepped.observation.stop, engine::StopReason::idle);
    EXPECT_GT(stepped.asked, 3000u);
    const bool repeats = form != Form::counts && form != Form::writes_ram;
    if (repeats && profile) {
      EXPECT_LT(fast.asked, stepped.asked / 2);  // the third loop is in two of the test's functions
    } else if (repeats) {
      EXPECT_LT(fast.asked, stepped.asked / 4);
    } else {
      EXPECT_EQ(fast.asked, stepped.asked);
    }
  }
}

TEST_P(Polling, ADeviceThatPromisesNothingIsAskedEachTime) {
  const auto [number, form] = GetParam();
  const Outcome stepped = run(kCases[number], form, true, false, false);
  const Outcome fast = run(kCases[number], form, false, false, false);
  EXPECT_EQ(difference(stepped.observation, fast.observation, false), "");
}

INSTANTIATE_TEST_SUITE_P(Loops, Polling,
                         testing::Combine(testing::Range(std::size_t{0}, std::size(kCases)),
                                          testing::Values(Form::plain, Form::padded,
                                                          Form::reads_ram, Form::counts,
                                                          Form::writes_ram, Form::asks_twice)));

}  // namespace
}  // namespace mcost::test
