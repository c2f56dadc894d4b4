#include "analysis/hardware_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <unordered_set>

#include "analysis/reports/numbers.h"
#include "sim_core/base/error.h"

namespace mcost::analysis {
namespace {

constexpr std::size_t kMostSamples = 1'000'000;
constexpr std::size_t kLongestLine = 4096;
constexpr std::size_t kLongestName = 100;
constexpr std::size_t kMostDecimals = 6;
constexpr std::uint64_t kMostDigits = 1'000'000'000'000'000'000;

struct LogUnit {
  std::string_view name;
  std::uint64_t ps;  // 0: cycles
};
constexpr std::array<LogUnit, 18> kUnits{{{"cycles", 0},
                                          {"cycle", 0},
                                          {"cyc", 0},
                                          {"ticks", 0},
                                          {"tick", 0},
                                          {"clocks", 0},
                                          {"clk", 0},
                                          {"cyccnt", 0},
                                          {"s", 1'000'000'000'000},
                                          {"sec", 1'000'000'000'000},
                                          {"seconds", 1'000'000'000'000},
                                          {"ms", 1'000'000'000},
                                          {"msec", 1'000'000'000},
                                          {"us", 1'000'000},
                                          {"usec", 1'000'000},
                                          {"\xC2\xB5s", 1'000'000},
                                          {"\xCE\xBCs", 1'000'000},
                                          {"ns", 1'000}}};

/// Columns with the name of a layer, best first: TFLM's Event is a number.
constexpr std::array<std::string_view, 8> kNameColumns = {"layer", "tag",      "name",  "op",
                                                          "label", "function", "event", "operator"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
std::string lowered(std::string_view text) {
  std::string out;
  for (const char c : text) out += lower(c);
  return out;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  while (!text.empty() && kBlank.find(text.front()) != std::string_view::npos)
    text.remove_prefix(1);
  while (!text.empty() && kBlank.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  return text;
}

const LogUnit* unit_named(std::string_view name) {
  const std::string small = lowered(name);
  for (const LogUnit& unit : kUnits) {
    if (small == unit.name) return &unit;
  }
  return nullptr;
}

struct Number {
  std::uint64_t digits = 0;
  std::uint64_t scale = 1;
  std::size_t length = 0;  // characters
};

/// 123, 1.25, 12,345 at the start of `text`. Nothing if it is none or too long to be a measurement.
std::optional<Number> number_at(std::string_view text, bool grouped_too) {
  Number number;
  std::size_t at = 0;
  std::size_t decimals = 0;
  bool point = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    const auto digits_follow = [&](std::size_t count) {
      if (text.size() < at + 1 + count) return false;
      return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at + 1),
                         text.begin() + static_cast<std::ptrdiff_t>(at + 1 + count), is_digit);
    };
    if (grouped_too && c == ',' && !point && at != 0 && digits_follow(3) &&
        (text.size() == at + 4 || !is_digit(text[at + 4])))
      continue;
    if (c == '.' && !point && at != 0 && digits_follow(1)) {
      point = true;
      continue;
    }
    if (!is_digit(c)) break;
    if (point && decimals == kMostDecimals) continue;  // finer than a cycle of any log
    if (number.digits >= kMostDigits / 10) return std::nullopt;
    number.digits = number.digits * 10 + static_cast<unsigned>(c - '0');
    if (point) {
      ++decimals;
      number.scale *= 10;
    }
  }
  if (at == 0) return std::nullopt;
  number.length = at;
  return number;
}

/// Names of layers, to be found as words of a line: a tree of their characters in lower case.
class Names {
 public:
  explicit Names(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      if (name.empty() || name.size() > kLongestName) continue;
      exact_.insert(name);
      std::size_t node = 0;
      for (const char c : name) node = child_or_new(node, lower(c));
      if (nodes_[node].name.empty()) nodes_[node].name = name;
    }
  }
  /// The name that is meant by a whole cell: as written, else with other case.
  [[nodiscard]] std::optional<std::string> find(std::string_view cell) const {
    std::optional<std::string> found;
    each_prefix(cell, [&](std::size_t length, const std::string& name) {
      if (length == cell.size()) found = name;
    });
    if (found && exact_.contains(std::string(cell))) return std::string(cell);
    return found;
  }
  struct Found {
    std::string name;
    std::size_t end = 0;
  };
  /// The longest name that stands in the line as words, the first of those.
  [[nodiscard]] std::optional<Found> find_in(std::string_view line) const {
    std::size_t longest = 0;
    std::size_t begin = 0;
    for (std::size_t at = 0; at < line.size(); ++at) {
      if (at != 0 && is_word(line[at - 1]) && is_word(line[at])) continue;
      each_prefix(line.substr(at), [&](std::size_t length, const std::string&) {
        const std::size_t end = at + length;
        const bool ends = end == line.size() || !is_word(line[end - 1]) || !is_word(line[end]);
        if (!ends || length <= longest) return;
        longest = length;
        begin = at;
      });
    }
    if (longest == 0) return std::nullopt;
    return Found{find(line.substr(begin, longest)).value_or(""), begin + longest};
  }

 private:
  struct Node {
    std::map<char, std::size_t> children;
    std::string name;  // that ends here; empty: none
  };
  std::size_t child_or_new(std::size_t node, char c) {
    const auto [child, is_new] = nodes_[node].children.try_emplace(c, nodes_.size());
    const std::size_t index = child->second;
    if (is_new) nodes_.emplace_back();
    return index;
  }
  /// Names that `text` begins with, the shortest first.
  template <class Visit>
  void each_prefix(std::string_view text, Visit&& visit) const {
    std::size_t node = 0;
    for (std::size_t length = 0; length < text.size(); ++length) {
      const auto child = nodes_[node].children.find(lower(text[length]));
      if (child == nodes_[node].children.end()) return;
      node = child->second;
      if (!nodes_[node].name.empty()) visit(length + 1, nodes_[node].name);
    }
  }

  std::unordered_set<std::string> exact_;
  std::vector<Node> nodes_{1};
};

struct Measurement {
  Number number;
  const LogUnit* unit = nullptr;  // null: none is written
  std::size_t begin = 0;
  std::size_t end = 0;  // behind the unit
};

/// Numbers of a line with what stands behind each as unit.
std::vector<Measurement> measurements_in(std::string_view line, std::size_t from) {
  std::vector<Measurement> list;
  for (std::size_t at = from; at < line.size(); ++at) {
    const bool begins =
        is_digit(line[at]) &&
        (at == 0 || (!is_word(line[at - 1]) && line[at - 1] != '.' && line[at - 1] != '-'));
    if (!begins) continue;
    const auto number = number_at(line.substr(at), true);
    if (!number) {
      while (at + 1 < line.size() && is_digit(line[at + 1])) ++at;
      continue;
    }
    Measurement found{*number, nullptr, at, at + number->length};
    std::size_t begin = found.end;
    while (begin < line.size() && (line[begin] == ' ' || line[begin] == '\t' || line[begin] == '['))
      ++begin;
    std::size_t end = begin;
    while (end < line.size() && (is_word(line[end]) || (line[end] & 0x80) != 0)) ++end;
    found.unit = unit_named(line.substr(begin, end - begin));
    if (found.unit != nullptr) found.end = end;
    list.push_back(found);
    at = found.end - 1;
  }
  return list;
}

/// Without escape sequences of terminals and control characters.
std::string plain_line(std::string_view line) {
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto byte = static_cast<unsigned char>(line[i]);
    if (byte == 0x1B && i + 1 < line.size() && line[i + 1] == '[') {
      i += 2;
      while (i < line.size() && (line[i] < 0x40 || line[i] > 0x7E)) ++i;
      continue;
    }
    if (byte >= 0x20 || byte == '\t') out += line[i];
  }
  return out;
}

LogSample sample_of(std::string name, bool known, const Measurement& measurement,
                    std::size_t line) {
  return {std::move(name),
          known,
          measurement.number.digits,
          measurement.number.scale,
          measurement.unit == nullptr ? 0 : measurement.unit->ps,
          line};
}

/// What stands before `at`, if it looks like a name: "conv9: 123 cycles".
std::string name_before(std::string_view line, std::size_t at) {
  std::string_view before = trimmed(line.substr(0, at));
  if (before.empty() || (before.back() != ':' && before.back() != '=')) return {};
  before = trimmed(before.substr(0, before.size() - 1));
  std::size_t begin = before.size();
  while (begin > 0 && before[begin - 1] != ' ' && before[begin - 1] != '\t' &&
         before[begin - 1] != ']')
    --begin;
  return std::string(before.substr(begin));
}

/// The measurement in a line of free text, if there is one.
std::optional<LogSample> sample_in(std::string_view line, const Names& names, std::size_t number) {
  const auto name = names.find_in(line);
  const auto list = measurements_in(line, name ? name->end : 0);
  for (const Measurement& measurement : list) {
    if (measurement.unit == nullptr) continue;
    if (name) return sample_of(name->name, true, measurement, number);
    std::string other = name_before(line, measurement.begin);
    if (!other.empty()) return sample_of(std::move(other), false, measurement, number);
  }
  if (!name) return std::nullopt;
  // "conv1=123": a number without unit is meant only if it is all there is.
  if (list.size() == 1 && list[0].unit == nullptr && trimmed(line.substr(list[0].end)).empty()) {
    const std::string_view between = line.substr(name->end, list[0].begin - name->end);
    if (between.find_first_not_of(" \t:=,;\"") == std::string_view::npos)
      return sample_of(name->name, true, list[0], number);
  }
  if (!list.empty()) return std::nullopt;
  // "123 cycles in conv1".
  for (const Measurement& measurement : measurements_in(line, 0)) {
    if (measurement.unit != nullptr) return sample_of(name->name, true, measurement, number);
  }
  return std::nullopt;
}

std::vector<std::string> cells_of(std::string_view line, char separator) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == separator && !quoted) {
      cells.emplace_back();
    } else if (c != '\r') {
      cells.back() += c;
    }
  }
  for (std::string& cell : cells) cell = std::string(trimmed(cell));
  return cells;
}

struct Columns {
  char separator = ',';
  std::size_t name = 0;
  std::size_t value = 0;
  std::uint64_t unit_ps = 0;
};

/// "Time (us)", "cycles", "duration_ms": the unit at the end.
const LogUnit* value_column(const std::string& cell) {
  std::string small;
  for (const char c : lowered(cell)) {
    small += is_word(c) && c != '_' ? c : (static_cast<unsigned char>(c) & 0x80) != 0 ? c : ' ';
  }
  const std::string_view text = trimmed(small);
  const std::size_t space = text.rfind(' ');
  return unit_named(space == std::string_view::npos ? text : text.substr(space + 1));
}

/// The columns that a header names; nothing if the line is no header.
std::optional<Columns> read_header(std::string_view line) {
  for (const char separator : {',', ';', '\t'}) {
    const std::vector<std::string> cells = cells_of(line, separator);
    if (cells.size() < 2) continue;
    Columns columns;
    columns.separator = separator;
    std::optional<std::size_t> value;
    for (std::size_t i = 0; i < cells.size() && !value; ++i) {
      if (const LogUnit* const unit = value_column(cells[i])) {
        value = i;
        columns.unit_ps = unit->ps;
      }
    }
    if (!value) continue;
    columns.value = *value;
    for (const std::string_view name : kNameColumns) {
      for (std::size_t i = 0; i < cells.size(); ++i) {
        if (lowered(cells[i]) != name || i == *value) continue;
        columns.name = i;
        return columns;
      }
    }
  }
  return std::nullopt;
}

LogSample csv_sample(std::string_view line, const Columns& columns, const Names& names,
                     const std::string& place, std::size_t line_number) {
  const std::vector<std::string> cells = cells_of(line, columns.separator);
  if (cells.size() <= std::max(columns.name, columns.value)) {
    throw ConfigError(fmt::format("{}, its header has more", counted(cells.size(), "cell")), place,
                      "write one cell for each column");
  }
  const std::string& cell = cells[columns.value];
  const auto number = number_at(cell, false);
  if (!number || number->length != cell.size()) {
    throw ConfigError(fmt::format("\"{}\" is no number of cycles or time", printable(cell)), place,
                      "write digits, with up to 6 decimals");
  }
  const auto known = names.find(cells[columns.name]);
  return {known.value_or(cells[columns.name]),
          known.has_value(),
          number->digits,
          number->scale,
          columns.unit_ps,
          line_number};
}

}  // namespace

HardwareLog read_hardware_log(std::string_view text, const std::vector<std::string>& names,
                              const std::string& file) {
  if (text.size() > kMostLogBytes) {
    throw ConfigError(fmt::format("the log has over {} MiB", kMostLogBytes >> 20), file,
                      "keep the lines with measurements");
  }
  const Names known(names);
  HardwareLog log;
  std::optional<Columns> columns;
  bool first = true;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view raw = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    const std::string line = raw.size() > kLongestLine ? std::string() : plain_line(raw);
    if (trimmed(line).empty()) {
      if (!raw.empty() && raw.size() > kLongestLine) ++log.skipped_lines;
      continue;
    }
    if (first) {
      first = false;
      const bool has_mark = line.starts_with("\xEF\xBB\xBF");
      columns = read_header(has_mark ? std::string_view(line).substr(3) : line);
      if (columns) continue;
    }
    if (log.samples.size() == kMostSamples) break;
    if (columns) {
      log.samples.push_back(
          csv_sample(line, *columns, known, fmt::format("{}:{}", file, number), number));
    } else if (auto sample = sample_in(line, known, number)) {
      log.samples.push_back(std::move(*sample));
    } else {
      ++log.skipped_lines;
    }
  }
  if (log.samples.empty()) {
    throw ConfigError("the log has no measurement", file,
                      "it takes CSV with a header (layer,cycles), lines like \"conv1: 12345 "
                      "cycles\" or \"conv1=12345\", and times in s, ms, us or ns");
  }
  return log;
}

}  // namespace mcost::analysis
