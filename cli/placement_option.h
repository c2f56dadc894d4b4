// What --place names: a section, a symbol or a range of addresses of the firmware. May include
// anything.
#pragma once

#include <string>

#include "boards/placement.h"
#include "loader/elf_image.h"
#include "loader/symbols.h"

namespace mcost::cli {

/// `text` is WHAT=MEMORY. WHAT is a section; a symbol, also as the input section that
/// -fdata-sections and -ffunction-sections give it (".rodata.weights"); or ADDRESS+BYTES. Errors:
/// ConfigError for what the firmware has not, has several of, or does not tell the size of.
[[nodiscard]] boards::Placement read_placement(const std::string& text, const loader::Image& image,
                                               const loader::SymbolTable& symbols);

}  // namespace mcost::cli
