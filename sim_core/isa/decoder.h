// The decoder: instruction words to rows and operands. Tables are built once, from the rows;
// nothing here knows an instruction by name. Depends on instruction.h only.
#pragma once

#include <cstdint>

#include "sim_core/isa/encoding.h"
#include "sim_core/isa/instruction.h"
#include "sim_core/isa/operands.h"

namespace mcost::isa {

/// True if a halfword starts a 32-bit instruction. Source: ARMv7-M ARM A5.1.
[[nodiscard]] constexpr bool is_wide(std::uint16_t halfword) { return (halfword >> 11) > 0x1C; }

/// The row an instruction word belongs to; a 32-bit one has its first halfword on top.
/// `width_bits` is 16 or 32. Returns nullptr where no row matches: UNDEFINED.
[[nodiscard]] const Instruction* decode(std::uint32_t instruction, unsigned width_bits);

/// An instruction at a place. `instruction` is nullptr where it is UNDEFINED there; `option` of the
/// operands then says that it is the FPU's and the core has none.
struct Decoded {
  const Instruction* instruction = nullptr;
  Operands operands{};
  std::uint8_t size = 2;  // bytes, 2 or 4
};

/// Decodes the instruction that starts with `first`; `second` counts only if that is wide.
/// UNDEFINED: no row matches, the row needs a feature the core lacks, or its decode says so.
/// `place` gives PC and ITSTATE, from which operands.condition comes; its features do not count.
[[nodiscard]] Decoded decode_at(std::uint16_t first, std::uint16_t second, const Place& place,
                                FeatureSet features);

}  // namespace mcost::isa
