// Files that a command reads whole: results, measurements. May include anything.
#pragma once

#include <filesystem>
#include <string>

#include "sim_core/base/run_result.h"

namespace mcost::cli {

/// The bytes of a file. `where` is named in errors. Errors: ConfigError if there is no such file,
/// or it has over 256 MiB.
[[nodiscard]] std::string read_input_file(const std::filesystem::path& path,
                                          const std::string& where);

/// A result that an earlier run wrote as JSON. Errors: those of read_input_file; ConfigError if it
/// is none, or its numbers do not add up.
[[nodiscard]] RunResult read_result(const std::string& path, const std::string& where);

}  // namespace mcost::cli
