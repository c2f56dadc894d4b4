// mcost run: executes a firmware on a board and reports what it cost.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>

#include "analysis/reports/numbers.h"
#include "analysis/reports/pipeline_report.h"
#include "analysis/reports/registry.h"
#include "cli/attended_run.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/run_status.h"
#include "cli/trace_options.h"

namespace mcost::cli {
namespace {

/// The window of a run that --trace asks for.
class Tracer {
 public:
  Tracer(TraceOptions options, RunSession& session)
      : options_(std::move(options)),
        where_("--trace-from " + options_.from),
        session_(session),
        recorder_(session.machine().engine(), session.symbols(), session.machine().memory_names(),
                  options_.end) {
    if (!options_.from.empty()) {
      options_.start.address =
          resolve_address(options_.from, session.symbols(), "--trace-from") & ~Address{1};
    }
    session.watch(options_.start, recorder_, where_);
  }

  [[nodiscard]] analysis::PipelineTrace finish(const RunResult& result) {
    analysis::PipelineTrace trace{.image = result.image.name,
                                  .board = result.board.name,
                                  .core = result.board.core,
                                  .memories = result.memories,
                                  .rows = recorder_.take_rows(),
                                  .remark = {}};
    if (!trace.rows.empty()) return trace;
    trace.remark =
        options_.start.address
            ? fmt::format(
                  "Nothing was traced: {} was reached {}", where_,
                  session_.watch_visits() == 0 ? "never" : analysis::times(session_.watch_visits()))
            : fmt::format("Nothing was traced: the run ended in cycle {}",
                          result.total.counters.cycles);
    return trace;
  }

 private:
  TraceOptions options_;
  std::string where_;
  RunSession& session_;
  PipelineRecorder recorder_;
};

/// Where a trace goes: a file in the format of its name; else to people, before the report.
class TraceOutput {
 public:
  explicit TraceOutput(const TraceOptions& options) {
    if (options.file.empty()) return;
    file_ = std::make_unique<OutputFile>(options.file, "--trace pipeline=" + options.file);
    is_json_ = options.file.ends_with(".json");
  }
  void write(const analysis::PipelineTrace& trace, bool stdout_is_text,
             const std::string& separator) {
    if (file_) {
      file_->write(is_json_ ? analysis::pipeline_perfetto(trace) : analysis::pipeline_text(trace));
    } else if (stdout_is_text) {
      write_stdout(separator + analysis::pipeline_text(trace));
    } else {
      fmt::print(stderr, "{}", analysis::pipeline_text(trace));
    }
  }
  [[nodiscard]] bool on_stdout() const { return !file_; }

 private:
  std::unique_ptr<OutputFile> file_;
  bool is_json_ = false;
};

int run(const RawOptions& raw, const RawTrace& raw_trace) {
  RunOptions options = check_options(raw);
  const std::optional<TraceOptions> trace = check_trace(raw_trace);
  const auto* const format = analysis::find_report_format(options.format);
  const bool report_on_stdout = options.output.empty();
  const bool strict = options.strict;
  OutputFile file(options.output, "--output " + options.output);
  std::optional<TraceOutput> trace_output;
  if (trace) trace_output.emplace(*trace);
  const bool stdout_is_text = options.format == "text" || !report_on_stdout;
  AttendedRun attended(std::move(options));
  std::optional<Tracer> tracer;
  if (trace) tracer.emplace(*trace, attended.session());
  const RunResult result = attended.run();
  std::string separator = attended.separator();
  if (tracer) {
    trace_output->write(tracer->finish(result), stdout_is_text, separator);
    if (trace_output->on_stdout() && stdout_is_text) separator = "\n";
  }
  file.write((report_on_stdout ? separator : "") + format->render(result));
  attended.session().write_dumps();  // behind the report, which a full disk must not cost
  tell_bad_exit(result);
  return status_of(result, strict);
}

}  // namespace

void add_run(CLI::App& program, std::function<int()>& action) {
  auto options = std::make_shared<RawOptions>();
  auto trace = std::make_shared<RawTrace>();
  CLI::App* const command =
      program.add_subcommand("run", "Execute a firmware on a board and report what it costs");
  add_run_options(*command, *options);
  add_trace_options(*command, *trace);
  command->footer(
      "Exit status: 0 the run ended (exit code 0, idle, or --until); 1 the firmware failed (fault, "
      "lockup, limit);\n2 bad input; else the firmware's own exit code. JSON \"exit\" tells them "
      "apart.");
  command->callback(
      [options, trace, &action] { action = [options, trace] { return run(*options, *trace); }; });
}

}  // namespace mcost::cli
