// Pointers and lengths that no sane firmware passes.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/semihosting/semihosting_fixture.h"

namespace mcost::boards {
namespace {

constexpr Address kRamEnd = FakeMemory::kRam + FakeMemory::kRamSize;
constexpr Address kTop = FakeMemory::kTop;

class SemihostingPointerTest : public SemihostingFilesTest {
 public:
  void TearDown() override {
    EXPECT_LE(memory.largest(), FakeMemory::kRamSize);
    SemihostingFilesTest::TearDown();
  }
};

TEST_F(SemihostingPointerTest, BlocksNowhere) {
  for (const Address block :
       {FakeMemory::kNowhere, Address{0}, kRamEnd - 3, kRamEnd, Address{0xFFFFFFFF}}) {
    for (const std::uint32_t operation :
         {kSysOpen, kSysClose, kSysWritec, kSysWrite0, kSysWrite, kSysRead, kSysIserror, kSysIstty,
          kSysSeek, kSysFlen, kSysRemove, kSysRename, kSysGetCmdline, kSysHeapinfo, kSysElapsed}) {
      const bool one_byte = operation == kSysWritec || operation == kSysWrite0;
      if (one_byte && (block == kRamEnd - 3 || block == 0xFFFFFFFF)) continue;
      EXPECT_EQ(call(operation, block), kFailed) << operation << ' ' << block;
      EXPECT_EQ(last_error(), GuestError::bad_address) << operation << ' ' << block;
    }
  }
  EXPECT_EQ(printed, "");
}

TEST_F(SemihostingPointerTest, BlocksCutByTheEndOfMemory) {
  EXPECT_EQ(call(kSysOpen, kRamEnd - 8), kFailed);
  EXPECT_EQ(call(kSysRename, kRamEnd - 12), kFailed);
  EXPECT_EQ(call(kSysElapsed, kRamEnd - 4), kFailed);
  EXPECT_EQ(call(kSysHeapinfo, {kRamEnd - 12}), kFailed);
  EXPECT_EQ(call(kSysHeapinfo, {0xFFFFFFF8}), kFailed);
  EXPECT_EQ(call(kSysElapsed, 0xFFFFFFFC), kFailed);
  EXPECT_EQ(last_error(), GuestError::bad_address);
  EXPECT_EQ(call(kSysElapsed, kRamEnd - 8), 0u);
  EXPECT_EQ(call(kSysElapsed, 0xFFFFFFF8), 0u);
}

TEST_F(SemihostingPointerTest, HandlesThatAreNone) {
  for (const std::uint32_t handle : {3u, 66u, 67u, 0x7FFFFFFFu, 0x80000000u, kFailed}) {
    EXPECT_EQ(call(kSysClose, {handle}), kFailed);
    EXPECT_EQ(call(kSysIstty, {handle}), kFailed);
    EXPECT_EQ(call(kSysFlen, {handle}), kFailed);
    EXPECT_EQ(call(kSysSeek, {handle, 0}), kFailed);
    EXPECT_EQ(call(kSysErrno), 9u);
    EXPECT_EQ(call(kSysRead, {handle, kData, 5}), 5u);
    EXPECT_EQ(call(kSysWrite, {handle, kData, 5}), 5u);
    EXPECT_EQ(call(kSysErrno), 9u);
  }
}

TEST_F(SemihostingPointerTest, WritesStopWhereMemoryEnds) {
  put(kRamEnd - 4, "abc");
  EXPECT_EQ(call(kSysWrite, {1, kRamEnd - 4, 100}), 96u);
  EXPECT_EQ(printed, std::string("abc\0", 4));
  EXPECT_EQ(last_error(), GuestError::bad_address);
  EXPECT_EQ(call(kSysWrite, {1, FakeMemory::kNowhere, 100}), 100u);
  EXPECT_EQ(call(kSysWrite, {1, kRamEnd, kFailed}), kFailed);
  EXPECT_EQ(printed.size(), 4u);
}

TEST_F(SemihostingPointerTest, HugeWritesMoveWhatThereIs) {
  const std::uint32_t handle = open("all", kWrite);
  EXPECT_EQ(call(kSysWrite, {handle, FakeMemory::kRam, kFailed}), kFailed - FakeMemory::kRamSize);
  EXPECT_EQ(std::filesystem::file_size(root / "all"), FakeMemory::kRamSize);
}

TEST_F(SemihostingPointerTest, NothingWrapsAround) {
  EXPECT_EQ(call(kSysWrite, {1, 0xFFFFFFF0, 0x20000100}), 0x20000100u - 16);
  EXPECT_EQ(printed, std::string(16, '\x55'));
  printed.clear();
  call(kSysWrite0, kTop);
  EXPECT_EQ(printed, std::string(FakeMemory::kTopSize, '\x55'));
  EXPECT_EQ(last_error(), GuestError::bad_address);

  store(root / "in", std::string(100, 'i'));
  const std::uint32_t handle = open("in", kRead);
  EXPECT_EQ(call(kSysRead, {handle, 0xFFFFFFF0, 100}), 84u);
  EXPECT_EQ(last_error(), GuestError::bad_address);
  EXPECT_EQ(read(handle, 200).size(), 84u);

  EXPECT_EQ(call(kSysOpen, {0xFFFFFFF0, kRead, 100}), kFailed);
  EXPECT_EQ(last_error(), GuestError::bad_address);
}

TEST_F(SemihostingPointerTest, ReadsStopWhereMemoryOrTheFileEnds) {
  store(root / "in", "0123456789");
  const std::uint32_t handle = open("in", kRead);
  EXPECT_EQ(call(kSysRead, {handle, kRamEnd - 4, 100}), 96u);
  EXPECT_EQ(get(kRamEnd - 4, 4), "0123");
  EXPECT_EQ(call(kSysRead, {handle, FakeMemory::kNowhere, kFailed}), kFailed);
  EXPECT_EQ(last_error(), GuestError::bad_address);
  EXPECT_EQ(call(kSysRead, {handle, kData, kFailed}), kFailed - 6);
  EXPECT_EQ(get(kData, 6), "456789");
  EXPECT_EQ(call(kSysRead, {handle, kData, kFailed}), kFailed);
  EXPECT_EQ(call(kSysRead, {handle, FakeMemory::kNowhere, 0}), 0u);
}

TEST_F(SemihostingPointerTest, HugeNames) {
  for (const std::uint32_t size : {4097u, 0x7FFFFFFFu, 0x80000000u, kFailed}) {
    EXPECT_EQ(call(kSysOpen, {kName, kRead, size}), kFailed);
    EXPECT_EQ(last_error(), GuestError::name_too_long);
    EXPECT_EQ(call(kSysRemove, {kName, size}), kFailed);
    EXPECT_EQ(call(kSysRename, {kName, 1, kName, size}), kFailed);
  }
  EXPECT_EQ(call(kSysOpen, {kRamEnd - 10, kRead, 11}), kFailed);
  EXPECT_EQ(last_error(), GuestError::bad_address);
}

TEST_F(SemihostingPointerTest, TextsWithoutAnEndAreBounded) {
  const std::vector<std::uint8_t> text(FakeMemory::kRamSize, 'x');
  ASSERT_TRUE(memory.write(FakeMemory::kRam, text.data(), text.size()));
  EXPECT_EQ(call(kSysWrite0, FakeMemory::kRam + 1), kFailed);
  EXPECT_EQ(printed.size(), FakeMemory::kRamSize - 1);
}

TEST_F(SemihostingPointerTest, TheCommandLineNeedsABufferInMemory) {
  SemihostingSetup setup;
  setup.command_line = "prog";
  start(setup);
  EXPECT_EQ(call(kSysGetCmdline, {kRamEnd - 4, kFailed}), kFailed);
  EXPECT_EQ(call(kSysGetCmdline, {FakeMemory::kNowhere, 100}), kFailed);
  EXPECT_EQ(call(kSysGetCmdline, {0xFFFFFFFC, 100}), kFailed);
  EXPECT_EQ(last_error(), GuestError::bad_address);
  EXPECT_EQ(call(kSysGetCmdline, {kRamEnd - 5, kFailed}), 0u);
}

/// Every address answers, so only the bounds of Semihosting itself end a call.
class EndlessMemory final : public GuestMemory {
 public:
  [[nodiscard]] bool read(Address, std::uint8_t* data, std::size_t size_bytes) const override {
    std::fill_n(data, size_bytes, std::uint8_t{'x'});
    return true;
  }
  [[nodiscard]] bool write(Address, const std::uint8_t*, std::size_t) override { return true; }
};

TEST(SemihostingBounds, TextOfAnEndlessMemory) {
  EndlessMemory memory;
  SemihostingSetup setup;
  std::size_t printed = 0;
  setup.console = [&printed](const std::string& text, bool) { printed += text.size(); };
  Semihosting semihosting(memory, setup);
  EXPECT_EQ(semihosting.call(kSysWrite0, 0).value, kFailed);
  EXPECT_EQ(printed, Semihosting::kMaxText);
}

}  // namespace
}  // namespace mcost::boards
