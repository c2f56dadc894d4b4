// The cores by name. Depends on the pipeline contract.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "sim_core/pipeline/core_parameters.h"
#include "sim_core/pipeline/pipeline_model.h"

namespace mcost::pipeline {

/// Names of all cores, as in the TRMs ("cortex-m4"), sorted.
[[nodiscard]] std::span<const std::string_view> core_names();

/// The timing model of a core, or null if the name is not one of core_names().
[[nodiscard]] std::unique_ptr<PipelineModel> make_pipeline_model(std::string_view core,
                                                                 const CoreParameters& parameters);
/// ... with the defaults of CoreParameters.
[[nodiscard]] std::unique_ptr<PipelineModel> make_pipeline_model(std::string_view core);

}  // namespace mcost::pipeline
