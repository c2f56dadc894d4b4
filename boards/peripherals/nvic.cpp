#include "boards/peripherals/nvic.h"

#include "sim_core/base/bits.h"

namespace mcost::boards {
namespace {

using engine::Architecture;
using engine::kFirstInterrupt;

constexpr std::uint32_t kType = 0x004;  // ICTR
constexpr std::uint32_t kSetEnable = 0x100;
constexpr std::uint32_t kClearEnable = 0x180;
constexpr std::uint32_t kSetPending = 0x200;
constexpr std::uint32_t kClearPending = 0x280;
constexpr std::uint32_t kActive = 0x300;
constexpr std::uint32_t kBitsSize = 0x40;
constexpr std::uint32_t kPriority = 0x400;
constexpr std::uint32_t kPriorityEnd = 0x5F0;
constexpr std::uint32_t kSoftwareTrigger = 0xF00;  // STIR

bool in(std::uint32_t offset, std::uint32_t base) { return offset - base < kBitsSize; }

}  // namespace

bool Nvic::is_priority(std::uint32_t offset) {
  return offset >= kPriority && offset < kPriorityEnd;
}

bool Nvic::has(std::uint32_t offset) {
  for (const std::uint32_t base : {kSetEnable, kClearEnable, kSetPending, kClearPending, kActive}) {
    if (in(offset, base)) return true;
  }
  return offset == kType || is_priority(offset) || offset == kSoftwareTrigger;
}

std::uint32_t Nvic::collect(std::uint32_t offset, Bits which) const {
  const unsigned first = kFirstInterrupt + (offset & 0x7Fu) * 8;
  std::uint32_t value = 0;
  for (unsigned i = 0; i < 32 && first + i < exceptions_.count(); ++i) {
    const unsigned number = first + i;
    const bool set = which == Bits::enabled   ? exceptions_.is_enabled(number)
                     : which == Bits::pending ? exceptions_.is_pending(number)
                                              : exceptions_.is_active(number);
    value |= set ? 1u << i : 0u;
  }
  return value;
}

std::uint32_t Nvic::read(std::uint32_t offset) const {
  const bool v6 = exceptions_.architecture() == Architecture::v6m;
  if (offset == kType) {
    const unsigned interrupts = exceptions_.count() - kFirstInterrupt;
    return v6 || interrupts == 0 ? 0 : (interrupts - 1) / 32;
  }
  if (in(offset, kSetEnable) || in(offset, kClearEnable)) return collect(offset, Bits::enabled);
  if (in(offset, kSetPending) || in(offset, kClearPending)) return collect(offset, Bits::pending);
  if (in(offset, kActive)) return v6 ? 0 : collect(offset, Bits::active);
  if (!is_priority(offset)) return 0;
  std::uint32_t value = 0;
  for (unsigned i = 0; i < 4; ++i) {
    const unsigned number = kFirstInterrupt + (offset - kPriority) + i;
    if (number < exceptions_.count())
      value |= static_cast<std::uint32_t>(exceptions_.priority(number)) << (8 * i);
  }
  return value;
}

void Nvic::write(std::uint32_t offset, std::uint32_t value) {
  if (offset == kSoftwareTrigger) {
    const unsigned number = kFirstInterrupt + (value & 0x1FFu);
    const bool exists = exceptions_.architecture() != Architecture::v6m;
    if (exists && number < exceptions_.count()) exceptions_.pend(number);
    return;
  }
  const unsigned first = kFirstInterrupt + (offset & 0x7Fu) * 8;
  for (unsigned i = 0; i < 32 && first + i < exceptions_.count(); ++i) {
    if (!bit(value, i)) continue;
    const unsigned number = first + i;
    if (in(offset, kSetEnable)) exceptions_.enable_interrupt(number, true);
    if (in(offset, kClearEnable)) exceptions_.enable_interrupt(number, false);
    if (in(offset, kSetPending)) exceptions_.pend(number);
    if (in(offset, kClearPending)) exceptions_.unpend(number);
  }
}

void Nvic::write_priority(std::uint32_t offset, std::uint8_t value) {
  const unsigned number = kFirstInterrupt + (offset - kPriority);
  if (number < exceptions_.count()) exceptions_.set_priority(number, value);
}

}  // namespace mcost::boards
