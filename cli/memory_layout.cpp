#include "cli/memory_layout.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace mcost::cli {
namespace {

using analysis::MemoryLayout;
using analysis::MemoryRange;
using analysis::StackPlace;

/// Names that linker scripts give. Source: CMSIS-Core GCC linker script template (__StackLimit,
/// __HeapBase, __HeapLimit, __end__, end); newlib's sbrk (end, _end); STM32Cube (_end, _sstack).
constexpr std::array kStackLimits{"__StackLimit", "__stack_limit", "__stack_limit__", "_sstack"};
constexpr std::array kHeapStarts{"__HeapBase", "__heap_start__", "__heap_start", "_heap_start",
                                 "_sheap",     "__end__",        "end",          "_end"};
constexpr std::array kHeapEnds{"__HeapLimit", "__heap_limit", "__heap_end__",
                               "__heap_end",  "_heap_end",    "_eheap"};

/// RAM and the addresses that show it.
const bus::Region* ram_at(const bus::SystemBus& bus, Address address) {
  const bus::Region* const region = bus.find(address);
  const bool is_ram = region != nullptr && region->kind == bus::RegionKind::memory &&
                      bus.memories[region->memory].is_ram;
  return is_ram ? region : nullptr;
}

bool is_named(const loader::Section& section, std::string_view word) {
  return section.name.find(word) != std::string::npos;
}

/// Room that a linker script reserves without saying where in it what grows.
bool is_reservation(const loader::Section& section) {
  return !section.loaded && is_named(section, "stack") && is_named(section, "heap");
}

std::optional<MemoryKind> kind_of(const loader::Section& section) {
  if (section.loaded) return MemoryKind::data;
  if (is_reservation(section)) return std::nullopt;
  if (is_named(section, "stack")) return MemoryKind::stack;
  if (is_named(section, "heap")) return MemoryKind::heap;
  return MemoryKind::bss;
}

template <class Names>
std::optional<Address> symbol_among(const Names& names, const loader::SymbolTable& symbols,
                                    const auto& suits) {
  for (const char* const name : names) {
    const loader::Symbol* const symbol = symbols.find_symbol(name);
    if (symbol != nullptr && suits(symbol->address)) return symbol->address;
  }
  return std::nullopt;
}

class LayoutFinder {
 public:
  LayoutFinder(const loader::Image& image, const loader::SymbolTable& symbols,
               const bus::SystemBus& bus, Address stack_pointer)
      : image_(image), symbols_(symbols), bus_(bus), top_(stack_pointer) {}

  MemoryLayout find() {
    for (const loader::Section& section : image_.sections) {
      const auto kind = kind_of(section);
      if (kind) add(*kind, section.address, section.size_bytes);
      has_heap_section_ = has_heap_section_ || kind == MemoryKind::heap;
    }
    find_main_stack();
    if (image_.is_elf && !has_heap_section_) find_heap();
    return std::move(layout_);
  }

 private:
  /// In each RAM that it reaches into: linkers put one section across neighbouring memories.
  void add(MemoryKind kind, Address first, std::uint64_t size) {
    const std::uint64_t behind = first + size;
    for (const bus::Region& region : bus_.regions) {
      const std::uint64_t end = std::uint64_t{region.base} + region.size_bytes;
      const std::uint64_t begin = std::max<std::uint64_t>(first, region.base);
      if (begin >= std::min(behind, end)) continue;
      const auto range = ram_range(bus_, static_cast<Address>(begin), behind - begin);
      if (range && range->size_bytes() != 0) layout_.parts.push_back({kind, *range});
    }
  }

  /// Where data ends below the stack, in its region; else where the region begins.
  Address end_of_data(const bus::Region& region) const {
    Address end = region.base;
    for (const loader::Section& section : image_.sections) {
      const std::uint64_t behind = std::uint64_t{section.address} + section.size_bytes;
      const auto kind = kind_of(section);
      const bool is_data = kind == MemoryKind::data || kind == MemoryKind::bss;
      if (is_data && behind > region.base && behind <= top_)
        end = std::max(end, static_cast<Address>(behind));
    }
    return end;
  }

  void find_main_stack() {
    if (top_ < 4) return;
    const Address last = top_ - 4;
    region_ = ram_at(bus_, last);
    if (region_ == nullptr) return;
    std::optional<Address> limit;
    const loader::Object* const object = symbols_.find_object(last);
    if (object != nullptr && region_->contains(object->address)) limit = object->address;
    for (const loader::Section& section : image_.sections) {
      if (!limit && section.contains(last) && kind_of(section) == MemoryKind::stack &&
          region_->contains(section.address))
        limit = section.address;
    }
    if (!limit) {
      limit = symbol_among(kStackLimits, symbols_, [&](Address address) {
        return address < top_ && region_->contains(address);
      });
    }
    const bool known = limit.has_value();
    limit_ = ((known ? *limit : end_of_data(*region_)) + 3) & ~Address{3};
    if (limit_ >= top_) return;
    const auto range = ram_range(bus_, limit_, top_ - limit_);
    if (!range) return;
    if (known) add(MemoryKind::stack, limit_, top_ - limit_);
    layout_.main_stack = StackPlace{"main", top_, *range, false};
    limit_known_ = known;
  }

  void find_heap() {
    auto start = symbol_among(kHeapStarts, symbols_,
                              [&](Address address) { return ram_at(bus_, address) != nullptr; });
    if (!start && layout_.main_stack && !limit_known_) start = limit_;
    if (!start) return;
    const bus::Region& region = *ram_at(bus_, *start);
    const auto end = symbol_among(kHeapEnds, symbols_, [&](Address address) {
      return address > *start && address - region.base <= region.size_bytes;
    });
    const bool below_stack = layout_.main_stack && &region == region_ && *start < top_;
    if (end) {
      add(MemoryKind::heap, *start, *end - *start);
    } else if (below_stack && limit_known_) {
      add(MemoryKind::heap, *start, *start < limit_ ? limit_ - *start : 0);
    } else if (below_stack) {
      add(MemoryKind::heap, *start, top_ - *start);
      layout_.main_stack->shares_with_heap = true;
    } else {
      add(MemoryKind::heap, *start, region.size_bytes - (*start - region.base));
    }
  }

  const loader::Image& image_;
  const loader::SymbolTable& symbols_;
  const bus::SystemBus& bus_;
  Address top_;
  const bus::Region* region_ = nullptr;  // of the main stack
  Address limit_ = 0;
  bool limit_known_ = false;
  bool has_heap_section_ = false;
  MemoryLayout layout_;
};

}  // namespace

std::optional<MemoryRange> ram_range(const bus::SystemBus& bus, Address first, std::uint64_t size) {
  const bus::Region* const region = ram_at(bus, first);
  if (region == nullptr) return std::nullopt;
  const std::uint32_t offset = first - region->base;
  const auto length =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(size, region->size_bytes - offset));
  return MemoryRange{region->memory, region->memory_offset + offset,
                     region->memory_offset + offset + length};
}

MemoryLayout memory_layout(const loader::Image& image, const loader::SymbolTable& symbols,
                           const bus::SystemBus& bus, Address stack_pointer) {
  return LayoutFinder(image, symbols, bus, stack_pointer).find();
}

}  // namespace mcost::cli
