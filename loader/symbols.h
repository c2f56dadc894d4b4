// Names of addresses: functions with ranges, data objects, mapping symbols. May include
// sim_core/base only. Invariant: function ranges used for look-up never overlap; all vectors are
// sorted by a total order, look-up is binary search.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "loader/elf_image.h"
#include "loader/range_index.h"
#include "sim_core/base/units.h"

namespace mcost::loader {

/// Order of preference among symbols at one address.
enum class Binding : std::uint8_t { kGlobal, kWeak, kLocal };

enum class SymbolKind : std::uint8_t { kFunction, kObject, kLabel };

/// One named address. The Thumb bit of functions is stripped.
struct Symbol {
  std::string name;       ///< As in the symbol table.
  std::string demangled;  ///< C++ names as people write them; else equal to `name`.
  Address address = 0;
  std::uint32_t size_bytes = 0;
  SymbolKind kind = SymbolKind::kLabel;
  Binding binding = Binding::kLocal;
};

/// A function and the addresses it owns, its literal pools included. Of the symbols at one address
/// the global one is the function's name, then the weak, then the local; among equals the first by
/// name.
struct Function {
  std::string name;
  std::string demangled;
  Address address = 0;
  std::uint32_t size_bytes =
      0;  ///< Never 0: zero sizes are extended to the next symbol, `$d` or section end.
  Binding binding = Binding::kLocal;
  std::vector<std::string> aliases;  ///< Other symbol names at this address, sorted.
};

/// A data object (variable, constant table).
using Object = Symbol;

/// All symbols of one image. A stripped or raw image has an empty table; every query works on it.
class SymbolTable {
 public:
  SymbolTable() = default;

  /// Reads .symtab. Functions count only inside loaded executable sections.
  /// Errors: ImageError if the symbol table or its strings are malformed.
  /// Source: Arm AAELF32 5.5 (symbol table, mapping symbols).
  [[nodiscard]] static SymbolTable read(const Image& image);

  /// The innermost function whose range contains `address`, or null. Bit 0 is not stripped.
  [[nodiscard]] const Function* find_function(Address address) const;
  /// The data object whose range contains `address`, or null.
  [[nodiscard]] const Object* find_object(Address address) const;
  /// The symbol with this linkage name, else with this demangled name (also without its parameter
  /// list if unambiguous); global before weak before local, then lowest address; null if there is
  /// none.
  [[nodiscard]] const Symbol* find_symbol(std::string_view name) const;
  /// True if `address` is in a loaded executable section and not in a `$d` island.
  [[nodiscard]] bool is_code(Address address) const;
  /// The ranges for which `is_code` holds.
  [[nodiscard]] const RangeIndex& code() const { return code_; }

  /// Sorted by address; one per address.
  [[nodiscard]] const std::vector<Function>& functions() const { return functions_; }
  /// Sorted by address, then name.
  [[nodiscard]] const std::vector<Object>& objects() const { return objects_; }
  /// Every named symbol, sorted by name, binding, address.
  [[nodiscard]] const std::vector<Symbol>& symbols() const { return symbols_; }

 private:
  friend class SymbolReader;

  std::vector<Function> functions_;
  std::vector<Object> objects_;
  std::vector<Symbol> symbols_;
  std::vector<std::size_t> by_demangled_;  // indices into symbols_
  RangeIndex function_ranges_;             // items index functions_
  RangeIndex object_ranges_;               // items index objects_
  RangeIndex code_;
};

/// The C++ name as people write it, or `name` itself if it is not mangled or costs too much to
/// demangle.
[[nodiscard]] std::string demangle(const std::string& name);
/// As above, as long as characters are left in `budget`, from which the length of the result is
/// taken.
[[nodiscard]] std::string demangle(const std::string& name, std::uint64_t& budget);

}  // namespace mcost::loader
