// The values of a resolved board as a flat list, to say in which of them two boards differ. May
// include sim_core/base. Invariant: sources, references and titles are no values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mcost::boards {

/// "memories.flash.wait_states" and "5"; elements of a list of maps are "dma.streams[2].irq".
struct BoardValue {
  std::string path;
  std::string value;
  friend bool operator==(const BoardValue&, const BoardValue&) = default;
};

/// Those of what resolved_yaml wrote, in its order. Nothing is checked but the YAML. Errors:
/// ConfigErrors if it is none; `file` is named there.
[[nodiscard]] std::vector<BoardValue> board_values(std::string_view resolved_yaml,
                                                   const std::string& file);

}  // namespace mcost::boards
