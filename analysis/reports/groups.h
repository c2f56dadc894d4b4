// Causes grouped for people: issue, latency, memory, branch, bus, exception, sleep. The groups
// partition the causes, so they sum to cycles. May include sim_core/base.
#pragma once

#include <array>
#include <cstdint>

#include "sim_core/base/counters.h"

namespace mcost::analysis {

enum class CauseGroup : std::uint8_t { issue, latency, memory, branch, bus, exception, sleep };
inline constexpr unsigned kCauseGroups = 7;
inline constexpr std::array<const char*, kCauseGroups> kCauseGroupNames = {
    "issue", "latency", "memory", "branch", "bus", "exception", "sleep"};

[[nodiscard]] constexpr CauseGroup group_of(Cause cause) {
  switch (cause) {
    case Cause::issue: return CauseGroup::issue;
    case Cause::address_interlock:
    case Cause::result_latency:
    case Cause::operand:
    case Cause::structural: return CauseGroup::latency;
    case Cause::fetch_wait:
    case Cause::data_wait:
    case Cause::store_wait: return CauseGroup::memory;
    case Cause::refill:
    case Cause::mispredict: return CauseGroup::branch;
    case Cause::bus_wait: return CauseGroup::bus;
    case Cause::exception: return CauseGroup::exception;
    case Cause::sleep: return CauseGroup::sleep;
  }
  return CauseGroup::issue;
}

/// Cycles of one group.
[[nodiscard]] inline std::uint64_t group_cycles(const Counters& counters, CauseGroup group) {
  std::uint64_t sum = 0;
  for (unsigned c = 0; c < kCauses; ++c) {
    if (group_of(static_cast<Cause>(c)) == group) sum += counters.by_cause[c];
  }
  return sum;
}

/// Cycles that waited for one memory, whatever for.
[[nodiscard]] inline std::uint64_t memory_wait(const Counters& counters, std::size_t memory) {
  std::uint64_t sum = 0;
  for (const std::uint64_t cycles : counters.by_memory[memory]) sum += cycles;
  return sum;
}

/// True if anything was read, written or fetched.
[[nodiscard]] inline bool used(const Traffic& traffic) { return !(traffic == Traffic{}); }

}  // namespace mcost::analysis
