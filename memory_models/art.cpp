#include "memory_models/art.h"

#include <algorithm>
#include <bit>

#include "sim_core/base/signature.h"
#include "sim_core/bus/window.h"

namespace mcost::memory {
namespace {

// Micro-state: granules are kept plus one, so that 0 means none.
enum Word : unsigned { kUsed, kPrefetched, kPrefetchLeft, kArrayBusy };

std::uint32_t less(std::uint32_t value, Cycles elapsed) {
  return elapsed >= value ? 0 : value - static_cast<std::uint32_t>(elapsed);
}

}  // namespace

Art::Art(const ArtParameters& parameters, std::vector<std::uint8_t>& tags,
         std::uint64_t& program_order)
    : parameters_(parameters),
      code_({parameters.i_lines, parameters.i_ways, parameters.sectors_per_line, Replacement::lru},
            parameters.size_bytes / parameters.array_bytes),
      data_({parameters.d_lines, parameters.d_ways, parameters.sectors_per_line, Replacement::lru},
            parameters.size_bytes / parameters.array_bytes),
      program_order_(program_order) {
  tags.assign(bus::tags_of(parameters.size_bytes), bus::kAbsent);
  const std::size_t words = bus::tags_of(parameters.array_bytes);
  data_.set_observer([&tags, words](std::uint32_t granule, bool present) {
    for (std::size_t i = granule * words; i < (granule + 1) * words; ++i) {
      const unsigned others = tags[i] & ~unsigned{bus::kAbsent};
      tags[i] = static_cast<std::uint8_t>(present ? others : others | bus::kAbsent);
    }
  });
}

void Art::set(const FlashSettings& settings) {
  parameters_.wait_states = settings.wait_states;
  parameters_.prefetch = settings.prefetch;
  parameters_.icache = settings.icache;
  parameters_.dcache = settings.dcache;
}

std::uint8_t Art::data_stamp_shift() const {
  return static_cast<std::uint8_t>(std::countr_zero(parameters_.array_bytes));
}

void Art::age(bus::MicroState& state, Cycles elapsed) const {
  state.words[kPrefetchLeft] = less(state.words[kPrefetchLeft], elapsed);
  state.words[kArrayBusy] = less(state.words[kArrayBusy], elapsed);
}

/// Wait cycles of a demand read of the array, which is busy until the data are there. Assumed: the
/// other sectors of a line that is filled whole are read too, while nobody waits.
std::uint32_t Art::read_array(bus::MicroState& state, bool fills) const {
  state.array_reads += fills && parameters_.whole_line_fill ? parameters_.sectors_per_line : 1;
  const std::uint32_t wait = state.words[kArrayBusy] + parameters_.wait_states;
  state.words[kArrayBusy] = wait + 1;
  return wait;
}

void Art::start_prefetch(bus::MicroState& state, std::uint32_t granule) const {
  if (!parameters_.prefetch) return;
  ++state.array_reads;
  const std::uint32_t busy = state.words[kArrayBusy];
  state.words[kPrefetched] = granule + 1;
  state.words[kPrefetchLeft] = busy + parameters_.wait_states;
  state.words[kArrayBusy] = busy + parameters_.wait_states + 1;
}

std::uint32_t Art::fetch(bus::MicroState& state, std::uint32_t offset, std::uint8_t, Cycles,
                         bus::FoldLog* log) {
  const std::uint32_t granule = offset / parameters_.array_bytes;
  if (state.words[kUsed] == granule + 1) return 0;
  if (parameters_.icache && code_.contains(granule)) {
    if (log != nullptr) {
      log->use(granule);
    } else {
      code_.touch(granule, ++program_order_);
    }
    // The cache answers from here on; the line buffer has nothing to add, so states stay few.
    state.words[kUsed] = 0;
    return 0;
  }
  if (parameters_.icache && log != nullptr) {
    if (log->brings(granule)) {
      state.words[kUsed] = 0;
      return 0;
    }
    // From here on the answer depends on the line not being cached, which no guard of a variant
    // says.
    log->foldable = false;
  }
  if (state.words[kPrefetched] == granule + 1) {
    // A prefetched line is used but not copied to the cache.  Source: RM0090, instruction cache
    // memory.
    const std::uint32_t wait = state.words[kPrefetchLeft];
    state.words[kUsed] = granule + 1;
    state.words[kPrefetched] = 0;
    state.words[kPrefetchLeft] = 0;
    start_prefetch(state, granule + 1);
    return wait;
  }
  const std::uint32_t wait = read_array(state, parameters_.icache);
  if (parameters_.icache) {
    const std::uint32_t sectors = parameters_.sectors_per_line;
    const std::uint32_t first = parameters_.whole_line_fill ? granule / sectors * sectors : granule;
    const std::uint32_t last = parameters_.whole_line_fill ? first + sectors - 1 : granule;
    code_misses_ += log == nullptr ? 1 : 0;
    for (std::uint32_t sector = first; sector <= last; ++sector) {
      if (log != nullptr) {
        log->bring(sector);
      } else {
        code_.fill(sector, ++program_order_);
      }
    }
    state.words[kUsed] = 0;
  } else {
    state.words[kUsed] = granule + 1;
  }
  start_prefetch(state, granule + 1);
  return wait;
}

std::uint32_t Art::data(bus::MicroState& state, const bus::Transfer& transfer, bus::FoldLog*) {
  if (transfer.kind == bus::AccessKind::write) return 0;
  if (parameters_.dcache && !transfer.missed) return 0;
  return read_array(state, parameters_.dcache);
}

void Art::fill_data_line(std::uint32_t offset, std::uint64_t stamp) {
  ++data_misses_;
  const std::uint32_t granule = offset / parameters_.array_bytes;
  if (!parameters_.whole_line_fill) {
    data_.fill(granule, stamp);
    return;
  }
  const std::uint32_t first = granule / parameters_.sectors_per_line * parameters_.sectors_per_line;
  for (std::uint32_t i = 0; i < parameters_.sectors_per_line; ++i) data_.fill(first + i, stamp);
}

std::optional<std::uint64_t> Art::data_signature() const {
  if (!parameters_.dcache) return std::nullopt;
  Signature signature;
  const LineStoreShape& shape = data_.shape();
  signature.add(shape.lines, shape.ways, shape.sectors, shape.replacement,
                parameters_.whole_line_fill, parameters_.array_bytes);
  const LineStore::Contents contents = data_.contents();
  signature.add(contents.random);
  for (const LineStore::Contents::Line& line : contents.ways)
    signature.add(line.line, line.valid, line.sectors, line.rank);
  return signature.value();
}

std::shared_ptr<const void> Art::save_data() const {
  return std::make_shared<const LineStore::Contents>(data_.contents());
}

void Art::restore_data(const void* saved) {
  data_.restore(*static_cast<const LineStore::Contents*>(saved), program_order_);
}

void Art::touch_fetch_lines(const std::vector<std::uint32_t>& lines, std::uint64_t stamp) {
  for (const std::uint32_t line : lines) code_.touch(line, stamp++);
}

std::vector<bus::MemoryModel::Counter> Art::counters() const {
  return {{"icache_misses", code_misses_}, {"dcache_misses", data_misses_}};
}

}  // namespace mcost::memory
