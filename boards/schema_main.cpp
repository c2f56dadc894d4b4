// mcost_board_schema DIR: writes the JSON Schemas of board files into DIR (configs/ of the source
// tree).
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>

#include "boards/spec_reader.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: mcost_board_schema DIR\n");
    return 2;
  }
  try {
    for (const mcost::boards::SchemaFile& file : mcost::boards::json_schemas()) {
      std::ofstream out(std::filesystem::path(argv[1]) / file.name, std::ios::binary);
      out << file.text;
      out.close();
      if (!out) {
        fmt::print(stderr, "mcost_board_schema: error: cannot write {}\n", file.name);
        return 2;
      }
    }
  } catch (const std::exception& error) {
    fmt::print(stderr, "mcost_board_schema: error: {}\n", error.what());
    return 2;
  }
  return 0;
}
