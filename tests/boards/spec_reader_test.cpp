// The reader beyond single mistakes: several at once, sources, extends, --set and hostile files.
#include "boards/spec_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <variant>
#include <vector>

#include "tests/boards/spec_sample.h"

namespace mcost::boards::test {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

BoardSpec tiny(const std::vector<std::string>& overrides = {}) {
  return read_board_text(kTinyBoard, "x.yaml", overrides);
}

const FlashSpec& flash_of(const BoardSpec& board) {
  return std::get<FlashSpec>(find_named(board.memories, "flash")->timing);
}

/// A folder of the test's own, removed afterwards.
class SpecFiles : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ =
        std::filesystem::path(testing::TempDir()) / ("mcost_spec_" + std::string(test->name()));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) {
    const std::filesystem::path path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path.generic_string();
  }

  std::filesystem::path folder_;
};

TEST(SpecReader, ReadsEveryValue) {
  const BoardSpec board = tiny();
  EXPECT_EQ(board.name, "tiny");
  EXPECT_EQ(board.core.model, CoreModel::cortex_m4);
  EXPECT_EQ(board.core.cpuid, 0x410FC241u);
  EXPECT_EQ(board.core.fpu, FpuModel::fpv4_sp_d16);
  EXPECT_EQ(board.core.interrupts, 16u);
  EXPECT_EQ(board.clock.rated_hz, 48'000'000u);
  EXPECT_EQ(board.reset.vector_table, 0x08000000u);
  ASSERT_EQ(board.memories.size(), 2u);
  EXPECT_EQ(board.memories[0].name, "flash");
  EXPECT_EQ(board.memories[0].size_bytes, 64u * 1024);
  EXPECT_EQ(flash_of(board).wait_states, 2u);
  EXPECT_THAT(flash_of(board).wait_state_limits_hz, ElementsAre(24'000'000u, 48'000'000u));
  EXPECT_TRUE(std::holds_alternative<NoAccelerator>(flash_of(board).accelerator));
  ASSERT_EQ(board.regions.size(), 2u);
  EXPECT_EQ(board.regions[0].port, RegionPort::icode_dcode);
  EXPECT_EQ(board.regions[0].size_bytes, 64u * 1024);  // the rest of the memory
  EXPECT_FALSE(board.regions[0].writable);
  ASSERT_EQ(board.peripherals.size(), 1u);
  EXPECT_EQ(board.peripherals[0].type, "registers");
  EXPECT_EQ(board.peripherals[0].registers[0].reset, 0x83u);
  const auto& rule = std::get<FollowRule>(board.peripherals[0].rules[0].action);
  EXPECT_EQ(rule.trigger.offset_bytes, 0u);
  EXPECT_EQ(rule.trigger.high, 16u);
  EXPECT_EQ(rule.target.low, 17u);
  EXPECT_EQ(rule.after_cycles, 3u);
  EXPECT_THAT(board.pinned, IsEmpty());
}

TEST(SpecReader, AValueHasItsOwnSourceOrThatOfItsBlock) {
  const BoardSpec board = tiny();
  const Source manual{SourceKind::datasheet, "tiny manual", true};
  EXPECT_EQ(board.sources.at("memories.flash.wait_states"),
            (Source{SourceKind::measured, "bench", true}));
  EXPECT_EQ(board.sources.at("memories.flash.width_bits"), manual);
  EXPECT_EQ(board.sources.at("memories.flash.fill"),
            (Source{SourceKind::assumed, "default", true}));
  EXPECT_EQ(board.sources.at("regions.sram.size_kib"), board.sources.at("memories.sram.size_kib"));
  EXPECT_FALSE(board.sources.contains("name"));
}

TEST(SpecReader, AReferenceAloneNarrowsTheSourceOfTheBlock) {
  const BoardSpec board =
      read_board_text(tiny_with("clock: {rated_hz: 48000000, max_hz: 48000000}",
                                "clock: {verified: false, rated_hz: {value: 48000000, ref: \"page "
                                "3\"}, max_hz: 48000000}"),
                      "x.yaml");
  EXPECT_EQ(board.sources.at("clock.rated_hz"), (Source{SourceKind::datasheet, "page 3", false}));
  EXPECT_EQ(board.sources.at("clock.max_hz"),
            (Source{SourceKind::datasheet, "tiny manual", false}));
}

TEST(SpecReader, MissingSourcesAreListedOncePerBlock) {
  const std::string said = complaint(tiny_with("source: datasheet\nref: \"tiny manual\"\n", ""));
  EXPECT_THAT(
      said,
      HasSubstr(
          "no source for rated_hz, max_hz: x.yaml:16:9 clock: add source: and ref: to the block, "
          "or write {value: ..., source: ..., ref: ...}\n"));
  EXPECT_THAT(
      said, HasSubstr("no source for kind, width_bits, wait_state_limits_hz, size_kib: x.yaml:20:5 "
                      "memories.flash: "));
}

TEST(SpecReader, AllMistakesOfAFileComeTogetherInTheOrderOfItsLines) {
  std::string text = tiny_with("  dsp: true\n", "  dsp: maybe\n  dsp: true\n");
  text.replace(text.find("size_kib: 64"), 12, "size_kb: 64 ");
  text.replace(text.find("base: 0x20000000"), 16, "base: 0x08000000");
  text.replace(text.find("reset: 0x83"), 11, "reset: 0xZZ");
  text.replace(text.find("memory: sram"), 12, "memory: srma");
  EXPECT_EQ(complaint(text),
            "dsp must be true or false, got \"maybe\": x.yaml:11:8 core: write true or false\n"
            "duplicate key \"dsp\": x.yaml:12:3: it is already in line 11: keep one\n"
            "unknown key \"size_kb\": x.yaml:24:5 memories.flash: the unit is part of the key: "
            "write size_kib\n"
            "unknown memory \"srma\": x.yaml:32:18 regions.sram: did you mean \"sram\"? memories: "
            "flash, sram\n"
            "reset must be 0x0..0xFFFFFFFF, got \"0xZZ\": x.yaml:39:49 "
            "peripherals.rcc.registers.CR: write an integer");
}

TEST(SpecReader, OverlapsAreFoundBesideOtherMistakes) {
  std::string text = tiny_with("base: 0x20000000", "base: 0x08000000");
  text.replace(text.find("dsp: true"), 9, "dsp: 1   ");
  EXPECT_EQ(complaint(text),
            "dsp must be true or false, got \"1\": x.yaml:11:8 core: write true or false\n"
            "region \"sram\" (0x08000000..0x08003FFF) overlaps region \"flash\" "
            "(0x08000000..0x0800FFFF): "
            "x.yaml:31:30 regions.sram: move or shrink one of them");
}

TEST(SpecReader, ErrorsCarryTheirParts) {
  try {
    static_cast<void>(
        read_board_text(tiny_with("  dsp: true\n", "  dsp: on\n  dps: 1\n"), "x.yaml"));
    FAIL() << "no error";
  } catch (const ConfigErrors& errors) {
    ASSERT_EQ(errors.errors().size(), 2u);
    EXPECT_EQ(errors.errors()[0].problem(), "dsp must be true or false, got \"on\"");
    EXPECT_EQ(errors.errors()[0].where(), "x.yaml:11:8 core");
    EXPECT_EQ(errors.errors()[0].remedy(), "write true or false");
    EXPECT_EQ(errors.errors()[1].problem(), "unknown key \"dps\"");
  }
}

TEST(SpecReader, UnknownBoardNamesTheNearest) {
  EXPECT_EQ(board_complaint("stm32f469-disco"),
            "unknown board \"stm32f469-disco\": --board: did you mean \"stm32f469i-disco\"? "
            "boards: " +
                joined_boards());
  EXPECT_EQ(
      board_complaint("no/such.yaml"),
      "cannot read the board file: no/such.yaml: give an existing .yaml file or the name of a "
      "board (mcost boards)");
}

// ---- --set ----

TEST(SpecOverride, ChangesAValueAndPinsIt) {
  const BoardSpec board = tiny({"memories.flash.wait_states=7", "memories.sram.size_kib=32"});
  EXPECT_EQ(flash_of(board).wait_states, 7u);
  EXPECT_EQ(board.sources.at("memories.flash.wait_states"),
            (Source{SourceKind::assumed, "--set", true}));
  EXPECT_THAT(board.pinned, ElementsAre("memories.flash.wait_states", "memories.sram.size_kib"));
  EXPECT_EQ(find_named(board.regions, "sram")->size_bytes, 32u * 1024);
}

TEST(SpecOverride, TheLastOneWins) {
  EXPECT_EQ(
      flash_of(tiny({"memories.flash.wait_states=7", "memories.flash.wait_states=1"})).wait_states,
      1u);
}

TEST(SpecOverride, SetsAnOptionalKeyThatTheFileLeavesOut) {
  const BoardSpec board = tiny({"memories.sram.fill=0xA5", "start=reset"});
  EXPECT_EQ(find_named(board.memories, "sram")->fill, 0xA5);
  EXPECT_EQ(board.start, StartState::reset);
  EXPECT_THAT(board.pinned, ElementsAre("memories.sram.fill", "start"));
}

TEST(SpecOverride, TakesLists) {
  EXPECT_THAT(
      flash_of(tiny({"memories.flash.wait_state_limits_hz=[1, 2, 48000000]"})).wait_state_limits_hz,
      ElementsAre(1u, 2u, 48'000'000u));
}

TEST(SpecOverride, AnotherKindReplacesTheKeysOfTheOld) {
  const BoardSpec board = read_board("nucleo-l496zg", {}, {"memories.flash.accelerator.kind=none"});
  EXPECT_TRUE(std::holds_alternative<NoAccelerator>(flash_of(board).accelerator));
}

TEST(SpecOverride, ACacheIsAPowerOfTwo) {
  EXPECT_EQ(
      board_complaint("nucleo-f767zi", {}, {"core.icache_kib=12"}),
      "icache_kib 12 is not a power of two: --set core.icache_kib: write the size of the part");
  EXPECT_EQ(
      board_complaint("nucleo-f767zi", {}, {"core.dcache_kib=24"}),
      "dcache_kib 24 is not a power of two: --set core.dcache_kib: write the size of the part");
  EXPECT_EQ(
      board_complaint("nucleo-f429zi", {}, {"core.dcache_kib=16"}),
      "dcache_kib 16 does not exist on cortex-m4: --set core.dcache_kib: mend the model or the "
      "value");
}

TEST(SpecOverride, ErrorsNameTheOptionInPlaceOfALine) {
  EXPECT_EQ(
      complaint(kTinyBoard, {"memories.flash.wait_states=two"}),
      "wait_states must be 0..15, got \"two\": --set memories.flash.wait_states: write an integer");
  EXPECT_EQ(
      complaint(kTinyBoard, {"memories.flash.wait_state=3"}),
      "unknown key \"wait_state\": --set memories.flash.wait_state: did you mean "
      "\"wait_states\"? allowed: kind, "
      "width_bits, wait_states, wait_state_limits_hz, banks, accelerator, size_kib, fill, words, "
      "axi_request_cycles, axi_bridge_cycles, axi_return_cycles, axi_beat_bits, axi_clock_ratio, "
      "axi_line_extra_cycles, energy");
  EXPECT_EQ(complaint(kTinyBoard, {"memories.flsh.wait_states=3"}),
            "unknown memory \"flsh\": --set memories.flsh.wait_states: did you mean \"flash\"? "
            "memories: flash, sram");
  EXPECT_EQ(
      complaint(kTinyBoard, {"memory.flash.wait_states=3"}),
      "unknown key \"memory\": --set memory.flash.wait_states: did you mean \"memories\"? "
      "allowed: name, title, "
      "part, caution, start, console, core, clock, reset, memories, regions, peripheral_spaces, "
      "peripherals, devices, energy, pinned");
  EXPECT_EQ(complaint(kTinyBoard, {"clock.rated_mhz=3"}),
            "unknown key \"rated_mhz\": --set clock.rated_mhz: the unit is part of the key: write "
            "rated_hz");
  EXPECT_EQ(complaint(kTinyBoard, {"memories.flash.wait_states.x=3"}),
            "wait_states is a value: --set memories.flash.wait_states.x: nothing lies below it");
  EXPECT_EQ(complaint(kTinyBoard, {"flash.wait_states=3"}),
            "a board has no key \"flash\": --set flash.wait_states: did you mean "
            "\"memories.flash.wait_states\"?");
  EXPECT_EQ(complaint(kTinyBoard, {"regions.sram=3"}),
            "regions.sram is a group of values, not one: --set regions.sram: name one of them: "
            "regions.sram.memory, regions.sram.base, regions.sram.port, regions.sram.executable, "
            "regions.sram.writable");
  EXPECT_EQ(complaint(kTinyBoard, {"regions.sram.base=0x08000000"}),
            "region \"sram\" (0x08000000..0x08003FFF) overlaps region \"flash\" "
            "(0x08000000..0x0800FFFF): "
            "--set regions.sram.base: move or shrink one of them");
  for (const char* text : {"nonsense", "=3", "a..b=3", ".=1", ""}) {
    EXPECT_EQ(complaint(kTinyBoard, {text}),
              "not an override: --set " + std::string(text) +
                  ": write PATH=VALUE, e.g. memories.flash.wait_states=7");
  }
}

TEST(SpecOverride, SeveralErrorsComeInTheOrderGiven) {
  EXPECT_EQ(complaint(kTinyBoard, {"core.dsp=2", "clock.max_hz=0"}),
            "dsp must be true or false, got \"2\": --set core.dsp: write true or false\n"
            "max_hz must be 1..10000000000, got \"0\": --set clock.max_hz: write an integer in "
            "this range");
}

// ---- extends ----

TEST_F(SpecFiles, ABoardExtendsAShippedOne) {
  const std::string file =
      write("mine.yaml",
            "extends: nucleo-l496zg\nname: mine\n"
            "memories:\n  flash:\n    wait_states: {value: 3, source: measured, ref: \"mine\"}\n");
  BoardSpec board = read_board(file);
  EXPECT_EQ(flash_of(board).wait_states, 3u);
  EXPECT_EQ(board.sources.at("memories.flash.wait_states"),
            (Source{SourceKind::measured, "mine", true}));
  EXPECT_THAT(board.pinned, IsEmpty());
  BoardSpec expected = read_board("nucleo-l496zg");
  expected.name = "mine";
  std::get<FlashSpec>(expected.memories[0].timing).wait_states = 3;
  expected.sources["memories.flash.wait_states"] = {SourceKind::measured, "mine", true};
  EXPECT_EQ(board, expected);
}

TEST_F(SpecFiles, PartsAreFoundBesideTheFileThenInSearchFoldersThenBuiltIn) {
  const std::string part = "source: assumed\nref: here\nkind: sram\nsize_kib: 8\nwait_states: 0\n";
  write("near/part.yaml", part);
  write("search/far.yaml", part);
  write("search/boards/found.yaml", tiny_with("{kind: sram, size_kib: 16, wait_states: 0}",
                                              "{extends: far.yaml, size_kib: 4}"));
  const std::string near =
      write("near/board.yaml",
            tiny_with("{kind: sram, size_kib: 16, wait_states: 0}", "{extends: part.yaml}"));
  EXPECT_EQ(find_named(read_board(near).memories, "sram")->size_bytes, 8u * 1024);
  EXPECT_EQ(find_named(read_board("found", {folder_ / "search"}).memories, "sram")->size_bytes,
            4u * 1024);
  const std::string builtin = write(
      "built.yaml",
      tiny_with("  model: cortex-m4\n  revision: r0p1\n", "  extends: cores/cortex-m4f.yaml\n"));
  EXPECT_EQ(read_board(builtin).core.revision, "r0p1");
}

TEST_F(SpecFiles, MistakesInAPartNameThePart) {
  write("part.yaml", "kind: sram\nsize_kb: 8\nwait_states: 0\n");
  const std::string file =
      write("board.yaml",
            tiny_with("{kind: sram, size_kib: 16, wait_states: 0}", "{extends: part.yaml}"));
  const std::string part = (folder_ / "part.yaml").generic_string();
  EXPECT_EQ(board_complaint(file),
            "no source for kind, wait_states: " + part +
                ":1:1 memories.sram: add source: and ref: to the block, or write {value: ..., "
                "source: ..., ref: ...}\n"
                "unknown key \"size_kb\": " +
                part + ":2:1 memories.sram: the unit is part of the key: write size_kib");
}

TEST_F(SpecFiles, APartExtendsNothing) {
  write("part.yaml",
        "extends: other.yaml\nsource: assumed\nref: x\nkind: sram\nsize_kib: 8\nwait_states: 0\n");
  const std::string file =
      write("board.yaml",
            tiny_with("{kind: sram, size_kib: 16, wait_states: 0}", "{extends: part.yaml}"));
  EXPECT_EQ(board_complaint(file),
            "a part must not extend another part: " + (folder_ / "part.yaml").generic_string() +
                ":1:1 memories.sram: name both from the board");
}

TEST_F(SpecFiles, CirclesEnd) {
  const std::string a = write("a.yaml", "extends: b.yaml\n");
  const std::string b = write("b.yaml", "extends: a.yaml\n");
  EXPECT_EQ(board_complaint(a), "\"a.yaml\" extends itself: " + b + ":1:10: break the circle");
  for (int i = 0; i < 20; ++i) {
    write("c" + std::to_string(i) + ".yaml", "extends: c" + std::to_string(i + 1) + ".yaml\n");
  }
  EXPECT_THAT(board_complaint((folder_ / "c0.yaml").generic_string()),
              AllOf(StartsWith("more than 8 files extend each other: "), EndsWith(": merge some")));
}

TEST_F(SpecFiles, OnlyYamlFilesAreExtended) {
  write("secret.txt", "password");
  const std::string file =
      write("board.yaml", tiny_with("core:\n", "core:\n  extends: secret.txt\n"));
  EXPECT_THAT(board_complaint(file),
              StartsWith("cannot find \"secret.txt\": " + file + ":7:12 core: built-in files: "));
}

// ---- hostile input ----

TEST_F(SpecFiles, AFolderOrADeviceIsNoBoard) {
  EXPECT_THAT(board_complaint(folder_.generic_string()), StartsWith("cannot read the board file"));
  EXPECT_THAT(board_complaint("/dev/zero"), StartsWith("cannot read the board file"));
}

TEST_F(SpecFiles, AHugeFileIsRefusedUnread) {
  const std::string file = write("big.yaml", std::string((1u << 20) + 1, '#'));
  EXPECT_EQ(board_complaint(file),
            "the file is larger than 1024 KiB: " + file + ": split it with extends");
}

TEST(SpecHostile, TextThatIsNoBoard) {
  EXPECT_EQ(complaint(""),
            "the file must be a map, got nothing: x.yaml:1:1: write key: value lines");
  EXPECT_EQ(complaint("- a\n- b\n"),
            "the file must be a map, got a list: x.yaml:1:1: write key: value lines");
  EXPECT_EQ(complaint("hello"),
            "the file must be a map, got \"hello\": x.yaml:1:1: write key: value lines");
  EXPECT_EQ(
      complaint("a: 1\n\tb: 2\n"),
      "not valid YAML (illegal tab when looking for indentation): x.yaml:2:1: mend the syntax");
  using std::string_literals::operator""s;
  EXPECT_EQ(complaint("\x7F"
                      "ELF\x01\x01\x01\0"s),
            "byte 0x01 is not UTF-8 text: x.yaml:1:5: save the file as UTF-8 YAML");
  EXPECT_EQ(complaint("name: \xC3\x28\n"),
            "byte 0xC3 is not UTF-8 text: x.yaml:1:7: save the file as UTF-8 YAML");
  EXPECT_EQ(complaint("name: \xED\xA0\x80\n"),
            "byte 0xED is not UTF-8 text: x.yaml:1:7: save the file as UTF-8 YAML");
}

TEST(SpecHostile, AliasesAreNotExpanded) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string inner = "*a" + std::to_string(i - 1);
    bomb +=
        "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + inner + ", " + inner + "]\n";
  }
  EXPECT_EQ(complaint(bomb),
            "YAML anchors and aliases are not supported: x.yaml:1:5: write the value out, or share "
            "a part with extends");
}

TEST(SpecHostile, DeepNestingStops) {
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  EXPECT_EQ(complaint(deep + std::string(40, ' ') + "b: 1\n"),
            "more than 32 levels of nesting: x.yaml:33:33: flatten it");
  for (const char* opener : {"[", "{", "- ", "? ", "!", "\"", "a: {", "&a "}) {
    std::string text;
    while (text.size() < 100'000) text += opener;
    EXPECT_NE(complaint(text), "") << opener;
  }
}

TEST(SpecHostile, ManyMistakesAreCut) {
  std::string text = kTinyBoard;
  for (int i = 0; i < 500; ++i) text += "zz" + std::to_string(i) + ": 1\n";
  const std::string said = complaint(text);
  EXPECT_THAT(said, EndsWith("more than 100 mistakes: mend these first"));
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 100);
  std::string keys;
  for (int i = 0; i < 3000; ++i) keys += "k" + std::to_string(i) + ": 1\n";
  EXPECT_EQ(complaint(keys),
            "more than 2000 keys in one map: x.yaml:2001:1: split it with extends");
}

TEST(SpecHostile, EveryTruncationOfABoardIsAnErrorOrABoard) {
  const std::string whole = kTinyBoard;
  const std::size_t optional_part = whole.find("peripherals:") - 1;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const std::string said = complaint(whole.substr(0, length));
    if (length < optional_part - 10) {
      EXPECT_NE(said, "") << length;
    }
  }
}

TEST(SpecHostile, ChangedBytesNeverCrash) {
  const std::string whole = kTinyBoard;
  std::uint32_t random = 1;
  for (int round = 0; round < 3000; ++round) {
    std::string text = whole;
    for (int change = 0; change < 4; ++change) {
      random = random * 1664525u + 1013904223u;
      text[(random >> 8) % text.size()] = static_cast<char>(random >> 24);
    }
    static_cast<void>(complaint(text));
  }
}

}  // namespace
}  // namespace mcost::boards::test
