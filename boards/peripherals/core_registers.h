// What tells cores apart in the system control space: identification registers, and which bits of
// control registers exist. Source: the TRM of each core, chapter "System Control".
#pragma once

#include <array>
#include <cstdint>

#include "boards/board_spec.h"

namespace mcost::boards {

struct CoreRegisters {
  std::array<std::uint32_t, 2> processor_features{};  // ID_PFR0, ID_PFR1
  std::uint32_t debug_features = 0;                   // ID_DFR0
  std::array<std::uint32_t, 4> memory_features{};     // ID_MMFR0-3
  std::array<std::uint32_t, 5> instruction_set{};     // ID_ISAR0-4
  std::array<std::uint32_t, 3> media_features{};      // MVFR0-2
  std::uint32_t cache_levels = 0;                     // CLIDR
  std::uint32_t cache_type = 0;                       // CTR
  std::uint32_t actlr_writable = 0;
  std::uint32_t vtor_writable = 0;
  std::uint32_t ccr_writable = 0;
  std::uint32_t ccr_fixed = 0;  // bits that always read 1
};

[[nodiscard]] CoreRegisters core_registers(const CoreSpec& core);

}  // namespace mcost::boards
