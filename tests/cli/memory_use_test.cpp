// Memory use of firmware that measures itself: a painted stack, a heap, and layers whose live bytes
// are known by construction. However the engine runs them, the numbers are the same.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "boards/machine.h"
#include "boards/spec_reader.h"
#include "cli/memory_use_log.h"
#include "cli/run_session.h"
#include "loader/symbols.h"
#include "tests/cli/programs.h"
#include "tests/loader/target_compiler.h"

namespace mcost::cli::test {
namespace {

using mcost::test::compile;

// Code at 0x08000000, data from 0x20000000 on, heap and stack behind it.
constexpr const char* kScript = R"(
MEMORY { rom : ORIGIN = 0x08000000, LENGTH = 64K
         ram : ORIGIN = 0x20000000, LENGTH = 32K }
ENTRY(reset)
SECTIONS {
  .text : { KEEP(*(.vectors)) *(.text*) *(.rodata*) } > rom
  .data : { *(.data*) } > ram AT > rom
  .bss (NOLOAD) : { *(.bss*) *(COMMON) . = ALIGN(8); } > ram
  end = .;
  stack_top = 0x20006000;
  LIMIT
}
)";

constexpr const char* kStart = R"(
extern unsigned stack_top[];
void reset(void);
void handler(void);
__attribute__((naked)) void handler(void) { __asm volatile("bx lr"); }
__attribute__((section(".vectors"), used)) static void* const vectors[16] = {
    stack_top, reset, handler, handler, [11] = handler};
#define PAINT 0xA5A5A5A5u
volatile unsigned results[4];
)";

// Paints from the end of data up to the stack pointer, as RTOS monitors do.
constexpr const char* kPaintedStack = R"(
extern unsigned end[];
static unsigned work(unsigned depth, unsigned seed) {
  volatile unsigned some[12];
  some[depth % 12] = seed;
  some[3] = depth;
  if (depth == 5) __asm volatile("svc 0" ::: "memory");
  if (depth == 0) return seed + some[3];
  return work(depth - 1, seed * 7 + 1) + some[depth % 12];
}
__attribute__((noinline)) static void paint(void) {
  unsigned* sp;
  __asm volatile("mov %0, sp" : "=r"(sp));
  for (unsigned* p = end; p < sp; ++p) *(volatile unsigned*)p = PAINT;
}
__attribute__((noinline)) static unsigned scan(void) {
  unsigned* p = end;
  while (*(volatile unsigned*)p == PAINT) ++p;
  return (unsigned)stack_top - (unsigned)p;
}
void reset(void) {
  paint();
  results[1] = work(9, 3);
  results[0] = scan();
  for (;;) {}
}
)";

constexpr const char* kHeap = R"(
extern char end[];
static char* brk = end;
__attribute__((noinline)) static volatile unsigned* take(unsigned words) {
  volatile unsigned* p = (volatile unsigned*)brk;
  brk += 4 * words;
  return p;
}
__attribute__((noinline)) static unsigned use(unsigned words) {
  volatile unsigned* p = take(words);
  unsigned sum = 0;
  for (unsigned i = 0; i < words; ++i) p[i] = i;
  for (unsigned i = 0; i < words; ++i) sum += p[i];
  brk -= 4 * words;
  return sum;
}
void reset(void) {
  brk = end;
  results[0] = use(100);
  results[1] = use(60);
  for (;;) {}
}
)";

// `a` is live from one() to two(). Of `b` 17 words are read in three(); the others die where they
// are made, in two(), as nobody reads them. `c` is never read.
constexpr const char* kLayers = R"(
volatile unsigned a[64], b[128], c[16];
__attribute__((noinline)) void one(void) { for (int i = 0; i < 64; ++i) a[i] = i; }
__attribute__((noinline)) void two(void) {
  for (int i = 0; i < 128; ++i) b[i] = a[i / 2] + 1;
}
__attribute__((noinline)) void three(void) { for (int i = 0; i < 16; ++i) c[i] = b[8 * i] + b[127]; }
__attribute__((noinline)) void rest(void) { __asm volatile(""); }
void reset(void) {
  one();
  two();
  three();
  rest();
  for (;;) {}
}
)";

// One object across DTCM and SRAM1 of an STM32F767, with the stack behind it in SRAM1.
constexpr const char* kAcrossMemories = R"(
volatile unsigned big[0x22000 / 4];
void reset(void) {
  for (int i = 0; i < 0x22000 / 4; i += 16) big[i] = i;
  results[0] = (unsigned)big;
  for (;;) {}
}
)";

// The stack of a task, painted before PSP points there.
constexpr const char* kProcessStack = R"(
unsigned task_stack[128];
__attribute__((noinline)) static unsigned work(unsigned depth) {
  volatile unsigned some[4];
  some[depth & 3] = depth;
  return depth == 0 ? some[0] : work(depth - 1) + some[depth & 3];
}
static void task(void) {
  results[1] = work(4);
  __asm volatile("svc 0" ::: "memory");
  unsigned* p = task_stack;
  while (*(volatile unsigned*)p == PAINT) ++p;
  results[0] = (unsigned)(task_stack + 128) - (unsigned)p;
  for (;;) {}
}
void reset(void) {
  for (int i = 0; i < 128; ++i) ((volatile unsigned*)task_stack)[i] = PAINT;
  __asm volatile("msr psp, %0\n mov r0, #2\n msr control, r0\n isb" ::"r"(task_stack + 128) : "r0");
  task();
}
)";

std::optional<mcost::test::Bytes> build(const std::string& source, const std::string& flags,
                                        bool has_limit, std::string script = kScript) {
  const std::size_t at = script.find("LIMIT");
  script.replace(at, 5, has_limit ? "__StackLimit = end;" : "");
  return compile({{"start.c", kStart + source}, {"link.ld", script}},
                 flags +
                     " -ffreestanding -nostdlib -fno-tree-loop-distribute-patterns "
                     "-fno-optimize-sibling-calls -T link.ld start.c");
}

/// One way to run.
struct Way {
  unsigned longest_block = 32;
  bool memoise = true;
  bool recorded = true;
};

struct Outcome {
  RunResult result;
  std::array<std::uint32_t, 4> results{};
  Cycles cycles = 0;
};

/// Runs to the end; entering one of `functions` begins a layer.
Outcome run_elf(const mcost::test::Bytes& elf, const Way& way,
                const std::vector<std::string>& functions = {},
                const std::string& board = "nucleo-f429zi") {
  boards::MachineOptions options;
  options.engine.longest_block = way.longest_block;
  options.engine.memoise = way.memoise;
  boards::Machine machine(boards::read_board(board, {}, {}), std::move(options));
  const loader::Image image = loader::read_image("test.elf", elf, {});
  const loader::SymbolTable symbols = loader::SymbolTable::read(image);
  (void)machine.load(image);
  engine::Engine& engine = machine.engine();
  std::unique_ptr<MemoryUseLog> log;
  if (way.recorded) log = std::make_unique<MemoryUseLog>(engine, image, symbols);
  struct Listener final : engine::HookListener {
    void reached(Address pc, engine::Engine& of) override {
      const std::size_t entered = layers.at(pc);
      if (log != nullptr) log->boundary(layer, entered, of.now());
      layer = entered;
    }
    std::map<Address, std::size_t> layers;
    std::size_t layer = 0;
    MemoryUseLog* log = nullptr;
  } listener;
  listener.log = log.get();
  for (const std::string& name : functions) {
    const Address address = symbols.find_symbol(name)->address;
    listener.layers.emplace(address, listener.layers.size() + 1);
    engine.add_hook(address);
  }
  engine.set_listener(&listener);
  engine::RunLimits limits;
  limits.max_cycles = 10'000'000;
  EXPECT_EQ(engine.run(limits), engine::StopReason::idle);
  Outcome outcome;
  outcome.cycles = engine.now();
  const Address results = symbols.find_symbol("results")->address;
  EXPECT_TRUE(engine.read_memory(results, reinterpret_cast<std::uint8_t*>(outcome.results.data()),
                                 sizeof outcome.results));
  if (log == nullptr) return outcome;
  outcome.result.memories = machine.memory_names();
  outcome.result.layers.resize(functions.size() + 1);
  std::vector<std::size_t> accounts;
  for (std::size_t i = 0; i <= functions.size(); ++i) accounts.push_back(i);
  log->end(listener.layer, engine.now());
  log->show(outcome.result, accounts);
  return outcome;
}

/// The usual way, after comparing all others with it.
Outcome run_all_ways(const mcost::test::Bytes& elf, const std::vector<std::string>& functions = {},
                     const std::string& board = "nucleo-f429zi") {
  Outcome usual = run_elf(elf, {}, functions, board);
  for (const unsigned longest : {1u, 2u, 5u, 32u}) {
    for (const bool memoise : {false, true}) {
      const Outcome other = run_elf(elf, {longest, memoise}, functions, board);
      EXPECT_EQ(other.cycles, usual.cycles) << longest << memoise;
      EXPECT_EQ(other.results, usual.results) << longest << memoise;
      EXPECT_EQ(other.result, usual.result) << longest << memoise;
      const Outcome unrecorded = run_elf(elf, {longest, memoise, false}, functions, board);
      EXPECT_EQ(unrecorded.cycles, usual.cycles) << longest << memoise;
      EXPECT_EQ(unrecorded.results, usual.results) << longest << memoise;
    }
  }
  return usual;
}

std::uint64_t at(const BytesByKind& bytes, MemoryKind kind) {
  return bytes[static_cast<std::size_t>(kind)];
}

class PaintedStack : public ::testing::TestWithParam<const char*> {};

TEST_P(PaintedStack, MainStackIsWhatThePaintShows) {
  MCOST_NEED_TARGET_COMPILER();
  for (const bool has_limit : {false, true}) {
    const auto elf = build(kPaintedStack, GetParam(), has_limit);
    ASSERT_TRUE(elf.has_value());
    for (const char* const board : {"nucleo-f429zi", "nucleo-f767zi"}) {
      const Outcome outcome = run_all_ways(*elf, {}, board);
      ASSERT_FALSE(outcome.result.memory_use->stacks.empty());
      const StackUse& stack = outcome.result.memory_use->stacks[0];
      EXPECT_GT(outcome.results[0], 300u);
      EXPECT_EQ(stack.used_bytes, outcome.results[0]) << board;
      EXPECT_EQ(stack.top, 0x20006000u);
      EXPECT_EQ(stack.shares_with_heap, !has_limit);
    }
  }
}

TEST_P(PaintedStack, ProcessStackIsWhatThePaintShows) {
  MCOST_NEED_TARGET_COMPILER();
  const auto elf = build(kProcessStack, GetParam(), false);
  ASSERT_TRUE(elf.has_value());
  const Outcome outcome = run_all_ways(*elf);
  const auto& stacks = outcome.result.memory_use->stacks;
  ASSERT_EQ(stacks.size(), 2u);
  EXPECT_EQ(stacks[1].name, "task_stack");
  EXPECT_EQ(stacks[1].size_bytes, 512u);
  EXPECT_GT(outcome.results[0], 60u);
  EXPECT_EQ(stacks[1].used_bytes, outcome.results[0]);
}

INSTANTIATE_TEST_SUITE_P(Optimisation, PaintedStack, ::testing::Values("-O0", "-O2"));

TEST(MemoryUseOfFirmware, HeapIsWhatWasTakenAtTheMost) {
  MCOST_NEED_TARGET_COMPILER();
  const auto elf = build(kHeap, "-O2", false);
  ASSERT_TRUE(elf.has_value());
  const Outcome outcome = run_all_ways(*elf);
  EXPECT_EQ(outcome.results[0], 4950u);
  const RunMemoryUse& use = *outcome.result.memory_use;
  EXPECT_EQ(at(use.total.touched, MemoryKind::heap), 400u);
  EXPECT_EQ(at(use.total.live, MemoryKind::heap), 400u);
  EXPECT_EQ(at(use.sizes, MemoryKind::heap), use.stacks.at(0).size_bytes);
  EXPECT_EQ(at(use.total.touched, MemoryKind::data), 4u);
}

TEST(MemoryUseOfFirmware, LiveBytesOfLayersAreThoseOfTheirBuffers) {
  MCOST_NEED_TARGET_COMPILER();
  const auto elf = build(kLayers, "-O2", false);
  ASSERT_TRUE(elf.has_value());
  for (const char* const board : {"nucleo-f429zi", "nucleo-f767zi"}) {
    const Outcome outcome = run_all_ways(*elf, {"one", "two", "three", "rest"}, board);
    const auto& layers = outcome.result.layers;
    const auto live = [&](std::size_t layer) {
      return at(layers.at(layer).memory_use.live, MemoryKind::bss);
    };
    const auto touched = [&](std::size_t layer) {
      return at(layers.at(layer).memory_use.touched, MemoryKind::bss);
    };
    EXPECT_EQ(live(1), 256u);
    EXPECT_EQ(live(2), 256u + 17 * 4);
    EXPECT_EQ(live(3), 17u * 4);
    EXPECT_EQ(live(4), 0u);
    EXPECT_EQ(touched(1), 256u);
    EXPECT_EQ(touched(2), 768u);
    EXPECT_EQ(touched(3), 17 * 4 + 64u);
    EXPECT_EQ(touched(4), 0u);
    EXPECT_EQ(outcome.result.memory_use->timeline.size(), 5u);
  }
}

TEST(MemoryUseOfFirmware, AnObjectAcrossTwoMemoriesIsOfOneKind) {
  MCOST_NEED_TARGET_COMPILER();
  std::string script = kScript;
  script.replace(script.find("LENGTH = 32K"), 12, "LENGTH = 512K");
  script.replace(script.find("0x20006000"), 10, "0x20040000");
  for (const bool has_limit : {false, true}) {
    const auto elf = build(kAcrossMemories, "-O2", has_limit, script);
    ASSERT_TRUE(elf.has_value());
    const Outcome outcome = run_elf(*elf, {}, {}, "nucleo-f767zi");
    const RunMemoryUse& use = *outcome.result.memory_use;
    ASSERT_LT(outcome.results[0], 0x20001000u);
    EXPECT_EQ(at(use.total.touched, MemoryKind::bss), 0x22000u / 16 + 4);
    EXPECT_EQ(at(use.total.touched, MemoryKind::heap), 0u);
    EXPECT_EQ(at(use.total.touched, MemoryKind::other), 0u);
    EXPECT_GE(at(use.sizes, MemoryKind::bss), 0x22000u + 16);
    EXPECT_LT(at(use.sizes, MemoryKind::bss), 0x22000u + 32);
    // What is left behind it is for stack and heap.
    EXPECT_LE(use.stacks.at(0).size_bytes, 0x20040000u - outcome.results[0] - 0x22000u);
    for (const std::string name : {"dtcm", "sram1"}) {
      const auto& names = outcome.result.memories;
      const auto found = std::find(names.begin(), names.end(), name);
      ASSERT_NE(found, names.end());
      EXPECT_GT(use.total.touched_by_memory.at(found - names.begin()), 500u) << name;
    }
  }
}

}  // namespace
}  // namespace mcost::cli::test
