// A small valid board for the reader's tests, and what the reader says to a changed one.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace mcost::boards::test {

/// 39 lines; line 1 is `name: tiny`.
extern const char* const kTinyBoard;

/// kTinyBoard with the only occurrence of `old_text` replaced.
[[nodiscard]] std::string tiny_with(std::string_view old_text, std::string_view new_text);

/// What read_board_text throws for `yaml`, read as "x.yaml"; empty if it does not throw.
[[nodiscard]] std::string complaint(std::string_view yaml,
                                    const std::vector<std::string>& overrides = {});

/// The same for read_board.
[[nodiscard]] std::string board_complaint(
    const std::string& name_or_path, const std::vector<std::filesystem::path>& search_dirs = {},
    const std::vector<std::string>& overrides = {});

/// Names of the shipped boards as messages list them.
[[nodiscard]] std::string joined_boards();

}  // namespace mcost::boards::test
