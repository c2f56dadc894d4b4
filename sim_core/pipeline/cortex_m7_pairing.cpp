// Source of all rules: core-timing.md 5.3 (JNK unless said otherwise).
#include "sim_core/pipeline/cortex_m7_pairing.h"

namespace mcost::pipeline {
namespace {

using isa::TimingClass;
using Use = M7Use;

constexpr M7Uses operator|(Use a, Use b) { return bit(a) | bit(b); }
constexpr M7Uses operator|(M7Uses a, Use b) { return a | bit(b); }
constexpr bool has(M7Uses uses, M7Uses any) { return (uses & any) != 0; }
constexpr bool has(M7Uses uses, Use use) { return has(uses, bit(use)); }

M7Uses uses_of_data_processing(const OpTiming& op) {
  if (op.timing_class == TimingClass::shift) return bit(Use::plain_shift);
  const bool shifts = op.roles.shifted != 0 || op.shifted_constant;
  return shifts ? bit(Use::inline_shift) : 0;
}

/// BFI, BFC, UBFX, SBFX, RBIT, REV and the accumulating extends; CLZ and plain extends are milder,
/// but the timing class does not tell CLZ apart.
M7Uses uses_of_bits(const OpTiming& op) {
  const bool accumulates = op.timing_class == TimingClass::extend &&
                           (op.roles.reads & isa::kCoreRegisters & ~op.roles.shifted) != 0;
  switch (op.timing_class) {
    case TimingClass::bit_field:
    case TimingClass::reverse:
    case TimingClass::pack_select: return Use::bits | Use::whole_bits;
    default: return accumulates ? Use::bits | Use::whole_bits : bit(Use::bits);
  }
}

M7Uses uses_of_access(const OpTiming& op, const Outcome& outcome) {
  M7Uses uses = 0;
  if (!outcome.accesses.empty()) {
    if ((outcome.accesses.front().address >> kBankShift & 1u) != 0) uses |= bit(Use::odd_bank);
    if (outcome.accesses.size() > op.transfers) uses |= bit(Use::unaligned);
  }
  return uses;
}

M7Uses uses_of_fp(const OpTiming& op) {
  const bool double_first = op.is_double;  // LLVM: doubles start a group
  switch (op.timing_class) {
    case TimingClass::fp_multiply_accumulate:
      return (Use::fp | Use::fp_accumulate) | (double_first ? bit(Use::older_only) : 0);
    case TimingClass::fp_move: {  // VABS and VNEG too, `assumed`
      const M7Uses constant = op.roles.reads == 0 ? bit(Use::fp_constant) : 0;
      return bit(Use::fp_transfer) | constant | (double_first ? bit(Use::older_only) : 0);
    }
    case TimingClass::fp_core_move: return bit(Use::fp_transfer);
    case TimingClass::fp_core_move_dual:
    case TimingClass::fp_system: return bit(Use::alone);
    default: return bit(Use::fp) | (double_first ? bit(Use::older_only) : 0);
  }
}

}  // namespace

M7Uses m7_uses_of(const OpTiming& op, const Outcome& outcome) {
  const M7Uses access = uses_of_access(op, outcome);
  switch (op.timing_class) {
    case TimingClass::alu:
    case TimingClass::shift: return op.writes_pc ? bit(Use::branch) : uses_of_data_processing(op);
    case TimingClass::bit_field:
    case TimingClass::reverse:
    case TimingClass::extend:
    case TimingClass::pack_select:
    case TimingClass::parallel_add:
    case TimingClass::saturate:
    case TimingClass::sad: return uses_of_bits(op);
    case TimingClass::multiply:
    case TimingClass::multiply_accumulate: return bit(Use::multiplier);
    case TimingClass::multiply_long:
    case TimingClass::multiply_accumulate_long: return Use::multiplier | Use::long_multiplier;
    case TimingClass::load:
    case TimingClass::load_literal:
    case TimingClass::preload: return access | Use::load | (op.writes_pc ? bit(Use::alone) : 0);
    case TimingClass::load_exclusive: return access | Use::load | Use::older_only;  // LLVM
    case TimingClass::store: return access | Use::store;
    case TimingClass::fp_load:
      return access | Use::load | Use::fp_transfer | (op.transfers > 1 ? bit(Use::alone) : 0);
    case TimingClass::fp_store:
      return access | Use::store | Use::fp_transfer | (op.transfers > 1 ? bit(Use::alone) : 0);
    case TimingClass::branch:
    case TimingClass::branch_register:
    case TimingClass::compare_branch: return bit(Use::branch);
    case TimingClass::it:
    case TimingClass::nop: return 0;
    default: break;
  }
  if (op.timing_class >= TimingClass::fp_add && op.timing_class <= TimingClass::fp_system) {
    return uses_of_fp(op);
  }
  return access | Use::alone;  // several transfers, divides, system
}

bool m7_may_pair(M7Uses older, M7Uses younger, bool behind_accumulate) {
  const M7Uses both = older & younger;
  const M7Uses either = older | younger;
  if (has(either, Use::alone) || has(younger, Use::older_only)) return false;
  if (has(both, Use::store | Use::multiplier | Use::branch | Use::fp | Use::fp_constant))
    return false;
  // Two loads go to two banks of words; an unaligned one goes to both and waits (5.5).
  const bool one_bank = !has(older ^ younger, Use::odd_bank) && !has(either, Use::unaligned);
  if (has(both, Use::load) && one_bank) return false;
  // Register read ports.
  if (has(either, Use::multiplier) && has(either, Use::store)) return false;
  // The bit-manipulation unit is in the older slot, except beside a multiply of words or halfwords.
  const bool beside_multiply = has(older, Use::multiplier) && !has(older, Use::long_multiplier);
  if (has(younger, Use::bits) && !beside_multiply) return false;
  if (has(either, Use::whole_bits) && has(either, Use::inline_shift)) return false;
  // Operand-2 matrix; plain shifts in the older slot are marked as uncertain there and taken as no.
  if (has(younger, Use::inline_shift) && has(older, Use::inline_shift | Use::plain_shift))
    return false;
  // FP multiply-accumulates leave no port to VLDR, VSTR and VMOV, but for the first of a run.
  const bool accumulates = has(either, Use::fp_accumulate);
  return !(accumulates && behind_accumulate && has(either, Use::fp_transfer));
}

}  // namespace mcost::pipeline
