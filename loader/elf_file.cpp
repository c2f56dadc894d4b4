#include "loader/elf_file.h"

#include <elf.h>
#include <libelf.h>

#include <array>
#include <bit>
#include <cstdio>
#include <cstring>
#include <utility>

#include "sim_core/base/error.h"

namespace mcost::loader {

static_assert(std::endian::native == std::endian::little, "headers are read in place");

namespace {

// Linkers write a handful of program headers; the limit keeps hostile files from costing quadratic
// time.
constexpr unsigned kMaxSegments = 1000;

const char* const kRelink = "link or copy the file again";

void check_identity(const std::string& name, std::span<const std::uint8_t> file) {
  if (file.size() < SELFMAG || std::memcmp(file.data(), ELFMAG, SELFMAG) != 0) {
    throw ImageError("not an ELF file", name, "give the .elf that the linker wrote");
  }
  if (file.size() < EI_NIDENT) {
    throw ImageError("truncated ELF: the file ends inside the ELF header", name, kRelink);
  }
  if (file[EI_CLASS] != ELFCLASS32) {
    const std::string found = file[EI_CLASS] == ELFCLASS64
                                  ? "64-bit"
                                  : "of unknown class " + std::to_string(file[EI_CLASS]);
    throw ImageError("the ELF is " + found + ", not 32-bit", name,
                     "build for Cortex-M, for example with arm-none-eabi-gcc");
  }
  if (file[EI_DATA] != ELFDATA2LSB) {
    const std::string found = file[EI_DATA] == ELFDATA2MSB
                                  ? "big-endian"
                                  : "of unknown byte order " + std::to_string(file[EI_DATA]);
    throw ImageError("the ELF is " + found + ", not little-endian", name,
                     "build without -mbig-endian");
  }
  if (file[EI_VERSION] != EV_CURRENT) {
    throw ImageError(
        "malformed ELF: its format has version " + std::to_string(file[EI_VERSION]) + ", not 1",
        name, kRelink);
  }
  if (file.size() < sizeof(Elf32_Ehdr)) {
    throw ImageError("truncated ELF: the file ends inside the ELF header", name, kRelink);
  }
}

void check_kind(const std::string& name, const Elf32_Ehdr& header) {
  if (header.e_machine != EM_ARM) {
    throw ImageError(
        "the ELF is for machine " + std::to_string(header.e_machine) + ", not Arm (40)", name,
        "build for Cortex-M, for example with arm-none-eabi-gcc");
  }
  if (header.e_type == ET_REL) {
    throw ImageError("the ELF is an object file, not a program", name, "link it first");
  }
  if (header.e_type != ET_EXEC) {
    throw ImageError("the ELF has type " + std::to_string(header.e_type) + ", not executable (2)",
                     name, "link it as a program at fixed addresses, without -shared or -pie");
  }
}

// A header table: `count` entries of `entry_bytes` at `offset` must lie in the file.
void check_table(const std::string& name, const char* what, std::uint64_t file_bytes,
                 std::uint64_t offset, std::uint64_t count, std::uint64_t entry_bytes,
                 std::uint64_t expected_entry_bytes) {
  if (count == 0) return;
  if (entry_bytes != expected_entry_bytes) {
    throw ImageError("malformed ELF: " + std::string(what) + " have " +
                         std::to_string(entry_bytes) + " bytes each, not " +
                         std::to_string(expected_entry_bytes),
                     name, kRelink);
  }
  const std::uint64_t end = offset + count * entry_bytes;
  if (end > file_bytes) {
    throw ImageError("truncated ELF: " + std::string(what) + " end at byte " + std::to_string(end) +
                         " but the file has " + std::to_string(file_bytes),
                     name, kRelink);
  }
}

void check_tables(const std::string& name, const Elf32_Ehdr& header, std::uint64_t file_bytes) {
  if (header.e_shoff != 0 && header.e_shnum == 0) {
    throw ImageError("the ELF has more sections than mcost reads (65279)", name,
                     "link it as a program, which merges sections");
  }
  if (header.e_phnum > kMaxSegments) {
    throw ImageError("the ELF has " + std::to_string(header.e_phnum) +
                         " program headers, more than mcost reads (" +
                         std::to_string(kMaxSegments) + ")",
                     name, kRelink);
  }
  check_table(name, "program headers", file_bytes, header.e_phoff, header.e_phnum,
              header.e_phentsize, sizeof(Elf32_Phdr));
  check_table(name, "section headers", file_bytes, header.e_shoff, header.e_shnum,
              header.e_shentsize, sizeof(Elf32_Shdr));
}

void check_in_file(const std::string& where, std::uint64_t file_bytes, std::uint64_t offset,
                   std::uint64_t size) {
  if (offset + size > file_bytes) {
    throw ImageError("truncated ELF: its bytes end at " + std::to_string(offset + size) +
                         " but the file has " + std::to_string(file_bytes),
                     where, kRelink);
  }
}

}  // namespace

std::string hex_address(std::uint64_t address) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "0x%08llX", static_cast<unsigned long long>(address));
  return text.data();
}

bool ElfSection::has_file_bytes() const { return type != SHT_NOBITS && type != SHT_NULL; }

void ElfFile::Closer::operator()(Elf* elf) const { elf_end(elf); }

ElfFile::ElfFile(std::string name, FileBytes file)
    : name_(std::move(name)), file_(std::move(file)), string_budget_(file_->size() * 8 + 65536) {
  check_identity(name_, *file_);
  Elf32_Ehdr header;
  std::memcpy(&header, file_->data(), sizeof header);
  check_kind(name_, header);
  check_tables(name_, header, file_->size());
  entry_ = header.e_entry;

  // libelf keeps it in a variable of its own, which threads must not write together.
  static const unsigned version = elf_version(EV_CURRENT);
  static_cast<void>(version);
  // NOLINTNEXTLINE(*-const-cast): elf_memory takes a pointer to non-const, but opens for reading
  auto* bytes = const_cast<char*>(reinterpret_cast<const char*>(file_->data()));
  elf_.reset(elf_memory(bytes, file_->size()));
  if (elf_ == nullptr || elf_kind(elf_.get()) != ELF_K_ELF) {
    throw ImageError("malformed ELF: " + std::string(elf_errmsg(-1)), name_, kRelink);
  }
  read_segments(header.e_phoff, header.e_phnum);
  read_sections(header.e_shoff, header.e_shnum, header.e_shstrndx);
}

void ElfFile::read_segments(std::uint32_t table_offset, std::uint32_t count) {
  for (unsigned i = 0; i < count; ++i) {
    Elf32_Phdr h;
    std::memcpy(&h, file_->data() + table_offset + std::size_t{i} * sizeof h, sizeof h);
    if (h.p_type == PT_LOAD) {
      const std::string where = name_ + ", program header " + std::to_string(i);
      check_in_file(where, file_->size(), h.p_offset, h.p_filesz);
      if (h.p_filesz > h.p_memsz) {
        throw ImageError("malformed ELF: the segment has " + std::to_string(h.p_filesz) +
                             " bytes in the file but only " + std::to_string(h.p_memsz) +
                             " in memory",
                         where, kRelink);
      }
    }
    segments_.push_back(
        {i, h.p_type, h.p_flags, h.p_offset, h.p_vaddr, h.p_paddr, h.p_filesz, h.p_memsz});
  }
}

void ElfFile::read_sections(std::uint32_t table_offset, std::uint32_t count, std::uint32_t names) {
  for (unsigned i = 0; i < count; ++i) {
    Elf32_Shdr h;
    std::memcpy(&h, file_->data() + table_offset + std::size_t{i} * sizeof h, sizeof h);
    ElfSection section{i, "", h.sh_type, h.sh_flags, h.sh_addr, h.sh_offset, h.sh_size, h.sh_link};
    if (section.has_file_bytes()) {
      check_in_file(name_ + ", section " + std::to_string(i), file_->size(), h.sh_offset,
                    h.sh_size);
    }
    sections_.push_back(std::move(section));
  }
  if (names == SHN_UNDEF) return;
  for (unsigned i = 1; i < count; ++i) {
    Elf32_Shdr h;
    std::memcpy(&h, file_->data() + table_offset + std::size_t{i} * sizeof h, sizeof h);
    sections_[i].name = string_at(names, h.sh_name, "section " + std::to_string(i));
  }
}

const ElfSection* ElfFile::find_section(const std::string& name) const {
  for (const ElfSection& section : sections_) {
    if (section.name == name) return &section;
  }
  return nullptr;
}

std::span<const std::uint8_t> ElfFile::contents(const ElfSection& section) const {
  if (!section.has_file_bytes()) return {};
  return std::span(*file_).subspan(section.offset, section.size_bytes);
}

std::string ElfFile::string_at(std::uint32_t table, std::uint32_t offset, const std::string& user) {
  const char* text = nullptr;
  if (table < sections_.size() && (sections_[table].flags & SHF_COMPRESSED) == 0) {
    // A table that ends in NUL, as it must, makes the check inside elf_strptr constant time.
    const auto strings = contents(sections_[table]);
    if (!strings.empty() && strings.back() == 0) text = elf_strptr(elf_.get(), table, offset);
  }
  if (text == nullptr) {
    throw ImageError("malformed ELF: it has no name in string table " + std::to_string(table),
                     name_ + ", " + user, kRelink);
  }
  const std::size_t length = std::strlen(text);
  if (length > string_budget_) {
    throw ImageError("malformed ELF: its names overlap beyond measure", name_ + ", " + user,
                     kRelink);
  }
  string_budget_ -= length;
  return {text, length};
}

}  // namespace mcost::loader
