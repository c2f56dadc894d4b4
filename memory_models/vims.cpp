#include "memory_models/vims.h"

namespace mcost::memory {
namespace {

// Micro-state: lines are kept plus one, so that 0 means none.
enum Word : unsigned { kCodeBuffer, kSystemBuffer, kCacheBuffer, kArrayBusy };

}  // namespace

Vims::Vims(const VimsParameters& parameters)
    : parameters_(parameters),
      lines_({parameters.cache_bytes / parameters.line_bytes, parameters.ways, 1,
              Replacement::pseudo_random},
             parameters.size_bytes / parameters.line_bytes) {}

void Vims::age(bus::MicroState& state, Cycles elapsed) const {
  std::uint32_t& busy = state.words[kArrayBusy];
  busy = elapsed >= busy ? 0 : busy - static_cast<std::uint32_t>(elapsed);
}

/// Wait cycles of a read through the line buffer `buffer`.
std::uint32_t Vims::read_array(bus::MicroState& state, std::uint32_t offset, unsigned buffer,
                               bool buffered) const {
  const std::uint32_t line = offset / parameters_.array_bytes + 1;
  if (buffered && state.words[buffer] == line) return 0;
  const std::uint32_t wait = state.words[kArrayBusy] + parameters_.wait_states;
  state.words[kArrayBusy] = wait + 1;
  state.words[buffer] = buffered ? line : 0;
  return wait;
}

/// A miss reads the array through its line buffer, after the tag look-up where the tag was not
/// prefetched.
std::uint32_t Vims::read_cached(bus::MicroState& state, std::uint32_t offset, bus::FoldLog* log) {
  const std::uint32_t line = offset / parameters_.line_bytes;
  const std::uint32_t last = state.words[kCacheBuffer];
  if (last == line + 1) return 0;
  const bool tag_ready = parameters_.tag_prefetch && last == line;  // the line after the last one
  state.words[kCacheBuffer] = line + 1;
  const std::uint32_t lookup = tag_ready ? 0 : parameters_.tag_lookup_cycles;
  if (lines_.contains(line)) {
    if (log != nullptr) log->use(line);
    return lookup;
  }
  if (log != nullptr) {
    log->foldable = false;
    return lookup;
  }
  ++misses_;
  lines_.fill(line, 0);
  return lookup + read_array(state, offset, kCodeBuffer, parameters_.code_line_buffer);
}

std::uint32_t Vims::read(bus::MicroState& state, std::uint32_t offset, std::uint8_t view,
                         bus::FoldLog* log) {
  if (view == kSystemView)
    return read_array(state, offset, kSystemBuffer, parameters_.system_line_buffer);
  if (view == kCachedView && parameters_.cache) return read_cached(state, offset, log);
  return read_array(state, offset, kCodeBuffer, parameters_.code_line_buffer);
}

std::uint32_t Vims::fetch(bus::MicroState& state, std::uint32_t offset, std::uint8_t view,
                          bus::FoldLog* log) {
  return read(state, offset, view, log);
}

std::uint32_t Vims::data(bus::MicroState& state, const bus::Transfer& transfer, bus::FoldLog* log) {
  if (transfer.kind == bus::AccessKind::write) return 0;
  return read(state, transfer.offset, transfer.view, log);
}

void Vims::set_cache(bool enabled) {
  if (enabled != parameters_.cache) lines_.clear();
  parameters_.cache = enabled;
}

std::vector<bus::MemoryModel::Counter> Vims::counters() const {
  return {{"cache_misses", misses_}};
}

}  // namespace mcost::memory
