// ICACHE of STM32L5 in front of flash: a cache for all that the core reads through C-AHB,
// instructions and constants alike. A miss reads the line word by word from the one wanted on, the
// wanted one first; the core goes on when it is there, hits are served meanwhile, another miss
// waits until the line is complete. Switched off, the array word read last is kept. Depends on
// sim_core/bus. Source: boards-and-memories facts 5.7; one port for fetches and loads.
#pragma once

#include <cstdint>

#include "memory_models/flash_timing.h"
#include "memory_models/line_store.h"
#include "sim_core/bus/memory_model.h"

namespace mcost::memory {

struct IcacheParameters {
  std::uint32_t size_bytes = 0;  // of the flash
  std::uint32_t array_bytes = 8;
  std::uint32_t wait_states = 0;
  std::uint32_t cache_bytes = 8192;
  std::uint32_t ways = 2;
  std::uint32_t line_bytes = 16;
  std::uint32_t lookup_cycles = 1;  // before a miss reads the array
  bool enabled = true;
};

class Icache final : public bus::MemoryModel, public FlashTiming {
 public:
  Icache(const IcacheParameters& parameters, std::uint64_t& program_order);

  [[nodiscard]] bus::DataPath data_path() const override { return bus::DataPath::timed; }
  [[nodiscard]] std::uint32_t data_wait(bus::AccessKind) const override { return 0; }
  [[nodiscard]] ArrayRead array_read() const override {
    return {parameters_.wait_states, parameters_.array_bytes};
  }
  [[nodiscard]] bool has_array() const override { return true; }
  [[nodiscard]] bool constant_fetch() const override { return false; }
  [[nodiscard]] std::uint32_t fetch_wait() const override { return 0; }
  void age(bus::MicroState& state, Cycles elapsed) const override;
  std::uint32_t fetch(bus::MicroState& state, std::uint32_t offset, std::uint8_t view, Cycles now,
                      bus::FoldLog* log) override;
  std::uint32_t data(bus::MicroState& state, const bus::Transfer& transfer,
                     bus::FoldLog* log) override;
  [[nodiscard]] std::uint32_t most_wait() const override;
  void fill_data_line(std::uint32_t, std::uint64_t) override {}
  [[nodiscard]] const std::uint64_t& eviction_generation() const override {
    return lines_.generation();
  }
  [[nodiscard]] bool fetch_line_resident(std::uint32_t line) const override {
    return lines_.contains(line);
  }
  [[nodiscard]] bool has_fetch_recency() const override { return true; }
  void touch_fetch_lines(const std::vector<std::uint32_t>& lines, std::uint64_t stamp) override;
  [[nodiscard]] std::vector<Counter> counters() const override;

  [[nodiscard]] FlashSettings settings() const override {
    return {.wait_states = parameters_.wait_states};
  }
  void set(const FlashSettings& settings) override {
    parameters_.wait_states = settings.wait_states;
  }

  // Register side. The engine must drop its variants after any of these.
  [[nodiscard]] const IcacheParameters& parameters() const { return parameters_; }
  void enable(bool enabled) { parameters_.enabled = enabled; }
  void invalidate() { lines_.clear(); }
  /// Empties it too.
  void set_ways(std::uint32_t ways);
  /// While hits are counted every access is timed for itself.
  void count_hits(bool counts) { counts_hits_ = counts; }
  [[nodiscard]] std::uint64_t hits() const { return hits_; }
  [[nodiscard]] std::uint64_t misses() const { return misses_; }

 private:
  std::uint32_t read(bus::MicroState& state, std::uint32_t offset, bus::FoldLog* log);
  std::uint32_t read_cached(bus::MicroState& state, std::uint32_t offset, bus::FoldLog* log);
  [[nodiscard]] std::uint32_t read_array(bus::MicroState& state, std::uint32_t offset) const;
  [[nodiscard]] LineStoreShape shape() const;
  [[nodiscard]] std::uint32_t words_of_line() const;

  IcacheParameters parameters_;
  LineStore lines_;
  std::uint64_t& program_order_;
  std::uint64_t hits_ = 0;
  std::uint64_t misses_ = 0;
  bool counts_hits_ = false;
};

}  // namespace mcost::memory
