// --place: what it names, where it goes, that data and results stay and the other memory is
// charged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "boards/spec_reader.h"
#include "cli/placement_option.h"
#include "cli/run_session.h"
#include "sim_core/base/error.h"
#include "tests/cli/programs.h"
#include "tests/support/test_machine.h"

namespace mcost::cli::test {
namespace {

using mcost::test::Bytes;
using mcost::test::ElfBuilder;
using mcost::test::halfwords;
using mcost::test::Observation;
using mcost::test::words;
using ::testing::Contains;
using ::testing::HasSubstr;

// Memories of generic-m4, in the order of its file.
constexpr unsigned kCode = 0;
constexpr unsigned kData = 1;

/// Sums five words of a table at 0x80 into r0:
///   40: movs r1, #0x80; movs r2, #5; movs r0, #0
///   46: ldr r3, [r1], #4; nop; nop; adds r0, r0, r3; subs r2, #1; bne 46
///   54: b .
std::string table_firmware(const std::string& name) {
  Bytes bytes;
  const auto append = [&bytes](const Bytes& more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
  };
  append(words({kStackTop, 0x41}));
  while (bytes.size() < 0x40) append(words({0}));
  append(halfwords({0x2180, 0x2205, 0x2000, 0xF851, 0x3B04, 0xBF00, 0xBF00, 0x18C0, 0x3A01, 0xD1F8,
                    kBranchToSelf}));
  ElfBuilder elf;
  elf.code(0, bytes).mapping("$d", 0).mapping("$t", 0x40).function("sum", 0x40, 0x16);
  elf.section({.name = ".table", .address = 0x80, .bytes = words({1, 20, 300, 4000, 50000})});
  elf.symbol({.name = "table", .value = 0x80, .size = 20, .type = 1, .section = ".table"});
  elf.symbol(
      {.name = "twin", .value = 0x80, .size = 4, .type = 1, .binding = 0, .section = ".table"});
  elf.symbol(
      {.name = "twin", .value = 0x84, .size = 4, .type = 1, .binding = 0, .section = ".table"});
  elf.symbol({.name = "label", .value = 0x88, .size = 0, .type = 0, .section = ".table"});
  elf.section({.name = ".state", .flags = 3, .address = 0xA0, .bytes = words({7})});
  const std::string path = temporary_file(name);
  const Bytes file = elf.build();
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(file.data()), static_cast<std::streamsize>(file.size()));
  return path;
}

struct Outcome {
  RunResult result;
  std::uint32_t r0 = 0;
};

Outcome run_table(const std::vector<std::string>& place, const std::vector<std::string>& set = {}) {
  RawOptions options = options_for(table_firmware("table.elf"), "none");
  options.place = place;
  options.set = set;
  RunSession session(check_options(options), {[](const std::string&, bool) {}, {}});
  Outcome outcome;
  outcome.result = session.run();
  outcome.r0 = session.machine().engine().core().r[0];
  return outcome;
}

std::string message(const std::string& place, const std::string& board = "generic-m4") {
  RawOptions options = options_for(table_firmware("table.elf"), "none");
  options.board = board;
  options.place = {place};
  try {
    (void)run(options);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Placement, ChargesTheOtherMemoryForTheSameData) {
  const std::vector<std::string> slow = {"memories.data.wait_states=3"};
  const Outcome before = run_table({}, slow);
  const Outcome after = run_table({"table=data"}, slow);
  EXPECT_EQ(before.r0, 54321u);
  EXPECT_EQ(after.r0, 54321u);
  const Counters& old = before.result.total.counters;
  const Counters& now = after.result.total.counters;
  EXPECT_EQ(now.instructions, old.instructions);
  // Each of the five loads waits three cycles for its data, and nothing hides them: the value is
  // needed three instructions later, but a load holds the pipeline until its data phase ends.
  EXPECT_EQ(now.cycles - old.cycles, 5u * 3u);
  EXPECT_EQ(now.by_memory[kData][static_cast<unsigned>(Cause::data_wait)], 5u * 3u);
  EXPECT_EQ(old.traffic[kCode].reads - now.traffic[kCode].reads, 5u);
  EXPECT_EQ(now.traffic[kData].reads - old.traffic[kData].reads, 5u);
  EXPECT_EQ(now.traffic[kData].read_bytes - old.traffic[kData].read_bytes, 20u);
  EXPECT_THAT(after.result.notes,
              Contains("--place: table (20 bytes at 0x00000080) is charged as data at 0x203FF080"));
}

TEST(Placement, SectionSymbolMergedSectionAndRangeNameTheSameBytes) {
  const std::vector<std::string> slow = {"memories.data.wait_states=3"};
  const Cycles expected = run_table({"table=data"}, slow).result.total.counters.cycles;
  for (const char* const what : {".table=data", ".rodata.table=data", "0x80+20=data", "128+20=data",
                                 "table=data_mirror", "0x82+16=data"}) {
    const Outcome outcome = run_table({what}, slow);
    EXPECT_EQ(outcome.result.total.counters.cycles, expected) << what;
    EXPECT_EQ(outcome.r0, 54321u) << what;
  }
}

TEST(Placement, AWordThatARangeSharesGoesAlong) {
  // Bytes 0x86 and 0x87 belong to the second word of five.
  const Outcome outcome = run_table({"0x86+2=data"}, {"memories.data.wait_states=3"});
  EXPECT_EQ(outcome.r0, 54321u);
  EXPECT_EQ(outcome.result.total.counters.traffic[kData].reads, 1u);
}

TEST(Placement, CodeThatMovesIsFetchedFromTheOtherMemory) {
  const Outcome before = run_table({});
  const Outcome after = run_table({"sum=data"}, {"memories.data.wait_states=1"});
  EXPECT_EQ(after.r0, 54321u);
  const Counters& now = after.result.total.counters;
  EXPECT_EQ(now.instructions, before.result.total.counters.instructions);
  EXPECT_GT(now.cycles, before.result.total.counters.cycles);
  EXPECT_GT(now.traffic[kData].fetches, 0u);
  EXPECT_GT(now.by_memory[kData][static_cast<unsigned>(Cause::fetch_wait)], 0u);
  EXPECT_EQ(now.by_memory[kCode][static_cast<unsigned>(Cause::fetch_wait)], 0u);
}

TEST(Placement, ASecondPlacementGetsRoomOfItsOwn) {
  const Outcome outcome = run_table({"table=data", ".state=data"});
  EXPECT_EQ(outcome.r0, 54321u);
  EXPECT_THAT(outcome.result.notes,
              Contains("--place: .state (4 bytes at 0x000000A0) is charged as data at 0x203FF0A0"));
}

TEST(Placement, BelowTheStackTheMiddleIsTaken) {
  // The stack ends at 0x20001000, so 4 KiB are free below it; above it is more, which goes first.
  RawOptions options = options_for(table_firmware("table.elf"), "none");
  options.place = {"0x80+4=data"};
  options.set = {"memories.data.size_kib=4"};
  const RunResult result = run(options);
  EXPECT_THAT(result.notes,
              Contains("--place: 0x80+4 (4 bytes at 0x00000080) is charged as data at 0x20000080"));
}

TEST(Placement, MistakesAreNamedWithARemedy) {
  EXPECT_EQ(message("tabel=data"),
            "the firmware has no section or symbol \"tabel\": --place tabel=data: did you mean "
            "\"table\"? sections: .text, .table, .state");
  EXPECT_EQ(message("table=dat"),
            "the board has no memory \"dat\": --place table=dat: did you mean \"data\"? memories: "
            "code, data");
  EXPECT_EQ(message("twin=data"),
            "several symbols are called twin: at 0x00000080, 0x00000084: --place twin=data: write "
            "ADDRESS+BYTES");
  EXPECT_EQ(message("label=data"),
            "the firmware does not tell the size of label: --place label=data: write "
            "0x00000088+BYTES");
  EXPECT_EQ(message("table"),
            "no range and memory in \"table\": --place table: write SECTION=MEMORY, SYMBOL=MEMORY "
            "or ADDRESS+BYTES=MEMORY");
  EXPECT_EQ(
      message("0x80=data"),
      "\"0x80\" is no range of addresses: --place 0x80=data: write ADDRESS+BYTES, for example "
      "0x08010000+4096");
  EXPECT_EQ(message("0x80+0=data"),
            "\"0x80+0\" is no range of addresses: --place 0x80+0=data: write ADDRESS+BYTES, for "
            "example 0x08010000+4096");
  EXPECT_EQ(message("table=code"),
            "table at 0x00000080 (20 bytes) is in code already: --place table=code: leave it out");
  EXPECT_EQ(message("0x90000000+16=data"),
            "0x90000000+16 at 0x90000000 (16 bytes) is in no memory: --place 0x90000000+16=data: "
            "place what is in memory; `mcost boards NAME` shows where memories are");
  EXPECT_EQ(message("0x003FFFF0+32=data"),
            "0x003FFFF0+32 at 0x003FFFF0 (32 bytes) goes beyond code: --place 0x003FFFF0+32=data: "
            "place its parts one by one, as ADDRESS+BYTES");
  EXPECT_EQ(message("0x100+0x3FEF00=data"), "no error");  // all that is above the stack
  EXPECT_EQ(message("0x100+0x3FEF04=data"),
            "0x100+0x3FEF04 at 0x00000100 (4189956 bytes) does not fit data: its largest free part "
            "has 4190208 bytes, and the place is to be congruent modulo 4 KiB: --place "
            "0x100+0x3FEF04=data: place less, or name a larger memory");
}

TEST(Placement, WhatMeetsAnotherPlacementIsRefused) {
  RawOptions options = options_for(table_firmware("table.elf"), "none");
  options.place = {"table=data", "0x90+8=data"};
  try {
    (void)run(options);
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(),
                 "0x90+8 at 0x00000090 (8 bytes) meets table, which is placed already: --place "
                 "0x90+8=data: leave one of them out");
  }
}

TEST(Placement, CodeGoesWhereFetchesGoAndWhatIsWrittenWhereStoresGo) {
  EXPECT_EQ(message("sum=ccm", "stm32f469i-disco"),
            "sum is code, and ccm takes no fetches of instructions: --place sum=ccm: name a memory "
            "that code runs from");
  EXPECT_EQ(message("0x20000000+64=flash", "stm32f469i-disco"),
            "the program may write 0x20000000+64, but not flash: --place 0x20000000+64=flash: name "
            "a memory that can be written");
}

/// The sample network with `place`, run in one way.
struct SampleRun {
  Observation observation;
  std::string printed;
};

SampleRun run_sample(const std::string& board, const std::vector<std::string>& place,
                     unsigned longest_block, bool memoise) {
  const loader::Image image = loader::read_image(
      std::string(MCOST_SOURCE_DIR) + "/firmware_samples/lenet5/prebuilt/lenet5-int8-dsp.elf");
  const loader::SymbolTable symbols = loader::SymbolTable::read(image);
  boards::MachineOptions options;
  options.engine.longest_block = longest_block;
  options.engine.memoise = memoise;
  SampleRun run;
  options.console = [&run](const std::string& text, bool) { run.printed += text; };
  for (const std::string& text : place)
    options.placements.push_back(read_placement(text, image, symbols));
  boards::Machine machine(boards::read_board(board), options);
  machine.load(image);
  const engine::StopReason stop = machine.engine().run({});
  EXPECT_EQ(machine.engine().exit_code(), 0u);
  run.observation = mcost::test::observe(machine.engine(), stop, false);
  return run;
}

/// Ranges that begin inside functions cut 32-bit instructions in two.
TEST(Placement, TheEngineGivesTheSameHoweverItRunsWhatIsPlaced) {
  struct Case {
    const char* board;
    std::vector<std::string> place;
  };
  const std::vector<Case> cases = {
      {"stm32f469i-disco", {"fc1_weights=sram3", "conv3x3=sram2", "digit_data=ccm"}},
      {"stm32f469i-disco", {"0x6be+1000=sram2"}},
      {"nucleo-l496zg", {"0xc66+300=sram2", "large=sram2"}},
      {"launchxl-cc26x2r1", {"0x6c2+602=sram", "0xa6bd+4001=sram"}}};
  for (const Case& entry : cases) {
    const SampleRun plain = run_sample(entry.board, {}, 32, true);
    const SampleRun stepped = run_sample(entry.board, entry.place, 1, false);
    EXPECT_EQ(stepped.printed, plain.printed);
    EXPECT_EQ(stepped.observation.counters.instructions, plain.observation.counters.instructions);
    EXPECT_TRUE(stepped.observation.counters.adds_up());
    for (const unsigned longest : {32u, 5u}) {
      const SampleRun fast = run_sample(entry.board, entry.place, longest, true);
      EXPECT_EQ(mcost::test::difference(stepped.observation, fast.observation, false), "")
          << entry.board << " " << longest;
    }
  }
}

}  // namespace
}  // namespace mcost::cli::test
