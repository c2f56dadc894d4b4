#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "boards/board_fields.h"
#include "boards/spec_reader.h"

namespace mcost::boards {
namespace {

constexpr std::size_t kLineWidth = 110;

/// A line of output with what lies below it.
struct OutNode {
  std::string key;
  std::string value;  ///< Of a leaf, as YAML spells it.
  bool is_block = false;
  std::optional<Source> source;
  std::vector<OutNode> children;
};

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out += fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string integer_text(std::uint64_t value, const IntegerRule& rule) {
  const std::uint64_t shown = value / rule.scale;
  if (!rule.hex) return fmt::format("{}", shown);
  return rule.max > 0xFFFF ? fmt::format("0x{:08X}", shown) : fmt::format("0x{:02X}", shown);
}

/// Visits a board and keeps what YAML would say, as a tree.
class TreeWriter : public FieldVisitor {
 public:
  explicit TreeWriter(const BoardSpec& board) : board_(board) {
    root_.is_block = true;
    levels_.push_back(&root_);
  }

  OutNode take() { return std::move(root_); }

  void integer64(const Field& field, std::uint64_t& value, const IntegerRule& rule) override {
    leaf(field, integer_text(value, rule));
  }
  void maybe_integer(const Field& field, std::optional<std::uint32_t>& value,
                     const IntegerRule& rule) override {
    if (value) leaf(field, integer_text(*value, rule));
  }
  void integers(const Field& field, std::vector<std::uint64_t>& values,
                const IntegerRule& rule) override {
    std::string text;
    for (const std::uint64_t value : values)
      text += (text.empty() ? "" : ", ") + integer_text(value, rule);
    leaf(field, "[" + text + "]");
  }
  void boolean(const Field& field, bool& value) override { leaf(field, value ? "true" : "false"); }
  void text(const Field& field, std::string& value, TextRule rule) override {
    if (value.empty() && field.presence != Presence::required) return;
    leaf(field, rule == TextRule::line ? in_quotes(value) : plain_name(value));
  }
  void word(const Field& field, std::size_t& index,
            std::span<const std::string_view> words) override {
    leaf(field, std::string(words[index]));
  }
  void bit_field(const Field& field, BitField& value) override {
    if (value.high == value.low) {
      leaf(field, fmt::format("\"{}[{}]\"", value.register_name, value.high));
    } else {
      leaf(field, fmt::format("\"{}[{}:{}]\"", value.register_name, value.high, value.low));
    }
  }
  void block(const Field& field, Block& block) override {
    enter(field.key);
    block.describe(*this);
    leave();
    if (field.presence == Presence::optional && says_nothing(levels_.back()->children.back()))
      levels_.back()->children.pop_back();
  }
  void named_list(const Field& field, NamedList& list) override {
    if (list.size() == 0 && field.presence != Presence::required) return;
    enter(field.key);
    for (std::size_t i = 0; i < list.size(); ++i) {
      enter(list.name(i));
      list.describe(i, *this);
      leave();
    }
    leave();
  }
  void alternatives(const Field& kind, Alternatives& choice) override {
    leaf(kind, std::string(choice.names()[choice.index()]));
    choice.describe(*this);
  }

 private:
  /// An optional block that holds no value.
  static bool says_nothing(const OutNode& block) {
    return std::all_of(block.children.begin(), block.children.end(), [](const OutNode& child) {
      return !child.is_block && (!child.source || child.value == "[]");
    });
  }

  /// Words that YAML 1.1 or 1.2 could take for something else are quoted.
  static std::string plain_name(const std::string& name) {
    for (const std::string_view word :
         {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}) {
      if (std::equal(name.begin(), name.end(), word.begin(), word.end(),
                     [](char a, char b) { return (a | 0x20) == b; })) {
        return in_quotes(name);
      }
    }
    return name;
  }

  void leaf(const Field& field, std::string text) {
    OutNode node;
    node.key = field.key;
    node.value = std::move(text);
    if (field.sourced) {
      const auto source = board_.sources.find(prefix_ + node.key);
      node.source = source == board_.sources.end() ? Source{SourceKind::assumed, "default", true, 0}
                                                   : source->second;
    }
    levels_.back()->children.push_back(std::move(node));
  }

  void enter(std::string_view key) {
    OutNode node;
    node.key = key;
    node.is_block = true;
    levels_.back()->children.push_back(std::move(node));
    levels_.push_back(&levels_.back()->children.back());
    prefix_ += std::string(key) + ".";
  }

  void leave() {
    prefix_.resize(prefix_.size() - levels_.back()->key.size() - 1);
    levels_.pop_back();
  }

  const BoardSpec& board_;
  OutNode root_;
  std::vector<OutNode*>
      levels_;  ///< Only the last child of a level grows, so the pointers stay valid.
  std::string prefix_;
};

OutNode tree_of(const BoardSpec& board) {
  BoardSpec copy = board;
  TreeWriter writer(board);
  describe(writer, copy);
  return writer.take();
}

std::string source_text(const Source& source) {
  std::string text =
      fmt::format("source: {}, ref: {}", name_of(source.kind), in_quotes(source.ref));
  if (!source.verified) text += ", verified: false";
  if (source.uncertainty_percent != 0)
    text += fmt::format(", uncertainty_percent: {}", source.uncertainty_percent);
  return text;
}

/// The source that most values directly in `block` have; ties go to the first.
std::optional<Source> common_source(const OutNode& block) {
  std::vector<std::pair<Source, std::size_t>> counts;
  for (const OutNode& child : block.children) {
    if (child.is_block || !child.source) continue;
    auto found = std::find_if(counts.begin(), counts.end(),
                              [&](const auto& c) { return c.first == *child.source; });
    if (found == counts.end()) found = counts.insert(counts.end(), {*child.source, 0});
    ++found->second;
  }
  const auto most =
      std::max_element(counts.begin(), counts.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == counts.end() ? std::nullopt : std::optional(most->first);
}

std::string leaf_text(const OutNode& leaf, const std::optional<Source>& inherited) {
  if (!leaf.source || leaf.source == inherited) return fmt::format("{}: {}", leaf.key, leaf.value);
  return fmt::format("{}: {{value: {}, {}}}", leaf.key, leaf.value, source_text(*leaf.source));
}

/// The block on one line, if it has no blocks and fits.
std::optional<std::string> flow_text(const OutNode& block, const std::optional<Source>& inherited,
                                     const std::optional<Source>& own) {
  std::string text;
  for (const OutNode& child : block.children) {
    if (child.is_block || child.value.starts_with('[')) return std::nullopt;
    text += (text.empty() ? "" : ", ") + leaf_text(child, own);
  }
  if (own != inherited) text += (text.empty() ? "" : ", ") + source_text(*own);
  return fmt::format("{}: {{{}}}", block.key, text);
}

void print(const OutNode& block, const std::optional<Source>& inherited, std::size_t indent,
           std::string& out) {
  const std::string margin(indent, ' ');
  for (const OutNode& child : block.children) {
    if (!child.is_block) {
      out += margin + leaf_text(child, inherited) + "\n";
      continue;
    }
    std::optional<Source> own = common_source(child);
    if (!own) own = inherited;
    const auto flow = flow_text(child, inherited, own);
    if (flow && margin.size() + flow->size() <= kLineWidth) {
      out += margin + *flow + "\n";
      continue;
    }
    out += margin + child.key + ":\n";
    if (own != inherited) {
      out += fmt::format("{}  source: {}\n{}  ref: {}\n", margin, name_of(own->kind), margin,
                         in_quotes(own->ref));
      if (!own->verified) out += margin + "  verified: false\n";
      if (own->uncertainty_percent != 0)
        out += fmt::format("{}  uncertainty_percent: {}\n", margin, own->uncertainty_percent);
    }
    print(child, own, indent + 2, out);
  }
}

void collect(const OutNode& block, const std::string& prefix, const BoardSpec& board,
             std::vector<SourcedValue>& out) {
  for (const OutNode& child : block.children) {
    const std::string path = prefix + child.key;
    if (child.is_block) {
      collect(child, path + ".", board, out);
    } else if (child.source) {
      out.push_back({path, child.value, *child.source, board.pinned.contains(path)});
    }
  }
}

}  // namespace

std::string resolved_yaml(const BoardSpec& spec) {
  std::string out;
  print(tree_of(spec), std::nullopt, 0, out);
  if (spec.pinned.empty()) return out;
  out += "pinned:\n";
  for (const std::string& path : spec.pinned) out += fmt::format("  - {}\n", path);
  return out;
}

std::vector<SourcedValue> sources(const BoardSpec& spec) {
  std::vector<SourcedValue> values;
  collect(tree_of(spec), "", spec, values);
  return values;
}

}  // namespace mcost::boards
