// The boards that are shipped, their resolved form, and the files of configs/.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <variant>
#include <vector>

#include "boards/embedded_configs.h"
#include "boards/spec_reader.h"
#include "boards/suggestions.h"

namespace mcost::boards::test {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const fs::path kConfigs = fs::path(MCOST_SOURCE_DIR) / "configs";

std::string text_of(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

const FlashSpec& flash_of(const BoardSpec& board) {
  return std::get<FlashSpec>(find_named(board.memories, "flash")->timing);
}

/// The region and the offset in its memory that answer at `address`: "sram1+0x10", or "" if none.
std::string at(const BoardSpec& board, Address address) {
  for (const RegionSpec& region : board.regions) {
    if (address < region.base || address - region.base >= region.size_bytes) continue;
    char text[80];
    std::snprintf(text, sizeof text, "%s+0x%llX", region.memory.c_str(),
                  static_cast<unsigned long long>(address - region.base + region.offset_bytes));
    return text;
  }
  return {};
}

TEST(ShippedBoards, AreThese) {
  EXPECT_THAT(shipped_boards(),
              ElementsAre("generic-m0", "generic-m3", "generic-m33", "generic-m4", "generic-m7",
                          "launchxl-cc26x2r1", "nucleo-f091rc", "nucleo-f207zg", "nucleo-f429zi",
                          "nucleo-f746zg", "nucleo-f767zi", "nucleo-h743zi2", "nucleo-l496zg",
                          "nucleo-l4r5zi", "nucleo-l552ze-q", "stm32f469i-disco",
                          "stm32f746g-disco", "stm32l552e-eval", "stm32vldiscovery"));
}

class EveryBoard : public testing::TestWithParam<std::string> {};

TEST_P(EveryBoard, IsNamedAsItsFile) { EXPECT_EQ(read_board(GetParam()).name, GetParam()); }

TEST_P(EveryBoard, ReadsTheSameFromItsFileAsBuiltIn) {
  const BoardSpec built_in = read_board(GetParam());
  EXPECT_EQ(read_board((kConfigs / "boards" / (GetParam() + ".yaml")).generic_string()), built_in);
  EXPECT_EQ(read_board(GetParam(), {kConfigs}), built_in);
}

TEST_P(EveryBoard, ResolvesToYamlThatReadsBackEqual) {
  for (const std::vector<std::string>& overrides :
       {std::vector<std::string>{}, {"core.interrupts=200", "start=reset", "clock.rated_hz=1"}}) {
    const BoardSpec board = read_board(GetParam(), {}, overrides);
    const std::string yaml = resolved_yaml(board);
    EXPECT_THAT(yaml, Not(HasSubstr("extends")));
    const BoardSpec again = read_board_text(yaml, "resolved.yaml");
    EXPECT_EQ(again, board);
    EXPECT_EQ(resolved_yaml(again), yaml);
    EXPECT_EQ(again.pinned.size(), overrides.size());
  }
}

TEST_P(EveryBoard, HasASourceAndAReferenceForEveryValue) {
  const BoardSpec board = read_board(GetParam());
  const std::vector<SourcedValue> values = sources(board);
  EXPECT_EQ(values.size(), board.sources.size());
  for (const SourcedValue& value : values) {
    EXPECT_NE(value.source.ref, "") << value.path;
    EXPECT_NE(value.value, "") << value.path;
    EXPECT_EQ(board.sources.at(value.path), value.source);
  }
}

TEST_P(EveryBoard, StartsInACodeRegionWithRamBeside) {
  const BoardSpec board = read_board(GetParam());
  EXPECT_NE(at(board, board.reset.vector_table), "");
  EXPECT_NE(at(board, 0x20000000), "");
  EXPECT_TRUE(board.console.empty() || find_named(board.peripherals, board.console) != nullptr);
}

INSTANTIATE_TEST_SUITE_P(ShippedBoards, EveryBoard, testing::ValuesIn(shipped_boards()),
                         [](const auto& one) {
                           std::string name = one.param;
                           std::replace_if(
                               name.begin(), name.end(),
                               [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
                           return name;
                         });

TEST(Stm32f469iDisco, MatchesItsManual) {
  const BoardSpec board = read_board("stm32f469i-disco");
  EXPECT_EQ(board.clock.rated_hz, 180'000'000u);
  EXPECT_EQ(board.core.interrupts, 93u);
  EXPECT_TRUE(board.core.bit_band);
  const FlashSpec& flash = flash_of(board);
  EXPECT_EQ(flash.wait_states, 5u);
  EXPECT_EQ(flash.width_bits, 128u);
  EXPECT_THAT(flash.wait_state_limits_hz, ElementsAre(30'000'000u, 60'000'000u, 90'000'000u,
                                                      120'000'000u, 150'000'000u, 180'000'000u));
  const auto& art = std::get<ArtF4Spec>(flash.accelerator);
  EXPECT_EQ(art.i_lines, 64u);
  EXPECT_EQ(art.d_lines, 8u);
  EXPECT_TRUE(art.prefetch_enabled && art.icache_enabled && art.dcache_enabled);
  EXPECT_EQ(at(board, 0x00000010), "flash+0x10");
  EXPECT_EQ(at(board, 0x081FFFFF), "flash+0x1FFFFF");
  EXPECT_EQ(at(board, 0x08200000), "");
  EXPECT_EQ(at(board, 0x1000FFFF), "ccm+0xFFFF");
  EXPECT_EQ(at(board, 0x20027FFF), "sram1+0x27FFF");
  EXPECT_EQ(at(board, 0x20028000), "sram2+0x0");
  EXPECT_EQ(at(board, 0x20030000), "sram3+0x0");
  EXPECT_EQ(at(board, 0x2004FFFF), "sram3+0x1FFFF");
  EXPECT_EQ(at(board, 0x20050000), "");
  EXPECT_EQ(at(board, 0x90FFFFFF), "qspi_nor+0xFFFFFF");
  EXPECT_EQ(at(board, 0x91000000), "");
  const auto& qspi = std::get<QspiSpec>(find_named(board.memories, "qspi_nor")->timing);
  EXPECT_EQ(qspi.instruction_clocks + qspi.address_clocks + qspi.dummy_clocks, 24u);
  EXPECT_EQ(qspi.timeout_clocks, std::nullopt);
  EXPECT_EQ(at(board, 0xC0FFFFFF), "sdram+0xFFFFFF");
  EXPECT_EQ(at(board, 0xC1000000), "");
  const auto& sdram = std::get<SdramSpec>(find_named(board.memories, "sdram")->timing);
  EXPECT_EQ(sdram.bus_bits, 32u);
  EXPECT_EQ(sdram.cas_sdclk, 3u);
  EXPECT_EQ(sdram.refresh_sdclk, 1386u);
  const RegionSpec& ccm = *find_named(board.regions, "ccm");
  EXPECT_EQ(ccm.port, RegionPort::dcode);
  EXPECT_FALSE(ccm.executable);
}

TEST(NucleoL496zg, MatchesItsManual) {
  const BoardSpec board = read_board("nucleo-l496zg");
  EXPECT_EQ(board.clock.rated_hz, 80'000'000u);
  EXPECT_EQ(board.reset.clock_hz, 4'000'000u);
  const FlashSpec& flash = flash_of(board);
  EXPECT_EQ(flash.wait_states, 4u);
  EXPECT_EQ(flash.width_bits, 64u);
  const auto& art = std::get<ArtL4Spec>(flash.accelerator);
  EXPECT_TRUE(!art.prefetch_enabled && art.icache_enabled && art.dcache_enabled &&
              art.sectored_fill);
  EXPECT_EQ(find_named(find_named(board.peripherals, "flash_interface")->registers, "ACR")->reset,
            0x600u);
  EXPECT_EQ(at(board, 0x10000004), "sram2+0x4");
  EXPECT_EQ(at(board, 0x20040004), "sram2+0x4");
  EXPECT_EQ(at(board, 0x2003FFFF), "sram1+0x3FFFF");
  EXPECT_EQ(find_named(board.regions, "sram2")->port, RegionPort::icode_dcode);
  EXPECT_EQ(find_named(board.regions, "sram2_alias")->port, RegionPort::system);
}

TEST(LaunchxlCc26x2r1, MatchesItsManual) {
  const BoardSpec board = read_board("launchxl-cc26x2r1");
  EXPECT_EQ(board.clock.rated_hz, 48'000'000u);
  EXPECT_EQ(board.core.nvic_priority_bits, 3u);
  const FlashSpec& flash = flash_of(board);
  EXPECT_EQ(flash.wait_states, 2u);
  EXPECT_EQ(flash.width_bits, 128u);
  const auto& vims = std::get<VimsSpec>(flash.accelerator);
  EXPECT_EQ(vims.mode, VimsMode::cache);
  EXPECT_TRUE(vims.tag_prefetch_enabled && vims.idcode_line_buffer_enabled &&
              vims.sysbus_line_buffer_enabled);
  EXPECT_EQ(vims.cache_bytes / vims.line_bytes / vims.ways, 256u);
  EXPECT_EQ(vims.gpram_memory, "gpram");
  EXPECT_EQ(at(board, 0x00057FFF), "flash+0x57FFF");
  EXPECT_EQ(at(board, 0x08000008), "flash+0x8");
  EXPECT_EQ(at(board, 0xA0000008), "flash+0x8");
  EXPECT_EQ(at(board, 0x20013FFF), "sram+0x13FFF");
  EXPECT_TRUE(find_named(board.regions, "flash")->accelerated);
  EXPECT_FALSE(find_named(board.regions, "flash_uncached")->accelerated);
}

TEST(GenericBoards, HaveFourMegabytesOfMemoryThatNeverWaits) {
  for (const char* name : {"generic-m0", "generic-m3", "generic-m4", "generic-m7", "generic-m33"}) {
    const BoardSpec board = read_board(name);
    EXPECT_EQ(at(board, 0x003FFFFF), "code+0x3FFFFF");
    EXPECT_EQ(at(board, 0x203FFFFF), "data+0x3FFFFF");
    EXPECT_EQ(name_of(board.core.model), std::string("cortex-m") + (name + 9));
    for (const MemorySpec& memory : board.memories) {
      EXPECT_EQ(memory.size_bytes, 4u << 20);
      EXPECT_EQ(std::get<SramSpec>(memory.timing).wait_states, 0u);
    }
  }
}

TEST(GenericM33, ShowsItsMemoriesWhereQemuStarts) {
  const BoardSpec board = read_board("generic-m33");
  EXPECT_EQ(at(board, 0x103FFFFF), "code+0x3FFFFF");
  EXPECT_EQ(at(board, 0x383FFFFF), "data+0x3FFFFF");
}

TEST(Sources, ListPathValueAndSource) {
  const std::vector<SourcedValue> values =
      sources(read_board("stm32f469i-disco", {}, {"memories.flash.wait_states=7"}));
  EXPECT_THAT(values,
              Contains(SourcedValue{
                  "memories.flash.wait_states", "7", {SourceKind::assumed, "--set", true}, true}));
  EXPECT_THAT(values, Contains(SourcedValue{
                          "regions.sram2.base",
                          "0x20028000",
                          {SourceKind::datasheet, "stm32f469xx.h, RM0386 memory map", true},
                          false}));
}

TEST(Configs, EveryFileIsBuiltIn) {
  std::vector<std::string> on_disk;
  for (const auto& entry : fs::recursive_directory_iterator(kConfigs)) {
    if (entry.path().extension() == ".yaml") {
      on_disk.push_back(entry.path().lexically_relative(kConfigs).generic_string());
    }
  }
  std::sort(on_disk.begin(), on_disk.end());
  std::vector<std::string> built_in;
  for (const EmbeddedFile& file : embedded_configs()) {
    built_in.emplace_back(file.path);
    EXPECT_EQ(file.text, text_of(kConfigs / file.path)) << file.path;
  }
  EXPECT_EQ(built_in, on_disk);
}

TEST(Configs, EveryFileNamesItsSchema) {
  for (const EmbeddedFile& file : embedded_configs()) {
    const std::string first(file.text.substr(0, file.text.find('\n')));
    const std::string prefix = "# yaml-language-server: $schema=";
    ASSERT_TRUE(first.starts_with(prefix)) << file.path;
    EXPECT_TRUE(fs::exists((kConfigs / file.path).parent_path() / first.substr(prefix.size())))
        << file.path;
  }
}

TEST(Schema, CommittedFilesEqualTheReadersTables) {
  for (const SchemaFile& file : json_schemas()) {
    EXPECT_EQ(text_of(kConfigs / file.name), file.text)
        << "run mcost_board_schema configs and commit " << file.name;
  }
}

TEST(Suggestions, FindTheNearestName) {
  const std::vector<std::string> names = {"wait_states", "width_bits", "size_kib"};
  EXPECT_EQ(nearest_name("wait_state", names), "wait_states");
  EXPECT_EQ(nearest_name("Wait_States", names), "wait_states");
  EXPECT_EQ(nearest_name("wiat_states", names), "wait_states");
  EXPECT_EQ(nearest_name("clock", names), "");
  EXPECT_EQ(nearest_name("", names), "");
  EXPECT_EQ(nearest_name("WAI", names), "wait_states");
  EXPECT_EQ(nearest_name("wa", names), "");
  EXPECT_EQ(nearest_name(std::string(1000, 'w'), names), "");
  EXPECT_EQ(same_name_other_unit("size_mb", names), "size_kib");
  EXPECT_EQ(same_name_other_unit("size", names), "size_kib");
  EXPECT_EQ(same_name_other_unit("latency_ms", {"latency_ns"}), "latency_ns");
  EXPECT_EQ(same_name_other_unit("size_kib", names), "");
}

}  // namespace
}  // namespace mcost::boards::test
