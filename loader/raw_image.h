// Raw firmware files: plain binaries and Intel HEX. May include sim_core/base only. Invariant: as
// elf_image.h; the sections of a raw image are its segments, all of them possibly code.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "loader/elf_image.h"
#include "sim_core/base/units.h"

namespace mcost::loader {

/// True if the file starts, after white space, with the head of an Intel HEX record.
[[nodiscard]] bool looks_like_hex(std::span<const std::uint8_t> file);

/// One segment with all bytes at `load_at`. Errors: ImageError if it would pass the end of the
/// address space.
[[nodiscard]] std::vector<Segment> parse_bin(const std::string& name,
                                             std::span<const std::uint8_t> file, Address load_at);

/// What a HEX file says.
struct HexContents {
  std::vector<Segment> segments;  ///< Sorted; adjacent records joined.
  std::optional<Address> entry;   ///< Start linear address (record type 05), Thumb bit stripped.
};

/// Parses Intel HEX, 16 and 32-bit addressing. With `load_at` the lowest address moves there.
/// Errors: ImageError (file and line) on bad characters, lengths, checksums, types, overlaps or a
/// missing end record. Source: Intel Hexadecimal Object File Format Specification, revision A
/// (1988).
[[nodiscard]] HexContents parse_hex(const std::string& name, std::span<const std::uint8_t> file,
                                    std::optional<Address> load_at);

}  // namespace mcost::loader
