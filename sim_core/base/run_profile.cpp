#include "sim_core/base/run_profile.h"

#include <algorithm>

namespace mcost {

std::uint64_t CodeCost::cycles() const {
  std::uint64_t sum = 0;
  for (const Share& share : shares) sum += share.cycles;
  return sum;
}

std::uint64_t CodeCost::cycles_of(Cause cause) const {
  std::uint64_t sum = 0;
  for (const Share& share : shares) sum += share.cause == cause ? share.cycles : 0;
  return sum;
}

void CodeCost::charge(Cause cause, std::uint8_t memory, std::uint64_t cycles) {
  if (cycles == 0) return;
  if (!is_per_memory(cause) && !is_per_initiator(cause)) memory = 0;
  const auto at = std::find_if(shares.begin(), shares.end(), [&](const Share& share) {
    return share.cause > cause || (share.cause == cause && share.memory >= memory);
  });
  if (at != shares.end() && at->cause == cause && at->memory == memory) {
    at->cycles += cycles;
  } else {
    shares.insert(at, {cause, memory, cycles});
  }
}

Traffic& CodeCost::traffic_of(std::uint8_t memory) {
  const auto at = std::find_if(traffic.begin(), traffic.end(),
                               [&](const MemoryTraffic& entry) { return entry.memory >= memory; });
  if (at != traffic.end() && at->memory == memory) return at->traffic;
  return traffic.insert(at, {memory, {}})->traffic;
}

CodeCost& CodeCost::operator+=(const CodeCost& other) {
  instructions += other.instructions;
  skipped += other.skipped;
  folded += other.folded;
  macs += other.macs;
  for (unsigned c = 0; c < kInstructionClasses; ++c) by_class[c] += other.by_class[c];
  for (const Share& share : other.shares) charge(share.cause, share.memory, share.cycles);
  for (const MemoryTraffic& entry : other.traffic) traffic_of(entry.memory) += entry.traffic;
  return *this;
}

void CodeCost::add_to(Counters& counters) const {
  counters.instructions += instructions;
  counters.skipped += skipped;
  counters.folded += folded;
  counters.macs += macs;
  for (unsigned c = 0; c < kInstructionClasses; ++c) counters.by_class[c] += by_class[c];
  for (const Share& share : shares) counters.charge(share.cause, share.memory, share.cycles);
  for (const MemoryTraffic& entry : traffic) counters.traffic[entry.memory] += entry.traffic;
}

}  // namespace mcost
