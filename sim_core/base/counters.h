// Where cost went: cycles by cause, instructions, multiply-accumulates and traffic, for a run or
// any part of one. Plain sums, so parts add up. Depends on base.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim_core/base/cause.h"
#include "sim_core/base/instruction_class.h"

namespace mcost {

/// Traffic of one memory. Bytes are what instructions asked for; fetches are words read by the
/// fetch unit. Array reads are those of a flash array behind its accelerator and caches, on demand
/// or ahead, each as wide as the array; 0 of other memories.
struct Traffic {
  std::uint64_t reads = 0;
  std::uint64_t read_bytes = 0;
  std::uint64_t writes = 0;
  std::uint64_t write_bytes = 0;
  std::uint64_t fetches = 0;
  std::uint64_t fetch_bytes = 0;
  std::uint64_t array_reads = 0;
  Traffic& operator+=(const Traffic& other) {
    reads += other.reads;
    read_bytes += other.read_bytes;
    writes += other.writes;
    write_bytes += other.write_bytes;
    fetches += other.fetches;
    fetch_bytes += other.fetch_bytes;
    array_reads += other.array_reads;
    return *this;
  }
  Traffic& operator-=(const Traffic& earlier) {
    reads -= earlier.reads;
    read_bytes -= earlier.read_bytes;
    writes -= earlier.writes;
    write_bytes -= earlier.write_bytes;
    fetches -= earlier.fetches;
    fetch_bytes -= earlier.fetch_bytes;
    array_reads -= earlier.array_reads;
    return *this;
  }
  /// The same, that often.
  Traffic& operator*=(std::uint64_t times) {
    reads *= times;
    read_bytes *= times;
    writes *= times;
    write_bytes *= times;
    fetches *= times;
    fetch_bytes *= times;
    array_reads *= times;
    return *this;
  }
  friend bool operator==(const Traffic&, const Traffic&) = default;
};

/// The most memories (with the entries for devices) a machine may have.
inline constexpr unsigned kMaxMemories = 32;
/// The most frequencies the core clock may have in one run.
inline constexpr unsigned kMaxClocks = 16;
/// The most bus masters that cycles of Cause::bus_wait tell apart; further ones count as the last.
inline constexpr unsigned kMaxInitiators = 8;

struct Counters {
  std::uint64_t cycles = 0;
  std::uint64_t instructions = 0;  // architecturally attempted: skipped ones count
  std::uint64_t skipped = 0;       // condition failed
  std::uint64_t folded = 0;        // took no issue slot
  std::uint64_t macs = 0;          // multiply-accumulates executed
  std::array<std::uint64_t, kInstructionClasses> by_class{};  // instructions that were not skipped
  std::array<std::uint64_t, kCauses> by_cause{};
  std::array<std::array<std::uint64_t, kCauses>, kMaxMemories>
      by_memory{};                                           // shares of per-memory causes
  std::array<std::uint64_t, kMaxInitiators> by_initiator{};  // shares of Cause::bus_wait
  std::array<Traffic, kMaxMemories> traffic{};
  /// Cycles that passed at each core clock of the run but its first, which had the others; element
  /// 0 stays 0.
  std::array<std::uint64_t, kMaxClocks> at_later_clock{};

  /// `memory` is that of a per-memory cause, the initiator of a per-initiator one.
  void charge(Cause cause, std::uint8_t memory, std::uint64_t amount) {
    cycles += amount;
    by_cause[static_cast<unsigned>(cause)] += amount;
    if (is_per_memory(cause)) by_memory[memory][static_cast<unsigned>(cause)] += amount;
    if (is_per_initiator(cause)) by_initiator[memory] += amount;
  }
  /// Cycles that passed at one core clock of the run.
  [[nodiscard]] std::uint64_t cycles_at(unsigned clock) const {
    if (clock != 0) return at_later_clock[clock];
    std::uint64_t rest = cycles;
    for (const std::uint64_t later : at_later_clock) rest -= later;
    return rest;
  }
  Counters& operator+=(const Counters& other) {
    cycles += other.cycles;
    instructions += other.instructions;
    skipped += other.skipped;
    folded += other.folded;
    macs += other.macs;
    for (unsigned c = 0; c < kInstructionClasses; ++c) by_class[c] += other.by_class[c];
    for (unsigned c = 0; c < kCauses; ++c) by_cause[c] += other.by_cause[c];
    for (unsigned m = 0; m < kMaxMemories; ++m) {
      for (unsigned c = 0; c < kCauses; ++c) by_memory[m][c] += other.by_memory[m][c];
      traffic[m] += other.traffic[m];
    }
    for (unsigned c = 0; c < kMaxClocks; ++c) at_later_clock[c] += other.at_later_clock[c];
    for (unsigned i = 0; i < kMaxInitiators; ++i) by_initiator[i] += other.by_initiator[i];
    return *this;
  }
  /// What was counted since `earlier`, a reading of the same counters.
  Counters& operator-=(const Counters& earlier) {
    cycles -= earlier.cycles;
    instructions -= earlier.instructions;
    skipped -= earlier.skipped;
    folded -= earlier.folded;
    macs -= earlier.macs;
    for (unsigned c = 0; c < kInstructionClasses; ++c) by_class[c] -= earlier.by_class[c];
    for (unsigned c = 0; c < kCauses; ++c) by_cause[c] -= earlier.by_cause[c];
    for (unsigned m = 0; m < kMaxMemories; ++m) {
      for (unsigned c = 0; c < kCauses; ++c) by_memory[m][c] -= earlier.by_memory[m][c];
      traffic[m] -= earlier.traffic[m];
    }
    for (unsigned c = 0; c < kMaxClocks; ++c) at_later_clock[c] -= earlier.at_later_clock[c];
    for (unsigned i = 0; i < kMaxInitiators; ++i) by_initiator[i] -= earlier.by_initiator[i];
    return *this;
  }
  /// Classes sum to the instructions that were not skipped.
  [[nodiscard]] bool classes_add_up() const {
    std::uint64_t sum = skipped;
    for (const std::uint64_t count : by_class) sum += count;
    return sum == instructions;
  }
  /// The invariant of design.md: causes sum to cycles, memory shares to their causes, classes to
  /// instructions.
  [[nodiscard]] bool adds_up() const {
    if (!classes_add_up()) return false;
    std::uint64_t sum = 0;
    for (const std::uint64_t later : at_later_clock) sum += later;
    if (sum > cycles) return false;
    sum = 0;
    for (unsigned c = 0; c < kCauses; ++c) {
      sum += by_cause[c];
      if (is_per_initiator(static_cast<Cause>(c))) {
        std::uint64_t shares = 0;
        for (const std::uint64_t share : by_initiator) shares += share;
        if (shares != by_cause[c]) return false;
      }
      if (!is_per_memory(static_cast<Cause>(c))) continue;
      std::uint64_t shares = 0;
      for (const auto& memory : by_memory) shares += memory[c];
      if (shares != by_cause[c]) return false;
    }
    return sum == cycles;
  }
  friend bool operator==(const Counters&, const Counters&) = default;
};

}  // namespace mcost
