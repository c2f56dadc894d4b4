// Flash without an accelerator: an array with wait states and one buffer that holds the last word
// read from it, shared by instruction fetches and data reads. Depends on sim_core/bus.
#pragma once

#include "memory_models/array_port.h"
#include "memory_models/flash_timing.h"
#include "sim_core/bus/memory_model.h"

namespace mcost::memory {

class LineBufferFlash final : public bus::MemoryModel, public FlashTiming {
 public:
  /// `array_bytes` is what one read brings; a read takes `wait_states` + 1 core cycles.
  LineBufferFlash(std::uint32_t array_bytes, std::uint32_t wait_states)
      : port_{array_bytes, wait_states, true} {}

  [[nodiscard]] bus::DataPath data_path() const override { return bus::DataPath::timed; }
  [[nodiscard]] std::uint32_t data_wait(bus::AccessKind) const override { return 0; }
  [[nodiscard]] ArrayRead array_read() const override {
    return {port_.wait_states, port_.array_bytes};
  }
  [[nodiscard]] bool has_array() const override { return true; }
  [[nodiscard]] bool constant_fetch() const override { return false; }
  [[nodiscard]] std::uint32_t fetch_wait() const override { return 0; }
  void age(bus::MicroState& state, Cycles elapsed) const override {
    ArrayPort::age(state, elapsed);
  }
  std::uint32_t fetch(bus::MicroState& state, std::uint32_t offset, std::uint8_t, Cycles,
                      bus::FoldLog*) override {
    return port_.fetch(state, offset);
  }
  void announce_fetch(bus::MicroState& state, std::uint32_t offset, std::uint8_t) const override {
    ArrayPort::announce(state, offset);
  }
  std::uint32_t data(bus::MicroState& state, const bus::Transfer& transfer,
                     bus::FoldLog*) override {
    return transfer.kind == bus::AccessKind::write ? 0 : port_.load(state, transfer.offset);
  }
  [[nodiscard]] std::uint32_t take_fetch_delay(bus::MicroState& state) const override {
    return ArrayPort::take_put_off(state);
  }
  void fill_data_line(std::uint32_t, std::uint64_t) override {}
  [[nodiscard]] const std::uint64_t& eviction_generation() const override { return generation_; }
  [[nodiscard]] bool fetch_line_resident(std::uint32_t) const override { return true; }

  [[nodiscard]] FlashSettings settings() const override {
    return {.wait_states = port_.wait_states};
  }
  void set(const FlashSettings& settings) override { port_.wait_states = settings.wait_states; }

 private:
  ArrayPort port_;
  std::uint64_t generation_ = 0;
};

}  // namespace mcost::memory
