#include "loader/memory_fit.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "loader/elf_file.h"
#include "loader/misfit_error.h"

namespace mcost::loader {
namespace {

std::uint64_t end_of(const MemoryRange& range) { return range.base + range.size; }

// The range containing `address` that reaches farthest, or null.
const MemoryRange* range_at(std::uint64_t address, std::span<const MemoryRange> ranges) {
  const MemoryRange* best = nullptr;
  for (const MemoryRange& range : ranges) {
    if (address < range.base || address >= end_of(range)) continue;
    if (best == nullptr || end_of(range) > end_of(*best)) best = &range;
  }
  return best;
}

// The first address from `begin` on that no range reaches, or nothing if all of it is memory.
std::optional<std::uint64_t> first_outside(std::uint64_t begin, std::uint64_t end,
                                           std::span<const MemoryRange> ranges) {
  while (begin < end) {
    const MemoryRange* range = range_at(begin, ranges);
    if (range == nullptr) return begin;
    begin = end_of(*range);
  }
  return std::nullopt;
}

std::string count_bytes(std::uint64_t count) {
  return std::to_string(count) + (count == 1 ? " byte" : " bytes");
}

std::string list_of(std::span<const MemoryRange> ranges) {
  std::string text;
  for (const MemoryRange& range : ranges) {
    if (!text.empty()) text += ", ";
    text += range.name + " " + hex_address(range.base) + "-" + hex_address(end_of(range) - 1);
  }
  return text.empty() ? "none" : text;
}

std::string link_for_this_board(std::span<const MemoryRange> ranges) {
  return "link for this board (its memories: " + list_of(ranges) + ") or choose another board";
}

// "all of them outside every memory", or how many are over which end.
std::string over_text(std::uint64_t begin, std::uint64_t outside, std::uint64_t end,
                      std::span<const MemoryRange> ranges) {
  if (outside == begin) {
    std::uint64_t next = end;
    for (const MemoryRange& range : ranges) {
      if (range.base > begin && range.size != 0) next = std::min<std::uint64_t>(next, range.base);
    }
    if (next == end) return "all of them outside every memory";
    return "the first " + std::to_string(next - begin) + " outside every memory";
  }
  return count_bytes(end - outside) + " over the end of " + range_at(outside - 1, ranges)->name;
}

[[noreturn]] void throw_outside(const Image& image, const Segment& segment, std::uint64_t outside,
                                std::span<const MemoryRange> ranges) {
  std::string name = segment.section_names();
  std::uint64_t begin = segment.load_address;
  std::uint64_t end = begin + segment.bytes.size();
  for (const SectionPart& part : segment.sections) {
    const std::uint64_t part_end = std::uint64_t{part.load_address} + part.size_bytes;
    if (outside >= part_end) continue;
    name = part.name;
    begin = part.load_address;
    end = part_end;
    break;
  }
  outside = std::max(outside, begin);
  throw MisfitError(name + " at " + hex_address(begin) + " has " + count_bytes(end - begin) + ", " +
                        over_text(begin, outside, end, ranges),
                    image.name + (image.is_elf ? ", program header " + std::to_string(segment.index)
                                               : std::string()),
                    link_for_this_board(ranges));
}

// Memory that the program expects at run time.
struct Expected {
  std::string name;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

// Sections at their run addresses. Those that are used where they are loaded were checked as bytes.
std::vector<Expected> expected_sections(const Image& image) {
  std::vector<Expected> list;
  for (const Section& section : image.sections) {
    if (section.loaded && section.load_address == section.address) continue;
    const std::uint64_t begin = section.address;
    list.push_back({section.name, begin, begin + section.size_bytes});
  }
  return list;
}

// Zero fill whose end no memory and no section reaches. Holes between memories, which linkers leave
// inside a segment, do not count.
std::vector<Expected> expected_fills(const Image& image, std::span<const MemoryRange> ranges) {
  std::vector<Expected> list;
  for (const Segment& segment : image.segments) {
    const std::uint64_t begin = segment.load_address + std::uint64_t{segment.bytes.size()};
    const std::uint64_t end = begin + segment.zero_fill_bytes;
    std::uint64_t reached = begin;
    for (const MemoryRange& range : ranges) {
      if (range.base < end) reached = std::max(reached, end_of(range));
    }
    for (const Section& section : image.sections) {
      const std::uint64_t section_end = std::uint64_t{section.address} + section.size_bytes;
      if (section.address < end) reached = std::max(reached, section_end);
    }
    if (reached < end) list.push_back({"the zero fill of " + segment.section_names(), begin, end});
  }
  return list;
}

// Ranges of offsets inside one memory, which may overlap.
class Extents {
 public:
  void add(std::uint64_t begin, std::uint64_t end) { list_.emplace_back(begin, end); }
  // Bytes in at least one of them.
  [[nodiscard]] std::uint64_t covered() const {
    auto sorted = list_;
    std::sort(sorted.begin(), sorted.end());
    std::uint64_t bytes = 0;
    std::uint64_t reached = 0;
    for (const auto& [begin, end] : sorted) {
      const std::uint64_t first = std::max(begin, reached);
      if (end > first) bytes += end - first;
      reached = std::max(reached, end);
    }
    return bytes;
  }

 private:
  std::vector<std::pair<std::uint64_t, std::uint64_t>> list_;
};

// Calls `visit` with memory, first and last offset in it of each part of [at, end) in a memory.
void each_in_memory(std::uint64_t at, std::uint64_t end, std::span<const MemoryRange> ranges,
                    const auto& visit) {
  while (at < end) {
    const MemoryRange* const range = range_at(at, ranges);
    std::uint64_t stop = end;
    if (range != nullptr) {
      stop = std::min(end, end_of(*range));
      const std::uint64_t offset = at - range->base + range->offset;
      visit(range->name, offset, offset + (stop - at));
    } else {
      for (const MemoryRange& next : ranges) {
        if (next.base > at && next.size != 0) stop = std::min<std::uint64_t>(stop, next.base);
      }
    }
    at = stop;
  }
}

// What the program has in memory besides its bytes where they are loaded. A file without section
// headers says it by the zero fill of its segments alone.
std::vector<std::pair<std::uint64_t, std::uint64_t>> reserved_addresses(
    const Image& image, std::span<const MemoryRange> ranges) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> list;
  bool has_fill_sections = false;
  for (const Section& section : image.sections) {
    has_fill_sections |= !section.loaded;
    if (section.loaded && section.load_address == section.address) continue;
    list.emplace_back(section.address, std::uint64_t{section.address} + section.size_bytes);
  }
  if (has_fill_sections) return list;
  for (const ZeroFill& fill : zero_fills(image, ranges))
    list.emplace_back(fill.address, std::uint64_t{fill.address} + fill.size_bytes);
  return list;
}

struct Backed {
  const std::string* memory;
  std::uint64_t begin;
  std::uint64_t end;
  const Segment* segment;
};

void check_no_alias_overlap(const Image& image, std::vector<Backed>& pieces) {
  std::stable_sort(pieces.begin(), pieces.end(), [](const Backed& a, const Backed& b) {
    return std::tie(*a.memory, a.begin) < std::tie(*b.memory, b.begin);
  });
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    const Backed& a = pieces[i - 1];
    const Backed& b = pieces[i];
    if (*a.memory != *b.memory || a.end <= b.begin) continue;
    throw MisfitError("segments overlap in " + *a.memory + ": " + a.segment->section_names() +
                          " at " + hex_address(a.segment->load_address) + " and " +
                          b.segment->section_names() + " at " +
                          hex_address(b.segment->load_address) + " are the same bytes",
                      image.name, "give them separate load addresses in the linker script");
  }
}

}  // namespace

void check_fit(const Image& image, std::span<const MemoryRange> ranges) {
  std::vector<Backed> pieces;
  for (const Segment& segment : image.segments) {
    std::uint64_t at = segment.load_address;
    const std::uint64_t end = at + segment.bytes.size();
    while (at < end) {
      const MemoryRange* range = range_at(at, ranges);
      if (range == nullptr) throw_outside(image, segment, at, ranges);
      const std::uint64_t stop = std::min(end, end_of(*range));
      const std::uint64_t offset = at - range->base + range->offset;
      pieces.push_back({&range->name, offset, offset + (stop - at), &segment});
      at = stop;
    }
  }
  check_no_alias_overlap(image, pieces);
}

std::vector<std::string> check_run_addresses(const Image& image,
                                             std::span<const MemoryRange> ranges) {
  constexpr std::uint64_t kPeripherals = 0x40000000;
  std::vector<std::string> notes;
  std::vector<Expected> all = expected_sections(image);
  for (Expected& fill : expected_fills(image, ranges)) all.push_back(std::move(fill));
  for (const Expected& part : all) {
    const auto outside = first_outside(part.begin, part.end, ranges);
    if (!outside) continue;
    const std::string what = part.name + " at " + hex_address(part.begin) + " has " +
                             count_bytes(part.end - part.begin) + ", " +
                             over_text(part.begin, *outside, part.end, ranges);
    if (*outside < kPeripherals) throw MisfitError(what, image.name, link_for_this_board(ranges));
    notes.push_back(what + ": accesses there fault");
  }
  return notes;
}

std::optional<std::string> check_stack_pointer(std::uint32_t sp,
                                               std::span<const MemoryRange> ranges) {
  std::vector<MemoryRange> ram;
  for (const MemoryRange& range : ranges) {
    if (!range.writable_ram) continue;
    if (sp > range.base && sp <= end_of(range)) return std::nullopt;
    ram.push_back(range);
  }
  return "the initial stack pointer " + hex_address(sp) + " is in no RAM (" + list_of(ram) +
         "): the first push faults";
}

std::vector<ZeroFill> zero_fills(const Image& image, std::span<const MemoryRange> ranges) {
  std::vector<ZeroFill> fills;
  for (const Segment& segment : image.segments) {
    std::uint64_t at = segment.load_address + std::uint64_t{segment.bytes.size()};
    const std::uint64_t end = at + segment.zero_fill_bytes;
    while (at < end) {
      const MemoryRange* range = range_at(at, ranges);
      std::uint64_t stop = end;
      if (range != nullptr) {
        stop = std::min(end, end_of(*range));
        if (range->writable_ram) {
          fills.push_back({static_cast<Address>(at), static_cast<std::uint32_t>(stop - at)});
        }
      } else {
        for (const MemoryRange& next : ranges) {
          if (next.base > at && next.size != 0) stop = std::min<std::uint64_t>(stop, next.base);
        }
      }
      at = stop;
    }
  }
  return fills;
}

std::vector<MemoryNeed> memory_needs(const Image& image, std::span<const MemoryRange> ranges) {
  std::map<std::string, Extents> loaded;
  std::map<std::string, Extents> all;
  for (const Segment& segment : image.segments) {
    each_in_memory(segment.load_address, segment.load_address + std::uint64_t{segment.bytes.size()},
                   ranges, [&](const std::string& memory, std::uint64_t begin, std::uint64_t end) {
                     loaded[memory].add(begin, end);
                     all[memory].add(begin, end);
                   });
  }
  for (const auto& [first, behind] : reserved_addresses(image, ranges)) {
    each_in_memory(first, behind, ranges,
                   [&](const std::string& memory, std::uint64_t begin, std::uint64_t end) {
                     all[memory].add(begin, end);
                   });
  }
  std::vector<MemoryNeed> needs;
  for (const MemoryRange& range : ranges) {
    const auto found = all.find(range.name);
    if (found == all.end()) continue;
    const std::uint64_t bytes = loaded[range.name].covered();
    needs.push_back({range.name, bytes, found->second.covered() - bytes});
    all.erase(found);  // its aliases are the same memory
  }
  return needs;
}

std::vector<Address> aliases_of(Address address, std::span<const MemoryRange> ranges) {
  std::vector<Address> all = {address};
  for (const MemoryRange& home : ranges) {
    if (address < home.base || address >= end_of(home)) continue;
    const std::uint64_t offset = address - home.base + home.offset;
    for (const MemoryRange& range : ranges) {
      if (range.name != home.name || offset < range.offset || offset - range.offset >= range.size)
        continue;
      const auto alias = static_cast<Address>(range.base + (offset - range.offset));
      if (std::find(all.begin(), all.end(), alias) == all.end()) all.push_back(alias);
    }
  }
  return all;
}

}  // namespace mcost::loader
