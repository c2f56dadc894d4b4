// Aligned columns of text. May include sim_core/base. Invariant: no line is longer than asked for;
// what does not fit goes to a further table that repeats the first column.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace mcost::analysis {

/// Columns a terminal shows, in characters; UTF-8 sequences count one.
[[nodiscard]] std::size_t display_width(const std::string& text);

/// `text` broken at spaces into lines of at most `width` characters where that is possible. The
/// first line starts with `first`, further ones with as many spaces.
[[nodiscard]] std::string wrapped(const std::string& text, const std::string& first,
                                  std::size_t width);

/// `text` with what Markdown would take for its own escaped.
[[nodiscard]] std::string markdown_text(const std::string& text);

class Table {
 public:
  /// One column: its heading and its cells, top to bottom. The first is aligned left, others right.
  void add(std::string heading, std::vector<std::string> cells);
  /// Cells of the first column longer than this are cut, with "..." at the end.
  void limit_first(std::size_t width) { first_limit_ = width; }
  /// Width of a table with all columns side by side.
  [[nodiscard]] std::size_t width(std::size_t indent) const;
  /// Lines, each ending in a newline. `indent` spaces stand before every line.
  [[nodiscard]] std::string text(std::size_t indent, std::size_t max_width) const;
  /// The same as a Markdown table, whatever its width.
  [[nodiscard]] std::string markdown() const;

 private:
  struct Column {
    std::string heading;
    std::vector<std::string> cells;
    std::size_t width = 0;
  };
  [[nodiscard]] std::string lines(const std::vector<const Column*>& columns,
                                  std::size_t indent) const;
  std::vector<Column> columns_;
  std::size_t first_limit_ = 32;
};

}  // namespace mcost::analysis
