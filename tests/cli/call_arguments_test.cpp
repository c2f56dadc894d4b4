#include "cli/call_arguments.h"

#include <gmock/gmock.h>

#include <string>

#include "sim_core/base/error.h"

namespace mcost::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<CallArgument> typed(const std::vector<std::string>& texts) {
  std::vector<WrittenArgument> written;
  for (const std::string& text : texts) written.push_back(read_call_argument(text));
  return typed_arguments(written, nullptr, loader::SymbolTable{}, "f");
}

std::vector<std::string> places(const std::vector<std::string>& texts, bool hard_float) {
  std::vector<CallArgument> arguments = typed(texts);
  static_cast<void>(lay_out(arguments, hard_float));
  std::vector<std::string> result;
  for (const CallArgument& argument : arguments) result.push_back(argument.place);
  return result;
}

std::string refusal(const std::string& text) {
  try {
    static_cast<void>(typed({text}));
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "taken";
}

TEST(CallArguments, IntegersTakeR0ToR3ThenTheStack) {
  EXPECT_THAT(places({"1", "2", "3", "4", "5", "6"}, false),
              ElementsAre("r0", "r1", "r2", "r3", "stack+0", "stack+4"));
}

// AAPCS32 stage C.3: a doubleword begins at an even register, and what is left free stays so.
TEST(CallArguments, DoublewordsSkipAnOddRegister) {
  EXPECT_THAT(places({"1", "i64:2", "3"}, false), ElementsAre("r0", "r2-r3", "stack+0"));
  EXPECT_THAT(places({"i64:1", "2", "i64:3", "4"}, false),
              ElementsAre("r0-r1", "r2", "stack+0", "stack+8"));
  EXPECT_THAT(places({"1", "2", "3", "4", "5", "i64:6"}, false),
              ElementsAre("r0", "r1", "r2", "r3", "stack+0", "stack+8"));
}

// AAPCS32 7.1.2: the lowest free VFP registers, with back-filling until one is on the stack.
TEST(CallArguments, FloatingPointFillsGaps) {
  EXPECT_THAT(places({"f32:1", "f64:2", "f32:3", "f64:4", "f32:5"}, true),
              ElementsAre("s0", "d1", "s1", "d2", "s6"));
  EXPECT_THAT(places({"f32:1", "2", "f64:3", "4"}, true), ElementsAre("s0", "r0", "d1", "r1"));
}

TEST(CallArguments, NothingIsFilledOnceOneIsOnTheStack) {
  std::vector<std::string> texts(7, "f64:1");  // d0 to d6
  texts.insert(texts.begin(), "f32:0");        // s0: d1 to d7
  texts.insert(texts.end(), {"f64:2", "f32:3", "7"});
  const std::vector<std::string> found = places(texts, true);
  EXPECT_EQ(found[7], "d7");
  EXPECT_EQ(found[8], "stack+0");
  EXPECT_EQ(found[9], "stack+8");  // s1 is free, and stays so
  EXPECT_EQ(found[10], "r0");
}

TEST(CallArguments, SoftFloatUsesCoreRegisters) {
  EXPECT_THAT(places({"f32:1", "f64:2", "f32:3"}, false), ElementsAre("r0", "r2-r3", "stack+0"));
}

TEST(CallArguments, ValuesAreWhereTheirPlacesSay) {
  std::vector<CallArgument> arguments = typed({"-1", "i64:0x123456789", "f32:1.5", "0x80000000"});
  const CallFrame frame = lay_out(arguments, true);
  EXPECT_EQ(frame.core[0], 0xFFFFFFFFu);
  EXPECT_EQ(frame.core[2], 0x23456789u);
  EXPECT_EQ(frame.core[3], 0x1u);
  EXPECT_EQ(frame.fp[0], 0x3FC00000u);
  EXPECT_THAT(frame.stack, ElementsAre(0x80000000u, 0u));  // a multiple of 8 bytes
}

TEST(CallArguments, NumbersFitTheirTypesOrAreRefused) {
  EXPECT_EQ(typed({"-2147483648"})[0].bits, 0x80000000u);
  EXPECT_EQ(typed({"4294967295"})[0].bits, 0xFFFFFFFFu);
  EXPECT_EQ(typed({"i64:-9223372036854775808"})[0].bits, 0x8000000000000000u);
  EXPECT_EQ(typed({"u64:18446744073709551615"})[0].bits, ~std::uint64_t{0});
  EXPECT_EQ(typed({"f64:-0.0"})[0].bits, 0x8000000000000000u);
  EXPECT_EQ(typed({"f32:3"})[0].bits, 0x40400000u);
  EXPECT_THAT(refusal("-2147483649"), HasSubstr("nothing says its type"));
  EXPECT_THAT(refusal("i32:-2147483649"), HasSubstr("does not fit 32 bits"));
  EXPECT_THAT(refusal("i64:-9223372036854775809"), HasSubstr("does not fit 64 bits"));
  EXPECT_THAT(refusal("f32:1e39"), HasSubstr("too large for f32"));
  for (const char* const text :
       {"",       "-",       "+",       "--1",      "0x",    "1 2",   "f32:",
        "i32:",   "f32:one", "1e400",   "&nowhere", "out:",  "out:0", "out:-1",
        "out:4=", "buf:",    "inout:x", "inout:=x", "i31:1", ":1"}) {
    EXPECT_NE(refusal(text), "taken") << text;
  }
}

TEST(CallArguments, TextsEndWithNul) {
  const WrittenArgument text = read_call_argument("str:ab");
  EXPECT_THAT(text.bytes, ElementsAre('a', 'b', 0));
  EXPECT_TRUE(text.is_buffer());
}

}  // namespace
}  // namespace mcost::cli
