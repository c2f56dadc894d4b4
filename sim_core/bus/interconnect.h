// Bus masters other than the core, and who is granted a memory when. Time of initiators passes
// lazily: whoever is about to use a memory first lets everything happen that was granted before,
// data included. Each memory is one slave of the bus; slaves are independent of each other.
// Depends on base.
//
// Arbitration: a slave serves one transfer at a time; a burst is not interrupted; among those that
// wait, round robin.  Source: boards-and-memories facts 6, 13.4.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "sim_core/base/counters.h"
#include "sim_core/base/units.h"

namespace mcost::bus {

inline constexpr std::uint8_t kNoMemory = 0xFF;

/// One port of a bus master, or a device that paces one. It has at most one transfer to make next.
class Initiator {
 public:
  static constexpr Cycles kNever = std::numeric_limits<Cycles>::max();
  struct Request {
    Cycles when = kNever;
    std::uint8_t memory = kNoMemory;  // none: it needs no memory for this step
  };
  virtual ~Initiator() = default;
  /// What it would do next if nothing else happened: pure, and never earlier than its last step.
  [[nodiscard]] virtual Request request() const = 0;
  /// Makes that transfer, granted in cycle `granted`. Returns the cycle in which the memory is free
  /// again; later requests are for that cycle or a later one of its own choice.
  virtual Cycles serve(Cycles granted) = 0;
};

class Interconnect {
 public:
  static constexpr std::uint8_t kCore = 0xFF;

  /// `name` stands in causes, "bus_wait:dma2"; ports of one master share a name. Returns the
  /// initiator's number for share().
  unsigned add(Initiator& initiator, const std::string& name) {
    auto found = std::find(names_.begin(), names_.end(), name);
    if (found == names_.end() && names_.size() < kMaxInitiators) {
      names_.push_back(name);
      found = std::prev(names_.end());
    }
    const auto index = std::min<std::ptrdiff_t>(found - names_.begin(), kMaxInitiators - 1);
    ports_.push_back({&initiator, static_cast<std::uint8_t>(index), 0});
    return static_cast<unsigned>(ports_.size() - 1);
  }
  /// A device that paces others and uses no memory itself.
  void add_pacer(Initiator& initiator) { ports_.push_back({&initiator, 0, 0}); }
  /// By index of bus_wait charges.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

  /// Memories, as a mask by index, that an initiator may use from now on; 0: it is at rest.
  void share(unsigned port, std::uint32_t memories) {
    ports_[port].memories = memories;
    std::uint32_t shared = 0;
    for (const Port& entry : ports_) shared |= entry.memories;
    changed_ = changed_ || shared != shared_;
    shared_ = shared;
  }
  /// Memories where the core and others wait for each other. Where a cache or an accelerator stands
  /// between, the core's accesses do not come here.
  void set_contended(std::uint32_t memories) { contended_ = memories; }
  [[nodiscard]] std::uint32_t shared() const { return shared_ & contended_; }
  [[nodiscard]] bool is_shared(std::uint8_t memory) const {
    return memory < kMaxMemories && (shared() >> memory & 1u) != 0;
  }
  /// The same for memories behind a cache too.
  [[nodiscard]] bool is_used(std::uint8_t memory) const {
    return memory < kMaxMemories && (shared_ >> memory & 1u) != 0;
  }
  [[nodiscard]] std::uint32_t used() const { return shared_; }
  [[nodiscard]] bool any_initiator() const { return !ports_.empty(); }
  /// True once after shared() changed.
  [[nodiscard]] bool take_change() {
    const bool changed = changed_;
    changed_ = false;
    return changed;
  }

  /// When the next step of an initiator would be granted, if nothing else happened.
  [[nodiscard]] Cycles next_step() const { return next_turn().when; }
  /// Everything that is granted before cycle `now` happens.
  void advance_to(Cycles now) {
    if (serving_) return;  // asked by a step that is being made
    for (Turn turn = next_turn(); turn.when < now; turn = next_turn()) serve(turn);
  }

  struct Grant {
    Cycles when = 0;
    std::uint8_t waited_for = 0;  // index of a name; of meaning if it waited
  };
  /// When an access of the core that comes in cycle `when` is granted; what goes before it happens.
  /// Asked again, it answers the same until occupy().
  Grant arbitrate(Cycles when, std::uint8_t memory) {
    const Slave& slave = slaves_[memory];
    advance_to(std::max(when, slave.free));
    for (;;) {
      const Cycles granted = std::max(when, slave.free);
      const Turn turn = next_turn();
      if (turn.when > granted) break;
      const bool same = turn.when == granted && turn.memory == memory;
      if (same && turns_until(slave, kCoreTurn) <= turns_until(slave, turn.port + 1)) break;
      serve(turn);
    }
    return {std::max(when, slave.free), slave.held_by};
  }
  /// The core's access keeps the memory until `free`.
  void occupy(std::uint8_t memory, Cycles free) {
    Slave& slave = slaves_[memory];
    slave.free = std::max(slave.free, free);
    slave.last = kCoreTurn;
  }

  /// What initiators moved, by memory; reports show it.
  void count(std::uint8_t memory, bool write, std::uint32_t size_bytes) {
    Traffic& traffic = traffic_[memory];
    ++(write ? traffic.writes : traffic.reads);
    (write ? traffic.write_bytes : traffic.read_bytes) += size_bytes;
  }
  /// An initiator read the flash array of a memory.
  void count_array_read(std::uint8_t memory) { ++traffic_[memory].array_reads; }
  [[nodiscard]] const Traffic& traffic(std::size_t memory) const { return traffic_[memory]; }

 private:
  static constexpr unsigned kCoreTurn = 0;  // of round robin; initiators follow from 1
  struct Port {
    Initiator* initiator = nullptr;
    std::uint8_t name = 0;
    std::uint32_t memories = 0;
  };
  struct Slave {
    Cycles free = 0;  // first cycle in which it can take a transfer
    unsigned last = kCoreTurn;
    std::uint8_t held_by = 0;
  };
  struct Turn {
    Cycles when = Initiator::kNever;
    std::uint8_t memory = kNoMemory;
    unsigned port = 0;
  };

  [[nodiscard]] unsigned turns_until(const Slave& slave, unsigned turn) const {
    const auto turns = static_cast<unsigned>(ports_.size() + 1);
    return (turn + 2 * turns - slave.last - 1) % turns;
  }
  /// The initiator that is granted something first.
  [[nodiscard]] Turn next_turn() const {
    Turn first;
    for (unsigned i = 0; i < ports_.size(); ++i) {
      const Initiator::Request request = ports_[i].initiator->request();
      if (request.when == Initiator::kNever) continue;
      const bool needs_memory = request.memory < kMaxMemories;
      const Slave* slave = needs_memory ? &slaves_[request.memory] : nullptr;
      const Cycles when = needs_memory ? std::max(request.when, slave->free) : request.when;
      const bool tie = when == first.when && needs_memory && first.memory == request.memory;
      if (when < first.when ||
          (tie && turns_until(*slave, i + 1) < turns_until(*slave, first.port + 1))) {
        first = {when, request.memory, i};
      }
    }
    return first;
  }
  void serve(const Turn& turn) {
    serving_ = true;
    const Cycles free = ports_[turn.port].initiator->serve(turn.when);
    serving_ = false;
    if (turn.memory >= kMaxMemories) return;
    Slave& slave = slaves_[turn.memory];
    slave.free = std::max(slave.free, free);
    slave.last = turn.port + 1;
    slave.held_by = ports_[turn.port].name;
  }

  std::vector<Port> ports_;
  std::vector<std::string> names_;
  std::array<Slave, kMaxMemories> slaves_{};
  std::array<Traffic, kMaxMemories> traffic_{};
  std::uint32_t shared_ = 0;
  std::uint32_t contended_ = 0;
  bool changed_ = false;
  bool serving_ = false;
};

}  // namespace mcost::bus
