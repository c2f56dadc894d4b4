#include "tests/loader/elf_builder.h"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace mcost::test {
namespace {

template <typename T>
void put(Bytes& out, const T& object) {
  const auto* first = reinterpret_cast<const std::uint8_t*>(&object);
  out.insert(out.end(), first, first + sizeof object);
}

void put_string(Bytes& out, std::string_view text) {
  out.insert(out.end(), text.begin(), text.end());
  out.push_back(0);
}

void align(Bytes& out) {
  while (out.size() % 4 != 0) out.push_back(0);
}

bool has_segment(const SectionSpec& spec) { return spec.segment && (spec.flags & SHF_ALLOC) != 0; }

std::uint32_t size_of(const Bytes& bytes) { return static_cast<std::uint32_t>(bytes.size()); }

}  // namespace

Bytes words(std::initializer_list<std::uint32_t> values) {
  Bytes out;
  for (const std::uint32_t value : values) put(out, value);
  return out;
}

Bytes halfwords(std::initializer_list<std::uint16_t> values) {
  Bytes out;
  for (const std::uint16_t value : values) put(out, value);
  return out;
}

struct ElfBuilder::Layout {
  Bytes file;
  std::vector<Elf32_Shdr> headers;
  Bytes names;
  std::vector<Elf32_Phdr> segments;

  Elf32_Shdr& add_header(const std::string& name, std::uint32_t type) {
    Elf32_Shdr header{};
    header.sh_name = size_of(names);
    header.sh_type = type;
    header.sh_addralign = 1;
    put_string(names, name);
    headers.push_back(header);
    return headers.back();
  }

  void add_contents(Elf32_Shdr& header, const Bytes& bytes) {
    align(file);
    header.sh_offset = size_of(file);
    header.sh_size = size_of(bytes);
    file.insert(file.end(), bytes.begin(), bytes.end());
  }
};

ElfBuilder& ElfBuilder::section(SectionSpec spec) {
  sections_.push_back(std::move(spec));
  return *this;
}

ElfBuilder& ElfBuilder::code(std::uint32_t address, Bytes bytes, const std::string& name) {
  return section({.name = name,
                  .flags = SHF_ALLOC | SHF_EXECINSTR,
                  .address = address,
                  .bytes = std::move(bytes)});
}

ElfBuilder& ElfBuilder::data(const std::string& name, std::uint32_t address,
                             std::uint32_t load_address, Bytes bytes) {
  return section({.name = name,
                  .flags = SHF_ALLOC | SHF_WRITE,
                  .address = address,
                  .load_address = load_address,
                  .bytes = std::move(bytes)});
}

ElfBuilder& ElfBuilder::bss(const std::string& name, std::uint32_t address, std::uint32_t size) {
  return section({.name = name,
                  .type = SHT_NOBITS,
                  .flags = SHF_ALLOC | SHF_WRITE,
                  .address = address,
                  .extra_memory = size});
}

ElfBuilder& ElfBuilder::symbol(SymbolSpec spec) {
  symbols_.push_back(std::move(spec));
  return *this;
}

ElfBuilder& ElfBuilder::function(const std::string& name, std::uint32_t address,
                                 std::uint32_t size) {
  return symbol({.name = name, .value = address | 1u, .size = size, .section = ".text"});
}

ElfBuilder& ElfBuilder::mapping(const std::string& name, std::uint32_t address) {
  return symbol({.name = name,
                 .value = address,
                 .type = STT_NOTYPE,
                 .binding = STB_LOCAL,
                 .section = ".text"});
}

ElfBuilder& ElfBuilder::segment(SegmentSpec spec) {
  segments_.push_back(spec);
  return *this;
}

ElfBuilder& ElfBuilder::cover_headers() {
  cover_headers_ = true;
  return *this;
}

ElfBuilder& ElfBuilder::without_section_headers() {
  section_headers_ = false;
  return *this;
}

ElfBuilder& ElfBuilder::entry(std::uint32_t address) {
  entry_ = address;
  return *this;
}

ElfBuilder& ElfBuilder::patch(std::size_t offset, Bytes bytes) {
  patches_.emplace_back(offset, std::move(bytes));
  return *this;
}

unsigned ElfBuilder::section_index(const std::string& name) const {
  const auto found = std::find_if(sections_.begin(), sections_.end(),
                                  [&](const SectionSpec& s) { return s.name == name; });
  if (found == sections_.end()) return SHN_ABS;
  return static_cast<unsigned>(found - sections_.begin()) + 1;
}

void ElfBuilder::write_program_headers(Layout& layout) {
  for (std::size_t i = 0; i < layout.segments.size(); ++i) {
    std::memcpy(layout.file.data() + sizeof(Elf32_Ehdr) + i * sizeof(Elf32_Phdr),
                &layout.segments[i], sizeof(Elf32_Phdr));
  }
}

void ElfBuilder::write_symbols(Layout& layout) const {
  Bytes table(sizeof(Elf32_Sym), 0);
  Bytes strings(1, 0);
  for (const SymbolSpec& spec : symbols_) {
    Elf32_Sym symbol{};
    symbol.st_name = size_of(strings);
    symbol.st_value = spec.value;
    symbol.st_size = spec.size;
    symbol.st_info = static_cast<unsigned char>(ELF32_ST_INFO(spec.binding, spec.type));
    symbol.st_shndx = static_cast<Elf32_Section>(section_index(spec.section));
    put(table, symbol);
    put_string(strings, spec.name);
  }
  Elf32_Shdr& symtab = layout.add_header(".symtab", SHT_SYMTAB);
  symtab.sh_link = static_cast<std::uint32_t>(layout.headers.size());
  symtab.sh_entsize = sizeof(Elf32_Sym);
  layout.add_contents(symtab, table);
  layout.add_contents(layout.add_header(".strtab", SHT_STRTAB), strings);
}

void ElfBuilder::write_sections(Layout& layout) const {
  layout.names.push_back(0);
  layout.headers.push_back({});
  for (const SectionSpec& spec : sections_) {
    Elf32_Shdr& header = layout.add_header(spec.name, spec.type);
    header.sh_flags = spec.flags;
    header.sh_addr = spec.address;
    layout.add_contents(header, spec.bytes);
    const std::uint32_t file_bytes = header.sh_size;
    if (spec.type == SHT_NOBITS) header.sh_size = spec.extra_memory;
    if (!has_segment(spec)) continue;
    const std::uint32_t load_address = spec.load_address.value_or(spec.address);
    const std::uint32_t before = cover_headers_ && layout.segments.empty() ? header.sh_offset : 0;
    const bool executable = (spec.flags & SHF_EXECINSTR) != 0;
    layout.segments.push_back({PT_LOAD, header.sh_offset - before, spec.address - before,
                               load_address - before, file_bytes + before,
                               file_bytes + before + spec.extra_memory,
                               executable ? unsigned{PF_R | PF_X} : unsigned{PF_R | PF_W}, 4});
  }
}

void ElfBuilder::write_section_headers(Layout& layout, Elf32_Ehdr& header) const {
  write_symbols(layout);
  layout.add_header(".shstrtab", SHT_STRTAB);
  layout.add_contents(layout.headers.back(), Bytes(layout.names));
  align(layout.file);
  header.e_shoff = size_of(layout.file);
  header.e_shentsize = sizeof(Elf32_Shdr);
  header.e_shnum = static_cast<Elf32_Half>(layout.headers.size());
  header.e_shstrndx = static_cast<Elf32_Half>(layout.headers.size() - 1);
  for (const Elf32_Shdr& h : layout.headers) put(layout.file, h);
}

Bytes ElfBuilder::build() const {
  Layout layout;
  const auto automatic = std::count_if(sections_.begin(), sections_.end(), has_segment);
  const std::size_t segment_count = static_cast<std::size_t>(automatic) + segments_.size();
  layout.file.resize(sizeof(Elf32_Ehdr) + segment_count * sizeof(Elf32_Phdr));
  write_sections(layout);
  for (const SegmentSpec& s : segments_) {
    layout.segments.push_back({s.type, s.offset, s.virtual_address, s.load_address, s.file_bytes,
                               s.memory_bytes, s.flags, 4});
  }
  write_program_headers(layout);

  Elf32_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS32;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_EXEC;
  header.e_machine = EM_ARM;
  header.e_version = EV_CURRENT;
  header.e_entry = entry_;
  header.e_phoff = sizeof(Elf32_Ehdr);
  header.e_flags = EF_ARM_EABI_VER5;
  header.e_ehsize = sizeof(Elf32_Ehdr);
  header.e_phentsize = sizeof(Elf32_Phdr);
  header.e_phnum = static_cast<Elf32_Half>(segment_count);
  if (section_headers_) write_section_headers(layout, header);
  std::memcpy(layout.file.data(), &header, sizeof header);
  for (const auto& [offset, bytes] : patches_) {
    std::copy(bytes.begin(), bytes.end(),
              layout.file.begin() + static_cast<std::ptrdiff_t>(offset));
  }
  return layout.file;
}

Bytes probe_note(const ProbeNoteSpec& spec) {
  Bytes desc = {spec.version, 0, 0, 0};
  put(desc, spec.address);
  put(desc, spec.serial);
  for (const std::string& text : {spec.provider, spec.name, spec.arguments, spec.metadata}) {
    put_string(desc, text);
  }
  align(desc);
  Bytes note = words({6, size_of(desc), spec.kind});
  put_string(note, "mcost");
  align(note);
  note.insert(note.end(), desc.begin(), desc.end());
  return note;
}

SectionSpec probe_section(const std::vector<ProbeNoteSpec>& notes) {
  SectionSpec section{.name = ".note.mcost", .type = SHT_NOTE, .flags = 0};
  for (const ProbeNoteSpec& note : notes) {
    const Bytes bytes = probe_note(note);
    section.bytes.insert(section.bytes.end(), bytes.begin(), bytes.end());
  }
  return section;
}

Bytes small_firmware() {
  Bytes bytes = words({0x20001000, 0x08000011, 0x08000011, 0x08000011});
  // movs r0, #1; ldr r1, [pc, #4]; b .; nop; .word 0x40021000; .word 0
  const Bytes code = halfwords({0x2001, 0x4901, 0xe7fe, 0xbf00, 0x1000, 0x4002, 0x0000, 0x0000});
  bytes.insert(bytes.end(), code.begin(), code.end());
  return bytes;
}

ElfBuilder small_program() {
  ElfBuilder builder;
  builder.code(0x08000000, small_firmware())
      .mapping("$d", 0x08000000)
      .mapping("$t", 0x08000010)
      .mapping("$d", 0x08000018)
      .function("reset", 0x08000010, 16)
      .entry(0x08000011);
  return builder;
}

}  // namespace mcost::test
