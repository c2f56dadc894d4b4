#include "analysis/reports/numbers.h"

#include <gtest/gtest.h>

#include "analysis/reports/table.h"

namespace mcost::analysis {
namespace {

TEST(Numbers, GroupsOfThreeDigits) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(~0ull), "18,446,744,073,709,551,615");
}

TEST(Numbers, CountsAgreeWithTheirNouns) {
  EXPECT_EQ(counted(0, "read"), "0 reads");
  EXPECT_EQ(counted(1, "read"), "1 read");
  EXPECT_EQ(counted(1000, "read"), "1,000 reads");
  EXPECT_EQ(times(1), "once");
  EXPECT_EQ(times(2000), "2,000 times");
}

TEST(Numbers, RatiosRoundHalfUp) {
  EXPECT_EQ(percent(1, 8), "12.5");
  EXPECT_EQ(percent(1, 2000), "0.1");
  EXPECT_EQ(percent(1, 2001), "0.0");
  EXPECT_EQ(percent(0, 0), "-");
  EXPECT_EQ(ratio(2, 3, 3), "0.667");
  EXPECT_EQ(ratio(5, 1, 0), "5");
  EXPECT_EQ(ratio(~0ull, 1, 3), "18446744073709551615.000");
  EXPECT_EQ(ratio(1, 0, 3), "-");
}

TEST(Numbers, DurationsHaveFourSignificantDigits) {
  const Hertz clock{80'000'000, 1};
  EXPECT_EQ(duration(0, clock), "0 s");
  EXPECT_EQ(duration(1, clock), "12.50 ns");
  EXPECT_EQ(duration(1'000'000, clock), "12.50 ms");
  EXPECT_EQ(duration(80'000'000, clock), "1.000 s");
  EXPECT_EQ(duration(80'000'000ull * 12'345, clock), "12345 s");
  EXPECT_EQ(duration(~0ull, {1, 1}), "18446744073709551615 s");
}

TEST(Numbers, SecondsAreExactToThePicosecond) {
  EXPECT_EQ(seconds(1, {3, 1}), "0.333333333333");
  EXPECT_EQ(seconds(2, {3, 1}), "0.666666666667");
  EXPECT_EQ(seconds(180'000'000, {180'000'000, 1}), "1.000000000000");
  EXPECT_EQ(seconds(1, {25'175'000, 2}), "0.000000079444");
}

TEST(Numbers, Frequencies) {
  EXPECT_EQ(frequency({80'000'000, 1}), "80 MHz");
  EXPECT_EQ(frequency({48'500'000, 1}), "48.5 MHz");
  EXPECT_EQ(frequency({32'768, 1}), "32.768 kHz");
  EXPECT_EQ(frequency({80'000'001, 1}), "80000001 Hz");
  EXPECT_EQ(frequency({25'175, 2}), "25175/2 Hz");
}

TEST(Numbers, NamesCannotReachTheTerminal) {
  EXPECT_EQ(printable("conv1"), "conv1");
  EXPECT_EQ(printable("a\x1b[2Jb\n"), "a?[2Jb?");
  EXPECT_EQ(printable("\xC3\xA9\xE2\x82\xAC"), "\xC3\xA9\xE2\x82\xAC");
  EXPECT_EQ(printable("\xC3"), "?");
  EXPECT_EQ(printable("\xC0\x80\xED\xA0\x80"), "?????");
  EXPECT_EQ(printable("\xC2\x9B"), "??");  // a control character of ISO 6429
}

TEST(Table, AlignsAndCutsNames) {
  Table table;
  table.limit_first(8);
  table.add("name", {"short", "a very long name"});
  table.add("n", {"1", "1,000"});
  EXPECT_EQ(table.text(2, 80),
            "  name          n\n"
            "  short         1\n"
            "  a ver...  1,000\n");
}

TEST(Table, RepeatsTheFirstColumnWhereItBreaks) {
  Table table;
  table.add("name", {"x"});
  table.add("aaaa", {"1"});
  table.add("bbbb", {"2"});
  EXPECT_EQ(table.text(0, 10), "name  aaaa\nx        1\n\nname  bbbb\nx        2\n");
  EXPECT_EQ(table.width(0), 16u);
  EXPECT_EQ(table.text(0, 16), "name  aaaa  bbbb\nx        1     2\n");
}

TEST(Table, MarkdownEscapes) {
  Table table;
  table.add("a", {"x|y_z"});
  table.add("b", {"1"});
  EXPECT_EQ(table.markdown(), "| a | b |\n| --- | ---: |\n| x\\|y\\_z | 1 |\n");
}

TEST(Wrapped, BreaksAtSpaces) {
  EXPECT_EQ(wrapped("one two three", "- ", 9), "- one two\n  three\n");
  EXPECT_EQ(wrapped("longerthanthat x", "- ", 9), "- longerthanthat\n  x\n");
}

}  // namespace
}  // namespace mcost::analysis
