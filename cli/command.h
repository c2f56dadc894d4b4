// What a subcommand is, and what all of them do alike: exit statuses, errors, output. May include
// anything.
#pragma once

#include <functional>
#include <string>

#include "sim_core/base/error.h"

namespace CLI {
class App;
}  // namespace CLI

namespace mcost::cli {

/// Exit statuses of our own (product.md); the firmware's own code is passed on beside them.
enum Status : int {
  kOk = 0,
  kFirmwareFailed = 1,
  kBadInput = 2,
  kRegression = 3,
  kInternal = 70,  // EX_SOFTWARE of sysexits.h: our own bug
};

/// A subcommand: adds itself to the program and, once chosen, sets what is to be done.
struct Command {
  const char* name;
  void (*add)(CLI::App& program, std::function<int()>& action);
};

void add_run(CLI::App& program, std::function<int()>& action);
void add_profile(CLI::App& program, std::function<int()>& action);
void add_call(CLI::App& program, std::function<int()>& action);
void add_loop(CLI::App& program, std::function<int()>& action);
void add_gdb(CLI::App& program, std::function<int()>& action);
void add_fit(CLI::App& program, std::function<int()>& action);
void add_report(CLI::App& program, std::function<int()>& action);
void add_compare(CLI::App& program, std::function<int()>& action);
void add_check(CLI::App& program, std::function<int()>& action);
void add_sweep(CLI::App& program, std::function<int()>& action);
void add_boards(CLI::App& program, std::function<int()>& action);

/// `mcost: error: <what>: <where>: <remedy>` on stderr; several mistakes are several lines.
void print_error(const InputError& error);

/// Writes to stdout. Errors: ConfigError if it cannot take everything.
void write_stdout(const std::string& text);

/// A file that an option names. Opened before the run, so that a long run does not end with a
/// result that cannot be written; what was in the file stays until there is something new.
class OutputFile {
 public:
  /// An empty `path` is stdout. `option` is named in errors. Errors: ConfigError if the file cannot
  /// be written.
  OutputFile(std::string path, std::string option);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  /// Errors: ConfigError if the bytes cannot be written.
  void write(const std::string& bytes);

 private:
  std::string path_;
  std::string option_;
  bool created_ = false;  // by us, and still empty
};

}  // namespace mcost::cli
