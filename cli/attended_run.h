// A run as a person at a terminal sees it: what the firmware prints, and a line that shows
// progress. Shared by subcommands that execute. May include anything.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "cli/console.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/run_session.h"

namespace mcost::cli {

class AttendedRun {
 public:
  /// What happens with the output of the firmware.
  enum class Firmware : std::uint8_t { shown, silent };
  /// Reads everything. Errors: ConfigError, ImageError.
  explicit AttendedRun(RunOptions options, Firmware firmware = Firmware::shown);
  ~AttendedRun() = default;
  AttendedRun(const AttendedRun&) = delete;
  AttendedRun& operator=(const AttendedRun&) = delete;

  [[nodiscard]] RunSession& session() { return *session_; }
  /// Once.
  [[nodiscard]] RunResult run();
  /// The same under somebody's control; nothing if the run was given up.
  [[nodiscard]] std::optional<RunResult> run(RunController& controller);
  /// What stands between the firmware's output and a report on stdout.
  [[nodiscard]] std::string separator() const { return console_.separator(); }

 private:
  void show_progress();
  Console console_;
  std::optional<double> timeout_s_;
  std::optional<Cycles> max_cycles_;
  std::unique_ptr<Progress> progress_;
  std::unique_ptr<RunSession> session_;
};

}  // namespace mcost::cli
