// The private peripheral bus at 0xE0000000: ITM, DWT, SysTick, NVIC, SCB, FP and debug registers of
// the core. Source: ARMv7-M ARM B3.2 (SCS), C1.7 (ITM), C1.8 (DWT); Cortex-M4 TRM chapters 4, 8, 9.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "boards/board_spec.h"
#include "sim_core/bus/device.h"
#include "sim_core/engine/engine.h"

namespace mcost::boards {

/// SysTick: a 24-bit down-counter from simulated time.  Source: ARMv7-M ARM B3.3.
class SysTick {
 public:
  SysTick(engine::Engine& engine, std::uint32_t reference_divider)
      : engine_(engine), reference_divider_(reference_divider) {}
  std::uint32_t read(std::uint32_t offset, Cycles now);
  void write(std::uint32_t offset, std::uint32_t value, Cycles now);

 private:
  [[nodiscard]] std::uint64_t divider() const;
  [[nodiscard]] std::uint32_t current(Cycles now) const;
  void restart(Cycles now, std::uint32_t from);
  void arm(Cycles reaches_zero);
  void wrap(Cycles when);

  engine::Engine& engine_;
  std::uint32_t reference_divider_;  // core clock over reference clock; 0: no reference clock
  std::uint32_t control_ = 0;        // ENABLE, TICKINT, CLKSOURCE
  bool count_flag_ = false;
  std::uint32_t reload_ = 0;
  std::uint32_t start_value_ = 0;  // counter at start_cycle_
  Cycles start_cycle_ = 0;
  engine::Scheduler::Id event_{engine::Scheduler::kNever, 0};
  bool armed_ = false;
};

/// Data watchpoint and trace unit: the counters.  Source: ARMv7-M ARM C1.8.
class Dwt {
 public:
  Dwt(engine::Engine& engine, const DwtSpec& spec) : engine_(engine), spec_(spec) {}
  std::uint32_t read(std::uint32_t offset, Cycles now);
  void write(std::uint32_t offset, std::uint32_t value, Cycles now);
  [[nodiscard]] std::uint64_t cycle_reads() const { return cycle_reads_; }

 private:
  [[nodiscard]] std::uint32_t counter(unsigned index, Cycles now);
  engine::Engine& engine_;
  DwtSpec spec_;
  std::uint32_t control_ = 0;
  std::uint32_t cycle_base_ = 0;  // CYCCNT = now - base while it runs, else the stored value
  std::uint32_t stopped_at_ = 0;
  std::array<std::uint32_t, 5> bases_{};
  std::map<std::uint32_t, std::uint32_t> storage_;
  std::uint64_t cycle_reads_ = 0;
};

class SystemControl final : public bus::Device {
 public:
  SystemControl(engine::Engine& engine, const CoreSpec& core);
  std::uint32_t read(const bus::DeviceAccess& access) override;
  void write(const bus::DeviceAccess& access, std::uint32_t value) override;

  /// Takes what firmware writes to ITM stimulus ports.
  std::function<void(unsigned port, std::uint32_t value, unsigned size_bytes)> on_stimulus;
  /// SYSRESETREQ was written.
  std::function<void()> on_reset_request;
  [[nodiscard]] const Dwt& dwt() const { return dwt_; }

 private:
  std::uint32_t read_word(std::uint32_t offset, Cycles now);
  void write_word(std::uint32_t offset, std::uint32_t value, Cycles now);
  std::uint32_t read_scb(std::uint32_t offset);
  bool write_scb(std::uint32_t offset, std::uint32_t value);
  [[nodiscard]] std::uint32_t icsr() const;
  [[nodiscard]] std::uint32_t shcsr() const;
  void write_icsr(std::uint32_t value);
  void write_shcsr(std::uint32_t value);
  std::uint32_t nvic_bits(std::uint32_t offset, bool active) const;
  [[nodiscard]] std::uint32_t enabled_bits(unsigned word) const;
  void write_priority(std::uint32_t offset, std::uint8_t value);
  [[nodiscard]] std::uint8_t read_priority(std::uint32_t offset) const;

  engine::Engine& engine_;
  CoreSpec core_;
  SysTick systick_;
  Dwt dwt_;
  std::uint32_t demcr_ = 0;
  std::uint32_t itm_control_ = 0;
  std::uint32_t itm_enable_ = 0;
  std::map<std::uint32_t, std::uint32_t> storage_;  // registers that only remember
};

}  // namespace mcost::boards
