// Helps a person who mistyped a name: the nearest known one, and units that belong into a key.
// Standard library only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mcost::boards {

/// The candidate with the fewest edits to `name` (case ignored, first wins), or empty if none is
/// near enough to be meant: at most a third of the longer length, rounded to the nearest, or one
/// edit. Failing that, the shortest candidate that starts with `name`, of three characters or more.
[[nodiscard]] std::string nearest_name(std::string_view name,
                                       const std::vector<std::string>& candidates);

/// The candidate that differs from `name` in its unit suffix only (`size_kb` and `size` find
/// `size_kib`), or empty.
[[nodiscard]] std::string same_name_other_unit(std::string_view name,
                                               const std::vector<std::string>& candidates);

/// `did you mean "x"? <label>: a, b, c`, without the question when nothing is near.
[[nodiscard]] std::string suggest(std::string_view name, std::string_view label,
                                  const std::vector<std::string>& candidates);

}  // namespace mcost::boards
