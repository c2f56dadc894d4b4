// Interrupts on the Cortex-M3 as measured on a CC2650 with code in memory that never waits
// (core-timing.md 3.10, CMEmu): a pending bit set by the program itself, entry, and return in five
// ways. The program reads CYCCNT, pends interrupt 0, adds eight times and reads CYCCNT again; the
// handler begins with a read of it.
//
// Expected difference: silicon executes two of the additions before it enters, the engine none,
// since it takes what a store pends at the boundary behind the store. Entry is therefore compared
// without those two cycles, and the program has the six additions that are left on return.
#pragma once

#include <cstdint>
#include <vector>

namespace mcost::test {

inline constexpr unsigned kAddsBeforeEntry = 2;            // on silicon
inline constexpr unsigned kAdds = 8 - kAddsBeforeEntry;    // in the program
inline constexpr unsigned kEntry = 16 - kAddsBeforeEntry;  // cycles between the first two reads

/// A handler and what its way to return costs.
struct ExceptionRow {
  const char* name;
  std::vector<std::uint16_t> code;  // behind the handler's read
  unsigned cycles;                  // from the handler's read to the last one, measured
};

/// What the model says.
struct ExceptionCost {
  std::uint32_t adds_before = 0;  // additions executed when the handler is entered
  std::uint32_t adds = 0;         // ... and at the end
  unsigned entry = 0;             // from the program's read to the handler's
  unsigned back = 0;              // from the handler's read to the last one
};

/// Every row.
[[nodiscard]] const std::vector<ExceptionRow>& exception_rows();

/// Runs one. Errors: std::runtime_error if the handler is not entered.
[[nodiscard]] ExceptionCost measure(const ExceptionRow& row);

}  // namespace mcost::test
