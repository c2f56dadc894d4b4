// The calls in a function's code, found by decoding it: BL, BLX and tail calls. May include
// anything. Invariant: pure functions of the image.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "loader/elf_image.h"
#include "loader/symbols.h"
#include "sim_core/base/units.h"
#include "sim_core/isa/decoder.h"

namespace mcost::cli {

/// One call instruction, or branch that leaves a function.
struct CallSite {
  Address address = 0;
  std::uint8_t size_bytes = 2;
  bool tail = false;              ///< A branch that leaves the function: B, or BX to other than LR.
  std::optional<Address> target;  ///< Of direct calls.
  std::uint8_t target_register = 0;  ///< Of calls through a register.
  std::uint8_t condition = 14;       ///< Of the instruction, in an IT block or not; 14 is always.
};

/// A function and its clones and cold parts (`f.constprop.0`, `f.part.1`, `f.cold`).
struct FunctionCode {
  std::vector<const loader::Function*> parts;  ///< By address; owned by the symbol table.
  [[nodiscard]] bool contains(Address address) const;
  [[nodiscard]] bool is_entry(Address address) const;
};

/// Every part of the function called `name` (linkage or demangled, as SymbolTable::find_symbol).
/// Empty if there is none.
[[nodiscard]] FunctionCode find_function_code(const loader::SymbolTable& symbols,
                                              const std::string& name);

/// The halfword that executes at `address`, if the image loads one there.
[[nodiscard]] std::optional<std::uint16_t> code_halfword(const loader::Image& image,
                                                         Address address);

/// The instruction that executes at `pc`; without one, two bytes of nothing.
[[nodiscard]] isa::Decoded decode_code(const loader::Image& image,
                                       const loader::SymbolTable& symbols, Address pc,
                                       isa::ItState it);

/// The instruction that `address` lies in the middle of, found by decoding its function from the
/// start. Nothing if an instruction starts at `address`, or no function is known there.
[[nodiscard]] std::optional<Address> instruction_around(const loader::Image& image,
                                                        const loader::SymbolTable& symbols,
                                                        Address address);

/// Calls made by `function`, by address. What does not decode is skipped.
[[nodiscard]] std::vector<CallSite> find_call_sites(const loader::Image& image,
                                                    const loader::SymbolTable& symbols,
                                                    const FunctionCode& function);

}  // namespace mcost::cli
