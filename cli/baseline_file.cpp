#include "cli/baseline_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "boards/suggestions.h"
#include "boards/yaml_tree.h"
#include "cli/input_file.h"

namespace mcost::cli {
namespace {

using boards::Problems;
using boards::YamlEntry;
using boards::YamlNode;

constexpr std::array<std::string_view, 3> kHeadKeys = {"tolerance", "limits", "warnings"};
constexpr std::array<std::string_view, 9> kMeasuredKeys = {
    "schema",       "tool",        "image",   "image_sha256", "board",
    "board_sha256", "board_parts", "options", "metrics"};
constexpr const char* kBless = "let mcost check --bless write it";

class Reader {
 public:
  explicit Reader(Problems& problems) : problems_(problems) {}

  void read(const YamlNode& root, BaselineFile& file) {
    if (root.kind != YamlNode::Kind::map) {
      problems_.add(root.place, "", fmt::format("the file must be a map, got {}", root.described()),
                    kBless);
      return;
    }
    check_keys(root);
    if (const YamlEntry* const entry = root.find("tolerance")) {
      guarded(entry->value, "tolerance",
              [&] { file.tolerance = analysis::parse_tolerance(entry->value.text, ""); });
    }
    read_limits(root, "limits", true, file.limits);
    read_limits(root, "warnings", false, file.limits);
    if (root.find("schema") != nullptr || root.find("metrics") != nullptr)
      file.baseline = read_measured(root);
  }

 private:
  void check_keys(const YamlNode& root) {
    std::vector<std::string> allowed(kHeadKeys.begin(), kHeadKeys.end());
    allowed.insert(allowed.end(), kMeasuredKeys.begin(), kMeasuredKeys.end());
    for (const YamlEntry& entry : root.entries) {
      if (std::find(allowed.begin(), allowed.end(), entry.key) != allowed.end()) continue;
      problems_.add(entry.place, "", fmt::format("unknown key \"{}\"", entry.key),
                    boards::suggest(entry.key, "allowed", allowed));
    }
  }

  /// Runs what throws ConfigErrors without a place, and gives them one.
  template <class Action>
  void guarded(const YamlNode& node, const std::string& path, Action&& action) {
    try {
      if (node.kind != YamlNode::Kind::scalar) {
        problems_.add(node.place, path, fmt::format("expected a text, got {}", node.described()),
                      "write it on one line");
        return;
      }
      action();
    } catch (const ConfigError& error) {
      problems_.add(node.place, path, error.problem(), error.remedy());
    }
  }

  void read_limits(const YamlNode& root, const std::string& key, bool hard,
                   std::vector<analysis::Limit>& limits) {
    const YamlEntry* const entry = root.find(key);
    if (entry == nullptr || entry->value.empty) return;
    if (entry->value.kind != YamlNode::Kind::map) {
      problems_.add(entry->value.place, key,
                    fmt::format("must be a map, got {}", entry->value.described()),
                    "write METRIC: BOUND below it, for example cycles: +2%");
      return;
    }
    for (const YamlEntry& limit : entry->value.entries) {
      const auto read_one = [&](const YamlNode& bound) {
        guarded(bound, key, [&] {
          limits.push_back(analysis::parse_limit(limit.key, bound.text, ""));
          limits.back().hard = hard;
        });
      };
      if (limit.value.kind != YamlNode::Kind::list) {
        read_one(limit.value);
        continue;
      }
      for (const YamlNode& bound : limit.value.items) read_one(bound);
    }
  }

  std::string text_of(const YamlNode& root, const std::string& key) {
    const YamlEntry* const entry = root.find(key);
    if (entry == nullptr || entry->value.kind != YamlNode::Kind::scalar || entry->value.empty) {
      problems_.add(entry == nullptr ? root.place : entry->value.place, "",
                    fmt::format("\"{}\" is missing or no text", key), kBless);
      return {};
    }
    return entry->value.text;
  }

  analysis::Baseline read_measured(const YamlNode& root) {
    analysis::Baseline baseline;
    const std::string schema = text_of(root, "schema");
    if (!schema.empty() && schema != analysis::kBaselineSchema) {
      problems_.add(root.find("schema")->value.place, "",
                    fmt::format(R"(schema is "{}", not "{}")", schema, analysis::kBaselineSchema),
                    "use the mcost that wrote it, or bless it again");
    }
    analysis::Origin& origin = baseline.origin;
    origin.tool_version = text_of(root, "tool");
    origin.image_name = text_of(root, "image");
    origin.image_sha256 = text_of(root, "image_sha256");
    origin.board_name = text_of(root, "board");
    origin.board_hashes.all = text_of(root, "board_sha256");
    each_entry(root, "board_parts", [&](const YamlEntry& entry) {
      origin.board_hashes.parts.emplace_back(entry.key, entry.value.text);
    });
    if (const YamlEntry* const options = root.find("options")) {
      for (const YamlNode& option : options->value.items) origin.options.push_back(option.text);
    }
    each_entry(root, "metrics", [&](const YamlEntry& entry) {
      const auto value = quantity(entry.value);
      if (value) baseline.metrics[entry.key] = *value;
    });
    if (baseline.metrics.empty())
      problems_.add(root.place, "", "it has no numbers below \"metrics\"", kBless);
    return baseline;
  }

  template <class Visit>
  void each_entry(const YamlNode& root, const std::string& key, Visit&& visit) {
    const YamlEntry* const map = root.find(key);
    if (map == nullptr || map->value.kind != YamlNode::Kind::map) return;
    for (const YamlEntry& entry : map->value.entries) visit(entry);
  }

  /// 123, or 123/456 of a ratio.
  std::optional<analysis::Quantity> quantity(const YamlNode& node) {
    const std::string& text = node.text;
    const std::size_t slash = text.find('/');
    analysis::Quantity value;
    const bool good = node.kind == YamlNode::Kind::scalar &&
                      digits(text.substr(0, slash), value.value) &&
                      (slash == std::string::npos || digits(text.substr(slash + 1), value.per));
    if (good) return value;
    problems_.add(node.place, "metrics", fmt::format("expected a number, got {}", node.described()),
                  kBless);
    return std::nullopt;
  }

  static bool digits(std::string_view text, std::uint64_t& value) {
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    return !text.empty() && stop == end && error == std::errc{};
  }

  Problems& problems_;
};

/// Where the part that --bless writes begins, or npos.
std::size_t mark_of(const std::string& text) {
  for (std::size_t at = text.find(analysis::kBaselineMark); at != std::string::npos;
       at = text.find(analysis::kBaselineMark, at + 1)) {
    if (at == 0 || text[at - 1] == '\n') return at;
  }
  return std::string::npos;
}

}  // namespace

std::string baseline_head(const std::string& text) { return text.substr(0, mark_of(text)); }

BaselineFile read_baseline_text(const std::string& text, const std::string& file) {
  Problems problems;
  BaselineFile read;
  const YamlNode root = boards::parse_yaml(text, file, 0, problems,
                                           {"bless it again: mcost keeps at most 1900 metrics",
                                            "keep one baseline in a file", "write it out"});
  if (!problems.hiding()) Reader(problems).read(root, read);
  read.head = baseline_head(text);
  if (read.head.size() == text.size() && read.baseline) {
    problems.add(root.place, "", "the line that begins the measured part is missing",
                 fmt::format("put this line above schema: {}", analysis::kBaselineMark));
  }
  problems.throw_if_any();
  return read;
}

BaselineFile read_baseline_file(const std::string& path, const std::string& where) {
  return read_baseline_text(read_input_file(path, where), path);
}

}  // namespace mcost::cli
