// mcost loop: runs a firmware to a loop and explains what one iteration costs.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <map>
#include <memory>

#include "analysis/reports/layer_table.h"
#include "analysis/reports/numbers.h"
#include "boards/suggestions.h"
#include "cli/attended_run.h"
#include "cli/command.h"
#include "cli/loop_explain.h"

namespace mcost::cli {
namespace {

struct LoopOptions {
  RawOptions run;
  std::string at;
  std::string skip;
};

std::uint64_t read_skip(const std::string& text) {
  if (text.empty()) return 0;
  const auto skip = parse_integer(text);
  if (!skip) {
    throw ConfigError(fmt::format("\"{}\" is no number it takes", text), "--skip",
                      "write how many visits come first, from 0");
  }
  return *skip;
}

void check_loop_options(const LoopOptions& options) {
  if (options.run.firmware.empty()) {
    throw ConfigError("no firmware", "command line",
                      "name an ELF file: mcost loop FW.elf --at SYMBOL+OFFSET --board NAME");
  }
  if (options.at.empty()) {
    throw ConfigError("no place", "command line",
                      "add --at SYMBOL, --at SYMBOL+OFFSET or --at ADDRESS: an instruction of the "
                      "loop");
  }
  if (options.run.format != "text" && options.run.format != "json") {
    throw ConfigError(fmt::format("unknown format \"{}\"", options.run.format), "--format",
                      boards::suggest(options.run.format, "formats", {"text", "json"}));
  }
}

/// The loop was not come to as often as asked.
[[noreturn]] void refuse_unreached(const LoopOptions& options, Address at, std::uint64_t visits,
                                   const RunResult& result) {
  if (visits != 0) {
    throw ConfigError(fmt::format("0x{:08X} was reached {} only", at, analysis::times(visits)),
                      fmt::format("--skip {}", options.skip), "skip fewer visits");
  }
  throw ConfigError(fmt::format("0x{:08X} was never reached: {} in cycle {}", at,
                                analysis::exit_sentence(result.exit), result.total.counters.cycles),
                    "--at " + options.at,
                    "name an instruction that executes, or change how the run begins and ends");
}

/// In an iteration that is too long, the instruction executed most often: an inner loop's.
Address busiest(const LoopRecorder::Iteration& ops) {
  std::map<Address, std::uint64_t> counts;
  for (const LoopOp& op : ops) ++counts[op.recorded.outcome.pc];
  Address address = 0;
  std::uint64_t most = 0;
  for (const auto& [pc, count] : counts) {
    if (count <= most) continue;
    most = count;
    address = pc;
  }
  return address;
}

analysis::LoopReport explain(LoopRecorder& recorder, RunSession& session,
                             const LoopOptions& options) {
  std::vector<LoopRecorder::Iteration> iterations = recorder.take_iterations();
  const bool is_loop = !iterations.empty();
  if (!is_loop) {
    if (recorder.end() == LoopRecorder::End::too_long) {
      const Address inner = busiest(recorder.unfinished());
      throw ConfigError(fmt::format("not come back to within {} instructions",
                                    analysis::grouped(recorder.unfinished().size())),
                        "--at " + options.at,
                        fmt::format("name an instruction of an inner loop, for example 0x{:08X} {}",
                                    inner, session.places().symbol(inner)));
    }
    iterations.push_back(straight_part(recorder.unfinished()));
  }
  return explain_loop(session.machine().engine(), std::move(iterations), is_loop);
}

int run(const LoopOptions& options) {
  check_loop_options(options);
  RunOptions run_options = check_options(options.run);
  run_options.layer_mode = LayerMode::none;
  run_options.memory_use = false;
  const std::uint64_t skip = read_skip(options.skip);
  OutputFile file(run_options.output, "--output " + run_options.output);
  const bool is_json = run_options.format == "json";
  const bool report_on_stdout = run_options.output.empty();
  AttendedRun attended(std::move(run_options));
  RunSession& session = attended.session();
  const Address at = resolve_address(options.at, session.symbols(), "--at") & ~Address{1};
  LoopRecorder recorder(session.machine().engine(), session.symbols(),
                        session.machine().memory_names(), at);
  session.watch({.address = at, .visit = skip + 1}, recorder, "--at " + options.at);
  const RunResult result = attended.run();
  if (session.watch_visits() != skip + 1) {
    refuse_unreached(options, at, session.watch_visits(), result);
  }
  analysis::LoopReport report = explain(recorder, session, options);
  report.image = result.image.name;
  report.board = result.board.name;
  report.core = result.board.core;
  report.memories = result.memories;
  report.at = options.at;
  for (const boards::Placed& placed : session.machine().placed())
    report.notes.push_back(boards::note_of(placed));
  if (const auto* const function = session.symbols().find_function(at)) {
    report.function = function->demangled;
  }
  const std::string separator = report_on_stdout ? attended.separator() : "";
  file.write(separator + (is_json ? analysis::loop_json(report) : analysis::loop_text(report)));
  return kOk;
}

}  // namespace

void add_loop(CLI::App& program, std::function<int()>& action) {
  auto options = std::make_shared<LoopOptions>();
  CLI::App* const command = program.add_subcommand(
      "loop", "Explain what one iteration of a loop costs, and what bounds it");
  add_run_options(*command, options->run);
  for (const char* const name : {"--layers", "--dump-memory", "--strict", "--stats", "--battery",
                                 "--period", "--no-memory-use", "--profile"}) {
    command->remove_option(command->get_option(name));
  }
  command->get_option("--format")->type_name("text|json");
  command->add_option("--at", options->at, "an instruction of the loop")
      ->type_name("SYMBOL+OFF|ADDR");
  command->add_option("--skip", options->skip, "visits of it that come first (default 0)")
      ->type_name("N");
  command->footer(
      "The run goes to that instruction and ends when enough iterations were seen. Bounds are "
      "computed by timing them\nagain without wait states, without latencies, or with neither.");
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace mcost::cli
