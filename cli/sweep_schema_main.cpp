// mcost_sweep_schema FILE: writes the JSON Schema of sweeps (docs/schema/sweep.schema.json of the
// source tree).
#include <fmt/format.h>

#include <cstdio>
#include <fstream>

#include "cli/sweep_spec.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: mcost_sweep_schema FILE\n");
    return 2;
  }
  std::ofstream out(argv[1], std::ios::binary);
  out << mcost::cli::sweep_schema();
  out.close();
  if (out) return 0;
  fmt::print(stderr, "mcost_sweep_schema: error: cannot write {}\n", argv[1]);
  return 2;
}
