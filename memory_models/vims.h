// TI's VIMS of CC13x2 and CC26x2 in front of flash: a 4-way code cache with tag prefetch, a line
// buffer of the array width for I/D-code accesses and one for the system bus. With the cache off
// this is plain flash with a line buffer. Source: boards-and-memories facts 4.4, 5.9; core-timing
// facts 0.4 (CC2652R: 128-bit line, 2 wait states).
#pragma once

#include <cstdint>

#include "memory_models/array_port.h"
#include "memory_models/flash_timing.h"
#include "memory_models/line_store.h"
#include "sim_core/bus/memory_model.h"

namespace mcost::memory {

struct VimsParameters {
  std::uint32_t size_bytes = 0;
  std::uint32_t array_bytes = 16;
  std::uint32_t wait_states = 2;
  std::uint32_t cache_bytes = 8192;
  std::uint32_t ways = 4;
  std::uint32_t line_bytes = 8;
  std::uint32_t tag_lookup_cycles = 1;  // of a new line whose tag was not prefetched
  bool cache = true;
  bool tag_prefetch = true;
  bool code_line_buffer = true;
  bool system_line_buffer = true;
};

/// Address views of the flash.
enum VimsView : std::uint8_t { kCachedView = 0, kUncachedView = 1, kSystemView = 2 };

class Vims final : public bus::MemoryModel, public FlashTiming {
 public:
  explicit Vims(const VimsParameters& parameters);

  [[nodiscard]] bus::DataPath data_path() const override { return bus::DataPath::timed; }
  [[nodiscard]] std::uint32_t data_wait(bus::AccessKind) const override { return 0; }
  [[nodiscard]] ArrayRead array_read() const override {
    return {parameters_.wait_states, parameters_.array_bytes};
  }
  [[nodiscard]] bool has_array() const override { return true; }
  [[nodiscard]] bool constant_fetch() const override { return false; }
  [[nodiscard]] std::uint32_t fetch_wait() const override { return 0; }
  void age(bus::MicroState& state, Cycles elapsed) const override;
  std::uint32_t fetch(bus::MicroState& state, std::uint32_t offset, std::uint8_t view, Cycles,
                      bus::FoldLog* log) override;
  void announce_fetch(bus::MicroState& state, std::uint32_t offset,
                      std::uint8_t view) const override;
  std::uint32_t data(bus::MicroState& state, const bus::Transfer& transfer,
                     bus::FoldLog* log) override;
  [[nodiscard]] std::uint32_t take_fetch_delay(bus::MicroState& state) const override {
    return ArrayPort::take_put_off(state);
  }
  void fill_data_line(std::uint32_t, std::uint64_t) override {}
  [[nodiscard]] const std::uint64_t& eviction_generation() const override {
    return lines_.generation();
  }
  [[nodiscard]] bool fetch_line_resident(std::uint32_t line) const override {
    return lines_.contains(line);
  }
  [[nodiscard]] std::vector<Counter> counters() const override;

  [[nodiscard]] FlashSettings settings() const override {
    return {.wait_states = parameters_.wait_states, .icache = parameters_.cache};
  }
  void set(const FlashSettings& settings) override {
    parameters_.wait_states = settings.wait_states;
    set_cache(settings.icache);
  }

  // Register side (VIMS CTL). The engine must drop its variants after any of these.
  void set_cache(bool enabled);
  void set_tag_prefetch(bool enabled) { parameters_.tag_prefetch = enabled; }
  void set_code_line_buffer(bool enabled) { parameters_.code_line_buffer = enabled; }
  void set_system_line_buffer(bool enabled) { parameters_.system_line_buffer = enabled; }
  [[nodiscard]] const VimsParameters& parameters() const { return parameters_; }

 private:
  [[nodiscard]] ArrayPort code_port() const;
  [[nodiscard]] bool cached(std::uint8_t view) const;
  std::uint32_t read_system(bus::MicroState& state, std::uint32_t offset) const;
  std::uint32_t read_cached(bus::MicroState& state, std::uint32_t offset, bus::FoldLog* log);
  VimsParameters parameters_;
  LineStore lines_;
  std::uint64_t misses_ = 0;
};

}  // namespace mcost::memory
