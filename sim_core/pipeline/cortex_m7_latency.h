// What made a result of the Cortex-M7 and where it is read: by how much readers other than the main
// ALU (EX2), and FP instructions other than VADD and VMUL, want it earlier or later. Depends on
// nothing. Source: core-timing.md 5.4 (integer), 5.7 (FPU).
#pragma once

#include <cstdint>

namespace mcost::pipeline {

/// What made a value.
enum class M7Maker : std::uint8_t { alu, reverse, base_update, multiplier, word_load, narrow_load };
/// Where a value is read. An instruction with one operand at EX1 reads all of them as
/// `beside_early`.
enum class M7Reader : std::uint8_t {
  late,          // main ALU, EX2
  beside_early,  // main ALU, of an instruction that also has an operand at EX1
  early,         // shifter and bit-manipulation unit, EX1
  early_shift,   // a plain shift at EX1
  early_sum,     // ADD, SUB, MOV at EX1
  base,
  index,
  factor,  // of a multiply or divide
  addend,
};

/// Cycles by which a reader must issue later than the main ALU would.
constexpr int m7_delay(M7Maker maker, M7Reader reader) {
  using Maker = M7Maker;
  using Reader = M7Reader;
  switch (reader) {
    case Reader::late: return 0;
    case Reader::beside_early: return maker == Maker::word_load ? 1 : 0;
    case Reader::early: return maker == Maker::reverse ? 2 : 1;
    case Reader::early_shift: return 1;
    case Reader::early_sum: return maker == Maker::base_update ? 2 : 1;
    case Reader::base: return maker == Maker::multiplier || maker == Maker::reverse ? 2 : 1;
    case Reader::index:
      return maker == Maker::multiplier || maker == Maker::reverse || maker == Maker::word_load ? 2
                                                                                                : 1;
    case Reader::factor: return maker == Maker::word_load ? 1 : 0;
    case Reader::addend: return -1;
  }
  return 0;
}

/// What made a single; doubles are two of them.
enum class M7FpMaker : std::uint8_t { arithmetic, fused, chained, loaded };
enum class M7FpReader : std::uint8_t { operand, fused_addend, chained_addend, store, core };

/// Cycles by which a reader must issue later than an operand of VADD or VMUL would. `fused` is
/// VFMA, `chained` VMLA.
constexpr int m7_fp_delay(M7FpMaker maker, M7FpReader reader) {
  using Maker = M7FpMaker;
  switch (reader) {
    case M7FpReader::operand: return 0;
    case M7FpReader::fused_addend:
      if (maker == Maker::loaded) return 2;
      return maker == Maker::arithmetic ? 0 : -2;  // VMLA to VFMA: `assumed`
    case M7FpReader::chained_addend:
      if (maker == Maker::loaded) return 1;
      return maker == Maker::arithmetic ? -1 : -3;
    case M7FpReader::store: return -2;
    case M7FpReader::core: return maker == Maker::loaded ? 1 : 0;
  }
  return 0;
}

}  // namespace mcost::pipeline
