// Static layer probes: the entries that firmware_samples/include/mcost.h places in .note.mcost. May
// include sim_core/base only. Invariant: every probe returned lies in a loaded executable section,
// and the order is the order in which probes fire.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "loader/elf_image.h"
#include "loader/symbols.h"
#include "sim_core/base/units.h"

namespace mcost::loader {

/// Values are the note types in the file.
enum class ProbeKind : std::uint8_t { kLayerBegin = 1, kLayerEnd = 2, kEvent = 3, kCounter = 4 };

/// Where an argument of a probe lives when the PC is at the probe.
struct Argument {
  enum class Form : std::uint8_t {
    kImmediate,  ///< `value` itself (`#5`, `buffer+4`).
    kRegister,   ///< R`reg`; with 8 bytes R`reg` holds the low word and R`reg+1` the high word.
    kSingleRegister,  ///< S`reg`.
    kDoubleRegister,  ///< D`reg`.
    kMemory,          ///< Memory at R`reg` + `value` (+ R`index` << `shift` if there is an index).
  };
  Form form = Form::kImmediate;
  std::uint8_t size_bytes = 4;  ///< 1, 2, 4 or 8.
  bool is_signed = false;
  bool is_float = false;
  bool is_text = false;  ///< A pointer to a NUL-terminated text.
  std::uint8_t reg = 0;  ///< 0..15 for R (13 SP, 14 LR, 15 PC), 0..31 for S and D.
  std::optional<std::uint8_t> index = std::nullopt;
  std::uint8_t shift = 0;
  std::int64_t value = 0;

  friend bool operator==(const Argument&, const Argument&) = default;
};

/// One probe. Inlining may duplicate a probe: same names, several addresses.
struct Probe {
  ProbeKind kind = ProbeKind::kEvent;
  Address address = 0;  ///< Of the instruction before which it fires; Thumb bit stripped.
  std::string provider;
  std::string name;
  std::vector<Argument> arguments;
  std::vector<std::pair<std::string, std::string>>
      metadata;  ///< In file order; a word without '=' has an empty value.

  /// The argument that points to a layer's name, or null: its name is `name`.
  [[nodiscard]] const Argument* name_argument() const;
  /// The value of `key`, or null.
  [[nodiscard]] const std::string* find_metadata(std::string_view key) const;
};

/// Reads .note.mcost. Probes of discarded code (address 0 or outside every loaded executable
/// section) are dropped. Returns probes by address; at one address ends before begins, otherwise
/// note order. A begin and end of one name at one address (an empty layer) keep their order.
/// Errors: ImageError naming the note if it is malformed or an argument has an unknown form.
/// Source: design.md section 4; firmware_samples/include/mcost.h.
[[nodiscard]] std::vector<Probe> read_probes(const Image& image, const SymbolTable& symbols);

/// Parses one argument list, as the assembler printed it: "4@r0 -4@[sp, #8] 4@#3211264".
/// Errors: ImageError with `where` as given.
[[nodiscard]] std::vector<Argument> parse_arguments(std::string_view text,
                                                    const SymbolTable& symbols,
                                                    const std::string& where);

}  // namespace mcost::loader
