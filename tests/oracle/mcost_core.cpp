#include "tests/oracle/mcost_core.h"

#include <cstring>

#include "memory_models/constant_latency.h"
#include "sim_core/pipeline/registry.h"
#include "tests/fp/operand_source.h"

namespace mcost::oracle {
namespace {

constexpr Cycles kMostCycles = 400000;
constexpr Address kNoVectors = 0;  // unmapped: a fault locks the core up

/// One cycle for each instruction.
class FlatPipeline final : public pipeline::PipelineModel {
 public:
  [[nodiscard]] std::string_view name() const override { return "flat"; }
  [[nodiscard]] pipeline::State reset_state() const override { return {}; }
  pipeline::Advance advance(pipeline::State&, const pipeline::OpTiming&, const pipeline::Outcome&,
                            bus::TimingPort&) const override {
    pipeline::Advance advance;
    advance.charges.add(Cause::issue, 1);
    advance.port_cycles = 1;
    return advance;
  }
  [[nodiscard]] std::uint8_t operand_cycles(isa::TimingClass, bool, std::uint32_t,
                                            std::uint32_t) const override {
    return 0;
  }
  pipeline::Charges exception(pipeline::State&, pipeline::ExceptionEvent, unsigned) const override {
    return {};
  }
  [[nodiscard]] std::uint32_t worst_case(const pipeline::OpTiming&) const override { return 1; }
};

bus::Memory make_memory(const char* name, std::uint32_t size_bytes) {
  bus::Memory memory;
  memory.name = name;
  memory.set_contents(size_bytes, 0);
  memory.model = std::make_unique<memory::ConstantLatency>(0);
  return memory;
}

}  // namespace

McostCore::McostCore(Timing timing, engine::EngineOptions options, isa::FeatureSet features)
    : features_(features) {
  if (timing == Timing::flat) {
    pipeline_ = std::make_unique<FlatPipeline>();
  } else {
    pipeline_ = pipeline::make_pipeline_model("cortex-m4");
  }
  bus_.memories.push_back(make_memory("code", kCodeSize));
  bus_.memories.push_back(make_memory("ram", kRamSize));
  bus_.memories[1].is_ram = true;
  bus::Region code;
  code.name = "code";
  code.base = kCode;
  code.size_bytes = kCodeSize;
  code.executable = true;
  bus::Region ram;
  ram.name = "ram";
  ram.base = kRam;
  ram.size_bytes = kRamSize;
  ram.memory = 1;
  ram.writable = true;
  bus_.regions = {code, ram};
  // Eight priority bits, so that BASEPRI keeps all of what is written.
  engine_ = std::make_unique<engine::Engine>(*pipeline_, bus_, features, 0, 8, options);
  place(kEpilogue, epilogue_code(features));
}

void McostCore::place(Address address, std::span<const std::uint16_t> code) {
  std::memcpy(bus_.memories[0].bytes.data() + (address - kCode), code.data(), code.size_bytes());
}

void McostCore::load(const Program& program) {
  start_ = program.start;
  place(prologue_address(features_), prologue_code(start_, features_));
  place(start_, program.code);
  clear_around(program, bus_.memories[0].bytes);
  engine_->invalidate_all_blocks();
}

void McostCore::mark_never_written(std::uint64_t seed) {
  fp::testing::OperandSource random(seed);
  std::vector<std::uint8_t>& tags = bus_.memories[1].tags;
  std::fill(tags.begin(), tags.begin() + kScratchSize / 4, std::uint8_t{0});
  for (unsigned i = 0; i < 64; ++i) tags[random.below(kScratchSize / 4)] = bus::kNeverWritten;
}

std::uint64_t McostCore::take_retired() { return engine_->take_counters().instructions; }

/// Runs on from the current PC.
std::string McostCore::go() {
  engine::RunLimits limits;
  limits.max_cycles = engine_->now() + kMostCycles;
  switch (engine_->run(limits)) {
    case engine::StopReason::idle: return "";
    case engine::StopReason::cycle_limit: return "mcost: endless";
    default: return "mcost: fault";
  }
}

void McostCore::read_registers(State& state) {
  const engine::Core& core = engine_->core();
  std::copy_n(core.r.begin(), 15, state.r.begin());
  if (isa::has_feature(features_, isa::Feature::fpv4_sp)) state.s = core.s;
  state.pc = engine_->pc();
}

std::string McostCore::run(const State& initial, State& result) {
  const std::vector<std::uint32_t> block = state_block(initial);
  std::memcpy(ram().data() + (kStateBlock - kRam), block.data(), 4 * block.size());
  engine_->reset(kRam, prologue_address(features_), kNoVectors);
  engine_->exceptions().cpacr = 0xFu << 20;
  engine_->core().r[0] = kStateBlock;
  if (preparation_) preparation_(*engine_);
  std::string error = go();
  read_registers(result);
  const engine::Core& core = engine_->core();
  result.apsr = core.apsr();
  result.fpscr = core.fp.fpscr;
  const auto& exceptions = engine_->exceptions();
  result.special = {exceptions.control,   exceptions.primask, exceptions.basepri,
                    exceptions.faultmask, core.r[13],         exceptions.other_stack_pointer};
  return error;
}

}  // namespace mcost::oracle
