#include "cli/sweep_spec_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <span>

#include "boards/suggestions.h"
#include "sim_core/base/error.h"

namespace mcost::cli {
namespace {

using boards::Problems;
using boards::YamlEntry;
using boards::YamlNode;

constexpr std::size_t kLongestText = 1024;
constexpr std::size_t kMostValues = 100'000;  // of one axis
constexpr std::size_t kMostFirmware = 1000;

/// How a key is written.
enum class Form : std::uint8_t {
  firmware,  // a file, a map, or a list of them
  values,    // one or several
  value,     // one
  text,      // one, never ~
  paths,     // a map of values
  path,      // a map of one value each
  zips,
  exclusions,
  cells,
  names,
  flag,
};

/// One key, for the reader and for editors.
struct Key {
  std::string_view name;
  Form form;
  std::string_view help;
};

// clang-format off
constexpr std::array<std::pair<std::string_view, std::string_view>, kCellOptions> kOptions = {{
    {"clock", "core clock in hertz"},
    {"args", "command line that the firmware gets by semihosting"},
    {"layers", "probes, calls:FUNCTION, functions:REGEX, FILE.yaml or none"},
    {"entry", "symbol or address to start at instead of the reset vector"},
    {"until", "symbol or address that ends the run"},
    {"max_cycles", "cycles after which a cell has failed"},
    {"timeout", "host seconds after which a cell has failed"},
    {"input", "FILE@SYMBOL or FILE@ADDRESS: a file into RAM before the run"},
    {"load_at", "address of a .bin, or of the lowest byte of a .hex"},
    {"seed", "of the contents of RAM at power-on"},
    {"sd", "image of the SD card in the board's slot"},
}};

constexpr std::array kAxisKeys = {
    Key{"boards", Form::values, "boards, by name or file"},
    Key{"set", Form::paths, "values of the board by path, as --set takes them; ~ is the board's own"},
    Key{"place", Form::paths, "memories by section, symbol or ADDRESS+BYTES, as --place takes them; ~ is as linked"},
};
constexpr std::array kDocumentKeys = {
    Key{"firmware", Form::firmware, "ELF files, or maps with file, name and what goes with that firmware alone"},
    Key{"zip", Form::zips, "lists of axes that move together, value by value"},
    Key{"exclude", Form::exclusions, "cells to leave out: values by axis"},
    Key{"cells", Form::cells, "single cells beside those of the grid"},
    Key{"memory_use", Form::flag, "false: do not record which RAM is used"},
    Key{"any_exit_code", Form::flag, "true: a cell whose firmware ends with another exit code than 0 has not failed"},
    Key{"columns", Form::names, "metrics to report, in this order"},
    Key{"pareto", Form::names, "metrics whose Pareto front is marked (default time_s and energy_j)"},
};
constexpr std::array kFirmwareKeys = {
    Key{"file", Form::text, "ELF file, or .bin or .hex with load_at"},
    Key{"name", Form::text, "what the report calls it (default: the name of the file)"},
};
constexpr std::array kCellKeys = {
    Key{"firmware", Form::value, "name of one of the firmware above"},
    Key{"board", Form::value, "board, by name or file"},
    Key{"set", Form::path, "one value of the board by path"},
    Key{"place", Form::path, "one memory by section, symbol or ADDRESS+BYTES"},
};
// clang-format on

std::vector<std::string> with_options(std::span<const Key> keys) {
  std::vector<std::string> names;
  for (const Key& key : keys) names.emplace_back(key.name);
  for (const auto& option : kOptions) names.emplace_back(option.first);
  return names;
}

std::vector<std::string> document_keys() {
  std::vector<std::string> names;
  for (const Key& key : kDocumentKeys) names.emplace_back(key.name);
  const std::vector<std::string> axes = with_options(kAxisKeys);
  names.insert(names.begin() + 1, axes.begin(), axes.end());
  return names;
}

class Reader {
 public:
  explicit Reader(Problems& problems) : problems_(problems) {}

  WrittenSweep read(const YamlNode& root) {
    WrittenSweep sweep;
    if (problems_.hiding()) return sweep;
    if (!is_map(root, "", "the file", "write firmware: and boards:, and what is to vary"))
      return {};
    check_keys(root, "", document_keys());
    if (const YamlEntry* const entry = root.find("firmware")) read_firmware(entry->value, sweep);
    sweep.axes = axes_of(root, "", false);
    read_zip(root, sweep);
    read_exclude(root, sweep);
    read_cells(root, sweep);
    sweep.memory_use = flag_of(root, "memory_use");
    sweep.any_exit_code = flag_of(root, "any_exit_code");
    sweep.columns = names_of(root, "columns");
    sweep.pareto = names_of(root, "pareto");
    return sweep;
  }

 private:
  bool is_map(const YamlNode& node, const std::string& path, std::string_view what,
              std::string_view remedy) {
    if (node.kind == YamlNode::Kind::map && !node.entries.empty()) return true;
    problems_.add(node.place, path, fmt::format("{} must be a map, got {}", what, node.described()),
                  std::string(remedy));
    return false;
  }

  bool is_list(const YamlNode& node, std::string_view key, std::string_view remedy) {
    if (node.kind == YamlNode::Kind::list && !node.items.empty()) return true;
    problems_.add(node.place, "", fmt::format("{} must be a list, got {}", key, node.described()),
                  std::string(remedy));
    return false;
  }

  void check_keys(const YamlNode& node, const std::string& path,
                  const std::vector<std::string>& allowed) {
    for (const YamlEntry& entry : node.entries) {
      if (std::find(allowed.begin(), allowed.end(), entry.key) != allowed.end()) continue;
      problems_.add(entry.place, path, fmt::format("unknown key \"{}\"", entry.key),
                    boards::suggest(entry.key, "allowed", allowed));
    }
  }

  /// Values that are lists themselves are written as one line: "[1, 2]".
  static std::optional<std::string> flow_text(const YamlNode& node) {
    if (node.kind == YamlNode::Kind::scalar) return node.empty ? std::string("~") : node.text;
    if (node.kind != YamlNode::Kind::list) return std::nullopt;
    std::string text = "[";
    for (const YamlNode& item : node.items) {
      const auto part = flow_text(item);
      if (!part) return std::nullopt;
      text += (text.size() > 1 ? ", " : "") + *part;
    }
    return text + "]";
  }

  static bool is_line(const std::string& text) {
    return text.size() <= kLongestText && std::none_of(text.begin(), text.end(), [](char c) {
             return static_cast<unsigned char>(c) < 0x20;
           });
  }

  std::optional<WrittenValue> value_of(const YamlNode& node, const std::string& path,
                                       std::string_view key) {
    if (node.kind == YamlNode::Kind::scalar && node.empty) return WrittenValue{{}, node.place};
    const auto text = flow_text(node);
    if (text && is_line(*text)) return WrittenValue{text, node.place};
    problems_.add(node.place, path,
                  fmt::format("{} must be one line of up to {} characters, got {}", key,
                              kLongestText, node.described()),
                  "write one value, or a list of values");
    return std::nullopt;
  }

  std::optional<std::string> text_of(const YamlNode& node, const std::string& path,
                                     std::string_view key) {
    const bool is_text = node.kind == YamlNode::Kind::scalar && !node.empty && !node.text.empty();
    if (is_text && is_line(node.text)) return node.text;
    problems_.add(node.place, path,
                  fmt::format("{} must be one line of up to {} characters, got {}", key,
                              kLongestText, node.described()),
                  "write one value");
    return std::nullopt;
  }

  /// `single`: of a cell, which has one value.
  std::optional<WrittenValues> values_of(const YamlEntry& entry, const std::string& path,
                                         bool single) {
    WrittenValues values{entry.key, entry.place, {}};
    const YamlNode& node = entry.value;
    if (single || node.kind != YamlNode::Kind::list) {
      const auto value = value_of(node, path, entry.key);
      if (!value) return std::nullopt;
      values.values.push_back(*value);
      return values;
    }
    if (node.items.empty() || node.items.size() > kMostValues) {
      problems_.add(node.place, path,
                    fmt::format("{} must have 1..{} values, got {}", entry.key, kMostValues,
                                node.items.size()),
                    "write a list of values, or leave the key out");
      return std::nullopt;
    }
    std::set<std::optional<std::string>> known;
    for (const YamlNode& item : node.items) {
      const auto value = value_of(item, path, entry.key);
      if (!value) return std::nullopt;
      if (!known.insert(value->text).second) {
        problems_.add(item.place, path, fmt::format("{} has {} twice", entry.key, item.described()),
                      "keep one");
        continue;
      }
      values.values.push_back(*value);
    }
    return values;
  }

  void read_paths(const YamlNode& node, const std::string& path, std::string_view key, bool single,
                  std::vector<WrittenValues>& list) {
    const YamlEntry* const entry = node.find(key);
    if (entry == nullptr) return;
    const std::string inside = path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
    if (!is_map(entry->value, inside, key,
                key == "set" ? "write path: values lines below it"
                             : "write section or symbol: memories lines below it")) {
      return;
    }
    for (const YamlEntry& line : entry->value.entries) {
      if (auto values = values_of(line, inside, single)) list.push_back(std::move(*values));
    }
  }

  WrittenAxes axes_of(const YamlNode& node, const std::string& path, bool single) {
    WrittenAxes axes;
    axes.place = node.place;
    if (const YamlEntry* const entry = node.find(single ? "board" : "boards")) {
      if (auto values = values_of(*entry, path, single)) {
        for (const WrittenValue& value : values->values) {
          if (value.text && !value.text->empty()) continue;
          problems_.add(value.place, path,
                        fmt::format("{} must be a name, got nothing", entry->key),
                        "write a board; `mcost boards` lists names");
          return axes;
        }
        axes.boards.push_back(std::move(*values));
      }
    }
    read_paths(node, path, "set", single, axes.set);
    read_paths(node, path, "place", single, axes.placed);
    for (unsigned i = 0; i < kCellOptions; ++i) {
      const YamlEntry* const entry = node.find(kOptions[i].first);
      if (entry == nullptr) continue;
      if (auto values = values_of(*entry, path, single))
        axes.options.emplace_back(static_cast<CellOption>(i), std::move(*values));
    }
    return axes;
  }

  void read_firmware(const YamlNode& node, WrittenSweep& sweep) {
    if (node.kind != YamlNode::Kind::list) {
      read_one_firmware(node, "firmware", sweep);
      return;
    }
    if (!is_list(node, "firmware", "write files below it")) return;
    if (node.items.size() > kMostFirmware) {
      problems_.add(node.place, "", fmt::format("more than {} firmwares", kMostFirmware),
                    "leave some out");
      return;
    }
    for (std::size_t i = 0; i < node.items.size(); ++i)
      read_one_firmware(node.items[i], fmt::format("firmware[{}]", i), sweep);
  }

  void read_one_firmware(const YamlNode& node, const std::string& path, WrittenSweep& sweep) {
    WrittenFirmware firmware;
    firmware.place = node.place;
    if (node.kind != YamlNode::Kind::map) {
      const auto file = text_of(node, "", "firmware");
      if (!file) return;
      firmware.file = *file;
      sweep.firmware.push_back(std::move(firmware));
      return;
    }
    std::vector<std::string> allowed = with_options(kFirmwareKeys);
    std::erase(allowed, "clock");
    check_keys(node, path, allowed);
    if (const YamlEntry* const entry = node.find("name")) {
      firmware.name = text_of(entry->value, path, "name").value_or("");
    }
    for (unsigned i = 1; i < kCellOptions; ++i) {  // the clock is the board's
      const YamlEntry* const entry = node.find(kOptions[i].first);
      if (entry == nullptr) continue;
      const auto text = text_of(entry->value, path, entry->key);
      if (text) firmware.options.emplace_back(static_cast<CellOption>(i), *text);
    }
    const YamlEntry* const file = node.find("file");
    if (file == nullptr) {
      problems_.add(node.place, path, "missing key \"file\"",
                    "add file: and the name of an ELF file");
      return;
    }
    const auto text = text_of(file->value, path, "file");
    if (!text) return;
    firmware.file = *text;
    sweep.firmware.push_back(std::move(firmware));
  }

  void read_zip(const YamlNode& root, WrittenSweep& sweep) {
    const YamlEntry* const entry = root.find("zip");
    constexpr const char* kRemedy = "write zip: [[clock, memories.flash.wait_states]]";
    if (entry == nullptr || !is_list(entry->value, "zip", kRemedy)) return;
    for (const YamlNode& item : entry->value.items) {
      std::vector<WrittenValue> names;
      if (item.kind != YamlNode::Kind::list || item.items.size() < 2) {
        problems_.add(
            item.place, "zip",
            fmt::format("what moves together must be a list of axes, got {}", item.described()),
            kRemedy);
        continue;
      }
      for (const YamlNode& name : item.items) {
        if (auto text = text_of(name, "zip", "an axis"))
          names.push_back({std::move(text), name.place});
      }
      sweep.zip.push_back(std::move(names));
    }
  }

  void read_exclude(const YamlNode& root, WrittenSweep& sweep) {
    const YamlEntry* const entry = root.find("exclude");
    constexpr const char* kRemedy = "write - {board: NAME, clock: HZ}, values by axis";
    if (entry == nullptr || !is_list(entry->value, "exclude", kRemedy)) return;
    for (std::size_t i = 0; i < entry->value.items.size(); ++i) {
      const YamlNode& item = entry->value.items[i];
      const std::string path = fmt::format("exclude[{}]", i);
      if (!is_map(item, path, "what is left out", kRemedy)) continue;
      std::vector<WrittenValues> list;
      for (const YamlEntry& line : item.entries) {
        if (auto values = values_of(line, path, false)) list.push_back(std::move(*values));
      }
      sweep.exclude.push_back(std::move(list));
    }
  }

  void read_cells(const YamlNode& root, WrittenSweep& sweep) {
    const YamlEntry* const entry = root.find("cells");
    constexpr const char* kRemedy = "write - {board: NAME, set: {PATH: VALUE}}";
    if (entry == nullptr || !is_list(entry->value, "cells", kRemedy)) return;
    for (std::size_t i = 0; i < entry->value.items.size(); ++i) {
      const YamlNode& item = entry->value.items[i];
      const std::string path = fmt::format("cells[{}]", i);
      if (!is_map(item, path, "a cell", kRemedy)) continue;
      check_keys(item, path, with_options(kCellKeys));
      WrittenCell cell;
      cell.axes = axes_of(item, path, true);
      if (const YamlEntry* const firmware = item.find("firmware")) {
        if (auto text = text_of(firmware->value, path, "firmware"))
          cell.firmware = WrittenValue{std::move(text), firmware->value.place};
      }
      sweep.cells.push_back(std::move(cell));
    }
  }

  std::vector<WrittenValue> names_of(const YamlNode& root, std::string_view key) {
    const YamlEntry* const entry = root.find(key);
    std::vector<WrittenValue> names;
    if (entry == nullptr || !is_list(entry->value, key, "write [cycles, time_s]")) return names;
    for (const YamlNode& item : entry->value.items) {
      if (auto text = text_of(item, std::string(key), "a metric"))
        names.push_back({std::move(text), item.place});
    }
    return names;
  }

  std::optional<bool> flag_of(const YamlNode& root, std::string_view key) {
    const YamlEntry* const entry = root.find(key);
    if (entry == nullptr) return std::nullopt;
    const YamlNode& node = entry->value;
    if (node.kind == YamlNode::Kind::scalar && node.plain && !node.empty &&
        (node.text == "true" || node.text == "false")) {
      return node.text == "true";
    }
    problems_.add(node.place, "",
                  fmt::format("{} must be true or false, got {}", key, node.described()),
                  "write true or false");
    return std::nullopt;
  }

  Problems& problems_;
};

std::string text_of_file(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream || std::filesystem::is_directory(file)) {
    throw ConfigError("the specification cannot be read", file,
                      "name a YAML file that exists; docs/sweep.md says how it is written");
  }
  std::string text(boards::kMaxFileBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (stream.bad())
    throw ConfigError("the specification cannot be read to its end", file, "check its disk");
  return text;
}

// ---- the schema

using Json = nlohmann::ordered_json;

Json reference(const char* name) { return {{"$ref", fmt::format("#/definitions/{}", name)}}; }

Json list_of(Json items, unsigned least) {
  return {{"type", "array"}, {"minItems", least}, {"items", std::move(items)}};
}

Json map_of(Json values) {
  return {{"type", "object"}, {"minProperties", 1}, {"additionalProperties", std::move(values)}};
}

Json schema_of(Form form) {
  switch (form) {
    case Form::firmware: {
      const Json one = {{"anyOf", {{{"type", "string"}}, reference("firmware")}}};
      return {{"anyOf", {one, list_of(one, 1)}}};
    }
    case Form::values: return reference("values");
    case Form::value: return reference("value");
    case Form::text: return reference("text");
    case Form::paths: return map_of(reference("values"));
    case Form::path: return map_of(reference("value"));
    case Form::zips: return list_of(list_of({{"type", "string"}}, 2), 1);
    case Form::exclusions: return list_of(map_of(reference("values")), 1);
    case Form::cells: return list_of(reference("cell"), 1);
    case Form::names: return list_of({{"type", "string"}}, 1);
    case Form::flag: return {{"type", "boolean"}};
  }
  return {};
}

void add_property(Json& properties, std::string_view name, Form form, std::string_view help) {
  Json schema = schema_of(form);
  // Beside a reference, draft 7 reads nothing.
  if (schema.contains("$ref")) schema = {{"allOf", Json::array({schema})}};
  schema["description"] = help;
  properties[std::string(name)] = std::move(schema);
}

Json schema_of(std::span<const Key> keys, Form options, bool has_clock) {
  Json properties = Json::object();
  for (const Key& key : keys) add_property(properties, key.name, key.form, key.help);
  for (unsigned i = has_clock ? 0 : 1; i < kCellOptions; ++i)
    add_property(properties, kOptions[i].first, options, kOptions[i].second);
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"minProperties", 1},
          {"additionalProperties", false}};
}

}  // namespace

WrittenSweep read_written_sweep(const std::string& file, Problems& problems) {
  const std::string text = text_of_file(file);
  const boards::YamlAdvice advice{"make it smaller, or sweep twice", "keep one sweep in a file",
                                  "write the value out"};
  const YamlNode root = boards::parse_yaml(text, file, 0, problems, advice);
  return Reader(problems).read(root);
}

std::string_view name_of(CellOption option) {
  return kOptions[static_cast<std::size_t>(option)].first;
}

std::string sweep_schema() {
  const Json scalar = {{"type", {"string", "number", "boolean", "null"}}};
  const Json text = {{"type", {"string", "number", "boolean"}}};
  Json firmware = schema_of(kFirmwareKeys, Form::text, false);
  firmware["required"] = {"file"};
  const Json value = {{"anyOf", {scalar, {{"type", "array"}, {"items", reference("value")}}}}};
  Json schema = {
      {"$schema", "http://json-schema.org/draft-07/schema#"},
      {"title", "mcost sweep"},
      {"$comment",
       "Written by mcost_sweep_schema from the reader's tables. The reader also checks that axes "
       "exist and that what moves together has as many values."},
      {"definitions",
       {{"text", text},
        {"value", value},
        {"values", {{"anyOf", {scalar, list_of(reference("value"), 1)}}}},
        {"firmware", std::move(firmware)},
        {"cell", schema_of(kCellKeys, Form::value, true)}}}};
  Json document = schema_of(kAxisKeys, Form::values, true);
  Json properties = Json::object();
  for (const std::string& name : document_keys()) {
    const auto key = std::find_if(kDocumentKeys.begin(), kDocumentKeys.end(),
                                  [&](const Key& entry) { return entry.name == name; });
    if (key != kDocumentKeys.end()) {
      add_property(properties, key->name, key->form, key->help);
    } else {
      properties[name] = document["properties"][name];
    }
  }
  document["properties"] = std::move(properties);
  for (const auto& [key, part] : document.items()) schema[key] = part;
  return schema.dump(2) + "\n";
}

}  // namespace mcost::cli
