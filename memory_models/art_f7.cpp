#include "memory_models/art_f7.h"

namespace mcost::memory {

ArtF7::ArtF7(const ArtF7Parameters& parameters, std::uint64_t& program_order, unsigned busy,
             unsigned first_word)
    : parameters_(parameters),
      lines_({parameters.lines, parameters.ways, 1, Replacement::lru},
             parameters.size_bytes / parameters.line_bytes),
      program_order_(program_order),
      busy_(busy),
      used_(first_word),
      prefetched_(first_word + 1),
      prefetch_left_(first_word + 2) {}

void ArtF7::set(const FlashSettings& settings) {
  parameters_.wait_states = settings.wait_states;
  parameters_.prefetch = settings.prefetch;
  parameters_.enabled = settings.icache;
}

void ArtF7::age(bus::MicroState& state, Cycles elapsed) const {
  std::uint32_t& left = state.words[prefetch_left_];
  left = elapsed >= left ? 0 : left - static_cast<std::uint32_t>(elapsed);
}

std::uint32_t ArtF7::read_array(bus::MicroState& state) const {
  ++state.array_reads;
  const std::uint32_t wait = state.words[busy_] + parameters_.wait_states;
  state.words[busy_] = wait + 1;
  return wait;
}

void ArtF7::start_prefetch(bus::MicroState& state, std::uint32_t line) const {
  if (!parameters_.prefetch) return;
  ++state.array_reads;
  state.words[prefetched_] = line + 1;
  state.words[prefetch_left_] = state.words[busy_] + parameters_.wait_states;
  state.words[busy_] = state.words[prefetch_left_] + 1;
}

/// Lines are kept plus one in the micro-state, so that 0 means none.
std::uint32_t ArtF7::read(bus::MicroState& state, std::uint32_t offset, bool is_fetch,
                          bus::FoldLog* log) {
  const std::uint32_t line = offset / parameters_.line_bytes;
  if (state.words[used_] == line + 1) return 0;
  if (parameters_.enabled && lines_.contains(line)) {
    if (log != nullptr) {
      log->use(line | kLineBit);
    } else {
      lines_.touch(line, ++program_order_);
    }
    if (is_fetch) state.words[used_] = 0;  // the cache answers from here on
    return 0;
  }
  if (parameters_.enabled && log != nullptr) {
    if (log->brings(line | kLineBit)) {
      if (is_fetch) state.words[used_] = 0;
      return 0;
    }
    log->foldable = false;  // no guard of a variant says that the line is absent
  }
  if (state.words[prefetched_] == line + 1) {
    const std::uint32_t wait = state.words[prefetch_left_];
    if (!is_fetch) return wait;
    state.words[used_] = line + 1;
    state.words[prefetched_] = state.words[prefetch_left_] = 0;
    start_prefetch(state, line + 1);
    return wait;
  }
  const std::uint32_t wait = read_array(state);
  if (parameters_.enabled) {
    if (log != nullptr) {
      log->bring(line | kLineBit);
    } else {
      ++misses_;
      lines_.fill(line, ++program_order_);
    }
    if (is_fetch) state.words[used_] = 0;
  } else if (is_fetch) {
    state.words[used_] = line + 1;
  }
  if (is_fetch) start_prefetch(state, line + 1);
  return wait;
}

}  // namespace mcost::memory
