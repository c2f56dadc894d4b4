// Runs the line number programs of .debug_line. libdw sorts the rows of a whole unit by address,
// which mixes sequences of discarded functions (all at address 0) with real code; here sequences
// stay apart. Internal to the loader. Invariant: the rows of a sequence have ascending addresses
// inside [begin, end).
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace mcost::loader {

/// Debug data that does not parse. Its unit is left out.
class MalformedDebug : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// From `address` on, code comes from this place. `file` indexes LineProgram::files.
struct LineRow {
  std::uint32_t address = 0;
  std::uint32_t file = 0;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

/// Contiguous code of one section.
struct LineSequence {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::vector<LineRow> rows;
};

struct LineProgram {
  /// By DWARF file number (0-based in DWARF 5; element 0 is unused before). Directory joined, as
  /// written.
  std::vector<std::string> files;
  std::vector<LineSequence> sequences;
};

/// String and line sections of one file, decompressed.
struct DebugSections {
  std::span<const std::uint8_t> line;
  std::span<const std::uint8_t> line_str;
  std::span<const std::uint8_t> str;
};

/// How much may still be read from all programs of one file. A hostile file must not multiply cost
/// by overlapping programs or by naming one long directory many times.
struct LineBudget {
  std::uint64_t program_bytes = 0;
  std::uint64_t name_bytes = 0;
};

/// Runs the program at `offset` of `sections.line` and takes what it read from `budget`.
/// Errors: MalformedDebug.
/// Source: DWARF 5 section 6.2; DWARF 2 to 4 section 6.2.
[[nodiscard]] LineProgram run_line_program(const DebugSections& sections, std::uint64_t offset,
                                           LineBudget& budget);

}  // namespace mcost::loader
