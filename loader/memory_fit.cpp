#include "loader/memory_fit.h"

#include <algorithm>
#include <tuple>

#include "loader/elf_file.h"
#include "sim_core/base/error.h"

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
  const std::string over = outside == begin ? "all of them outside every memory"
                                            : count_bytes(end - outside) + " over the end of " +
                                                  range_at(outside - 1, ranges)->name;
  throw ImageError(
      name + " at " + hex_address(begin) + " has " + count_bytes(end - begin) + ", " + over,
      image.name + ", program header " + std::to_string(segment.index),
      "link for this board (its memories: " + list_of(ranges) + ") or choose another board");
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
    throw ImageError("segments overlap in " + *a.memory + ": " + a.segment->section_names() +
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
