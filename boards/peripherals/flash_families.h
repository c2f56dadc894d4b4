// What differs between the flash interfaces of STM32 families, one row each. Depends on the board
// specification. Source: boards-and-memories facts 14.4.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "boards/board_spec.h"

namespace mcost::boards {

/// Bit numbers of FLASH_ACR; -1: the family has no such bit.
struct AcrFields {
  int prefetch = -1;
  int prefetch_status = -1;
  int icache = -1;
  int dcache = -1;
  int clear_icache = -1;
  int clear_dcache = -1;
};

/// What an accelerator of a family is in a board file.
enum class Accelerator : std::uint8_t { none, art_f4, art_l4 };

struct FlashFamily {
  std::string_view type;
  unsigned latency_bits;      // of LATENCY, from bit 0
  std::uint32_t implemented;  // bits of FLASH_ACR that can be written
  AcrFields fields;
  Accelerator accelerator;
  const char* icache_name = "instruction cache";
  const char* icache_key = "icache_enabled";
};

/// Null where `type` of a peripheral is no flash interface of an STM32.
[[nodiscard]] const FlashFamily* flash_family_of(std::string_view type);
/// Whether a type of peripheral is a flash interface whose registers hold wait states.
[[nodiscard]] bool sets_wait_states(std::string_view type);
/// Whether a flash interface can stand before such an accelerator; nothing if `type` is none.
[[nodiscard]] std::optional<bool> controls(std::string_view type,
                                           const AcceleratorSpec& accelerator);

}  // namespace mcost::boards
