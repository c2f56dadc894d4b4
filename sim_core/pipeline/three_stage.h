// The three-stage pipeline that Cortex-M3 and M4 share: one model with the differences between the
// two cores named. Depends on the pipeline contract only. What each core's values are is in its own
// file, cortex_m3.cpp and cortex_m4.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "sim_core/pipeline/pipeline_model.h"

namespace mcost::pipeline {

/// Where Cortex-M3 and M4 differ. Cycles unless said otherwise.
struct ThreeStageCore {
  std::string_view name;
  std::uint8_t multiply_accumulate = 1;     // MLA, MLS
  std::uint8_t shortest_long_multiply = 1;  // SMULL, UMLAL, ...
  bool one_write_port = false;  // loaded data and a new base are not written in one cycle
  bool pairs_store_before_store_dual = false;  // STR overlaps a following STRD
  bool keeps_fetch_address = true;  // an address that waits on the fetch bus does not change
  /// Cycles of a long multiply by its factors Rn and Rm; null if they make no difference.
  std::uint8_t (*long_multiply_cycles)(bool accumulates, bool is_signed, std::uint32_t n,
                                       std::uint32_t m) = nullptr;
};

class ThreeStageModel final : public PipelineModel {
 public:
  explicit ThreeStageModel(const ThreeStageCore& core) : core_(core) {}
  [[nodiscard]] std::string_view name() const override { return core_.name; }
  [[nodiscard]] State reset_state() const override;
  Advance advance(State& state, const OpTiming& op, const Outcome& outcome,
                  bus::TimingPort& port) const override;
  [[nodiscard]] std::uint8_t operand_cycles(isa::TimingClass timing_class, bool is_signed,
                                            std::uint32_t first,
                                            std::uint32_t second) const override;
  Charges exception(State& state, ExceptionEvent event, unsigned words_stacked) const override;
  [[nodiscard]] std::uint32_t worst_case(const OpTiming& op) const override;

 private:
  ThreeStageCore core_;
};

[[nodiscard]] std::unique_ptr<PipelineModel> make_cortex_m3();
[[nodiscard]] std::unique_ptr<PipelineModel> make_cortex_m4();

}  // namespace mcost::pipeline
