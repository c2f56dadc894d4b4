// Exact numbers of comparisons: an integer, or a ratio of two, with its unit. Standard library
// only. Invariant: which of two is larger is decided on integers, without rounding or overflow.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

namespace mcost::analysis {

enum class Unit : std::uint8_t { count, cycles, picoseconds, femtojoules, bytes, ratio };

/// value / per. `per` is 1 but of ratios; 0 there means that nothing was counted.
struct Quantity {
  std::uint64_t value = 0;
  std::uint64_t per = 1;
  friend bool operator==(const Quantity&, const Quantity&) = default;
};

/// a times b times c against d times e times f.
[[nodiscard]] std::strong_ordering compare_products(std::uint64_t a, std::uint64_t b,
                                                    std::uint64_t c, std::uint64_t d,
                                                    std::uint64_t e, std::uint64_t f);
/// One of per 0 is as good as 0.
[[nodiscard]] std::strong_ordering compare(Quantity a, Quantity b);

/// A difference for people and for sorting: thousandths of ratios, else whole units.
struct Difference {
  bool negative = false;
  std::uint64_t magnitude = 0;
  friend bool operator==(const Difference&, const Difference&) = default;
};
/// after - before.
[[nodiscard]] Difference difference(Quantity before, Quantity after, Unit unit);

/// "1,234", "15.43 ms", "0.286".
[[nodiscard]] std::string text_of(Quantity quantity, Unit unit);
/// "+1,234", "-15.43 ms", "+0.012"; "0" where there is none.
[[nodiscard]] std::string text_of(Difference difference, Unit unit);
/// Of `before`, signed: "+1.25 %", "-12.3 %" ; two decimals below 10 per cent, one above. "new"
/// from 0 to something, "=" where they are equal; "+0.00 %" differs by less than that shows.
[[nodiscard]] std::string percent_text(Quantity before, Quantity after);

/// "cycles", "ps", "fJ", "bytes"; empty of counts and ratios.
[[nodiscard]] const char* name_of(Unit unit);

}  // namespace mcost::analysis
