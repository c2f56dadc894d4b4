// Limits on metrics: their grammar, and whether a number keeps one. May include sim_core/base.
// Invariant: decided on integers, exactly; no rounding, no overflow.
//
//   SUBJECT=+2%      at most 2 % more than the baseline       SUBJECT=-2%  at most 2 % less
//   SUBJECT=+-2%     neither                                  SUBJECT=+500 the same in units
//   SUBJECT<5mJ      absolute; also <=, >, >=
//   SUBJECT          METRIC of the run, layers.PATH.METRIC or functions.NAME.METRIC, where * in
//   PATH
//                    and NAME stands for anything
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "analysis/metric.h"
#include "analysis/quantity.h"

namespace mcost::analysis {

/// A metric of the run, or of its parts whose name a pattern fits.
struct Subject {
  std::string part;  // "layers", "functions"; empty: the run
  std::string name;  // of layers their path, "net/conv1"
  Metric metric;
  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool is_pattern() const { return name.find('*') != std::string::npos; }
  friend bool operator==(const Subject&, const Subject&) = default;
};
/// "cycles", "layers.conv1.cycles"; the metric stands behind the last dot.
[[nodiscard]] Subject subject_named(const std::string& text);
/// `*` in `pattern` stands for any characters.
[[nodiscard]] bool fits(std::string_view pattern, std::string_view text);

/// numerator / 10^decimals.
struct Decimal {
  std::uint64_t digits = 0;
  std::uint64_t scale = 1;
  friend bool operator==(const Decimal&, const Decimal&) = default;
};

enum class LimitKind : std::uint8_t { below, at_most, above, at_least, grows, shrinks, changes };
struct Limit {
  Subject subject;
  LimitKind bound = LimitKind::grows;
  bool percent = false;  // of grows, shrinks and changes; else units
  Decimal amount;        // per cent; or base units: cycles, ps, fJ, bytes
  std::string text;      // as written
  bool hard = true;      // else it only warns
  [[nodiscard]] bool needs_baseline() const { return bound >= LimitKind::grows; }
  friend bool operator==(const Limit&, const Limit&) = default;
};

/// Where the bound of a limit begins: at its last operator, for names of layers may have some, too.
/// npos: there is none.
[[nodiscard]] std::size_t bound_begin(std::string_view text);
/// `text` is SUBJECT and bound. Errors: ConfigError with `where` for what is no limit.
[[nodiscard]] Limit parse_limit(const std::string& text, const std::string& where);
/// The same in two parts, as in YAML: "layers.conv1.cycles" and "+2%".
[[nodiscard]] Limit parse_limit(const std::string& subject, const std::string& bound,
                                const std::string& where);
/// "1%": how much more than the baseline is no regression. Errors: ConfigError with `where`.
[[nodiscard]] Decimal parse_tolerance(const std::string& text, const std::string& where);
/// "1", "0.25".
[[nodiscard]] std::string text_of(const Decimal& decimal);

/// Does `now` keep the limit? `baseline` is read where needs_baseline() says so.
[[nodiscard]] bool keeps(const Limit& limit, Quantity baseline, Quantity now);
/// Is `now` less (or more) than `baseline` by more than `percent` of it?
[[nodiscard]] bool less_by_more_than(Decimal percent, Quantity baseline, Quantity now);
[[nodiscard]] bool more_by_more_than(Decimal percent, Quantity baseline, Quantity now);

}  // namespace mcost::analysis
