// From a name or a file to one merged tree: finds files, gives every value the source of its block,
// merges `extends` and applies `--set`. Knows nothing of the keys of a board except source, ref,
// verified, value, extends and kind. Private to mcost_board_spec. Invariant: at most kMaxExtends
// files lie between a board and its last base.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "boards/yaml_tree.h"

namespace mcost::boards {

inline constexpr unsigned kMaxExtends = 8;

using SearchDirs = std::vector<std::filesystem::path>;

/// Sources of leaves spelled as in YAML, in the order of SourceKind.
[[nodiscard]] const std::vector<std::string>& source_words();

/// True for keys that no block of a board may define, as every map understands them.
[[nodiscard]] bool is_source_key(std::string_view key);

/// The merged tree of a board. Mistakes go to `problems`.
[[nodiscard]] YamlNode load_board(const std::string& name_or_path, const SearchDirs& search_dirs,
                                  Problems& problems);

/// The merged tree of a board given as text; `extends` finds built-in files only.
[[nodiscard]] YamlNode load_board_text(std::string_view yaml, const std::string& file,
                                       Problems& problems);

/// Writes one `path=value` into the tree and marks it as given by --set. Keys that the tree lacks
/// are added: whether they exist is the reader's to say.
void apply_override(YamlNode& board, const std::string& override_text, unsigned order,
                    Problems& problems);

}  // namespace mcost::boards
