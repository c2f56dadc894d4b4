// MSPLIM and PSPLIM: an instruction that would move the stack pointer below its limit faults and
// has no effect. Blocks carry these checks only while a limit is set. Source: ARMv8-M ARM B3.8,
// RSPCheck().
#include <bit>

#include "sim_core/engine/engine.h"

namespace mcost::engine {
namespace {

constexpr unsigned kStackPointer = 13;
constexpr std::uint32_t kIgnoreInHardFault = 1u << 10;  // CCR.STKOFHFNMIGN

/// What a store with write-back adds to its base.
std::uint32_t written_back(const isa::Decoded& decoded) {
  const isa::Operands& operands = decoded.operands;
  const isa::Encoding& row = *decoded.instruction->row;
  const bool down = moves_downwards(row);
  switch (row.timing_class) {
    case isa::TimingClass::store_multiple: {
      const std::uint32_t bytes = 4 * static_cast<std::uint32_t>(std::popcount(operands.imm));
      return down ? 0 - bytes : bytes;
    }
    case isa::TimingClass::fp_store_multiple: return down ? 0 - operands.imm : operands.imm;
    default:
      if (down) return 0u - 4u;  // PUSH of one register
      return operands.add ? operands.imm : 0 - operands.imm;
  }
}

void check_store(Core& core, const MicroOp* op) {
  core.engine->check_stack_limit(op, core.r[kStackPointer] + op->operands.imm);
  return chain(core, op);
}

void remember(Core& core, const MicroOp* op) {
  core.engine->remember_state();
  return chain(core, op);
}

void check_result(Core& core, const MicroOp* op) {
  core.engine->check_stack_pointer(op);
  return chain(core, op);
}

}  // namespace

/// The ops before and after an instruction that writes the stack pointer, null where none is
/// needed.
Engine::LimitChecks Engine::limit_checks(const Block& block, const OpInfo& info) {
  LimitChecks checks;
  const bool writes = (info.timing.roles.writes & isa::core_register(kStackPointer)) != 0;
  if ((block.mode & kModeStackLimit) == 0 || !writes) return checks;
  if (info.stores) {
    checks.before = &check_store;
    checks.change = written_back(info.decoded);
  } else {
    checks.before = &remember;
    checks.after = &check_result;
  }
  return checks;
}

void Engine::check_stack_limit(const MicroOp* op, std::uint32_t stack_pointer) {
  if (stack_pointer >= stack_limit()) return;
  if ((exceptions_.ccr & kIgnoreInHardFault) != 0 && exceptions_.execution_priority() < 0) return;
  fault_op_ = op->index;
  throw GuestFault{FaultKind::stack_limit, stack_pointer, false};
}

void Engine::remember_state() { remembered_ = static_cast<const ArchState&>(core_); }

/// Behind an instruction that makes no store: what it did is undone if it faults.
void Engine::check_stack_pointer(const MicroOp* op) {
  const std::uint32_t stack_pointer = core_.r[kStackPointer];
  if (stack_pointer >= stack_limit()) return;
  const auto changed = static_cast<const ArchState&>(core_);
  static_cast<ArchState&>(core_) = remembered_;
  check_stack_limit(op, stack_pointer);
  static_cast<ArchState&>(core_) = changed;  // the limit is ignored here
}

}  // namespace mcost::engine
