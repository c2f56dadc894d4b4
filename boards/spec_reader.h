// YAML to BoardSpec and back. The only user of yaml-cpp. May include sim_core/base. Invariant: a
// spec that is returned is valid; all mistakes of all files involved are reported together;
// read_board(resolved_yaml(spec)) == spec.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "boards/board_spec.h"
#include "sim_core/base/error.h"

namespace mcost::boards {

/// Every mistake found in a board and its parts. what() has one line per mistake, in the order of
/// files and lines.
class ConfigErrors : public ConfigError {
 public:
  explicit ConfigErrors(std::vector<ConfigError> errors);
  [[nodiscard]] const std::vector<ConfigError>& errors() const { return errors_; }

 private:
  std::vector<ConfigError> errors_;
};

/// Reads a board. `name_or_path` is the name of a shipped board, or a file (it ends in .yaml or
/// .yml, or has a slash). A name is looked up as `<dir>/boards/<name>.yaml` in `search_dirs`, in
/// order, then among the boards built into the program. `extends` resolves relative to the file
/// that says it, then in `search_dirs`, then among the built-in files. `set_overrides` are
/// `path=value`, applied in order after everything else; each path becomes pinned. Errors:
/// ConfigErrors with file:line:column and path of each mistake.
[[nodiscard]] BoardSpec read_board(const std::string& name_or_path,
                                   const std::vector<std::filesystem::path>& search_dirs = {},
                                   const std::vector<std::string>& set_overrides = {});

/// The same for text that is already in memory (a report's resolved board); `file` is used in
/// messages only.
[[nodiscard]] BoardSpec read_board_text(std::string_view yaml, const std::string& file,
                                        const std::vector<std::string>& set_overrides = {});

/// Names of the boards built into the program, sorted.
[[nodiscard]] std::vector<std::string> shipped_boards();

/// The whole board as one YAML without `extends`, with the source of every value. Ends in a
/// newline.
[[nodiscard]] std::string resolved_yaml(const BoardSpec& spec);

/// One value of a board, as written in YAML, and where it comes from.
struct SourcedValue {
  std::string path;
  std::string value;
  Source source;
  bool pinned = false;
  friend bool operator==(const SourcedValue&, const SourcedValue&) = default;
};

/// Every value of the board that has a source, in the order of resolved_yaml.
[[nodiscard]] std::vector<SourcedValue> sources(const BoardSpec& spec);

/// One file of configs/ that gives editors completion.
struct SchemaFile {
  std::string name;  ///< "board.schema.json"
  std::string text;
};

/// JSON Schemas (draft 7) of a board and of core, memory and peripherals parts, made from the
/// reader's own tables. What is required, where sources may be left out and how values agree is the
/// reader's to say.
[[nodiscard]] std::vector<SchemaFile> json_schemas();

/// Spelling of enumerators in YAML and JSON.
[[nodiscard]] std::string_view name_of(SourceKind kind);
[[nodiscard]] std::string_view name_of(CoreModel model);
[[nodiscard]] std::string_view name_of(FpuModel fpu);
[[nodiscard]] std::string_view name_of(RegionPort port);
[[nodiscard]] std::string_view name_of(StartState start);

/// The entry of a list of BoardSpec with that name, or null.
template <typename Named>
[[nodiscard]] const Named* find_named(const std::vector<Named>& list, std::string_view name) {
  for (const Named& entry : list) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

}  // namespace mcost::boards
