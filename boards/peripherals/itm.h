// Instrumentation trace macrocell: stimulus ports whose words a host may show. Source: ARMv7-M ARM
// C1.7.
#pragma once

#include <cstdint>
#include <functional>

#include "sim_core/bus/device.h"

namespace mcost::boards {

class Itm {
 public:
  /// Takes what firmware writes to enabled stimulus ports.
  using Sink =
      std::function<void(unsigned port, std::uint32_t value, unsigned size_bytes, Cycles now)>;
  void set_sink(Sink sink) { sink_ = std::move(sink); }
  /// `trace` is DEMCR.TRCENA; offsets from stimulus port 0.
  [[nodiscard]] std::uint32_t read(std::uint32_t offset, bool trace) const;
  void write(const bus::DeviceAccess& access, std::uint32_t value, bool trace);
  [[nodiscard]] static bool has(std::uint32_t offset);

 private:
  [[nodiscard]] bool port_enabled(unsigned port, bool trace) const;
  Sink sink_;
  std::uint32_t enabled_ = 0;     // ITM_TER
  std::uint32_t privileged_ = 0;  // ITM_TPR: a bit for each eight ports
  std::uint32_t control_ = 0;     // ITM_TCR
};

}  // namespace mcost::boards
