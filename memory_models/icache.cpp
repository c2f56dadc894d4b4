#include "memory_models/icache.h"

#include <algorithm>

namespace mcost::memory {
namespace {

// Micro-state; array words and lines are kept plus one, so that 0 means none.
enum Word : unsigned {
  kHeld,      // array word kept while the cache is off
  kBusy,      // cycles until the array is free
  kRefill,    // line on its way
  kWanted,    // its array word that came first
  kComplete,  // cycles until its last word is there
};

std::uint32_t less(std::uint32_t value, Cycles elapsed) {
  return elapsed >= value ? 0 : value - static_cast<std::uint32_t>(elapsed);
}

}  // namespace

Icache::Icache(const IcacheParameters& parameters, std::uint64_t& program_order)
    : parameters_(parameters),
      lines_(shape(), parameters.size_bytes / parameters.line_bytes),
      program_order_(program_order) {}

LineStoreShape Icache::shape() const {
  return {parameters_.cache_bytes / parameters_.line_bytes, parameters_.ways, 1, Replacement::lru};
}

std::uint32_t Icache::words_of_line() const {
  return std::max(parameters_.line_bytes / parameters_.array_bytes, 1u);
}

/// A line on its way and the first word of another, with the most wait states there are.
std::uint32_t Icache::most_wait() const {
  constexpr std::uint32_t kMostWaitStates = 15;
  return std::max(kUsualMostWait,
                  parameters_.lookup_cycles + (words_of_line() + 1) * (kMostWaitStates + 1));
}

void Icache::set_ways(std::uint32_t ways) {
  lines_.clear();
  if (ways == parameters_.ways) return;
  parameters_.ways = ways;
  lines_.reshape(shape());
}

void Icache::age(bus::MicroState& state, Cycles elapsed) const {
  state.words[kBusy] = less(state.words[kBusy], elapsed);
  state.words[kComplete] = less(state.words[kComplete], elapsed);
  if (state.words[kComplete] == 0) state.words[kRefill] = state.words[kWanted] = 0;
}

/// Cache off. Assumed: the array word read last is kept.
std::uint32_t Icache::read_array(bus::MicroState& state, std::uint32_t offset) const {
  const std::uint32_t word = offset / parameters_.array_bytes + 1;
  if (state.words[kHeld] == word) return state.words[kBusy] > 1 ? state.words[kBusy] - 1 : 0;
  ++state.array_reads;
  const std::uint32_t wait = state.words[kBusy] + parameters_.wait_states;
  state.words[kHeld] = word;
  state.words[kBusy] = wait + 1;
  return wait;
}

std::uint32_t Icache::read_cached(bus::MicroState& state, std::uint32_t offset, bus::FoldLog* log) {
  const std::uint32_t line = offset / parameters_.line_bytes;
  const std::uint32_t words = words_of_line();
  const std::uint32_t word = offset / parameters_.array_bytes % words;
  const std::uint32_t array_read = parameters_.wait_states + 1;
  if (lines_.contains(line)) {
    if (log != nullptr) {
      log->use(line);
    } else {
      lines_.touch(line, ++program_order_);
      hits_ += counts_hits_ ? 1 : 0;
    }
  } else if (log == nullptr || !log->brings(line)) {
    if (log != nullptr) {
      log->bring(line);
    } else {
      ++misses_;
      lines_.fill(line, ++program_order_);
    }
    state.array_reads += words;
    const std::uint32_t starts = std::max(state.words[kBusy], parameters_.lookup_cycles);
    const std::uint32_t wait = starts + parameters_.wait_states;
    state.words[kRefill] = line + 1;
    state.words[kWanted] = word + 1;
    state.words[kComplete] = wait + (words - 1) * array_read;
    state.words[kBusy] = state.words[kComplete] + 1;
    return wait;
  }
  if (state.words[kRefill] != line + 1) return 0;
  const std::uint32_t behind = (word + words - (state.words[kWanted] - 1)) % words;
  const std::uint32_t before_last = (words - 1 - behind) * array_read;
  const std::uint32_t left = state.words[kComplete];
  return left > before_last ? left - before_last : 0;
}

std::uint32_t Icache::read(bus::MicroState& state, std::uint32_t offset, bus::FoldLog* log) {
  if (!parameters_.enabled) return read_array(state, offset);
  state.words[kHeld] = 0;
  if (counts_hits_ && log != nullptr) log->foldable = false;
  return read_cached(state, offset, log);
}

std::uint32_t Icache::fetch(bus::MicroState& state, std::uint32_t offset, std::uint8_t, Cycles,
                            bus::FoldLog* log) {
  return read(state, offset, log);
}

std::uint32_t Icache::data(bus::MicroState& state, const bus::Transfer& transfer,
                           bus::FoldLog* log) {
  return transfer.kind == bus::AccessKind::write ? 0 : read(state, transfer.offset, log);
}

void Icache::touch_fetch_lines(const std::vector<std::uint32_t>& lines, std::uint64_t stamp) {
  for (const std::uint32_t line : lines) lines_.touch(line, stamp++);
}

std::vector<bus::MemoryModel::Counter> Icache::counters() const {
  return {{"icache_misses", misses_}};
}

}  // namespace mcost::memory
