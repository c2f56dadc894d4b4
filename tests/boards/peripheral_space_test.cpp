// Registers without a model: what they read, how they are counted, and that hostile firmware cannot
// make either list grow without end.
#include "boards/peripherals/peripheral_space.h"

#include <gtest/gtest.h>

#include "boards/note_list.h"

namespace mcost::boards {
namespace {

constexpr Address kBase = 0x40000000;

class PeripheralSpaceTest : public ::testing::Test {
 protected:
  static PeripheralSpaceSpec spec() {
    PeripheralSpaceSpec spec;
    spec.name = "apb";
    spec.base = kBase;
    spec.size_bytes = 0x10000000;
    return spec;
  }
  static bus::DeviceAccess access(std::uint32_t offset) {
    bus::DeviceAccess access{};
    access.offset = offset;
    access.size_bytes = 4;
    return access;
  }
  void write(std::uint32_t offset, std::uint32_t value) { space_.write(access(offset), value); }
  std::uint32_t read(std::uint32_t offset) { return space_.read(access(offset)); }

  PeripheralSpace space_{spec()};
};

TEST_F(PeripheralSpaceTest, RegisterReadsWhatWasLastWritten) {
  write(8, 1);
  write(8, 2);
  EXPECT_EQ(read(8), 2u);
  EXPECT_EQ(read(12), 0u);
  const auto list = space_.unmodelled();
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].address, kBase + 8);
  EXPECT_EQ(list[0].writes, 2u);
  EXPECT_EQ(list[0].reads, 1u);
  EXPECT_EQ(space_.not_listed(), "");
}

TEST_F(PeripheralSpaceTest, ListEndsAndTheRestIsCounted) {
  constexpr auto kMost = static_cast<std::uint32_t>(PeripheralSpace::kMostListed);
  for (std::uint32_t i = 0; i < kMost; ++i) write(4 * i, i);
  EXPECT_EQ(space_.not_listed(), "");
  for (std::uint32_t i = 0; i < 10; ++i) write(4 * (kMost + i), i);
  EXPECT_EQ(read(4 * kMost + 4), 1u);
  write(0, 1);
  const auto list = space_.unmodelled();
  EXPECT_EQ(list.size(), kMost);
  EXPECT_EQ(list[0].writes, 2u);
  EXPECT_EQ(space_.not_listed(),
            "apb: 1000 registers without a model are listed; accesses to others: reads 1, writes "
            "10");
}

TEST_F(PeripheralSpaceTest, StorageEnds) {
  constexpr auto kMost = static_cast<std::uint32_t>(PeripheralSpace::kMostStored);
  for (std::uint32_t i = 0; i <= kMost; ++i) write(4 * i, 7);
  EXPECT_EQ(read(4 * (kMost - 1)), 7u);
  EXPECT_EQ(read(4 * kMost), 0u);
  EXPECT_NE(space_.not_listed().find("writes not kept 1"), std::string::npos);
}

TEST_F(PeripheralSpaceTest, RegistersWithARuleAreAlwaysListed) {
  PeripheralSpec rcc;
  rcc.name = "rcc";
  rcc.base = kBase + 0x100000;
  rcc.size_bytes = 0x100;
  rcc.registers = {{"CR", 0, 0}};
  rcc.rules = {{"HSERDY", FollowRule{{"CR", 0, 16, 16}, {"CR", 0, 17, 17}, 5}}};
  space_.add(rcc, nullptr);
  for (std::uint32_t i = 0; i < PeripheralSpace::kMostListed + 10; ++i) write(4 * i, i);
  write(0x100000, 1u << 16);
  EXPECT_EQ(space_.unmodelled().back().rule, "HSERDY");
  EXPECT_EQ(read(0x100000), 1u << 16);
  bus::DeviceAccess later = access(0x100000);
  later.now = 5;
  EXPECT_EQ(space_.read(later), 3u << 16);
}

TEST(NoteList, SaysEachOnceAndEnds) {
  NoteList notes;
  notes.add("a");
  notes.add("a");
  EXPECT_EQ(notes.all(), std::vector<std::string>{"a"});
  for (std::size_t i = 0; i < NoteList::kMost + 4; ++i) notes.add(std::to_string(i));
  EXPECT_EQ(notes.all().size(), NoteList::kMost + 1);
  EXPECT_EQ(notes.all().back(), "and other notes, 5 in all");
}

TEST(NoteList, OfASettingItSaysTheOneThatHolds) {
  NoteList notes;
  notes.set("caches", "data cache on", 100, " at f");
  notes.add("a");
  EXPECT_EQ(notes.all(), (std::vector<std::string>{"data cache on, since cycle 100 at f", "a"}));
  notes.set("caches", "data cache on", 150, " at f");  // as it is
  notes.set("caches", "data cache off", 200, " at g");
  notes.set("caches", "data cache on", 300, " at h");
  EXPECT_EQ(notes.all(), (std::vector<std::string>{
                             "data cache on, the last of 3 settings, since cycle 300 at h", "a"}));
  notes.undo("caches");
  notes.undo("another");
  EXPECT_EQ(notes.all().front(),
            "data cache on, the last of 3 settings, since cycle 300 at h, until a reset");
  notes.set("caches", "data cache on", 400);
  EXPECT_EQ(notes.all().front(), "data cache on, the last of 4 settings, since cycle 400");
  notes.undo_all();
  EXPECT_EQ(notes.all().front(),
            "data cache on, the last of 4 settings, since cycle 400, until a reset");
}

}  // namespace
}  // namespace mcost::boards
