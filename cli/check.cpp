// mcost check: a run against its baseline and limits, for CI.
#include "analysis/check.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>

#include "analysis/baseline.h"
#include "analysis/reports/check_report.h"
#include "analysis/reports/compare_report.h"
#include "analysis/reports/numbers.h"
#include "boards/suggestions.h"
#include "cli/attended_run.h"
#include "cli/baseline_file.h"
#include "cli/command.h"
#include "cli/compared_runs.h"
#include "cli/input_file.h"
#include "cli/result_options.h"
#include "cli/run_status.h"

namespace mcost::cli {
namespace {

constexpr std::size_t kMostLimits = 1000;
constexpr const char* kSummaryVariable = "GITHUB_STEP_SUMMARY";

struct CheckArguments {
  RawOptions run;
  std::string baseline;
  std::string limits;
  std::string tolerance;
  std::vector<std::string> limit;
  std::vector<std::string> warn;
  std::string format = "text";
  std::string output;
  std::string junit;
  std::string markdown;
  std::string benchmark_json;
  bool github_summary = false;
  bool bless = false;
  const CLI::App* command = nullptr;
};

constexpr std::array<std::string_view, 12> kOfChecks{
    "baseline", "limits", "tolerance", "limit",          "warn",           "format",
    "output",   "junit",  "markdown",  "benchmark-json", "github-summary", "bless"};

struct Format {
  const char* name;
  std::string (*render)(const analysis::CheckReport&);
};
constexpr std::array<Format, 3> kFormats{{
    {"text", &analysis::check_text},
    {"markdown", &analysis::check_markdown},
    {"json", &analysis::check_json},
}};

const Format& format_named(const std::string& name) {
  std::vector<std::string> names;
  for (const Format& format : kFormats) {
    if (name == format.name) return format;
    names.emplace_back(format.name);
  }
  throw ConfigError(fmt::format("unknown format \"{}\"", name), "--format",
                    boards::suggest(name, "formats", names));
}

void check_arguments(const CheckArguments& arguments) {
  if (arguments.run.firmware.empty()) {
    throw ConfigError("nothing to check", "command line",
                      "name a firmware or a result: mcost check FW.elf --board NAME --baseline "
                      "FILE");
  }
  if (is_result(arguments.run.firmware))
    refuse_run_options(*arguments.command, arguments.run.firmware, kOfChecks);
  const bool has_limits = !arguments.limits.empty() || !arguments.limit.empty();
  if (arguments.baseline.empty() && arguments.bless) {
    throw ConfigError("no file to bless", "--bless", "add --baseline FILE.yaml");
  }
  if (arguments.baseline.empty() && !has_limits) {
    throw ConfigError("nothing to check against", "command line",
                      "add --baseline FILE.yaml, or --limit METRIC<VALUE");
  }
}

/// Files that a check writes, opened before the run.
class Outputs {
 public:
  explicit Outputs(const CheckArguments& arguments)
      : report_(arguments.output, "--output " + arguments.output) {
    add(arguments.junit, "--junit", &analysis::check_junit);
    add(arguments.markdown, "--markdown", &analysis::check_markdown);
    add(arguments.benchmark_json, "--benchmark-json", &analysis::check_benchmark_json);
    if (!arguments.github_summary) return;
    const char* const path = std::getenv(kSummaryVariable);
    if (path == nullptr || *path == '\0') {
      throw ConfigError(fmt::format("{} is not set", kSummaryVariable), "--github-summary",
                        "leave the option out where no GitHub action runs");
    }
    summary_ = path;
  }
  void write(const Format& format, const analysis::CheckReport& report) {
    for (auto& [file, render] : files_) file->write(render(report));
    if (!summary_.empty()) append(analysis::check_markdown(report));
    report_.write(format.render(report));
  }

 private:
  using Render = std::string (*)(const analysis::CheckReport&);

  void add(const std::string& path, const std::string& option, Render render) {
    if (path.empty()) return;
    files_.emplace_back(std::make_unique<OutputFile>(path, option + " " + path), render);
  }
  void append(const std::string& text) const {
    std::ofstream stream(summary_, std::ios::binary | std::ios::app);
    stream << text << "\n";
    stream.close();
    if (stream) return;
    throw ConfigError(fmt::format("{} cannot be written", kSummaryVariable), "--github-summary",
                      "check its disk and folder");
  }

  OutputFile report_;
  std::vector<std::pair<std::unique_ptr<OutputFile>, Render>> files_;
  std::string summary_;
};

struct Rules {
  analysis::CheckRules check;
  std::optional<BaselineFile> file;  // of --baseline, if it is there
};

/// Limits of the line replace those of files for the same metric, those of --limits the baseline's.
void replace_limits(std::vector<analysis::Limit>& limits, std::vector<analysis::Limit> newer) {
  std::erase_if(limits, [&](const analysis::Limit& limit) {
    return std::any_of(newer.begin(), newer.end(),
                       [&](const analysis::Limit& one) { return one.subject == limit.subject; });
  });
  for (analysis::Limit& limit : newer) limits.push_back(std::move(limit));
}

/// What is to be replaced need not be readable: a merge leaves conflicts in it.
BaselineFile read_to_check_or_bless(const CheckArguments& arguments) {
  const std::string text = read_input_file(arguments.baseline, "--baseline");
  try {
    return read_baseline_text(text, arguments.baseline);
  } catch (const ConfigError&) {
    if (!arguments.bless) throw;
    return read_baseline_text(baseline_head(text), arguments.baseline);
  }
}

Rules read_rules(const CheckArguments& arguments) {
  Rules rules;
  const auto take = [&](const BaselineFile& file) {
    if (file.tolerance) rules.check.tolerance = *file.tolerance;
    replace_limits(rules.check.limits, file.limits);
  };
  if (!arguments.baseline.empty()) {
    const bool there = std::filesystem::exists(arguments.baseline);
    if (there) rules.file = read_to_check_or_bless(arguments);
    if (rules.file) take(*rules.file);
    if (!arguments.bless && (!there || !rules.file->baseline)) {
      throw ConfigError(there ? "the baseline has no numbers" : "no such baseline",
                        "--baseline " + arguments.baseline,
                        "write it with --bless, look at it, and commit it");
    }
  }
  if (!arguments.limits.empty()) take(read_baseline_file(arguments.limits, "--limits"));
  std::vector<analysis::Limit> of_line;
  for (const std::string& text : arguments.limit)
    of_line.push_back(analysis::parse_limit(text, "--limit"));
  for (const std::string& text : arguments.warn) {
    of_line.push_back(analysis::parse_limit(text, "--warn"));
    of_line.back().hard = false;
  }
  replace_limits(rules.check.limits, std::move(of_line));
  for (const analysis::Limit& limit : rules.check.limits) {
    if (!limit.needs_baseline() || !arguments.baseline.empty()) continue;
    throw ConfigError(fmt::format("the limit {} compares with a baseline", limit.text),
                      "command line", "add --baseline FILE.yaml, or write an absolute limit");
  }
  if (rules.check.limits.size() > kMostLimits) {
    throw ConfigError(fmt::format("{} limits", rules.check.limits.size()), "mcost check",
                      fmt::format("write at most {}; * stands for many names", kMostLimits));
  }
  if (!arguments.tolerance.empty())
    rules.check.tolerance = analysis::parse_tolerance(arguments.tolerance, "--tolerance");
  return rules;
}

RunResult result_of(const CheckArguments& arguments) {
  const std::string& file = arguments.run.firmware;
  if (is_result(file)) return read_result(file, "mcost check");
  RawOptions raw = arguments.run;
  raw.format = "json";  // the console is silent, the report goes nowhere
  return AttendedRun(check_options(raw), AttendedRun::Firmware::silent).run();
}

/// Of runs that ended well only: others measured something else.
bool ended_well(const RunResult& result, const std::string& file, bool strict) {
  if (result.partial && is_result(file)) {
    throw ConfigError("the result is partial: stopped by host time", file,
                      "make it again without --timeout");
  }
  const int status = status_of(result, strict);
  if (status == kOk) return true;
  if (result.exit.reason == ExitReason::exited) {
    fmt::print(stderr,
               "mcost: error: the firmware ended with exit code {}: {}: its cost is no "
               "measure; `mcost run` shows what it prints\n",
               result.exit.code.value_or(0), analysis::printable(result.image.name));
  }
  return false;
}

void check_same_board(const analysis::Baseline& baseline, const RunResult& result,
                      const CheckArguments& arguments) {
  if (baseline.origin.board_name == result.board.name || arguments.bless) return;
  throw ConfigError(fmt::format("the baseline is of {}, the run on {}",
                                analysis::printable(baseline.origin.board_name),
                                analysis::printable(result.board.name)),
                    "--baseline " + arguments.baseline, "keep a baseline for each board");
}

int run_check(const CheckArguments& arguments) {
  check_arguments(arguments);
  const Format& format = format_named(arguments.format);
  const Rules rules = read_rules(arguments);
  std::optional<OutputFile> baseline_file;
  if (arguments.bless)
    baseline_file.emplace(arguments.baseline, "--baseline " + arguments.baseline);
  Outputs outputs(arguments);
  const analysis::ComparedRun run = compared_run(result_of(arguments), arguments.run.firmware);
  if (!ended_well(run.result, arguments.run.firmware, arguments.run.strict)) return kFirmwareFailed;
  const analysis::MeasuredParts parts(run.result);
  const analysis::Origin origin = analysis::origin_of(run);
  const analysis::Baseline* before = nullptr;
  if (rules.file && rules.file->baseline) before = &*rules.file->baseline;
  if (before != nullptr) check_same_board(*before, run.result, arguments);
  if (before != nullptr && !arguments.bless) analysis::require_numbers(*before, parts, rules.check);
  const analysis::CheckResult result = analysis::check(origin, parts, before, rules.check);
  analysis::CheckReport report{result,
                               analysis::run_text(run.result),
                               run.result.image.name,
                               run.result.board.name,
                               before == nullptr ? "" : arguments.baseline,
                               arguments.bless,
                               arguments.baseline};
  bool failed = result.failed();
  if (arguments.bless) {
    const analysis::Baseline accepted = analysis::baseline_of(origin, parts, rules.check.limits);
    baseline_file->write((rules.file ? rules.file->head : analysis::new_baseline_head()) +
                         analysis::baseline_yaml(accepted));
    // What is absolute cannot be blessed away.
    failed = analysis::check(origin, parts, &accepted, rules.check).failed();
  }
  outputs.write(format, report);
  return failed ? kRegression : kOk;
}

void add_options(CLI::App& command, CheckArguments& arguments) {
  const auto add = [&](const char* name, std::string& value, const char* type, const char* help) {
    command.add_option(name, value, help)->type_name(type);
  };
  const auto add_list = [&](const char* name, std::vector<std::string>& value, const char* help) {
    command.add_option(name, value, help)->type_name("LIMIT")->allow_extra_args(false);
  };
  add("--baseline", arguments.baseline, "FILE.yaml", "numbers of an accepted run, and limits");
  command.add_flag("--bless", arguments.bless, "accept this run: write its numbers to --baseline");
  add("--tolerance", arguments.tolerance, "PERCENT",
      "what cost may grow by, where no limit says otherwise (default 1%)");
  add_list("--limit", arguments.limit,
           "hard limit: cycles=+2%, layers.conv1.cycles=+500, \"energy<5mJ\"");
  add_list("--warn", arguments.warn, "soft limit: is said, and does not fail");
  add("--limits", arguments.limits, "FILE.yaml", "limits for several baselines");
  add("--junit", arguments.junit, "FILE.xml", "write a test case for each metric with limits");
  add("--markdown", arguments.markdown, "FILE.md", "write the summary for a web page");
  command.add_flag("--github-summary", arguments.github_summary,
                   "append it to $GITHUB_STEP_SUMMARY");
  add("--benchmark-json", arguments.benchmark_json, "FILE.json",
      "write numbers for github-action-benchmark (customSmallerIsBetter)");
  add("--format", arguments.format, "text|markdown|json", "of the report (default text)");
  add("--output", arguments.output, "FILE", "write the report to a file instead of stdout");
}

}  // namespace

void add_check(CLI::App& program, std::function<int()>& action) {
  auto arguments = std::make_shared<CheckArguments>();
  CLI::App* const command =
      program.add_subcommand("check", "Compare a run with its baseline and limits: for CI");
  add_run_options(*command, arguments->run);
  for (const char* const name :
       {"--format", "--output", "--battery", "--period", "--stats", "--dump-memory"}) {
    command->remove_option(command->get_option(name));
  }
  command->get_option("firmware")
      ->description("ELF file, .bin or .hex with --load-at, or the .json report of a run")
      ->type_name("FW|RUN.json");
  command->get_option("--profile")->description("also check cycles of functions");
  add_options(*command, *arguments);
  arguments->command = command;
  command->footer(
      "Exit status: 0 all limits are kept; 3 a hard limit is broken; 1 the firmware "
      "failed; 2 bad input.");
  command->callback(
      [arguments, &action] { action = [arguments] { return run_check(*arguments); }; });
}

}  // namespace mcost::cli
