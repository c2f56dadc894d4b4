// What a core's licensee chooses, and what no manual says of a core: values of a board's YAML that
// the pipeline models take. The default of each is here and in BoardSpec; core files state reasons.
// Depends on nothing.
#pragma once

#include <cstdint>

namespace mcost::pipeline {

/// Cycles unless said otherwise. A core ignores what it does not have.
struct CoreParameters {
  std::uint32_t multiply_cycles = 1;    // Cortex-M0, M0+: 1, or 32 with the small multiplier
  std::uint32_t divide_cycles = 7;      // Cortex-M7: SDIV, UDIV
  std::uint32_t btac_entries = 64;      // Cortex-M7: branches that the predictor knows
  std::uint32_t fp_divide_cycles = 14;  // Cortex-M33: VDIV, VSQRT
  // Cortex-M7: lost by a return or other branch through a register that is predicted wrongly; two
  // more if its target is fresh or loaded.
  std::uint32_t indirect_mispredict_cycles = 6;
  std::uint32_t loaded_pc_cycles = 3;  // Cortex-M33: lost by POP {pc}, LDR pc, TBB after the load
};

}  // namespace mcost::pipeline
