#include "analysis/quantity.h"

#include <gtest/gtest.h>

#include <limits>

namespace mcost::analysis {
namespace {

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

TEST(Quantity, ProductsAreComparedWithoutOverflow) {
  EXPECT_EQ(compare_products(kMost, kMost, kMost, kMost, kMost, kMost),
            std::strong_ordering::equal);
  EXPECT_EQ(compare_products(kMost, kMost, kMost, kMost, kMost, kMost - 1),
            std::strong_ordering::greater);
  EXPECT_EQ(compare_products(kMost - 1, kMost, kMost, kMost, kMost, kMost),
            std::strong_ordering::less);
  // (2^32)^3 is 2^96: the lowest 64 bits alone would say that both are 0.
  EXPECT_EQ(compare_products(1ull << 32, 1ull << 32, 1ull << 32, 0, 1, 1),
            std::strong_ordering::greater);
}

TEST(Quantity, RatiosAreComparedExactly) {
  EXPECT_EQ(compare({1, 3}, {2, 6}), std::strong_ordering::equal);
  EXPECT_EQ(compare({kMost, kMost - 1}, {kMost - 1, kMost - 2}), std::strong_ordering::less);
  EXPECT_EQ(compare({5, 0}, {0, 1}), std::strong_ordering::equal) << "of nothing counted is 0";
}

TEST(Quantity, TextsHaveUnits) {
  EXPECT_EQ(text_of(Quantity{1234567, 1}, Unit::cycles), "1,234,567");
  EXPECT_EQ(text_of(Quantity{15'430'000'000, 1}, Unit::picoseconds), "15.43 ms");
  EXPECT_EQ(text_of(Quantity{3'812'000'000'000, 1}, Unit::femtojoules), "3.812 mJ");
  EXPECT_EQ(text_of(Quantity{2, 7}, Unit::ratio), "0.286");
  EXPECT_EQ(text_of(Quantity{2, 0}, Unit::ratio), "-");
}

TEST(Quantity, DifferencesAreSigned) {
  EXPECT_EQ(text_of(difference({10, 1}, {7, 1}, Unit::cycles), Unit::cycles), "-3");
  EXPECT_EQ(text_of(difference({7, 1}, {10, 1}, Unit::cycles), Unit::cycles), "+3");
  EXPECT_EQ(text_of(difference({7, 1}, {7, 1}, Unit::cycles), Unit::cycles), "0");
  EXPECT_EQ(text_of(difference({1, 2}, {3, 4}, Unit::ratio), Unit::ratio), "+0.250");
}

TEST(Quantity, PercentSaysNewEqualAndHowMuch) {
  EXPECT_EQ(percent_text({100, 1}, {100, 1}), "=");
  EXPECT_EQ(percent_text({0, 1}, {5, 1}), "new");
  EXPECT_EQ(percent_text({200, 1}, {0, 1}), "-100.0 %");
  EXPECT_EQ(percent_text({1000, 1}, {1012, 1}), "+1.20 %");
  EXPECT_EQ(percent_text({1000, 1}, {1123, 1}), "+12.3 %");
  EXPECT_EQ(percent_text({1'000'000, 1}, {999'999, 1}), "-0.00 %");
  EXPECT_EQ(percent_text({1, 1}, {kMost, 1}), "> +1,000,000 x");
  EXPECT_EQ(percent_text({1, 2}, {3, 4}), "+50.0 %");
}

}  // namespace
}  // namespace mcost::analysis
