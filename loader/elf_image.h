// Firmware files as plain data: which bytes go to which address, what sections exist, where
// execution starts. May include sim_core/base only; libelf stays inside the .cpp files. Invariant:
// segments are sorted by load address, their bytes never overlap, and no address range wraps; every
// size was checked against the size of the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "loader/range_index.h"
#include "sim_core/base/units.h"

namespace mcost::loader {

/// The bytes of a whole firmware file, shared by the image and by those who read symbols and debug
/// data later.
using FileBytes = std::shared_ptr<const std::vector<std::uint8_t>>;

/// Largest firmware file that is read, in bytes (1 GiB).
inline constexpr std::uint64_t kMaxFileBytes = std::uint64_t{1} << 30;

/// The part of a segment that one section owns.
struct SectionPart {
  std::string name;
  Address load_address = 0;
  std::uint32_t size_bytes = 0;
};

/// One contiguous piece of memory contents. `bytes` go to `load_address` (p_paddr), through any
/// alias of the memory. `zero_fill_bytes` follow `bytes`; they count only where they lie in RAM
/// (see `zero_fills` in memory_fit.h) and are applied before any segment's bytes. They are 0 where
/// p_paddr differs from p_vaddr: start-up code clears those.
struct Segment {
  Address load_address = 0;
  Address virtual_address = 0;
  std::vector<std::uint8_t> bytes;
  std::uint32_t zero_fill_bytes = 0;
  bool readable = true;
  bool writable = true;
  bool executable = true;
  unsigned index = 0;  ///< Program header, or ordinal in a raw file.
  std::vector<SectionPart>
      sections;  ///< Sorted by load address; empty in a file without section headers.

  /// Names of the sections inside, joined by spaces; "segment N" if there are none.
  [[nodiscard]] std::string section_names() const;
};

/// One section that occupies memory (SHF_ALLOC), at the address where the program uses it.
struct Section {
  std::string name;
  Address address = 0;  ///< sh_addr: where it executes or is read.
  Address load_address =
      0;  ///< Where the loader puts it; equals `address` for sections without file bytes.
  std::uint32_t size_bytes = 0;
  bool loaded = false;  ///< Its bytes come from a loaded segment (not .bss, not NOLOAD).
  bool executable = false;
  bool writable = false;
  unsigned index = 0;  ///< Section header index.

  [[nodiscard]] bool contains(Address a) const { return a - address < size_bytes; }
};

/// Public build attributes of the file scope, as the linker merged them. Empty where the tag is
/// absent. Source: Arm Addenda32 (ABI for the Arm Architecture, build attributes), section 3.3.
struct BuildAttributes {
  std::string cpu_name;      ///< Tag_CPU_name, for example "7E-M" or "Cortex-M4".
  std::string cpu_raw_name;  ///< Tag_CPU_raw_name.
  std::optional<unsigned>
      cpu_arch;  ///< Tag_CPU_arch: 11 v6-M, 12 v6S-M, 10 v7, 13 v7E-M, 16/17 v8-M, 21 v8.1-M.
  std::optional<unsigned> cpu_profile;  ///< Tag_CPU_arch_profile: 'M' (77) for microcontrollers.
  std::optional<unsigned> fp_arch;      ///< Tag_FP_arch: 0 none, 6 VFPv4-D16, 8 FPv5-D16, ...
  std::optional<unsigned>
      hard_fp_use;  ///< Tag_ABI_HardFP_use: 1 single precision only, 3 both (deprecated).
  std::optional<unsigned> vfp_args;  ///< Tag_ABI_VFP_args: 1 floats are passed in VFP registers.
  std::optional<unsigned> dsp_extension;  ///< Tag_DSP_extension.
  std::optional<unsigned> mve_arch;       ///< Tag_MVE_arch.
};

/// A firmware file, read and checked.
struct Image {
  std::string name;    ///< File name without any directory.
  std::string sha256;  ///< 64 lower-case hexadecimal digits of the whole file.
  std::vector<Segment> segments;
  std::vector<Section>
      sections;  ///< Sorted by address, then index. A raw or section-less file has one per segment.
  std::optional<Address>
      entry;  ///< e_entry or HEX start address without the Thumb bit; absent when zero.
  BuildAttributes attributes;
  FileBytes file;       ///< Never null.
  bool is_elf = false;  ///< False for .bin and .hex: no symbols, lines or probes.

  /// The section with code that was loaded and contains `address` (as executed), or null.
  [[nodiscard]] const Section* executable_section(Address address) const;
  /// The little-endian word loaded at `address` (load address), or nothing unless all 4 bytes were
  /// loaded.
  [[nodiscard]] std::optional<std::uint32_t> loaded_word(Address address) const;
};

/// The loaded executable sections of `image` by address; items are indices into `image.sections`.
[[nodiscard]] RangeIndex index_executable_sections(const Image& image);

/// Reads a firmware file; the kind is told from its contents: ELF magic, Intel HEX records, else a
/// raw binary, which needs `load_at`. For HEX, `load_at` moves the lowest address there. Errors:
/// ImageError if unreadable, empty, too large, truncated, overlapping, not ELF32 little-endian
/// EM_ARM ET_EXEC, or without anything to load. Source: ELF specification, program header; Arm
/// AAELF32.
[[nodiscard]] Image read_image(const std::filesystem::path& path,
                               std::optional<Address> load_at = std::nullopt);

/// As above, from memory. `name` is what messages and reports call the file.
[[nodiscard]] Image read_image(const std::string& name, std::vector<std::uint8_t> bytes,
                               std::optional<Address> load_at);

/// Where the core starts after reset.
struct ResetVector {
  std::optional<Address>
      vector_table;      ///< Absent when execution starts at an entry point without a table.
  std::uint32_t sp = 0;  ///< Initial main stack pointer, bits 1:0 clear.
  Address pc = 0;        ///< Without the Thumb bit.
  std::string note;      ///< For the report; empty when the board's reset address was simply used.
};

struct MemoryRange;

/// Finds the reset state: the vector table at `board_reset_address` (looked up through the aliases
/// in `ranges`), else at the lowest loaded address whose two words look like SP and PC and that
/// lies in no function (one whose PC is the ELF entry goes first; where there are symbols, PC must
/// be one), else the ELF entry point with SP 0; the last two with a note. `entry_override`
/// (`--entry`) replaces the PC and keeps the SP of the vector table. Errors: ImageError if there is
/// neither vector table nor entry, the PC in the table at `board_reset_address` has no Thumb bit,
/// or `entry_override` is outside the image. Source: ARMv7-M ARM B1.5.5 (TakeReset), B3.2.5 (VTOR:
/// tables are aligned to 128 bytes).
[[nodiscard]] ResetVector find_reset(const Image& image, std::optional<Address> board_reset_address,
                                     std::optional<Address> entry_override,
                                     std::span<const MemoryRange> ranges = {});

}  // namespace mcost::loader
