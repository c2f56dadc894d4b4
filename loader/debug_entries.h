// The parts of .debug_info the loader needs, read with libdw: units, functions and inlined calls.
// Internal to the loader. Invariant: only what agrees with a function symbol is used; everything
// read is bounded by the size of the debug sections, and no file other than the image is ever
// opened.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "loader/line_program.h"
#include "loader/range_index.h"
#include "loader/symbols.h"
#include "sim_core/base/units.h"

struct Dwarf;

namespace mcost::loader {

/// One contiguous piece of a function, as debug data describe it.
struct DebugFunction {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  bool agrees = false;     ///< A function symbol of that name (or clone of it) starts at `begin`.
  std::uint64_t file = 0;  ///< Of the declaration, as in the unit's line program; 0 if unknown.
  std::uint64_t line = 0;  ///< Of the declaration; 0 if unknown.
  std::uint64_t entry_offset = 0;  ///< Of its entry in .debug_info.
};

struct DebugUnit {
  std::string name;
  std::string directory;  ///< DW_AT_comp_dir.
  std::optional<std::uint64_t> line_offset;
  std::vector<DebugFunction> functions;  ///< Sorted by begin.
};

/// One inlined call; `file` is a file number of the line program of unit `unit`.
struct InlinedCall {
  std::string function;
  std::size_t unit = 0;
  std::uint64_t file = 0;
  std::uint64_t line = 0;
  std::uint64_t column = 0;
};

class DebugEntries {
 public:
  /// Reads all units; those left out are explained in `notes`. `image` must be an ELF.
  DebugEntries(const Image& image, const SymbolTable& symbols, std::vector<std::string>& notes);
  ~DebugEntries();
  DebugEntries(const DebugEntries&) = delete;
  DebugEntries& operator=(const DebugEntries&) = delete;

  [[nodiscard]] const std::vector<DebugUnit>& units() const { return units_; }
  /// Valid as long as this object.
  [[nodiscard]] const DebugSections& sections() const { return sections_; }
  /// What libdw reads further entries with; null without debug data.
  [[nodiscard]] Dwarf* dwarf() const;
  /// Calls inlined at `address`, innermost first.
  [[nodiscard]] std::vector<InlinedCall> inlined_at(Address address) const;

 private:
  friend class DebugEntryReader;
  struct Handles;
  struct Frame {
    std::uint64_t entry_offset;
    std::size_t parent;  // index of the caller's frame or kNone
    std::size_t unit;
  };
  static constexpr std::size_t kNone = ~std::size_t{0};

  std::unique_ptr<Handles> handles_;
  DebugSections sections_;
  std::vector<DebugUnit> units_;
  std::vector<Frame> frames_;
  RangeIndex inlined_;  // items are kNone - frame, so that of equal ranges the callee wins
};

}  // namespace mcost::loader
