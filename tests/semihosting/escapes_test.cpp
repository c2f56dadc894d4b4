// What firmware must not reach: everything outside the root, and inside it everything but regular
// files.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "tests/semihosting/semihosting_fixture.h"

namespace mcost::boards {
namespace {

class SemihostingEscapeTest : public SemihostingFilesTest {
 public:
  void SetUp() override {
    SemihostingFilesTest::SetUp();
    store(outside / "secret", "secret");
    std::filesystem::create_directory(outside / "elsewhere");
    store(outside / "elsewhere/secret", "secret");
    std::filesystem::create_directory(root / "a");
    store(root / "own", "own");
  }
  void TearDown() override {
    EXPECT_EQ(stored(outside / "secret"), "secret");
    EXPECT_EQ(stored(outside / "elsewhere/secret"), "secret");
    EXPECT_FALSE(std::filesystem::exists(outside / "new"));
    EXPECT_FALSE(std::filesystem::exists(outside / "elsewhere/new"));
    SemihostingFilesTest::TearDown();
  }

  /// No operation gets at `name`, whatever the mode.
  void expect_refused(const std::string& name, GuestError error) {
    for (std::uint32_t mode = 0; mode < 12; ++mode)
      EXPECT_EQ(open_error(name, mode), error) << name << ' ' << mode;
    EXPECT_EQ(remove(name), kFailed) << name;
    EXPECT_EQ(last_error(), error) << name;
    EXPECT_EQ(rename(name, "taken"), kFailed) << name;
    EXPECT_EQ(last_error(), error) << name;
    EXPECT_EQ(rename("own", name), kFailed) << name;
    EXPECT_EQ(last_error(), error) << name;
    EXPECT_EQ(stored(root / "own"), "own");
  }
};

TEST_F(SemihostingEscapeTest, ParentFolders) {
  for (const char* name : {"..", "../secret", "../new", "a/../../secret", "a/../own", "./../secret",
                           "a/..", "..//secret", "a/../../root/own"}) {
    expect_refused(name, GuestError::no_access);
  }
}

TEST_F(SemihostingEscapeTest, AbsolutePaths) {
  for (const std::string& name :
       {(outside / "secret").string(), (root / "own").string(), std::string("/dev/null"),
        std::string("//own"), std::string("/")}) {
    expect_refused(name, GuestError::no_access);
  }
}

TEST_F(SemihostingEscapeTest, SymbolicLinksToFiles) {
  std::filesystem::create_symlink("../secret", root / "relative");
  std::filesystem::create_symlink(outside / "secret", root / "absolute");
  std::filesystem::create_symlink("own", root / "inside");
  std::filesystem::create_symlink("../new", root / "dangling");
  std::filesystem::create_symlink("loop", root / "loop");
  for (const char* name : {"relative", "absolute", "inside", "dangling", "loop", "./relative"}) {
    expect_refused(name, GuestError::symbolic_link);
  }
}

TEST_F(SemihostingEscapeTest, SymbolicLinksToFolders) {
  std::filesystem::create_directory_symlink("../elsewhere", root / "link");
  std::filesystem::create_directory_symlink(outside, root / "a/up");
  for (const char* name : {"link/secret", "link/new", "a/up/secret", "a/up/new", "a/up/root/own"}) {
    expect_refused(name, GuestError::not_folder);
  }
  expect_refused("link", GuestError::symbolic_link);
}

TEST_F(SemihostingEscapeTest, FifosAndSocketsDoNotBlock) {
  ASSERT_EQ(mkfifo((root / "fifo").c_str(), 0600), 0);
  expect_refused("fifo", GuestError::no_access);

  const int number = socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_GE(number, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = (root / "socket").string();
  if (path.size() < sizeof(address.sun_path)) {
    path.copy(address.sun_path, path.size());
    ASSERT_EQ(bind(number, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    expect_refused("socket", GuestError::no_access);
  }
  close(number);
}

TEST_F(SemihostingEscapeTest, DevicesBelowTheRoot) {
  SemihostingSetup setup;
  setup.root = "/dev";
  start(setup);
  for (const char* name : {"null", "zero", "full"}) {
    EXPECT_EQ(open_error(name, kRead), GuestError::no_access);
    EXPECT_EQ(open_error(name, kReadPlus), GuestError::no_access);
    EXPECT_EQ(open_error(name, kAppend), GuestError::no_access);
  }
}

TEST_F(SemihostingEscapeTest, HardLinksAreReadButNotWritten) {
  std::filesystem::create_hard_link(outside / "secret", root / "hard");
  EXPECT_EQ(read(open("hard", kRead), 9), "secret");
  for (const std::uint32_t mode : {kReadPlus, kWrite, kWritePlus, kAppend, kAppendPlus}) {
    EXPECT_EQ(open_error("hard", mode), GuestError::no_access);
  }
  EXPECT_EQ(remove("hard"), 0u);
}

TEST_F(SemihostingEscapeTest, NamesTooLong) {
  expect_refused(std::string(Semihosting::kMaxName + 1, 'x'), GuestError::name_too_long);
  expect_refused(std::string(Semihosting::kMaxName, 'x'), GuestError::name_too_long);
  expect_refused(std::string(256, 'x'), GuestError::name_too_long);
  std::string name;
  while (name.size() + 5 < Semihosting::kMaxName) name += "./";
  EXPECT_EQ(read(open(name + "own", kRead), 9), "own");
}

TEST_F(SemihostingEscapeTest, NamesWithNulOrNothing) {
  expect_refused(std::string("own\0", 4), GuestError::invalid);
  expect_refused(std::string("own\0/../secret", 14), GuestError::invalid);
  expect_refused(std::string("\0", 1), GuestError::invalid);
  expect_refused("", GuestError::no_entry);
}

TEST_F(SemihostingEscapeTest, ALinkPutInPlaceOfAnOpenFolderLeadsNowhere) {
  const std::uint32_t handle = open("a/file", kWrite);
  std::filesystem::rename(root / "a", root / "b");
  std::filesystem::create_directory_symlink("../elsewhere", root / "a");
  EXPECT_EQ(write(handle, "x"), 0u);
  EXPECT_EQ(stored(root / "b/file"), "x");
  expect_refused("a/secret", GuestError::not_folder);
}

TEST_F(SemihostingEscapeTest, ALinkSwappedInDuringTheCallLeadsNowhere) {
  std::filesystem::create_symlink("../secret", root / "link");
  store(root / "plain", "plain");
  std::atomic<bool> stop{false};
  std::thread swapper([&] {
    while (!stop) {
      // RENAME_EXCHANGE: there is a file of this name at any time, either the plain one or the
      // link.
      renameat2(AT_FDCWD, (root / "plain").c_str(), AT_FDCWD, (root / "link").c_str(),
                RENAME_EXCHANGE);
    }
  });
  unsigned opened = 0;
  for (unsigned i = 0; i < 20000; ++i) {
    const std::uint32_t handle = open("plain", i % 2 == 0 ? kRead : kReadPlus);
    if (handle == kFailed) continue;
    ++opened;
    EXPECT_EQ(read(handle, 9), "plain");
    call(kSysClose, {handle});
  }
  stop = true;
  swapper.join();
  EXPECT_GT(opened, 0u);
}

TEST_F(SemihostingEscapeTest, OddNamesAreOrdinary) {
  for (const char* name :
       {"...", "a/...", "C:\\x", "~", "$HOME", "-rf", "\xFF\n", ":other", "a;b|c"}) {
    const std::uint32_t handle = open(name, kWrite);
    ASSERT_NE(handle, kFailed) << name;
    EXPECT_TRUE(std::filesystem::is_regular_file(root / name)) << name;
    EXPECT_EQ(call(kSysClose, {handle}), 0u);
  }
}

}  // namespace
}  // namespace mcost::boards
