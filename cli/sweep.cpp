// mcost sweep: many runs of a grid of firmware, boards and settings, as one table.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <new>
#include <numeric>
#include <optional>
#include <thread>
#include <utility>

#include "analysis/reports/numbers.h"
#include "analysis/reports/registry.h"
#include "analysis/reports/sweep_reports.h"
#include "boards/suggestions.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/sweep_cells.h"
#include "cli/sweep_check.h"
#include "cli/sweep_costs.h"
#include "cli/sweep_pool.h"
#include "cli/sweep_spec.h"
#include "cli/sweep_store.h"
#include "loader/misfit_error.h"

namespace mcost::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostCells = 100'000;
constexpr std::uint64_t kLargestMostCells = 1'000'000;
constexpr std::uint64_t kMostJobs = 1024;
constexpr std::size_t kResultNameDigits = 16;

struct RawSweep {
  std::vector<std::string> what;  // a specification, or firmware
  std::vector<std::string> boards;
  std::vector<std::string> set;
  std::vector<std::string> place;
  std::array<std::string, kCellOptions> options;
  std::string columns;
  std::string pareto;
  std::string jobs;
  std::string max_cells;
  std::string results;
  std::string format;
  std::string output;
  bool no_memory_use = false;
  bool any_exit_code = false;
  bool by_layer = false;
  bool execute = false;
};

enum class Format : std::uint8_t { text, csv, jsonl, markdown };
struct FormatName {
  const char* name;
  const char* ending;  // of file names
};
constexpr std::array<FormatName, 4> kFormats = {
    {{"text", ".txt"}, {"csv", ".csv"}, {"jsonl", ".jsonl"}, {"markdown", ".md"}}};

Format format_of(const RawSweep& raw) {
  for (std::size_t i = 0; i < kFormats.size(); ++i) {
    const bool is_named = raw.format == kFormats[i].name;
    if (is_named || (raw.format.empty() && raw.output.ends_with(kFormats[i].ending)))
      return static_cast<Format>(i);
  }
  if (raw.format.empty()) return Format::text;
  std::vector<std::string> names;
  for (const FormatName& format : kFormats) names.emplace_back(format.name);
  throw ConfigError(fmt::format("unknown format \"{}\"", raw.format), "--format",
                    boards::suggest(raw.format, "formats", names));
}

std::uint64_t number_of(const std::string& text, const char* option, std::uint64_t most) {
  const auto number = parse_integer(text);
  if (number && *number >= 1 && *number <= most) return *number;
  throw ConfigError(fmt::format("\"{}\" is no number it takes", text), option,
                    fmt::format("write a number from 1 to {}", most));
}

SweepLine line_of(const RawSweep& raw) {
  SweepLine line;
  for (const std::string& what : raw.what) {
    if (!what.ends_with(".yaml") && !what.ends_with(".yml")) {
      line.firmware.push_back(what);
    } else if (!line.spec.empty()) {
      throw ConfigError(fmt::format("two specifications, {} and {}", line.spec, what),
                        "command line", "sweep one after the other");
    } else {
      line.spec = what;
    }
  }
  line.boards = raw.boards;
  line.set = raw.set;
  line.place = raw.place;
  for (unsigned i = 0; i < kCellOptions; ++i) {
    if (!raw.options[i].empty())
      line.options.emplace_back(static_cast<CellOption>(i), raw.options[i]);
  }
  line.no_memory_use = raw.no_memory_use;
  line.any_exit_code = raw.any_exit_code;
  line.columns = raw.columns;
  line.pareto = raw.pareto;
  return line;
}

void make_folder(const std::string& folder, const std::string& option) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed || !fs::is_directory(folder)) {
    throw ConfigError("the folder cannot be made", option + " " + folder,
                      "name a folder below one you may write to");
  }
}

/// Where a sweep is written to: a folder keeps cells and table; a file is the report, and keeps
/// cells where it is made of them.
struct Places {
  std::string kept;    // of finished cells
  std::string report;  // empty: stdout
  std::string table;
  std::string layers;
};

Places places_of(const RawSweep& raw, Format format) {
  Places places;
  if (raw.output.empty()) return places;
  if (!raw.output.ends_with('/') && !fs::is_directory(raw.output)) {
    (format == Format::jsonl ? places.kept : places.report) = raw.output;
    return places;
  }
  make_folder(raw.output, "--output");
  const fs::path folder = raw.output;
  places.kept = (folder / "cells.jsonl").string();
  places.table = (folder / "sweep.csv").string();
  if (raw.by_layer) places.layers = (folder / "layers.csv").string();
  return places;
}

/// Executes cells that are not kept, and keeps them.
class SweepRunner {
 public:
  SweepRunner(const std::vector<SweepCell>& cells, const analysis::OutcomeOptions& outcome,
              analysis::Sweep& sweep, SweepStore& store, std::string results, bool replays)
      : cells_(cells),
        outcome_(outcome),
        sweep_(sweep),
        store_(store),
        results_(std::move(results)),
        keys_(cells, outcome),
        costs_(cells, {.replays = replays, .whole_results = !results_.empty()}) {}

  [[nodiscard]] std::size_t replayed() const { return costs_.replayed(); }

  void run(unsigned jobs) {
    SweepProgress progress(cells_.size());
    // Cells of a group stand together: what one of them finds out may serve the others.
    std::vector<std::size_t> order(cells_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return cells_[a].group < cells_[b].group;
    });
    work_through(
        order, jobs, [&](std::size_t cell) { return outcome_of(cell); },
        [&](std::size_t cell, analysis::CellOutcome outcome) {
          const bool is_kept = !outcome.key.empty() && store_.find(outcome.key) != nullptr;
          sweep_.rows[cell].outcome = std::move(outcome);
          if (!is_kept && store_.is_open()) {
            store_.add(analysis::sweep_line(sweep_, cell, std::nullopt));
          }
          progress.finished_one(is_kept);
        });
  }

 private:
  [[nodiscard]] analysis::CellOutcome outcome_of(std::size_t index) {
    const SweepCell& cell = cells_[index];
    std::optional<RunResult> result;
    analysis::CellOutcome outcome;
    try {
      const std::string key = keys_.key_of(cell);
      if (const auto* const kept = store_.find(key); kept != nullptr && has_result(key)) {
        outcome = *kept;
        outcome.result = result_name(key);
        return outcome;
      }
      result = costs_.cost_of(cell);
      if (result->image.sha256 != keys_.image_hash(cell)) {
        throw ConfigError("the firmware changed while the sweep ran", cell.options.firmware,
                          "sweep again");
      }
      outcome = analysis::outcome_of(*result, outcome_);
      if (!result->partial) outcome.key = key;  // the host's time limit is no result
    } catch (const loader::MisfitError& error) {
      outcome.status = analysis::CellStatus::does_not_fit;
      outcome.error = one_line(error);
      return outcome;
    } catch (const InputError& error) {
      outcome.status = analysis::CellStatus::bad_setting;
      outcome.error = one_line(error);
      return outcome;
    } catch (const std::bad_alloc&) {
      outcome.status = analysis::CellStatus::host_failed;
      outcome.error = "not enough memory: this machine: give fewer --jobs";
      return outcome;
    } catch (const std::exception& error) {
      outcome.status = analysis::CellStatus::host_failed;
      outcome.error = fmt::format("internal error: {}: please report it", error.what());
      return outcome;
    }
    if (!outcome.key.empty()) {
      outcome.result = result_name(outcome.key);
      keep_result(*result, outcome.result, index);
    }
    return outcome;
  }

  /// In the folder of --results; empty: there is none.
  [[nodiscard]] std::string result_name(const std::string& key) const {
    return results_.empty() ? std::string() : key.substr(0, kResultNameDigits) + ".json";
  }

  [[nodiscard]] bool has_result(const std::string& key) const {
    return results_.empty() || fs::exists(fs::path(results_) / result_name(key));
  }

  /// The whole report of a cell. Errors: ConfigError if it cannot be written.
  void keep_result(const RunResult& result, const std::string& name, std::size_t index) const {
    if (name.empty()) return;
    const fs::path file = fs::path(results_) / name;
    // Two cells may be the same machine under two names.
    const fs::path next = fs::path(results_) / fmt::format("{}.{}", name, index);
    std::ofstream stream(next, std::ios::binary | std::ios::trunc);
    stream << analysis::json_report(result);
    stream.close();
    std::error_code failed;
    if (stream) fs::rename(next, file, failed);
    if (!stream || failed) {
      throw ConfigError("a result cannot be written", "--results " + file.string(),
                        "check its disk");
    }
  }

  const std::vector<SweepCell>& cells_;
  analysis::OutcomeOptions outcome_;
  analysis::Sweep& sweep_;
  SweepStore& store_;
  std::string results_;
  CellKeys keys_;
  CellCosts costs_;
};

analysis::Sweep sweep_of(const SweepSpec& spec, const std::vector<SweepCell>& cells) {
  analysis::Sweep sweep;
  sweep.tool_version = MCOST_VERSION;
  for (const SweepAxis& axis : spec.axes) sweep.axes.push_back(axis.name);
  sweep.dimensions = spec.dimensions;
  for (const SweepCell& cell : cells) sweep.rows.push_back({cell.values, {}});
  sweep.columns = spec.columns;
  sweep.pareto = spec.pareto;
  return sweep;
}

std::string rendered(const analysis::Sweep& sweep, Format format) {
  switch (format) {
    case Format::text: return analysis::sweep_text(sweep);
    case Format::csv:
      return sweep.by_layer ? analysis::sweep_layers_csv(sweep) : analysis::sweep_csv(sweep);
    case Format::jsonl: return analysis::sweep_json_lines(sweep);
    case Format::markdown: return analysis::sweep_markdown(sweep);
  }
  return {};
}

int status_of(const analysis::Sweep& sweep) {
  const auto failed =
      std::count_if(sweep.rows.begin(), sweep.rows.end(),
                    [](const analysis::SweepRow& row) { return !row.outcome.error.empty(); });
  if (failed == 0) return kOk;
  fmt::print(stderr,
             "mcost: error: {} of {} cells failed: mcost sweep: the report says why; mend or "
             "exclude them\n",
             failed, sweep.rows.size());
  return kFirmwareFailed;
}

int sweep(const RawSweep& raw) {
  const Format format = format_of(raw);
  const std::uint64_t most = raw.max_cells.empty()
                                 ? kMostCells
                                 : number_of(raw.max_cells, "--max-cells", kLargestMostCells);
  const auto jobs =
      static_cast<unsigned>(raw.jobs.empty() ? std::max(1u, std::thread::hardware_concurrency())
                                             : number_of(raw.jobs, "--jobs", kMostJobs));
  const SweepSpec spec = read_sweep(line_of(raw));
  const std::vector<SweepCell> cells = make_cells(spec, most);
  check_sweep(spec, cells);
  const Places places = places_of(raw, format);
  if (!raw.results.empty()) make_folder(raw.results, "--results");
  SweepStore store(places.kept, "--output " + places.kept);
  OutputFile report(places.report, "--output " + places.report);
  OutputFile table(places.table, "--output " + places.table);
  OutputFile layers(places.layers, "--output " + places.layers);

  analysis::Sweep sweep = sweep_of(spec, cells);
  sweep.by_layer = raw.by_layer;
  const analysis::OutcomeOptions outcome{.with_layers = raw.by_layer,
                                         .any_exit_code = spec.any_exit_code};
  SweepRunner runner(cells, outcome, sweep, store, raw.results, !raw.execute);
  runner.run(jobs);
  if (runner.replayed() != 0 && isatty(STDERR_FILENO) != 0) {
    fmt::print(stderr, "mcost: {} of {} cells replayed a recorded run\n", runner.replayed(),
               cells.size());
  }

  if (const std::size_t foreign = store.foreign(sweep); foreign != 0) {
    fmt::print(stderr, "mcost: {}: {} of other settings, firmware or versions {} replaced\n",
               places.kept, analysis::counted(foreign, "cell"), foreign == 1 ? "was" : "were");
  }
  store.replace(analysis::sweep_json_lines(sweep));
  if (!places.table.empty()) table.write(analysis::sweep_csv(sweep));
  if (!places.layers.empty()) layers.write(analysis::sweep_layers_csv(sweep));
  const bool is_kept_file = !places.kept.empty() && places.table.empty();
  if (!is_kept_file) report.write(rendered(sweep, format));
  return status_of(sweep);
}

void add_options(CLI::App& command, RawSweep& raw) {
  command.add_option("what", raw.what, "a specification (docs/sweep.md), or firmware")
      ->type_name("SPEC.yaml|FW...");
  const auto add = [&](const char* name, std::string& value, const char* type, const char* help) {
    command.add_option(name, value, help)->type_name(type);
  };
  const auto add_list = [&](const char* name, std::vector<std::string>& value, const char* type,
                            const char* help) {
    command.add_option(name, value, help)->type_name(type)->allow_extra_args(false);
  };
  const auto option = [&](CellOption which) -> std::string& {
    return raw.options[static_cast<std::size_t>(which)];
  };
  add_list("--board", raw.boards, "NAME|FILE.yaml", "a board; several are an axis");
  add_list("--set", raw.set, "PATH=V,V,...",
           "values of the board, an axis; an empty one is the board's own");
  add_list("--place", raw.place, "WHAT=MEMORY,...",
           "memories for a section, a symbol or ADDRESS+BYTES, an axis; an empty one is as linked");
  add("--clock", option(CellOption::clock), "HZ,HZ,...", "core clocks, an axis");
  add("--args", option(CellOption::args), "TEXT", "command line that the firmware gets");
  add("--layers", option(CellOption::layers), "MODE|FILE.yaml", "as of mcost run");
  add("--entry", option(CellOption::entry), "SYMBOL|ADDR", "start here");
  add("--until", option(CellOption::until), "SYMBOL|ADDR", "end each run when this is reached");
  add("--max-cycles", option(CellOption::max_cycles), "N", "a cell has failed after N cycles");
  add("--timeout", option(CellOption::timeout), "S", "a cell has failed after S host seconds");
  add("--input", option(CellOption::input), "FILE@SYMBOL|ADDR", "put a file into RAM");
  add("--load-at", option(CellOption::load_at), "ADDR", "of a .bin or .hex");
  add("--seed", option(CellOption::seed), "N", "of the contents of RAM at power-on");
  add("--sd", option(CellOption::sd), "FILE", "image of the SD card");
  command.add_flag("--no-memory-use", raw.no_memory_use, "do not record which RAM is used");
  command.add_flag("--any-exit-code", raw.any_exit_code,
                   "a cell whose firmware ends with another exit code than 0 has not failed");
  add("--columns", raw.columns, "METRIC,...", "metrics to report (default: all)");
  add("--pareto", raw.pareto, "METRIC,...",
      "metrics whose Pareto front is marked (default time_s,energy_j)");
  command.add_flag("--execute", raw.execute,
                   "execute every cell, also where replaying a recorded run says the same");
  command.add_flag("--by-layer", raw.by_layer, "also a row per cell and layer");
  add("--jobs", raw.jobs, "N", "cells at a time (default: one per processor)");
  add("--max-cells", raw.max_cells, "N", "refuse a larger sweep (default 100000)");
  std::string formats;
  for (const FormatName& format : kFormats)
    formats += (formats.empty() ? "" : "|") + std::string(format.name);
  command.add_option("--format", raw.format, "of the report (default: by the name of --output)")
      ->type_name(formats);
  add("--output", raw.output, "DIR|FILE",
      "DIR/ keeps cells, so that the sweep can go on after an interruption, and the table; FILE is "
      "the report, and keeps cells if it is jsonl");
  add("--results", raw.results, "DIR", "keep the whole JSON report of each cell");
}

}  // namespace

void add_sweep(CLI::App& program, std::function<int()>& action) {
  auto raw = std::make_shared<RawSweep>();
  CLI::App* const command = program.add_subcommand(
      "sweep", "Run a grid of firmware, boards and settings, and compare its cells");
  add_options(*command, *raw);
  command->footer(
      "Exit status: 0 all cells ran to their end; 1 some failed: each is a row with its error; 2 "
      "bad "
      "input, and\nnothing ran.");
  command->callback([raw, &action] { action = [raw] { return sweep(*raw); }; });
}

}  // namespace mcost::cli
