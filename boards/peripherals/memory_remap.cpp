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
      const bus::Region* const region = region_of(remap);
      if (region != nullptr) first_.emplace(remap.region, *region);
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
  [[nodiscard]] bus::Region* region_of(const RemapSpec& remap) {
    const auto found =
        std::find_if(bus_.regions.begin(), bus_.regions.end(),
                     [&](const bus::Region& region) { return region.name == remap.region; });
    return found == bus_.regions.end() ? nullptr : &*found;
  }
  /// The region keeps its place; it never grows beyond what the board gave it.
  void show(const RemapSpec& remap) {
    bus::Region* const region = region_of(remap);
    if (region == nullptr) return;
    const bus::Region& first = first_.at(remap.region);
    if (remap.memory.empty()) {
      if (region->size_bytes != 0) {
        region->size_bytes = 0;
        changed_();
      }
      return;
    }
    const std::uint8_t index = memory_index_(remap.memory);
    if (region->memory == index && region->size_bytes != 0) return;
    const bus::Memory& memory = bus_.memories[index];
    const bool is_first = first.memory == index;
    region->memory = index;
    region->memory_offset = is_first ? first.memory_offset : 0;
    region->size_bytes =
        std::min(first.size_bytes, static_cast<std::uint32_t>(memory.bytes.size()));
    region->writable = is_first ? first.writable : memory.is_ram;
    changed_();
  }

  PeripheralSpec spec_;
  bus::SystemBus& bus_;
  std::function<std::uint8_t(const std::string&)> memory_index_;
  std::function<void()> changed_;
  std::map<std::string, bus::Region> first_;
};

}  // namespace

std::unique_ptr<PeripheralModel> make_memory_remap(
    const PeripheralSpec& spec, bus::SystemBus& bus,
    std::function<std::uint8_t(const std::string&)> memory_index, std::function<void()> changed) {
  return std::make_unique<MemoryRemap>(spec, bus, std::move(memory_index), std::move(changed));
}

}  // namespace mcost::boards
