#include "boards/peripherals/scb.h"

#include "sim_core/base/bits.h"

namespace mcost::boards {
namespace {

using engine::Architecture;
using engine::kBusFault;
using engine::kDebugMonitor;
using engine::kFirstInterrupt;
using engine::kHardFault;
using engine::kMemManage;
using engine::kNmi;
using engine::kPendSv;
using engine::kSvCall;
using engine::kSysTick;
using engine::kUsageFault;

constexpr std::uint32_t kActlr = 0x008;
constexpr std::uint32_t kCpuid = 0xD00;
constexpr std::uint32_t kIcsr = 0xD04;
constexpr std::uint32_t kVtor = 0xD08;
constexpr std::uint32_t kAircr = 0xD0C;
constexpr std::uint32_t kScr = 0xD10;
constexpr std::uint32_t kCcr = 0xD14;
constexpr std::uint32_t kShpr1 = 0xD18;
constexpr std::uint32_t kShprEnd = 0xD24;
constexpr std::uint32_t kShcsr = 0xD24;
constexpr std::uint32_t kCfsr = 0xD28;
constexpr std::uint32_t kHfsr = 0xD2C;
constexpr std::uint32_t kDfsr = 0xD30;
constexpr std::uint32_t kMmfar = 0xD34;
constexpr std::uint32_t kBfar = 0xD38;
constexpr std::uint32_t kAfsr = 0xD3C;
constexpr std::uint32_t kIdentification = 0xD40;  // ID_PFR0
constexpr std::uint32_t kClidr = 0xD78;
constexpr std::uint32_t kCtr = 0xD7C;
constexpr std::uint32_t kCcsidr = 0xD80;
constexpr std::uint32_t kCsselr = 0xD84;
constexpr std::uint32_t kCpacr = 0xD88;
constexpr std::uint32_t kDhcsr = 0xDF0;
constexpr std::uint32_t kDemcr = 0xDFC;
constexpr std::uint32_t kFpccr = 0xF34;
constexpr std::uint32_t kFpcar = 0xF38;
constexpr std::uint32_t kFpdscr = 0xF3C;
constexpr std::uint32_t kMvfr0 = 0xF40;
constexpr std::uint32_t kMvfr2 = 0xF48;

constexpr std::uint32_t kAircrKey = 0x05FA;
constexpr std::uint32_t kAircrKeyRead = 0xFA05;
constexpr std::uint32_t kTraceEnable = 1u << 24;  // DEMCR.TRCENA
constexpr std::uint32_t kDemcrWritable = 0x010F07F1u;
constexpr std::uint32_t kScrWritable = 0x16;
constexpr std::uint32_t kFpdscrWritable = 0x07C00000u;
constexpr std::uint32_t kFaultEnables = 0x00070000u;
constexpr std::uint32_t kHfsrBits = 0xC0000002u;
constexpr std::uint32_t kDfsrBits = 0x1Fu;

struct Place {
  unsigned number;
  unsigned bit;
};
// SHCSR.  Source: ARMv7-M ARM B3.2.13.
constexpr std::array<Place, 7> kActiveBits{{{kMemManage, 0},
                                            {kBusFault, 1},
                                            {kUsageFault, 3},
                                            {kSvCall, 7},
                                            {kDebugMonitor, 8},
                                            {kPendSv, 10},
                                            {kSysTick, 11}}};
constexpr std::array<Place, 4> kPendedBits{
    {{kUsageFault, 12}, {kMemManage, 13}, {kBusFault, 14}, {kSvCall, 15}}};

}  // namespace

SystemControlBlock::SystemControlBlock(engine::Engine& engine, const CoreSpec& core,
                                       CacheControl& caches)
    : engine_(engine),
      exceptions_(engine.exceptions()),
      core_(core),
      registers_(core_registers(core)),
      caches_(caches) {}

/// DEMCR belongs to the debug domain: only power-on resets it.
void SystemControlBlock::reset() { cache_select_ = 0; }

bool SystemControlBlock::is_v6() const { return exceptions_.architecture() == Architecture::v6m; }
bool SystemControlBlock::is_v8() const { return exceptions_.architecture() == Architecture::v8m; }

bool SystemControlBlock::trace_enabled() const { return (debug_monitor_ & kTraceEnable) != 0; }

bool SystemControlBlock::has(std::uint32_t offset) const {
  const bool v6 = offset == kCpuid || offset == kIcsr || offset == kVtor || offset == kAircr ||
                  offset == kScr || offset == kCcr || offset == kShcsr || is_priority(offset) ||
                  offset == kDfsr || offset == kDhcsr || offset == kDemcr;
  if (v6 || is_v6()) return v6;
  return offset == kActlr || (offset >= kCfsr && offset <= kAfsr) ||
         (offset >= kIdentification && offset <= kCpacr) || (offset >= kFpccr && offset <= kMvfr2);
}

bool SystemControlBlock::ones_act(std::uint32_t offset) {
  return offset == kCfsr || offset == kHfsr || offset == kDfsr || offset == kIcsr;
}

bool SystemControlBlock::is_priority(std::uint32_t offset) {
  return offset >= kShpr1 && offset < kShprEnd;
}

void SystemControlBlock::write_priority(std::uint32_t offset, std::uint8_t value) {
  const unsigned number = 4 + (offset - kShpr1);
  const bool fault = number >= kMemManage && number <= kUsageFault;
  const bool exists = number == kSvCall || number == kPendSv || number == kSysTick ||
                      (!is_v6() && (fault || number == kDebugMonitor));
  if (exists) exceptions_.set_priority(number, value);
}

std::uint32_t SystemControlBlock::read_priorities(std::uint32_t offset) const {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < 4; ++i)
    value |= std::uint32_t{exceptions_.priority(4 + (offset - kShpr1) + i)} << (8 * i);
  return value;
}

std::uint32_t SystemControlBlock::read(std::uint32_t offset) const {
  if (!has(offset)) return 0;
  if (is_priority(offset)) return read_priorities(offset);
  if (offset >= kShcsr && offset <= kAfsr) return read_fault(offset);
  if (offset >= kIdentification && offset <= kCsselr) return read_identification(offset);
  if (offset >= kFpccr) return read_fp(offset);
  return read_control(offset);
}

std::uint32_t SystemControlBlock::read_control(std::uint32_t offset) const {
  switch (offset) {
    case kActlr: return exceptions_.actlr;
    case kCpuid: return core_.cpuid;
    case kIcsr: return interrupt_state();
    case kVtor: return registers_.vtor_writable == 0 ? 0 : exceptions_.vtor;
    case kAircr: return kAircrKeyRead << 16 | exceptions_.priority_group << 8;
    case kScr: return exceptions_.scr;
    case kCcr: return exceptions_.ccr | registers_.ccr_fixed;
    case kCpacr: return exceptions_.cpacr;
    case kDemcr: return debug_monitor_;
    default: return 0;
  }
}

std::uint32_t SystemControlBlock::read_fault(std::uint32_t offset) const {
  switch (offset) {
    case kShcsr: return is_v6() ? 0 : handler_state();
    case kCfsr: return exceptions_.cfsr;
    case kHfsr: return exceptions_.hfsr;
    case kDfsr: return exceptions_.dfsr;
    case kMmfar: return exceptions_.mmfar;
    case kBfar: return exceptions_.bfar;
    default: return 0;
  }
}

std::uint32_t SystemControlBlock::read_identification(std::uint32_t offset) const {
  const std::uint32_t word = (offset - kIdentification) / 4;
  switch (offset) {
    case kClidr: return registers_.cache_levels;
    case kCtr: return registers_.cache_type;
    case kCcsidr: return caches_.size_id((cache_select_ & 1u) != 0);
    case kCsselr: return cache_select_;
    default: break;
  }
  // PFR0, PFR1, DFR0, AFR0, MMFR0-3, ISAR0-4
  if (word < 2) return registers_.processor_features[word];
  if (word == 2) return registers_.debug_features;
  if (word >= 4 && word < 8) return registers_.memory_features[word - 4];
  if (word >= 8 && word < 13) return registers_.instruction_set[word - 8];
  return 0;
}

std::uint32_t SystemControlBlock::read_fp(std::uint32_t offset) const {
  if (core_.fpu == FpuModel::none) return 0;
  switch (offset) {
    case kFpccr: return exceptions_.fpccr;
    case kFpcar: return exceptions_.fpcar;
    case kFpdscr: return exceptions_.fpdscr;
    default: return registers_.media_features[(offset - kMvfr0) / 4];
  }
}

void SystemControlBlock::write(std::uint32_t offset, std::uint32_t value) {
  if (!has(offset) || write_control(offset, value)) return;
  if (is_v6()) return;
  if (!write_fault(offset, value)) write_fp(offset, value);
}

/// Returns false for other registers.
bool SystemControlBlock::write_control(std::uint32_t offset, std::uint32_t value) {
  const std::uint32_t fp_coprocessors = core_.fpu == FpuModel::none ? 0u : 0x00F00000u;
  switch (offset) {
    case kActlr: exceptions_.actlr = value & registers_.actlr_writable; return true;
    case kIcsr: write_interrupt_state(value); return true;
    case kVtor:
      if (registers_.vtor_writable != 0) exceptions_.vtor = value & registers_.vtor_writable;
      return true;
    case kAircr: write_reset_control(value); return true;
    case kScr: exceptions_.scr = value & kScrWritable; return true;
    case kCcr:
      exceptions_.ccr = (value & registers_.ccr_writable) | registers_.ccr_fixed;
      caches_.enable(exceptions_.ccr);
      return true;
    case kCpacr: exceptions_.cpacr = value & fp_coprocessors; return true;
    case kDemcr: debug_monitor_ = value & kDemcrWritable; return true;
    default: return false;
  }
}

bool SystemControlBlock::write_fault(std::uint32_t offset, std::uint32_t value) {
  switch (offset) {
    case kShcsr: write_handler_state(value); return true;
    case kCfsr: exceptions_.cfsr &= ~value; return true;
    case kHfsr: exceptions_.hfsr &= ~(value & kHfsrBits); return true;
    case kDfsr: exceptions_.dfsr &= ~(value & kDfsrBits); return true;
    case kMmfar: exceptions_.mmfar = value; return true;
    case kBfar: exceptions_.bfar = value; return true;
    case kCsselr: cache_select_ = value & 1u; return true;
    default: return false;
  }
}

void SystemControlBlock::write_fp(std::uint32_t offset, std::uint32_t value) {
  if (core_.fpu == FpuModel::none) return;
  // ARMv8-M adds CLRONRET, UFRDY and SPLIMVIOL.
  const std::uint32_t control = is_v8() ? 0xD000077Bu : 0xC000017Bu;
  switch (offset) {
    case kFpccr: exceptions_.fpccr = (exceptions_.fpccr & ~control) | (value & control); break;
    case kFpcar: exceptions_.fpcar = value & ~7u; break;
    case kFpdscr: exceptions_.fpdscr = value & kFpdscrWritable; break;
    default: break;
  }
}

std::uint32_t SystemControlBlock::interrupt_state() const {
  const unsigned running = exceptions_.ipsr();
  bool interrupt_pends = false;
  for (unsigned number = kFirstInterrupt; number < exceptions_.count(); ++number)
    interrupt_pends = interrupt_pends || exceptions_.is_pending(number);
  const unsigned others = exceptions_.active_count() - (exceptions_.is_active(running) ? 1 : 0);
  std::uint32_t value = running | exceptions_.vector_pending() << 12;
  if (others == 0 && !is_v6()) value |= 1u << 11;  // RETTOBASE
  if (interrupt_pends) value |= 1u << 22;
  if (exceptions_.is_pending(kSysTick)) value |= 1u << 26;
  if (exceptions_.is_pending(kPendSv)) value |= 1u << 28;
  if (exceptions_.is_pending(kNmi)) value |= 1u << 31;
  return value;
}

void SystemControlBlock::write_interrupt_state(std::uint32_t value) {
  if (bit(value, 31)) exceptions_.pend(kNmi);
  if (bit(value, 30) && is_v8()) exceptions_.unpend(kNmi);  // PENDNMICLR
  if (bit(value, 28)) exceptions_.pend(kPendSv);
  if (bit(value, 27)) exceptions_.unpend(kPendSv);
  if (bit(value, 26)) exceptions_.pend(kSysTick);
  if (bit(value, 25)) exceptions_.unpend(kSysTick);
}

std::uint32_t SystemControlBlock::handler_state() const {
  std::uint32_t value = exceptions_.shcsr_enables;
  for (const auto& [number, place] : kActiveBits)
    value |= exceptions_.is_active(number) ? 1u << place : 0u;
  for (const auto& [number, place] : kPendedBits)
    value |= exceptions_.is_pending(number) ? 1u << place : 0u;
  if (is_v8()) {
    value |= exceptions_.is_active(kHardFault) ? 1u << 2 : 0u;
    value |= exceptions_.is_active(kNmi) ? 1u << 5 : 0u;
  }
  return value;
}

/// Active and pending bits are written as they are: system software moves them.
void SystemControlBlock::write_handler_state(std::uint32_t value) {
  exceptions_.shcsr_enables = value & kFaultEnables;
  for (const auto& [number, place] : kActiveBits) exceptions_.set_active(number, bit(value, place));
  for (const auto& [number, place] : kPendedBits) {
    if (bit(value, place)) {
      exceptions_.pend(number);
    } else {
      exceptions_.unpend(number);
    }
  }
}

/// Without the key a write is ignored. VECTRESET is ARMv7-M's; VECTCLRACTIVE is for debuggers.
void SystemControlBlock::write_reset_control(std::uint32_t value) {
  if (value >> 16 != kAircrKey) return;
  if (!is_v6()) exceptions_.priority_group = bits(value, 10, 8);
  const bool system = bit(value, 2);
  const bool core_only = bit(value, 0) && exceptions_.architecture() == Architecture::v7m;
  if (system || core_only) engine_.request_reset(system);
}

}  // namespace mcost::boards
