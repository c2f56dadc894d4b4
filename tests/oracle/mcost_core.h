// mcost's engine as a Machine, with a pipeline that takes one cycle for everything or with the
// product's.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "sim_core/bus/system_bus.h"
#include "sim_core/engine/engine.h"
#include "sim_core/pipeline/pipeline_model.h"
#include "tests/oracle/machine.h"

namespace mcost::oracle {

enum class Timing { flat, cortex_m4 };

class McostCore final : public Machine {
 public:
  explicit McostCore(Timing timing = Timing::flat, engine::EngineOptions options = {},
                     isa::FeatureSet features = isa::kCortexM4);

  [[nodiscard]] std::span<std::uint8_t> ram() override { return bus_.memories[1].bytes; }
  void load(const Program& program) override;
  std::string run(const State& initial, State& result) override;
  /// Writes code anywhere, for who drives engine() alone.
  void place(Address address, std::span<const std::uint16_t> code);
  /// Called before each run, after reset.
  void prepare(std::function<void(engine::Engine&)> preparation) {
    preparation_ = std::move(preparation);
  }
  /// Some words of the scratch area get the tag of RAM that nothing was written to, others not.
  void mark_never_written(std::uint64_t seed);
  /// Instructions retired since the last call.
  [[nodiscard]] std::uint64_t take_retired();
  [[nodiscard]] engine::Engine& engine() { return *engine_; }

 private:
  std::string go();
  void read_registers(State& state);

  std::unique_ptr<pipeline::PipelineModel> pipeline_;
  bus::SystemBus bus_;
  std::unique_ptr<engine::Engine> engine_;
  isa::FeatureSet features_;
  Address start_ = 0;
  std::function<void(engine::Engine&)> preparation_;
};

}  // namespace mcost::oracle
