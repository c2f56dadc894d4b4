// What the oracle tests compare: the programmer's model of one core, and the memory map in which
// random programs run. Knows neither engine.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim_core/base/units.h"

namespace mcost::oracle {

// Memory map of both machines. Literal loads reach 4095 bytes around an instruction, so programs
// keep away from the ends of the code.
inline constexpr Address kCode = 0x00010000;
inline constexpr std::uint32_t kCodeSize = 0x20000;
inline constexpr Address kPrologue = kCode;          // loads all state, then branches to a program
inline constexpr Address kEpilogue = kCode + 0x400;  // fetches what only MRS and VMRS can read
inline constexpr Address kProgram = kCode + 0x4000;
inline constexpr std::uint32_t kMostProgramBytes = 0x10000;
inline constexpr Address kRam = 0x20000000;
inline constexpr std::uint32_t kRamSize = 0x10000;
inline constexpr Address kScratch = kRam;  // random accesses go here
inline constexpr std::uint32_t kScratchSize = 0x4000;
inline constexpr Address kPool = kRam + 0x4000;  // biased operands, integers then singles
inline constexpr std::uint32_t kPoolSize = 0x4000;
inline constexpr Address kStateBlock = kRam + 0x8000;

/// Registers and flags that programs may change.
struct State {
  std::array<std::uint32_t, 15> r{};
  std::uint32_t apsr = 0;
  std::uint32_t fpscr = 0;
  std::array<std::uint32_t, 32> s{};
  std::array<std::uint32_t, 6> special{};  // CONTROL PRIMASK BASEPRI FAULTMASK MSP PSP
  Address pc = 0;                          // where the program stopped
  friend bool operator==(const State&, const State&) = default;
};

/// Both register files side by side, a star at lines that differ.
[[nodiscard]] std::string compare_text(const State& initial, const State& mcost,
                                       const State& oracle);

}  // namespace mcost::oracle
