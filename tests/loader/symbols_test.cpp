#include "loader/symbols.h"

#include <elf.h>
#include <gmock/gmock.h>

#include "tests/loader/elf_builder.h"

namespace mcost::loader {
namespace {

using test::ElfBuilder;
using test::small_program;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

SymbolTable read(const ElfBuilder& builder) {
  return SymbolTable::read(read_image("fw.elf", builder.build(), {}));
}

// 64 bytes of code at 0x08000000.
ElfBuilder code() {
  ElfBuilder builder;
  builder.code(0x08000000, test::Bytes(64, 0xbf));
  return builder;
}

std::string name_at(const SymbolTable& table, Address address) {
  const Function* function = table.find_function(address);
  return function == nullptr ? "-" : function->name;
}

TEST(Symbols, FunctionsOwnTheirRange) {
  const SymbolTable table = read(code().function("a", 0x08000000, 8).function("b", 0x08000010, 4));
  ASSERT_THAT(table.functions(), SizeIs(2));
  EXPECT_EQ(table.functions()[0].address, 0x08000000u) << "the Thumb bit is stripped";
  EXPECT_EQ(name_at(table, 0x08000000), "a");
  EXPECT_EQ(name_at(table, 0x08000007), "a");
  EXPECT_EQ(name_at(table, 0x08000008), "-");
  EXPECT_EQ(name_at(table, 0x08000010), "b");
  EXPECT_EQ(name_at(table, 0x08000014), "-");
  EXPECT_EQ(name_at(table, 0x07ffffff), "-");
}

TEST(Symbols, ZeroSizeReachesTheNextSymbol) {
  const SymbolTable table = read(code().function("a", 0x08000000, 0).function("b", 0x08000010, 0));
  EXPECT_EQ(name_at(table, 0x0800000f), "a");
  EXPECT_EQ(name_at(table, 0x0800003f), "b") << "the last one reaches the end of the section";
  EXPECT_EQ(name_at(table, 0x08000040), "-");
}

TEST(Symbols, ZeroSizeStopsAtALiteralPool) {
  const SymbolTable table = read(code().function("a", 0x08000000, 0).mapping("$d", 0x08000008));
  EXPECT_EQ(table.functions()[0].size_bytes, 8u);
}

TEST(Symbols, ZeroSizeIgnoresLocalLabels) {
  const SymbolTable table = read(code()
                                     .function("a", 0x08000000, 0)
                                     .symbol({.name = "loop",
                                              .value = 0x08000008,
                                              .type = STT_NOTYPE,
                                              .binding = STB_LOCAL,
                                              .section = ".text"}));
  EXPECT_EQ(table.functions()[0].size_bytes, 64u);
}

TEST(Symbols, SizeIsCutAtTheSectionEnd) {
  const SymbolTable table = read(code().function("a", 0x08000020, 0xffffffff));
  EXPECT_EQ(table.functions()[0].size_bytes, 0x20u);
}

TEST(Symbols, AliasesAreChosenByBindingThenName) {
  const auto alias = [](const std::string& name, unsigned binding) {
    return test::SymbolSpec{
        .name = name, .value = 0x08000001, .size = 8, .binding = binding, .section = ".text"};
  };
  const SymbolTable table = read(code()
                                     .symbol(alias("a_local", STB_LOCAL))
                                     .symbol(alias("b_weak", STB_WEAK))
                                     .symbol(alias("d_global", STB_GLOBAL))
                                     .symbol(alias("c_global", STB_GLOBAL)));
  ASSERT_THAT(table.functions(), SizeIs(1));
  EXPECT_EQ(table.functions()[0].name, "c_global");
  EXPECT_THAT(table.functions()[0].aliases, ElementsAre("a_local", "b_weak", "d_global"));
}

TEST(Symbols, AnInnerFunctionInterruptsTheOuter) {
  const SymbolTable table =
      read(code().function("outer", 0x08000000, 32).function("inner", 0x08000008, 8));
  EXPECT_EQ(name_at(table, 0x08000007), "outer");
  EXPECT_EQ(name_at(table, 0x08000008), "inner");
  EXPECT_EQ(name_at(table, 0x0800000f), "inner");
  EXPECT_EQ(name_at(table, 0x08000010), "outer");
}

TEST(Symbols, FunctionsOutsideLoadedCodeAreOnlyNames) {
  const SymbolTable table =
      read(code()
               .symbol({.name = "rom_call", .value = 0x1fff0001})
               .symbol({.name = "gone", .value = 0x00000001, .size = 4, .section = ".text"})
               .data(".data", 0x20000000, 0x08000100, test::words({0}))
               .symbol({.name = "in_data", .value = 0x20000001, .size = 4, .section = ".data"}));
  EXPECT_THAT(table.functions(), IsEmpty());
  ASSERT_NE(table.find_symbol("rom_call"), nullptr);
  EXPECT_EQ(table.find_symbol("rom_call")->address, 0x1fff0000u);
}

TEST(Symbols, MappingSymbolsTellCodeFromData) {
  const SymbolTable table = read(code()
                                     .mapping("$t", 0x08000000)
                                     .mapping("$d.1", 0x08000010)
                                     .mapping("$t.2", 0x08000018)
                                     .mapping("$d", 0x0800003c));
  EXPECT_TRUE(table.is_code(0x08000000));
  EXPECT_TRUE(table.is_code(0x0800000f));
  EXPECT_FALSE(table.is_code(0x08000010));
  EXPECT_FALSE(table.is_code(0x08000017));
  EXPECT_TRUE(table.is_code(0x08000018));
  EXPECT_FALSE(table.is_code(0x0800003c));
  EXPECT_FALSE(table.is_code(0x08000040));
  EXPECT_THAT(table.symbols(), IsEmpty()) << "mapping symbols are no names";
}

TEST(Symbols, ALiteralPoolBelongsToItsFunction) {
  const SymbolTable table = read(small_program());
  EXPECT_EQ(name_at(table, 0x08000018), "reset");
  EXPECT_FALSE(table.is_code(0x08000018));
  EXPECT_FALSE(table.is_code(0x08000000)) << "the vector table";
}

TEST(Symbols, ObjectsOwnTheirRange) {
  const SymbolTable table = read(
      code()
          .bss(".bss", 0x20000000, 64)
          .symbol({.name = "arena",
                   .value = 0x20000000,
                   .size = 32,
                   .type = STT_OBJECT,
                   .section = ".bss"})
          .symbol({.name = "top", .value = 0xfffffff0, .size = 0xffffffff, .type = STT_OBJECT}));
  ASSERT_NE(table.find_object(0x2000001f), nullptr);
  EXPECT_EQ(table.find_object(0x2000001f)->name, "arena");
  EXPECT_EQ(table.find_object(0x20000020), nullptr);
  EXPECT_EQ(table.find_object(0xffffffff)->name, "top");
  EXPECT_THAT(table.objects(), SizeIs(2));
}

TEST(Symbols, FindsByLinkageName) {
  const SymbolTable table =
      read(code()
               .symbol({.name = "twice",
                        .value = 0x08000001,
                        .size = 4,
                        .binding = STB_LOCAL,
                        .section = ".text"})
               .symbol({.name = "twice", .value = 0x08000011, .size = 4, .section = ".text"})
               .symbol({.name = "_estack", .value = 0x20001000, .type = STT_NOTYPE}));
  EXPECT_EQ(table.find_symbol("twice")->address, 0x08000010u) << "global before local";
  EXPECT_EQ(table.find_symbol("_estack")->kind, SymbolKind::kLabel);
  EXPECT_EQ(table.find_symbol("_esta"), nullptr);
  EXPECT_EQ(table.find_symbol(""), nullptr);
}

TEST(Symbols, FindsByDemangledName) {
  const SymbolTable table = read(code()
                                     .function("_ZN2nn4convEPKai", 0x08000000, 4)
                                     .function("_ZN2nn4poolEi", 0x08000004, 4)
                                     .function("_ZN2nn4poolEf", 0x08000008, 4));
  EXPECT_EQ(table.functions()[0].demangled, "nn::conv(signed char const*, int)");
  EXPECT_EQ(table.find_symbol("nn::conv(signed char const*, int)")->address, 0x08000000u);
  EXPECT_EQ(table.find_symbol("nn::conv")->address, 0x08000000u);
  EXPECT_EQ(table.find_symbol("nn::pool"), nullptr) << "two functions have that name";
  EXPECT_EQ(table.find_symbol("nn::pool(float)")->address, 0x08000008u);
}

TEST(Symbols, StrippedAndRawImagesHaveNoNamesButCode) {
  const SymbolTable stripped = read(small_program().without_section_headers());
  EXPECT_THAT(stripped.symbols(), IsEmpty());
  EXPECT_TRUE(stripped.is_code(0x08000010));
  const SymbolTable raw = SymbolTable::read(read_image("fw.bin", {1, 2, 3, 4}, 0x20000000));
  EXPECT_TRUE(raw.is_code(0x20000003));
  EXPECT_FALSE(raw.is_code(0x20000004));
  EXPECT_EQ(raw.find_function(0x20000000), nullptr);
  EXPECT_EQ(raw.find_symbol("main"), nullptr);
}

TEST(Demangle, LeavesOtherNamesAlone) {
  EXPECT_EQ(demangle("main"), "main");
  EXPECT_EQ(demangle("_Zzz"), "_Zzz");
  EXPECT_EQ(demangle("_Z1fv"), "f()");
}

TEST(Demangle, RefusesNamesThatWouldExplode) {
  std::string name = "_Z1fSt4pairIiiE";
  for (int i = 0; i < 40; ++i) name += "S_S_S_";
  EXPECT_EQ(demangle(name), name);
  std::uint64_t budget = 0;
  EXPECT_EQ(demangle("_Z1fv", budget), "_Z1fv");
}

}  // namespace
}  // namespace mcost::loader
