#include <gtest/gtest.h>

#include "tests/semihosting/semihosting_fixture.h"

namespace mcost::boards {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST_F(SemihostingTest, TimeIsSimulated) {
  Cycles now = 0;
  SemihostingSetup setup;
  setup.clock_hz = 48'000'000;
  setup.now = [&now] { return now; };
  start(setup);
  EXPECT_EQ(call(kSysClock), 0u);
  EXPECT_EQ(call(kSysTime), Semihosting::kEpochSeconds);
  EXPECT_EQ(call(kSysTickfreq), 48'000'000u);
  now = 479'999;
  EXPECT_EQ(call(kSysClock), 0u);
  now = 480'000;
  EXPECT_EQ(call(kSysClock), 1u);
  now = 47'999'999;
  EXPECT_EQ(call(kSysClock), 99u);
  EXPECT_EQ(call(kSysTime), Semihosting::kEpochSeconds);
  now = 48'000'000;
  EXPECT_EQ(call(kSysTime), Semihosting::kEpochSeconds + 1);
  now = 0x123456789ABC;
  put_words(kData, {kFailed, kFailed, 7});
  EXPECT_EQ(call(kSysElapsed, kData), 0u);
  EXPECT_EQ(word(kData), 0x56789ABCu);
  EXPECT_EQ(word(kData + 4), 0x1234u);
  EXPECT_EQ(word(kData + 8), 7u);
}

TEST_F(SemihostingTest, TimeOfLongRunsDoesNotOverflow) {
  SemihostingSetup setup;
  setup.clock_hz = 1'000'000'000;
  setup.now = [] { return Cycles{1} << 63; };
  start(setup);
  EXPECT_EQ(call(kSysClock), static_cast<std::uint32_t>((std::uint64_t{1} << 63) / 10'000'000));
}

TEST_F(SemihostingTest, AnUnknownClockIsAnError) {
  EXPECT_EQ(call(kSysTickfreq), kFailed);
  EXPECT_EQ(call(kSysClock), 0u);
  EXPECT_EQ(call(kSysTime), Semihosting::kEpochSeconds);
}

TEST_F(SemihostingTest, CommandLineFitsExactly) {
  SemihostingSetup setup;
  setup.command_line = "prog -n 3";
  start(setup);
  put(kData, "##########!");
  EXPECT_EQ(call(kSysGetCmdline, {kData, 10}), 0u);
  EXPECT_EQ(get(kData, 11), std::string("prog -n 3\0!", 11));
  EXPECT_EQ(word(kBlock), kData);
  EXPECT_EQ(word(kBlock + 4), 9u);
  EXPECT_EQ(call(kSysGetCmdline, {kData, 9}), kFailed);
  EXPECT_EQ(last_error(), GuestError::too_long);
}

TEST_F(SemihostingTest, AnEmptyCommandLineIsAString) {
  put(kData, "#");
  EXPECT_EQ(call(kSysGetCmdline, {kData, 255}), 0u);
  EXPECT_EQ(get(kData, 1), std::string(1, '\0'));
  EXPECT_EQ(word(kBlock + 4), 0u);
}

TEST_F(SemihostingTest, HeapInfoGoesWhereThePointerPoints) {
  SemihostingSetup setup;
  setup.heap_base = 0x20001000;
  setup.heap_limit = 0x20008000;
  setup.stack_base = 0x20010000;
  setup.stack_limit = 0x20008000;
  start(setup);
  EXPECT_EQ(call(kSysHeapinfo, {kData}), 0u);
  EXPECT_EQ(word(kData), 0x20001000u);
  EXPECT_EQ(word(kData + 4), 0x20008000u);
  EXPECT_EQ(word(kData + 8), 0x20010000u);
  EXPECT_EQ(word(kData + 12), 0x20008000u);
}

TEST_F(SemihostingTest, ExitTellsSuccessFromFailure) {
  EXPECT_EQ(semihosting->call(kSysExit, 0x20026).exit_code, 0u);
  EXPECT_EQ(semihosting->call(kSysExit, 0x20023).exit_code, 1u);
  EXPECT_EQ(semihosting->call(kSysExit, 0).exit_code, 1u);
}

TEST_F(SemihostingTest, ExtendedExitCarriesTheCode) {
  put_words(kBlock, {0x20026, 42});
  EXPECT_EQ(semihosting->call(kSysExitExtended, kBlock).exit_code, 42u);
  put_words(kBlock, {0x20026, 0});
  EXPECT_EQ(semihosting->call(kSysExitExtended, kBlock).exit_code, 0u);
  put_words(kBlock, {0x20026, 0xFFFFFFFF});
  EXPECT_EQ(semihosting->call(kSysExitExtended, kBlock).exit_code, 255u);
  put_words(kBlock, {0x20024, 0});
  EXPECT_EQ(semihosting->call(kSysExitExtended, kBlock).exit_code, 1u);
  EXPECT_EQ(semihosting->call(kSysExitExtended, FakeMemory::kNowhere).exit_code, 1u);
}

TEST_F(SemihostingTest, IsErrorLooksAtTheSign) {
  EXPECT_EQ(call(kSysIserror, {0}), 0u);
  EXPECT_EQ(call(kSysIserror, {0x7FFFFFFF}), 0u);
  EXPECT_NE(call(kSysIserror, {0x80000000}), 0u);
  EXPECT_NE(call(kSysIserror, {kFailed}), 0u);
}

TEST_F(SemihostingTest, HostCommandsAndTemporaryNamesAreRefused) {
  put(kName, "true");
  EXPECT_EQ(call(kSysSystem, {kName, 4}), kFailed);
  EXPECT_EQ(last_error(), GuestError::not_permitted);
  EXPECT_EQ(call(kSysTmpnam, {kData, 0, 64}), kFailed);
  EXPECT_EQ(last_error(), GuestError::not_permitted);
}

TEST_F(SemihostingTest, UnknownOperationsFailAndCount) {
  for (const std::uint32_t operation :
       {0x00u, 0x0Bu, 0x14u, 0x17u, 0x19u, 0x32u, 0x100u, 0x101u, kFailed}) {
    EXPECT_EQ(call(operation), kFailed);
  }
  EXPECT_EQ(last_error(), GuestError::not_implemented);
  EXPECT_THAT(semihosting->calls(),
              ElementsAre(Pair(0x00, 1), Pair(0x0B, 1), Pair(0x13, 1), Pair(0x14, 1), Pair(0x17, 1),
                          Pair(0x19, 1), Pair(0x32, 1), Pair(Semihosting::kOtherCalls, 3)));
}

TEST_F(SemihostingTest, CallsAreCountedAndNamed) {
  EXPECT_THAT(semihosting->calls(), ElementsAre());
  write(1, "a");
  write(99, "a");
  open(":tt", kWrite);
  semihosting->call(kSysExit, 0x20026);
  EXPECT_THAT(semihosting->calls(),
              ElementsAre(Pair(kSysOpen, 1), Pair(kSysWrite, 2), Pair(kSysExit, 1)));
  EXPECT_EQ(semihosting_call_name(kSysOpen), "SYS_OPEN");
  EXPECT_EQ(semihosting_call_name(kSysTickfreq), "SYS_TICKFREQ");
  EXPECT_EQ(semihosting_call_name(0x17), "unknown");
}

TEST_F(SemihostingTest, ErrnoKeepsTheLastFailure) {
  EXPECT_EQ(call(kSysErrno), 0u);
  open(":tt", 99);
  open(":tt", kWrite);
  EXPECT_EQ(call(kSysErrno), 22u);
}

}  // namespace
}  // namespace mcost::boards
