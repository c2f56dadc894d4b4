#include "boards/bus_builder.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <variant>

#include "boards/cached_memories.h"
#include "boards/peripherals/flash_families.h"
#include "boards/peripherals/quadspi_setup.h"
#include "memory_models/art.h"
#include "memory_models/art_f7.h"
#include "memory_models/constant_latency.h"
#include "memory_models/icache.h"
#include "memory_models/line_buffer_flash.h"
#include "memory_models/prefetch_flash.h"
#include "memory_models/psram.h"
#include "memory_models/sdram.h"
#include "memory_models/timed_memory.h"
#include "memory_models/vims.h"
#include "sim_core/base/counters.h"
#include "sim_core/base/error.h"
#include "sim_core/bus/window.h"
#include "sim_core/engine/core.h"

namespace mcost::boards {
namespace {

/// splitmix64: the power-on pattern must be the same on every machine.
std::uint64_t pattern(std::uint64_t seed, std::uint64_t index) {
  std::uint64_t z = seed + (index + 1) * 0x9E3779B97F4A7C15u;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}

void fill_with_pattern(std::vector<std::uint8_t>& bytes, std::uint64_t seed) {
  for (std::size_t i = 0; i + 8 <= bytes.size(); i += 8) {
    const std::uint64_t word = pattern(seed, i / 8);
    std::memcpy(bytes.data() + i, &word, 8);
  }
}

memory::SdramParameters parameters_of(const SdramSpec& spec, std::uint32_t core_per_hclk) {
  memory::SdramParameters parameters;
  parameters.bus_bytes = spec.bus_bits / 8;
  parameters.row_bits = spec.row_bits;
  parameters.column_bits = spec.column_bits;
  parameters.banks = spec.banks;
  parameters.hclk_per_sdclk = spec.hclk_per_sdclk;
  parameters.core_per_hclk = core_per_hclk;
  parameters.cas = spec.cas_sdclk;
  parameters.trcd = spec.trcd_sdclk;
  parameters.trp = spec.trp_sdclk;
  parameters.tras = spec.tras_sdclk;
  parameters.trc = spec.trc_sdclk;
  parameters.twr = spec.twr_sdclk;
  parameters.refresh = spec.refresh_sdclk;
  parameters.read_ahead = spec.read_burst;
  parameters.read_pipe_hclk = spec.read_pipe_hclk;
  parameters.command_hclk = spec.command_hclk;
  parameters.data_hclk = spec.data_hclk;
  return parameters;
}

memory::PsramParameters parameters_of(const PsramSpec& spec, std::uint32_t core_per_hclk) {
  memory::PsramParameters parameters;
  parameters.bus_bytes = spec.bus_bits / 8;
  parameters.read = {spec.addset_hclk, spec.datast_hclk, spec.busturn_hclk};
  parameters.write = parameters.read;
  parameters.sync_hclk = spec.sync_hclk;
  parameters.return_hclk = spec.return_hclk;
  parameters.core_per_hclk = core_per_hclk;
  return parameters;
}

class ModelMaker {
 public:
  /// `wait_states_change`: firmware can program them.
  ModelMaker(const MemorySpec& spec, std::uint32_t core_per_hclk, bus::SystemBus& bus,
             bus::Memory& memory, bool wait_states_change)
      : spec_(spec),
        core_per_hclk_(core_per_hclk),
        bus_(bus),
        memory_(memory),
        wait_states_change_(wait_states_change) {}
  [[nodiscard]] memory::FlashTiming* timing() const { return timing_; }
  [[nodiscard]] memory::Target* target() const { return target_; }

  void operator()(const SramSpec& sram) {
    memory_.is_ram = true;
    memory_.tags.assign(bus::tags_of(memory_.bytes.size()), bus::kNeverWritten);
    memory_.model = std::make_unique<memory::ConstantLatency>(sram.wait_states);
  }
  void operator()(const SdramSpec& sdram) {
    make_external_ram(std::make_unique<memory::Sdram>(parameters_of(sdram, core_per_hclk_)));
  }
  void operator()(const PsramSpec& psram) {
    make_external_ram(std::make_unique<memory::Psram>(parameters_of(psram, core_per_hclk_)));
  }
  void operator()(const RomSpec& rom) {
    memory_.model = std::make_unique<memory::ConstantLatency>(rom.wait_states);
  }
  void operator()(const QspiSpec& qspi) {
    auto target = std::make_unique<memory::Qspi>(parameters_of(qspi, core_per_hclk_));
    target_ = target.get();
    memory_.model = std::make_unique<memory::TimedMemory>(std::move(target));
  }
  void operator()(const FlashSpec& flash) {
    flash_ = &flash;
    std::visit(*this, flash.accelerator);
  }
  void operator()(const NoAccelerator&) {
    if (flash_->wait_states == 0 && !wait_states_change_) {
      memory_.model = std::make_unique<memory::ConstantLatency>(0, true);
      return;
    }
    adopt(std::make_unique<memory::LineBufferFlash>(flash_->width_bits / 8, flash_->wait_states));
  }
  void operator()(const ArtF4Spec& art) { make_art(art, 1, false); }
  void operator()(const ArtL4Spec& art) {
    make_art(art, art.line_bits / flash_->width_bits, !art.sectored_fill);
  }
  void operator()(const VimsSpec& vims) {
    memory::VimsParameters parameters;
    parameters.size_bytes = static_cast<std::uint32_t>(spec_.size_bytes);
    parameters.array_bytes = flash_->width_bits / 8;
    parameters.wait_states = flash_->wait_states;
    parameters.cache_bytes = vims.cache_bytes;
    parameters.ways = vims.ways;
    parameters.line_bytes = vims.line_bytes;
    parameters.tag_lookup_cycles = vims.tag_lookup_cycles;
    parameters.cache = vims.mode == VimsMode::cache;
    parameters.tag_prefetch = vims.tag_prefetch_enabled;
    parameters.code_line_buffer = vims.idcode_line_buffer_enabled;
    parameters.system_line_buffer = vims.sysbus_line_buffer_enabled;
    adopt(std::make_unique<memory::Vims>(parameters));
  }

  void operator()(const PrefetchSpec& prefetch) {
    adopt(std::make_unique<memory::PrefetchFlash>(memory::PrefetchParameters{
        flash_->width_bits / 8, prefetch.blocks, flash_->wait_states, prefetch.prefetch_enabled}));
  }
  void operator()(const IcacheL5Spec& icache) {
    memory::IcacheParameters parameters;
    parameters.size_bytes = static_cast<std::uint32_t>(spec_.size_bytes);
    parameters.array_bytes = flash_->width_bits / 8;
    parameters.wait_states = flash_->wait_states;
    parameters.cache_bytes = icache.cache_bytes;
    parameters.ways = icache.ways;
    parameters.line_bytes = icache.line_bytes;
    parameters.lookup_cycles = icache.lookup_cycles;
    parameters.enabled = icache.enabled;
    adopt(std::make_unique<memory::Icache>(parameters, bus_.program_order));
  }
  void operator()(const ArtF7Spec& art) {
    memory::ArtF7Parameters parameters;
    parameters.size_bytes = static_cast<std::uint32_t>(spec_.size_bytes);
    parameters.line_bytes = flash_->width_bits / 8;
    parameters.lines = art.lines;
    parameters.ways = art.ways;
    parameters.wait_states = flash_->wait_states;
    parameters.prefetch = art.prefetch_enabled;
    parameters.enabled = art.art_enabled;
    adopt(std::make_unique<memory::F7Flash>(parameters, bus_.program_order));
  }

 private:
  template <class Spec>
  void make_art(const Spec& art, std::uint32_t sectors, bool whole_line_fill) {
    memory::ArtParameters parameters;
    parameters.size_bytes = static_cast<std::uint32_t>(spec_.size_bytes);
    parameters.array_bytes = flash_->width_bits / 8;
    parameters.sectors_per_line = sectors;
    parameters.i_lines = art.i_lines;
    parameters.i_ways = art.i_ways;
    parameters.d_lines = art.d_lines;
    parameters.d_ways = art.d_ways;
    parameters.wait_states = flash_->wait_states;
    parameters.whole_line_fill = whole_line_fill;
    parameters.prefetch = art.prefetch_enabled;
    parameters.icache = art.icache_enabled;
    parameters.dcache = art.dcache_enabled;
    adopt(std::make_unique<memory::Art>(parameters, memory_.tags, bus_.program_order));
  }
  template <class Model>
  void adopt(std::unique_ptr<Model> model) {
    timing_ = model.get();
    memory_.model = std::move(model);
    take_slot();
  }
  void make_external_ram(std::unique_ptr<memory::Target> target) {
    memory_.is_ram = true;
    memory_.tags.assign(bus::tags_of(memory_.bytes.size()), bus::kNeverWritten);
    target_ = target.get();
    memory_.model = std::make_unique<memory::TimedMemory>(std::move(target));
  }
  void take_slot() {
    const auto used = static_cast<std::size_t>(
        std::count_if(bus_.memories.begin(), bus_.memories.end(),
                      [](const bus::Memory& m) { return m.micro_state_slot != 0xFF; }));
    if (used >= bus::kMicroStates) {
      throw ConfigError("more than 2 memories need timing state", "memories." + spec_.name,
                        "use kind sram or rom");
    }
    memory_.micro_state_slot = static_cast<std::uint8_t>(used);
  }

  const MemorySpec& spec_;
  std::uint32_t core_per_hclk_;
  bus::SystemBus& bus_;
  bus::Memory& memory_;
  bool wait_states_change_;
  memory::FlashTiming* timing_ = nullptr;
  memory::Target* target_ = nullptr;
  const FlashSpec* flash_ = nullptr;
};

bool has_wait_state_register(const BoardSpec& spec, const MemorySpec& memory) {
  return std::any_of(spec.peripherals.begin(), spec.peripherals.end(), [&](const auto& peripheral) {
    return peripheral.memory == memory.name && sets_wait_states(peripheral.type);
  });
}

bool has_itcm_view(const MemorySpec& memory) {
  const auto* const flash = std::get_if<FlashSpec>(&memory.timing);
  return flash != nullptr && std::holds_alternative<ArtF7Spec>(flash->accelerator);
}

bus::Region memory_region(const RegionSpec& spec, const BoardSpec& board, std::uint8_t memory) {
  bus::Region region;
  region.name = spec.name;
  region.base = spec.base;
  region.size_bytes = static_cast<std::uint32_t>(spec.size_bytes);
  region.kind = bus::RegionKind::memory;
  region.memory = memory;
  region.memory_offset = static_cast<std::uint32_t>(spec.offset_bytes);
  region.executable = spec.executable;
  region.writable = spec.writable;
  // The default memory map makes these Device: no fetches, unaligned accesses fault.  Source:
  // ARMv7-M ARM B3.1.
  region.is_device_memory = spec.base >= 0xA0000000u;
  switch (spec.port) {
    case RegionPort::icode_dcode:
    case RegionPort::icode:
      region.fetch_port = bus::CorePort::icode;
      region.data_port = bus::CorePort::dcode;
      break;
    case RegionPort::dcode: region.fetch_port = region.data_port = bus::CorePort::dcode; break;
    case RegionPort::system: region.fetch_port = region.data_port = bus::CorePort::system; break;
    case RegionPort::itcm: region.fetch_port = region.data_port = bus::CorePort::itcm; break;
    case RegionPort::dtcm: region.fetch_port = region.data_port = bus::CorePort::dtcm; break;
    case RegionPort::axi: region.fetch_port = region.data_port = bus::CorePort::axi; break;
  }
  if (has_itcm_view(board.memories[memory])) {
    region.view = spec.accelerated ? memory::kItcmView : std::uint8_t{0};
  } else if (!spec.accelerated) {
    region.view = spec.port == RegionPort::system ? memory::kSystemView : memory::kUncachedView;
  }
  return region;
}

}  // namespace

MemoryControls build_memories(const BoardSpec& spec, std::uint64_t seed, bus::SystemBus& bus,
                              std::unique_ptr<memory::L1>& l1) {
  if (spec.memories.size() + 2 > kMaxMemories) {
    throw ConfigError("a board has at most 30 memories", spec.name + " memories", "remove some");
  }
  MemoryControls controls;
  const std::uint32_t core_per_hclk = spec.start == StartState::reset ? 1 : spec.clock.bus_divider;
  bus.memories.reserve(spec.memories.size());  // models keep references into it
  for (const MemorySpec& entry : spec.memories) {
    bus.memories.emplace_back();
    bus::Memory& memory = bus.memories.back();
    memory.name = entry.name;
    memory.set_contents(entry.size_bytes, entry.fill);
    ModelMaker maker(entry, core_per_hclk, bus, memory, has_wait_state_register(spec, entry));
    std::visit(maker, entry.timing);
    controls.flash.push_back(maker.timing());
    controls.targets.push_back(maker.target());
    if (memory.is_ram) fill_with_pattern(memory.bytes, seed + bus.memories.size());
    for (const WordSpec& word : entry.words) {
      std::memcpy(memory.bytes.data() + word.offset_bytes, &word.reads, sizeof word.reads);
    }
  }
  for (const RegionSpec& entry : spec.regions) {
    const auto named =
        std::find_if(spec.memories.begin(), spec.memories.end(),
                     [&](const MemorySpec& memory) { return memory.name == entry.memory; });
    const auto index = static_cast<std::uint8_t>(named - spec.memories.begin());
    add_region(bus, memory_region(entry, spec, index), false);
  }
  put_behind_caches(spec, bus, l1, controls);
  return controls;
}

void cut_out(bus::SystemBus& bus, Address first, std::uint32_t size_bytes) {
  std::vector<bus::Region> kept;
  const std::uint64_t last = std::uint64_t{first} + size_bytes;
  for (const bus::Region& old : bus.regions) {
    const std::uint64_t old_first = old.base;
    const std::uint64_t old_last = old_first + old.size_bytes;
    if (old_last <= first || old_first >= last) {
      kept.push_back(old);
      continue;
    }
    if (old_first < first) {
      kept.push_back(old);
      kept.back().size_bytes = static_cast<std::uint32_t>(first - old_first);
    }
    if (old_last > last) {
      kept.push_back(old);
      kept.back().base = static_cast<Address>(last);
      kept.back().size_bytes = static_cast<std::uint32_t>(old_last - last);
      kept.back().memory_offset += static_cast<std::uint32_t>(last - old_first);
      kept.back().device_offset += static_cast<std::uint32_t>(last - old_first);
    }
  }
  bus.regions = std::move(kept);
}

void add_region(bus::SystemBus& bus, const bus::Region& region, bool overrides) {
  if (overrides) cut_out(bus, region.base, region.size_bytes);
  bus.regions.push_back(region);
  std::sort(bus.regions.begin(), bus.regions.end(),
            [](const bus::Region& a, const bus::Region& b) { return a.base < b.base; });
  if (bus.regions.size() >= engine::kWindows) {
    throw ConfigError("a board has at most 62 address regions", "regions", "merge neighbours");
  }
}

}  // namespace mcost::boards
