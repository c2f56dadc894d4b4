// What differs between results beside their numbers: version of the program, board, options,
// firmware. A change of cost is the firmware's only where all else is the same, so reports say this
// first. May include sim_core/base.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim_core/base/run_result.h"

namespace mcost::analysis {

/// Path and value of everything on a board that can change a number, in the order of its file.
using BoardValues = std::vector<std::pair<std::string, std::string>>;

/// Parts of a board ("clock", "memories.flash") and a short hash of the values in each, and the
/// hash of all of them.
struct BoardHashes {
  std::string all;
  std::vector<std::pair<std::string, std::string>> parts;  // sorted by name
  friend bool operator==(const BoardHashes&, const BoardHashes&) = default;
};
/// The values of each part as one text, sorted by name: what is hashed.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> board_parts(
    const BoardValues& values);

/// What a run rested on, from its result or from a baseline.
struct Origin {
  std::string tool_version;
  std::string image_name;
  std::string image_sha256;
  std::string board_name;
  BoardHashes board_hashes;  // compared where a side has no values
  std::optional<BoardValues> board_values;
  std::vector<std::string> options;
};

/// Something that is not the same everywhere.
struct TextDifference {
  std::string name;
  std::vector<std::optional<std::string>> values;  // by origin; nothing: it has no such
  friend bool operator==(const TextDifference&, const TextDifference&) = default;
};

struct Premises {
  std::vector<std::string> labels;           // by origin
  std::optional<TextDifference> tool;        // versions
  std::optional<TextDifference> board;       // names
  bool same_board_values = true;             // whatever their names
  std::vector<TextDifference> board_values;  // where all are known
  std::vector<std::string> board_parts;      // where they are not: parts that differ
  std::vector<TextDifference> options;       // value: given or not
  bool same_image = true;                    // bytes
  std::optional<TextDifference> image;       // names with the beginning of their hashes
  /// True if only the firmware can be the cause of a difference.
  [[nodiscard]] bool same_but_firmware() const {
    return !tool && same_board_values && options.empty();
  }
};

[[nodiscard]] Premises premises_of(const std::vector<Origin>& origins,
                                   const std::vector<std::string>& labels);

/// Sentences for people: what was changed beside the firmware, and what follows for the numbers.
/// `numbers_differ` is whether anything measured differs.
[[nodiscard]] std::string verdict(const Premises& premises, bool numbers_differ);
/// One line for each thing that differs, "what" and "how"; at most `most_values` of the board.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> difference_lines(
    const Premises& premises, std::size_t most_values);

}  // namespace mcost::analysis
