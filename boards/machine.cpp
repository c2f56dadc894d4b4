#include "boards/machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <variant>

#include "boards/bus_builder.h"
#include "boards/cached_memories.h"
#include "boards/clocks.h"
#include "boards/firmware_fit.h"
#include "boards/note_list.h"
#include "boards/peripherals/cache_control.h"
#include "boards/peripherals/crc_unit.h"
#include "boards/peripherals/dma_channel.h"
#include "boards/peripherals/flash_interface.h"
#include "boards/peripherals/fmc.h"
#include "boards/peripherals/gpio.h"
#include "boards/peripherals/mdma.h"
#include "boards/peripherals/memory_remap.h"
#include "boards/peripherals/peripheral_space.h"
#include "boards/peripherals/pwr.h"
#include "boards/peripherals/quadspi_setup.h"
#include "boards/peripherals/random_generator.h"
#include "boards/peripherals/rcc.h"
#include "boards/peripherals/sd_spi.h"
#include "boards/peripherals/sdmmc.h"
#include "boards/peripherals/semihosting.h"
#include "boards/peripherals/system_control.h"
#include "boards/peripherals/timer.h"
#include "boards/peripherals/uart.h"
#include "boards/sd_setup.h"
#include "boards/spec_reader.h"
#include "sim_core/base/error.h"
#include "sim_core/bus/window.h"
#include "sim_core/pipeline/registry.h"

namespace mcost::boards {
namespace {

constexpr Address kPpb = 0xE0000000u;
constexpr std::uint32_t kPpbSize = 0x00100000u;
constexpr std::uint32_t kBitBandSpan = 0x00100000u;  // bytes shown by one alias region
constexpr std::uint32_t kBitBandAliasSize = 0x02000000u;

pipeline::CoreParameters parameters_of(const CoreSpec& core) {
  pipeline::CoreParameters parameters;
  parameters.multiply_cycles = core.multiply_cycles.value_or(parameters.multiply_cycles);
  parameters.divide_cycles = core.divide_cycles.value_or(parameters.divide_cycles);
  parameters.fp_divide_cycles = core.fp_divide_cycles.value_or(parameters.fp_divide_cycles);
  parameters.btac_entries = core.btac_entries.value_or(parameters.btac_entries);
  parameters.indirect_mispredict_cycles =
      core.indirect_mispredict_cycles.value_or(parameters.indirect_mispredict_cycles);
  parameters.loaded_pc_cycles = core.loaded_pc_cycles.value_or(parameters.loaded_pc_cycles);
  return parameters;
}

/// The engine's memory as semihosting sees it.
class EngineMemory final : public GuestMemory {
 public:
  explicit EngineMemory(engine::Engine& engine) : engine_(engine) {}
  [[nodiscard]] bool read(Address address, std::uint8_t* data, std::size_t size) const override {
    return engine_.read_memory(address, data, size);
  }
  bool write(Address address, const std::uint8_t* data, std::size_t size) override {
    return engine_.write_memory(address, data, size);
  }

 private:
  engine::Engine& engine_;
};

}  // namespace

struct Machine::Parts {
  BoardSpec spec;
  MachineOptions options;
  std::unique_ptr<memory::L1> l1;
  bus::SystemBus bus;
  MemoryControls controls;
  std::unique_ptr<Clocks> clocks;
  std::unique_ptr<pipeline::PipelineModel> model;
  std::unique_ptr<engine::Engine> engine;
  std::unique_ptr<SystemControl> system_control;
  std::vector<std::unique_ptr<PeripheralSpace>> spaces;
  std::unique_ptr<EngineMemory> guest_memory;
  std::unique_ptr<Semihosting> semihosting;
  struct Requester {
    Address base = 0;
    std::uint64_t size_bytes = 0;
    DmaRequester* requester = nullptr;
  };
  std::vector<Requester> requesters;  // peripherals that DMA controllers serve
  std::vector<std::unique_ptr<SdCard>> cards;
  struct SdSlot {
    std::string peripheral;
    SdCard* card = nullptr;  // null: empty
    std::function<void()> unanswered;
  };
  std::vector<SdSlot> sd_slots;
  std::vector<std::pair<std::string, std::unique_ptr<SpiDevice>>> spi_devices;  // by peripheral
  std::vector<Placed> placed;
  NoteList notes;
  SignalLog signals;
  DmaLog dma_log;

  [[nodiscard]] std::optional<bus::DeviceAccess> cause() const;
  void note(const std::string& text);
  [[nodiscard]] NoteSetting setting_noter();
  void add_spaces();
  [[nodiscard]] bool starts_from_reset() const { return spec.start == StartState::reset; }
  void make_clocks();
  /// Of the core, now.
  [[nodiscard]] std::uint64_t clock_hz() const { return whole_hz(clocks->core()); }
  void add_peripherals();
  void check_wait_states();
  void add_private_bus();
  [[nodiscard]] CacheSetup cache_setup();
  void add_bit_band();
  [[nodiscard]] const RegionSpec* stack_region() const;
  void add_semihosting();
  std::vector<std::string> place_elsewhere(const loader::Image& image,
                                           const std::vector<loader::MemoryRange>& ranges);
  void reset_devices(bool system);
  void show_stimulus(unsigned port, std::uint32_t value, unsigned size_bytes) const;
  std::unique_ptr<PeripheralModel> make_model(const PeripheralSpec& peripheral);
  std::unique_ptr<PeripheralModel> make_clock_model(const PeripheralSpec& peripheral);
  std::unique_ptr<PeripheralModel> make_controller(const PeripheralSpec& peripheral);
  std::unique_ptr<PeripheralModel> make_memory_controller(const PeripheralSpec& peripheral);
  void follow_bus_clock(Cycles now);
  [[nodiscard]] std::uint32_t loadable_bytes(const bus::Region& region) const;
  [[nodiscard]] const bus::Region* loadable_at(Address address) const;
  std::unique_ptr<PeripheralModel> make_dma(const PeripheralSpec& peripheral);
  std::unique_ptr<PeripheralModel> make_spi_master(const PeripheralSpec& peripheral);
  std::unique_ptr<PeripheralModel> make_sd_host(const PeripheralSpec& peripheral);
  std::unique_ptr<PeripheralModel> make_flash_spi(const PeripheralSpec& peripheral);
  void add_devices();
  [[nodiscard]] Cycles cycles_of(std::uint64_t periods, const PeripheralSpec& peripheral) const;
  [[nodiscard]] FindRequester requester_finder() const;
  [[nodiscard]] const MemorySpec* memory_named(const std::string& name, std::size_t& index) const;
};

const MemorySpec* Machine::Parts::memory_named(const std::string& name, std::size_t& index) const {
  for (index = 0; index < spec.memories.size(); ++index) {
    if (spec.memories[index].name == name) return &spec.memories[index];
  }
  return nullptr;
}

/// What the firmware accesses now, if it does: the cause of a note.
std::optional<bus::DeviceAccess> Machine::Parts::cause() const {
  for (const auto& space : spaces) {
    if (space->accessing()) return space->accessing();
  }
  return system_control == nullptr ? std::nullopt : system_control->accessing();
}

/// With the place of its cause, if there is one.
void Machine::Parts::note(const std::string& text) {
  const auto access = cause();
  const bool has_place = access && options.place_name;
  notes.add(text, has_place ? ", first at " + options.place_name(access->pc) : "");
}

NoteSetting Machine::Parts::setting_noter() {
  return [this](const std::string& subject, const std::string& state) {
    const auto access = cause();
    const bool has_place = access && options.place_name;
    notes.set(subject, state, access ? access->now : engine->now(),
              has_place ? " at " + options.place_name(access->pc) : "");
  };
}

void Machine::Parts::make_clocks() {
  ClockTree tree;
  tree.core = {starts_from_reset() ? spec.reset.clock_hz : spec.clock.rated_hz, 1};
  if (!starts_from_reset()) {
    const std::uint32_t hclk = spec.clock.bus_divider;
    const auto timers = [](std::uint32_t divider) { return divider == 1 ? 1 : divider / 2; };
    tree.core_cycles = {1,
                        hclk,
                        hclk * spec.clock.apb1_divider,
                        hclk * spec.clock.apb2_divider,
                        hclk * timers(spec.clock.apb1_divider),
                        hclk * timers(spec.clock.apb2_divider)};
  }
  clocks = std::make_unique<Clocks>(tree, spec.pinned.contains("clock.rated_hz"));
}

void Machine::Parts::add_spaces() {
  const auto device_memory = static_cast<std::uint8_t>(spec.memories.size());
  for (const PeripheralSpaceSpec& entry : spec.peripheral_spaces) {
    bus::Region region;
    region.name = entry.name;
    region.base = entry.base;
    region.size_bytes = static_cast<std::uint32_t>(entry.size_bytes);
    region.kind = bus::RegionKind::device;
    region.memory = device_memory;
    region.data_port = bus::CorePort::system;
    region.writable = true;
    region.is_device_memory = true;
    const auto mirrored = std::find_if(spaces.begin(), spaces.end(), [&](const auto& space) {
      return entry.mirror_of && space->spec().base == *entry.mirror_of;
    });
    if (mirrored != spaces.end()) {
      region.device = mirrored->get();
    } else {
      spaces.push_back(std::make_unique<PeripheralSpace>(entry));
      region.device = spaces.back().get();
    }
    const bool inside_ppb = entry.base >= kPpb && entry.base - kPpb < kPpbSize;
    add_region(bus, region, inside_ppb);
  }
}

CacheSetup Machine::Parts::cache_setup() {
  return {.l1 = l1.get(),
          .follows_from_start = starts_from_reset(),
          .itcm_kib = tcm_kib(spec, RegionPort::itcm),
          .dtcm_kib = tcm_kib(spec, RegionPort::dtcm),
          .setting = setting_noter()};
}

void Machine::Parts::add_private_bus() {
  bus::Region region;
  region.name = "ppb";
  region.base = kPpb;
  region.size_bytes = kPpbSize;
  region.kind = bus::RegionKind::device;
  region.memory = static_cast<std::uint8_t>(spec.memories.size() + 1);
  region.data_port = bus::CorePort::ppb;
  region.writable = true;
  region.is_device_memory = true;
  add_region(bus, region, true);
}

void Machine::Parts::add_bit_band() {
  if (!spec.core.bit_band) return;
  for (const Address target : {Address{0x20000000}, Address{0x40000000}}) {
    const bus::Region* shown = bus.find(target);
    if (shown == nullptr) continue;
    bus::Region region;
    region.name = target == 0x20000000u ? "sram_bit_band" : "peripheral_bit_band";
    region.base = target + kBitBandAliasSize;
    region.size_bytes = kBitBandSpan * 32;
    region.kind = bus::RegionKind::bit_band;
    region.memory = shown->memory;
    region.bit_band_target = target;
    region.data_port = shown->data_port;
    region.writable = true;
    region.is_device_memory = target == 0x40000000u;
    add_region(bus, region, true);
  }
}

/// Core cycles of `periods` of the clock that paces a peripheral, rounded up: its own, or that of
/// its APB. Source: boards-and-memories facts 14.1, APB2 from 0x40010000 on.
Cycles Machine::Parts::cycles_of(std::uint64_t periods, const PeripheralSpec& peripheral) const {
  if (!peripheral.clock_hz) {
    const bool second = peripheral.base >= 0x40010000u;
    return periods * clocks->core_cycles(second ? ClockDomain::pclk2 : ClockDomain::pclk1);
  }
  const auto product = static_cast<__uint128_t>(periods) * clock_hz();
  return static_cast<Cycles>((product + *peripheral.clock_hz - 1) / *peripheral.clock_hz);
}

void Machine::Parts::add_devices() {
  if (options.sd_image && spec.devices.empty()) {
    throw ConfigError(fmt::format("board {} has no SD card slot", spec.name),
                      "--sd " + *options.sd_image,
                      "add one below devices: {sd: {kind: sd_card, peripheral: spi1}}");
  }
  for (const DeviceSpec& device : spec.devices) {
    std::unique_ptr<SdCard> card = make_sd_card(device, options.sd_image, *clocks);
    if (card == nullptr) {
      const auto unanswered = [this, name = device.name] {
        note(
            fmt::format("devices.{}: commands were not answered, the slot is empty; --sd FILE "
                        "puts a card in",
                        name));
      };
      spi_devices.emplace_back(device.peripheral, std::make_unique<EmptySdSlot>(unanswered));
      sd_slots.push_back({device.peripheral, nullptr, unanswered});
      continue;
    }
    spi_devices.emplace_back(device.peripheral, std::make_unique<SdSpi>(*card));
    sd_slots.push_back({device.peripheral, card.get(), {}});
    bus.counter_sources.push_back(card.get());
    cards.push_back(std::move(card));
  }
}

std::unique_ptr<PeripheralModel> Machine::Parts::make_spi_master(const PeripheralSpec& peripheral) {
  SpiSettings settings;
  settings.has_fifo = peripheral.type == "spi_stm32_fifo";
  settings.interrupt = peripheral.interrupt;
  settings.cycles_of = [this, &peripheral](std::uint64_t periods) {
    return cycles_of(periods, peripheral);
  };
  settings.device = [this, name = peripheral.name]() -> SpiDevice* {
    for (const auto& [attached, device] : spi_devices) {
      if (attached == name) return device.get();
    }
    return nullptr;
  };
  // SPI4 to SPI6 of the H7 have shorter FIFOs, and are above the others.  Source: RM0433, SPI
  // implementation.
  if (peripheral.base > 0x40013000u) settings.fifo_bytes = 8;
  const bool is_h7 = peripheral.type == "spi_stm32_h7";
  SpiModel made = (is_h7 ? make_spi_h7 : make_spi)(*engine, std::move(settings));
  requesters.push_back({peripheral.base, peripheral.size_bytes, made.requester});
  return std::move(made.model);
}

std::unique_ptr<PeripheralModel> Machine::Parts::make_sd_host(const PeripheralSpec& peripheral) {
  SdmmcSettings settings;
  settings.version = peripheral.type == "sdmmc_stm32_v2" ? 2 : 1;
  settings.name = peripheral.name;
  settings.base = peripheral.base;
  settings.log = &dma_log;
  settings.interrupt = peripheral.interrupt;
  settings.cycles_of = [this, &peripheral](std::uint64_t periods) {
    return cycles_of(periods, peripheral);
  };
  settings.note = [this](const std::string& text) { note(text); };
  for (const SdSlot& slot : sd_slots) {
    if (slot.peripheral != peripheral.name) continue;
    settings.card = slot.card;
    settings.unanswered = slot.unanswered;
  }
  SdmmcModel made = make_sdmmc(*engine, std::move(settings));
  requesters.push_back({peripheral.base, peripheral.size_bytes, made.requester});
  return std::move(made.model);
}

/// QUADSPI and OCTOSPI.
std::unique_ptr<PeripheralModel> Machine::Parts::make_flash_spi(const PeripheralSpec& peripheral) {
  QuadspiSetup setup;
  std::size_t index = 0;
  setup.memory = memory_named(peripheral.memory, index);
  if (setup.memory != nullptr) {
    setup.mapping = dynamic_cast<memory::Qspi*>(controls.targets[index]);
  }
  setup.memory_index = static_cast<std::uint8_t>(index);
  setup.clocks = clocks.get();
  setup.follows_from_start = starts_from_reset();
  setup.note = [this](const std::string& text) { note(text); };
  QuadspiModel made = make_quadspi(*engine, peripheral, std::move(setup));
  requesters.push_back({peripheral.base, peripheral.size_bytes, made.requester});
  if (made.counters != nullptr) bus.counter_sources.push_back(made.counters);
  return std::move(made.model);
}

FindRequester Machine::Parts::requester_finder() const {
  return [this](Address address) -> DmaRequester* {
    for (const Requester& entry : requesters) {
      if (address - entry.base < entry.size_bytes) return entry.requester;
    }
    return nullptr;
  };
}

std::unique_ptr<PeripheralModel> Machine::Parts::make_dma(const PeripheralSpec& peripheral) {
  DmaSettings settings;
  settings.name = peripheral.name;
  if (peripheral.name.starts_with("bdma")) settings.first_channel = 0;
  settings.log = &dma_log;
  settings.interrupts = peripheral.interrupts;
  settings.single_cycles = peripheral.single_cycles.value_or(settings.single_cycles);
  settings.burst_overhead_cycles =
      peripheral.burst_overhead_cycles.value_or(settings.burst_overhead_cycles);
  settings.register_cycles = peripheral.register_cycles.value_or(settings.register_cycles);
  settings.memory_to_memory = peripheral.type != "dma_stream_p";
  if (peripheral.type == "mdma") return make_mdma(*engine, std::move(settings));
  if (peripheral.type == "dma_channel")
    return make_channel_dma(*engine, std::move(settings), requester_finder());
  return make_stream_dma(*engine, std::move(settings), requester_finder());
}

std::unique_ptr<PeripheralModel> Machine::Parts::make_model(const PeripheralSpec& peripheral) {
  if (peripheral.type.starts_with("dma_") || peripheral.type == "mdma") return make_dma(peripheral);
  if (peripheral.type.starts_with("spi_")) return make_spi_master(peripheral);
  if (peripheral.type.starts_with("sdmmc_")) return make_sd_host(peripheral);
  if (peripheral.type.ends_with("spi_stm32")) return make_flash_spi(peripheral);
  if (peripheral.type.starts_with("uart_")) {
    const bool is_console = peripheral.name == spec.console;
    UartLine line;
    if (is_console) line.sink = options.console;
    if (const auto connected = options.uarts.find(peripheral.name);
        connected != options.uarts.end()) {
      line.sink = connected->second.sink;
      line.source = connected->second.source;
    }
    if (peripheral.interrupt) {
      line.interrupt = [this,
                        number = engine::kFirstInterrupt + *peripheral.interrupt](bool raised) {
        raised ? engine->exceptions().pend(number) : engine->exceptions().unpend(number);
      };
    }
    UartModel made = make_uart(peripheral.type, std::move(line));
    if (made.requester != nullptr)
      requesters.push_back({peripheral.base, peripheral.size_bytes, made.requester});
    return std::move(made.model);
  }
  if (auto clock_model = make_clock_model(peripheral)) return clock_model;
  const auto edges = [this](const std::string& pin, bool rising, Cycles now) {
    signals.edge(pin, rising, now);
  };
  if (auto gpio = make_gpio(peripheral.type, peripheral, edges)) return gpio;
  if (auto timer = make_timer(peripheral.type, peripheral, *clocks, *engine)) return timer;
  if (auto crc = make_crc_unit(peripheral.type)) return crc;
  if (peripheral.type == "memory_remap") {
    const auto index = [this](const std::string& name) {
      std::size_t number = 0;
      (void)memory_named(name, number);
      return static_cast<std::uint8_t>(number);
    };
    return make_memory_remap(peripheral, bus, index, [this] { engine->memory_timing_changed(); });
  }
  if (peripheral.type == "fmc") return make_memory_controller(peripheral);
  if (peripheral.type == "rng_stm32") return make_random_generator(options.seed, *clocks);
  return make_controller(peripheral);
}

std::unique_ptr<PeripheralModel> Machine::Parts::make_clock_model(
    const PeripheralSpec& peripheral) {
  const auto say = [this](const std::string& text) { note(text); };
  RccSetup setup;
  setup.clocks = clocks.get();
  setup.spec = &spec.clock;
  setup.scheduler = &engine->scheduler();
  setup.now = [this] { return engine->now(); };
  setup.follows_from_start = starts_from_reset();
  setup.note = say;
  if (auto rcc = make_rcc(peripheral.type, peripheral, std::move(setup))) return rcc;
  const auto peek = [this](Address address) {
    for (const auto& space : spaces) {
      if (address - space->spec().base < space->spec().size_bytes) return space->peek(address);
    }
    return std::uint32_t{0};
  };
  return make_pwr(peripheral.type, peripheral, *clocks, peek, say);
}

std::unique_ptr<PeripheralModel> Machine::Parts::make_controller(const PeripheralSpec& peripheral) {
  std::size_t index = 0;
  const MemorySpec* memory = memory_named(peripheral.memory, index);
  if (memory == nullptr) return nullptr;
  const auto* flash_spec = std::get_if<FlashSpec>(&memory->timing);
  if (flash_spec == nullptr) return nullptr;
  FlashControl control;
  control.memory = memory->name;
  control.pinned = &spec.pinned;
  control.flash = flash_spec;
  control.timing = controls.flash[index];
  control.engine = engine.get();
  control.memory_index = index;
  if (peripheral.interrupt) {
    control.interrupt = [this,
                         number = engine::kFirstInterrupt + *peripheral.interrupt](bool raised) {
      raised ? engine->exceptions().pend(number) : engine->exceptions().unpend(number);
    };
  }
  control.cycles_of_ns = [this](std::uint64_t ns) { return clocks->cycles_of_ns(ns); };
  control.clock_hz = [this] { return clocks->hz(ClockDomain::hclk); };
  control.timing_changed = [this] { engine->memory_timing_changed(); };
  control.note = [this](const std::string& text) { note(text); };
  control.setting = setting_noter();
  return make_flash_controller(peripheral, std::move(control));
}

std::unique_ptr<PeripheralModel> Machine::Parts::make_memory_controller(
    const PeripheralSpec& peripheral) {
  std::size_t index = 0;
  if (memory_named(peripheral.memory, index) == nullptr) return nullptr;
  FmcControl control;
  control.memory = peripheral.memory;
  control.bank = fmc_bank(spec, peripheral.memory);
  control.pinned = &spec.pinned;
  control.from_reset = starts_from_reset();
  control.timing_changed = [this] { engine->memory_timing_changed(); };
  control.setting = setting_noter();
  return make_fmc(controls.targets[index], std::move(control));
}

/// External memories count the clock of the bus.
void Machine::Parts::follow_bus_clock(Cycles now) {
  bool changed = false;
  for (memory::Target* const target : controls.targets) {
    if (target == nullptr) continue;
    changed = target->set_core_per_hclk(clocks->core_cycles(ClockDomain::hclk), now) || changed;
  }
  if (changed) engine->memory_timing_changed();
}

void Machine::Parts::add_peripherals() {
  for (const PeripheralSpec& peripheral : spec.peripherals) {
    for (const auto& space : spaces) {
      if (peripheral.base - space->spec().base >= space->spec().size_bytes) continue;
      std::unique_ptr<PeripheralModel> peripheral_model = make_model(peripheral);
      if (peripheral_model && starts_from_reset()) {
        for (const RegisterSpec& entry : peripheral.registers) {
          peripheral_model->start_from(entry.offset_bytes, entry.reset);
        }
      }
      space->add(peripheral, std::move(peripheral_model));
      break;
    }
  }
}

void Machine::Parts::check_wait_states() {
  for (std::size_t i = 0; i < spec.memories.size(); ++i) {
    const auto* const entry = std::get_if<FlashSpec>(&spec.memories[i].timing);
    if (entry == nullptr) continue;
    const memory::FlashTiming* const timing = controls.flash[i];
    const std::uint32_t wait_states =
        timing == nullptr ? entry->wait_states : timing->settings().wait_states;
    const auto too_few = too_few_wait_states(spec.memories[i].name, *entry, wait_states,
                                             clocks->hz(ClockDomain::hclk));
    if (too_few) note(*too_few);
  }
}

/// RAM for heap and stack: where the initial stack pointer points, else the first at the usual
/// place of data (firmware that sets its stack up from SYS_HEAPINFO has no vector table). As the
/// board has it, whatever was placed elsewhere.
const RegionSpec* Machine::Parts::stack_region() const {
  constexpr Address kData = 0x20000000u;
  const std::uint32_t stack_pointer = engine->core().r[13];
  const RegionSpec* first = nullptr;
  for (const RegionSpec& region : spec.regions) {
    if (!region.writable) continue;
    if (stack_pointer != 0 && stack_pointer - 1 - region.base < region.size_bytes) return &region;
    const bool lower = first == nullptr || region.base < first->base;
    if (region.base >= kData && lower) first = &region;
  }
  return first;
}

void Machine::Parts::add_semihosting() {
  guest_memory = std::make_unique<EngineMemory>(*engine);
  SemihostingSetup setup;
  setup.command_line = options.semihosting_arguments;
  if (options.semihosting_root) setup.root = *options.semihosting_root;
  setup.console = options.console;
  setup.now = [this] { return engine->now(); };
  setup.clock_hz = clock_hz();
  setup.elapsed = [this](std::uint64_t per_second) {
    return clocks->elapsed(engine->now(), per_second);
  };
  if (const RegionSpec* ram = stack_region()) {
    setup.heap_limit = setup.stack_base = ram->base + static_cast<std::uint32_t>(ram->size_bytes);
  }
  semihosting = std::make_unique<Semihosting>(*guest_memory, std::move(setup));
  engine->set_semihosting([this](engine::Engine& core_engine) {
    engine::Core& core = core_engine.core();
    const auto result = semihosting->call(core.r[0], core.r[1]);
    core.r[0] = result.value;
    if (result.exit_code) core_engine.request_exit(*result.exit_code);
    return true;
  });
}

/// VECTRESET resets the core's own registers, SYSRESETREQ the peripherals too.
void Machine::Parts::reset_devices(bool system) {
  system_control->reset();
  notes.undo(kCacheSetting);
  if (!system) return;
  notes.undo_all();
  for (const auto& space : spaces) space->reset();
}

/// ITM stimulus port 0 carries text, as debuggers show it. It is the console of boards that name
/// none, or "itm".
void Machine::Parts::show_stimulus(unsigned port, std::uint32_t value, unsigned size_bytes) const {
  const bool is_console = spec.console.empty() || spec.console == kItmConsole;
  if (port != 0 || !is_console || !options.console) return;
  std::string text;
  for (unsigned i = 0; i < size_bytes; ++i) text += static_cast<char>(value >> (8 * i));
  options.console(text, false);
}

Machine::Machine(BoardSpec spec, MachineOptions options) : parts_(std::make_unique<Parts>()) {
  Parts& parts = *parts_;
  parts.spec = std::move(spec);
  parts.options = std::move(options);
  // A clock given by --clock holds from reset on, too.
  if (parts.starts_from_reset() && parts.spec.pinned.contains("clock.rated_hz")) {
    parts.spec.reset.clock_hz = parts.spec.clock.rated_hz;
  }
  parts.controls = build_memories(parts.spec, parts.options.seed, parts.bus, parts.l1);
  parts.add_private_bus();
  parts.add_spaces();
  parts.add_bit_band();
  parts.model =
      pipeline::make_pipeline_model(name_of(parts.spec.core.model), parameters_of(parts.spec.core));
  if (parts.model == nullptr) {
    throw ConfigError(
        fmt::format("core {} has no pipeline model yet", name_of(parts.spec.core.model)),
        "core.model", "use cortex-m4");
  }
  parts.engine = std::make_unique<engine::Engine>(
      *parts.model, parts.bus, features_of(parts.spec.core), parts.spec.core.interrupts,
      parts.spec.core.nvic_priority_bits, parts.options.engine);
  parts.system_control =
      std::make_unique<SystemControl>(*parts.engine, parts.spec.core, parts.cache_setup());
  for (bus::Region& region : parts.bus.regions) {
    if (region.name == "ppb") region.device = parts.system_control.get();
  }
  parts.make_clocks();
  parts.clocks->set_span_listener(
      [&parts](unsigned clock) { parts.engine->start_clock_span(clock); });
  if (!parts.spec.caution.empty()) parts.note("caution: " + parts.spec.caution);
  parts.add_devices();
  parts.add_peripherals();
  parts.engine->set_reset_handler([&parts](bool system) { parts.reset_devices(system); });
  parts.system_control->itm().set_sink(
      [&parts](unsigned port, std::uint32_t value, unsigned size_bytes, Cycles now) {
        parts.show_stimulus(port, value, size_bytes);
        parts.signals.stimulus(port, value, size_bytes, now);
      });
  parts.system_control->dwt().set_cycle_read_sink(
      [&parts](Address pc, std::uint32_t value, Cycles now) {
        parts.signals.cycle_read(pc, value, now);
      });
  if (parts.starts_from_reset()) parts.engine->memory_timing_changed();
  parts.check_wait_states();
  parts.clocks->listen([&parts](Cycles now) {
    parts.check_wait_states();
    parts.follow_bus_clock(now);
  });
}

Machine::~Machine() = default;

/// An image may be for addresses that its own firmware maps before it uses them.
std::uint32_t Machine::Parts::loadable_bytes(const bus::Region& region) const {
  if (region.size_bytes != 0) return region.size_bytes;
  for (const RegionSpec& entry : spec.regions) {
    if (entry.name == region.name) return static_cast<std::uint32_t>(entry.size_bytes);
  }
  return 0;
}

const bus::Region* Machine::Parts::loadable_at(Address address) const {
  if (const bus::Region* const region = bus.find(address)) return region;
  for (const bus::Region& region : bus.regions) {
    if (address - region.base < loadable_bytes(region)) return &region;
  }
  return nullptr;
}

std::vector<loader::MemoryRange> Machine::memory_ranges() const {
  std::vector<loader::MemoryRange> ranges;
  for (const bus::Region& region : parts_->bus.regions) {
    if (region.kind != bus::RegionKind::memory) continue;
    const bus::Memory& memory = parts_->bus.memories[region.memory];
    ranges.push_back({memory.name, region.base, parts_->loadable_bytes(region), memory.is_ram,
                      region.memory_offset});
  }
  return ranges;
}

/// Returns a line for the report of each.
std::vector<std::string> Machine::Parts::place_elsewhere(
    const loader::Image& image, const std::vector<loader::MemoryRange>& ranges) {
  if (options.placements.empty()) return {};
  loader::check_fit(image, ranges);
  const loader::ResetVector reset =
      loader::find_reset(image, spec.reset.vector_table, options.entry, ranges);
  placed = place(options.placements, image, reset.sp, bus);
  engine->memory_timing_changed();
  std::vector<std::string> lines;
  lines.reserve(placed.size());
  for (const Placed& entry : placed) lines.push_back(note_of(entry));
  return lines;
}

std::vector<std::string> Machine::load(const loader::Image& image) {
  Parts& parts = *parts_;
  const std::string core_note = check_core(image, parts.spec);
  std::vector<std::string> notes = parts.place_elsewhere(image, memory_ranges());
  const auto ranges = memory_ranges();
  loader::check_fit(image, ranges);
  for (std::string& note : loader::check_run_addresses(image, ranges))
    notes.push_back(std::move(note));
  const bus::Region* region = nullptr;  // of the byte before
  const auto put = [&](Address address, std::uint8_t value) {
    if (region == nullptr || !region->contains(address)) region = parts.loadable_at(address);
    bus::Memory& memory = parts.bus.memories[region->memory];
    const std::uint32_t offset = region->memory_offset + (address - region->base);
    memory.bytes[offset] = value;
    if (memory.is_ram)
      memory.tags[offset >> bus::kTagShift] &= static_cast<std::uint8_t>(~bus::kNeverWritten);
  };
  for (const loader::ZeroFill& fill : loader::zero_fills(image, ranges)) {
    for (std::uint32_t i = 0; i < fill.size_bytes; ++i) put(fill.address + i, 0);
  }
  for (const loader::Segment& segment : image.segments) {
    for (std::size_t i = 0; i < segment.bytes.size(); ++i) {
      put(segment.load_address + static_cast<Address>(i), segment.bytes[i]);
    }
  }
  const loader::ResetVector reset =
      loader::find_reset(image, parts.spec.reset.vector_table, parts.options.entry, ranges);
  parts.engine->invalidate_all_blocks();
  parts.engine->reset(reset.sp, reset.pc,
                      reset.vector_table.value_or(parts.spec.reset.vector_table));
  parts.add_semihosting();
  if (!reset.note.empty()) notes.push_back(reset.note);
  if (!core_note.empty()) notes.push_back(core_note);
  if (reset.vector_table) {
    const auto wrong_stack = loader::check_stack_pointer(reset.sp, ranges);
    if (wrong_stack) notes.push_back(*wrong_stack);
  }
  return notes;
}

void Machine::write_input(Address address, const std::vector<std::uint8_t>& bytes,
                          const std::string& what) {
  if (parts_->engine->write_memory(address, bytes.data(), bytes.size())) return;
  throw ConfigError(
      fmt::format("{} bytes of input do not fit RAM at 0x{:08X}", bytes.size(), address), what,
      "give an address or symbol in RAM with enough room behind it");
}

const std::vector<Placed>& Machine::placed() const { return parts_->placed; }

const SignalLog& Machine::signals() const { return parts_->signals; }
const DmaLog& Machine::dma_log() const { return parts_->dma_log; }
const BoardSpec& Machine::spec() const { return parts_->spec; }

Hertz Machine::clock() const { return parts_->clocks->core(); }

std::vector<Hertz> Machine::clocks() const { return parts_->clocks->all(); }

engine::Engine& Machine::engine() { return *parts_->engine; }

std::vector<std::string> Machine::memory_names() const {
  std::vector<std::string> names;
  for (const MemorySpec& memory : parts_->spec.memories) names.push_back(memory.name);
  names.emplace_back("peripherals");
  names.emplace_back("ppb");
  return names;
}

std::vector<UnmodelledAccess> Machine::unmodelled() const {
  std::vector<UnmodelledAccess> list;
  for (const auto& space : parts_->spaces) {
    const auto part = space->unmodelled();
    list.insert(list.end(), part.begin(), part.end());
  }
  const auto system = parts_->system_control->unmodelled();
  list.insert(list.end(), system.begin(), system.end());
  std::sort(list.begin(), list.end(), [](const UnmodelledAccess& a, const UnmodelledAccess& b) {
    return a.address < b.address;
  });
  return list;
}

std::vector<std::string> Machine::notes() const {
  std::vector<std::string> notes = parts_->notes.all();
  for (std::size_t i = 0; i < parts_->controls.targets.size(); ++i) {
    const std::string early =
        used_too_early(parts_->spec.memories[i].name, parts_->controls.targets[i]);
    if (!early.empty()) notes.push_back(early);
  }
  if (const std::uint64_t resets = parts_->engine->statistics().resets; resets != 0) {
    notes.push_back(
        fmt::format("the firmware reset the core {} time{}", resets, resets == 1 ? "" : "s"));
  }
  for (std::size_t m = 0; m < parts_->spec.memories.size(); ++m) {
    if ((parts_->engine->used_as_device() >> m & 1u) == 0) continue;
    notes.push_back(fmt::format(
        "{} was accessed as Device memory, past the caches: an MPU region can make it Normal",
        parts_->spec.memories[m].name));
  }
  if (const std::uint64_t more = parts_->clocks->not_kept(); more != 0) {
    notes.push_back(
        fmt::format("the core clock had more than {} frequencies: time is counted wrongly after {} "
                    "changes",
                    kMaxClocks, more));
  }
  for (const auto& space : parts_->spaces) {
    const std::string more = space->not_listed();
    if (!more.empty()) notes.push_back(more);
  }
  return notes;
}

std::vector<std::pair<unsigned, std::uint64_t>> Machine::semihosting_calls() const {
  if (!parts_->semihosting) return {};
  return parts_->semihosting->calls();
}

}  // namespace mcost::boards
