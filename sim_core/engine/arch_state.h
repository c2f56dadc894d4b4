// Architectural state of one core: what the manual's pseudocode calls R, APSR, the special
// registers and the FP bank. ITSTATE is a decode-time fact of blocks and lives in the engine
// between them. Depends on base and fp.
#pragma once

#include <array>
#include <cstdint>

#include "sim_core/base/units.h"
#include "sim_core/fp/context.h"

namespace mcost::engine {

struct ArchState {
  std::array<std::uint32_t, 16>
      r{};  // R15 holds the PC value of an instruction that reads it, set on demand
  // N is bit 31 of n_source and Z is z_source == 0, so that the usual "set by result" is two
  // stores.
  std::uint32_t n_source = 0;
  std::uint32_t z_source = 1;
  std::uint32_t c = 0;   // 0 or 1
  std::uint32_t v = 0;   // 0 or 1
  std::uint32_t q = 0;   // 0 or 1
  std::uint32_t ge = 0;  // 0 to 15
  fp::Context fp{};
  std::array<std::uint32_t, 32> s{};

  /// APSR: N Z C V Q in 31..27, GE in 19..16.  Source: ARMv7-M ARM B1.4.2.
  [[nodiscard]] std::uint32_t apsr() const {
    return (n_source & 0x80000000u) | (z_source == 0 ? 1u << 30 : 0u) | c << 29 | v << 28 |
           q << 27 | ge << 16;
  }
  friend bool operator==(const ArchState&, const ArchState&) = default;
  void set_apsr_nzcvq(std::uint32_t value) {
    n_source = value;
    z_source = ((value >> 30) & 1u) ^ 1u;
    c = (value >> 29) & 1u;
    v = (value >> 28) & 1u;
    q = (value >> 27) & 1u;
  }
  void set_ge(std::uint32_t value) { ge = (value >> 16) & 0xFu; }
  /// Four bits N Z C V.
  [[nodiscard]] unsigned nzcv() const {
    return (n_source >> 31) << 3 | (z_source == 0 ? 4u : 0u) | c << 1 | v;
  }
};

/// ConditionPassed for each condition code over NZCV.  Source: ARMv7-M ARM A7.3.1.
inline constexpr std::array<std::uint16_t, 16> kConditionTable = [] {
  std::array<std::uint16_t, 16> table{};
  for (unsigned code = 0; code < 16; ++code) {
    for (unsigned flags = 0; flags < 16; ++flags) {
      const bool n = (flags & 8) != 0;
      const bool z = (flags & 4) != 0;
      const bool c = (flags & 2) != 0;
      const bool v = (flags & 1) != 0;
      bool pass = true;
      switch (code >> 1) {
        case 0: pass = z; break;
        case 1: pass = c; break;
        case 2: pass = n; break;
        case 3: pass = v; break;
        case 4: pass = c && !z; break;
        case 5: pass = n == v; break;
        case 6: pass = n == v && !z; break;
        default: pass = true; break;
      }
      if ((code & 1) != 0 && code != 15) pass = !pass;
      if (pass) table[code] = static_cast<std::uint16_t>(table[code] | (1u << flags));
    }
  }
  return table;
}();

}  // namespace mcost::engine
