// mcost gdb: runs a firmware under a debugger that connects with GDB's remote protocol, and reports
// what it cost, as mcost run does.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <cstdio>
#include <memory>
#include <optional>

#include "analysis/reports/registry.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/gdb_debugger.h"
#include "cli/gdb_monitor.h"
#include "cli/run_session.h"
#include "cli/run_status.h"

namespace mcost::cli {
namespace {

constexpr std::uint64_t kUsualPort = 1234;  // as of QEMU

struct GdbOptions {
  RawOptions run;
  std::string port;
  bool wait = false;
  bool no_wait = false;
};

std::uint16_t read_port(const std::string& text) {
  if (text.empty()) return static_cast<std::uint16_t>(kUsualPort);
  const auto port = parse_integer(text);
  if (!port || *port > 0xFFFF) {
    throw ConfigError(fmt::format("\"{}\" is no port", text), "--port",
                      "write a number up to 65535, or 0 for a port that is free");
  }
  return static_cast<std::uint16_t>(*port);
}

void announce(const std::string& line) {
  fmt::print(stderr, "mcost: {}\n", line);
  std::fflush(stderr);
}

/// Answer to `monitor reset`.
std::string reset(engine::Engine& engine, const GdbDebugger& debugger) {
  if (debugger.is_over()) return "mcost: the run is over: start mcost gdb again\n";
  if (!engine.reset_system()) return "mcost: no vector table can be read\n";
  return "reset; `maintenance flush register-cache` shows it\n";  // GDB asks no registers again
}

/// What a debugger can ask and is told beside the state of the core.
GdbDebugger::Talk talk_about(RunSession& session, GdbMonitor& monitor) {
  return {.monitor = [&](const std::string& command) { return monitor.answer(command); },
          .describe_end =
              [&](engine::StopReason stop) {
                return fmt::format("mcost: the run is over: {}; continue or detach ends it\n",
                                   session.describe_end(stop));
              },
          .announce = &announce,
          .before_halt = [] { std::fflush(stdout); }};
}

int run(const GdbOptions& options) {
  if (options.run.firmware.empty()) {
    throw ConfigError("no firmware", "command line",
                      "name an ELF file: mcost gdb FW.elf --board NAME");
  }
  if (options.wait && options.no_wait) {
    throw ConfigError("given together with --wait", "--no-wait", "give one of them");
  }
  RunOptions run_options = check_options(options.run);
  const std::uint16_t port = read_port(options.port);
  const auto* const format = analysis::find_report_format(run_options.format);
  const bool report_on_stdout = run_options.output.empty();
  const bool strict = run_options.strict;
  Console console(run_options);
  std::optional<GdbDebugger> debugger;
  SessionIo io;
  io.console = [&](const std::string& text, bool error) { console.write(text, error); };
  io.announce = &announce;
  io.keep_going = [&](Cycles) {
    debugger->poll();
    return true;
  };
  OutputFile file(run_options.output, "--output " + run_options.output);
  RunSession session(std::move(run_options), std::move(io));
  GdbServer server(port);
  GdbMonitor monitor([&] { return session.so_far(); },
                     [&] { return reset(session.machine().engine(), *debugger); });
  debugger.emplace(session.machine().engine(), server, !options.no_wait,
                   talk_about(session, monitor));
  announce(fmt::format("gdb: listening on 127.0.0.1:{}", server.port()));
  const std::optional<RunResult> result = session.run(*debugger);
  if (!result) return kOk;
  file.write((report_on_stdout ? console.separator() : "") + format->render(*result));
  session.write_dumps();
  tell_bad_exit(*result);
  return status_of(*result, strict);
}

}  // namespace

void add_gdb(CLI::App& program, std::function<int()>& action) {
  auto options = std::make_shared<GdbOptions>();
  CLI::App* const command = program.add_subcommand(
      "gdb", "Run a firmware under GDB; what it costs is what it costs without");
  add_run_options(*command, options->run);
  command->remove_option(command->get_option("--timeout"));
  command->add_option("--port", options->port, "of 127.0.0.1 (default 1234); 0 is one that is free")
      ->type_name("N");
  command->add_flag("--wait", options->wait,
                    "hold the firmware before its first instruction until a debugger connects "
                    "(default)");
  command->add_flag("--no-wait", options->no_wait,
                    "start the firmware at once; a debugger that connects halts it");
  command->footer(
      "Then: gdb-multiarch FW.elf -ex \"target remote :1234\". `monitor help` lists what GDB can "
      "ask "
      "for. When the debugger\ndetaches or the firmware ends, the report is that of `mcost run`; "
      "kill "
      "ends without one. Exit status as `mcost run`.");
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace mcost::cli
