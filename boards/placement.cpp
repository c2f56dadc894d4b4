#include "boards/placement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "boards/bus_builder.h"
#include "boards/suggestions.h"
#include "sim_core/base/error.h"
#include "sim_core/engine/core.h"

namespace mcost::boards {
namespace {

constexpr std::uint32_t kPage = 4096;
/// Room that a stack is left at least, if a range goes below it.
constexpr std::uint32_t kLeastStack = 1024;

/// Bytes of a memory, from its start.
struct Extent {
  std::uint64_t first = 0;
  std::uint64_t end = 0;
};

std::uint64_t offset_in(const bus::Region& region, Address address) {
  return region.memory_offset + std::uint64_t{address - region.base};
}

std::uint64_t end_of(const bus::Region& region) {
  return std::uint64_t{region.memory_offset} + region.size_bytes;
}

std::string shown(const Placement& placement) {
  return fmt::format("{} at 0x{:08X} ({} bytes)", placement.what, placement.first,
                     placement.size_bytes);
}

class Placer {
 public:
  Placer(const loader::Image& image, std::uint32_t stack_pointer, bus::SystemBus& bus)
      : image_(image), stack_pointer_(stack_pointer), bus_(bus), map_(bus.regions) {}

  Placed place(const Placement& request) {
    const Placement placement = in_words(request);
    const bus::Region& home = home_of(placement);
    const bus::Region target = target_of(placement);
    check_use(placement, home, target);
    const std::uint64_t offset = free_offset(placement, target);
    move(placement, home, target, static_cast<std::uint32_t>(offset));
    done_.push_back({placement.what, bus_.memories[target.memory].name, placement.first,
                     placement.size_bytes,
                     target.base + static_cast<Address>(offset - target.memory_offset),
                     target.is_device_memory});
    return done_.back();
  }

 private:
  /// Memories transfer words: a word is in one of them.
  static Placement in_words(Placement placement) {
    const std::uint64_t end = (std::uint64_t{placement.first} + placement.size_bytes + 3) & ~3ull;
    placement.first &= ~Address{3};
    placement.size_bytes = static_cast<std::uint32_t>(end - placement.first);
    return placement;
  }

  [[nodiscard]] std::string name_of(const bus::Region& region) const {
    return bus_.memories[region.memory].name;
  }

  /// The region of the board that holds all of a range.
  [[nodiscard]] const bus::Region& home_of(const Placement& placement) const {
    const auto is_memory = [](const bus::Region* region) {
      return region != nullptr && region->kind == bus::RegionKind::memory;
    };
    const auto meets = [&](Address first, std::uint32_t size_bytes) {
      return placement.first - first < size_bytes || first - placement.first < placement.size_bytes;
    };
    for (const Placed& other : done_) {
      if (meets(other.first, other.size_bytes) || meets(other.charged_as, other.size_bytes)) {
        throw ConfigError(
            fmt::format("{} meets {}, which is placed already", shown(placement), other.what),
            placement.text, "leave one of them out");
      }
    }
    const auto found = std::find_if(map_.begin(), map_.end(), [&](const bus::Region& region) {
      return region.contains(placement.first);
    });
    const bus::Region* const region = found == map_.end() ? nullptr : &*found;
    if (!is_memory(region)) {
      throw ConfigError(fmt::format("{} is in no memory", shown(placement)), placement.text,
                        "place what is in memory; `mcost boards NAME` shows where memories are");
    }
    if (!region->contains(placement.first + (placement.size_bytes - 1))) {
      throw ConfigError(fmt::format("{} goes beyond {}", shown(placement), name_of(*region)),
                        placement.text, "place its parts one by one, as ADDRESS+BYTES");
    }
    return *region;
  }

  [[nodiscard]] const bus::Region& target_of(const Placement& placement) const {
    std::vector<std::string> names;
    const bus::Region* found = nullptr;
    for (const bus::Region& region : map_) {
      if (region.kind != bus::RegionKind::memory) continue;
      const bool of_memory = name_of(region) == placement.memory;
      // A region of that very name, else the one that shows most of the memory and comes last:
      // aliases for boot are at low addresses.
      const bool by_name = region.name == placement.memory;
      const bool better = found == nullptr || (found->name != placement.memory &&
                                               (by_name || region.size_bytes >= found->size_bytes));
      if ((of_memory || by_name) && better) found = &region;
      if (std::find(names.begin(), names.end(), name_of(region)) == names.end())
        names.push_back(name_of(region));
    }
    if (found != nullptr) return *found;
    throw ConfigError(fmt::format("the board has no memory \"{}\"", placement.memory),
                      placement.text, suggest(placement.memory, "memories", names));
  }

  void check_use(const Placement& placement, const bus::Region& home,
                 const bus::Region& target) const {
    if (home.memory == target.memory && home.view == target.view &&
        home.data_port == target.data_port && home.fetch_port == target.fetch_port) {
      throw ConfigError(fmt::format("{} is in {} already", shown(placement), placement.memory),
                        placement.text, "leave it out");
    }
    if (home.writable && placement.may_be_written && !target.writable) {
      throw ConfigError(
          fmt::format("the program may write {}, but not {}", placement.what, placement.memory),
          placement.text, "name a memory that can be written");
    }
    if (placement.is_code && !target.executable) {
      throw ConfigError(fmt::format("{} is code, and {} takes no fetches of instructions",
                                    placement.what, placement.memory),
                        placement.text, "name a memory that code runs from");
    }
  }

  /// Adds what the program uses at [first, first + size).
  void add_used(std::vector<Extent>& used, std::uint8_t memory, Address first,
                std::uint64_t size) const {
    for (const bus::Region& region : map_) {
      if (region.kind != bus::RegionKind::memory || region.memory != memory) continue;
      const std::uint64_t low = std::max<std::uint64_t>(first, region.base);
      const std::uint64_t high =
          std::min<std::uint64_t>(first + size, std::uint64_t{region.base} + region.size_bytes);
      if (low >= high) continue;
      const std::uint64_t offset = region.memory_offset + (low - region.base);
      used.push_back({offset, offset + (high - low)});
    }
  }

  [[nodiscard]] std::vector<Extent> used_extents(std::uint8_t memory) const {
    std::vector<Extent> used;
    for (const loader::Section& section : image_.sections) {
      add_used(used, memory, section.address, section.size_bytes);
    }
    for (const loader::Segment& segment : image_.segments) {
      add_used(used, memory, segment.load_address,
               std::uint64_t{segment.bytes.size()} + segment.zero_fill_bytes);
    }
    for (const Placed& other : done_) add_used(used, memory, other.charged_as, other.size_bytes);
    std::sort(used.begin(), used.end(),
              [](const Extent& a, const Extent& b) { return a.first < b.first; });
    return used;
  }

  /// The offset in the target's memory that a range gets.
  [[nodiscard]] std::uint64_t free_offset(const Placement& placement,
                                          const bus::Region& target) const {
    std::vector<Extent> gaps;
    std::uint64_t at = target.memory_offset;
    const auto add_gap = [&](std::uint64_t end) {
      end = std::min(end, end_of(target));
      if (at < end) gaps.push_back({at, end});
    };
    for (const Extent& extent : used_extents(target.memory)) {
      add_gap(extent.first);
      at = std::max(at, extent.end);
    }
    add_gap(end_of(target));
    const bool holds_stack = target.writable && target.contains(stack_pointer_ - 1);
    const std::uint64_t stack = holds_stack ? offset_in(target, stack_pointer_ - 1) : 0;
    std::optional<std::uint64_t> found;
    std::optional<std::uint64_t> below_stack;
    std::uint64_t largest = 0;
    for (Extent gap : gaps) {
      if (holds_stack && gap.first <= stack && stack < gap.end) {
        below_stack = offset_below_stack(placement, target, {gap.first, stack + 1});
        const std::uint64_t below = stack + 1 - gap.first;
        largest = std::max(largest, below - std::min<std::uint64_t>(below, kLeastStack));
        gap.first = stack + 1;
      }
      largest = std::max(largest, gap.end - gap.first);
      const auto offset = congruent(placement, target, gap, gap.end);
      if (offset) found = offset;
    }
    if (found) return *found;
    if (below_stack) return *below_stack;
    throw ConfigError(
        fmt::format(
            "{} does not fit {}: its largest free part has {} bytes, and the place is to be "
            "congruent modulo 4 KiB",
            shown(placement), placement.memory, largest),
        placement.text, "place less, or name a larger memory");
  }

  /// The highest offset in `gap` that fits, ends at `limit` or before, and has the same place in a
  /// page.
  [[nodiscard]] static std::optional<std::uint64_t> congruent(const Placement& placement,
                                                              const bus::Region& target, Extent gap,
                                                              std::uint64_t limit) {
    if (limit < gap.first + placement.size_bytes) return std::nullopt;
    const std::uint64_t highest = limit - placement.size_bytes;
    const auto address = static_cast<std::uint32_t>(target.base + (highest - target.memory_offset));
    const std::uint64_t back = (address - placement.first) % kPage;
    if (highest < gap.first + back) return std::nullopt;
    return highest - back;
  }

  [[nodiscard]] static std::optional<std::uint64_t> offset_below_stack(const Placement& placement,
                                                                       const bus::Region& target,
                                                                       Extent gap) {
    const std::uint64_t size = gap.end - gap.first;
    if (size < std::uint64_t{placement.size_bytes} + kLeastStack) return std::nullopt;
    const std::uint64_t middle = gap.first + (size + placement.size_bytes + kPage) / 2;
    return congruent(placement, target, gap, std::min(middle, gap.end - kLeastStack));
  }

  /// Shows the range's addresses, and every alias of them, where it goes; nothing else reaches it.
  void move(const Placement& placement, const bus::Region& home, const bus::Region& target,
            std::uint32_t offset) {
    const auto from = static_cast<std::uint32_t>(offset_in(home, placement.first));
    const std::uint32_t size = placement.size_bytes;
    bus::Memory& source = bus_.memories[home.memory];
    bus::Memory& memory = bus_.memories[target.memory];
    std::vector<std::uint8_t> bytes(source.bytes.begin() + from,
                                    source.bytes.begin() + from + size);
    std::vector<std::uint8_t> tags(source.tags.begin() + (from >> bus::kTagShift),
                                   source.tags.begin() + ((from + size) >> bus::kTagShift));
    for (const bus::Region& region : map_) {
      if (region.kind != bus::RegionKind::memory || region.memory != target.memory) continue;
      const std::uint64_t low = std::max<std::uint64_t>(offset, region.memory_offset);
      const std::uint64_t high = std::min(std::uint64_t{offset} + size, end_of(region));
      if (low >= high) continue;
      cut_out(bus_, region.base + static_cast<Address>(low - region.memory_offset),
              static_cast<std::uint32_t>(high - low));
    }
    for (const bus::Region& region : map_) {
      if (region.kind != bus::RegionKind::memory || region.memory != home.memory) continue;
      const std::uint64_t low = std::max<std::uint64_t>(from, region.memory_offset);
      const std::uint64_t high = std::min(std::uint64_t{from} + size, end_of(region));
      if (low >= high) continue;
      bus::Region shows = target;
      shows.name = "place " + placement.what;
      shows.base = region.base + static_cast<Address>(low - region.memory_offset);
      shows.size_bytes = static_cast<std::uint32_t>(high - low);
      shows.memory_offset = offset + static_cast<std::uint32_t>(low - from);
      shows.writable = region.writable && target.writable;
      shows.executable = region.executable && target.executable;
      if (bus_.regions.size() + 2 >= engine::kWindows) {
        throw ConfigError("too many placements: the address map has no more regions",
                          placement.text, "place whole sections in place of symbols");
      }
      add_region(bus_, shows, true);
    }
    std::copy(bytes.begin(), bytes.end(), memory.bytes.begin() + offset);
    for (std::size_t i = 0; i < tags.size() && memory.is_ram; ++i) {
      std::uint8_t& tag = memory.tags[(offset >> bus::kTagShift) + i];
      tag = static_cast<std::uint8_t>((tag & ~bus::kNeverWritten) | (tags[i] & bus::kNeverWritten));
    }
  }

  const loader::Image& image_;
  std::uint32_t stack_pointer_;
  bus::SystemBus& bus_;
  const std::vector<bus::Region> map_;  // of the board, before anything was placed
  std::vector<Placed> done_;
};

}  // namespace

std::vector<Placed> place(const std::vector<Placement>& placements, const loader::Image& image,
                          std::uint32_t stack_pointer, bus::SystemBus& bus) {
  Placer placer(image, stack_pointer, bus);
  std::vector<Placed> placed;
  placed.reserve(placements.size());
  for (const Placement& placement : placements) placed.push_back(placer.place(placement));
  return placed;
}

std::string note_of(const Placed& placed) {
  return fmt::format("--place: {} ({} bytes at 0x{:08X}) is charged as {} at 0x{:08X}{}",
                     placed.what, placed.size_bytes, placed.first, placed.memory, placed.charged_as,
                     placed.is_device
                         ? ", Device memory: no cache holds it, and unaligned accesses "
                           "to it fault"
                         : "");
}

}  // namespace mcost::boards
