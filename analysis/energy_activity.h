// What each term of energy counts, in the Counters of a layer as in the CodeCost of an instruction.
// Internal to energy.cpp and profile_energy.cpp. May include sim_core/base.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sim_core/base/run_result.h"

namespace mcost::analysis {

inline std::uint64_t cycles_in(const Counters& counters) { return counters.cycles; }
inline std::uint64_t cycles_in(const CodeCost& cost) { return cost.cycles(); }

inline std::uint64_t cycles_in(const Counters& counters, Cause cause) {
  return counters.by_cause[static_cast<unsigned>(cause)];
}
inline std::uint64_t cycles_in(const CodeCost& cost, Cause cause) { return cost.cycles_of(cause); }

inline Traffic traffic_in(const Counters& counters, std::size_t memory) {
  return counters.traffic[memory];
}
inline Traffic traffic_in(const CodeCost& cost, std::size_t memory) {
  for (const CodeCost::MemoryTraffic& entry : cost.traffic) {
    if (entry.memory == memory) return entry.traffic;
  }
  return {};
}

template <class Part>
std::uint64_t active_cycles(const Part& part) {
  return cycles_in(part, Cause::issue) + cycles_in(part, Cause::operand) +
         cycles_in(part, Cause::exception);
}

/// How much of a term's activity a part of the run has; of ActivityKind::counter, which models
/// count: `counted`.
template <class Part>
std::uint64_t activity_in(const EnergyTerm& term, const Part& part, std::uint64_t counted) {
  switch (term.activity) {
    case ActivityKind::time: return cycles_in(part);
    case ActivityKind::active_cycles: return active_cycles(part);
    case ActivityKind::stall_cycles:
      return cycles_in(part) - active_cycles(part) - cycles_in(part, Cause::sleep);
    case ActivityKind::instructions: return part.by_class[term.index];
    case ActivityKind::read_bytes: {
      const Traffic traffic = traffic_in(part, term.index);
      return traffic.read_bytes + traffic.fetch_bytes;
    }
    case ActivityKind::write_bytes: return traffic_in(part, term.index).write_bytes;
    case ActivityKind::array_reads: return traffic_in(part, term.index).array_reads;
    case ActivityKind::counter: return counted;
  }
  return 0;
}

}  // namespace mcost::analysis
