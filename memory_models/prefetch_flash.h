// Flash behind a prefetch buffer of a few blocks, STM32F0 form: one bus port for fetches and loads.
// A block is what one array read brings. Depends on sim_core/bus. Source: boards-and-memories facts
// 5.1; what is assumed is marked at its place.
//
// Fetch from a block that is held: no wait. From the block being prefetched: what is left of it;
// the block is then held in place of the oldest, and the next one is prefetched. Else the array is
// read. A load from a block in the buffer does not wait either; any other occupies the array and
// leaves the buffer as it is. Assumed: a prefetch in progress is completed before another read.
#pragma once

#include <algorithm>
#include <cstdint>

#include "memory_models/flash_timing.h"
#include "sim_core/bus/memory_model.h"

namespace mcost::memory {

struct PrefetchParameters {
  std::uint32_t block_bytes = 8;
  std::uint32_t blocks = 2;  // with the one being prefetched; 2 to kMostBlocks
  std::uint32_t wait_states = 0;
  bool prefetch = true;
};

class PrefetchFlash final : public bus::MemoryModel, public FlashTiming {
 public:
  static constexpr std::uint32_t kMostBlocks = 8;
  explicit PrefetchFlash(const PrefetchParameters& parameters) : parameters_(parameters) {}

  [[nodiscard]] bus::DataPath data_path() const override { return bus::DataPath::timed; }
  [[nodiscard]] std::uint32_t data_wait(bus::AccessKind) const override { return 0; }
  [[nodiscard]] ArrayRead array_read() const override {
    return {parameters_.wait_states, parameters_.block_bytes};
  }
  [[nodiscard]] bool has_array() const override { return true; }
  [[nodiscard]] bool constant_fetch() const override { return false; }
  [[nodiscard]] std::uint32_t fetch_wait() const override { return 0; }
  void age(bus::MicroState& state, Cycles elapsed) const override {
    for (const Word word : {kPrefetchLeft, kBusy}) {
      std::uint32_t& left = state.words[word];
      left = elapsed >= left ? 0 : left - static_cast<std::uint32_t>(elapsed);
    }
  }
  std::uint32_t fetch(bus::MicroState& state, std::uint32_t offset, std::uint8_t, Cycles,
                      bus::FoldLog*) override {
    const std::uint32_t block = offset / parameters_.block_bytes + 1;
    if (holds(state, block)) return 0;
    const bool coming = state.words[kPrefetched] == block;
    const std::uint32_t wait = coming ? state.words[kPrefetchLeft] : read_array(state);
    for (std::uint32_t i = kFirstHeld + held() - 1; i > kFirstHeld; --i)
      state.words[i] = state.words[i - 1];
    state.words[kFirstHeld] = block;
    start_prefetch(state, block + 1);
    return wait;
  }
  std::uint32_t data(bus::MicroState& state, const bus::Transfer& transfer,
                     bus::FoldLog*) override {
    if (transfer.kind == bus::AccessKind::write) return 0;
    const std::uint32_t block = transfer.offset / parameters_.block_bytes + 1;
    if (holds(state, block)) return 0;
    return state.words[kPrefetched] == block ? state.words[kPrefetchLeft] : read_array(state);
  }
  void fill_data_line(std::uint32_t, std::uint64_t) override {}
  [[nodiscard]] const std::uint64_t& eviction_generation() const override { return generation_; }
  [[nodiscard]] bool fetch_line_resident(std::uint32_t) const override { return true; }

  [[nodiscard]] FlashSettings settings() const override {
    return {.wait_states = parameters_.wait_states, .prefetch = parameters_.prefetch};
  }
  void set(const FlashSettings& settings) override {
    parameters_.wait_states = settings.wait_states;
    parameters_.prefetch = settings.prefetch;
  }

 private:
  /// Of the micro-state; blocks are kept plus one, so that 0 means none, the newest first.
  enum Word : unsigned { kPrefetched, kPrefetchLeft, kBusy, kFirstHeld };

  [[nodiscard]] std::uint32_t held() const { return parameters_.blocks - 1; }
  [[nodiscard]] bool holds(const bus::MicroState& state, std::uint32_t block) const {
    const auto* const first = state.words.begin() + kFirstHeld;
    return std::find(first, first + held(), block) != first + held();
  }
  std::uint32_t read_array(bus::MicroState& state) const {
    ++state.array_reads;
    const std::uint32_t wait = state.words[kBusy] + parameters_.wait_states;
    state.words[kBusy] = wait + 1;
    return wait;
  }
  /// Without wait states there is nothing to hide.
  void start_prefetch(bus::MicroState& state, std::uint32_t block) const {
    if (!parameters_.prefetch || parameters_.wait_states == 0) {
      state.words[kPrefetched] = state.words[kPrefetchLeft] = 0;
      return;
    }
    ++state.array_reads;
    state.words[kPrefetched] = block;
    state.words[kPrefetchLeft] = state.words[kBusy] + parameters_.wait_states;
    state.words[kBusy] = state.words[kPrefetchLeft] + 1;
  }

  PrefetchParameters parameters_;
  std::uint64_t generation_ = 0;
};

}  // namespace mcost::memory
