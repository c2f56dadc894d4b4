// The layers of a layer map, found by the sources that find calls, functions and probes. May
// include anything. Invariant: as layer_sources.h.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/layer_map.h"
#include "cli/layer_sources.h"
#include "cli/probe_layers.h"
#include "loader/elf_image.h"
#include "loader/symbols.h"

namespace mcost::cli {

/// At each address all that is over ends, innermost first, before anything begins. Where several
/// layers of the map are the same function or call, the one written deepest of those whose
/// surrounding layers are open is meant.
class MapLayers final : public LayerSource {
 public:
  /// `image` and `symbols` must outlive this.
  MapLayers(LayerMap map, const loader::Image& image, const loader::SymbolTable& symbols);
  void start(CoreView& core) override;
  void reached(Address pc, CoreView& core, LayerLog& log) override;
  void handler_returned(CoreView& core, LayerLog& log) override;
  /// One for each layer that never began.
  [[nodiscard]] std::vector<std::string> notes() const override;

 private:
  [[nodiscard]] const analysis::LayerLabel* begin(std::size_t layer, const LayerLog& log);
  [[nodiscard]] const analysis::LayerLabel* function_label(Address function, const LayerLog& log);
  [[nodiscard]] const analysis::LayerLabel* call_label(const std::vector<MappedCall>& rules,
                                                       const MadeCall& call, const LayerLog& log);

  LayerMap map_;
  std::vector<bool> begun_;  // by layer
  std::vector<std::unique_ptr<ActivationLayers>> activations_;
  ProbeLayers marks_;
};

}  // namespace mcost::cli
