// Data watchpoint and trace unit: the counters, and comparators as registers that watch nothing.
// Source: ARMv7-M ARM C1.8.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "boards/board_spec.h"
#include "sim_core/engine/engine.h"

namespace mcost::boards {

class Dwt {
 public:
  /// `has_lock`: LAR and LSR exist, as on Cortex-M7. Registers take writes all the same.
  Dwt(engine::Engine& engine, const DwtSpec& spec, bool has_lock);
  /// Offsets from DWT_CTRL. `pc` makes the access.
  std::uint32_t read(std::uint32_t offset, Cycles now, Address pc = 0);
  void write(std::uint32_t offset, std::uint32_t value, Cycles now);
  /// Takes each read of CYCCNT.
  using CycleReadSink = std::function<void(Address pc, std::uint32_t value, Cycles now)>;
  void set_cycle_read_sink(CycleReadSink sink) { cycle_read_sink_ = std::move(sink); }
  /// True for registers that exist here.
  [[nodiscard]] bool has(std::uint32_t offset) const;
  [[nodiscard]] std::uint64_t cycle_reads() const { return cycle_reads_; }

 private:
  [[nodiscard]] std::uint32_t counter(unsigned index, Cycles now);
  void write_control(std::uint32_t value, Cycles now);
  engine::Engine& engine_;
  DwtSpec spec_;
  bool has_lock_;
  bool locked_ = true;
  std::uint32_t control_ = 0;
  std::uint32_t cycle_base_ = 0;  // CYCCNT = now - base while it runs, else the stored value
  std::uint32_t stopped_at_ = 0;
  std::array<std::uint32_t, 5> bases_{};
  std::vector<std::uint32_t> comparators_;  // COMP, MASK, FUNCTION and a reserved word of each
  std::uint64_t cycle_reads_ = 0;
  CycleReadSink cycle_read_sink_;
};

}  // namespace mcost::boards
