// A memory-mapped device: registers whose reads and writes have effects and exact time. Depends on
// base.
#pragma once

#include <cstdint>

#include "sim_core/base/units.h"

namespace mcost::bus {

/// When and from where a device is accessed.
struct DeviceAccess {
  std::uint32_t offset = 0;     // bytes from the device's base
  std::uint8_t size_bytes = 4;  // 1, 2 or 4; naturally aligned
  Cycles now = 0;               // core cycle of the data phase
  Address pc = 0;               // instruction that makes the access, for reports
  bool privileged = true;
};

class Device {
 public:
  virtual ~Device() = default;
  virtual std::uint32_t read(const DeviceAccess& access) = 0;
  virtual void write(const DeviceAccess& access, std::uint32_t value) = 0;
  /// True if reading the register at `offset` has no effect, and gives the same until something is
  /// written, an event of the scheduler happens or an initiator makes a step. Loops that ask for it
  /// are then not executed turn by turn.
  [[nodiscard]] virtual bool is_steady(std::uint32_t offset) const {
    (void)offset;
    return false;
  }
  /// Cycles that the last write takes beyond those of its region; forgets them.
  [[nodiscard]] virtual std::uint32_t take_wait() { return 0; }
};

}  // namespace mcost::bus
