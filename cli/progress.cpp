#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "analysis/reports/numbers.h"

namespace mcost::cli {
namespace {

constexpr double kFirstShownSeconds = 0.5;
constexpr std::chrono::milliseconds kBetween{200};

double seconds_between(std::chrono::steady_clock::time_point from,
                       std::chrono::steady_clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

Progress::Progress(Hertz clock, std::optional<double> timeout_s, std::optional<Cycles> limit)
    : clock_(clock),
      timeout_s_(timeout_s),
      limit_(limit),
      terminal_(isatty(STDERR_FILENO) != 0),
      start_(Clock::now()),
      last_(start_) {}

Progress::~Progress() { clear(); }

bool Progress::tick(Cycles now) {
  const Clock::time_point time = Clock::now();
  const double elapsed_s = seconds_between(start_, time);
  if (terminal_ && elapsed_s >= kFirstShownSeconds && time - last_ >= kBetween) {
    last_ = time;
    show(now, elapsed_s);
  }
  return !timeout_s_ || elapsed_s < *timeout_s_;
}

void Progress::show(Cycles now, double elapsed_s) {
  const double rate = static_cast<double>(now) / elapsed_s;
  std::string line = fmt::format("mcost: simulated {}, {:.1f} simulated MHz",
                                 analysis::duration(now, clock_), rate / 1e6);
  if (limit_ && rate > 0 && *limit_ > now) {
    line += fmt::format(", at most {:.0f} s left", static_cast<double>(*limit_ - now) / rate);
  }
  fmt::print(stderr, "\r{}\x1b[K", line);
  std::fflush(stderr);
  shown_ = true;
}

void Progress::clear() {
  if (!shown_) return;
  shown_ = false;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
}

}  // namespace mcost::cli
