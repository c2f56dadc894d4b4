// Data-processing instructions: immediate, register and shifted-register forms of add, subtract,
// compare, logic, move, shifts, bit fields, reversals and extensions. Source: ARMv7-M ARM A7.7;
// encodings in A5.2 and A5.3.
#pragma once

#include "sim_core/isa/insn/data_processing_immediate.h"
#include "sim_core/isa/insn/data_processing_narrow.h"
#include "sim_core/isa/insn/data_processing_register.h"

namespace mcost::isa {

using DataProcessingRows = decltype(DataProcessingNarrowRows{} + DataProcessingImmediateRows{} +
                                    DataProcessingRegisterRows{});

}  // namespace mcost::isa
