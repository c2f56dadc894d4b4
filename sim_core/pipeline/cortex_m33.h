// Cortex-M33: see cortex_m33.cpp. Depends on the pipeline contract only.
#pragma once

#include <memory>

#include "sim_core/pipeline/core_parameters.h"
#include "sim_core/pipeline/pipeline_model.h"

namespace mcost::pipeline {

[[nodiscard]] std::unique_ptr<PipelineModel> make_cortex_m33(const CoreParameters& parameters);

}  // namespace mcost::pipeline
