#include <gtest/gtest.h>

#include <filesystem>

#include "boards/peripherals/host_files.h"
#include "sim_core/base/error.h"
#include "tests/semihosting/semihosting_fixture.h"

namespace mcost::boards {
namespace {

TEST_F(SemihostingFilesTest, WhatWasWrittenCanBeRead) {
  const std::string bytes("line\r\n\0\xFF", 8);
  const std::uint32_t output = open("out.bin", kWrite);
  ASSERT_NE(output, kFailed);
  EXPECT_EQ(write(output, bytes), 0u);
  EXPECT_EQ(write(output, "tail"), 0u);
  EXPECT_EQ(call(kSysFlen, {output}), 12u);
  EXPECT_EQ(read(output, 4), "");
  EXPECT_EQ(last_error(), GuestError::bad_handle);
  EXPECT_EQ(call(kSysClose, {output}), 0u);
  EXPECT_EQ(stored(root / "out.bin"), bytes + "tail");

  const std::uint32_t input = open("out.bin", kRead);
  EXPECT_EQ(call(kSysIstty, {input}), 0u);
  EXPECT_EQ(read(input, 8), bytes);
  EXPECT_EQ(read(input, 8), "tail");
  EXPECT_EQ(read(input, 8), "");
  EXPECT_EQ(write(input, "x"), 1u);
  EXPECT_EQ(last_error(), GuestError::bad_handle);
}

TEST_F(SemihostingFilesTest, ReadPlusUpdatesInPlace) {
  EXPECT_EQ(open_error("data", kReadPlus), GuestError::no_entry);
  store(root / "data", "0123456789");
  const std::uint32_t handle = open("data", kReadPlus);
  EXPECT_EQ(read(handle, 2), "01");
  EXPECT_EQ(write(handle, "ab"), 0u);
  EXPECT_EQ(read(handle, 2), "45");
  EXPECT_EQ(call(kSysSeek, {handle, 9}), 0u);
  EXPECT_EQ(read(handle, 2), "9");
  EXPECT_EQ(stored(root / "data"), "01ab456789");
}

TEST_F(SemihostingFilesTest, WriteModesTruncate) {
  for (const std::uint32_t mode : {kWrite, kWritePlus}) {
    store(root / "data", "old");
    const std::uint32_t handle = open("data", mode);
    EXPECT_EQ(call(kSysFlen, {handle}), 0u);
    EXPECT_EQ(write(handle, "new!"), 0u);
    EXPECT_EQ(call(kSysSeek, {handle, 1}), 0u);
    EXPECT_EQ(read(handle, 9), mode == kWritePlus ? "ew!" : "");
    EXPECT_EQ(call(kSysClose, {handle}), 0u);
  }
}

TEST_F(SemihostingFilesTest, AppendModesWriteAtTheEnd) {
  store(root / "log", "one,");
  const std::uint32_t first = open("log", kAppend);
  const std::uint32_t second = open("log", kAppendPlus);
  EXPECT_EQ(write(first, "two,"), 0u);
  EXPECT_EQ(read(second, 4), "one,");
  EXPECT_EQ(write(second, "three,"), 0u);
  EXPECT_EQ(call(kSysSeek, {first, 0}), 0u);
  EXPECT_EQ(write(first, "four"), 0u);
  EXPECT_EQ(read(second, 9), "four");
  EXPECT_EQ(stored(root / "log"), "one,two,three,four");
}

TEST_F(SemihostingFilesTest, AnImageLargerThanTheBufferIsMovedWhole) {
  const std::uint32_t size = FakeMemory::kRamSize - (kData - FakeMemory::kRam) - 1;
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7 >> 3);
  EXPECT_EQ(write(open("image", kWrite), bytes), 0u);
  EXPECT_EQ(stored(root / "image"), bytes);
  EXPECT_EQ(read(open("image", kRead), size), bytes);
}

TEST_F(SemihostingFilesTest, SeekGoesPastTheEndButNotPastTheLimit) {
  const std::uint32_t handle = open("sparse", kWritePlus);
  EXPECT_EQ(call(kSysSeek, {handle, 100}), 0u);
  EXPECT_EQ(read(handle, 4), "");
  EXPECT_EQ(write(handle, "x"), 0u);
  EXPECT_EQ(call(kSysFlen, {handle}), 101u);
  EXPECT_EQ(call(kSysSeek, {handle, kFailed}), kFailed);
  EXPECT_EQ(last_error(), GuestError::invalid);
  const auto limit = static_cast<std::uint32_t>(HostFile::kMaxSize);
  EXPECT_EQ(call(kSysSeek, {handle, limit + 1}), kFailed);
  EXPECT_EQ(call(kSysSeek, {handle, limit - 2}), 0u);
  EXPECT_EQ(write(handle, "abc"), 1u);
  EXPECT_EQ(last_error(), GuestError::file_too_big);
  EXPECT_EQ(call(kSysFlen, {handle}), limit);
  EXPECT_EQ(write(handle, "abc"), 3u);
  EXPECT_EQ(read(handle, 1), "");
}

TEST_F(SemihostingFilesTest, AFileAboveTheLimitIsNotOpened) {
  store(root / "big", "");
  std::filesystem::resize_file(root / "big", HostFile::kMaxSize + 1);
  EXPECT_EQ(open_error("big", kRead), GuestError::file_too_big);
  EXPECT_EQ(open_error("big", kAppend), GuestError::file_too_big);
  EXPECT_NE(open("big", kWrite), kFailed);
}

TEST_F(SemihostingFilesTest, FoldersOnTheWayAreFollowedButNotMade) {
  std::filesystem::create_directories(root / "a/b");
  EXPECT_EQ(write(open("a/./b//c.txt", kWrite), "deep"), 0u);
  EXPECT_EQ(stored(root / "a/b/c.txt"), "deep");
  EXPECT_EQ(read(open("./a/b/c.txt", kRead), 9), "deep");
  EXPECT_EQ(open_error("a/no/c.txt", kWrite), GuestError::no_entry);
  EXPECT_EQ(open_error("a/b/c.txt/d", kWrite), GuestError::not_folder);
}

TEST_F(SemihostingFilesTest, RemoveAndRename) {
  std::filesystem::create_directory(root / "a");
  store(root / "x", "1");
  store(root / "z", "2");
  EXPECT_EQ(rename("x", "a/y"), 0u);
  EXPECT_EQ(stored(root / "a/y"), "1");
  EXPECT_EQ(rename("a/y", "z"), 0u);
  EXPECT_EQ(stored(root / "z"), "1");
  EXPECT_EQ(rename("x", "y"), kFailed);
  EXPECT_EQ(last_error(), GuestError::no_entry);
  EXPECT_EQ(remove("z"), 0u);
  EXPECT_FALSE(std::filesystem::exists(root / "z"));
  EXPECT_EQ(remove("z"), kFailed);
  EXPECT_EQ(last_error(), GuestError::no_entry);
}

TEST_F(SemihostingFilesTest, FoldersAreNeitherOpenedNorRemovedNorRenamed) {
  std::filesystem::create_directory(root / "a");
  store(root / "x", "1");
  for (const char* name : {"a", ".", "./", "a/", "a/."}) {
    EXPECT_EQ(open_error(name, kRead), GuestError::is_folder);
    EXPECT_EQ(open_error(name, kWrite), GuestError::is_folder);
    EXPECT_EQ(remove(name), kFailed) << name;
    EXPECT_EQ(rename(name, "b"), kFailed) << name;
    EXPECT_EQ(rename("x", name), kFailed) << name;
    EXPECT_EQ(last_error(), GuestError::is_folder) << name;
  }
}

TEST_F(SemihostingFilesTest, BudgetsEndWritingAndCreating) {
  HostFolder folder(root.string(), {.write_bytes = 5, .new_files = 1});
  const OpenMode mode{.reads = true, .writes = true, .creates = true};
  HostFile file;
  EXPECT_EQ(folder.open("a", mode, file), GuestError::none);
  HostFile other;
  EXPECT_EQ(folder.open("b", mode, other), GuestError::no_space);
  EXPECT_EQ(folder.open("a", mode, other), GuestError::none);
  const std::string bytes = "abcdef";
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  EXPECT_EQ(file.write(0, data, 3).error, GuestError::none);
  const Outcome second = other.write(0, data, 3);
  EXPECT_EQ(second.value, 2u);
  EXPECT_EQ(second.error, GuestError::no_space);
}

TEST_F(SemihostingFilesTest, ARootThatIsNoFolderIsReported) {
  store(root / "file", "");
  for (const char* name : {"file", "missing"}) {
    SemihostingSetup setup;
    setup.root = (root / name).string();
    EXPECT_THROW(Semihosting(memory, setup), ConfigError);
  }
}

TEST_F(SemihostingFilesTest, TheRootMayBeASymbolicLink) {
  store(root / "x", "1");
  std::filesystem::create_directory_symlink(root, outside / "link");
  SemihostingSetup setup;
  setup.root = (outside / "link").string();
  start(setup);
  EXPECT_EQ(read(open("x", kRead), 9), "1");
}

}  // namespace
}  // namespace mcost::boards
