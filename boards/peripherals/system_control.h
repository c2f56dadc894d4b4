// The private peripheral bus at 0xE0000000: hands accesses to ITM, DWT, SysTick, NVIC, SCB and MPU.
// Registers that none of them has read as zero and are counted. Source: ARMv7-M ARM B3.1.1, B3.2.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "boards/board_spec.h"
#include "boards/machine.h"
#include "boards/peripherals/cache_control.h"
#include "boards/peripherals/dwt.h"
#include "boards/peripherals/itm.h"
#include "boards/peripherals/mpu_registers.h"
#include "boards/peripherals/nvic.h"
#include "boards/peripherals/scb.h"
#include "boards/peripherals/systick.h"
#include "sim_core/bus/device.h"
#include "sim_core/engine/engine.h"

namespace mcost::boards {

class SystemControl final : public bus::Device {
 public:
  SystemControl(engine::Engine& engine, const CoreSpec& core, CacheSetup caches = {});
  std::uint32_t read(const bus::DeviceAccess& access) override;
  void write(const bus::DeviceAccess& access, std::uint32_t value) override;
  [[nodiscard]] std::uint32_t take_wait() override { return caches_.take_wait(); }
  /// The write in progress, if one is.
  [[nodiscard]] const std::optional<bus::DeviceAccess>& accessing() const { return accessing_; }
  /// What a system reset resets here; DWT, ITM and DEMCR keep their state.
  void reset();

  [[nodiscard]] Itm& itm() { return itm_; }
  [[nodiscard]] Dwt& dwt() { return dwt_; }
  [[nodiscard]] const Dwt& dwt() const { return dwt_; }
  [[nodiscard]] std::vector<UnmodelledAccess> unmodelled() const;

 private:
  std::uint32_t read_word(std::uint32_t offset, const bus::DeviceAccess& access);
  void store(const bus::DeviceAccess& access, std::uint32_t value);
  void write_word(std::uint32_t offset, std::uint32_t value, const bus::DeviceAccess& access);
  void write_bytes(const bus::DeviceAccess& access, std::uint32_t value);
  void note(std::uint32_t offset, Address pc, bool write);

  engine::Engine& engine_;
  CoreSpec core_;
  Itm itm_;
  Dwt dwt_;
  SysTick systick_;
  Nvic nvic_;
  CacheControl caches_;
  SystemControlBlock scb_;
  MpuRegisters mpu_;
  std::map<Address, UnmodelledAccess> unmodelled_;
  std::optional<bus::DeviceAccess> accessing_;
};

}  // namespace mcost::boards
