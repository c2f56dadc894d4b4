#include "cli/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim_core/base/error.h"

namespace mcost::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

RawOptions plain() {
  RawOptions raw;
  raw.firmware = "fw.elf";
  raw.board = "generic-m4";
  return raw;
}

template <class Change>
std::string message(Change&& change) {
  RawOptions raw = plain();
  change(raw);
  try {
    (void)check_options(raw);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

TEST(ParseInteger, DecimalAndHexadecimalOnly) {
  EXPECT_EQ(parse_integer("12"), 12u);
  EXPECT_EQ(parse_integer("0x1F"), 31u);
  EXPECT_EQ(parse_integer("18446744073709551615"), ~0ull);
  for (const char* const text : {"", "0x", "-1", "+1", " 1", "1 ", "1k", "18446744073709551616"}) {
    EXPECT_EQ(parse_integer(text), std::nullopt) << text;
  }
}

TEST(CheckOptions, ReadsEverything) {
  RawOptions raw = plain();
  raw.set = {"a.b=1"};
  raw.clock = "48000000";
  raw.layers = "calls:Class::invoke(int)";
  raw.max_cycles = "10";
  raw.timeout = "0.5";
  raw.input = {"in@put.bin@buffer"};
  raw.dump_memory = {"ns::buffer:0x10=out=1.bin"};
  raw.seed = "0";
  raw.load_at = "0x08000000";
  const RunOptions options = check_options(raw);
  EXPECT_THAT(options.overrides, ElementsAre("a.b=1", "clock.rated_hz=48000000"));
  EXPECT_EQ(options.layer_mode, LayerMode::calls);
  EXPECT_EQ(options.layer_pattern, "Class::invoke(int)");
  EXPECT_EQ(options.max_cycles, 10u);
  EXPECT_EQ(options.timeout_s, 0.5);
  EXPECT_EQ(options.inputs.at(0).file, "in@put.bin");
  EXPECT_EQ(options.inputs.at(0).where, "buffer");
  EXPECT_EQ(options.dumps.at(0).where, "ns::buffer");
  EXPECT_EQ(options.dumps.at(0).length_bytes, 16u);
  EXPECT_EQ(options.dumps.at(0).file, "out=1.bin");
  EXPECT_EQ(options.load_at, 0x08000000u);
}

TEST(CheckOptions, LayerModes) {
  const auto mode = [](const std::string& text) {
    RawOptions raw = plain();
    raw.layers = text;
    return check_options(raw).layer_mode;
  };
  EXPECT_EQ(mode(""), LayerMode::automatic);
  EXPECT_EQ(mode("none"), LayerMode::none);
  EXPECT_EQ(mode("probes"), LayerMode::probes);
  EXPECT_EQ(mode("functions:a:b"), LayerMode::functions);
  for (const char* const wrong : {"call:f", "calls", "calls:", "functions:", "probes:x", "x"}) {
    EXPECT_THAT(message([&](RawOptions& raw) { raw.layers = wrong; }),
                HasSubstr("unknown way to find layers"));
  }
}

TEST(CheckOptions, MistakesAreRefused) {
  const auto expect = [](auto&& change, const char* what) {
    EXPECT_THAT(message(change), HasSubstr(what));
  };
  expect([](RawOptions& raw) { raw.firmware = ""; }, "no firmware");
  expect([](RawOptions& raw) { raw.board = ""; }, "no board");
  expect([](RawOptions& raw) { raw.set = {"=1"}; }, "no path and value");
  expect(
      [](RawOptions& raw) {
        raw.clock = "1";
        raw.set = {"clock.rated_hz=2"};
      },
      "two core clocks");
  for (const char* const clock : {"0", "8e6", "80MHz", "-1"}) {
    expect([&](RawOptions& raw) { raw.clock = clock; }, "no number it takes: --clock");
  }
  for (const char* const timeout : {"0", "-1", "inf", "nan", "1s", "1e300"}) {
    expect([&](RawOptions& raw) { raw.timeout = timeout; }, "is no time");
  }
  for (const char* const input : {"x", "@x", "x@"}) {
    expect([&](RawOptions& raw) { raw.input = {input}; }, "no file and place");
  }
  for (const char* const dump : {"x", "x=y", ":4=y", "x:4="}) {
    expect([&](RawOptions& raw) { raw.dump_memory = {dump}; }, "no place, length and file");
  }
  for (const char* const dump : {"x:0=y", "x:q=y", "x:0x100000000=y"}) {
    expect([&](RawOptions& raw) { raw.dump_memory = {dump}; }, "is not a length");
  }
  expect([](RawOptions& raw) { raw.load_at = "0x100000000"; }, "is no address");
  expect([](RawOptions& raw) { raw.format = "jsn"; }, "did you mean \"json\"?");
  expect([](RawOptions& raw) { raw.max_cycles = "0"; }, "no number it takes: --max-cycles");
  expect([](RawOptions& raw) { raw.seed = "x"; }, "no number it takes: --seed");
  expect([](RawOptions& raw) { raw.semihosting_root = "no/such/folder"; }, "no such folder");
}

}  // namespace
}  // namespace mcost::cli
