// The page's data: escaped so that nothing in it is markup, and a flame graph whose sums are those
// of the profile.
#include "analysis/reports/html.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "analysis/reports/registry.h"
#include "tests/analysis/sample_result.h"

namespace mcost::analysis::test {
namespace {

using Json = nlohmann::json;

ProfileEntry entry(std::size_t node, std::size_t layer, std::uint64_t cycles) {
  ProfileEntry made;
  made.node = node;
  made.layer = layer;
  made.cost.instructions = cycles / 2;
  made.cost.charge(Cause::issue, 0, cycles);
  made.energy_fj = 10 * cycles;
  return made;
}

RunProfile small_profile() {
  RunProfile profile;
  profile.functions = {{"main", 0x100, 8, "", 0}, {"a</script>", 0x200, 8, "", 0}};
  profile.nodes = {{CallNode::Kind::root, std::nullopt, 0, 0, 0},
                   {CallNode::Kind::call, 0, 1, 0x104, 0},
                   {CallNode::Kind::interrupt, std::nullopt, 1, 0, 15},
                   {CallNode::Kind::call, 0, 1, 0x108, 0}};
  profile.entries = {entry(0, 0, 4), entry(0, 0, 6), entry(1, 1, 12), entry(2, 0, 8),
                     entry(3, 1, 8)};
  profile.missing = {"no lines"};
  return profile;
}

Json data_of(const RunResult& result) { return Json::parse(page_data({{"run.json", result}})); }

TEST(HtmlPage, DataIsTheJsonReport) {
  const RunResult result = sample_with_energy();
  const Json data = data_of(result);
  ASSERT_EQ(data["runs"].size(), 1u);
  EXPECT_EQ(data["runs"][0]["file"], "run.json");
  EXPECT_EQ(data["runs"][0]["run"], Json::parse(json_report(result)));
  EXPECT_TRUE(data["runs"][0]["flame"].is_null());
}

TEST(HtmlPage, NoTextOfAResultIsMarkup) {
  RunResult result = sample_result();
  result.image.name = "</script><script>alert(1)</script><!--&amp;";
  result.notes.emplace_back("\xE2\x80\xA8 \xC3\xA9");
  const std::string data = page_data({{"a\xFF.json", result}});
  for (const char c : data) {
    ASSERT_TRUE(c >= ' ' && c <= '~');
    ASSERT_TRUE(c != '<' && c != '>' && c != '&');
  }
  EXPECT_EQ(Json::parse(data)["runs"][0]["run"]["image"]["name"], result.image.name);
}

TEST(HtmlPage, HasTheFirstOfManyEvents) {
  RunResult result = sample_result();
  result.timeline.assign(501, result.timeline.at(0));
  const Json data = data_of(result);
  EXPECT_EQ(data["runs"][0]["events"], 501);
  EXPECT_EQ(data["runs"][0]["run"]["timeline"].size(), 500u);
}

TEST(HtmlPage, HasTheFirstOfManyTransfers) {
  RunResult result = sample_result();
  EXPECT_EQ(data_of(result)["runs"][0]["transfers"], 0);
  DmaTransfer transfer;
  transfer.channel = "dma1 channel 1";
  result.dma = {{501, transfer}, 3};
  const Json data = data_of(result);
  EXPECT_EQ(data["runs"][0]["transfers"], 504);
  EXPECT_EQ(data["runs"][0]["run"]["dma"]["list"].size(), 500u);
}

TEST(HtmlPage, FlameSumsEntriesByFrameAndLayer) {
  RunResult result = sample_result();
  result.profile = small_profile();
  const Json flame = data_of(result)["runs"][0]["flame"];
  EXPECT_EQ(flame["functions"], Json({"main", "a</script>"}));
  EXPECT_EQ(flame["frames"],
            Json({{nullptr, 0, "root"}, {0, 1, "call"}, {nullptr, 1, "interrupt"}}));
  EXPECT_EQ(flame["cells"], Json({{0, 0, 10, 5, 100}, {1, 1, 20, 10, 200}, {2, 0, 8, 4, 80}}));
  EXPECT_EQ(flame["missing"], Json({"no lines"}));
}

TEST(HtmlPage, SmallFramesOfALargeProfileJoinTheirCallers) {
  RunResult result = sample_result();
  RunProfile profile = small_profile();
  for (std::size_t i = 0; i < 5000; ++i) {
    profile.functions.push_back({"f", 0x1000, 8, "", 0});
    profile.nodes.push_back({CallNode::Kind::call, 1, profile.functions.size() - 1, 0x104, 0});
    profile.entries.push_back(entry(profile.nodes.size() - 1, 0, i % 1000 == 0 ? 1'000'000 : 2));
  }
  std::uint64_t cycles = 0;
  for (const ProfileEntry& one : profile.entries) cycles += one.cost.cycles();
  result.profile = std::move(profile);
  const Json flame = data_of(result)["runs"][0]["flame"];
  std::uint64_t shown = 0;
  for (const Json& cell : flame["cells"]) shown += cell[2].get<std::uint64_t>();
  EXPECT_EQ(shown, cycles);
  // Both roots, the caller and the five large ones.
  EXPECT_EQ(flame["frames"].size(), 8u);
  EXPECT_EQ(flame["missing"][1],
            "4995 callees with less than 0.02 % of the cycles each are shown as part of their "
            "callers.");
}

TEST(HtmlPage, SameResultsSameBytes) {
  RunResult result = sample_result();
  result.profile = small_profile();
  EXPECT_EQ(html_page({{"a.json", result}, {"b.json", result}}),
            html_page({{"a.json", result}, {"b.json", result}}));
}

}  // namespace
}  // namespace mcost::analysis::test
