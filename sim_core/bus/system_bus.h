// What the core can reach: regions of guest addresses backed by host storage or by a device, and
// the memories behind them. Built once by memory_models/memory_map; the engine reads it. Depends on
// base and the other bus headers.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim_core/bus/device.h"
#include "sim_core/bus/interconnect.h"
#include "sim_core/bus/memory_model.h"
#include "sim_core/bus/timing_port.h"
#include "sim_core/bus/window.h"

namespace mcost::bus {

/// Takes stores to regions that plain stores do not change: a flash controller.
class StoreTaker {
 public:
  virtual ~StoreTaker() = default;
  /// False: the bus answers with an error. `offset` is in the memory.
  [[nodiscard]] virtual bool takes_stores(std::uint32_t offset) const = 0;
  virtual void store(std::uint32_t offset, std::uint32_t value, unsigned size_bytes,
                     Cycles now) = 0;
};

/// A memory: bytes, tags and a timing model. Several regions may show it.
struct Memory {
  std::string name;
  std::vector<std::uint8_t> bytes;
  std::vector<std::uint8_t> tags;  // one per granule of `bytes`, see Window
  bool is_ram = false;  // starts from the power-on pattern; never-written words are tagged
  std::unique_ptr<MemoryModel> model;
  StoreTaker* store_taker = nullptr;
  std::uint8_t micro_state_slot =
      0xFF;  // index into the timing state, 0xFF if the model has no micro-state

  /// What the memory itself holds, whatever a cache in front shows the core.
  [[nodiscard]] std::uint8_t stored(std::uint32_t offset) const {
    std::uint8_t byte = bytes[offset];
    if (model->follows_attributes()) model->read_behind(offset, &byte, 1);
    return byte;
  }
  void set_contents(std::size_t size_bytes, std::uint8_t fill) {
    bytes.assign(size_bytes, fill);
    tags.assign(tags_of(size_bytes), 0);
  }
};

/// Memories with micro-state that one machine may have.
inline constexpr unsigned kMicroStates = 2;

enum class RegionKind : std::uint8_t { memory, device, bit_band };

/// A range of guest addresses.
struct Region {
  std::string name;
  Address base = 0;
  std::uint32_t size_bytes = 0;  // 0 means 4 GiB is never needed; ranges are below 4 GiB
  RegionKind kind = RegionKind::memory;
  std::uint8_t memory = 0;  // index into memories; for devices, the index that names them in causes
  std::uint32_t memory_offset = 0;  // RegionKind::memory; for bit_band, unused
  Address bit_band_target = 0;      // RegionKind::bit_band: first byte that the alias shows
  CorePort data_port = CorePort::system;
  CorePort fetch_port = CorePort::icode;
  bool executable = false;
  bool writable = false;
  bool is_device_memory = false;  // Device or Strongly-ordered: unaligned accesses fault
  std::uint8_t view = 0;
  std::uint32_t device_wait = 0;    // wait cycles of a device access
  std::uint32_t device_offset = 0;  // of `base` in the device
  Device* device = nullptr;         // owned by the machine
  [[nodiscard]] bool contains(Address address) const { return address - base < size_bytes; }
};

/// Something that counts for reports and is no memory: a card, say.
class CounterSource {
 public:
  virtual ~CounterSource() = default;
  [[nodiscard]] virtual std::vector<MemoryModel::Counter> counters() const = 0;
};

/// The names in causes and traffic tables: memories first, then one entry "peripherals" and one
/// "ppb".
struct SystemBus {
  std::vector<Memory> memories;
  std::vector<Region> regions;  // sorted by base, disjoint; region i is window i + 1 of the core
  std::vector<const CounterSource*> counter_sources;  // shown with the peripherals
  Interconnect interconnect;                          // initiators beside the core
  std::uint64_t program_order = 64;  // stamps of uses, for recency; visits take steps of 64
  [[nodiscard]] const Region* find(Address address) const {
    std::size_t low = 0;
    std::size_t high = regions.size();
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      if (regions[middle].base <= address) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low == 0) return nullptr;
    const Region& region = regions[low - 1];
    return region.contains(address) ? &region : nullptr;
  }
};

}  // namespace mcost::bus
