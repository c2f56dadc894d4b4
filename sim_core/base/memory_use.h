// What a run needed of RAM, as plain data; part of RunResult. Words count whole, as four bytes.
// Depends on base.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "sim_core/base/units.h"

namespace mcost {

/// What a word of RAM is used for.
enum class MemoryKind : std::uint8_t { data, bss, heap, stack, other };
inline constexpr unsigned kMemoryKinds = 5;
inline constexpr std::array<const char*, kMemoryKinds> kMemoryKindNames = {"data", "bss", "heap",
                                                                           "stack", "other"};
using BytesByKind = std::array<std::uint64_t, kMemoryKinds>;

[[nodiscard]] inline std::uint64_t sum_of(const BytesByKind& bytes) {
  return std::accumulate(bytes.begin(), bytes.end(), std::uint64_t{0});
}

/// Of a layer or of the run.
struct MemoryUse {
  BytesByKind touched{};                         // read or written
  std::vector<std::uint64_t> touched_by_memory;  // the same, by index of RunResult::memories
  BytesByKind live{};             // hold a value that is read later, when these are the most
  std::uint64_t stack_bytes = 0;  // from the main stack's top to the lowest word written on it
  friend bool operator==(const MemoryUse&, const MemoryUse&) = default;
};

/// A stack: the main one, or an object that PSP pointed into.
struct StackUse {
  std::string name;               // "main", or the object's
  Address top = 0;                // first address above it
  std::uint64_t size_bytes = 0;   // room below `top`
  std::uint64_t used_bytes = 0;   // from `top` to the lowest word written on it
  bool shares_with_heap = false;  // the heap grows into the same room
  friend bool operator==(const StackUse&, const StackUse&) = default;
};

/// Bytes live from `begin` to the next point, at the most.
struct LivePoint {
  Cycles begin = 0;
  std::optional<std::size_t> layer;  // index into RunResult::layers; nothing: several
  BytesByKind live{};
  friend bool operator==(const LivePoint&, const LivePoint&) = default;
};

struct RunMemoryUse {
  MemoryUse total;
  Cycles peak_begin = 0;         // of the point with the most live bytes
  BytesByKind sizes{};           // room for each kind; of other: 0
  std::vector<StackUse> stacks;  // the main one first
  std::vector<LivePoint> timeline;
  friend bool operator==(const RunMemoryUse&, const RunMemoryUse&) = default;
};

}  // namespace mcost
