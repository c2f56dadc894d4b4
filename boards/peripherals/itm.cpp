#include "boards/peripherals/itm.h"

#include "sim_core/base/bits.h"

namespace mcost::boards {
namespace {

constexpr std::uint32_t kPortsEnd = 0x80;
constexpr std::uint32_t kEnable = 0xE00;
constexpr std::uint32_t kPrivilege = 0xE40;
constexpr std::uint32_t kControl = 0xE80;
constexpr std::uint32_t kLockAccess = 0xFB0;
constexpr std::uint32_t kLockStatus = 0xFB4;
constexpr std::uint32_t kControlWritable = 0x007F0F1Fu;  // without BUSY

}  // namespace

bool Itm::has(std::uint32_t offset) {
  return offset < kPortsEnd || offset == kEnable || offset == kPrivilege || offset == kControl ||
         offset == kLockAccess || offset == kLockStatus;
}

bool Itm::port_enabled(unsigned port, bool trace) const {
  return trace && (control_ & 1u) != 0 && bit(enabled_, port);
}

std::uint32_t Itm::read(std::uint32_t offset, bool trace) const {
  if (offset < kPortsEnd) return port_enabled(offset / 4, trace) ? 1 : 0;  // FIFOREADY
  switch (offset) {
    case kEnable: return enabled_;
    case kPrivilege: return privileged_;
    case kControl: return control_;
    default: return 0;  // the lock, too, is always open
  }
}

void Itm::write(const bus::DeviceAccess& access, std::uint32_t value, bool trace) {
  if (access.offset < kPortsEnd) {
    const unsigned port = access.offset / 4;
    const bool allowed = access.privileged || !bit(privileged_, port / 8);
    if (allowed && port_enabled(port, trace) && sink_) {
      sink_(port, value, access.size_bytes, access.now);
    }
    return;
  }
  if (!access.privileged) return;
  switch (access.offset) {
    case kEnable: enabled_ = value; break;
    case kPrivilege: privileged_ = value & 0xFu; break;
    case kControl: control_ = value & kControlWritable; break;
    default: break;
  }
}

}  // namespace mcost::boards
