// The memories of the chip the Cortex-M4 rows were measured on, as TimingPort: TI CC2652R with its
// cache off. SRAM takes no wait states. Flash is read 128 bits at a time in three cycles, one
// request after the other; the line read last is kept for fetches and loads alike (line buffer),
// unless that is off. Source: core-timing.md 0.4, rows D2, M23, M24, M64, M65.
#pragma once

#include "sim_core/bus/timing_port.h"

namespace mcost::test {

class Cc2652 final : public bus::TimingPort {
 public:
  enum Memory : std::uint8_t { kFlash, kSram, kPrivate };

  explicit Cc2652(bool line_buffer) : line_buffer_(line_buffer) {}

  bus::Wait fetch(Address address, Cycles at) override;
  void announce_fetch(Address address, Cycles at) override;
  bus::Wait data(const bus::Access& access, unsigned beat, Cycles at) override;

  /// The time base of the calls moves on.
  void pass(Cycles cycles) { now_ += cycles; }

 private:
  static constexpr unsigned kWaitStates = 2;
  static constexpr unsigned kLineBytes = 16;
  static constexpr Address kSystemBase = 0x20000000;
  static constexpr Address kNone = 0xFFFFFFFF;

  /// Wait cycles of a read whose address phase is in cycle `at`.
  std::uint32_t read_flash(Address address, Cycles at);

  bool line_buffer_;
  Cycles now_ = 0;
  Cycles busy_until_ = 0;  // the first cycle in which a data phase can start
  Address line_ = kNone;   // held or being read
  Address announced_ = kNone;
  Address served_early_ = kNone;  // an announced fetch that a load waited for
  Cycles served_in_ = 0;          // its data cycle
};

}  // namespace mcost::test
