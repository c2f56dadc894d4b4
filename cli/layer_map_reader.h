// The YAML of a layer map as plain data: what was written and where, not yet laid against a
// firmware. Private to layer_map.cpp. May include anything.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "boards/yaml_tree.h"
#include "sim_core/base/run_result.h"

namespace mcost::cli {

/// A text of the file and where it stands.
struct WrittenText {
  std::string text;
  boards::Place place;
};

/// `call:` of a layer.
struct WrittenCall {
  boards::Place place;
  std::optional<WrittenText> callee;
  std::optional<WrittenText> in;
  unsigned ordinal = 0;  // 0: not given
  unsigned site = 0;     // from 1; 0: not given
  boards::Place number_place;
};

/// One layer. Of `function`, `functions`, `call` and `begin` with `end` exactly one is given.
struct WrittenLayer {
  WrittenText name;
  std::string path;  // "layers[2]"
  std::optional<std::size_t> parent;
  std::optional<WrittenText> function;
  std::optional<WrittenText> functions;
  std::optional<WrittenCall> call;
  std::optional<WrittenText> begin;
  std::optional<WrittenText> end;
  std::optional<std::uint64_t> macs;
  Metadata metadata;
};

struct WrittenMap {
  std::optional<WrittenText> in;
  std::vector<WrittenLayer> layers;  // a layer stands before those written in it
};

/// Errors go to `problems`; a layer that is wrong in itself is left out.
[[nodiscard]] WrittenMap read_written_map(const std::string& file, boards::Problems& problems);

}  // namespace mcost::cli
