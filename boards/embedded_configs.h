// The files of configs/, built into the program so that it works from anywhere. The definition is
// generated at build time.
#pragma once

#include <span>
#include <string_view>

namespace mcost::boards {

struct EmbeddedFile {
  std::string_view path;  ///< Relative to configs/, with slashes: "boards/generic-m4.yaml".
  std::string_view text;
};

/// Sorted by path.
[[nodiscard]] std::span<const EmbeddedFile> embedded_configs();

}  // namespace mcost::boards
