// ProfileBuilder: turns what the engine's profiler gathered into a RunProfile with names, source
// lines and disassembly. May include anything. Invariant: entries of a layer sum to what the layer
// cost, energy included.
#pragma once

#include <optional>

#include "loader/elf_image.h"
#include "loader/symbols.h"
#include "sim_core/base/run_result.h"
#include "sim_core/engine/engine.h"

namespace mcost::cli {

class ProfileBuilder {
 public:
  /// Starts profiling, with the core at the first instruction that counts; all must outlive this.
  ProfileBuilder(engine::Engine& engine, const loader::Image& image,
                 const loader::SymbolTable& symbols);

  /// After the run: fills result.profile. The result has its layers, and energy if it is known;
  /// `layers` is LayerTracker::indices().
  void build(RunResult& result, const std::vector<std::size_t>& layers);

 private:
  [[nodiscard]] std::optional<Address> function_at(Address address) const;
  engine::Engine& engine_;
  const loader::Image& image_;
  const loader::SymbolTable& symbols_;
};

}  // namespace mcost::cli
