// What the energy of a run is made of: terms, each an activity of the run times a coefficient of
// the board. Engine and memory models count activity and know no joule; femtojoules by term stand
// in Cost::energy. Depends on base.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace mcost {

/// What a term counts. Everything but time is in `index` where there are several of a kind.
enum class ActivityKind : std::uint8_t {
  time,           // the coefficient is a power
  active_cycles,  // issue, operands, exception entry and return
  stall_cycles,   // all others but sleep
  instructions,   // executed, of InstructionClass `index`
  read_bytes,     // of memory `index`: loads and fetches
  write_bytes,
  array_reads,
  counter,  // RunResult::model_counters[index]
};
inline constexpr unsigned kActivityKinds = 8;
inline constexpr std::array<const char*, kActivityKinds> kActivityNames = {
    "time",       "active_cycles", "stall_cycles", "instructions",
    "read_bytes", "write_bytes",   "array_reads",  "counter"};

struct EnergyTerm {
  std::string component;  // "static", "core", "dma", or the name of a memory or device
  std::string name;       // "active cycles"
  std::string path;       // of the coefficient: "energy.active_fj"
  std::string source;     // "datasheet", "measured", "calibrated", "assumed"
  std::uint32_t uncertainty_percent = 0;
  ActivityKind activity = ActivityKind::time;
  std::size_t index = 0;
  /// By core clock of the run: femtojoules per unit of activity; of time: microwatts.
  std::vector<std::uint64_t> coefficient;
  friend bool operator==(const EnergyTerm&, const EnergyTerm&) = default;
};

/// The terms of one run, which Cost::energy counts.
struct EnergyModel {
  std::string measure_point;  // "mcu" or "board"
  std::vector<EnergyTerm> terms;
  std::uint64_t standby_uw = 0;  // between runs; 0: unknown
  std::uint32_t standby_uncertainty_percent = 0;
  friend bool operator==(const EnergyModel&, const EnergyModel&) = default;
};

}  // namespace mcost
