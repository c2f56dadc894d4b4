#include "analysis/hardware.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "analysis/layers.h"
#include "sim_core/base/error.h"

namespace mcost::analysis {
namespace {

struct LayerCounts {
  std::uint64_t issue;
  std::uint64_t reads;     // of flash, each of which waits 4 cycles
  std::uint64_t branches;  // two cycles of refill each
};
const std::vector<LayerCounts> kCounts = {{100'000, 10, 900},   {20'000, 4'000, 100},
                                          {300'000, 9'000, 50}, {1'000, 700, 30},
                                          {50'000, 90, 8'000},  {7'000, 2'000, 0}};

/// Layers l0, l1, ... at 80 MHz.
RunResult run_of(const std::vector<LayerCounts>& counts) {
  RunResult result;
  result.memories = {"flash"};
  result.clock = {80'000'000, 1};
  LayerTracker tracker;
  Cycles now = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    tracker.begin({fmt::format("l{}", i), "probe", {}, std::nullopt}, now);
    Cost cost;
    cost.counters.charge(Cause::issue, 0, counts[i].issue);
    cost.counters.charge(Cause::data_wait, 0, 4 * counts[i].reads);
    cost.counters.charge(Cause::refill, 0, 2 * counts[i].branches);
    cost.counters.traffic[0].reads = counts[i].reads;
    now += cost.counters.cycles;
    tracker.charge(cost);
    result.total += cost;
    tracker.end(fmt::format("l{}", i), now);
  }
  result.layers = tracker.finish(now);
  return result;
}

HardwareLog log_of(const std::string& text, const RunResult& result) {
  return read_hardware_log(text, names_for_log(result), "log");
}

HardwareComparison compared(const std::string& text, const RunResult& result,
                            std::optional<Hertz> counter = std::nullopt) {
  const std::vector<BoardParameter> board = {{"memories.flash.size_kib", "1024", "datasheet"},
                                             {"memories.flash.wait_states", "4", "datasheet"},
                                             {"memories.sram.wait_states", "0", "datasheet"}};
  return compare_with_hardware(result, log_of(text, result), counter, board, "log");
}

/// A log in which each layer takes what `measured` says.
template <class MeasuredOf>
std::string csv_log(MeasuredOf&& measured_of) {
  std::string text = "layer,cycles\n";
  for (std::size_t i = 0; i < kCounts.size(); ++i)
    text += fmt::format("l{},{}\n", i, measured_of(kCounts[i]));
  return text;
}

std::uint64_t simulated(const LayerCounts& counts) {
  return counts.issue + 4 * counts.reads + 2 * counts.branches;
}

TEST(HardwareLog, TakesManyForms) {
  const RunResult result = run_of(kCounts);
  const auto only = [&](const std::string& line) {
    const HardwareLog log = log_of(line, result);
    EXPECT_EQ(log.samples.size(), 1u) << line;
    const LogSample& sample = log.samples.front();
    return fmt::format("{} {}/{} {}{}", sample.name, sample.digits, sample.scale, sample.unit_ps,
                       sample.known ? "" : " unknown");
  };
  EXPECT_EQ(only("l1: 12345 cycles"), "l1 12345/1 0");
  EXPECT_EQ(only("l1=12345"), "l1 12345/1 0");
  EXPECT_EQ(only("L1, 12345\r"), "l1 12345/1 0");
  EXPECT_EQ(only("[00:00:01.234,567] <inf> app: l1 took 12,345 cycles"), "l1 12345/1 0");
  EXPECT_EQ(only("\x1b[32ml1\x1b[0m: 1.25 ms"), "l1 125/100 1000000000");
  EXPECT_EQ(only("l1 done after 3 \xC2\xB5s"), "l1 3/1 1000000");
  EXPECT_EQ(only("123 ticks in l1"), "l1 123/1 0");
  EXPECT_EQ(only("total: 99 us"), "total 99/1 1000000 unknown");
  EXPECT_EQ(only("layer,cycles\nl2,77\n"), "l2 77/1 0");
  EXPECT_EQ(only("\"Event\",\"Tag\",\"Ticks\"\n0,l2,77\n"), "l2 77/1 0");
  EXPECT_EQ(only("id;Name;Time (us)\n4;l2;7.5\n"), "l2 75/10 1000000");
  EXPECT_EQ(only("name\tduration_ms\nl2\t2\n"), "l2 2/1 1000000000");
}

TEST(HardwareLog, SkipsWhatIsNoMeasurement) {
  const RunResult result = run_of(kCounts);
  const HardwareLog log = log_of(
      "boot v1.2\nl1 has 32x32 inputs and 6 outputs\nl10: 5 apples\n"
      "l2: 5 cycles\n\n",
      result);
  ASSERT_EQ(log.samples.size(), 1u);
  EXPECT_EQ(log.samples[0].name, "l2");
  EXPECT_EQ(log.skipped_lines, 3u);
}

TEST(HardwareLog, MistakesSayWhereAndWhatToDo) {
  const RunResult result = run_of(kCounts);
  const auto message = [&](const std::string& text) -> std::string {
    try {
      (void)compared(text, result);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "taken";
  };
  EXPECT_EQ(
      message("hello\n"),
      "the log has no measurement: log: it takes CSV with a header (layer,cycles), lines like "
      "\"conv1: 12345 cycles\" or \"conv1=12345\", and times in s, ms, us or ns");
  EXPECT_EQ(message("layer,cycles\nl1\n"),
            "1 cell, its header has more: log:2: write one cell for each column");
  EXPECT_EQ(message("layer,cycles\nl1,0x12\n"),
            "\"0x12\" is no number of cycles or time: log:2: write digits, with up to 6 decimals");
  EXPECT_EQ(message("conv: 5 cycles\n"),
            "the log measures no layer of the run: log: layers are l0, l1, l2, l3, l4, l5, "
            "(outside)");
  EXPECT_EQ(message("l1: 99999999999999999 s\n"), "the time is too long: log:1: check its unit");
  EXPECT_EQ(message("l1: 99999999999999999 cycles\n"),
            "the number is too large: log:1: check its unit");
  EXPECT_EQ(message(std::string((4u << 20) + 1, 'x')),
            "the log has over 4 MiB: log: keep the lines with measurements");
}

TEST(HardwareLog, NoiseIsNoCrash) {
  const RunResult result = run_of(kCounts);
  std::uint32_t state = 1;
  std::string text;
  constexpr std::string_view kNoise = "l1:=,;\" 0123456789.\n\x1b[\xC2\xB5s";
  for (int i = 0; i < 200'000; ++i) {
    state = state * 1664525u + 1013904223u;
    text += kNoise[(state >> 16) % kNoise.size()];
  }
  const HardwareLog log = log_of(text + "\nl2: 5 cycles\n", result);
  EXPECT_FALSE(log.samples.empty());
}

TEST(Hardware, ErrorsAreSimulatedMinusMeasured) {
  const RunResult result = run_of(kCounts);
  const HardwareComparison comparison =
      compared("l0: 90000 cycles\nl3=4000\nother: 7 us\n", result);
  ASSERT_EQ(comparison.layers.size(), 2u);
  EXPECT_EQ(comparison.layers[0], (MeasuredLayer{0, 1, 90'000, 101'840, true}));
  EXPECT_EQ(comparison.measured, 94'000u);
  EXPECT_EQ(comparison.simulated, 101'840u + 3'860u);
  EXPECT_EQ(comparison.unknown, std::vector<std::string>{"other"});
  EXPECT_EQ(comparison.unmeasured, (std::vector<std::string>{"l1", "l2", "l4", "l5"}));
  EXPECT_EQ(
      comparison.no_explanation,
      "Too few layers to say which parameter of the model is wrong: 2 of at least 3 measured.");
}

TEST(Hardware, TimesAndOtherCountersBecomeCyclesOfTheCore) {
  const RunResult result = run_of(kCounts);
  EXPECT_EQ(compared("l3: 50 us\n", result).layers[0].measured, 4'000u);
  EXPECT_EQ(compared("l3: 0.0125 us\n", result).layers[0].measured, 1u);
  EXPECT_EQ(compared("l3: 100 ticks\n", result, Hertz{1'000'000, 1}).layers[0].measured, 8'000u);
}

TEST(Hardware, SeveralVisitsAreScaled) {
  RunResult result = run_of(kCounts);
  result.layers[3].visits = 10;  // 386 cycles each
  EXPECT_EQ(compared("l3: 400 cycles\n", result).layers[0].measured, 4'000u) << "one visit";
  EXPECT_EQ(compared("l3: 4000 cycles\n", result).layers[0].measured, 4'000u) << "their sum";
  EXPECT_EQ(compared("l3: 400 cycles\nl3: 402 cycles\n", result).layers[0].measured, 4'010u);
}

TEST(Hardware, FindsTheOnePriceThatIsWrong) {
  const RunResult result = run_of(kCounts);
  const HardwareComparison reads = compared(
      csv_log([](const LayerCounts& c) { return simulated(c) + 6 * c.reads / 5; }), result);
  ASSERT_FALSE(reads.explanations.empty()) << reads.no_explanation;
  EXPECT_EQ(reads.explanations[0].what, "read of flash");
  EXPECT_NEAR(reads.explanations[0].slope, 1.2, 0.001);
  EXPECT_GT(reads.explanations[0].left_out, 0.999);
  ASSERT_EQ(reads.explanations[0].parameters.size(), 1u);
  EXPECT_EQ(reads.explanations[0].parameters[0].path, "memories.flash.wait_states");
  ASSERT_FALSE(reads.cautions.empty());
  EXPECT_NE(reads.cautions[0].find("cannot tell them apart"), std::string::npos)
      << "waits are in proportion to reads";

  const HardwareComparison branches =
      compared(csv_log([](const LayerCounts& c) { return simulated(c) + c.branches; }), result);
  ASSERT_FALSE(branches.explanations.empty());
  EXPECT_EQ(branches.explanations[0].what, "cycle of refill");
  EXPECT_NEAR(branches.explanations[0].slope, 0.5, 0.001);
  EXPECT_NE(branches.explanations[0].advice.find("pipeline"), std::string::npos);

  const HardwareComparison clock =
      compared(csv_log([](const LayerCounts& c) { return simulated(c) * 21 / 20; }), result);
  ASSERT_FALSE(clock.explanations.empty());
  EXPECT_EQ(clock.explanations[0].what, "cycle");
  EXPECT_NEAR(clock.explanations[0].slope, 0.05, 0.001);
}

TEST(Hardware, ChargesNoLessThanNothing) {
  const RunResult result = run_of(kCounts);
  // Each read would have to save 5 cycles, and the model charges 4.
  const HardwareComparison comparison =
      compared(csv_log([](const LayerCounts& c) { return simulated(c) - 5 * c.reads; }), result);
  for (const Explanation& explanation : comparison.explanations)
    EXPECT_NE(explanation.what, "read of flash");
}

TEST(Hardware, SaysSoWhereNothingExplains) {
  const RunResult result = run_of(kCounts);
  const bool more[] = {false, true, true, false, false, true};  // the large ones disagree
  std::size_t layer = 0;
  const HardwareComparison noise =
      compared(csv_log([&](const LayerCounts& c) {
                 const std::uint64_t error = c.issue / 10;
                 return more[layer++] ? simulated(c) + error : simulated(c) - error;
               }),
               result);
  EXPECT_TRUE(noise.explanations.empty())
      << noise.explanations.front().what << " " << noise.explanations.front().left_out;
  EXPECT_NE(noise.no_explanation.find("No single parameter"), std::string::npos);
  const HardwareComparison exact =
      compared(csv_log([](const LayerCounts& c) { return simulated(c); }), result);
  EXPECT_NE(exact.no_explanation.find("nothing to explain"), std::string::npos);
}

TEST(Hardware, LayersAroundMeasuredOnesAreNotCountedTwice) {
  RunResult result;
  result.memories = {"flash"};
  LayerTracker tracker;
  tracker.begin({"net", "probe", {}, std::nullopt}, 0);
  tracker.begin({"conv", "probe", {}, std::nullopt}, 0);
  Cost cost;
  cost.counters.charge(Cause::issue, 0, 100);
  tracker.charge(cost);
  result.total += cost;
  tracker.end("conv", 100);
  tracker.end("net", 100);
  result.layers = tracker.finish(100);
  const HardwareComparison comparison = compared("net: 120 cycles\nnet/conv: 110 cycles\n", result);
  ASSERT_EQ(comparison.layers.size(), 2u);
  EXPECT_FALSE(comparison.layers[0].inner);
  EXPECT_EQ(comparison.measured, 110u);
  EXPECT_EQ(comparison.simulated, 100u);
}

}  // namespace
}  // namespace mcost::analysis
