#include "analysis/limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <compare>

#include "analysis/reports/numbers.h"
#include "sim_core/base/error.h"

namespace mcost::analysis {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::array<std::string_view, 2> kParts = {"layers", "functions"};
constexpr std::string_view kRemedy =
    "write METRIC=+2%, METRIC=+500, METRIC<5mJ (also <=, >, >=); METRIC is one of the run or "
    "layers.PATH.METRIC";
constexpr std::uint64_t kMostPercent = 1'000'000;
constexpr std::size_t kMostDecimals = 6;

struct NamedUnit {
  std::string_view name;
  Unit unit;
  std::uint64_t size;
};
constexpr std::array<NamedUnit, 19> kUnits{{
    {"s", Unit::picoseconds, 1'000'000'000'000},
    {"ms", Unit::picoseconds, 1'000'000'000},
    {"us", Unit::picoseconds, 1'000'000},
    {"ns", Unit::picoseconds, 1'000},
    {"ps", Unit::picoseconds, 1},
    {"J", Unit::femtojoules, 1'000'000'000'000'000},
    {"mJ", Unit::femtojoules, 1'000'000'000'000},
    {"uJ", Unit::femtojoules, 1'000'000'000},
    {"nJ", Unit::femtojoules, 1'000'000},
    {"pJ", Unit::femtojoules, 1'000},
    {"fJ", Unit::femtojoules, 1},
    {"B", Unit::bytes, 1},
    {"KiB", Unit::bytes, 1024},
    {"MiB", Unit::bytes, 1u << 20},
    {"k", Unit::count, 1'000},
    {"M", Unit::count, 1'000'000},
    {"G", Unit::count, 1'000'000'000},
    {"cycles", Unit::cycles, 1},
    {"kB", Unit::bytes, 1'000},
}};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Digits with at most one point in between, at the start of `text`, which loses them.
std::optional<Decimal> take_decimal(std::string_view& text) {
  Wide digits = 0;
  std::size_t decimals = 0;
  std::size_t count = 0;
  bool point = false;
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '.' && !point && count != 0) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') break;
    digits = digits * 10 + static_cast<unsigned>(c - '0');
    if (digits > ~std::uint64_t{0}) return std::nullopt;
    ++count;
    if (point && ++decimals > kMostDecimals) return std::nullopt;
  }
  if (count == 0 || text[at - 1] == '.') return std::nullopt;
  text.remove_prefix(at);
  Decimal decimal{static_cast<std::uint64_t>(digits), 1};
  for (; decimals != 0; --decimals) decimal.scale *= 10;
  return decimal;
}

/// Factor of a unit that fits the metric; 1 where none is written. Nothing: it does not fit.
std::optional<std::uint64_t> unit_size(std::string_view name, Unit unit) {
  // An amount of time or energy without a unit could be meant in any.
  if (name.empty()) {
    if (unit == Unit::picoseconds || unit == Unit::femtojoules) return std::nullopt;
    return 1;
  }
  for (const NamedUnit& known : kUnits) {
    if (known.name != name) continue;
    const bool counts = known.unit == Unit::count && (unit == Unit::count || unit == Unit::cycles);
    if (known.unit == unit || counts) return known.size;
  }
  return std::nullopt;
}

[[noreturn]] void refuse(const std::string& text, const std::string& why,
                         const std::string& where) {
  throw ConfigError(fmt::format("\"{}\" is no limit: {}", printable(text), why), where,
                    std::string(kRemedy));
}

const char* units_of(Unit unit) {
  switch (unit) {
    case Unit::picoseconds: return "a time needs s, ms, us, ns or ps";
    case Unit::femtojoules: return "an energy needs J, mJ, uJ, nJ, pJ or fJ";
    case Unit::bytes: return "bytes are B, kB, KiB, MiB or without a unit";
    case Unit::cycles:
    case Unit::count: return "a count takes k, M, G or no unit";
    case Unit::ratio: return "a ratio has no unit";
  }
  return "";
}

struct Written {
  LimitKind bound;
  std::string_view rest;
};

/// The operator, as written behind a subject. In YAML the = is left out.
std::optional<Written> take_bound(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, LimitKind>, 4> kAbsolute{
      {{"<=", LimitKind::at_most},
       {">=", LimitKind::at_least},
       {"<", LimitKind::below},
       {">", LimitKind::above}}};
  for (const auto& [sign, bound] : kAbsolute) {
    if (text.starts_with(sign)) return Written{bound, trimmed(text.substr(sign.size()))};
  }
  if (text.starts_with("=")) text = trimmed(text.substr(1));
  constexpr std::array<std::pair<std::string_view, LimitKind>, 3> kRelative{
      {{"+-", LimitKind::changes}, {"+", LimitKind::grows}, {"-", LimitKind::shrinks}}};
  for (const auto& [sign, bound] : kRelative) {
    if (text.starts_with(sign)) return Written{bound, trimmed(text.substr(sign.size()))};
  }
  return std::nullopt;
}

/// digits / scale times `size`; nothing if that does not fit.
std::optional<Decimal> times_size(Decimal amount, std::uint64_t size) {
  while (amount.scale != 1 && size % 10 == 0) {
    amount.scale /= 10;
    size /= 10;
  }
  const Wide digits = Wide{amount.digits} * size;
  if (digits > ~std::uint64_t{0}) return std::nullopt;
  return Decimal{static_cast<std::uint64_t>(digits), amount.scale};
}

/// now - baseline of whole numbers against an amount.
bool more_by_more_units(Decimal amount, Quantity less, Quantity more, Unit unit) {
  const Difference change = difference(less, more, unit);
  if (change.negative) return false;
  // Of ratios a difference is in thousandths.
  const std::uint64_t parts = unit == Unit::ratio ? 1000 : 1;
  return compare_products(change.magnitude, amount.scale, 1, amount.digits, parts, 1) ==
         std::strong_ordering::greater;
}

}  // namespace

std::string Subject::text() const {
  return part.empty() ? metric.name() : part + "." + name + "." + metric.name();
}

Subject subject_named(const std::string& text) {
  const std::size_t dot = text.rfind('.');
  for (const std::string_view part : kParts) {
    const std::size_t begin = part.size() + 1;
    if (!text.starts_with(part) || text.size() < begin || text[part.size()] != '.') continue;
    if (dot == std::string::npos || dot < begin) break;
    return {std::string(part), text.substr(begin, dot - begin), metric_named(text.substr(dot + 1))};
  }
  return {"", "", metric_named(text)};
}

bool fits(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

Limit parse_limit(const std::string& subject, const std::string& bound, const std::string& where) {
  const std::string_view clean = trimmed(subject);
  const std::string text =
      std::string(clean) +
      (bound.starts_with("<") || bound.starts_with(">") || bound.starts_with("=") ? "" : "=") +
      bound;
  Limit limit;
  limit.text = text;
  limit.subject = subject_named(std::string(clean));
  if (clean.empty() || limit.subject.metric.what.empty()) refuse(text, "no metric", where);
  const auto written = take_bound(trimmed(bound));
  if (!written) refuse(text, "nothing says how much", where);
  limit.bound = written->bound;
  std::string_view rest = written->rest;
  const auto amount = take_decimal(rest);
  if (!amount) refuse(text, "no number of up to 6 decimals", where);
  rest = trimmed(rest);
  limit.percent = rest == "%";
  if (limit.percent) {
    if (!limit.needs_baseline()) refuse(text, "per cent are of the baseline: use =+", where);
    if (amount->digits / amount->scale > kMostPercent) refuse(text, "too many per cent", where);
    limit.amount = *amount;
    return limit;
  }
  const Unit unit = unit_of(limit.subject.metric);
  const auto size = unit_size(rest, unit);
  if (!size) refuse(text, units_of(unit), where);
  const auto scaled = times_size(*amount, *size);
  if (!scaled) refuse(text, "the number is too large", where);
  limit.amount = *scaled;
  return limit;
}

std::size_t bound_begin(std::string_view text) {
  const std::size_t at = text.find_last_of("=<>");
  if (at == std::string_view::npos || at == 0 || text[at] != '=') return at;
  return text[at - 1] == '<' || text[at - 1] == '>' ? at - 1 : at;
}

Limit parse_limit(const std::string& text, const std::string& where) {
  const std::size_t at = bound_begin(text);
  if (at == std::string::npos) refuse(text, "nothing says how much", where);
  return parse_limit(text.substr(0, at), text.substr(at), where);
}

Decimal parse_tolerance(const std::string& text, const std::string& where) {
  std::string_view rest = trimmed(text);
  const auto amount = take_decimal(rest);
  if (!amount || trimmed(rest) != "%" || amount->digits / amount->scale > kMostPercent) {
    throw ConfigError(fmt::format("\"{}\" is no tolerance", printable(text)), where,
                      "write per cent with up to 6 decimals, for example 1% or 0.5%");
  }
  return *amount;
}

std::string text_of(const Decimal& decimal) {
  unsigned decimals = 0;
  for (std::uint64_t scale = decimal.scale; scale > 1; scale /= 10) ++decimals;
  return ratio(decimal.digits, decimal.scale, decimals);
}

bool more_by_more_than(Decimal percent, Quantity baseline, Quantity now) {
  if (baseline.per == 0) baseline = {};
  if (now.per == 0) now = {};
  const std::uint64_t hundred = 100 * percent.scale;
  return compare_products(now.value, baseline.per, hundred, baseline.value, now.per,
                          hundred + percent.digits) == std::strong_ordering::greater;
}

bool less_by_more_than(Decimal percent, Quantity baseline, Quantity now) {
  if (baseline.per == 0) baseline = {};
  if (now.per == 0) now = {};
  const std::uint64_t hundred = 100 * percent.scale;
  const std::uint64_t rest = percent.digits < hundred ? hundred - percent.digits : 0;
  return compare_products(now.value, baseline.per, hundred, baseline.value, now.per, rest) ==
         std::strong_ordering::less;
}

bool keeps(const Limit& limit, Quantity baseline, Quantity now) {
  const Unit unit = unit_of(limit.subject.metric);
  const Quantity amount{limit.amount.digits, limit.amount.scale};
  const auto grew = [&] {
    return limit.percent ? more_by_more_than(limit.amount, baseline, now)
                         : more_by_more_units(limit.amount, baseline, now, unit);
  };
  const auto shrank = [&] {
    return limit.percent ? less_by_more_than(limit.amount, baseline, now)
                         : more_by_more_units(limit.amount, now, baseline, unit);
  };
  switch (limit.bound) {
    case LimitKind::below: return compare(now, amount) == std::strong_ordering::less;
    case LimitKind::at_most: return compare(now, amount) != std::strong_ordering::greater;
    case LimitKind::above: return compare(now, amount) == std::strong_ordering::greater;
    case LimitKind::at_least: return compare(now, amount) != std::strong_ordering::less;
    case LimitKind::grows: return !grew();
    case LimitKind::shrinks: return !shrank();
    case LimitKind::changes: return !grew() && !shrank();
  }
  return false;
}

}  // namespace mcost::analysis
