#include "cli/sweep_cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <set>
#include <utility>

#include "boards/spec_reader.h"
#include "loader/sha256.h"
#include "sim_core/base/error.h"

namespace mcost::cli {
namespace {

namespace fs = std::filesystem;

bool is_yaml(const std::string& name) { return name.ends_with(".yaml") || name.ends_with(".yml"); }

std::string beside(const std::string& folder, const std::string& file) {
  if (folder.empty() || fs::path(file).is_absolute()) return file;
  return (fs::path(folder) / file).string();
}

/// True where a value names a file.
bool is_path(CellOption option, const std::string& text) {
  return option == CellOption::input || option == CellOption::sd ||
         (option == CellOption::layers && is_yaml(text));
}

void give(RawOptions& raw, CellOption option, const std::string& text) {
  switch (option) {
    case CellOption::clock: raw.clock = text; break;
    case CellOption::args: raw.args = text; break;
    case CellOption::layers: raw.layers = text; break;
    case CellOption::entry: raw.entry = text; break;
    case CellOption::until: raw.until = text; break;
    case CellOption::max_cycles: raw.max_cycles = text; break;
    case CellOption::timeout: raw.timeout = text; break;
    case CellOption::input: raw.input = {text}; break;
    case CellOption::load_at: raw.load_at = text; break;
    case CellOption::seed: raw.seed = text; break;
    case CellOption::sd: raw.sd = text; break;
  }
}

class CellMaker {
 public:
  explicit CellMaker(const SweepSpec& spec) : spec_(spec) {}

  [[nodiscard]] SweepCell make(const analysis::CellValues& values) const {
    RawOptions raw;
    for (std::size_t a = 0; a < spec_.axes.size(); ++a) {
      if (values[a]) add(raw, spec_.axes[a], *values[a]);
    }
    raw.no_memory_use = !spec_.memory_use;
    SweepCell cell;
    cell.values = values;
    try {
      cell.options = check_options(raw);
    } catch (const ConfigError& error) {
      throw ConfigError(error.problem(), place_in_spec(spec_, error.where()), error.remedy());
    }
    return cell;
  }

 private:
  /// Values of single cells that the axis has not are relative to the file.
  [[nodiscard]] const std::string& folder_of(const SweepAxis& axis,
                                             const std::string& value) const {
    const bool is_of_axis = std::find(axis.values.begin(), axis.values.end(),
                                      std::optional(value)) != axis.values.end();
    return is_of_axis ? axis.folder : spec_.folder;
  }

  void add(RawOptions& raw, const SweepAxis& axis, const std::string& value) const {
    switch (axis.kind) {
      case AxisKind::firmware: add_firmware(raw, value); break;
      case AxisKind::board: {
        const bool is_file = value.find('/') != std::string::npos || is_yaml(value);
        raw.board = is_file ? beside(folder_of(axis, value), value) : value;
        break;
      }
      case AxisKind::set: raw.set.push_back(axis.subject + "=" + value); break;
      case AxisKind::place: raw.place.push_back(axis.subject + "=" + value); break;
      case AxisKind::option:
        give(raw, axis.option,
             is_path(axis.option, value) ? beside(folder_of(axis, value), value) : value);
        break;
    }
  }

  void add_firmware(RawOptions& raw, const std::string& name) const {
    for (const SweepFirmware& firmware : spec_.firmware) {
      if (firmware.name != name) continue;
      raw.firmware = beside(firmware.folder, firmware.file);
      for (const auto& [option, text] : firmware.options)
        give(raw, option, is_path(option, text) ? beside(firmware.folder, text) : text);
    }
  }

  const SweepSpec& spec_;
};

bool is_excluded(const SweepSpec& spec, const analysis::CellValues& values) {
  return std::any_of(
      spec.exclusions.begin(), spec.exclusions.end(), [&](const SweepExclusion& exclusion) {
        return std::all_of(
            exclusion.values.begin(), exclusion.values.end(), [&](const auto& entry) {
              const auto& list = entry.second;
              return std::find(list.begin(), list.end(), values[entry.first]) != list.end();
            });
      });
}

void check_size(const SweepSpec& spec, std::size_t most) {
  std::size_t cells = spec.has_grid ? 1 : 0;
  std::string factors;
  bool is_too_large = false;
  for (const std::vector<std::size_t>& dimension : spec.dimensions) {
    const std::size_t points = spec.axes[dimension.front()].values.size();
    if (!spec.has_grid) break;
    is_too_large |= cells > most / points;
    if (!is_too_large) cells *= points;
    if (points > 1) factors += fmt::format("{}{}", factors.empty() ? "" : " x ", points);
  }
  is_too_large |= cells + spec.cells.size() > most;
  if (!is_too_large) return;
  throw ConfigError(
      fmt::format("more than {} cells{}", most, factors.empty() ? "" : ": " + factors),
      "--max-cells", "leave out values, or raise --max-cells");
}

/// Calls `visit` with the values of each cell of the grid, the last dimension fastest.
template <class Visit>
void each_of_grid(const SweepSpec& spec, Visit&& visit) {
  const auto& dimensions = spec.dimensions;
  const auto points = [&](std::size_t d) { return spec.axes[dimensions[d].front()].values.size(); };
  std::vector<std::size_t> at(dimensions.size(), 0);
  for (;;) {
    analysis::CellValues values(spec.axes.size());
    for (std::size_t d = 0; d < dimensions.size(); ++d) {
      for (const std::size_t axis : dimensions[d]) values[axis] = spec.axes[axis].values[at[d]];
    }
    visit(std::move(values));
    std::size_t d = dimensions.size();
    while (d > 0 && ++at[d - 1] == points(d - 1)) at[--d] = 0;
    if (d == 0) return;
  }
}

/// A list of texts as one, each with its length, so that no two lists make the same text.
class Parts {
 public:
  Parts& operator<<(std::string_view part) {
    text_ += fmt::format("{}:{}\n", part.size(), part);
    return *this;
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// Whether a setting changes time or energy alone, as long as the firmware asks for neither.
bool is_of_time(const std::string& setting) {
  constexpr std::array<std::string_view, 5> kPaths = {"memories.", "clock.", "energy.",
                                                      "core.icache_kib", "core.dcache_kib"};
  return std::any_of(kPaths.begin(), kPaths.end(),
                     [&](std::string_view path) { return setting.starts_with(path); });
}

/// Everything that decides what the firmware does, but not what only decides how long it takes.
std::string group_text(const SweepCell& cell) {
  const RunOptions& options = cell.options;
  Parts parts;
  parts << options.firmware << options.board;
  for (const std::string& entry : options.overrides) {
    if (!is_of_time(entry)) parts << entry;
  }
  // Where data are placed, use of memory is counted.
  parts << "place";
  for (const std::string& entry : options.placements) {
    if (options.memory_use) parts << entry;
  }
  parts << "input";
  for (const InputFile& input : options.inputs) parts << input.text;
  parts << options.args << options.entry << options.until << options.layer_pattern
        << options.sd_image.value_or("")
        << fmt::format("{} {} {} {}", static_cast<unsigned>(options.layer_mode), options.seed,
                       options.load_at.value_or(0), options.max_cycles.value_or(0));
  return parts.text();
}

void number_groups(std::vector<SweepCell>& cells) {
  std::map<std::string, std::size_t> groups;
  for (SweepCell& cell : cells)
    cell.group = groups.emplace(group_text(cell), groups.size()).first->second;
}

}  // namespace

std::vector<SweepCell> make_cells(const SweepSpec& spec, std::size_t most) {
  check_size(spec, most);
  const CellMaker maker(spec);
  std::vector<SweepCell> cells;
  std::set<analysis::CellValues> known;
  const auto add = [&](analysis::CellValues values) {
    if (known.insert(values).second) cells.push_back(maker.make(values));
  };
  if (spec.has_grid) {
    each_of_grid(spec, [&](analysis::CellValues values) {
      if (!is_excluded(spec, values)) add(std::move(values));
    });
  }
  for (const analysis::CellValues& values : spec.cells) add(values);
  if (cells.empty()) {
    throw ConfigError("every cell of the grid is excluded", "exclude", "leave some in");
  }
  number_groups(cells);
  return cells;
}

// ---- keys

namespace {

std::string hash_of_bytes(std::string_view text) {
  return loader::sha256_hex({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

/// Empty if there is no such file: the cell says so.
std::string hash_of_file(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream || fs::is_directory(file)) return {};
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  return hash_of_bytes(text);
}

/// An image of a card may be larger than this machine's memory.
std::string stamp_of_file(const std::string& file) {
  std::error_code failed;
  const auto size = fs::file_size(file, failed);
  const auto time = fs::last_write_time(file, failed);
  if (failed) return {};
  return fmt::format("{} {} {}", file, size, time.time_since_epoch().count());
}

}  // namespace

CellKeys::CellKeys(const std::vector<SweepCell>& cells, const analysis::OutcomeOptions& outcome)
    : outcome_(outcome) {
  const auto add = [&](const std::string& file) {
    const auto [entry, is_new] = hashes_.emplace(file, std::string());
    if (is_new) entry->second = hash_of_file(file);
  };
  for (const SweepCell& cell : cells) {
    add(cell.options.firmware);
    for (const InputFile& input : cell.options.inputs) add(input.file);
    if (cell.options.layer_mode == LayerMode::map) add(cell.options.layer_pattern);
  }
}

const std::string& CellKeys::hash_of(const std::string& file) const { return hashes_.at(file); }

const std::string& CellKeys::image_hash(const SweepCell& cell) const {
  return hash_of(cell.options.firmware);
}

std::string CellKeys::key_of(const SweepCell& cell) const {
  const RunOptions& options = cell.options;
  Parts parts;
  parts << MCOST_VERSION << image_hash(cell)
        << boards::resolved_yaml(boards::read_board(options.board, {}, options.overrides));
  for (const std::string& placement : options.placements) parts << "place " + placement;
  for (const InputFile& input : options.inputs)
    parts << "input " + input.where << hash_of(input.file);
  parts << (options.layer_mode == LayerMode::map ? hash_of(options.layer_pattern)
                                                 : options.layer_pattern);
  parts << options.entry << options.until << options.args
        << (options.sd_image ? stamp_of_file(*options.sd_image) : std::string())
        << fmt::format("{} {} {} {} {} {} {}", static_cast<unsigned>(options.layer_mode),
                       options.seed, options.load_at.value_or(0), options.max_cycles.value_or(0),
                       options.memory_use, outcome_.with_layers, outcome_.any_exit_code);
  return hash_of_bytes(parts.text());
}

}  // namespace mcost::cli
