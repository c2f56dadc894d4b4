// A memory behind the AXI port of a Cortex-M7 and its level-1 caches: what misses cost, and the two
// views of each line, the core's and that of everybody else.
//
// Bytes of the bus::Memory are the core's view. Where memory itself holds something else (the core
// wrote a line that is still in the cache, or a DMA wrote memory under a line), that is kept beside
// them. So stale data is really stale: a DMA reads what was last written back, the core what its
// line holds.
//
// Time: a request leaves the core, crosses the interconnect and waits for the memory's port, which
// serves one transfer at a time; the word that was asked for comes first. Two data lines and one
// instruction line may be under way, and two dirty lines may wait to be written back; who finds no
// room waits. Only the result of a load that fills a line is late. What is busy for how long is
// micro-state, one for all memories behind one L1, so misses are memoised; a memory with a Target
// (rows, refresh, bursts) is timed in order. Source: boards-and-memories facts 2.1, 5.5, 7.
//
// `assumed`: words of a line on its way that nobody waited for first are there when they are
// wanted; fills read flash past the buffer that serves single reads; stores always allocate where
// attributes say so (no dynamic read allocate mode); instruction fetches see the core's view.
// Depends on l1_cache.h, target.h, sim_core/bus.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "memory_models/art_f7.h"
#include "memory_models/flash_timing.h"
#include "memory_models/l1_cache.h"
#include "memory_models/target.h"
#include "sim_core/bus/memory_model.h"
#include "sim_core/bus/system_bus.h"

namespace mcost::memory {

/// The way to a memory and back, and the memory itself where every access takes the same time.
struct AxiPath {
  std::uint32_t request_cycles = 3;  // of the core, until the address is out
  std::uint32_t bridge_cycles = 1;   // bus clocks, interconnect on the way there
  std::uint32_t return_cycles = 2;   // bus clocks, the way back
  std::uint32_t beat_bytes = 4;
  std::uint32_t clock_ratio = 1;        // core cycles per bus clock
  std::uint32_t wait_states = 0;        // bus clocks before the first beat
  std::uint32_t line_extra_cycles = 0;  // core cycles more until the last beat of a line
  std::uint32_t buffer_bytes = 0;       // what one read of a flash array leaves for single reads
};

/// Ports of memories that have a busy time in the micro-state.
inline constexpr unsigned kMostAxiPorts = 10;

class CachedMemory final : public bus::MemoryModel, public FlashTiming {
 public:
  struct Place {
    std::uint8_t memory = 0;      // index in the bus
    std::uint32_t home_base = 0;  // address that says which set a line belongs to
  };
  /// `memory` gives bytes and tags, which must have their size.
  CachedMemory(L1& l1, bus::Memory& memory, const Place& place, const AxiPath& path);

  /// The memory's own time, in place of AxiPath::wait_states.
  void set_target(std::unique_ptr<Target> target) { target_ = std::move(target); }
  [[nodiscard]] Target* target() const { return target_.get(); }
  /// The accelerator of a flash that shows through ITCM too.
  void set_art(const ArtF7Parameters& parameters, std::uint64_t& program_order) {
    art_.emplace(parameters, program_order, kArtBusy, kArtBusy + 1);
  }

  [[nodiscard]] bus::DataPath data_path() const override {
    return l1_.dcache_on() ? bus::DataPath::cached : bus::DataPath::timed;
  }
  [[nodiscard]] std::uint32_t data_wait(bus::AccessKind) const override { return 0; }
  [[nodiscard]] ArrayRead array_read() const override;
  [[nodiscard]] bool has_array() const override { return path_.buffer_bytes != 0; }
  [[nodiscard]] bool constant_fetch() const override { return false; }
  [[nodiscard]] std::uint32_t fetch_wait() const override { return 0; }
  void age(bus::MicroState& state, Cycles elapsed) const override;
  std::uint32_t fetch(bus::MicroState& state, std::uint32_t offset, std::uint8_t view, Cycles now,
                      bus::FoldLog* log) override;
  std::uint32_t data(bus::MicroState& state, const bus::Transfer& transfer,
                     bus::FoldLog* log) override;
  [[nodiscard]] std::uint32_t take_late(bus::MicroState& state) const override;
  [[nodiscard]] std::uint32_t most_wait() const override;
  void fill_data_line(std::uint32_t, std::uint64_t) override {}
  [[nodiscard]] const std::uint64_t& eviction_generation() const override {
    return l1_.code_generation();
  }
  [[nodiscard]] bool fetch_line_resident(std::uint32_t line) const override {
    return (line & ArtF7::kLineBit) != 0 ? art_ && art_->is_resident(line) : holds_code_line(line);
  }
  [[nodiscard]] bool has_fetch_recency() const override { return art_.has_value(); }
  void touch_fetch_lines(const std::vector<std::uint32_t>& lines, std::uint64_t stamp) override;
  [[nodiscard]] bool memoises_fills() const override { return target_ == nullptr; }
  bool bring_fetch_lines(const std::vector<std::uint32_t>& lines,
                         const std::vector<std::uint32_t>& kept) override;
  [[nodiscard]] std::vector<Counter> counters() const override;

  [[nodiscard]] std::optional<std::uint64_t> data_signature() const override;
  [[nodiscard]] std::shared_ptr<const void> save_data() const override;
  void restore_data(const void* saved) override;
  [[nodiscard]] DataCounts data_counts() const override;
  void set_data_counts(const DataCounts& counts) override;

  [[nodiscard]] bool follows_attributes() const override { return true; }
  [[nodiscard]] bus::LineUse look_up(std::uint32_t offset, bus::AccessKind kind,
                                     bus::CachePolicy policy) const override;
  bus::LineUse use_data_line(std::uint32_t offset, bus::AccessKind kind,
                             bus::CachePolicy policy) override;
  [[nodiscard]] bool is_steady(const bus::LineUse& use) const override;
  void read_behind(std::uint32_t offset, std::uint8_t* data,
                   std::uint32_t size_bytes) const override;
  bool write_behind(std::uint32_t offset, const std::uint8_t* data,
                    std::uint32_t size_bytes) override;
  std::optional<std::uint32_t> transfer_behind(std::uint32_t offset, std::uint32_t size_bytes,
                                               bus::AccessKind kind, Cycles now) override;
  [[nodiscard]] bool differs_behind(std::uint32_t offset) const override {
    return (lines_[offset >> kL1LineShift] & kDiffers) != 0;
  }
  void forget_view_behind() override { view_behind_known_ = false; }
  void write_through(std::uint32_t offset, std::uint32_t size_bytes) override;
  void set_view_listener(
      std::function<void(std::uint32_t offset, std::uint32_t size)> listener) override {
    listener_ = std::move(listener);
  }

  // Lines, for L1. Numbers count from the start of the memory.
  [[nodiscard]] bool holds_code_line(std::uint32_t line) const {
    return (lines_[line] & kCodeHeld) != 0;
  }
  [[nodiscard]] bool holds_data_line(std::uint32_t line) const {
    return (lines_[line] & kHeld) != 0;
  }
  [[nodiscard]] bool is_dirty(std::uint32_t line) const { return (lines_[line] & kDirty) != 0; }
  void drop_code_line(std::uint32_t line);
  /// The core's view becomes memory's.
  void drop_data_line(std::uint32_t line);
  /// Memory's view of a dirty line becomes the core's.
  void write_back(std::uint32_t line);
  /// The same by maintenance in core cycle `now`; returns when memory has it.
  Cycles clean_line(std::uint32_t line, Cycles now);

  // FLASH_ACR: wait states for both ways in, all else for the accelerator.
  [[nodiscard]] FlashSettings settings() const override;
  void set(const FlashSettings& settings) override;
  void clear_icache() override;
  [[nodiscard]] const AxiPath& path() const { return path_; }

 private:
  // Words of the micro-state: what is busy for how long, then the accelerator.
  static constexpr unsigned kOwnWords = 8;
  static constexpr unsigned kArtBusy = kOwnWords;
  enum LineBit : std::uint8_t {
    kHeld = 1,  // in the data cache
    kDirty = 2,
    kDiffers = 4,  // memory's view is in behind_
    kCodeHeld = 8  // in the instruction cache
  };
  static constexpr std::uint8_t kDataBits = kHeld | kDirty | kDiffers;
  struct SavedData;
  struct Answer {
    std::uint32_t first = 0;  // cycles until the core may go on
    std::uint32_t last = 0;   // until all is transferred
  };
  [[nodiscard]] std::uint32_t address_line(std::uint32_t line) const {
    return (place_.home_base >> kL1LineShift) + line;
  }
  [[nodiscard]] CacheArray::Line entry(std::uint32_t line) const { return {owner_, line}; }
  void bring_code_line(std::uint32_t line);
  void keep_memory_view(std::uint32_t line);
  void mark_tags(std::uint32_t line);
  Answer request(bus::MicroState& state, const bus::Transfer& transfer, std::uint32_t size_bytes,
                 std::uint32_t start, bus::FoldLog* log);
  Answer request_steady(bus::MicroState& state, const bus::Transfer& transfer,
                        std::uint32_t size_bytes, std::uint32_t start, bus::FoldLog* log);
  bool is_buffered(std::uint32_t offset, bus::FoldLog* log);
  std::uint32_t single(bus::MicroState& state, const bus::Transfer& transfer, bus::FoldLog* log);
  std::uint32_t fill(bus::MicroState& state, const bus::Transfer& transfer, bus::FoldLog* log);
  std::uint32_t through_itcm(bus::MicroState& state, std::uint32_t offset, bus::AccessKind kind,
                             bus::FoldLog* log);

  L1& l1_;
  bus::Memory& memory_;
  Place place_;
  AxiPath path_;
  std::uint8_t owner_;  // number at the L1, and of the port's busy time
  std::unique_ptr<Target> target_;
  std::optional<ArtF7> art_;
  std::vector<std::uint8_t> lines_;   // LineBits
  std::vector<std::uint8_t> behind_;  // memory's view of lines that differ; made when one does
  std::function<void(std::uint32_t, std::uint32_t)> listener_;
  std::uint32_t buffered_ = 0;  // line in the buffer for single reads, plus one
  bool view_behind_known_ = true;
  Cycles last_request_ = 0;  // at the target
  std::uint64_t code_misses_ = 0;
  std::uint64_t data_misses_ = 0;
  std::uint64_t data_fills_ = 0;
  std::uint64_t evictions_ = 0;
  std::uint64_t write_backs_ = 0;
};

}  // namespace mcost::memory
