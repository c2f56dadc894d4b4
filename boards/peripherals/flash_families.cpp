#include "boards/peripherals/flash_families.h"

#include <algorithm>
#include <array>
#include <variant>

namespace mcost::boards {
namespace {

/// Source: boards-and-memories facts 14.4. On F100 HLFCYA has no effect: nothing waits there.
constexpr AcrFields kArtFields{8, -1, 9, 10, 11, 12};
constexpr std::array kFamilies = {
    FlashFamily{"flash_acr_f0", 1, 0x11, {.prefetch = 4, .prefetch_status = 5}, Accelerator::none},
    FlashFamily{"flash_acr_f1", 0, 0x08, {}, Accelerator::none},
    FlashFamily{"flash_acr_f4", 4, 0x1F0F, kArtFields, Accelerator::art_f4},
    FlashFamily{"flash_acr_f7",
                4,
                0x0B0F,
                {.prefetch = 8, .icache = 9, .clear_icache = 11},
                Accelerator::none,
                "ART",
                "art_enabled"},
    FlashFamily{"flash_acr_l4", 3, 0x7F07, kArtFields, Accelerator::art_l4},
    FlashFamily{"flash_acr_l4plus", 4, 0x7F0F, kArtFields, Accelerator::art_l4},
    FlashFamily{"flash_acr_l5", 4, 0xE00F, {}, Accelerator::none},
    FlashFamily{"flash_acr_h7", 4, 0x3F, {}, Accelerator::none},
};

}  // namespace

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
  const FlashFamily* const family = flash_family_of(type);
  if (family == nullptr) return std::nullopt;
  switch (family->accelerator) {
    case Accelerator::none: return none;
    case Accelerator::art_f4: return none || std::holds_alternative<ArtF4Spec>(accelerator);
    case Accelerator::art_l4: return none || std::holds_alternative<ArtL4Spec>(accelerator);
  }
  return false;
}

}  // namespace mcost::boards
