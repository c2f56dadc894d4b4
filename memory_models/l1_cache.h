// The level-1 caches of a Cortex-M7 as the cached memories of a board share them: which lines the
// instruction and the data cache hold, and what maintenance operations do. What a line's bytes are,
// and what a miss costs, is in cached_memory.h. Depends on sim_core/bus.
//
// Source: boards-and-memories facts 2.1; ARMv7-M ARM B2.2, B3.2 (cache maintenance operations).
#pragma once

#include <cstdint>
#include <vector>

#include "memory_models/cache_array.h"
#include "sim_core/base/units.h"

namespace mcost::memory {

class CachedMemory;

inline constexpr unsigned kL1LineShift = 5;
inline constexpr std::uint32_t kL1LineBytes = 1u << kL1LineShift;

struct L1Parameters {
  std::uint32_t i_bytes = 0;  // 0: no instruction cache
  std::uint32_t i_ways = 2;
  std::uint32_t d_bytes = 0;
  std::uint32_t d_ways = 4;
  bool icache = true;  // on
  bool dcache = true;
};

class L1 {
 public:
  explicit L1(const L1Parameters& parameters);

  [[nodiscard]] bool icache_on() const { return icache_on_ && !code_.empty(); }
  [[nodiscard]] bool dcache_on() const { return dcache_on_ && !data_.empty(); }
  /// Lines stay as they are: whoever switches off cleans before. The engine must be told.
  void set_icache(bool on) { icache_on_ = on; }
  void set_dcache(bool on) { dcache_on_ = on; }
  /// CACR.FORCEWT: all cacheable memory is written through.
  void set_write_through(bool on) { write_through_ = on; }

  // Maintenance. Those that write lines back return how many they wrote, each through its memory,
  // from core cycle `now` on; `busy` is when the last of them is there.
  struct Written {
    std::uint32_t lines = 0;
    Cycles busy = 0;
  };
  void invalidate_code();
  void invalidate_code_line(CachedMemory& memory, std::uint32_t offset);
  /// One line of the data cache, if it is there.
  Written maintain_line(CachedMemory& memory, std::uint32_t offset, bool clean, bool invalidate,
                        Cycles now);
  Written maintain_way(std::uint32_t set, std::uint32_t way, bool clean, bool invalidate,
                       Cycles now);
  /// Writes every dirty line back and drops all, in no time.
  void flush();

  [[nodiscard]] const CacheArray& code() const { return code_; }
  [[nodiscard]] const CacheArray& data() const { return data_; }
  /// Changes whenever a line leaves the instruction cache.
  [[nodiscard]] const std::uint64_t& code_generation() const { return generation_; }

 private:
  friend class CachedMemory;
  std::uint8_t add(CachedMemory& memory);

  CacheArray code_;
  CacheArray data_;
  bool icache_on_;
  bool dcache_on_;
  bool write_through_ = false;
  std::uint64_t generation_ = 1;
  std::vector<CachedMemory*> memories_;  // owners of lines, by number
};

}  // namespace mcost::memory
