#include "loader/memory_fit.h"

#include <gmock/gmock.h>

#include "tests/loader/elf_builder.h"
#include "tests/loader/message.h"

namespace mcost::loader {
namespace {

using test::ElfBuilder;
using test::message_of;
using test::small_firmware;
using test::small_program;
using test::words;

const std::vector<MemoryRange> kBoard = {
    {.name = "flash", .base = 0x08000000, .size = 0x40},
    {.name = "flash", .base = 0x00000000, .size = 0x40},
    {.name = "sram1", .base = 0x20000000, .size = 0x20, .writable_ram = true},
    {.name = "sram2", .base = 0x20000020, .size = 0x20, .writable_ram = true}};

Image read(const ElfBuilder& builder) { return read_image("fw.elf", builder.build(), {}); }

std::string fit_error(const Image& image, const std::vector<MemoryRange>& ranges = kBoard) {
  return message_of([&] { check_fit(image, ranges); });
}

const std::string kRemedy =
    "link for this board (its memories: flash 0x08000000-0x0800003F, flash "
    "0x00000000-0x0000003F, sram1 0x20000000-0x2000001F, sram2 0x20000020-0x2000003F) or choose "
    "another board";

TEST(MemoryFit, AcceptsWhatFitsExactly) {
  EXPECT_EQ(
      fit_error(read(small_program().data(".data", 0x20000000, 0x08000020, test::Bytes(0x20)))),
      "(no error)");
}

TEST(MemoryFit, AcceptsAnAlias) {
  EXPECT_EQ(fit_error(read(ElfBuilder().code(0, small_firmware()))), "(no error)");
}

TEST(MemoryFit, AdjacentMemoriesJoin) {
  EXPECT_EQ(fit_error(read(ElfBuilder().code(0x20000010, small_firmware()))), "(no error)");
}

TEST(MemoryFit, NamesTheSectionThatIsTooLong) {
  EXPECT_EQ(
      fit_error(read(small_program().data(".data", 0x20000000, 0x08000020, test::Bytes(0x21)))),
      ".data at 0x08000020 has 33 bytes, 1 byte over the end of flash: "
      "fw.elf, program header 1: " +
          kRemedy);
}

TEST(MemoryFit, NamesTheSectionThatIsElsewhere) {
  EXPECT_EQ(fit_error(read(small_program().data(".ext", 0xc0000000, 0xc0000000, words({1, 2})))),
            ".ext at 0xC0000000 has 8 bytes, all of them outside every memory: "
            "fw.elf, program header 1: " +
                kRemedy);
}

TEST(MemoryFit, RawFileHasNoProgramHeaders) {
  EXPECT_EQ(
      fit_error(read_image("fw.bin", words({1, 2}), 0x30000000)),
      "segment 0 at 0x30000000 has 8 bytes, all of them outside every memory: fw.bin: " + kRemedy);
}

TEST(MemoryFit, SegmentsMayNotMeetThroughAliases) {
  EXPECT_EQ(fit_error(read(small_program().data(".rodata", 0x1c, 0x1c, words({1})))),
            "segments overlap in flash: .text at 0x08000000 and .rodata at 0x0000001C are the "
            "same bytes: fw.elf: give them separate load addresses in the linker script");
}

TEST(MemoryFit, WithoutMemoriesSaysSo) {
  EXPECT_EQ(fit_error(read(small_program()), {}),
            ".text at 0x08000000 has 32 bytes, all of them outside every memory: "
            "fw.elf, program header 0: link for this board (its memories: none) or choose another "
            "board");
}

std::vector<std::string> run_notes(const Image& image) {
  return check_run_addresses(image, kBoard);
}

std::string run_error(const ElfBuilder& program) {
  return message_of([&] { static_cast<void>(run_notes(read(program))); });
}

TEST(RunAddresses, WhatFitsIsSilent) {
  EXPECT_THAT(run_notes(read(small_program()
                                 .data(".data", 0x20000000, 0x08000020, test::Bytes(0x20))
                                 .bss(".bss", 0x20000020, 0x20))),
              testing::IsEmpty());
}

TEST(RunAddresses, SectionOverTheEndOfRamIsRefused) {
  EXPECT_EQ(run_error(small_program().bss(".bss", 0x20000010, 0x40)),
            ".bss at 0x20000010 has 64 bytes, 16 bytes over the end of sram2: fw.elf: " + kRemedy);
  EXPECT_EQ(
      run_error(small_program().bss(".stack", 0x10000000, 0x40)),
      ".stack at 0x10000000 has 64 bytes, all of them outside every memory: fw.elf: " + kRemedy);
  EXPECT_EQ(
      run_error(small_program().bss(".bss", 0x1ffffff0, 0x20)),
      ".bss at 0x1FFFFFF0 has 32 bytes, the first 16 outside every memory: fw.elf: " + kRemedy);
  EXPECT_EQ(run_error(small_program().data(".data", 0x20000038, 0x08000020, words({1, 2, 3}))),
            ".data at 0x20000038 has 12 bytes, 4 bytes over the end of sram2: fw.elf: " + kRemedy);
}

TEST(RunAddresses, SectionWithALoadAddressElsewhereCountsWhereItIsUsed) {
  // As GNU ld writes .bss behind .data: a segment of no bytes, loaded to flash.
  EXPECT_EQ(run_error(small_program().section({.name = ".bss",
                                               .type = SHT_NOBITS,
                                               .flags = SHF_ALLOC | SHF_WRITE,
                                               .address = 0x20000000,
                                               .load_address = 0x08000020,
                                               .extra_memory = 0x80})),
            ".bss at 0x20000000 has 128 bytes, 64 bytes over the end of sram2: fw.elf: " + kRemedy);
}

TEST(RunAddresses, SegmentWithoutSectionsIsNamedByItsNumber) {
  ElfBuilder program = small_program();
  program.segment(
      {.virtual_address = 0x20000000, .load_address = 0x20000000, .memory_bytes = 0x7fffffff});
  EXPECT_EQ(run_error(program),
            "the zero fill of segment 1 at 0x20000000 has 2147483647 bytes, 2147483583 bytes over "
            "the end of sram2: fw.elf: " +
                kRemedy);
}

TEST(RunAddresses, WhereExternalMemoryCouldBeIsANote) {
  const Image image = read(small_program().bss(".sdram", 0xd0000000, 64));
  EXPECT_EQ(fit_error(image), "(no error)");
  EXPECT_TRUE(zero_fills(image, kBoard).empty());
  EXPECT_THAT(run_notes(image),
              testing::ElementsAre(".sdram at 0xD0000000 has 64 bytes, all of them outside every "
                                   "memory: accesses there fault"));
}

TEST(StackPointer, MayBeAtTheEndOfRamAndNowhereElse) {
  EXPECT_EQ(check_stack_pointer(0x20000040, kBoard), std::nullopt);
  EXPECT_EQ(check_stack_pointer(0x20000004, kBoard), std::nullopt);
  EXPECT_EQ(check_stack_pointer(0x20000044, kBoard),
            "the initial stack pointer 0x20000044 is in no RAM (sram1 0x20000000-0x2000001F, sram2 "
            "0x20000020-0x2000003F): the first push faults");
  EXPECT_TRUE(check_stack_pointer(0x20000000, kBoard).has_value());
  EXPECT_TRUE(check_stack_pointer(0x08000020, kBoard).has_value());
}

TEST(ZeroFills, AreCutToRam) {
  const Image image =
      read(small_program().bss(".bss", 0x20000010, 0x100).bss(".flash", 0x08000030, 8));
  const auto fills = zero_fills(image, kBoard);
  ASSERT_EQ(fills.size(), 2u);
  EXPECT_EQ(fills[0].address, 0x20000010u);
  EXPECT_EQ(fills[0].size_bytes, 0x10u);
  EXPECT_EQ(fills[1].address, 0x20000020u);
  EXPECT_EQ(fills[1].size_bytes, 0x20u);
}

TEST(ZeroFills, BeginInAHoleBeforeRam) {
  const Image image = read(small_program().bss(".bss", 0x1ffffff0, 0x20));
  const auto fills = zero_fills(image, kBoard);
  ASSERT_EQ(fills.size(), 1u);
  EXPECT_EQ(fills[0].address, 0x20000000u);
  EXPECT_EQ(fills[0].size_bytes, 0x10u);
}

TEST(Aliases, FollowTheOffsetInTheMemory) {
  const std::vector<MemoryRange> ranges = {
      {.name = "flash", .base = 0x08000000, .size = 0x1000},
      {.name = "flash", .base = 0x100, .size = 0x100, .offset = 0x200}};
  EXPECT_THAT(aliases_of(0x08000210, ranges), testing::ElementsAre(0x08000210u, 0x110u));
  EXPECT_THAT(aliases_of(0x1ff, ranges), testing::ElementsAre(0x1ffu, 0x080002ffu));
  EXPECT_THAT(aliases_of(0x08000300, ranges), testing::ElementsAre(0x08000300u));
  EXPECT_THAT(aliases_of(0x5, ranges), testing::ElementsAre(0x5u));
}

std::string needs_of(const Image& image, const std::vector<MemoryRange>& ranges = kBoard) {
  std::string text;
  for (const MemoryNeed& need : memory_needs(image, ranges)) {
    text += need.memory + " " + std::to_string(need.loaded_bytes) + "+" +
            std::to_string(need.reserved_bytes) + "; ";
  }
  return text;
}

TEST(MemoryNeeds, LoadedBytesAndReservedBytesAreToldApart) {
  // .text 32 bytes; .data of 12 is loaded to flash, used in sram1; .bss reaches into sram2.
  EXPECT_EQ(needs_of(read(small_program()
                              .data(".data", 0x20000000, 0x08000020, words({1, 2, 3}))
                              .bss(".bss", 0x2000000c, 0x20))),
            "flash 44+0; sram1 0+32; sram2 0+12; ");
}

TEST(MemoryNeeds, WhatIsLoadedToRamIsNotReserved) {
  EXPECT_EQ(needs_of(read(small_program()
                              .data(".data", 0x20000000, 0x20000000, words({1, 2, 3}))
                              .bss(".bss", 0x20000008, 8))),
            "flash 32+0; sram1 12+4; ");
}

TEST(MemoryNeeds, SectionsThatShareRoomCountOnceAndAliasesAreOneMemory) {
  EXPECT_EQ(needs_of(read(small_program()
                              .data(".overlay1", 0x20000000, 0x08000020, words({1, 2}))
                              .data(".overlay2", 0x20000000, 0x28, words({1, 2, 3})))),
            "flash 52+0; sram1 0+12; ");
}

TEST(MemoryNeeds, WhatIsInNoMemoryIsLeftOut) {
  EXPECT_EQ(needs_of(read(small_program()
                              .bss(".bss", 0x1ffffff0, 0x18)
                              .bss(".sdram", 0xd0000000, 64)
                              .bss(".top", 0xfffffff0, 16))),
            "flash 32+0; sram1 0+8; ");
}

TEST(MemoryNeeds, WithoutSectionsTheZeroFillOfSegmentsIsReserved) {
  ElfBuilder program =
      small_program().data(".data", 0x20000000, 0x20000000, words({1})).without_section_headers();
  program.segment(
      {.virtual_address = 0x20000004, .load_address = 0x20000004, .memory_bytes = 0x20});
  EXPECT_EQ(needs_of(read(program)), "flash 32+0; sram1 4+28; sram2 0+4; ");
  EXPECT_EQ(needs_of(read_image("fw.bin", words({1, 2}), 0x08000000)), "flash 8+0; ");
}

}  // namespace
}  // namespace mcost::loader
