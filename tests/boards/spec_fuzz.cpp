// Any bytes as a board file: an error or a board whose resolved form reads back equal, never a
// crash.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "boards/spec_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mcost::boards;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  BoardSpec board;
  try {
    board = read_board_text(text, "fuzz.yaml");
  } catch (const ConfigErrors&) {
    return 0;
  }
  if (read_board_text(resolved_yaml(board), "resolved.yaml") != board) std::abort();
  return 0;
}
