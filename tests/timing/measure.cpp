#include "tests/timing/measure.h"

#include <array>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <vector>

#include "memory_models/constant_latency.h"
#include "sim_core/engine/engine.h"
#include "sim_core/pipeline/registry.h"
#include "tests/timing/cc2652.h"

namespace mcost::test {
namespace {

constexpr std::uint32_t kMemoryBytes = 0x8000;
constexpr Address kFlashBase = 0x00000000;
constexpr Address kSramBase = 0x20000000;
constexpr Address kDwtBase = 0xE0001000;
constexpr Address kCounter = kDwtBase + 4;
constexpr std::uint32_t kCodeOffset = 0x1000;
constexpr std::uint32_t kDataOffset = 0x4000;
constexpr std::uint32_t kStackOffset = 0x6000;

/// The Cortex-M4 with its own port in place of the engine's bus: counts time itself, in program
/// order.
class Stopwatch final : public pipeline::PipelineModel {
 public:
  explicit Stopwatch(bool line_buffer)
      : model_(pipeline::make_pipeline_model("cortex-m4")),
        state_(model_->reset_state()),
        port_(line_buffer) {}

  [[nodiscard]] std::string_view name() const override { return model_->name(); }
  [[nodiscard]] pipeline::State reset_state() const override { return model_->reset_state(); }
  pipeline::Advance advance(pipeline::State&, const pipeline::OpTiming& op,
                            const pipeline::Outcome& outcome, bus::TimingPort&) const override {
    const pipeline::Advance result = model_->advance(state_, op, outcome, port_);
    for (const bus::Access& access : outcome.accesses) {
      if (access.address == kCounter) reads_.push_back(now_ + result.data_phase);
    }
    now_ += result.charges.total();
    port_.pass(result.port_cycles);
    return result;
  }
  [[nodiscard]] std::uint8_t operand_cycles(isa::TimingClass timing_class, bool is_signed,
                                            std::uint32_t first,
                                            std::uint32_t second) const override {
    return model_->operand_cycles(timing_class, is_signed, first, second);
  }
  pipeline::Charges exception(pipeline::State& state, pipeline::ExceptionEvent event,
                              unsigned words_stacked) const override {
    return model_->exception(state, event, words_stacked);
  }
  [[nodiscard]] std::uint32_t worst_case(const pipeline::OpTiming& op) const override {
    return model_->worst_case(op);
  }
  /// Cycles in which the counter was read.
  [[nodiscard]] const std::vector<Cycles>& reads() const { return reads_; }

 private:
  std::unique_ptr<pipeline::PipelineModel> model_;
  mutable pipeline::State state_;
  mutable Cc2652 port_;
  mutable Cycles now_ = 0;
  mutable std::vector<Cycles> reads_;
};

void add_memory(bus::SystemBus& bus, const char* name, Address base, bus::CorePort data_port,
                bus::CorePort fetch_port) {
  bus::Memory memory;
  memory.name = name;
  memory.bytes.assign(kMemoryBytes, 0);
  memory.is_ram = true;
  memory.tag_shift = 2;
  memory.tags.assign(kMemoryBytes >> memory.tag_shift, 0);
  memory.model = std::make_unique<memory::ConstantLatency>(0);
  bus::Region region;
  region.name = name;
  region.base = base;
  region.size_bytes = kMemoryBytes;
  region.memory = static_cast<std::uint8_t>(bus.memories.size());
  region.data_port = data_port;
  region.fetch_port = fetch_port;
  region.executable = base != kDwtBase;
  region.writable = true;
  region.is_device_memory = true;  // the core's write buffer was off
  region.view = 1;                 // outcomes tell exact addresses
  bus.memories.push_back(std::move(memory));
  bus.regions.push_back(region);
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

unsigned measure(const Case& one, Placement placement, bool line_buffer) {
  bus::SystemBus bus;
  add_memory(bus, "flash", kFlashBase, bus::CorePort::dcode, bus::CorePort::icode);
  add_memory(bus, "sram", kSramBase, bus::CorePort::system, bus::CorePort::system);
  add_memory(bus, "private", kDwtBase, bus::CorePort::ppb, bus::CorePort::ppb);
  const Stopwatch stopwatch(line_buffer);
  const engine::EngineOptions stepped{.longest_block = 1, .memoise = false};
  engine::Engine engine(stopwatch, bus, isa::kCortexM4, 32, 4, stepped);

  const Address code = (placement == Placement::sram ? kSramBase : kFlashBase) + kCodeOffset;
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
  if (reason != engine::StopReason::until || stopwatch.reads().size() != 2) {
    throw std::runtime_error("the case did not come to its second counter read");
  }
  return static_cast<unsigned>(stopwatch.reads()[1] - stopwatch.reads()[0]);
}

}  // namespace mcost::test
