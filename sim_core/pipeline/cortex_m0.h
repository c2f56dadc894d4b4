// Cortex-M0 and M0+: see cortex_m0.cpp. Depends on the pipeline contract only.
#pragma once

#include <memory>

#include "sim_core/pipeline/core_parameters.h"
#include "sim_core/pipeline/pipeline_model.h"

namespace mcost::pipeline {

[[nodiscard]] std::unique_ptr<PipelineModel> make_cortex_m0(const CoreParameters& parameters);
[[nodiscard]] std::unique_ptr<PipelineModel> make_cortex_m0plus(const CoreParameters& parameters);

}  // namespace mcost::pipeline
