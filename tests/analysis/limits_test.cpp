#include "analysis/limits.h"

#include <gtest/gtest.h>

#include <limits>

#include "sim_core/base/error.h"

namespace mcost::analysis {
namespace {

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

bool kept(const std::string& limit, std::uint64_t baseline, std::uint64_t now) {
  return keeps(parse_limit(limit, "--limit"), {baseline, 1}, {now, 1});
}

std::string refusal(const std::string& limit) {
  try {
    (void)parse_limit(limit, "--limit");
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.where(), "--limit");
    EXPECT_NE(error.remedy().find("METRIC=+2%"), std::string::npos);
    return error.problem();
  }
  return "taken";
}

TEST(Limits, PerCentOfTheBaselineAreExact) {
  EXPECT_TRUE(kept("cycles=+1%", 1'000'000, 1'010'000));
  EXPECT_FALSE(kept("cycles=+1%", 1'000'000, 1'010'001));
  EXPECT_TRUE(kept("cycles=+0.25%", 400, 401));
  EXPECT_FALSE(kept("cycles=+0.25%", 399, 400)) << "0.2506 %";
  EXPECT_TRUE(kept("cycles=-2%", 100, 98));
  EXPECT_FALSE(kept("cycles=-2%", 100, 97));
  EXPECT_TRUE(kept("cycles=-2%", 100, 1000));
  EXPECT_FALSE(kept("cycles=+-1%", 1000, 989));
  EXPECT_FALSE(kept("cycles=+-1%", 1000, 1011));
  EXPECT_TRUE(kept("cycles=+-1%", 1000, 1010));
}

TEST(Limits, LargestNumbersDoNotOverflow) {
  EXPECT_FALSE(kept("cycles=+0%", kMost - 1, kMost));
  EXPECT_TRUE(kept("cycles=+0%", kMost, kMost));
  EXPECT_TRUE(kept("cycles=+0.000001%", kMost - 1, kMost));
  EXPECT_TRUE(kept("cycles=+1000000%", kMost, kMost));
}

TEST(Limits, FromZeroAnythingIsMore) {
  EXPECT_TRUE(kept("cycles=+5%", 0, 0));
  EXPECT_FALSE(kept("cycles=+5%", 0, 1));
}

TEST(Limits, UnitsOfTheMetric) {
  EXPECT_TRUE(kept("energy<5mJ", 0, 4'999'999'999'999));
  EXPECT_FALSE(kept("energy<5mJ", 0, 5'000'000'000'000));
  EXPECT_TRUE(kept("energy<=5mJ", 0, 5'000'000'000'000));
  EXPECT_FALSE(kept("energy<=5mJ", 0, 5'000'000'000'001));
  EXPECT_TRUE(kept("time<0.5us", 0, 499'999));
  EXPECT_FALSE(kept("time<0.5us", 0, 500'000));
  EXPECT_TRUE(kept("live_bytes<=8KiB", 0, 8192));
  EXPECT_FALSE(kept("live_bytes<=8KiB", 0, 8193));
  EXPECT_TRUE(kept("cycles<1M", 0, 999'999));
  EXPECT_TRUE(kept("cycles=+500", 1000, 1500));
  EXPECT_FALSE(kept("cycles=+500", 1000, 1501));
  EXPECT_TRUE(kept("macs>=10", 0, 10));
  EXPECT_FALSE(kept("macs>10", 0, 10));
}

TEST(Limits, RatiosAreExact) {
  const Limit limit = parse_limit("macs_per_cycle>0.25", "");
  EXPECT_FALSE(keeps(limit, {}, {1, 4}));
  EXPECT_TRUE(keeps(limit, {}, {1'000'000'001, 4'000'000'000}));
  const Limit relative = parse_limit("macs_per_cycle=-2%", "");
  EXPECT_TRUE(keeps(relative, {1, 1}, {98, 100}));
  EXPECT_FALSE(keeps(relative, {1, 1}, {979'999, 1'000'000}));
  EXPECT_FALSE(keeps(relative, {kMost, kMost}, {kMost / 2, kMost}));
}

TEST(Limits, SubjectsNamePartsAndMetrics) {
  const Subject layer = subject_named("layers.net/conv.1.bytes:flash");
  EXPECT_EQ(layer.part, "layers");
  EXPECT_EQ(layer.name, "net/conv.1");
  EXPECT_EQ(layer.metric, (Metric{"bytes", "flash"}));
  EXPECT_EQ(layer.text(), "layers.net/conv.1.bytes:flash");
  EXPECT_EQ(subject_named("cycles").part, "");
  EXPECT_EQ(subject_named("functions.main.cycles").name, "main");
  EXPECT_EQ(subject_named("layers.cycles").part, "") << "no layer is named";
}

TEST(Limits, StarsFitAnything) {
  EXPECT_TRUE(fits("*", "conv1"));
  EXPECT_TRUE(fits("net/*", "net/conv1"));
  EXPECT_TRUE(fits("*conv*1", "net/conv/1"));
  EXPECT_TRUE(fits("conv1", "conv1"));
  EXPECT_FALSE(fits("conv", "conv1"));
  EXPECT_FALSE(fits("a*b", "ac"));
  EXPECT_TRUE(fits("**", ""));
}

TEST(Limits, NamesOfLayersMayHaveOperators) {
  const Limit limit = parse_limit("layers.conv<1>=2.cycles<=10k", "");
  EXPECT_EQ(limit.subject.name, "conv<1>=2");
  EXPECT_EQ(limit.bound, LimitKind::at_most);
  EXPECT_EQ(limit.amount.digits, 10'000u);
}

TEST(Limits, YamlLeavesOutTheEqualsSign) {
  EXPECT_EQ(parse_limit("cycles", "+2%", "").text, "cycles=+2%");
  EXPECT_EQ(parse_limit("energy", "<5 mJ", "").amount.digits, 5'000'000'000'000u);
}

TEST(Limits, WhatIsNoLimitSaysWhy) {
  EXPECT_EQ(refusal("cycles"), "\"cycles\" is no limit: nothing says how much");
  EXPECT_EQ(refusal("cycles=2%"), "\"cycles=2%\" is no limit: nothing says how much");
  EXPECT_EQ(refusal("=+2%"), "\"=+2%\" is no limit: no metric");
  EXPECT_EQ(refusal("cycles=+x"), "\"cycles=+x\" is no limit: no number of up to 6 decimals");
  EXPECT_EQ(refusal("cycles=+0.1234567%"),
            "\"cycles=+0.1234567%\" is no limit: no number of up to 6 decimals");
  EXPECT_EQ(refusal("energy<5"),
            "\"energy<5\" is no limit: an energy needs J, mJ, uJ, nJ, pJ or fJ");
  EXPECT_EQ(refusal("energy<5ms"),
            "\"energy<5ms\" is no limit: an energy needs J, mJ, uJ, nJ, pJ or fJ");
  EXPECT_EQ(refusal("time<5"), "\"time<5\" is no limit: a time needs s, ms, us, ns or ps");
  EXPECT_EQ(refusal("cycles<5%"),
            "\"cycles<5%\" is no limit: per cent are of the baseline: use =+");
  EXPECT_EQ(refusal("cycles=+1000001%"), "\"cycles=+1000001%\" is no limit: too many per cent");
  EXPECT_EQ(refusal("energy<99999999999J"),
            "\"energy<99999999999J\" is no limit: the number is too large");
  EXPECT_EQ(refusal("cycles<99999999999999999999"),
            "\"cycles<99999999999999999999\" is no limit: no number of up to 6 decimals");
  EXPECT_EQ(refusal("macs_per_cycle>1ms"),
            "\"macs_per_cycle>1ms\" is no limit: a ratio has no unit");
}

TEST(Limits, TolerancesArePerCent) {
  EXPECT_EQ(parse_tolerance("1%", ""), (Decimal{1, 1}));
  EXPECT_EQ(parse_tolerance(" 0.50 % ", ""), (Decimal{50, 100}));
  EXPECT_EQ(text_of(parse_tolerance("0.5%", "")), "0.5");
  for (const char* const wrong : {"", "1", "-1%", "x%", "1%%", "1e3%", "2000000%"})
    EXPECT_THROW((void)parse_tolerance(wrong, "--tolerance"), ConfigError) << wrong;
}

}  // namespace
}  // namespace mcost::analysis
