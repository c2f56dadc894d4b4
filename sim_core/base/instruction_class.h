// What kind of work an instruction is, coarse enough to say what its energy depends on. Names are
// the same in counters, in JSON and in energy coefficients.
#pragma once

#include <array>
#include <cstdint>

namespace mcost {

enum class InstructionClass : std::uint8_t {
  integer,         // arithmetic, logic, shifts, moves, SIMD without a multiply
  multiply,        // multiplies, multiply-accumulates and divides of integers
  floating_point,  // all that works on FP registers, moves to core registers included
  load_store,      // whatever moves data from or to memory, POP {pc} included
  branch,          // TBB and TBH included
  other,           // IT, hints, barriers, system instructions
};
inline constexpr unsigned kInstructionClasses = 6;

inline constexpr std::array<const char*, kInstructionClasses> kInstructionClassNames = {
    "integer", "multiply", "floating_point", "load_store", "branch", "other"};

}  // namespace mcost
