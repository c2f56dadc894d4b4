// Callers and advice in reports of firmware that failed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/programs.h"

namespace mcost::cli::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::uint16_t kPushR4Lr = 0xB510;  // push {r4, lr}
constexpr std::uint16_t kUdf = 0xDE00;       // udf #0
constexpr unsigned kHardFault = 3;
constexpr unsigned kSvc = 11;

/// "f+0x2", with a question mark behind uncertain ones.
std::vector<std::string> frames(const RunResult& result) {
  std::vector<std::string> list;
  for (const StackFrame& frame : result.exit.backtrace) {
    list.push_back(frame.place.symbol + (frame.certain ? "" : "?"));
  }
  return list;
}

RunResult run_file(const std::string& file) { return run(options_for(file, "none")); }

/// Its fault handler, at the end of a program.
Program& with_handler(Program& program) {
  const std::uint32_t handler = program.here();
  return program.function("handler").add({kBranchToSelf}).vector(kHardFault, handler);
}

TEST(Backtrace, InterruptedCodeIsBehindTheHandler) {
  Program program;
  program.function("reset").call(0x46).add({kBranchToSelf});
  program.function("work").add({kPushLr, kNop, 0xDF00, kNop, kPopPc});  // svc #0
  program.function("service").vector(kSvc, program.here());
  program.add({kPushR4Lr}).call(program.here() + 8).add({kNop, kNop});
  program.function("crash").add({kUdf});
  const RunResult result = run_file(with_handler(program).write("handler.elf"));
  // The word of r4 is no return address; the SVC is at work+0x4.
  EXPECT_THAT(frames(result), ElementsAre("service+0x2", "work+0x6?", "reset?"));
}

TEST(Backtrace, HandlerThatCalledNothingShowsWhatItInterrupted) {
  Program program;
  program.function("reset").add({kNop, 0xDF00, kNop, kBranchToSelf});  // svc #0
  program.function("service").vector(kSvc, program.here()).add({kUdf});
  const RunResult result = run_file(with_handler(program).write("leaf.elf"));
  EXPECT_THAT(frames(result), ElementsAre("reset+0x4"));
}

TEST(Backtrace, NullVectorIsNamed) {
  Program program;
  program.function("reset").add({kNop, 0xDF00, kNop, kBranchToSelf});
  const RunResult result = run_file(with_handler(program).write("null_vector.elf"));
  ASSERT_TRUE(result.exit.fault.has_value());
  EXPECT_EQ(result.exit.fault->kind, "invalid_state");
  EXPECT_EQ(result.exit.advice,
            "the vector of SVCall (exception 11) at 0x0000002C is null: give it a handler");
  EXPECT_THAT(frames(result), ElementsAre("reset+0x4"));
}

TEST(Backtrace, NullFunctionPointerIsNamed) {
  Program program;
  program.function("reset").add({0x2300, 0x4798, kBranchToSelf});  // movs r3, #0; blx r3
  const RunResult result = run_file(with_handler(program).write("null_call.elf"));
  EXPECT_THAT(result.exit.advice, HasSubstr("a null function pointer was called"));
  EXPECT_THAT(frames(result), ElementsAre("reset+0x2"));
}

TEST(Backtrace, RecursionShowsEveryActivation) {
  Program program;
  program.function("reset").add({0x2003}).call(0x48).add({kBranchToSelf});  // movs r0, #3
  program.function("f").add({kPushLr, 0x3801, 0xD003});  // subs r0, #1; beq to the udf
  program.call(0x48).add({kNop, kPopPc, kUdf});
  const RunResult result = run_file(with_handler(program).write("recursion.elf"));
  EXPECT_THAT(frames(result), ElementsAre("f+0x6?", "f+0x6?", "reset+0x2?"));
}

TEST(Backtrace, LrLeftFromACallThatReturnedIsNoCaller) {
  Program program;
  program.function("reset").call(0x46).add({kBranchToSelf});
  program.function("f").add({kPushLr}).call(0x4E).add({kUdf});
  program.function("g").add({kBxLr});
  const RunResult result = run_file(with_handler(program).write("stale.elf"));
  EXPECT_THAT(frames(result), ElementsAre("reset?"));
}

TEST(Backtrace, OverflowedStackIsFollowedAndNamed) {
  Program program;
  program.function("reset").call(0x46).add({kBranchToSelf});
  program.function("f").add({kPushLr, 0xB0FF}).call(0x46);  // sub sp, #508
  const RunResult result = run_file(program.write("overflow.elf"));
  EXPECT_EQ(result.exit.reason, ExitReason::lockup);
  EXPECT_THAT(result.exit.advice, HasSubstr("the stack overflowed: SP is 0x"));
  EXPECT_THAT(result.exit.advice, HasSubstr("and data begins at 0x20000000"));
  const auto list = frames(result);
  ASSERT_GE(list.size(), 3u);
  EXPECT_EQ(list[1], "f+0x4?");
  EXPECT_EQ(list.back(), "reset?");
}

TEST(Backtrace, StackPointerInNoRamIsNamed) {
  Program program;
  program.function("reset").add({0x4802, 0x4685, kPushLr, kBranchToSelf});
  program.add({kNop, kNop, 0x0000, 0x6000});  // ldr r0, =0x60000000; mov sp, r0; push {lr}
  const RunResult result = run_file(program.write("no_ram.elf"));
  EXPECT_THAT(result.exit.advice, HasSubstr("the stack pointer, 0x60000000, is in no RAM"));
}

TEST(Backtrace, FpuThatIsOffIsNamed) {
  Program program;
  program.function("reset").add({0xEE30, 0x0A00, kBranchToSelf});  // vadd.f32 s0, s0, s0
  const RunResult result = run_file(with_handler(program).write("fpu.elf"));
  EXPECT_THAT(result.exit.advice, HasSubstr("the FPU is off"));
  EXPECT_THAT(result.exit.advice, HasSubstr("CPACR (0xE000ED88)"));
}

}  // namespace
}  // namespace mcost::cli::test
