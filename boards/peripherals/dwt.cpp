#include "boards/peripherals/dwt.h"

#include "sim_core/base/bits.h"

namespace mcost::boards {
namespace {

constexpr std::uint32_t kCycleCount = 4;
constexpr std::uint32_t kFirstCounter = 8;  // CPICNT, EXCCNT, SLEEPCNT, LSUCNT, FOLDCNT
constexpr std::uint32_t kLastCounter = 24;
constexpr std::uint32_t kComparators = 0x20;
constexpr std::uint32_t kComparatorBytes = 16;
constexpr std::uint32_t kCycleCountEnable = 1;
constexpr std::uint32_t kControlWritable = 0x007F1FFFu;
constexpr std::uint32_t kNoCycleCount = 1u << 25;  // NOCYCCNT
constexpr std::uint32_t kNoProfileCount = 1u << 24;
// The software lock.  Source: ARMv7-M ARM C1.8.
constexpr std::uint32_t kLockAccess = 0xFB0;
constexpr std::uint32_t kLockStatus = 0xFB4;
constexpr std::uint32_t kLockKey = 0xC5ACCE55u;

}  // namespace

Dwt::Dwt(engine::Engine& engine, const DwtSpec& spec, bool has_lock)
    : engine_(engine),
      spec_(spec),
      has_lock_(has_lock),
      comparators_(std::size_t{4} * spec.comparators) {}

bool Dwt::has(std::uint32_t offset) const {
  if (has_lock_ && (offset == kLockAccess || offset == kLockStatus)) return true;
  return offset <= kLastCounter ||
         (offset >= kComparators && (offset - kComparators) / 4 < comparators_.size());
}

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

std::uint32_t Dwt::read(std::uint32_t offset, Cycles now, Address pc) {
  const bool runs = (control_ & kCycleCountEnable) != 0;
  if (offset == 0) {
    return spec_.comparators << 28 | (spec_.cycle_counter ? 0u : kNoCycleCount | kNoProfileCount) |
           control_;
  }
  if (offset == kCycleCount) {
    ++cycle_reads_;
    const std::uint32_t count = runs ? static_cast<std::uint32_t>(now) - cycle_base_ : stopped_at_;
    if (cycle_read_sink_) cycle_read_sink_(pc, count, now);
    return count;
  }
  if (offset >= kFirstCounter && offset <= kLastCounter) {
    const unsigned index = (offset - kFirstCounter) / 4;
    return spec_.cycle_counter ? (counter(index, now) - bases_[index]) & 0xFFu : 0;
  }
  if (offset == kLockStatus) return locked_ ? 3 : 1;
  const std::uint32_t word = (offset - kComparators) / 4;
  return word < comparators_.size() ? comparators_[word] : 0;
}

void Dwt::write_control(std::uint32_t value, Cycles now) {
  const auto time = static_cast<std::uint32_t>(now);
  const bool runs = (control_ & kCycleCountEnable) != 0;
  const bool will_run = (value & kCycleCountEnable) != 0 && spec_.cycle_counter;
  if (runs && !will_run) stopped_at_ = time - cycle_base_;
  if (!runs && will_run) cycle_base_ = time - stopped_at_;
  // An event counter starts from zero when its enable bit is set.
  for (unsigned index = 0; index < bases_.size(); ++index) {
    if (bit(value & ~control_, 17 + index)) bases_[index] = counter(index, now);
  }
  control_ = value & kControlWritable & ~(spec_.cycle_counter ? 0u : kCycleCountEnable);
}

void Dwt::write(std::uint32_t offset, std::uint32_t value, Cycles now) {
  if (offset == 0) {
    write_control(value, now);
  } else if (offset == kCycleCount) {
    if ((control_ & kCycleCountEnable) != 0) {
      cycle_base_ = static_cast<std::uint32_t>(now) - value;
    } else {
      stopped_at_ = value;
    }
  } else if (offset >= kFirstCounter && offset <= kLastCounter) {
    const unsigned index = (offset - kFirstCounter) / 4;
    bases_[index] = counter(index, now) - value;
  } else if (offset == kLockAccess) {
    locked_ = value != kLockKey;
  } else if (offset >= kComparators && (offset - kComparators) % kComparatorBytes != 12) {
    const std::uint32_t word = (offset - kComparators) / 4;
    if (word < comparators_.size()) comparators_[word] = value;
  }
}

}  // namespace mcost::boards
