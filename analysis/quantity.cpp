#include "analysis/quantity.h"

#include <fmt/format.h>

#include <array>
#include <bit>

#include "analysis/reports/numbers.h"

namespace mcost::analysis {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t kThousandths = 1000;

/// a times b times c, most significant first.
std::array<std::uint64_t, 3> product(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  const Wide ab = Wide{a} * b;
  const Wide low = Wide{static_cast<std::uint64_t>(ab)} * c;
  const Wide high = (ab >> 64) * c + (low >> 64);
  return {static_cast<std::uint64_t>(high >> 64), static_cast<std::uint64_t>(high),
          static_cast<std::uint64_t>(low)};
}

/// value / per in thousandths, rounded half up, at most 2^64 - 1.
std::uint64_t thousandths(Quantity quantity) {
  if (quantity.per == 0) return 0;
  const Wide scaled = (Wide{quantity.value} * kThousandths + quantity.per / 2) / quantity.per;
  constexpr Wide kMost = ~std::uint64_t{0};
  return static_cast<std::uint64_t>(scaled < kMost ? scaled : kMost);
}

std::uint64_t shown_value(Quantity quantity, Unit unit) {
  return unit == Unit::ratio ? thousandths(quantity) : quantity.value;
}

std::string magnitude_text(std::uint64_t magnitude, Unit unit) {
  switch (unit) {
    case Unit::picoseconds: return time_text(magnitude);
    case Unit::femtojoules: return energy_text(magnitude);
    case Unit::ratio: return ratio(magnitude, kThousandths, 3);
    case Unit::count:
    case Unit::cycles:
    case Unit::bytes: break;
  }
  return grouped(magnitude);
}

/// Room for three more digits of each: for what is shown only.
void shrink(Wide& a, Wide& b) {
  while ((a >> 100) != 0 || (b >> 100) != 0) {
    a >>= 1;
    b >>= 1;
  }
}

}  // namespace

std::strong_ordering compare_products(std::uint64_t a, std::uint64_t b, std::uint64_t c,
                                      std::uint64_t d, std::uint64_t e, std::uint64_t f) {
  return product(a, b, c) <=> product(d, e, f);
}

std::strong_ordering compare(Quantity a, Quantity b) {
  if (a.per == 0) a = {};
  if (b.per == 0) b = {};
  return compare_products(a.value, b.per, 1, b.value, a.per, 1);
}

Difference difference(Quantity before, Quantity after, Unit unit) {
  const std::uint64_t from = shown_value(before, unit);
  const std::uint64_t to = shown_value(after, unit);
  return to < from ? Difference{true, from - to} : Difference{false, to - from};
}

std::string text_of(Quantity quantity, Unit unit) {
  if (unit == Unit::ratio && quantity.per == 0) return "-";
  return magnitude_text(shown_value(quantity, unit), unit);
}

std::string text_of(Difference difference, Unit unit) {
  if (difference.magnitude == 0) return "0";
  return (difference.negative ? "-" : "+") + magnitude_text(difference.magnitude, unit);
}

std::string percent_text(Quantity before, Quantity after) {
  const std::strong_ordering order = compare(after, before);
  if (order == std::strong_ordering::equal) return "=";
  if (before.value == 0 || before.per == 0) return "new";
  if (after.per == 0) after = {};
  Wide from = Wide{before.value} * after.per;
  Wide to = Wide{after.value} * before.per;
  shrink(from, to);
  const bool less = order == std::strong_ordering::less;
  const Wide change = less ? from - to : to - from;
  if (from == 0 || change / from >= 1'000'000) return "> +1,000,000 x";
  const auto hundredths = static_cast<std::uint64_t>((change * 10'000u + from / 2) / from);
  const char* const sign = less ? "-" : "+";
  if (hundredths < 1000) return fmt::format("{}{} %", sign, ratio(hundredths, 100, 2));
  const auto tenths = static_cast<std::uint64_t>((change * 1000u + from / 2) / from);
  return fmt::format("{}{}.{} %", sign, grouped(tenths / 10), tenths % 10);
}

const char* name_of(Unit unit) {
  switch (unit) {
    case Unit::cycles: return "cycles";
    case Unit::picoseconds: return "ps";
    case Unit::femtojoules: return "fJ";
    case Unit::bytes: return "bytes";
    case Unit::count:
    case Unit::ratio: break;
  }
  return "";
}

}  // namespace mcost::analysis
