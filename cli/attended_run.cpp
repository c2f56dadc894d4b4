#include "cli/attended_run.h"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

namespace mcost::cli {

AttendedRun::AttendedRun(RunOptions options, Firmware firmware)
    : console_(options), timeout_s_(options.timeout_s), max_cycles_(options.max_cycles) {
  SessionIo io;
  io.console = [this, firmware](const std::string& text, bool error) {
    if (firmware == Firmware::silent) return;
    if (progress_) progress_->clear();
    console_.write(text, error);
  };
  io.announce = [](const std::string& line) { fmt::print(stderr, "mcost: {}\n", line); };
  io.keep_going = [this](Cycles now) { return !progress_ || progress_->tick(now); };
  session_ = std::make_unique<RunSession>(std::move(options), std::move(io));
}

void AttendedRun::show_progress() {
  progress_ = std::make_unique<Progress>(session_->clock(), timeout_s_, max_cycles_);
}

RunResult AttendedRun::run() {
  show_progress();
  RunResult result = session_->run();
  progress_->clear();
  return result;
}

std::optional<RunResult> AttendedRun::run(RunController& controller) {
  show_progress();
  std::optional<RunResult> result = session_->run(controller);
  progress_->clear();
  return result;
}

}  // namespace mcost::cli
