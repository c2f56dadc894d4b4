// Parameters and results of functions, from DWARF. May include sim_core/base only; libdw stays
// inside the .cpp file. Invariant: everything read is bounded by the size of the debug sections.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "loader/elf_image.h"
#include "loader/symbols.h"
#include "sim_core/base/units.h"

namespace mcost::loader {

/// A type as far as passing a value of it goes; typedefs and qualifiers are looked through.
struct ValueType {
  enum class Kind : std::uint8_t { none, integer, floating, pointer, aggregate, unknown };
  Kind kind = Kind::unknown;
  std::uint64_t size_bytes = 0;
  bool is_signed = false;  ///< Of integers.
  bool is_text = false;    ///< Pointer to plain char.
  std::string name;        ///< "int", "struct parameters *", "float"; for people.
};

struct Parameter {
  std::string name;  ///< May be empty.
  ValueType type;
};

struct FunctionType {
  ValueType result;
  std::vector<Parameter> parameters;
  bool variadic = false;
};

/// Of the function that starts at `address` (without Thumb bit); nothing where debug data do not
/// know it. Malformed debug data are as none.
[[nodiscard]] std::optional<FunctionType> read_function_type(const Image& image,
                                                             const SymbolTable& symbols,
                                                             Address address);

}  // namespace mcost::loader
