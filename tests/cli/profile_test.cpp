// Profiles of compiled firmware: the call tree through tail calls, recursion, longjmp, interrupts
// and context switches, and that everything sums, with and without optimisation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "tests/cli/programs.h"
#include "tests/loader/target_compiler.h"

namespace mcost::cli::test {
namespace {

using ::testing::Contains;
using ::testing::IsSubsetOf;
using ::testing::Not;

/// Vector table, no libc: `handlers` from number 2 on.
constexpr const char* kStart = R"(
extern unsigned _end_of_stack;
int main(void);
void systick(void);
void pendsv(void);
__attribute__((noreturn)) void reset(void) {
  main();
  for (;;) {}
}
__attribute__((weak)) void systick(void) {}
__attribute__((weak)) void pendsv(void) {}
__attribute__((section(".vectors"), used)) const void *const vectors[16] = {
    (void *)0x20001000, (void *)reset, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (void *)pendsv, (void *)systick};
)";

constexpr const char* kLink = R"(
SECTIONS {
  . = 0;
  .text : { KEEP(*(.vectors)) *(.text*) *(.rodata*) }
  . = 0x20000000;
  .bss (NOLOAD) : { *(.data*) *(.bss*) *(COMMON) }
}
)";

/// Spans nest, and each node of the call tree was executed for as long as its instructions took.
void expect_spans_fit(const RunResult& result) {
  const FunctionSpans& spans = result.profile->spans;
  EXPECT_EQ(spans.begin, 0u);
  EXPECT_EQ(spans.end, result.total.counters.cycles);
  EXPECT_EQ(spans.dropped, 0u);
  std::map<std::size_t, std::int64_t> cycles;  // by node, without what is inside
  std::vector<const FunctionSpan*> open;
  for (const FunctionSpan& span : spans.list) {
    while (!open.empty() && open.back()->end <= span.begin) open.pop_back();
    const auto length = static_cast<std::int64_t>(span.end - span.begin);
    cycles[span.node] += length;
    if (!open.empty()) {
      EXPECT_LE(span.end, open.back()->end);
      cycles[open.back()->node] -= length;
    }
    open.push_back(&span);
  }
  for (const ProfileEntry& entry : result.profile->entries)
    cycles[entry.node] -= static_cast<std::int64_t>(entry.cost.cycles());
  for (const auto& [node, left] : cycles) EXPECT_EQ(left, 0) << "node " << node;
}

RunResult profile_of(const std::string& source, const std::string& flags) {
  const auto elf = mcost::test::compile(
      {{"start.c", kStart}, {"main.c", source}, {"link.ld", kLink}},
      "-g " + flags +
          " -ffreestanding -nostdlib -nostartfiles -Wl,-Tlink.ld -Wl,-ereset start.c main.c");
  EXPECT_TRUE(elf.has_value());
  const std::string path = temporary_file("profiled.elf");
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(elf->data()), static_cast<std::streamsize>(elf->size()));
  RawOptions options = options_for(path, "none");
  options.profile = true;
  RunResult result = run(options);
  expect_spans_fit(result);
  return result;
}

std::string path_of(const RunProfile& profile, std::size_t node) {
  const CallNode& at = profile.nodes[node];
  const std::string name = profile.functions[at.function].name;
  if (at.kind == CallNode::Kind::interrupt) return "!" + name;
  return at.parent ? path_of(profile, *at.parent) + ">" + name : name;
}

std::set<std::string> paths_of(const RunResult& result) {
  std::set<std::string> paths;
  for (const ProfileEntry& entry : result.profile->entries)
    paths.insert(path_of(*result.profile, entry.node));
  return paths;
}

/// How often the first instruction of a function was executed.
std::uint64_t calls_of(const RunResult& result, const std::string& function) {
  const RunProfile& profile = *result.profile;
  std::uint64_t calls = 0;
  for (const ProfileEntry& entry : profile.entries) {
    const ProfileCode& code = profile.code[entry.code];
    const ProfileFunction& at = profile.functions[code.function];
    if (at.name == function && at.address == code.address) calls += entry.cost.instructions;
  }
  return calls;
}

/// Stays in a function that lie in a stay in another one.
std::size_t spans_inside(const RunResult& result, const std::string& inner,
                         const std::string& outer) {
  const RunProfile& profile = *result.profile;
  const auto is = [&](const FunctionSpan& span, const std::string& name) {
    return profile.functions[profile.nodes[span.node].function].name == name;
  };
  std::size_t count = 0;
  for (const FunctionSpan& span : profile.spans.list) {
    count += is(span, inner) && std::any_of(profile.spans.list.begin(), profile.spans.list.end(),
                                            [&](const FunctionSpan& around) {
                                              return is(around, outer) &&
                                                     around.begin <= span.begin &&
                                                     span.end <= around.end;
                                            })
                 ? 1
                 : 0;
  }
  return count;
}

class Profiles : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override { MCOST_NEED_TARGET_COMPILER(); }
};

TEST_P(Profiles, ATailCallReturnsToTheCallerOfWhoMadeIt) {
  const RunResult result = profile_of(R"(
volatile int sink;
__attribute__((noinline)) void last(int x) { for (int i = 0; i < x; ++i) sink = i; }
__attribute__((noinline)) void middle(int x) { sink = x; last(x + 3); }
__attribute__((noinline)) void other(void) { sink = 7; }
int main(void) { middle(4); other(); middle(5); return sink; }
)",
                                      GetParam());
  EXPECT_EQ(calls_of(result, "last"), 2u);
  const auto paths = paths_of(result);
  // With a tail call last takes the place of middle, else it is called by it.
  const bool tail = paths.contains("reset>main>last");
  EXPECT_THAT(paths, Contains(tail ? "reset>main>last" : "reset>main>middle>last"));
  EXPECT_THAT(paths, Contains("reset>main>other"));
  EXPECT_THAT(paths, Not(Contains("reset>main>middle>other")));
  EXPECT_EQ(paths.size(), 5u);
}

TEST_P(Profiles, RecursionComesBackToTheFirstCall) {
  const RunResult result = profile_of(R"(
volatile int sink;
__attribute__((noinline, noclone)) int sum(int x) { sink = x; return x == 0 ? 0 : 1 + sum(x - 1) + (sink & 0); }
__attribute__((noinline)) void after(void) { sink = 1; }
int main(void) { int s = sum(20); after(); return s; }
)",
                                      std::string(GetParam()) + " -fno-optimize-sibling-calls");
  EXPECT_EQ(result.exit.reason, ExitReason::idle);
  EXPECT_THAT(paths_of(result), IsSubsetOf({"reset", "reset>main", "reset>main>sum",
                                            "reset>main>sum>sum", "reset>main>after"}));
  EXPECT_THAT(paths_of(result), Contains("reset>main>after"));
}

TEST_P(Profiles, LongjmpGoesBackToWhoSetIt) {
  const RunResult result = profile_of(R"(
volatile int sink;
void *buffer[5];
__attribute__((noinline)) void deep(void) { sink = 2; __builtin_longjmp(buffer, 1); }
__attribute__((noinline)) void outer(void) { sink = 1; deep(); sink = 3; }
__attribute__((noinline)) void after(void) { sink = 4; }
__attribute__((noinline)) void guard(void) {
  if (__builtin_setjmp(buffer) == 0) outer();
  after();
}
int main(void) { guard(); return sink; }
)",
                                      GetParam());
  const auto paths = paths_of(result);
  EXPECT_EQ(calls_of(result, "after"), 1u);
  EXPECT_TRUE(paths.contains("reset>main>guard>after") || paths.contains("reset>main>after"));
  EXPECT_FALSE(paths.contains("reset>main>guard>outer>after"));
}

TEST_P(Profiles, AnInterruptIsARootOfItsOwnAndWhatItInterruptedGoesOn) {
  const RunResult result = profile_of(R"(
volatile int sink, ticks;
__attribute__((noinline)) void tick(void) { ++ticks; }
void systick(void) { tick(); }
__attribute__((noinline)) void work(int n) { for (int i = 0; i < n; ++i) sink = i; }
__attribute__((noinline)) void after(void) { sink = 4; }
int main(void) {
  *(volatile unsigned *)0xE000E014 = 300;
  *(volatile unsigned *)0xE000E018 = 0;
  *(volatile unsigned *)0xE000E010 = 7;
  work(500);
  *(volatile unsigned *)0xE000E010 = 0;
  after();
  return 0;
}
)",
                                      GetParam());
  const auto paths = paths_of(result);
  EXPECT_GT(calls_of(result, "systick"), 5u);
  EXPECT_TRUE(paths.contains("!systick>tick") || paths.contains("!systick"));
  EXPECT_THAT(paths, Contains("reset>main>work"));
  EXPECT_THAT(paths, Contains("reset>main>after"));
  for (const std::string& path : paths) EXPECT_EQ(path.find("work>"), std::string::npos) << path;
  // Over time the handlers are inside of what they interrupt: most of them in a stay in work.
  EXPECT_GT(spans_inside(result, "systick", "work"), 5u);
  EXPECT_EQ(spans_inside(result, "work", "main"), 1u);
}

TEST_P(Profiles, ATaskKeepsItsCallPathOverContextSwitches) {
  const RunResult result = profile_of(R"(
volatile int sink, turns;
unsigned stack_a[64], stack_b[64], *current, *waiting;
__attribute__((naked)) void pendsv(void) {
  __asm volatile(
      "mrs r0, psp\n stmdb r0!, {r4-r11}\n ldr r1, =current\n ldr r2, =waiting\n ldr r3, [r2]\n"
      "str r0, [r2]\n ldmia r3!, {r4-r11}\n msr psp, r3\n bx lr\n .ltorg\n");
}
__attribute__((noinline)) void yield(void) {
  *(volatile unsigned *)0xE000ED04 = 1u << 28;
  __asm volatile("dsb\n isb");
}
__attribute__((noinline)) void step_a(void) { sink = 1; yield(); sink = 2; }
__attribute__((noinline)) void step_b(void) { sink = 3; yield(); sink = 4; }
void task_a(void) { for (int i = 0; i < 3; ++i) { step_a(); ++turns; } for (;;) {} }
void task_b(void) { for (;;) step_b(); }
int main(void) {
  waiting = stack_b + 64 - 16;
  waiting[8 + 5] = 0xFFFFFFFF;
  waiting[8 + 6] = (unsigned)task_b & ~1u;
  waiting[8 + 7] = 0x01000000;
  __asm volatile("msr psp, %0\n movs r0, #2\n msr control, r0\n isb\n bx %1" ::"r"(stack_a + 64), "r"(task_a) : "r0");
  return 0;
}
)",
                                      GetParam());
  const auto paths = paths_of(result);
  EXPECT_EQ(calls_of(result, "step_a"), 3u);
  EXPECT_GE(calls_of(result, "step_b"), 2u);
  EXPECT_TRUE(paths.contains("task_b>step_b")) << ::testing::PrintToString(paths);
  EXPECT_TRUE(paths.contains("task_b"));
  // A step is cut in two by the switch in its midst, the last one by the end of the run.
  EXPECT_GE(spans_inside(result, "step_a", "task_a"), 6u);
  EXPECT_EQ(spans_inside(result, "step_b", "task_a"), 0u);
  for (const std::string& path : paths) {
    EXPECT_FALSE(path.find("step_a>yield>") != std::string::npos) << path;
    EXPECT_TRUE(path.find("task_b") == 0 || path.find("task_b") == std::string::npos) << path;
  }
}

TEST_P(Profiles, InlinedFunctionsAreFramesOfTheirLines) {
  const RunResult result = profile_of(R"(
volatile int sink;
static inline __attribute__((always_inline)) void inner(int x) {
  sink = x * 3;
}
__attribute__((noinline)) void outer(int x) { inner(x); inner(x + 1); }
int main(void) { outer(2); return 0; }
)",
                                      GetParam());
  std::set<std::string> frames;
  for (const ProfileCode& code : result.profile->code) {
    std::string text;
    for (const SourceFrame& frame : code.frames)
      text += frame.function + ":" + std::to_string(frame.line) + " ";
    frames.insert(text);
  }
  EXPECT_THAT(frames, Contains("inner:4 outer:6 "));
}

INSTANTIATE_TEST_SUITE_P(Optimisation, Profiles, ::testing::Values("-O0", "-O1", "-O3"),
                         [](const auto& test) { return std::string(test.param).substr(1); });

constexpr const char* kPlain = R"(
volatile int sink;
__attribute__((noinline)) void work(int x) {
  sink = x;
}
int main(void) { work(2); return 0; }
)";

bool has_frame(const RunProfile& profile, const std::string& function, unsigned line) {
  for (const ProfileCode& code : profile.code) {
    for (const SourceFrame& frame : code.frames) {
      if (frame.function == function && frame.line == line && profile.files[frame.file] == "main.c")
        return true;
    }
  }
  return false;
}

TEST(Profile, LinesComeFromDebugDataOfAnyForm) {
  MCOST_NEED_TARGET_COMPILER();
  for (const char* const flags :
       {"-O1 -gdwarf-2", "-O1 -gdwarf-3", "-O1 -gdwarf-4", "-O1 -gdwarf-5", "-O1 -gz", "-O1 -flto",
        "-O0 -ffunction-sections -Wl,--gc-sections"}) {
    const RunResult result = profile_of(kPlain, flags);
    EXPECT_TRUE(has_frame(*result.profile, "work", 4)) << flags;
    EXPECT_THAT(result.profile->missing, ::testing::IsEmpty()) << flags;
    const auto paths = paths_of(result);  // link-time optimisation takes main into reset
    EXPECT_TRUE(paths.contains("reset>main>work") || paths.contains("reset>work")) << flags;
  }
}

TEST(Profile, WhatIsMissingIsSaidAndTheRestIsThere) {
  MCOST_NEED_TARGET_COMPILER();
  const RunResult no_lines = profile_of(kPlain, "-O1 -g0");
  EXPECT_THAT(paths_of(no_lines), Contains("reset>main>work"));
  EXPECT_THAT(
      no_lines.profile->missing,
      ::testing::ElementsAre("no source lines: the firmware has no debug data; build it with -g"));
  const RunResult stripped = profile_of(kPlain, "-O1 -s");
  EXPECT_EQ(paths_of(stripped).size(), 3u);
  EXPECT_THAT(stripped.profile->missing,
              Contains("no names for 3 functions: the firmware has no symbol for them; they are "
                       "named by their address"));
  EXPECT_EQ(stripped.total.counters.cycles, no_lines.total.counters.cycles);
}

TEST(Profile, WithoutSymbolsFunctionsAreNamedByTheAddressThatWasCalled) {
  Program program;
  program.add({0xF000, 0xF802});  // BL to the instruction behind the next two
  program.add({0xE7FE, 0xBF00, 0x2001, 0x4770});
  RawOptions options = options_for(program.write("stripped.elf"), "none");
  options.profile = true;
  const RunResult result = run(options);
  EXPECT_EQ(paths_of(result), (std::set<std::string>{"0x00000040", "0x00000040>0x00000048"}));
  ASSERT_FALSE(result.profile->missing.empty());
}

}  // namespace
}  // namespace mcost::cli::test
