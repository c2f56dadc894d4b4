// The commands and options of the program as data: what reference, manual pages and shell
// completion are made from (script/reference, script/manual). Knows CLI11 only. Invariant: walks
// the App that parses, so that nothing can be missing or invented.
#pragma once

#include <string>

namespace CLI {
class App;
}  // namespace CLI

namespace mcost::cli {

/// JSON: an object with name, description, footer, positionals, options and commands, which are the
/// same again. An option has its names, type, help, and whether it may be repeated.
[[nodiscard]] std::string command_tree(const CLI::App& program);

}  // namespace mcost::cli
