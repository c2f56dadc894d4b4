// What dual-issue cores ask of an instruction beside its roles: which unit a constant or a shift
// needs. Depends on isa and pipeline.
#pragma once

#include "sim_core/isa/decoder.h"
#include "sim_core/pipeline/pipeline_model.h"

namespace mcost::engine {

/// Fills the operand facts of `timing`, whose timing class and roles are set.
void add_operand_facts(pipeline::OpTiming& timing, const isa::Decoded& decoded);

}  // namespace mcost::engine
