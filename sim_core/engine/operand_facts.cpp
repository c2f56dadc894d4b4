#include "sim_core/engine/operand_facts.h"

#include <string_view>

namespace mcost::engine {
namespace {

using isa::TimingClass;

/// A data-processing instruction with a modified immediate. Source: ARMv7-M ARM A5.3.1.
bool has_modified_immediate(const isa::Encoding& row) {
  constexpr std::uint32_t kFixedBits = 0xFA008000;
  constexpr std::uint32_t kGroup = 0xF0000000;
  return row.pattern.width_bits() == 32 && (row.pattern.mask() & kFixedBits) == kFixedBits &&
         (row.pattern.value() & kFixedBits) == kGroup;
}

/// True if ThumbExpandImm makes the constant by rotation: it is neither a byte nor a byte repeated.
/// Source: ARMv7-M ARM A5.3.2.
bool is_rotated(std::uint32_t constant) {
  const std::uint32_t low = constant & 0xFF;
  const std::uint32_t high = constant >> 8 & 0xFF;
  return constant != low && constant != low * 0x00010001u && constant != high * 0x01000100u &&
         constant != low * 0x01010101u;
}

bool starts_with(const char* text, std::string_view prefix) {
  return std::string_view(text).starts_with(prefix);
}

/// ADD, SUB and MOV without a shifter in the way, and shifts that do not go through the carry.
bool is_simple(const isa::Encoding& row, const pipeline::OpTiming& timing) {
  if (timing.timing_class == TimingClass::shift) return !starts_with(row.name, "RRX");
  if (timing.timing_class != TimingClass::alu) return false;
  const bool named = starts_with(row.name, "ADD") || starts_with(row.name, "SUB") ||
                     (starts_with(row.name, "MOV") && !starts_with(row.name, "MOVT"));
  return named && timing.roles.shifted == 0 && !timing.shifted_constant;
}

}  // namespace

void add_operand_facts(pipeline::OpTiming& timing, const isa::Decoded& decoded) {
  const isa::Encoding& row = *decoded.instruction->row;
  timing.shifted_constant = has_modified_immediate(row) && is_rotated(decoded.operands.imm);
  timing.shifts_left = decoded.operands.shift == isa::Shift::lsl;
  timing.simple = is_simple(row, timing);
  timing.fused = starts_with(row.name, "VF");
  if (row.timing_class == TimingClass::multiply_long ||
      row.timing_class == TimingClass::multiply_accumulate_long) {
    timing.low_result = isa::core_register(decoded.operands.rd);
  }
}

}  // namespace mcost::engine
