// One line of a CSV file. Source: RFC 4180 section 2. Private to analysis.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>

namespace mcost::analysis {

class CsvRow {
 public:
  CsvRow& operator<<(const std::string& cell) {
    if (!first_) text_ += ',';
    first_ = false;
    if (cell.find_first_of(",\"\r\n") == std::string::npos) {
      text_ += cell;
      return *this;
    }
    text_ += '"';
    for (const char c : cell) text_ += c == '"' ? std::string("\"\"") : std::string(1, c);
    text_ += '"';
    return *this;
  }
  CsvRow& operator<<(std::uint64_t value) { return *this << fmt::format("{}", value); }
  [[nodiscard]] std::string line() const { return text_ + "\n"; }

 private:
  std::string text_;
  bool first_ = true;
};

}  // namespace mcost::analysis
