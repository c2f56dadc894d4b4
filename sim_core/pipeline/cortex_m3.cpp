// Cortex-M3: the three-stage pipeline of cortex_m4.cpp with a multiplier that takes several cycles
// for accumulates and long products. References as there.
#include "sim_core/pipeline/three_stage.h"

namespace mcost::pipeline {

std::unique_ptr<PipelineModel> make_cortex_m3() {
  return std::make_unique<ThreeStageModel>(ThreeStageCore{
      .name = "cortex-m3",
      .multiply_accumulate = 2,               // TRM-M3 table 3-1; D4, D5
      .shortest_long_multiply = 3,            // D6, D9
      .pairs_after_write_back_load = false,   // M6, M31
      .pairs_store_before_store_dual = true,  // M62
  });
}

}  // namespace mcost::pipeline
