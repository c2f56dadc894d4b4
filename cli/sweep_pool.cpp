#include "cli/sweep_pool.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <exception>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace mcost::cli {
namespace {

constexpr std::chrono::milliseconds kBetween{200};

std::string time_left(double seconds) {
  const auto whole = static_cast<unsigned long long>(seconds + 0.5);
  if (whole < 100) return fmt::format("{} s", whole);
  if (whole < 6000) return fmt::format("{} min", (whole + 30) / 60);
  return fmt::format("{} h", (whole + 1800) / 3600);
}

}  // namespace

SweepProgress::SweepProgress(std::size_t total)
    : total_(total), is_terminal_(isatty(STDERR_FILENO) != 0), start_(Clock::now()), last_(start_) {
  if (is_terminal_) show();  // the first cell may take a while
}

SweepProgress::~SweepProgress() { clear(); }

void SweepProgress::finished_one(bool is_kept) {
  ++(is_kept ? kept_ : executed_);
  if (is_terminal_ && Clock::now() - last_ >= kBetween) show();
}

void SweepProgress::show() {
  last_ = Clock::now();
  const std::size_t done = kept_ + executed_;
  std::string line = fmt::format("mcost: {} of {} cells", done, total_);
  if (executed_ != 0) {
    const double elapsed_s = std::chrono::duration<double>(last_ - start_).count();
    const double rate = static_cast<double>(executed_) / elapsed_s;
    line += fmt::format(", {:.1f} cells/s, {} left", rate,
                        time_left(static_cast<double>(total_ - done) / rate));
  }
  fmt::print(stderr, "\r{}\x1b[K", line);
  std::fflush(stderr);
  is_shown_ = true;
}

void SweepProgress::clear() {
  if (!is_shown_) return;
  is_shown_ = false;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
}

void work_through(const std::vector<std::size_t>& order, unsigned jobs,
                  const std::function<analysis::CellOutcome(std::size_t)>& work,
                  const std::function<void(std::size_t, analysis::CellOutcome)>& finished) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto run = [&] {
    for (;;) {
      const std::size_t at = next.fetch_add(1);
      if (at >= order.size()) return;
      analysis::CellOutcome outcome;
      std::exception_ptr problem;
      try {
        outcome = work(order[at]);
      } catch (...) {
        problem = std::current_exception();
      }
      const std::lock_guard<std::mutex> lock(mutex);
      if (failure) return;
      try {
        if (!problem) finished(order[at], std::move(outcome));
      } catch (...) {
        problem = std::current_exception();
      }
      if (!problem) continue;
      failure = problem;
      next = order.size();
      return;
    }
  };
  std::vector<std::thread> threads;
  const std::size_t wanted = std::min<std::size_t>(jobs, order.size());
  try {
    for (std::size_t i = 1; i < wanted; ++i) threads.emplace_back(run);
  } catch (const std::system_error&) {
    // Fewer threads do the same work.
  }
  run();
  for (std::thread& thread : threads) thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace mcost::cli
