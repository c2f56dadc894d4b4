// What the rest of the program sees of a row of the instruction set: its encoding and its two
// products that need no engine, decode and effects. Depends on nothing above isa.
#pragma once

#include <cstdint>
#include <span>

#include "sim_core/isa/effects.h"
#include "sim_core/isa/encoding.h"

namespace mcost::isa {

struct Instruction {
  const Encoding* row;
  /// Operands of an instruction word that matches `row`; `condition` is that of the IT block, or
  /// the row's own.
  Operands (*decode)(std::uint32_t instruction, const Place& place);
  void (*effects)(Effects& effects, const Operands& operands);
  std::uint16_t index;  // place in instructions(), and in the engine's handler tables
};

/// All rows, in the order of AllRows (instruction_set.h).
[[nodiscard]] std::span<const Instruction> instructions();

}  // namespace mcost::isa
