// Layer maps: what they find in small programs, what the reader refuses, and the schema for
// editors.
#include "cli/layer_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "boards/spec_reader.h"
#include "sim_core/base/error.h"
#include "tests/cli/programs.h"

namespace mcost::cli::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::uint32_t kInvoke = 0x46;
constexpr std::uint32_t kConv = kInvoke + 16;
constexpr std::uint32_t kPool = kConv + 6;

/// reset calls invoke, which calls conv, pool, conv; conv has three instructions and pool two.
Program network() {
  Program program;
  program.function("reset").call(kInvoke).add({kBranchToSelf});
  program.function("invoke").add({kPushLr}).call(kConv).call(kPool).call(kConv).add({kPopPc});
  program.function("conv").add({kNop, kNop, kBxLr});
  program.function("pool").add({kNop, kBxLr});
  return program;
}

std::string map_file(const std::string& text) {
  static unsigned number = 0;
  std::string path = temporary_file("map" + std::to_string(number++) + ".yaml");
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

RunResult run_network(const std::string& map) {
  return run(options_for(network().write("network.elf"), map_file(map)));
}

std::uint64_t own_instructions(const RunResult& result, const std::string& path) {
  return layer(result, path).exclusive.counters.instructions;
}

TEST(LayerMap, CallsGetNames) {
  const RunResult result = run_network(
      "in: invoke\n"
      "layers:\n"
      "  - {name: first, call: conv#1, op: conv2d, macs: 12, metadata: {in: 1x32x32x1}}\n"
      "  - {name: middle, call: pool}\n"
      "  - {name: last, call: {callee: conv, ordinal: 2}}\n");
  EXPECT_EQ(paths(result), "first middle last (outside)");
  EXPECT_EQ(layer(result, "first").kind, "map");
  EXPECT_EQ(layer(result, "first").declared_macs, 12u);
  EXPECT_EQ(layer(result, "first").metadata,
            (Metadata{{"op", "conv2d"}, {"macs", "12"}, {"in", "1x32x32x1"}}));
  EXPECT_EQ(own_instructions(result, "first"), 4u);  // with the BL
  EXPECT_EQ(own_instructions(result, "middle"), 3u);
  EXPECT_EQ(own_instructions(result, "last"), 4u);
  EXPECT_EQ(own_instructions(result, "(outside)"), 3u);
  EXPECT_THAT(result.notes, IsEmpty());
}

TEST(LayerMap, CostIsThatOfTheSameRunWithoutLayers) {
  const std::string file = network().write("free.elf");
  const std::string map = map_file(
      "layers:\n"
      "  - {name: all, function: invoke, layers: [{name: c, call: conv}]}\n"
      "  - {name: tail, begin: invoke+6, end: invoke+14}\n");
  EXPECT_EQ(run(options_for(file, map)).total, run(options_for(file, "none")).total);
}

TEST(LayerMap, CallWithoutOrdinalIsEachCall) {
  const RunResult result = run_network("in: invoke\nlayers:\n  - {name: convs, call: conv}\n");
  EXPECT_EQ(paths(result), "convs (outside)");
  EXPECT_EQ(layer(result, "convs").visits, 2u);
}

TEST(LayerMap, SiteIsACallInstructionByAddress) {
  const RunResult result = run_network(
      "layers:\n"
      "  - {name: third, call: {in: invoke, site: 3}}\n"
      "  - {name: second, call: {in: invoke, callee: pool, site: 2}}\n");
  EXPECT_EQ(paths(result), "second third (outside)");
  EXPECT_EQ(own_instructions(result, "third"), 4u);
}

TEST(LayerMap, LayersInALayerCountOnlyInsideIt) {
  constexpr std::uint32_t kG = 0x4A + 8;
  Program program;
  program.function("reset").call(kG).call(0x4A).add({kBranchToSelf});
  program.function("f").add({kPushLr}).call(kG).add({kPopPc});
  program.function("g").add({kNop, kBxLr});
  ASSERT_EQ(program.here(), kG + 4);
  const RunResult result = run(options_for(
      program.write("inside.elf"),
      map_file("layers:\n  - {name: f, function: f, layers: [{name: g, function: g}]}\n")));
  EXPECT_EQ(paths(result), "f f/g (outside)");
  EXPECT_EQ(layer(result, "f/g").visits, 1u);
  // bl g, g, bl f.
  EXPECT_EQ(own_instructions(result, "(outside)"), 4u);
}

TEST(LayerMap, TheDeeperOfTwoIsMeant) {
  const RunResult result = run_network(
      "layers:\n"
      "  - {name: any conv, function: conv}\n"
      "  - name: net\n"
      "    function: invoke\n"
      "    layers: [{name: conv of net, function: conv}]\n");
  EXPECT_EQ(paths(result), "net net/conv of net (outside)");
  EXPECT_THAT(result.notes, ElementsAre(HasSubstr("layer any conv of ")));
}

TEST(LayerMap, FunctionsShareALayer) {
  const RunResult result =
      run_network("layers:\n  - {name: kernels, functions: \"^(conv|pool)$\"}\n");
  EXPECT_EQ(paths(result), "kernels (outside)");
  EXPECT_EQ(layer(result, "kernels").visits, 3u);
}

TEST(LayerMap, RangeBeginsAndEndsAtInstructions) {
  // From behind the push to the pop: three calls of four, three and four instructions.
  const RunResult result =
      run_network("layers:\n  - {name: body, begin: invoke+2, end: invoke+0xE}\n");
  EXPECT_EQ(paths(result), "body (outside)");
  EXPECT_EQ(own_instructions(result, "body"), 11u);
  EXPECT_THAT(result.notes, IsEmpty());
}

TEST(LayerMap, WhatEndsTogetherEndsInnermostFirst) {
  // conv returns where the range ends, and where the next call begins.
  const RunResult result = run_network(
      "layers:\n"
      "  - {name: head, begin: invoke+2, end: invoke+6}\n"
      "  - {name: call, call: {in: invoke, callee: conv, ordinal: 1}}\n"
      "  - {name: body, function: conv}\n"
      "  - {name: next, call: {in: invoke, callee: pool}}\n");
  EXPECT_EQ(paths(result), "call call/head call/head/body next body (outside)");
  EXPECT_THAT(result.notes, IsEmpty());
}

TEST(LayerMap, LayerThatNeverBeganIsNoted) {
  const RunResult result = run_network("in: invoke\nlayers:\n  - {name: ninth, call: conv#9}\n");
  EXPECT_EQ(paths(result), "(outside)");
  EXPECT_THAT(result.notes, ElementsAre(HasSubstr(".yaml:3 never began")));
}

TEST(LayerMap, ProbeEventsStayOnTheTimeline) {
  Program program = network();
  program.probe({3, kConv, 0, "seen"});
  const RunResult result = run(
      options_for(program.write("events.elf"), map_file("layers: [{name: c, function: conv}]\n")));
  EXPECT_EQ(result.timeline.size(), 2u);
  EXPECT_EQ(paths(result), "c (outside)");
}

/// What is said about a map, one line for each mistake, without the file's name.
std::string mistakes(const std::string& text) {
  const std::string file = map_file(text);
  try {
    (void)run(options_for(network().write("wrong.elf"), file));
  } catch (const boards::ConfigErrors& errors) {
    std::string lines;
    for (const ConfigError& error : errors.errors()) lines += std::string(error.what()) + "\n";
    for (std::size_t at = 0; (at = lines.find(file + ":", at)) != std::string::npos;) {
      lines.erase(at, file.size() + 1);
    }
    return lines;
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

TEST(LayerMapErrors, AllAreReportedTogetherWithTheirPlaces) {
  EXPECT_EQ(mistakes("in: invok\n"
                     "speed: 3\n"
                     "layers:\n"
                     "  - {name: a, function: cnv, macs: many}\n"
                     "  - {name: a, functions: nothing}\n"),
            "the firmware has no function \"invok\": 1:5: did you mean \"invoke\"?\n"
            "unknown key \"speed\": 2:1: allowed: in, layers\n"
            "the firmware has no function \"cnv\": 4:25 layers[0]: did you mean \"conv\"?\n"
            "macs must be 0..1000000000000000, got \"many\": 4:36 layers[0]: write an integer\n"
            "two layers are named \"a\": 5:12 layers[1]: the other is in line 4: give each a name "
            "of its own\n"
            "no function of the firmware matches: \"nothing\": 5:26 layers[1]: write part of a "
            "name, or ^name$; `arm-none-eabi-nm -C` lists names\n");
}

TEST(LayerMapErrors, EachSaysWhatToDo) {
  const auto expect = [](const std::string& layer, const std::string& said) {
    EXPECT_THAT(mistakes("in: invoke\nlayers:\n  - {" + layer + "}\n"), HasSubstr(said)) << layer;
  };
  expect("nam: a, function: conv", "unknown key \"nam\": 3:6 layers[0]: did you mean \"name\"?");
  expect("function: conv", "missing key \"name\": 3:5 layers[0]: add name:");
  expect("name: a", "nothing says what the layer is: 3:5 layers[0]: add function:");
  expect("name: (outside), function: conv", "such names are the report's own");
  expect("name: [a], function: conv", "name must be one line of up to 256 characters, got a list");
  expect("name: a, function: conv, call: pool", "call contradicts function: 3:31");
  expect("name: a, begin: conv", "begin without end");
  expect("name: a, end: conv", "end without begin");
  expect("name: a, begin: conv, end: conv", "the layer ends where it begins");
  expect("name: a, begin: conv, end: cnv+2", "no symbol \"cnv+2\"");
  expect("name: a, begin: invoke+4, end: conv", "0x0000004A is inside an instruction: 3:22");
  expect("name: a, begin: 0x20000000, end: conv", "no code is at 0x20000000");
  expect("name: a, call: reset",
         "invoke does not call \"reset\": 3:21 layers[0]: it calls: conv, pool");
  expect("name: a, call: pol#1", "did you mean \"pool\"?");
  expect("name: a, call: conv#0", "\"conv#0\" is no call");
  expect("name: a, call: conv#1000", "\"conv#1000\" is no call");
  expect("name: a, call: {ordinal: 1}", "no callee");
  expect("name: a, call: {callee: conv, ordinal: 0}", "ordinal must be 1..999, got \"0\"");
  expect("name: a, call: {callee: conv, ordinal: 1, site: 1}", "site contradicts ordinal");
  expect("name: a, call: {site: 4}", "there is no call 4: 3:28 layers[0]: invoke has 3 call");
  expect("name: a, call: {callee: conv, site: 2}", "call 2 does not call conv");
  expect("name: a, call: {in: conv, callee: pool}", "conv makes no calls");
  expect("name: a, call: {in: con, callee: pool}", "no function \"con\": 3:26 layers[0].call");
  expect("name: a, function: conv, metadata: {macs: 3}", "macs is a key of the layer");
  expect("name: a, function: conv, layers: 3", "must be a list of one or more layers, got \"3\"");
  expect("name: a, functions: \"[\"", "not a regular expression");
}

TEST(LayerMapErrors, OverlapsAreRefused) {
  const auto expect = [](const std::string& one, const std::string& two) {
    EXPECT_THAT(
        mistakes("in: invoke\nlayers:\n  - {name: a, " + one + "}\n  - {name: b, " + two + "}\n"),
        HasSubstr("is already layer \"a\": 4:"))
        << one << " and " << two;
  };
  expect("function: conv", "functions: con");
  expect("call: conv#1", "call: conv#1");
  expect("call: conv", "call: conv#2");
  expect("call: {site: 1}", "call: conv");
  expect("call: {site: 1}", "call: {callee: conv, site: 1}");
  expect("begin: conv, end: conv+2", "begin: conv, end: conv+4");
  EXPECT_EQ(mistakes("in: invoke\n"
                     "layers: [{name: a, call: conv#1}, {name: b, call: conv#2}, {name: c, "
                     "function: conv}]\n"),
            "no error");
}

TEST(LayerMapErrors, FilesThatAreNoMap) {
  EXPECT_THAT(mistakes(""), HasSubstr("the file must be a map, got nothing"));
  EXPECT_THAT(mistakes("layers: []\n"), HasSubstr("layers must be a list of one or more layers"));
  EXPECT_THAT(mistakes("in: invoke\n"), HasSubstr("missing key \"layers\""));
  EXPECT_THAT(mistakes("layers: [}\n"), HasSubstr("not valid YAML"));
  EXPECT_THAT(mistakes("layers:\n- &a {name: x}\n"), HasSubstr("anchors and aliases"));
  EXPECT_THAT(mistakes("layers: [{name: a, call: conv}]\n"),
              HasSubstr("nothing says which function makes the call"));
  const auto missing = [] {
    (void)run(options_for(network().write("missing.elf"), temporary_file("none.yaml")));
  };
  EXPECT_THROW(missing(), ConfigError);
}

TEST(LayerMapSchema, CommittedFileEqualsTheReadersTable) {
  const std::filesystem::path root = MCOST_SOURCE_DIR;
  std::ifstream file(root / "docs/schema/layers.schema.json", std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), layer_map_schema())
      << "run mcost_layer_map_schema docs/schema/layers.schema.json and commit it";
}

}  // namespace
}  // namespace mcost::cli::test
