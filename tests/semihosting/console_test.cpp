#include <gtest/gtest.h>

#include <numeric>

#include "tests/semihosting/semihosting_fixture.h"

namespace mcost::boards {
namespace {

TEST_F(SemihostingTest, WritecPrintsTheByteAtThePointer) {
  put(kData, "x");
  call(kSysWritec, kData);
  put_words(kData, {0});
  call(kSysWritec, kData);
  EXPECT_EQ(printed, std::string("x\0", 2));
}

TEST_F(SemihostingTest, Write0PrintsUpToTheNul) {
  put(kData, "Hello, world\n");
  call(kSysWrite0, kData);
  EXPECT_EQ(printed, "Hello, world\n");
  EXPECT_EQ(printed_errors, "");
}

TEST_F(SemihostingTest, Write0PrintsTextsLongerThanAPiece) {
  const std::string text(5000, 'y');
  put(kData + 3, text);
  call(kSysWrite0, kData + 3);
  EXPECT_EQ(printed, text);
}

TEST_F(SemihostingTest, TtModesAreInputOutputAndError) {
  const std::uint32_t input = open(":tt", kRead);
  const std::uint32_t output = open(":tt", kWrite);
  const std::uint32_t error = open(":tt", kAppend);
  EXPECT_EQ(write(output, "out"), 0u);
  EXPECT_EQ(write(error, "err"), 0u);
  EXPECT_EQ(printed, "out");
  EXPECT_EQ(printed_errors, "err");
  EXPECT_EQ(write(input, "nothing"), 7u);
  EXPECT_EQ(last_error(), GuestError::bad_handle);
  EXPECT_EQ(read(output, 4), "");
  EXPECT_EQ(last_error(), GuestError::bad_handle);
}

TEST_F(SemihostingTest, AllModesOfTtOpen) {
  for (std::uint32_t mode = 0; mode < 12; ++mode) EXPECT_NE(open(":tt", mode), kFailed) << mode;
  EXPECT_EQ(open_error(":tt", 12), GuestError::invalid);
  EXPECT_EQ(open_error(":tt", 0x80000004), GuestError::invalid);
}

TEST_F(SemihostingTest, StandardHandlesNeedNoOpen) {
  EXPECT_EQ(write(1, "out"), 0u);
  EXPECT_EQ(write(2, "err"), 0u);
  EXPECT_EQ(read(0, 4), "");
  EXPECT_EQ(call(kSysClose, {1}), 0u);
  EXPECT_EQ(write(1, "put"), 0u);
  EXPECT_EQ(printed, "output");
  EXPECT_EQ(printed_errors, "err");
  EXPECT_EQ(open(":tt", kWrite), 3u);
}

TEST_F(SemihostingTest, InputIsEmpty) {
  EXPECT_EQ(read(open(":tt", kRead), 100), "");
  EXPECT_EQ(call(kSysReadc), kFailed);
}

TEST_F(SemihostingTest, BinaryOutputPassesUnchanged) {
  std::string bytes(256, '\0');
  std::iota(bytes.begin(), bytes.end(), '\0');
  EXPECT_EQ(write(open(":tt", kWrite), bytes), 0u);
  EXPECT_EQ(printed, bytes);
}

TEST_F(SemihostingTest, AWriteOfNothingCallsNoSink) {
  SemihostingSetup setup;
  unsigned prints = 0;
  setup.console = [&prints](const std::string&, bool) { ++prints; };
  start(setup);
  EXPECT_EQ(write(1, ""), 0u);
  put_words(kData, {0});
  call(kSysWrite0, kData);
  EXPECT_EQ(prints, 0u);
}

TEST_F(SemihostingTest, ConsoleIsATtyWithoutLengthOrPositions) {
  const std::uint32_t handle = open(":tt", kWrite);
  EXPECT_EQ(call(kSysIstty, {handle}), 1u);
  EXPECT_EQ(call(kSysFlen, {handle}), 0u);
  EXPECT_EQ(call(kSysSeek, {handle, 0}), kFailed);
  EXPECT_EQ(last_error(), GuestError::illegal_seek);
}

TEST_F(SemihostingTest, HandlesAreUsedAgainAndLimited) {
  EXPECT_EQ(open(":tt", kWrite), 3u);
  EXPECT_EQ(open(":tt", kWrite), 4u);
  EXPECT_EQ(call(kSysClose, {3}), 0u);
  EXPECT_EQ(call(kSysClose, {3}), kFailed);
  EXPECT_EQ(last_error(), GuestError::bad_handle);
  EXPECT_EQ(open(":tt", kWrite), 3u);
  for (std::size_t i = 2; i < Semihosting::kMaxOpenFiles; ++i)
    EXPECT_EQ(open(":tt", kWrite), i + 3);
  EXPECT_EQ(open_error(":tt", kWrite), GuestError::too_many_open);
  EXPECT_EQ(call(kSysClose, {40}), 0u);
  EXPECT_EQ(open(":tt", kWrite), 40u);
}

TEST_F(SemihostingTest, FeaturesAreAFileToRead) {
  const std::uint32_t handle = open(":semihosting-features", kRead);
  ASSERT_NE(handle, kFailed);
  EXPECT_NE(open(":semihosting-features", 1), kFailed);
  EXPECT_EQ(call(kSysFlen, {handle}), 5u);
  EXPECT_EQ(call(kSysIstty, {handle}), 0u);
  EXPECT_EQ(read(handle, 4), "SHFB");
  EXPECT_EQ(read(handle, 4), "\x03");
  EXPECT_EQ(read(handle, 4), "");
  EXPECT_EQ(call(kSysSeek, {handle, 4}), 0u);
  EXPECT_EQ(read(handle, 1), "\x03");
  EXPECT_EQ(call(kSysSeek, {handle, 6}), kFailed);
  EXPECT_EQ(write(handle, "x"), 1u);
  EXPECT_EQ(call(kSysClose, {handle}), 0u);
  for (std::uint32_t mode = 2; mode < 12; ++mode) {
    EXPECT_EQ(open_error(":semihosting-features", mode), GuestError::no_access);
  }
}

TEST_F(SemihostingTest, NoRootMeansNoFiles) {
  for (const char* name : {"x", "./x", "/etc/passwd", ":tt2", ":", "../x"}) {
    EXPECT_EQ(open_error(name, kRead), GuestError::no_access);
    EXPECT_EQ(open_error(name, kWrite), GuestError::no_access);
  }
  EXPECT_EQ(remove("x"), kFailed);
  EXPECT_EQ(rename("x", "y"), kFailed);
  EXPECT_EQ(last_error(), GuestError::no_access);
}

TEST_F(SemihostingTest, AMissingSinkDropsOutput) {
  Semihosting silent(memory, {});
  put(kData, "gone");
  EXPECT_EQ(silent.call(kSysWrite0, kData).value, 0u);
}

}  // namespace
}  // namespace mcost::boards
