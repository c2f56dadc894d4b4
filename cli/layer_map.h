// A layer map: a YAML file that names layers by what is already in the firmware (functions, calls,
// addresses). Read strictly and laid against the firmware at once. May include anything. Invariant:
// a map that is returned is valid for its firmware; all mistakes of the file are reported together.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/layers.h"
#include "cli/call_sites.h"
#include "loader/elf_image.h"
#include "loader/probe_notes.h"
#include "loader/symbols.h"

namespace mcost::cli {

/// One layer of a map.
struct MappedLayer {
  analysis::LayerLabel label;
  std::vector<std::string> around;  ///< Names of the layers it is written in, outermost first.
  std::string place;                ///< "map.yaml:3".
};

/// A layer that is some call of one function. Without target, ordinal and site: every call.
struct MappedCall {
  std::size_t layer = 0;          ///< Index into LayerMap::layers.
  std::optional<Address> target;  ///< Of the callee.
  unsigned ordinal = 0;           ///< Among the calls of the callee in one activation; 0: each.
  std::optional<Address> site;    ///< Of the call instruction.
};

/// A function some of whose calls are layers.
struct MappedCaller {
  FunctionCode function;
  std::vector<CallSite> sites;
  std::vector<MappedCall> calls;  ///< Those written deeper in the map first.
};

/// What the names of a map stand for.
struct LayerMap {
  std::vector<MappedLayer> layers;  ///< A layer stands before those written in it.
  std::vector<const loader::Function*> functions;
  /// By address of the function: indices into `layers`, those written deeper in the map first.
  std::map<Address, std::vector<std::size_t>> function_layers;
  std::vector<MappedCaller> callers;
  /// `begin:` and `end:` as probes would say it; names are indices into `layers`.
  std::vector<loader::Probe> marks;
};

/// Reads a map for a firmware. Errors: boards::ConfigErrors with file:line:column of each mistake.
[[nodiscard]] LayerMap read_layer_map(const std::string& file, const loader::Image& image,
                                      const loader::SymbolTable& symbols);

/// JSON Schema (draft 7) of a layer map, made from the reader's own tables. Ends in a newline.
[[nodiscard]] std::string layer_map_schema();

}  // namespace mcost::cli
