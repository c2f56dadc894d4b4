#include "cli/sweep_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "analysis/reports/numbers.h"
#include "analysis/sweep.h"
#include "boards/suggestions.h"
#include "cli/sweep_spec_reader.h"
#include "sim_core/base/error.h"

namespace mcost::cli {
namespace {

using boards::Place;
using boards::Problems;

constexpr std::size_t kFirmwareAxis = 0;
constexpr std::size_t kBoardAxis = 1;
constexpr std::size_t kMostAxes = 64;

std::string place_text(const Place& place) {
  if (place.line == 0) return place.file;
  return fmt::format("{}:{}:{}", place.file, place.line, place.column);
}

Place line_place(std::string option) { return Place{std::move(option), 0, 0, 1}; }

/// PATH=V1,V2 of --set and --place.
WrittenValues line_values(const std::string& option, const std::string& text, const char* remedy) {
  const std::size_t equals = option == "--place" ? text.rfind('=') : text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw ConfigError(fmt::format("no \"=\" with values in \"{}\"", text), option, remedy);
  }
  WrittenValues values;
  values.key = text.substr(0, equals);
  values.place = line_place(option + " " + values.key);
  std::set<std::string> known;
  for (std::string& value : comma_separated(std::string_view(text).substr(equals + 1))) {
    const bool is_own = value.empty();
    if (!known.insert(value).second) {
      throw ConfigError(fmt::format("\"{}\" is given twice", value), values.place.file, "keep one");
    }
    values.values.push_back(
        {is_own ? std::nullopt : std::optional(std::move(value)), values.place});
  }
  return values;
}

/// The values of the line take the place of those that the file has under the same key.
void lay_over(std::vector<WrittenValues>& list, WrittenValues values) {
  for (WrittenValues& old : list) {
    if (old.key != values.key) continue;
    if (old.place.file == values.place.file) {
      throw ConfigError("given more than once", old.place.file,
                        "give it once, with values separated by commas");
    }
    old = std::move(values);
    return;
  }
  list.push_back(std::move(values));
}

void lay_over(WrittenSweep& sweep, const SweepLine& line) {
  if (!line.firmware.empty()) sweep.firmware.clear();
  for (const std::string& file : line.firmware) {
    sweep.firmware.push_back({{}, file, line_place(file), {}});
  }
  if (!line.boards.empty()) {
    WrittenValues boards{"board", line_place("--board"), {}};
    for (const std::string& board : line.boards)
      boards.values.push_back({board, line_place("--board " + board)});
    sweep.axes.boards = {std::move(boards)};
  }
  for (const std::string& text : line.set) {
    lay_over(sweep.axes.set, line_values("--set", text,
                                         "write PATH=VALUE,VALUE, for example "
                                         "memories.flash.wait_states=0,5"));
  }
  for (const std::string& text : line.place) {
    lay_over(sweep.axes.placed, line_values("--place", text,
                                            "write WHAT=MEMORY,MEMORY, for example .rodata=,sram3 "
                                            "(nothing: as linked)"));
  }
  for (const auto& [option, text] : line.options) {
    WrittenValues values{std::string(name_of(option)), line_place("command line"), {}};
    if (option == CellOption::clock) {
      for (std::string& value : comma_separated(text))
        values.values.push_back({std::move(value), line_place("--clock")});
    } else {
      values.values.push_back({text, values.place});
    }
    std::erase_if(sweep.axes.options,
                  [chosen = option](const auto& entry) { return entry.first == chosen; });
    sweep.axes.options.emplace_back(option, std::move(values));
  }
  if (line.no_memory_use) sweep.memory_use = false;
  if (line.any_exit_code) sweep.any_exit_code = true;
  const auto names = [](std::vector<WrittenValue>& list, const std::string& text,
                        const char* option) {
    if (text.empty()) return;
    list.clear();
    for (std::string& name : comma_separated(text))
      list.push_back({std::move(name), line_place(option)});
  };
  names(sweep.columns, line.columns, "--columns");
  names(sweep.pareto, line.pareto, "--pareto");
}

/// Lays what was written against itself.
class Builder {
 public:
  Builder(const WrittenSweep& written, std::string folder, Problems& problems)
      : written_(written), problems_(problems), is_whole_(!problems.any()) {
    spec_.folder = std::move(folder);
  }

  SweepSpec build() {
    add_firmware();
    add_boards();
    add_axes(written_.axes, true);
    for (const WrittenCell& cell : written_.cells) add_axes(cell.axes, false);
    check_axes();
    join_axes();
    add_exclusions();
    for (std::size_t i = 0; i < written_.cells.size(); ++i) add_cell(written_.cells[i], i);
    spec_.memory_use = written_.memory_use.value_or(true);
    spec_.any_exit_code = written_.any_exit_code.value_or(false);
    spec_.columns = metrics(written_.columns);
    spec_.pareto = metrics(written_.pareto);
    return std::move(spec_);
  }

 private:
  void add_firmware() {
    SweepAxis axis{"firmware", AxisKind::firmware, {}, {}, {}, {}, {}};
    for (const WrittenFirmware& written : written_.firmware) {
      SweepFirmware firmware{written.name, written.file, written.options, place_text(written.place),
                             folder_at(written.place)};
      if (firmware.name.empty())
        firmware.name = std::filesystem::path(written.file).filename().string();
      const auto other =
          std::find_if(spec_.firmware.begin(), spec_.firmware.end(),
                       [&](const SweepFirmware& f) { return f.name == firmware.name; });
      if (other != spec_.firmware.end()) {
        problems_.add(written.place, "", fmt::format("two firmwares are called {}", firmware.name),
                      "leave one out, or tell them apart: {file: FILE, name: NAME}");
        continue;
      }
      axis.values.emplace_back(firmware.name);
      spec_.firmware.push_back(std::move(firmware));
    }
    if (written_.firmware.empty() && is_whole_) {
      problems_.add(nowhere(), "", "no firmware",
                    "name an ELF file: mcost sweep FW.elf --board NAME, or firmware: in the YAML");
    }
    spec_.axes.push_back(std::move(axis));
  }

  void add_boards() {
    SweepAxis axis{"board", AxisKind::board, {}, {}, {}, {}, {}};
    for (const WrittenValues& boards : written_.axes.boards) {
      axis.where = place_text(boards.place);
      axis.folder = folder_at(boards.place);
      std::set<std::optional<std::string>> known;
      for (const WrittenValue& board : boards.values) {
        if (known.insert(board.text).second) axis.values.push_back(board.text);
      }
    }
    spec_.has_grid = !axis.values.empty();
    if (!spec_.has_grid && written_.cells.empty() && is_whole_) {
      problems_.add(nowhere(), "", "no board",
                    "add --board NAME, or boards: in the YAML; `mcost boards` lists names");
    }
    spec_.axes.push_back(std::move(axis));
  }

  /// What the command line names is relative to where the program runs.
  [[nodiscard]] std::string folder_at(const Place& place) const {
    return place.line == 0 ? std::string() : spec_.folder;
  }

  [[nodiscard]] Place nowhere() const {
    Place place = written_.axes.place;
    if (place.file.empty()) place.file = "command line";
    place.line = place.column = 0;
    return place;
  }

  /// `with_values`: of the grid; else a cell names the axis.
  void add_axes(const WrittenAxes& written, bool with_values) {
    const auto add = [&](SweepAxis axis, const WrittenValues& values) {
      if (index_of(axis.name)) return;
      axis.where = place_text(values.place);
      axis.folder = folder_at(values.place);
      if (with_values) {
        for (const WrittenValue& value : values.values) axis.values.push_back(value.text);
      } else {
        axis.values.emplace_back(std::nullopt);
      }
      spec_.axes.push_back(std::move(axis));
    };
    for (const auto& [option, values] : written.options)
      add({std::string(name_of(option)), AxisKind::option, {}, option, {}, {}, {}}, values);
    for (const WrittenValues& values : written.placed)
      add({"place:" + values.key, AxisKind::place, values.key, {}, {}, {}, {}}, values);
    for (const WrittenValues& values : written.set)
      add({values.key, AxisKind::set, values.key, {}, {}, {}, {}}, values);
  }

  [[nodiscard]] std::optional<std::size_t> index_of(std::string_view name) const {
    for (std::size_t i = 0; i < spec_.axes.size(); ++i) {
      if (spec_.axes[i].name == name) return i;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::vector<std::string> axis_names() const {
    std::vector<std::string> names;
    for (const SweepAxis& axis : spec_.axes) names.push_back(axis.name);
    return names;
  }

  void check_axes() {
    if (spec_.axes.size() > kMostAxes) {
      problems_.add(nowhere(), "", fmt::format("more than {} axes", kMostAxes),
                    "put what is the same in all cells into a board file");
    }
    const auto clock = index_of("clock");
    const auto path = index_of("clock.rated_hz");
    if (clock && path) {
      problems_.add(nowhere(), "",
                    fmt::format("two core clocks: {} and {}", spec_.axes[*clock].where,
                                spec_.axes[*path].where),
                    "give one of clock and clock.rated_hz");
    }
    for (const WrittenFirmware& firmware : written_.firmware) {
      for (const auto& entry : firmware.options) {
        const auto axis = index_of(name_of(entry.first));
        if (!axis) continue;
        problems_.add(
            firmware.place, "",
            fmt::format("{} is given for this firmware and for all", name_of(entry.first)),
            fmt::format("give it here or in {}", spec_.axes[*axis].where));
      }
    }
  }

  std::optional<std::size_t> known_axis(const std::string& name, const Place& place,
                                        const std::string& path) {
    const auto axis = index_of(name);
    if (!axis && is_whole_) {
      problems_.add(place, path, fmt::format("the sweep has no axis \"{}\"", name),
                    boards::suggest(name, "axes", axis_names()));
    }
    return axis;
  }

  void join_axes() {
    std::vector<bool> joined(spec_.axes.size(), false);
    std::vector<std::vector<std::size_t>> groups;
    for (const std::vector<WrittenValue>& names : written_.zip) {
      std::vector<std::size_t> group;
      for (const WrittenValue& name : names) {
        const auto axis = known_axis(name.text.value_or(""), name.place, "zip");
        if (!axis) continue;
        const SweepAxis& entry = spec_.axes[*axis];
        if (joined[*axis]) {
          problems_.add(name.place, "zip", fmt::format("{} is named twice", entry.name),
                        "an axis moves with one list of others");
          continue;
        }
        joined[*axis] = true;
        if (!group.empty() && entry.values.size() != spec_.axes[group.front()].values.size()) {
          const SweepAxis& first = spec_.axes[group.front()];
          problems_.add(name.place, "zip",
                        fmt::format("{} has {}, {} has {}", entry.name,
                                    analysis::counted(entry.values.size(), "value"), first.name,
                                    analysis::counted(first.values.size(), "value")),
                        "give as many, or take it out of zip");
          continue;
        }
        group.push_back(*axis);
      }
      groups.push_back(std::move(group));
    }
    std::vector<bool> done(spec_.axes.size(), false);
    for (std::size_t axis = 0; axis < spec_.axes.size(); ++axis) {
      if (done[axis]) continue;
      std::vector<std::size_t> dimension{axis};
      for (std::vector<std::size_t>& group : groups) {
        if (std::find(group.begin(), group.end(), axis) == group.end()) continue;
        dimension = group;
        std::sort(dimension.begin(), dimension.end());
      }
      for (const std::size_t member : dimension) done[member] = true;
      spec_.dimensions.push_back(std::move(dimension));
    }
  }

  void add_exclusions() {
    for (std::size_t i = 0; i < written_.exclude.size(); ++i) {
      const std::string path = fmt::format("exclude[{}]", i);
      SweepExclusion exclusion;
      for (const WrittenValues& written : written_.exclude[i]) {
        const auto axis = known_axis(written.key, written.place, path);
        if (!axis) continue;
        std::vector<std::optional<std::string>> values;
        for (const WrittenValue& value : written.values) {
          if (!has_value(*axis, value.text) && is_whole_) {
            std::vector<std::string> known;
            for (const auto& other : spec_.axes[*axis].values) known.push_back(other.value_or("~"));
            problems_.add(value.place, path,
                          fmt::format("{} never is \"{}\"", written.key, value.text.value_or("~")),
                          boards::suggest(value.text.value_or("~"), "values", known));
          }
          values.push_back(value.text);
        }
        exclusion.values.emplace_back(*axis, std::move(values));
      }
      spec_.exclusions.push_back(std::move(exclusion));
    }
  }

  [[nodiscard]] bool has_value(std::size_t axis, const std::optional<std::string>& value) const {
    const auto& values = spec_.axes[axis].values;
    return std::find(values.begin(), values.end(), value) != values.end();
  }

  void add_cell(const WrittenCell& written, std::size_t index) {
    const std::string path = fmt::format("cells[{}]", index);
    std::vector<std::optional<std::string>> values;
    for (const SweepAxis& axis : spec_.axes) {
      values.push_back(axis.values.size() == 1 ? axis.values.front() : std::nullopt);
    }
    const auto give = [&](const std::string& name, const WrittenValues& given) {
      if (const auto axis = index_of(name)) values[*axis] = given.values.front().text;
    };
    for (const auto& [option, given] : written.axes.options)
      give(std::string(name_of(option)), given);
    for (const WrittenValues& given : written.axes.placed) give("place:" + given.key, given);
    for (const WrittenValues& given : written.axes.set) give(given.key, given);
    if (!written.axes.boards.empty())
      values[kBoardAxis] = written.axes.boards.front().values.front().text;
    if (written.firmware) {
      values[kFirmwareAxis] = written.firmware->text;
      if (!has_value(kFirmwareAxis, written.firmware->text) && is_whole_) {
        std::vector<std::string> names;
        for (const SweepFirmware& firmware : spec_.firmware) names.push_back(firmware.name);
        problems_.add(written.firmware->place, path,
                      fmt::format("no firmware is called \"{}\"", *written.firmware->text),
                      boards::suggest(*written.firmware->text, "firmware", names));
      }
    }
    if (!values[kFirmwareAxis] && is_whole_) {
      problems_.add(written.axes.place, path, "the cell does not say which firmware",
                    "add firmware: and one of the names");
    }
    if (!values[kBoardAxis] && is_whole_) {
      problems_.add(written.axes.place, path, "the cell does not say which board",
                    "add board: and a name");
    }
    spec_.cells.push_back(std::move(values));
  }

  std::vector<std::string> metrics(const std::vector<WrittenValue>& written) {
    std::vector<std::string> names;
    for (const WrittenValue& value : written) {
      std::string name = value.text.value_or("");
      if (name == "time") name = "time_s";
      if (name == "energy") name = "energy_j";
      std::vector<std::string> known;
      for (const analysis::SweepMetric& metric : analysis::fixed_metrics())
        known.push_back(metric.name);
      if (!analysis::is_metric(name)) {
        problems_.add(value.place, "", fmt::format("unknown metric \"{}\"", name),
                      boards::suggest(name, "metrics", known) +
                          ", and MEMORY_fetch_bytes, _read_bytes, _write_bytes, _stall_cycles");
      } else if (std::find(names.begin(), names.end(), name) != names.end()) {
        problems_.add(value.place, "", fmt::format("{} is named twice", name), "keep one");
      } else {
        names.push_back(std::move(name));
      }
    }
    return names;
  }

  const WrittenSweep& written_;
  Problems& problems_;
  bool is_whole_;  // else what is missing may be what could not be read
  SweepSpec spec_;
};

}  // namespace

SweepSpec read_sweep(const SweepLine& line) {
  Problems problems;
  WrittenSweep written;
  if (!line.spec.empty()) written = read_written_sweep(line.spec, problems);
  if (problems.hiding()) problems.throw_if_any();
  if (!line.spec.empty()) written.axes.place.file = line.spec;
  lay_over(written, line);
  std::string folder = std::filesystem::path(line.spec).parent_path().string();
  SweepSpec spec = Builder(written, std::move(folder), problems).build();
  problems.throw_if_any();
  return spec;
}

std::string place_in_spec(const SweepSpec& spec, const std::string& where) {
  const auto is_about = [&](const std::string& option) {
    return where == option || where.starts_with(option + " ");
  };
  const auto flag = [](CellOption option) {
    std::string name(name_of(option));
    std::replace(name.begin(), name.end(), '_', '-');
    return "--" + name;
  };
  for (const SweepAxis& axis : spec.axes) {
    if (axis.where.empty() || axis.where.starts_with("--")) continue;
    if (axis.kind == AxisKind::board && where == "--board") return axis.where + " boards";
    if (axis.kind == AxisKind::set && where == "--set " + axis.subject)
      return axis.where + " set." + axis.subject;
    if (axis.kind != AxisKind::option || axis.where == "command line") continue;
    const bool is_clock = axis.option == CellOption::clock && where == "--set clock.rated_hz";
    if (is_clock || is_about(flag(axis.option))) return axis.where + " " + axis.name;
  }
  for (const SweepFirmware& firmware : spec.firmware) {
    for (const auto& entry : firmware.options) {
      if (is_about(flag(entry.first)))
        return fmt::format("{} {}", firmware.where, name_of(entry.first));
    }
  }
  return where;
}

std::vector<std::string> comma_separated(std::string_view text) {
  std::vector<std::string> parts(1);
  int depth = 0;
  char quote = 0;
  for (const char c : text) {
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    } else if (c == ',' && depth == 0) {
      parts.emplace_back();
      continue;
    }
    parts.back() += c;
  }
  return parts;
}

}  // namespace mcost::cli
