#include "analysis/hardware.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "analysis/hardware_fit.h"
#include "analysis/metric.h"
#include "analysis/reports/numbers.h"
#include "sim_core/base/error.h"

namespace mcost::analysis {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t kMostCycles = std::uint64_t{1} << 56;
constexpr std::size_t kMostNames = 200;

Wide rounded(Wide a, Wide b) { return (a + b / 2) / b; }

std::string leaf(const LayerResult& layer) {
  return layer.path.empty() ? std::string() : printable(layer.path.back());
}

/// Layer by name; last names that several layers have are left out.
std::map<std::string, std::size_t> layers_by_name(const RunResult& result) {
  std::map<std::string, std::size_t> names;
  std::map<std::string, std::size_t> leaves;
  std::map<std::string, std::size_t> counts;
  for (std::size_t i = 0; i < result.layers.size(); ++i) {
    names.try_emplace(path_text(result.layers[i].path), i);
    leaves.try_emplace(leaf(result.layers[i]), i);
    ++counts[leaf(result.layers[i])];
  }
  for (const auto& [name, index] : leaves) {
    if (counts[name] == 1) names.try_emplace(name, index);
  }
  return names;
}

/// Cycles of the core in one measurement. The clock of times and counters is `hz`.
std::uint64_t cycles_of(const LogSample& sample, Hertz core, std::optional<Hertz> counter,
                        const std::string& place) {
  constexpr Wide kPicoseconds = 1'000'000'000'000u;
  constexpr std::uint64_t kMostHertz = std::uint64_t{1} << 34;
  if (core.numerator >= kMostHertz)
    throw ConfigError("the core clock of the run is too fast to convert", place, "check the run");
  Wide cycles = 0;
  if (sample.unit_ps != 0) {
    // Below 2^84, times a clock below 2^34.
    const Wide ps = Wide{sample.digits} * sample.unit_ps / sample.scale;
    if (ps >> 84 != 0) throw ConfigError("the time is too long", place, "check its unit");
    cycles = rounded(ps * core.numerator, kPicoseconds * core.denominator);
  } else {
    cycles = rounded(Wide{sample.digits}, sample.scale);
    if (counter && !(*counter == core)) {
      if (cycles >> 60 != 0) throw ConfigError("the number is too large", place, "check its unit");
      cycles = rounded(cycles * core.numerator * counter->denominator,
                       Wide{core.denominator} * counter->numerator);
    }
  }
  if (cycles > kMostCycles) throw ConfigError("the number is too large", place, "check its unit");
  return static_cast<std::uint64_t>(cycles);
}

struct Sum {
  std::uint64_t cycles = 0;
  std::uint64_t samples = 0;
};

/// Cycles of all visits, from the samples there are. One number for several visits is their sum if
/// it is nearer to the simulated sum than as many visits of that length.
std::uint64_t of_all_visits(const Sum& sum, const LayerResult& layer) {
  const std::uint64_t visits = std::max<std::uint64_t>(layer.visits, 1);
  if (sum.samples == visits) return sum.cycles;
  const Wide scaled = rounded(Wide{sum.cycles} * visits, sum.samples);
  const Wide most = ~std::uint64_t{0};
  const auto all = static_cast<std::uint64_t>(std::min(scaled, most));
  if (sum.samples != 1) return all;
  const std::uint64_t simulated = layer.inclusive.counters.cycles;
  const auto distance = [&](std::uint64_t cycles) {
    return cycles < simulated ? simulated - cycles : cycles - simulated;
  };
  return distance(sum.cycles) < distance(all) ? sum.cycles : all;
}

/// Layers around measured ones would be counted twice.
void find_inner_layers(std::vector<MeasuredLayer>& layers, const RunResult& result) {
  std::set<std::size_t> around;
  for (const MeasuredLayer& measured : layers) {
    for (auto parent = result.layers[measured.layer].parent; parent;
         parent = result.layers[*parent].parent) {
      if (!around.insert(*parent).second) break;
    }
  }
  for (MeasuredLayer& measured : layers) measured.inner = !around.contains(measured.layer);
}

}  // namespace

std::vector<std::string> names_for_log(const RunResult& result) {
  std::vector<std::string> names;
  for (const auto& [name, index] : layers_by_name(result)) names.push_back(name);
  return names;
}

HardwareComparison compare_with_hardware(const RunResult& result, const HardwareLog& log,
                                         std::optional<Hertz> counter_hz,
                                         const std::vector<BoardParameter>& board,
                                         const std::string& file) {
  const auto names = layers_by_name(result);
  const bool needs_clock =
      counter_hz || std::any_of(log.samples.begin(), log.samples.end(),
                                [](const LogSample& sample) { return sample.unit_ps != 0; });
  if (needs_clock && result.clocks.size() > 1) {
    throw ConfigError("the core clock changed during the run, so times are no cycles", file,
                      "measure cycles");
  }
  HardwareComparison comparison;
  comparison.skipped_lines = log.skipped_lines;
  std::map<std::size_t, Sum> sums;
  for (const LogSample& sample : log.samples) {
    const auto found = sample.known ? names.find(sample.name) : names.end();
    if (found == names.end()) {
      const std::string name = printable(sample.name);
      auto& unknown = comparison.unknown;
      if (unknown.size() < kMostNames &&
          std::find(unknown.begin(), unknown.end(), name) == unknown.end())
        unknown.push_back(name);
      continue;
    }
    const std::string place = fmt::format("{}:{}", file, sample.line);
    Sum& sum = sums[found->second];
    sum.cycles += cycles_of(sample, result.clock, counter_hz, place);
    ++sum.samples;
    if (sum.cycles > kMostCycles)
      throw ConfigError("the sum is too large", place, "check its unit");
  }
  if (sums.empty()) {
    throw ConfigError("the log measures no layer of the run", file,
                      fmt::format("layers are {}", [&] {
                        std::string list;
                        for (std::size_t i = 0; i < result.layers.size() && i < 12; ++i)
                          list += (list.empty() ? "" : ", ") + path_text(result.layers[i].path);
                        return list + (result.layers.size() > 12 ? ", ..." : "");
                      }()));
  }
  for (std::size_t i = 0; i < result.layers.size(); ++i) {
    const LayerResult& layer = result.layers[i];
    const auto found = sums.find(i);
    if (found == sums.end()) {
      if (layer.kind != "outside" && layer.kind != "interrupts")
        comparison.unmeasured.push_back(path_text(layer.path));
      continue;
    }
    comparison.layers.push_back({i, found->second.samples, of_all_visits(found->second, layer),
                                 layer.inclusive.counters.cycles, true});
  }
  find_inner_layers(comparison.layers, result);
  for (const MeasuredLayer& layer : comparison.layers) {
    if (!layer.inner) continue;
    comparison.measured += layer.measured;
    comparison.simulated += layer.simulated;
  }
  explain(comparison, result, board);
  return comparison;
}

}  // namespace mcost::analysis
