#include "analysis/hardware_fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string_view>
#include <utility>

#include "analysis/reports/groups.h"
#include "analysis/reports/numbers.h"

namespace mcost::analysis {
namespace {

/// Fewer layers fit anything.
constexpr std::size_t kLeastLayers = 3;
constexpr std::size_t kFewLayers = 6;
/// Explanations that predict less of the errors of unseen layers are none.
constexpr double kLeastLeftOut = 0.5;
/// Explanations this close to the best one cannot be told from it.
constexpr double kClose = 0.05;
constexpr std::size_t kMostShown = 4;
/// Below this many parts of the measured cycles there is nothing to explain.
constexpr double kNoError = 0.001;

/// A count of each layer that errors may go with.
struct Predictor {
  std::string what;
  std::vector<double> counts;  // by layer
  double least_slope = 0;      // the model charges no less than nothing
  std::string memory;          // whose values set the price; empty: none
  std::string path;            // of the one value that does; empty: none
  std::string advice;
};

struct Fit {
  double slope = 0;
  double explained = 0;
  double left_out = 0;
};

class Errors {
 public:
  Errors(const HardwareComparison& comparison, const RunResult& result) {
    for (const MeasuredLayer& layer : comparison.layers) {
      if (!layer.inner || layer.measured == 0) continue;
      layers_.push_back(&result.layers[layer.layer]);
      errors_.push_back(static_cast<double>(layer.measured) - static_cast<double>(layer.simulated));
      // Large layers have large errors: each counts as its cycles, not as their square.
      weights_.push_back(1.0 / static_cast<double>(layer.measured));
    }
  }
  [[nodiscard]] std::size_t size() const { return layers_.size(); }
  [[nodiscard]] std::vector<double> counts(
      const std::function<std::uint64_t(const LayerResult&)>& count_of) const {
    std::vector<double> counts;
    for (const LayerResult* const layer : layers_)
      counts.push_back(static_cast<double>(count_of(*layer)));
    return counts;
  }
  [[nodiscard]] double squares() const { return squares_of(0, {}); }
  /// Root of the mean squared relative error.
  [[nodiscard]] double relative() const {
    double sum = 0;
    double measured = 0;
    for (std::size_t i = 0; i < size(); ++i) {
      sum += std::abs(errors_[i]);
      measured += 1.0 / weights_[i];
    }
    return measured == 0 ? 0 : sum / measured;
  }

  /// One parameter through the origin: no count, no error.
  [[nodiscard]] Fit fit(const std::vector<double>& counts) const {
    double xe = 0;
    double xx = 0;
    for (std::size_t i = 0; i < size(); ++i) {
      xe += weights_[i] * counts[i] * errors_[i];
      xx += weights_[i] * counts[i] * counts[i];
    }
    Fit fit;
    if (xx == 0 || squares() == 0) return fit;
    fit.slope = xe / xx;
    fit.explained = 1 - squares_of(fit.slope, counts) / squares();
    double left = 0;
    for (std::size_t i = 0; i < size(); ++i) {
      const double own_xx = weights_[i] * counts[i] * counts[i];
      const double own_xe = weights_[i] * counts[i] * errors_[i];
      const double slope = xx - own_xx > xx * 1e-12 ? (xe - own_xe) / (xx - own_xx) : 0;
      const double rest = errors_[i] - slope * counts[i];
      left += weights_[i] * rest * rest;
    }
    fit.left_out = 1 - left / squares();
    return fit;
  }

 private:
  [[nodiscard]] double squares_of(double slope, const std::vector<double>& counts) const {
    double sum = 0;
    for (std::size_t i = 0; i < size(); ++i) {
      const double rest = errors_[i] - (counts.empty() ? 0 : slope * counts[i]);
      sum += weights_[i] * rest * rest;
    }
    return sum;
  }

  std::vector<const LayerResult*> layers_;
  std::vector<double> errors_;
  std::vector<double> weights_;
};

constexpr const char* kPipeline =
    "set by the core's pipeline model, by no value of the board: docs/accuracy.md";

class Predictors {
 public:
  Predictors(const Errors& errors, const RunResult& result) : errors_(errors), result_(result) {
    const auto counters = [](const LayerResult& layer) -> const Counters& {
      return layer.inclusive.counters;
    };
    add(
        "cycle", [=](const auto& l) { return counters(l).cycles; }, -1, "", "clock.rated_hz",
        "all layers are wrong alike: other clock, other counter?");
    add(
        "visit", [](const auto& l) { return l.visits; }, -1e18, "", "",
        "what measuring itself costs: reading the counter, printing inside the layer");
    for (std::size_t m = 0; m < result.memories.size(); ++m) add_memory(m);
    for (unsigned c = 0; c < kCauses; ++c) {
      const auto cause = static_cast<Cause>(c);
      if (is_per_memory(cause)) continue;
      add(
          fmt::format("cycle of {}", kCauseNames[c]),
          [=](const auto& l) { return counters(l).by_cause[c]; }, -1, "", "", kPipeline);
    }
    for (unsigned c = 0; c < kInstructionClasses; ++c) {
      add(
          fmt::format("{} instruction", kInstructionClassNames[c]),
          [=](const auto& l) { return counters(l).by_class[c]; }, -1, "", "", kPipeline);
    }
  }
  [[nodiscard]] const std::vector<Predictor>& list() const { return list_; }

 private:
  using Count = std::function<std::uint64_t(const LayerResult&)>;

  void add(std::string what, const Count& count, double least, std::string memory, std::string path,
           std::string advice) {
    std::vector<double> counts = errors_.counts(count);
    const auto zero = [](double value) { return value == 0; };
    if (std::all_of(counts.begin(), counts.end(), zero)) return;
    list_.push_back({std::move(what), std::move(counts), least, std::move(memory), std::move(path),
                     std::move(advice)});
  }

  /// At most what the model charges for each can be taken away.
  double least_slope(std::size_t memory, Cause cause, std::uint64_t Traffic::*events) const {
    const Counters& total = result_.total.counters;
    const std::uint64_t count = total.traffic[memory].*events;
    if (count == 0) return 0;
    return -static_cast<double>(total.by_memory[memory][static_cast<unsigned>(cause)]) /
           static_cast<double>(count);
  }

  void add_memory(std::size_t m) {
    const std::string name = printable(result_.memories[m]);
    const auto traffic = [m](std::uint64_t Traffic::*events) {
      return [m, events](const LayerResult& layer) {
        return layer.inclusive.counters.traffic[m].*events;
      };
    };
    const auto waits = [m](Cause cause) {
      return [m, cause](const LayerResult& layer) {
        return layer.inclusive.counters.by_memory[m][static_cast<unsigned>(cause)];
      };
    };
    add("read of " + name, traffic(&Traffic::reads),
        least_slope(m, Cause::data_wait, &Traffic::reads), name, "", "");
    add("write to " + name, traffic(&Traffic::writes),
        least_slope(m, Cause::store_wait, &Traffic::writes), name, "", "");
    add("fetch from " + name, traffic(&Traffic::fetches),
        least_slope(m, Cause::fetch_wait, &Traffic::fetches), name, "", "");
    add("read of the array of " + name, traffic(&Traffic::array_reads),
        -static_cast<double>(memory_wait(result_.total.counters, m)), name, "", "");
    add("cycle waited for data of " + name, waits(Cause::data_wait), -1, name, "", "");
    add("cycle waited for code of " + name, waits(Cause::fetch_wait), -1, name, "", "");
    add("cycle waited for stores to " + name, waits(Cause::store_wait), -1, name, "", "");
    for (std::size_t i = 0; i < result_.model_counters.size(); ++i) {
      const ModelCounter& counter = result_.model_counters[i];
      if (counter.memory != m) continue;
      add(
          fmt::format("of the {} of {}", printable(counter.name), name),
          [i](const LayerResult& layer) {
            const auto& model = layer.inclusive.model;
            return i < model.size() ? model[i] : 0;
          },
          -static_cast<double>(memory_wait(result_.total.counters, m)), name, "", "");
    }
  }

  const Errors& errors_;
  const RunResult& result_;
  std::vector<Predictor> list_;
};

/// Values of a memory that set what an access costs: wait states first, then what is assumed.
std::vector<BoardParameter> parameters_of(const Predictor& predictor,
                                          const std::vector<BoardParameter>& board) {
  constexpr std::size_t kMost = 3;
  std::vector<BoardParameter> list;
  const std::string prefix = "memories." + predictor.memory + ".";
  for (const BoardParameter& parameter : board) {
    const std::string& path = parameter.path;
    if (!predictor.path.empty() && path == predictor.path) list.push_back(parameter);
    if (predictor.memory.empty() || !path.starts_with(prefix)) continue;
    bool sets_time = true;
    for (const std::string_view other :
         {".size_kib", ".fill", ".kind", ".wait_state_limits_hz", ".words.", ".energy.", ".banks"})
      sets_time &= path.find(other) == std::string::npos;
    if (sets_time) list.push_back(parameter);
  }
  const auto rank = [](const BoardParameter& parameter) {
    if (parameter.path.ends_with("wait_states")) return 0;
    return parameter.source == "assumed" || parameter.source == "calibrated" ? 1 : 2;
  };
  std::stable_sort(list.begin(), list.end(),
                   [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  if (list.size() > kMost) list.resize(kMost);
  return list;
}

std::vector<Explanation> candidates(const Errors& errors, const RunResult& result,
                                    const std::vector<BoardParameter>& board) {
  std::vector<Explanation> list;
  const Predictors predictors(errors, result);
  for (const Predictor& predictor : predictors.list()) {
    const Fit fit = errors.fit(predictor.counts);
    if (fit.slope < predictor.least_slope || !(fit.left_out >= kLeastLeftOut)) continue;
    list.push_back({predictor.what, fit.slope, fit.explained, fit.left_out,
                    parameters_of(predictor, board), predictor.advice});
  }
  std::stable_sort(list.begin(), list.end(), [](const Explanation& a, const Explanation& b) {
    return a.left_out > b.left_out;
  });
  return list;
}

}  // namespace

void explain(HardwareComparison& comparison, const RunResult& result,
             const std::vector<BoardParameter>& board) {
  const Errors errors(comparison, result);
  if (errors.size() < kLeastLayers) {
    comparison.no_explanation = fmt::format(
        "Too few layers to say which parameter of the model is wrong: {} of at least "
        "{} measured.",
        errors.size(), kLeastLayers);
    return;
  }
  if (errors.relative() < kNoError) {
    comparison.no_explanation =
        "Errors are below 0.1 % of the cycles: there is nothing to explain.";
    return;
  }
  std::vector<Explanation> list = candidates(errors, result, board);
  if (list.empty()) {
    comparison.no_explanation =
        "No single parameter explains these errors: none predicts half of the squared error of "
        "layers that it was not fitted to.";
    return;
  }
  const double best = list.front().left_out;
  const auto first_far = std::find_if(list.begin(), list.end(), [&](const Explanation& one) {
    return one.left_out < best - kClose;
  });
  const auto close = static_cast<std::size_t>(first_far - list.begin());
  if (close > 1) {
    comparison.cautions.push_back(
        fmt::format("{} explain the errors about as well: these layers cannot tell them apart.",
                    close == 2 ? "Two of these counts" : fmt::format("{} counts", close)));
  }
  if (errors.size() < kFewLayers) {
    comparison.cautions.push_back(
        fmt::format("{} are few: measure more, or other inputs, before you change a board.",
                    counted(errors.size(), "layer")));
  }
  list.resize(std::min({list.size(), std::max(close, std::size_t{1}), kMostShown}));
  comparison.explanations = std::move(list);
}

}  // namespace mcost::analysis
