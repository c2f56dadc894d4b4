// What answers on a bus behind a cache, a bridge or a DMA: a memory whose answers depend on what
// came before and on absolute time (an open row, a refresh, a burst in progress). Depends on
// sim_core/bus.
#pragma once

#include <cstdint>
#include <vector>

#include "sim_core/base/units.h"
#include "sim_core/bus/memory_model.h"
#include "sim_core/bus/timing_port.h"

namespace mcost::memory {

/// One transfer as it arrives at the memory's port.
struct Request {
  std::uint32_t offset = 0;      // bytes from the start of the memory, of the word wanted first
  std::uint32_t size_bytes = 4;  // 1, 2, 4 or 8: a single; above: a burst of 32-bit beats (64-bit
                                 // where the port is so wide) that wraps at its own size
  bus::AccessKind kind = bus::AccessKind::read;
  Cycles now = 0;  // core cycle of arrival
};

/// Core cycles, absolute.
struct Response {
  Cycles first = 0;  // the word wanted first has arrived; of a write: the initiator may go on
  Cycles last = 0;   // all of it has been transferred
};

class Target {
 public:
  virtual ~Target() = default;
  /// Carries out a transfer; a busy port makes it wait.
  virtual Response transfer(const Request& request) = 0;
  /// What transfer() would answer, changing nothing.
  [[nodiscard]] virtual Response probe(const Request& request) const = 0;
  /// No answer takes longer, in core cycles: the worst state that earlier requests can have left
  /// behind, with nobody else at the port.
  [[nodiscard]] virtual std::uint32_t most_cycles() const = 0;
  /// The ratio of core and bus clock changed in cycle `now`. Returns whether that makes a
  /// difference.
  virtual bool set_core_per_hclk(std::uint32_t cycles, Cycles now) {
    static_cast<void>(cycles), static_cast<void>(now);
    return false;
  }
  /// Counters for reports, by name; order is fixed.
  [[nodiscard]] virtual std::vector<bus::MemoryModel::Counter> counters() const { return {}; }
};

}  // namespace mcost::memory
