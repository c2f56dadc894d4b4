// Memory whose every access takes the same time: on-chip SRAM, mask ROM, flash with nothing in
// front. Depends on sim_core/bus.
#pragma once

#include "sim_core/bus/memory_model.h"

namespace mcost::memory {

class ConstantLatency final : public bus::MemoryModel {
 public:
  /// `wait_states` core cycles are added to every data transfer and instruction fetch.
  explicit ConstantLatency(std::uint32_t wait_states, bool is_flash = false)
      : wait_states_(wait_states), is_flash_(is_flash) {}

  [[nodiscard]] bus::DataPath data_path() const override { return bus::DataPath::constant; }
  [[nodiscard]] std::uint32_t data_wait(bus::AccessKind) const override { return wait_states_; }
  [[nodiscard]] bool constant_fetch() const override { return true; }
  [[nodiscard]] std::uint32_t fetch_wait() const override { return wait_states_; }
  [[nodiscard]] bool has_array() const override { return is_flash_; }
  void age(bus::MicroState&, Cycles) const override {}
  std::uint32_t fetch(bus::MicroState& state, std::uint32_t, std::uint8_t, Cycles,
                      bus::FoldLog*) override {
    state.array_reads += is_flash_ ? 1 : 0;
    return wait_states_;
  }
  std::uint32_t data(bus::MicroState& state, const bus::Transfer& transfer,
                     bus::FoldLog*) override {
    state.array_reads += is_flash_ && transfer.kind != bus::AccessKind::write ? 1 : 0;
    return wait_states_;
  }
  void fill_data_line(std::uint32_t, std::uint64_t) override {}
  [[nodiscard]] const std::uint64_t& eviction_generation() const override { return generation_; }
  [[nodiscard]] bool fetch_line_resident(std::uint32_t) const override { return true; }

 private:
  std::uint32_t wait_states_;
  bool is_flash_;
  std::uint64_t generation_ = 0;
};

}  // namespace mcost::memory
