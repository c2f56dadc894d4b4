// mcost run: executes a firmware on a board and reports what it cost.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "analysis/reports/layer_table.h"
#include "analysis/reports/registry.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/run_session.h"

namespace mcost::cli {
namespace {

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

/// True if the firmware has debug data: some place has its line.
bool knows_lines(const RunExit& exit) {
  const auto has_line = [](const StackFrame& frame) { return !frame.place.line.empty(); };
  return !exit.place.line.empty() || (exit.fault && !exit.fault->place.line.empty()) ||
         std::any_of(exit.backtrace.begin(), exit.backtrace.end(), has_line);
}

/// What a person can do about a run that did not end by itself.
std::string remedy_of(const RunExit& exit) {
  if (exit.fault) {
    const bool at_limit =
        exit.reason == ExitReason::cycle_limit || exit.reason == ExitReason::time_limit;
    std::string text = at_limit ? "the fault came first, the limit is no cause: " : "";
    text += exit.advice.empty() ? "the report has a backtrace" : exit.advice;
    if (!knows_lines(exit)) text += "; build the firmware with -g for source lines";
    return text;
  }
  switch (exit.reason) {
    case ExitReason::cycle_limit: return "raise --max-cycles, or end the run with --until";
    case ExitReason::time_limit: return "raise --timeout, or end the run with --until";
    default: return "the report has a backtrace";
  }
}

/// The exit status for how the firmware ended; failures are printed.
int status_of(const RunResult& result, bool strict) {
  const RunExit& exit = result.exit;
  switch (exit.reason) {
    case ExitReason::idle:
    case ExitReason::until: break;
    case ExitReason::exited: {
      const std::uint32_t code = exit.code.value_or(0);
      if (code > 255) return (code & 0xFFu) != 0 ? static_cast<int>(code & 0xFFu) : kFirmwareFailed;
      if (code != 0) return static_cast<int>(code);
      break;
    }
    default:
      fmt::print(stderr, "mcost: error: the firmware did not end by itself: {}: {}\n",
                 analysis::exit_sentence(exit), remedy_of(exit));
      return kFirmwareFailed;
  }
  if (!strict) return kOk;
  for (const UnmodelledRegister& entry : result.unmodelled) {
    if (!entry.rule.empty()) continue;
    fmt::print(
        stderr,
        "mcost: error: --strict: no model for 0x{:08X} ({}): {}: add a rule to the board, or "
        "leave out --strict\n",
        entry.address, entry.peripheral, analysis::place_text(entry.first));
    return kFirmwareFailed;
  }
  return kOk;
}

int run(const RawOptions& raw) {
  RunOptions options = check_options(raw);
  const auto* const format = analysis::find_report_format(options.format);
  const bool report_on_stdout = options.output.empty();
  const bool strict = options.strict;
  Console console(options);
  std::unique_ptr<Progress> progress;
  SessionIo io;
  io.console = [&](const std::string& text, bool error) {
    if (progress) progress->clear();
    console.write(text, error);
  };
  io.announce = [](const std::string& line) { fmt::print(stderr, "mcost: {}\n", line); };
  io.keep_going = [&](Cycles now) { return !progress || progress->tick(now); };
  const auto timeout = options.timeout_s;
  const auto max_cycles = options.max_cycles;
  OutputFile file(options.output, "--output " + options.output);
  RunSession session(std::move(options), std::move(io));
  progress = std::make_unique<Progress>(session.clock(), timeout, max_cycles);
  const RunResult result = session.run();
  progress->clear();
  file.write((report_on_stdout ? console.separator() : "") + format->render(result));
  session.write_dumps();  // behind the report, which a full disk must not cost
  return status_of(result, strict);
}

}  // namespace

void add_run(CLI::App& program, std::function<int()>& action) {
  auto options = std::make_shared<RawOptions>();
  CLI::App* const command =
      program.add_subcommand("run", "Execute a firmware on a board and report what it costs");
  add_run_options(*command, *options);
  command->footer(
      "Exit status: 0 the run ended (exit code 0, idle, or --until); 1 the firmware failed (fault, "
      "lockup, limit);\n2 bad input; else the firmware's own exit code. JSON \"exit\" tells them "
      "apart.");
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace mcost::cli
