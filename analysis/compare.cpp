#include "analysis/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string_view>
#include <utility>

#include "analysis/measured_parts.h"
#include "analysis/reports/groups.h"
#include "analysis/reports/numbers.h"
#include "sim_core/base/error.h"

namespace mcost::analysis {
namespace {

using Runs = std::vector<ComparedRun>;

constexpr std::array<const char*, 10> kTotals = {"cycles",
                                                 "time",
                                                 "energy",
                                                 "instructions",
                                                 "macs",
                                                 "macs_per_cycle",
                                                 "cycles_per_instruction",
                                                 "live_bytes",
                                                 "touched_bytes",
                                                 "stack_bytes"};

/// Rows by key, in the order of the first run; what only a later one has stands behind what
/// precedes it there.
template <class Key>
class MergedOrder {
 public:
  void start_run() { next_ = order_.begin(); }
  /// The run's next key.
  void add(const Key& key) {
    auto [found, is_new] = at_.try_emplace(key, order_.end());
    if (is_new) found->second = order_.insert(next_, key);
    next_ = std::next(found->second);
  }
  [[nodiscard]] const std::list<Key>& keys() const { return order_; }

 private:
  std::list<Key> order_;
  std::map<Key, typename std::list<Key>::iterator> at_;
  typename std::list<Key>::iterator next_ = order_.begin();
};

bool uses_cycles(const std::string& metric) { return metric == "cycles" || metric == "time"; }

/// A row of one metric; measured by run, null where a run has no such thing.
ComparedRow row_of(std::string name, const Metric& metric,
                   const std::vector<const Measured*>& measured, const Runs& runs) {
  ComparedRow row{std::move(name), unit_of(metric), {}, {}};
  std::vector<const Counters*> counters;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    row.values.push_back(
        measured[r] == nullptr ? std::nullopt : quantity_of(metric, *measured[r], runs[r].result));
    counters.push_back(measured[r] == nullptr ? nullptr : measured[r]->counters);
  }
  if (uses_cycles(metric.name())) row.causes = cause_rows(counters, runs);
  return row;
}

/// Layers and functions: something with a name in several runs, measured in each.
template <class Key>
class NamedParts {
 public:
  explicit NamedParts(const Runs& runs) : runs_(runs) {}
  void start_run() { order_.start_run(); }
  void add(std::size_t run, const Key& key, const std::string& name, Measured measured) {
    order_.add(key);
    Part& part = parts_[key];
    if (part.measured.empty()) part.measured.resize(runs_.size());
    part.name = name;
    part.measured[run] = measured;
  }
  [[nodiscard]] std::vector<ComparedRow> rows(const Metric& metric) const {
    std::vector<ComparedRow> rows;
    for (const Key& key : order_.keys()) {
      const Part& part = parts_.at(key);
      std::vector<const Measured*> measured;
      for (const auto& one : part.measured) measured.push_back(one ? &*one : nullptr);
      rows.push_back(row_of(part.name, metric, measured, runs_));
    }
    return rows;
  }

 private:
  struct Part {
    std::string name;
    std::vector<std::optional<Measured>> measured;
  };
  const Runs& runs_;
  MergedOrder<Key> order_;
  std::map<Key, Part> parts_;
};

/// Result files are hostile: the same path may be there twice.
template <class Name>
using Occurrence = std::pair<Name, std::size_t>;

std::vector<ComparedRow> layer_rows(const Runs& runs, const Metric& metric, bool self) {
  NamedParts<Occurrence<std::vector<std::string>>> parts(runs);
  for (std::size_t r = 0; r < runs.size(); ++r) {
    parts.start_run();
    std::map<std::vector<std::string>, std::size_t> seen;
    for (const LayerResult& layer : runs[r].result.layers) {
      parts.add(r, {layer.path, seen[layer.path]++}, path_text(layer.path),
                measured(layer, runs[r].result, self));
    }
  }
  return parts.rows(metric);
}

std::vector<ComparedRow> function_rows(const Runs& runs, const Metric& metric) {
  NamedParts<Occurrence<std::string>> parts(runs);
  std::vector<std::map<std::size_t, FunctionSum>> sums;
  for (const ComparedRun& run : runs) sums.push_back(function_sums(run.result));
  for (std::size_t r = 0; r < runs.size(); ++r) {
    parts.start_run();
    std::map<std::string, std::size_t> seen;
    for (const auto& [function, sum] : sums[r]) {
      Measured measured{&sum.counters, nullptr, std::nullopt, nullptr, std::nullopt};
      if (runs[r].result.energy) measured.energy_fj = sum.energy_fj;
      const std::string name = printable(runs[r].result.profile->functions[function].name);
      parts.add(r, {name, seen[name]++}, name, measured);
    }
  }
  return parts.rows(metric);
}

/// Names of memories in the order of the first run, then of the others.
template <class List>
std::vector<std::string> all_names(const Runs& runs, List RunResult::*list) {
  std::vector<std::string> names;
  std::set<std::string> known;
  for (const ComparedRun& run : runs) {
    for (const std::string& name : run.result.*list) {
      if (known.insert(name).second) names.push_back(name);
    }
  }
  return names;
}

bool counts_nothing(const ComparedRow& row) {
  return std::all_of(row.values.begin(), row.values.end(),
                     [](const auto& value) { return !value || value->value == 0; });
}

void add_unless_zero(std::vector<ComparedRow>& rows, ComparedRow row) {
  if (!counts_nothing(row)) rows.push_back(std::move(row));
}

std::vector<ComparedRow> memory_rows(const Runs& runs) {
  std::vector<Measured> of_runs;
  std::vector<const Measured*> pointers;
  of_runs.reserve(runs.size());
  for (const ComparedRun& run : runs) of_runs.push_back(measured(run.result));
  pointers.reserve(runs.size());
  for (const Measured& one : of_runs) pointers.push_back(&one);
  std::vector<ComparedRow> rows;
  for (const std::string& memory : all_names(runs, &RunResult::memories)) {
    std::vector<std::string> names = {"fetch_bytes", "read_bytes", "write_bytes", "array_reads",
                                      "stall_cycles"};
    for (const ComparedRun& run : runs) {
      for (const ModelCounter& counter : run.result.model_counters) {
        if (run.result.memories[counter.memory] == memory &&
            std::find(names.begin(), names.end(), counter.name) == names.end())
          names.push_back(counter.name);
      }
    }
    for (const std::string& name : names) {
      const Metric metric{name, memory};
      add_unless_zero(rows, row_of(printable(metric.name()), metric, pointers, runs));
    }
  }
  return rows;
}

/// The largest change of any run, for sorting; ties keep their order.
std::uint64_t largest_change(const ComparedRow& row) {
  std::uint64_t most = 0;
  for (std::size_t r = 1; r < row.values.size(); ++r)
    most = std::max(most, difference(row.value(0), row.value(r), row.unit).magnitude);
  return most;
}

void sort_by_change(std::vector<ComparedRow>& rows) {
  std::vector<std::pair<std::uint64_t, std::size_t>> order;
  for (std::size_t i = 0; i < rows.size(); ++i) order.emplace_back(largest_change(rows[i]), i);
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<ComparedRow> sorted;
  sorted.reserve(rows.size());
  for (const auto& [change, index] : order) sorted.push_back(std::move(rows[index]));
  rows = std::move(sorted);
}

ComparedRow total_row(const std::string& name, const Metric& metric, const Runs& runs) {
  std::vector<Measured> of_runs;
  std::vector<const Measured*> pointers;
  of_runs.reserve(runs.size());
  for (const ComparedRun& run : runs) of_runs.push_back(measured(run.result));
  pointers.reserve(runs.size());
  for (const Measured& one : of_runs) pointers.push_back(&one);
  return row_of(name, metric, pointers, runs);
}

void check_metric(const Metric& metric, const Runs& runs) {
  if (is_known(metric, runs)) return;
  const RunResult& first = runs.front().result;
  if (metric.name() == "energy") {
    throw ConfigError("the run has no energy: " + printable(first.energy_absent),
                      runs.front().source, "use a board with coefficients of energy");
  }
  throw ConfigError(fmt::format("no result has the metric \"{}\"", printable(metric.name())),
                    "--metric",
                    "use cycles, time, energy, instructions, macs, macs_per_cycle, "
                    "live_bytes, bytes:MEMORY or a cause such as data_wait:MEMORY");
}

void check_profiles(const Runs& runs) {
  for (const ComparedRun& run : runs) {
    if (run.result.profile) continue;
    throw ConfigError("the run was not profiled", run.source,
                      "make it again: mcost run FW.elf --board NAME --profile --format json");
  }
}

ComparedView view_of(CompareBy by, const Runs& runs, const CompareOptions& options) {
  const Metric metric = metric_named(options.metric);
  ComparedView view;
  view.by = by;
  view.metric = metric.name();
  switch (by) {
    case CompareBy::layer: view.rows = layer_rows(runs, metric, options.self); break;
    case CompareBy::function: view.rows = function_rows(runs, metric); break;
    case CompareBy::cause: {
      view.metric = "cycles";
      std::vector<const Counters*> counters;
      for (const ComparedRun& run : runs) counters.push_back(&run.result.total.counters);
      view.rows = cause_rows(counters, runs);
      break;
    }
    case CompareBy::memory:
      view.metric.clear();
      view.rows = memory_rows(runs);
      break;
  }
  if (!options.program_order && by != CompareBy::memory) sort_by_change(view.rows);
  if (!view.metric.empty()) view.total = total_row("total", metric_named(view.metric), runs);
  return view;
}

std::vector<CompareBy> views_wanted(const Runs& runs, const CompareOptions& options) {
  if (options.by) return {*options.by};
  std::vector<CompareBy> views{CompareBy::layer};
  const bool profiled = std::all_of(runs.begin(), runs.end(), [](const ComparedRun& run) {
    return run.result.profile.has_value();
  });
  const Metric metric = metric_named(options.metric);
  if (profiled &&
      quantity_of(metric, {&runs.front().result.total.counters, nullptr, 0, nullptr, std::nullopt},
                  runs.front().result))
    views.push_back(CompareBy::function);
  if (uses_cycles(options.metric)) views.push_back(CompareBy::cause);
  if (!metric.of.empty()) views.push_back(CompareBy::memory);
  return views;
}

// --- labels ---------------------------------------------------------------------------------

bool all_different(const std::vector<std::string>& names) {
  return std::set<std::string>(names.begin(), names.end()).size() == names.size();
}

std::vector<std::string> words_of(const std::string& name) {
  std::vector<std::string> words(1);
  for (const char c : name) {
    const bool separates = c == '-' || c == '_' || c == '.' || c == ' ';
    if (separates && !words.back().empty()) words.emplace_back();
    words.back() += c;
  }
  return words;
}

/// Without the words with which all of them begin, and those with which all end.
std::vector<std::string> telling_parts(const std::vector<std::string>& names) {
  std::vector<std::vector<std::string>> words;
  std::size_t shortest = ~std::size_t{0};
  for (const std::string& name : names) {
    words.push_back(words_of(name));
    shortest = std::min(shortest, words.back().size());
  }
  const auto same = [&](auto&& word_of) {
    return std::all_of(words.begin(), words.end(),
                       [&](const auto& list) { return word_of(list) == word_of(words.front()); });
  };
  std::size_t front = 0;
  while (front + 1 < shortest && same([&](const auto& list) { return list[front]; })) ++front;
  std::size_t back = 0;
  while (front + back + 1 < shortest &&
         same([&](const auto& list) { return list[list.size() - 1 - back]; }))
    ++back;
  std::vector<std::string> parts;
  for (const auto& list : words) {
    std::string part;
    for (std::size_t i = front; i + back < list.size(); ++i) part += list[i];
    const std::size_t begin = part.find_first_not_of("-_. ");
    parts.push_back(begin == std::string::npos ? part : part.substr(begin));
  }
  return parts;
}

std::string stem(const std::string& file) {
  const std::size_t slash = file.rfind('/');
  std::string name = slash == std::string::npos ? file : file.substr(slash + 1);
  const std::size_t dot = name.rfind('.');
  if (dot != std::string::npos && dot != 0) name.resize(dot);
  return name;
}

/// For tables with many columns, and where nothing tells runs apart.
std::vector<std::string> letters(std::size_t count) {
  std::vector<std::string> labels;
  for (std::size_t r = 0; r < count; ++r) labels.emplace_back(1, static_cast<char>('A' + r % 26));
  for (std::size_t r = 26; r < count; ++r) labels[r] += fmt::format("{}", r / 26);
  return labels;
}

bool is_wide(const std::string& label) {
  constexpr std::size_t kWide = 14;
  return label.size() > kWide;
}

std::string shortened(const std::string& label) {
  constexpr std::size_t kLongest = 24;
  const std::string clean = printable(label);
  return clean.size() <= kLongest ? clean : printable(clean.substr(0, kLongest - 3)) + "...";
}

}  // namespace

bool ComparedRow::equal() const {
  return std::all_of(values.begin(), values.end(), [&](const std::optional<Quantity>& value) {
    if (value.has_value() != values.front().has_value()) return false;
    return !value || compare(*value, *values.front()) == std::strong_ordering::equal;
  });
}

bool is_known(const Metric& metric, const Runs& runs) {
  return std::any_of(runs.begin(), runs.end(), [&](const ComparedRun& run) {
    Measured all = measured(run.result);
    all.visits = 0;  // of layers
    return quantity_of(metric, all, run.result).has_value();
  });
}

bool Comparison::numbers_differ() const {
  const auto differs = [](const ComparedRow& row) { return !row.equal(); };
  return std::any_of(totals.begin(), totals.end(), differs) ||
         std::any_of(views.begin(), views.end(), [&](const ComparedView& view) {
           return std::any_of(view.rows.begin(), view.rows.end(), differs);
         });
}

std::vector<ComparedRow> cause_rows(const std::vector<const Counters*>& counters,
                                    const Runs& runs) {
  std::vector<ComparedRow> rows;
  const auto add = [&](std::string name, auto&& value_of) {
    ComparedRow row{std::move(name), Unit::cycles, {}, {}};
    for (std::size_t r = 0; r < runs.size(); ++r) {
      row.values.push_back(counters[r] == nullptr
                               ? std::nullopt
                               : std::optional<Quantity>(value_of(*counters[r], runs[r].result)));
    }
    add_unless_zero(rows, std::move(row));
  };
  for (unsigned c = 0; c < kCauses; ++c) {
    const auto cause = static_cast<Cause>(c);
    if (!is_per_memory(cause) && !is_per_initiator(cause)) {
      add(kCauseNames[c], [c](const Counters& of, const RunResult&) {
        return Quantity{of.by_cause[c], 1};
      });
      continue;
    }
    const auto list = is_per_memory(cause) ? &RunResult::memories : &RunResult::initiators;
    for (const std::string& name : all_names(runs, list)) {
      const Metric metric{kCauseNames[c], name};
      add(printable(metric.name()), [&metric](const Counters& of, const RunResult& result) {
        return quantity_of(metric, {&of, nullptr, std::nullopt, nullptr, std::nullopt}, result)
            .value_or(Quantity{});
      });
    }
  }
  return rows;
}

Origin origin_of(const ComparedRun& run) {
  const RunResult& result = run.result;
  return {result.tool_version, result.image.name, result.image.sha256, result.board.name,
          run.board_hashes,    run.board_values,  result.options};
}

std::vector<std::string> labels_of(const Runs& runs) {
  std::vector<std::string> images;
  std::vector<std::string> boards;
  std::vector<std::string> files;
  std::vector<std::string> both;
  for (const ComparedRun& run : runs) {
    images.push_back(stem(run.result.image.name));
    boards.push_back(run.result.board.name);
    files.push_back(stem(run.source));
  }
  const std::vector<std::string> image_parts = telling_parts(images);
  const std::vector<std::string> board_parts = telling_parts(boards);
  for (std::size_t r = 0; r < runs.size(); ++r)
    both.push_back(image_parts[r] + " " + board_parts[r]);
  for (const auto& names : {image_parts, board_parts, both, telling_parts(files)}) {
    std::vector<std::string> labels;
    labels.reserve(names.size());
    for (const std::string& name : names) labels.push_back(shortened(name));
    if (!all_different(labels)) continue;
    const bool too_wide = runs.size() > 2 && std::any_of(labels.begin(), labels.end(), is_wide);
    return too_wide ? letters(runs.size()) : labels;
  }
  return letters(runs.size());
}

Comparison compare(const Runs& runs, const CompareOptions& options) {
  check_metric(metric_named(options.metric), runs);
  if (options.by == CompareBy::function) check_profiles(runs);
  Comparison comparison;
  comparison.labels = labels_of(runs);
  std::vector<Origin> origins;
  for (const ComparedRun& run : runs) origins.push_back(origin_of(run));
  comparison.premises = premises_of(origins, comparison.labels);
  for (const char* const name : kTotals) {
    ComparedRow row = total_row(name, metric_named(name), runs);
    const bool known = std::any_of(row.values.begin(), row.values.end(),
                                   [](const auto& value) { return value.has_value(); });
    row.causes.clear();
    if (known) comparison.totals.push_back(std::move(row));
  }
  for (const CompareBy by : views_wanted(runs, options))
    comparison.views.push_back(view_of(by, runs, options));
  return comparison;
}

}  // namespace mcost::analysis
