// Pipeline traces of small programs: what is shown can be worked out by hand, and watching changes
// no number.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "analysis/reports/pipeline_report.h"
#include "cli/trace_options.h"
#include "tests/cli/programs.h"
#include "tests/support/assembler.h"

namespace mcost::cli::test {
namespace {

using analysis::PipelineTrace;
using mcost::test::Assembler;
using mcost::test::r0;
using mcost::test::r1;
using mcost::test::r2;
using mcost::test::r3;
using mcost::test::r4;
using ::testing::HasSubstr;

constexpr Address kCode = 0x40;

struct Traced {
  PipelineTrace trace;
  RunResult result;
};

Traced trace_of(const RawOptions& raw, const WatchStart& start, WindowEnd end) {
  RunSession session(check_options(raw), {[](const std::string&, bool) {}, {}});
  PipelineRecorder recorder(session.machine().engine(), session.symbols(),
                            session.machine().memory_names(), end);
  session.watch(start, recorder, "--trace-from");
  Traced traced;
  traced.result = session.run();
  traced.trace = {.image = traced.result.image.name,
                  .board = traced.result.board.name,
                  .core = traced.result.board.core,
                  .memories = traced.result.memories,
                  .rows = recorder.take_rows(),
                  .remark = {}};
  return traced;
}

RawOptions program(const std::string& board) {
  Assembler code(kCode);
  code.mov32(r0, 0x20000100);
  code.str(r0, r0);
  code.movs(r1, 2);
  code.align(8);
  const Assembler::Label loop = code.here();  // 0x50
  code.adds(r0, 0);
  code.ldr_narrow(r3, r0, 0);
  code.adds(r4, r3, r3);
  code.mov(r2, r3);
  code.subs(r1, 1);
  code.b(mcost::test::ne, loop);
  code.stop();
  Program elf;
  elf.function("reset").add(code.finish());
  RawOptions options = options_for(elf.write("trace.elf"), "none");
  options.board = board;
  return options;
}

WatchStart from_cycle(Cycles cycle) {
  WatchStart start;
  start.cycle = cycle;
  return start;
}

std::string text_of(const std::string& board) {
  return analysis::pipeline_text(
      trace_of(program(board), {.address = 0x50, .visit = 2}, {6, std::nullopt}).trace);
}

/// The second visit is the last: the branch falls through. An address that the instruction before
/// computes is a cycle late (facts 3.2), a load takes two cycles (TRM-M4 table 3-1).
TEST(PipelineTrace, OnM4) {
  EXPECT_EQ(
      text_of("generic-m4"),
      R"(Pipeline trace: trace.elf on generic-m4, cortex-m4: 6 instructions in 8 cycles, from cycle 17
I issue  A address_interlock

cycle  address     instruction     |                                        |
reset:
   17  0x00000050  adds r0, #0     |I                                       |
   19  0x00000052  ldr r3, [r0]    | AII                                    | waits 1 for r0 (ALU result, 0x00000050), issue 2
   21  0x00000054  adds r4, r3, r3 |    I                                   |
   22  0x00000056  mov r2, r3      |     I                                  |
   23  0x00000058  subs r1, #1     |      I                                 |
   24  0x0000005A  bne 0x50        |       I                                |
)");
}

/// A load's word is there in the next cycle, pairs issue together, and a wrong prediction costs 8
/// cycles where the flags are fresh (facts 5.3 to 5.6).
TEST(PipelineTrace, OnM7) {
  EXPECT_EQ(
      text_of("generic-m7"),
      R"(Pipeline trace: trace.elf on generic-m7, cortex-m7: 6 instructions in 12 cycles, from cycle 8
I issue  M mispredict  i issues in the last cycle of the row before

cycle  address     instruction     |                                        |
reset:
    8  0x00000050  adds r0, #0     |I                                       |
    9  0x00000052  ldr r3, [r0]    | I                                      |
   10  0x00000054  adds r4, r3, r3 |  I                                     |
   10  0x00000056  mov r2, r3      |  i                                     | with the one before
   11  0x00000058  subs r1, #1     |   I                                    |
   11  0x0000005A  bne 0x50        |   iMMMMMMMM                            | with the one before, mispredict 8
)");
}

/// A loaded value is there after two cycles; a branch that falls through joins the instruction
/// before it (facts 6.2, 6.3).
TEST(PipelineTrace, OnM33) {
  EXPECT_EQ(
      text_of("generic-m33"),
      R"(Pipeline trace: trace.elf on generic-m33, cortex-m33: 6 instructions in 6 cycles, from cycle 13
I issue  L result_latency  i issues in the last cycle of the row before

cycle  address     instruction     |                                        |
reset:
   13  0x00000050  adds r0, #0     |I                                       |
   14  0x00000052  ldr r3, [r0]    | I                                      |
   16  0x00000054  adds r4, r3, r3 |  LI                                    | waits 1 for r3 (load-use, 0x00000052)
   17  0x00000056  mov r2, r3      |    I                                   |
   18  0x00000058  subs r1, #1     |     I                                  |
   18  0x0000005A  bne 0x50        |     i                                  | with the one before
)");
}

TEST(PipelineTrace, WatchingChangesNoNumber) {
  for (const char* const board : {"generic-m4", "generic-m7", "generic-m33", "nucleo-l496zg"}) {
    const RawOptions raw = program(board);
    const RunResult plain = run(raw);
    EXPECT_EQ(trace_of(raw, {}, {1000, std::nullopt}).result, plain) << board;
    EXPECT_EQ(trace_of(raw, from_cycle(7), {3, std::nullopt}).result, plain) << board;
    EXPECT_EQ(trace_of(raw, {.address = 0x54}, {2, std::nullopt}).result, plain) << board;
  }
}

/// Rows follow each other without gaps, up to the last cycle of the run.
TEST(PipelineTrace, OfTheWholeRunIsTheRun) {
  for (const char* const board : {"generic-m4", "generic-m7", "nucleo-l496zg"}) {
    const Traced traced = trace_of(program(board), {}, {1000, std::nullopt});
    Cycles at = 0;
    for (const analysis::TraceRow& row : traced.trace.rows) {
      EXPECT_EQ(row.begin, at) << row.text;
      at += row.cycles();
    }
    EXPECT_EQ(at, traced.result.total.counters.cycles) << board;
    EXPECT_EQ(traced.trace.rows.size(), traced.result.total.counters.instructions) << board;
  }
}

/// movs r0, #0x18 (SYS_EXIT); ldr r1, [pc, #4]; bkpt 0xab
TEST(PipelineTrace, SemihostingIsShownAndTakesNoTime) {
  Program elf;
  elf.function("reset").add({0x2018, 0x4901, 0xBEAB, 0xE7FE, 0x0026, 0x0002});
  const Traced traced =
      trace_of(options_for(elf.write("host.elf"), "none"), {}, {1000, std::nullopt});
  EXPECT_EQ(traced.result.exit.reason, ExitReason::exited);
  ASSERT_EQ(traced.trace.rows.size(), 3u);
  EXPECT_EQ(traced.trace.rows.size(), traced.result.total.counters.instructions);
  EXPECT_EQ(traced.trace.rows[2].text, "bkpt #171");
  EXPECT_EQ(traced.trace.rows[2].cycles(), 0u);
}

TEST(PipelineTrace, WindowOfCyclesHoldsThem) {
  const Traced traced = trace_of(program("generic-m4"), from_cycle(18), {1000, 21});
  ASSERT_EQ(traced.trace.rows.size(), 1u);  // the load from cycle 18 to 20
  EXPECT_EQ(traced.trace.rows[0].begin, 18u);
  EXPECT_EQ(traced.trace.rows[0].address, 0x52u);
  EXPECT_TRUE(
      trace_of(program("generic-m4"), from_cycle(1'000), {5, std::nullopt}).trace.rows.empty());
  EXPECT_TRUE(trace_of(program("generic-m4"), {.address = 0x50, .visit = 3}, {5, std::nullopt})
                  .trace.rows.empty());
}

TEST(PipelineTrace, PerfettoHasItsTracks) {
  RawOptions raw = program("generic-m7");
  raw.set = {"memories.code.wait_states=2", "memories.data.wait_states=1"};
  const Traced traced = trace_of(raw, {.address = 0x50}, {6, std::nullopt});
  const auto json = nlohmann::json::parse(analysis::pipeline_perfetto(traced.trace));
  std::map<int, int> slices;
  std::map<int, std::uint64_t> ends;
  for (const auto& event : json["traceEvents"]) {
    if (event["ph"] != "X") continue;
    const int track = event["tid"];
    ++slices[track];
    EXPECT_GT(event["dur"], 0);
    if (track != 3) continue;  // one fetch is on the bus at a time
    const std::uint64_t begin = event["ts"];
    EXPECT_GE(begin, ends[track]);
    ends[track] = begin + event["dur"].get<std::uint64_t>();
  }
  EXPECT_GE(slices[1], 4);
  EXPECT_EQ(slices[2], 2);  // the younger ones of two pairs
  EXPECT_GE(slices[3], 2);
  EXPECT_EQ(slices[4], 1);  // the load
  EXPECT_EQ(json["otherData"]["schema"], "mcost/pipeline/1");
}

/// Data memory with 15 wait states: the load of the second iteration issues in cycle 37 of the
/// trace, so the bar leaves at the right.
TEST(PipelineTrace, BarsWrap) {
  RawOptions raw = program("generic-m4");
  raw.set = {"memories.data.wait_states=15"};
  const std::string text =
      analysis::pipeline_text(trace_of(raw, {.address = 0x50}, {9, std::nullopt}).trace);
  EXPECT_THAT(text, HasSubstr("|DDDDDDDDDDDDDD                      AIID| waits 1 for r0 (ALU "
                              "result, 0x00000050), data_wait:data 15, issue 2\n"));
}

TEST(PipelineTrace, LongRowsAreCut) {
  PipelineTrace trace;
  trace.memories = {"flash"};
  trace.rows.resize(2);
  trace.rows[0].text = "ldm r0, {r1, r2, r3, r4, r5, r6, r7, r8}";
  trace.rows[0].segments = {{Cause::fetch_wait, 0, 30}, {Cause::issue, 0, 11}};
  trace.rows[1].text = "nop";
  trace.rows[1].begin = trace.rows[1].issue = 41;
  trace.rows[1].segments = {{Cause::issue, 0, 1}};
  const std::string text = analysis::pipeline_text(trace);
  EXPECT_THAT(text, HasSubstr(" ldm r0, {r1, r2, r3, r4, r5, r6... "
                              "|FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFIIIIIIIII>|\n"));
  EXPECT_THAT(text, HasSubstr("| I" + std::string(38, ' ') + "|\n"));
}

std::string refusal(const RawTrace& raw) {
  try {
    (void)check_trace(raw);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

TEST(TraceOptions, AreRead) {
  EXPECT_FALSE(check_trace({}).has_value());
  const auto all =
      check_trace({.trace = "pipeline=a=b.json", .from = "ns::f:12", .cycles = {}, .count = "7"});
  ASSERT_TRUE(all.has_value());
  EXPECT_EQ(all->file, "a=b.json");
  EXPECT_EQ(all->from, "ns::f");
  EXPECT_EQ(all->start.visit, 12u);
  EXPECT_EQ(all->end.instructions, 7u);
  EXPECT_EQ(check_trace({.trace = "pipeline", .from = "ns::f", .cycles = {}, .count = {}})->from,
            "ns::f");
  const auto cycles =
      check_trace({.trace = "pipeline", .from = {}, .cycles = "0x10..20", .count = {}});
  EXPECT_EQ(cycles->start.cycle, 16u);
  EXPECT_EQ(cycles->end.cycle, 20u);
}

TEST(TraceOptions, MistakesAreExplained) {
  const auto with = [](std::string from, std::string cycles, std::string count) {
    return refusal({"pipeline", std::move(from), std::move(cycles), std::move(count)});
  };
  EXPECT_EQ(refusal({"pipe", {}, {}, {}}),
            "unknown trace \"pipe\": --trace: use pipeline, or pipeline=FILE (.json for "
            "ui.perfetto.dev)");
  EXPECT_EQ(refusal({"pipeline=", {}, {}, {}}),
            "no file: --trace pipeline=: use pipeline, or pipeline=FILE (.json for "
            "ui.perfetto.dev)");
  EXPECT_EQ(refusal({{}, "main", {}, {}}),
            "nothing is traced: --trace-from main: add --trace pipeline");
  EXPECT_EQ(with("main", "1..2", {}),
            "two places where the trace begins: --trace-from and --trace-cycles: give one of them");
  for (const char* const text : {"5", "5..", "..5", "9..3", "4..4", "a..b"}) {
    EXPECT_EQ(with({}, text, {}), std::string("\"") + text +
                                      "\" is no range of cycles: --trace-cycles: write "
                                      "FIRST..LAST, for example 1000..1500");
  }
  EXPECT_EQ(with("main:0", {}, {}),
            "\"0\" is no visit: --trace-from: write SYMBOL:VISIT or ADDR:VISIT, with a number from "
            "1");
  EXPECT_EQ(with({}, {}, "0"),
            "\"0\" is no number it takes: --trace-count: write a number from 1 to 1000000");
}

}  // namespace
}  // namespace mcost::cli::test
