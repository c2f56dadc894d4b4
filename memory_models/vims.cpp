#include "memory_models/vims.h"

namespace mcost::memory {
namespace {

// Micro-state beyond that of the array port for I/D-code; lines are kept plus one.
enum Word : unsigned { kSystemBuffer = ArrayPort::kFirstFree, kCacheBuffer };

}  // namespace

Vims::Vims(const VimsParameters& parameters)
    : parameters_(parameters),
      lines_({parameters.cache_bytes / parameters.line_bytes, parameters.ways, 1,
              Replacement::pseudo_random},
             parameters.size_bytes / parameters.line_bytes) {}

void Vims::age(bus::MicroState& state, Cycles elapsed) const { ArrayPort::age(state, elapsed); }

ArrayPort Vims::code_port() const {
  return {parameters_.array_bytes, parameters_.wait_states, parameters_.code_line_buffer};
}

bool Vims::cached(std::uint8_t view) const { return view == kCachedView && parameters_.cache; }

/// Wait cycles through the system bus, which has a line buffer of its own.
std::uint32_t Vims::read_system(bus::MicroState& state, std::uint32_t offset) const {
  const std::uint32_t line = offset / parameters_.array_bytes + 1;
  const bool hit = parameters_.system_line_buffer && state.words[kSystemBuffer] == line;
  state.words[kSystemBuffer] = parameters_.system_line_buffer ? line : 0;
  if (hit) return 0;
  ++state.array_reads;
  const std::uint32_t wait = state.words[ArrayPort::kBusy] + parameters_.wait_states;
  state.words[ArrayPort::kBusy] = wait + 1;
  return wait;
}

/// A miss reads the array through its line buffer, after the tag look-up where the tag was not
/// prefetched.
std::uint32_t Vims::read_cached(bus::MicroState& state, std::uint32_t offset, bus::FoldLog* log) {
  const std::uint32_t line = offset / parameters_.line_bytes;
  const std::uint32_t last = state.words[kCacheBuffer];
  if (last == line + 1) return 0;
  // The tag of the line after the last one.
  const bool tag_ready = parameters_.tag_prefetch && last != 0 && last == line;
  state.words[kCacheBuffer] = line + 1;
  const std::uint32_t lookup = tag_ready ? 0 : parameters_.tag_lookup_cycles;
  if (lines_.contains(line)) {
    if (log != nullptr) log->use(line);
    return lookup;
  }
  if (log != nullptr) {
    if (log->brings(line)) return lookup;
    log->bring(line);
  } else {
    ++misses_;
    lines_.fill(line, 0);
  }
  return lookup + code_port().read(state, offset);
}

std::uint32_t Vims::fetch(bus::MicroState& state, std::uint32_t offset, std::uint8_t view, Cycles,
                          bus::FoldLog* log) {
  if (view == kSystemView) return read_system(state, offset);
  return cached(view) ? read_cached(state, offset, log) : code_port().fetch(state, offset);
}

void Vims::announce_fetch(bus::MicroState& state, std::uint32_t offset, std::uint8_t view) const {
  if (view != kSystemView && !cached(view)) ArrayPort::announce(state, offset);
}

std::uint32_t Vims::data(bus::MicroState& state, const bus::Transfer& transfer, bus::FoldLog* log) {
  if (transfer.kind == bus::AccessKind::write) return 0;
  if (transfer.view == kSystemView) return read_system(state, transfer.offset);
  return cached(transfer.view) ? read_cached(state, transfer.offset, log)
                               : code_port().load(state, transfer.offset);
}

void Vims::set_cache(bool enabled) {
  if (enabled != parameters_.cache) lines_.clear();
  parameters_.cache = enabled;
}

std::vector<bus::MemoryModel::Counter> Vims::counters() const {
  return {{"cache_misses", misses_}};
}

}  // namespace mcost::memory
