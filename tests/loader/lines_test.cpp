#include "loader/lines.h"

#include <elf.h>
#include <gmock/gmock.h>

#include "loader/line_program.h"
#include "tests/loader/elf_builder.h"
#include "tests/loader/target_compiler.h"

namespace mcost::loader {
namespace {

using test::small_program;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

using Files = std::vector<std::pair<std::string, std::string>>;

// An image with its symbols and lines, compiled now.
struct Program {
  Program(const Files& files, const std::string& flags) {
    const auto elf = test::compile(files, flags);
    EXPECT_TRUE(elf.has_value());
    if (!elf) return;
    image = read_image("fw.elf", *elf, {});
    symbols = SymbolTable::read(image);
    lines = LineTable::read(image, symbols);
  }

  // "file:line" at `offset` bytes into a function, or "-".
  [[nodiscard]] std::string at(const std::string& function, Address offset = 0) const {
    const Symbol* symbol = symbols.find_symbol(function);
    if (symbol == nullptr) return "no " + function;
    return text(lines.find(symbol->address + offset));
  }

  static std::string text(const std::optional<SourceLine>& line) {
    if (!line) return "-";
    return (line->file == nullptr ? "?" : line->file->name) + ":" + std::to_string(line->line);
  }

  // All different "file:line" of a function.
  [[nodiscard]] std::vector<std::string> all_of(const std::string& name) const {
    std::vector<std::string> all;
    const Symbol* symbol = symbols.find_symbol(name);
    if (symbol == nullptr) return {"no " + name};
    const Function& function = *symbols.find_function(symbol->address);
    for (Address a = function.address; a < function.address + function.size_bytes; a += 2) {
      const std::string place = text(lines.find(a));
      if (std::find(all.begin(), all.end(), place) == all.end()) all.push_back(place);
    }
    std::sort(all.begin(), all.end());
    return all;
  }

  Image image;
  SymbolTable symbols;
  LineTable lines;
};

// Lines matter: `work` is line 2 to 5.
const char* const kWork =
    "volatile int sink;\n"
    "int work(int x) {\n"
    "  sink = 0x12345678;\n"
    "  return x * 3;\n"
    "}\n";
const char* const kStart =
    "int work(int);\n"
    "void _start(void) {\n"
    "  work(5);\n"
    "  for (;;) {}\n"
    "}\n";
const std::string kLink = " -nostdlib -Wl,-e,_start ";

class LinesOfDwarf : public testing::TestWithParam<int> {};

TEST_P(LinesOfDwarf, AreThoseOfTheSource) {
  MCOST_NEED_TARGET_COMPILER();
  const Program p(
      {{"work.c", kWork}, {"start.c", kStart}},
      "-O0 -gdwarf-" + std::to_string(GetParam()) + kLink + "-Ttext=0x08000000 start.c work.c");
  EXPECT_THAT(p.lines.notes(), IsEmpty());
  EXPECT_EQ(p.at("work"), "work.c:2");
  EXPECT_THAT(p.all_of("work"), ElementsAre("-", "work.c:2", "work.c:3", "work.c:4", "work.c:5"));
  EXPECT_EQ(p.at("_start"), "start.c:2");
  const auto line = p.lines.find(p.symbols.find_symbol("work")->address);
  ASSERT_TRUE(line.has_value());
  EXPECT_GT(line->column, 0u);
  EXPECT_TRUE(line->file->path.ends_with("work.c"));
}

INSTANTIATE_TEST_SUITE_P(Versions, LinesOfDwarf, testing::Values(2, 3, 4, 5));

TEST(Lines, ALiteralPoolHasNone) {
  MCOST_NEED_TARGET_COMPILER();
  const Program p({{"work.c", kWork}, {"start.c", kStart}},
                  "-O1 -g" + kLink + "-Ttext=0x08000000 start.c work.c");
  const Function& work = *p.symbols.find_function(p.symbols.find_symbol("work")->address);
  const Address pool = work.address + work.size_bytes - 4;
  EXPECT_FALSE(p.symbols.is_code(pool)) << "the address of sink";
  EXPECT_EQ(p.lines.find(pool), std::nullopt);
}

// Unused functions larger and smaller than the real code, in front of, behind and beside it in
// their unit.
std::string with_discarded(const std::string& real) {
  const auto unused = [](const std::string& name) {
    return "int " + name + "(int a, int b) {\n  return a / b + sink * a;\n}\n";
  };
  // Exactly as long as `used`.
  const auto twin = [](const std::string& name) {
    return "int " + name + "(int x) {\n  sink = x;\n  return x + 1;\n}\n";
  };
  return "extern volatile int sink;\nvolatile int sink;\n" + unused("gone_before") +
         twin("gone_twin_before") + real + unused("gone_after") + twin("gone_twin_after") +
         "void gone_small(void) {}\n";
}

class LinesAfterGarbageCollection : public testing::TestWithParam<const char*> {};

TEST_P(LinesAfterGarbageCollection, IgnoreDiscardedFunctionsOnTopOfRealCode) {
  MCOST_NEED_TARGET_COMPILER();
  // Linked at 0, so that the lines of discarded functions cover the real ones.
  const Program p({{"start.c", with_discarded("int used(int x) {\n"
                                              "  sink = x;\n"
                                              "  return x + 1;\n"
                                              "}\n"
                                              "void _start(void) {\n"
                                              "  used(1);\n"
                                              "  for (;;) {}\n"
                                              "}\n")},
                   {"gone.c", with_discarded("")}},
                  std::string("-O1 -fno-inline -ffunction-sections -Wl,--gc-sections "
                              "-Wl,--allow-multiple-definition ") +
                      GetParam() + kLink + "-Ttext=0 start.c gone.c");
  ASSERT_FALSE(p.lines.empty());
  EXPECT_EQ(p.symbols.find_symbol("gone_before"), nullptr);
  EXPECT_EQ(p.symbols.functions().size(), 2u);
  EXPECT_EQ(p.symbols.functions()[0].address, 0u) << "else this test tests nothing";
  for (const std::string& line : p.all_of("used")) {
    EXPECT_THAT(line, testing::MatchesRegex("-|start\\.c:1[0-3]")) << "used is lines 10 to 13";
  }
  for (const std::string& line : p.all_of("_start")) {
    EXPECT_THAT(line, testing::MatchesRegex("-|start\\.c:1[4-7]"));
  }
  EXPECT_THAT(p.all_of("used"), testing::Contains("start.c:11"));
}

INSTANTIATE_TEST_SUITE_P(Versions, LinesAfterGarbageCollection,
                         testing::Values("-gdwarf-2", "-gdwarf-4", "-gdwarf-5"));

const char* const kInlined =
    "volatile int sink;\n"
    "static inline __attribute__((always_inline)) int inner(int x) {\n"
    "  return sink * x;\n"
    "}\n"
    "static inline __attribute__((always_inline)) int outer(int x) {\n"
    "  return inner(x) + 1;\n"
    "}\n"
    "int user(int x) {\n"
    "  return outer(x);\n"
    "}\n"
    "void _start(void) {\n"
    "  user(1);\n"
    "  for (;;) {}\n"
    "}\n";

TEST_P(LinesOfDwarf, InlinedCallsFormAChain) {
  MCOST_NEED_TARGET_COMPILER();
  const Program p({{"a.c", kInlined}}, "-O1 -fno-ipa-icf -gdwarf-" + std::to_string(GetParam()) +
                                           kLink + "-Ttext=0x08000000 a.c");
  const Function& user = *p.symbols.find_function(p.symbols.find_symbol("user")->address);
  std::vector<InlineFrame> deepest;
  for (Address a = user.address; a < user.address + user.size_bytes; a += 2) {
    std::vector<InlineFrame> frames = p.lines.inlined_at(a);
    if (frames.size() > deepest.size()) deepest = std::move(frames);
  }
  ASSERT_THAT(deepest, SizeIs(2));
  EXPECT_EQ(deepest[0].function, "inner");
  EXPECT_EQ(deepest[0].call.line, 6u);
  ASSERT_NE(deepest[0].call.file, nullptr);
  EXPECT_EQ(deepest[0].call.file->name, "a.c");
  EXPECT_EQ(deepest[1].function, "outer");
  EXPECT_EQ(deepest[1].call.line, 9u);
  EXPECT_THAT(p.lines.inlined_at(p.symbols.find_symbol("_start")->address), IsEmpty());
}

TEST(Lines, OfAssembly) {
  MCOST_NEED_TARGET_COMPILER();
  const Program p({{"a.s",
                    ".syntax unified\n"
                    ".thumb\n"
                    ".global _start\n"
                    ".thumb_func\n"
                    "_start:\n"
                    "  movs r0, #1\n"
                    "  b .\n"}},
                  "-g" + kLink + "-Ttext=0x08000000 a.s");
  EXPECT_EQ(p.at("_start"), "a.s:6");
  EXPECT_EQ(p.at("_start", 2), "a.s:7");
}

TEST(Lines, OfCppMembersAndTemplates) {
  MCOST_NEED_TARGET_COMPILER();
  const Program p(
      {{"a.cpp",
        "volatile int sink;\n"
        "namespace nn {\n"
        "struct Layer {\n"
        "  __attribute__((noinline)) Layer(int x) { sink = x; }\n"
        "  template <typename T> __attribute__((noinline)) void run(T x) { sink += x; }\n"
        "};\n"
        "}\n"
        "extern \"C\" void _start() {\n"
        "  nn::Layer layer(3);\n"
        "  layer.run<short>(4);\n"
        "  for (;;) {}\n"
        "}\n"}},
      "-O1 -g -fno-exceptions" + kLink + "-Ttext=0x08000000 a.cpp");
  EXPECT_EQ(p.at("nn::Layer::Layer"), "a.cpp:4");
  EXPECT_EQ(p.at("void nn::Layer::run<short>"), "a.cpp:5");
}

TEST(Lines, OfCompressedDebugData) {
  MCOST_NEED_TARGET_COMPILER();
  const Program p({{"work.c", kWork}, {"start.c", kStart}},
                  "-O0 -g -gz" + kLink + "-Ttext=0x08000000 start.c work.c");
  EXPECT_THAT(p.lines.notes(), IsEmpty());
  EXPECT_EQ(p.at("work"), "work.c:2");
  // Reading leaves the image as it was.
  const LineTable again = LineTable::read(p.image, p.symbols);
  EXPECT_THAT(again.notes(), IsEmpty());
  const auto line = again.find(p.symbols.find_symbol("work")->address);
  ASSERT_TRUE(line.has_value());
  EXPECT_EQ(line->line, 2u);
}

TEST(Lines, OfLinkTimeOptimisedCode) {
  MCOST_NEED_TARGET_COMPILER();
  const Program p({{"work.c", std::string("__attribute__((noinline)) int work(int);\n") + kWork},
                   {"start.c", kStart}},
                  "-O1 -g -flto" + kLink + "-Ttext=0x08000000 start.c work.c");
  EXPECT_EQ(p.at("_start"), "start.c:2");
}

TEST(Lines, NamesHideHostFolders) {
  MCOST_NEED_TARGET_COMPILER();
  const Program p({{"work.c", kWork}, {"start.c", kStart}},
                  "-O1 -g" + kLink + "-Ttext=0x08000000 $PWD/start.c ./work.c");
  for (const char* function : {"work", "_start"}) {
    const auto line = p.lines.find(p.symbols.find_symbol(function)->address);
    ASSERT_TRUE(line.has_value());
    EXPECT_TRUE(line->file->path.starts_with('/')) << line->file->path;
    EXPECT_EQ(line->file->name.find('/'), std::string::npos) << line->file->name;
  }
}

TEST(Lines, SplitDebugDataAreLeftOutWithANote) {
  MCOST_NEED_TARGET_COMPILER();
  const Program p({{"start.c", "void _start(void) { for (;;) {} }\n"}},
                  "-g -gsplit-dwarf" + kLink + "-Ttext=0x08000000 start.c");
  EXPECT_TRUE(p.lines.empty());
  ASSERT_THAT(p.lines.notes(), SizeIs(1));
  EXPECT_THAT(p.lines.notes()[0],
              testing::HasSubstr("are left out: it is split into another file (-gsplit-dwarf)"));
}

TEST(Lines, WithoutFunctionSymbolsAreLeftOutWithANote) {
  MCOST_NEED_TARGET_COMPILER();
  const Program p({{"start.c", "void _start(void) { for (;;) {} }\n"}},
                  "-g" + kLink + "-Ttext=0x08000000 -Wl,--retain-symbols-file=/dev/null start.c");
  EXPECT_TRUE(p.lines.empty());
  EXPECT_THAT(p.lines.notes(), ElementsAre("source lines are left out: there are no function "
                                           "symbols to check them"));
}

TEST(Lines, ImagesWithoutDebugDataHaveNone) {
  const Image image = read_image("fw.elf", small_program().build(), {});
  const SymbolTable symbols = SymbolTable::read(image);
  const LineTable lines = LineTable::read(image, symbols);
  EXPECT_TRUE(lines.empty());
  EXPECT_THAT(lines.notes(), IsEmpty());
  EXPECT_EQ(lines.find(0x08000010), std::nullopt);
  EXPECT_THAT(lines.inlined_at(0x08000010), IsEmpty());
  EXPECT_TRUE(LineTable::read(read_image("fw.bin", {1}, 0), SymbolTable()).empty());
}

std::vector<std::string> notes_with(test::SectionSpec section) {
  const Image image = read_image("fw.elf", small_program().section(std::move(section)).build(), {});
  return LineTable::read(image, SymbolTable::read(image)).notes();
}

TEST(Lines, NoOtherFileIsEverOpened) {
  EXPECT_THAT(notes_with({.name = ".gnu_debugaltlink", .flags = 0, .bytes = {'/', 'x', 0, 1}}),
              ElementsAre("debug data are left out: parts are in another file (dwz)"));
}

TEST(Lines, CompressedSizesAreChecked) {
  EXPECT_THAT(notes_with({.name = ".debug_info",
                          .flags = SHF_COMPRESSED,
                          .bytes = test::words({1, 0x7fffffff, 1, 0, 0})}),
              ElementsAre("debug data are left out: section .debug_info has an impossible "
                          "compressed size"));
  EXPECT_THAT(
      notes_with(
          {.name = ".debug_info", .flags = SHF_COMPRESSED, .bytes = test::words({1, 64, 1, 0, 0})}),
      ElementsAre("debug data are left out: they are malformed"));
  EXPECT_THAT(notes_with({.name = ".zdebug_info", .flags = 0, .bytes = {0}}),
              ElementsAre("debug data are left out: compressed in the old GNU format"));
}

// Line programs written by hand.
class LineProgramBytes {
 public:
  explicit LineProgramBytes(std::vector<std::uint8_t> opcodes) {
    // Version 2; minimum instruction 2, default_is_stmt 1, line_base -5, line_range 14,
    // opcode_base 10.
    const std::vector<std::uint8_t> header = {2, 1,   0xfb, 14, 10,  0,   1,   1, 1, 1, 0, 0, 0,
                                              1, 'd', 0,    0,  'a', '.', 'c', 0, 1, 0, 0, 0};
    const auto size = static_cast<std::uint8_t>(2 + 4 + header.size() + opcodes.size());
    bytes_ = {size, 0, 0, 0, 2, 0, static_cast<std::uint8_t>(header.size()), 0, 0, 0};
    bytes_.insert(bytes_.end(), header.begin(), header.end());
    bytes_.insert(bytes_.end(), opcodes.begin(), opcodes.end());
  }

  [[nodiscard]] LineProgram run(LineBudget budget = {1000, 1000}) const {
    return run_line_program({bytes_, {}, {}}, 0, budget);
  }

  [[nodiscard]] LineProgramBytes with(std::size_t at, std::uint8_t value) const {
    LineProgramBytes changed = *this;
    changed.bytes_[at] = value;
    return changed;
  }

 private:
  std::vector<std::uint8_t> bytes_;
};

TEST(LineProgram, KeepsSequencesApart) {
  const LineProgram program =
      LineProgramBytes({0, 5,    2,    1, 0, 0, 0,  // set_address 1 (Thumb bit)
                        5, 7,    1,    2, 4,        // column 7; row; advance_pc 4
                        3, 0x7f, 0x4b,        // line -1; special opcode 75: 4 instructions, line +4
                        2, 1,    0,    1, 1,  // advance_pc 1; end
                        0, 5,    2,    0, 0, 0, 0, 1, 8, 9, 0x10, 0, 0, 1, 1})
          .run();
  EXPECT_THAT(program.files, ElementsAre("", "d/a.c"));
  ASSERT_THAT(program.sequences, SizeIs(2));
  EXPECT_EQ(program.sequences[0].begin, 0u);
  EXPECT_EQ(program.sequences[0].end, 8u + 8u + 2u);
  ASSERT_THAT(program.sequences[0].rows, SizeIs(2));
  EXPECT_EQ(program.sequences[0].rows[0].column, 7u);
  EXPECT_EQ(program.sequences[0].rows[0].line, 1u);
  EXPECT_EQ(program.sequences[0].rows[1].address, 16u);
  EXPECT_EQ(program.sequences[1].begin, 0u);
  EXPECT_EQ(program.sequences[1].end, 34u + 16u) << "const_add_pc, fixed_advance_pc";
}

TEST(LineProgram, RefusesNonsense) {
  const auto message = [](const LineProgramBytes& program, LineBudget budget = {1000, 1000}) {
    try {
      static_cast<void>(program.run(budget));
    } catch (const MalformedDebug& error) {
      return std::string(error.what());
    }
    return std::string("(no error)");
  };
  const LineProgramBytes good({1, 0, 1, 1});
  EXPECT_EQ(message(good), "(no error)");
  EXPECT_EQ(message(good, {10, 1000}), "line programs overlap");
  EXPECT_EQ(message(good, {1000, 3}), "line programs overlap");
  EXPECT_EQ(message(good.with(4, 9)), "line program version 9 is unknown");
  EXPECT_EQ(message(good.with(0, 200)), "a line program is truncated");
  EXPECT_EQ(message(good.with(6, 200)), "a line program header is truncated");
  EXPECT_EQ(message(good.with(13, 0)), "a line program header is malformed");
  EXPECT_EQ(message(LineProgramBytes({0, 9, 2})), "a line program is truncated");
  EXPECT_EQ(message(LineProgramBytes({0, 3, 2, 0, 0})), "an address has not 4 bytes");
}

}  // namespace
}  // namespace mcost::loader
