// Where the output of a running firmware goes. May include anything.
#pragma once

#include <cstdio>
#include <string>

#include "cli/options.h"

namespace mcost::cli {

/// What the firmware prints, as it comes: to stdout, unless a report in a machine's format goes
/// there.
class Console {
 public:
  explicit Console(const RunOptions& options)
      : stream_(options.format == "text" || !options.output.empty() ? stdout : stderr) {}

  void write(const std::string& text, bool error) {
    if (text.empty()) return;
    std::FILE* const stream = error ? stderr : stream_;
    std::fwrite(text.data(), 1, text.size(), stream);
    if (text.find('\n') != std::string::npos) std::fflush(stream);
    if (stream == stdout) separator_ = text.back() == '\n' ? "\n" : "\n\n";
  }
  /// What stands between the firmware's output and a report on stdout: a blank line.
  [[nodiscard]] const std::string& separator() const { return separator_; }

 private:
  std::FILE* stream_;
  std::string separator_;
};

}  // namespace mcost::cli
