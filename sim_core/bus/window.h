// Host-memory windows: ranges of guest addresses whose accesses cost a constant, read and written
// straight in a host buffer. One tag byte per granule says where that is not so; one inline check
// serves never-written RAM, code in RAM (self-modification) and lines absent from a cache. Depends
// on base.
#pragma once

#include <array>
#include <cstdint>

#include "sim_core/base/units.h"

namespace mcost::bus {

/// Bits of a tag byte. A load leaves the fast path on those of kReadSlow, a store on kWriteSlow.
enum Tag : std::uint8_t {
  kNeverWritten = 1,   // RAM word holds its power-on pattern
  kHasCode = 2,        // a decoded block covers it: a store must drop the block
  kAbsent = 4,         // line is not in the cache in front
  kStoreNoted = 8,     // the cache must know of a store: the line is clean or written through
  kReadUnnoted = 16,   // the recorder of accesses must know of a load, see engine/access_recorder.h
  kWriteUnnoted = 32,  // and of a store
  kReadWatched = 64,   // a debugger wants to know of loads, see engine/debug_stops.h
  kWriteWatched = 128,  // and of stores
};
inline constexpr std::uint8_t kReadSlow = kNeverWritten | kAbsent | kReadUnnoted | kReadWatched;
inline constexpr std::uint8_t kWriteSlow =
    kNeverWritten | kHasCode | kAbsent | kStoreNoted | kWriteUnnoted | kWriteWatched;

/// A tag byte covers a granule of one word.
inline constexpr unsigned kTagShift = 2;
[[nodiscard]] constexpr std::size_t tags_of(std::size_t size_bytes) {
  return (size_bytes + (1u << kTagShift) - 1) >> kTagShift;
}

/// `base` is aligned to 8 and the size a multiple of 8 bytes. Default: an empty window that no
/// address is in. Aligned so that handlers find one by its byte offset.
struct alignas(64) Window {
  Address base = 0;
  std::array<std::uint32_t, 3> limits{};  // accesses of 1, 2 and 4 bytes that it holds
  std::uint8_t* host = nullptr;
  std::uint8_t* tags = nullptr;     // one per granule
  std::uint64_t* stamps = nullptr;  // time of the last use; only in front of a cache
  std::uint8_t stamp_shift = 0;     // log2 of the bytes that a stamp covers
  std::uint8_t region = 0;          // index into the bus's regions
  bool writable = false;

  [[nodiscard]] std::uint32_t size_bytes() const { return limits[0]; }
  void set_size(std::uint32_t size_bytes) { limits = {size_bytes, size_bytes / 2, size_bytes / 4}; }
};
static_assert(sizeof(Window) == 64);

}  // namespace mcost::bus
