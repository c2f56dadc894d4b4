// A loop that asks devices until an answer changes: what the engine knows of one while it runs;
// polling.cpp. Depends on base and arch_state.
#pragma once

#include <cstdint>
#include <vector>

#include "sim_core/base/run_profile.h"
#include "sim_core/base/units.h"
#include "sim_core/engine/arch_state.h"

namespace mcost::engine {

struct Block;
struct Variant;

struct Polling {
  unsigned answers = 0;  // of this visit, that only an event or a write can change
  // The asking that others are compared with, as its visit ended.
  const Block* block = nullptr;  // null: there is none
  ArchState registers;
  std::uint32_t state = 0;  // of timing
  unsigned others_since = 0;
  /// What passed from one asking to another that was like it.
  struct Turn {
    struct Visits {
      Variant* variant = nullptr;
      std::uint64_t count = 0;
    };
    struct OpCost {
      Address pc = 0;
      CodeCost cost;
    };
    Cycles cycles = 0;
    Cycles last_answer = 0;      // from its begin; a core may be charged for it later
    CodeCost cost;               // of visits that asked
    std::vector<OpCost> ops;     // the same by instruction, with a profiler only
    std::vector<Visits> others;  // memoised ones
  };
  bool is_measured = false;  // the turn under way
  Cycles begin = 0;
  std::vector<std::uint64_t> contents;  // as it began: what turns may change besides registers
  Turn under_way;
  Turn known;  // left everything as it found it; 0 cycles: none is known
};

}  // namespace mcost::engine
