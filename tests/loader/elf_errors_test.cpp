// Bad files, each with its exact message.
#include <elf.h>
#include <gmock/gmock.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "loader/elf_image.h"
#include "loader/symbols.h"
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

std::string read_error(Bytes bytes, std::optional<Address> load_at = {}) {
  return message_of([&] { static_cast<void>(read_image("fw.elf", std::move(bytes), load_at)); });
}

std::string read_error(const ElfBuilder& builder) { return read_error(builder.build()); }

Bytes truncated(std::size_t size) {
  Bytes bytes = small_program().build();
  bytes.resize(size);
  return bytes;
}

std::uint32_t word_at(const Bytes& file, std::size_t offset) {
  std::uint32_t word = 0;
  std::memcpy(&word, file.data() + offset, sizeof word);
  return word;
}

// File offset of a section header.
std::size_t header_of(const Bytes& file, std::size_t section) {
  return word_at(file, 32) + section * sizeof(Elf32_Shdr);
}

TEST(ElfErrors, NotAFirmwareFile) {
  EXPECT_EQ(read_error(Bytes{'h', 'e', 'l', 'l', 'o'}),
            "neither an ELF nor an Intel HEX file: fw.elf: "
            "give an ELF, or --load-at ADDRESS for a raw binary");
  EXPECT_EQ(read_error(Bytes{}), "the file is empty: fw.elf: build the firmware again");
}

TEST(ElfErrors, LoadAtWithAnElf) {
  EXPECT_EQ(read_error(small_program().build(), 0x08000000),
            "--load-at is for raw files, this is an ELF: fw.elf: "
            "leave it out: an ELF names its addresses");
}

TEST(ElfErrors, WrongClass) {
  EXPECT_EQ(read_error(small_program().patch(EI_CLASS, {ELFCLASS64})),
            "the ELF is 64-bit, not 32-bit: fw.elf: "
            "build for Cortex-M, for example with arm-none-eabi-gcc");
  EXPECT_EQ(read_error(small_program().patch(EI_CLASS, {7})),
            "the ELF is of unknown class 7, not 32-bit: fw.elf: "
            "build for Cortex-M, for example with arm-none-eabi-gcc");
}

TEST(ElfErrors, WrongByteOrder) {
  EXPECT_EQ(read_error(small_program().patch(EI_DATA, {ELFDATA2MSB})),
            "the ELF is big-endian, not little-endian: fw.elf: build without -mbig-endian");
  EXPECT_EQ(read_error(small_program().patch(EI_DATA, {9})),
            "the ELF is of unknown byte order 9, not little-endian: fw.elf: "
            "build without -mbig-endian");
}

TEST(ElfErrors, WrongVersion) {
  EXPECT_EQ(read_error(small_program().patch(EI_VERSION, {0})),
            "malformed ELF: its format has version 0, not 1: fw.elf: link or copy the file again");
}

TEST(ElfErrors, WrongMachine) {
  EXPECT_EQ(read_error(small_program().patch(18, {EM_386, 0})),
            "the ELF is for machine 3, not Arm (40): fw.elf: "
            "build for Cortex-M, for example with arm-none-eabi-gcc");
}

TEST(ElfErrors, WrongType) {
  EXPECT_EQ(read_error(small_program().patch(16, {ET_REL, 0})),
            "the ELF is an object file, not a program: fw.elf: link it first");
  EXPECT_EQ(read_error(small_program().patch(16, {ET_DYN, 0})),
            "the ELF has type 3, not executable (2): fw.elf: "
            "link it as a program at fixed addresses, without -shared or -pie");
}

TEST(ElfErrors, TruncatedInTheHeader) {
  const std::string message =
      "truncated ELF: the file ends inside the ELF header: fw.elf: link or copy the file again";
  EXPECT_EQ(read_error(truncated(4)), message);
  EXPECT_EQ(read_error(truncated(15)), message);
  EXPECT_EQ(read_error(truncated(51)), message);
}

TEST(ElfErrors, TruncatedInTheTables) {
  const std::size_t size = small_program().build().size();
  EXPECT_EQ(read_error(truncated(60)),
            "truncated ELF: program headers end at byte 84 but the file has 60: fw.elf: "
            "link or copy the file again");
  EXPECT_EQ(read_error(truncated(size - 1)), "truncated ELF: section headers end at byte " +
                                                 std::to_string(size) + " but the file has " +
                                                 std::to_string(size - 1) +
                                                 ": fw.elf: link or copy the file again");
}

TEST(ElfErrors, SegmentOutsideTheFile) {
  EXPECT_EQ(read_error(small_program().segment(
                {.offset = 4096, .file_bytes = 0xffffffff, .memory_bytes = 0xffffffff})),
            "truncated ELF: its bytes end at 4294971391 but the file has " +
                std::to_string(small_program().segment({}).build().size()) +
                ": fw.elf, program header 1: link or copy the file again");
}

TEST(ElfErrors, SectionOutsideTheFile) {
  ElfBuilder builder = small_program();
  const Bytes bytes = builder.build();
  builder.patch(header_of(bytes, 1) + 20, words({0x10000}));  // sh_size of section 1
  EXPECT_EQ(read_error(builder), "truncated ELF: its bytes end at 65620 but the file has " +
                                     std::to_string(bytes.size()) +
                                     ": fw.elf, section 1: link or copy the file again");
}

TEST(ElfErrors, HeaderEntriesOfOddSize) {
  EXPECT_EQ(read_error(small_program().patch(42, {31, 0})),
            "malformed ELF: program headers have 31 bytes each, not 32: fw.elf: "
            "link or copy the file again");
}

TEST(ElfErrors, TooManyHeaders) {
  EXPECT_EQ(read_error(small_program().patch(44, {0xff, 0xff})),
            "the ELF has 65535 program headers, more than mcost reads (1000): fw.elf: "
            "link or copy the file again");
  EXPECT_EQ(read_error(small_program().patch(48, {0, 0})),
            "the ELF has more sections than mcost reads (65279): fw.elf: "
            "link it as a program, which merges sections");
}

TEST(ElfErrors, MoreFileThanMemory) {
  EXPECT_EQ(read_error(small_program().segment({.file_bytes = 8, .memory_bytes = 4})),
            "malformed ELF: the segment has 8 bytes in the file but only 4 in memory: "
            "fw.elf, program header 1: link or copy the file again");
}

TEST(ElfErrors, BadSectionName) {
  ElfBuilder builder = small_program();
  const Bytes bytes = builder.build();
  builder.patch(header_of(bytes, 1), words({0x7fffffff}));
  EXPECT_EQ(read_error(builder),
            "malformed ELF: it has no name in string table 4: fw.elf, section 1: "
            "link or copy the file again");
}

TEST(ElfErrors, WrappingAddresses) {
  EXPECT_EQ(read_error(ElfBuilder().code(0xfffffff0, small_firmware())),
            "the segment at 0xFFFFFFF0 with 32 bytes passes the end of the address space: "
            "fw.elf, program header 0: correct the memory regions of the linker script");
  EXPECT_EQ(read_error(small_program().section({.name = ".noload",
                                                .type = SHT_NOBITS,
                                                .address = 0xfffffff0,
                                                .extra_memory = 32,
                                                .segment = false})),
            "the section at 0xFFFFFFF0 with 32 bytes passes the end of the address space: "
            "fw.elf, section .noload: correct the memory regions of the linker script");
}

TEST(ElfErrors, OverlappingSegments) {
  EXPECT_EQ(read_error(small_program().data(".data", 0x20000000, 0x0800001c, words({1, 2}))),
            "segments overlap: .text (0x08000000-0x0800001F) and .data (0x0800001C-0x08000023): "
            "fw.elf: give them separate load addresses in the linker script");
}

TEST(ElfErrors, SegmentsThatTouchDoNotOverlap) {
  EXPECT_EQ(read_error(small_program().data(".data", 0x20000000, 0x08000020, words({1}))),
            "(no error)");
}

TEST(ElfErrors, SegmentsThatShareBytes) {
  ElfBuilder builder = small_program();
  const auto size = static_cast<std::uint32_t>(builder.segment({}).segment({}).build().size());
  builder = small_program();
  for (const std::uint32_t at : {0x10000000u, 0x20000000u}) {
    builder.segment({.offset = 64,
                     .virtual_address = at,
                     .load_address = at,
                     .file_bytes = size - 64,
                     .memory_bytes = size - 64});
  }
  EXPECT_EQ(read_error(builder),
            "malformed ELF: segments load more bytes than the file has: "
            "fw.elf, program header 2: link or copy the file again");
}

TEST(ElfErrors, NothingToLoad) {
  EXPECT_EQ(read_error(ElfBuilder()),
            "nothing to load: no segment has bytes: fw.elf: "
            "link it as a program, with a linker script for the board");
}

TEST(ElfErrors, BadBuildAttributes) {
  const auto with = [](Bytes bytes) {
    return read_error(small_program().section({.name = ".ARM.attributes",
                                               .type = SHT_ARM_ATTRIBUTES,
                                               .flags = 0,
                                               .bytes = std::move(bytes)}));
  };
  const std::string message =
      "malformed build attributes: fw.elf, section .ARM.attributes: link or copy the file again";
  EXPECT_EQ(with({'B'}), message);
  EXPECT_EQ(with({'A', 200, 0, 0, 0, 'a'}), message);
  EXPECT_EQ(with({'A', 3, 0, 0, 0}), message);
  EXPECT_EQ(with({'A', 16, 0, 0, 0, 'a', 'e', 'a', 'b', 'i', 0, 1, 2, 0, 0, 0, 0}), message);
}

TEST(ElfErrors, BadSymbolTable) {
  const auto symbols_error = [](const Bytes& bytes) {
    const Image image = read_image("fw.elf", bytes, {});
    return message_of([&] { static_cast<void>(SymbolTable::read(image)); });
  };
  ElfBuilder builder = small_program();
  const Bytes bytes = builder.build();
  EXPECT_EQ(symbols_error(ElfBuilder(builder).patch(header_of(bytes, 2) + 20, words({17})).build()),
            "malformed ELF: the symbol table has 17 bytes, no multiple of 16: "
            "fw.elf, section .symtab: link or copy the file again");
  EXPECT_EQ(symbols_error(ElfBuilder(builder).patch(header_of(bytes, 2) + 24, words({77})).build()),
            "malformed ELF: it has no name in string table 77: fw.elf, symbol 1: "
            "link or copy the file again");
}

TEST(ElfErrors, NamesThatOverlapBeyondMeasure) {
  // 20000 symbols that all name one long string: 300 KB of table, but gigabytes of names.
  ElfBuilder builder = small_program();
  builder.symbol({.name = std::string(60000, 'x'), .type = STT_OBJECT});
  for (int i = 0; i < 20000; ++i) builder.symbol({.name = "y", .type = STT_OBJECT});
  Bytes bytes = builder.build();
  const std::size_t first = 5;  // after the null symbol and those of small_program()
  const std::size_t symbols = word_at(bytes, header_of(bytes, 2) + 16) + first * sizeof(Elf32_Sym);
  for (std::size_t i = 1; i <= 20000; ++i) {
    std::memcpy(bytes.data() + symbols + i * sizeof(Elf32_Sym), bytes.data() + symbols, 4);
  }
  const Image image = read_image("fw.elf", bytes, {});
  EXPECT_THAT(message_of([&] { static_cast<void>(SymbolTable::read(image)); }),
              testing::MatchesRegex("malformed ELF: its names overlap beyond measure: "
                                    "fw.elf, symbol [0-9]+: link or copy the file again"));
}

TEST(ElfErrors, UnreadableFiles) {
  const std::filesystem::path folder = testing::TempDir();
  const auto file_error = [](const std::filesystem::path& path) {
    return message_of([&] { static_cast<void>(read_image(path)); });
  };
  EXPECT_EQ(file_error("no_such_file.elf"),
            "no such file: no_such_file.elf: check the path of the firmware");
  EXPECT_EQ(file_error(folder),
            "not a regular file: " + folder.string() + ": give the firmware file itself");
  const auto huge = folder / "mcost_huge.elf";
  std::ofstream(huge).put('x');
  std::error_code error;
  std::filesystem::resize_file(huge, kMaxFileBytes + 1, error);
  if (!error) {
    EXPECT_EQ(file_error(huge),
              "the file has 1073741825 bytes, more than mcost reads (1073741824): " +
                  huge.string() + ": give the firmware itself, or strip its debug data");
  }
  std::filesystem::remove(huge);
}

}  // namespace
}  // namespace mcost::loader
