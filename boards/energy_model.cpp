#include "boards/energy_model.h"

#include <algorithm>
#include <string_view>

#include "boards/spec_reader.h"

namespace mcost::boards {
namespace {

using Coefficient = std::optional<std::uint32_t>;

class TermList {
 public:
  TermList(const BoardSpec& spec, const RunResult& result) : spec_(spec), result_(result) {
    for (const Hertz clock : result.clocks) clocks_.push_back(clock.numerator / clock.denominator);
    if (clocks_.empty()) clocks_.push_back(result.clock.numerator / result.clock.denominator);
  }

  std::vector<EnergyTerm> take() {
    add_static();
    add_core();
    add_dma();
    for (const MemorySpec& memory : spec_.memories) {
      const auto m = index_of(memory.name);
      if (m && std::holds_alternative<SramSpec>(memory.timing)) add_sram(memory, *m);
      if (m) add_part(memory, *m);
    }
    for (const DeviceSpec& device : spec_.devices) add_card(device);
    return std::move(terms_);
  }

 private:
  [[nodiscard]] std::optional<std::size_t> index_of(std::string_view memory) const {
    const auto& names = result_.memories;
    const auto found = std::find(names.begin(), names.end(), memory);
    if (found == names.end()) return std::nullopt;
    return static_cast<std::size_t>(found - names.begin());
  }

  [[nodiscard]] bool counts(SupplySide side) const {
    return side == SupplySide::mcu || spec_.energy.measure_point == SupplySide::board;
  }

  void add(std::string component, std::string name, std::string path,
           std::vector<std::uint64_t> coefficient, ActivityKind activity, std::size_t index = 0) {
    EnergyTerm term;
    term.component = std::move(component);
    term.name = std::move(name);
    if (const auto source = spec_.sources.find(path); source != spec_.sources.end()) {
      term.source = name_of(source->second.kind);
      term.uncertainty_percent = source->second.uncertainty_percent;
    } else {
      term.source = name_of(SourceKind::assumed);
    }
    term.path = std::move(path);
    term.activity = activity;
    term.index = index;
    term.coefficient = std::move(coefficient);
    terms_.push_back(std::move(term));
  }

  [[nodiscard]] std::vector<std::uint64_t> by_clock(std::uint64_t value) const {
    return std::vector<std::uint64_t>(clocks_.size(), value);
  }
  [[nodiscard]] std::vector<std::uint64_t> by_clock(
      const std::vector<std::uint64_t>& column) const {
    std::vector<std::uint64_t> values;
    values.reserve(clocks_.size());
    for (const std::uint64_t hz : clocks_)
      values.push_back(at_clock(spec_.energy.clock_hz, column, hz));
    return values;
  }

  void add_static() {
    const EnergySpec& energy = spec_.energy;
    add("static", "core asleep", "energy.static_uw", by_clock(energy.static_uw),
        ActivityKind::time);
    if (energy.peripherals_uw) {
      add("static", "peripherals", "energy.peripherals_uw", by_clock(*energy.peripherals_uw),
          ActivityKind::time);
    }
    if (energy.board_uw && counts(SupplySide::board))
      add("board", "board", "energy.board_uw", by_clock(*energy.board_uw), ActivityKind::time);
  }

  void add_core() {
    const EnergySpec& energy = spec_.energy;
    add("core", "active cycles", "energy.active_fj", by_clock(energy.active_fj),
        ActivityKind::active_cycles);
    add("core", "waiting cycles", "energy.waiting_fj", by_clock(energy.waiting_fj),
        ActivityKind::stall_cycles);
    const auto of_class = [&](const char* key, const Coefficient& value, InstructionClass which) {
      const auto index = static_cast<std::size_t>(which);
      if (!value) return;
      add("core", std::string(kInstructionClassNames[index]) + " instructions",
          std::string("energy.") + key, by_clock(*value), ActivityKind::instructions, index);
    };
    of_class("integer_fj", energy.integer_fj, InstructionClass::integer);
    of_class("multiply_fj", energy.multiply_fj, InstructionClass::multiply);
    of_class("floating_point_fj", energy.floating_point_fj, InstructionClass::floating_point);
    of_class("load_store_fj", energy.load_store_fj, InstructionClass::load_store);
  }

  void add_dma() {
    if (!spec_.energy.dma_fj_per_byte) return;
    for (std::size_t i = 0; i < result_.model_counters.size(); ++i) {
      const ModelCounter& counter = result_.model_counters[i];
      if (counter.name != "dma_read_bytes" && counter.name != "dma_write_bytes") continue;
      if (result_.total.model[i] == 0) continue;
      const bool reads = counter.name == "dma_read_bytes";
      add("dma",
          (reads ? "bytes read in " : "bytes written in ") + result_.memories[counter.memory],
          "energy.dma_fj_per_byte", by_clock(*spec_.energy.dma_fj_per_byte), ActivityKind::counter,
          i);
    }
  }

  void add_sram(const MemorySpec& memory, std::size_t m) {
    const Coefficient& each = spec_.energy.sram_fj_per_byte;
    if (!each || memory.energy.read_fj_per_byte || memory.energy.write_fj_per_byte) return;
    if (!was_used(m)) return;
    const std::string path = "energy.sram_fj_per_byte";
    add(memory.name, "bytes read", path, by_clock(*each), ActivityKind::read_bytes, m);
    add(memory.name, "bytes written", path, by_clock(*each), ActivityKind::write_bytes, m);
    add_counter(memory.name, path, each, m, "dma_read_bytes", "bytes read by DMA");
    add_counter(memory.name, path, each, m, "dma_write_bytes", "bytes written by DMA");
  }

  /// Adds a term for each counter of that name.
  bool add_counter(const std::string& component, const std::string& path, const Coefficient& value,
                   std::optional<std::size_t> memory, std::string_view counter_name,
                   const char* name) {
    bool found = false;
    for (std::size_t i = 0; i < result_.model_counters.size(); ++i) {
      const ModelCounter& counter = result_.model_counters[i];
      const bool is_of_part =
          memory ? counter.memory == *memory : counter.memory >= spec_.memories.size();
      if (!is_of_part || counter.name != counter_name) continue;
      found = true;
      if (value && result_.total.model[i] != 0)
        add(component, name, path, by_clock(*value), ActivityKind::counter, i);
    }
    return found;
  }

  [[nodiscard]] bool was_used(std::size_t memory) const {
    if (!(result_.total.counters.traffic[memory] == Traffic{})) return true;
    for (std::size_t i = 0; i < result_.model_counters.size(); ++i) {
      const ModelCounter& counter = result_.model_counters[i];
      const bool is_traffic = counter.memory == memory && counter.name.starts_with("dma_");
      if (is_traffic && result_.total.model[i] != 0) return true;
    }
    return false;
  }

  void add_part(const MemorySpec& spec, std::size_t memory) {
    const PartEnergySpec& energy = spec.energy;
    const MemoryTiming& timing = spec.timing;
    const std::string& part = spec.name;
    const std::string prefix = "memories." + part + ".energy.";
    if (!was_used(memory)) return;
    if (energy.interface_uw) {
      add(part, "interface", prefix + "interface_uw", by_clock(*energy.interface_uw),
          ActivityKind::time);
    }
    if (!counts(energy.supply)) return;
    const auto counted = [&](const char* key, const Coefficient& value, const char* counter,
                             const char* name) {
      return add_counter(part, prefix + key, value, memory, counter, name);
    };
    // Behind a controller the bytes at the pins are what counts; they hold the core's.
    if (!counted("read_fj_per_byte", energy.read_fj_per_byte, "device_read_bytes", "bytes read") &&
        energy.read_fj_per_byte) {
      add(part, "bytes read", prefix + "read_fj_per_byte", by_clock(*energy.read_fj_per_byte),
          ActivityKind::read_bytes, memory);
      counted("read_fj_per_byte", energy.read_fj_per_byte, "dma_read_bytes", "bytes read by DMA");
    }
    if (!counted("write_fj_per_byte", energy.write_fj_per_byte, "device_write_bytes",
                 "bytes written") &&
        energy.write_fj_per_byte) {
      add(part, "bytes written", prefix + "write_fj_per_byte", by_clock(*energy.write_fj_per_byte),
          ActivityKind::write_bytes, memory);
      counted("write_fj_per_byte", energy.write_fj_per_byte, "dma_write_bytes",
              "bytes written by DMA");
    }
    if (energy.array_read_fj) {
      add(part, "array reads", prefix + "array_read_fj", by_clock(*energy.array_read_fj),
          ActivityKind::array_reads, memory);
    }
    counted("activate_fj", energy.activate_fj, "activates", "rows opened");
    counted("refresh_fj", energy.refresh_fj, "refreshes", "refreshes");
    counted("array_read_fj", energy.array_read_fj, "dma_array_reads", "array reads by DMA");
    counted("clock_fj", energy.clock_fj, "clocks", "clocks");
    // Controllers count under the peripherals. A microwatt for a nanosecond is a femtojoule.
    const auto by_controller = [&](const char* key, const Coefficient& value, const char* counter,
                                   const char* name) {
      add_counter(part, prefix + key, value, std::nullopt, counter, name);
    };
    if (std::holds_alternative<QspiSpec>(timing))
      by_controller("clock_fj", energy.clock_fj, "nor_clocks", "clocks of commands");
    if (std::holds_alternative<FlashSpec>(timing)) {
      by_controller("program_uw", energy.program_uw, "flash_program_ns", "programming");
      by_controller("program_uw", energy.program_uw, "flash_erase_ns", "erasing");
    }
    if (energy.idle_uw)
      add(part, "idle", prefix + "idle_uw", by_clock(*energy.idle_uw), ActivityKind::time);
  }

  void add_card(const DeviceSpec& device) {
    const PartEnergySpec& energy = device.energy;
    const std::string prefix = "devices." + device.name + ".energy.";
    const bool is_there =
        std::any_of(result_.model_counters.begin(), result_.model_counters.end(),
                    [](const ModelCounter& counter) { return counter.name == "sd_clocks"; });
    if (!is_there || !counts(energy.supply)) return;
    const auto counted = [&](const char* key, const Coefficient& value, const char* counter,
                             const char* name) {
      add_counter(device.name, prefix + key, value, std::nullopt, counter, name);
    };
    counted("clock_fj", energy.clock_fj, "sd_clocks", "clocks");
    counted("busy_uw", energy.busy_uw, "sd_busy_ns", "programming");
    counted("busy_uw", energy.busy_uw, "sd_access_ns", "finding blocks");
    if (energy.idle_uw)
      add(device.name, "idle", prefix + "idle_uw", by_clock(*energy.idle_uw), ActivityKind::time);
  }

  const BoardSpec& spec_;
  const RunResult& result_;
  std::vector<std::uint64_t> clocks_;
  std::vector<EnergyTerm> terms_;
};

}  // namespace

bool knows_energy(const BoardSpec& spec) { return !spec.energy.clock_hz.empty(); }

std::uint64_t at_clock(const std::vector<std::uint64_t>& clock_hz,
                       const std::vector<std::uint64_t>& values, std::uint64_t hz) {
  __extension__ using Wide = __int128;
  const auto above = std::lower_bound(clock_hz.begin(), clock_hz.end(), hz);
  if (above == clock_hz.begin()) return values.front();
  if (above == clock_hz.end()) return values.back();
  const auto i = static_cast<std::size_t>(above - clock_hz.begin());
  const Wide span = static_cast<Wide>(clock_hz[i]) - static_cast<Wide>(clock_hz[i - 1]);
  const Wide rise = static_cast<Wide>(values[i]) - static_cast<Wide>(values[i - 1]);
  const Wide left = static_cast<Wide>(hz) - static_cast<Wide>(clock_hz[i - 1]);
  return static_cast<std::uint64_t>(static_cast<Wide>(values[i - 1]) + rise * left / span);
}

EnergyModel energy_model(const BoardSpec& spec, const RunResult& result) {
  EnergyModel model;
  model.measure_point = spec.energy.measure_point == SupplySide::board ? "board" : "mcu";
  model.terms = TermList(spec, result).take();
  model.standby_uw = spec.energy.standby_uw.value_or(0);
  const auto source = spec.sources.find("energy.standby_uw");
  if (source != spec.sources.end())
    model.standby_uncertainty_percent = source->second.uncertainty_percent;
  return model;
}

}  // namespace mcost::boards
