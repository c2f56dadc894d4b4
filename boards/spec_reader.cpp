#include "boards/spec_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "boards/board_fields.h"
#include "boards/board_files.h"
#include "boards/spec_checks.h"
#include "boards/suggestions.h"

namespace mcost::boards {
namespace {

constexpr std::size_t kLongestName = 48;
constexpr std::size_t kLongestList = 64;
constexpr unsigned kSetOrder = 1'000'000;  // overrides are reported after all files

bool is_name(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto other = [](char c) { return (c >= '0' && c <= '9') || c == '_' || c == '-'; };
  return !text.empty() && text.size() <= kLongestName && letter(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return letter(c) || other(c); });
}

/// Decimal without leading zeros, or 0x and hexadecimal digits.
std::optional<std::uint64_t> parse_integer(std::string_view text) {
  const bool hex = text.starts_with("0x");
  if (hex) text.remove_prefix(2);
  if (text.empty() || (!hex && text.size() > 1 && text.front() == '0')) return std::nullopt;
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, hex ? 16 : 10);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

std::string range_text(const IntegerRule& rule) {
  if (rule.hex) return fmt::format("0x{:X}..0x{:X}", rule.min, rule.max);
  return fmt::format("{}..{}", rule.min, rule.max);
}

bool is_plain_scalar(const YamlNode& node) {
  return node.kind == YamlNode::Kind::scalar && node.plain && !node.empty;
}

/// Fills a BoardSpec from the merged tree.
class Reader : public FieldVisitor {
 public:
  Reader(YamlNode& root, BoardSpec& board, Problems& problems)
      : board_(board), problems_(problems) {
    frames_.push_back({&root, "", {}, {}, {}, false});
    read_.places[""] = root.place;
  }

  void read() {
    describe(*this, board_);
    read_pinned();
    leave();
  }
  [[nodiscard]] const ReadPlaces& places() const { return read_; }

  void integer64(const Field& field, std::uint64_t& value, const IntegerRule& rule) override {
    if (const YamlNode* node = leaf(field)) {
      if (const auto read = integer_of(field, *node, rule)) value = *read;
    }
  }

  void maybe_integer(const Field& field, std::optional<std::uint32_t>& value,
                     const IntegerRule& rule) override {
    if (frame().node->find(field.key) == nullptr) {
      frame().allowed.emplace_back(field.key);
      return;
    }
    std::uint64_t wide = 0;
    integer64(field, wide, rule);
    value = static_cast<std::uint32_t>(wide);
  }

  void integers(const Field& field, std::vector<std::uint64_t>& values,
                const IntegerRule& rule) override {
    const YamlNode* node = leaf(field);
    if (node == nullptr) return;
    if (node->kind != YamlNode::Kind::list || node->items.size() > kLongestList) {
      wrong(field, *node, fmt::format("a list of at most {} integers", kLongestList),
            "write [a, b, c]");
      return;
    }
    values.clear();
    for (const YamlNode& item : node->items) {
      const std::string name = fmt::format("{}[{}]", field.key, values.size());
      Field element = field;
      element.key = name;
      values.push_back(integer_of(element, item, rule).value_or(rule.min));
    }
  }

  void boolean(const Field& field, bool& value) override {
    const YamlNode* node = leaf(field);
    if (node == nullptr) return;
    if (!is_plain_scalar(*node) || (node->text != "true" && node->text != "false")) {
      wrong(field, *node, "true or false", "write true or false");
      return;
    }
    value = node->text == "true";
  }

  void text(const Field& field, std::string& value, TextRule rule) override {
    const YamlNode* node = leaf(field);
    if (node == nullptr) return;
    const bool scalar = node->kind == YamlNode::Kind::scalar && !node->empty && !node->text.empty();
    if (rule == TextRule::name && !(scalar && is_name(node->text))) {
      wrong(field, *node, "a name", "write letters, digits, _ and -, a letter first");
    } else if (!scalar || node->text.find('\n') != std::string::npos) {
      wrong(field, *node, "one line of text", "write one line");
    } else {
      value = node->text;
    }
  }

  void word(const Field& field, std::size_t& index,
            std::span<const std::string_view> words) override {
    if (const YamlNode* node = leaf(field)) {
      if (const auto read = word_of(field, *node, words)) index = *read;
    }
  }

  void bit_field(const Field& field, BitField& value) override {
    const YamlNode* node = leaf(field);
    if (node == nullptr) return;
    if (node->kind == YamlNode::Kind::scalar && parse_bits(node->text, value)) return;
    wrong(field, *node, "bits of a register", R"(write "CR[17]" or "CFGR[3:2]")");
  }

  void block(const Field& field, Block& block) override {
    if (YamlNode* node = map_of(field)) {
      enter(*node, field.key);
      block.describe(*this);
      leave();
    }
  }

  void named_list(const Field& field, NamedList& list) override {
    YamlNode* node = map_of(field);
    if (node == nullptr) return;
    enter(*node, field.key);
    for (YamlEntry& entry : node->entries) {
      frame().allowed.push_back(entry.key);
      read_named(entry, list);
    }
    leave();
  }

  void alternatives(const Field& kind, Alternatives& choice) override {
    const YamlNode* node = leaf(kind);
    const auto index = node == nullptr ? std::nullopt : word_of(kind, *node, choice.names());
    if (!index) {
      frame().lenient = true;  // which keys belong here is unknown
      return;
    }
    choice.select(*index);
    choice.describe(*this);
  }

 private:
  /// The block being read.
  struct Frame {
    YamlNode* node;
    std::string path;
    std::vector<std::string> allowed;
    std::vector<Field> missing;
    std::vector<const YamlEntry*> without_source;
    bool lenient;
  };

  Frame& frame() { return frames_.back(); }

  [[nodiscard]] std::string path_of(std::string_view key) const {
    const std::string& path = frames_.back().path;
    return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
  }

  void enter(YamlNode& node, std::string_view key) {
    std::string path = path_of(key);
    read_.places[path] = node.place;
    frames_.push_back({&node, std::move(path), {}, {}, {}, false});
  }

  /// The value of a key of the current block, or null. Keeps its place and source.
  const YamlNode* leaf(const Field& field) {
    Frame& block = frame();
    block.allowed.emplace_back(field.key);
    const std::string path = path_of(field.key);
    const YamlEntry* entry = block.node->find(field.key);
    if (entry == nullptr) {
      if (field.presence == Presence::required) block.missing.push_back(field);
      if (field.presence == Presence::optional && field.sourced) {
        board_.sources[path] = Source{SourceKind::assumed, "default", true, 0};
      }
      read_.places[path] = block.node->place;
      return nullptr;
    }
    read_.places[path] = entry->value.place;
    if (entry->value.pinned) board_.pinned.insert(path);
    if (field.sourced && entry->value.source) board_.sources[path] = *entry->value.source;
    if (field.sourced && !entry->value.source) block.without_source.push_back(entry);
    return &entry->value;
  }

  YamlNode* map_of(const Field& field) {
    Frame& block = frame();
    block.allowed.emplace_back(field.key);
    YamlEntry* entry = block.node->find(field.key);
    if (entry == nullptr) {
      if (field.presence == Presence::required) block.missing.push_back(field);
      return nullptr;
    }
    if (entry->value.kind == YamlNode::Kind::map) return &entry->value;
    wrong(field, entry->value, "a map", "write key: value lines below it");
    return nullptr;
  }

  void read_named(YamlEntry& entry, NamedList& list) {
    const std::string& path = frame().path;
    if (entry.place.from_set()) {
      std::vector<std::string> names;
      for (const YamlEntry& other : frame().node->entries) {
        if (!other.place.from_set()) names.push_back(other.key);
      }
      problems_.add(entry.place, path, fmt::format("unknown {} \"{}\"", list.noun(), entry.key),
                    suggest(entry.key, path, names));
      return;
    }
    if (!is_name(entry.key)) {
      problems_.add(entry.place, path, fmt::format("\"{}\" is not a name", entry.key),
                    "write letters, digits, _ and -, a letter first");
      return;
    }
    if (entry.value.kind != YamlNode::Kind::map) {
      wrong({entry.key, ""}, entry.value, "a map", "write key: value lines below it");
      return;
    }
    list.append(entry.key);
    enter(entry.value, entry.key);
    list.describe(list.size() - 1, *this);
    leave();
  }

  /// Reports what the block should not have, lacks, and does not justify.
  void leave() {
    const Frame block = std::move(frames_.back());
    frames_.pop_back();
    std::set<std::string> meant;
    for (const YamlEntry& entry : block.node->entries) {
      const bool known =
          std::find(block.allowed.begin(), block.allowed.end(), entry.key) != block.allowed.end();
      if (known || block.lenient) continue;
      const std::string unit = same_name_other_unit(entry.key, block.allowed);
      meant.insert(unit.empty() ? nearest_name(entry.key, block.allowed) : unit);
      read_.bad_blocks.insert(block.path);
      problems_.add(entry.place, block.path, fmt::format("unknown key \"{}\"", entry.key),
                    unit.empty() ? suggest(entry.key, "allowed", block.allowed)
                                 : fmt::format("the unit is part of the key: write {}", unit));
    }
    for (const Field& field : block.missing) {
      read_.bad_blocks.insert(block.path);
      if (block.lenient && field.key != "kind") continue;
      if (problems_.hiding() || meant.contains(std::string(field.key))) continue;
      problems_.add(block.node->place, block.path, fmt::format("missing key \"{}\"", field.key),
                    fmt::format("add {}: {}", field.key, field.help));
    }
    if (block.without_source.empty()) return;
    std::vector<std::string> keys;
    for (const YamlEntry* entry : block.without_source) keys.push_back(entry->key);
    problems_.add(
        block.without_source.front()->place, block.path,
        fmt::format("no source for {}", fmt::join(keys, ", ")),
        "add source: and ref: to the block, or write {value: ..., source: ..., ref: ...}");
  }

  void wrong(const Field& field, const YamlNode& node, const std::string& expected,
             const std::string& remedy) {
    read_.bad_blocks.insert(frame().path);
    problems_.add(node.place, frame().path,
                  fmt::format("{} must be {}, got {}", field.key, expected, node.described()),
                  remedy);
  }

  std::optional<std::uint64_t> integer_of(const Field& field, const YamlNode& node,
                                          const IntegerRule& rule) {
    const bool scalar = node.kind == YamlNode::Kind::scalar;
    const auto value = scalar && node.plain ? parse_integer(node.text) : std::nullopt;
    if (value && *value >= rule.min && *value <= rule.max) return *value * rule.scale;
    const bool quoted = scalar && !node.plain && parse_integer(node.text);
    wrong(field, node, range_text(rule),
          value    ? "write an integer in this range"
          : quoted ? "write an integer without quotes"
                   : "write an integer");
    return std::nullopt;
  }

  std::optional<std::size_t> word_of(const Field& field, const YamlNode& node,
                                     std::span<const std::string_view> words) {
    const bool scalar = node.kind == YamlNode::Kind::scalar && !node.empty;
    const auto found = std::find(words.begin(), words.end(), node.text);
    if (scalar && found != words.end()) return static_cast<std::size_t>(found - words.begin());
    const std::string nearest = scalar ? nearest_name(node.text, {words.begin(), words.end()}) : "";
    wrong(field, node, fmt::format("one of {}", fmt::join(words, ", ")),
          nearest.empty() ? "write one of these" : fmt::format("did you mean \"{}\"?", nearest));
    return std::nullopt;
  }

  /// `CR[17]`, `CFGR[3:2]` or `DR` (all 32 bits).
  static bool parse_bits(std::string_view text, BitField& bits) {
    const std::size_t open = text.find('[');
    BitField read;
    read.register_name = text.substr(0, open);
    if (open != std::string_view::npos) {
      if (text.back() != ']') return false;
      const std::string_view range = text.substr(open + 1, text.size() - open - 2);
      const std::size_t colon = range.find(':');
      const auto high = parse_integer(range.substr(0, colon));
      const auto low =
          colon == std::string_view::npos ? high : parse_integer(range.substr(colon + 1));
      if (!high || !low || *high > 31 || *low > *high) return false;
      read.high = static_cast<std::uint32_t>(*high);
      read.low = static_cast<std::uint32_t>(*low);
    }
    if (!is_name(read.register_name)) return false;
    bits = read;
    return true;
  }

  /// `pinned: [path, ...]` of a resolved board.
  void read_pinned() {
    const YamlEntry* entry = frame().node->find("pinned");
    frame().allowed.emplace_back("pinned");
    if (entry == nullptr) return;
    const Field field = label("pinned", "");
    if (entry->value.kind != YamlNode::Kind::list) {
      wrong(field, entry->value, "a list of paths", "write [memories.flash.wait_states]");
      return;
    }
    for (const YamlNode& item : entry->value.items) {
      if (read_.places.contains(item.text) && item.kind == YamlNode::Kind::scalar) {
        board_.pinned.insert(item.text);
      } else {
        problems_.add(item.place, "",
                      fmt::format("pinned path {} does not exist", item.described()),
                      "write the path of a value, e.g. memories.flash.wait_states");
      }
    }
  }

  BoardSpec& board_;
  Problems& problems_;
  std::vector<Frame> frames_;
  ReadPlaces read_;
};

BoardSpec read_tree(YamlNode root, const std::vector<std::string>& overrides, Problems& problems) {
  if (root.kind != YamlNode::Kind::map) problems.throw_if_any();
  for (std::size_t i = 0; i < overrides.size(); ++i) {
    apply_override(root, overrides[i], kSetOrder + static_cast<unsigned>(i), problems);
  }
  BoardSpec board;
  Reader reader(root, board, problems);
  reader.read();
  complete_and_check(board, reader.places(), problems);
  problems.throw_if_any();
  return board;
}

}  // namespace

BoardSpec read_board(const std::string& name_or_path,
                     const std::vector<std::filesystem::path>& search_dirs,
                     const std::vector<std::string>& set_overrides) {
  Problems problems;
  YamlNode root = load_board(name_or_path, search_dirs, problems);
  return read_tree(std::move(root), set_overrides, problems);
}

BoardSpec read_board_text(std::string_view yaml, const std::string& file,
                          const std::vector<std::string>& set_overrides) {
  Problems problems;
  YamlNode root = load_board_text(yaml, file, problems);
  return read_tree(std::move(root), set_overrides, problems);
}

}  // namespace mcost::boards
