// A Semihosting on a FakeMemory, with calls as firmware makes them: the block at kBlock, names and
// data where a test puts them.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "boards/peripherals/semihosting.h"
#include "tests/semihosting/fake_memory.h"

namespace mcost::boards {

constexpr std::uint32_t kFailed = 0xFFFFFFFFu;

// Operations, as the specification numbers them.
constexpr std::uint32_t kSysOpen = 0x01, kSysClose = 0x02, kSysWritec = 0x03, kSysWrite0 = 0x04,
                        kSysWrite = 0x05, kSysRead = 0x06, kSysReadc = 0x07, kSysIserror = 0x08,
                        kSysIstty = 0x09, kSysSeek = 0x0A, kSysFlen = 0x0C, kSysTmpnam = 0x0D,
                        kSysRemove = 0x0E, kSysRename = 0x0F, kSysClock = 0x10, kSysTime = 0x11,
                        kSysSystem = 0x12, kSysErrno = 0x13, kSysGetCmdline = 0x15,
                        kSysHeapinfo = 0x16, kSysExit = 0x18, kSysExitExtended = 0x20,
                        kSysElapsed = 0x30, kSysTickfreq = 0x31;

// Modes of SYS_OPEN.
constexpr std::uint32_t kRead = 0, kReadPlus = 2, kWrite = 4, kWritePlus = 6, kAppend = 8,
                        kAppendPlus = 10;

class SemihostingTest : public testing::Test {
 public:
  static constexpr Address kBlock = FakeMemory::kRam;
  static constexpr Address kName = FakeMemory::kRam + 0x100;
  static constexpr Address kOtherName = FakeMemory::kRam + 0x4000;
  static constexpr Address kData = FakeMemory::kRam + 0x8000;

  void SetUp() override { start({}); }

  void start(SemihostingSetup setup) {
    if (!setup.console) {
      setup.console = [this](const std::string& text, bool error) {
        (error ? printed_errors : printed) += text;
      };
    }
    semihosting = std::make_unique<Semihosting>(memory, std::move(setup));
  }

  std::uint32_t call(std::uint32_t operation, std::uint32_t parameter = 0) const {
    const SemihostingResult result = semihosting->call(operation, parameter);
    EXPECT_FALSE(result.exit_code.has_value());
    return result.value;
  }
  std::uint32_t call(std::uint32_t operation, std::initializer_list<std::uint32_t> block) {
    put_words(kBlock, block);
    return call(operation, kBlock);
  }
  GuestError last_error() const { return static_cast<GuestError>(call(kSysErrno)); }

  std::uint32_t open(const std::string& name, std::uint32_t mode) {
    put(kName, name);
    return call(kSysOpen, {kName, mode, static_cast<std::uint32_t>(name.size())});
  }
  GuestError open_error(const std::string& name, std::uint32_t mode) {
    EXPECT_EQ(open(name, mode), kFailed) << name;
    return last_error();
  }
  std::uint32_t write(std::uint32_t handle, const std::string& text) {
    put(kData, text);
    return call(kSysWrite, {handle, kData, static_cast<std::uint32_t>(text.size())});
  }
  /// What SYS_READ delivers of `size_bytes`; checks that its answer tells how many.
  std::string read(std::uint32_t handle, std::uint32_t size_bytes) {
    put(kData, std::string(size_bytes, '#'));
    const std::uint32_t missing = call(kSysRead, {handle, kData, size_bytes});
    EXPECT_LE(missing, size_bytes);
    EXPECT_EQ(get(kData + size_bytes - missing, missing), std::string(missing, '#'));
    return get(kData, size_bytes - missing);
  }
  std::uint32_t remove(const std::string& name) {
    put(kName, name);
    return call(kSysRemove, {kName, static_cast<std::uint32_t>(name.size())});
  }
  std::uint32_t rename(const std::string& from, const std::string& to) {
    put(kName, from);
    put(kOtherName, to);
    return call(kSysRename, {kName, static_cast<std::uint32_t>(from.size()), kOtherName,
                             static_cast<std::uint32_t>(to.size())});
  }

  void put(Address address, const std::string& bytes) {
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.c_str());
    ASSERT_TRUE(memory.write(address, data, bytes.size() + 1));
  }
  void put_words(Address address, std::initializer_list<std::uint32_t> words) {
    for (const std::uint32_t word : words) {
      for (unsigned shift = 0; shift < 32; shift += 8, ++address) {
        const auto byte = static_cast<std::uint8_t>(word >> shift);
        ASSERT_TRUE(memory.write(address, &byte, 1));
      }
    }
  }
  std::string get(Address address, std::size_t size_bytes) const {
    std::vector<std::uint8_t> bytes(size_bytes);
    EXPECT_TRUE(memory.read(address, bytes.data(), size_bytes));
    return {bytes.begin(), bytes.end()};
  }
  std::uint32_t word(Address address) const {
    const std::string bytes = get(address, 4);
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
    return value;
  }

  FakeMemory memory;
  std::unique_ptr<Semihosting> semihosting;
  std::string printed;
  std::string printed_errors;
};

/// With a root, `root`, in a folder of its own that also holds what firmware must not reach.
class SemihostingFilesTest : public SemihostingTest {
 public:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "mcost_semihosting_XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    outside = pattern;
    root = outside / "root";
    std::filesystem::create_directory(root);
    SemihostingSetup setup;
    setup.root = root.string();
    start(setup);
  }
  void TearDown() override {
    semihosting.reset();
    std::filesystem::remove_all(outside);
  }

  static void store(const std::filesystem::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
  }
  static std::string stored(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  std::filesystem::path outside;
  std::filesystem::path root;
};

}  // namespace mcost::boards
