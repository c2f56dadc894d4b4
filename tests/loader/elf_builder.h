// Writes small ELF32 Arm files byte by byte, for tests that need exact or broken input. Depends on
// the standard library only. Invariant: with nothing called but sections and symbols, the file is a
// valid statically linked program whose every allocated section has a PT_LOAD of its own.
#pragma once

#include <elf.h>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcost::test {

using Bytes = std::vector<std::uint8_t>;

/// Little-endian bytes of 32-bit words.
[[nodiscard]] Bytes words(std::initializer_list<std::uint32_t> values);
/// Little-endian bytes of 16-bit halfwords.
[[nodiscard]] Bytes halfwords(std::initializer_list<std::uint16_t> values);

/// One section. Allocated sections get a PT_LOAD at `load_address` unless `segment` is false.
struct SectionSpec {
  std::string name;
  std::uint32_t type = 1;   // SHT_PROGBITS
  std::uint32_t flags = 2;  // SHF_ALLOC
  std::uint32_t address = 0;
  std::optional<std::uint32_t> load_address = std::nullopt;  ///< `address` if absent.
  Bytes bytes = {};
  std::uint32_t extra_memory = 0;  ///< p_memsz - p_filesz; the size of a SHT_NOBITS section.
  bool segment = true;
};

struct SymbolSpec {
  std::string name;
  std::uint32_t value = 0;
  std::uint32_t size = 0;
  unsigned type = 2;         // STT_FUNC
  unsigned binding = 1;      // STB_GLOBAL
  std::string section = {};  ///< SHN_ABS if empty.
};

/// A program header written as it is, after those of the sections.
struct SegmentSpec {
  std::uint32_t offset = 0;
  std::uint32_t virtual_address = 0;
  std::uint32_t load_address = 0;
  std::uint32_t file_bytes = 0;
  std::uint32_t memory_bytes = 0;
  std::uint32_t type = 1;  // PT_LOAD
  std::uint32_t flags = 5;
};

class ElfBuilder {
 public:
  ElfBuilder& section(SectionSpec spec);
  /// Executable code. Address bit 0 must be clear.
  ElfBuilder& code(std::uint32_t address, Bytes bytes, const std::string& name = ".text");
  /// Initialised data, used at `address`, loaded at `load_address`.
  ElfBuilder& data(const std::string& name, std::uint32_t address, std::uint32_t load_address,
                   Bytes bytes);
  ElfBuilder& bss(const std::string& name, std::uint32_t address, std::uint32_t size);
  ElfBuilder& symbol(SymbolSpec spec);
  /// A Thumb function in .text (bit 0 of the symbol is set).
  ElfBuilder& function(const std::string& name, std::uint32_t address, std::uint32_t size);
  /// A mapping symbol in .text.
  ElfBuilder& mapping(const std::string& name, std::uint32_t address);
  ElfBuilder& segment(SegmentSpec spec);
  /// The first section's segment starts at file offset 0, as GNU ld does when there is room in the
  /// page.
  ElfBuilder& cover_headers();
  ElfBuilder& without_section_headers();
  ElfBuilder& entry(std::uint32_t address);
  /// Overwrites bytes of the finished file.
  ElfBuilder& patch(std::size_t offset, Bytes bytes);

  [[nodiscard]] Bytes build() const;

 private:
  struct Layout;
  [[nodiscard]] unsigned section_index(const std::string& name) const;
  void write_sections(Layout& layout) const;
  static void write_program_headers(Layout& layout);
  void write_symbols(Layout& layout) const;
  void write_section_headers(Layout& layout, Elf32_Ehdr& header) const;

  std::vector<SectionSpec> sections_;
  std::vector<SymbolSpec> symbols_;
  std::vector<SegmentSpec> segments_;
  std::vector<std::pair<std::size_t, Bytes>> patches_;
  std::uint32_t entry_ = 0;
  bool cover_headers_ = false;
  bool section_headers_ = true;
};

/// One note as firmware_samples/include/mcost.h writes it.
struct ProbeNoteSpec {
  std::uint32_t kind = 1;
  std::uint32_t address = 0;
  std::uint32_t serial = 0;
  std::string name;
  std::string arguments = {};
  std::string metadata = {};
  std::string provider = "firmware";
  std::uint8_t version = 1;
};
[[nodiscard]] Bytes probe_note(const ProbeNoteSpec& spec);
/// A .note.mcost section of these notes.
[[nodiscard]] SectionSpec probe_section(const std::vector<ProbeNoteSpec>& notes);

/// 8 words at 0x08000000: a vector table (SP 0x20001000, PC 0x08000010) and Thumb code from
/// 0x08000010 on.
[[nodiscard]] Bytes small_firmware();
/// A program with small_firmware() in .text, the function `reset`, entry point and mapping symbols.
[[nodiscard]] ElfBuilder small_program();

}  // namespace mcost::test
