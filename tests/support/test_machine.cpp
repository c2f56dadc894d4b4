#include "tests/support/test_machine.h"

#include <algorithm>
#include <cstring>
#include <sstream>
#include <utility>

#include "memory_models/art.h"
#include "memory_models/art_f7.h"
#include "memory_models/cached_memory.h"
#include "memory_models/constant_latency.h"
#include "memory_models/icache.h"
#include "memory_models/line_buffer_flash.h"
#include "memory_models/prefetch_flash.h"
#include "memory_models/qspi.h"
#include "memory_models/sdram.h"
#include "memory_models/timed_memory.h"
#include "memory_models/vims.h"
#include "sim_core/bus/window.h"

namespace mcost::test {
namespace {

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  hash = (hash ^ value) * 0x9E3779B97F4A7C15u;
  return hash ^ hash >> 32;
}

boards::CoreSpec core_spec(const TestSetup& setup) {
  boards::CoreSpec core;
  core.model = setup.core;
  core.mpu_regions = setup.mpu_regions;
  core.revision = "r0p1";
  core.cpuid = 0x410FC241;
  core.fpu = boards::FpuModel::fpv4_sp_d16;
  core.dsp = true;
  core.bit_band = true;
  core.nvic_priority_bits = 4;
  core.interrupts = 32;
  return core;
}

memory::ArtParameters art_parameters(FlashKind kind) {
  memory::ArtParameters parameters;
  parameters.size_bytes = kFlashSize;
  parameters.i_lines = parameters.i_ways = 4;
  parameters.d_lines = parameters.d_ways = 2;
  parameters.wait_states = 5;
  parameters.prefetch = kind != FlashKind::art_sectored;
  if (kind == FlashKind::art_sectored) {
    parameters.array_bytes = 8;
    parameters.sectors_per_line = 4;
    parameters.i_ways = 2;
    parameters.d_ways = 1;
    parameters.wait_states = 4;
  }
  parameters.icache = parameters.dcache = kind != FlashKind::art_uncached;
  return parameters;
}

memory::VimsParameters vims_parameters(FlashKind kind) {
  memory::VimsParameters parameters;
  parameters.size_bytes = kFlashSize;
  parameters.cache_bytes = 64;
  parameters.ways = 2;
  parameters.cache = kind == FlashKind::vims;
  return parameters;
}

std::unique_ptr<bus::MemoryModel> make_sdram() {
  memory::SdramParameters parameters;
  parameters.row_bits = 3;  // few rows, so that all banks are used
  parameters.refresh = 150;
  return std::make_unique<memory::TimedMemory>(std::make_unique<memory::Sdram>(parameters));
}

std::unique_ptr<bus::MemoryModel> make_quadspi() {
  memory::QspiParameters parameters;
  parameters.timeout_clocks = 20;
  return std::make_unique<memory::TimedMemory>(std::make_unique<memory::Qspi>(parameters));
}

}  // namespace

bool has_uncached_view(FlashKind kind) {
  return kind == FlashKind::vims || kind == FlashKind::art_f7;
}

const char* name_of(FlashKind kind) {
  switch (kind) {
    case FlashKind::ideal: return "ideal";
    case FlashKind::wait_states: return "wait_states";
    case FlashKind::line_buffer: return "line_buffer";
    case FlashKind::art: return "art";
    case FlashKind::art_sectored: return "art_sectored";
    case FlashKind::art_uncached: return "art_uncached";
    case FlashKind::prefetch: return "prefetch";
    case FlashKind::icache: return "icache";
    case FlashKind::art_f7: return "art_f7";
    case FlashKind::vims: return "vims";
    case FlashKind::vims_flash: return "vims_flash";
    case FlashKind::quadspi: return "quadspi";
    case FlashKind::l1: return "l1";
    case FlashKind::l1_targets: return "l1_targets";
    case FlashKind::l1_uncached: return "l1_uncached";
  }
  return "";
}

std::uint32_t RegisterFile::read(const bus::DeviceAccess& access) {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < access.size_bytes; ++i) value |= bytes[access.offset + i] << (8 * i);
  if (steady.contains(access.offset)) {
    ++steady_reads;
  } else {
    events.push_back({access, false, value});
  }
  return value;
}

void RegisterFile::write(const bus::DeviceAccess& access, std::uint32_t value) {
  for (unsigned i = 0; i < access.size_bytes; ++i)
    bytes[access.offset + i] = value >> (8 * i) & 0xFFu;
  events.push_back({access, true, value});
}

TestMachine::TestMachine(const pipeline::PipelineModel& model, const TestSetup& setup)
    : profile_(setup.profile) {
  bus_.memories.reserve(3);  // models keep references into it
  make_flash(setup.flash);
  add_memory("ram", kRamSize, true, 0);
  add_memory("slow_ram", kSlowRamSize, true, 1);
  if (setup.slow_ram_is_sdram) bus_.memories.back().model = make_sdram();
  put_behind_caches(setup.flash);
  add_memory_regions(setup.flash);
  add_device_regions();
  add_bit_band_regions();
  engine_ = std::make_unique<engine::Engine>(model, bus_, setup.features, 32, 4, setup.engine);
  system_control_ = std::make_unique<boards::SystemControl>(*engine_, core_spec(setup),
                                                            boards::CacheSetup{.l1 = l1_.get()});
  for (bus::Region& region : bus_.regions) {
    if (region.name == "ppb") region.device = system_control_.get();
  }
  if (setup.profile) engine_->enable_profile(&function_of_64_bytes);
}

void TestMachine::add_memory(std::string name, std::uint32_t size_bytes, bool is_ram,
                             std::uint32_t wait_states) {
  bus_.memories.emplace_back();
  bus::Memory& memory = bus_.memories.back();
  memory.name = std::move(name);
  memory.set_contents(size_bytes, is_ram ? 0xA5 : 0xFF);
  memory.is_ram = is_ram;
  if (is_ram) memory.tags.assign(memory.tags.size(), bus::kNeverWritten);
  memory.model = std::make_unique<memory::ConstantLatency>(wait_states, !is_ram);
}

void TestMachine::make_flash(FlashKind kind) {
  add_memory("flash", kFlashSize, false, kind == FlashKind::wait_states ? 2 : 0);
  bus::Memory& memory = bus_.memories.back();
  switch (kind) {
    case FlashKind::ideal:
    case FlashKind::wait_states:
    case FlashKind::l1:
    case FlashKind::l1_targets:
    case FlashKind::l1_uncached: return;
    case FlashKind::quadspi: memory.model = make_quadspi(); return;
    case FlashKind::line_buffer:
      memory.model = std::make_unique<memory::LineBufferFlash>(16, 3);
      break;
    case FlashKind::art:
    case FlashKind::art_sectored:
    case FlashKind::art_uncached: {
      const memory::ArtParameters parameters = art_parameters(kind);
      memory.model = std::make_unique<memory::Art>(parameters, memory.tags, bus_.program_order);
      break;
    }
    case FlashKind::prefetch:
      memory.model =
          std::make_unique<memory::PrefetchFlash>(memory::PrefetchParameters{8, 2, 1, true});
      break;
    case FlashKind::icache: {
      memory::IcacheParameters parameters;
      parameters.size_bytes = kFlashSize;
      parameters.wait_states = 5;
      parameters.cache_bytes = 128;
      memory.model = std::make_unique<memory::Icache>(parameters, bus_.program_order);
      break;
    }
    case FlashKind::art_f7: {
      memory::ArtF7Parameters parameters;
      parameters.size_bytes = kFlashSize;
      parameters.lines = parameters.ways = 4;
      parameters.wait_states = 5;
      parameters.prefetch = true;
      memory.model = std::make_unique<memory::F7Flash>(parameters, bus_.program_order);
      break;
    }
    case FlashKind::vims:
    case FlashKind::vims_flash:
      memory.model = std::make_unique<memory::Vims>(vims_parameters(kind));
      break;
  }
  memory.micro_state_slot = 0;
}

namespace {

/// Busy for 12 cycles by each transfer, and for 40 more once in 1000 cycles.
class SlowTarget final : public memory::Target {
 public:
  memory::Response transfer(const memory::Request& request) override {
    Cycles begin = std::max(request.now, free_);
    if (begin % 1000 < 40) begin += 40 - begin % 1000;
    free_ = begin + 12 + request.size_bytes / 4;
    return {begin + 6 + request.offset / 4 % 3, free_};
  }
  [[nodiscard]] std::unique_ptr<memory::Target> clone() const override {
    return std::make_unique<SlowTarget>(*this);
  }
  [[nodiscard]] std::uint32_t most_cycles() const override { return 200; }

 private:
  Cycles free_ = 0;
};

}  // namespace

void TestMachine::put_behind_caches(FlashKind kind) {
  if (kind != FlashKind::l1 && kind != FlashKind::l1_targets && kind != FlashKind::l1_uncached)
    return;
  memory::L1Parameters parameters;
  parameters.i_bytes = 1024;
  parameters.d_bytes = 256;
  parameters.icache = parameters.dcache = kind != FlashKind::l1_uncached;
  l1_ = std::make_unique<memory::L1>(parameters);
  constexpr std::array kBases = {kFlash, kRam, kSlowRam};
  for (std::uint8_t i = 0; i < kBases.size(); ++i) {
    bus::Memory& memory = bus_.memories[i];
    memory::AxiPath path;
    if (i == kFlashIndex) {
      path.wait_states = 5;
      path.beat_bytes = 8;
      path.buffer_bytes = 32;
    }
    if (i == kSlowRamIndex) path.clock_ratio = 2;
    auto model = std::make_unique<memory::CachedMemory>(
        *l1_, memory, memory::CachedMemory::Place{i, kBases[i]}, path);
    if (kind == FlashKind::l1_targets && i == kSlowRamIndex)
      model->set_target(std::make_unique<SlowTarget>());
    memory.model = std::move(model);
    memory.micro_state_slot = 0;
  }
}

void TestMachine::add_region(const bus::Region& region) {
  bus_.regions.push_back(region);
  std::sort(bus_.regions.begin(), bus_.regions.end(),
            [](const bus::Region& a, const bus::Region& b) { return a.base < b.base; });
}

void TestMachine::add_memory_regions(FlashKind kind) {
  const auto memory_region = [](const char* name, Address base, std::uint32_t size_bytes,
                                unsigned memory) {
    bus::Region region;
    region.name = name;
    region.base = base;
    region.size_bytes = size_bytes;
    region.memory = static_cast<std::uint8_t>(memory);
    region.executable = true;
    region.writable = memory != kFlashIndex;
    const bool code = base < kRam;
    region.data_port = code ? bus::CorePort::dcode : bus::CorePort::system;
    region.fetch_port = code ? bus::CorePort::icode : bus::CorePort::system;
    return region;
  };
  bus::Region flash = memory_region("flash", kFlash, kFlashSize, kFlashIndex);
  if (kind == FlashKind::art_f7) flash.view = memory::kItcmView;
  add_region(flash);
  if (has_uncached_view(kind)) {
    bus::Region uncached = memory_region("uncached", kUncachedFlash, kFlashSize, kFlashIndex);
    uncached.view = kind == FlashKind::vims ? std::uint8_t{memory::kUncachedView} : std::uint8_t{0};
    add_region(uncached);
  }
  add_region(memory_region("ram", kRam, kRamSize, kRamIndex));
  add_region(memory_region("slow_ram", kSlowRam, kSlowRamSize, kSlowRamIndex));
}

void TestMachine::add_device_regions() {
  bus::Region device;
  device.name = "device";
  device.base = kDevice;
  device.size_bytes = 0x1000;
  device.kind = bus::RegionKind::device;
  device.memory = kDeviceIndex;
  device.writable = true;
  device.is_device_memory = true;
  device.device_wait = 2;
  device.device = &device_;
  add_region(device);

  bus::Region ppb = device;
  ppb.name = "ppb";
  ppb.base = 0xE0000000u;
  ppb.size_bytes = 0x00100000u;
  ppb.memory = kPrivateBusIndex;
  ppb.data_port = bus::CorePort::ppb;
  ppb.device_wait = 0;
  ppb.device = nullptr;  // set when the engine is there
  add_region(ppb);
}

void TestMachine::add_bit_band_regions() {
  bus::Region alias;
  alias.kind = bus::RegionKind::bit_band;
  alias.writable = true;
  alias.name = "ram_bits";
  alias.base = kRamBitBand;
  alias.size_bytes = kRamSize * 32;
  alias.memory = kRamIndex;
  alias.bit_band_target = kRam;
  add_region(alias);
  alias.name = "device_bits";
  alias.base = kDeviceBitBand;
  alias.size_bytes = 0x1000 * 32;
  alias.memory = kDeviceIndex;
  alias.bit_band_target = kDevice;
  alias.is_device_memory = true;
  add_region(alias);
}

void TestMachine::load(Address address, const std::vector<std::uint16_t>& halfwords) {
  for (const std::uint16_t halfword : halfwords) {
    const bus::Region& region = *bus_.find(address);
    bus::Memory& memory = bus_.memories[region.memory];
    const std::uint32_t offset = region.memory_offset + (address - region.base);
    std::memcpy(memory.bytes.data() + offset, &halfword, 2);
    if (memory.is_ram)
      memory.tags[offset >> bus::kTagShift] &= static_cast<std::uint8_t>(~bus::kNeverWritten);
    address += 2;
  }
}

void TestMachine::poke(Address address, std::uint32_t word) {
  load(address, {static_cast<std::uint16_t>(word), static_cast<std::uint16_t>(word >> 16)});
}

std::uint32_t TestMachine::peek(Address address) const {
  std::uint32_t word = 0;
  std::array<std::uint8_t, 4> bytes{};
  if (engine_->read_memory(address, bytes.data(), 4)) std::memcpy(&word, bytes.data(), 4);
  return word;
}

engine::StopReason TestMachine::run(Cycles max_cycles) {
  engine::RunLimits limits;
  limits.max_cycles = max_cycles;
  stop_ = engine_->run(limits);
  return stop_;
}

engine::StopReason TestMachine::run_until(Address pc) {
  engine::RunLimits limits;
  limits.until = pc;
  stop_ = engine_->run(limits);
  return stop_;
}

std::optional<Address> function_of_64_bytes(Address address) { return address & ~Address{63}; }

namespace {

std::string chain_of(const engine::CallTree& tree, engine::CallTree::Id id) {
  std::ostringstream text;
  for (; id != engine::CallTree::kNone; id = tree.nodes()[id].parent) {
    const engine::CallTree::Node& node = tree.nodes()[id];
    text << static_cast<int>(node.kind) << ':' << std::hex << node.function << '@'
         << node.return_address << '#' << node.exception << ' ';
  }
  return text.str();
}

/// Whether each node of the call tree was executed for as long as its instructions took.
bool switches_add_up(const engine::Profiler& profiler, Cycles now) {
  const std::vector<engine::ContextSwitch>& switches = profiler.trace().switches();
  if (profiler.trace().dropped() != 0) return true;
  std::vector<std::uint64_t> cycles(profiler.tree().nodes().size());
  for (std::size_t i = 0; i < switches.size(); ++i) {
    const Cycles end = i + 1 < switches.size() ? switches[i + 1].when : now;
    if (end < switches[i].when) return false;
    cycles[switches[i].node] += end - switches[i].when;
  }
  for (std::size_t c = 0; c < profiler.contexts().size(); ++c) {
    for (const auto& [address, cost] : profiler.costs()[c])
      cycles[profiler.contexts()[c].node] -= cost.cycles();
  }
  return std::all_of(cycles.begin(), cycles.end(), [](std::uint64_t left) { return left == 0; });
}

/// Costs by context, and that they are all there is.
void observe_profile(const engine::Profiler& profiler, Observation& seen) {
  Counters sum;
  for (std::size_t c = 0; c < profiler.contexts().size(); ++c) {
    const auto& context = profiler.contexts()[c];
    std::ostringstream name;
    name << chain_of(profiler.tree(), context.node) << "layer " << context.layer << " clock "
         << context.clock;
    for (const auto& [address, cost] : profiler.costs()[c]) {
      seen.costs[{name.str(), address}] += cost;
      cost.add_to(sum);
    }
  }
  for (const engine::ContextSwitch& to : profiler.trace().switches()) {
    seen.switches.push_back({to.when, chain_of(profiler.tree(), to.node), to.handlers, to.begins});
  }
  seen.dropped_switches = profiler.trace().dropped();
  seen.switches_add_up = switches_add_up(profiler, seen.now);
  sum.at_later_clock = seen.counters.at_later_clock;
  seen.profile_adds_up = sum == seen.counters;
}

}  // namespace

Observation observe(engine::Engine& engine, engine::StopReason stop, bool profile) {
  Observation seen;
  const engine::Core& core = engine.core();
  seen.stop = stop;
  seen.now = engine.now();
  seen.pc = engine.pc();
  seen.xpsr = engine.xpsr();
  std::copy_n(core.r.begin(), seen.registers.size(), seen.registers.begin());
  std::copy(core.s.begin(), core.s.end(), seen.singles.begin());
  seen.fpscr = core.fp.fpscr;
  for (const bus::Memory& memory : engine.bus().memories) {
    std::uint64_t hash = 1;
    for (std::size_t i = 0; i + 8 <= memory.bytes.size(); i += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, memory.bytes.data() + i, 8);
      hash = mix(hash, word);
    }
    if (memory.model->follows_attributes()) {
      for (std::uint32_t i = 0; i + 8 <= memory.bytes.size(); i += 8) {
        std::array<std::uint8_t, 8> behind{};
        memory.model->read_behind(i, behind.data(), 8);
        std::uint64_t word = 0;
        std::memcpy(&word, behind.data(), 8);
        hash = mix(hash, word);
      }
    }
    seen.memory_hashes.push_back(hash);
    for (const auto& counter : memory.model->counters())
      seen.model_counters.push_back(counter.value);
  }
  seen.counters = engine.take_counters();
  if (profile) observe_profile(*engine.profile(), seen);
  seen.never_written_reads = engine.never_written_reads();
  return seen;
}

Observation TestMachine::observe() {
  Observation seen = test::observe(*engine_, stop_, profile_);
  for (const RegisterFile::Event& event : device_.events) {
    seen.device_hash = mix(seen.device_hash, event.access.offset);
    seen.device_hash = mix(seen.device_hash, event.access.now);
    seen.device_hash = mix(seen.device_hash, event.access.pc);
    seen.device_hash = mix(seen.device_hash, event.value * 2u + (event.write ? 1u : 0u));
  }
  return seen;
}

namespace {

/// Writes what differs; the first difference is the useful one.
class Comparison {
 public:
  template <class T>
  void value(const std::string& name, const T& expected, const T& found) {
    if (expected == found || lines_ > kMostLines) return;
    ++lines_;
    text_ << name << ": expected " << +expected << ", found " << +found << "\n";
  }
  template <class Range>
  void range(const std::string& name, const Range& expected, const Range& found) {
    value(name + " count", expected.size(), found.size());
    for (std::size_t i = 0; i < std::min(expected.size(), found.size()); ++i)
      value(name + "[" + std::to_string(i) + "]", expected[i], found[i]);
  }
  [[nodiscard]] std::string text() const { return text_.str(); }

 private:
  static constexpr int kMostLines = 12;
  std::ostringstream text_;
  int lines_ = 0;
};

void compare_counters(Comparison& comparison, const Counters& a, const Counters& b) {
  comparison.value("cycles", a.cycles, b.cycles);
  comparison.value("instructions", a.instructions, b.instructions);
  comparison.value("skipped", a.skipped, b.skipped);
  comparison.value("folded", a.folded, b.folded);
  comparison.value("macs", a.macs, b.macs);
  for (unsigned c = 0; c < kInstructionClasses; ++c)
    comparison.value(kInstructionClassNames[c], a.by_class[c], b.by_class[c]);
  for (unsigned c = 0; c < kCauses; ++c)
    comparison.value(kCauseNames[c], a.by_cause[c], b.by_cause[c]);
  comparison.range("initiator", a.by_initiator, b.by_initiator);
  for (unsigned m = 0; m < kMaxMemories; ++m) {
    const std::string memory = "memory " + std::to_string(m) + " ";
    comparison.range(memory + "cause", a.by_memory[m], b.by_memory[m]);
    const Traffic& x = a.traffic[m];
    const Traffic& y = b.traffic[m];
    comparison.value(memory + "reads", x.reads, y.reads);
    comparison.value(memory + "read_bytes", x.read_bytes, y.read_bytes);
    comparison.value(memory + "writes", x.writes, y.writes);
    comparison.value(memory + "write_bytes", x.write_bytes, y.write_bytes);
    comparison.value(memory + "fetches", x.fetches, y.fetches);
    comparison.value(memory + "fetch_bytes", x.fetch_bytes, y.fetch_bytes);
    comparison.value(memory + "array_reads", x.array_reads, y.array_reads);
  }
}

void compare_costs(Comparison& comparison, const Observation& a, const Observation& b) {
  comparison.value("profile adds up", true, a.profile_adds_up && b.profile_adds_up);
  comparison.value("calls and returns add up", true, a.switches_add_up && b.switches_add_up);
  comparison.value("calls and returns", a.switches.size(), b.switches.size());
  comparison.value("further calls and returns", a.dropped_switches, b.dropped_switches);
  for (std::size_t i = 0; i < std::min(a.switches.size(), b.switches.size()); ++i) {
    const std::string at = "call or return " + std::to_string(i) + " ";
    comparison.value(at + "cycle", a.switches[i].when, b.switches[i].when);
    comparison.value(at + "as expected", true, a.switches[i] == b.switches[i]);
  }
  comparison.value("profiled instructions", a.costs.size(), b.costs.size());
  for (const auto& [place, cost] : b.costs) {
    comparison.value(place.first + " " + std::to_string(place.second) + " expected", true,
                     a.costs.contains(place));
  }
  for (const auto& [place, cost] : a.costs) {
    const auto found = b.costs.find(place);
    const std::string at = place.first + " " + std::to_string(place.second) + " ";
    comparison.value(at + "profiled", true, found != b.costs.end());
    if (found == b.costs.end()) continue;
    comparison.value(at + "executions", cost.instructions, found->second.instructions);
    comparison.value(at + "cycles", cost.cycles(), found->second.cycles());
    comparison.value(at + "cost", true, cost == found->second);
  }
}

}  // namespace

std::string difference(const Observation& expected, const Observation& found, bool with_costs) {
  Comparison comparison;
  comparison.value("stop", static_cast<unsigned>(expected.stop), static_cast<unsigned>(found.stop));
  comparison.value("now", expected.now, found.now);
  comparison.value("pc", expected.pc, found.pc);
  comparison.value("xpsr", expected.xpsr, found.xpsr);
  comparison.range("r", expected.registers, found.registers);
  comparison.range("s", expected.singles, found.singles);
  comparison.value("fpscr", expected.fpscr, found.fpscr);
  comparison.range("memory hash", expected.memory_hashes, found.memory_hashes);
  compare_counters(comparison, expected.counters, found.counters);
  comparison.range("model counter", expected.model_counters, found.model_counters);
  comparison.value("never-written reads", expected.never_written_reads, found.never_written_reads);
  comparison.value("device accesses", expected.device_hash, found.device_hash);
  if (with_costs) compare_costs(comparison, expected, found);
  return comparison.text();
}

}  // namespace mcost::test
