#include "analysis/reports/bounds_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/bounds.h"
#include "analysis/reports/numbers.h"
#include "analysis/reports/table.h"

namespace mcost::analysis {
namespace {

constexpr std::size_t kWidth = 118;
constexpr std::size_t kIndent = 2;
constexpr std::size_t kMostAdvice = 2;

std::string rate(const std::optional<Rate>& rate) {
  return rate ? ratio(rate->count, rate->per, 3) : "-";
}

Table table_of(const RunResult& result, const std::vector<LayerBounds>& bounds) {
  Table table;
  const auto add = [&](const std::string& heading, auto&& cell_of) {
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < bounds.size(); ++i)
      cells.push_back(cell_of(result.layers[i], bounds[i]));
    table.add(heading, std::move(cells));
  };
  const auto counters_of = [](const LayerResult& layer) -> const Counters& {
    return layer.inclusive.counters;
  };
  add("layer", [](const LayerResult& layer, const LayerBounds&) {
    return std::string(2 * (layer.path.size() - 1), ' ') + printable(layer.name);
  });
  add("cycles", [&](const LayerResult& layer, const LayerBounds&) {
    return grouped(counters_of(layer).cycles);
  });
  add("MACs", [&](const LayerResult& layer, const LayerBounds& of) {
    if (counters_of(layer).macs == 0) return std::string("-");
    return grouped(counters_of(layer).macs) + (of.is_float ? " float" : "");
  });
  add("MAC/cyc", [&](const LayerResult& layer, const LayerBounds&) {
    const Counters& counters = counters_of(layer);
    return counters.macs == 0 ? "-" : ratio(counters.macs, counters.cycles, 3);
  });
  add("roof", [](const LayerResult&, const LayerBounds& of) { return rate(of.roof); });
  add("of roof%", [](const LayerResult&, const LayerBounds& of) {
    return of.of_roof ? percent(of.of_roof->count, of.of_roof->per) : std::string("-");
  });
  add("B/MAC", [&](const LayerResult& layer, const LayerBounds& of) {
    return ratio(of.data_bytes, counters_of(layer).macs, 2);
  });
  add("bound by", [](const LayerResult&, const LayerBounds& of) {
    return kBoundNames[static_cast<unsigned>(of.largest)];
  });
  for (unsigned b = 0; b < kBounds; ++b) {
    const bool any = std::any_of(bounds.begin(), bounds.end(),
                                 [b](const auto& of) { return of.cycles[b] != 0; });
    if (!any) continue;
    add(std::string(kBoundNames[b]) + "%", [&](const LayerResult& layer, const LayerBounds& of) {
      return percent(of.cycles[b], counters_of(layer).cycles);
    });
  }
  return table;
}

std::string advice_line(const PlacementAdvice& advice, const RunResult& result) {
  const std::uint64_t total = result.total.counters.cycles;
  const auto share = [&](std::uint64_t cycles) {
    return fmt::format("{} cycles ({} %)", grouped(cycles), percent(cycles, total));
  };
  const std::string from = printable(result.memories[advice.from]);
  const std::string option =
      fmt::format("--place {}={}", advice.range, printable(result.memories[advice.to]));
  const std::string who =
      advice.is_code ? fmt::format("{} waited to be fetched from {}", printable(advice.what), from)
                     : fmt::format("loads and stores waited for {}", from);
  if (advice.saved) {
    return fmt::format("{} saves {}, as a run with it shows: {} {}", option, share(*advice.saved),
                       who, share(advice.waited));
  }
  return fmt::format("{} may save at most the {} that {}, and what {} waited behind those", option,
                     share(advice.waited), who, advice.is_code ? "data" : "fetches");
}

std::string advice_text(const RunResult& result, const PlacementChoice& choice) {
  std::string text;
  for (const PlacementAdvice& advice : placement_advice(result, kMostAdvice, choice))
    text += wrapped(advice_line(advice, result), "  ", kWidth);
  return text.empty() ? text : "\nWhat might pay most\n" + text;
}

}  // namespace

std::string bounds_text(const RunResult& result, const PlacementChoice& choice) {
  const std::vector<LayerBounds> bounds = layer_bounds(result);
  std::string text =
      "What bounds layers (roof: MACs per cycle that the core and its data port allow at most)\n" +
      table_of(result, bounds).text(kIndent, kWidth);
  if (const auto peak = peak_of(result.board)) {
    text += "\n" + wrapped(fmt::format("roof: {}; {} bytes of data a cycle", peak->source,
                                       peak->data_bytes),
                           "  ", kWidth);
  } else {
    text += fmt::format("\n  no roof: {} has no multiply-accumulate, or is not known\n",
                        printable(result.board.core));
  }
  return text + advice_text(result, choice);
}

}  // namespace mcost::analysis
