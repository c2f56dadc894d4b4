#include "tests/timing/measure.h"

#include <array>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <vector>

#include "memory_models/constant_latency.h"
#include "memory_models/line_buffer_flash.h"
#include "memory_models/vims.h"
#include "sim_core/engine/engine.h"
#include "sim_core/pipeline/registry.h"

namespace mcost::test {
namespace {

constexpr std::uint32_t kMemoryBytes = 0x8000;
constexpr Address kFlashBase = 0x00000000;
constexpr Address kSramBase = 0x20000000;
constexpr Address kDwtBase = 0xE0001000;
constexpr std::uint32_t kCounterOffset = 4;
constexpr std::uint32_t kCodeOffset = 0x1000;
constexpr std::uint32_t kDataOffset = 0x4000;
constexpr std::uint32_t kStackOffset = 0x6000;

/// DWT with nothing but CYCCNT: keeps when it was read.
class Counter final : public bus::Device {
 public:
  std::uint32_t read(const bus::DeviceAccess& access) override {
    if (access.offset == kCounterOffset) reads_.push_back(access.now);
    return static_cast<std::uint32_t>(access.now);
  }
  void write(const bus::DeviceAccess&, std::uint32_t) override {}
  [[nodiscard]] const std::vector<Cycles>& reads() const { return reads_; }

 private:
  std::vector<Cycles> reads_;
};

bool is_m3(Column column) { return column == Column::m3_sram || column == Column::m3_flash; }
bool in_sram(Column column) { return column == Column::m4_sram || column == Column::m3_sram; }

bus::Region region_of(const char* name, Address base, bus::CorePort data_port,
                      bus::CorePort fetch_port, bool write_buffer = false) {
  bus::Region region;
  region.name = name;
  region.base = base;
  region.size_bytes = kMemoryBytes;
  region.data_port = data_port;
  region.fetch_port = fetch_port;
  region.writable = true;
  region.is_device_memory = !write_buffer;
  return region;
}

void add_memory(bus::SystemBus& bus, bus::Region region, std::unique_ptr<bus::MemoryModel> model) {
  bus::Memory memory;
  memory.name = region.name;
  memory.set_contents(kMemoryBytes, 0);
  if (!model->constant_fetch()) memory.micro_state_slot = 0;
  memory.model = std::move(model);
  region.memory = static_cast<std::uint8_t>(bus.memories.size());
  region.executable = true;
  bus.memories.push_back(std::move(memory));
  bus.regions.push_back(std::move(region));
}

/// Flash of the STM32F100RB has no wait states but one port, that of the CC2652R with its cache off
/// has 128-bit lines and 2 wait states. Source: core-timing 0.4.
std::unique_ptr<bus::MemoryModel> make_flash(Column column, bool line_buffer) {
  if (is_m3(column)) return std::make_unique<memory::LineBufferFlash>(8, 0);
  memory::VimsParameters parameters;
  parameters.size_bytes = kMemoryBytes;
  parameters.array_bytes = 16;
  parameters.wait_states = 2;
  parameters.cache = false;
  parameters.code_line_buffer = line_buffer;
  return std::make_unique<memory::Vims>(parameters);
}

std::vector<std::uint8_t> from_hex(const std::string& text) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

std::uint32_t resolve(const Value& value, const Case& one, Address code) {
  switch (value.base) {
    case Base::number: return value.offset;
    case Base::sram_data: return kSramBase + kDataOffset + value.offset;
    case Base::flash_data: return kFlashBase + kDataOffset + value.offset;
    case Base::target: return (code + one.closing) | 1u;
    case Base::target_from_source: return one.closing - one.source - 4;
  }
  return 0;
}

void put_word(engine::Engine& engine, Address address, std::uint32_t value) {
  std::array<std::uint8_t, 4> bytes{};
  std::memcpy(bytes.data(), &value, bytes.size());
  engine.write_memory(address, bytes.data(), bytes.size());
}

}  // namespace

unsigned measure(const Case& one, Column column, bool line_buffer) {
  bus::SystemBus bus;
  // The write buffer of the CC2652R was off. Source: core-timing 0.4.
  const bool write_buffer = is_m3(column);
  add_memory(bus, region_of("flash", kFlashBase, bus::CorePort::dcode, bus::CorePort::icode),
             make_flash(column, line_buffer));
  add_memory(
      bus, region_of("sram", kSramBase, bus::CorePort::system, bus::CorePort::system, write_buffer),
      std::make_unique<memory::ConstantLatency>(0));
  Counter counter;
  bus::Region dwt = region_of("dwt", kDwtBase, bus::CorePort::ppb, bus::CorePort::ppb);
  dwt.kind = bus::RegionKind::device;
  dwt.memory = 2;
  dwt.device = &counter;
  bus.regions.push_back(dwt);
  const auto model = pipeline::make_pipeline_model(is_m3(column) ? "cortex-m3" : "cortex-m4");
  const engine::EngineOptions stepped{.longest_block = 1, .memoise = false};
  const isa::FeatureSet features = is_m3(column) ? isa::kCortexM3 : isa::kCortexM4;
  engine::Engine engine(*model, bus, features, 32, 4, stepped);

  const Address code = (in_sram(column) ? kSramBase : kFlashBase) + kCodeOffset;
  const std::vector<std::uint8_t> bytes = from_hex(one.code);
  engine.write_memory(code, bytes.data(), bytes.size());
  for (const auto& [address, value] : one.memory) {
    put_word(engine, resolve(address, one, code), resolve(value, one, code));
  }
  engine.reset(kSramBase + kStackOffset, code + one.entry, kFlashBase);
  auto& registers = engine.core().r;
  registers[12] = kDwtBase;
  for (const auto& [index, value] : one.registers) registers[index] = resolve(value, one, code);

  const bool narrow = (bytes.at(one.closing + 1) >> 3) < 0x1D;
  engine::RunLimits limits;
  limits.until = code + one.closing + (narrow ? 2 : 4);
  limits.max_cycles = 10'000;
  const engine::StopReason reason = engine.run(limits);
  if (reason != engine::StopReason::until || counter.reads().size() != 2) {
    throw std::runtime_error("the case did not come to its second counter read");
  }
  return static_cast<unsigned>(counter.reads()[1] - counter.reads()[0]);
}

}  // namespace mcost::test
