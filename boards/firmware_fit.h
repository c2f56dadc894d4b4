// Whether a core executes what a firmware was built for, by the build attributes of its ELF file.
// Depends on loader, isa and the board specification.
#pragma once

#include <string>

#include "boards/board_spec.h"
#include "loader/elf_image.h"
#include "sim_core/isa/encoding.h"

namespace mcost::boards {

/// The instruction set of a core as described.
[[nodiscard]] isa::FeatureSet features_of(const CoreSpec& core);

/// Returns a note for the report if the file does not say what it was built for, else "".
/// Errors: ImageError naming what the firmware was built for, what the board has, and the shipped
/// boards that would execute it. Source: Arm Addenda32, build attributes, section 3.3.
[[nodiscard]] std::string check_core(const loader::Image& image, const BoardSpec& board);

}  // namespace mcost::boards
