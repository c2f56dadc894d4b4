#include "boards/yaml_tree.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <tuple>
#include <utility>

#include "boards/spec_reader.h"

namespace mcost::boards {
namespace {

constexpr std::size_t kLongestQuote = 60;

/// Thrown to leave yaml-cpp when going on is pointless or dangerous; the mistake is already
/// recorded.
struct Abandoned {};

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text.substr(0, kLongestQuote)) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7F ? '?' : c;
  }
  while (text.size() > kLongestQuote && !out.empty() &&
         (static_cast<unsigned char>(out.back()) & 0xC0u) == 0x80u) {
    out.pop_back();  // do not cut inside a UTF-8 sequence
  }
  return out + (text.size() > kLongestQuote ? "...\"" : "\"");
}

/// Length of the well-formed UTF-8 sequence at `text[at]` that YAML allows, or 0. Source: Unicode
/// 15, table 3-7.
std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u;
  };
  const auto in = [&](std::size_t i, unsigned low, unsigned high) {
    return byte(i) >= low && byte(i) <= high;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return lead >= 0x20 || lead == '\t' || lead == '\n' || lead == '\r' ? 1 : 0;
  if (lead >= 0xC2 && lead <= 0xDF) return in(1, 0x80, 0xBF) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned low = lead == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = lead == 0xED ? 0x9F : 0xBF;
    return in(1, low, high) && in(2, 0x80, 0xBF) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned low = lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xF4 ? 0x8F : 0xBF;
    return in(1, low, high) && in(2, 0x80, 0xBF) && in(3, 0x80, 0xBF) ? 4 : 0;
  }
  return 0;
}

/// True if `text` is UTF-8 text; else records the first bad byte.
bool check_text(std::string_view text, Place place, Problems& problems) {
  place.line = 1;
  place.column = 1;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text, at);
    if (length == 0) {
      problems.add_hiding(
          place, "",
          fmt::format("byte 0x{:02X} is not UTF-8 text", static_cast<unsigned char>(text[at])),
          "save the file as UTF-8 YAML");
      return false;
    }
    ++place.column;
    if (text[at] == '\n') {
      ++place.line;
      place.column = 1;
    }
    at += length;
  }
  return true;
}

/// Builds the tree from yaml-cpp's events.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(Place file, Problems& problems, const YamlAdvice& advice)
      : file_(std::move(file)), problems_(problems), advice_(advice) {
    root_.kind = YamlNode::Kind::map;
    root_.empty = true;
    root_.place = file_;
  }

  YamlNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) {
      problems_.add_hiding(at(mark), "", "more than one YAML document", advice_.one_document);
      throw Abandoned{};
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    YamlNode node;
    node.empty = true;
    leaf(mark, std::move(node));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override { refuse_alias(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    YamlNode node;
    node.text = value;
    node.plain = tag == "?";
    node.empty = node.plain && (value == "~" || value == "null");
    leaf(mark, std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, YamlNode::Kind::list);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, YamlNode::Kind::map);
  }
  void OnMapEnd() override { close(); }

 private:
  /// A map or list under construction, or a key that waits for its value.
  struct Level {
    YamlNode node;
    std::optional<std::pair<std::string, Place>> key;
    bool discard = false;  ///< Of a duplicate key: the value is read and dropped.
  };

  [[nodiscard]] Place at(const YAML::Mark& mark) const {
    Place place = file_;
    if (mark.line >= 0) place.line = static_cast<unsigned>(mark.line) + 1;
    if (mark.column >= 0) place.column = static_cast<unsigned>(mark.column) + 1;
    return place;
  }

  void refuse_alias(const YAML::Mark& mark) {
    problems_.add_hiding(at(mark), "", "YAML anchors and aliases are not supported", advice_.alias);
    throw Abandoned{};
  }
  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) refuse_alias(mark);
  }
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    problems_.add_hiding(at(mark), "", fmt::format("YAML tag {} is not supported", in_quotes(tag)),
                         "remove the tag");
    throw Abandoned{};
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            YamlNode::Kind kind) {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    if (levels_.size() >= kMaxDepth) {
      problems_.add_hiding(at(mark), "", fmt::format("more than {} levels of nesting", kMaxDepth),
                           "flatten it");
      throw Abandoned{};
    }
    if (waits_for_key()) refuse_key(mark);
    Level level;
    level.node.kind = kind;
    level.node.place = at(mark);
    levels_.push_back(std::move(level));
  }

  void close() {
    YamlNode node = std::move(levels_.back().node);
    levels_.pop_back();
    attach(std::move(node));
  }

  void leaf(const YAML::Mark& mark, YamlNode node) {
    node.place = at(mark);
    if (!waits_for_key()) {
      attach(std::move(node));
      return;
    }
    Level& level = levels_.back();
    if (node.empty || node.text.empty()) refuse_key(mark);
    if (level.node.entries.size() >= kMaxKeys) {
      problems_.add_hiding(node.place, "", fmt::format("more than {} keys in one map", kMaxKeys),
                           advice_.too_big);
      throw Abandoned{};
    }
    if (const YamlEntry* earlier = level.node.find(node.text)) {
      problems_.add(node.place, "", fmt::format("duplicate key {}", in_quotes(node.text)),
                    fmt::format("it is already in line {}: keep one", earlier->place.line));
      level.discard = true;
    }
    level.key = {std::move(node.text), std::move(node.place)};
  }

  [[noreturn]] void refuse_key(const YAML::Mark& mark) {
    problems_.add_hiding(at(mark), "", "a key must be a word", "write key: value");
    throw Abandoned{};
  }

  [[nodiscard]] bool waits_for_key() const {
    return !levels_.empty() && levels_.back().node.kind == YamlNode::Kind::map &&
           !levels_.back().key;
  }

  void attach(YamlNode node) {
    if (levels_.empty()) {
      root_ = std::move(node);
      return;
    }
    Level& level = levels_.back();
    if (level.node.kind == YamlNode::Kind::list) {
      level.node.items.push_back(std::move(node));
      return;
    }
    if (node.kind == YamlNode::Kind::scalar && node.empty) {
      node.place = level.key->second;  // the parser's mark is behind the missing value
    }
    if (!level.discard) {
      level.node.entries.push_back(
          {std::move(level.key->first), std::move(level.key->second), std::move(node)});
    }
    level.key.reset();
    level.discard = false;
  }

  Place file_;
  Problems& problems_;
  YamlAdvice advice_;
  YamlNode root_;
  std::vector<Level> levels_;
  unsigned documents_ = 0;
};

YamlNode parse(std::string_view text, const Place& file, Problems& problems,
               const YamlAdvice& advice, bool keep_lines) {
  TreeBuilder builder(file, problems, advice);
  if (!check_text(text, file, problems)) return builder.take();
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Abandoned&) {
    return builder.take();
  } catch (const YAML::Exception& error) {
    Place place = file;
    if (keep_lines && !error.mark.is_null()) {
      place.line = static_cast<unsigned>(error.mark.line) + 1;
      place.column = static_cast<unsigned>(error.mark.column) + 1;
    }
    problems.add_hiding(place, "", fmt::format("not valid YAML ({})", error.msg),
                        "mend the syntax");
    return builder.take();
  }
  return builder.take();
}

void move_to(YamlNode& node, const Place& place) {
  node.place = place;
  node.pinned = true;
  for (YamlNode& item : node.items) move_to(item, place);
  for (YamlEntry& entry : node.entries) {
    entry.place = place;
    move_to(entry.value, place);
  }
}

std::string text_of(const Place& place) {
  std::string text = place.file;
  if (!place.from_set() && place.line != 0) text += fmt::format(":{}:{}", place.line, place.column);
  return text;
}

std::string joined(const std::vector<ConfigError>& errors) {
  std::string text;
  for (const ConfigError& error : errors) {
    if (!text.empty()) text += '\n';
    text += error.what();
  }
  return text;
}

}  // namespace

YamlEntry* YamlNode::find(std::string_view key) {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const YamlEntry& e) { return e.key == key; });
  return found == entries.end() ? nullptr : &*found;
}

const YamlEntry* YamlNode::find(std::string_view key) const {
  return const_cast<YamlNode*>(this)->find(key);  // NOLINT: the same search, no write
}

std::string YamlNode::described() const {
  if (kind == Kind::map) return empty ? "nothing" : "a map";
  if (kind == Kind::list) return "a list";
  return empty ? "nothing" : in_quotes(text);
}

void Problems::add(const Place& place, const std::string& path, std::string what,
                   std::string remedy) {
  if (problems_.size() >= kMaxProblems) {
    more_ = true;
    return;
  }
  problems_.push_back({place, path, std::move(what), std::move(remedy)});
}

void Problems::add_hiding(const Place& place, const std::string& path, std::string what,
                          std::string remedy) {
  hiding_ = true;
  add(place, path, std::move(what), std::move(remedy));
}

void Problems::throw_if_any() {
  if (problems_.empty()) return;
  std::stable_sort(problems_.begin(), problems_.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.place.order, a.place.line, a.place.column) <
           std::tie(b.place.order, b.place.line, b.place.column);
  });
  std::vector<ConfigError> errors;
  for (const Problem& problem : problems_) {
    std::string where = text_of(problem.place);
    if (!problem.path.empty() && !problem.place.from_set()) where += " " + problem.path;
    errors.emplace_back(problem.what, where, problem.remedy);
  }
  if (more_)
    errors.emplace_back(fmt::format("more than {} mistakes", kMaxProblems), "", "mend these first");
  throw ConfigErrors(std::move(errors));
}

YamlNode parse_yaml(std::string_view text, const std::string& file, unsigned order,
                    Problems& problems, const YamlAdvice& advice) {
  const Place place{file, 0, 0, order};
  if (text.size() > kMaxFileBytes) {
    problems.add_hiding(place, "",
                        fmt::format("the file is larger than {} KiB", kMaxFileBytes / 1024),
                        advice.too_big);
    YamlNode nothing;
    nothing.kind = YamlNode::Kind::map;
    nothing.empty = true;
    nothing.place = place;
    return nothing;
  }
  return parse(text, place, problems, advice, true);
}

std::optional<YamlNode> parse_yaml_value(std::string_view text, const Place& place,
                                         Problems& problems) {
  const std::size_t before = problems.count();
  YamlNode node = parse(text, place, problems, {}, false);
  if (problems.count() != before) return std::nullopt;
  if (node.kind == YamlNode::Kind::map && node.empty) {
    node = YamlNode{};
    node.empty = true;
  }
  move_to(node, place);
  return node;
}

ConfigErrors::ConfigErrors(std::vector<ConfigError> errors)
    : ConfigError(joined(errors), "", ""), errors_(std::move(errors)) {}

}  // namespace mcost::boards
