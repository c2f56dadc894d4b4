// Host-memory windows: ranges of guest addresses whose accesses cost a constant, read and written
// straight in a host buffer. One tag byte per granule says where that is not so; one inline check
// serves never-written RAM, code in RAM (self-modification) and lines absent from a cache. Depends
// on base.
#pragma once

#include <cstdint>

#include "sim_core/base/units.h"

namespace mcost::bus {

/// Bits of a tag byte. A load leaves the fast path on kNeverWritten or kAbsent, a store on any.
enum Tag : std::uint8_t {
  kNeverWritten = 1,  // RAM word holds its power-on pattern
  kHasCode = 2,       // a decoded block covers it: a store must drop the block
  kAbsent = 4,        // line is not in the cache in front
};
inline constexpr std::uint8_t kReadSlow = kNeverWritten | kAbsent;

/// `base` is aligned to 8 and `size_bytes` a multiple of 8. Default: an empty window that no
/// address is in.
struct Window {
  Address base = 0;
  std::uint32_t size_bytes = 0;
  std::uint8_t* host = nullptr;
  std::uint8_t* tags =
      nullptr;  // one per 2^tag_shift bytes, or a single zero byte with tag_shift 31
  std::uint8_t tag_shift = 31;
  std::uint8_t region = 0;  // index into the bus's regions
  bool writable = false;
  std::uint64_t* stamps = nullptr;  // per granule, time of the last use; only in front of a cache
};

}  // namespace mcost::bus
