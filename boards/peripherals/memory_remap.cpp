#include "boards/peripherals/memory_remap.h"

#include <algorithm>
#include <map>
#include <utility>

#include "sim_core/base/bits.h"

namespace mcost::boards {
namespace {

class MemoryRemap final : public PeripheralModel {
 public:
  MemoryRemap(PeripheralSpec spec, bus::SystemBus& bus,
              std::function<std::uint8_t(const std::string&)> memory_index,
              std::function<void()> changed)
      : spec_(std::move(spec)),
        bus_(bus),
        memory_index_(std::move(memory_index)),
        changed_(std::move(changed)) {
    for (const RemapSpec& remap : spec_.remaps) {
      const std::vector<bus::Region*> parts = parts_of(remap.region);
      if (!parts.empty()) shown_.try_emplace(remap.region, Shown{*parts.front(), {}, {}});
    }
    reset();
  }
  [[nodiscard]] bool models(std::uint32_t offset) const override {
    return std::any_of(spec_.remaps.begin(), spec_.remaps.end(),
                       [&](const RemapSpec& remap) { return remap.field.offset_bytes == offset; });
  }
  void reset() override {
    for (const RegisterSpec& entry : spec_.registers) write(entry.offset_bytes, entry.reset, 0);
  }
  void write(std::uint32_t offset, std::uint32_t value, Cycles) override {
    for (const RemapSpec& remap : spec_.remaps) {
      const BitField& field = remap.field;
      if (field.offset_bytes != offset || bits(value, field.high, field.low) != remap.when)
        continue;
      show(remap);
    }
  }

 private:
  using Extents = std::vector<std::pair<Address, std::uint32_t>>;
  struct Shown {
    bus::Region board;  // as the board has it
    Extents parts;      // as far as they may reach: what-if placement cuts regions
    Extents left;       // as the last change left them
  };

  [[nodiscard]] std::vector<bus::Region*> parts_of(const std::string& name) {
    std::vector<bus::Region*> parts;
    for (bus::Region& region : bus_.regions) {
      if (region.name == name) parts.push_back(&region);
    }
    return parts;
  }
  static Extents extents_of(const std::vector<bus::Region*>& parts) {
    Extents extents;
    for (const bus::Region* part : parts) extents.emplace_back(part->base, part->size_bytes);
    return extents;
  }
  /// The region keeps its place; it never grows beyond what the board gave it.
  void show(const RemapSpec& remap) {
    const auto found = shown_.find(remap.region);
    if (found == shown_.end()) return;
    Shown& shown = found->second;
    const std::vector<bus::Region*> parts = parts_of(remap.region);
    const Extents now = extents_of(parts);
    if (now != shown.left) shown.parts = now;
    const std::uint8_t index =
        remap.memory.empty() ? shown.board.memory : memory_index_(remap.memory);
    const bool is_first = shown.board.memory == index;
    const std::uint64_t size =
        remap.memory.empty()
            ? 0
            : std::min<std::uint64_t>(shown.board.size_bytes, bus_.memories[index].bytes.size());
    bool changes = false;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      bus::Region& part = *parts[i];
      const std::uint32_t begin = part.base - shown.board.base;
      const std::uint64_t end = std::min(size, std::uint64_t{begin} + shown.parts[i].second);
      const std::uint32_t part_size = end > begin ? static_cast<std::uint32_t>(end - begin) : 0;
      if (part_size == part.size_bytes && (part_size == 0 || part.memory == index)) continue;
      changes = true;
      part.size_bytes = part_size;
      if (part_size == 0) continue;
      part.memory = index;
      part.memory_offset = (is_first ? shown.board.memory_offset : 0) + begin;
      part.writable = is_first ? shown.board.writable : bus_.memories[index].is_ram;
    }
    shown.left = extents_of(parts);
    if (changes) changed_();
  }

  PeripheralSpec spec_;
  bus::SystemBus& bus_;
  std::function<std::uint8_t(const std::string&)> memory_index_;
  std::function<void()> changed_;
  std::map<std::string, Shown> shown_;  // by region
};

}  // namespace

std::unique_ptr<PeripheralModel> make_memory_remap(
    const PeripheralSpec& spec, bus::SystemBus& bus,
    std::function<std::uint8_t(const std::string&)> memory_index, std::function<void()> changed) {
  return std::make_unique<MemoryRemap>(spec, bus, std::move(memory_index), std::move(changed));
}

}  // namespace mcost::boards
