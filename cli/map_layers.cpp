#include "cli/map_layers.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "cli/probe_scopes.h"

namespace mcost::cli {

MapLayers::MapLayers(LayerMap map, const loader::Image& image, const loader::SymbolTable& symbols)
    : map_(std::move(map)),
      begun_(map_.layers.size()),
      marks_(map_.marks, find_scoped_begins(image, symbols, map_.marks), symbols,
             [this](const loader::Probe& mark, const LayerLog& log) {
               std::size_t layer = 0;
               std::from_chars(mark.name.data(), mark.name.data() + mark.name.size(), layer);
               return begin(layer, log);
             }) {
  activations_.push_back(std::make_unique<FunctionLayers>(
      map_.functions,
      [this](Address function, const LayerLog& log) { return function_label(function, log); }));
  for (const MappedCaller& caller : map_.callers) {
    activations_.push_back(std::make_unique<CallLayers>(
        caller.function, caller.sites, symbols,
        [this, &rules = caller.calls](const MadeCall& call, const LayerLog& log) {
          return call_label(rules, call, log);
        }));
  }
}

void MapLayers::start(CoreView& core) {
  for (const auto& source : activations_) source->start(core);
  marks_.start(core);
}

void MapLayers::reached(Address pc, CoreView& core, LayerLog& log) {
  marks_.arrive(pc, core, log);
  std::vector<LayerLog::Handle> over = marks_.ended(pc);
  for (const auto& source : activations_) {
    const auto returned = source->returned(pc, core);
    over.insert(over.end(), returned.begin(), returned.end());
  }
  close_layers(std::move(over), log);
  for (const auto& source : activations_) source->begin_at(pc, core, log);
  marks_.begin_at(pc, core, log);
}

void MapLayers::handler_returned(CoreView& core, LayerLog& log) {
  std::vector<LayerLog::Handle> over;
  for (const auto& source : activations_) {
    const auto returned = source->handler_layers(core);
    over.insert(over.end(), returned.begin(), returned.end());
  }
  close_layers(std::move(over), log);
}

/// The label of a layer that begins, if those it is written in are open.
const analysis::LayerLabel* MapLayers::begin(std::size_t layer, const LayerLog& log) {
  const MappedLayer& mapped = map_.layers[layer];
  if (!log.is_inside(mapped.around)) return nullptr;
  begun_[layer] = true;
  return &mapped.label;
}

const analysis::LayerLabel* MapLayers::function_label(Address function, const LayerLog& log) {
  for (const std::size_t layer : map_.function_layers.at(function)) {
    if (const auto* const label = begin(layer, log)) return label;
  }
  return nullptr;
}

const analysis::LayerLabel* MapLayers::call_label(const std::vector<MappedCall>& rules,
                                                  const MadeCall& call, const LayerLog& log) {
  for (const MappedCall& rule : rules) {
    const bool meant = (!rule.target || *rule.target == call.target) &&
                       (rule.ordinal == 0 || rule.ordinal == call.ordinal) &&
                       (!rule.site || *rule.site == call.site.address);
    if (!meant) continue;
    if (const auto* const label = begin(rule.layer, log)) return label;
  }
  return nullptr;
}

std::vector<std::string> MapLayers::notes() const {
  std::vector<std::string> notes;
  for (std::size_t layer = 0; layer < map_.layers.size(); ++layer) {
    if (begun_[layer]) continue;
    const MappedLayer& mapped = map_.layers[layer];
    notes.push_back(fmt::format("layer {} of {} never began", mapped.label.name, mapped.place));
  }
  return notes;
}

}  // namespace mcost::cli
