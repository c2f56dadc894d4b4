// A machine built by hand for tests: flash behind a chosen accelerator, two RAMs, a register file
// as device and the private peripheral bus, around an engine with a chosen pipeline model. Runs end
// in an Observation: everything that must not depend on how the engine cuts blocks.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "boards/peripherals/system_control.h"
#include "memory_models/l1_cache.h"
#include "sim_core/bus/system_bus.h"
#include "sim_core/engine/engine.h"
#include "sim_core/isa/encoding.h"
#include "sim_core/pipeline/pipeline_model.h"
#include "tests/support/assembler.h"

namespace mcost::test {

enum class FlashKind : std::uint8_t {
  ideal,         // no wait states
  wait_states,   // two wait states on every access
  line_buffer,   // 16-byte line buffer, 3 wait states
  art,           // 4 lines of instructions, 2 of data, prefetch, 5 wait states
  art_sectored,  // the L4's form: 4 sectors per line, 2-way, prefetch off
  art_uncached,  // both caches off, prefetch on
  prefetch,      // two blocks of 8 bytes, one wait state
  icache,        // 8 lines of 16 bytes in 2 ways, array of 8 bytes, 5 wait states
  art_f7,  // 4 lines of 32 bytes with prefetch, accelerator at kFlash, past it at kUncachedFlash
  vims,    // 8 lines of 8 bytes in 2 ways
  vims_flash,   // the cache off: line buffers alone
  quadspi,      // NOR flash behind QUADSPI, with a short time-out
  l1,           // all memories behind level-1 caches of 1 KiB and 256 bytes
  l1_targets,   // the same; the RAMs have time of their own
  l1_uncached,  // the same with both caches off
};
inline constexpr std::array kAllFlashKinds = {
    FlashKind::ideal,        FlashKind::wait_states,  FlashKind::line_buffer, FlashKind::art,
    FlashKind::art_sectored, FlashKind::art_uncached, FlashKind::prefetch,    FlashKind::icache,
    FlashKind::art_f7,       FlashKind::vims,         FlashKind::vims_flash,  FlashKind::quadspi,
    FlashKind::l1,           FlashKind::l1_targets,   FlashKind::l1_uncached};
[[nodiscard]] const char* name_of(FlashKind kind);
/// Whether the same flash shows at kUncachedFlash past its cache.
[[nodiscard]] bool has_uncached_view(FlashKind kind);

inline constexpr Address kFlash = 0x08000000;
inline constexpr std::uint32_t kFlashSize = 0x10000;
inline constexpr Address kFlashData = 0x0800C000;      // where tests keep constants
inline constexpr Address kUncachedFlash = 0x18000000;  // some kinds: the same flash past the cache
inline constexpr Address kRam = 0x20000000;
inline constexpr std::uint32_t kRamSize = 0x8000;
inline constexpr Address kSlowRam = 0x20010000;  // one wait state, or SDRAM
inline constexpr std::uint32_t kSlowRamSize = 0x4000;
inline constexpr Address kStackTop = kRam + kRamSize;
inline constexpr Address kRamBitBand = 0x22000000;
inline constexpr Address kDevice = 0x40000000;
inline constexpr Address kDeviceBitBand = 0x42000000;
inline constexpr Address kNothing = 0x60000000;  // no memory answers
inline constexpr Address kProgram = kFlash + 0x200;
// Indices in Counters.
inline constexpr unsigned kFlashIndex = 0;
inline constexpr unsigned kRamIndex = 1;
inline constexpr unsigned kSlowRamIndex = 2;
inline constexpr unsigned kDeviceIndex = 3;
inline constexpr unsigned kPrivateBusIndex = 4;

/// Registers that remember what is written to them, and when they were accessed.
class RegisterFile final : public bus::Device {
 public:
  std::uint32_t read(const bus::DeviceAccess& access) override;
  void write(const bus::DeviceAccess& access, std::uint32_t value) override;
  struct Event {
    bus::DeviceAccess access;
    bool write = false;
    std::uint32_t value = 0;
  };
  [[nodiscard]] bool is_steady(std::uint32_t offset) const override {
    return steady.contains(offset);
  }
  std::vector<Event> events;
  std::set<std::uint32_t> steady;  // registers whose reads are counted, and are no events
  std::uint64_t steady_reads = 0;
  std::map<std::uint32_t, std::uint32_t> bytes;
};

struct TestSetup {
  FlashKind flash = FlashKind::ideal;
  engine::EngineOptions engine;
  isa::FeatureSet features = isa::kCortexM4;
  boards::CoreModel core = boards::CoreModel::cortex_m4;
  unsigned mpu_regions = 8;
  bool slow_ram_is_sdram = false;  // rows of 512 bytes, refreshed often
  bool profile = false;
};

/// What a run leaves behind. Runs of one program must agree in all of it.
struct Observation {
  engine::StopReason stop = engine::StopReason::none;
  Cycles now = 0;
  Address pc = 0;
  std::uint32_t xpsr = 0;
  std::array<std::uint32_t, 15> registers{};
  std::array<std::uint32_t, 32> singles{};
  std::uint32_t fpscr = 0;
  std::vector<std::uint64_t> memory_hashes;
  Counters counters;
  std::vector<std::uint64_t> model_counters;
  /// By calling context, written as its chain of nodes, and address; empty without profile.
  std::map<std::pair<std::string, Address>, CodeCost> costs;
  /// Changes of the calling context, as far as they were recorded, and how many followed.
  struct Switch {
    Cycles when = 0;
    std::string node;
    unsigned handlers = 0;
    bool begins = false;
    friend bool operator==(const Switch&, const Switch&) = default;
  };
  std::vector<Switch> switches;
  std::uint64_t dropped_switches = 0;
  bool switches_add_up = true;  // between them passed what the costs of their nodes sum to
  bool profile_adds_up = true;  // to the counters of this observation
  std::uint64_t never_written_reads = 0;
  std::uint64_t device_hash = 0;
};

/// Stretches of 64 bytes as functions, for profiles of programs without symbols.
[[nodiscard]] std::optional<Address> function_of_64_bytes(Address address);

/// Closes the ledger's period; the counters are those since the last call.
[[nodiscard]] Observation observe(engine::Engine& engine, engine::StopReason stop, bool profile);

/// Empty if equal, else what differs first, for messages.
[[nodiscard]] std::string difference(const Observation& expected, const Observation& found,
                                     bool with_costs);

class TestMachine {
 public:
  TestMachine(const pipeline::PipelineModel& model, const TestSetup& setup);
  TestMachine(const TestMachine&) = delete;
  TestMachine& operator=(const TestMachine&) = delete;
  ~TestMachine() = default;

  engine::Engine& engine() { return *engine_; }
  bus::SystemBus& bus() { return bus_; }
  engine::Exceptions& exceptions() { return engine_->exceptions(); }
  RegisterFile& device() { return device_; }
  /// Null but for FlashKind::l1 and its kin.
  memory::L1* l1() { return l1_.get(); }
  [[nodiscard]] std::uint32_t reg(unsigned i) { return engine_->core().r[i]; }

  // Before the run: bytes go in as a loader puts them, counted as written.
  void load(Address address, const std::vector<std::uint16_t>& halfwords);
  void load(Assembler& code) { load(code.base(), code.finish()); }
  void poke(Address address, std::uint32_t word);
  [[nodiscard]] std::uint32_t peek(Address address) const;
  /// Writes entry `number` of the vector table at kFlash.
  void set_vector(unsigned number, Address handler) { poke(kFlash + 4 * number, handler | 1u); }
  /// Reset with the main stack at kStackTop.
  void reset(Address entry = kProgram) { engine_->reset(kStackTop, entry, kFlash); }

  engine::StopReason run(Cycles max_cycles = Cycles{1} << 32);
  engine::StopReason run_until(Address pc);
  /// As observe() above, with what the device saw.
  [[nodiscard]] Observation observe();

 private:
  void add_memory(std::string name, std::uint32_t size_bytes, bool is_ram,
                  std::uint32_t wait_states);
  void make_flash(FlashKind kind);
  void put_behind_caches(FlashKind kind);
  void add_region(const bus::Region& region);
  void add_memory_regions(FlashKind kind);
  void add_device_regions();
  void add_bit_band_regions();

  std::unique_ptr<memory::L1> l1_;
  bus::SystemBus bus_;
  RegisterFile device_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<boards::SystemControl> system_control_;
  engine::StopReason stop_ = engine::StopReason::none;
  bool profile_;
};

}  // namespace mcost::test
