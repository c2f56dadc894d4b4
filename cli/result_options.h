// Commands that take a firmware to run or the result of a run: which of them an argument is, and
// that options fit it. May include anything.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace CLI {
class App;
}  // namespace CLI

namespace mcost::cli {

/// True of the JSON report of a run, by its name.
[[nodiscard]] bool is_result(const std::string& file);

/// Options of a run make no sense with `result`, which is over. `of_reports` are the names of those
/// that do. Errors: ConfigError for the first other one that was given.
void refuse_run_options(const CLI::App& command, const std::string& result,
                        std::span<const std::string_view> of_reports);

}  // namespace mcost::cli
