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

constexpr double kFirstShownSeconds = 0.5;
constexpr std::chrono::milliseconds kBetween{200};

std::string time_left(double seconds) {
  const auto whole = static_cast<unsigned long long>(seconds + 0.5);
  if (whole < 100) return fmt::format("{} s", whole);
  if (whole < 6000) return fmt::format("{} min", (whole + 30) / 60);
  return fmt::format("{} h", (whole + 1800) / 3600);
}

}  // namespace

SweepProgress::SweepProgress(std::size_t total)
    : total_(total),
      is_terminal_(isatty(STDERR_FILENO) != 0),
      start_(Clock::now()),
      last_(start_) {}

SweepProgress::~SweepProgress() { clear(); }

void SweepProgress::finished_one(bool is_kept) {
  ++(is_kept ? kept_ : executed_);
  if (!is_terminal_) return;
  const Clock::time_point now = Clock::now();
  const double elapsed_s = std::chrono::duration<double>(now - start_).count();
  if (elapsed_s < kFirstShownSeconds || now - last_ < kBetween) return;
  last_ = now;
  const std::size_t done = kept_ + executed_;
  std::string line = fmt::format("mcost: {} of {} cells", done, total_);
  if (executed_ != 0) {
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
      try {
        analysis::CellOutcome outcome = work(order[at]);
        const std::lock_guard<std::mutex> lock(mutex);
        if (failure) return;
        finished(order[at], std::move(outcome));
      } catch (...) {
        const std::lock_guard<std::mutex> lock(mutex);
        if (!failure) failure = std::current_exception();
        next = order.size();
        return;
      }
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
