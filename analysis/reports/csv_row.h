// One line of a CSV file. Private to analysis. Source: RFC 4180 section 2.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>

namespace mcost::analysis {

class CsvRow {
 public:
  CsvRow& operator<<(const std::string& cell) {
    text_ += (first_ ? "" : ",") + quoted(cell);
    first_ = false;
    return *this;
  }
  CsvRow& operator<<(std::uint64_t value) { return *this << fmt::format("{}", value); }
  [[nodiscard]] std::string line() const { return text_ + "\n"; }

 private:
  /// Quotes where a cell has commas, quotes or line ends.
  static std::string quoted(const std::string& cell) {
    if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
    std::string text = "\"";
    for (const char c : cell) text += c == '"' ? std::string("\"\"") : std::string(1, c);
    return text + "\"";
  }

  std::string text_;
  bool first_ = true;
};

}  // namespace mcost::analysis
