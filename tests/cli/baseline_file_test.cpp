#include "cli/baseline_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/measured_parts.h"
#include "sim_core/base/error.h"
#include "tests/analysis/sample_result.h"

namespace mcost::cli {
namespace {

using ::testing::HasSubstr;

std::string message(const std::string& text) {
  try {
    (void)read_baseline_text(text, "base.yaml");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "taken";
}

const std::string kMeasured = std::string(analysis::kBaselineMark) +
                              "\nschema: mcost/baseline/1\ntool: \"1\"\nimage: a.elf\n"
                              "image_sha256: \"aa\"\nboard: b\nboard_sha256: \"bb\"\n"
                              "metrics:\n  cycles: 12\n";

analysis::Baseline sample_baseline() {
  const RunResult run = analysis::test::sample_with_energy();
  analysis::Origin origin;
  origin.tool_version = "1.2.3";
  origin.image_name = "d \"e\" \\ m: o#.elf";
  origin.image_sha256 = "75e70653";
  origin.board_name = "true";
  origin.board_hashes = {"0x12", {{"memories.flash", "1e5"}}};
  origin.options = {"--args a: b # c", "--set x=[1, 2]"};
  return analysis::baseline_of(origin, analysis::MeasuredParts(run),
                               {analysis::parse_limit("macs_per_cycle=-1%", "")});
}

TEST(BaselineFile, WhatWasWrittenReadsBack) {
  const analysis::Baseline written = sample_baseline();
  const std::string text = analysis::new_baseline_head() + analysis::baseline_yaml(written);
  const BaselineFile read = read_baseline_text(text, "base.yaml");
  ASSERT_TRUE(read.baseline);
  EXPECT_EQ(read.baseline->metrics, written.metrics);
  const analysis::Origin& a = read.baseline->origin;
  const analysis::Origin& b = written.origin;
  EXPECT_EQ(a.tool_version, b.tool_version);
  EXPECT_EQ(a.image_name, b.image_name);
  EXPECT_EQ(a.image_sha256, b.image_sha256);
  EXPECT_EQ(a.board_name, b.board_name);
  EXPECT_EQ(a.board_hashes, b.board_hashes);
  EXPECT_EQ(a.options, b.options);
  EXPECT_EQ(read.head, analysis::new_baseline_head());
  EXPECT_EQ(*read.tolerance, (analysis::Decimal{1, 1}));
  EXPECT_TRUE(read.limits.empty());
}

TEST(BaselineFile, LinesAreSortedAndOneForEachNumber) {
  const std::string text = analysis::baseline_yaml(sample_baseline());
  std::istringstream lines(text.substr(text.find("metrics:\n") + 9));
  std::string before;
  for (std::string line; std::getline(lines, line); before = line) {
    std::erase(line, '"');
    EXPECT_LT(before, line);
  }
}

TEST(BaselineFile, LimitsAndWarningsAreRead) {
  const BaselineFile read = read_baseline_text(
      "# ours\ntolerance: 0.5%\nlimits:\n  cycles: +2%\n  energy: [<5mJ, +1%]\n"
      "  \"layers.*.bytes:flash\": +10%\nwarnings:\n  macs_per_cycle: \">0.5\"\n" +
          kMeasured,
      "base.yaml");
  ASSERT_EQ(read.limits.size(), 5u);
  EXPECT_EQ(read.limits[0].text, "cycles=+2%");
  EXPECT_TRUE(read.limits[0].hard);
  EXPECT_EQ(read.limits[2].text, "energy=+1%");
  EXPECT_EQ(read.limits[3].subject.name, "*");
  EXPECT_EQ(read.limits[4].text, "macs_per_cycle>0.5");
  EXPECT_FALSE(read.limits[4].hard);
  EXPECT_EQ(*read.tolerance, (analysis::Decimal{5, 10}));
  EXPECT_EQ(read.baseline->metrics.at("cycles").value, 12u);
}

TEST(BaselineFile, LimitsAloneAreAFile) {
  const BaselineFile read = read_baseline_text("limits:\n  cycles: +2%\n", "limits.yaml");
  EXPECT_FALSE(read.baseline);
  EXPECT_EQ(read.limits.size(), 1u);
  EXPECT_FALSE(read_baseline_text("", "empty.yaml").baseline);
}

TEST(BaselineFile, MistakesSayWhereAndWhatToDo) {
  EXPECT_EQ(message("tolerance: 1\n"),
            "\"1\" is no tolerance: base.yaml:1:12 tolerance: write per cent with up to 6 "
            "decimals, for example 1% or 0.5%");
  EXPECT_EQ(message("limit:\n  cycles: +2%\n"),
            "unknown key \"limit\": base.yaml:1:1: did you mean \"limits\"? allowed: tolerance, "
            "limits, warnings, schema, tool, image, image_sha256, board, board_sha256, "
            "board_parts, options, metrics");
  EXPECT_THAT(
      message("limits:\n  cycles: fast\n"),
      HasSubstr("\"cycles=fast\" is no limit: nothing says how much: base.yaml:2:11 limits"));
  EXPECT_EQ(message("limits: 5\n"),
            "must be a map, got \"5\": base.yaml:1:9 limits: write METRIC: BOUND below it, for "
            "example cycles: +2%");
  EXPECT_EQ(message("[1, 2]\n"),
            "the file must be a map, got a list: base.yaml:1:1: let mcost check --bless write it");
  EXPECT_THAT(message(kMeasured + "cycles: 5\n"), HasSubstr("unknown key \"cycles\""));
}

TEST(BaselineFile, BrokenNumbersAreRefused) {
  const auto with = [](const std::string& number) {
    std::string text = kMeasured;
    text.replace(text.find("12\n"), 3, number + "\n");
    return message(text);
  };
  for (const char* const wrong :
       {"-1", "1.5", "1e3", "99999999999999999999", "x", "[1]", "1/", "\"\"", "0x10"})
    EXPECT_THAT(with(wrong), HasSubstr("expected a number")) << wrong;
  EXPECT_EQ(with("1/0"), "taken") << "a ratio of which nothing was counted";
  EXPECT_THAT(message("schema: mcost/baseline/2\n" + kMeasured), HasSubstr("duplicate key"));
  EXPECT_THAT(message("schema: mcost/baseline/1\nmetrics:\n  cycles: 1\n"),
              HasSubstr("the line that begins the measured part is missing"));
  std::string other = kMeasured;
  other.replace(other.find("baseline/1"), 10, "baseline/2");
  EXPECT_THAT(message(other),
              HasSubstr("schema is \"mcost/baseline/2\", not \"mcost/baseline/1\""));
}

TEST(BaselineFile, EveryPrefixAndEveryChangedByteIsTakenOrRefused) {
  const std::string text = "limits:\n  cycles: +2%\n" + analysis::baseline_yaml(sample_baseline());
  for (std::size_t length = 0; length < text.size(); length += 7)
    (void)message(text.substr(0, length));
  std::uint32_t state = 7;
  for (int i = 0; i < 2000; ++i) {
    std::string broken = text;
    state = state * 1664525u + 1013904223u;
    broken[(state >> 8) % broken.size()] = static_cast<char>(state >> 24);
    (void)message(broken);
  }
}

}  // namespace
}  // namespace mcost::cli
