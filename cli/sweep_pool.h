// Threads that work through the cells of a sweep, and the line that shows how far they are. May
// include anything. Invariant: which thread does what when shows nowhere in what is returned.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <vector>

#include "analysis/sweep.h"
#include "cli/sweep_cells.h"

namespace mcost::cli {

/// done/total, cells per second and what is left of the time, on a terminal only.
class SweepProgress {
 public:
  explicit SweepProgress(std::size_t total);
  ~SweepProgress();
  SweepProgress(const SweepProgress&) = delete;
  SweepProgress& operator=(const SweepProgress&) = delete;
  /// `is_kept`: it did not have to be executed, and says nothing about speed.
  void finished_one(bool is_kept);

 private:
  void show();
  void clear();
  using Clock = std::chrono::steady_clock;
  std::size_t total_;
  std::size_t kept_ = 0;
  std::size_t executed_ = 0;
  bool is_terminal_;
  bool is_shown_ = false;
  Clock::time_point start_;
  Clock::time_point last_;
};

/// Does `work` for each index below `count` on `jobs` threads, in the order of `order`, and hands
/// each outcome to `finished`, one at a time, in the order in which they come. An exception of
/// either ends all of it and is thrown here.
void work_through(const std::vector<std::size_t>& order, unsigned jobs,
                  const std::function<analysis::CellOutcome(std::size_t)>& work,
                  const std::function<void(std::size_t, analysis::CellOutcome)>& finished);

}  // namespace mcost::cli
