// Cores that have no pipeline file of their own yet: one instruction at a time, with the cycles of
// a table. Depends on the pipeline contract only.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "sim_core/pipeline/pipeline_model.h"

namespace mcost::pipeline {

/// Cycles on zero-wait memory.
struct InOrderCore {
  std::string_view name;
  std::uint8_t load = 2;
  std::uint8_t store = 2;
  std::uint8_t refill = 2;  // after a taken branch
  std::uint8_t divide = 7;
  std::uint8_t entry = 12;  // of an exception, and its return
  std::uint8_t tail_chain = 6;
};

class InOrderModel final : public PipelineModel {
 public:
  explicit InOrderModel(const InOrderCore& core) : core_(core) {}
  [[nodiscard]] std::string_view name() const override { return core_.name; }
  [[nodiscard]] State reset_state() const override { return {}; }
  Advance advance(State& state, const OpTiming& op, const Outcome& outcome,
                  bus::TimingPort& port) const override;
  [[nodiscard]] std::uint8_t operand_cycles(isa::TimingClass, bool, std::uint32_t,
                                            std::uint32_t) const override {
    return 0;
  }
  Charges exception(State& state, ExceptionEvent event, unsigned words_stacked) const override;
  [[nodiscard]] std::uint32_t worst_case(const OpTiming& op) const override;

 private:
  InOrderCore core_;
};

[[nodiscard]] std::unique_ptr<PipelineModel> make_cortex_m7();
[[nodiscard]] std::unique_ptr<PipelineModel> make_cortex_m33();

}  // namespace mcost::pipeline
