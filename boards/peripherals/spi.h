// SPI masters of STM32: shift register, data buffers, flags, interrupts and DMA requests, with the
// time that SCK takes. Three forms: one data register each way (F1, F2, F4), FIFOs of four bytes
// (F0, F7, L4, L5), or counted transfers with longer FIFOs (H7).  Source: RM0090, RM0351 and
// RM0433, SPI chapters.
//
// Approximations: NSS, CRC and slave mode are not modelled; a device that is on the bus hears
// every frame.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "boards/peripherals/master_port.h"
#include "boards/peripherals/peripheral_space.h"

namespace mcost::boards {

/// What is at the other end of the wires.
class SpiDevice {
 public:
  virtual ~SpiDevice() = default;
  /// A frame of 8 bits ends in cycle `now`; returns what the device sent in it.
  virtual std::uint8_t exchange(std::uint8_t out, Cycles now) = 0;
};

struct SpiSettings {
  bool has_fifo = false;
  unsigned fifo_bytes = 16;  // of the form of H7
  std::optional<std::uint32_t> interrupt;
  /// Core cycles that `clocks` of the peripheral's clock take, rounded up.
  std::function<Cycles(std::uint64_t clocks)> cycles_of;
  std::function<SpiDevice*()> device;  // null: nothing answers, MISO is high
};

struct SpiModel {
  std::unique_ptr<PeripheralModel> model;
  DmaRequester* requester = nullptr;  // part of the model
};

SpiModel make_spi(engine::Engine& engine, SpiSettings settings);
/// That of STM32H7.
SpiModel make_spi_h7(engine::Engine& engine, SpiSettings settings);

}  // namespace mcost::boards
