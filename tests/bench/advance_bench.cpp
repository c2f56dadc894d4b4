// advance() of the Cortex-M4 alone, per class of instruction, between a port that answers at once.
// Items are instructions.
#include <benchmark/benchmark.h>

#include <array>
#include <memory>
#include <span>

#include "sim_core/isa/decoder.h"
#include "sim_core/isa/effects.h"
#include "sim_core/isa/instruction.h"
#include "sim_core/pipeline/pipeline_model.h"
#include "sim_core/pipeline/registry.h"

namespace mcost::bench {
namespace {

class IdealPort final : public bus::TimingPort {
 public:
  bus::Wait fetch(Address, Cycles) override { return {}; }
  bus::Wait data(const bus::Access&, unsigned, Cycles) override { return {}; }
};

constexpr Address kPc = 0x100;

struct Sample {
  const char* name;
  std::uint16_t first;
  std::uint16_t second;
  bool taken = false;
};

constexpr auto kSamples = std::to_array<Sample>({
    {"alu", 0x1888, 0},                          // adds r0, r1, r2
    {"shift", 0x0088, 0},                        // lsls r0, r1, #2
    {"multiply_accumulate", 0xFB21, 0x3002},     // smlad r0, r1, r2, r3
    {"divide", 0xFBB1, 0xF0F2},                  // udiv r0, r1, r2
    {"load", 0x6808, 0},                         // ldr r0, [r1]
    {"load_dual", 0xE9D2, 0x0100},               // ldrd r0, r1, [r2]
    {"load_multiple", 0xE894, 0x000F},           // ldm.w r4, {r0-r3}
    {"store", 0x6008, 0},                        // str r0, [r1]
    {"branch_taken", 0xE7FD, 0, true},           // b .-2
    {"it", 0xBF08, 0},                           // it eq
    {"fp_multiply_accumulate", 0xEEE0, 0x0A81},  // vfma.f32 s1, s1, s2
    {"fp_divide", 0xEEC0, 0x0A81},               // vdiv.f32 s1, s1, s2
    {"fp_load", 0xED91, 0x0A00},                 // vldr s0, [r1]
});

/// What the block builder derives, for one instruction outside any IT block.
pipeline::OpTiming timing_of(const isa::Decoded& decoded, const isa::Effects& effects) {
  pipeline::OpTiming timing;
  timing.timing_class = decoded.instruction->row->timing_class;
  timing.size_bytes = decoded.size;
  timing.transfers = static_cast<std::uint8_t>(effects.transfers());
  timing.roles = effects.roles();
  timing.writes_pc = (timing.roles.writes & isa::core_register(15)) != 0;
  timing.writes_back = timing.roles.by_writeback != 0;
  timing.register_offset = timing.roles.index != 0;
  if (timing.timing_class == isa::TimingClass::it) timing.folded_instructions = 1;
  return timing;
}

void advance(benchmark::State& state) {
  const Sample& sample = kSamples[static_cast<std::size_t>(state.range(0))];
  state.SetLabel(sample.name);
  const auto model = pipeline::make_pipeline_model("cortex-m4");
  const isa::Decoded decoded =
      isa::decode_at(sample.first, sample.second, isa::Place{kPc, isa::ItState{}}, isa::kCortexM4);
  if (decoded.instruction == nullptr) {
    state.SkipWithError("the sample does not decode");
    return;
  }
  isa::Effects effects;
  decoded.instruction->effects(effects, decoded.operands);
  const pipeline::OpTiming timing = timing_of(decoded, effects);
  std::array<bus::Access, 16> accesses{};
  for (bus::Access& access : accesses) access.size_bytes = 4;
  pipeline::Outcome outcome;
  outcome.pc = kPc;
  outcome.accesses = std::span(accesses).first(timing.transfers);
  outcome.branch_taken = sample.taken;
  outcome.target = sample.taken ? kPc - 2 : 0;
  outcome.operand_cycles = model->operand_cycles(timing.timing_class, false, 0x12345678, 0x1234);
  IdealPort port;
  pipeline::State pipeline = model->reset_state();
  for (auto _ : state) {
    benchmark::DoNotOptimize(model->advance(pipeline, timing, outcome, port));
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(advance)->ArgName("class")->DenseRange(0, kSamples.size() - 1);

}  // namespace
}  // namespace mcost::bench
