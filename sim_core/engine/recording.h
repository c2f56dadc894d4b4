// What a run did, as far as its cost depends on it: which blocks were visited how, and which
// addresses they touched. Another machine that is in the same state where a span begins, and meets
// no device and no exception in it, does the same: it may take the span as done (replay.cpp) and
// ask its own pipeline and memories what it cost. Depends on arch_state.h, exceptions.h, mpu.h.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "sim_core/base/units.h"
#include "sim_core/engine/arch_state.h"
#include "sim_core/engine/exceptions.h"
#include "sim_core/engine/mpu.h"

namespace mcost::engine {

/// The addresses that one instruction accessed in a span, in order: stretches of equal strides.
struct AddressStream {
  struct Stretch {
    Address first = 0;
    std::uint32_t stride = 0;  // modulo 2^32
    std::uint32_t count = 0;
  };
  std::vector<Stretch> stretches;
  Address lowest = ~Address{0};
  Address highest = 0;  // first bytes of accesses
  void add(Address address);
};

/// One way through a block. Equal visits are one kind.
struct VisitKind {
  Address pc = 0;
  std::uint8_t it = 0;
  std::uint8_t mode = 0;
  bool single = false;        // a block of one instruction where a longer one could be
  std::uint8_t size = 0;      // instructions of the block
  std::uint8_t executed = 0;  // fewer than `size` where the visit was left
  std::uint32_t passed = 0;   // as in VariantKey
  std::uint64_t misaligned = 0;
  std::uint32_t banks = 0;
  std::uint32_t exit = 0;
  Address target = 0;
  std::uint64_t code = 0;  // stands for the bytes of the block
  struct Operands {
    std::uint8_t op = 0;
    std::uint16_t cycles = 0;  // what OpInfo::site says of them
    friend bool operator==(const Operands&, const Operands&) = default;
  };
  std::vector<Operands> operands;
  struct Access {
    std::uint8_t op = 0;
    std::uint32_t stream = 0;
    friend bool operator==(const Access&, const Access&) = default;
  };
  std::vector<Access> accesses;
  friend bool operator==(const VisitKind&, const VisitKind&) = default;
};

/// What a listener saw at a hooked address.
struct RecordedHook {
  Address pc = 0;
  std::array<std::uint32_t, 16> registers{};
  struct Bytes {
    Address address = 0;
    std::vector<std::uint8_t> bytes;
  };
  std::vector<Bytes> memory;  // that it read
};

/// Everything that decides what the core does next, apart from memory and devices.
struct CoreState {
  ArchState core{};
  Address pc = 0;
  std::uint8_t it = 0;
  Exceptions exceptions;
  Mpu mpu;
  bool thumb = true;
  bool event = false;
  bool exclusive = false;
  friend bool operator==(const CoreState&, const CoreState&) = default;
};

/// Bytes that the core sees from an address on, with Tag::kNeverWritten of each word.
struct MemoryImage {
  Address first = 0;
  std::vector<std::uint8_t> bytes;
  std::vector<std::uint8_t> never_written;  // empty where memory is no RAM
};

/// A stretch of visits with no device access, exception or wait in it.
struct RecordedSpan {
  RecordedSpan(const CoreState& from, std::vector<MemoryImage> images)
      : begin(from), memory(std::move(images)), end(from) {}
  CoreState begin;
  std::vector<MemoryImage> memory;  // where it begins
  /// Kinds of visits, and hooks with kHookItem set.
  std::vector<std::uint32_t> items;
  std::vector<AddressStream> streams;  // by number
  std::vector<RecordedHook> hooks;
  CoreState end;                     // as `begin` until it is known
  std::vector<MemoryImage> changed;  // where it ends: pages that are not what they were
  std::uint64_t visits = 0;
};
inline constexpr std::uint32_t kHookItem = 1u << 31;

class OutcomeStore;

struct Recording {
  Recording();
  std::vector<VisitKind> kinds;
  std::vector<RecordedSpan> spans;
  std::uint64_t visits = 0;                // of the whole run
  std::shared_ptr<OutcomeStore> outcomes;  // that replays found
  [[nodiscard]] std::uint64_t visits_in_spans() const;
};

}  // namespace mcost::engine
