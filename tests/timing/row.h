// A measured row of core-timing.md 9 and its cases, as rows.inc lists them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace mcost::test {

/// What a register or data word is set to before a case runs.
enum class Base : std::uint8_t { number, sram_data, flash_data, target, target_from_source };

struct Value {
  Base base = Base::number;
  std::uint32_t offset = 0;
};

/// A core, its chip, and where the code is. The M4 is a CC2652R, the M3 an STM32F100RB.
enum class Column : std::uint8_t { m4_sram, m4_flash, m3_sram, m3_flash };
inline constexpr std::size_t kColumns = 4;

/// One n of a row. Offsets are from the start of the code.
struct Case {
  int n = 0;
  std::uint32_t entry = 0;    // the ISB
  std::uint32_t closing = 0;  // the second counter read; what branches call `target`
  std::uint32_t source = 0;   // the instruction of that label, 0 for none
  std::array<unsigned, kColumns> measured{};  // T by column; 0: not measured
  std::string code;                           // hexadecimal
  std::vector<std::pair<unsigned, Value>> registers;
  std::vector<std::pair<Value, Value>> memory;

  [[nodiscard]] unsigned silicon(Column column) const {
    return measured[static_cast<std::size_t>(column)];
  }
};

struct Row {
  std::string id;
  std::string text;
  bool line_buffer = true;  // in column m4_flash
  std::vector<Case> cases;
};

/// Every row.
[[nodiscard]] const std::vector<Row>& measured_rows();

}  // namespace mcost::test
