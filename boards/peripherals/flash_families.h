// What differs between the flash interfaces of STM32 families, one row each. Depends on the board
// specification. Source: boards-and-memories facts 12 and 14.4; bits of the control and status
// registers: stm32*xx.h.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

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

/// The alternatives of AcceleratorSpec, in their order.
enum class Accelerator : std::uint8_t { none, art_f4, art_l4, vims, prefetch, icache_l5, art_f7 };
static_assert(std::variant_size_v<AcceleratorSpec> == 7);

/// How the array is programmed and erased. Offsets are in the flash interface, kNoRegister: none;
/// bit numbers below 0: no such bit.
struct ProgramFields {
  static constexpr std::uint32_t kNoRegister = ~std::uint32_t{0};
  // Registers.
  std::uint32_t key = 0;
  std::uint32_t status = 0;
  std::uint32_t control = 0;
  std::uint32_t clear = kNoRegister;    // of flags; none: ones written to the status clear them
  std::uint32_t address = kNoRegister;  // of the page to erase
  bool set_per_bank = false;            // the second set is 0x100 behind the first
  // Bits of the control register.
  int lock = -1;
  int program = -1;
  int erase = -1;
  int mass_erase = -1;         // of bank 1
  int second_mass_erase = -1;  // of bank 2
  int start = -1;
  int force_write = -1;
  unsigned number = 0;  // lowest bit of the sector or page number, in its bank
  unsigned number_bits = 0;
  int bank_in_number = -1;  // bit of the number that tells the bank, where there are two
  int bank_select = -1;
  int parallelism = -1;  // PSIZE, two bits: log2 of the bytes of one program operation
  int end_interrupt = -1;
  int error_interrupt = -1;
  // Of the status register, as masks.
  std::uint32_t busy = 0;
  std::uint32_t waits_for_data = 0;
  std::uint32_t end_flag = 0;
  std::uint32_t size_error = 0;
  std::uint32_t sequence_error = 0;
  std::uint32_t not_erased_error = 0;
  bool end_needs_enable = false;  // the end flag rises only with its interrupt enabled
  bool must_be_erased = false;    // what is programmed
  // The array.
  std::uint32_t unit_bytes = 0;  // of one program operation; 0: by PSIZE
  std::uint64_t program_ns = 0;
  std::uint64_t mass_erase_ns = 0;  // 0: that of all sectors
  struct Sectors {
    std::uint32_t count = 0;
    std::uint32_t kib = 0;
    std::array<std::uint32_t, 3> erase_ms{};  // by PSIZE: 8, 16, 32 bits and above
  };
  std::array<Sectors, 3> sectors{};  // of a bank, in order; the last kind is repeated

  [[nodiscard]] const Sectors& sector(std::uint32_t index) const;
};

struct FlashFamily {
  std::string_view type;
  unsigned latency_bits;      // of LATENCY, from bit 0
  std::uint32_t implemented;  // bits of FLASH_ACR that can be written
  AcrFields fields;
  Accelerator accelerator;
  const ProgramFields* program = nullptr;  // null: not modelled
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
