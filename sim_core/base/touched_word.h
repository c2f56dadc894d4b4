// What a stretch of a run did with one word of a memory: what the engine records, and the analysis
// of memory use reads. Depends on nothing.
#pragma once

#include <cstdint>

namespace mcost {

/// Bits of TouchedWord::use. Reads and writes are those of the core, of exceptions and of whoever
/// else keeps order with them.
enum WordUse : std::uint8_t {
  kReadFirst = 1,  // read before the stretch wrote it
  kWritten = 2,
  kReadBack = 4,    // read behind a write of the stretch
  kMasterRead = 8,  // by a bus master past the core's cache, in no order with the rest
  kMasterWrote = 16,
  kOnStack = 32,   // written at or above the stack pointer, or pushed
  kNeverSet = 64,  // the first read found its power-on pattern
};

/// A word of RAM that a stretch of the run touched.
struct TouchedWord {
  std::uint32_t word = 0;  // offset in the memory / 4
  std::uint8_t memory = 0;
  std::uint8_t use = 0;  // of WordUse
  friend bool operator==(const TouchedWord&, const TouchedWord&) = default;
};

inline constexpr unsigned kBytesOfWord = 4;

}  // namespace mcost
