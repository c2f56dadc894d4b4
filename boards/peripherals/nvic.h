// Registers of the nested vectored interrupt controller over the engine's exception state. Source:
// ARMv7-M ARM B3.4, ARMv6-M ARM B3.4.
#pragma once

#include <cstdint>

#include "sim_core/engine/exceptions.h"

namespace mcost::boards {

class Nvic {
 public:
  explicit Nvic(engine::Exceptions& exceptions) : exceptions_(exceptions) {}
  /// Offsets from 0xE000E000, aligned to words.
  [[nodiscard]] static bool has(std::uint32_t offset);
  [[nodiscard]] std::uint32_t read(std::uint32_t offset) const;
  /// Ones of `value` act; bits that were not written are 0.
  void write(std::uint32_t offset, std::uint32_t value);
  /// One byte of a priority register.
  [[nodiscard]] static bool is_priority(std::uint32_t offset);
  void write_priority(std::uint32_t offset, std::uint8_t value);

 private:
  enum class Bits : std::uint8_t { enabled, pending, active };
  [[nodiscard]] std::uint32_t collect(std::uint32_t offset, Bits which) const;
  engine::Exceptions& exceptions_;
};

}  // namespace mcost::boards
