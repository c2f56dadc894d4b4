// mcost_layer_map_schema FILE: writes the JSON Schema of layer maps (docs/schema/layers.schema.json
// of the source tree).
#include <fmt/format.h>

#include <cstdio>
#include <fstream>

#include "cli/layer_map.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: mcost_layer_map_schema FILE\n");
    return 2;
  }
  std::ofstream out(argv[1], std::ios::binary);
  out << mcost::cli::layer_map_schema();
  out.close();
  if (out) return 0;
  fmt::print(stderr, "mcost_layer_map_schema: error: cannot write {}\n", argv[1]);
  return 2;
}
