// A core that is not real: two issue slots, results that are late for a while (also around loops),
// two loads a cycle from different banks, a branch predictor, and a fetch of one word per cycle. It
// shows that advance(), its state and its outcomes carry what a Cortex-M7 model needs.
#pragma once

#include <memory>
#include <string_view>

#include "sim_core/pipeline/pipeline_model.h"

namespace mcost::test {

class ToyDualIssue final : public pipeline::PipelineModel {
 public:
  [[nodiscard]] std::string_view name() const override { return "toy-dual-issue"; }
  [[nodiscard]] pipeline::State reset_state() const override;
  pipeline::Advance advance(pipeline::State& state, const pipeline::OpTiming& op,
                            const pipeline::Outcome& outcome, bus::TimingPort& port) const override;
  [[nodiscard]] std::uint8_t operand_cycles(isa::TimingClass timing_class, bool is_signed,
                                            std::uint32_t first,
                                            std::uint32_t second) const override;
  [[nodiscard]] bool uses_banks() const override { return true; }
  [[nodiscard]] std::unique_ptr<pipeline::BranchPredictor> make_predictor() const override;
  pipeline::Charges exception(pipeline::State& state, pipeline::ExceptionEvent event,
                              unsigned words_stacked) const override;
  [[nodiscard]] std::uint32_t worst_case(const pipeline::OpTiming& op) const override;
};

}  // namespace mcost::test
