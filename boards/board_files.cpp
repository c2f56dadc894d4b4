#include "boards/board_files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <set>
#include <utility>

#include "boards/embedded_configs.h"
#include "boards/spec_reader.h"
#include "boards/suggestions.h"

namespace mcost::boards {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEmbeddedPrefix = "configs/";

/// A file that was found: its text, its name in messages, and its identity when it is extended.
struct FoundFile {
  std::string text;
  std::string name;
  fs::path directory;  ///< On disk, or below configs/ if `embedded`.
  bool embedded = false;
};

bool looks_like_path(const std::string& name) {
  return name.find('/') != std::string::npos || name.ends_with(".yaml") || name.ends_with(".yml");
}

bool has_yaml_ending(const std::string& name) {
  return name.ends_with(".yaml") || name.ends_with(".yml");
}

std::optional<FoundFile> embedded_file(const fs::path& path) {
  const std::string wanted = path.lexically_normal().generic_string();
  for (const EmbeddedFile& file : embedded_configs()) {
    if (file.path != wanted) continue;
    return FoundFile{std::string(file.text), std::string(kEmbeddedPrefix) + wanted,
                     path.lexically_normal().parent_path(), true};
  }
  return std::nullopt;
}

std::optional<FoundFile> disk_file(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return std::nullopt;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return std::nullopt;
  std::string text(kMaxFileBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) return std::nullopt;
  text.resize(static_cast<std::size_t>(stream.gcount()));
  const fs::path normal = path.lexically_normal();
  return FoundFile{std::move(text), normal.generic_string(), normal.parent_path(), false};
}

std::vector<std::string> board_names(const SearchDirs& search_dirs) {
  std::set<std::string> names;
  for (const std::string& name : shipped_boards()) names.insert(name);
  for (const fs::path& dir : search_dirs) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(dir / "boards", ignored)) {
      if (entry.path().extension() == ".yaml") names.insert(entry.path().stem().string());
    }
  }
  return {names.begin(), names.end()};
}

std::string path_of(const std::string& parent, const std::string& key) {
  return parent.empty() ? key : parent + "." + key;
}

/// `memories.*` and the like: which blocks may name a part.
bool may_extend(const std::string& path) {
  if (path.empty() || path == "core" || path == "energy" || path == "peripherals") return true;
  const auto is_entry_of = [&](std::string_view list) {
    return path.starts_with(list) && path.find('.', list.size()) == std::string::npos;
  };
  return is_entry_of("memories.") || is_entry_of("peripherals.");
}

/// Reads files and merges them. One object per board.
class Loader {
 public:
  Loader(const SearchDirs& search_dirs, Problems& problems)
      : search_dirs_(search_dirs), problems_(problems) {}

  YamlNode board(const std::string& name_or_path) {
    std::optional<FoundFile> file = find_board(name_or_path, {});
    if (file) return expanded(*file);
    if (looks_like_path(name_or_path)) {
      problems_.add_hiding({name_or_path, 0, 0, 0}, "", "cannot read the board file",
                           "give an existing .yaml file or the name of a board (mcost boards)");
    } else {
      problems_.add_hiding({"--board", 0, 0, 0}, "",
                           fmt::format("unknown board \"{}\"", name_or_path),
                           suggest(name_or_path, "boards", board_names(search_dirs_)));
    }
    return {};
  }

  YamlNode expanded(const FoundFile& file) {
    open_files_.push_back(file.name);
    YamlNode root = parse_yaml(file.text, file.name, next_order_++, problems_);
    if (root.kind != YamlNode::Kind::map || root.empty) {
      if (!problems_.hiding()) {
        problems_.add_hiding(
            root.place.line == 0 ? Place{file.name, 1, 1, root.place.order} : root.place, "",
            fmt::format("the file must be a map, got {}", root.described()),
            "write key: value lines");
      }
      root = YamlNode{};
      root.kind = YamlNode::Kind::map;
    }
    inherit_sources(root, std::nullopt, "");
    root = with_base(std::move(root), file, "", true);
    open_files_.pop_back();
    return root;
  }

 private:
  std::optional<FoundFile> find_board(const std::string& name,
                                      const std::optional<FoundFile>& from) {
    if (!looks_like_path(name)) {
      for (const fs::path& dir : search_dirs_) {
        if (auto found = disk_file(dir / "boards" / (name + ".yaml"))) return found;
      }
      return embedded_file(fs::path("boards") / (name + ".yaml"));
    }
    if (!from) return disk_file(name);
    return find_part(name, *from);
  }

  std::optional<FoundFile> find_part(const std::string& name, const FoundFile& from) {
    if (!has_yaml_ending(name)) return std::nullopt;
    if (!from.embedded) {
      if (auto found = disk_file(from.directory / name)) return found;
      for (const fs::path& dir : search_dirs_) {
        if (auto found = disk_file(dir / name)) return found;
      }
      return embedded_file(name);
    }
    return embedded_file(from.directory / name);
  }

  /// Turns `{value, source, ref, ...}` into its value, gives every leaf the source of its
  /// block, and takes the source keys out of the tree.
  void inherit_sources(YamlNode& node, std::optional<Source> inherited, const std::string& path) {
    if (node.kind != YamlNode::Kind::map) {
      node.source = std::move(inherited);
      for (YamlNode& item : node.items) inherit_sources(item, node.source, path);
      return;
    }
    node.source = own_source(node, std::move(inherited), path);
    if (YamlEntry* value = node.find("value")) {
      unwrap(node, *value, path);
      return;
    }
    std::erase_if(node.entries, [](const YamlEntry& e) { return is_source_key(e.key); });
    for (YamlEntry& entry : node.entries)
      inherit_sources(entry.value, node.source, path_of(path, entry.key));
  }

  void unwrap(YamlNode& node, YamlEntry& value, const std::string& path) {
    for (const YamlEntry& entry : node.entries) {
      if (entry.key == "value" || is_source_key(entry.key)) continue;
      problems_.add(entry.place, path, fmt::format("unknown key \"{}\" beside value", entry.key),
                    suggest(entry.key, "allowed",
                            {"value", "source", "ref", "verified", "uncertainty_percent"}));
    }
    if (value.value.kind == YamlNode::Kind::map) {
      problems_.add(value.value.place, path, "value must not be a map",
                    "write source and ref in the map itself");
    }
    YamlNode inner = std::move(value.value);
    inner.source = node.source;
    for (YamlNode& item : inner.items) item.source = node.source;
    node = std::move(inner);
  }

  std::optional<Source> own_source(const YamlNode& block, std::optional<Source> inherited,
                                   const std::string& path) {
    const YamlEntry* word = block.find("source");
    const YamlEntry* ref = block.find("ref");
    const YamlEntry* verified = block.find("verified");
    std::optional<Source> source = std::move(inherited);
    if (word != nullptr) source = Source{kind_of(*word, path), {}, true, 0};
    if (word != nullptr && ref == nullptr) {
      problems_.add(word->place, path, "source without ref",
                    "name the document and section, or the reason: ref: \"...\"");
    }
    const YamlEntry* uncertainty = block.find("uncertainty_percent");
    for (const YamlEntry* entry : {ref, verified, uncertainty}) {
      if (entry == nullptr || source) continue;
      problems_.add(entry->place, path, fmt::format("{} without source", entry->key),
                    fmt::format("add source: {}", fmt::join(source_words(), "|")));
      source = Source{};
    }
    if (ref != nullptr) source->ref = ref_text(*ref, path);
    if (verified != nullptr) source->verified = verified_flag(*verified, path);
    if (uncertainty != nullptr) source->uncertainty_percent = percent_of(*uncertainty, path);
    return source;
  }

  std::uint32_t percent_of(const YamlEntry& entry, const std::string& path) {
    const YamlNode& value = entry.value;
    std::uint32_t percent = 0;
    const char* const end = value.text.data() + value.text.size();
    const auto [stop, error] = std::from_chars(value.text.data(), end, percent);
    const bool scalar = value.kind == YamlNode::Kind::scalar && value.plain && !value.empty;
    if (scalar && error == std::errc{} && stop == end && percent >= 1 && percent <= 1000)
      return percent;
    problems_.add(value.place, path,
                  fmt::format("uncertainty_percent must be 1..1000, got {}", value.described()),
                  "write the per cent by which the value may be off, either way");
    return 1;
  }

  SourceKind kind_of(const YamlEntry& entry, const std::string& path) {
    const std::vector<std::string>& words = source_words();
    const auto found = std::find(words.begin(), words.end(), entry.value.text);
    if (entry.value.kind == YamlNode::Kind::scalar && found != words.end()) {
      return static_cast<SourceKind>(found - words.begin());
    }
    problems_.add(entry.value.place, path,
                  fmt::format("source must be one of {}, got {}", fmt::join(words, ", "),
                              entry.value.described()),
                  suggest(entry.value.text, "allowed", words));
    return SourceKind::assumed;
  }

  std::string ref_text(const YamlEntry& entry, const std::string& path) {
    if (entry.value.kind == YamlNode::Kind::scalar && !entry.value.text.empty())
      return entry.value.text;
    problems_.add(entry.value.place, path,
                  fmt::format("ref must be text, got {}", entry.value.described()),
                  "name the document and section, or the reason");
    return {};
  }

  bool verified_flag(const YamlEntry& entry, const std::string& path) {
    const YamlNode& value = entry.value;
    const bool scalar = value.kind == YamlNode::Kind::scalar && value.plain;
    if (!scalar || (value.text != "true" && value.text != "false")) {
      problems_.add(value.place, path,
                    fmt::format("verified must be true or false, got {}", value.described()),
                    "write true or false");
    }
    return value.text != "false";
  }

  /// `node` merged over the file its `extends` names, and the same for the blocks below that may
  /// name parts. A part names no further parts.
  YamlNode with_base(YamlNode node, const FoundFile& file, const std::string& path, bool in_board) {
    std::optional<YamlNode> base;
    if (may_extend(path)) base = taken_base(node, file, path, in_board);
    if (in_board && (path.empty() || path == "memories" || path == "peripherals")) {
      for (YamlEntry& entry : node.entries) {
        if (entry.value.kind != YamlNode::Kind::map) continue;
        entry.value = with_base(std::move(entry.value), file, path_of(path, entry.key), in_board);
      }
    }
    if (!base) return node;
    merge(*base, std::move(node));
    return std::move(*base);
  }

  std::optional<YamlNode> taken_base(YamlNode& node, const FoundFile& file, const std::string& path,
                                     bool in_board) {
    YamlEntry* entry = node.find("extends");
    if (entry == nullptr) return std::nullopt;
    const YamlEntry extends = std::move(*entry);
    std::erase_if(node.entries,
                  [](const YamlEntry& e) { return e.key == "extends" || e.key.empty(); });
    if (!in_board) {
      problems_.add_hiding(extends.place, path, "a part must not extend another part",
                           "name both from the board");
      return std::nullopt;
    }
    const YamlNode& target = extends.value;
    if (target.kind != YamlNode::Kind::scalar || target.text.empty()) {
      problems_.add_hiding(target.place, path,
                           fmt::format("extends must be a file, got {}", target.described()),
                           "write the name of a .yaml file");
      return std::nullopt;
    }
    const bool board = path.empty();
    const auto found = board ? find_board(target.text, file) : find_part(target.text, file);
    if (!found) {
      report_missing(target, path, board);
      return std::nullopt;
    }
    if (std::find(open_files_.begin(), open_files_.end(), found->name) != open_files_.end()) {
      problems_.add_hiding(target.place, path, fmt::format("\"{}\" extends itself", target.text),
                           "break the circle");
      return std::nullopt;
    }
    if (open_files_.size() >= kMaxExtends) {
      problems_.add_hiding(target.place, path,
                           fmt::format("more than {} files extend each other", kMaxExtends),
                           "merge some");
      return std::nullopt;
    }
    return board ? expanded(*found) : part(*found, path);
  }

  YamlNode part(const FoundFile& file, const std::string& path) {
    YamlNode root = parse_yaml(file.text, file.name, next_order_++, problems_);
    if (root.kind != YamlNode::Kind::map) {
      problems_.add_hiding(root.place, "",
                           fmt::format("the file must be a map, got {}", root.described()),
                           "write key: value lines");
      root = YamlNode{};
      root.kind = YamlNode::Kind::map;
    }
    inherit_sources(root, std::nullopt, path);
    return with_base(std::move(root), file, path, false);
  }

  void report_missing(const YamlNode& target, const std::string& path, bool board) {
    const std::string what = fmt::format("cannot find \"{}\"", target.text);
    if (board && !looks_like_path(target.text)) {
      problems_.add_hiding(target.place, path, what,
                           suggest(target.text, "boards", board_names(search_dirs_)));
      return;
    }
    std::vector<std::string> parts;
    for (const EmbeddedFile& file : embedded_configs()) {
      if (file.path.ends_with(".yaml") && file.path.starts_with("boards/") == board)
        parts.emplace_back(file.path);
    }
    problems_.add_hiding(target.place, path, what, suggest(target.text, "built-in files", parts));
  }

  /// Keys of `over` win; maps merge key by key, unless `over` says another `kind`: then it replaces
  /// the block.
  static void merge(YamlNode& base, YamlNode over) {
    const YamlEntry* old_kind = base.find("kind");
    const YamlEntry* new_kind = over.find("kind");
    const bool other_kind =
        old_kind != nullptr && new_kind != nullptr && old_kind->value.text != new_kind->value.text;
    if (base.kind != YamlNode::Kind::map || over.kind != YamlNode::Kind::map || other_kind) {
      base = std::move(over);
      return;
    }
    base.place = over.place;
    for (YamlEntry& entry : over.entries) {
      if (YamlEntry* old = base.find(entry.key)) {
        merge(old->value, std::move(entry.value));
        old->place = entry.place;
      } else {
        base.entries.push_back(std::move(entry));
      }
    }
  }

  const SearchDirs& search_dirs_;
  Problems& problems_;
  std::vector<std::string> open_files_;
  unsigned next_order_ = 0;
};

std::vector<std::string> split_path(const std::string& path) {
  std::vector<std::string> keys(1);
  for (const char c : path) {
    if (c == '.') {
      keys.emplace_back();
    } else {
      keys.back() += c;
    }
  }
  return keys;
}

void mark_sources(YamlNode& node, const Source& source) {
  node.source = source;
  for (YamlNode& item : node.items) mark_sources(item, source);
  for (YamlEntry& entry : node.entries) mark_sources(entry.value, source);
}

}  // namespace

const std::vector<std::string>& source_words() {
  static const std::vector<std::string> words = {"datasheet", "measured", "calibrated", "assumed"};
  return words;
}

bool is_source_key(std::string_view key) {
  return key == "source" || key == "ref" || key == "verified" || key == "uncertainty_percent";
}

YamlNode load_board(const std::string& name_or_path, const SearchDirs& search_dirs,
                    Problems& problems) {
  return Loader(search_dirs, problems).board(name_or_path);
}

YamlNode load_board_text(std::string_view yaml, const std::string& file, Problems& problems) {
  FoundFile found{std::string(yaml), file, {}, true};
  return Loader({}, problems).expanded(found);
}

namespace {

/// The part of a board that has a name which was written without it; empty if there is none.
std::string_view part_with(const YamlNode& board, const std::string& name) {
  if (board.find(name) != nullptr) return {};
  for (const std::string_view part : {"memories", "peripherals", "regions", "devices"}) {
    const YamlEntry* const entry = board.find(part);
    if (entry != nullptr && entry->value.find(name) != nullptr) return part;
  }
  return {};
}

/// A map that is not a value with its source.
bool is_group(const YamlNode& node) {
  return node.kind == YamlNode::Kind::map && node.find("value") == nullptr;
}

std::string keys_of(const YamlNode& group, const std::string& path) {
  std::string text;
  for (const YamlEntry& entry : group.entries) {
    if (is_source_key(entry.key)) continue;
    text += fmt::format("{}{}.{}", text.empty() ? "" : ", ", path, entry.key);
  }
  return text;
}

}  // namespace

void apply_override(YamlNode& board, const std::string& override_text, unsigned order,
                    Problems& problems) {
  const std::size_t equals = override_text.find('=');
  const std::string path = override_text.substr(0, equals);
  const Place place{"--set " + path, 0, 0, order};
  const std::vector<std::string> keys = split_path(path);
  const bool gap =
      std::any_of(keys.begin(), keys.end(), [](const std::string& key) { return key.empty(); });
  if (equals == std::string::npos || gap || keys.size() > kMaxDepth) {
    problems.add({"--set " + override_text, 0, 0, order}, "", "not an override",
                 "write PATH=VALUE, e.g. memories.flash.wait_states=7");
    return;
  }
  std::optional<YamlNode> parsed =
      parse_yaml_value(std::string_view(override_text).substr(equals + 1), place, problems);
  if (!parsed) return;
  YamlNode value = std::move(*parsed);
  if (const std::string_view part = part_with(board, keys.front()); !part.empty()) {
    problems.add(place, "", fmt::format("a board has no key \"{}\"", keys.front()),
                 fmt::format("did you mean \"{}.{}\"?", part, path));
    return;
  }
  mark_sources(value, Source{SourceKind::assumed, "--set", true, 0});
  YamlNode* block = &board;
  for (std::size_t i = 0; i + 1 < keys.size(); ++i) {
    if (block->find(keys[i]) == nullptr) {
      YamlNode fresh;
      fresh.kind = YamlNode::Kind::map;
      fresh.place = place;
      block->entries.push_back({keys[i], place, std::move(fresh)});
    }
    block = &block->find(keys[i])->value;
    if (block->kind != YamlNode::Kind::map) {
      problems.add(place, "", fmt::format("{} is a value", keys[i]), "nothing lies below it");
      return;
    }
  }
  YamlEntry* old = block->find(keys.back());
  if (old != nullptr && is_group(old->value) && value.kind == YamlNode::Kind::scalar &&
      !value.empty) {
    problems.add(place, "", fmt::format("{} is a group of values, not one", path),
                 "name one of them: " + keys_of(old->value, path));
    return;
  }
  if (keys.back() == "kind" && old != nullptr && old->value.text != value.text) {
    block->entries.clear();
    old = nullptr;
  }
  if (old == nullptr) {
    block->entries.push_back({keys.back(), place, std::move(value)});
  } else {
    old->value =
        std::move(value);  // the entry keeps the place of the file, the value that of --set
  }
}

std::vector<std::string> shipped_boards() {
  std::vector<std::string> names;
  for (const EmbeddedFile& file : embedded_configs()) {
    constexpr std::string_view kDirectory = "boards/";
    if (file.path.starts_with(kDirectory)) names.push_back(fs::path(file.path).stem().string());
  }
  return names;
}

}  // namespace mcost::boards
