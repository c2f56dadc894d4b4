#include "analysis/reports/profile_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "analysis/reports/registry.h"
#include "analysis/sums.h"
#include "sim_core/base/error.h"
#include "tests/analysis/golden.h"
#include "tests/analysis/sample_profile.h"
#include "tests/analysis/sample_result.h"

namespace mcost::analysis {
namespace {

using ::testing::HasSubstr;

TEST(ProfileJson, IsPartOfTheReport) {
  test::expect_golden("profile.json", json_report(test::sample_with_profile()));
}

TEST(ProfileJson, ReadsBackToTheSameResult) {
  const RunResult result = test::sample_with_profile();
  const std::string json = json_report(result);
  const RunResult again = from_json(json, "run.json");
  ASSERT_TRUE(again.profile.has_value());
  EXPECT_EQ(*again.profile, *result.profile);
  EXPECT_EQ(again, result);
  EXPECT_EQ(json_report(again), json);
}

TEST(ProfileJson, EmptyProfileReadsBack) {
  RunResult result = test::sample_result();
  result.profile.emplace();
  EXPECT_EQ(from_json(json_report(result), "run.json"), result);
}

TEST(ProfileJson, LargeIntegersReadBack) {
  RunResult result = test::sample_with_profile();
  for (ProfileEntry& entry : result.profile->entries) {
    entry.energy_fj = (1ull << 60) + 1;
    entry.cost.shares.front().cycles = (1ull << 58) + 1;
  }
  const std::string json = json_report(result);
  EXPECT_THAT(json, HasSubstr("\"energy_fj\":\"1152921504606846977\""));
  EXPECT_EQ(from_json(json, "run.json"), result);
}

TEST(ProfileJson, MistakesNameTheirPlace) {
  using test::message_for;
  const RunResult sample = test::sample_with_profile();
  EXPECT_THAT(message_for(sample, "{\"node\":0", "{\"node\":6"),
              HasSubstr("there are 6 nodes, so no number 6: run.json.profile.entries[0].node"));
  EXPECT_THAT(message_for(sample, "\"layer\":3", "\"layer\":4"), HasSubstr("entries[0].layer"));
  EXPECT_THAT(message_for(sample, "\"clock\":1", "\"clock\":2"), HasSubstr("2 clocks"));
  EXPECT_THAT(message_for(sample, "\"code\":8", "\"code\":9"), HasSubstr("9 instructions"));
  EXPECT_THAT(message_for(sample, "\"code\":1,", "\"code\":0,"), HasSubstr("each once"));
  EXPECT_THAT(message_for(sample, "\"parent\":4,", "\"parent\":5,"),
              HasSubstr("a parent stands before its calls: run.json.profile.nodes[5].parent"));
  EXPECT_THAT(message_for(sample, "\"parent\":4,", "\"parent\":null,"),
              HasSubstr("a call has a parent"));
  EXPECT_THAT(message_for(sample, "{\"kind\":\"interrupt\",\"parent\":null",
                          "{\"kind\":\"interrupt\",\"parent\":0"),
              HasSubstr("only calls have a parent"));
  EXPECT_THAT(message_for(sample, "\"kind\":\"root\"", "\"kind\":\"leaf\""),
              HasSubstr("unknown kind of node \"leaf\""));
  EXPECT_THAT(
      message_for(sample, "\"size_bytes\":2,\"function\":4", "\"size_bytes\":2,\"function\":5"),
      HasSubstr("5 functions"));
  EXPECT_THAT(message_for(sample, "{\"file\":2", "{\"file\":3"), HasSubstr("3 files"));
  EXPECT_THAT(message_for(sample, "\"exception\":15}", "\"exception\":512}"),
              HasSubstr("at most 511"));
  EXPECT_THAT(message_for(sample, "\"bus_wait:dma2\":7", "\"bus_wait:dma3\":7"),
              HasSubstr("no cycle of the run waited for \"dma3\""));
  EXPECT_THAT(message_for(sample, "{\"issue\":2000,", "{\"tissue\":2000,"),
              HasSubstr("unknown cause \"tissue\""));
  EXPECT_THAT(message_for(sample, "\"sram\":{\"writes\"", "\"tram\":{\"writes\""),
              HasSubstr("no memory is called \"tram\""));
  EXPECT_THAT(message_for(sample, "\"classes\":{\"multiply\"", "\"classes\":{\"multi\""),
              HasSubstr("no class of instructions is called \"multi\""));
  EXPECT_THAT(message_for(sample, "{\"name\":\"main\",\"address\":\"0x08000100\"",
                          "{\"name\":\"main\",\"address\":\"0x08000300\""),
              HasSubstr("order of their addresses: run.json.profile.functions[1]"));
  EXPECT_THAT(message_for(sample, "{\"address\":\"0x08000500\"", "{\"address\":\"0x08000200\""),
              HasSubstr("order of their addresses: run.json.profile.code[8]"));
}

TEST(ProfileJson, VisitsMustNest) {
  const auto refused = [](LayerVisits visits, const char* what) {
    RunResult result = test::sample_with_profile();
    result.visits = std::move(visits);
    try {
      (void)from_json(json_report(result), "run.json");
      FAIL() << what;
    } catch (const ConfigError& error) {
      EXPECT_THAT(error.what(), HasSubstr(what));
    }
  };
  refused({{{4, 0, 1, 0}}, 0}, "run.json.visits.list[0].layer");
  refused({{{0, 2, 1, 0}}, 0}, "the visit ends before it begins");
  refused({{{0, 2, 3, 0}, {0, 1, 3, 0}}, 0}, "in the order of their begins");
  refused({{{0, 1, 5, 0}, {1, 2, 4, 0}, {2, 4, 6, 0}}, 0},
          "the visit ends after the one around it: run.json.visits.list[2]");
}

TEST(ProfileJson, SpansMustNestInTheTimeThatWasRecorded) {
  const auto refused = [](std::vector<FunctionSpan> list, const char* what) {
    RunResult result = test::sample_with_profile();
    result.profile->spans.list = std::move(list);
    try {
      (void)from_json(json_report(result), "run.json");
      FAIL() << what;
    } catch (const ConfigError& error) {
      EXPECT_THAT(error.what(), HasSubstr(what));
    }
  };
  refused({{6, 4, 5}}, "there are 6 nodes, so no number 6: run.json.profile.spans.list[0][0]");
  refused({{0, 6, 5}}, "the span ends before it begins");
  refused({{0, 3, 5}}, "outside of the time that was recorded");
  refused({{0, 4, 8991}}, "outside of the time that was recorded");
  refused({{0, 6, 8}, {0, 5, 8}}, "spans are in the order of their begins");
  refused({{0, 4, 8}, {1, 5, 9}},
          "the span ends after the one around it: run.json.profile.spans.list[1]");
  using test::message_for;
  const RunResult sample = test::sample_with_profile();
  EXPECT_THAT(message_for(sample, "[0,4,8990]", "[0,4]"),
              HasSubstr("expected node, begin and end"));
  EXPECT_THAT(message_for(sample, "[0,4,8990]", "[0,4,8990,1]"),
              HasSubstr("expected node, begin and end"));
  EXPECT_THAT(message_for(sample, "[0,4,8990]", "7"), HasSubstr("expected a list"));
}

TEST(ProfileJson, TransfersOfAChannelDoNotOverlap) {
  using test::message_for;
  const RunResult sample = test::sample_with_profile();
  EXPECT_THAT(message_for(sample, "\"begin\": 4600", "\"begin\": 4599"),
              HasSubstr("transfers of a channel do not overlap: run.json.dma.list[2]"));
  EXPECT_THAT(message_for(sample, "\"begin\": 4200", "\"begin\": 4000"),
              HasSubstr("transfers are in the order of their begins: run.json.dma.list[1]"));
  EXPECT_THAT(message_for(sample, "\"begin\": 4200", "\"begin\": 4301"),
              HasSubstr("the transfer ends before it begins: run.json.dma.list[1]"));
  EXPECT_THAT(message_for(sample, "\"ending\": \"stopped\"", "\"ending\": \"tired\""),
              HasSubstr("unknown ending of a transfer \"tired\": run.json.dma.list[1].ending"));
  EXPECT_THAT(message_for(sample, "\"dma1 stream 3\"", "\"\""), HasSubstr("a channel has a name"));
}

TEST(ProfileJson, EveryPrefixIsRefused) {
  const std::string json = json_report(test::sample_with_profile());
  const std::size_t begin = json.find("\"profile\"");
  ASSERT_NE(begin, std::string::npos);
  for (std::size_t length = begin; length + 2 < json.size(); length += 7)
    EXPECT_THROW((void)from_json(std::string_view(json).substr(0, length), "x"), ConfigError);
}

/// Whatever is changed in an entry, the check of sums sees it.
TEST(ProfileSums, EntriesSumToTheirLayers) {
  EXPECT_THAT(broken_sums(test::sample_with_profile()), testing::IsEmpty());
  const auto breaks = [](const std::function<void(ProfileEntry&)>& change, const char* what) {
    RunResult result = test::sample_with_profile();
    change(result.profile->entries[3]);  // of layer net/conv<1>
    EXPECT_THAT(
        broken_sums(result),
        testing::ElementsAre(HasSubstr(std::string("profile of layer net/conv<1>: ") + what)));
  };
  breaks([](ProfileEntry& entry) { entry.cost.shares[0].cycles -= 1; }, "parts have");
  breaks([](ProfileEntry& entry) { entry.cost.shares[2].memory = 2; }, "causes of the parts");
  breaks([](ProfileEntry& entry) { entry.cost.macs += 1; }, "parts have 4001 MACs");
  breaks([](ProfileEntry& entry) { entry.cost.traffic[0].traffic.read_bytes += 1; }, "traffic");
  breaks([](ProfileEntry& entry) { entry.cost.by_class[0] += 1; }, "instruction classes");
  breaks([](ProfileEntry& entry) { entry.cost.folded += 1; }, "counters of the parts");
  breaks([](ProfileEntry& entry) { entry.clock = 0; }, "counters of the parts");
  breaks([](ProfileEntry& entry) { entry.energy_fj += 1; }, "energy of the parts");
}

TEST(ProfileSums, EntryOfNoLayerIsFound) {
  RunResult result = test::sample_with_profile();
  result.profile->entries[0].layer = 99;
  EXPECT_THAT(broken_sums(result), testing::Contains(HasSubstr("entry 0 is of no layer")));
}

}  // namespace
}  // namespace mcost::analysis
