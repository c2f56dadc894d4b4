#include "loader/elf_image.h"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <system_error>
#include <tuple>
#include <utility>

#include "loader/build_attributes.h"
#include "loader/elf_file.h"
#include "loader/raw_image.h"
#include "loader/sha256.h"
#include "sim_core/base/error.h"

namespace mcost::loader {
namespace {

constexpr std::uint64_t kAddressSpace = std::uint64_t{1} << 32;

bool is_elf_magic(std::span<const std::uint8_t> file) {
  return file.size() >= SELFMAG && std::memcmp(file.data(), ELFMAG, SELFMAG) == 0;
}

bool occupies_memory(const ElfSection& s) {
  // .tbss only describes what each thread gets.
  const bool is_template = (s.flags & SHF_TLS) != 0 && s.type == SHT_NOBITS;
  return (s.flags & SHF_ALLOC) != 0 && s.size_bytes != 0 && s.type != SHT_NULL && !is_template;
}

bool lies_in(const ElfSection& section, const ElfSegment& segment) {
  const std::uint64_t end = std::uint64_t{section.offset} + section.size_bytes;
  return section.offset >= segment.offset &&
         end <= std::uint64_t{segment.offset} + segment.file_bytes;
}

bool same_address(const ElfSection& section, const ElfSegment& segment) {
  return section.address - segment.virtual_address == section.offset - segment.offset;
}

// Turns the checked headers of one ELF file into an Image.
class ImageBuilder {
 public:
  ImageBuilder(const ElfFile& elf, Image& image) : elf_(elf), image_(image) {}

  void build() {
    assign_sections();
    std::uint64_t total = 0;
    for (const ElfSegment& header : elf_.segments()) {
      if (header.type == PT_LOAD) add_segment(header, total);
    }
    add_sections();
    if ((elf_.entry() & ~1u) != 0) image_.entry = elf_.entry() & ~1u;
    if (const ElfSection* attributes = elf_.find_section(".ARM.attributes")) {
      image_.attributes = parse_build_attributes(elf_.contents(*attributes),
                                                 elf_.name() + ", section .ARM.attributes");
    }
  }

 private:
  // The segment that loads each section: one whose addresses agree, else (scatter loading) one that
  // holds its bytes.
  void assign_sections() {
    segment_of_.assign(elf_.sections().size(), nullptr);
    for (const ElfSection& section : elf_.sections()) {
      if (!occupies_memory(section) || !section.has_file_bytes()) continue;
      const ElfSegment*& chosen = segment_of_[section.index];
      for (const ElfSegment& segment : elf_.segments()) {
        if (segment.type != PT_LOAD || !lies_in(section, segment)) continue;
        if (chosen == nullptr ||
            (same_address(section, segment) && !same_address(section, *chosen)))
          chosen = &segment;
      }
    }
  }

  std::vector<SectionPart> parts_of(const ElfSegment& segment) const {
    std::vector<SectionPart> parts;
    for (const ElfSection& section : elf_.sections()) {
      if (segment_of_[section.index] != &segment) continue;
      parts.push_back({section.name, segment.load_address + (section.offset - segment.offset),
                       section.size_bytes});
    }
    std::stable_sort(parts.begin(), parts.end(), [](const SectionPart& a, const SectionPart& b) {
      return a.load_address < b.load_address;
    });
    return parts;
  }

  // GNU ld puts the ELF header, and padding up to a page, in front of the first section of a
  // segment. Nobody programs that into a device. Returns how many bytes to leave out.
  std::uint32_t header_bytes(const ElfSegment& segment,
                             const std::vector<SectionPart>& parts) const {
    if (segment.offset >= sizeof(Elf32_Ehdr) || segment.file_bytes == 0) return 0;
    if (!parts.empty()) return parts.front().load_address - segment.load_address;
    const bool sections_known = elf_.sections().size() > 1;
    const std::uint64_t tables_end =
        sizeof(Elf32_Ehdr) + elf_.segments().size() * sizeof(Elf32_Phdr);
    const bool only_headers = std::uint64_t{segment.offset} + segment.file_bytes <= tables_end;
    return sections_known || only_headers ? segment.file_bytes : 0;
  }

  void add_segment(const ElfSegment& header, std::uint64_t& total) {
    const std::string where = elf_.name() + ", program header " + std::to_string(header.index);
    std::vector<SectionPart> parts = parts_of(header);
    const std::uint32_t skipped = header_bytes(header, parts);
    const std::uint32_t kept = header.file_bytes - skipped;
    const bool fills = header.load_address == header.virtual_address;
    const std::uint32_t fill = fills ? header.memory_bytes - header.file_bytes : 0;
    if (kept == 0 && fill == 0) return;

    check_no_wrap(header.load_address, std::uint64_t{header.file_bytes} + fill, where);
    check_no_wrap(header.virtual_address, header.memory_bytes, where);
    total += kept;
    if (total > image_.file->size()) {
      throw ImageError("malformed ELF: segments load more bytes than the file has", where,
                       "link or copy the file again");
    }
    Segment segment;
    segment.load_address = header.load_address + skipped;
    segment.virtual_address = header.virtual_address + skipped;
    const auto bytes = std::span(*image_.file).subspan(header.offset + skipped, kept);
    segment.bytes.assign(bytes.begin(), bytes.end());
    segment.zero_fill_bytes = fill;
    segment.readable = (header.flags & PF_R) != 0;
    segment.writable = (header.flags & PF_W) != 0;
    segment.executable = (header.flags & PF_X) != 0;
    segment.index = header.index;
    segment.sections = std::move(parts);
    image_.segments.push_back(std::move(segment));
  }

  static void check_no_wrap(std::uint64_t base, std::uint64_t size, const std::string& where) {
    if (base + size > kAddressSpace) {
      throw ImageError("the segment at " + hex_address(base) + " with " + std::to_string(size) +
                           " bytes passes the end of the address space",
                       where, "correct the memory regions of the linker script");
    }
  }

  void add_sections() {
    for (const ElfSection& s : elf_.sections()) {
      if (!occupies_memory(s)) continue;
      if (std::uint64_t{s.address} + s.size_bytes > kAddressSpace) {
        throw ImageError(
            "the section at " + hex_address(s.address) + " with " + std::to_string(s.size_bytes) +
                " bytes passes the end of the address space",
            elf_.name() + ", section " + s.name, "correct the memory regions of the linker script");
      }
      const ElfSegment* segment = segment_of_[s.index];
      Section section;
      section.name = s.name;
      section.address = s.address;
      section.load_address =
          segment == nullptr ? s.address : segment->load_address + (s.offset - segment->offset);
      section.size_bytes = s.size_bytes;
      section.loaded = segment != nullptr;
      section.executable = (s.flags & SHF_EXECINSTR) != 0;
      section.writable = (s.flags & SHF_WRITE) != 0;
      section.index = s.index;
      image_.sections.push_back(std::move(section));
    }
  }

  const ElfFile& elf_;
  Image& image_;
  std::vector<const ElfSegment*> segment_of_;  // by section index
};

// Files without section headers: each segment is one section, so that code can be found.
void add_segment_sections(Image& image) {
  for (const Segment& segment : image.segments) {
    if (segment.bytes.empty()) continue;
    Section section;
    section.name = "segment " + std::to_string(segment.index);
    section.address = segment.virtual_address;
    section.load_address = segment.load_address;
    section.size_bytes = static_cast<std::uint32_t>(segment.bytes.size());
    section.loaded = true;
    section.executable = segment.executable;
    section.writable = segment.writable;
    section.index = segment.index;
    image.sections.push_back(std::move(section));
  }
}

std::string describe(const Segment& segment) {
  return segment.section_names() + " (" + hex_address(segment.load_address) + "-" +
         hex_address(segment.load_address + (segment.bytes.size() - 1)) + ")";
}

void finish(Image& image) {
  std::stable_sort(
      image.segments.begin(), image.segments.end(),
      [](const Segment& a, const Segment& b) { return a.load_address < b.load_address; });
  const Segment* previous = nullptr;
  for (const Segment& segment : image.segments) {
    if (segment.bytes.empty()) continue;
    if (previous != nullptr &&
        previous->load_address + std::uint64_t{previous->bytes.size()} > segment.load_address) {
      throw ImageError("segments overlap: " + describe(*previous) + " and " + describe(segment),
                       image.name, "give them separate load addresses in the linker script");
    }
    previous = &segment;
  }
  if (previous == nullptr) {
    throw ImageError("nothing to load: no segment has bytes", image.name,
                     "link it as a program, with a linker script for the board");
  }
  if (image.sections.empty()) add_segment_sections(image);
  std::stable_sort(image.sections.begin(), image.sections.end(),
                   [](const Section& a, const Section& b) {
                     return std::tie(a.address, a.index) < std::tie(b.address, b.index);
                   });
}

void read_raw(Image& image, std::optional<Address> load_at) {
  if (looks_like_hex(*image.file)) {
    HexContents hex = parse_hex(image.name, *image.file, load_at);
    image.segments = std::move(hex.segments);
    image.entry = hex.entry;
    return;
  }
  if (!load_at) {
    throw ImageError("neither an ELF nor an Intel HEX file", image.name,
                     "give an ELF, or --load-at ADDRESS for a raw binary");
  }
  image.segments = parse_bin(image.name, *image.file, *load_at);
}

std::vector<std::uint8_t> read_file(const std::filesystem::path& path) {
  const std::string shown = path.string();
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) {
    throw ImageError("no such file", shown, "check the path of the firmware");
  }
  if (!std::filesystem::is_regular_file(status)) {
    throw ImageError("not a regular file", shown, "give the firmware file itself");
  }
  std::ifstream stream(path, std::ios::binary);
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (!stream || error) {
    throw ImageError("the file cannot be opened", shown, "check that you may read it");
  }
  if (size > kMaxFileBytes) {
    throw ImageError("the file has " + std::to_string(size) + " bytes, more than mcost reads (" +
                         std::to_string(kMaxFileBytes) + ")",
                     shown, "give the firmware itself, or strip its debug data");
  }
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size));
  stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (static_cast<std::uintmax_t>(stream.gcount()) != size) {
    throw ImageError("the file cannot be read to its end", shown, "check the disk it is on");
  }
  return bytes;
}

}  // namespace

std::string Segment::section_names() const {
  if (sections.empty()) return "segment " + std::to_string(index);
  std::string names;
  for (const SectionPart& part : sections) {
    if (!names.empty()) names += ' ';
    names += part.name;
  }
  return names;
}

const Section* Image::executable_section(Address address) const {
  for (const Section& section : sections) {
    if (section.address > address) break;
    if (section.loaded && section.executable && section.contains(address)) return &section;
  }
  return nullptr;
}

std::optional<std::uint32_t> Image::loaded_word(Address address) const {
  for (const Segment& segment : segments) {
    if (segment.load_address > address) break;
    const std::uint64_t offset = address - segment.load_address;
    if (offset + 4 > segment.bytes.size()) continue;
    std::uint32_t word = 0;
    std::memcpy(&word, segment.bytes.data() + offset, sizeof word);
    return word;
  }
  return std::nullopt;
}

RangeIndex index_executable_sections(const Image& image) {
  std::vector<RangeIndex::Piece> ranges;
  for (std::size_t i = 0; i < image.sections.size(); ++i) {
    const Section& section = image.sections[i];
    if (!section.loaded || !section.executable) continue;
    ranges.push_back({section.address, std::uint64_t{section.address} + section.size_bytes, i});
  }
  return RangeIndex::build(std::move(ranges));
}

Image read_image(const std::filesystem::path& path, std::optional<Address> load_at) {
  return read_image(path.filename().string(), read_file(path), load_at);
}

Image read_image(const std::string& name, std::vector<std::uint8_t> bytes,
                 std::optional<Address> load_at) {
  Image image;
  image.name = name;
  image.file = std::make_shared<const std::vector<std::uint8_t>>(std::move(bytes));
  if (image.file->empty()) {
    throw ImageError("the file is empty", name, "build the firmware again");
  }
  image.is_elf = is_elf_magic(*image.file);
  if (image.is_elf && load_at) {
    throw ImageError("--load-at is for raw files, this is an ELF", name,
                     "leave it out: an ELF names its addresses");
  }
  if (image.is_elf) {
    const ElfFile elf(name, image.file);
    ImageBuilder(elf, image).build();
  } else {
    read_raw(image, load_at);
  }
  finish(image);
  image.sha256 = sha256_hex(*image.file);
  return image;
}

}  // namespace mcost::loader
