#include "cli/result_options.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <algorithm>

#include "sim_core/base/error.h"

namespace mcost::cli {

bool is_result(const std::string& file) { return file.ends_with(".json"); }

void refuse_run_options(const CLI::App& command, const std::string& result,
                        std::span<const std::string_view> of_reports) {
  for (const CLI::Option* const option : command.get_options()) {
    if (option->count() == 0 || option->get_lnames().empty()) continue;
    const std::string& name = option->get_lnames().front();
    if (std::find(of_reports.begin(), of_reports.end(), name) != of_reports.end()) continue;
    throw ConfigError(fmt::format("{} is the result of a run", result), "--" + name,
                      "leave the option out, or give the firmware instead");
  }
}

}  // namespace mcost::cli
