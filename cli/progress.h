// The line on a terminal that shows a long run is alive, and the host's time limit. May include
// anything. Invariant: it never changes a result but for the time limit.
#pragma once

#include <chrono>
#include <optional>

#include "sim_core/base/units.h"

namespace mcost::cli {

class Progress {
 public:
  /// `timeout_s` is host seconds. `limit`, where the user gave one, is what an ETA is made from.
  Progress(Hertz clock, std::optional<double> timeout_s, std::optional<Cycles> limit);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Called now and then. Returns false when the time is over.
  bool tick(Cycles now);
  /// Takes the line away before something else is written to the terminal.
  void clear();

 private:
  void show(Cycles now, double elapsed_s);
  using Clock = std::chrono::steady_clock;
  Hertz clock_;
  std::optional<double> timeout_s_;
  std::optional<Cycles> limit_;
  bool terminal_ = false;
  bool shown_ = false;
  Clock::time_point start_;
  Clock::time_point last_;
};

}  // namespace mcost::cli
