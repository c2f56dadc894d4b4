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

CodeCost& CodeCost::add(const CodeCost& other, std::uint64_t times) {
  instructions += times * other.instructions;
  skipped += times * other.skipped;
  folded += times * other.folded;
  macs += times * other.macs;
  for (unsigned c = 0; c < kInstructionClasses; ++c) by_class[c] += times * other.by_class[c];
  for (const Share& share : other.shares) charge(share.cause, share.memory, times * share.cycles);
  for (const MemoryTraffic& entry : other.traffic) {
    Traffic scaled = entry.traffic;
    traffic_of(entry.memory) += scaled *= times;
  }
  return *this;
}

void CodeCost::add_to(Counters& counters, std::uint64_t times) const {
  counters.instructions += times * instructions;
  counters.skipped += times * skipped;
  counters.folded += times * folded;
  counters.macs += times * macs;
  for (unsigned c = 0; c < kInstructionClasses; ++c) counters.by_class[c] += times * by_class[c];
  for (const Share& share : shares)
    counters.charge(share.cause, share.memory, times * share.cycles);
  for (const MemoryTraffic& entry : traffic) {
    Traffic scaled = entry.traffic;
    counters.traffic[entry.memory] += scaled *= times;
  }
}

}  // namespace mcost
