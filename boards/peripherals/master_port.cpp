#include "boards/peripherals/master_port.h"

#include <cstring>

namespace mcost::boards {
namespace {

bool is_private_to_core(const bus::Region& region) {
  return region.data_port == bus::CorePort::itcm ||
         (region.data_port == bus::CorePort::dcode && region.fetch_port == bus::CorePort::dcode);
}

std::uint32_t word_of(const std::uint8_t* bytes, unsigned size) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes, size);
  return value;
}

}  // namespace

std::uint8_t MasterPort::memory_at(Address address) const {
  const bus::Region* region = engine_.bus().find(address);
  if (region == nullptr || region->kind != bus::RegionKind::memory) return bus::kNoMemory;
  return region->memory;
}

bool MasterPort::reaches(Address address, bool write) const {
  const bus::Region* region = engine_.bus().find(address);
  if (region == nullptr || region->data_port == bus::CorePort::ppb) return false;
  if (region->kind == bus::RegionKind::device) return true;
  return region->kind == bus::RegionKind::memory && !is_private_to_core(*region) &&
         (region->writable || !write);
}

std::uint32_t MasterPort::reachable_memories() const {
  std::uint32_t mask = 0;
  for (const bus::Region& region : engine_.bus().regions) {
    if (region.kind == bus::RegionKind::memory && !is_private_to_core(region))
      mask |= 1u << region.memory;
  }
  return mask;
}

Cycles MasterPort::duration(const bus::Region& region, const Beats& beats,
                            bus::AccessKind kind) const {
  if (region.kind != bus::RegionKind::memory) return Cycles{register_cycles_} * beats.count;
  const bus::MemoryModel& model = *engine_.bus().memories[region.memory].model;
  return Cycles{1u + model.data_wait(kind)} * beats.count;
}

Cycles MasterPort::read(const Beats& beats, std::span<std::uint8_t> data, Cycles granted) {
  bus::SystemBus& bus = engine_.bus();
  const bus::Region* region = bus.find(beats.first);
  if (region == nullptr) return granted + 1;
  for (unsigned i = 0; i < beats.count; ++i) {
    const Address address = beats.first + (beats.increments ? i * beats.item_bytes : 0);
    std::uint8_t* item = data.data() + std::size_t{i} * beats.item_bytes;
    if (region->kind == bus::RegionKind::device) {
      const std::uint32_t value =
          region->device->read({region->device_offset + (address - region->base),
                                static_cast<std::uint8_t>(beats.item_bytes), granted, 0, true});
      std::memcpy(item, &value, beats.item_bytes);
    } else {
      engine_.read_memory(address, item, beats.item_bytes);
    }
  }
  if (region->kind == bus::RegionKind::memory)
    bus.interconnect.count(region->memory, false, beats.item_bytes * beats.count);
  return granted + duration(*region, beats, bus::AccessKind::read);
}

Cycles MasterPort::write(const Beats& beats, std::span<const std::uint8_t> data, Cycles granted) {
  bus::SystemBus& bus = engine_.bus();
  const bus::Region* region = bus.find(beats.first);
  if (region == nullptr) return granted + 1;
  for (unsigned i = 0; i < beats.count; ++i) {
    const Address address = beats.first + (beats.increments ? i * beats.item_bytes : 0);
    const std::uint8_t* item = data.data() + std::size_t{i} * beats.item_bytes;
    if (region->kind == bus::RegionKind::device) {
      region->device->write({region->device_offset + (address - region->base),
                             static_cast<std::uint8_t>(beats.item_bytes), granted, 0, true},
                            word_of(item, beats.item_bytes));
    } else {
      engine_.write_memory(address, item, beats.item_bytes);
    }
  }
  if (region->kind == bus::RegionKind::memory)
    bus.interconnect.count(region->memory, true, beats.item_bytes * beats.count);
  return granted + duration(*region, beats, bus::AccessKind::write);
}

}  // namespace mcost::boards
