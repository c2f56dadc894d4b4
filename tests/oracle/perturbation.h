// Random encodings and states for the perturbation of effects and roles, and the changes to make.
#pragma once

#include <cstdint>
#include <string>

#include "tests/fp/operand_source.h"
#include "tests/oracle/generator.h"
#include "tests/oracle/one_instruction.h"

namespace mcost::oracle {

[[nodiscard]] constexpr bool has(isa::RegisterSet set, unsigned location) {
  return (set >> location & 1u) != 0;
}

/// Rows with registers to speak of: those that stop the core or enter an exception have none.
[[nodiscard]] bool is_perturbed(const isa::Instruction& instruction);
/// The instruction's disassembly.
[[nodiscard]] std::string text_of(const Draw& draw);

class StateSource {
 public:
  explicit StateSource(std::uint64_t seed) : random_(seed) {}
  /// An encoding of the row that the manual defines for all states of snapshot(). `attempt` counts
  /// the encodings of the row.
  bool draw(const isa::Instruction& instruction, unsigned attempt, Draw& draw);
  /// A state in which the instruction does not fault: addresses in the scratch area, targets in the
  /// code.
  Snapshot snapshot(const Draw& draw);
  /// Changes one location to another value that the instruction stands.
  void perturb(const Draw& draw, unsigned location, Snapshot& snapshot);
  std::uint32_t word() { return static_cast<std::uint32_t>(random_.next()); }

 private:
  fp::testing::OperandSource random_;
};

}  // namespace mcost::oracle
