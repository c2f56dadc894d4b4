#include "boards/spec_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <utility>
#include <vector>

#include "boards/peripherals/flash_families.h"
#include "boards/spec_reader.h"
#include "boards/suggestions.h"

namespace mcost::boards {
namespace {

constexpr std::uint64_t kAddressSpace = std::uint64_t{1} << 32;
constexpr std::uint64_t kVectorTableAlignment = 128;
constexpr unsigned kWordBytes = 4;
constexpr std::uint64_t kKib = 1024;

template <typename Named>
std::vector<std::string> names_of(const std::vector<Named>& list) {
  std::vector<std::string> names;
  names.reserve(list.size());
  for (const Named& entry : list) names.push_back(entry.name);
  return names;
}

/// A range of addresses that some block of the board claims.
struct Range {
  std::string label;  ///< `region "sram1"`
  std::string path;
  std::uint64_t base = 0;
  std::uint64_t size = 0;

  [[nodiscard]] std::uint64_t end() const { return base + size; }
  [[nodiscard]] std::string text() const {
    return fmt::format("{} (0x{:08X}..0x{:08X})", label, base, end() - 1);
  }
};

class Checker {
 public:
  Checker(BoardSpec& board, const ReadPlaces& read, Problems& problems)
      : board_(board), read_(read), problems_(problems) {}

  void run() {
    check_core();
    check_clocks();
    for (MemorySpec& memory : board_.memories) check_memory(memory);
    for (RegionSpec& region : board_.regions) check_region(region);
    for (const PeripheralSpaceSpec& space : board_.peripheral_spaces) check_space(space);
    for (PeripheralSpec& peripheral : board_.peripherals) check_peripheral(peripheral);
    for (DeviceSpec& device : board_.devices) check_device(device);
    check_energy();
    check_overlaps(map_ranges());
    check_overlaps(peripheral_ranges());
    check_reset();
    if (!board_.console.empty() && board_.console != kItmConsole) {
      check_name(find_named(board_.peripherals, board_.console) != nullptr, "", "console",
                 "peripheral", board_.console, names_of(board_.peripherals), "peripherals");
    }
  }

 private:
  /// Records a mistake of the value `key` of block `path`.
  void wrong(const std::string& path, std::string_view key, std::string what, std::string remedy) {
    const std::string value = path.empty()  ? std::string(key)
                              : key.empty() ? path
                                            : fmt::format("{}.{}", path, key);
    const auto place = read_.places.find(value);
    problems_.add(place == read_.places.end() ? Place{} : place->second, path, std::move(what),
                  std::move(remedy));
  }

  [[nodiscard]] bool bad(const std::string& path) const { return read_.bad_blocks.contains(path); }

  void check_name(bool known, const std::string& path, std::string_view key, std::string_view noun,
                  const std::string& name, const std::vector<std::string>& names,
                  std::string_view label) {
    if (known || problems_.hiding()) return;
    wrong(path, key, fmt::format("unknown {} \"{}\"", noun, name), suggest(name, label, names));
  }

  /// Source: TRMs of the cores, FPU options.
  static bool has_fpu(CoreModel model, FpuModel fpu) {
    switch (fpu) {
      case FpuModel::none: return true;
      case FpuModel::fpv4_sp_d16: return model == CoreModel::cortex_m4;
      case FpuModel::fpv5_sp_d16:
        return model == CoreModel::cortex_m7 || model == CoreModel::cortex_m33;
      case FpuModel::fpv5_d16: return model == CoreModel::cortex_m7;
    }
    return false;
  }

  void check_clocks() {
    const std::uint64_t most = board_.clock.max_hz;
    if (bad("clock") || most == 0) return;
    const auto check = [&](const std::string& path, std::string_view key, std::uint64_t hz) {
      if (bad(path) || hz <= most) return;
      wrong(path, key, fmt::format("{} {} is above clock.max_hz {}", key, hz, most),
            fmt::format("write at most {}, or raise clock.max_hz too", most));
    };
    check("clock", "rated_hz", board_.clock.rated_hz);
    check("reset", "clock_hz", board_.reset.clock_hz);
  }

  void check_core() {
    if (bad("core")) return;
    const CoreSpec& core = board_.core;
    const auto not_on = [&](std::string_view key, std::string_view value) {
      wrong("core", key, fmt::format("{} {} does not exist on {}", key, value, name_of(core.model)),
            "mend the model or the value");
    };
    const bool m4 = core.model == CoreModel::cortex_m4;
    const bool m3 = core.model == CoreModel::cortex_m3;
    const bool m0 = core.model == CoreModel::cortex_m0 || core.model == CoreModel::cortex_m0plus;
    if (!has_fpu(core.model, core.fpu)) not_on("fpu", name_of(core.fpu));
    if (core.dsp && (m0 || m3)) not_on("dsp", "true");
    if (core.bit_band && !m3 && !m4) not_on("bit_band", "true");
    if ((m3 || m4) && core.mpu_regions != 0 && core.mpu_regions != 8) {
      not_on("mpu_regions", fmt::format("{}", core.mpu_regions));
    }
    const auto only_if = [&](bool exists, std::string_view key,
                             const std::optional<std::uint32_t>& value) {
      if (value && !exists) not_on(key, fmt::format("{}", *value));
    };
    const bool m7 = core.model == CoreModel::cortex_m7;
    only_if(m0, "multiply_cycles", core.multiply_cycles);
    only_if(m7, "divide_cycles", core.divide_cycles);
    const bool m33 = core.model == CoreModel::cortex_m33;
    only_if(m33, "fp_divide_cycles", core.fp_divide_cycles);
    only_if(m7, "btac_entries", core.btac_entries);
    only_if(m7, "indirect_mispredict_cycles", core.indirect_mispredict_cycles);
    only_if(m33, "loaded_pc_cycles", core.loaded_pc_cycles);
    const auto check_cache = [&](std::string_view key, const std::optional<std::uint32_t>& bytes) {
      if (!bytes) return;
      const auto kib = static_cast<std::uint32_t>(*bytes / kKib);
      only_if(m7, key, kib);
      if (m7) check_power_of_two("core", key, kib, "write the size of the part");
    };
    check_cache("icache_kib", core.icache_bytes);
    check_cache("dcache_kib", core.dcache_bytes);
  }

  void check_energy() {
    const EnergySpec& energy = board_.energy;
    const std::size_t columns = energy.clock_hz.size();
    const auto check_list = [&](std::string_view key, const std::vector<std::uint64_t>& values) {
      if (bad("energy") || values.size() == columns) return;
      wrong("energy", key,
            fmt::format("{} has {} value{}, clock_hz {}", key, values.size(),
                        values.size() == 1 ? "" : "s", columns),
            "write one value for each clock");
    };
    check_list("static_uw", energy.static_uw);
    check_list("active_fj", energy.active_fj);
    check_list("waiting_fj", energy.waiting_fj);
    if (!std::is_sorted(energy.clock_hz.begin(), energy.clock_hz.end(), std::less_equal<>()))
      wrong("energy", "clock_hz", "clock_hz does not rise",
            "write each clock once, the lowest first");
    for (const auto& [path, source] : board_.sources) {
      const std::string all = "." + path;
      const std::size_t last = path.rfind('.');
      if (all.find(".energy.") == std::string::npos || path == "energy.clock_hz") continue;
      if (source.uncertainty_percent != 0 || board_.pinned.contains(path)) continue;
      wrong(path.substr(0, last), path.substr(last + 1),
            fmt::format("no uncertainty for {}", path.substr(last + 1)),
            "add uncertainty_percent: to the block, or write {value: ..., source: ..., ref: ..., "
            "uncertainty_percent: ...}");
    }
  }

  void check_power_of_two(const std::string& path, std::string_view key, std::uint32_t value,
                          const std::string& remedy) {
    if (std::has_single_bit(value)) return;
    wrong(path, key, fmt::format("{} {} is not a power of two", key, value), remedy);
  }

  void check_memory(MemorySpec& memory) {
    const std::string path = "memories." + memory.name;
    if (memory.size_bytes > kAddressSpace) memory.size_bytes = kAddressSpace;
    for (const WordSpec& word : memory.words) {
      const std::string own = path + ".words." + word.name;
      if (bad(own) || bad(path)) continue;
      if (word.offset_bytes % kWordBytes == 0 &&
          word.offset_bytes + std::uint64_t{kWordBytes} <= memory.size_bytes) {
        continue;
      }
      wrong(own, "offset_bytes",
            fmt::format("offset_bytes 0x{:X} is not a word of memory \"{}\" of {} KiB",
                        word.offset_bytes, memory.name, memory.size_bytes / kKib),
            "write a multiple of 4 inside the memory");
    }
    if (bad(path)) return;
    if (const auto* sdram = std::get_if<SdramSpec>(&memory.timing))
      check_sdram(*sdram, memory.size_bytes, path);
    if (const auto* qspi = std::get_if<QspiSpec>(&memory.timing)) check_qspi(*qspi, path);
    if (const auto* psram = std::get_if<PsramSpec>(&memory.timing))
      check_bus_bits(psram->bus_bits, path);
    const FlashSpec* flash = std::get_if<FlashSpec>(&memory.timing);
    if (flash == nullptr) return;
    if (!std::has_single_bit(flash->width_bits) || flash->width_bits < 32) {
      wrong(path, "width_bits",
            fmt::format("width_bits {} is not a power of two from 32", flash->width_bits),
            "write the bits of one array read");
    }
    if (!std::is_sorted(flash->wait_state_limits_hz.begin(), flash->wait_state_limits_hz.end())) {
      wrong(path, "wait_state_limits_hz", "wait_state_limits_hz must not fall",
            "write the highest clock with 0, 1, 2, ... wait states");
    } else {
      check_wait_state_limits(*flash, path);
    }
    if (bad(path + ".accelerator")) return;
    if (const auto* f4 = std::get_if<ArtF4Spec>(&flash->accelerator))
      check_art(*f4, path, flash->width_bits, true);
    if (const auto* l4 = std::get_if<ArtL4Spec>(&flash->accelerator))
      check_art(*l4, path, flash->width_bits, false);
    if (const auto* vims = std::get_if<VimsSpec>(&flash->accelerator)) {
      check_sets(path, vims->cache_bytes, vims->ways, vims->line_bytes);
      check_gpram(*vims, path);
    }
    if (const auto* icache = std::get_if<IcacheL5Spec>(&flash->accelerator)) {
      check_sets(path, icache->cache_bytes, icache->ways, icache->line_bytes);
      if (icache->line_bytes * 8 % flash->width_bits != 0 &&
          flash->width_bits % (icache->line_bytes * 8) != 0) {
        wrong(path + ".accelerator", "line_bytes",
              fmt::format("line_bytes {} does not fit width_bits {}", icache->line_bytes,
                          flash->width_bits),
              "mend one of them");
      }
    }
    if (const auto* f7 = std::get_if<ArtF7Spec>(&flash->accelerator))
      check_ways(path + ".accelerator", "ways", f7->ways, f7->lines);
  }

  /// Each clock of the run state needs a number of wait states.
  void check_wait_state_limits(const FlashSpec& flash, const std::string& path) {
    const auto& limits = flash.wait_state_limits_hz;
    if (limits.empty() || bad("clock")) return;
    const std::uint64_t clock_hz = std::min(board_.clock.rated_hz, board_.clock.max_hz) /
                                   std::max<std::uint32_t>(board_.clock.bus_divider, 1);
    if (clock_hz <= limits.back()) return;
    wrong(
        path, "wait_state_limits_hz",
        fmt::format("wait_state_limits_hz ends at {} Hz ({} wait states), below the clock of {} Hz",
                    limits.back(), limits.size() - 1, clock_hz),
        "add the highest clocks with more wait states, or lower clock.rated_hz");
  }

  bool check_bus_bits(std::uint32_t bus_bits, const std::string& path) {
    if (std::has_single_bit(bus_bits)) return true;
    wrong(path, "bus_bits", fmt::format("bus_bits {} does not exist", bus_bits),
          "write 8, 16 or 32");
    return false;
  }

  void check_sdram(const SdramSpec& sdram, std::uint64_t size_bytes, const std::string& path) {
    if (!check_bus_bits(sdram.bus_bits, path)) return;
    if (!std::has_single_bit(sdram.banks)) {
      wrong(path, "banks", fmt::format("banks {} does not exist", sdram.banks), "write 2 or 4");
      return;
    }
    const std::uint64_t shape = (std::uint64_t{sdram.bus_bits} * sdram.banks / 8)
                                << (sdram.row_bits + sdram.column_bits);
    if (size_bytes == shape) return;
    wrong(path, "size_kib",
          fmt::format("size_kib {} is not what bus, rows, columns and banks make: {}",
                      size_bytes / kKib, shape / kKib),
          "mend size_kib or the shape");
  }

  void check_qspi(const QspiSpec& qspi, const std::string& path) {
    check_power_of_two(path, "lines", qspi.lines, "write the number of the part");
    check_power_of_two(path, "fifo_bytes", qspi.fifo_bytes, "write the number of the part");
  }

  template <typename Art>
  void check_art(const Art& art, const std::string& memory_path, std::uint32_t width_bits,
                 bool one_read) {
    const std::string path = memory_path + ".accelerator";
    if (one_read ? art.line_bits != width_bits : art.line_bits % width_bits != 0) {
      wrong(path, "line_bits",
            fmt::format("line_bits {} is not {} width_bits {}", art.line_bits,
                        one_read ? "equal to" : "a multiple of", width_bits),
            "mend one of them");
    }
    check_ways(path, "i_ways", art.i_ways, art.i_lines);
    check_ways(path, "d_ways", art.d_ways, art.d_lines);
  }

  void check_ways(const std::string& path, std::string_view key, std::uint32_t ways,
                  std::uint32_t lines) {
    if (lines % ways == 0 && std::has_single_bit(lines / ways)) return;
    wrong(path, key,
          fmt::format("{} {} does not cut {} lines into a power of two of sets", key, ways, lines),
          fmt::format("write {} for fully associative", lines));
  }

  void check_sets(const std::string& memory_path, std::uint32_t cache_bytes, std::uint32_t ways,
                  std::uint32_t line_bytes) {
    const std::uint32_t way_bytes = ways * line_bytes;
    if (std::has_single_bit(line_bytes) && cache_bytes % way_bytes == 0 &&
        std::has_single_bit(cache_bytes / way_bytes)) {
      return;
    }
    wrong(memory_path + ".accelerator", "cache_bytes",
          fmt::format("cache_bytes {} is not a power of two of sets of {} ways of {} bytes",
                      cache_bytes, ways, line_bytes),
          "mend cache_bytes, ways or line_bytes");
  }

  void check_gpram(const VimsSpec& vims, const std::string& memory_path) {
    const std::string path = memory_path + ".accelerator";
    if (vims.gpram_memory.empty()) return;
    check_name(find_named(board_.memories, vims.gpram_memory) != nullptr, path, "gpram_memory",
               "memory", vims.gpram_memory, names_of(board_.memories), "memories");
  }

  void check_region(RegionSpec& region) {
    const std::string path = "regions." + region.name;
    if (bad(path)) return;
    const MemorySpec* memory = find_named(board_.memories, region.memory);
    check_name(memory != nullptr, path, "memory", "memory", region.memory,
               names_of(board_.memories), "memories");
    if (region.base % kWordBytes != 0 || region.offset_bytes % kWordBytes != 0) {
      wrong(path, region.base % kWordBytes != 0 ? "base" : "offset_bytes",
            "addresses must be multiples of 4", "align it");
    }
    if (memory == nullptr || bad("memories." + memory->name)) {
      skipped_.push_back(path);
      return;
    }
    if (region.offset_bytes >= memory->size_bytes) {
      wrong(path, "offset_bytes",
            fmt::format("offset_bytes 0x{:X} is beyond memory \"{}\" of {} KiB",
                        region.offset_bytes, memory->name, memory->size_bytes / kKib),
            "mend offset_bytes or the memory's size_kib");
      skipped_.push_back(path);
      return;
    }
    derive_size(region, *memory, path);
    if (region.offset_bytes + region.size_bytes > memory->size_bytes) {
      wrong(path, "size_kib",
            fmt::format("the region ends {} bytes into memory \"{}\" of {} KiB",
                        region.offset_bytes + region.size_bytes, memory->name,
                        memory->size_bytes / kKib),
            "mend size_kib, offset_bytes or the memory's size_kib");
    }
    check_fits(path, region.base, region.size_bytes);
  }

  void derive_size(RegionSpec& region, const MemorySpec& memory, const std::string& path) {
    if (region.size_bytes != 0) return;
    region.size_bytes = memory.size_bytes - region.offset_bytes;
    const auto source = board_.sources.find(fmt::format("memories.{}.size_kib", memory.name));
    if (source != board_.sources.end()) board_.sources[path + ".size_kib"] = source->second;
  }

  void check_fits(const std::string& path, std::uint64_t base, std::uint64_t size) {
    if (base + size <= kAddressSpace) return;
    wrong(path, "base",
          fmt::format("0x{:08X} plus {} bytes passes the end of the address space", base, size),
          "mend base or size");
  }

  void check_space(const PeripheralSpaceSpec& space) {
    const std::string path = "peripheral_spaces." + space.name;
    if (bad(path)) return;
    check_fits(path, space.base, space.size_bytes);
    if (!space.mirror_of) return;
    const auto& spaces = board_.peripheral_spaces;
    const bool known =
        std::any_of(spaces.begin(), spaces.end(), [&](const PeripheralSpaceSpec& other) {
          return other.base == *space.mirror_of && !other.mirror_of;
        });
    if (!known && !problems_.hiding()) {
      wrong(path, "mirror_of",
            fmt::format("no peripheral space starts at 0x{:08X}", *space.mirror_of),
            "write the base of a space that is no mirror itself");
    }
  }

  void check_peripheral(PeripheralSpec& peripheral) {
    const std::string path = "peripherals." + peripheral.name;
    if (bad(path)) return;
    check_fits(path, peripheral.base, peripheral.size_bytes);
    const auto& spaces = board_.peripheral_spaces;
    const bool inside =
        std::any_of(spaces.begin(), spaces.end(), [&](const PeripheralSpaceSpec& space) {
          return bad("peripheral_spaces." + space.name) ||
                 (peripheral.base >= space.base &&
                  peripheral.base + peripheral.size_bytes <= space.base + space.size_bytes);
        });
    if (!inside && !problems_.hiding()) {
      wrong(path, "base", fmt::format("0x{:08X} is in no peripheral space", peripheral.base),
            "move it or add it to peripheral_spaces");
    }
    if (peripheral.interrupt && *peripheral.interrupt >= board_.core.interrupts && !bad("core")) {
      wrong(path, "interrupt",
            fmt::format("interrupt {} does not exist: the core has {}", *peripheral.interrupt,
                        board_.core.interrupts),
            "mend it or core.interrupts");
    }
    for (const std::uint64_t interrupt : peripheral.interrupts) {
      if (interrupt < board_.core.interrupts || bad("core")) continue;
      wrong(path, "interrupts",
            fmt::format("interrupt {} does not exist: the core has {}", interrupt,
                        board_.core.interrupts),
            "mend it or core.interrupts");
    }
    check_controller(peripheral, path);
    check_registers(peripheral, path);
    for (RuleSpec& rule : peripheral.rules)
      check_rule(peripheral, rule, path + ".rules." + rule.name);
    for (RemapSpec& remap : peripheral.remaps) {
      const std::string own = path + ".remaps." + remap.name;
      if (bad(own)) continue;
      resolve(peripheral, remap.field, own, "field");
      check_name(find_named(board_.regions, remap.region) != nullptr, own, "region", "region",
                 remap.region, names_of(board_.regions), "regions");
      if (remap.memory.empty()) continue;
      check_name(find_named(board_.memories, remap.memory) != nullptr, own, "memory", "memory",
                 remap.memory, names_of(board_.memories), "memories");
    }
  }

  /// Which peripherals have pins for a device.
  void check_device(DeviceSpec& device) {
    if (auto* const card = std::get_if<SdCardSpec>(&device.kind)) {
      const auto place = read_.places.find("devices." + device.name + ".image");
      const bool in_file = place != read_.places.end() && !place->second.from_set();
      if (in_file && !card->image.empty()) {
        const Place& at = place->second;
        card->image_at.text = fmt::format("{}:{}:{}", at.file, at.line, at.column);
      }
    }
    const std::string path = "devices." + device.name;
    if (bad(path)) return;
    const PeripheralSpec* peripheral = find_named(board_.peripherals, device.peripheral);
    check_name(peripheral != nullptr, path, "peripheral", "peripheral", device.peripheral,
               names_of(board_.peripherals), "peripherals");
    if (peripheral == nullptr || bad("peripherals." + peripheral->name)) return;
    if (peripheral->type.starts_with("spi_") || peripheral->type.starts_with("sdmmc_")) return;
    wrong(path, "peripheral",
          fmt::format("an SD card cannot be attached to {} of type {}", peripheral->name,
                      peripheral->type),
          "name an SPI or SDMMC");
  }

  void check_controller(const PeripheralSpec& peripheral, const std::string& path) {
    const bool controls_flash = controls(peripheral.type, NoAccelerator{}).has_value();
    const bool is_fmc = peripheral.type == "fmc";
    if (peripheral.memory.empty()) {
      if (is_fmc) {
        wrong(path, "type", "type fmc needs a memory",
              "add memory: the sdram or psram that it controls");
      }
      if (controls_flash) {
        wrong(path, "type", fmt::format("type {} needs a memory", peripheral.type),
              "add memory: the flash that it controls");
      }
      return;
    }
    const MemorySpec* memory = find_named(board_.memories, peripheral.memory);
    check_name(memory != nullptr, path, "memory", "memory", peripheral.memory,
               names_of(board_.memories), "memories");
    if (memory == nullptr || bad("memories." + memory->name)) return;
    if (is_fmc && !std::holds_alternative<SdramSpec>(memory->timing) &&
        !std::holds_alternative<PsramSpec>(memory->timing)) {
      wrong(path, "memory", fmt::format("type fmc cannot control memory \"{}\"", memory->name),
            "name a memory of kind sdram or psram");
    }
    if (peripheral.type.ends_with("spi_stm32") &&
        !std::holds_alternative<QspiSpec>(memory->timing)) {
      wrong(path, "memory",
            fmt::format("type {} cannot control memory \"{}\"", peripheral.type, memory->name),
            "name a memory of kind qspi, or none");
    }
    const FlashSpec* flash = std::get_if<FlashSpec>(&memory->timing);
    if (controls_flash &&
        (flash == nullptr || !controls(peripheral.type, flash->accelerator).value_or(false))) {
      wrong(path, "memory",
            fmt::format("type {} cannot control memory \"{}\"", peripheral.type, memory->name),
            "name a flash with the accelerator of that type, or none");
    }
  }

  void check_registers(const PeripheralSpec& peripheral, const std::string& path) {
    std::map<std::uint32_t, std::string> seen;
    for (const RegisterSpec& reg : peripheral.registers) {
      const std::string own = path + ".registers." + reg.name;
      if (bad(own)) continue;
      if (reg.offset_bytes % kWordBytes != 0 ||
          reg.offset_bytes + std::uint64_t{kWordBytes} > peripheral.size_bytes) {
        wrong(own, "offset_bytes",
              fmt::format("offset_bytes 0x{:X} is not a word of the {} bytes of {}",
                          reg.offset_bytes, peripheral.size_bytes, peripheral.name),
              "write a multiple of 4 below size_bytes");
      }
      const auto [other, is_new] = seen.emplace(reg.offset_bytes, reg.name);
      if (!is_new) {
        wrong(own, "offset_bytes", fmt::format("{} has the offset of {}", reg.name, other->second),
              "mend one of them");
      }
    }
  }

  void check_rule(const PeripheralSpec& peripheral, RuleSpec& rule, const std::string& path) {
    if (bad(path)) return;
    if (auto* follow = std::get_if<FollowRule>(&rule.action)) {
      resolve(peripheral, follow->trigger, path, "trigger");
      resolve(peripheral, follow->target, path, "target");
      check_width(follow->trigger, follow->target, path);
    } else if (auto* constant = std::get_if<ConstantRule>(&rule.action)) {
      resolve(peripheral, constant->target, path, "target");
      const std::uint32_t width = constant->target.high - constant->target.low + 1;
      if (width < 32 && constant->reads >> width != 0) {
        wrong(path, "reads",
              fmt::format("reads 0x{:X} does not fit {} bits", constant->reads, width),
              "mend reads or target");
      }
    } else if (auto* self_clear = std::get_if<SelfClearRule>(&rule.action)) {
      resolve(peripheral, self_clear->target, path, "target");
    } else if (auto* clears = std::get_if<WriteOneClearsRule>(&rule.action)) {
      resolve(peripheral, clears->trigger, path, "trigger");
      resolve(peripheral, clears->target, path, "target");
      check_width(clears->trigger, clears->target, path);
    }
  }

  void resolve(const PeripheralSpec& peripheral, BitField& bits, const std::string& path,
               std::string_view key) {
    const RegisterSpec* reg = find_named(peripheral.registers, bits.register_name);
    check_name(reg != nullptr, path, key, "register", bits.register_name,
               names_of(peripheral.registers), "registers");
    if (reg != nullptr) bits.offset_bytes = reg->offset_bytes;
  }

  void check_width(const BitField& trigger, const BitField& target, const std::string& path) {
    if (trigger.high - trigger.low == target.high - target.low) return;
    wrong(path, "target", "trigger and target differ in width", "name as many bits in both");
  }

  void check_reset() {
    if (bad("reset") || problems_.any()) return;
    const std::uint64_t table = board_.reset.vector_table;
    const auto& regions = board_.regions;
    const bool inside = std::any_of(regions.begin(), regions.end(), [&](const RegionSpec& region) {
      return table >= region.base && table < region.base + region.size_bytes;
    });
    if (!inside || table % kVectorTableAlignment != 0) {
      wrong("reset", "vector_table",
            fmt::format("vector_table 0x{:08X} is {}", table,
                        inside ? "not a multiple of 128" : "in no region"),
            "write the address of the flash as the core sees it at reset");
    }
  }

  std::vector<Range> map_ranges() const {
    std::vector<Range> ranges;
    for (const RegionSpec& region : board_.regions) {
      add_range(ranges, "region", region.name, "regions.", region.base, region.size_bytes);
    }
    for (const PeripheralSpaceSpec& space : board_.peripheral_spaces) {
      add_range(ranges, "peripheral space", space.name, "peripheral_spaces.", space.base,
                space.size_bytes);
    }
    return ranges;
  }

  std::vector<Range> peripheral_ranges() const {
    std::vector<Range> ranges;
    for (const PeripheralSpec& peripheral : board_.peripherals) {
      add_range(ranges, "peripheral", peripheral.name, "peripherals.", peripheral.base,
                peripheral.size_bytes);
    }
    return ranges;
  }

  void add_range(std::vector<Range>& ranges, std::string_view noun, const std::string& name,
                 const std::string& list, std::uint64_t base, std::uint64_t size) const {
    const std::string path = list + name;
    const bool skipped = std::find(skipped_.begin(), skipped_.end(), path) != skipped_.end();
    if (!skipped && !bad(path) && size != 0)
      ranges.push_back({fmt::format("{} \"{}\"", noun, name), path, base, size});
  }

  void check_overlaps(std::vector<Range> ranges) {
    std::stable_sort(ranges.begin(), ranges.end(),
                     [](const Range& a, const Range& b) { return a.base < b.base; });
    const Range* farthest = nullptr;
    for (const Range& range : ranges) {
      if (farthest != nullptr && range.base < farthest->end()) {
        wrong(range.path, "base", fmt::format("{} overlaps {}", range.text(), farthest->text()),
              "move or shrink one of them");
      }
      if (farthest == nullptr || range.end() > farthest->end()) farthest = &range;
    }
  }

  BoardSpec& board_;
  const ReadPlaces& read_;
  Problems& problems_;
  std::vector<std::string> skipped_;  ///< Regions whose extent is not known.
};

}  // namespace

void complete_and_check(BoardSpec& board, const ReadPlaces& read, Problems& problems) {
  Checker(board, read, problems).run();
}

}  // namespace mcost::boards
