// Layers found in small programs that the engine runs: probes, calls and functions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim_core/base/error.h"
#include "tests/cli/programs.h"

namespace mcost::cli::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(CallLayers, EveryCallIsALayerTailCallsIncluded) {
  Program program;
  program.function("reset");
  program.call(0x46).add({kBranchToSelf});
  ASSERT_EQ(program.here(), 0x46u);
  program.function("f").add({kPushLr});
  const std::uint32_t g = 0x46 + 2 + 4 + 4 + 4 + 4;
  program.call(g).call(g);
  program.add({0xF85D, 0xEB04});  // ldr lr, [sp], #4
  program.jump(g);
  ASSERT_EQ(program.here(), g);
  program.function("g").add({kNop, kNop, kBxLr});
  const RunResult result = run(options_for(program.write("calls.elf"), "calls:f"));
  EXPECT_EQ(paths(result), "g#1 g#2 g#3 (outside)");
  EXPECT_EQ(result.exit.reason, ExitReason::idle);
  for (const char* const name : {"g#1", "g#2", "g#3"}) {
    EXPECT_EQ(layer(result, name).kind, "call");
    EXPECT_EQ(layer(result, name).visits, 1u);
    // The branch and the three instructions of g.
    EXPECT_EQ(layer(result, name).exclusive.counters.instructions, 4u);
  }
  // bl f, push, ldr lr; the idle branch does not execute.
  EXPECT_EQ(layer(result, "(outside)").exclusive.counters.instructions, 3u);
  EXPECT_THAT(result.notes, IsEmpty());
}

TEST(CallLayers, OrdinalsStartAgainWithEachActivation) {
  Program program;
  program.function("reset").call(0x4A).call(0x4A).add({kBranchToSelf});
  program.function("f").add({kPushLr}).call(0x52).add({kPopPc});
  ASSERT_EQ(program.here(), 0x52u);
  program.function("g").add({kBxLr});
  const RunResult result = run(options_for(program.write("twice.elf"), "calls:f"));
  EXPECT_EQ(paths(result), "g#1 (outside)");
  EXPECT_EQ(layer(result, "g#1").visits, 2u);
}

TEST(CallLayers, LoopOverAFunctionPointerGivesALayerPerCall) {
  Program program;
  program.function("reset").call(0x46).add({kBranchToSelf});
  program.function("f").add({0xB510});  // push {r4, lr}
  program.add({0x2403});                // movs r4, #3
  program.add({0x4B02});                // ldr r3, [pc, #8]  -> 0x54
  program.add({0x4798});                // blx r3
  program.add({0x3C01});                // subs r4, #1
  program.add({0xD1FC});                // bne back to blx
  program.add({0xBD10});                // pop {r4, pc}
  ASSERT_EQ(program.here(), 0x54u);
  program.add({0x0059, 0x0000});  // .word h + 1
  program.function("h").add({kBxLr});
  const RunResult result = run(options_for(program.write("pointer.elf"), "calls:f"));
  EXPECT_EQ(paths(result), "h#1 h#2 h#3 (outside)");
}

TEST(CallLayers, RecursionNests) {
  Program program;
  program.function("reset").add({0x2003}).call(0x48).add({kBranchToSelf});  // movs r0, #3
  ASSERT_EQ(program.here(), 0x48u);
  program.function("r").add({kPushLr, 0x3801, 0xD001});  // push {lr}; subs r0, #1; beq +2
  program.call(0x48).add({kPopPc});
  const RunResult result = run(options_for(program.write("recursion.elf"), "calls:r"));
  EXPECT_EQ(paths(result), "r#1 r#1/r#1 (outside)");
  EXPECT_THAT(result.notes, IsEmpty());
}

TEST(CallLayers, CallWhoseConditionFailsIsNone) {
  Program program;
  program.function("reset").call(0x46).add({kBranchToSelf});
  program.function("f").add({kPushLr, 0x2001});  // movs r0, #1: NE
  program.add({0xBF08}).call(0x58);              // it eq; bleq g
  program.add({0xBF18}).call(0x58);              // it ne; blne g
  program.add({kPopPc});
  program.function("g").add({kBxLr});
  ASSERT_EQ(program.here(), 0x5Au);
  const RunResult result = run(options_for(program.write("conditional.elf"), "calls:f"));
  EXPECT_EQ(paths(result), "g#1 (outside)");
  EXPECT_EQ(layer(result, "g#1").visits, 1u);
}

TEST(CallLayers, CallLeftByLongjmpIsClosedAndNoted) {
  Program program;
  program.function("reset").add({0x2402});  // movs r4, #2
  program.add({0x3C01, 0xD402});            // again: subs r4, #1; bmi stop
  program.call(0x4E).add({kNop});
  program.function("stop").add({kBranchToSelf});
  ASSERT_EQ(program.here(), 0x4Eu);
  program.function("f").add({kPushLr}).call(0x56).add({kPopPc});
  ASSERT_EQ(program.here(), 0x56u);
  program.function("g").add({0xB001}).jump(0x42);  // add sp, #4; back to `again`
  const RunResult result = run(options_for(program.write("longjmp.elf"), "calls:f"));
  EXPECT_EQ(paths(result), "g#1 (outside)");
  EXPECT_EQ(layer(result, "g#1").visits, 2u);
  EXPECT_THAT(result.notes, Contains(HasSubstr("layer g#1: left without its end")));
  EXPECT_THAT(result.notes, Contains(HasSubstr("layer g#1: open when the run ended")));
}

TEST(FunctionLayers, FunctionsNestAndCloseOnReturn) {
  Program program;
  program.function("reset").call(0x46).add({kBranchToSelf});
  program.function("outer").add({kPushLr}).call(0x50).add({kNop, kPopPc});
  ASSERT_EQ(program.here(), 0x50u);
  program.function("inner").add({kNop, kBxLr});
  const RunResult result =
      run(options_for(program.write("functions.elf"), "functions:^(inner|outer)$"));
  EXPECT_EQ(paths(result), "outer outer/inner (outside)");
  EXPECT_EQ(layer(result, "outer").kind, "function");
  EXPECT_EQ(layer(result, "outer").exclusive.counters.instructions, 4u);
  EXPECT_EQ(layer(result, "outer/inner").exclusive.counters.instructions, 2u);
}

TEST(FunctionLayers, HandlerClosesWhenTheExceptionReturns) {
  Program program;
  program.function("reset").add({0xDF00, kNop, kBranchToSelf});  // svc #0
  program.function("handler").add({kNop, kBxLr});
  program.vector(11, 0x46);
  const RunResult result = run(options_for(program.write("handler.elf"), "functions:handler"));
  EXPECT_EQ(paths(result), "handler (outside)");
  EXPECT_EQ(layer(result, "handler").visits, 1u);
  EXPECT_EQ(layer(result, "handler").exclusive.counters.instructions, 2u);
  EXPECT_THAT(result.notes, IsEmpty());
}

/// reset: three NOPs between probes, then idle.
Program probed_program(const std::vector<mcost::test::ProbeNoteSpec>& notes) {
  Program program;
  program.function("reset").add({kNop, kNop, kNop, kBranchToSelf});
  for (const auto& note : notes) program.probe(note);
  return program;
}

TEST(ProbeLayers, BeginAndEndAtOneAddressAreInOrder) {
  const Program program = probed_program({{1, 0x40, 0, "a", "", "op=conv2d macs=12"},
                                          {2, 0x42, 1, "a"},
                                          {1, 0x42, 2, "b"},
                                          {2, 0x46, 3, "b"}});
  const RunResult result = run(options_for(program.write("probes.elf"), ""));
  EXPECT_EQ(paths(result), "a b (outside)");
  EXPECT_EQ(layer(result, "a").exclusive.counters.instructions, 1u);
  EXPECT_EQ(layer(result, "b").exclusive.counters.instructions, 2u);
  EXPECT_EQ(layer(result, "a").declared_macs, 12u);
  EXPECT_EQ(layer(result, "a").metadata.front().second, "conv2d");
  EXPECT_EQ(layer(result, "(outside)").exclusive.counters.cycles, 0u);
}

TEST(ProbeLayers, CostsNothing) {
  const Program program = probed_program({{1, 0x42, 0, "a"}, {2, 0x44, 1, "a"}});
  const std::string file = program.write("free.elf");
  EXPECT_EQ(run(options_for(file, "probes")).total, run(options_for(file, "none")).total);
  EXPECT_EQ(paths(run(options_for(file, "none"))), "(outside)");
}

/// reset: R1 is the address of a text behind the code; a NOP that is the layer.
RunResult run_named(const std::string& file, const std::string& begin, const std::string& end) {
  Program program;
  program.function("reset").add({0xA101, kNop, kBranchToSelf, kNop});  // adr r1, text
  program.add({0x6F63, 0x766E, 0x800A, 0x0021});                       // "conv\n\x80!"
  program.probe({1, 0x42, 0, "event", begin, "op=x"}).probe({2, 0x44, 1, "event", end});
  return run(options_for(program.write(file), "probes"));
}

TEST(ProbeLayers, NameIsTheTextThatAnArgumentPointsTo) {
  const RunResult result = run_named("named.elf", "4s@r1", "4s@r1");
  EXPECT_EQ(paths(result), "conv\\x0A\\x80! (outside)");
  EXPECT_EQ(result.layers[0].metadata.front().second, "x");
  EXPECT_EQ(result.layers[0].exclusive.counters.instructions, 1u);
  EXPECT_THAT(result.notes, IsEmpty());
}

TEST(ProbeLayers, NameThatCannotBeReadIsThatOfTheNote) {
  for (const char* const argument : {"4s@#0", "4s@#0x60000000", "4s@[r1, #0x70000000]"}) {
    const RunResult result = run_named("unreadable.elf", argument, argument);
    EXPECT_EQ(paths(result), "event (outside)") << argument;
    EXPECT_THAT(result.notes, Contains("layer event: its name could not be read once at "
                                       "0x00000042: no text where the firmware points"))
        << argument;
  }
}

TEST(ProbeLayers, EndOfAnotherNameEndsNothing) {
  const RunResult result = run_named("other.elf", "4s@r1", "4s@#0");
  EXPECT_THAT(result.notes, Contains(HasSubstr("layer event: an end without a begin")));
  EXPECT_THAT(result.notes, Contains(HasSubstr("open when the run ended")));
}

TEST(ProbeEvents, ValuesComeFromRegistersAndMemory) {
  Program program;
  program.function("reset").add({0x2005, 0xB401, kNop, kBranchToSelf});  // movs r0, #5; push {r0}
  program.probe({3, 0x44, 0, "seen", "4@r0 -1@#255 4@[sp] 4@[r0, #-2147483648]"});
  const RunResult result = run(options_for(program.write("events.elf"), ""));
  ASSERT_EQ(result.timeline.size(), 1u);
  const auto& values = result.timeline[0].values;
  ASSERT_EQ(values.size(), 4u);
  EXPECT_EQ(values[0], (EventValue{false, 5}));
  EXPECT_EQ(values[1], (EventValue{true, 1}));
  EXPECT_EQ(values[2], (EventValue{false, 5}));
  EXPECT_EQ(values[3], std::nullopt);  // 0x80000005: nothing is there
  EXPECT_EQ(result.timeline[0].name, "seen");
}

TEST(Layers, UnknownNamesSuggestKnownOnes) {
  const Program program = probed_program({});
  const std::string file = program.write("names.elf");
  const auto message = [&](const std::string& layers) -> std::string {
    try {
      (void)run(options_for(file, layers));
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(message("calls:rest"), HasSubstr("did you mean \"reset\"?"));
  EXPECT_THAT(message("calls:reset"), HasSubstr("the function makes no calls"));
  EXPECT_THAT(message("functions:["), HasSubstr("not a regular expression"));
  EXPECT_THAT(message("functions:nothing"), HasSubstr("no function of the firmware matches"));
  EXPECT_THAT(message("probes"), HasSubstr("the firmware has no probes"));
}

}  // namespace
}  // namespace mcost::cli::test
