// One instruction on mcost's engine, from any state of what effects can name, for the perturbation
// of effects. Locations are those of isa/roles.h.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "sim_core/isa/roles.h"
#include "tests/oracle/mcost_core.h"

namespace mcost::oracle {

/// Everything an instruction may read or write.
struct Snapshot {
  std::array<std::uint32_t, 15> r{};
  std::array<std::uint32_t, 32> s{};
  std::uint32_t apsr = 0;
  std::uint32_t fpscr = 0;
  std::array<std::uint32_t, 6> special{};  // CONTROL PRIMASK BASEPRI FAULTMASK, the other SP, CCR
  bool exclusive = false;                  // the local monitor has kMonitored
  std::uint32_t literal = 0;               // what PC-relative loads find, all over the code
  Address pc = 0;
  bool faulted = false;
  std::vector<std::uint8_t> memory;  // the scratch area; empty: not looked at
};

inline constexpr Address kMonitored = kScratch + 0x1800;
inline constexpr unsigned kLocations = 59;  // memory is the last
inline constexpr unsigned kSystem = static_cast<unsigned>(isa::StatusField::system);
inline constexpr unsigned kMemory = static_cast<unsigned>(isa::StatusField::memory);

/// True if both hold the same at a location.
[[nodiscard]] bool same_at(const Snapshot& a, const Snapshot& b, unsigned location);
[[nodiscard]] std::string location_name(unsigned location);

class OneInstruction {
 public:
  OneInstruction();
  /// Places the instruction at kProgram and at kProgram + kElsewhere.
  void load(std::uint32_t word, unsigned width_bits);
  /// Executes it at `before.pc`.
  Snapshot run(const Snapshot& before);
  static constexpr std::uint32_t kElsewhere = 0x100;

 private:
  void fill_code(std::uint32_t literal);

  McostCore core_;
  std::vector<std::uint16_t> code_;
  std::uint32_t literal_ = 0;
};

}  // namespace mcost::oracle
