// Cortex-M3: the three-stage pipeline of cortex_m4.cpp with a multiplier that takes several cycles
// for accumulates and long products. References as there.
#include "sim_core/pipeline/three_stage.h"

namespace mcost::pipeline {
namespace {

constexpr std::uint8_t kShortestLongMultiply = 3;  // D6, D9

/// Cycles of SMULL, UMULL, SMLAL and UMLAL. The array multiplies halves: the product of the low
/// ones is always made, each product of other halves that is not zero takes a further pass, and the
/// accumulating forms add each of them. The sign of a factor takes a pass of its own unless it goes
/// with the product of the high half of Rn and the low half of Rm. 3.4, FIT on M3.
constexpr std::uint8_t long_multiply_cycles(bool accumulates, bool is_signed, std::uint32_t n,
                                            std::uint32_t m) {
  if (n == 0 || m == 0) return kShortestLongMultiply;
  const bool n_high = n >> 16 != 0;
  const bool n_low = (n & 0xFFFF) != 0;
  const bool m_high = m >> 16 != 0;
  const bool m_low = (m & 0xFFFF) != 0;
  const bool high_low = n_high && m_low;
  const bool low_high = n_low && m_high;
  unsigned passes = (high_low ? 1u : 0u) + (low_high ? 1u : 0u);
  if (accumulates) {
    if (n_high && m_high) ++passes;
    if (passes != 0) ++passes;
  }
  if (is_signed && !high_low && ((n | m) >> 31) != 0) ++passes;
  return static_cast<std::uint8_t>(kShortestLongMultiply + passes);
}

}  // namespace

std::unique_ptr<PipelineModel> make_cortex_m3() {
  return std::make_unique<ThreeStageModel>(ThreeStageCore{
      .name = "cortex-m3",
      .multiply_accumulate = 2,  // TRM-M3 table 3-1; D4, D5
      .shortest_long_multiply = kShortestLongMultiply,
      .one_write_port = true,                 // M30, M31, M42; JNK
      .pairs_store_before_store_dual = true,  // M62
      .keeps_fetch_address = false,           // C13, C24 in SRAM
      .long_multiply_cycles = long_multiply_cycles,
  });
}

}  // namespace mcost::pipeline
