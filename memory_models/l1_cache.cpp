#include "memory_models/l1_cache.h"

#include "memory_models/cached_memory.h"

namespace mcost::memory {

L1::L1(const L1Parameters& parameters)
    : code_(parameters.i_bytes / kL1LineBytes, parameters.i_ways),
      data_(parameters.d_bytes / kL1LineBytes, parameters.d_ways),
      icache_on_(parameters.icache),
      dcache_on_(parameters.dcache) {}

std::uint8_t L1::add(CachedMemory& memory) {
  memories_.push_back(&memory);
  return static_cast<std::uint8_t>(memories_.size() - 1);
}

void L1::invalidate_code() {
  if (code_.empty()) return;
  ++generation_;
  for (std::uint32_t set = 0; set < code_.sets(); ++set) {
    for (std::uint32_t way = 0; way < code_.ways(); ++way) {
      const CacheArray::Line line = code_.at(set, way);
      if (line.owner != CacheArray::kNobody) memories_[line.owner]->drop_code_line(line.number);
    }
  }
}

void L1::invalidate_code_line(CachedMemory& memory, std::uint32_t offset) {
  if (!memory.holds_code_line(offset >> kL1LineShift)) return;
  ++generation_;
  memory.drop_code_line(offset >> kL1LineShift);
}

L1::Written L1::maintain_line(CachedMemory& memory, std::uint32_t offset, bool clean,
                              bool invalidate, Cycles now) {
  const std::uint32_t line = offset >> kL1LineShift;
  Written written;
  if (!memory.holds_data_line(line)) return written;
  if (clean && memory.is_dirty(line)) written = {1, memory.clean_line(line, now)};
  if (invalidate) memory.drop_data_line(line);
  return written;
}

L1::Written L1::maintain_way(std::uint32_t set, std::uint32_t way, bool clean, bool invalidate,
                             Cycles now) {
  if (data_.empty() || set >= data_.sets() || way >= data_.ways()) return {};
  const CacheArray::Line line = data_.at(set, way);
  if (line.owner == CacheArray::kNobody) return {};
  return maintain_line(*memories_[line.owner], line.number << kL1LineShift, clean, invalidate, now);
}

void L1::flush() {
  invalidate_code();
  for (std::uint32_t set = 0; set < data_.sets(); ++set) {
    for (std::uint32_t way = 0; way < data_.ways(); ++way) {
      const CacheArray::Line line = data_.at(set, way);
      if (line.owner == CacheArray::kNobody) continue;
      memories_[line.owner]->write_back(line.number);
      memories_[line.owner]->drop_data_line(line.number);
    }
  }
}

}  // namespace mcost::memory
