// One of the two machines that run a program. Memory is the machine's own, laid out as state.h
// says.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "tests/oracle/program.h"
#include "tests/oracle/state.h"

namespace mcost::oracle {

class Machine {
 public:
  virtual ~Machine() = default;
  /// The bytes of kRam .. kRam + kRamSize and of the code.
  [[nodiscard]] virtual std::span<std::uint8_t> ram() = 0;
  /// Replaces the program; code around it is zero as far as literal loads reach.
  virtual void load(const Program& program) = 0;
  /// Runs the loaded program from `initial` (pc ignored) to its end, a branch to itself anywhere.
  /// Returns what went wrong, or "". A fault or an endless program is wrong; `result` is then the
  /// state at that point.
  virtual std::string run(const State& initial, State& result) = 0;
  /// Where the next run should end, if not at the program's last instruction.
  virtual void expect_end(Address) {}
};

}  // namespace mcost::oracle
