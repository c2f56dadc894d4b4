// ST's ART accelerator in front of flash, STM32F2/F4 and STM32L4 forms: an instruction cache, a
// data cache, a prefetch of the next array word, all in front of one flash array. Source:
// boards-and-memories facts 5.3 (RM0090) and 5.6 (RM0351); what is assumed is marked at its place.
//
// Instruction fetch of an array word (granule): in the line being used, in the prefetched one, or
// in the cache: no wait. Prefetch in flight: what is left of it. Else the array is read: wait
// states, plus what it is still busy with; the granule is copied to the cache. After an array read
// for instructions, and when a prefetched granule is taken up, the next granule is prefetched if
// PRFTEN. Data reads that miss read the array likewise and never prefetch.
#pragma once

#include <cstdint>

#include "memory_models/flash_timing.h"
#include "memory_models/line_store.h"
#include "sim_core/bus/memory_model.h"

namespace mcost::memory {

struct ArtParameters {
  std::uint32_t size_bytes = 0;    // of the flash
  std::uint32_t array_bytes = 16;  // one array read
  std::uint32_t sectors_per_line = 1;
  std::uint32_t i_lines = 64;
  std::uint32_t i_ways = 64;
  std::uint32_t d_lines = 8;
  std::uint32_t d_ways = 8;
  std::uint32_t wait_states = 0;
  bool whole_line_fill = false;  // false: a miss brings one granule
  bool prefetch = false;
  bool icache = true;
  bool dcache = true;
};

class Art final : public bus::MemoryModel, public FlashTiming {
 public:
  /// `tags` (see bus::Window) is where the engine's inline path sees lines come and go;
  /// `program_order` gives stamps.
  Art(const ArtParameters& parameters, std::vector<std::uint8_t>& tags,
      std::uint64_t& program_order);

  [[nodiscard]] bus::DataPath data_path() const override {
    return parameters_.dcache ? bus::DataPath::cached : bus::DataPath::timed;
  }
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
  std::uint32_t data(bus::MicroState& state, const bus::Transfer& transfer,
                     bus::FoldLog* log) override;
  void fill_data_line(std::uint32_t offset, std::uint64_t stamp) override;
  [[nodiscard]] std::uint64_t* data_stamps() override { return data_.stamps().data(); }
  [[nodiscard]] std::uint8_t data_stamp_shift() const override;
  [[nodiscard]] std::optional<std::uint64_t> data_signature() const override;
  [[nodiscard]] std::shared_ptr<const void> save_data() const override;
  void restore_data(const void* saved) override;
  [[nodiscard]] DataCounts data_counts() const override { return {data_misses_}; }
  void set_data_counts(const DataCounts& counts) override { data_misses_ = counts[0]; }
  [[nodiscard]] const std::uint64_t& eviction_generation() const override {
    return code_.generation();
  }
  [[nodiscard]] bool fetch_line_resident(std::uint32_t line) const override {
    return code_.contains(line);
  }
  [[nodiscard]] bool has_fetch_recency() const override { return true; }
  void touch_fetch_lines(const std::vector<std::uint32_t>& lines, std::uint64_t stamp) override;
  [[nodiscard]] std::vector<Counter> counters() const override;

  [[nodiscard]] FlashSettings settings() const override {
    return {parameters_.wait_states, parameters_.prefetch, parameters_.icache, parameters_.dcache};
  }
  void set(const FlashSettings& settings) override;
  void clear_icache() override { code_.clear(); }
  void clear_dcache() override { data_.clear(); }

 private:
  [[nodiscard]] std::uint32_t read_array(bus::MicroState& state, bool fills) const;
  void start_prefetch(bus::MicroState& state, std::uint32_t granule) const;
  ArtParameters parameters_;
  LineStore code_;
  LineStore data_;
  std::uint64_t& program_order_;
  std::uint64_t code_misses_ = 0;
  std::uint64_t data_misses_ = 0;
};

}  // namespace mcost::memory
