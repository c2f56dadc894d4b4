#include <gtest/gtest.h>

#include "loader/elf_image.h"
#include "loader/memory_fit.h"
#include "tests/loader/elf_builder.h"
#include "tests/loader/message.h"

namespace mcost::loader {
namespace {

using test::Bytes;
using test::ElfBuilder;
using test::message_of;
using test::small_firmware;
using test::small_program;
using test::words;

Image read(const ElfBuilder& builder) { return read_image("fw.elf", builder.build(), {}); }

TEST(ResetVector, ComesFromTheBoardsResetAddress) {
  const ResetVector reset = find_reset(read(small_program()), 0x08000000, {});
  EXPECT_EQ(reset.vector_table, 0x08000000u);
  EXPECT_EQ(reset.sp, 0x20001000u);
  EXPECT_EQ(reset.pc, 0x08000010u);
  EXPECT_EQ(reset.note, "");
}

TEST(ResetVector, BoardsResetAddressMayBeAnAlias) {
  const std::vector<MemoryRange> board = {
      {.name = "flash", .base = 0x08000000, .size = 0x1000},
      {.name = "flash", .base = 0, .size = 0x1000},
      {.name = "sram", .base = 0x20000000, .size = 0x1000, .writable_ram = true}};
  const ResetVector reset = find_reset(read(small_program()), 0, {}, board);
  EXPECT_EQ(reset.vector_table, 0u);
  EXPECT_EQ(reset.pc, 0x08000010u);
  EXPECT_EQ(reset.note, "");
}

TEST(ResetVector, ClearsTheLowBitsOfSp) {
  Bytes firmware = small_firmware();
  firmware[0] = 0x03;
  const ResetVector reset =
      find_reset(read(ElfBuilder().code(0x08000000, firmware)), 0x08000000, {});
  EXPECT_EQ(reset.sp, 0x20001000u);
}

TEST(ResetVector, IsSearchedWhereTheBoardHasNone) {
  // Words that are no SP and PC, then 128-byte aligned the table.
  Bytes bytes(0x200, 0);
  const Bytes firmware = words({0x20001000, 0x08004111});
  std::copy(firmware.begin(), firmware.end(), bytes.begin() + 0x100);
  const Image image = read(ElfBuilder().code(0x08004000, bytes));
  const ResetVector reset = find_reset(image, 0x08000000, {});
  EXPECT_EQ(reset.vector_table, 0x08004100u);
  EXPECT_EQ(reset.pc, 0x08004110u);
  EXPECT_EQ(reset.note,
            "no vector table at the board's reset address 0x08000000; using the one found at "
            "0x08004100");
  EXPECT_EQ(find_reset(image, {}, {}).note, "using the one found at 0x08004100");
}

TEST(ResetVector, SearchTakesTheLowestTable) {
  const Image image = read(ElfBuilder()
                               .code(0x08010000, words({0x20002000, 0x08010009, 0, 0}), ".app")
                               .code(0x08000100, words({0x20001000, 0x08000109, 0, 0}), ".boot"));
  EXPECT_EQ(find_reset(image, {}, {}).vector_table, 0x08000100u);
}

/// Two functions of 128 bytes. The literal pool of the second one, its last 8 bytes but for the
/// end, looks like a table that starts `pc`.
ElfBuilder program_with_pool(std::uint32_t pc) {
  Bytes bytes(0x180, 0);
  const Bytes pool = words({0x20001000, pc});
  std::copy(pool.begin(), pool.end(), bytes.begin() + 0x100);
  ElfBuilder builder;
  builder.code(0x08004000, bytes)
      .mapping("$t", 0x08004000)
      .mapping("$d", 0x08004100)
      .function("first", 0x08004000, 0x80)
      .function("second", 0x08004080, 0x100);
  return builder;
}

TEST(ResetVector, LiteralPoolIsNoTable) {
  const Image image = read(program_with_pool(0x08004001).entry(0x08004081));
  const ResetVector reset = find_reset(image, 0x08000000, {});
  EXPECT_EQ(reset.vector_table, std::nullopt);
  EXPECT_EQ(reset.pc, 0x08004080u);
}

TEST(ResetVector, TableStartsAtASymbolWhereThereAreSymbols) {
  const auto with_table = [](std::uint32_t pc) {
    return read(program_with_pool(0).section(
        {.name = ".rodata", .address = 0x08008000, .bytes = words({0x20001000, pc})}));
  };
  EXPECT_EQ(find_reset(with_table(0x08004081), {}, {}).vector_table, 0x08008000u);
  EXPECT_EQ(message_of([&] { static_cast<void>(find_reset(with_table(0x08004083), {}, {})); }),
            "no vector table and no entry point: fw.elf: link a vector table at a multiple of 128 "
            "bytes, or give --entry ADDRESS|SYMBOL");
}

TEST(ResetVector, TableOfTheEntryPointGoesFirst) {
  const auto with_entry = [](std::uint32_t entry) {
    return read(ElfBuilder()
                    .code(0x08010000, words({0x20002000, 0x08010009, 0, 0}), ".app")
                    .code(0x08000100, words({0x20001000, 0x08000109, 0, 0}), ".boot")
                    .entry(entry));
  };
  EXPECT_EQ(find_reset(with_entry(0x08010009), {}, {}).vector_table, 0x08010000u);
  EXPECT_EQ(find_reset(with_entry(0x0800010B), {}, {}).vector_table, 0x08000100u);
}

TEST(ResetVector, SearchWantsSpInRamOfTheBoard) {
  const std::vector<MemoryRange> board = {
      {.name = "sram", .base = 0x20000000, .size = 0x2000, .writable_ram = true}};
  const Image image = read(ElfBuilder()
                               .code(0x08000100, words({0x10001000, 0x08000109, 0, 0}), ".a")
                               .code(0x08000200, words({0x20002000, 0x08000209, 0, 0}), ".b"));
  EXPECT_EQ(find_reset(image, {}, {}).vector_table, 0x08000100u);
  EXPECT_EQ(find_reset(image, {}, {}, board).vector_table, 0x08000200u);
}

TEST(ResetVector, ErasedOrArmStateTableIsNone) {
  const Bytes erased = words({0xffffffff, 0xffffffff, 0xe7fee7fe});
  EXPECT_EQ(
      message_of([&] {
        static_cast<void>(find_reset(read(ElfBuilder().code(0x08000000, erased)), 0x08000000, {}));
      }),
      "no vector table and no entry point: fw.elf: link a vector table at the board's reset "
      "address 0x08000000, or give --entry ADDRESS|SYMBOL");
  const Bytes arm_state = words({0x20001000, 0x08000008, 0xe7fee7fe});
  EXPECT_EQ(message_of([&] {
              static_cast<void>(find_reset(read(ElfBuilder().code(0x08000000, arm_state)), {}, {}));
            }),
            "no vector table and no entry point: fw.elf: link a vector table at a multiple of 128 "
            "bytes, or give --entry ADDRESS|SYMBOL");
}

TEST(ResetVector, BoardsTableWithoutThumbBitIsRefusedUnlessThereIsAnEntry) {
  const Image image = read(
      ElfBuilder().code(0x08000000, words({0x20001000, 0x08000008, 0xe7fee7fe})).entry(0x08000009));
  EXPECT_EQ(message_of([&] { static_cast<void>(find_reset(image, 0x08000000, {})); }),
            "the reset vector at 0x08000004, 0x08000008, has no Thumb bit: the core locks up at "
            "once: fw.elf: mark the reset handler as a function (.thumb_func or .type NAME, "
            "%function), or give --entry ADDRESS|SYMBOL");
  const ResetVector reset = find_reset(image, 0x08000000, 0x08000009);
  EXPECT_EQ(reset.sp, 0x20001000u);
  EXPECT_EQ(reset.pc, 0x08000008u);
}

TEST(ResetVector, EntryPointServesWithoutTable) {
  const ResetVector reset = find_reset(
      read(ElfBuilder().code(0x00008000, words({0xe7fee7fe, 0})).entry(0x8001)), 0x08000000, {});
  EXPECT_EQ(reset.vector_table, std::nullopt);
  EXPECT_EQ(reset.sp, 0u);
  EXPECT_EQ(reset.pc, 0x8000u);
  EXPECT_EQ(reset.note,
            "no vector table found; starting at 0x00008000 with SP 0 until the code sets it");
}

TEST(ResetVector, EntryOptionReplacesThePcAndKeepsTheSp) {
  const ResetVector reset = find_reset(read(small_program()), 0x08000000, 0x08000015);
  EXPECT_EQ(reset.pc, 0x08000014u);
  EXPECT_EQ(reset.sp, 0x20001000u);
  EXPECT_EQ(reset.vector_table, 0x08000000u);
}

TEST(ResetVector, EntryOptionServesWithoutTable) {
  const Image image = read_image("fw.bin", words({0xe7fee7fe, 0xbf00bf00}), 0x20000000);
  const ResetVector reset = find_reset(image, 0x08000000, 0x20000005);
  EXPECT_EQ(reset.pc, 0x20000004u);
  EXPECT_EQ(reset.vector_table, std::nullopt);
}

TEST(ResetVector, EntryOptionOutsideTheImage) {
  EXPECT_EQ(message_of([] {
              static_cast<void>(find_reset(read(small_program()), 0x08000000, 0x08000020));
            }),
            "the entry 0x08000020 is outside the image: fw.elf: "
            "give --entry an address or symbol of its code");
}

TEST(ResetVector, CodeThatRunsInRamIsFound) {
  // Linked for RAM, loaded to flash: the PC is an address of the section, not of the load region.
  const Image image = read(ElfBuilder().section({.name = ".text",
                                                 .flags = 6,
                                                 .address = 0x20000000,
                                                 .load_address = 0x08000000,
                                                 .bytes = words({0x20001000, 0x20000009, 0, 0})}));
  EXPECT_EQ(find_reset(image, {}, {}).pc, 0x20000008u);
}

}  // namespace
}  // namespace mcost::loader
