#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "analysis/reports/groups.h"
#include "analysis/reports/numbers.h"
#include "analysis/reports/registry.h"
#include "analysis/sums.h"
#include "sim_core/base/error.h"
#include "tests/analysis/golden.h"
#include "tests/analysis/sample_result.h"

namespace mcost::analysis {
namespace {

using ::testing::HasSubstr;

using test::expect_golden;

TEST(Reports, Text) { expect_golden("run.txt", text_report(test::sample_result())); }
TEST(Reports, Json) { expect_golden("run.json", json_report(test::sample_result())); }
TEST(Reports, Csv) { expect_golden("run.csv", csv_report(test::sample_result())); }
TEST(Reports, Markdown) { expect_golden("run.md", markdown_report(test::sample_result())); }

TEST(Reports, TextFitsATerminal) {
  RunResult result = test::sample_result();
  for (LayerResult& layer : result.layers) {
    layer.inclusive.counters.cycles = std::numeric_limits<std::uint64_t>::max();
    layer.inclusive.counters.instructions = std::numeric_limits<std::uint64_t>::max();
    layer.inclusive.counters.macs = std::numeric_limits<std::uint64_t>::max();
    layer.visits = std::numeric_limits<std::uint64_t>::max();
    layer.name = std::string(200, 'x');
  }
  std::istringstream lines(text_report(result));
  for (std::string line; std::getline(lines, line);) EXPECT_LT(line.size(), 120u) << line;
}

TEST(Reports, StallCyclesOfMemoriesSumToTheirCauses) {
  const RunResult result = test::sample_result();
  const auto json = nlohmann::json::parse(json_report(result));
  std::uint64_t stalls = 0;
  for (const auto& [name, memory] : json["memories"].items())
    stalls += memory["stall_cycles"].get<std::uint64_t>();
  std::uint64_t waits = 0;
  for (unsigned c = 0; c < kCauses; ++c) {
    if (is_per_memory(static_cast<Cause>(c))) waits += result.total.counters.by_cause[c];
  }
  EXPECT_NE(waits, 0u);
  EXPECT_EQ(stalls, waits);
}

TEST(Reports, RegistryFindsFormatsByName) {
  EXPECT_STREQ(report_formats().front().name, "text");
  for (const ReportFormat& format : report_formats()) {
    EXPECT_EQ(find_report_format(format.name), &format);
    const std::string text = format.render(test::sample_result());
    ASSERT_FALSE(text.empty());
    EXPECT_EQ(text.back(), '\n');
  }
  EXPECT_EQ(find_report_format("xml"), nullptr);
}

TEST(Reports, GroupsPartitionCauses) {
  Counters counters;
  for (unsigned c = 0; c < kCauses; ++c) {
    counters.charge(static_cast<Cause>(c), 0, std::uint64_t{1} << c);
  }
  std::uint64_t sum = 0;
  for (unsigned g = 0; g < kCauseGroups; ++g) {
    sum += group_cycles(counters, static_cast<CauseGroup>(g));
  }
  EXPECT_EQ(sum, counters.cycles);
  EXPECT_EQ(group_cycles(counters, CauseGroup::memory), memory_wait(counters, 0));
}

TEST(Reports, TextShowsTheFirstRegistersWithoutAModel) {
  RunResult result = test::sample_result();
  result.unmodelled.assign(60, result.unmodelled.front());
  const std::string text = text_report(result);
  EXPECT_NE(text.find("  and 10 more (--format json)\n"), std::string::npos);
}

TEST(JsonReport, ReadsBackToTheSameResultAndReports) {
  const RunResult result = test::sample_result();
  const std::string json = json_report(result);
  const RunResult again = from_json(json, "run.json");
  EXPECT_EQ(again, result);
  EXPECT_EQ(json_report(again), json);
  EXPECT_EQ(text_report(again), text_report(result));
  EXPECT_EQ(csv_report(again), csv_report(result));
  EXPECT_EQ(markdown_report(again), markdown_report(result));
  EXPECT_TRUE(broken_sums(again).empty());
}

TEST(JsonReport, EmptyResultReadsBack) {
  RunResult result;
  result.exit.code = 3;
  result.exit.reason = ExitReason::exited;
  result.clock = {25'175'000, 2};
  EXPECT_EQ(from_json(json_report(result), "run.json"), result);
}

TEST(JsonReport, ReportsOfEarlierVersionsHaveNoConsoleAndNoSizes) {
  const RunResult result = test::sample_result();
  auto json = nlohmann::ordered_json::parse(json_report(result));
  json.erase("console");
  json.erase("console_truncated");
  json["image"].erase("memories");
  const RunResult again = from_json(json.dump(), "run.json");
  EXPECT_EQ(again.console, ConsoleText{});
  EXPECT_TRUE(again.image.bytes.empty());
  EXPECT_EQ(text_report(again).find("  image "), std::string::npos);
}

TEST(JsonReport, SizesAreOfMemoriesOfTheRun) {
  EXPECT_THAT(test::message_for(test::sample_result(), "\"sram\": {\n        \"loaded_bytes\"",
                                "\"sram9\": {\n        \"loaded_bytes\""),
              HasSubstr("sram9"));
}

TEST(JsonReport, ConsoleMayBeAnyBytes) {
  RunResult result = test::sample_result();
  result.console.text = std::string("a\0b\xFF\xC3\x1B[0m", 9);
  const std::string json = json_report(result);
  EXPECT_THAT(json, HasSubstr(R"("console": "a\u0000b)"
                              "\xEF\xBF\xBD\xEF\xBF\xBD"
                              R"(\u001b[0m")"));
  EXPECT_EQ(json_report(from_json(json, "run.json")), json);
}

CallResult sample_call() {
  CallResult call;
  call.function = "scale(float const*, int)";
  call.address = 0x08000100;
  call.from = "main";
  call.boot_cycles = 1'234;
  call.setup_cycles = 56;
  call.init = {"board_init"};
  call.warmup = 1;
  call.repeat = 3;
  call.arguments = {{"buf:in.bin", "values", CallType::input, 0x20000400, 64, "r0"},
                    {"-3", "", CallType::i32, 0xFFFFFFFD, 0, "r1"}};
  call.returned = 3;
  call.cycles = {1'200, 1'000, 1'001};
  call.warm_cycles = 2'001;
  call.warm_min_cycles = 1'000;
  call.warm_max_cycles = 1'001;
  call.value = {CallType::i32, true, 0xFFFFFFFF, ""};
  return call;
}

TEST(JsonReport, CallReadsBack) {
  RunResult result = test::sample_result();
  result.exit.reason = ExitReason::returned;
  result.call = sample_call();
  EXPECT_EQ(from_json(json_report(result), "run.json"), result);
  for (const CallType type : {CallType::none, CallType::u32, CallType::i64, CallType::u64,
                              CallType::f32, CallType::f64, CallType::pointer}) {
    result.call->value = {type, false, 0xFFF0000000000000u, ""};  // of f64 -inf
    EXPECT_EQ(from_json(json_report(result), "run.json"), result);
  }
  result.call->value = {CallType::text, false, 0x08000200, "1.2"};
  EXPECT_EQ(from_json(json_report(result), "run.json"), result);
  result.call->value.reset();
  result.call->returned = 0;
  result.call->cycles.clear();
  result.call->warm_cycles = result.call->warm_min_cycles = result.call->warm_max_cycles = 0;
  EXPECT_EQ(from_json(json_report(result), "run.json"), result);
}

TEST(TextReport, CallSaysWhatItReturnedAndHowOften) {
  RunResult result = test::sample_result();
  result.call = sample_call();
  EXPECT_THAT(text_report(result),
              HasSubstr("  call          scale(buf:in.bin, -3)\n"
                        "  returned      -1 (0xFFFFFFFF), unsigned 4294967295  (R0; --returns says "
                        "what it is)\n"
                        "  calls         3: first 1,200, then 1,000 to 1,001, 1,000.5 on average  "
                        "(cycles)\n"));
  result.call->value = {CallType::f32, false, 0x3FC00000, ""};
  EXPECT_THAT(markdown_report(result), HasSubstr("`scale(buf:in.bin, -3)` returned 1.5"));
}

TEST(JsonReport, ADamagedCallIsRefused) {
  RunResult result = test::sample_result();
  result.call = sample_call();
  const std::string json = json_report(result);
  const std::vector<std::pair<std::string, std::string>> damages = {
      {"\"calls\": 3", "\"calls\": 4"},
      {"\"type\": \"buf\"", "\"type\": \"bug\""},
      {"0xFFFFFFFD", "0xFFFFFFFG"},
      {"\"0xFFFFFFFD\"", "17"}};
  for (const auto& [from, to] : damages) {
    std::string damaged = json;
    const std::size_t at = damaged.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    damaged.replace(at, from.size(), to);
    EXPECT_THROW((void)from_json(damaged, "run.json"), ConfigError) << from;
  }
}

TEST(JsonReport, TimeIsTheSumOverClocks) {
  RunResult result = test::sample_result();
  result.clocks = {{1'000, 1}, {80'000'000, 1}};
  LayerResult& outside = result.layers.back();
  ASSERT_GE(outside.exclusive.counters.cycles, 1u);
  for (Counters* counters :
       {&outside.exclusive.counters, &outside.inclusive.counters, &result.total.counters}) {
    counters->at_later_clock[1] = 1;
  }
  EXPECT_TRUE(broken_sums(result).empty());
  const std::string json = json_report(result);
  EXPECT_EQ(from_json(json, "run.json"), result);
  const std::uint64_t first = result.total.counters.cycles - 1;
  EXPECT_EQ(seconds(result.total.counters, result),
            fmt::format("{}.{:03}000012500", first / 1'000, first % 1'000));
  EXPECT_THAT(json, HasSubstr("\"clocks_hz\": [\n    1000,\n    80000000\n  ]"));
  EXPECT_THAT(text_report(result), HasSubstr("cortex-m4 at 1 kHz, 80 MHz"));
}

TEST(JsonReport, CyclesAtClocksMustSumToCycles) {
  RunResult result;
  result.clocks = {{1, 1}, {2, 1}};
  result.total.counters.cycles = 5;
  std::string json = json_report(result);
  const std::string list = "\"cycles_at_clock\": [\n    5,";
  const std::size_t at = json.find(list);
  ASSERT_NE(at, std::string::npos);
  for (const char digit : {'4', '6'}) {
    json[at + list.size() - 2] = digit;
    EXPECT_THROW((void)from_json(json, "run.json"), ConfigError) << digit;
  }
}

TEST(JsonReport, LargeIntegersAreStrings) {
  RunResult result;
  result.total.counters.instructions = 1ull << 53;
  result.total.counters.macs = (1ull << 53) + 1;
  const std::string json = json_report(result);
  EXPECT_THAT(json, HasSubstr("\"instructions\": 9007199254740992"));
  EXPECT_THAT(json, HasSubstr("\"macs\": \"9007199254740993\""));
  EXPECT_EQ(from_json(json, "run.json").total.counters.macs, (1ull << 53) + 1);
}

TEST(JsonReport, CyclesStandBeforeBoard) {
  const std::string json = json_report(test::sample_result());
  EXPECT_LT(json.find("\"cycles\""), json.find("\"board\""));
}

TEST(JsonReport, EnergyThatIsNotKnownIsNullAndNeverZero) {
  const std::string json = json_report(test::sample_result());
  EXPECT_THAT(json, HasSubstr("\"energy\": null"));
  EXPECT_THAT(json, HasSubstr("\"energy_absent\": \"board has no energy data\""));
}

TEST(JsonReport, MistakesNameTheirPlace) {
  using test::message_for;
  const RunResult sample = test::sample_result();
  EXPECT_THAT(message_for(sample, "mcost/run/1", "mcost/run/9"),
              HasSubstr("schema is \"mcost/run/9\", not \"mcost/run/1\": run.json.schema"));
  EXPECT_THAT(message_for(sample, "\"cycles\"", "\"cycels\""),
              HasSubstr("key \"cycles\" is missing"));
  EXPECT_THAT(message_for(sample, "\"lockup\"", "\"sulk\""),
              HasSubstr("unknown exit reason \"sulk\""));
  EXPECT_THAT(message_for(sample, "\"parent\": 0", "\"parent\": 7"), HasSubstr("layers[1].parent"));
  EXPECT_THAT(message_for(sample, "\"0x08000124\"", "\"0x8000124\""),
              HasSubstr("expected an address"));
  EXPECT_THAT(message_for(sample, "\"fetch_wait:flash\"", "\"fetch_wait:fish\""),
              HasSubstr("no memory is called \"fish\""));
  EXPECT_THAT(message_for(sample, "\"fetch_wait:flash\"", "\"fetch_wait\""),
              HasSubstr("cause \"fetch_wait\" does not say what it waited for"));
  EXPECT_THAT(message_for(sample, "\"issue\"", "\"tissue\""),
              HasSubstr("unknown cause \"tissue\""));
  EXPECT_THAT(message_for(sample, "\"partial\": false", "\"partial\": 0"),
              HasSubstr("true or false"));
  EXPECT_THAT(message_for(sample, "80000000", "0"), HasSubstr("a clock is not 0"));
  EXPECT_THAT(message_for(sample, "{", "["), HasSubstr("not JSON, byte"));
}

TEST(JsonReport, EveryPrefixOfAReportIsRefused) {
  const std::string json = json_report(test::sample_result());
  for (std::size_t length = 0; length + 2 < json.size(); length += 97) {
    EXPECT_THROW((void)from_json(std::string_view(json).substr(0, length), "x"), ConfigError);
  }
}

TEST(JsonReport, HostileNamesAreHarmless) {
  RunResult result = test::sample_result();
  result.layers[0].name = "\x1b]0;title\x07\xff";
  for (const ReportFormat& format : report_formats()) {
    const std::string text = format.render(result);
    EXPECT_EQ(text.find('\x1b'), std::string::npos) << format.name;
    EXPECT_EQ(text.find('\xff'), std::string::npos) << format.name;
  }
}

}  // namespace
}  // namespace mcost::analysis
