// What bounds each layer, and what might pay: MACs per cycle against what the core and its data
// port could do at most, the cause that takes most cycles, and the placements that waits point at.
// May include sim_core/base. Invariant: counts are those of the run; everything else is an upper
// bound and says so.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim_core/base/run_result.h"

namespace mcost::analysis {

/// A number that need not be whole.
struct Rate {
  std::uint64_t count = 0;
  std::uint64_t per = 1;
  friend bool operator==(const Rate&, const Rate&) = default;
};

/// What a core could do at most, from its documents.
struct CorePeak {
  std::optional<Rate> integer_macs;  // per cycle; nothing: it has no such instruction
  std::optional<Rate> float_macs;
  std::uint64_t data_bytes = 4;  // that loads and stores move in a cycle
  std::string source;
};
/// Nothing for a core that is not in the table.
[[nodiscard]] std::optional<CorePeak> peak_of(const BoardInfo& board);

/// What a layer's cycles went to; waits for memory are told apart by what waited.
enum class Bound : std::uint8_t { issue, latency, fetch, data, branch, bus, exception, sleep };
inline constexpr unsigned kBounds = 8;
inline constexpr std::array<const char*, kBounds> kBoundNames = {
    "issue", "latency", "fetch", "data", "branch", "bus", "exception", "sleep"};
[[nodiscard]] Bound bound_of(Cause cause);

/// Of one layer, layers inside it included.
struct LayerBounds {
  std::array<std::uint64_t, kBounds> cycles{};  // they sum to the layer's cycles
  Bound largest = Bound::issue;
  bool is_float = false;         // floating-point instructions outnumber integer multiplies
  std::optional<Rate> peak;      // MACs per cycle that the core could do of such data
  std::optional<Rate> roof;      // the same with the bytes per MAC that this layer moves
  std::optional<Rate> of_roof;   // the layer's MACs per cycle as a part of it
  std::uint64_t data_bytes = 0;  // loaded and stored
};
/// By index of RunResult::layers.
[[nodiscard]] std::vector<LayerBounds> layer_bounds(const RunResult& result);

/// A placement. Waits of the memory that holds the range now are the most that it can save, beside
/// waits of others for the same memory.
struct PlacementAdvice {
  std::string what;      // ".rodata", ".text", or a function
  std::string range;     // the same for --place: functions of C++ by address and size
  std::size_t from = 0;  // memories
  std::size_t to = 0;
  bool is_code = false;
  std::uint64_t waited = 0;            // cycles that what is named waited
  std::optional<std::uint64_t> saved;  // cycles, if it was tried
  friend bool operator==(const PlacementAdvice&, const PlacementAdvice&) = default;
};
/// What only the firmware and its board can tell.
struct PlacementChoice {
  std::vector<std::size_t> targets;  // memories to try, in order; empty: RAM of the run
  /// Cycles of the same run with ".rodata=sram3"; nothing if that cannot be placed, or the run does
  /// not end alike. Empty: nobody knows.
  std::function<std::optional<std::uint64_t>(const std::string& placement)> cycles_with;
};
/// At most `most`: those that saved most, or that waited most if nothing can be tried. Empty where
/// nothing waits, or nothing pays. At most kMostTried runs are asked for.
inline constexpr unsigned kMostTried = 4;
[[nodiscard]] std::vector<PlacementAdvice> placement_advice(const RunResult& result,
                                                            std::size_t most,
                                                            const PlacementChoice& choice = {});

}  // namespace mcost::analysis
