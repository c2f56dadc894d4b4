// What the cells of a sweep cost. Cells that differ in settings of memories alone share one
// recorded run: the first is recorded, the others replay it where that says as much as executing
// them, and execute it where it does not. May include anything. Invariant: numbers are those of
// execution.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "cli/sweep_cells.h"
#include "sim_core/base/run_result.h"

namespace mcost::cli {

class CellCosts {
 public:
  struct Options {
    bool replays = true;
    bool whole_results = false;  // all of a result is wanted, not figures alone
  };
  CellCosts(const std::vector<SweepCell>& cells, const Options& options);
  ~CellCosts();
  CellCosts(const CellCosts&) = delete;
  CellCosts& operator=(const CellCosts&) = delete;

  /// May be called from several threads. Errors: InputError where firmware, board and options do
  /// not go together.
  [[nodiscard]] RunResult cost_of(const SweepCell& cell);
  /// Cells so far that were replayed.
  [[nodiscard]] std::size_t replayed() const;

 private:
  struct Group;
  std::vector<std::unique_ptr<Group>> groups_;
  Options options_;
};

}  // namespace mcost::cli
