#include "cli/call_buffers.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "boards/suggestions.h"
#include "cli/memory_layout.h"
#include "cli/options.h"
#include "sim_core/base/error.h"

namespace mcost::cli {
namespace {

/// A cache line of every core with a cache; also what vector code likes.
constexpr std::uint64_t kAlignment = 32;
/// The call's stack keeps a quarter of its room, and this much at least.
constexpr std::uint64_t kLeastStack = 1024;

std::uint64_t aligned(std::uint64_t address) {
  return (address + kAlignment - 1) & ~(kAlignment - 1);
}

/// Of all buffers, from an aligned address on.
std::uint64_t total_of(const std::vector<std::uint64_t>& sizes) {
  std::uint64_t total = 0;
  for (const std::uint64_t size : sizes) total += aligned(size + kBufferGuard);
  return total;
}

std::vector<Address> addresses_from(Address base, const std::vector<std::uint64_t>& sizes) {
  std::vector<Address> addresses;
  std::uint64_t next = base;
  for (const std::uint64_t size : sizes) {
    addresses.push_back(static_cast<Address>(next));
    next += aligned(size + kBufferGuard);
  }
  return addresses;
}

struct Gap {
  Address first = 0;
  std::uint64_t size_bytes = 0;
};

/// The room of the stack in use: where it ends below, if that is known.
class StackRoom {
 public:
  explicit StackRoom(RunSession& session)
      : session_(session),
        engine_(session.machine().engine()),
        layout_(memory_layout(session.image(), session.symbols(), engine_.bus(), stack_pointer())) {
  }
  [[nodiscard]] Address stack_pointer() const { return engine_.core().r[13]; }
  [[nodiscard]] const analysis::MemoryLayout& layout() const { return layout_; }
  [[nodiscard]] std::optional<Address> limit() const {
    const Address sp = stack_pointer();
    if (engine_.exceptions().uses_process_stack()) {
      const loader::Object* const object = session_.symbols().find_object(sp - 4);
      return object == nullptr ? std::nullopt : std::optional(object->address);
    }
    if (!layout_.main_stack) return std::nullopt;
    return sp - layout_.main_stack->range.size_bytes();
  }

 private:
  RunSession& session_;
  engine::Engine& engine_;
  analysis::MemoryLayout layout_;
};

/// RAM that belongs to no section, heap or stack, by address.
class FreeRam {
 public:
  FreeRam(RunSession& session, const StackRoom& stack)
      : bus_(session.machine().engine().bus()), image_(session.image()) {
    for (const loader::Section& section : image_.sections) {
      if (section.size_bytes != 0) take(ram_range(bus_, section.address, section.size_bytes));
    }
    for (const analysis::MemoryLayout::Part& part : stack.layout().parts)
      taken_.push_back(part.range);
    if (stack.layout().main_stack) {
      taken_.push_back(stack.layout().main_stack->range);
      take_frames(stack.layout().main_stack->range, stack.stack_pointer(), session);
    }
    if (const auto limit = stack.limit())
      take(ram_range(bus_, *limit, stack.stack_pointer() - *limit));
    std::sort(taken_.begin(), taken_.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
  }

  /// The largest free piece of a region.
  [[nodiscard]] Gap largest(const bus::Region& region) const {
    Gap best;
    std::uint64_t next = region.memory_offset;
    const std::uint64_t end = std::uint64_t{region.memory_offset} + region.size_bytes;
    const auto offer = [&](std::uint64_t until) {
      const std::uint64_t first =
          aligned(std::uint64_t{region.base} + (next - region.memory_offset));
      const std::uint64_t behind = region.base + (std::min(until, end) - region.memory_offset);
      if (first < behind && behind - first > best.size_bytes)
        best = {static_cast<Address>(first), behind - first};
    };
    for (const analysis::MemoryRange& range : taken_) {
      if (range.memory != region.memory) continue;
      if (range.first > next) offer(range.first);
      next = std::max<std::uint64_t>(next, range.end);
    }
    if (next < end) offer(end);
    return best;
  }

  [[nodiscard]] bool overlaps(Address first, std::uint64_t size) const {
    const auto range = ram_range(bus_, first, size);
    return range && std::any_of(taken_.begin(), taken_.end(), [&](const auto& other) {
             return other.memory == range->memory && other.first < range->end &&
                    range->first < other.end;
           });
  }

  /// Each RAM where it appears first.
  [[nodiscard]] std::vector<const bus::Region*> regions() const {
    std::vector<const bus::Region*> list;
    for (const bus::Region& region : bus_.regions) {
      if (region.kind != bus::RegionKind::memory || region.size_bytes == 0) continue;
      if (!bus_.memories[region.memory].is_ram) continue;
      const bool known = std::any_of(list.begin(), list.end(), [&](const bus::Region* other) {
        return other->memory == region.memory && other->memory_offset == region.memory_offset;
      });
      if (!known) list.push_back(&region);
    }
    return list;
  }
  [[nodiscard]] const std::string& name_of(const bus::Region& region) const {
    return bus_.memories[region.memory].name;
  }

 private:
  /// Frames of callers: from SP up to where it was after reset; where that is unknown, up to the
  /// end of the stack's memory.
  void take_frames(const analysis::MemoryRange& stack, Address stack_pointer, RunSession& session) {
    const Address vectors = session.machine().engine().exceptions().vtor;
    std::uint32_t initial = 0;
    const bool known = session.view().read_word(vectors, initial) && initial >= stack_pointer;
    if (known && initial == stack_pointer) return;
    const auto frames =
        known ? ram_range(bus_, stack_pointer, initial - stack_pointer) : std::nullopt;
    if (frames && frames->size_bytes() == initial - stack_pointer) {
      take(frames);
    } else {
      taken_.push_back({.memory = stack.memory, .first = stack.end, .end = 0xFFFFFFFFu});
    }
  }
  void take(const std::optional<analysis::MemoryRange>& range) {
    if (range && range->size_bytes() != 0) taken_.push_back(*range);
  }
  const bus::SystemBus& bus_;
  const loader::Image& image_;
  std::vector<analysis::MemoryRange> taken_;
};

[[noreturn]] void refuse_room(std::uint64_t total, const std::string& where,
                              const std::string& remedy) {
  throw ConfigError(fmt::format("no room for {} bytes of buffers", total), where, remedy);
}

Address base_at(const std::string& at, std::uint64_t total, const FreeRam& ram,
                RunSession& session) {
  const std::string where = "--buffer-at " + at;
  Gap best;
  bool is_memory = false;
  for (const bus::Region* const region : ram.regions()) {
    if (ram.name_of(*region) != at) continue;
    is_memory = true;
    const Gap gap = ram.largest(*region);
    if (gap.size_bytes > best.size_bytes) best = gap;
  }
  if (is_memory) {
    if (best.size_bytes >= total) return best.first;
    refuse_room(total, where,
                fmt::format("{} has {} free bytes in one piece; name another memory, or the "
                            "address of an object that may be overwritten",
                            at, best.size_bytes));
  }
  const loader::Symbol* const symbol = session.symbols().find_symbol(at);
  if (symbol == nullptr && at.find('+') == std::string::npos && !parse_integer(at)) {
    std::vector<std::string> names;
    for (const bus::Region* const region : ram.regions()) names.push_back(ram.name_of(*region));
    throw ConfigError(fmt::format("no RAM and no symbol is called \"{}\"", at), where,
                      boards::suggest(at, "memories", names));
  }
  const Address address = resolve_address(at, session.symbols(), "--buffer-at");
  const auto range = ram_range(session.machine().engine().bus(), address, total);
  if (!range || range->size_bytes() < total)
    refuse_room(total, where, "give an address in RAM with enough room behind it, or a memory");
  if (address % 8 != 0)
    throw ConfigError(fmt::format("0x{:08X} is no multiple of 8", address), where, "align it");
  if (symbol != nullptr && symbol->size_bytes != 0) {
    if (symbol->size_bytes >= total) return address;
    refuse_room(total, where, fmt::format("{} has {}", at, symbol->size_bytes));
  }
  if (ram.overlaps(address, total)) {
    throw ConfigError(
        fmt::format("{} bytes from 0x{:08X} on are the firmware's: data, heap or stack", total,
                    address),
        where, "give a memory, another address, or a symbol that may be overwritten");
  }
  return address;
}

/// The stack if that leaves enough of it, else the first RAM with room.
std::optional<Address> base_of(std::uint64_t total, const StackRoom& stack, const FreeRam& ram) {
  const auto limit = stack.limit();
  const Address sp = stack.stack_pointer();
  if (limit && *limit < sp) {
    const std::uint64_t room = sp - *limit;
    const std::uint64_t kept = std::max(kLeastStack, room / 4);
    if (room >= total + kAlignment + kept) {
      return static_cast<Address>((sp - total) & ~(kAlignment - 1));
    }
  }
  for (const bus::Region* const region : ram.regions()) {
    const Gap gap = ram.largest(*region);
    if (gap.size_bytes >= total) return gap.first;
  }
  return std::nullopt;
}

}  // namespace

BufferPlaces place_buffers(const std::vector<std::uint64_t>& sizes, const std::string& at,
                           RunSession& session) {
  const StackRoom stack(session);
  BufferPlaces places;
  places.stack_pointer = stack.stack_pointer() & ~7u;
  places.stack_limit = stack.limit().value_or(0);
  if (sizes.empty()) return places;
  const std::uint64_t total = total_of(sizes);
  const FreeRam ram(session, stack);
  const auto base = at.empty() ? base_of(total, stack, ram) : base_at(at, total, ram, session);
  if (!base) {
    refuse_room(total, "mcost call",
                "name a memory with --buffer-at; `mcost boards NAME` lists them");
  }
  places.addresses = addresses_from(*base, sizes);
  const Address limit = places.stack_limit;
  if (*base >= limit && limit != 0 && *base < places.stack_pointer) places.stack_pointer = *base;
  return places;
}

}  // namespace mcost::cli
