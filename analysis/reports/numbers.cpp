#include "analysis/reports/numbers.h"

#include <fmt/format.h>

#include <array>

namespace mcost::analysis {
namespace {

// Cycles (64 bits) times a clock's denominator and 10^12 does not fit 64 bits.
__extension__ using Wide = unsigned __int128;

std::string decimal(Wide value) {
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value != 0);
  return digits;
}

Wide rounded_division(Wide a, Wide b) { return a / b + (a % b >= b - b / 2 ? 1 : 0); }

Wide picoseconds(Cycles cycles, Hertz clock) {
  constexpr Wide kPerSecond = 1'000'000'000'000ull;
  // Whole seconds apart, so that the product fits.
  const Wide ticks = Wide{cycles} * clock.denominator;
  const Wide whole = ticks / clock.numerator;
  const Wide rest = ticks % clock.numerator;
  return whole * kPerSecond + rounded_division(rest * kPerSecond, clock.numerator);
}

/// Time of cycles at several clocks, rounded to 10^-18 s at each and then to a picosecond.
Wide picoseconds(const Counters& counters, const RunResult& result) {
  if (result.clocks.size() < 2) return picoseconds(counters.cycles, result.clock);
  constexpr Wide kPerSecond = 1'000'000'000'000'000'000ull;
  constexpr Wide kPerPicosecond = 1'000'000u;
  Wide sum = 0;
  for (unsigned c = 0; c < result.clocks.size(); ++c) {
    const Hertz clock = result.clocks[c];
    const Wide ticks = Wide{counters.cycles_at(c)} * clock.denominator;
    sum += ticks / clock.numerator * kPerSecond;
    sum += rounded_division(ticks % clock.numerator * kPerSecond, clock.numerator);
  }
  return rounded_division(sum, kPerPicosecond);
}

std::string with_point(Wide value, unsigned decimals) {
  std::string digits = decimal(value);
  if (decimals == 0) return digits;
  if (digits.size() <= decimals) digits.insert(std::size_t{0}, decimals + 1 - digits.size(), '0');
  digits.insert(digits.size() - decimals, 1, '.');
  return digits;
}

/// Length of a well-formed UTF-8 sequence at the start of `text`, 0 if there is none; control
/// characters count as malformed. Source: RFC 3629 section 4.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return first >= 0x20 && first != 0x7F ? 1 : 0;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const unsigned second = byte(1);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool surrogate = first == 0xED && second > 0x9F;
  const bool too_large = first == 0xF4 && second > 0x8F;
  const bool c1_control = first == 0xC2 && second < 0xA0;
  return overlong || surrogate || too_large || c1_control ? 0 : length;
}

}  // namespace

std::string grouped(std::uint64_t value) {
  std::string digits = fmt::format("{}", value);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, 1, ',');
  return digits;
}

std::string counted(std::uint64_t value, std::string_view noun) {
  return fmt::format("{} {}{}", grouped(value), noun, value == 1 ? "" : "s");
}

std::string times(std::uint64_t value) {
  return value == 1 ? "once" : fmt::format("{} times", grouped(value));
}

std::string ratio(std::uint64_t a, std::uint64_t b, unsigned decimals) {
  if (b == 0) return "-";
  Wide scale = 1;
  for (unsigned i = 0; i < decimals; ++i) scale *= 10;
  return with_point(rounded_division(Wide{a} * scale, b), decimals);
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "-";
  return with_point(rounded_division(Wide{part} * 1000, whole), 1);
}

namespace {

/// A unit is worth `size` of the smallest one.
struct Unit {
  std::uint64_t size;
  const char* name;
};
constexpr std::array<Unit, 5> kTimes{{{1'000'000'000'000ull, "s"},
                                      {1'000'000'000ull, "ms"},
                                      {1'000'000ull, "us"},
                                      {1'000ull, "ns"},
                                      {1ull, "ps"}}};
constexpr std::array<Unit, 6> kEnergies{{{1'000'000'000'000'000ull, "J"},
                                         {1'000'000'000'000ull, "mJ"},
                                         {1'000'000'000ull, "uJ"},
                                         {1'000'000ull, "nJ"},
                                         {1'000ull, "pJ"},
                                         {1ull, "fJ"}}};
constexpr std::array<Unit, 3> kPowers{{{1'000'000ull, "W"}, {1'000ull, "mW"}, {1ull, "uW"}}};

/// Four significant digits.
template <std::size_t Count>
std::string with_unit(Wide value, const std::array<Unit, Count>& units) {
  for (const Unit& unit : units) {
    if (value < unit.size) continue;
    unsigned decimals = value >= Wide{unit.size} * 1000  ? 0
                        : value >= Wide{unit.size} * 100 ? 1
                        : value >= Wide{unit.size} * 10  ? 2
                                                         : 3;
    if (unit.size == 1) decimals = 0;
    Wide scale = 1;
    for (unsigned d = 0; d < decimals; ++d) scale *= 10;
    return with_point(rounded_division(value * scale, unit.size), decimals) + " " + unit.name;
  }
  return std::string("0 ") + units.front().name;
}

}  // namespace

std::string duration(Cycles cycles, Hertz clock) {
  return with_unit(picoseconds(cycles, clock), kTimes);
}

std::string duration(const Counters& counters, const RunResult& result) {
  return with_unit(picoseconds(counters, result), kTimes);
}

std::string seconds(Cycles cycles, Hertz clock) {
  return with_point(picoseconds(cycles, clock), 12);
}

std::uint64_t nanoseconds(const Counters& counters, const RunResult& result) {
  const Wide whole = picoseconds(counters, result) / 1000u;
  constexpr Wide kMost = ~std::uint64_t{0};
  return static_cast<std::uint64_t>(whole < kMost ? whole : kMost);
}

std::uint64_t picoseconds_of(const Counters& counters, const RunResult& result) {
  const Wide whole = picoseconds(counters, result);
  constexpr Wide kMost = ~std::uint64_t{0};
  return static_cast<std::uint64_t>(whole < kMost ? whole : kMost);
}

std::string time_text(std::uint64_t picoseconds) { return with_unit(picoseconds, kTimes); }

std::string seconds(const Counters& counters, const RunResult& result) {
  return with_point(picoseconds(counters, result), 12);
}

std::string energy_text(std::uint64_t femtojoules) { return with_unit(femtojoules, kEnergies); }

std::string power_text(std::uint64_t microwatts) { return with_unit(microwatts, kPowers); }

std::uint64_t mean_power_uw(std::uint64_t femtojoules, const Counters& counters,
                            const RunResult& result) {
  constexpr Wide kPerNanosecond = 1000;  // a femtojoule in a nanosecond is a microwatt
  const Wide time = picoseconds(counters, result);
  if (time == 0) return 0;
  return static_cast<std::uint64_t>(rounded_division(Wide{femtojoules} * kPerNanosecond, time));
}

std::string frequency(Hertz clock) {
  if (clock.denominator != 1) return fmt::format("{}/{} Hz", clock.numerator, clock.denominator);
  const std::uint64_t hz = clock.numerator;
  for (const auto& [scale, name] : {std::pair{1'000'000u, "MHz"}, std::pair{1'000u, "kHz"}}) {
    if (hz < scale) continue;
    std::string text = with_point(Wide{hz} * 1000 / scale, 3);
    if (Wide{hz} * 1000 % scale != 0) break;  // more than three decimals: all digits instead
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
    return text + " " + name;
  }
  return fmt::format("{} Hz", hz);
}

std::string clocks(const RunResult& result) {
  if (result.clocks.size() < 2) return frequency(result.clock);
  std::string text;
  for (const Hertz clock : result.clocks) text += (text.empty() ? "" : ", ") + frequency(clock);
  return text;
}

std::string hexadecimal(Address address) { return fmt::format("0x{:08X}", address); }

std::string printable(std::string_view text) {
  std::string clean;
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0) {
      clean += '?';
    } else {
      clean += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return clean;
}

}  // namespace mcost::analysis
