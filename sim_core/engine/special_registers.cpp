// MRS, MSR, CPS and the other primitives of system instructions. Source: ARMv7-M ARM B1.4, B5.2;
// ARMv8-M ARM, MSR and MRS (MSPLIM, PSPLIM).
#include "sim_core/engine/engine.h"

namespace mcost::engine {
namespace {

// SYSm.  Source: ARMv7-M ARM B5.1.1, table of special registers.
constexpr unsigned kLastXpsr = 3;
constexpr unsigned kIpsr = 5;
constexpr unsigned kIepsr = 7;
constexpr unsigned kMsp = 8;
constexpr unsigned kPsp = 9;
constexpr unsigned kMspLimit = 10;
constexpr unsigned kPspLimit = 11;
constexpr unsigned kPrimask = 16;
constexpr unsigned kBasepri = 17;
constexpr unsigned kBasepriMax = 18;
constexpr unsigned kFaultmask = 19;
constexpr unsigned kControl = 20;

}  // namespace

/// The banked stack pointer of that name, wherever it is.
std::uint32_t& Engine::stack_pointer(bool process) {
  return process == exceptions_.uses_process_stack() ? core_.r[13]
                                                     : exceptions_.other_stack_pointer;
}

const std::uint32_t& Engine::stack_pointer(bool process) const {
  return process == exceptions_.uses_process_stack() ? core_.r[13]
                                                     : exceptions_.other_stack_pointer;
}

std::uint32_t Engine::read_special(unsigned sysm) const {
  const bool privileged = exceptions_.privileged();
  if (sysm <= kLastXpsr) {  // EPSR reads as zero
    return core_.apsr() | ((sysm & 1u) != 0 && privileged ? exceptions_.ipsr() : 0u);
  }
  if (sysm == kControl) return exceptions_.control;
  if (!privileged) return 0;
  switch (sysm) {
    case kIpsr:
    case kIepsr: return exceptions_.ipsr();
    case kMsp: return stack_pointer(false);
    case kPsp: return stack_pointer(true);
    case kMspLimit: return exceptions_.main_stack_limit;
    case kPspLimit: return exceptions_.process_stack_limit;
    case kPrimask: return exceptions_.primask;
    case kBasepri:
    case kBasepriMax: return exceptions_.basepri;
    case kFaultmask: return exceptions_.faultmask;
    default: return 0;
  }
}

/// The flags a core has: ARMv6-M has no Q, GE comes with the DSP extension.
void Engine::write_apsr(std::uint32_t value, bool nzcvq, bool ge) {
  if (nzcvq) core_.set_apsr_nzcvq(value);
  if (exceptions_.architecture() == Architecture::v6m) core_.q = 0;
  if (ge && (features_ & isa::feature_bit(isa::Feature::dsp)) != 0) core_.set_ge(value);
}

void Engine::write_special(unsigned sysm, unsigned mask, std::uint32_t value) {
  request(kRecheck);
  if (sysm <= kLastXpsr) {
    write_apsr(value, (mask & 2u) != 0, (mask & 1u) != 0);
    return;
  }
  if (!exceptions_.privileged()) return;
  const bool main_profile = exceptions_.architecture() != Architecture::v6m;
  switch (sysm) {
    case kMsp: stack_pointer(false) = value & ~3u; break;
    case kPsp:
      stack_pointer(true) = value & ~3u;
      note_process_stack();
      break;
    case kPrimask: exceptions_.primask = value & 1u; break;
    case kControl: write_control(value); break;
    case kMspLimit:
    case kPspLimit: write_stack_limit(sysm == kPspLimit, value); break;
    default:
      if (main_profile) write_mask(sysm, value);
      break;
  }
}

/// BASEPRI, BASEPRI_MAX and FAULTMASK, which ARMv6-M lacks.
void Engine::write_mask(unsigned sysm, std::uint32_t value) {
  const std::uint32_t priority = value & exceptions_.priority_mask();
  switch (sysm) {
    case kBasepri: exceptions_.basepri = priority; break;
    case kBasepriMax:
      if (priority != 0 && (exceptions_.basepri == 0 || priority < exceptions_.basepri))
        exceptions_.basepri = priority;
      break;
    case kFaultmask:  // it cannot be set at priority -1 or above, but cleared, as by CPSIE f
      if ((value & 1u) == 0 || exceptions_.execution_priority() > -1)
        exceptions_.faultmask = value & 1u;
      break;
    default: break;
  }
}

void Engine::write_stack_limit(bool process, std::uint32_t value) {
  if (exceptions_.architecture() != Architecture::v8m) return;
  (process ? exceptions_.process_stack_limit : exceptions_.main_stack_limit) = value & ~7u;
}

/// CONTROL: SPSEL changes only in thread mode.  Source: ARMv7-M ARM B1.4.4.
void Engine::write_control(std::uint32_t value) {
  const std::uint32_t kept = exceptions_.control;
  std::uint32_t writable = 0;
  if (exceptions_.has_unprivileged()) writable |= kControlUnprivileged;
  if (exceptions_.has_fpu()) writable |= kControlFpca;
  if (!exceptions_.handler_mode()) {
    writable |= kControlSpsel;
    if (((kept ^ value) & kControlSpsel) != 0)
      std::swap(core_.r[13], exceptions_.other_stack_pointer);
  }
  exceptions_.control = (kept & ~writable) | (value & writable);
}

std::uint32_t read_special(Core& core, unsigned sysm) { return core.engine->read_special(sysm); }

void write_special(Core& core, unsigned sysm, unsigned mask, std::uint32_t value) {
  core.engine->write_special(sysm, mask, value);
}

void change_processor_state(Core& core, bool disable, bool primask, bool faultmask) {
  Engine& engine = *core.engine;
  Exceptions& exceptions = engine.exceptions();
  engine.request(Engine::kRecheck);
  if (!exceptions.privileged()) return;
  if (primask) exceptions.primask = disable ? 1 : 0;
  if (exceptions.architecture() == Architecture::v6m) return;
  if (faultmask && (!disable || exceptions.execution_priority() > -1))
    exceptions.faultmask = disable ? 1 : 0;
}

void supervisor_call(Core& core, unsigned) { core.engine->request(Engine::kSupervisorCall); }

void breakpoint(Core& core, unsigned immediate) {
  core.engine->set_breakpoint_immediate(immediate);
  core.engine->request(Engine::kBreakpoint);
}

void wait_for(Core& core, bool event) {
  core.engine->request(event ? Engine::kWaitForEvent : Engine::kWaitForInterrupt);
}

void send_event(Core& core) { core.engine->set_event(); }

/// BXWritePC beyond odd targets: EXC_RETURN in handler mode, and targets without the Thumb bit.
void Engine::interworking_branch(std::uint32_t target, bool may_return) {
  core_.exit = kIndirect;
  const bool v8 = exceptions_.architecture() == Architecture::v8m;
  const bool exc_return = v8 ? target >> 24 == 0xFFu : target >> 28 == 0xFu;
  if (may_return && exceptions_.handler_mode() && exc_return) {
    core_.target = target;
    request(kExceptionReturn);
    return;
  }
  core_.target = target & ~1u;
  if ((target & 1u) == 0) request(kInvalidState);
}

void interworking_branch(Core& core, std::uint32_t target, bool may_return) {
  core.engine->interworking_branch(target, may_return);
}

void write_fpscr(Core& core, std::uint32_t value) {
  core.fp.fpscr = value & (fp::kConditionFlags | fp::kAlternativeHalf | fp::kDefaultNan |
                           fp::kFlushToZero | fp::kRMode | fp::kCumulativeFlags);
  core.engine->request(Engine::kRecheck);
}

void note_operands(Core&, const MicroOp*, std::uint32_t, std::uint32_t) {}

}  // namespace mcost::engine
