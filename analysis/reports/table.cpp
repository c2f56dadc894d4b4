#include "analysis/reports/table.h"

#include <algorithm>

namespace mcost::analysis {
namespace {

constexpr std::size_t kGap = 2;

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// The first `width` characters.
std::string cut(const std::string& text, std::size_t width) {
  if (display_width(text) <= width) return text;
  std::size_t end = 0;
  for (std::size_t shown = 0; end < text.size(); ++end) {
    if (!continues(text[end]) && shown++ == width - 3) break;
  }
  return text.substr(0, end) + "...";
}

}  // namespace

std::size_t display_width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continues(c); }));
}

std::string markdown_text(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|' || c == '\\' || c == '`' || c == '*' || c == '_' || c == '<' || c == '[') {
      escaped += '\\';
    }
    escaped += c;
  }
  return escaped;
}

std::string wrapped(const std::string& text, const std::string& first, std::size_t width) {
  const std::string indent(display_width(first), ' ');
  std::string lines;
  std::string line = first;
  bool empty = true;
  std::size_t from = 0;
  while (from <= text.size()) {
    const std::size_t end = std::min(text.find(' ', from), text.size());
    const std::string word = text.substr(from, end - from);
    if (!empty && display_width(line) + 1 + display_width(word) > width) {
      lines += line + "\n";
      line = indent;
      empty = true;
    }
    line += (empty ? "" : " ") + word;
    empty = false;
    from = end + 1;
  }
  return lines + line + "\n";
}

void Table::add(std::string heading, std::vector<std::string> cells) {
  Column column{std::move(heading), std::move(cells), 0};
  if (columns_.empty()) {
    for (std::string& cell : column.cells) cell = cut(cell, first_limit_);
  }
  column.width = display_width(column.heading);
  for (const std::string& cell : column.cells) {
    column.width = std::max(column.width, display_width(cell));
  }
  columns_.push_back(std::move(column));
}

std::string Table::lines(const std::vector<const Column*>& columns, std::size_t indent) const {
  std::string text;
  const auto line = [&](auto&& cell_of) {
    std::string out(indent, ' ');
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string& cell = cell_of(*columns[i]);
      const std::string padding(columns[i]->width - display_width(cell), ' ');
      if (i > 0) out.append(kGap, ' ');
      out += i == 0 ? cell + padding : padding + cell;
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    text += out + "\n";
  };
  line([](const Column& column) -> const std::string& { return column.heading; });
  for (std::size_t row = 0; row < columns.front()->cells.size(); ++row) {
    line([row](const Column& column) -> const std::string& { return column.cells[row]; });
  }
  return text;
}

std::size_t Table::width(std::size_t indent) const {
  std::size_t width = indent;
  for (const Column& column : columns_) width += column.width + (width > indent ? kGap : 0);
  return width;
}

std::string Table::text(std::size_t indent, std::size_t max_width) const {
  if (columns_.empty()) return {};
  std::string text;
  std::size_t next = 1;
  do {
    std::vector<const Column*> shown{&columns_.front()};
    std::size_t width = indent + columns_.front().width;
    while (next < columns_.size() &&
           (shown.size() == 1 || width + kGap + columns_[next].width <= max_width)) {
      width += kGap + columns_[next].width;
      shown.push_back(&columns_[next++]);
    }
    if (!text.empty()) text += "\n";
    text += lines(shown, indent);
  } while (next < columns_.size());
  return text;
}

std::string Table::markdown() const {
  std::string text = "|";
  for (const Column& column : columns_) text += " " + markdown_text(column.heading) + " |";
  text += "\n|";
  for (std::size_t i = 0; i < columns_.size(); ++i) text += i == 0 ? " --- |" : " ---: |";
  text += "\n";
  for (std::size_t row = 0; !columns_.empty() && row < columns_.front().cells.size(); ++row) {
    text += "|";
    for (const Column& column : columns_) text += " " + markdown_text(column.cells[row]) + " |";
    text += "\n";
  }
  return text;
}

}  // namespace mcost::analysis
