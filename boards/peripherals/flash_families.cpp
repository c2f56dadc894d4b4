#include "boards/peripherals/flash_families.h"

#include <algorithm>
#include <array>

namespace mcost::boards {
namespace {

constexpr std::uint32_t bit_mask(unsigned number) { return 1u << number; }
/// One kind of sector, whose erase time does not depend on PSIZE.
constexpr ProgramFields::Sectors pages(std::uint32_t kib, std::uint32_t erase_ms) {
  return {1, kib, {erase_ms, erase_ms, erase_ms}};
}

/// F0 and F1. Typical times: facts 12; where they give a range, its middle.
constexpr ProgramFields page_flash(std::uint32_t page_kib, std::uint64_t program_ns) {
  ProgramFields f;
  f.key = 0x04;
  f.status = 0x0C;
  f.control = 0x10;
  f.address = 0x14;
  f.lock = 7;
  f.program = 0;
  f.erase = 1;
  f.mass_erase = 2;
  f.start = 6;
  f.end_interrupt = 12;
  f.error_interrupt = 10;
  f.busy = bit_mask(0);
  f.end_flag = bit_mask(5);
  f.size_error = f.sequence_error = f.not_erased_error = bit_mask(2);  // PGERR
  f.must_be_erased = true;
  f.unit_bytes = 2;
  f.program_ns = program_ns;
  f.mass_erase_ns = 30'000'000;  // assumed: as a page
  f.sectors = {pages(page_kib, 30)};
  return f;
}

/// What the control and status registers of F2, F4, F7, L4, L4+ and L5 have in common.
constexpr ProgramFields common_fields(unsigned number_bits) {
  ProgramFields f;
  f.lock = 31;
  f.program = 0;
  f.erase = 1;
  f.mass_erase = 2;
  f.second_mass_erase = 15;
  f.start = 16;
  f.number = 3;
  f.number_bits = number_bits;
  f.end_interrupt = 24;
  f.error_interrupt = 25;
  f.busy = bit_mask(16);
  f.end_flag = bit_mask(0);
  f.size_error = bit_mask(6);      // PGPERR, SIZERR
  f.sequence_error = bit_mask(7);  // PGSERR, ERSERR
  f.end_needs_enable = true;
  return f;
}

/// F2, F4, F7. Erase times with PSIZE of 16 bits: assumed, as with 8.
constexpr ProgramFields sector_flash(std::array<ProgramFields::Sectors, 3> sectors,
                                     unsigned number_bits) {
  ProgramFields f = common_fields(number_bits);
  f.key = 0x04;
  f.status = 0x0C;
  f.control = 0x10;
  f.bank_in_number = number_bits == 5 ? 4 : -1;
  f.parallelism = 8;
  f.program_ns = 16'000;  // whatever PSIZE
  f.sectors = sectors;
  return f;
}

/// L4, L4+ and L5. Times of all three: facts 12.
constexpr ProgramFields double_word_flash(std::uint32_t key, std::uint32_t status,
                                          std::uint32_t control, std::uint32_t page_kib,
                                          unsigned number_bits) {
  ProgramFields f = common_fields(number_bits);
  f.key = key;
  f.status = status;
  f.control = control;
  f.bank_select = 11;
  f.not_erased_error = bit_mask(3);  // PROGERR
  f.must_be_erased = true;
  f.unit_bytes = 8;
  f.program_ns = 81'700;
  f.mass_erase_ns = 22'000'000;  // assumed: as a page
  f.sectors = {pages(page_kib, 22)};
  return f;
}

constexpr ProgramFields flash_word_flash() {
  ProgramFields f;
  f.key = 0x04;
  f.status = 0x10;
  f.control = 0x0C;
  f.clear = 0x14;
  f.set_per_bank = true;
  f.lock = 0;
  f.program = 1;
  f.erase = 2;
  f.mass_erase = 3;
  f.start = 7;
  f.force_write = 6;
  f.number = 8;
  f.number_bits = 3;
  f.end_interrupt = 16;
  f.error_interrupt = 18;
  f.busy = bit_mask(0) | bit_mask(2);
  f.waits_for_data = bit_mask(1);
  f.end_flag = bit_mask(16);
  f.size_error = bit_mask(21);      // INCERR
  f.sequence_error = bit_mask(18);  // PGSERR
  f.end_needs_enable = true;
  f.unit_bytes = 32;
  f.program_ns = 100'000;
  f.sectors = {pages(128, 1000)};
  return f;
}

constexpr ProgramFields kF0Program = page_flash(2, 53'500);
constexpr ProgramFields kF1Program = page_flash(1, 52'500);
constexpr ProgramFields kF4Program = sector_flash({ProgramFields::Sectors{4, 16, {400, 400, 250}},
                                                   {1, 64, {1200, 1200, 550}},
                                                   {1, 128, {2000, 2000, 1000}}},
                                                  5);
constexpr ProgramFields kF7Program = sector_flash({ProgramFields::Sectors{4, 32, {200, 200, 200}},
                                                   {1, 128, {500, 500, 500}},
                                                   {1, 256, {1000, 1000, 1000}}},
                                                  4);
constexpr ProgramFields kL4Program = double_word_flash(0x08, 0x10, 0x14, 2, 8);
constexpr ProgramFields kL4PlusProgram = double_word_flash(0x08, 0x10, 0x14, 4, 8);
constexpr ProgramFields kL5Program = double_word_flash(0x08, 0x20, 0x28, 2, 7);
constexpr ProgramFields kH7Program = flash_word_flash();

/// Source: boards-and-memories facts 14.4. On F100 HLFCYA has no effect: nothing waits there.
constexpr AcrFields kArtFields{8, -1, 9, 10, 11, 12};
constexpr std::array kFamilies = {
    FlashFamily{"flash_acr_f0",
                1,
                0x11,
                {.prefetch = 4, .prefetch_status = 5},
                Accelerator::prefetch,
                &kF0Program},
    FlashFamily{"flash_acr_f1", 0, 0x08, {}, Accelerator::none, &kF1Program},
    FlashFamily{"flash_acr_f4", 4, 0x1F0F, kArtFields, Accelerator::art_f4, &kF4Program},
    FlashFamily{"flash_acr_f7",
                4,
                0x0B0F,
                {.prefetch = 8, .icache = 9, .clear_icache = 11},
                Accelerator::art_f7,
                &kF7Program,
                "ART",
                "art_enabled"},
    FlashFamily{"flash_acr_l4", 3, 0x7F07, kArtFields, Accelerator::art_l4, &kL4Program},
    FlashFamily{"flash_acr_l4plus", 4, 0x7F0F, kArtFields, Accelerator::art_l4, &kL4PlusProgram},
    FlashFamily{"flash_acr_l5", 4, 0xE00F, {}, Accelerator::icache_l5, &kL5Program},
    FlashFamily{"flash_acr_h7", 4, 0x3F, {}, Accelerator::none, &kH7Program},
};

}  // namespace

const ProgramFields::Sectors& ProgramFields::sector(std::uint32_t index) const {
  std::uint32_t seen = 0;
  std::size_t kind = 0;
  while (kind + 1 < sectors.size() && sectors[kind + 1].count != 0) {
    seen += sectors[kind].count;
    if (index < seen) break;
    ++kind;
  }
  return sectors[kind];
}

const FlashFamily* flash_family_of(std::string_view type) {
  const auto* const found =
      std::find_if(kFamilies.begin(), kFamilies.end(),
                   [&](const FlashFamily& family) { return family.type == type; });
  return found == kFamilies.end() ? nullptr : found;
}

bool sets_wait_states(std::string_view type) {
  const FlashFamily* const family = flash_family_of(type);
  return family != nullptr && family->latency_bits != 0;
}

std::optional<bool> controls(std::string_view type, const AcceleratorSpec& accelerator) {
  const bool none = std::holds_alternative<NoAccelerator>(accelerator);
  if (type == "vims") return none || std::holds_alternative<VimsSpec>(accelerator);
  if (type == "icache_l5") return none || std::holds_alternative<IcacheL5Spec>(accelerator);
  const FlashFamily* const family = flash_family_of(type);
  if (family == nullptr) return std::nullopt;
  return none || accelerator.index() == static_cast<std::size_t>(family->accelerator);
}

}  // namespace mcost::boards
