// What no single value can say: names that must resolve, ranges that must not meet, and values
// worked out from others. Private to mcost_board_spec.
#pragma once

#include <map>
#include <set>
#include <string>

#include "boards/board_spec.h"
#include "boards/yaml_tree.h"

namespace mcost::boards {

/// What reading left behind for the checks.
struct ReadPlaces {
  std::map<std::string, Place> places;  ///< Where each key path was written; blocks are included.
  std::set<std::string>
      bad_blocks;  ///< Paths of blocks with a mistake of their own: not worth checking further.
};

/// Fills what is derived (sizes of regions, offsets of bit fields) and records every inconsistency.
void complete_and_check(BoardSpec& board, const ReadPlaces& read, Problems& problems);

}  // namespace mcost::boards
