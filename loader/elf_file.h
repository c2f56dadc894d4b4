// An ELF32 Arm file opened with libelf after every header was checked against the size of the file.
// Internal to the loader. Invariant: each program header and section in the lists lies inside the
// file; no read can leave it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "loader/elf_image.h"

struct Elf;

namespace mcost::loader {

/// A program header as in the file.
struct ElfSegment {
  unsigned index = 0;
  std::uint32_t type = 0;
  std::uint32_t flags = 0;
  std::uint32_t offset = 0;
  std::uint32_t virtual_address = 0;
  std::uint32_t load_address = 0;
  std::uint32_t file_bytes = 0;
  std::uint32_t memory_bytes = 0;
};

/// A section header as in the file, with its name looked up.
struct ElfSection {
  unsigned index = 0;
  std::string name;
  std::uint32_t type = 0;
  std::uint32_t flags = 0;
  std::uint32_t address = 0;
  std::uint32_t offset = 0;
  std::uint32_t size_bytes = 0;
  std::uint32_t link = 0;

  [[nodiscard]] bool has_file_bytes() const;
};

/// The headers of one file, checked, and the bytes behind them. Owns a handle of libelf and shares
/// the bytes.
class ElfFile {
 public:
  /// Errors: ImageError if not a complete ELF32 little-endian EM_ARM ET_EXEC file.
  ElfFile(std::string name, FileBytes file);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::vector<ElfSegment>& segments() const { return segments_; }
  /// By section header index; element 0 is the null section.
  [[nodiscard]] const std::vector<ElfSection>& sections() const { return sections_; }
  [[nodiscard]] std::uint32_t entry() const { return entry_; }
  [[nodiscard]] Elf* handle() const { return elf_.get(); }

  /// The first section with this name, or null.
  [[nodiscard]] const ElfSection* find_section(const std::string& name) const;
  /// File bytes of a section; empty for .bss and the like.
  [[nodiscard]] std::span<const std::uint8_t> contents(const ElfSection& section) const;
  /// The string at `offset` of string table `table`. Errors: ImageError naming `user` if there is
  /// none, or if all strings read so far are longer than an honest file could make them.
  [[nodiscard]] std::string string_at(std::uint32_t table, std::uint32_t offset,
                                      const std::string& user);

 private:
  struct Closer {
    void operator()(Elf* elf) const;
  };

  void read_segments(std::uint32_t table_offset, std::uint32_t count);
  void read_sections(std::uint32_t table_offset, std::uint32_t count, std::uint32_t names);

  std::string name_;
  FileBytes file_;
  std::unique_ptr<Elf, Closer> elf_;
  std::uint32_t entry_ = 0;
  std::uint64_t string_budget_ = 0;
  std::vector<ElfSegment> segments_;
  std::vector<ElfSection> sections_;
};

/// "0x08000000".
[[nodiscard]] std::string hex_address(std::uint64_t address);

}  // namespace mcost::loader
