// A profile for people at a terminal: tables by function, line and instruction, the call tree, and
// a function instruction by instruction. Private to analysis and cli. Invariant: every function
// here needs RunResult::profile; the same result gives the same bytes.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "sim_core/base/run_result.h"

namespace mcost::analysis {

/// The text of a line of a file of RunProfile::files; nothing if there is none.
using SourceText =
    std::function<std::optional<std::string>(const std::string& file, unsigned line)>;

/// Image, board, cycles and time, and below a view what could not be shown.
[[nodiscard]] std::string profile_header(const RunResult& result);
[[nodiscard]] std::string profile_footer(const RunResult& result);

/// At most `top` rows; what is left out is one row, so that a table sums to the run.
[[nodiscard]] std::string function_table(const RunResult& result, std::size_t top);
[[nodiscard]] std::string line_table(const RunResult& result, std::size_t top,
                                     const SourceText& source);
[[nodiscard]] std::string instruction_table(const RunResult& result, std::size_t top);
/// The `top` nodes with the most cycles, calls included, each below its caller.
[[nodiscard]] std::string call_tree(const RunResult& result, std::size_t top);

/// Every instruction of a function that executed, with what it cost and why. `source` may be empty.
[[nodiscard]] std::string annotated(const RunResult& result, std::size_t function,
                                    const SourceText& source);

/// "src/net.cpp:43", "src/net.cpp:?", "(no debug data)".
[[nodiscard]] std::string source_place(const RunProfile& profile, std::optional<std::size_t> file,
                                       unsigned line);

}  // namespace mcost::analysis
