// Reads the section .ARM.attributes. Internal to the loader; depends on sim_core/base only.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "loader/elf_image.h"

namespace mcost::loader {

/// The public ("aeabi") attributes of the whole file; other vendors and scopes are skipped.
/// Errors: ImageError with `where` if lengths or strings do not add up.
/// Source: Arm Addenda32, build attributes, section 3.1 (syntax) and 3.3.
[[nodiscard]] BuildAttributes parse_build_attributes(std::span<const std::uint8_t> section,
                                                     const std::string& where);

}  // namespace mcost::loader
