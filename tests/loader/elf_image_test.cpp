#include "loader/elf_image.h"

#include <elf.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "loader/sha256.h"
#include "tests/loader/elf_builder.h"

namespace mcost::loader {
namespace {

using test::ElfBuilder;
using test::small_firmware;
using test::small_program;
using test::words;
using testing::SizeIs;

Image read(const ElfBuilder& builder) { return read_image("fw.elf", builder.build(), {}); }

TEST(ElfImage, LoadsSegmentBytesAtTheirLoadAddress) {
  const Image image = read(small_program().data(".data", 0x20000000, 0x08000100, words({1, 2})));
  ASSERT_THAT(image.segments, SizeIs(2));
  EXPECT_EQ(image.segments[0].load_address, 0x08000000u);
  EXPECT_EQ(image.segments[0].bytes, small_firmware());
  EXPECT_EQ(image.segments[0].section_names(), ".text");
  EXPECT_TRUE(image.segments[0].executable);
  EXPECT_EQ(image.segments[1].load_address, 0x08000100u);
  EXPECT_EQ(image.segments[1].virtual_address, 0x20000000u);
  EXPECT_EQ(image.segments[1].bytes, words({1, 2}));
  EXPECT_FALSE(image.segments[1].executable);
  EXPECT_TRUE(image.is_elf);
  EXPECT_EQ(image.name, "fw.elf");
}

TEST(ElfImage, SortsSegmentsByLoadAddress) {
  const Image image = read(ElfBuilder()
                               .data(".high", 0x08001000, 0x08001000, words({1}))
                               .code(0x08000000, small_firmware()));
  ASSERT_THAT(image.segments, SizeIs(2));
  EXPECT_EQ(image.segments[0].section_names(), ".text");
  EXPECT_EQ(image.segments[1].section_names(), ".high");
}

TEST(ElfImage, ZeroFillsOnlyWhereLoadAndUseAddressAgree) {
  const Image image = read(small_program()
                               .section({.name = ".data",
                                         .flags = SHF_ALLOC | SHF_WRITE,
                                         .address = 0x20000000,
                                         .load_address = 0x08000100,
                                         .bytes = words({1}),
                                         .extra_memory = 64})
                               .section({.name = ".ram",
                                         .flags = SHF_ALLOC | SHF_WRITE,
                                         .address = 0x20001000,
                                         .bytes = words({1}),
                                         .extra_memory = 32})
                               .bss(".bss", 0x20002000, 16));
  ASSERT_THAT(image.segments, SizeIs(4));
  EXPECT_EQ(image.segments[1].zero_fill_bytes, 0u) << ".data is copied and cleared by start-up";
  EXPECT_EQ(image.segments[2].zero_fill_bytes, 32u);
  EXPECT_EQ(image.segments[3].zero_fill_bytes, 16u);
  EXPECT_TRUE(image.segments[3].bytes.empty());
}

TEST(ElfImage, IgnoresEmptyAndHeadersOnlySegments) {
  const Image image = read(small_program()
                               .segment({.virtual_address = 0x30000000, .load_address = 0x30000000})
                               .segment({.virtual_address = 0x10000000,
                                         .load_address = 0x10000000,
                                         .file_bytes = 52 + 3 * 32,
                                         .memory_bytes = 52 + 3 * 32})
                               .segment({.type = PT_NOTE}));
  EXPECT_THAT(image.segments, SizeIs(1));
}

TEST(ElfImage, LeavesOutHeadersInFrontOfTheFirstSection) {
  const Image image = read(small_program().cover_headers());
  ASSERT_THAT(image.segments, SizeIs(1));
  EXPECT_EQ(image.segments[0].load_address, 0x08000000u);
  EXPECT_EQ(image.segments[0].virtual_address, 0x08000000u);
  EXPECT_EQ(image.segments[0].bytes, small_firmware());
}

TEST(ElfImage, ListsSectionsWithBothAddresses) {
  const Image image = read(small_program()
                               .data(".data", 0x20000000, 0x08000100, words({1, 2}))
                               .bss(".bss", 0x20000008, 12)
                               .section({.name = ".comment", .flags = 0, .bytes = words({1})}));
  ASSERT_THAT(image.sections, SizeIs(3));
  EXPECT_EQ(image.sections[0].name, ".text");
  EXPECT_TRUE(image.sections[0].executable);
  EXPECT_TRUE(image.sections[0].loaded);
  EXPECT_EQ(image.sections[1].name, ".data");
  EXPECT_EQ(image.sections[1].address, 0x20000000u);
  EXPECT_EQ(image.sections[1].load_address, 0x08000100u);
  EXPECT_TRUE(image.sections[1].writable);
  EXPECT_EQ(image.sections[2].name, ".bss");
  EXPECT_EQ(image.sections[2].size_bytes, 12u);
  EXPECT_FALSE(image.sections[2].loaded);
}

TEST(ElfImage, FindsTheExecutableSectionOfAnAddress) {
  const Image image = read(small_program().data(".data", 0x20000000, 0x08000100, words({1})));
  ASSERT_NE(image.executable_section(0x0800001f), nullptr);
  EXPECT_EQ(image.executable_section(0x0800001f)->name, ".text");
  EXPECT_EQ(image.executable_section(0x08000020), nullptr);
  EXPECT_EQ(image.executable_section(0x20000000), nullptr);
}

TEST(ElfImage, ReadsLoadedWords) {
  const Image image = read(small_program());
  EXPECT_EQ(image.loaded_word(0x08000000), 0x20001000u);
  EXPECT_EQ(image.loaded_word(0x0800001c), 0u);
  EXPECT_EQ(image.loaded_word(0x0800001d), std::nullopt);
  EXPECT_EQ(image.loaded_word(0x07fffffe), std::nullopt);
}

TEST(ElfImage, StripsTheThumbBitOfTheEntry) {
  EXPECT_EQ(read(small_program()).entry, 0x08000010u);
  EXPECT_EQ(read(small_program().entry(0)).entry, std::nullopt);
}

TEST(ElfImage, ScatterLoadedSectionsFollowTheirBytes) {
  // armlink: one load region in flash; the section runs in RAM, at an address that no program
  // header has.
  ElfBuilder builder;
  builder.section({.name = "ER_RAM",
                   .flags = SHF_ALLOC | SHF_EXECINSTR,
                   .address = 0x20000000,
                   .bytes = small_firmware(),
                   .segment = false});
  const std::uint32_t offset = 52 + 32;
  builder.segment({.offset = offset,
                   .virtual_address = 0x08000000,
                   .load_address = 0x08000000,
                   .file_bytes = 32,
                   .memory_bytes = 32});
  const Image image = read(builder);
  ASSERT_THAT(image.sections, SizeIs(1));
  EXPECT_EQ(image.sections[0].address, 0x20000000u);
  EXPECT_EQ(image.sections[0].load_address, 0x08000000u);
  EXPECT_TRUE(image.sections[0].loaded);
}

TEST(ElfImage, WithoutSectionHeadersSegmentsAreTheSections) {
  const Image image = read(small_program().without_section_headers());
  ASSERT_THAT(image.sections, SizeIs(1));
  EXPECT_EQ(image.sections[0].name, "segment 0");
  EXPECT_TRUE(image.sections[0].executable);
  EXPECT_EQ(image.segments[0].section_names(), "segment 0");
}

test::Bytes attributes_section() {
  // Tag_CPU_name "7E-M", CPU_arch 13, profile 'M', FP_arch 6, VFP_args 1, compatibility (skipped),
  // DSP 1, tag 67 text.
  test::Bytes tags = {5,  '7', 'E', '-', 'M', 0, 6,  13, 7,  'M', 10, 6,
                      28, 1,   32,  1,   'x', 0, 46, 1,  67, '2', 0};
  test::Bytes section = {'A'};
  const auto put_size = [&](std::size_t size) {
    const test::Bytes word = words({static_cast<std::uint32_t>(size)});
    section.insert(section.end(), word.begin(), word.end());
  };
  put_size(4 + 6 + 5 + tags.size());
  for (const char c : {'a', 'e', 'a', 'b', 'i', '\0', '\1'}) {
    section.push_back(static_cast<std::uint8_t>(c));
  }
  put_size(5 + tags.size());
  section.insert(section.end(), tags.begin(), tags.end());
  return section;
}

TEST(ElfImage, ParsesBuildAttributes) {
  const Image image = read(small_program().section({.name = ".ARM.attributes",
                                                    .type = SHT_ARM_ATTRIBUTES,
                                                    .flags = 0,
                                                    .bytes = attributes_section()}));
  EXPECT_EQ(image.attributes.cpu_name, "7E-M");
  EXPECT_EQ(image.attributes.cpu_arch, 13u);
  EXPECT_EQ(image.attributes.cpu_profile, unsigned{'M'});
  EXPECT_EQ(image.attributes.fp_arch, 6u);
  EXPECT_EQ(image.attributes.vfp_args, 1u);
  EXPECT_EQ(image.attributes.dsp_extension, 1u);
  EXPECT_EQ(image.attributes.hard_fp_use, std::nullopt);
}

TEST(ElfImage, ReadsFilesAndKeepsOnlyTheirName) {
  const auto path = std::filesystem::path(testing::TempDir()) / "mcost_elf_image_test.elf";
  const test::Bytes bytes = small_program().build();
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  const Image image = read_image(path);
  std::filesystem::remove(path);
  EXPECT_EQ(image.name, "mcost_elf_image_test.elf");
  EXPECT_EQ(image.sha256, sha256_hex(bytes));
  EXPECT_EQ(*image.file, bytes);
}

// FIPS 180-4 examples, and lengths around the padding limit.
TEST(Sha256, MatchesPublishedDigests) {
  const auto digest = [](const std::string& text) {
    return sha256_hex({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  };
  EXPECT_EQ(digest(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(digest(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

}  // namespace
}  // namespace mcost::loader
