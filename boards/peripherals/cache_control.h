// The cache registers of a Cortex-M7's system control space: enables, sizes, maintenance by address
// and by set and way, CACR, sizes of the TCMs. Depends on memory_models/l1_cache.h and the engine.
//
// A run that starts in the run state has its caches as the board says while CCR reads its reset
// value. They follow the registers from the first write that changes CCR.IC or CCR.DC on, and from
// the first invalidation by set and way: firmware that takes the data cache for off, as before
// SCB_EnableDCache(), must not lose what is in it.
//
// Source: ARMv7-M ARM B3.2 (cache maintenance, CCSIDR); boards-and-memories facts 2.1, 14.6, whose
// costs are inferred: three cycles for the tags, then the line if it is written back.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "boards/note_list.h"
#include "memory_models/l1_cache.h"
#include "sim_core/engine/engine.h"

namespace mcost::boards {

/// What notes call the setting of both caches.
inline constexpr const char* kCacheSetting = "caches";

struct CacheSetup {
  memory::L1* l1 = nullptr;         // null: the core has no caches
  bool follows_from_start = false;  // a run from reset
  std::uint32_t itcm_kib = 0;
  std::uint32_t dtcm_kib = 0;
  NoteSetting setting{};
};

class CacheControl {
 public:
  CacheControl(engine::Engine& engine, CacheSetup setup);
  [[nodiscard]] bool has(std::uint32_t offset) const;
  [[nodiscard]] std::uint32_t read(std::uint32_t offset) const;
  void write(std::uint32_t offset, std::uint32_t value, Cycles now);
  /// CCR was written.
  void enable(std::uint32_t ccr);
  /// CCSIDR of the instruction or the data cache.
  [[nodiscard]] std::uint32_t size_id(bool instruction) const;
  /// Cycles that the last write takes beyond its own; forgets them.
  [[nodiscard]] std::uint32_t take_wait();
  void reset();

 private:
  void maintain_line(std::uint32_t offset, Address address, Cycles now);
  void maintain_way(std::uint32_t offset, std::uint32_t value, Cycles now);
  void spend(const memory::L1::Written& written, Cycles now);
  void follow();

  engine::Engine& engine_;
  CacheSetup setup_;
  bool starts_icache_ = false;
  bool starts_dcache_ = false;
  bool follows_ = false;
  std::uint32_t enables_ = 0;  // CCR.IC and CCR.DC as written
  std::uint32_t control_ = 0;  // CACR
  std::uint32_t itcm_;
  std::uint32_t dtcm_;
  std::uint32_t wait_ = 0;
};

}  // namespace mcost::boards
