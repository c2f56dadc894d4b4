// Registers of the memory protection unit over the engine's. Source: ARMv7-M ARM B3.5.4-B3.5.9;
// ARMv8-M ARM D1.2, MPU_*.
#pragma once

#include <cstdint>

#include "sim_core/engine/engine.h"

namespace mcost::boards {

class MpuRegisters {
 public:
  explicit MpuRegisters(engine::Engine& engine) : engine_(engine) {}
  void reset() { number_ = 0; }
  /// Offsets from 0xE000E000, aligned to words.
  [[nodiscard]] static bool has(std::uint32_t offset);
  [[nodiscard]] std::uint32_t read(std::uint32_t offset) const;
  void write(std::uint32_t offset, std::uint32_t value);

 private:
  [[nodiscard]] bool is_v8() const;
  [[nodiscard]] unsigned region_of(std::uint32_t offset) const;
  void write_base(std::uint32_t offset, std::uint32_t value);
  void write_attributes(std::uint32_t offset, std::uint32_t value);
  engine::Engine& engine_;
  unsigned number_ = 0;  // MPU_RNR
};

}  // namespace mcost::boards
