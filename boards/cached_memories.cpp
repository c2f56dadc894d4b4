#include "boards/cached_memories.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "memory_models/cached_memory.h"
#include "memory_models/timed_memory.h"
#include "sim_core/base/error.h"

namespace mcost::boards {
namespace {

// Source: core-timing facts 5.9.
constexpr std::uint32_t kInstructionWays = 2;
constexpr std::uint32_t kDataWays = 4;
constexpr std::uint32_t kKib = 1024;

const RegionSpec* region_at(const BoardSpec& spec, const MemorySpec& memory, RegionPort port) {
  const auto found =
      std::find_if(spec.regions.begin(), spec.regions.end(), [&](const RegionSpec& region) {
        return region.memory == memory.name && region.port == port;
      });
  return found == spec.regions.end() ? nullptr : &*found;
}

/// Wait states of the memory itself, and what one read leaves in its buffer.
struct Array {
  std::uint32_t wait_states = 0;
  std::uint32_t buffer_bytes = 0;
};
/// Memories with time of their own: SDRAM, asynchronous SRAM, NOR flash.
template <class Spec>
Array array_of(const Spec&) {
  return {};
}
Array array_of(const SramSpec& sram) { return {sram.wait_states, 0}; }
Array array_of(const RomSpec& rom) { return {rom.wait_states, 0}; }
Array array_of(const FlashSpec& flash) { return {flash.wait_states, flash.width_bits / 8}; }

memory::AxiPath path_of(const MemorySpec& memory) {
  memory::AxiPath path;
  path.request_cycles = memory.axi_request_cycles.value_or(path.request_cycles);
  path.bridge_cycles = memory.axi_bridge_cycles.value_or(path.bridge_cycles);
  path.return_cycles = memory.axi_return_cycles.value_or(path.return_cycles);
  path.beat_bytes = memory.axi_beat_bits.value_or(path.beat_bytes * 8) / 8;
  path.clock_ratio = memory.axi_clock_ratio.value_or(path.clock_ratio);
  path.line_extra_cycles = memory.axi_line_extra_cycles.value_or(path.line_extra_cycles);
  const Array array = std::visit([](const auto& kind) { return array_of(kind); }, memory.timing);
  path.wait_states = array.wait_states;
  path.buffer_bytes = array.buffer_bytes;
  return path;
}

/// A slot that no memory uses.
std::uint8_t free_slot(const bus::SystemBus& bus) {
  for (std::uint8_t slot = 0; slot < bus::kMicroStates; ++slot) {
    const bool used = std::any_of(bus.memories.begin(), bus.memories.end(),
                                  [slot](const auto& m) { return m.micro_state_slot == slot; });
    if (!used) return slot;
  }
  throw ConfigError("more than 2 memories need timing state beside the caches", "memories",
                    "use kind sram or rom");
}

}  // namespace

void put_behind_caches(const BoardSpec& spec, bus::SystemBus& bus, std::unique_ptr<memory::L1>& l1,
                       MemoryControls& controls) {
  const CoreSpec& core = spec.core;
  if (!core.icache_bytes && !core.dcache_bytes) return;
  memory::L1Parameters parameters;
  parameters.i_bytes = core.icache_bytes.value_or(0);
  parameters.i_ways = kInstructionWays;
  parameters.d_bytes = core.dcache_bytes.value_or(0);
  parameters.d_ways = kDataWays;
  parameters.icache = core.icache_on.value_or(1) != 0;
  parameters.dcache = core.dcache_on.value_or(1) != 0;
  l1 = std::make_unique<memory::L1>(parameters);
  std::vector<std::size_t> cached;
  for (std::size_t i = 0; i < spec.memories.size(); ++i) {
    if (region_at(spec, spec.memories[i], RegionPort::axi) == nullptr) continue;
    cached.push_back(i);
    bus.memories[i].micro_state_slot = 0xFF;
  }
  if (cached.empty()) return;
  if (cached.size() > memory::kMostAxiPorts) {
    throw ConfigError("more than 10 memories behind the AXI port", "regions",
                      "give memories that matter less the port system");
  }
  const std::uint8_t slot = free_slot(bus);
  for (const std::size_t i : cached) {
    const MemorySpec& entry = spec.memories[i];
    bus::Memory& memory = bus.memories[i];
    const RegionSpec& home = *region_at(spec, entry, RegionPort::axi);
    auto model = std::make_unique<memory::CachedMemory>(
        *l1, memory,
        memory::CachedMemory::Place{static_cast<std::uint8_t>(i),
                                    static_cast<std::uint32_t>(home.base - home.offset_bytes)},
        path_of(entry));
    if (auto* const timed = dynamic_cast<memory::TimedMemory*>(memory.model.get()))
      model->set_target(timed->take_target());
    if (controls.flash[i] != nullptr) {
      if (const auto* const flash = dynamic_cast<memory::F7Flash*>(memory.model.get()))
        model->set_art(flash->art_parameters(), bus.program_order);
      controls.flash[i] = model.get();
    }
    memory.model = std::move(model);
    memory.micro_state_slot = slot;
  }
  for (bus::Region& region : bus.regions) {
    const bool is_cached = region.kind == bus::RegionKind::memory &&
                           std::find(cached.begin(), cached.end(), region.memory) != cached.end();
    if (!is_cached) continue;
    region.view = region.data_port == bus::CorePort::itcm ? memory::kItcmView : std::uint8_t{0};
  }
}

std::uint32_t tcm_kib(const BoardSpec& spec, RegionPort port) {
  for (const MemorySpec& memory : spec.memories) {
    const bool is_ram = std::holds_alternative<SramSpec>(memory.timing);
    if (is_ram && region_at(spec, memory, port) != nullptr)
      return static_cast<std::uint32_t>(memory.size_bytes / kKib);
  }
  return 0;
}

}  // namespace mcost::boards
