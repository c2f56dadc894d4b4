// SysTick: a 24-bit down-counter from simulated time. Source: ARMv7-M ARM B3.3.
#pragma once

#include <cstdint>

#include "sim_core/engine/engine.h"

namespace mcost::boards {

class SysTick {
 public:
  /// `reference_divider`: core clock over reference clock; 0: no reference clock.
  SysTick(engine::Engine& engine, std::uint32_t reference_divider)
      : engine_(engine), reference_divider_(reference_divider) {}
  /// Offsets from SYST_CSR.
  std::uint32_t read(std::uint32_t offset, Cycles now);
  void write(std::uint32_t offset, std::uint32_t value, Cycles now);
  void reset();

 private:
  [[nodiscard]] std::uint64_t divider() const;
  [[nodiscard]] std::uint32_t current(Cycles now) const;
  [[nodiscard]] Cycles first_zero() const;
  [[nodiscard]] bool reached_zero(Cycles after, Cycles until) const;
  void latch_flag(Cycles now);
  void rebase(Cycles now);
  void restart(Cycles now, std::uint32_t from);
  void schedule_zero();
  void disarm();
  void arm(Cycles reaches_zero);
  void reach_zero(Cycles when);

  engine::Engine& engine_;
  std::uint32_t reference_divider_;
  std::uint32_t control_ = 0;  // ENABLE, TICKINT, CLKSOURCE
  bool count_flag_ = false;    // COUNTFLAG as of flag_cycle_
  Cycles flag_cycle_ = 0;
  std::uint32_t reload_ = 0;
  std::uint32_t start_value_ =
      0;  // counter at start_cycle_, which is a tick of the counter's clock
  Cycles start_cycle_ = 0;
  engine::Scheduler::Id event_{engine::Scheduler::kNever, 0};
  bool armed_ = false;
};

}  // namespace mcost::boards
