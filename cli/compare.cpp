// mcost compare: results beside each other, with what differs and why.
#include "analysis/compare.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "analysis/hardware.h"
#include "analysis/reports/compare_report.h"
#include "analysis/reports/hardware_report.h"
#include "analysis/reports/numbers.h"
#include "boards/spec_reader.h"
#include "boards/suggestions.h"
#include "cli/command.h"
#include "cli/compared_runs.h"
#include "cli/input_file.h"
#include "cli/result_options.h"

namespace mcost::cli {
namespace {

/// More are no comparison that anybody could read.
constexpr std::size_t kMostResults = 24;
constexpr std::uint64_t kDefaultTop = 30;

struct CompareArguments {
  RunArguments runs;
  std::string metric = "cycles";
  std::string by;
  std::string sort = "change";
  std::string top;
  std::string format = "text";
  std::string output;
  std::string hardware;
  std::string hardware_hz;
  bool self = false;
  const CLI::App* command = nullptr;
};

constexpr std::array<std::string_view, 9> kOfReports{
    "metric", "by", "sort", "top", "format", "output", "self", "hardware", "hardware-hz"};

struct Format {
  const char* name;
  std::string (*render)(const analysis::CompareReport&);
  std::string (*render_hardware)(const analysis::HardwareReport&);
};
constexpr std::array<Format, 4> kFormats{{
    {"text", &analysis::compare_text, &analysis::hardware_text},
    {"markdown", &analysis::compare_markdown, &analysis::hardware_markdown},
    {"json", &analysis::compare_json, &analysis::hardware_json},
    {"csv", &analysis::compare_csv, &analysis::hardware_csv},
}};

[[noreturn]] void refuse_name(const std::string& name, const char* option, const char* label,
                              const std::vector<std::string>& known) {
  throw ConfigError(fmt::format("unknown {} \"{}\"", option + 2, name), option,
                    boards::suggest(name, label, known));
}

const Format& format_named(const std::string& name) {
  std::vector<std::string> names;
  for (const Format& format : kFormats) {
    if (name == format.name) return format;
    names.emplace_back(format.name);
  }
  refuse_name(name, "--format", "formats", names);
}

analysis::CompareBy by_named(const std::string& name) {
  std::vector<std::string> names;
  for (unsigned b = 0; b < analysis::kCompareViews; ++b) {
    if (name == analysis::kCompareByNames[b]) return static_cast<analysis::CompareBy>(b);
    names.emplace_back(analysis::kCompareByNames[b]);
  }
  refuse_name(name, "--by", "views", names);
}

analysis::CompareOptions check_options(const CompareArguments& arguments) {
  analysis::CompareOptions options;
  options.metric = arguments.metric;
  options.self = arguments.self;
  if (!arguments.by.empty()) options.by = by_named(arguments.by);
  if (arguments.sort != "change" && arguments.sort != "program")
    refuse_name(arguments.sort, "--sort", "orders", {"change", "program"});
  options.program_order = arguments.sort == "program";
  const bool own_metric =
      options.by == analysis::CompareBy::memory || options.by == analysis::CompareBy::cause;
  if (own_metric && arguments.metric != "cycles") {
    throw ConfigError(fmt::format("--by {} counts what it shows", arguments.by),
                      "--metric " + arguments.metric, "leave one of them out");
  }
  return options;
}

std::size_t top_of(const CompareArguments& arguments) {
  if (arguments.top.empty()) return kDefaultTop;
  const auto top = parse_integer(arguments.top);
  if (!top) {
    throw ConfigError(fmt::format("\"{}\" is no number it takes", arguments.top), "--top",
                      "write how many rows to show, 0 for all");
  }
  return static_cast<std::size_t>(*top);
}

void check_files(const CompareArguments& arguments) {
  const auto& files = arguments.runs.files;
  if (files.empty()) {
    throw ConfigError("nothing to compare", "command line",
                      "name results or firmware: mcost compare A.json B.json, or mcost compare "
                      "FW.elf --board A --board B");
  }
  if (std::all_of(files.begin(), files.end(), is_result))
    refuse_run_options(*arguments.command, files.front(), kOfReports);
  for (const std::string& file : files) {
    if (is_result(file) || !arguments.runs.boards.empty()) continue;
    throw ConfigError("no board for the firmware " + file, "command line",
                      "add --board NAME; `mcost boards` lists names");
  }
  std::size_t count = 0;
  for (const std::string& file : files) count += is_result(file) ? 1 : arguments.runs.boards.size();
  if (!arguments.hardware.empty()) {
    if (count == 1) return;
    throw ConfigError(fmt::format("{} results beside one board", count), "--hardware",
                      "name one result, or one firmware and one --board");
  }
  if (count == 1) {
    throw ConfigError("one result alone", "command line",
                      "name another result, firmware or --board to compare it with");
  }
  if (count > kMostResults) {
    throw ConfigError(fmt::format("{} results", count), "mcost compare",
                      fmt::format("compare at most {} at a time", kMostResults));
  }
}

/// A mistyped metric is an error here; one that makes no sense is one of the comparison.
void suggest_metric(const std::string& name, const std::vector<analysis::ComparedRun>& runs) {
  if (analysis::is_known(analysis::metric_named(name), runs)) return;
  const std::string near = boards::nearest_name(name, analysis::metric_names(runs[0].result));
  if (near.empty() || near == name) return;
  throw ConfigError(fmt::format("no result has the metric \"{}\"", analysis::printable(name)),
                    "--metric", fmt::format("did you mean \"{}\"?", near));
}

/// Options that say how results are compared say nothing of a log.
void check_hardware_options(const CompareArguments& arguments) {
  if (arguments.hardware.empty()) {
    if (arguments.hardware_hz.empty()) return;
    throw ConfigError("there is no log", "--hardware-hz", "add --hardware LOG, or leave it out");
  }
  for (const char* const name : {"--metric", "--by", "--sort", "--self", "--top"}) {
    if (arguments.command->get_option(name)->count() == 0) continue;
    throw ConfigError("the layers of a log are compared in cycles", name,
                      "leave it out with --hardware");
  }
}

std::vector<analysis::BoardParameter> parameters_of(const analysis::ComparedRun& run) {
  const boards::BoardSpec spec =
      boards::read_board_text(run.result.board.resolved_yaml, run.source + ": board.resolved");
  std::vector<analysis::BoardParameter> list;
  for (const boards::SourcedValue& value : boards::sources(spec)) {
    list.push_back({value.path, value.value, std::string(boards::name_of(value.source.kind))});
  }
  return list;
}

std::string hardware_report(const CompareArguments& arguments, const Format& format,
                            const analysis::ComparedRun& run) {
  std::optional<Hertz> counter;
  if (!arguments.hardware_hz.empty()) {
    constexpr std::uint64_t kMostHertz = 10'000'000'000;
    const auto hz = parse_integer(arguments.hardware_hz);
    if (!hz || *hz == 0 || *hz > kMostHertz) {
      throw ConfigError(fmt::format("\"{}\" is no clock", arguments.hardware_hz), "--hardware-hz",
                        "write hertz as an integer, for example 80000000");
    }
    counter = Hertz{*hz, 1};
  }
  const analysis::HardwareLog log =
      analysis::read_hardware_log(read_input_file(arguments.hardware, "--hardware"),
                                  analysis::names_for_log(run.result), arguments.hardware);
  const analysis::HardwareComparison comparison = analysis::compare_with_hardware(
      run.result, log, counter, parameters_of(run), arguments.hardware);
  return format.render_hardware({run.result, comparison, arguments.hardware, run.source});
}

int run_compare(const CompareArguments& arguments) {
  const Format& format = format_named(arguments.format);
  const analysis::CompareOptions options = check_options(arguments);
  const std::size_t top = top_of(arguments);
  check_hardware_options(arguments);
  check_files(arguments);
  OutputFile file(arguments.output, "--output " + arguments.output);
  const GatheredRuns gathered = gather_runs(arguments.runs, "mcost compare");
  if (!arguments.hardware.empty()) {
    file.write(hardware_report(arguments, format, gathered.runs.front()));
    return gathered.failed ? kFirmwareFailed : kOk;
  }
  suggest_metric(options.metric, gathered.runs);
  const analysis::Comparison comparison = analysis::compare(gathered.runs, options);
  file.write(format.render({gathered.runs, comparison, options, top}));
  return gathered.failed ? kFirmwareFailed : kOk;
}

}  // namespace

void add_compare(CLI::App& program, std::function<int()>& action) {
  auto arguments = std::make_shared<CompareArguments>();
  CLI::App* const command = program.add_subcommand(
      "compare", "Show results beside each other: by layer, function and cause, and what differs");
  add_run_arguments(*command, arguments->runs);
  for (const char* const name : {"--format", "--output"})
    command->remove_option(command->get_option(name));
  const auto add = [&](const char* name, std::string& value, const char* type, const char* help) {
    command->add_option(name, value, help)->type_name(type);
  };
  add("--metric", arguments->metric, "NAME",
      "cycles (default), time, energy, instructions, macs, macs_per_cycle, live_bytes, bytes:MEM, "
      "a cause, ... (docs/compare.md lists them)");
  add("--by", arguments->by, "layer|function|cause|memory",
      "one view (default: layers, functions where profiled, causes)");
  add("--sort", arguments->sort, "change|program",
      "largest change first (default), or as executed");
  command->add_flag("--self", arguments->self, "count layers without those inside them");
  add("--top", arguments->top, "N", "rows of a view, 0 for all (default 30)");
  add("--hardware", arguments->hardware, "LOG",
      "cycles or times of layers measured on a board: CSV, or lines like \"conv1: 12345 cycles\"");
  add("--hardware-hz", arguments->hardware_hz, "HZ",
      "clock of the counter in the log (default: the run's core clock)");
  add("--format", arguments->format, "text|markdown|json|csv", "of the comparison (default text)");
  add("--output", arguments->output, "FILE", "write it to a file instead of stdout");
  arguments->command = command;
  command->footer(
      "The first result is what others are compared with. Exit status: 0; 1 a firmware that was "
      "run failed; 2 bad input.");
  command->callback(
      [arguments, &action] { action = [arguments] { return run_compare(*arguments); }; });
}

}  // namespace mcost::cli
