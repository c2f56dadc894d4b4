// The cells of a sweep: each a firmware, a board and options, as `mcost run` would take them. May
// include anything. Invariant: the list and its order are a function of the specification alone.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "analysis/sweep.h"
#include "cli/options.h"
#include "cli/sweep_spec.h"

namespace mcost::cli {

struct SweepCell {
  analysis::CellValues values;
  RunOptions options;
  /// Cells of one group differ in settings of memories, caches, clock, energy and in placement
  /// alone: their firmware should do the same, in other time. Groups count from 0 in the order of
  /// their first cells.
  std::size_t group = 0;
};

/// The grid without what is excluded, the last axis fastest, then single cells that are not in it.
/// Errors: ConfigError for a grid of more than `most` cells, for none, for an option that cannot
/// be.
[[nodiscard]] std::vector<SweepCell> make_cells(const SweepSpec& spec, std::size_t most);

/// Tells cells apart by all that their figures depend on: the bytes of files, the resolved board,
/// options, the version of this program.
class CellKeys {
 public:
  /// Reads the files that cells name, once each.
  CellKeys(const std::vector<SweepCell>& cells, const analysis::OutcomeOptions& outcome);
  /// 64 hexadecimal digits. May be called from several threads. Errors: InputError for a board
  /// that cannot be.
  [[nodiscard]] std::string key_of(const SweepCell& cell) const;
  /// SHA-256 of the firmware file.
  [[nodiscard]] const std::string& image_hash(const SweepCell& cell) const;

 private:
  [[nodiscard]] const std::string& hash_of(const std::string& file) const;

  std::map<std::string, std::string> hashes_;  // by path
  analysis::OutcomeOptions outcome_;
};

}  // namespace mcost::cli
