// Runs of small programs through RunSession: ends, faults, input and output of memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "cli/run_session.h"
#include "sim_core/base/error.h"
#include "tests/cli/programs.h"

namespace mcost::cli::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

void write_file(const std::string& path, const mcost::test::Bytes& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

std::string read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::string message(RawOptions options) {
  try {
    (void)run(options);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Session, FaultIsReportedWithItsPlaceAndCallers) {
  Program program;
  program.function("reset").call(0x46).add({kBranchToSelf});
  program.function("middle").add({kPushLr}).call(0x4E).add({kPopPc});
  ASSERT_EQ(program.here(), 0x4Eu);
  program.function("crash").add({kPushLr, 0xDE00, kPopPc});  // push {lr}; udf #0
  program.function("handler").add({kBranchToSelf});
  program.vector(3, 0x54);
  const RunResult result = run(options_for(program.write("fault.elf"), "none"));
  EXPECT_EQ(result.exit.reason, ExitReason::fault);
  ASSERT_TRUE(result.exit.fault.has_value());
  EXPECT_EQ(result.exit.fault->kind, "undefined_instruction");
  EXPECT_EQ(result.exit.fault->place.address, 0x50u);
  EXPECT_EQ(result.exit.fault->place.symbol, "crash+0x2");
  EXPECT_EQ(result.exit.place.symbol, "handler");
  ASSERT_EQ(result.exit.backtrace.size(), 2u);
  EXPECT_EQ(result.exit.backtrace[0].place.symbol, "middle+0x2");
  EXPECT_TRUE(result.exit.backtrace[0].certain);
  EXPECT_EQ(result.exit.backtrace[1].place.symbol, "reset");
  EXPECT_FALSE(result.exit.backtrace[1].certain);
}

TEST(Session, CycleLimitEndsTheRun) {
  Program program;
  program.function("reset").add({kNop, 0xE7FD});  // nop; b back
  RawOptions options = options_for(program.write("endless.elf"), "none");
  options.max_cycles = "1000";
  const RunResult result = run(options);
  EXPECT_EQ(result.exit.reason, ExitReason::cycle_limit);
  EXPECT_GE(result.total.counters.cycles, 1000u);
  EXPECT_LT(result.total.counters.cycles, 1010u);
  EXPECT_FALSE(result.partial);
}

TEST(Session, TimeLimitMakesThePartialResult) {
  Program program;
  program.function("reset").add({kNop, 0xE7FD});
  RawOptions raw = options_for(program.write("endless.elf"), "none");
  raw.max_cycles = "";
  RunSession session(check_options(raw),
                     {[](const std::string&, bool) {}, [](Cycles) { return false; }});
  const RunResult result = session.run();
  EXPECT_EQ(result.exit.reason, ExitReason::time_limit);
  EXPECT_TRUE(result.partial);
  EXPECT_THAT(result.notes, Contains(HasSubstr("stopped by --timeout")));
}

TEST(Session, UntilStopsBeforeTheInstruction) {
  Program program;
  program.function("reset").add({kNop, kNop});
  program.function("goal").add({kNop, kBranchToSelf});
  RawOptions options = options_for(program.write("until.elf"), "none");
  for (const char* const until : {"goal", "0x44", "reset+4"}) {
    options.until = until;
    const RunResult result = run(options);
    EXPECT_EQ(result.exit.reason, ExitReason::until);
    EXPECT_EQ(result.exit.place.symbol, "goal");
    EXPECT_EQ(result.total.counters.instructions, 2u);
  }
}

TEST(Session, UntilThatIsNotReachedIsNoted) {
  Program program;
  program.function("reset").add({kBranchToSelf});
  program.function("never").add({kNop});
  RawOptions options = options_for(program.write("not_reached.elf"), "none");
  options.until = "never";
  EXPECT_THAT(run(options).notes, Contains("--until never: 0x00000042 was not reached"));
  options.until = "0x20000100";  // RAM: code may be copied there
  EXPECT_THAT(run(options).notes, Contains("--until 0x20000100: 0x20000100 was not reached"));
  options.until = "reset";
  EXPECT_THAT(run(options).notes, Not(Contains(HasSubstr("not reached"))));
}

TEST(Session, EntryStartsElsewhere) {
  Program program;
  program.function("reset").add({kNop, kNop, kNop});
  program.function("other").add({kNop, kBranchToSelf});
  RawOptions options = options_for(program.write("entry.elf"), "none");
  options.entry = "other";
  EXPECT_EQ(run(options).total.counters.instructions, 1u);
}

/// SYS_EXIT_EXTENDED with the block at 0x20000100.
Program exit_program() {
  Program program;
  program.function("reset").add({0x2020});       // movs r0, #0x20
  program.add({0x4901, 0xBEAB, kBranchToSelf});  // ldr r1, [pc, #4]; bkpt 0xab
  program.add({0x0100, 0x2000});                 // .word 0x20000100
  return program;
}

TEST(Session, InputReachesTheFirmwareAndItsExitCodeComesBack) {
  const std::string input = temporary_file("block.bin");
  write_file(input, mcost::test::words({0x20026, 7}));
  RawOptions options = options_for(exit_program().write("exit.elf"), "none");
  options.input = {input + "@0x20000100"};
  const std::string dump = temporary_file("dump.bin");
  options.dump_memory = {"0x20000104:4=" + dump};
  const RunResult result = run(options);
  EXPECT_EQ(result.exit.reason, ExitReason::exited);
  EXPECT_EQ(result.exit.code, 7u);
  EXPECT_EQ(read_file(dump), std::string("\x07\0\0\0", 4));
  ASSERT_EQ(result.semihosting.size(), 1u);
  EXPECT_EQ(result.semihosting[0].name, "SYS_EXIT_EXTENDED");
}

TEST(Session, SettingsAreInTheResolvedBoardAndNoted) {
  RawOptions options = options_for(exit_program().write("exit.elf"), "none");
  options.clock = "1000000";
  options.set = {"memories.code.wait_states=3"};
  const RunResult result = run(options);
  EXPECT_EQ(result.clock, (Hertz{1'000'000, 1}));
  EXPECT_THAT(result.board.resolved_yaml, HasSubstr("1000000"));
  EXPECT_THAT(result.notes, Contains(HasSubstr("memories.code.wait_states is overridden")));
  EXPECT_EQ(result.image.name, "exit.elf");
}

TEST(Session, NotesOnInstructionsSayWhereTheyAre) {
  Program program;
  program.function("reset").add({0x4801, 0x6801, kBranchToSelf, kNop});
  program.add({0x0100, 0x2000});  // ldr r0, =0x20000100; ldr r1, [r0]
  EXPECT_THAT(run(options_for(program.write("never.elf"), "none")).notes,
              Contains("RAM was read before it was written, once: first at 0x00000042 reset+0x2"));
}

TEST(Session, ResultsAreTheSameEveryTime) {
  const RawOptions options = options_for(exit_program().write("exit.elf"), "none");
  EXPECT_EQ(run(options), run(options));
}

TEST(Session, ResultThatDoesNotAddUpIsAnInternalError) {
  RunResult result;
  result.total.counters.cycles = 1;
  EXPECT_THROW(require_sums(result), InternalError);
  result.total.counters.cycles = 0;
  EXPECT_NO_THROW(require_sums(result));
}

TEST(Session, UntilInsideAnInstructionOrDataIsRefused) {
  Program program;
  program.function("reset").call(0x44).add({kBranchToSelf});
  RawOptions options = options_for(program.write("inside.elf"), "none");
  options.until = "0x42";
  EXPECT_EQ(message(options),
            "0x00000042 is inside an instruction: --until 0x42: give its address, 0x00000040");
  options.until = "0x8";  // the vector table
  EXPECT_EQ(message(options),
            "0x00000008 is data between code: --until 0x8: give the address of an instruction");
}

TEST(Session, MistakesAboutMemoryAreFoundBeforeTheRun) {
  const std::string input = temporary_file("block.bin");
  write_file(input, mcost::test::words({1, 2}));
  const RawOptions options = options_for(exit_program().write("exit.elf"), "none");
  RawOptions changed = options;
  changed.input = {input + "@0x20FFFFFC"};
  EXPECT_THAT(message(changed), HasSubstr("do not fit RAM"));
  changed.input = {input + "@nowhere"};
  EXPECT_THAT(message(changed), HasSubstr("the firmware has no symbol \"nowhere\": --input"));
  changed = options;
  changed.dump_memory = {"0x90000000:4=x"};
  EXPECT_THAT(message(changed), HasSubstr("no memory has 4 bytes at 0x90000000"));
  changed = options;
  changed.until = "nowhere+4";
  EXPECT_THAT(message(changed), HasSubstr("no symbol \"nowhere+4\": --until"));
  for (const char* const place : {"0x90000000", "0x40000000", "0xE000E000"}) {
    changed.until = place;
    EXPECT_EQ(message(changed), "no code can be at " + std::string(place) + ": --until " + place +
                                    ": give a function, or an address in memory that code runs "
                                    "from");
  }
  changed = options;
  changed.entry = "0x100000000";
  EXPECT_THAT(message(changed), HasSubstr("addresses have 32 bits"));
}

}  // namespace
}  // namespace mcost::cli::test
