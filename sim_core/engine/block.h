// Block: straight-line code decoded once, with the timing variants seen for it. See
// ARCHITECTURE.md, "How a visit is timed". Depends on core.h, isa and pipeline.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "sim_core/base/instruction_class.h"
#include "sim_core/base/run_profile.h"
#include "sim_core/engine/core.h"
#include "sim_core/isa/decoder.h"
#include "sim_core/pipeline/pipeline_model.h"

namespace mcost::engine {

struct Block;
struct Variant;

/// Static facts of one instruction of a block.
struct OpInfo {
  isa::Decoded decoded;
  pipeline::OpTiming timing;
  Address pc = 0;
  isa::ItState it{};              // before the instruction
  std::uint16_t micro_op = 0;     // index of its MicroOp in Block::ops; of the next if silent
  std::uint16_t site = 0;         // window (region + 1) of its accesses; cycles of its operands
  std::uint8_t access_bytes = 0;  // of one transfer; 0 if it makes none
  std::uint8_t macs = 0;          // multiply-accumulates when executed
  InstructionClass instruction_class = InstructionClass::other;
  bool predicated = false;
  bool silent = false;  // IT: nothing to execute, so no MicroOp
  bool stores = false;
  bool always_logged = false;  // exclusives: never inline
  bool operand_timed = false;  // its site holds the cycles of its operands
  bool flags_die = false;      // NZCV it sets are overwritten before anything could see them
  bool partial = false;        // words of a transfer that is counted when its rest is done
};

/// True for rows that move a list below the base: LDMDB, STMDB, PUSH and their FP forms.
[[nodiscard]] bool moves_downwards(const isa::Encoding& row);

/// What an exception does to the instruction it falls into.
enum class Interruption : std::uint8_t { never, restarts, continues };

/// A load or store of several core registers, or what is left of one.
struct MultipleTransfer {
  bool load = false;
  bool write_back = false;
  std::uint8_t base = 0;
  std::uint16_t list = 0;  // registers to move, the lowest first
  int first = 0;           // bytes from the base register to the first of these words
  int final = 0;           // bytes that write-back adds to the base register
};

/// What an edge of the block's timing depends on. Equal keys of one block have equal timing.
struct VariantKey {
  std::uint32_t entry_state = 0;  // id of the timing state before the block
  std::uint32_t passed = 0;       // predicated ops that executed
  std::uint32_t missed = 0;       // loads that missed a data cache
  std::uint64_t misaligned = 0;   // address bits 1:0 of misaligned accesses
  std::uint32_t banks = 0;        // of first accesses
  bool mispredicted = false;
  std::uint32_t exit = 0;
  Address target = 0;         // of kTaken and kIndirect
  std::uint32_t sites = 0;    // id of the block's site configuration
  std::uint32_t details = 0;  // id of what its accesses did with lines of a cache; 0: nothing
  friend bool operator==(const VariantKey&, const VariantKey&) = default;
};

struct VariantKeyHash {
  std::size_t operator()(const VariantKey& key) const {
    std::uint64_t hash = 0;
    for (const std::uint64_t word : {std::uint64_t{key.entry_state} << 32 | key.sites,
                                     std::uint64_t{key.passed} << 32 | key.missed, key.misaligned,
                                     std::uint64_t{key.exit} << 32 | key.target,
                                     std::uint64_t{key.banks} << 1 | (key.mispredicted ? 1u : 0u),
                                     std::uint64_t{key.details}}) {
      hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
      hash ^= hash >> 29;
    }
    return static_cast<std::size_t>(hash);
  }
};

/// By exit of the next block, and by whether its branch was mispredicted, the variant that came
/// last; never null.
using Followers = std::array<Variant*, 6>;
[[nodiscard]] constexpr std::uint32_t follower_index(std::uint32_t exit, bool mispredicted) {
  return mispredicted ? exit + 3 : exit;
}

/// No memory's contents get to that generation.
inline constexpr std::uint64_t kNoGeneration = ~std::uint64_t{0};

/// The memoised timing of one way through a block.
struct Variant {
  // Read or written at every visit.
  VariantKey key;
  std::uint32_t total = 0;  // cycles
  std::uint32_t exit_state = 0;
  bool is_detailed = false;      // of visits with kDetailed
  bool has_recency = false;      // `lines` are of a memory that wants to know when they were used
  std::uint64_t generation = 0;  // of the fetch contents when `lines` were last seen resident;
                                 // kNoGeneration if lines are brought
  std::uint64_t count = 0;       // visits
  std::uint64_t last_visit = 0;  // stamp, for recency of `lines`
  Block* next = nullptr;
  Followers followers{};  // of `next`, when that is known
  // Read when counts are folded into a ledger.
  Block* block = nullptr;              // whose variant it is
  std::uint64_t folded = 0;            // visits already accounted
  std::vector<std::uint32_t> lines;    // that it found in the fetch contents
  std::vector<std::uint32_t> brought;  // that it did not, and has brought
  Variant* sibling = nullptr;          // of the same key, with other lines found or brought
  CodeCost cost;                       // of a visit
  std::vector<CodeCost> op_costs;      // by op, with a profiler only
  std::uint64_t harvested = 0;         // visits that the profiler knows of
};

/// Block::sites while a site has changed and the configuration has no id yet.
inline constexpr std::uint32_t kNoSites = ~std::uint32_t{0};

/// A worst case no limit allows: the run loop serves hooks and idle loops before such a block.
inline constexpr Cycles kStops = Cycles{1} << 62;

struct Block {
  std::vector<MicroOp> ops;
  // Hot.
  const std::uint64_t* generation = nullptr;  // of the memory it is fetched from
  std::uint32_t sites = kNoSites;             // id of the current site configuration
  Cycles worst_case = 0;                      // no visit takes more; kStops: look before entering
  // Cold.
  Cycles own_worst_case = 0;  // where nothing else stops before it
  std::uint32_t fetches = 0;  // memories that its visits fetch from, as far as seen, as a mask
  Address pc = 0;
  isa::ItState it{};
  std::uint8_t mode = 0;
  std::uint8_t memory = 0;    // it is fetched from
  std::uint32_t context = 0;  // whose code it is, see Profiler; 0 without one
  std::vector<OpInfo> info;
  Address end_pc = 0;
  isa::ItState end_it{};
  std::map<std::vector<std::uint16_t>, std::uint32_t> site_ids;
  std::map<std::vector<std::uint32_t>, std::uint32_t> detail_ids;  // of logs
  std::vector<std::unique_ptr<Variant>> variants;
  std::unordered_map<VariantKey, Variant*, VariantKeyHash> by_key;
  std::array<Variant*, 16>
      recent{};  // by hash, in front of by_key; null or a variant of this block
  bool ends_in_branch = false;
  bool ends_in_call = false;  // BL, BLX
  bool is_self_branch = false;
  bool has_hook = false;
  bool single = false;     // of one instruction because that was asked for
  std::uint64_t code = 0;  // a hash of its bytes, once it was recorded
  bool dropped = false;
  bool cannot_fetch = false;                        // its one op is a fault of its fetch
  bool resumed = false;                             // begins in the midst of `transfer`
  Interruption interruption = Interruption::never;  // of blocks of one instruction
  std::optional<MultipleTransfer> transfer;
};

}  // namespace mcost::engine
