#include "loader/probe_notes.h"

#include <elf.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/loader/elf_builder.h"
#include "tests/loader/message.h"
#include "tests/loader/target_compiler.h"

namespace mcost::loader {
namespace {

using test::ElfBuilder;
using test::message_of;
using test::probe_section;
using test::small_program;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;
using Form = Argument::Form;

constexpr std::uint32_t kBegin = 1;
constexpr std::uint32_t kEnd = 2;
constexpr std::uint32_t kEvent = 3;

std::vector<Probe> read(const ElfBuilder& builder) {
  const Image image = read_image("fw.elf", builder.build(), {});
  return read_probes(image, SymbolTable::read(image));
}

std::vector<Probe> read(const std::vector<test::ProbeNoteSpec>& notes) {
  return read(small_program().section(probe_section(notes)));
}

std::vector<std::string> names(const std::vector<Probe>& probes) {
  std::vector<std::string> all;
  all.reserve(probes.size());
  for (const Probe& probe : probes) all.push_back(probe.name);
  return all;
}

std::vector<Argument> parse(const std::string& text) {
  return parse_arguments(text, SymbolTable(), "here");
}

std::string read_error(test::SectionSpec section) {
  return message_of([&] { static_cast<void>(read(small_program().section(std::move(section)))); });
}

TEST(ProbeNotes, AreRead) {
  const auto probes = read({{.kind = 1,
                             .address = 0x08000011,
                             .name = "conv1",
                             .metadata = "op=conv2d in=1x28x28x1 macs=48600 fused"},
                            {.kind = 4,
                             .address = 0x08000012,
                             .name = "depth",
                             .arguments = "4@r0",
                             .provider = "rtos"}});
  ASSERT_THAT(probes, SizeIs(2));
  EXPECT_EQ(probes[0].kind, ProbeKind::kLayerBegin);
  EXPECT_EQ(probes[0].address, 0x08000010u) << "the Thumb bit is stripped";
  EXPECT_EQ(probes[0].provider, "firmware");
  EXPECT_EQ(probes[0].name, "conv1");
  EXPECT_THAT(probes[0].arguments, IsEmpty());
  EXPECT_THAT(probes[0].metadata, ElementsAre(Pair("op", "conv2d"), Pair("in", "1x28x28x1"),
                                              Pair("macs", "48600"), Pair("fused", "")));
  ASSERT_NE(probes[0].find_metadata("macs"), nullptr);
  EXPECT_EQ(*probes[0].find_metadata("macs"), "48600");
  EXPECT_EQ(probes[0].find_metadata("out"), nullptr);
  EXPECT_EQ(probes[1].kind, ProbeKind::kCounter);
  EXPECT_EQ(probes[1].provider, "rtos");
  EXPECT_THAT(probes[1].arguments, SizeIs(1));
}

TEST(ProbeNotes, OfDiscardedCodeAreDropped) {
  const auto probes = read({{.address = 0, .name = "zero"},
                            {.address = 1, .name = "zero_thumb"},
                            {.address = 0x09000000, .name = "elsewhere", .arguments = "nonsense"},
                            {.address = 0x08000010, .name = "kept"}});
  EXPECT_THAT(names(probes), ElementsAre("kept"));
}

TEST(ProbeNotes, AreSortedByAddressThenSerialThenPlace) {
  const auto probes = read({{.kind = kEvent, .address = 0x08000014, .serial = 1, .name = "d"},
                            {.kind = kEvent, .address = 0x08000010, .serial = 9, .name = "c"},
                            {.kind = kEvent, .address = 0x08000010, .serial = 7, .name = "a"},
                            {.kind = kEvent, .address = 0x08000010, .serial = 7, .name = "b"}});
  EXPECT_THAT(names(probes), ElementsAre("a", "b", "c", "d"));
}

TEST(ProbeNotes, EndsComeBeforeBeginsAtOneAddress) {
  const auto probes = read({{.kind = kBegin, .address = 0x08000010, .serial = 0, .name = "next"},
                            {.kind = kEvent, .address = 0x08000010, .serial = 1, .name = "event"},
                            {.kind = kEnd, .address = 0x08000010, .serial = 2, .name = "inner"},
                            {.kind = kEnd, .address = 0x08000010, .serial = 3, .name = "outer"}});
  EXPECT_THAT(names(probes), ElementsAre("inner", "event", "outer", "next"));
}

TEST(ProbeNotes, AnEmptyLayerStillBeginsBeforeItEnds) {
  const auto probes = read({{.kind = kBegin, .address = 0x08000010, .serial = 0, .name = "none"},
                            {.kind = kEnd, .address = 0x08000010, .serial = 1, .name = "none"}});
  ASSERT_THAT(probes, SizeIs(2));
  EXPECT_EQ(probes[0].kind, ProbeKind::kLayerBegin);
}

TEST(ProbeNotes, FilesWithoutThem) {
  EXPECT_THAT(read(small_program()), IsEmpty());
  EXPECT_THAT(read_probes(read_image("fw.bin", {1, 2}, 0), SymbolTable()), IsEmpty());
}

TEST(ProbeNotes, Malformed) {
  const std::string remedy = "rebuild the firmware with this version's mcost.h";
  test::SectionSpec section = probe_section(
      {{.address = 0x08000010, .name = "ok"}, {.address = 0x08000010, .name = "cut"}});
  section.bytes.resize(section.bytes.size() - 8);
  EXPECT_EQ(read_error(section),
            "a probe note is truncated: fw.elf, .note.mcost, note 1: " + remedy);

  section = probe_section({{.address = 0x08000010, .name = "x"}});
  section.bytes[12] = 'M';
  EXPECT_EQ(read_error(section),
            "a probe note is not named \"mcost\": fw.elf, .note.mcost, note 0: " + remedy);

  EXPECT_EQ(read_error(probe_section({{.address = 0x08000010, .name = "x", .version = 2}})),
            "a probe note has version 2, not 1: fw.elf, .note.mcost, note 0: " + remedy);
  EXPECT_EQ(read_error(probe_section({{.kind = 5, .address = 0x08000010, .name = "x"}})),
            "a probe note has the unknown kind 5: fw.elf, .note.mcost, note 0 (x): " + remedy);

  section = probe_section({{.address = 0x08000010, .name = "x"}});
  section.bytes[4] = 16;  // descsz: the strings are cut off
  section.bytes.resize(20 + 16);
  EXPECT_EQ(read_error(section),
            "a probe note is truncated: fw.elf, .note.mcost, note 0: " + remedy);
}

TEST(ProbeNotes, UnknownArgumentNamesTheNote) {
  EXPECT_EQ(read_error(probe_section(
                {{.kind = 3, .address = 0x08000010, .name = "frame", .arguments = "4@r0 4@.LC3"}})),
            "a probe argument has the unknown form \"4@.LC3\": fw.elf, .note.mcost, note 0 "
            "(frame): give the probe an integer in a register, on the stack or constant");
}

TEST(ProbeArguments, Registers) {
  EXPECT_THAT(
      parse("4@r0 -2@r12 1@sp 8@r4"),
      ElementsAre(Argument{.form = Form::kRegister, .size_bytes = 4, .reg = 0},
                  Argument{.form = Form::kRegister, .size_bytes = 2, .is_signed = true, .reg = 12},
                  Argument{.form = Form::kRegister, .size_bytes = 1, .reg = 13},
                  Argument{.form = Form::kRegister, .size_bytes = 8, .reg = 4}));
  const std::vector<std::pair<std::string, int>> names = {{"sb", 9},  {"sl", 10}, {"fp", 11},
                                                          {"ip", 12}, {"lr", 14}, {"pc", 15}};
  for (const auto& [name, number] : names) EXPECT_EQ(parse("4@" + name)[0].reg, number) << name;
}

TEST(ProbeArguments, PointersToText) {
  EXPECT_THAT(parse("4s@r1 4s@[r7, #12]"),
              ElementsAre(Argument{.form = Form::kRegister, .is_text = true, .reg = 1},
                          Argument{.form = Form::kMemory, .is_text = true, .reg = 7, .value = 12}));
}

TEST(ProbeNotes, OnlyALayerMayPointToItsName) {
  const auto probes = read(std::vector<test::ProbeNoteSpec>{
      {.kind = 1, .address = 0x08000010, .name = "a", .arguments = "4s@r1"},
      {.kind = 2, .address = 0x08000012, .name = "a", .arguments = "4s@r2"},
      {.kind = 1, .address = 0x08000014, .name = "b", .arguments = "4@r1"},
      {.kind = 3, .address = 0x08000016, .name = "c", .arguments = "4s@r1"},
  });
  ASSERT_THAT(probes, SizeIs(4));
  ASSERT_NE(probes[0].name_argument(), nullptr);
  EXPECT_EQ(probes[0].name_argument()->reg, 1);
  ASSERT_NE(probes[1].name_argument(), nullptr);
  EXPECT_EQ(probes[1].name_argument()->reg, 2);
  EXPECT_EQ(probes[2].name_argument(), nullptr);
  EXPECT_EQ(probes[3].name_argument(), nullptr);
}

TEST(ProbeArguments, FloatRegisters) {
  EXPECT_THAT(
      parse("4f@s31 8@d0"),
      ElementsAre(
          Argument{.form = Form::kSingleRegister, .size_bytes = 4, .is_float = true, .reg = 31},
          Argument{.form = Form::kDoubleRegister, .size_bytes = 8, .reg = 0}));
}

TEST(ProbeArguments, Memory) {
  EXPECT_THAT(
      parse("4@[r7] -4@[sp, #8] 4@[sp,#-4] 4@[r1, r2] 2@[r1, r2, lsl #2]"),
      ElementsAre(
          Argument{.form = Form::kMemory, .reg = 7},
          Argument{.form = Form::kMemory, .is_signed = true, .reg = 13, .value = 8},
          Argument{.form = Form::kMemory, .reg = 13, .value = -4},
          Argument{.form = Form::kMemory, .reg = 1, .index = 2},
          Argument{.form = Form::kMemory, .size_bytes = 2, .reg = 1, .index = 2, .shift = 2}));
}

TEST(ProbeArguments, Immediates) {
  const auto values = parse("4@#3211264 4@-16 -4@#-5 4@#0x10 8@#18446744073709551615");
  ASSERT_THAT(values, SizeIs(5));
  for (const Argument& a : values) EXPECT_EQ(a.form, Form::kImmediate);
  EXPECT_EQ(values[0].value, 3211264);
  EXPECT_EQ(values[1].value, -16);
  EXPECT_EQ(values[2].value, -5);
  EXPECT_EQ(values[3].value, 16);
  EXPECT_EQ(values[4].value, -1);
}

TEST(ProbeArguments, SymbolsThatAreUnique) {
  const Image image = read_image(
      "fw.elf",
      small_program()
          .symbol({.name = "arena", .value = 0x20000100, .type = STT_OBJECT})
          .symbol({.name = "twin", .value = 0x20000200, .type = STT_OBJECT, .binding = STB_LOCAL})
          .symbol({.name = "twin", .value = 0x20000300, .type = STT_OBJECT, .binding = STB_LOCAL})
          .build(),
      {});
  const SymbolTable symbols = SymbolTable::read(image);
  const auto values = parse_arguments("4@#arena 4@arena+4 4@#arena-4", symbols, "here");
  ASSERT_THAT(values, SizeIs(3));
  EXPECT_EQ(values[0].value, 0x20000100);
  EXPECT_EQ(values[1].value, 0x20000104);
  EXPECT_EQ(values[2].value, 0x200000fc);
  EXPECT_THAT(message_of([&] { static_cast<void>(parse_arguments("4@#twin", symbols, "here")); }),
              testing::HasSubstr("unknown form \"4@#twin\""));
}

TEST(ProbeArguments, UnknownForms) {
  for (const std::string text : {"r0",
                                 "@r0",
                                 "3@r0",
                                 "4@",
                                 "4@r16",
                                 "4@r",
                                 "4@r1x",
                                 "4@s32",
                                 "4@[",
                                 "4@[]",
                                 "4@[r0",
                                 "4@[#4]",
                                 "4@[r0, 4]",
                                 "4@[r0, r1, lsl #4]",
                                 "4@[r0, r1, asr #2]",
                                 "4@[r0, #4]!",
                                 "4@[r0, #4, #4]",
                                 "4@[r0, r1, lsl #1, #1]",
                                 "4@#",
                                 "4@#1x",
                                 "4@##1",
                                 "--4@r0",
                                 "-4s@r0",
                                 "2s@r0",
                                 "s@r0",
                                 "4sf@r0",
                                 "8@pc",
                                 "4@#99999999999999999999",
                                 "4@-9223372036854775809",
                                 "4@x+-9223372036854775808"}) {
    EXPECT_EQ(message_of([&] { static_cast<void>(parse(text)); }),
              "a probe argument has the unknown form \"" + text +
                  "\": here: give the probe an integer in a register, on the stack or constant");
  }
}

TEST(ProbeArguments, Spaces) {
  EXPECT_THAT(parse(""), IsEmpty());
  EXPECT_THAT(parse("  4@r0\t 4@r1 "), SizeIs(2));
}

// The header that firmware includes, through a real compiler and linker.
TEST(ProbeNotes, OfCompiledFirmwareAreRead) {
  MCOST_NEED_TARGET_COMPILER();
  std::ifstream header(std::string(MCOST_SOURCE_DIR) + "/firmware_samples/include/mcost.h");
  const std::string header_text(std::istreambuf_iterator<char>(header), {});
  const auto elf =
      test::compile({{"mcost.h", header_text},
                     {"a.c",
                      "#include \"mcost.h\"\n"
                      "__attribute__((noinline)) void gone(void) { MCOST_EVENT(\"gone\"); }\n"
                      "__attribute__((noinline)) int layer(int x) {\n"
                      "  volatile int local = x;\n"
                      "  MCOST_LAYER_BEGIN(\"conv1\", \"op=conv2d macs=48600\");\n"
                      "  local = local * 3;\n"
                      "  MCOST_LAYER_END(\"conv1\");\n"
                      "  MCOST_EVENT(\"frame\", x, 3211264, (signed char)x);\n"
                      "  MCOST_COUNTER(\"depth\", x);\n"
                      "  return local;\n"
                      "}\n"
                      "void _start(void) { layer(5); for (;;) {} }\n"}},
                    "-O2 -ffunction-sections -Wl,--gc-sections -nostdlib -Ttext=0x08000000 a.c");
  ASSERT_TRUE(elf.has_value());
  const Image image = read_image("fw.elf", *elf, {});
  const SymbolTable symbols = SymbolTable::read(image);
  const auto probes = read_probes(image, symbols);
  EXPECT_THAT(names(probes), ElementsAre("conv1", "conv1", "frame", "depth"));
  for (const Probe& probe : probes) {
    const Function* function = symbols.find_function(probe.address);
    ASSERT_NE(function, nullptr) << probe.name;
    EXPECT_EQ(function->name, "layer");
  }
  ASSERT_THAT(probes[2].arguments, SizeIs(3));
  EXPECT_EQ(probes[2].arguments[1].form, Form::kImmediate);
  EXPECT_EQ(probes[2].arguments[1].value, 3211264);
  EXPECT_EQ(probes[2].arguments[2].size_bytes, 1);
  EXPECT_TRUE(probes[2].arguments[2].is_signed);
  EXPECT_EQ(*probes[0].find_metadata("macs"), "48600");
}

}  // namespace
}  // namespace mcost::loader
