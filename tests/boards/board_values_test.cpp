#include "boards/board_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "boards/spec_reader.h"

namespace mcost::boards {
namespace {

using ::testing::ElementsAre;

TEST(BoardValues, AreFlatAndWithoutSources) {
  const auto values = board_values(
      "name: b\ntitle: \"A board\"\ncore:\n  source: datasheet\n  ref: \"TRM\"\n  model: "
      "cortex-m4\n"
      "  width: {value: 64, source: assumed, ref: \"x\"}\nlist: [1, 2]\n"
      "maps:\n  - a: 1\n  - a: {value: 2, source: assumed}\n",
      "board");
  EXPECT_THAT(values, ElementsAre(BoardValue{"name", "b"}, BoardValue{"core.model", "cortex-m4"},
                                  BoardValue{"core.width", "64"}, BoardValue{"list", "[1, 2]"},
                                  BoardValue{"maps[0].a", "1"}, BoardValue{"maps[1].a", "2"}));
}

TEST(BoardValues, OneOverriddenValueIsTheDifference) {
  for (const std::string& name : shipped_boards()) {
    const BoardSpec spec = read_board(name);
    const auto before = board_values(resolved_yaml(spec), name);
    const auto after =
        board_values(resolved_yaml(read_board(name, {}, {"clock.rated_hz=1000000"})), name);
    std::vector<std::string> changed;
    for (const BoardValue& value : after) {
      if (std::find(before.begin(), before.end(), value) == before.end())
        changed.push_back(value.path);
    }
    EXPECT_THAT(changed, ElementsAre("clock.rated_hz", "pinned")) << name;
  }
}

TEST(BoardValues, WhatIsNoYamlIsAMistake) {
  EXPECT_THROW((void)board_values("a: [", "board"), ConfigError);
  EXPECT_THROW((void)board_values(std::string("a: \xff"), "board"), ConfigError);
}

}  // namespace
}  // namespace mcost::boards
