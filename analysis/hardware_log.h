// Logs of cycles or times measured on a real board: CSV with a header, what TensorFlow Lite Micro's
// profiler prints, or lines of text from a UART or RTT. May include sim_core/base. Invariant: logs
// are hostile; what is no measurement is skipped and counted, never guessed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mcost::analysis {

/// One measurement: digits / scale of a unit.
struct LogSample {
  std::string name;   // of a layer the run has; else as the log says
  bool known = true;  // the run has such a layer
  std::uint64_t digits = 0;
  std::uint64_t scale = 1;
  std::uint64_t unit_ps = 0;  // picoseconds in the unit; 0: cycles of the counter
  std::size_t line = 0;
  friend bool operator==(const LogSample&, const LogSample&) = default;
};

struct HardwareLog {
  std::vector<LogSample> samples;
  std::size_t skipped_lines = 0;  // that have no measurement
};

inline constexpr std::size_t kMostLogBytes = std::size_t{4} << 20;

/// `names` are those that a log may use for the run's layers; the longest that stands in a line as
/// a word is meant. Errors: ConfigError for a log that is too large, a CSV cell that is no number,
/// and a log without any measurement.
[[nodiscard]] HardwareLog read_hardware_log(std::string_view text,
                                            const std::vector<std::string>& names,
                                            const std::string& file);

}  // namespace mcost::analysis
