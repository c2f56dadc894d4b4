#include "analysis/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "analysis/reports/numbers.h"
#include "sim_core/base/error.h"

namespace mcost::analysis {
namespace {

/// Of the run, those that may not grow beyond the tolerance unless a limit says otherwise.
bool is_guarded(const Subject& subject) {
  if (!subject.part.empty() || !subject.metric.of.empty()) return false;
  const std::string& what = subject.metric.what;
  return what == "cycles" || what == "energy" || what == "live_bytes" || what == "stack_bytes";
}

bool is_cycles_of_part(const Subject& subject) {
  return !subject.part.empty() && subject.metric.name() == "cycles";
}

bool applies(const Limit& limit, const Subject& subject) {
  return limit.subject.part == subject.part && limit.subject.metric == subject.metric &&
         fits(limit.subject.name, subject.name);
}

std::vector<Limit> limits_of(const Subject& subject, const CheckRules& rules) {
  std::vector<Limit> list;
  for (const Limit& limit : rules.limits) {
    if (applies(limit, subject)) list.push_back(limit);
  }
  const auto is_exact = [](const Limit& limit) { return !limit.subject.is_pattern(); };
  if (std::any_of(list.begin(), list.end(), is_exact))
    std::erase_if(list, [&](const Limit& limit) { return !is_exact(limit); });
  const bool relative = std::any_of(list.begin(), list.end(),
                                    [](const Limit& limit) { return limit.needs_baseline(); });
  if (!relative && (is_guarded(subject) || is_cycles_of_part(subject))) {
    Limit limit{subject, LimitKind::grows, true, rules.tolerance, "", is_guarded(subject)};
    limit.text = fmt::format("{}=+{}%", subject.text(), text_of(rules.tolerance));
    list.push_back(std::move(limit));
  }
  return list;
}

class Judge {
 public:
  explicit Judge(const CheckRules& rules) : rules_(rules) {}

  CheckedMetric judge(const Subject& subject, std::optional<Quantity> baseline,
                      std::optional<Quantity> now) const {
    CheckedMetric metric{subject, unit_of(subject.metric), baseline, now, {}, Verdict::no_limit};
    const std::vector<Limit> limits = limits_of(subject, rules_);
    if (!now) {
      const bool guarded = std::any_of(limits.begin(), limits.end(), [](const Limit& limit) {
        return limit.hard && !limit.subject.is_pattern();
      });
      for (const Limit& limit : limits) metric.limits.push_back({limit.text, limit.hard, false});
      metric.verdict = guarded ? Verdict::failed : Verdict::gone;
      return metric;
    }
    bool relative = false;
    for (const Limit& limit : limits) {
      if (limit.needs_baseline() && !baseline) continue;
      relative |= limit.needs_baseline();
      const bool kept = keeps(limit, baseline.value_or(Quantity{}), *now);
      metric.limits.push_back({limit.text, limit.hard, kept});
    }
    metric.verdict = verdict_of(metric, relative);
    return metric;
  }

 private:
  [[nodiscard]] Verdict verdict_of(const CheckedMetric& metric, bool relative) const {
    const auto broken = [&](bool hard) {
      return std::any_of(metric.limits.begin(), metric.limits.end(), [&](const JudgedLimit& limit) {
        return !limit.kept && limit.hard == hard;
      });
    };
    if (broken(true)) return Verdict::failed;
    if (broken(false)) return Verdict::warning;
    if (!metric.baseline) return metric.limits.empty() ? Verdict::added : Verdict::kept;
    const bool better = smaller_is_better(metric.subject.metric)
                            ? less_by_more_than(rules_.tolerance, *metric.baseline, *metric.now)
                            : more_by_more_than(rules_.tolerance, *metric.baseline, *metric.now);
    if (relative && better) return Verdict::improved;
    return metric.limits.empty() ? Verdict::no_limit : Verdict::kept;
  }

  const CheckRules& rules_;
};

/// Every metric to be looked at, once: those of the run in its order, then those it lacks.
std::vector<Subject> subjects_of(const MeasuredParts& parts, const Baseline* baseline,
                                 const CheckRules& rules) {
  std::vector<Subject> list;
  std::set<std::string> known;
  const auto add = [&](const Subject& subject) {
    if (known.insert(subject.text()).second) list.push_back(subject);
  };
  for (const Subject& subject : parts.usual()) add(subject);
  for (const Limit& limit : rules.limits) {
    for (const Subject& subject : parts.expand(limit.subject)) add(subject);
  }
  if (baseline == nullptr) return list;
  for (const auto& [name, value] : baseline->metrics) add(subject_named(name));
  return list;
}

/// A cause or a memory that is not there cost nothing.
std::optional<Quantity> or_zero(std::optional<Quantity> value, const Subject& subject) {
  if (value || !subject.part.empty()) return value;
  const auto& what = subject.metric.what;
  const bool is_cause =
      std::find(std::begin(kCauseNames), std::end(kCauseNames), what) != std::end(kCauseNames);
  return is_cause || !subject.metric.of.empty() ? std::optional<Quantity>(Quantity{}) : value;
}

std::optional<Quantity> value_in(const Baseline* baseline, const Subject& subject) {
  if (baseline == nullptr) return std::nullopt;
  const auto found = baseline->metrics.find(subject.text());
  if (found != baseline->metrics.end()) return found->second;
  return or_zero(std::nullopt, subject);
}

void refuse_limits_of_nothing(const std::vector<Subject>& subjects, const CheckRules& rules) {
  for (const Limit& limit : rules.limits) {
    const bool found = std::any_of(subjects.begin(), subjects.end(),
                                   [&](const Subject& subject) { return applies(limit, subject); });
    if (found) continue;
    throw ConfigError(fmt::format("the limit {} fits nothing: neither run nor baseline has {}",
                                  printable(limit.text), printable(limit.subject.text())),
                      "limits", "`--format json` lists the names of metrics, layers and functions");
  }
}

}  // namespace

std::size_t CheckResult::count(Verdict verdict) const {
  return static_cast<std::size_t>(
      std::count_if(metrics.begin(), metrics.end(),
                    [&](const CheckedMetric& metric) { return metric.verdict == verdict; }));
}

bool CheckResult::numbers_differ() const {
  return std::any_of(metrics.begin(), metrics.end(), [](const CheckedMetric& metric) {
    if (!metric.baseline || !metric.now) return metric.baseline.has_value();
    return compare(*metric.baseline, *metric.now) != std::strong_ordering::equal;
  });
}

void require_numbers(const Baseline& baseline, const MeasuredParts& parts,
                     const CheckRules& rules) {
  for (const Limit& limit : rules.limits) {
    if (!limit.needs_baseline()) continue;
    for (const Subject& subject : parts.expand(limit.subject)) {
      const Subject cycles{subject.part, subject.name, {"cycles", ""}};
      if (!baseline.metrics.contains(cycles.text()) || value_in(&baseline, subject)) continue;
      throw ConfigError(fmt::format("the baseline has no {}", printable(subject.text())),
                        "limit " + printable(limit.text),
                        "run with --bless and this limit, which writes it");
    }
  }
}

CheckResult check(const Origin& origin, const MeasuredParts& parts, const Baseline* baseline,
                  const CheckRules& rules) {
  CheckResult result;
  result.tolerance = rules.tolerance;
  if (baseline != nullptr) {
    Origin now = origin;
    now.board_values.reset();  // a baseline has only hashes
    result.premises = premises_of({baseline->origin, now}, {"the baseline", "this run"});
  }
  const std::vector<Subject> subjects = subjects_of(parts, baseline, rules);
  refuse_limits_of_nothing(subjects, rules);
  const bool profiled = std::any_of(subjects.begin(), subjects.end(), [&](const Subject& subject) {
    return subject.part == "functions" && parts.value(subject).has_value();
  });
  const Judge judge(rules);
  for (const Subject& subject : subjects) {
    if (subject.part == "functions" && !profiled) continue;
    result.metrics.push_back(
        judge.judge(subject, value_in(baseline, subject), or_zero(parts.value(subject), subject)));
  }
  return result;
}

}  // namespace mcost::analysis
