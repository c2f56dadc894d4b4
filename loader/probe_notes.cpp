#include "loader/probe_notes.h"

#include <elf.h>

#include <algorithm>
#include <tuple>

#include "loader/byte_reader.h"
#include "loader/elf_file.h"
#include "sim_core/base/error.h"

namespace mcost::loader {
namespace {

constexpr std::string_view kOwner{"mcost\0", 6};
constexpr unsigned kVersion = 1;
const char* const kRebuild = "rebuild the firmware with this version's mcost.h";

struct Note {
  Probe probe;
  std::uint32_t serial = 0;
};

std::uint32_t aligned(std::uint32_t size) { return size % 4 == 0 ? 0 : 4 - size % 4; }

class NoteReader {
 public:
  NoteReader(const Image& image, const SymbolTable& symbols)
      : image_(image), symbols_(symbols), code_(index_executable_sections(image)) {}

  void read_section(std::span<const std::uint8_t> section) {
    ByteReader reader(section);
    while (!reader.at_end()) {
      where_ = image_.name + ", .note.mcost, note " + std::to_string(notes_read_++);
      const std::uint32_t name_bytes = reader.u32();
      const std::uint32_t desc_bytes = reader.u32();
      const std::uint32_t type = reader.u32();
      const auto name = reader.take(name_bytes);
      reader.take(aligned(name_bytes));
      const auto desc = reader.take(desc_bytes);
      // The last note may end without padding.
      reader.take(std::min<std::size_t>(aligned(desc_bytes), reader.remaining()));
      if (reader.failed()) throw ImageError("a probe note is truncated", where_, kRebuild);
      if (std::string_view(reinterpret_cast<const char*>(name.data()), name.size()) != kOwner) {
        throw ImageError("a probe note is not named \"mcost\"", where_, kRebuild);
      }
      read_note(type, ByteReader(desc));
    }
  }

  std::vector<Probe> take_in_order() {
    std::stable_sort(notes_.begin(), notes_.end(), [](const Note& a, const Note& b) {
      return std::tie(a.probe.address, a.serial) < std::tie(b.probe.address, b.serial);
    });
    std::vector<Probe> probes;
    for (std::size_t first = 0; first < notes_.size();) {
      std::size_t last = first;
      while (last < notes_.size() && notes_[last].probe.address == notes_[first].probe.address) {
        probes.push_back(std::move(notes_[last++].probe));
      }
      put_ends_first(std::span(probes).subspan(first));
      first = last;
    }
    return probes;
  }

 private:
  void read_note(std::uint32_t type, ByteReader desc) {
    const std::uint8_t version = desc.u8();
    if (!desc.failed() && version != kVersion) {
      throw ImageError("a probe note has version " + std::to_string(version) + ", not " +
                           std::to_string(kVersion),
                       where_, kRebuild);
    }
    desc.take(3);
    Note note;
    note.probe.address = desc.u32() & ~1u;
    note.serial = desc.u32();
    note.probe.provider = desc.string();
    note.probe.name = desc.string();
    const std::string_view arguments = desc.string();
    const std::string_view metadata = desc.string();
    if (desc.failed()) throw ImageError("a probe note is truncated", where_, kRebuild);
    if (!note.probe.name.empty()) where_ += " (" + note.probe.name + ")";
    if (type < 1 || type > 4) {
      throw ImageError("a probe note has the unknown kind " + std::to_string(type), where_,
                       kRebuild);
    }
    note.probe.kind = static_cast<ProbeKind>(type);
    // The linker sets addresses of discarded code to 0.
    if (note.probe.address == 0 || code_.find(note.probe.address) == nullptr) return;
    note.probe.arguments = parse_arguments(arguments, symbols_, where_);
    note.probe.metadata = parse_metadata(metadata);
    notes_.push_back(std::move(note));
  }

  static std::vector<std::pair<std::string, std::string>> parse_metadata(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> pairs;
    while (!text.empty()) {
      const std::size_t space = text.find(' ');
      const std::string_view word = text.substr(0, space);
      text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
      if (word.empty()) continue;
      const std::size_t equals = word.find('=');
      const bool has_value = equals != std::string_view::npos;
      pairs.emplace_back(word.substr(0, equals), has_value ? word.substr(equals + 1) : "");
    }
    return pairs;
  }

  // Probes of one address, in note order. Ends take the first of the places held by begins and
  // ends, except that an empty layer (begin, then end, of one name) stays as it is: its end must
  // not come before its begin.
  static void put_ends_first(std::span<Probe> group) {
    if (group.size() < 2) return;
    std::vector<bool> empty_layer(group.size(), false);
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < group.size(); ++i) {
      if (group[i].kind == ProbeKind::kLayerBegin) open.push_back(i);
      if (group[i].kind != ProbeKind::kLayerEnd || open.empty()) continue;
      const Probe& begin = group[open.back()];
      if (begin.name != group[i].name || begin.provider != group[i].provider) continue;
      empty_layer[open.back()] = empty_layer[i] = true;
      open.pop_back();
    }
    std::vector<std::size_t> places;
    std::vector<Probe> ends;
    std::vector<Probe> begins;
    for (std::size_t i = 0; i < group.size(); ++i) {
      const bool is_end = group[i].kind == ProbeKind::kLayerEnd;
      if (empty_layer[i] || (!is_end && group[i].kind != ProbeKind::kLayerBegin)) continue;
      places.push_back(i);
      (is_end ? ends : begins).push_back(group[i]);
    }
    ends.insert(ends.end(), begins.begin(), begins.end());
    for (std::size_t i = 0; i < places.size(); ++i) group[places[i]] = ends[i];
  }

  const Image& image_;
  const SymbolTable& symbols_;
  RangeIndex code_;
  std::size_t notes_read_ = 0;
  std::string where_;
  std::vector<Note> notes_;
};

}  // namespace

const Argument* Probe::name_argument() const {
  const bool is_layer = kind == ProbeKind::kLayerBegin || kind == ProbeKind::kLayerEnd;
  return is_layer && arguments.size() == 1 && arguments.front().is_text ? &arguments.front()
                                                                        : nullptr;
}

const std::string* Probe::find_metadata(std::string_view key) const {
  for (const auto& pair : metadata) {
    if (pair.first == key) return &pair.second;
  }
  return nullptr;
}

std::vector<Probe> read_probes(const Image& image, const SymbolTable& symbols) {
  if (!image.is_elf) return {};
  const ElfFile elf(image.name, image.file);
  NoteReader reader(image, symbols);
  for (const ElfSection& section : elf.sections()) {
    if (section.type == SHT_NOTE && section.name == ".note.mcost") {
      reader.read_section(elf.contents(section));
    }
  }
  return reader.take_in_order();
}

}  // namespace mcost::loader
