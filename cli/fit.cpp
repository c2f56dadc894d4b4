// mcost fit: calibrates coefficients of energy to measurements and writes what to lay over a board.
#include "analysis/fit.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/App.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <sstream>

#include "analysis/energy.h"
#include "analysis/reports/numbers.h"
#include "analysis/reports/registry.h"
#include "analysis/reports/table.h"
#include "boards/spec_reader.h"
#include "boards/suggestions.h"
#include "cli/command.h"
#include "cli/input_file.h"

namespace mcost::cli {
namespace {

namespace fs = std::filesystem;

constexpr double kFemtojoulesPerMillijoule = 1e12;
constexpr double kFemtojoulesPerMilliwattNanosecond = 1e3;

struct FitOptions {
  std::string csv;
  std::vector<std::string> coefficients;
  std::string output;
};

/// One measurement as the CSV has it.
struct Line {
  std::string place;
  std::map<std::string, std::string> cells;
  [[nodiscard]] std::string at(const std::string& column) const {
    const auto found = cells.find(column);
    return found == cells.end() ? std::string() : found->second;
  }
};

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      cells.emplace_back();
    } else if (c != '\r') {
      cells.back() += c;
    }
  }
  return cells;
}

std::vector<Line> read_csv(const std::string& path) {
  std::istringstream text(read_input_file(path, "mcost fit"));
  std::string row;
  std::getline(text, row);
  const std::vector<std::string> columns = cells_of(row);
  const auto has = [&](const char* name) {
    return std::find(columns.begin(), columns.end(), name) != columns.end();
  };
  if (!has("result") || has("measured_mj") == has("measured_mw")) {
    throw ConfigError(fmt::format("columns are {}", fmt::join(columns, ", ")), path + ":1",
                      "name the columns result, and measured_mj or measured_mw; layer may follow");
  }
  std::vector<Line> lines;
  for (int number = 2; std::getline(text, row); ++number) {
    if (row.empty() || row == "\r") continue;
    const std::string place = fmt::format("{}:{}", path, number);
    const std::vector<std::string> cells = cells_of(row);
    if (cells.size() != columns.size()) {
      throw ConfigError(fmt::format("{} cells for {} columns", cells.size(), columns.size()), place,
                        "write one cell for each column");
    }
    Line line{place, {}};
    for (std::size_t i = 0; i < cells.size(); ++i) line.cells[columns[i]] = cells[i];
    lines.push_back(std::move(line));
  }
  if (lines.empty()) throw ConfigError("no measurements", path, "add a line for each run");
  return lines;
}

double number_of(const std::string& text, const std::string& place) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || !(value > 0) || value > 1e12)
    throw ConfigError(fmt::format("\"{}\" is no energy or power", text), place,
                      "write a positive number");
  return value;
}

const Cost& cost_of(const RunResult& result, const std::string& layer, const std::string& place) {
  if (layer.empty()) return result.total;
  std::vector<std::string> paths;
  for (const LayerResult& entry : result.layers) {
    paths.push_back(fmt::format("{}", fmt::join(entry.path, "/")));
    if (paths.back() == layer) return entry.inclusive;
  }
  throw ConfigError(fmt::format("the run has no layer \"{}\"", layer), place,
                    boards::suggest(layer, "layers", paths));
}

/// All results must be of one board: its coefficients are what is fitted.
void check_board(const RunResult& first, const RunResult& result, const std::string& place) {
  if (!result.energy) {
    throw ConfigError("the run has no energy: " + result.energy_absent, place,
                      "use a board with coefficients of energy to start from");
  }
  if (result.board.name != first.board.name ||
      result.energy->measure_point != first.energy->measure_point) {
    throw ConfigError(fmt::format("a run on {} at the {}'s supply among runs on {} at the {}'s",
                                  result.board.name, result.energy->measure_point, first.board.name,
                                  first.energy->measure_point),
                      place, "fit one board and measuring point at a time");
  }
}

void check_coefficients(const std::vector<std::string>& wanted, const RunResult& result) {
  std::vector<std::string> known;
  for (const EnergyTerm& term : result.energy->terms) {
    if (std::find(known.begin(), known.end(), term.path) == known.end()) known.push_back(term.path);
  }
  for (const std::string& path : wanted) {
    if (std::find(known.begin(), known.end(), path) != known.end()) continue;
    throw ConfigError(fmt::format("no run takes energy by \"{}\"", path), "--coefficients",
                      boards::suggest(path, "coefficients", known));
  }
}

std::vector<std::string> coefficients_of(const FitOptions& options, const RunResult& first) {
  if (!options.coefficients.empty()) return options.coefficients;
  return {first.energy->measure_point == "board" ? "energy.board_uw" : "energy.peripherals_uw"};
}

/// "123" or "[1, 2]" times `factor`, rounded.
std::string scaled(const std::string& text, double factor) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789", i), text.size());
    if (digits == i) {
      out += text[i++];
      continue;
    }
    std::uint64_t value = 0;
    std::from_chars(text.data() + i, text.data() + digits, value);
    out += fmt::format("{}", std::llround(static_cast<double>(value) * factor));
    i = digits;
  }
  return out;
}

struct Fitted {
  std::string path;
  std::string before;
  std::string after;
  std::uint32_t uncertainty_percent = 0;
};

/// The largest error of a row that the fit did not see; where there is none, what was said before.
std::uint32_t uncertainty_of(const analysis::FitResult& fit, std::uint32_t before) {
  double most = -1;
  for (const analysis::FitError& error : fit.errors)
    most = std::max(most, error.left_out_percent ? std::abs(*error.left_out_percent) : -1);
  if (most < 0) return before;
  return static_cast<std::uint32_t>(std::clamp(std::ceil(most), 1.0, 1000.0));
}

std::vector<Fitted> fitted_values(const RunResult& first,
                                  const std::vector<std::string>& coefficients,
                                  const analysis::FitResult& fit) {
  const boards::BoardSpec spec =
      boards::read_board_text(first.board.resolved_yaml, "the board of the first result");
  std::vector<Fitted> list;
  for (std::size_t j = 0; j < coefficients.size(); ++j) {
    for (const boards::SourcedValue& value : boards::sources(spec)) {
      if (value.path != coefficients[j]) continue;
      list.push_back({value.path, value.value, scaled(value.value, fit.factors[j]),
                      uncertainty_of(fit, value.source.uncertainty_percent)});
    }
  }
  return list;
}

/// A board file that has the fitted values and takes all else from the board of the runs.
std::string overlay(const RunResult& first, const std::vector<Fitted>& values,
                    const std::string& ref) {
  const auto shipped = boards::shipped_boards();
  const bool is_shipped =
      std::find(shipped.begin(), shipped.end(), first.board.name) != shipped.end();
  std::string text = fmt::format("# Written by mcost fit; use it as --board.\nextends: {}{}\n",
                                 first.board.name, is_shipped ? "" : ".yaml");
  std::vector<std::string> open;
  std::vector<Fitted> sorted = values;
  std::sort(sorted.begin(), sorted.end(),
            [](const Fitted& a, const Fitted& b) { return a.path < b.path; });
  for (const Fitted& value : sorted) {
    std::vector<std::string> keys;
    std::istringstream path(value.path);
    for (std::string key; std::getline(path, key, '.');) keys.push_back(key);
    std::size_t same = 0;
    while (same < open.size() && same + 1 < keys.size() && open[same] == keys[same]) ++same;
    open.resize(same);
    for (; open.size() + 1 < keys.size(); open.push_back(keys[open.size()]))
      text += fmt::format("{:{}}{}:\n", "", 2 * open.size(), keys[open.size()]);
    text += fmt::format(
        "{:{}}{}: {{value: {}, source: calibrated, ref: \"{}\", uncertainty_percent: {}}}\n", "",
        2 * open.size(), keys.back(), value.after, ref, value.uncertainty_percent);
  }
  return text;
}

std::string percent_text(double percent) { return fmt::format("{:+.1f}", percent); }

std::string summary(const std::vector<analysis::FitRow>& rows, const analysis::FitResult& fit,
                    const std::vector<Fitted>& values) {
  std::string text;
  analysis::Table coefficients;
  const auto column = [&](analysis::Table& table, const char* heading, auto&& list, auto&& cell) {
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < list.size(); ++i) cells.push_back(cell(i));
    table.add(heading, std::move(cells));
  };
  column(coefficients, "coefficient", values, [&](std::size_t i) { return values[i].path; });
  column(coefficients, "before", values, [&](std::size_t i) { return values[i].before; });
  column(coefficients, "fitted", values, [&](std::size_t i) { return values[i].after; });
  column(coefficients, "+-%", values,
         [&](std::size_t i) { return fmt::format("{}", values[i].uncertainty_percent); });
  analysis::Table errors;
  const auto energy = [](double fj) {
    return analysis::energy_text(static_cast<std::uint64_t>(std::llround(std::max(fj, 0.0))));
  };
  column(errors, "measurement", rows, [&](std::size_t i) { return rows[i].name; });
  column(errors, "measured", rows, [&](std::size_t i) { return energy(rows[i].measured_fj); });
  column(errors, "model", rows, [&](std::size_t i) { return energy(fit.errors[i].modelled_fj); });
  column(errors, "error %", rows,
         [&](std::size_t i) { return percent_text(fit.errors[i].percent); });
  column(errors, "left out %", rows, [&](std::size_t i) {
    const auto& left_out = fit.errors[i].left_out_percent;
    return left_out ? percent_text(*left_out) : std::string("-");
  });
  constexpr std::size_t kWidth = 118;
  text += coefficients.text(0, kWidth) + "\n" + errors.text(0, kWidth);
  if (!fit.errors.front().left_out_percent) {
    text +=
        "\nAs many coefficients as measurements: nothing says how well they predict; "
        "uncertainties are as before.\n";
  }
  return text;
}

int run_fit(const FitOptions& options) {
  if (options.csv.empty()) {
    throw ConfigError("no measurements", "command line",
                      "name a CSV file with columns result and measured_mj: mcost fit FILE.csv");
  }
  const std::vector<Line> lines = read_csv(options.csv);
  std::vector<std::unique_ptr<RunResult>> results;
  std::vector<analysis::FitRow> rows;
  for (const Line& line : lines) {
    const fs::path file = fs::path(options.csv).parent_path() / line.at("result");
    results.push_back(std::make_unique<RunResult>(
        analysis::from_json(read_input_file(file, line.place), file.string())));
    const RunResult& result = *results.back();
    check_board(*results.front(), result, line.place);
    const std::string layer = line.at("layer");
    analysis::FitRow row;
    row.name = line.at("result") + (layer.empty() ? "" : " " + layer);
    row.place = line.place;
    row.result = &result;
    row.cost = &cost_of(result, layer, line.place);
    if (line.cells.contains("measured_mj")) {
      row.measured_fj = number_of(line.at("measured_mj"), line.place) * kFemtojoulesPerMillijoule;
    } else {
      row.measured_fj = number_of(line.at("measured_mw"), line.place) *
                        kFemtojoulesPerMilliwattNanosecond *
                        static_cast<double>(analysis::nanoseconds_of(row.cost->counters, result));
    }
    rows.push_back(row);
  }
  const RunResult& first = *results.front();
  const std::vector<std::string> coefficients = coefficients_of(options, first);
  check_coefficients(coefficients, first);
  const analysis::FitResult fit = analysis::fit(rows, coefficients, options.csv);
  const std::vector<Fitted> values = fitted_values(first, coefficients, fit);
  double most = 0;
  for (const analysis::FitError& error : fit.errors) most = std::max(most, std::abs(error.percent));
  if (!options.output.empty()) {
    const std::string ref =
        fmt::format("mcost fit of {} measurements of {}, residuals up to {:.1f} %", rows.size(),
                    fs::path(options.csv).filename().string(), most);
    OutputFile(options.output, "--output").write(overlay(first, values, ref));
  }
  write_stdout(summary(rows, fit, values));
  return kOk;
}

}  // namespace

void add_fit(CLI::App& program, std::function<int()>& action) {
  auto options = std::make_shared<FitOptions>();
  CLI::App* const command = program.add_subcommand(
      "fit", "Calibrate coefficients of energy to measured joules (non-negative least squares)");
  command
      ->add_option("csv", options->csv,
                   "columns result (a JSON report, relative to this file), measured_mj or "
                   "measured_mw, and layer (may be left out)")
      ->type_name("RESULTS.csv");
  command
      ->add_option("--coefficients", options->coefficients,
                   "paths to fit (default energy.peripherals_uw, at the board energy.board_uw)")
      ->type_name("PATH,...")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--output", options->output, "write a board file with the fitted values")
      ->type_name("FILE.yaml");
  command->callback([options, &action] { action = [options] { return run_fit(*options); }; });
}

}  // namespace mcost::cli
