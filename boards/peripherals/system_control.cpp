#include "boards/peripherals/system_control.h"

#include "sim_core/base/bits.h"

namespace mcost::boards {
namespace {

using engine::Exceptions;

// Offsets from 0xE0000000.
constexpr std::uint32_t kItmEnable = 0xE00;
constexpr std::uint32_t kItmControl = 0xE80;
constexpr std::uint32_t kDwt = 0x1000;
constexpr std::uint32_t kDwtEnd = 0x2000;
constexpr std::uint32_t kIctr = 0xE004;
constexpr std::uint32_t kSysTickControl = 0xE010;
constexpr std::uint32_t kSysTickCalibration = 0xE01C;
constexpr std::uint32_t kIser = 0xE100;
constexpr std::uint32_t kIcer = 0xE180;
constexpr std::uint32_t kIspr = 0xE200;
constexpr std::uint32_t kIcpr = 0xE280;
constexpr std::uint32_t kIabr = 0xE300;
constexpr std::uint32_t kIpr = 0xE400;
constexpr std::uint32_t kIprEnd = 0xE5F0;
constexpr std::uint32_t kScb = 0xED00;
constexpr std::uint32_t kScbEnd = 0xEDF0;
constexpr std::uint32_t kDemcr = 0xEDFC;
constexpr std::uint32_t kStir = 0xEF00;
constexpr std::uint32_t kFpccr = 0xEF34;
constexpr std::uint32_t kMvfr2 = 0xEF48;
constexpr std::uint32_t kShpr1 = 0xED18;
constexpr std::uint32_t kShpr3End = 0xED24;

}  // namespace

SystemControl::SystemControl(engine::Engine& engine, const CoreSpec& core)
    : engine_(engine),
      core_(core),
      systick_(engine, core.systick_reference_divider),
      dwt_(engine, core.dwt) {}

std::uint32_t SystemControl::read(const bus::DeviceAccess& access) {
  const std::uint32_t aligned = access.offset & ~3u;
  const unsigned shift = 8 * (access.offset & 3u);
  return (read_word(aligned, access.now) >> shift) & low_mask(8u * access.size_bytes);
}

void SystemControl::write(const bus::DeviceAccess& access, std::uint32_t value) {
  if (access.offset < 0x80) {  // ITM stimulus ports
    if (on_stimulus && (itm_control_ & 1u) != 0 && bit(itm_enable_, access.offset / 4)) {
      on_stimulus(access.offset / 4, value, access.size_bytes);
    }
    return;
  }
  const bool priority = (access.offset >= kIpr && access.offset < kIprEnd) ||
                        (access.offset >= kShpr1 && access.offset < kShpr3End);
  if (priority) {  // byte-accessible
    for (unsigned i = 0; i < access.size_bytes; ++i) {
      write_priority(access.offset + i, static_cast<std::uint8_t>(value >> (8 * i)));
    }
    return;
  }
  const std::uint32_t aligned = access.offset & ~3u;
  if (access.size_bytes == 4) {
    write_word(aligned, value, access.now);
    return;
  }
  const unsigned shift = 8 * (access.offset & 3u);
  const std::uint32_t mask = low_mask(8u * access.size_bytes) << shift;
  write_word(aligned, (read_word(aligned, access.now) & ~mask) | (value << shift & mask),
             access.now);
}

std::uint8_t SystemControl::read_priority(std::uint32_t offset) const {
  const Exceptions& exceptions = engine_.exceptions();
  const unsigned number = offset >= kIpr && offset < kIprEnd
                              ? engine::kFirstInterrupt + (offset - kIpr)
                              : 4 + (offset - kShpr1);
  return number < exceptions.count() ? exceptions.priority(number) : std::uint8_t{0};
}

void SystemControl::write_priority(std::uint32_t offset, std::uint8_t value) {
  Exceptions& exceptions = engine_.exceptions();
  const unsigned number = offset >= kIpr && offset < kIprEnd
                              ? engine::kFirstInterrupt + (offset - kIpr)
                              : 4 + (offset - kShpr1);
  if (number < exceptions.count()) exceptions.set_priority(number, value);
}

std::uint32_t SystemControl::nvic_bits(std::uint32_t offset, bool active) const {
  const Exceptions& exceptions = engine_.exceptions();
  const unsigned first = engine::kFirstInterrupt + (offset & 0x7Fu) * 8;
  std::uint32_t value = 0;
  for (unsigned i = 0; i < 32 && first + i < exceptions.count(); ++i) {
    if (active ? exceptions.is_active(first + i) : exceptions.is_pending(first + i))
      value |= 1u << i;
  }
  return value;
}

std::uint32_t SystemControl::enabled_bits(unsigned word) const {
  const Exceptions& exceptions = engine_.exceptions();
  const unsigned first = engine::kFirstInterrupt + word * 32;
  std::uint32_t value = 0;
  for (unsigned i = 0; i < 32 && first + i < exceptions.count(); ++i) {
    if (exceptions.is_enabled(first + i)) value |= 1u << i;
  }
  return value;
}

std::uint32_t SystemControl::read_word(std::uint32_t offset, Cycles now) {
  if (offset < 0x80) return 1;  // a stimulus port is always ready
  if (offset == kItmEnable) return itm_enable_;
  if (offset == kItmControl) return itm_control_;
  if (offset >= kDwt && offset < kDwtEnd) return dwt_.read(offset - kDwt, now);
  if (offset == kIctr) return core_.interrupts == 0 ? 0 : (core_.interrupts - 1) / 32;
  if (offset >= kSysTickControl && offset <= kSysTickCalibration)
    return systick_.read(offset - kSysTickControl, now);
  if (offset >= kIser && offset < kIser + 0x40) return enabled_bits((offset - kIser) / 4);
  if (offset >= kIcer && offset < kIcer + 0x40) return enabled_bits((offset - kIcer) / 4);
  if (offset >= kIspr && offset < kIspr + 0x40) return nvic_bits(offset - kIspr, false);
  if (offset >= kIcpr && offset < kIcpr + 0x40) return nvic_bits(offset - kIcpr, false);
  if (offset >= kIabr && offset < kIabr + 0x40) return nvic_bits(offset - kIabr, true);
  if ((offset >= kIpr && offset < kIprEnd) || (offset >= kShpr1 && offset < kShpr3End)) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < 4; ++i)
      value |= static_cast<std::uint32_t>(read_priority(offset + i)) << (8 * i);
    return value;
  }
  if (offset == kDemcr) return demcr_;
  if ((offset >= kScb && offset < kScbEnd) || (offset >= kFpccr && offset <= kMvfr2))
    return read_scb(offset);
  const auto stored = storage_.find(offset);
  return stored == storage_.end() ? 0 : stored->second;
}

void SystemControl::write_word(std::uint32_t offset, std::uint32_t value, Cycles now) {
  Exceptions& exceptions = engine_.exceptions();
  const auto each = [&](std::uint32_t base, auto action) {
    const unsigned first = engine::kFirstInterrupt + (offset - base) * 8;
    for (unsigned i = 0; i < 32 && first + i < exceptions.count(); ++i) {
      if (bit(value, i)) action(first + i);
    }
  };
  if (offset == kItmEnable) {
    itm_enable_ = value;
  } else if (offset == kItmControl) {
    itm_control_ = value;
  } else if (offset >= kDwt && offset < kDwtEnd) {
    dwt_.write(offset - kDwt, value, now);
  } else if (offset >= kSysTickControl && offset < kSysTickCalibration) {
    systick_.write(offset - kSysTickControl, value, now);
  } else if (offset >= kIser && offset < kIser + 0x40) {
    each(kIser, [&](unsigned number) { exceptions.enable_interrupt(number, true); });
  } else if (offset >= kIcer && offset < kIcer + 0x40) {
    each(kIcer, [&](unsigned number) { exceptions.enable_interrupt(number, false); });
  } else if (offset >= kIspr && offset < kIspr + 0x40) {
    each(kIspr, [&](unsigned number) { exceptions.pend(number); });
  } else if (offset >= kIcpr && offset < kIcpr + 0x40) {
    each(kIcpr, [&](unsigned number) { exceptions.unpend(number); });
  } else if (offset == kStir) {
    const unsigned number = engine::kFirstInterrupt + (value & 0x1FFu);
    if (number < exceptions.count()) exceptions.pend(number);
  } else if (offset == kDemcr) {
    demcr_ = value;
  } else if (!write_scb(offset, value)) {
    storage_[offset] = value;
  }
}

std::uint32_t SystemControl::icsr() const {
  const Exceptions& exceptions = engine_.exceptions();
  std::uint32_t value = exceptions.ipsr();
  if (exceptions.active_count() <= 1) value |= 1u << 11;  // RETTOBASE
  value |= exceptions.highest_pending() << 12;
  for (unsigned number = engine::kFirstInterrupt; number < exceptions.count(); ++number) {
    if (exceptions.is_pending(number)) value |= 1u << 22;
  }
  if (exceptions.is_pending(engine::kSysTick)) value |= 1u << 26;
  if (exceptions.is_pending(engine::kPendSv)) value |= 1u << 28;
  if (exceptions.is_pending(engine::kNmi)) value |= 1u << 31;
  return value;
}

void SystemControl::write_icsr(std::uint32_t value) {
  Exceptions& exceptions = engine_.exceptions();
  if (bit(value, 31)) exceptions.pend(engine::kNmi);
  if (bit(value, 28)) exceptions.pend(engine::kPendSv);
  if (bit(value, 27)) exceptions.unpend(engine::kPendSv);
  if (bit(value, 26)) exceptions.pend(engine::kSysTick);
  if (bit(value, 25)) exceptions.unpend(engine::kSysTick);
}

std::uint32_t SystemControl::shcsr() const {
  const Exceptions& exceptions = engine_.exceptions();
  std::uint32_t value = exceptions.shcsr_enables;
  constexpr std::array<std::array<unsigned, 2>, 7> kActive{{{engine::kMemManage, 0},
                                                            {engine::kBusFault, 1},
                                                            {engine::kUsageFault, 3},
                                                            {engine::kSvCall, 7},
                                                            {engine::kDebugMonitor, 8},
                                                            {engine::kPendSv, 10},
                                                            {engine::kSysTick, 11}}};
  for (const auto& [number, place] : kActive)
    value |= exceptions.is_active(number) ? 1u << place : 0u;
  constexpr std::array<std::array<unsigned, 2>, 4> kPending{{{engine::kUsageFault, 12},
                                                             {engine::kMemManage, 13},
                                                             {engine::kBusFault, 14},
                                                             {engine::kSvCall, 15}}};
  for (const auto& [number, place] : kPending)
    value |= exceptions.is_pending(number) ? 1u << place : 0u;
  return value;
}

std::uint32_t SystemControl::read_scb(std::uint32_t offset) {
  const Exceptions& exceptions = engine_.exceptions();
  const bool fpu = core_.fpu != FpuModel::none;
  switch (offset) {
    case 0xED00: return core_.cpuid;
    case 0xED04: return icsr();
    case 0xED08: return exceptions.vtor;
    case 0xED0C: return 0xFA050000u | exceptions.priority_group << 8;
    case 0xED10: return exceptions.scr;
    case 0xED14: return exceptions.ccr;
    case 0xED24: return shcsr();
    case 0xED28: return exceptions.cfsr;
    case 0xED2C: return exceptions.hfsr;
    case 0xED34: return exceptions.mmfar;
    case 0xED38: return exceptions.bfar;
    case 0xED88: return exceptions.cpacr;
    case 0xED90: return core_.mpu_regions << 8;
    case 0xEF34: return fpu ? exceptions.fpccr : 0;
    case 0xEF38: return fpu ? exceptions.fpcar : 0;
    case 0xEF3C: return fpu ? exceptions.fpdscr : 0;
    case 0xEF40: return fpu ? 0x10110021u : 0;  // MVFR0, Cortex-M4 TRM table 7-1
    case 0xEF44: return fpu ? 0x11000011u : 0;  // MVFR1
    default: {
      const auto stored = storage_.find(offset);
      return stored == storage_.end() ? 0 : stored->second;
    }
  }
}

void SystemControl::write_shcsr(std::uint32_t value) {
  Exceptions& exceptions = engine_.exceptions();
  exceptions.shcsr_enables = value & 0x70000u;
  const auto pend = [&](unsigned number, unsigned place) {
    if (bit(value, place)) {
      exceptions.pend(number);
    } else {
      exceptions.unpend(number);
    }
  };
  pend(engine::kUsageFault, 12);
  pend(engine::kMemManage, 13);
  pend(engine::kBusFault, 14);
  pend(engine::kSvCall, 15);
}

/// Returns false for registers that only remember.
bool SystemControl::write_scb(std::uint32_t offset, std::uint32_t value) {
  Exceptions& exceptions = engine_.exceptions();
  switch (offset) {
    case 0xED00: return true;  // CPUID is read-only
    case 0xED04: write_icsr(value); return true;
    case 0xED08: exceptions.vtor = value & 0xFFFFFF80u; return true;
    case 0xED0C:
      if (value >> 16 != 0x05FAu) return true;  // without the key a write is ignored
      exceptions.priority_group = value >> 8 & 7u;
      if (bit(value, 2) && on_reset_request) on_reset_request();
      return true;
    case 0xED10: exceptions.scr = value & 0x16u; return true;
    case 0xED14: exceptions.ccr = value & 0x31Bu; return true;
    case 0xED24: write_shcsr(value); return true;
    case 0xED28: exceptions.cfsr &= ~value; return true;
    case 0xED2C: exceptions.hfsr &= ~value; return true;
    case 0xED34: exceptions.mmfar = value; return true;
    case 0xED38: exceptions.bfar = value; return true;
    case 0xED88:
      if (core_.fpu != FpuModel::none) exceptions.cpacr = value & 0x00F00000u;
      return true;
    case 0xEF34:
      exceptions.fpccr = (exceptions.fpccr & ~0xC0000001u) | (value & 0xC0000001u);
      return true;
    case 0xEF38: exceptions.fpcar = value & ~7u; return true;
    case 0xEF3C: exceptions.fpdscr = value & 0x07C00000u; return true;
    default: return false;
  }
}

// ---- SysTick ----

namespace {
constexpr std::uint32_t kEnable = 1;
constexpr std::uint32_t kTickInterrupt = 2;
constexpr std::uint32_t kProcessorClock = 4;
constexpr std::uint32_t kCounterMask = 0x00FFFFFFu;
}  // namespace

std::uint64_t SysTick::divider() const {
  return (control_ & kProcessorClock) != 0 || reference_divider_ == 0 ? 1 : reference_divider_;
}

std::uint32_t SysTick::current(Cycles now) const {
  if ((control_ & kEnable) == 0) return start_value_;
  const std::uint64_t ticks = (now - start_cycle_) / divider();
  if (ticks <= start_value_) return start_value_ - static_cast<std::uint32_t>(ticks);
  if (reload_ == 0) return 0;
  // After zero the counter reloads: zero, reload, ..., 0 with period reload + 1.
  const std::uint64_t past = (ticks - start_value_ - 1) % (std::uint64_t{reload_} + 1);
  return reload_ - static_cast<std::uint32_t>(past);
}

void SysTick::restart(Cycles now, std::uint32_t from) {
  start_cycle_ = now;
  start_value_ = from;
  if (armed_) engine_.scheduler().cancel(event_);
  armed_ = false;
  if ((control_ & kEnable) == 0) return;
  if (from != 0) {
    arm(now + from * divider());
  } else if (reload_ != 0) {
    arm(now + (std::uint64_t{reload_} + 1) * divider());
  }
}

void SysTick::arm(Cycles reaches_zero) {
  armed_ = true;
  event_ = engine_.scheduler().schedule(reaches_zero, [this](Cycles when) { wrap(when); });
}

/// The counter went from 1 to 0.
void SysTick::wrap(Cycles when) {
  armed_ = false;
  count_flag_ = true;
  if ((control_ & kTickInterrupt) != 0) engine_.exceptions().pend(engine::kSysTick);
  if (reload_ != 0) arm(when + (std::uint64_t{reload_} + 1) * divider());
}

std::uint32_t SysTick::read(std::uint32_t offset, Cycles now) {
  switch (offset) {
    case 0: {
      // A wrap that is due but not yet served counts already.
      const bool wrapped = count_flag_ || (armed_ && event_.first <= now);
      count_flag_ = false;
      if (armed_ && event_.first <= now) {
        const Cycles when = event_.first;
        engine_.scheduler().cancel(event_);
        wrap(when);
        count_flag_ = false;
      }
      return control_ | (wrapped ? 1u << 16 : 0u);
    }
    case 4: return reload_;
    case 8: return current(now);
    default: return reference_divider_ == 0 ? 1u << 31 : 0;  // CALIB: NOREF; TENMS unknown
  }
}

void SysTick::write(std::uint32_t offset, std::uint32_t value, Cycles now) {
  switch (offset) {
    case 0: {
      const std::uint32_t counter = current(now);
      control_ = value & (kEnable | kTickInterrupt | kProcessorClock);
      restart(now, counter);
      break;
    }
    case 4: {
      const std::uint32_t counter = current(now);
      reload_ = value & kCounterMask;
      restart(now, counter);
      break;
    }
    case 8:
      count_flag_ = false;
      restart(now, 0);
      break;
    default: break;
  }
}

// ---- DWT ----

std::uint32_t Dwt::counter(unsigned index, Cycles now) {
  // The identity instructions = CYC - CPI - LSU - EXC - SLEEP + FOLD holds; the split of CPI and
  // LSU is the model's.
  const Counters totals = engine_.peek_counters();
  const auto cause = [&](Cause which) { return totals.by_cause[static_cast<unsigned>(which)]; };
  const std::uint64_t lsu =
      cause(Cause::data_wait) + cause(Cause::store_wait) + cause(Cause::address_interlock);
  const std::uint64_t exception = cause(Cause::exception);
  const std::uint64_t sleep = cause(Cause::sleep);
  switch (index) {
    case 0:
      return static_cast<std::uint32_t>(now - totals.instructions - lsu - exception - sleep +
                                        totals.folded);
    case 1: return static_cast<std::uint32_t>(exception);
    case 2: return static_cast<std::uint32_t>(sleep);
    case 3: return static_cast<std::uint32_t>(lsu);
    default: return static_cast<std::uint32_t>(totals.folded);
  }
}

std::uint32_t Dwt::read(std::uint32_t offset, Cycles now) {
  const bool runs = (control_ & 1u) != 0;
  switch (offset) {
    case 0: return spec_.comparators << 28 | (spec_.cycle_counter ? 0u : 1u << 25) | control_;
    case 4:
      ++cycle_reads_;
      return runs ? static_cast<std::uint32_t>(now) - cycle_base_ : stopped_at_;
    case 8:
    case 12:
    case 16:
    case 20:
    case 24: {
      const unsigned index = (offset - 8) / 4;
      return (counter(index, now) - bases_[index]) & 0xFFu;
    }
    default: {
      const auto stored = storage_.find(offset);
      return stored == storage_.end() ? 0 : stored->second;
    }
  }
}

void Dwt::write(std::uint32_t offset, std::uint32_t value, Cycles now) {
  const bool runs = (control_ & 1u) != 0;
  const auto time = static_cast<std::uint32_t>(now);
  switch (offset) {
    case 0: {
      const bool will_run = (value & 1u) != 0 && spec_.cycle_counter;
      if (runs && !will_run) stopped_at_ = time - cycle_base_;
      if (!runs && will_run) cycle_base_ = time - stopped_at_;
      // An event counter starts from zero when its enable bit is set.
      for (unsigned index = 0; index < bases_.size(); ++index) {
        if (bit(value & ~control_, 17 + index)) bases_[index] = counter(index, now);
      }
      control_ = value & 0x0FFFFFFFu & ~(spec_.cycle_counter ? 0u : 1u);
      break;
    }
    case 4:
      if (runs) {
        cycle_base_ = time - value;
      } else {
        stopped_at_ = value;
      }
      break;
    case 8:
    case 12:
    case 16:
    case 20:
    case 24: {
      const unsigned index = (offset - 8) / 4;
      bases_[index] = counter(index, now) - value;
      break;
    }
    default: storage_[offset] = value; break;
  }
}

}  // namespace mcost::boards
