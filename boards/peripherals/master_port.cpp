#include "boards/peripherals/master_port.h"

#include <cstring>

namespace mcost::boards {
namespace {

/// Memory on the data bus of the core alone (CCM).
bool is_private_to_core(const bus::Region& region) {
  return (region.data_port == bus::CorePort::dcode && region.fetch_port == bus::CorePort::dcode);
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
  if (region->data_port == bus::CorePort::itcm && !reaches_tcm_) return false;
  return region->kind == bus::RegionKind::memory && !is_private_to_core(*region) &&
         (region->writable || !write);
}

/// When the last beat is over. Memories with time of their own are asked beat by beat; a wide array
/// holds what it read last.
Cycles MasterPort::end_of(const bus::Region& region, const Beats& beats, bus::AccessKind kind,
                          Cycles granted) {
  if (region.kind != bus::RegionKind::memory)
    return granted + Cycles{register_cycles_} * beats.count;
  bus::Memory& memory = engine_.bus().memories[region.memory];
  const bool timed = memory.model->data_path() == bus::DataPath::timed &&
                     memory.micro_state_slot >= bus::kMicroStates;
  const bus::MemoryModel::ArrayRead array = memory.model->array_read();
  Cycles now = granted;
  for (unsigned i = 0; i < beats.count; ++i) {
    const std::uint32_t offset = region.memory_offset + (beats.first - region.base) +
                                 (beats.increments ? i * beats.item_bytes : 0);
    std::uint32_t wait = 0;
    if (const auto behind = memory.model->transfer_behind(offset, beats.item_bytes, kind, now)) {
      wait = *behind;
    } else if (timed) {
      bus::MicroState none;
      wait = memory.model->data(
          none,
          {offset, static_cast<std::uint8_t>(beats.item_bytes), kind, false, region.view, now},
          nullptr);
    } else if (kind == bus::AccessKind::write) {
      wait = memory.model->data_wait(kind);
    } else if (array.bytes <= 4 || buffered_memory_ != region.memory ||
               buffered_ != offset / array.bytes) {
      wait = array.wait;
      if (memory.model->has_array()) engine_.bus().interconnect.count_array_read(region.memory);
      buffered_ = offset / array.bytes;
      buffered_memory_ = region.memory;
    }
    now += 1 + wait;
  }
  return now;
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
      engine_.read_behind(address, item, beats.item_bytes);
    }
  }
  if (region->kind == bus::RegionKind::memory)
    bus.interconnect.count(region->memory, false, beats.item_bytes * beats.count);
  return end_of(*region, beats, bus::AccessKind::read, granted);
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
      engine_.write_behind(address, item, beats.item_bytes);
    }
  }
  if (region->kind == bus::RegionKind::memory)
    bus.interconnect.count(region->memory, true, beats.item_bytes * beats.count);
  return end_of(*region, beats, bus::AccessKind::write, granted);
}

}  // namespace mcost::boards
