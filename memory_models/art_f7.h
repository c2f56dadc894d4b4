// Flash of STM32F7 with its two ways in. Through ITCM it is read by way of the ART accelerator: one
// cache for instructions and data, lines of the array width, and a prefetch of the next line. The
// AXI way has the line read last. Both share the array. Depends on sim_core/bus. Source:
// boards-and-memories facts 5.4, 5.5; rules of fetch and prefetch as in art.h.
#pragma once

#include <cstdint>

#include "memory_models/flash_timing.h"
#include "memory_models/line_buffer_flash.h"
#include "memory_models/line_store.h"
#include "sim_core/bus/memory_model.h"

namespace mcost::memory {

/// Address view of the flash through ITCM; others go through AXI.
inline constexpr std::uint8_t kItcmView = 1;

struct ArtF7Parameters {
  std::uint32_t size_bytes = 0;  // of the flash
  std::uint32_t line_bytes = 32;
  std::uint32_t lines = 64;
  std::uint32_t ways = 64;
  std::uint32_t wait_states = 0;
  bool prefetch = false;
  bool enabled = true;
};

/// The accelerator alone, for a model that owns the array: `busy` is where that keeps, in the
/// micro-state, the cycles until the array is free; three words from `first_word` on are its own.
class ArtF7 {
 public:
  static constexpr unsigned kWords = 3;
  /// Lines are named with this bit in logs and by fetch_line_resident().
  static constexpr std::uint32_t kLineBit = 1u << 31;

  ArtF7(const ArtF7Parameters& parameters, std::uint64_t& program_order, unsigned busy,
        unsigned first_word);

  void age(bus::MicroState& state, Cycles elapsed) const;
  std::uint32_t fetch(bus::MicroState& state, std::uint32_t offset, bus::FoldLog* log) {
    return read(state, offset, true, log);
  }
  std::uint32_t load(bus::MicroState& state, std::uint32_t offset, bus::FoldLog* log) {
    return read(state, offset, false, log);
  }
  [[nodiscard]] const std::uint64_t& generation() const { return lines_.generation(); }
  [[nodiscard]] bool is_resident(std::uint32_t line) const {
    return lines_.contains(line & ~kLineBit);
  }
  void touch(std::uint32_t line, std::uint64_t stamp) { lines_.touch(line & ~kLineBit, stamp); }
  [[nodiscard]] std::uint64_t misses() const { return misses_; }
  [[nodiscard]] const ArtF7Parameters& parameters() const { return parameters_; }
  void set(const FlashSettings& settings);
  void clear() { lines_.clear(); }

 private:
  std::uint32_t read(bus::MicroState& state, std::uint32_t offset, bool is_fetch,
                     bus::FoldLog* log);
  std::uint32_t read_array(bus::MicroState& state) const;
  void start_prefetch(bus::MicroState& state, std::uint32_t line) const;

  ArtF7Parameters parameters_;
  LineStore lines_;
  std::uint64_t& program_order_;
  unsigned busy_;
  unsigned used_;           // line in use
  unsigned prefetched_;     // line on its way or there
  unsigned prefetch_left_;  // cycles until it is there
  std::uint64_t misses_ = 0;
};

class F7Flash final : public bus::MemoryModel, public FlashTiming {
 public:
  F7Flash(const ArtF7Parameters& parameters, std::uint64_t& program_order)
      : axi_(parameters.line_bytes, parameters.wait_states),
        art_(parameters, program_order, ArrayPort::kBusy, ArrayPort::kFirstFree) {}

  [[nodiscard]] bus::DataPath data_path() const override { return bus::DataPath::timed; }
  [[nodiscard]] std::uint32_t data_wait(bus::AccessKind) const override { return 0; }
  [[nodiscard]] ArrayRead array_read() const override { return axi_.array_read(); }
  [[nodiscard]] bool has_array() const override { return true; }
  [[nodiscard]] bool constant_fetch() const override { return false; }
  [[nodiscard]] std::uint32_t fetch_wait() const override { return 0; }
  [[nodiscard]] const ArtF7Parameters& art_parameters() const { return art_.parameters(); }
  void age(bus::MicroState& state, Cycles elapsed) const override {
    axi_.age(state, elapsed);
    art_.age(state, elapsed);
  }
  std::uint32_t fetch(bus::MicroState& state, std::uint32_t offset, std::uint8_t view, Cycles now,
                      bus::FoldLog* log) override {
    return view == kItcmView ? art_.fetch(state, offset, log)
                             : axi_.fetch(state, offset, view, now, log);
  }
  void announce_fetch(bus::MicroState& state, std::uint32_t offset,
                      std::uint8_t view) const override {
    if (view != kItcmView) axi_.announce_fetch(state, offset, view);
  }
  std::uint32_t data(bus::MicroState& state, const bus::Transfer& transfer,
                     bus::FoldLog* log) override {
    if (transfer.view != kItcmView) return axi_.data(state, transfer, log);
    return transfer.kind == bus::AccessKind::write ? 0 : art_.load(state, transfer.offset, log);
  }
  [[nodiscard]] std::uint32_t take_fetch_delay(bus::MicroState& state) const override {
    return axi_.take_fetch_delay(state);
  }
  void fill_data_line(std::uint32_t, std::uint64_t) override {}
  [[nodiscard]] const std::uint64_t& eviction_generation() const override {
    return art_.generation();
  }
  [[nodiscard]] bool fetch_line_resident(std::uint32_t line) const override {
    return art_.is_resident(line);
  }
  [[nodiscard]] bool has_fetch_recency() const override { return true; }
  void touch_fetch_lines(const std::vector<std::uint32_t>& lines, std::uint64_t stamp) override {
    for (const std::uint32_t line : lines) art_.touch(line, stamp++);
  }
  [[nodiscard]] std::vector<Counter> counters() const override {
    return {{"art_misses", art_.misses()}};
  }

  [[nodiscard]] FlashSettings settings() const override {
    const ArtF7Parameters& art = art_.parameters();
    return {.wait_states = art.wait_states, .prefetch = art.prefetch, .icache = art.enabled};
  }
  void set(const FlashSettings& settings) override {
    axi_.set(settings);
    art_.set(settings);
  }
  void clear_icache() override { art_.clear(); }

 private:
  LineBufferFlash axi_;
  ArtF7 art_;
};

}  // namespace mcost::memory
