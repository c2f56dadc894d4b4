// Source lines of addresses, from DWARF 2 to 5, and the chain of inlined calls. May include
// sim_core/base only; libdw stays inside the .cpp files. Invariant: a line is reported only for an
// instruction in a loaded executable section where a function symbol agrees with the debug data,
// because --gc-sections leaves the lines of discarded functions at address 0, on top of real code.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "loader/elf_image.h"
#include "loader/symbols.h"
#include "sim_core/base/units.h"

namespace mcost::loader {

/// A source file.
struct SourceFile {
  std::string
      path;  ///< As DWARF gives it, joined with the compilation directory; may be a host path.
  std::string name;  ///< Safe to print: relative to the compilation directory if beneath it, else
                     ///< the base name.
};

/// A place in the source. `line` is 1-based, `column` is 1-based or 0 if unknown.
struct SourceLine {
  const SourceFile* file = nullptr;  ///< Owned by the LineTable; null if unknown.
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

/// One inlined call: `function` was inlined at `call`.
struct InlineFrame {
  std::string function;  ///< Demangled name.
  SourceLine call;
};

/// The line table of one image. Reading is expensive: do it only when somebody asks for lines.
class LineTable {
 public:
  LineTable();
  ~LineTable();
  LineTable(LineTable&&) noexcept;
  LineTable& operator=(LineTable&&) noexcept;
  LineTable(const LineTable&) = delete;
  LineTable& operator=(const LineTable&) = delete;

  /// Reads the line programs of all units. Units with malformed debug data are left out with a
  /// note; an image without debug data gives an empty table.
  [[nodiscard]] static LineTable read(const Image& image, const SymbolTable& symbols);

  /// The line of the instruction at `address`; nothing if unknown, line 0 or a `$d` island.
  [[nodiscard]] std::optional<SourceLine> find(Address address) const;
  /// Calls inlined at `address`, innermost first; empty if there are none. Not for use from two
  /// threads at once.
  [[nodiscard]] std::vector<InlineFrame> inlined_at(Address address) const;
  /// What was left out and why, in file order.
  [[nodiscard]] const std::vector<std::string>& notes() const;
  [[nodiscard]] bool empty() const;

 private:
  struct Data;
  std::unique_ptr<Data> data_;
};

}  // namespace mcost::loader
