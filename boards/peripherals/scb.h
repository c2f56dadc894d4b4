// System control block: CPUID to AIRCR, fault status, identification, FP context and debug monitor
// registers over the engine's exception state. Source: ARMv7-M ARM B3.2, B3.2.21 (FP); ARMv6-M ARM
// B3.2; ARMv8-M ARM D1.2.
#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include "boards/board_spec.h"
#include "boards/peripherals/cache_control.h"
#include "boards/peripherals/core_registers.h"
#include "sim_core/engine/engine.h"

namespace mcost::boards {

class SystemControlBlock {
 public:
  SystemControlBlock(engine::Engine& engine, const CoreSpec& core, CacheControl& caches);
  void reset();
  /// Offsets from 0xE000E000, aligned to words.
  [[nodiscard]] bool has(std::uint32_t offset) const;
  [[nodiscard]] std::uint32_t read(std::uint32_t offset) const;
  void write(std::uint32_t offset, std::uint32_t value);
  /// Registers where ones act: narrow writes must not repeat the bits beside them.
  [[nodiscard]] static bool ones_act(std::uint32_t offset);
  /// One byte of SHPR1-3.
  [[nodiscard]] static bool is_priority(std::uint32_t offset);
  void write_priority(std::uint32_t offset, std::uint8_t value);
  [[nodiscard]] bool trace_enabled() const;

 private:
  [[nodiscard]] std::uint32_t read_control(std::uint32_t offset) const;
  [[nodiscard]] std::uint32_t read_fault(std::uint32_t offset) const;
  [[nodiscard]] std::uint32_t read_identification(std::uint32_t offset) const;
  [[nodiscard]] std::uint32_t read_fp(std::uint32_t offset) const;
  [[nodiscard]] std::uint32_t read_priorities(std::uint32_t offset) const;
  bool write_control(std::uint32_t offset, std::uint32_t value);
  bool write_fault(std::uint32_t offset, std::uint32_t value);
  void write_fp(std::uint32_t offset, std::uint32_t value);
  [[nodiscard]] std::uint32_t interrupt_state() const;
  void write_interrupt_state(std::uint32_t value);
  [[nodiscard]] std::uint32_t handler_state() const;
  void write_handler_state(std::uint32_t value);
  void write_reset_control(std::uint32_t value);
  [[nodiscard]] bool is_v6() const;
  [[nodiscard]] bool is_v8() const;

  engine::Engine& engine_;
  engine::Exceptions& exceptions_;
  CoreSpec core_;
  CoreRegisters registers_;
  CacheControl& caches_;
  std::uint32_t cache_select_ = 0;   // CSSELR
  std::uint32_t debug_monitor_ = 0;  // DEMCR
};

}  // namespace mcost::boards
