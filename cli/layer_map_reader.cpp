#include "cli/layer_map_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include "boards/suggestions.h"
#include "cli/layer_map.h"
#include "cli/layer_sources.h"
#include "cli/options.h"

namespace mcost::cli {
namespace {

using boards::Problems;
using boards::YamlEntry;
using boards::YamlNode;

constexpr std::uint64_t kMostMacs = 1'000'000'000'000'000;
constexpr std::size_t kLongestText = 256;
constexpr std::size_t kMostLayers = 2000;
constexpr std::size_t kMostMetadata = 16;

enum class Form : std::uint8_t { text, count, layers, call, metadata };

/// One key of a map, for the reader and for editors.
struct Key {
  std::string_view name;
  Form form;
  std::uint64_t most;  // of a count
  std::string_view help;
};

// clang-format off
constexpr std::array kDocumentKeys = {
    Key{"in", Form::text, 0, "function whose calls `call:` means where it does not say"},
    Key{"layers", Form::layers, 0, "the layers, in any order"},
};
constexpr std::array kLayerKeys = {
    Key{"name", Form::text, 0, "of the layer in the report"},
    Key{"function", Form::text, 0, "every activation of this function is a visit of the layer"},
    Key{"functions", Form::text, 0, "the same for functions whose demangled name this expression (ECMAScript) is found in"},
    Key{"call", Form::call, 0, "a call: CALLEE for each, CALLEE#2 for the second in one activation, as --layers calls:F prints it"},
    Key{"begin", Form::text, 0, "SYMBOL, SYMBOL+OFFSET or address of the layer's first instruction"},
    Key{"end", Form::text, 0, "of the first instruction behind the layer"},
    Key{"op", Form::text, 0, "kind of operation, for the report"},
    Key{"macs", Form::count, kMostMacs, "multiply-accumulates of one visit, to compare with those executed"},
    Key{"params", Form::count, kMostMacs, "weights of the layer, for the report"},
    Key{"metadata", Form::metadata, 0, "further key: value lines for the report, such as in: 1x32x32x1"},
    Key{"layers", Form::layers, 0, "layers that count only while this one is open"},
};
constexpr std::array kCallKeys = {
    Key{"in", Form::text, 0, "function that makes the call"},
    Key{"callee", Form::text, 0, "function that is called"},
    Key{"ordinal", Form::count, CallLayers::kMostOrdinals, "which of the calls of this callee in one activation, from 1"},
    Key{"site", Form::count, CallLayers::kMostOrdinals, "which call instruction of the function, by address, from 1"},
};
// clang-format on
constexpr std::array<std::string_view, 3> kOwnMetadata = {"op", "macs", "params"};

std::vector<std::string> names_of(std::span<const Key> keys) {
  std::vector<std::string> names;
  for (const Key& key : keys) names.emplace_back(key.name);
  return names;
}

bool is_metadata_key(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return text.size() <= 48 && std::all_of(text.begin(), text.end(), fits);
}

class Reader {
 public:
  explicit Reader(Problems& problems) : problems_(problems) {}

  WrittenMap read(const YamlNode& root) {
    if (problems_.hiding()) return {};
    if (!is_map(root, "", "the file", "write layers: and a list of layers below it")) return {};
    check_keys(root, "", kDocumentKeys);
    map_.in = text_of(root, "", "in");
    const YamlEntry* const layers = root.find("layers");
    if (layers == nullptr) {
      problems_.add(root.place, "", "missing key \"layers\"", "write layers: and a list of layers");
    } else {
      read_layers(layers->value, "layers", std::nullopt);
    }
    return std::move(map_);
  }

 private:
  bool is_map(const YamlNode& node, const std::string& path, std::string_view what,
              std::string_view remedy) {
    if (node.kind == YamlNode::Kind::map && !node.entries.empty()) return true;
    problems_.add(node.place, path, fmt::format("{} must be a map, got {}", what, node.described()),
                  std::string(remedy));
    return false;
  }

  void check_keys(const YamlNode& node, const std::string& path, std::span<const Key> keys) {
    const std::vector<std::string> allowed = names_of(keys);
    for (const YamlEntry& entry : node.entries) {
      if (std::find(allowed.begin(), allowed.end(), entry.key) != allowed.end()) continue;
      problems_.add(entry.place, path, fmt::format("unknown key \"{}\"", entry.key),
                    boards::suggest(entry.key, "allowed", allowed));
    }
  }

  void wrong(const YamlNode& node, const std::string& path, std::string_view key,
             std::string_view expected, std::string_view remedy) {
    problems_.add(node.place, path,
                  fmt::format("{} must be {}, got {}", key, expected, node.described()),
                  std::string(remedy));
  }

  static bool is_line(const YamlNode& node) {
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
    return node.kind == YamlNode::Kind::scalar && !node.empty && !node.text.empty() &&
           node.text.size() <= kLongestText &&
           std::none_of(node.text.begin(), node.text.end(), is_control);
  }

  std::optional<WrittenText> text_of(const YamlNode& node, const std::string& path,
                                     std::string_view key) {
    const YamlEntry* const entry = node.find(key);
    if (entry == nullptr) return std::nullopt;
    if (is_line(entry->value)) return WrittenText{entry->value.text, entry->value.place};
    wrong(entry->value, path, key, fmt::format("one line of up to {} characters", kLongestText),
          "write a name");
    return std::nullopt;
  }

  std::optional<std::uint64_t> count_of(const YamlNode& node, const std::string& path,
                                        const Key& key, std::uint64_t least) {
    const YamlEntry* const entry = node.find(key.name);
    if (entry == nullptr) return std::nullopt;
    const YamlNode& value = entry->value;
    const bool plain = value.kind == YamlNode::Kind::scalar && value.plain && !value.empty;
    const auto number = plain ? parse_integer(value.text) : std::nullopt;
    if (number && *number >= least && *number <= key.most) return number;
    wrong(value, path, key.name, fmt::format("{}..{}", least, key.most), "write an integer");
    return std::nullopt;
  }

  static const Key& key_of(std::span<const Key> keys, std::string_view name) {
    return *std::find_if(keys.begin(), keys.end(),
                         [&](const Key& key) { return key.name == name; });
  }

  void read_layers(const YamlNode& node, const std::string& path,
                   std::optional<std::size_t> parent) {
    if (node.kind != YamlNode::Kind::list || node.items.empty()) {
      wrong(node, "", path, "a list of one or more layers", "write - name: conv1, and what it is");
      return;
    }
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      if (map_.layers.size() == kMostLayers) {
        problems_.add(node.items[i].place, path, fmt::format("more than {} layers", kMostLayers),
                      "leave some out");
        return;
      }
      read_layer(node.items[i], fmt::format("{}[{}]", path, i), parent);
    }
  }

  void read_layer(const YamlNode& node, const std::string& path,
                  std::optional<std::size_t> parent) {
    if (!is_map(node, path, "a layer", "write name: conv1 and call: CALLEE")) return;
    check_keys(node, path, kLayerKeys);
    WrittenLayer layer;
    layer.path = path;
    layer.parent = parent;
    read_name(node, path, layer);
    layer.function = text_of(node, path, "function");
    layer.functions = text_of(node, path, "functions");
    layer.begin = text_of(node, path, "begin");
    layer.end = text_of(node, path, "end");
    const std::size_t before = problems_.count();
    read_call(node, path, layer);
    check_finders(node, path);
    const bool is_found = problems_.count() == before;
    read_metadata(node, path, layer);
    check_sibling(layer);
    const std::size_t index = map_.layers.size();
    // A layer that is wrong is still a name for those in it, but stands for nothing.
    if (!is_found) layer.function = layer.functions = layer.begin = layer.end = std::nullopt;
    if (!is_found) layer.call.reset();
    map_.layers.push_back(std::move(layer));
    if (const YamlEntry* const inner = node.find("layers")) {
      read_layers(inner->value, path + ".layers", index);
    }
  }

  void read_name(const YamlNode& node, const std::string& path, WrittenLayer& layer) {
    layer.name.place = node.place;
    const bool is_mistyped =
        std::any_of(node.entries.begin(), node.entries.end(), [](const YamlEntry& entry) {
          return entry.key != "name" && boards::nearest_name(entry.key, {"name"}) == "name";
        });
    if (node.find("name") == nullptr && !is_mistyped) {
      problems_.add(node.place, path, "missing key \"name\"", "add name: what the report calls it");
    }
    auto name = text_of(node, path, "name");
    if (!name) return;
    if (name->text.starts_with('(')) {
      problems_.add(name->place, path, fmt::format("name \"{}\" begins with (", name->text),
                    "such names are the report's own: choose another");
    }
    layer.name = std::move(*name);
  }

  /// Accounts of layers are kept by path of names.
  void check_sibling(const WrittenLayer& layer) {
    if (layer.name.text.empty()) return;
    for (const WrittenLayer& other : map_.layers) {
      if (other.parent != layer.parent || other.name.text != layer.name.text) continue;
      problems_.add(layer.name.place, layer.path,
                    fmt::format("two layers are named \"{}\"", layer.name.text),
                    fmt::format("the other is in line {}: give each a name of its own",
                                other.name.place.line));
      return;
    }
  }

  /// What tells a layer: exactly one of these.
  void check_finders(const YamlNode& node, const std::string& path) {
    const auto has = [&](std::string_view key) { return node.find(key) != nullptr; };
    std::vector<std::string_view> given;
    for (const std::string_view key : {"function", "functions", "call"}) {
      if (has(key)) given.push_back(key);
    }
    const bool range = has("begin") || has("end");
    if (range) given.emplace_back(has("begin") ? "begin" : "end");
    if (given.empty()) {
      problems_.add(node.place, path, "nothing says what the layer is",
                    "add function:, functions:, call:, or begin: and end:");
    } else if (given.size() > 1) {
      problems_.add(node.find(given[1])->place, path,
                    fmt::format("{} contradicts {}", given[1], given[0]), "keep one of them");
    } else if (range && has("begin") != has("end")) {
      problems_.add(node.place, path,
                    fmt::format("{} without {}", given[0], has("begin") ? "end" : "begin"),
                    "give both");
    }
  }

  void read_call(const YamlNode& node, const std::string& path, WrittenLayer& layer) {
    const YamlEntry* const entry = node.find("call");
    if (entry == nullptr) return;
    WrittenCall call;
    call.place = entry->value.place;
    call.number_place = call.place;
    if (entry->value.kind == YamlNode::Kind::map && !entry->value.empty) {
      read_call_map(entry->value, path + ".call", call);
    } else if (const auto text = text_of(node, path, "call")) {
      read_call_text(*text, path, call);
    }
    layer.call = std::move(call);
  }

  /// CALLEE or CALLEE#ORDINAL.
  void read_call_text(const WrittenText& text, const std::string& path, WrittenCall& call) {
    const std::size_t hash = text.text.rfind('#');
    call.callee = WrittenText{text.text.substr(0, hash), text.place};
    if (hash == std::string::npos) return;
    const auto ordinal = parse_integer(std::string_view(text.text).substr(hash + 1));
    if (ordinal && *ordinal != 0 && *ordinal <= CallLayers::kMostOrdinals && hash != 0) {
      call.ordinal = static_cast<unsigned>(*ordinal);
      return;
    }
    problems_.add(text.place, path, fmt::format("\"{}\" is no call", text.text),
                  fmt::format("write CALLEE, or CALLEE#1 to CALLEE#{}", CallLayers::kMostOrdinals));
  }

  void read_call_map(const YamlNode& node, const std::string& path, WrittenCall& call) {
    check_keys(node, path, kCallKeys);
    call.callee = text_of(node, path, "callee");
    call.in = text_of(node, path, "in");
    const auto ordinal = count_of(node, path, key_of(kCallKeys, "ordinal"), 1);
    const auto site = count_of(node, path, key_of(kCallKeys, "site"), 1);
    call.ordinal = static_cast<unsigned>(ordinal.value_or(0));
    call.site = static_cast<unsigned>(site.value_or(0));
    for (const std::string_view key : {"ordinal", "site"}) {
      if (const YamlEntry* const number = node.find(key)) call.number_place = number->value.place;
    }
    const bool has_callee = node.find("callee") != nullptr;
    if (!has_callee && node.find("site") == nullptr) {
      problems_.add(node.place, path, "no callee", "add callee: FUNCTION, or site: N");
    }
    if (node.find("ordinal") != nullptr && node.find("site") != nullptr) {
      problems_.add(node.find("site")->place, path, "site contradicts ordinal", "keep one of them");
    }
  }

  void read_metadata(const YamlNode& node, const std::string& path, WrittenLayer& layer) {
    if (const auto op = text_of(node, path, "op")) layer.metadata.emplace_back("op", op->text);
    layer.macs = count_of(node, path, key_of(kLayerKeys, "macs"), 0);
    if (layer.macs) layer.metadata.emplace_back("macs", fmt::format("{}", *layer.macs));
    if (const auto params = count_of(node, path, key_of(kLayerKeys, "params"), 0)) {
      layer.metadata.emplace_back("params", fmt::format("{}", *params));
    }
    const YamlEntry* const more = node.find("metadata");
    if (more == nullptr) return;
    const std::string inside = path + ".metadata";
    if (!is_map(more->value, path, "metadata", "write key: value lines below it")) return;
    for (const YamlEntry& entry : more->value.entries) {
      const auto& own = kOwnMetadata;
      if (std::find(own.begin(), own.end(), entry.key) != own.end()) {
        problems_.add(entry.place, inside, fmt::format("{} is a key of the layer", entry.key),
                      "write it beside name");
      } else if (!is_metadata_key(entry.key)) {
        problems_.add(entry.place, inside, fmt::format("\"{}\" is not a name", entry.key),
                      "write letters, digits, _ and -");
      } else if (!is_line(entry.value)) {
        wrong(entry.value, inside, entry.key, "one line of text", "write one line");
      } else if (layer.metadata.size() == kMostMetadata) {
        problems_.add(entry.place, inside, fmt::format("more than {} values", kMostMetadata),
                      "leave some out");
        return;
      } else {
        layer.metadata.emplace_back(entry.key, entry.value.text);
      }
    }
  }

  Problems& problems_;
  WrittenMap map_;
};

std::string text_of_file(const std::string& file) {
  constexpr const char* kRemedy = "name a YAML file that exists; docs/layers.md says how";
  const std::string where = "--layers " + file;
  std::ifstream stream(file, std::ios::binary);
  if (!stream || std::filesystem::is_directory(file)) {
    throw ConfigError("the layer map cannot be read", where, kRemedy);
  }
  std::string text(boards::kMaxFileBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (stream.bad())
    throw ConfigError("the layer map cannot be read to its end", where, "check its disk");
  return text;
}

// ---- the schema

using Json = nlohmann::ordered_json;

Json schema_of(std::span<const Key> keys);

Json schema_of(const Key& key) {
  const Json line = {{"type", "string"}, {"pattern", "^.+$"}, {"maxLength", kLongestText}};
  // YAML reads 5 as a number where the reader takes text.
  const Json text = {{"anyOf", {line, {{"type", "number"}}, {{"type", "boolean"}}}}};
  Json schema;
  switch (key.form) {
    case Form::text: schema = text; break;
    case Form::count: {
      const bool from_one = key.name == "ordinal" || key.name == "site";
      schema = {{"type", "integer"}, {"minimum", from_one ? 1 : 0}, {"maximum", key.most}};
      break;
    }
    case Form::layers:
      schema = {{"type", "array"}, {"minItems", 1}, {"items", {{"$ref", "#/definitions/layer"}}}};
      break;
    case Form::call: schema = {{"anyOf", {line, schema_of(kCallKeys)}}}; break;
    case Form::metadata:
      schema = {{"type", "object"}, {"minProperties", 1}, {"additionalProperties", text}};
      break;
  }
  schema["description"] = key.help;
  return schema;
}

Json schema_of(std::span<const Key> keys) {
  Json properties = Json::object();
  for (const Key& key : keys) properties[std::string(key.name)] = schema_of(key);
  return {
      {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
}

}  // namespace

WrittenMap read_written_map(const std::string& file, Problems& problems) {
  const std::string text = text_of_file(file);
  const boards::YamlAdvice advice{"make it smaller", "keep one map in a file",
                                  "write the value out"};
  const YamlNode root = boards::parse_yaml(text, file, 0, problems, advice);
  return Reader(problems).read(root);
}

std::string layer_map_schema() {
  Json layer = schema_of(kLayerKeys);
  layer["required"] = {"name"};
  layer["oneOf"] = Json::array();
  for (const char* const key : {"function", "functions", "call"}) {
    layer["oneOf"].push_back({{"required", {key}}});
  }
  layer["oneOf"].push_back({{"required", {"begin", "end"}}});
  Json schema = {{"$schema", "http://json-schema.org/draft-07/schema#"},
                 {"title", "mcost layer map"},
                 {"$comment",
                  "Written by mcost_layer_map_schema from the reader's tables. The reader also "
                  "checks names against the firmware, and that layers do not overlap."},
                 {"definitions", {{"layer", std::move(layer)}}}};
  const Json document = schema_of(kDocumentKeys);
  for (const auto& [key, value] : document.items()) schema[key] = value;
  schema["required"] = {"layers"};
  return schema.dump(2) + "\n";
}

}  // namespace mcost::cli
