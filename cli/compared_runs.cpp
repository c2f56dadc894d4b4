#include "cli/compared_runs.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <utility>

#include "boards/board_values.h"
#include "cli/attended_run.h"
#include "cli/command.h"
#include "cli/input_file.h"
#include "cli/result_options.h"
#include "cli/run_status.h"
#include "loader/sha256.h"

namespace mcost::cli {
namespace {

constexpr std::size_t kShortHash = 8;

std::string hash_of(const std::string& text) {
  return loader::sha256_hex(
      {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});  // NOLINT: bytes of text
}

}  // namespace

void add_run_arguments(CLI::App& command, RunArguments& arguments) {
  add_run_options(command, arguments.run);
  // What is about one run's report, or what several runs would do to one file.
  for (const char* const name :
       {"firmware", "--board", "--battery", "--period", "--stats", "--strict", "--dump-memory"}) {
    command.remove_option(command.get_option(name));
  }
  command.get_option("--profile")->description("also compare functions of firmware that is run");
  command.add_option("files", arguments.files, "JSON reports of mcost run, or firmware to run")
      ->type_name("RUN.json|FW");
  command
      .add_option("--board", arguments.boards,
                  "board to run firmware on; several are compared with each other")
      ->type_name("NAME|FILE.yaml")
      ->allow_extra_args(false);
}

analysis::ComparedRun compared_run(RunResult result, const std::string& source) {
  analysis::ComparedRun run{source, std::move(result), {}, {}};
  const std::string where = source + ": board.resolved";
  for (boards::BoardValue& value : boards::board_values(run.result.board.resolved_yaml, where))
    run.board_values.emplace_back(std::move(value.path), std::move(value.value));
  std::string all;
  for (const auto& [part, text] : analysis::board_parts(run.board_values)) {
    all += text;
    run.board_hashes.parts.emplace_back(part, hash_of(text).substr(0, kShortHash));
  }
  run.board_hashes.all = hash_of(all);
  return run;
}

namespace {

/// A mistake of one of several runs says which.
RunResult run_on(const RawOptions& raw) {
  try {
    return AttendedRun(check_options(raw), AttendedRun::Firmware::silent).run();
  } catch (const ImageError& error) {
    throw ImageError(error.problem(), error.where() + ", on " + raw.board, error.remedy());
  }
}

}  // namespace

GatheredRuns gather_runs(const RunArguments& arguments, const std::string& command) {
  GatheredRuns all;
  for (const std::string& file : arguments.files) {
    if (is_result(file)) {
      all.runs.push_back(compared_run(read_result(file, command), file));
      continue;
    }
    for (const std::string& board : arguments.boards) {
      RawOptions raw = arguments.run;
      raw.firmware = file;
      raw.board = board;
      raw.format = "json";  // the console is silent, the report goes nowhere
      RunResult result = run_on(raw);
      tell_bad_exit(result);
      all.failed |= status_of(result, false) != kOk;
      all.runs.push_back(compared_run(std::move(result), file));
    }
  }
  return all;
}

}  // namespace mcost::cli
