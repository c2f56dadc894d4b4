#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "analysis/profile.h"
#include "analysis/reports/bounds_text.h"
#include "analysis/reports/profile_exports.h"
#include "analysis/reports/profile_text.h"
#include "analysis/reports/registry.h"
#include "analysis/sums.h"
#include "sim_core/base/error.h"
#include "tests/analysis/golden.h"
#include "tests/analysis/sample_profile.h"

namespace mcost::analysis {
namespace {

using test::expect_golden;
using ::testing::HasSubstr;
using ::testing::Not;

std::optional<std::string> source_of(const std::string& file, unsigned line) {
  if (file == "inc/dot.h" && line == 7) return "  acc += x[i] * w[i];";
  return std::nullopt;
}

TEST(ProfileText, Views) {
  const RunResult result = test::sample_with_profile();
  expect_golden("profile.txt", profile_header(result) + function_table(result, 0) + "\n" +
                                   call_tree(result, 0) + "\n" + line_table(result, 0, &source_of) +
                                   "\n" + instruction_table(result, 0) + "\n" +
                                   annotated(result, 1, &source_of) + "\n" +
                                   annotated(result, 3, {}) + profile_footer(result));
}

TEST(ProfileText, WhatIsLeftOutIsARowSoThatTablesSum) {
  const RunResult result = test::sample_with_profile();
  const std::string text = function_table(result, 2);
  EXPECT_THAT(text, HasSubstr("(3 functions more)"));
  EXPECT_THAT(text, Not(HasSubstr("main")));
  EXPECT_THAT(call_tree(result, 2), HasSubstr("and 4 more call paths"));
  EXPECT_THAT(call_tree(result, 2), Not(HasSubstr("fib")));
  EXPECT_THAT(call_tree(result, 0), Not(HasSubstr("more call path")));
}

TEST(ProfileExports, Callgrind) {
  expect_golden("profile.callgrind", profile_callgrind(test::sample_with_profile()));
}
TEST(ProfileExports, Collapsed) {
  expect_golden("profile.collapsed", profile_collapsed(test::sample_with_profile()));
}
TEST(ProfileExports, Speedscope) {
  expect_golden("profile.speedscope.json", profile_speedscope(test::sample_with_profile()));
}
TEST(ProfileExports, Perfetto) {
  RunResult result = test::sample_with_profile();
  result.clocks.clear();  // one clock, so times are times
  expect_golden("visits.perfetto.json", visits_perfetto(result));
}
TEST(ProfileExports, TflmCsv) {
  expect_golden("visits.tflm.csv", visits_tflm_csv(test::sample_with_profile()));
}
TEST(ProfileExports, Lcov) {
  const CoveredSource source{{{"src/net.cpp", 44}, {"src/net.cpp", 41}, {"src/cold.c", 3}},
                             {{"fib", 0x08000300, 0x20, "src/net.cpp", 70},
                              {"cold, never called", 0x08000600, 8, "src/cold.c", 2}}};
  expect_golden("profile.lcov", profile_lcov(test::sample_with_profile(), source));
}

TEST(ProfileExports, PerfettoCountsCyclesIfTheClockChanged) {
  const auto json = nlohmann::json::parse(visits_perfetto(test::sample_with_profile()));
  EXPECT_EQ(json["otherData"]["unit"], "1 us is 1 cycle, because the core clock changed");
  EXPECT_EQ(json["otherData"]["dropped_visits"], 2);
  for (const auto& event : json["traceEvents"]) {
    if (event["ph"] == "X") {
      EXPECT_EQ(event["dur"], event["args"]["cycles"]);
    }
  }
}

TEST(ProfileExports, SpeedscopeWeightsSumToTheTimeOfTheRun) {
  const RunResult result = test::sample_with_profile();
  const auto json = nlohmann::json::parse(profile_speedscope(result));
  const auto& profile = json["profiles"][0];
  std::uint64_t sum = 0;
  for (const auto& weight : profile["weights"]) sum += weight.get<std::uint64_t>();
  EXPECT_EQ(sum, profile["endValue"]);
  // 8 cycles at 16 MHz and 8,996 at 80 MHz
  EXPECT_EQ(sum, 500u + 112'450u);
}

/// The same run with every name replaced by one that tries to break out of each format.
RunResult hostile() {
  RunResult result = test::sample_with_profile();
  const std::string name = "a;b,c\"d\nfn=(1) e\r\x1b[0m\xff{}%s\\ 7";
  RunProfile& profile = *result.profile;
  for (std::string& file : profile.files) file += name;
  for (ProfileFunction& function : profile.functions) {
    function.name += name;
    if (!function.file.empty()) function.file += name;
  }
  for (ProfileCode& code : profile.code) {
    code.text += name;
    for (SourceFrame& frame : code.frames) frame.function += name;
  }
  profile.missing = {name};
  result.image.name = name;
  result.board.name = name;
  for (LayerResult& layer : result.layers) {
    layer.name = name;
    layer.path = {name};
    layer.metadata = {{name, name}};
  }
  for (TimelineEvent& event : result.timeline) event.name = name;
  for (std::string& memory : result.memories) memory += name;
  result.initiators = {name};
  return result;
}

TEST(ProfileExports, HostileNamesStayInTheirPlace) {
  const RunResult plain = test::sample_with_profile();
  const RunResult result = hostile();
  const auto lines_of = [](const std::string& text) {
    return std::count(text.begin(), text.end(), '\n');
  };
  const auto check = [&](const std::string& text, const std::string& of_plain, const char* what) {
    EXPECT_EQ(lines_of(text), lines_of(of_plain)) << what;
    EXPECT_THAT(text, Not(HasSubstr("\x1b"))) << what;
    EXPECT_THAT(text, Not(HasSubstr("\xff"))) << what;
    EXPECT_THAT(text, Not(HasSubstr("\r"))) << what;
  };
  check(profile_callgrind(result), profile_callgrind(plain), "callgrind");
  check(profile_collapsed(result), profile_collapsed(plain), "collapsed");
  check(visits_tflm_csv(result), visits_tflm_csv(plain), "csv");
  check(visits_perfetto(result), visits_perfetto(plain), "perfetto");
  check(profile_speedscope(result), profile_speedscope(plain), "speedscope");
  EXPECT_TRUE(nlohmann::json::accept(visits_perfetto(result)));
  EXPECT_TRUE(nlohmann::json::accept(profile_speedscope(result)));
  check(instruction_table(result, 0) + call_tree(result, 0),
        instruction_table(plain, 0) + call_tree(plain, 0), "text");
  check(annotated(result, 1, {}), annotated(plain, 1, {}), "annotate");
  const std::string stacks = profile_collapsed(result);
  const std::string usual = profile_collapsed(plain);
  EXPECT_EQ(std::count(stacks.begin(), stacks.end(), ';'),
            std::count(usual.begin(), usual.end(), ';'));  // those between frames alone
}

#ifdef NDEBUG
constexpr unsigned kDamaged = 3000;
#else
constexpr unsigned kDamaged = 200;  // sanitizers take their time
#endif

/// Digits and names of a report changed at random: it is refused with a reason, or every view of it
/// can be made.
TEST(ProfileExports, DamagedReportsAreRefusedOrShown) {
  const std::string json = json_report(test::sample_with_profile());
  const std::size_t profile = json.find("\"profile\"");
  std::mt19937 random(7);
  unsigned shown = 0;
  for (unsigned i = 0; i < kDamaged; ++i) {
    std::string damaged = json;
    for (unsigned n = 0; n < 1 + i % 3; ++n) {
      char& c = damaged[profile + random() % (json.size() - profile)];
      c = c >= '0' && c <= '9' ? static_cast<char>('0' + random() % 10)
                               : static_cast<char>(random() % 3 == 0 ? ' ' : c);
    }
    RunResult result;
    try {
      result = from_json(damaged, "run.json");
    } catch (const ConfigError&) {
      continue;
    }
    if (!result.profile) continue;  // its key was changed
    ++shown;
    std::size_t bytes = profile_callgrind(result).size() + profile_collapsed(result).size() +
                        profile_speedscope(result).size() + profile_lcov(result, {}).size() +
                        function_table(result, 3).size() + call_tree(result, 3).size() +
                        line_table(result, 3, {}).size() + bounds_text(result).size();
    for (std::size_t f = 0; f < result.profile->functions.size(); ++f)
      bytes += annotated(result, f, {}).size();
    EXPECT_GT(bytes, 1000u);
    (void)broken_sums(result);
  }
  EXPECT_GT(shown, kDamaged / 10);
  EXPECT_LT(shown, kDamaged - kDamaged / 30);
}

TEST(ProfileExports, ReportsOfWhatWasReadAreThose) {
  const RunResult result = test::sample_with_profile();
  const RunResult again = from_json(json_report(result), "run.json");
  EXPECT_EQ(profile_callgrind(again), profile_callgrind(result));
  EXPECT_EQ(profile_speedscope(again), profile_speedscope(result));
  EXPECT_EQ(visits_perfetto(again), visits_perfetto(result));
  EXPECT_EQ(annotated(again, 1, {}), annotated(result, 1, {}));
}

}  // namespace
}  // namespace mcost::analysis
