// Explained loops whose cycles can be worked out by hand from the rules of the core, named beside
// each.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/loop_explain.h"
#include "tests/cli/programs.h"
#include "tests/support/assembler.h"

namespace mcost::cli::test {
namespace {

using analysis::IterationCost;
using analysis::LoopBound;
using analysis::LoopReport;
using mcost::test::Assembler;
using mcost::test::r0;
using mcost::test::r1;
using mcost::test::r2;
using mcost::test::r3;
using mcost::test::r4;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Address kCode = 0x40;
constexpr unsigned kIterations = 100;

/// A function "reset" with R1 iterations of a loop; R0 and R3 point to a word of RAM that holds its
/// own address.
class LoopProgram {
 public:
  LoopProgram() {
    code.mov32(r0, 0x20000100);
    code.str(r0, r0);
    code.mov(r3, r0);
    code.movs(r1, kIterations);
    code.movs(r2, 1);
    // The loop starts a fetch word on every core, and does not pair with what is before it.
    code.align(8);
    code.dsb();
    code.isb();
    head_ = code.here();
  }
  /// Ends the loop; `body` did not count down yet.
  void close() {
    code.subs(r1, 1);
    close_without_count();
  }
  void close_without_count() {
    code.b(mcost::test::ne, head_);
    code.stop();
  }
  [[nodiscard]] Address head() const { return code.address_of(head_); }
  [[nodiscard]] std::string write(const std::string& name) {
    Program program;
    program.function("reset").add(code.finish());
    return program.write(name);
  }

  Assembler code{kCode};  // NOLINT(misc-non-private-member-variables-in-classes): a test writes it

 private:
  Assembler::Label head_{};
};

struct Found {
  LoopReport report;
  LoopRecorder::End end = LoopRecorder::End::running;
};

Found explain_at(const std::string& file, const std::string& board, Address at,
                 const std::vector<std::string>& set = {}) {
  RawOptions raw = options_for(file, "none");
  raw.board = board;
  raw.set = set;
  RunSession session(check_options(raw), {[](const std::string&, bool) {}, {}});
  engine::Engine& engine = session.machine().engine();
  LoopRecorder recorder(engine, session.symbols(), session.machine().memory_names(), at);
  session.watch({.address = at}, recorder, "--at");
  (void)session.run();
  auto iterations = recorder.take_iterations();
  const bool is_loop = !iterations.empty();
  if (!is_loop) iterations.push_back(straight_part(recorder.unfinished()));
  Found found{explain_loop(engine, std::move(iterations), is_loop), recorder.end()};
  found.report.memories = session.machine().memory_names();
  return found;
}

LoopReport explain(LoopProgram& program, const std::string& board,
                   const std::vector<std::string>& set = {}) {
  return explain_at(program.write("loop.elf"), board, program.head(), set).report;
}

double of(const IterationCost& cost) {
  return static_cast<double>(cost.cycles) / static_cast<double>(cost.iterations);
}

double without(const LoopReport& report, const std::string& key) {
  for (const analysis::LoopWhatIf& one : report.what_ifs) {
    if (one.key == key) return of(one.cost);
  }
  ADD_FAILURE() << "no answer to " << key;
  return 0;
}

/// What must hold of every report.
void expect_sound(const LoopReport& report) {
  EXPECT_TRUE(report.is_steady);
  Cycles sum = 0;
  for (const analysis::LoopLine& line : report.lines) {
    for (const analysis::TraceSegment& segment : line.segments) sum += segment.cycles;
  }
  EXPECT_EQ(sum, report.steady.cycles);
  EXPECT_FALSE(is_less(report.steady, report.observed) || is_less(report.observed, report.steady));
  EXPECT_LE(without(report, "issue"), without(report, "memory"));
  EXPECT_LE(without(report, "memory"), without(report, "fetch"));
  EXPECT_LE(without(report, "memory"), without(report, "data"));
}

std::vector<std::string> names_of(const std::vector<analysis::LateResult>& late) {
  std::vector<std::string> names;
  for (const analysis::LateResult& one : late) names.push_back(one.name);
  return names;
}

/// TRM-M4 table 3-1: ADDS 1, LDR 2, SUBS 1, B<c> taken 1 + P with P = 1 (its target is known in
/// decode).
TEST(Loop, OfIndependentInstructionsOnM4IsBoundByIssue) {
  LoopProgram program;
  program.code.adds(r2, 1);
  program.code.ldr_narrow(r4, r3, 0);
  program.close();
  const LoopReport report = explain(program, "generic-m4");
  expect_sound(report);
  EXPECT_TRUE(report.is_loop);
  EXPECT_EQ(report.begin, program.head());
  EXPECT_EQ(report.end, program.head() + 6);
  EXPECT_EQ(of(report.steady), 6);
  EXPECT_EQ(without(report, "issue"), 6);
  EXPECT_EQ(report.bound, LoopBound::issue);
  EXPECT_THAT(report.late, IsEmpty());
  ASSERT_EQ(report.lines.size(), 4u);
  EXPECT_EQ(report.lines[1].issue, 1u);
  EXPECT_EQ(report.lines[2].issue, 3u);
  EXPECT_EQ(report.lines[3].issue, 4u);
}

/// Two loads in a row overlap by a cycle, unless the second needs what the first loads (TRM-M4
/// 3.3.2): 2 + 2 + 1 + 2, and one less without the latency of R0.
TEST(Loop, OfAPointerChaseOnM4IsBoundByTheLatencyOfItsLoads) {
  LoopProgram program;
  program.code.ldr_narrow(r0, r0, 0);
  program.code.ldr_narrow(r0, r0, 0);
  program.close();
  const LoopReport report = explain(program, "generic-m4");
  expect_sound(report);
  EXPECT_EQ(of(report.steady), 7);
  EXPECT_EQ(without(report, "latency"), 6);
  EXPECT_EQ(report.bound, LoopBound::latency);
  ASSERT_THAT(names_of(report.late), ElementsAre("r0"));
  EXPECT_TRUE(report.late[0].is_carried);
  EXPECT_THAT(report.late[0].writers, ElementsAre(program.head(), program.head() + 2));
  EXPECT_EQ(of(report.late[0].without), 6);
}

/// An address that the instruction before computes is a cycle late (facts 3.2, M8): 1 + 1 + 2 + 1 +
/// 2.
TEST(Loop, OfAnAddressInterlockOnM4NamesTheRegister) {
  LoopProgram program;
  program.code.adds(r0, 0);
  program.code.ldr_narrow(r4, r0, 0);
  program.close();
  const LoopReport report = explain(program, "generic-m4");
  expect_sound(report);
  EXPECT_EQ(of(report.steady), 7);
  EXPECT_EQ(report.bound, LoopBound::latency);
  ASSERT_THAT(names_of(report.late), ElementsAre("r0"));
  EXPECT_THAT(report.late[0].waiting, ElementsAre(program.head() + 2));
  EXPECT_THAT(report.lines[1].waits,
              ElementsAre("waits 1 for r0 (ALU result, 0x00000060)", "issue 2"));
}

/// Data memory with three wait states: the load takes three cycles more.
TEST(Loop, OfSlowDataIsBoundByData) {
  LoopProgram program;
  program.code.ldr_narrow(r4, r3, 0);
  program.close();
  const LoopReport report = explain(program, "generic-m4", {"memories.data.wait_states=3"});
  expect_sound(report);
  EXPECT_EQ(of(report.steady), 2 + 3 + 1 + 2);
  EXPECT_EQ(without(report, "data"), 5);
  EXPECT_EQ(report.bound, LoopBound::data);
}

/// Eight 16-bit instructions are four words; with three wait states each takes four cycles, and the
/// loop cannot take less than 16. Without wait states: 7 + 2.
TEST(Loop, OfSlowCodeIsBoundByFetch) {
  LoopProgram program;
  for (int i = 0; i < 6; ++i) program.code.mov(r2, r3);
  program.close();
  const LoopReport report = explain(program, "generic-m4", {"memories.code.wait_states=3"});
  expect_sound(report);
  EXPECT_GE(of(report.steady), 16);
  EXPECT_EQ(without(report, "fetch"), 9);
  EXPECT_EQ(report.bound, LoopBound::fetch);
}

/// Facts 5.3, 5.6: two ALU instructions a cycle, and a predicted branch pairs with the one that
/// sets its flags.
TEST(Loop, OnM7ShowsItsPairs) {
  LoopProgram program;
  program.code.adds(r2, 1);
  program.code.adds(r4, 1);
  program.close();
  const LoopReport report = explain(program, "generic-m7");
  expect_sound(report);
  EXPECT_EQ(of(report.steady), 2);
  EXPECT_EQ(report.bound, LoopBound::issue);
  ASSERT_EQ(report.lines.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(report.lines[i].issue, i / 2);
    EXPECT_EQ(report.lines[i].with_previous, i % 2 == 1);
  }
}

/// Facts 5.4: a product is there two cycles after its factors: two multiplies in a chain make four
/// cycles of an iteration. Without: MULS, MULS and SUBS, B<c> are two cycles, or the second MULS
/// with SUBS and the branch with the next MULS.
TEST(Loop, OnM7OfMultipliesIsBoundByTheirLatency) {
  LoopProgram program;
  program.code.narrow(mcost::test::Narrow::muls, r4, r2);
  program.code.narrow(mcost::test::Narrow::muls, r4, r2);
  program.close();
  const LoopReport report = explain(program, "generic-m7");
  expect_sound(report);
  EXPECT_EQ(of(report.steady), 4);
  EXPECT_EQ(without(report, "latency"), 2);
  EXPECT_EQ(report.bound, LoopBound::latency);
  ASSERT_THAT(names_of(report.late), ElementsAre("r4"));
  EXPECT_TRUE(report.late[0].is_carried);
}

/// Facts 6.3, 6.4: a 16-bit branch issues with the instruction before it if that sets no flags, and
/// costs a cycle when taken: SUBS; MOV and B<c>; one lost.
TEST(Loop, OnM33ShowsTheBranchThatPairs) {
  LoopProgram program;
  program.code.subs(r1, 1);
  program.code.mov(r2, r3);
  program.close_without_count();
  const LoopReport report = explain(program, "generic-m33");
  expect_sound(report);
  EXPECT_EQ(of(report.steady), 3);
  ASSERT_EQ(report.lines.size(), 3u);
  EXPECT_FALSE(report.lines[1].with_previous);
  EXPECT_TRUE(report.lines[2].with_previous);
  EXPECT_EQ(report.lines[2].issue, 1u);
}

/// Facts 6.2: a product is there after two cycles. MUL, one late, MUL, SUBS, MOV with B<c>, one
/// lost: 6; the MUL of the next iteration finds its factor.
TEST(Loop, OnM33OfMultipliesIsBoundByTheirLatency) {
  LoopProgram program;
  program.code.three(mcost::test::ThreeRegister::mul, r4, r4, r2);
  program.code.three(mcost::test::ThreeRegister::mul, r4, r4, r2);
  program.code.subs(r1, 1);
  program.code.mov(r2, r3);
  program.close_without_count();
  const LoopReport report = explain(program, "generic-m33");
  expect_sound(report);
  EXPECT_EQ(of(report.steady), 6);
  EXPECT_EQ(without(report, "latency"), 5);
  EXPECT_EQ(report.bound, LoopBound::latency);
  EXPECT_THAT(names_of(report.late), ElementsAre("r4"));
}

/// The inner loop of two, whose iterations between two of the outer one are three only.
TEST(Loop, OfSeveralAroundAnInstructionTheInnermostIsExplained) {
  Assembler code(kCode);
  code.movs(r1, 20);
  const Assembler::Label outer = code.here();
  code.movs(r2, 4);
  const Assembler::Label inner = code.here();
  code.adds(r3, 1);
  code.subs(r2, 1);
  code.b(mcost::test::ne, inner);
  code.subs(r1, 1);
  code.b(mcost::test::ne, outer);
  code.stop();
  Program program;
  program.function("reset").add(code.finish());
  const std::string file = program.write("nested.elf");
  const LoopReport report = explain_at(file, "generic-m4", code.address_of(inner)).report;
  EXPECT_EQ(report.begin, code.address_of(inner));
  EXPECT_EQ(report.lines.size(), 3u);
  EXPECT_EQ(of(report.steady), 4);
  const LoopReport around = explain_at(file, "generic-m4", code.address_of(outer)).report;
  EXPECT_EQ(around.begin, code.address_of(outer));
  EXPECT_EQ(around.lines.size(), 6u);
  EXPECT_EQ(around.lines[1].executions, 4 * around.steady.iterations);
  // 1, three times 4, 3 for the last branch that falls through, 1, 2.
  EXPECT_EQ(of(around.steady), 1 + 3 * 4 + 3 + 1 + 2);
}

TEST(Loop, StraightCodeIsExplainedOnce) {
  Assembler code(kCode);
  code.movs(r1, 1);
  code.adds(r2, 1);
  const Assembler::Label end = code.label();
  code.b(end);
  code.nop();
  code.bind(end);
  code.stop();
  Program program;
  program.function("reset").add(code.finish());
  const Found found = explain_at(program.write("straight.elf"), "generic-m4", kCode + 2);
  EXPECT_FALSE(found.report.is_loop);
  EXPECT_EQ(found.report.begin, kCode + 2);
  EXPECT_EQ(found.report.lines.size(), 2u);  // up to the branch
  EXPECT_EQ(of(found.report.steady), 1 + 2);
  EXPECT_EQ(of(found.report.observed), 3);
}

/// Called three times by a loop, but no loop of its own.
TEST(Loop, EndsWhereTheFunctionIsLeft) {
  Program program;
  program.function("reset").add({0x2103});  // movs r1, #3
  program.call(0x4C);                       // bl leaf
  program.add({0x3901, 0xD1FB, 0xE7FE});    // subs r1, #1; bne 0x42; b .
  ASSERT_EQ(program.here(), 0x4Cu);
  program.function("leaf").add({0x3201, 0x4770});  // adds r2, #1; bx lr
  const std::string file = program.write("leaf.elf");
  const Found found = explain_at(file, "generic-m4", 0x4C);
  EXPECT_EQ(found.end, LoopRecorder::End::left);
  EXPECT_FALSE(found.report.is_loop);
  const Found caller = explain_at(file, "generic-m4", 0x42);
  EXPECT_TRUE(caller.report.is_loop);
  EXPECT_EQ(caller.report.begin, 0x42u);
  EXPECT_EQ(caller.report.lines.size(), 5u);  // with those of the callee
  EXPECT_EQ(caller.report.end, 0x48u);
}

TEST(LoopReports, TextAndJson) {
  LoopProgram program;
  program.code.ldr_narrow(r0, r0, 0);
  program.code.ldr_narrow(r0, r0, 0);
  program.close();
  LoopReport report = explain(program, "generic-m4");
  report.image = "loop.elf";
  report.board = "generic-m4";
  report.core = "cortex-m4";
  report.at = "reset+0x14";
  report.function = "reset";
  EXPECT_EQ(analysis::loop_text(report), R"(loop.elf on generic-m4, cortex-m4

Loop 0x00000060 to 0x00000066 in reset: 7 cycles per iteration
16 iterations observed, 7 cycles each

issue  address     instruction   cycles  causes; what it waits for
    0  0x00000060  ldr r0, [r0]       2  issue 2
    2  0x00000062  ldr r0, [r0]       2  issue 2
    4  0x00000064  subs r1, #1        1  issue 1
    5  0x00000066  bne 0x60           2  issue 1, refill 1

Bound by latency of r0: 6 cycles without, 7 with

What if (cycles per iteration)
  as it is                                          7
  every fetch without wait states                   7
  every load and store without wait states          7
  results without latency                           6
  every branch predicted                            7
  fetches and data without wait states              7
  nothing but issue: all of these                   6

Results that are waited for
  r0 from 0x00000060, 0x00000062, carried to the next iteration: 6 cycles without its latency
)");
  const auto json = nlohmann::json::parse(analysis::loop_json(report));
  EXPECT_EQ(json["schema"], "mcost/loop/1");
  EXPECT_EQ(json["bound"], "latency");
  EXPECT_EQ(json["steady"]["cycles"], 7 * json["steady"]["iterations"].get<int>());
  EXPECT_EQ(json["what_if"]["issue"]["cycles"],
            6 * json["what_if"]["issue"]["iterations"].get<int>());
  EXPECT_EQ(json["late_results"][0]["register"], "r0");
  EXPECT_EQ(json["instructions"][3]["causes"]["refill"], json["steady"]["iterations"]);
}

}  // namespace
}  // namespace mcost::cli::test
