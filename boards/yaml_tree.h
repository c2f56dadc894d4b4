// A YAML document as a tree in which every key and value knows its place, and the list of mistakes
// found so far. The parser behind it is yaml-cpp's event stream, so that duplicate keys are seen
// and nothing is expanded. For readers of YAML files only; includes boards/board_spec.h only.
// Invariant: a tree is at most kMaxFileBytes of UTF-8 text, kMaxDepth deep, without anchors,
// aliases or tags.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "boards/board_spec.h"
#include "sim_core/base/error.h"

namespace mcost::boards {

inline constexpr std::size_t kMaxFileBytes = std::size_t{1} << 20;
inline constexpr std::size_t kMaxDepth = 32;
inline constexpr std::size_t kMaxKeys = 2000;  // of one map
inline constexpr std::size_t kMaxProblems = 100;

/// Where a key or value was written. `file` is "--set PATH" for an override; lines and columns
/// count from 1, 0: unknown.
struct Place {
  std::string file;
  unsigned line = 0;
  unsigned column = 0;
  unsigned order = 0;  ///< Files are reported in the order in which they were opened.

  [[nodiscard]] bool from_set() const { return file.starts_with("--set"); }
};

struct YamlEntry;

struct YamlNode {
  enum class Kind : unsigned char { scalar, list, map };
  Kind kind = Kind::scalar;
  std::string text;                ///< Of a scalar.
  bool plain = true;               ///< Scalar without quotes.
  bool empty = false;              ///< No value was written, or null.
  std::vector<YamlNode> items;     ///< Of a list.
  std::vector<YamlEntry> entries;  ///< Of a map, in the order of the file.
  Place place;
  std::optional<Source> source;  ///< Its own or that of the nearest block around it.
  bool pinned = false;           ///< Given by --set.

  [[nodiscard]] YamlEntry* find(std::string_view key);
  [[nodiscard]] const YamlEntry* find(std::string_view key) const;
  /// `"two"`, `a map`, `a list` or `nothing`, for messages.
  [[nodiscard]] std::string described() const;
};

struct YamlEntry {
  std::string key;
  Place place;
  YamlNode value;
};

/// Mistakes of all files, thrown together at the end.
class Problems {
 public:
  /// `path` is the key path of the block concerned; empty for the whole file.
  void add(const Place& place, const std::string& path, std::string what, std::string remedy);
  /// Like add, for a mistake that hides part of the board: what is missing is then no mistake of
  /// its own.
  void add_hiding(const Place& place, const std::string& path, std::string what,
                  std::string remedy);
  [[nodiscard]] std::size_t count() const { return problems_.size(); }
  [[nodiscard]] bool any() const { return !problems_.empty(); }
  [[nodiscard]] bool hiding() const { return hiding_; }
  /// Throws ConfigErrors, ordered by file and line, if there is any.
  void throw_if_any();

 private:
  struct Problem {
    Place place;
    std::string path;
    std::string what;
    std::string remedy;
  };
  std::vector<Problem> problems_;
  bool more_ = false;
  bool hiding_ = false;
};

/// What to do about what no reader takes; depends on the kind of file.
struct YamlAdvice {
  const char* too_big = "split it with extends";
  const char* one_document = "keep one board or part in a file";
  const char* alias = "write the value out, or share a part with extends";
};

/// Parses one document. Mistakes go to `problems`; what could be read is returned, an empty map if
/// nothing could.
[[nodiscard]] YamlNode parse_yaml(std::string_view text, const std::string& file, unsigned order,
                                  Problems& problems, const YamlAdvice& advice = {});

/// Parses what stands behind the `=` of an override: any YAML value on one line. Null if that
/// failed.
[[nodiscard]] std::optional<YamlNode> parse_yaml_value(std::string_view text, const Place& place,
                                                       Problems& problems);

}  // namespace mcost::boards
