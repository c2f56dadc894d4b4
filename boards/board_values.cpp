#include "boards/board_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "boards/yaml_tree.h"

namespace mcost::boards {
namespace {

/// Keys that say where a value comes from or what it is called.
constexpr std::array<std::string_view, 5> kNoValues = {"source", "ref", "verified", "title",
                                                       "part"};

bool is_value(std::string_view key) {
  return std::find(kNoValues.begin(), kNoValues.end(), key) == kNoValues.end();
}

bool is_text(const YamlNode& node) { return node.kind == YamlNode::Kind::scalar; }

std::string list_text(const YamlNode& list) {
  std::string text;
  for (const YamlNode& item : list.items) text += (text.empty() ? "" : ", ") + item.text;
  return "[" + text + "]";
}

void add(const YamlNode& node, const std::string& path, std::vector<BoardValue>& values) {
  switch (node.kind) {
    case YamlNode::Kind::scalar: values.push_back({path, node.text}); return;
    case YamlNode::Kind::list: {
      if (std::all_of(node.items.begin(), node.items.end(), is_text)) {
        values.push_back({path, list_text(node)});
        return;
      }
      for (std::size_t i = 0; i < node.items.size(); ++i)
        add(node.items[i], fmt::format("{}[{}]", path, i), values);
      return;
    }
    case YamlNode::Kind::map: break;
  }
  for (const YamlEntry& entry : node.entries) {
    if (!is_value(entry.key)) continue;
    const std::string below = path.empty() ? entry.key : path + "." + entry.key;
    add(entry.value, entry.key == "value" && !path.empty() ? path : below, values);
  }
}

}  // namespace

std::vector<BoardValue> board_values(std::string_view resolved_yaml, const std::string& file) {
  Problems problems;
  const YamlNode root = parse_yaml(resolved_yaml, file, 0, problems);
  problems.throw_if_any();
  std::vector<BoardValue> values;
  add(root, "", values);
  return values;
}

}  // namespace mcost::boards
