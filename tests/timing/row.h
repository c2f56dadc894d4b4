// A measured row of core-timing.md 9 and its cases, as rows_m4.inc lists them.
#pragma once

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

/// One n of a row. Offsets are from the start of the code.
struct Case {
  int n = 0;
  std::uint32_t entry = 0;    // the ISB
  std::uint32_t closing = 0;  // the second counter read; what branches call `target`
  std::uint32_t source = 0;   // the instruction of that label, 0 for none
  unsigned sram = 0;          // measured T with code in SRAM; 0: not measured
  unsigned flash = 0;         // ... in flash
  std::string code;           // hexadecimal
  std::vector<std::pair<unsigned, Value>> registers;
  std::vector<std::pair<Value, Value>> memory;
};

struct Row {
  std::string id;
  std::string text;
  bool line_buffer = true;  // in the flash column
  std::vector<Case> cases;
};

enum class Placement : std::uint8_t { sram, flash };

/// Every Cortex-M4 row.
[[nodiscard]] const std::vector<Row>& rows_m4();

}  // namespace mcost::test
