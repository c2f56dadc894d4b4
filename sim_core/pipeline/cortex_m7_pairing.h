// Which two instructions the Cortex-M7 issues in one cycle: what each occupies, and the table of
// what does not go together. Depends on the pipeline contract.
#pragma once

#include <cstdint>

#include "sim_core/pipeline/pipeline_model.h"

namespace mcost::pipeline {

/// What an instruction occupies, as far as a partner cares. Bits, so that two compare at once.
enum class M7Use : std::uint32_t {
  load = 1u << 0,
  store = 1u << 1,
  multiplier = 1u << 2,
  long_multiplier = 1u << 3,  // 64-bit products
  bits = 1u << 4,             // bit-field, extend, SIMD, saturate, CLZ, REV
  whole_bits = 1u << 5,       // those of them that leave no shifter to a partner
  inline_shift = 1u << 6,     // a shifted register, or a constant made by rotation
  plain_shift = 1u << 7,      // LSL, LSR, ASR, ROR as instructions
  branch = 1u << 8,
  fp = 1u << 9,  // arithmetic
  fp_accumulate = 1u << 10,
  fp_transfer = 1u << 11,  // VLDR, VSTR, VMOV of one single
  fp_constant = 1u << 12,
  older_only = 1u << 13,
  alone = 1u << 14,
  odd_bank = 1u << 15,  // of an access
  unaligned = 1u << 16,
};
using M7Uses = std::uint32_t;
constexpr M7Uses bit(M7Use use) { return static_cast<M7Uses>(use); }

[[nodiscard]] M7Uses m7_uses_of(const OpTiming& op, const Outcome& outcome);

/// True if `younger` may issue in the cycle of `older`, as far as resources go.
/// `behind_accumulate`: an FP multiply-accumulate issued in one of the three cycles before.
[[nodiscard]] bool m7_may_pair(M7Uses older, M7Uses younger, bool behind_accumulate);

}  // namespace mcost::pipeline
