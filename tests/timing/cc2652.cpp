#include "tests/timing/cc2652.h"

#include <algorithm>

namespace mcost::test {

std::uint32_t Cc2652::read_flash(Address address, Cycles at) {
  const Cycles start = std::max(at + 1, busy_until_);
  const Address line = address / kLineBytes;
  const bool hit = line_buffer_ && line == line_;
  const Cycles data = start + (hit ? 0 : kWaitStates);
  line_ = line;
  busy_until_ = data + 1;
  return static_cast<std::uint32_t>(data - (at + 1));
}

bus::Wait Cc2652::fetch(Address address, Cycles at) {
  const Cycles when = now_ + at;
  announced_ = kNone;
  if (address >= kSystemBase) return {0, kSram, bus::CorePort::system};
  std::uint32_t wait = 0;
  if (address == served_early_) {
    wait = static_cast<std::uint32_t>(served_in_ > when + 1 ? served_in_ - (when + 1) : 0);
  } else {
    wait = read_flash(address, when);
  }
  served_early_ = kNone;
  return {wait, kFlash, bus::CorePort::icode};
}

void Cc2652::announce_fetch(Address address, Cycles) { announced_ = address; }

bus::Wait Cc2652::data(const bus::Access& access, unsigned, Cycles at) {
  if (access.address >= kSystemBase) return {0, access.memory, access.port};
  const Cycles when = now_ + at;
  // First come, first served: a fetch whose address was on its bus before the load's goes first.
  if (announced_ != kNone) {
    served_in_ = when + 1 + read_flash(announced_, when);
    served_early_ = announced_;
    announced_ = kNone;
  }
  return {read_flash(access.address, when), access.memory, access.port};
}

}  // namespace mcost::test
